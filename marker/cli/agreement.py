"""``marker agreement``: the Agreement as a person would want to read it, and whether a profile is sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from marker.agreement.describe import describe
from marker.agreement.load import load_profile
from marker.cli.options import common, shared
from marker.cli.words import _


@click.group(short_help="Show the Agreement's table and rules, or check a profile.")
def agreement() -> None:
    """The Agreement: its table of markings (Article 3) and the rules the software follows.

    \b
    Example:
      marker agreement show
    """


@agreement.command()
@shared
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def show(as_json: bool, **options: Any) -> None:
    """Print the table of Article 3, the handling rules and the articles behind them.

    \b
    Example:
      marker agreement show
    """
    profile = common(options).profile
    facts = describe(profile)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    from marker.cli.show import print_agreement

    print_agreement(facts)


@agreement.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
def check(file: Path | None) -> None:
    """Check a profile: every marking maps in each direction, no spelling means two things, nothing dangles.

    \b
    Example:
      marker agreement check our-agreement.toml
    """
    profile = load_profile(file)
    click.echo(
        _("{name}: sound. {markings} markings, {rows} levels, profile {hash}.").format(
            name=profile.short, markings=len(profile.markings), rows=len(profile.levels), hash=profile.sha256[:12]
        )
    )

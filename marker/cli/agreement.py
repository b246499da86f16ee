"""``marker agreement``: the Agreement as a person would want to read it, and whether a profile is sound."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from marker.agreement.describe import describe
from marker.agreement.load import read_profile
from marker.agreement.profile import Party, Profile
from marker.cli.options import common, shared
from marker.cli.words import _
from marker.errors import ExitStatus, HoldError, ProfileError, UsageError
from marker.names import shown

_MOST_BYTES = 1_000_000
"""A SPIF file; that of the largest policies has some hundred kilobytes."""

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group(short_help="Show the Agreement's table and rules, check a profile, exchange it as SPIF.")
def agreement() -> None:
    """The Agreement: its table of markings (Article 3) and the rules the software follows.

    \b
    Examples:
      marker agreement show
      marker agreement check our-agreement.toml
      marker agreement export --spif policies/
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
@click.option("--agreement", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The same as FILE.")
def check(file: Path | None, agreement: Path | None) -> ExitStatus:
    """Check a profile: every marking maps in each direction, no spelling means two things, nothing dangles, and the
    stamp font has every letter. All faults are told, each with its place in the file.

    \b
    Example:
      marker agreement check our-agreement.toml
    """
    from marker.agreement.check import faults

    profile, name = read_profile(file or agreement)
    found = [f"{fault} {fault.remedy}".strip() for fault in faults(profile, name)] or list(_unprintable(profile, name))
    if found:
        for sentence in found:
            click.echo(sentence, err=True)
        return ExitStatus.USAGE
    click.echo(
        _("{name}: sound. {markings} markings, {rows} levels, profile {hash}.").format(
            name=profile.short, markings=len(profile.markings), rows=len(profile.levels), hash=profile.sha256[:12]
        )
    )
    for party in _without_letters(profile):
        click.echo(
            _("Letters to and from {party} are in English: there is no [letters.XX] for {languages}.").format(
                party=party.id, languages=", ".join(party.state_languages) or _("a state language, and none is named")
            )
        )
    return ExitStatus.DONE


def _without_letters(profile: Profile) -> Iterator[Party]:
    """Parties in whose languages no letter is worded."""
    from marker.records.letters import texts_of

    known = texts_of(profile)
    for party in profile.parties:
        if not any(language in known for language in party.state_languages):
            yield party


def _unprintable(profile: Profile, file: str) -> Iterator[str]:
    """Stamps and letters to the other Party with letters that the stamp font lacks."""
    from dataclasses import fields

    from marker.stamp.fonts import face

    texts = {f"marking[{marking.id}]": f"{marking.stamp} {marking.own_text}" for marking in profile.markings}
    for party, wording in profile.stamp.items():
        for field in fields(wording):
            texts[f"stamp.{party}.{field.name}"] = str(getattr(wording, field.name))
    for language, letters in profile.letters.items():
        for name, of_it in (("labels", letters.labels), ("title", letters.titles), ("body", letters.bodies)):
            texts[f"letters.{language} ({name})"] = "".join(of_it.values())
    for key, text in texts.items():
        try:
            for strong in (False, True):
                face(strong).require(text)
        except HoldError as error:
            yield f"{file}: {key} cannot be printed. {error}"


@agreement.command()
@shared
@click.option("--spif", "folder", required=True, type=_FOLDER, metavar="DIR", help="Where the two files go.")
def export(folder: Path, **options: Any) -> None:
    """Write the table as two Open XML SPIF 2.1 files, one a Party, that map to each other.

    A file that is there already and says something else is left alone. What SPIF cannot say is listed on standard
    error.

    \b
    Example:
      marker agreement export --spif policies/
    """
    from marker.agreement.spif import NOT_EXPRESSED, export_spif

    files = export_spif(common(options).profile)
    for name, data in files.items():
        path = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.read_bytes() != data:
                raise UsageError(f"{shown(path)} is there and says something else.", remedy="Move it away.")
            path.write_bytes(data)
        except OSError as error:
            raise UsageError(f"{shown(path)} cannot be written: {error.strerror}.", remedy="Check it.") from error
        click.echo(shown(path))
    for sentence in NOT_EXPRESSED:
        click.echo(sentence, err=True)


@agreement.command(name="import")
@shared
@click.option("--spif", "folder", required=True, type=_FOLDER, metavar="DIR", help="Where the two files are.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The profile. Default: print it.")
@click.option("--party", "parties", multiple=True, metavar="NAME=XX", help="A policy's Party by its two letters.")
def import_(folder: Path, output: Path | None, parties: tuple[str, ...], **_options: Any) -> None:
    """Make a profile of two SPIF files, after checking that they map to each other and agree.

    What SPIF cannot say stands in the profile at its strictest, and is listed on standard error.

    \b
    Example:
      marker agreement import --spif policies/ -o our-agreement.toml
    """
    from marker.agreement.spif_profile import import_spif
    from marker.agreement.spif_read import read_pair

    named = dict(_party(one) for one in parties)
    text, profile, sentences = import_spif(read_pair(_files(folder)), named)
    if output is None:
        sys.stdout.write(text)
    else:
        try:
            with output.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            raise UsageError(f"{shown(output)} is there already.", remedy="Name another file.") from None
        except OSError as error:
            raise UsageError(f"{shown(output)} cannot be written: {error.strerror}.", remedy="Check it.") from error
        click.echo(_("{name}: {markings} markings.").format(name=shown(output), markings=len(profile.markings)))
    for sentence in sentences:
        click.echo(sentence, err=True)


def _files(folder: Path) -> dict[str, bytes]:
    try:
        paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() == ".xml" and path.is_file()]
        if any(path.stat().st_size > _MOST_BYTES for path in paths):
            raise ProfileError(f"A file in {shown(folder)} is larger than a SPIF file ever is.")
        return {path.name: path.read_bytes() for path in paths}
    except OSError as error:
        raise UsageError(f"{shown(folder)} cannot be read: {error.strerror}.", remedy="Check the folder.") from error


def _party(text: str) -> tuple[str, str]:
    name, equals, letters = text.partition("=")
    if not name or not equals:
        raise UsageError(f"--party {text} is not understood.", remedy="Write it as KAZ=KZ.")
    return name, letters.upper()

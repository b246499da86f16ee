"""``marker consent`` and ``marker recipient``: what must be on file before copies are made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from marker.cli.options import common, registers, shared
from marker.cli.words import _
from marker.errors import UsageError
from marker.model import LevelId


@click.group(short_help="Written consents: put on file, counted down.")
def consent() -> None:
    """Written consents to copies, to a release to a third party, to destruction (Articles 4(3), 7(1), 7(6)).

    \b
    Example:
      marker consent list
    """


@consent.command()
@click.option("--ref", required=True, metavar="TEXT", help="The letter's reference; named later with --consent.")
@click.option("--date", "given", required=True, metavar="YYYY-MM-DD", help="The letter's date.")
@click.option(
    "--issuer", required=True, type=click.Choice(["sending-body", "competent-authority"]), help="Who gave it."
)
@click.option("--level", required=True, metavar="LEVEL", help="top-secret, secret, confidential or restricted.")
@click.option("--copies", required=True, type=int, metavar="N", help="How many copies it allows.")
@click.option("--expires", metavar="YYYY-MM-DD", help="The last day on which it may be used.")
@click.option(
    "--for",
    "covers",
    multiple=True,
    type=click.Choice(["copies", "release", "destruction"]),
    help="What it allows; may be repeated. release: a copy for a third party. Default: copies.",
)
@click.option("--register-number", metavar="REG", help="The one document it speaks of. Default: any of that level.")
@click.option("--scan", type=click.Path(path_type=Path, dir_okay=False), help="The scanned letter; its hash is kept.")
@registers
@shared
def add(
    ref: str,
    given: str,
    issuer: str,
    level: str,
    copies: int,
    expires: str | None,
    covers: tuple[str, ...],
    register_number: str | None,
    scan: Path | None,
    **options: Any,
) -> None:
    """Put a written consent on file. What is on file never changes; copies made under it are counted.

    \b
    Example:
      marker consent add --ref 5-17/88 --date 2026-11-02 --issuer sending-body --level secret --copies 3
    """
    from marker.register import consents

    start = common(options)
    known = [row.id for row in start.profile.levels]
    if level not in known:
        raise UsageError(f"{level} is no level.", remedy=f"The levels are {', '.join(known)}.")
    new = consents.Consent(
        ref=ref.strip(),
        date=given,
        issuer=consents.Issuer(issuer),
        level=LevelId(level),
        copies=copies,
        expires=expires,
        covers=tuple(consents.Covers(what) for what in dict.fromkeys(covers)) or (consents.Covers.COPIES,),
        register_number=register_number.strip().upper() if register_number else None,
        scan_name=scan.name if scan else None,
        scan_sha256=_hash(scan) if scan else None,
    )
    with start.open_register() as register, register.writing() as pen:
        consents.add(pen, new)
    click.echo(_("{ref}: on file, for {n} at {level}.").format(ref=new.ref, n=copies, level=level))


@consent.command("list")
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one consent a line.")
def list_(as_json: bool, **options: Any) -> None:
    """List the consents with what is left of each.

    \b
    Example:
      marker consent list
    """
    from marker.register import consents

    start = common(options)
    with start.open_register(create=False) as register, register.reading() as connection:
        held = consents.on_file(connection)
    if as_json:
        for one in held:
            value = {**asdict(one.consent), "used": one.used, "left": one.left, "at": one.at, "operator": one.operator}
            click.echo(json.dumps(value, ensure_ascii=False))
        return
    from marker.cli.papers import print_table

    print_table(
        (_("Consent"), _("Date"), _("Issuer"), _("For"), _("Level"), _("Document"), _("Expires"), _("Used"), _("Left")),
        [
            (
                one.consent.ref,
                one.consent.date,
                one.consent.issuer.value,
                ", ".join(one.consent.covers),
                one.consent.level,
                one.consent.register_number or _("any"),
                one.consent.expires or "",
                str(one.used),
                str(one.left),
            )
            for one in held
        ],
    )


@click.group(short_help="The list of recipients with their Party.")
def recipient() -> None:
    """Recipients and the Party they belong to; who belongs to neither is a third party (Articles 4(3), 4(4)).

    \b
    Example:
      marker recipient list
    """


@recipient.command("add")
@click.argument("name")
@click.option("--party", required=True, metavar="KZ|LT|other", help="Whose they are; other: a third party.")
@registers
@shared
def add_recipient(name: str, party: str, **options: Any) -> None:
    """Enter a recipient, or correct their Party.

    \b
    Example:
      marker recipient add "Ministry of Defence, archive" --party KZ
    """
    from marker.register import recipients

    start = common(options)
    party = party.lower() if party.lower() == recipients.THIRD else party.upper()
    with start.open_register() as register, register.writing() as pen:
        recipients.add(pen, name, party, [known.id for known in start.profile.parties])
    click.echo(f"{name}: {party}")


@recipient.command("list")
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one recipient a line.")
def list_recipients(as_json: bool, **options: Any) -> None:
    """List the recipients with their Party.

    \b
    Example:
      marker recipient list
    """
    from marker.register import recipients

    start = common(options)
    with start.open_register(create=False) as register, register.reading() as connection:
        listed = list(recipients.listed(connection).values())
    if as_json:
        for one in listed:
            click.echo(json.dumps(asdict(one), ensure_ascii=False))
        return
    from marker.cli.papers import print_table

    print_table((_("Recipient"), _("Party"), _("Entered by")), [(r.name, r.party, r.operator) for r in listed])


def _hash(scan: Path) -> str:
    try:
        with scan.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{scan} cannot be read: {error.strerror}.", remedy="Check the path after --scan.") from error

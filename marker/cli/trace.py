"""``marker trace``: whose copy is this?"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marker.cli.options import Common, common, registers, shared
from marker.cli.words import _
from marker.errors import RegisterError
from marker.numbering import parse_copy_number

if TYPE_CHECKING:
    from marker.records.sheets import Sighting
    from marker.register.register import Register


@click.command(short_help="Whose copy is this: a number, a stamped file, a scan or photograph of a page.")
@click.argument("what", metavar="COPY_NUMBER|FILE")
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one copy a line.")
@click.option("--offline", is_flag=True, help="Ask no register: verify the seal on the first page (with --key).")
@click.option(
    "--key", type=click.Path(path_type=Path), metavar="PUB.pem", help="Public key that the seal is verified with."
)
def trace(what: str, as_json: bool, offline: bool, key: Path | None, **options: Any) -> None:
    """Tell which copy it is, who holds it, and what happened to it.

    A file is known by its bytes, its text, the Data Matrix on its pages or, last, the printed number read by OCR.
    Nothing found, or a number the register does not know: exit status 4; the same for a seal that does not hold.

    \b
    Examples:
      marker trace KZ-2026-000123-01-0
      marker trace photograph.jpg
      marker trace first-page.png --offline --key seal-pub.pem
    """
    if offline or key is not None:
        from marker.cli.seal import verify_seals

        verify_seals(Path(what), offline, key, as_json, options)
        return
    start = common(options)
    with start.open_register(create=False) as register:
        found = _named(what) or _in_file(start, register, Path(what))
        told = [value for number, way in found if (value := _history(register, number, way)) is not None]
    unknown = [number for number, _way in found if number not in {value["copy_number"] for value in told}]
    for value in told:
        if as_json:
            click.echo(json.dumps(value, ensure_ascii=False))
        else:
            _print(value)
    if unknown:
        raise RegisterError(
            f"{', '.join(unknown)} is a valid number of this software, but not in this register.",
            remedy="Check which register issued it; if none did, it may be forged.",
        )


def _named(what: str) -> list[tuple[str, str]]:
    try:
        return [(str(parse_copy_number(what)), "number")]
    except ValueError as error:
        if Path(what).exists():
            return []
        raise RegisterError(
            f"{what} is no file, and as a copy number: {error}.", remedy="Check each character, or the path."
        ) from error


def _in_file(start: Common, register: Register, path: Path) -> list[tuple[str, str]]:
    from marker.intake.desk import Wish
    from marker.intake.run import open_desk
    from marker.intake.source import Candidate, take

    wish = Wish(receiving=start.profile.parties[0].id)
    with open_desk(wish, start.profile, replace(start.settings, jobs=1, seal_key=""), register, register) as desk:
        target = desk.workspace.fresh()
        try:
            snapshot = take(Candidate(path, Path(path.name)), target, start.settings.max_file_bytes)
            if (copy := register.copy_by_sha256(snapshot.sha256)) is not None:
                return [(copy.copy_number, "bytes")]
            seen: list[Sighting] = desk.workers.trace(snapshot.path, path.name)
        finally:
            target.unlink(missing_ok=True)
    if not seen:
        raise RegisterError(
            f"No copy number was found in {path}.",
            remedy="Scan a whole page at 300 dpi, or type the number that is printed on it.",
        )
    return [
        (s.copy_number, f"{s.way.value}, page {s.page} of {s.pages}" if s.page and s.pages else s.way.value)
        for s in seen
    ]


def _history(register: Register, number: str, way: str) -> dict[str, Any] | None:
    from marker.register import custody

    copy = register.copy(number)
    if copy is None:
        return None
    document = register.document(copy.register_number)
    with register.reading() as connection:
        where = custody.of_document(connection, copy.register_number)[number]
        incidents = [asdict(one) for one in custody.incidents(connection) if number in one.copies]
    events = [event for event in register.history(copy.register_number) if event.copy in (None, number)]
    return {
        **asdict(copy),
        "found_by": way,
        "state": where.state.value,
        "holder": where.holder,
        "marking": document.marking if document else None,
        "equivalent": document.equivalent if document else None,
        "incidents": incidents,
        "events": [{**asdict(event), "detail": json.loads(event.detail)} for event in events],
    }


def _print(value: dict[str, Any]) -> None:
    from marker.cli.history import what_happened
    from marker.cli.papers import print_table

    number = value["copy_number"]
    click.echo(_("{number}: found by its {way}").format(number=number, way=value["found_by"]))
    facts = {
        _("register"): value["register_number"],
        _("marking"): f"{value['marking']} → {value['equivalent']}",
        _("state"): value["state"],
        _("holder"): value["holder"],
        _("made by"): value["operator"],
        _("file"): value["path"],
        _("why void"): value["void_reason"],
        _("incidents"): ", ".join(str(one["number"]) for one in value["incidents"]),
    }
    for name, fact in facts.items():
        if fact:
            click.echo(f"  {name:<12}{fact}")
    columns = (_("When (UTC)"), _("What"), _("Operator"), _("Particulars"))
    rows = [
        (
            event["at"][:16].replace("T", " "),
            event["kind"],
            event["operator"],
            what_happened(event["kind"], event["detail"]),
        )
        for event in value["events"]
    ]
    print_table(columns, rows)

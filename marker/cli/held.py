"""``marker held``: the files that wait for a person, and what the person decides."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marker.cli.options import Common, common, opens, registers, shared, stamps
from marker.cli.words import _
from marker.errors import RegisterError, UsageError
from marker.names import shown

if TYPE_CHECKING:
    from marker.model import PartyId
    from marker.register.records import HeldFile
    from marker.register.register import Register


@click.group(short_help="Files that wait for a person: list, show, release, reject.")
def held() -> None:
    """Files that were held and wait for a person. Their ids are those of 'marker held list'.

    \b
    Example:
      marker held list
    """


@held.command("list")
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one file a line.")
def list_(as_json: bool, **options: Any) -> None:
    """List the files that wait, oldest first.

    \b
    Example:
      marker held list
    """
    start = common(options)
    with start.open_register(create=False) as register:
        files = register.waiting()
    if as_json:
        for file in files:
            click.echo(json.dumps(asdict(file), ensure_ascii=False))
        return
    from marker.cli.show import print_waiting

    print_waiting(files)


@held.command()
@click.argument("file_id", metavar="ID")
@opens
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page that shows what was seen.")
def show(file_id: str, as_json: bool, html: Path | None, **options: Any) -> None:
    """Read a held file again and show what is seen in it, where, and why it is held.

    \b
    Examples:
      marker held show 3f2a90c1d4
      marker held show 3f2a90c1d4 --html seen.html
    """
    from marker.cli.show import print_evidence, print_holds, print_reports
    from marker.intake.desk import CopiesOnly, Wish, no_witness
    from marker.intake.gallery import Gallery
    from marker.intake.publish import write_whole
    from marker.intake.report import to_json
    from marker.intake.run import inspect
    from marker.intake.source import Candidate
    from marker.records.evidence import evidence_page

    start = common(options)
    gallery = Gallery()
    with start.open_register(create=False) as register:
        file = _waiting(register, file_id)
        wish = Wish(receiving=_party(start, file), passwords=start.passwords)
        candidate = Candidate(Path(file.name), Path(Path(file.name).name))
        witness = gallery if html is not None else no_witness
        (report,) = inspect([candidate], wish, start.profile, start.settings, CopiesOnly(register), witness)
    if html is not None:
        page = evidence_page([(report, gallery.pictures.get(report.path, []))], start.profile)
        write_whole(html, page.encode())
    if as_json:
        click.echo(json.dumps(to_json(report, with_copies=False), ensure_ascii=False))
        return
    print_reports([report])
    print_evidence([report])
    print_holds([report])


@held.command()
@click.argument("file_id", metavar="ID")
@click.option(
    "--marking", required=True, metavar="MARKING", help="The sender's marking that governs, such as lt:secret."
)
@click.option("--reason", required=True, metavar="TEXT", help="Why; goes into the register with your name.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder for the copy. Default: this one or a watcher's."
)
@stamps
@registers
@shared
def release(file_id: str, marking: str, reason: str, output: Path | None, **options: Any) -> int:
    """State the marking that governs a held file, with the reason, and stamp it. Never lower than what was seen.

    Third-party, unmapped, encrypted and damaged files are not released.

    \b
    Example:
      marker held release 3f2a90c1d4 --marking lt:secret --reason "sender's letter 12-345" -o out
    """
    from marker.cli.files import settle_left, wish_of
    from marker.cli.show import print_holds, print_reports, print_summary
    from marker.intake.batch import exit_status
    from marker.intake.decided import release as work

    start = common(options)
    with start.open_register(create=False) as register:
        file = _waiting(register, file_id)
        wish = wish_of(start, _party(start, file), marking=marking, reason=reason, released=True)
        settle_left(register, output or Path())
        reports = list(work(file, wish, start.profile, start.settings, register, output))
        places = [(_("register"), shown(register.name))]
    print_reports(reports)
    print_holds(reports)
    print_summary(reports, places)
    return exit_status(report.outcome for report in reports)


@held.command()
@click.argument("file_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why; goes into the register with your name.")
@registers
@shared
def reject(file_id: str, reason: str, **options: Any) -> None:
    """Record that a held file is not to be stamped. A watcher's file moves to rejected/, a batch's stays where it is.

    \b
    Example:
      marker held reject 3f2a90c1d4 --reason "returned to sender, letter 77"
    """
    from marker.intake.decided import reject as work

    start = common(options)
    with start.open_register(create=False) as register:
        file = _waiting(register, file_id)
        said = _("Rejected; the file lies at {path}.")
        work(file, reason, register, lambda lies: click.echo(said.format(path=shown(lies))))


def _waiting(register: Register, file_id: str) -> HeldFile:
    found = [file for file in register.waiting() if file.id.startswith(file_id.lower())]
    if len(found) != 1:
        what = "No held file" if not found else f"{len(found)} held files"
        raise RegisterError(f"{what} of id {file_id} waiting.", remedy="'marker held list' shows the ids.")
    return found[0]


def _party(start: Common, file: HeldFile) -> PartyId:
    if file.party is None:
        raise UsageError("The register does not say who received the file.", remedy="Use 'marker convert --to …'.")
    return start.profile.party(file.party).id

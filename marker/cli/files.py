"""``marker detect``, ``convert`` and ``batch``: the three ways to give marker files."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marker.cli.options import (
    Common,
    common,
    opens,
    party_of_recipients,
    registers,
    shared,
    stamps,
    state_recipients,
    works,
)
from marker.cli.words import _
from marker.errors import ExitStatus, UsageError
from marker.model import MarkingId
from marker.names import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from marker.intake.batch import Output
    from marker.intake.desk import Wish
    from marker.intake.source import Candidate
    from marker.model import FileReport
    from marker.register.register import Register

_PATH = click.Path(path_type=Path)


@click.command(short_help="Read only: what is marked, where, and what it maps to.")
@click.argument("paths", nargs=-1, required=True, type=_PATH, metavar="PATH…")
@works
@opens
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines on standard output, one object a file.")
@click.option(
    "--html", type=_PATH, metavar="FILE", help="Write a page that shows what was seen on each document's pages."
)
def detect(paths: tuple[Path, ...], receiving: str, as_json: bool, html: Path | None, **options: Any) -> int:
    """Tell what each file is marked, where the marking stands, and what the receiving Party stamps for it.

    No number is drawn and nothing is written but the --html page. Folders are read with all their sub-folders.

    \b
    Examples:
      marker detect --to KZ letter.pdf
      marker detect --to LT --json received/ | jq .hold_reason
      marker detect --to KZ --html seen.html letter.pdf
    """
    from marker.intake.server import READING, start_server

    start_server(READING)  # first: it imports what reads documents while this process imports the rest
    from marker.cli.progress import progress
    from marker.intake.batch import exit_status
    from marker.intake.desk import CopiesOnly, no_witness
    from marker.intake.gallery import Gallery
    from marker.intake.report import to_json
    from marker.intake.run import inspect
    from marker.intake.source import expand

    start = common(options)
    wish = wish_of(start, receiving)
    candidates = list(expand(list(paths)))
    reports: list[FileReport] = []
    gallery = Gallery()
    witness = gallery if html is not None else no_witness
    with start.look_up() as lookup, progress(len(candidates)) as step:
        for report in inspect(candidates, wish, start.profile, start.settings, CopiesOnly(lookup), witness):
            reports.append(report)
            step(report)
            if as_json:
                click.echo(json.dumps(to_json(report, with_copies=False), ensure_ascii=False))
    if html is not None:
        from marker.intake.publish import write_whole
        from marker.records.evidence import evidence_page

        seen = [(report, gallery.pictures.get(report.path, [])) for report in reports]
        page = evidence_page(seen, start.profile)
        write_whole(html, page.encode())
    if not as_json:
        from marker.cli.show import print_evidence, print_holds, print_reports, print_summary

        print_reports(reports)
        print_evidence(reports)
        print_holds(reports)
        print_summary(reports, [])
    return exit_status(report.outcome for report in reports)


@click.command(short_help="Stamp, number and register received files.")
@click.argument("files", nargs=-1, required=True, type=_PATH, metavar="FILE…")
@works
@click.option("-o", "--output", type=_PATH, default=Path(), help="Folder for the stamped copies. Default: this folder.")
@click.option(
    "--recipient", "recipients", multiple=True, metavar="NAME", help="One numbered copy each; may be repeated."
)
@party_of_recipients
@click.option("--consent", metavar="REF", help="The sender's written consent to further copies (Article 7(1)).")
@click.option("--sender-ref", metavar="TEXT", help="The sender's reference of the document.")
@click.option("--sender-date", metavar="YYYY-MM-DD", help="The date of the sender's document.")
@click.option("--purpose", metavar="TEXT", help="Why the copies are made (Article 7(3)).")
@click.option("--marking", metavar="ID", help="State the marking of a file that is held as unmarked or uncertain.")
@click.option("--reason", metavar="TEXT", help="Why it is stated; goes into the register with the operator's name.")
@click.option("--again", is_flag=True, help="Make a new set of copies of a document that is registered already.")
@click.option(
    "--together", "as_one", is_flag=True, help="The files are one document: a letter, then its annexes; so is a folder."
)
@stamps
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines on standard output, one object a file.")
def convert(
    files: tuple[Path, ...],
    receiving: str,
    output: Path,
    recipients: tuple[str, ...],
    recipient_party: str | None,
    as_json: bool,
    as_one: bool,
    sender_date: str | None,
    **options: Any,
) -> int:
    """Stamp each file with the receiving Party's marking, number the copies and enter them in the register.

    The copies are named after the file and their copy number, so nothing is ever overwritten.

    \b
    Examples:
      marker convert --to KZ -o out letter.pdf
      marker convert --to LT --recipient "Jonas Jonaitis" --recipient-party LT --sender-ref 12-345 note.docx
      marker convert --to KZ --marking lt:secret --reason "cover note 12-345" scan.pdf
      marker convert --to KZ --together letter.pdf annex-1.pdf annex-2.docx
    """
    from marker.intake.server import READING, STAMPING, start_server

    start_server([*READING, *STAMPING])
    from marker.intake.source import Candidate

    start = common(options)
    asked: dict[str, Any] = {
        key: options.pop(key) for key in ("consent", "sender_ref", "purpose", "marking", "reason", "again")
    }
    asked["sender_date"] = _day(sender_date)
    asked["recipients"] = recipients or (None,)
    wish = wish_of(start, receiving, **asked)
    if as_one:
        from marker.intake.together import named

        candidates = named(files)
    else:
        candidates = [Candidate(path, Path(path.name)) for path in files]
    with start.open_register() as register:
        state_recipients(start, register, recipients, recipient_party)
        return work_off(candidates, wish, start, register, output, as_json=as_json)


def work_off(
    candidates: list[Candidate], wish: Wish, start: Common, register: Register, output: Path, *, as_json: bool = False
) -> ExitStatus:
    """Stamp single files into one folder and print what became of them."""
    from marker.cli.progress import progress
    from marker.cli.show import print_holds, print_reports, print_summary
    from marker.intake.batch import exit_status
    from marker.intake.publish import make_folder
    from marker.intake.report import to_json
    from marker.intake.run import open_desk, run

    reports: list[FileReport] = []
    settle_left(register, output)
    with (
        progress(len(candidates)) as step,
        open_desk(wish, start.profile, start.settings, register, register) as desk,
    ):
        for _candidate, report in run(candidates, desk, lambda _: make_folder(output, Path())):
            reports.append(report)
            step(report)
            if as_json:
                click.echo(json.dumps(to_json(report, with_copies=True), ensure_ascii=False))
    if not as_json:
        print_reports(reports)
        print_holds(reports)
        print_summary(reports, [(_("copies"), shown(output)), (_("register"), shown(register.name))])
    return exit_status(report.outcome for report in reports)


@click.command(short_help="Work off a whole folder of received files.")
@click.argument("in_dir", type=_PATH)
@click.argument("out_dir", type=_PATH)
@works
@click.option("--dry-run", is_flag=True, help="Tell what would happen; write nothing, draw no number.")
@click.option("--queue", "queued", is_flag=True, help="Put the documents on the queue for 'marker worker'.")
@click.option("--together", "as_one", is_flag=True, help="Each sub-folder is one document: a letter with its annexes.")
@stamps
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines on standard output, one object a file.")
def batch(
    in_dir: Path,
    out_dir: Path,
    receiving: str,
    dry_run: bool,
    queued: bool,
    as_one: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Stamp, number and register every document in IN_DIR, sub-folders included.

    OUT_DIR gets marked/ (stamped copies), held/ (why each held file is held), report.jsonl and report.csv. IN_DIR is
    never touched. Run it again after more documents have come: only what is new is done.

    \b
    Examples:
      marker batch --to KZ received/ out/
      marker batch --to LT --dry-run received/ out/
    """
    from marker.intake.server import READING, STAMPING, start_server

    if not queued:
        start_server([*READING, *STAMPING])
    from marker.cli.progress import progress
    from marker.cli.show import Tally
    from marker.intake.batch import HELD, MARKED, REPORT, Output, check_folders, exit_status
    from marker.intake.batch import batch as work
    from marker.intake.report import to_json
    from marker.intake.run import inspect
    from marker.intake.source import list_folder

    start = common(options)
    wish = wish_of(start, receiving)
    check_folders(in_dir, out_dir)
    listing = list_folder(in_dir)
    if queued:
        if as_one:
            raise UsageError(
                "The queue hands out single files, to any machine; a letter would be parted from its annexes.",
                remedy="Leave out --queue to stamp the folders here, or --together to queue each file as a document.",
            )
        return _queue(start, wish, in_dir, Output(out_dir), listing.candidates, dry_run=dry_run)
    if as_one:
        from marker.intake.together import by_folder

        listing = replace(listing, candidates=tuple(by_folder(listing.candidates)))
    tally = Tally(in_dir)
    places: list[tuple[str, str]] = []
    total, litter = len(listing.candidates), listing.litter
    candidates = _let_go(deque(listing.candidates))
    del listing

    def tell(reports: Iterable[FileReport]) -> None:
        for report in reports:
            step(report)
            tally.add(report)
            if as_json:
                click.echo(json.dumps(to_json(report, with_copies=True), ensure_ascii=False))

    with progress(total) as step:
        if dry_run:
            with start.look_up() as lookup:
                tell(inspect(candidates, wish, start.profile, start.settings, lookup))
        else:
            output = Output(out_dir)
            with start.open_register() as register:
                output.prepare()
                with output.lock() as lock:
                    settle_left(register, out_dir / MARKED)
                    tell(work(candidates, wish, start.profile, start.settings, register, output, lock))
                places = [
                    (_("copies"), shown(out_dir / MARKED)),
                    (_("held"), shown(out_dir / HELD)),
                    (_("report"), shown(out_dir / REPORT)),
                    (_("register"), shown(register.name)),
                ]
    if not as_json:
        tally.print(places)
        if litter:
            skipped = _("  skipped   {n} files that programs leave behind (~$*, .*, *.tmp …)")
            click.echo(skipped.format(n=litter))
    return exit_status(tally.outcomes)


def _let_go(candidates: deque[Candidate]) -> Iterator[Candidate]:
    """Each once, and kept no longer: what a long folder's names take is given back as it is worked off."""
    while candidates:
        yield candidates.popleft()


def _queue(
    start: Common, wish: Wish, in_dir: Path, output: Output, candidates: Sequence[Candidate], *, dry_run: bool
) -> int:
    from marker.intake.queue import Sender

    if dry_run:
        raise UsageError("--queue and --dry-run exclude each other.", remedy="Leave out one of them.")
    with start.open_register():
        pass  # the tables of the register first
    output.prepare()
    with output.lock():
        pass  # leaves the sign by which workers know the folder
    with Sender(start.settings.register, wish.receiving, in_dir, output.folder, moves=False) as sender:
        count = sender.send(candidates)
    click.echo(_("{n} documents were put on the queue; 'marker worker' takes them.").format(n=count))
    return ExitStatus.DONE


def wish_of(start: Common, receiving: str, **asked: Any) -> Wish:
    from marker.intake.desk import Wish

    party = start.profile.party(receiving.upper())
    if asked.get("marking") is not None:
        marking = start.profile.marking(asked["marking"])
        sender = start.profile.other(party.id)
        if marking.party != sender.id and not asked.get("released"):  # what comes home gets its own marking back
            raise UsageError(
                f"{marking.id} is not a marking of {sender.id}, which is the sender when {party.id} receives.",
                remedy="State the marking of the sending Party.",
            )
        if not asked.get("reason"):
            raise UsageError("--marking needs --reason: it goes into the register with your name.", remedy="")
        asked["marking"] = MarkingId(marking.id)
    elif asked.get("reason"):
        raise UsageError("--reason goes with --marking.", remedy="Name the marking you state.")
    return Wish(receiving=party.id, passwords=start.passwords, **asked)


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"--sender-date {text} is no date.", remedy="Write it as 2026-11-22.") from None


def settle_left(register: Register, folder: Path) -> None:
    """Settle what a crash left, and say so: a number that changed its state must not do so silently."""
    from marker.intake.run import settle

    for number in settle(register, folder):
        click.echo(f"marker: {number.copy_number}: {number.status.value}, {number.reason}", err=True)

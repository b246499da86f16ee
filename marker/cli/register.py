"""``marker register``: what was registered, and whether the register is whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marker.cli.journal import duties, filters, journal, wanted
from marker.cli.options import Common, common, registers, shared
from marker.cli.words import _, ngettext
from marker.errors import ExitStatus, RegisterError, UsageError
from marker.names import shown

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from marker.register.grounds import NextCopy
    from marker.register.records import DocumentRecord

_FILE = click.Path(path_type=Path, dir_okay=False)
LISTED = 100
"""Documents that a table shows unless told otherwise."""
GROUNDS = ("consent", "recipient_party", "translation", "replaces")
"""Of the grounds of a copy, what JSON tells."""


@click.group(short_help="List, show and verify what was registered.")
def register() -> None:
    """The register: which documents came, which copies there are, who holds them.

    \b
    Example:
      marker register list
    """


@register.command("list")
@filters
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help=f"At most so many, the last ones. Default: {LISTED}; with --json all.",
)
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one document a line.")
def list_(as_json: bool, limit: int | None, **options: Any) -> None:
    """List the registered documents with their copies, by Party, year and number.

    \b
    Examples:
      marker register list
      marker register list --recipient "Second Department" --level secret --from 2026-01-01
    """
    from marker.register import custody, query, search

    start = common(options)
    chosen = wanted(start, options)
    shown_at_most = limit if limit is not None or as_json else LISTED
    with start.open_register(create=False) as opened, opened.reading() as connection:
        # One more than is shown tells whether there are more.
        documents = search.documents(connection, chosen, shown_at_most + 1 if shown_at_most is not None else None)
        more = shown_at_most is not None and len(documents) > shown_at_most
        if more:
            oldest = min(documents, key=lambda one: (one.registered_on, one.party, one.serial))
            documents.remove(oldest)
        numbers = [document.register_number for document in documents]
        where, copies = custody.of_documents(connection, numbers), query.copies_of_all(connection, numbers)
    if as_json:
        for document in documents:
            value = _plain(document)
            value["copies"] = [
                {**asdict(copy), "state": where[copy.copy_number].state.value, "holder": where[copy.copy_number].holder}
                for copy in copies[document.register_number]
            ]
            click.echo(json.dumps(value, ensure_ascii=False))
        return
    from marker.cli.show import print_documents

    print_documents(documents, copies, where)
    if more:
        click.echo(_("These came last; there are more: narrow the search, or raise --limit."))


@register.command()
@click.argument("number", metavar="REG")
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(number: str, as_json: bool, **options: Any) -> None:
    """Show one document, its copies and its history.

    \b
    Example:
      marker register show KZ-2026-000123
    """
    from marker.register import custody, grounds, query

    start = common(options)
    with start.open_register(create=False) as opened:
        document = opened.document(number)
        if document is None:
            raise RegisterError(f"{number} is not in the register.", remedy="'marker register list' shows what is.")
        copies = list(opened.copies_of(document.register_number))
        events = list(opened.history(document.register_number))
        with opened.reading() as connection:
            where = custody.of_document(connection, document.register_number)
            why = grounds.of_document(connection, document.register_number)
            annexes = query.parts_of(connection, document.register_number)
            files = {copy.copy_number: query.files_of(connection, copy.copy_number) for copy in copies if annexes}
            then = _next_copy(start, connection, document, opened.now().date().isoformat())
    if as_json:
        value = _plain(document)
        value["annexes"] = [asdict(annex) for annex in annexes]
        value["copies"] = [
            {
                **asdict(copy),
                "state": where[copy.copy_number].state.value,
                "holder": where[copy.copy_number].holder,
                "incidents": list(where[copy.copy_number].incidents),
                "annexes": [asdict(file) for file in files.get(copy.copy_number, ())],
                **{key: why.get(copy.copy_number, {}).get(key) for key in GROUNDS},
            }
            for copy in copies
        ]
        value["next_copy"] = None if then is None else asdict(then)
        value["events"] = [asdict(event) for event in events]
        click.echo(json.dumps(value, ensure_ascii=False))
        return
    from marker.cli.show import print_document

    print_document(document, copies, events, where, why, annexes, then, files)


@register.command()
@registers
@shared
def make(**options: Any) -> None:
    """Make the register, or bring its tables to the present version. Runs that write do so by themselves.

    For who owns a PostgreSQL register, whose clerks may not make tables (docs/register.md).

    \b
    Example:
      marker register make --register postgresql://marker_owner@server/registry
    """
    start = common(options)
    with start.open_register() as opened:
        click.echo(opened.name)


@register.command()
@registers
@shared
def path(**options: Any) -> None:
    """Print where the register lies.

    \b
    Example:
      marker register path
    """
    start = common(options)
    from marker.register.opening import name_of

    click.echo(shown(name_of(start.settings.register)))


@register.command()
@click.option(
    "--files/--no-files",
    default=None,
    help="--files: every copy's file must be there. --no-files: look at none. Default: at those that are there.",
)
@click.option("--head", metavar="HASH", help="A head that was kept elsewhere, such as on a printed journal.")
@click.option("--heads", type=_FILE, help="The file of heads that the setting head_file names.")
@click.option("--key", type=_FILE, help="The public key (PEM) that the heads of --heads must be signed with.")
@registers
@shared
def verify(files: bool | None, head: str | None, heads: Path | None, key: Path | None, **options: Any) -> int:
    """Recompute the ledger's chain, the numbers and the files' hashes. Exit status 4 when anything is wrong.

    The first line names the first broken entry. A ledger whose end was cut off or that was written anew is found by a
    head kept elsewhere: --head, --heads.

    \b
    Examples:
      marker register verify
      marker register verify --heads /mnt/safe/heads.jsonl --key head.pub.pem
    """
    from marker.register import heads as kept
    from marker.register.signing import verifier
    from marker.register.verify import FileCheck

    start = common(options)
    if key is not None and heads is None:
        raise UsageError("--key goes with --heads.", remedy="Name the file of heads.")
    known = kept.read(heads) if heads is not None else []
    problems = kept.unsigned(known, verifier(key)) if key is not None else []
    check = {None: FileCheck.PRESENT, True: FileCheck.ALL, False: FileCheck.NONE}[files]
    with start.open_register(create=False) as opened:
        problems += opened.verify(files=check, known_hash=head, known_heads=[one.head for one in known])
        end = opened.head()
    for problem in problems:
        click.echo(f"{problem.where}: {problem.what}")
    if problems:
        raise RegisterError(
            f"The register is not whole; the first broken entry is: {problems[0].where}.",
            remedy="Keep it as it is, and compare it with the last backup and with the heads kept elsewhere.",
        )
    click.echo(_("The register is whole: the chain holds, no number is missing or used twice."))
    click.echo(_("Head: event {seq}, {hash}").format(seq=end.seq, hash=end.hash))
    return ExitStatus.DONE


@register.command()
@registers
@shared
def head(**options: Any) -> None:
    """Print the ledger's head as a line of JSON, signed where head_key is set; keep it where the settings say.

    \b
    Example:
      marker register head >> /mnt/safe/heads.jsonl
    """
    start = common(options)
    keeper = start.head_keeper()
    with start.open_register(create=False) as opened:
        end = opened.head()
    click.echo(keeper.state(end).as_line())
    if start.keeps_heads:
        keeper.keep(end)


@register.command()
@click.argument("file", type=_FILE)
@registers
@shared
def backup(file: Path, **options: Any) -> None:
    """Write a back-up to a new file, from one moment, while runs go on; verify it, and print the head it ends with.

    Of either database it is a SQLite register in one file, for the owner alone. It holds no copies: those are files of
    their own.

    \b
    Example:
      marker register backup /mnt/safe/register-2026-11-22.sqlite
    """
    from marker.register.backup import back_up

    start = common(options)
    with start.open_register(create=False) as opened:
        end = back_up(opened, file)
    click.echo(_("{file}: whole, up to event {seq}, head {hash}").format(file=shown(file), seq=end.seq, hash=end.hash))


@register.command()
@click.argument("file", type=_FILE)
@registers
@shared
def restore(file: Path, **options: Any) -> None:
    """Make a register from a back-up, in a new place: a file that is not there yet, or an empty PostgreSQL database.

    Compare the head it prints with the last one kept elsewhere, and the last numbers with those on paper: numbers
    issued after the back-up are not in it, and would be drawn again; 'marker register skip' prevents that.

    \b
    Example:
      marker register restore /mnt/safe/register-2026-11-22.sqlite --register /srv/marker/register.sqlite
    """
    from marker.register.backup import restore as make_from
    from marker.register.skip import last_numbers

    start = common(options)
    end = make_from(file, start.settings.register)
    click.echo(_("Restored: whole, up to event {seq}, head {hash}").format(seq=end.seq, hash=end.hash))
    with start.open_register(create=False) as opened, opened.reading() as connection:
        last = last_numbers(connection)
    for number in last:
        click.echo(_("Last number: {number}").format(number=number))
    click.echo(_("Where a later one stands on paper, first of all: marker register skip NUMBER --reason TEXT"))


@register.command(short_help="Make void the numbers that were issued after a back-up.")
@click.argument("through", metavar="NUMBER")
@click.option("--reason", required=True, metavar="TEXT", help="Why, for the journal: which back-up was restored, say.")
@registers
@shared
def skip(through: str, reason: str, **options: Any) -> None:
    """Make void every number up to NUMBER that the register does not know, so that none is drawn a second time.

    For the time after a restore. NUMBER is the last register number on paper of a Party's year, by the printed journal
    or the copies themselves; or the last copy number of a document, for copies that were added to it.

    \b
    Examples:
      marker register skip KZ-2026-000123 --reason "issued after the back-up of 22 November, see the printed journal"
      marker register skip KZ-2026-000007-03-R --reason "issued after the back-up of 22 November"
    """
    start = common(options)
    with start.open_register(create=False) as opened:
        opened.recover()
        skipped = opened.skip(through, reason)
    for number in skipped:
        click.echo(number)
    click.echo(ngettext("{n} number is void.", "{n} numbers are void.", len(skipped)).format(n=len(skipped)))


@register.command()
@click.option("--give-up", "given_up", multiple=True, metavar="RUN", help="A run of a machine that is gone for good.")
@registers
@shared
def recover(given_up: tuple[str, ...], **options: Any) -> None:
    """Settle the numbers that runs which ended early left reserved. Every run that writes does so by itself.

    \b
    Example:
      marker register recover
    """
    start = common(options)
    with start.open_register(create=False) as opened:
        settled = opened.recover(given_up)
    for number in settled:
        click.echo(f"{number.copy_number}: {number.status.value}, {number.reason}")
    click.echo(ngettext("{n} number settled.", "{n} numbers settled.", len(settled)).format(n=len(settled)))


register.add_command(journal)
register.add_command(duties)


def _next_copy(start: Common, connection: Connection, document: DocumentRecord, today: str) -> NextCopy | None:
    """None for a document of which no copy can be made: its numbers are void, or it came under another agreement."""
    from marker.register import grounds
    from marker.register.records import DocumentStatus

    profile = start.profile
    if document.status is not DocumentStatus.REGISTERED or all(row.id != document.level for row in profile.levels):
        return None
    handling = profile.handling_of(document.level)
    return grounds.next_copy(connection, document, handling, profile.state_languages, today)


def _plain(document: DocumentRecord) -> dict[str, Any]:
    """A document as JSON prints it: its evidence as objects, not as the text the register keeps them in."""
    return {**asdict(document), "evidence": json.loads(document.evidence)}

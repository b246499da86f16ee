"""``marker register journal`` and ``duties``, and the filters of ``register list``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from marker.cli.letters import print_json
from marker.cli.options import Common, common, registers, shared
from marker.cli.words import _, ngettext
from marker.errors import UsageError
from marker.model import LevelId
from marker.names import shown

if TYPE_CHECKING:
    from marker.register.search import Wanted

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, dir_okay=False)


def filters(command: F) -> F:
    """Add the options that pick documents."""
    for option in reversed(
        (
            click.option("--number", metavar="NUMBER", help="A register or copy number, or its beginning."),
            click.option("--recipient", metavar="NAME", help="Recipient or holder of a copy; a part is enough."),
            click.option("--level", metavar="LEVEL", help="top-secret, secret, confidential or restricted."),
            click.option("--from", "since", metavar="YYYY-MM-DD", help="Registered on that day or later."),
            click.option("--until", "--to", "until", metavar="YYYY-MM-DD", help="Registered on that day or earlier."),
            click.option("--sender-ref", metavar="TEXT", help="The sender's reference; a part is enough."),
            click.option("--sha256", metavar="HASH", help="Of the received file or a copy, or its beginning."),
        )
    ):
        command = option(command)
    return command


def wanted(start: Common, options: dict[str, Any]) -> Wanted:
    """Take the filters out of a command's options.  Raises UsageError."""
    from marker.register.search import Wanted

    level = options.pop("level")
    known = [row.id for row in start.profile.levels]
    if level is not None and level not in known:
        raise UsageError(f"{level} is no level.", remedy=f"The levels are {', '.join(known)}.")
    return Wanted(
        level=LevelId(level) if level else None,
        since=_day(options.pop("since"), "--from"),
        until=_day(options.pop("until"), "--until"),
        **{name: options.pop(name) for name in ("number", "recipient", "sender_ref", "sha256")},
    )


def _day(text: str | None, option: str) -> str | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{option} {text} is no date.", remedy="Write it as 2026-11-22.") from None


@click.command()
@click.option("--xlsx", type=_FILE, help="Write it as a workbook.")
@click.option("--csv", "csv_", type=_FILE, help="Write it as a table of comma-separated values.")
@click.option("--pdf", type=_FILE, help="Write it to print, with the ledger's head on every page.")
@filters
@registers
@shared
def journal(xlsx: Path | None, csv_: Path | None, pdf: Path | None, **options: Any) -> None:
    """The journal: every copy number in order, void ones too, with holder, state, consent and the ledger's head.

    Keep the printed head: 'marker register verify --head HASH' later finds a ledger that was cut off or rewritten.

    \b
    Examples:
      marker register journal --pdf journal-2026.pdf --from 2026-01-01 --until 2026-12-31
      marker register journal --level secret
    """
    from marker.intake.publish import write_whole
    from marker.records import journal as papers
    from marker.register import ledger, search

    start = common(options)
    chosen = wanted(start, options)
    with start.open_register(create=False) as register:
        with register.reading() as connection:
            # The head of the same moment as the lines.
            lines = search.journal(connection, chosen)
            head = ledger.head(connection)
        today = register.now().date().isoformat()
    period = f"{chosen.since or '…'} – {chosen.until or today}"
    kept = start.head_keeper().state(head)
    signature = f"At {kept.at}, key {kept.key}, signature {kept.signature}" if kept.key else ""
    book = papers.Journal(lines, head, period, today, signature)
    written = [(xlsx, papers.as_xlsx), (csv_, papers.as_csv), (pdf, papers.as_pdf)]
    for path, make in written:
        if path is not None:
            write_whole(path, make(book, start.profile))
            click.echo(shown(path))
    if not any(path for path, _make in written):
        from marker.cli.papers import print_table

        picked = (0, 1, 4, 5, 7, 8, 9, 12, 13)
        rows = book.rows(start.profile)
        print_table([papers.COLUMNS[i] for i in picked], [[row[i] for i in picked] for row in rows])
        click.echo(book.foot)
        if signature:
            click.echo(signature)


@click.command()
@click.option("--overdue", is_flag=True, help="Only what is overdue.")
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one duty a line.")
def duties(overdue: bool, as_json: bool, **options: Any) -> None:
    """What is owed: receipts, notices, outcomes of investigations, spoiled sheets. Oldest first.

    When something counts as overdue is set by receipt_days and notice_days in the configuration.

    \b
    Example:
      marker register duties --overdue
    """
    from marker.register import duties as owing

    start = common(options)
    with start.open_register(create=False) as register, register.reading() as connection:
        settings = start.settings
        owed = owing.owed(
            connection, start.profile, register.now(),
            receipt_days=settings.receipt_days, notice_days=settings.notice_days,
        )  # fmt: skip
    owed = [duty for duty in owed if duty.overdue or not overdue]
    if as_json:
        print_json([asdict(duty) for duty in owed])
        return
    if not owed:
        click.echo(_("Nothing is overdue.") if overdue else _("Nothing is owed."))
        return
    from marker.cli.papers import print_table

    columns = (_("Since"), _("Days"), _("Overdue"), _("What"), _("Article"), _("Of"), _("How"))
    print_table(
        columns,
        [
            (d.since, str(d.days), _("overdue") if d.overdue else "", d.what, d.article, d.subject, d.command)
            for d in owed
        ],
    )
    click.echo(ngettext("{n} duty", "{n} duties", len(owed)).format(n=len(owed)))

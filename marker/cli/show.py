"""Tables on the terminal.  The only module that imports rich; it is imported when there is something to show."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from marker.agreement.profile import cited
from marker.cli.history import next_copy_in_words, what_happened
from marker.cli.words import _, ngettext
from marker.model import FileReport, Finding, FindingKind, Outcome
from marker.names import runs_of, shown
from marker.register.records import CopyRecord, DocumentRecord, EventRecord, HeldFile, PartEntry, PartFile

if TYPE_CHECKING:
    from marker.register.custody import Custody
    from marker.register.grounds import NextCopy

_STYLE = {
    Outcome.STAMPED: "green",
    Outcome.MARKED: "green",
    Outcome.ALREADY_REGISTERED: "cyan",
    Outcome.HELD: "bold yellow",
}
_PIPE_WIDTH = 160
"""Columns where output is no terminal: a table that wraps in a pipe is of no use to the next program."""


def terminal() -> Console:
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH
    return Console(width=width, highlight=False, soft_wrap=False)


def plain_table(*columns: str, title: str | None = None) -> Table:
    table = Table(*columns, title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"  # an ellipsis would hide the end of a number or a name
    return table


class Tally:
    """What a long run prints at its end without keeping every report: counts, and as much of a table as people read."""

    MOST = 200
    """Rows.  The whole is in report.csv."""

    def __init__(self, base: Path) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self._base = base
        self._first: list[FileReport] = []
        self._held: list[FileReport] = []

    def add(self, report: FileReport) -> None:
        self.outcomes[report.outcome] += 1
        small = replace(report, evidence=(), notes=())
        if len(self._first) < self.MOST:
            self._first.append(small)
        if report.outcome is Outcome.HELD and len(self._held) < self.MOST:
            self._held.append(small)

    def print(self, places: Sequence[tuple[str, str]]) -> None:
        total = self.outcomes.total()
        print_reports(self._first, self._base)
        if total > len(self._first):
            more = _("… and {n} more files; report.csv has them all.").format(n=total - len(self._first))
            terminal().print(more)
        print_holds(self._held, self._base)
        print_counts(self.outcomes, places)


def print_reports(reports: Sequence[FileReport], base: Path | None = None) -> None:
    """What happened to each file, one row a file; the reason of a hold on a line of its own below the table."""
    columns = [_("File"), _("Outcome"), _("Marking"), _("Stamped as")]
    numbered = any(report.copies for report in reports)
    table = plain_table(*columns, *([_("Copies")] if numbered else []))
    for report in reports:
        name = Path(report.path)
        if base is not None and name.is_relative_to(base):
            name = name.relative_to(base)
        outcome = Text(report.outcome.value, style=_STYLE[report.outcome])
        if report.hold is not None:
            outcome = Text(f"{report.outcome.value}: {report.hold.code.value}", style=_STYLE[Outcome.HELD])
        numbers = "\n".join(dict.fromkeys(copy.copy_number for copy in report.copies))  # annexes share it
        row = [Text(shown(name)), outcome, report.marking or "", report.equivalent_text or ""]
        table.add_row(*row, *([numbers] if numbered else []))
    terminal().print(table)


def print_holds(reports: Sequence[FileReport], base: Path | None = None) -> None:
    """Each held file with the sentence that says what to do."""
    held = [report for report in reports if report.hold is not None]
    if not held:
        return
    table = plain_table(_("Held"), _("Why, and what to do next"))
    for report in held:
        name = Path(report.path)
        if base is not None and name.is_relative_to(base):
            name = name.relative_to(base)
        assert report.hold is not None  # noqa: S101  # filtered three lines above
        table.add_row(Text(shown(name)), Text(report.hold.detail))
    terminal().print(table)


def print_evidence(reports: Sequence[FileReport]) -> None:
    """What was seen in each file and where, and how far it counts; what repeats over pages is one row."""
    table = plain_table(_("File"), _("Seen"), _("As it stands"), _("Where"), _("Pages"), _("Score"), _("Why"))
    for report in reports:
        name = shown(report.path)
        alike: dict[tuple[str, ...], list[Finding]] = {}
        for f in report.evidence:
            alike.setdefault((f.marking, f.kind, f.text, f.place, f.source), []).append(f)
        for findings in alike.values():
            first = findings[0]
            seen = first.marking if first.kind is FindingKind.MARK else f"{first.marking} · {first.kind.value}"
            table.add_row(
                Text(name),
                seen,
                Text(first.text),
                f"{first.place.value} ({first.source.value})",
                ", ".join(runs_of((f.page for f in findings if f.page is not None), "–")),
                f"{max(f.score for f in findings):.2f}",
                ", ".join(first.reasons),
            )
            name = ""
    if table.row_count:
        terminal().print(table)


def print_waiting(files: Sequence[HeldFile]) -> None:
    """The files that wait for a person."""
    table = plain_table(_("Id"), _("Held since (UTC)"), _("Why"), _("To"), _("File"))
    for file in files:
        table.add_row(file.id, _minute(file.at), file.code.value, file.party or "", Text(file.name))
    terminal().print(table)
    terminal().print(ngettext("{n} file waits", "{n} files wait", len(files)).format(n=len(files)))


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def print_summary(reports: Sequence[FileReport], places: Sequence[tuple[str, str]]) -> None:
    """Counts by outcome, and where things lie."""
    print_counts(Counter(report.outcome for report in reports), places)


def print_counts(counts: Counter[Outcome], places: Sequence[tuple[str, str]]) -> None:
    """The same of a run whose reports were not kept."""
    parts = [f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome]]
    files = ngettext("{n} file", "{n} files", counts.total()).format(n=counts.total())
    console = terminal()
    console.print(Text(f"{files}: {', '.join(parts) or _('nothing to do')}", style="bold"))
    for name, place in places:
        console.print(Text(f"  {name:<10}{place}"))


def print_agreement(facts: dict[str, Any]) -> None:
    """The table, handling and rules."""
    console = terminal()
    console.print(Text(facts["title"], style="bold"))
    console.print(
        _("In force since {date}. Profile {id}, {hash}.").format(
            date=facts["in_force"], id=facts["id"], hash=facts["sha256"][:12]
        )
    )
    parties = [party["id"] for party in facts["parties"]]
    title = _("\nMarkings that correspond ({article})").format(article=cited(facts["articles"]["table"]))
    rows = plain_table(_("Level"), *parties, _("Article"), title=title)
    for row in facts["table"]:
        rows.add_row(row["name"], *(row["markings"][p]["stamp"] for p in parties), row["article"])
    console.print(rows)
    maps = plain_table(_("Received as"), _("Stamped as"), _("Article"), title=_("What a received marking becomes"))
    for e in facts["equivalences"]:
        maps.add_row(e["from"], f"{e['stamped']}  ({e['to']})", e["article"])
    console.print(maps)
    handling = plain_table(_("Level"), _("Receipt"), _("Further copies"), _("Destruction"), title=_("Handling"))
    copies = {True: _("with the sender's consent"), False: _("by need")}
    destruction = {"never": _("never; returned"), "consent": _("with the sender's consent"), "free": _("free; notice")}
    for h in facts["handling"]:
        handling.add_row(
            h["level"],
            f"{h['receipt']} ({h['receipt_article']})",
            f"{copies[h['copies_consent']]} ({h['copies_article']})",
            f"{destruction[h['destroy']]} ({h['destroy_article']})",
        )
    console.print(handling)
    rules = plain_table(_("Article"), _("Rule"), title=_("Rules"))
    for rule in facts["rules"]:
        rules.add_row(rule["article"], rule["rule"])
    console.print(rules)
    console.print(
        _("Held, never mapped: {owners}.").format(owners=", ".join(dict.fromkeys(o["owner"] for o in facts["held"])))
    )


def print_documents(
    documents: Sequence[DocumentRecord],
    copies: Mapping[str, Sequence[CopyRecord]],
    where: Mapping[str, Custody],
) -> None:
    """The register, one row a document, its copies with their holders and states."""
    table = plain_table(_("Register"), _("Received"), _("Marking"), _("Stamped as"), _("Copies"), _("File"))
    for document in documents:
        places = [where[copy.copy_number] for copy in copies[document.register_number]]
        lines = [f"{place.copy_number}  {place.state.value}  {place.holder or ''}".rstrip() for place in places]
        table.add_row(
            document.register_number,
            document.registered_on,
            document.marking,
            document.equivalent,
            Text("\n".join(lines)),
            Text(Path(document.source_name).name),
        )
    terminal().print(table)
    terminal().print(ngettext("{n} document", "{n} documents", len(documents)).format(n=len(documents)))


def print_document(
    document: DocumentRecord,
    copies: Sequence[CopyRecord],
    events: Sequence[EventRecord],
    where: Mapping[str, Custody],
    why: Mapping[str, Mapping[str, Any]],
    annexes: Sequence[PartEntry] = (),
    then: NextCopy | None = None,
    files: Mapping[str, Sequence[PartFile]] = MappingProxyType({}),
) -> None:
    """One document with all that is known of it."""
    console = terminal()
    console.print(Text(document.register_number, style="bold"))
    facts = {
        _("received"): document.registered_on,
        _("file"): document.source_name,
        _("SHA-256"): document.source_sha256,
        _("marking"): document.marking,
        _("stamped as"): document.equivalent,
        _("pages"): document.pages,
        _("sender's reference"): document.sender_ref,
        _("sender's date"): document.sender_date,
        _("purpose"): document.purpose,
        _("stated by"): document.stated_by,
        _("reason"): document.stated_reason,
    }
    for name, value in facts.items():
        if value is not None:
            console.print(Text(f"  {name:<20}{value}"))
    for number, annex in enumerate(annexes, start=2):
        name = _("part {n}").format(n=number)
        console.print(Text(f"  {name:<20}{annex.source_name}  {annex.marking or ''}".rstrip()))
    held = plain_table(_("Copy"), _("State"), _("Holder"), _("Operator"), _("Grounds"), _("File, or why void"))
    for copy in copies:
        custody = where[copy.copy_number]
        state = custody.state.value + "".join(f"\nincident {number}" for number in custody.incidents)
        held.add_row(
            copy.copy_number,
            state,
            Text(custody.holder or ""),
            Text(copy.operator),
            Text(_grounds(why.get(copy.copy_number, {}))),
            Text("\n".join([copy.void_reason or copy.path or "", *(f.path for f in files.get(copy.copy_number, ()))])),
        )
    console.print(held)
    for name, words in next_copy_in_words(then) if then is not None else ():
        console.print(Text(f"  {name:<20}{words}"))
    history = plain_table(_("When (UTC)"), _("What"), _("Copy"), _("Operator"), _("Particulars"))
    for event in events:
        particulars = Text(what_happened(event.kind, event.detail))
        history.add_row(_minute(event.at), event.kind, event.copy or "", Text(event.operator), particulars)
    console.print(history)


def _grounds(ground: Mapping[str, Any]) -> str:
    """On what a copy rests, in a few words."""
    names = {"consent": _("consent"), "translation": _("translation"), "replaces": _("replaces")}
    return "\n".join(f"{name} {ground[key]}" for key, name in names.items() if ground.get(key))

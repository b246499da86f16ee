"""Does the register hold together?  The ledger is replayed, and what comes out is compared with the tables.

So an edited row is found even where the guards were removed first: whoever edits it must also forge every later
event, and then the head that was kept elsewhere no longer fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Label, Select, exists, false, select

from marker.errors import RegisterError
from marker.numbering import CopyNumber, format_register_number, parse_copy_number
from marker.register import consents, query, replay, schema
from marker.register.ledger import GENESIS, sealed
from marker.register.records import CopyStatus, EventKind, EventRecord, Head, Problem
from marker.register.recovery import file_sha256

_BATCH: Final = 5_000
"""Events that are fetched at once."""


class FileCheck(StrEnum):
    """How far the files of issued copies are looked at."""

    NONE = "none"
    PRESENT = "present"
    """A file under a copy's name must be the one that was issued; it may be gone: printed, handed over, archived."""
    ALL = "all"
    """Each must be there, but for copies that were returned or destroyed."""


def verify(
    connection: Connection, *, files: FileCheck, known_heads: Sequence[Head] = (), known_hash: str | None = None
) -> list[Problem]:
    """Everything that does not hold together, the ledger's own first and in its order; empty when all is well.

    The ledger is read twice, in order for its chain and document by document for what it tells, so that memory does
    not grow with the register.
    """
    chain = _Chain(known_heads, known_hash)
    for row in connection.execute(_streamed(select(schema.events).order_by(schema.events.c.seq))):
        chain.take(EventRecord(**row._mapping))
    told = replay.compare(connection)
    # Both say which event; the first broken one comes first, and of one event its seal before its detail.
    broken = sorted([*chain.problems, *told.events], key=lambda found: found[0])
    problems = [problem for _seq, problem in broken]
    for known in known_heads:
        problems += _against(known, chain.found)
    if known_hash is not None and not chain.known_hash_found:
        problems.append(
            Problem("ledger", "It does not hold the head that was known: its end was cut off, or it was written anew.")
        )
    problems += told.rows
    try:
        problems += _serials(connection, told.first_numbers)
        problems += _copy_numbers(connection, files=files)
        problems += consents.problems(connection)
    except (TypeError, ValueError, AttributeError, RegisterError):
        # SQLite stores a word where a number belongs; the ledger does not.
        problems.append(Problem("documents", "A row holds a value that this software cannot have written."))
    return problems


def _streamed(query: Select[Any]) -> Select[Any]:
    """From the server a batch at a time, not all of it into memory first."""
    return query.execution_options(yield_per=_BATCH)


class _Chain:
    """Whether each event continues the one before, and whether the heads that were known are among them."""

    def __init__(self, known_heads: Sequence[Head], known_hash: str | None) -> None:
        self.problems: list[tuple[int, Problem]] = []
        self.found: dict[int, str | None] = {head.seq: None for head in known_heads}
        """The hash of each event that was once the head; None: there is none."""
        self.known_hash_found = False
        self._known_hash = known_hash.strip().lower() if known_hash is not None else None
        self._last = Head(0, GENESIS)
        self._note(self._last)

    def take(self, event: EventRecord) -> None:
        if event.seq != self._last.seq + 1:
            self._problem(event, f"Events {self._last.seq + 1} to {event.seq - 1} before it are missing.")
        elif event.previous_hash != self._last.hash:
            self._problem(event, f"It does not continue event {self._last.seq}: one was altered, removed or swapped.")
        if event.hash != sealed(event):
            self._problem(event, "It was altered: its hash does not hold.")
        self._last = Head(event.seq, event.hash)
        self._note(self._last)

    def _problem(self, event: EventRecord, what: str) -> None:
        self.problems.append((event.seq, Problem(f"event {event.seq}", what)))

    def _note(self, head: Head) -> None:
        if head.seq in self.found:
            self.found[head.seq] = head.hash
        self.known_hash_found = self.known_hash_found or head.hash == self._known_hash


def _against(known: Head, found: Mapping[int, str | None]) -> list[Problem]:
    if found[known.seq] is None:
        return [Problem("ledger", f"It once had event {known.seq} and has it no more: its end was cut off.")]
    if found[known.seq] != known.hash:
        return [Problem("ledger", f"Event {known.seq} is not the one that was known: the ledger was written anew.")]
    return []


def _serials(connection: Connection, first_numbers: Mapping[tuple[str, int], int]) -> list[Problem]:
    """Every register number is well formed, of its own year, and none is missing."""
    problems: list[Problem] = []
    table = schema.documents.c
    place: tuple[str, int] | None = None
    last = 0
    every = _streamed(select(schema.documents).order_by(table.party, table.year, table.serial))
    with connection.execute(every) as rows:
        for row in rows:
            record = query.as_document(row)
            if place != (record.party, record.year):
                place = (record.party, record.year)
                last = first_numbers.get(place, record.serial) - 1
            if record.register_number != format_register_number(record.party, record.year, record.serial):
                problems.append(Problem(record.register_number, "It is not the number of its Party, year and serial."))
            if not record.registered_on.startswith(f"{record.year:04d}-"):
                what = "It was registered in another year than its number says."
                problems.append(Problem(record.register_number, what))
            if record.serial != last + 1:
                missing = format_register_number(record.party, record.year, last + 1)
                problems.append(
                    Problem(missing, f"The number is missing: the next one in the register is {record.serial}.")
                )
            last = record.serial
    return problems


def _copy_numbers(connection: Connection, *, files: FileCheck) -> list[Problem]:
    """Every copy number holds, none is missing in its document, and (``files``) each issued file is what was issued."""
    problems: list[Problem] = []
    documents, copies = schema.documents.c, schema.copies.c
    every = _streamed(
        select(documents.register_number, *copies, _ended(copies) if files is FileCheck.ALL else false().label("ended"))
        .join_from(schema.documents, schema.copies, copies.document == documents.register_number, isouter=True)
        .order_by(documents.party, documents.year, documents.serial, copies.copy_index)
    )
    with connection.execute(every) as every_row:
        for number, rows in groupby(every_row, key=lambda row: str(row.register_number)):
            index = 0
            of_it: list[Problem] = []
            whole = True
            for index, row in enumerate(rows, start=1):
                whole = whole and row.copy_index == index  # None where there is no copy at all
                if row.copy_number is None:
                    continue
                of_it += _copy_number(row.copy_number, number, row.copy_index)
                if files is not FileCheck.NONE and row.status == CopyStatus.ISSUED.value and row.path is not None:
                    must_be = files is FileCheck.ALL and not row.ended
                    of_it += _file(row.copy_number, row.path, row.sha256, must_be=must_be)
            problems += [*([] if whole else [Problem(number, "A copy number of it is missing.")]), *of_it]
    return problems + (_annexes(connection, files) if files is not FileCheck.NONE else [])


def _annexes(connection: Connection, files: FileCheck) -> list[Problem]:
    """The files of the annexes of issued copies."""
    problems: list[Problem] = []
    copies, annexes = schema.copies.c, schema.files.c
    issued = _streamed(
        select(*annexes, _ended(copies))
        .join_from(schema.files, schema.copies, copies.copy_number == annexes.copy_number)
        .where(copies.status == CopyStatus.ISSUED.value)
        .order_by(annexes.copy_number, annexes.part)
    )
    for row in connection.execute(issued):
        must_be = files is FileCheck.ALL and not row.ended
        problems += _file(row.copy_number, row.path, row.sha256, must_be=must_be)
    return problems


def _ended(copies: Any) -> Label[bool]:
    """Whether a copy was returned or destroyed, so that its file need not be there."""
    events = schema.events.c
    ended = (EventKind.RETURNED.value, EventKind.DESTROYED.value)
    return (
        exists()
        .where(events.kind.in_(ended), events.document == copies.document, events.copy == copies.copy_number)
        .label("ended")
    )


def _copy_number(copy_number: str, register_number: str, index: int) -> list[Problem]:
    try:
        parsed = parse_copy_number(copy_number)
    except ValueError as error:
        return [Problem(copy_number, f"It is no copy number: {error}.")]
    belongs = CopyNumber(parsed.party, parsed.year, parsed.serial, index)
    if parsed.register_number != register_number or copy_number != str(belongs):
        return [Problem(copy_number, "It is not the number of its document and place.")]
    return []


def _file(copy_number: str, path: str, sha256: str | None, *, must_be: bool) -> list[Problem]:
    try:
        found = file_sha256(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        why = f"Its file {path} cannot be read: {error.strerror}."
        return [Problem(copy_number, why)] if must_be else []
    except OSError as error:
        return [Problem(copy_number, f"Its file {path} cannot be read: {error.strerror}.")]
    return [] if found == sha256 else [Problem(copy_number, f"Its file {path} is not the one that was issued.")]

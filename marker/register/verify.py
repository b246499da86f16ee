"""Does the register hold together?  The ledger is replayed, and what comes out is compared with the tables.

So an edited row is found even where the guards were removed first: whoever edits it must also forge every later
event, and then the head that was kept elsewhere no longer fits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Connection, select

from marker.errors import RegisterError
from marker.model import PartyId
from marker.numbering import CopyNumber, format_register_number, parse_copy_number
from marker.register import consents, query, schema
from marker.register.copies import document_status, entry_of
from marker.register.ledger import GENESIS, sealed
from marker.register.records import CopyStatus, DocumentStatus, EventKind, EventRecord, Head, Problem
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
    """Everything that does not hold together, the ledger's own first and in its order; empty when all is well."""
    replay = _Replay()
    in_order = select(schema.events).order_by(schema.events.c.seq).execution_options(yield_per=_BATCH)
    for row in connection.execute(in_order):
        replay.take(EventRecord(**row._mapping))
    problems = replay.problems
    for known in known_heads:
        problems += _against(known, replay.hashes)
    if known_hash is not None and known_hash.strip().lower() not in replay.hashes.values():
        problems.append(
            Problem("ledger", "It does not hold the head that was known: its end was cut off, or it was written anew.")
        )
    for table, key, expected in (
        (schema.runs, ("id",), replay.runs),
        (schema.documents, ("register_number",), replay.documents),
        (schema.parts, ("document", "part"), replay.parts),
        (schema.copies, ("copy_number",), replay.copies),
        (schema.files, ("copy_number", "part"), replay.files),
        (schema.grounds, ("copy_number",), replay.grounds),
    ):
        rows = {_name(row._mapping, key): dict(row._mapping) for row in connection.execute(select(table))}
        problems += _differences(table.name, rows, expected)
    try:
        problems += _serials(connection, replay.first_numbers)
        problems += _copy_numbers(connection, files=files)
        problems += consents.problems(connection)
    except (TypeError, ValueError, AttributeError, RegisterError):
        # SQLite stores a word where a number belongs; the ledger does not.
        problems.append(Problem("documents", "A row holds a value that this software cannot have written."))
    return problems


def _name(row: Mapping[Any, Any], key: Sequence[str]) -> str:
    return ", part ".join(str(row[column]) for column in key)


class _Replay:
    """The tables as the ledger tells them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.runs: dict[str, dict[str, Any]] = {}
        self.documents: dict[str, dict[str, Any]] = {}
        self.copies: dict[str, dict[str, Any]] = {}
        self.grounds: dict[str, dict[str, Any]] = {}
        self.parts: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self._copies_of: dict[str, list[str]] = {}
        self.first_numbers: dict[tuple[str, int], int] = {}
        self.hashes: dict[int, str] = {0: GENESIS}
        self._last = Head(0, GENESIS)

    def take(self, event: EventRecord) -> None:
        where = f"event {event.seq}"
        if event.seq != self._last.seq + 1:
            missing = f"{self._last.seq + 1} to {event.seq - 1}"
            self.problems.append(Problem(where, f"Events {missing} before it are missing."))
        elif event.previous_hash != self._last.hash:
            self.problems.append(
                Problem(where, f"It does not continue event {self._last.seq}: one was altered, removed or swapped.")
            )
        if event.hash != sealed(event):
            self.problems.append(Problem(where, "It was altered: its hash does not hold."))
        self._last = Head(event.seq, event.hash)
        self.hashes[event.seq] = event.hash
        try:
            self._apply(event)
        except (ValueError, KeyError, TypeError):
            self.problems.append(Problem(where, "Its detail does not fit what came before."))

    def _apply(self, event: EventRecord) -> None:
        detail: Mapping[str, Any] = json.loads(event.detail)
        kind, document, copy = event.kind, event.document or "", event.copy or ""
        if kind == EventKind.RUN:
            self.runs[event.run] = {"id": event.run, "started_at": event.at, **detail}
        elif kind == EventKind.REGISTERED:
            self.documents[document] = entry_of(event.detail)
            for part in detail.get("parts", ()):
                self.parts[_name(part, ("document", "part"))] = dict(part)
            if detail["first_number"] is not None:
                row = self.documents[document]
                self.first_numbers[row["party"], row["year"]] = int(detail["first_number"])
        elif kind == EventKind.RESERVED:
            self.copies[copy] = entry_of(event.detail)
            self._copies_of.setdefault(document, []).append(copy)
            if "grounds" in detail:
                self.grounds[copy] = dict(detail["grounds"])
        elif kind == EventKind.ANNOUNCED and "part" in detail:
            row = {"copy_number": copy, **detail}
            self.files[_name(row, ("copy_number", "part"))] = row
        elif kind == EventKind.ANNOUNCED:
            self.copies[copy] |= {"path": detail["path"], "sha256": detail["sha256"]}
        elif kind == EventKind.ISSUED:
            self._settle(document, copy, {"status": "issued", "settled_at": event.at})
        elif kind == EventKind.VOID:
            self._settle(document, copy, {"status": "void", "settled_at": event.at, "void_reason": detail["reason"]})

    def _settle(self, document: str, copy: str, values: dict[str, Any]) -> None:
        self.copies[copy] |= values
        if self.documents[document]["status"] == DocumentStatus.RESERVED:
            siblings = [CopyStatus(self.copies[sibling]["status"]) for sibling in self._copies_of[document]]
            self.documents[document]["status"] = document_status(siblings).value


def _against(known: Head, hashes: Mapping[int, str]) -> list[Problem]:
    if known.seq not in hashes:
        return [Problem("ledger", f"It once had event {known.seq} and has it no more: its end was cut off.")]
    if hashes[known.seq] != known.hash:
        return [Problem("ledger", f"Event {known.seq} is not the one that was known: the ledger was written anew.")]
    return []


def _differences(
    table: str, rows: Mapping[str, dict[str, Any]], expected: Mapping[str, dict[str, Any]]
) -> list[Problem]:
    missing = [name for name in expected if name not in rows]
    problems = [Problem(name, f"The ledger knows it, but it is not in {table}.") for name in missing]
    for name, row in rows.items():
        if name not in expected:
            problems.append(Problem(name, f"It is in {table}, but the ledger does not know it."))
            continue
        changed = [column for column in row if row[column] != expected[name].get(column)]
        if changed:
            problems.append(Problem(name, f"It is not what the ledger says in: {', '.join(changed)}."))
    return problems


def _serials(connection: Connection, first_numbers: Mapping[tuple[str, int], int]) -> list[Problem]:
    """Every register number is well formed, of its own year, and none is missing."""
    problems: list[Problem] = []
    table = schema.documents.c
    serials: dict[tuple[str, int], list[int]] = {}
    for row in connection.execute(select(schema.documents).order_by(table.party, table.year, table.serial)):
        record = query.as_document(row)
        serials.setdefault((record.party, record.year), []).append(record.serial)
        if record.register_number != format_register_number(record.party, record.year, record.serial):
            problems.append(Problem(record.register_number, "It is not the number of its Party, year and serial."))
        if not record.registered_on.startswith(f"{record.year:04d}-"):
            problems.append(Problem(record.register_number, "It was registered in another year than its number says."))
    for (party, year), drawn in serials.items():
        first = first_numbers.get((party, year), drawn[0])
        for before, after in pairwise([first - 1, *drawn]):
            if after != before + 1:
                missing = format_register_number(PartyId(party), year, before + 1)
                problems.append(Problem(missing, f"The number is missing: the next one in the register is {after}."))
    return problems


def _copy_numbers(connection: Connection, *, files: FileCheck) -> list[Problem]:
    """Every copy number holds, none is missing in its document, and (``files``) each issued file is what was issued."""
    problems: list[Problem] = []
    table = schema.documents.c
    ended = (EventKind.RETURNED.value, EventKind.DESTROYED.value)
    gone = set(connection.scalars(select(schema.events.c.copy).where(schema.events.c.kind.in_(ended))))
    for number in connection.scalars(select(table.register_number).order_by(table.party, table.year, table.serial)):
        copies = query.copies_of(connection, number)
        if [copy.index for copy in copies] != list(range(1, len(copies) + 1)) or not copies:
            problems.append(Problem(number, "A copy number of it is missing."))
        for copy in copies:
            problems += _copy_number(copy.copy_number, number, copy.index)
            if files is not FileCheck.NONE and copy.status is CopyStatus.ISSUED and copy.path is not None:
                must_be = files is FileCheck.ALL and copy.copy_number not in gone
                problems += _file(copy.copy_number, copy.path, copy.sha256, must_be=must_be)
                for file in query.files_of(connection, copy.copy_number):
                    problems += _file(copy.copy_number, file.path, file.sha256, must_be=must_be)
    return problems


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

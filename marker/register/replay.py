"""What the ledger tells, compared with the tables: one document after the other, so that memory does not grow.

The events of a document are found by their index; the rows that belong to them are fetched for some hundred documents
at once.  What no event knows is asked for at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any, Final

from sqlalchemy import Column, Connection, Row, Table, exists, select

from marker.register import schema
from marker.register.copies import document_status, entry_of
from marker.register.records import CopyStatus, DocumentStatus, EventKind, Problem

_EVENTS: Final = 5_000
"""Events that are fetched at once."""
_DOCUMENTS: Final = 500
"""Documents whose rows are fetched at once: below the number of values that a statement may carry."""
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "runs": ("id",),
    "documents": ("register_number",),
    "parts": ("document", "part"),
    "copies": ("copy_number",),
    "files": ("copy_number", "part"),
    "grounds": ("copy_number",),
}
"""The tables in the order of their problems, and what names a row."""

Rows = dict[str, dict[str, Any]]
"""Rows of a table by their names."""


@dataclass(slots=True)
class Told:
    """What came of the comparison."""

    events: list[tuple[int, Problem]] = field(default_factory=list)
    """Events whose detail cannot be, with their numbers."""
    by_table: dict[str, list[Problem]] = field(default_factory=lambda: {table: [] for table in _KEYS})
    first_numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    """The serial that each Party's year began with."""

    @property
    def rows(self) -> list[Problem]:
        """The rows that are not what the ledger says, table by table."""
        return [problem for problems in self.by_table.values() for problem in problems]


def compare(connection: Connection) -> Told:
    """Replay the ledger and compare with every table."""
    told = Told()
    _runs(connection, told)
    events = schema.events.c
    wanted = (
        select(events.seq, events.at, events.kind, events.document, events.copy, events.detail)
        .where(events.document.is_not(None))
        .order_by(events.document, events.seq)
        .execution_options(yield_per=_EVENTS)
    )
    groups: Any = groupby(connection.execute(wanted), key=lambda row: row.document)
    while batch := _replayed(islice(groups, _DOCUMENTS), told):
        _compare(connection, batch, told)
    _unknown(connection, told)
    return told


class _Replay:
    """Rows as the ledger tells them, of some documents."""

    def __init__(self) -> None:
        self.numbers: list[str] = []
        self.tables: dict[str, Rows] = {table: {} for table in _KEYS if table != "runs"}
        self.first_numbers: dict[tuple[str, int], int] = {}
        self._siblings: list[str] = []

    def __bool__(self) -> bool:
        return bool(self.numbers)

    def begin(self, register_number: str) -> None:
        self.numbers.append(register_number)
        self._siblings = []

    def apply(self, event: Row[Any]) -> None:
        """Raises ValueError, KeyError or TypeError when the event does not fit what came before."""
        detail: Mapping[str, Any] = json.loads(event.detail)
        kind, document, copy = event.kind, event.document, event.copy or ""
        tables = self.tables
        if kind == EventKind.REGISTERED:
            tables["documents"][document] = row = entry_of(event.detail)
            for part in detail.get("parts", ()):
                tables["parts"][_name(part, "parts")] = dict(part)
            if detail["first_number"] is not None:
                self.first_numbers[row["party"], row["year"]] = int(detail["first_number"])
        elif kind == EventKind.RESERVED:
            tables["copies"][copy] = entry_of(event.detail)
            self._siblings.append(copy)
            if "grounds" in detail:
                tables["grounds"][copy] = dict(detail["grounds"])
        elif kind == EventKind.ANNOUNCED and "part" in detail:
            file = {"copy_number": copy, **detail}
            tables["files"][_name(file, "files")] = file
        elif kind == EventKind.ANNOUNCED:
            tables["copies"][copy] |= {"path": detail["path"], "sha256": detail["sha256"]}
        elif kind == EventKind.ISSUED:
            self._settle(document, copy, {"status": "issued", "settled_at": event.at})
        elif kind == EventKind.VOID:
            self._settle(document, copy, {"status": "void", "settled_at": event.at, "void_reason": detail["reason"]})

    def _settle(self, document: str, copy: str, values: dict[str, Any]) -> None:
        copies = self.tables["copies"]
        copies[copy] |= values
        record = self.tables["documents"][document]
        if record["status"] == DocumentStatus.RESERVED:
            record["status"] = document_status([CopyStatus(copies[name]["status"]) for name in self._siblings]).value


def _replayed(groups: Iterable[tuple[str, Iterator[Row[Any]]]], told: Told) -> _Replay:
    replay = _Replay()
    for number, events in groups:
        replay.begin(number)
        for event in events:
            try:
                replay.apply(event)
            except (ValueError, KeyError, TypeError):
                told.events.append((event.seq, _does_not_fit(event.seq)))
    told.first_numbers |= replay.first_numbers
    return replay


def _compare(connection: Connection, replay: _Replay, told: Told) -> None:
    documents, parts, copies = schema.documents.c, schema.parts.c, schema.copies.c
    of_them = _fetched(connection, schema.copies, copies.document, replay.numbers)
    # A copy that was moved to another document is told by its own.
    of_them |= _fetched(connection, schema.copies, copies.copy_number, replay.tables["copies"])
    numbers = sorted({*of_them, *replay.tables["copies"]})
    rows = {
        "documents": _fetched(connection, schema.documents, documents.register_number, replay.numbers),
        "parts": _fetched(connection, schema.parts, parts.document, replay.numbers),
        "copies": of_them,
        "files": _fetched(connection, schema.files, schema.files.c.copy_number, numbers),
        "grounds": _fetched(connection, schema.grounds, schema.grounds.c.copy_number, numbers),
    }
    for table, found in rows.items():
        told.by_table[table] += _differences(table, found, replay.tables[table])


def _fetched(connection: Connection, table: Table, column: Column[Any], values: Iterable[str]) -> Rows:
    """The rows of a table whose ``column`` has one of the values."""
    rows: Rows = {}
    rest = iter(values)
    while some := list(islice(rest, 2 * _DOCUMENTS)):
        for row in connection.execute(select(table).where(column.in_(some))):
            rows[_name(row._mapping, table.name)] = dict(row._mapping)
    return rows


def _runs(connection: Connection, told: Told) -> None:
    """Runs are few beside documents, and none of their events names a document."""
    events = schema.events.c
    expected: Rows = {}
    begun = select(events.seq, events.at, events.run, events.detail).where(events.kind == EventKind.RUN.value)
    for event in connection.execute(begun.order_by(events.seq).execution_options(yield_per=_EVENTS)):
        try:
            expected[event.run] = {"id": event.run, "started_at": event.at, **json.loads(event.detail)}
        except (ValueError, TypeError):
            told.events.append((event.seq, _does_not_fit(event.seq)))
    rows = {str(row.id): dict(row._mapping) for row in connection.execute(select(schema.runs))}
    told.by_table["runs"] += _differences("runs", rows, expected)


def _unknown(connection: Connection, told: Told) -> None:
    """Rows of documents that no event names, and of copies that are not there."""
    events = schema.events.c
    for table, column in (
        (schema.documents, schema.documents.c.register_number),
        (schema.parts, schema.parts.c.document),
        (schema.copies, schema.copies.c.document),
    ):
        known = exists().where(events.document == column)
        told.by_table[table.name] += _strangers(connection, table, known)
    for table in (schema.files, schema.grounds):
        known = exists().where(schema.copies.c.copy_number == table.c.copy_number)
        told.by_table[table.name] += _strangers(connection, table, known)


def _strangers(connection: Connection, table: Table, known: Any) -> Iterator[Problem]:
    keys = select(*(table.c[column] for column in _KEYS[table.name]))
    for row in connection.execute(keys.where(~known).execution_options(yield_per=_EVENTS)):
        yield _not_known(_name(row._mapping, table.name), table.name)


def _differences(table: str, rows: Mapping[str, dict[str, Any]], expected: Rows) -> list[Problem]:
    missing = [name for name in expected if name not in rows]
    problems = [Problem(name, f"The ledger knows it, but it is not in {table}.") for name in missing]
    for name, row in rows.items():
        if name not in expected:
            problems.append(_not_known(name, table))
            continue
        changed = [column for column in row if row[column] != expected[name].get(column)]
        if changed:
            problems.append(Problem(name, f"It is not what the ledger says in: {', '.join(changed)}."))
    return problems


def _name(row: Mapping[Any, Any], table: str) -> str:
    return ", part ".join(str(row[column]) for column in _KEYS[table])


def _not_known(name: str, table: str) -> Problem:
    return Problem(name, f"It is in {table}, but the ledger does not know it.")


def _does_not_fit(seq: int) -> Problem:
    return Problem(f"event {seq}", "Its detail does not fit what came before.")

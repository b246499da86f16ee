"""Questions to the register.  Functions take a connection, so that a writer may ask inside its own transaction.

What is asked of every document is composed once, with its values left open: composing a statement takes longer than
SQLite takes to answer it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, Select, bindparam, select

from marker.errors import RegisterError
from marker.model import PartyId
from marker.register import schema
from marker.register.records import (
    CopyRecord,
    CopyStatus,
    DocumentRecord,
    DocumentStatus,
    EventKind,
    EventRecord,
    PartEntry,
    PartFile,
    RunRecord,
)

_AT_ONCE: Final = 500
_Value = TypeVar("_Value")
_Status = TypeVar("_Status", DocumentStatus, CopyStatus)
_documents, _copies, _events, _runs = schema.documents.c, schema.copies.c, schema.events.c, schema.runs.c


def _select_copies() -> Select[Any]:
    # Two columns are named for SQL, where ``index`` is a reserved word; the record is named for people.
    renamed = {"document": "register_number", "copy_index": "index"}
    return select(*(c.label(renamed.get(c.name, c.name)) for c in schema.copies.columns)).order_by(
        _copies.document, _copies.copy_index
    )


_DOCUMENT: Final = select(schema.documents).where(_documents.register_number == bindparam("number"))
_LIVE_DOCUMENT: Final = select(schema.documents).where(
    _documents.party == bindparam("receiving"),
    _documents.source_sha256 == bindparam("hash"),
    _documents.status != DocumentStatus.VOID.value,
)
_DOCUMENT_OF_PART: Final = select(schema.documents).where(
    _documents.register_number.in_(
        select(schema.parts.c.document).where(schema.parts.c.source_sha256 == bindparam("hash"))
    ),
    _documents.party == bindparam("receiving"),
    _documents.status == DocumentStatus.REGISTERED.value,
)
_COPY: Final = _select_copies().where(_copies.copy_number == bindparam("number"))
_COPIES_OF: Final = _select_copies().where(_copies.document == bindparam("number"))
_ISSUED: Final = _select_copies().where(_copies.status == CopyStatus.ISSUED.value)
_COPY_BY_SHA256: Final = _ISSUED.where(_copies.sha256 == bindparam("hash"))
_COPY_BY_ANNEX: Final = _ISSUED.where(
    _copies.copy_number.in_(select(schema.files.c.copy_number).where(schema.files.c.sha256 == bindparam("hash")))
)


def as_document(row: Row[Any]) -> DocumentRecord:
    """The record of a row.  Raises RegisterError when its status is none that was ever written."""
    return DocumentRecord(**{**row._mapping, "status": _status(DocumentStatus, row.status)})


def _as_copy(row: Row[Any]) -> CopyRecord:
    return CopyRecord(**{**row._mapping, "status": _status(CopyStatus, row.status)})


def _status(kind: type[_Status], value: str) -> _Status:
    try:
        return kind(value)
    except ValueError as error:
        raise RegisterError(
            "A row of the register holds a status that this software cannot have written.",
            remedy="Run marker register verify, and restore the last backup.",
        ) from error


def document(connection: Connection, register_number: str) -> DocumentRecord | None:
    """The document of that register number."""
    row = connection.execute(_DOCUMENT, {"number": register_number}).one_or_none()
    return as_document(row) if row else None


def live_document(connection: Connection, sha256: str, party: PartyId) -> DocumentRecord | None:
    """The one document of those bytes and that receiving Party that is not void: registered, or being worked on."""
    row = connection.execute(_LIVE_DOCUMENT, {"receiving": party, "hash": sha256}).one_or_none()
    return as_document(row) if row else None


def documents(
    connection: Connection,
    *,
    party: PartyId | None,
    year: int | None,
    status: DocumentStatus | None,
    level: str | None,
    source_sha256: str | None,
    limit: int | None,
) -> list[DocumentRecord]:
    """Documents that fit every filter given, by Party, year and serial; the last ``limit`` of them."""
    query = select(schema.documents)
    for column, wanted in (
        (_documents.party, party),
        (_documents.year, year),
        (_documents.status, status.value if status else None),
        (_documents.level, level),
        (_documents.source_sha256, source_sha256),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    newest_first = query.order_by(_documents.party.desc(), _documents.year.desc(), _documents.serial.desc())
    rows = connection.execute(newest_first.limit(limit) if limit is not None else newest_first)
    return [as_document(row) for row in rows][::-1]


def copies_of(connection: Connection, register_number: str) -> list[CopyRecord]:
    """All copies of a document, by their numbers."""
    rows = connection.execute(_COPIES_OF, {"number": register_number})
    return [_as_copy(row) for row in rows]


def copies_of_all(connection: Connection, register_numbers: Sequence[str]) -> dict[str, list[CopyRecord]]:
    """All copies of several documents, by register number and then by their numbers."""
    found: dict[str, list[CopyRecord]] = {number: [] for number in register_numbers}
    for some in batched(register_numbers):
        for row in connection.execute(_select_copies().where(_copies.document.in_(some))):
            copy = _as_copy(row)
            found[copy.register_number].append(copy)
    return found


def batched(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """As many of the values at once as a statement takes."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def copy(connection: Connection, copy_number: str) -> CopyRecord | None:
    """The copy of that number."""
    row = connection.execute(_COPY, {"number": copy_number}).one_or_none()
    return _as_copy(row) if row else None


def copy_by_sha256(connection: Connection, sha256: str) -> CopyRecord | None:
    """The issued copy whose file, or an annex's file, has that hash (rule of judgement 8)."""
    row = connection.execute(_COPY_BY_SHA256, {"hash": sha256}).first()
    if row is None:
        row = connection.execute(_COPY_BY_ANNEX, {"hash": sha256}).first()
    return _as_copy(row) if row else None


def document_of_part(connection: Connection, sha256: str, party: PartyId) -> DocumentRecord | None:
    """The registered document of that receiving Party of which those bytes are an annex."""
    row = connection.execute(_DOCUMENT_OF_PART, {"receiving": party, "hash": sha256}).first()
    return as_document(row) if row else None


def parts_of(connection: Connection, register_number: str) -> list[PartEntry]:
    """The annexes of a document, in their order."""
    table = schema.parts.c
    columns = (table.source_sha256, table.source_name, table.format, table.pages, table.marking)
    rows = connection.execute(select(*columns).where(table.document == register_number).order_by(table.part))
    return [PartEntry(**row._mapping) for row in rows]


def files_of(connection: Connection, copy_number: str) -> list[PartFile]:
    """The files of a copy's annexes, in their order."""
    table = schema.files.c
    columns = (table.part, table.path, table.sha256)
    rows = connection.execute(select(*columns).where(table.copy_number == copy_number).order_by(table.part))
    return [PartFile(**row._mapping) for row in rows]


def events(connection: Connection, *, register_number: str | None = None, last: int | None = None) -> list[EventRecord]:
    """Events in the order they happened: of one document or of all, the last ``last`` of them."""
    query = select(schema.events).order_by(_events.seq.desc())
    if register_number is not None:
        query = query.where(_events.document == register_number)
    if last is not None:
        query = query.limit(last)
    return [EventRecord(**row._mapping) for row in connection.execute(query)][::-1]


def of_kinds(connection: Connection, *kinds: EventKind) -> list[EventRecord]:
    """Events of some kinds in the order they happened.

    Sorted here: told to sort, SQLite would rather go through the whole ledger, which is in that order already.
    """
    rows = connection.execute(select(schema.events).where(_events.kind.in_([kind.value for kind in kinds])))
    return sorted((EventRecord(**row._mapping) for row in rows), key=lambda event: event.seq)


def run(connection: Connection, run_id: str) -> RunRecord:
    """The run of that id; copies and events always have one."""
    row = connection.execute(select(schema.runs).where(_runs.id == run_id)).one()
    return RunRecord(**row._mapping)


def unsettled(connection: Connection) -> list[tuple[RunRecord, list[CopyRecord]]]:
    """Every run that has copies reserved, with those copies."""
    rows = connection.execute(_select_copies().where(_copies.status == CopyStatus.RESERVED.value))
    by_run: dict[str, list[CopyRecord]] = {}
    for row in rows:
        by_run.setdefault(row.run, []).append(_as_copy(row))
    return [(run(connection, run_id), reserved) for run_id, reserved in by_run.items()]

"""Finding documents, and the lines of the journal."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from marker.model import LevelId
from marker.register import custody, grounds, query, schema
from marker.register.custody import State
from marker.register.records import DocumentRecord, EventKind

_documents, _copies, _events = schema.documents.c, schema.copies.c, schema.events.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a document must fit; None asks nothing.  Texts are found anywhere in the field, dates are ISO 8601."""

    number: str | None = None
    """Register or copy number, or its beginning."""
    recipient: str | None = None
    """Of a copy when it was made, or its holder after a transfer."""
    level: LevelId | None = None
    since: str | None = None
    """First local date of registration."""
    until: str | None = None
    """Last local date of registration."""
    sender_ref: str | None = None
    sha256: str | None = None
    """Of the received file or of a copy, or its beginning."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal: one copy of one document."""

    document: DocumentRecord
    copy_number: str
    state: State
    holder: str | None
    since: str
    operator: str
    consent: str | None
    remark: str


def documents(connection: Connection, wanted: Wanted) -> list[DocumentRecord]:
    """Documents that fit all that is wanted, by Party, year and serial."""
    found = select(schema.documents)
    copies_of = select(_copies.document)
    if wanted.number is not None:
        number = _pattern(wanted.number.strip().upper(), anywhere=False)
        found = found.where(
            or_(
                _documents.register_number.like(number, escape="\\"),
                _documents.register_number.in_(copies_of.where(_copies.copy_number.like(number, escape="\\"))),
            )
        )
    if wanted.recipient is not None:
        name = _pattern(wanted.recipient)
        handed = select(_events.document).where(
            _events.kind == EventKind.TRANSFERRED.value,
            _events.detail.like(_pattern(_in_json(wanted.recipient)), escape="\\"),
        )
        found = found.where(
            or_(
                _documents.register_number.in_(copies_of.where(_copies.recipient.like(name, escape="\\"))),
                _documents.register_number.in_(handed),
            )
        )
    if wanted.level is not None:
        found = found.where(_documents.level == wanted.level)
    if wanted.since is not None:
        found = found.where(_documents.registered_on >= wanted.since)
    if wanted.until is not None:
        found = found.where(_documents.registered_on <= wanted.until)
    if wanted.sender_ref is not None:
        found = found.where(_documents.sender_ref.like(_pattern(wanted.sender_ref), escape="\\"))
    if wanted.sha256 is not None:
        start = _pattern(wanted.sha256.strip().lower(), anywhere=False)
        found = found.where(
            or_(
                _documents.source_sha256.like(start, escape="\\"),
                _documents.register_number.in_(copies_of.where(_copies.sha256.like(start, escape="\\"))),
            )
        )
    rows = connection.execute(found.order_by(_documents.party, _documents.year, _documents.serial))
    return [query.as_document(row) for row in rows]


def journal(connection: Connection, wanted: Wanted) -> list[Line]:
    """The journal's lines in the order of their numbers: every number, void ones too, with where it stands today."""
    lines: list[Line] = []
    for document in documents(connection, wanted):
        where = custody.of_document(connection, document.register_number)
        why = grounds.of_document(connection, document.register_number)
        for copy in query.copies_of(connection, document.register_number):
            now = where[copy.copy_number]
            ground = why.get(copy.copy_number, {})
            remarks = [copy.void_reason or ""]
            remarks += [f"translation: {ground['translation']}"] if ground.get("translation") else []
            remarks += [f"replaces {ground['replaces']}"] if ground.get("replaces") else []
            remarks += [f"incident {number}" for number in now.incidents]
            lines.append(
                Line(
                    document,
                    copy.copy_number,
                    now.state,
                    now.holder,
                    now.since[:10],
                    copy.operator,
                    ground.get("consent"),
                    "; ".join(filter(None, remarks)),
                )
            )
    return lines


def _pattern(text: str, *, anywhere: bool = True) -> str:
    # What people type is text: % and _ are no signs of a pattern.
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if anywhere else f"{escaped}%"


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]

"""Finding documents, and the lines of the journal."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from marker.model import LevelId
from marker.register import custody, grounds, query, schema
from marker.register.custody import State
from marker.register.records import DocumentRecord, EventKind

_FEW: Final = 1_000
"""References that are looked up by name."""

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


def documents(connection: Connection, wanted: Wanted, limit: int | None = None) -> list[DocumentRecord]:
    """Documents that fit all that is wanted, by Party, year and serial; the ``limit`` that came last."""
    found = select(schema.documents)
    copies_of = select(_copies.document)
    if wanted.number is not None:
        number = wanted.number.strip().upper()
        found = found.where(
            or_(
                _begins(_documents.register_number, number),
                _documents.register_number.in_(copies_of.where(_begins(_copies.copy_number, number))),
            )
        )
    if wanted.recipient is not None:
        names = [name for name in _recipients(connection) if _folded(wanted.recipient) in _folded(name)]
        found = found.where(
            or_(
                _documents.register_number.in_(copies_of.where(_copies.recipient.in_(names))),
                _documents.register_number.in_(_handed_to(connection, wanted.recipient)),
            )
        )
    if wanted.level is not None:
        found = found.where(_documents.level == wanted.level)
    if wanted.since is not None:
        found = found.where(_documents.registered_on >= wanted.since)
    if wanted.until is not None:
        found = found.where(_documents.registered_on <= wanted.until)
    if wanted.sender_ref is not None:
        found = found.where(_of_sender(connection, wanted.sender_ref))
    if wanted.sha256 is not None:
        start = wanted.sha256.strip().lower()
        found = found.where(
            or_(
                _begins(_documents.source_sha256, start),
                _documents.register_number.in_(copies_of.where(_begins(_copies.sha256, start))),
            )
        )
    last_first = found.order_by(_documents.registered_on.desc(), _documents.party.desc(), _documents.serial.desc())
    rows = connection.execute(last_first.limit(limit) if limit is not None else last_first)
    return sorted((query.as_document(row) for row in rows), key=lambda one: (one.party, one.year, one.serial))


def _begins(column: ColumnElement[Any], start: str) -> ColumnElement[bool]:
    # A range, which every index serves; these columns hold ASCII letters and digits, compared byte by byte.
    return and_(column >= start, column < start + "\x7f")


def _recipients(connection: Connection) -> list[str]:
    """Every name that copies were made for, each once: from one to the next in the index, not through all copies."""
    first = select(func.min(_copies.recipient).label("name")).cte("names", recursive=True)
    following = select(func.min(_copies.recipient)).where(_copies.recipient > first.c.name).scalar_subquery()
    names = first.union_all(select(following).where(first.c.name.is_not(None)))
    return list(connection.scalars(select(names.c.name).where(names.c.name.is_not(None))))


def _handed_to(connection: Connection, recipient: str) -> list[str]:
    """Documents of which a copy was handed over to such a holder."""
    handed = select(_events.document, _events.detail).where(_events.kind == EventKind.TRANSFERRED.value)
    wanted = _folded(recipient)
    # Most are told apart by a word, which is quicker than to take each detail apart.  JSON writes letters and digits
    # as they are.
    word = max(re.findall(r"[^\W_]+", wanted), key=len, default="")
    return list(
        dict.fromkeys(
            document
            for document, detail in connection.execute(handed)
            if word in detail.casefold() and wanted in _folded(json.loads(detail)["to"])
        )
    )


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def journal(connection: Connection, wanted: Wanted) -> list[Line]:
    """The journal's lines in the order of their numbers: every number, void ones too, with where it stands today."""
    lines: list[Line] = []
    chosen = documents(connection, wanted)
    numbers = [document.register_number for document in chosen]
    where, why = custody.of_documents(connection, numbers), grounds.of_documents(connection, numbers)
    copies = query.copies_of_all(connection, numbers)
    for document in chosen:
        for copy in copies[document.register_number]:
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


def _of_sender(connection: Connection, text: str) -> ColumnElement[bool]:
    """The condition for a sender's reference: few references by name, many by their pattern.

    Where few fit, all are looked at, in the index, which is quicker than in the table; where many do, the last of them
    are found early.
    """
    fits = or_(*(_documents.sender_ref.like(p, escape="\\") for p in _patterns(connection, text)))
    few = list(connection.scalars(select(_documents.sender_ref).where(fits).limit(_FEW + 1)))
    return _documents.sender_ref.in_(few) if len(few) <= _FEW else fits


def _patterns(connection: Connection, text: str) -> list[str]:
    # What people type is text: % and _ are no signs of a pattern.  Databases differ in which letters are the same in
    # capitals, so each way of writing it is asked for.
    ways = dict.fromkeys((text, text.lower(), text.upper(), text.capitalize()))
    if connection.dialect.name == "sqlite" and text.isascii():
        ways = {text: None}  # its LIKE takes these for the same by itself
    escaped = (way.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for way in ways)
    return [f"%{way}%" for way in escaped]

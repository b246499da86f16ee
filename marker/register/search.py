"""Finding documents, and the lines of the journal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, TextClause, and_, func, or_, select, union_all

from marker.errors import UsageError
from marker.model import LevelId
from marker.register import custody, grounds, query, schema
from marker.register.custody import State
from marker.register.records import DocumentRecord

_FEW: Final = 1_000
"""So many are looked up one by one."""
_YEAR: Final = re.compile(r"[A-Z]+-(\d{4})(-|$)")
_MOST_NAMES: Final = 10_000
"""Below the number of values that a statement may carry."""

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
    """Of a received file or of a copy, annexes included, or its beginning."""


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
    if wanted.number is not None:
        found = found.where(_numbered(connection, wanted.number.strip().upper()))
    if wanted.recipient is not None:
        found = found.where(_held_by(connection, wanted.recipient))
    if wanted.level is not None:
        found = found.where(_documents.level == wanted.level)
    if wanted.since is not None:
        found = found.where(_documents.registered_on >= wanted.since)
    if wanted.until is not None:
        found = found.where(_documents.registered_on <= wanted.until)
    if wanted.sender_ref is not None:
        found = found.where(_of_sender(connection, wanted.sender_ref))
    if wanted.sha256 is not None:
        found = found.where(_documents.register_number.in_(_with_file(wanted.sha256.strip().lower())))
    last_first = found.order_by(_documents.registered_on.desc(), _documents.party.desc(), _documents.serial.desc())
    rows = connection.execute(last_first.limit(limit) if limit is not None else last_first)
    return sorted((query.as_document(row) for row in rows), key=lambda one: (one.party, one.year, one.serial))


def _numbered(connection: Connection, start: str) -> ColumnElement[bool]:
    """The condition for a register or copy number or its beginning."""
    if start.count("-") > 2:  # copy numbers have a third one
        return _documents.register_number.in_(select(_copies.document).where(_begins(_copies.copy_number, start)))
    fits = _begins(_documents.register_number, start)
    year = _YEAR.match(start)
    if year is None or _are_few(connection, select(_documents.register_number).where(fits)):
        return fits
    # Many are not looked up by their numbers, but come as those of their year do, the last first.
    day = _documents.registered_on
    return and_(
        day >= f"{year[1]}-01-01", day <= f"{year[1]}-12-31", _begins(_documents.register_number.concat(""), start)
    )


def _are_few(connection: Connection, numbers: Select[Any] | CompoundSelect[Any]) -> bool:
    return len(list(connection.scalars(numbers.limit(_FEW + 1)))) <= _FEW


def _begins(column: ColumnElement[Any], start: str) -> ColumnElement[bool]:
    # A range, which every index serves; these columns hold ASCII letters and digits, compared byte by byte.
    return and_(column >= start, column < start + "\x7f")


def _with_file(start: str) -> CompoundSelect[Any]:
    """Documents received as a file of that hash, or copied into one; annexes are files too."""
    parts, files = schema.parts.c, schema.files.c
    return union_all(
        select(_documents.register_number).where(_begins(_documents.source_sha256, start)),
        select(parts.document).where(_begins(parts.source_sha256, start)),
        select(_copies.document).where(_begins(_copies.sha256, start)),
        select(_copies.document)
        .join(schema.files, files.copy_number == _copies.copy_number)
        .where(_begins(files.sha256, start)),
    )


def _held_by(connection: Connection, recipient: str) -> ColumnElement[bool]:
    """The condition for a recipient's or a holder's name.  Raises UsageError when names fit by the thousands."""
    wanted = _folded(recipient)
    moved, holder = schema.TRANSFERRED, schema.holder(_events.detail)
    receivers = [name for name in _each(connection, _copies.recipient) if wanted in _folded(name)]
    holders = [end for end in _each(connection, holder, moved) if wanted in _folded(json.loads("{" + end)["to"])]
    if len(receivers) + len(holders) > _MOST_NAMES:
        raise UsageError(f"{len(receivers) + len(holders)} recipients fit that name.", remedy="Write more of it.")
    made = select(_copies.document).where(_copies.recipient.in_(receivers))
    handed = select(_events.document).where(moved, holder.in_(holders))
    found = union_all(made, handed)
    # Few are looked up; of many, the last are found early as they come.
    if _are_few(connection, found):
        return _documents.register_number.in_(found)
    of_it = made.where(_copies.document == _documents.register_number).correlate(schema.documents)
    return or_(of_it.exists(), _documents.register_number.in_(handed))


def _each(connection: Connection, name: ColumnElement[str], *which: TextClause) -> Iterable[str]:
    """Every name that stands there, each once: from one to the next in its index, not through all rows."""
    first = select(func.min(name).label("name")).where(*which).cte("names", recursive=True)
    following = select(func.min(name)).where(*which, name > first.c.name).scalar_subquery()
    names = first.union_all(select(following).where(first.c.name.is_not(None)))
    return connection.scalars(select(names.c.name).where(names.c.name.is_not(None)))


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

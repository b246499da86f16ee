"""Numbers and what becomes of them: reserved, announced, issued or void.  Every function works in one transaction.

A number is drawn and its event written in the same transaction, so that neither is ever there without the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from marker.agreement.profile import cited
from marker.errors import HoldError, RegisterError, UsageError
from marker.model import HoldCode
from marker.names import shown
from marker.numbering import CopyNumber, format_register_number
from marker.register import grounds, query, schema
from marker.register.grounds import Terms
from marker.register.ledger import Pen, append, canonical
from marker.register.records import (
    AlreadyRegistered,
    BeingWorkedOn,
    CopyRecord,
    CopyStatus,
    DocumentEntry,
    DocumentRecord,
    DocumentStatus,
    EventKind,
    FirstNumber,
    Overtaken,
    Reservation,
)

LINE_LENGTH: Final = 500
"""Characters of a recipient's name or a sender's reference."""
_documents, _copies = schema.documents.c, schema.copies.c
# Composed once, as in :mod:`marker.register.query`.
_LAST_SERIAL: Final = select(func.max(_documents.serial)).where(
    _documents.party == bindparam("receiving"), _documents.year == bindparam("of_year")
)
_LAST_INDEX: Final = select(func.max(_copies.copy_index)).where(_copies.document == bindparam("number"))
_ADD_DOCUMENT: Final = insert(schema.documents)
_ADD_COPY: Final = insert(schema.copies)
_CHANGE_COPY: Final = update(schema.copies).where(_copies.copy_number == bindparam("number"))
_SETTLE_DOCUMENT: Final = update(schema.documents).where(_documents.register_number == bindparam("number"))


def reserve(
    pen: Pen,
    entry: DocumentEntry,
    recipients: Sequence[str | None],
    *,
    first_number: FirstNumber,
    again: bool,
    terms: Terms | None = None,
) -> Reservation:
    """Draw the register number and a copy number per recipient; see :meth:`Register.reserve`."""
    if not recipients:
        raise UsageError("No copy was asked for.", remedy="Ask for at least one.")
    known = query.live_document(pen.connection, entry.source_sha256, entry.party)
    if known is None:
        record = register(pen, entry, first_number)
        return draw(pen, record, recipients, entry.purpose, set_no=1, set_size=len(recipients), terms=terms)
    if known.status is DocumentStatus.REGISTERED and not again:
        raise AlreadyRegistered(known)
    made = query.copies_of(pen.connection, known.register_number)
    for copy in made:
        if copy.status is CopyStatus.RESERVED:
            raise BeingWorkedOn(known, query.run(pen.connection, copy.run))
    _same_marking(pen, known, entry)
    set_no = max(copy.set_no for copy in made) + 1
    return draw(pen, known, recipients, entry.purpose, set_no=set_no, set_size=None, terms=terms)


def register(pen: Pen, entry: DocumentEntry, first_number: FirstNumber, day: date | None = None) -> DocumentRecord:
    """Draw the next register number, of today or of the ``day`` given."""
    day = day or pen.now.date()
    year = day.year
    highest = pen.connection.scalar(_LAST_SERIAL, {"receiving": entry.party, "of_year": year})
    serial = highest + 1 if highest is not None else first_number.of(year)
    stated_by = entry.stated_by or (pen.operator if entry.stated_reason else None)
    values: dict[str, Any] = {
        "register_number": format_register_number(entry.party, year, serial),
        "party": entry.party,
        "year": year,
        "serial": serial,
        "source_sha256": entry.source_sha256,
        "source_name": shown(entry.source_name),
        "format": entry.format,
        "pages": entry.pages,
        "marking": entry.marking,
        "level": entry.level,
        "equivalent": entry.equivalent,
        "stated_by": _shown_or_none(stated_by),
        "stated_reason": _shown_or_none(entry.stated_reason),
        "sender_ref": _line(entry.sender_ref, "The sender's reference"),
        "sender_date": _checked_date(entry.sender_date),
        "purpose": _shown_or_none(entry.purpose),
        "evidence": canonical(list(entry.evidence)),
        "registered_on": day.isoformat(),
        "registered_at": pen.at,
        "profile_sha256": pen.profile_sha256,
        "status": DocumentStatus.RESERVED.value,
    }
    pen.connection.execute(_ADD_DOCUMENT, values)
    detail: dict[str, Any] = {"row": values, "first_number": serial if highest is None else None}
    annexes = [
        {"document": values["register_number"], "part": number, **asdict(part), "source_name": shown(part.source_name)}
        for number, part in enumerate(entry.parts, start=2)
    ]
    if annexes:
        detail["parts"] = annexes
        pen.connection.execute(insert(schema.parts), annexes)
    if entry.signatures:
        detail["signatures"] = list(entry.signatures)
    append(pen, EventKind.REGISTERED, document=values["register_number"], detail=detail)
    return DocumentRecord(**{**values, "status": DocumentStatus.RESERVED})


def draw(
    pen: Pen,
    record: DocumentRecord,
    recipients: Sequence[str | None],
    purpose: str | None,
    *,
    set_no: int,
    set_size: int | None,
    terms: Terms | None,
) -> Reservation:
    """The one place where copy numbers are drawn.

    Every copy with an index above 1 is a further copy in the sense of Article 7(1): this is the place, and this the
    transaction, in which consents are looked up and counted down.  Without ``terms`` nothing is asked.
    """
    highest = pen.connection.scalar(_LAST_INDEX, {"number": record.register_number})
    drawn: list[CopyRecord] = []
    for index, recipient in enumerate(recipients, start=(highest or 0) + 1):
        values: dict[str, Any] = {
            "copy_number": str(CopyNumber(record.party, record.year, record.serial, index)),
            "document": record.register_number,
            "copy_index": index,
            "set_no": set_no,
            "set_size": set_size,
            "recipient": _line(recipient, "A recipient's name"),
            "purpose": _shown_or_none(purpose),
            "status": CopyStatus.RESERVED.value,
            "path": None,
            "sha256": None,
            "operator": pen.operator,
            "clearance": pen.clearance,
            "reserved_at": pen.at,
            "settled_at": None,
            "void_reason": None,
            "run": pen.run,
        }
        number = values["copy_number"]
        # Asked before the row is there, so that a copy is never counted against itself.
        ground = grounds.of_copy(pen, record, index, values["recipient"], terms) if terms is not None else None
        pen.connection.execute(_ADD_COPY, values)
        detail: dict[str, Any] = {"row": values}
        if ground is not None:
            detail["grounds"] = {"copy_number": number, **ground}
            pen.connection.execute(insert(schema.grounds).values(detail["grounds"]))
        append(pen, EventKind.RESERVED, document=record.register_number, copy=number, detail=detail)
        drawn.append(_existing(pen, number))
    return Reservation(record, tuple(drawn))


def announce(pen: Pen, copy_number: str, path: str, sha256: str, part: int = 1) -> None:
    """Note where the copy is about to be published and what its bytes are; see :meth:`Register.announce`."""
    copy = _reserved(pen, copy_number, pen.run)
    if shown(path) != path:
        raise HoldError(
            HoldCode.UNSAFE_PATH, f"The name {shown(path)} cannot be kept in the register; rename the folder or file."
        )
    if part > 1:
        row = {"copy_number": copy.copy_number, "part": part, "path": path, "sha256": sha256}
        pen.connection.execute(insert(schema.files).values(row))
        _tell(pen, EventKind.ANNOUNCED, copy, {"path": path, "sha256": sha256, "part": part})
        return
    _update(pen, copy, path=path, sha256=sha256)
    _tell(pen, EventKind.ANNOUNCED, copy, {"path": path, "sha256": sha256})


def issue(pen: Pen, copy_numbers: Sequence[str], *, run: str, detail: Mapping[str, Any]) -> None:
    """Issue announced copies of ``run``; ``detail`` is added to their events."""
    for number in copy_numbers:
        copy = _reserved(pen, number, run)
        if copy.path is None:
            raise RegisterError(
                f"{number} was never announced, so it cannot be issued.",
                remedy="This is a fault of the program; report it.",
            )
        _update(pen, copy, status=CopyStatus.ISSUED.value, settled_at=pen.at)
        _tell(pen, EventKind.ISSUED, copy, {"path": copy.path, "sha256": copy.sha256, **detail})
        _settle_document(pen, copy.register_number)


def void(pen: Pen, copy_numbers: Sequence[str], reason: str, *, run: str, detail: Mapping[str, Any]) -> None:
    """Make reserved copies of ``run`` void, for a reason that the register keeps."""
    if not reason.strip():
        raise UsageError("A number is void for a reason; none was given.", remedy="Say why.")
    for number in copy_numbers:
        copy = _reserved(pen, number, run)
        kept = shown(reason)
        _update(pen, copy, status=CopyStatus.VOID.value, settled_at=pen.at, void_reason=kept)
        _tell(pen, EventKind.VOID, copy, {"reason": kept, **detail})
        _settle_document(pen, copy.register_number)


def _shown_or_none(text: str | None) -> str | None:
    return None if text is None else shown(text)


def _line(text: str | None, what: str) -> str | None:
    """What people typed, as it is kept; it is searched for, and databases do not index texts of any length."""
    if text is not None and len(text) > LINE_LENGTH:
        raise UsageError(f"{what} has more than {LINE_LENGTH} characters.", remedy="Shorten it.")
    return _shown_or_none(text)


def _checked_date(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise UsageError(f"{shown(text)} is not a date.", remedy="Write it as 2026-11-22.") from error


def _same_marking(pen: Pen, known: DocumentRecord, entry: DocumentEntry) -> None:
    if (known.marking, known.level, known.equivalent) != (entry.marking, entry.level, entry.equivalent):
        raise RegisterError(
            f"{known.register_number} is registered as {known.marking}, but the document was now judged "
            f"{entry.marking}; a marking is never changed by copying again ({cited(pen.articles.unchanged)}).",
            remedy="Have a person compare the document with the register before any more copies are made.",
        )


def _existing(pen: Pen, copy_number: str) -> CopyRecord:
    copy = query.copy(pen.connection, copy_number)
    if copy is None:
        raise RegisterError(f"There is no copy {shown(copy_number)} in the register.", remedy="Check the number.")
    return copy


def _reserved(pen: Pen, copy_number: str, run: str) -> CopyRecord:
    copy = _existing(pen, copy_number)
    if copy.status is not CopyStatus.RESERVED:
        raise Overtaken(copy)
    if copy.run != run:
        raise RegisterError(
            f"{copy_number} was reserved by another run.", remedy="Leave it to that run, or let it be recovered."
        )
    return copy


def _update(pen: Pen, copy: CopyRecord, **values: object) -> None:
    pen.connection.execute(_CHANGE_COPY, {"number": copy.copy_number, **values})


def _tell(pen: Pen, kind: EventKind, copy: CopyRecord, detail: Mapping[str, Any]) -> None:
    append(pen, kind, document=copy.register_number, copy=copy.copy_number, detail=detail)


def _settle_document(pen: Pen, register_number: str) -> None:
    """A document is registered with its first issued copy, and void when its last copy is void."""
    record = query.document(pen.connection, register_number)
    if record is None or record.status is not DocumentStatus.RESERVED:
        return
    settled = document_status([copy.status for copy in query.copies_of(pen.connection, register_number)])
    if settled is not DocumentStatus.RESERVED:
        pen.connection.execute(_SETTLE_DOCUMENT, {"number": register_number, "status": settled.value})


def document_status(statuses: Sequence[CopyStatus]) -> DocumentStatus:
    """What a document is, from its copies."""
    if CopyStatus.ISSUED in statuses:
        return DocumentStatus.REGISTERED
    return DocumentStatus.RESERVED if CopyStatus.RESERVED in statuses else DocumentStatus.VOID


def entry_of(event_detail: str) -> dict[str, Any]:
    """The row that an event drew a number for.  Raises ValueError, KeyError or TypeError when it holds none."""
    row = json.loads(event_detail)["row"]
    if not isinstance(row, dict):
        raise ValueError("no row")
    return row

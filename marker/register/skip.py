"""Numbers that a restored register does not know: they stand on paper, and must not be drawn again.

Each is drawn here as any other and made void at once, with the reason; so the numbers stay without gaps, the guards of
the database hold, and who asks for such a copy reads why nothing else is known of it.  A void document is never copied
again: of a document that is not known, one void copy keeps all its copy numbers from being drawn.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from sqlalchemy import Connection, func, select

from marker.errors import RegisterError, UsageError
from marker.model import LevelId, MarkingId, PartyId
from marker.names import shown
from marker.numbering import format_register_number, parse_copy_number
from marker.register import copies, query, schema
from marker.register.ledger import GENESIS, Pen
from marker.register.records import NOT_KNOWN, CopyStatus, DocumentEntry, DocumentStatus, FirstNumber

MOST: Final = 1_000
"""Numbers that are made void at once: more are a typing error, or are said in several steps."""

_REGISTER_NUMBER = re.compile(r"(?P<party>[A-Z]{2})-(?P<year>\d{4})-(?P<serial>\d{6,})")


def last_numbers(connection: Connection) -> list[str]:
    """The last register number of each Party and year."""
    table = schema.documents.c
    rows = connection.execute(
        select(table.party, table.year, func.max(table.serial).label("serial"))
        .group_by(table.party, table.year)
        .order_by(table.party, table.year)
    )
    return [format_register_number(PartyId(row.party), row.year, row.serial) for row in rows]


def skip(pen: Pen, through: str, reason: str, *, first_number: FirstNumber) -> list[str]:
    """Draw and make void all numbers up to ``through``, a register number or a copy number; tell the copy numbers.

    A register number: those of its Party and year after the last one drawn; ``first_number`` begins a year that has
    none.  A copy number: those of its document after the last copy.  Documents of an earlier year are dated with its
    last day.

    Raises UsageError for what is no such number, or a copy number of a document that is not known; RegisterError when
    the number is known already, lies in a year to come or too far ahead.
    """
    if not reason.strip():
        raise UsageError("A number is void for a reason; none was given.", remedy="Say why.")
    asked = through.strip().upper()
    match = _REGISTER_NUMBER.fullmatch(asked)
    if match is None:
        return _copies(pen, asked, reason)
    party, year, serial = PartyId(match["party"]), int(match["year"]), int(match["serial"])
    table = schema.documents.c
    known = set(pen.connection.scalars(select(table.party).distinct()))
    if serial < 1 or asked != format_register_number(party, max(year, 1000), serial):
        raise UsageError(f"{shown(asked)} is no register number.", remedy="Check it: it looks like KZ-2026-000123.")
    if known and party not in known:
        raise RegisterError(
            f"No document of this register was received by {party}.",
            remedy=f"Check the number; this register's Party is {', '.join(sorted(known))}.",
        )
    if year > pen.now.year:
        raise RegisterError(f"The year of {asked} has not begun.", remedy="Check the number.")
    last = pen.connection.scalar(select(func.max(table.serial)).where(table.party == party, table.year == year))
    start = last + 1 if last is not None else first_number.of(year)
    _within(asked, serial - start + 1)
    day = pen.now.date() if year == pen.now.year else date(year, 12, 31)
    entry = DocumentEntry(
        party, GENESIS, NOT_KNOWN, NOT_KNOWN, None, MarkingId(NOT_KNOWN), LevelId(NOT_KNOWN), MarkingId(NOT_KNOWN)
    )
    numbers: list[str] = []
    for _ in range(start, serial + 1):
        record = copies.register(pen, entry, first_number, day)
        drawn = copies.draw(pen, record, [None], None, set_no=1, set_size=None, terms=None)
        numbers += _void(pen, [copy.copy_number for copy in drawn.copies], reason)
    return numbers


def _copies(pen: Pen, asked: str, reason: str) -> list[str]:
    try:
        number = parse_copy_number(asked)
    except ValueError as error:
        raise UsageError(
            f"{shown(asked)} is neither a register number nor a copy number: {error}.", remedy="Check the number."
        ) from error
    record = query.document(pen.connection, number.register_number)
    if record is None:
        raise UsageError(
            f"{number.register_number} is not in the register.",
            remedy=f"marker register skip {number.register_number} makes it void with all its copies.",
        )
    made = query.copies_of(pen.connection, record.register_number)
    _within(asked, number.index - len(made))
    if any(copy.status is CopyStatus.RESERVED for copy in made) or record.status is not DocumentStatus.REGISTERED:
        raise RegisterError(
            f"{record.register_number} is {record.status.value}, and no copy of it can be drawn now.",
            remedy="Run marker register recover; a void document needs nothing more.",
        )
    set_no = max(copy.set_no for copy in made) + 1
    wanted = [None] * (number.index - len(made))
    drawn = copies.draw(pen, record, wanted, None, set_no=set_no, set_size=None, terms=None)
    return _void(pen, [copy.copy_number for copy in drawn.copies], reason)


def _within(asked: str, count: int) -> None:
    if count < 1:
        raise RegisterError(f"The register knows {asked} already.", remedy="Nothing needs to be done for it.")
    if count > MOST:
        raise RegisterError(
            f"{asked} lies {count} numbers ahead, which looks like a typing error.",
            remedy=f"Check it; where it is right, go there in steps of {MOST} numbers.",
        )


def _void(pen: Pen, numbers: list[str], reason: str) -> list[str]:
    copies.void(pen, numbers, reason, run=pen.run, detail={})
    return numbers

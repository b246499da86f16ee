"""Register numbers, copy numbers and what the Data Matrix of a page says: their one grammar.

::

    register number  KZ-2026-000123          Party, year, serial of that Party and year (six digits or more)
    copy number      KZ-2026-000123-01-0     register number, copy (two digits or more), check character
    page code        MK1KZ2026 000123 010 1 4H

The check characters are ISO 7064 MOD 37,36, which finds every single misread character and nearly every swap of
neighbours; the page code has its own, over all of it, so that a foreign bar code is not taken for ours.  A page code
without page and total (``MK1KZ2026 000123 010 Z``) is a DOCX footer's, which is the same on every page.  It uses
upper-case letters, digits and blanks only, which Data Matrix packs three to two code words: 20 × 20 modules hold it
up to 999 pages, 22 × 22 beyond.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from marker.model import PartyId

_COPY = re.compile(r"(?P<party>[A-Z]{2})-(?P<year>\d{4})-(?P<serial>\d{6,})-(?P<index>\d{2,})-(?P<check>[0-9A-Z])")
_CODE = re.compile(
    r"MK1(?P<party>[A-Z]{2})(?P<year>\d{4}) (?P<serial>\d{6,}) (?P<index>\d{2,})(?P<copy_check>[0-9A-Z])"
    r" (?:(?P<page>\d+) (?P<pages>\d+))?(?P<check>[0-9A-Z])"
)
COPY_NUMBER_IN_TEXT = re.compile(r"(?<![0-9A-Z])" + re.sub(r"\?P<\w+>", "", _COPY.pattern) + r"(?![0-9A-Z])")
"""Finds what looks like a copy number; ask :func:`parse_copy_number` whether its check character holds."""


@dataclass(frozen=True, slots=True)
class CopyNumber:
    """A copy number taken apart; ``str()`` gives it back with its check character."""

    party: PartyId
    year: int
    serial: int
    index: int

    @property
    def register_number(self) -> str:
        return format_register_number(self.party, self.year, self.serial)

    def __str__(self) -> str:
        stem = f"{self.register_number}-{self.index:02d}"
        return f"{stem}-{_check_character(stem.replace('-', ''))}"


@dataclass(frozen=True, slots=True)
class PageCode:
    """What the Data Matrix of a page says; ``page`` and ``pages`` are None on DOCX footers."""

    copy_number: CopyNumber
    page: int | None
    pages: int | None


def format_register_number(party: PartyId, year: int, serial: int) -> str:
    """``KZ-2026-000123``. Raises ValueError when serial or year is out of range."""
    if serial < 1 or not 1000 <= year <= 9999:
        raise ValueError(f"no register number for serial {serial} of {year}")
    return f"{party}-{year:04d}-{serial:06d}"


def parse_copy_number(text: str) -> CopyNumber:
    """The parts of a copy number. Raises ValueError when the form is wrong or the check character does not hold."""
    match = _COPY.fullmatch(text.strip().upper())
    if match is None:
        raise ValueError("not of the form KZ-2026-000123-01-0")
    number = CopyNumber(PartyId(match["party"]), int(match["year"]), int(match["serial"]), int(match["index"]))
    if str(number) != match.group():
        # Also refuses a needless zero or a moved hyphen, which leave the check character's sum as it is.
        raise ValueError("its check character does not hold; one character was misread")
    return number


def format_page_code(copy_number: str, page: int | None = None, pages: int | None = None) -> str:
    """The text of a page's Data Matrix. Raises ValueError when the copy number is not valid."""
    number = _parsed(copy_number)
    check = copy_number[-1]
    stem = f"MK1{number.party}{number.year:04d} {number.serial:06d} {number.index:02d}{check} "
    if page is not None and pages is not None:
        stem += f"{page} {pages}"
    return stem + _check_character(stem.replace(" ", ""))


_parsed = lru_cache(maxsize=64)(parse_copy_number)
"""For the many pages of a copy."""


def parse_page_code(text: str) -> PageCode:
    """The parts of a page code. Raises ValueError when it is not ours or a check character does not hold."""
    match = _CODE.fullmatch(text)
    if match is None:
        raise ValueError("not a page code of this software")
    code = text.replace(" ", "")
    if code[-1] != _check_character(code[:-1]):
        raise ValueError("the page code's check character does not hold")
    register_number = format_register_number(PartyId(match["party"]), int(match["year"]), int(match["serial"]))
    number = parse_copy_number(f"{register_number}-{match['index']}-{match['copy_check']}")
    page = int(match["page"]) if match["page"] else None
    return PageCode(number, page, int(match["pages"]) if match["pages"] else None)


def _check_character(stem: str) -> str:
    from stdnum.iso7064 import mod_37_36  # it brings along what speaks with networks; most documents bear no number

    return str(mod_37_36.calc_check_digit(stem))

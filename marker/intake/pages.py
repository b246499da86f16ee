"""Copies as PDF of a Word file (``--as pdf``): set as pages, read again as what they have become, then stamped as PDF.

The Word file is what was judged.  Its pages are judged too, because they show what the XML may not have said: no copy
is stamped lower than what stands on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from marker.agreement.profile import Profile
from marker.errors import HoldError
from marker.intake.desk import Desk
from marker.model import WORD_FORMATS, CopyOrder, HoldCode, MarkingId, Verdict

_NEVER: frozenset[HoldCode] = frozenset((HoldCode.THIRD_PARTY, HoldCode.NO_EQUIVALENT))
"""Nobody may state a marking over these (rule of judgement 10)."""


@dataclass(frozen=True, slots=True)
class ToStamp:
    """What is stamped: the received file itself, or the pages made of it."""

    path: Path
    format: str
    pages: int | None = None
    notes: tuple[str, ...] = ()
    was: CopyOrder | None = None
    """Where it is a copy itself, the order that it was stamped by: then only what numbers it is replaced."""


def pages_path(snapshot: Path) -> Path:
    """Where a snapshot's pages are written, in the run's private folder."""
    return snapshot.with_suffix(".pages")


def to_stamp(desk: Desk, path: Path, file_format: str, marking: MarkingId, *, stated: bool) -> ToStamp:
    """The file at ``path`` in the form in which it is to be stamped; checked, so that no number is drawn in vain.

    ``marking`` is what it will be stamped by, ``stated`` by a person or read in the file.  Raises HoldError, and
    MissingError when LibreOffice is asked for and absent.
    """
    if desk.settings.copies_as != "pdf" or file_format not in WORD_FORMATS:
        desk.workers.check(path, file_format)
        return ToStamp(path, file_format)
    pages = pages_path(path)
    notes = desk.workers.set_pages(path, file_format, pages)
    examination = desk.workers.examine(pages, f"{pages.name}.pdf")
    compare(marking, examination.verdict, desk.profile, stated=stated)
    desk.workers.check(pages, "pdf")
    return ToStamp(pages, "pdf", examination.pages, notes)


def compare(marking: MarkingId, seen: Verdict, profile: Profile, *, stated: bool) -> None:
    """Hold a document whose pages show another marking than it is to be stamped by.

    Where a person ``stated`` the marking, the pages may show less or nothing.  Raises HoldError.
    """
    floor = seen.floor
    if floor is not None and profile.rank(floor) > profile.rank(marking):
        raise HoldError(
            HoldCode.CONFLICT,
            f"Set as pages, the document shows {floor}, which is higher than {marking}, read in the Word file; have a "
            "person look at it and state its marking.",
        )
    hold = seen.hold
    if hold is not None and (not stated or hold.code in _NEVER):
        raise HoldError(
            hold.code, f"Set as pages by LibreOffice, the document reads otherwise than the Word file: {hold.detail}"
        )
    if not stated and seen.marking != marking:
        raise HoldError(
            HoldCode.CONFLICT,
            f"Set as pages, the document shows {seen.marking}, the Word file {marking}; stamp the Word file itself "
            "(without --as pdf), or have a person look at it.",
        )

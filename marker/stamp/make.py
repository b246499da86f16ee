"""Stamping by format; the stampers are imported when one of their files comes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from marker.agreement.profile import Profile
from marker.errors import HoldError
from marker.model import CopyOrder, HoldCode, StampResult
from marker.settings import Settings


def check(file_format: str, source: Path, settings: Settings) -> None:
    """Refuse, before a number is drawn, what no stamp can change: signed, protected or foreign kinds of files.

    Raises HoldError.  A file that passes may still fail to be stamped, for want of room on a page, say.
    """
    match file_format:
        case "pdf":
            from marker.stamp.pdf import check_pdf

            check_pdf(source, settings=settings)
        case "docx" | "docm" | "dotx" | "dotm":
            from marker.stamp.docx import check_docx

            check_docx(source, settings=settings)


def stamp(
    file_format: str, source: Path, orders: Sequence[tuple[CopyOrder, Path]], profile: Profile, settings: Settings
) -> tuple[StampResult, ...]:
    """Write one stamped copy of ``source`` per order to its path; results in the same order.

    Raises HoldError when a copy cannot be made, or for a format that has no stamper.
    """
    match file_format:
        case "pdf":
            from marker.stamp.pdf import stamp_pdf

            return stamp_pdf(source, orders, profile, settings=settings)
        case "docx" | "docm" | "dotx" | "dotm":
            from marker.stamp.docx import stamp_docx

            return stamp_docx(source, orders, profile, settings=settings)
    raise HoldError(HoldCode.UNSUPPORTED, f"A {file_format} file cannot be stamped; ask for PDF or DOCX.")

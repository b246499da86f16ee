"""Proving by format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from marker.agreement.profile import Profile
from marker.errors import HoldError
from marker.model import CopyOrder, HoldCode
from marker.proof.label import prove_label


def prove_copies(file_format: str, source: Path, copies: Sequence[tuple[CopyOrder, Path]], profile: Profile) -> None:
    """:func:`prove` for each copy; what can be done once for all of them is."""
    if file_format != "pdf":
        for order, path in copies:
            prove(file_format, source, path, order, profile)
        return
    from marker.proof.pdf import prove_pdf_copies

    packets = prove_pdf_copies(source, copies, profile)
    for (order, path), packet in zip(copies, packets, strict=True):
        prove_label(file_format, path, order, profile, packet)


def prove_again(
    file_format: str, copy: Path, stamped: Path, was: CopyOrder, order: CopyOrder, profile: Profile
) -> None:
    """The same for a Word copy that was made of ``copy``, stamped by ``was``.  Raises HoldError(stamp-failed)."""
    from marker.proof.docx_again import prove_docx_again

    prove_docx_again(copy, stamped, was, order, profile)
    prove_label(file_format, stamped, order, profile)


def prove(file_format: str, source: Path, stamped: Path, order: CopyOrder, profile: Profile) -> None:
    """Read a stamped copy again from the outside.

    Raises HoldError(stamp-failed) unless the copy shows all that ``order`` says, its label says the same, and nothing
    of ``source`` is lost.
    """
    match file_format:
        case "pdf":
            from marker.proof.pdf import prove_pdf

            prove_pdf(source, stamped, order, profile)
        case "docx" | "docm" | "dotx" | "dotm":
            from marker.proof.docx import prove_docx

            prove_docx(source, stamped, order, profile)
        case _:
            raise HoldError(HoldCode.STAMP_FAILED, f"A {file_format} copy cannot be proved; ask for PDF or DOCX.")
    prove_label(file_format, stamped, order, profile)

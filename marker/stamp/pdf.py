"""A numbered copy to a stamped PDF (Articles 3, 4(5), 7(3)).

pypdf writes the copy from a clone of the whole document: outlines, links, forms, tags, layers, attachments and metadata
stay.  Each page gets its content wrapped in a graphics state of its own and the stamp after it, over everything else.
Whether the result shows what it should is not this module's to judge: see :mod:`marker.proof.pdf`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject

from marker.agreement.profile import Profile
from marker.errors import HoldError, MarkerError
from marker.model import CopyOrder, HoldCode, StampResult
from marker.settings import Settings
from marker.stamp.fonts import face
from marker.stamp.geometry import PageFrame
from marker.stamp.ink import space_of
from marker.stamp.layout import PageLayout, lay_out_set
from marker.stamp.pdf_checks import Signed, note_and_tidy, refuse_other_documents, signed, signed_bytes_are_there
from marker.stamp.pdf_copy import Drawing, Plan, letters_of
from marker.stamp.pdf_label import label_pdf
from marker.stamp.pdf_pages import distinct_pages, frame_of
from marker.stamp.pdf_source import Source, open_source
from marker.stamp.pdf_write import Begun, append, write, write_on
from marker.stamp.wording import StampText, word

KEPT: Final = {
    Signed.SIGNED: (
        "The file bears an electronic signature: the copy holds the signed file unchanged, with the stamp added after "
        "it, so the signature can still be verified; as a whole the copy counts as modified after signing."
    ),
    Signed.CERTIFIED: (
        "The file is certified against changes: the copy holds the certified file unchanged, with the stamp added "
        "after it; viewers will call the certification of the copy broken."
    ),
}
BROKEN: Final = "The file bears an electronic signature, which does not hold in the copy; keep the received file."
_CERTIFIED: Final = (
    "The file is certified against any change, so a stamp would break the certification; verify and record it, then "
    "stamp the file with --accept-broken-signature."
)
_UNSAFE: Final = (
    "The file bears an electronic signature, and is damaged or encrypted, so a stamp would break the signature; verify "
    "and record it, then stamp the file with --accept-broken-signature."
)


def check_pdf(source: Path, *, settings: Settings | None = None) -> None:
    """Refuse what no stamp can change: raises HoldError as :func:`stamp_pdf` would, before a number is drawn."""
    with _holding(), open_source(source) as opened:
        _prepared(opened, settings or Settings())


def stamp_pdf(
    source: Path, orders: Sequence[tuple[CopyOrder, Path]], profile: Profile, *, settings: Settings | None = None
) -> tuple[StampResult, ...]:
    """Writes one stamped copy of ``source`` per order to its path; the caller syncs and publishes the files.

    Raises HoldError: encrypted, malformed, too-large, signed, unsupported, stamp-failed; ProfileError when the
    profile's wording is unfit.  Nothing is said of files already written when a later one fails: discard them all.
    """
    with _holding(), open_source(source) as opened:
        return _stamped(opened, orders, profile, settings or Settings())


def _stamped(
    opened: Source, orders: Sequence[tuple[CopyOrder, Path]], profile: Profile, settings: Settings
) -> tuple[StampResult, ...]:
    writer, notes = _prepared(opened, settings)
    texts = [word(order, profile) for order, _ in orders]
    widest = max((text.copy_number for text in texts), key=lambda number: face(False).width(number, 1.0))
    plans = _plan(opened, distinct_pages(writer), [replace(text, widest_number=widest) for text in texts])
    # One pair of font subsets for all copies: making another takes longer than a short copy does.
    letters = letters_of(plans)
    drawing = Drawing(writer, plans[0], letters)
    begun: Begun | None = None
    results: dict[int, StampResult] = {}
    # Copies whose pages are shrunk alike, as nearly all are, are drawn into one writer.
    kinds = list(dict.fromkeys(plan.shrinks for plan in plans))
    for at in sorted(range(len(plans)), key=lambda at: kinds.index(plans[at].shrinks)):
        (order, path), plan = orders[at], plans[at]
        if plan.shrinks != drawing.shrinks:
            drawing, begun = Drawing(_prepared(opened, settings)[0], plan, letters), None
        again = begun is not None and drawing.redraw(plan)
        if not again:
            drawing.draw(plan)
        sidecar = label_pdf(drawing.writer, order, profile, settings)
        if begun is not None and again:
            write_on(drawing.writer, path, begun)
        elif drawing.writer.incremental:
            begun = append(drawing.writer, path, opened.data, drawing.own)
        else:
            begun = write(drawing.writer, path, opened.packed, drawing.own)
        noted = (*opened.notes, *notes, *_shrink_notes(plan.layouts))
        results[at] = StampResult(opened.pages, noted, sidecar)
    return tuple(results[at] for at in range(len(plans)))


def _prepared(opened: Source, settings: Settings) -> tuple[PdfWriter, tuple[str, ...]]:
    """A copy of the document to draw the stamp on, and what is to be noted of it.

    A signed one is made to be added to: its signed bytes stay as they are.  Raises HoldError: signed, where a stamp
    would break a signature and the settings do not accept that; unsupported.
    """
    writer = opened.writer()
    refuse_other_documents(writer)
    bears = signed(writer)
    notes: tuple[str, ...] = ()
    if bears is not Signed.NO:
        appending = opened.appending() if signed_bytes_are_there(writer, opened.data) else None
        if not settings.accept_broken_signature:
            if bears is Signed.CERTIFIED:
                raise HoldError(HoldCode.SIGNED, _CERTIFIED)
            if appending is None:
                raise HoldError(HoldCode.SIGNED, _UNSAFE)
        writer, note = (writer, BROKEN) if appending is None else (appending, KEPT[bears])
        notes = (note,)
    return writer, (*notes, *note_and_tidy(writer, settings))


def _plan(opened: Source, pages: list[DictionaryObject], texts: list[StampText]) -> list[Plan]:
    """Each page's picture is taken once, whatever the number of copies."""
    frames: list[PageFrame] = []
    layouts: list[list[PageLayout]] = [[] for _ in texts]
    for number, page in enumerate(pages, start=1):
        try:
            frame = frame_of(page)
            picture = opened.picture[number - 1]
        except Exception as error:  # a page box without area, or PDFium's own refusal
            raise HoldError(
                HoldCode.MALFORMED, f"Page {number} of the PDF file is damaged; ask the sender for it again."
            ) from error
        shown = tuple(side * frame.unit for side in picture.get_size())
        if abs(shown[0] - frame.width) > 1 or abs(shown[1] - frame.height) > 1:
            raise HoldError(
                HoldCode.STAMP_FAILED,
                f"The size of page {number} can be read in two ways; print the file to a new PDF and hand that in.",
            )
        space = space_of(picture, frame)
        picture.close()
        frames.append(frame)
        for found, layout in zip(layouts, lay_out_set(space, texts, number, opened.pages), strict=True):
            found.append(layout)
    return [Plan(text, tuple(frames), tuple(found)) for text, found in zip(texts, layouts, strict=True)]


def _shrink_notes(layouts: Sequence[PageLayout]) -> tuple[str, ...]:
    shrunk = [(number, layout.shrink[0]) for number, layout in enumerate(layouts, start=1) if layout.shrink is not None]
    if not shrunk:
        return ()
    pages = ", ".join(str(number) for number, _ in shrunk[:20]) + (", …" if len(shrunk) > 20 else "")
    least = min(scale for _, scale in shrunk)
    return (f"Page content was scaled down (to {least:.0%} at the least) to make room for the stamp: page {pages}.",)


@contextmanager
def _holding() -> Iterator[None]:
    """Turns whatever a damaged file makes pypdf, PDFium or fontTools raise into a hold."""
    try:
        yield
    except MarkerError:
        raise
    except MemoryError as error:
        raise HoldError(
            HoldCode.TOO_LARGE, "The file needs more memory than a worker has; raise the limit in the settings."
        ) from error
    except OSError as error:
        raise HoldError(
            HoldCode.STAMP_FAILED, f"The stamped copy could not be written: {error.strerror}; mend that and try again."
        ) from error
    except Exception as error:
        raise HoldError(
            HoldCode.STAMP_FAILED,
            f"The PDF file could not be stamped ({type(error).__name__}); print it to a new PDF and hand that in.",
        ) from error

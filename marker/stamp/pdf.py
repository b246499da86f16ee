"""A numbered copy to a stamped PDF (Articles 3, 4(5), 7(3)).

pypdf writes the copy from a clone of the whole document: outlines, links, forms, tags, layers, attachments and metadata
stay.  Each page gets its content wrapped in a graphics state of its own and the stamp after it, over everything else.
Whether the result shows what it should is not this module's to judge: see :mod:`marker.proof.pdf`.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from marker.agreement.profile import Profile
from marker.errors import HoldError, MarkerError
from marker.model import Box, CopyOrder, HoldCode, StampResult
from marker.settings import Settings
from marker.stamp.code import modules, seal_modules
from marker.stamp.fonts import face
from marker.stamp.geometry import Matrix, PageFrame, bounds, multiply
from marker.stamp.ink import space_of
from marker.stamp.layout import PageLayout, lay_out
from marker.stamp.panels import Panel
from marker.stamp.pdf_checks import Signed, note_and_tidy, refuse_other_documents, signed, signed_bytes_are_there
from marker.stamp.pdf_draw import Pen, form_box, form_content, operands, page_content
from marker.stamp.pdf_font import embed, stream
from marker.stamp.pdf_label import label_pdf
from marker.stamp.pdf_moved import Patterns, move
from marker.stamp.pdf_pages import Contents, add_resources, distinct_pages, frame_of, free_prefix
from marker.stamp.pdf_source import Source, open_source
from marker.stamp.pdf_values import value
from marker.stamp.pdf_write import append, write
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
_LARGE: Final = 5_000_000
"""Bytes."""
_CERTIFIED: Final = (
    "The file is certified against any change, so a stamp would break the certification; verify and record it, then "
    "stamp the file with --accept-broken-signature."
)
_UNSAFE: Final = (
    "The file bears an electronic signature, and is damaged or encrypted, so a stamp would break the signature; verify "
    "and record it, then stamp the file with --accept-broken-signature."
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """One copy before it is written: its words and what goes where on each page."""

    text: StampText
    frames: tuple[PageFrame, ...]
    layouts: tuple[PageLayout, ...]


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
    settings = settings or Settings()
    with _holding(), open_source(source) as opened:
        writer, notes = _prepared(opened, settings)
        plans = _plan(opened, distinct_pages(writer), [word(order, profile) for order, _ in orders])
        # One pair of font subsets for all copies: making another takes longer than a short copy does.
        letters = _letters(plans)
        results: list[StampResult] = []
        for (order, path), plan in zip(orders, plans, strict=True):
            if results:
                writer, _ = _prepared(opened, settings)
            _Copy(writer, plan, letters).draw()
            _identify(writer, order)
            sidecar = label_pdf(writer, order, profile, settings)
            if writer.incremental:
                append(writer, path, opened.data)
            else:
                write(writer, path, opened.packed)
            noted = (*opened.notes, *notes, *_shrink_notes(plan.layouts))
            results.append(StampResult(opened.pages, noted, sidecar))
            if len(opened.data) > _LARGE:
                # pypdf's objects refer to one another in circles: a large file would lie about until Python looks.
                del writer
                gc.collect()
        return tuple(results)


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


def _plan(opened: Source, pages: list[DictionaryObject], texts: list[StampText]) -> list[_Plan]:
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
        for text, found in zip(texts, layouts, strict=True):
            found.append(lay_out(space, text, number, opened.pages))
    return [_Plan(text, tuple(frames), tuple(found)) for text, found in zip(texts, layouts, strict=True)]


def _letters(plans: Sequence[_Plan]) -> dict[bool, set[str]]:
    """The letters all copies show, by whether they are bold."""
    letters: dict[bool, set[str]] = {False: set(), True: set()}
    for plan in plans:
        for panel in {part.panel for layout in plan.layouts for part in layout.parts}:
            for line in panel.lines:
                letters[line.strong].update(line.text)
        count = len(plan.layouts)
        letters[False].update(*(plan.text.page_of(number, count) for number in range(1, count + 1)))
    return letters


class _Copy:
    """The drawing of one planned copy into its writer."""

    def __init__(self, writer: PdfWriter, plan: _Plan, letters: dict[bool, set[str]]) -> None:
        self._writer = writer
        self._plan = plan
        self._pages = distinct_pages(writer)
        self._prefix = free_prefix(self._pages)
        self._grey = _calibrated_grey(writer)
        self._pen = Pen(
            {strong: face(strong).subset(letters[strong]) for strong in (False, True)},
            {False: f"{self._prefix}R", True: f"{self._prefix}B"},
            f"/{self._prefix}G cs 0 sc" if self._grey is not None else "0 g",
        )
        self._fonts = {self._pen.names[strong]: embed(writer, font) for strong, font in self._pen.fonts.items()}
        self._forms: dict[Panel, tuple[str, IndirectObject]] = {}
        self._known: dict[int, tuple[str, IndirectObject]] = {}
        """The same by the panel's identity, faster than by all its lines; the plan keeps the panels alive."""

    def draw(self) -> None:
        contents, patterns = Contents(self._writer), Patterns(self._writer)
        moves: dict[int, Matrix] = {}
        for number, (page, frame, layout) in enumerate(
            zip(self._pages, self._plan.frames, self._plan.layouts, strict=True), start=1
        ):
            before = b"q"
            if layout.shrink is not None:
                moved = multiply(multiply(frame.to_displayed, layout.shrink), frame.to_user)
                before = _moving(frame, layout.shrink, moved)
                patterns.move(page, moved)
                reference = page.indirect_reference
                if reference is not None:
                    moves[reference.idnum] = moved
            used = dict(self._form(part.panel) for part in layout.parts)
            add_resources(page, "/XObject", used)
            add_resources(page, "/Font", {self._pen.names[False]: self._fonts[self._pen.names[False]]})
            if self._grey is not None:
                add_resources(page, "/ColorSpace", {f"{self._prefix}G": self._grey})
            after = page_content(
                layout,
                frame.upright_to_user,
                frame.height,
                self._plan.text.page_of(number, len(self._pages)),
                modules(self._plan.text.copy_number, number, len(self._pages)),
                seal_modules(self._plan.text.seal) if layout.seal is not None else (),
                self._pen,
                lambda panel: self._form(panel)[0],
            )
            contents.wrap(page, before, after)
        move(self._writer, moves)

    def _form(self, panel: Panel) -> tuple[str, IndirectObject]:
        if id(panel) not in self._known:
            self._known[id(panel)] = self._made(panel)
        return self._known[id(panel)]

    def _made(self, panel: Panel) -> tuple[str, IndirectObject]:
        if panel not in self._forms:
            form = stream(form_content(panel, self._pen))
            form[NameObject("/Type")] = NameObject("/XObject")
            form[NameObject("/Subtype")] = NameObject("/Form")
            form[NameObject("/BBox")] = ArrayObject([FloatObject(round(side, 3)) for side in form_box(panel)])
            strong = {line.strong for line in panel.lines}
            fonts = {NameObject(f"/{self._pen.names[s]}"): self._fonts[self._pen.names[s]] for s in sorted(strong)}
            resources = DictionaryObject({NameObject("/Font"): DictionaryObject(fonts)})
            if self._grey is not None:
                greys = DictionaryObject({NameObject(f"/{self._prefix}G"): self._grey})
                resources[NameObject("/ColorSpace")] = greys
            form[NameObject("/Resources")] = resources
            name = f"{self._prefix}{len(self._forms) + 1}"
            self._forms[panel] = (name, self._writer._add_object(form))
        return self._forms[panel]


def _calibrated_grey(writer: PdfWriter) -> IndirectObject | None:
    """A device-independent grey for a PDF/A file without an output intent, which may not use DeviceGray (ISO 19005-2,
    6.2.4.3); None for any other."""
    metadata = value(writer.root_object, "/Metadata")
    intents = value(writer.root_object, "/OutputIntents")
    if not isinstance(metadata, StreamObject) or b"pdfaid" not in metadata.get_data() or intents:
        return None
    white = ArrayObject(map(FloatObject, (0.9505, 1, 1.089)))
    described = DictionaryObject({NameObject("/WhitePoint"): white})
    return writer._add_object(ArrayObject([NameObject("/CalGray"), described]))


def _moving(frame: PageFrame, shrink: Matrix, moved: Matrix) -> bytes:
    """Opens the graphics state in which the page's content is drawn smaller.

    It is clipped to what was shown: nothing that lay outside the page's box comes into view.
    """
    shown = bounds(multiply(shrink, frame.to_user), Box(0, 0, frame.width, frame.height))
    clip = operands((shown.x0, shown.y0, shown.width, shown.height))
    return f"q {clip} re W n {operands(moved, 6)} cm".encode("ascii")


def _identify(writer: PdfWriter, order: CopyOrder) -> None:
    """/ID: its first half stays, for it names the document; the second names this copy (ISO 32000-1, 14.4)."""
    second = ByteStringObject(hashlib.sha256(order.copy_number.encode()).digest()[:16])
    first = writer._ID[0] if writer._ID else second
    writer._ID = ArrayObject([first, second])


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

"""Text of a PDF page as pdfium gives it: runs of letters that one drawing instruction set.

A run has one font, one colour, one matrix.  Attributes are asked once a run, never once a letter, which is what makes
a thousand pages a matter of seconds.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from marker.readers.pdf_fonts import Font, font_at, font_of, is_in_layer
from marker.readers.pdf_letters import is_doubtful, is_running, letter, letters_of, without_bullet
from marker.readers.pdf_shapes import shapes_of
from marker.readers.pdfium import address_of, pdfium, plain_call

_LINE: Final = re.compile(r"[^\r\n]+")
_WIDE_BLANK: Final = re.compile(r"\s{3,}")
_WORD: Final = re.compile(r"\S+")
_WHITE_FROM: Final = 0xF5
_SAMPLED: Final = 4
_SHORT: Final = 30
"""Runs of so many letters, which a marking may be, are checked letter by letter."""
_INVISIBLE_MODES: Final = frozenset({pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP})
_FILL: Final = pdfium.FPDF_TEXTRENDERMODE_FILL
_STROKED_MODES: Final = frozenset(
    {
        pdfium.FPDF_TEXTRENDERMODE_STROKE,
        pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE,
        pdfium.FPDF_TEXTRENDERMODE_STROKE_CLIP,
        pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP,
    }
)
_DARK_TO: Final = 0x80
"""A colour none of whose channels is brighter leaves ink on paper whatever its letters."""
_NO_CLIP: Final = -1
_OPAQUE: Final = 255
_Box = tuple[float, float, float, float]
_ALONG: Final = 1e-4
"""Sine of an angle below which a line runs along an axis of the page."""

_page_call = ctypes.c_void_p, ctypes.c_int
_four = [ctypes.c_void_p] * 4
_owner_at: Final = plain_call("FPDFText_GetTextObject", ctypes.c_void_p, *_page_call)
_count_boxes: Final = plain_call("FPDFText_CountRects", ctypes.c_int, *_page_call, ctypes.c_int)
_box_at: Final = plain_call("FPDFText_GetRect", ctypes.c_int, *_page_call, *_four)
_matrix_at: Final = plain_call("FPDFText_GetMatrix", ctypes.c_int, *_page_call, ctypes.c_void_p)
_origin_at: Final = plain_call("FPDFText_GetCharOrigin", ctypes.c_int, *_page_call, ctypes.c_void_p, ctypes.c_void_p)
_size_at: Final = plain_call("FPDFText_GetFontSize", ctypes.c_double, *_page_call)
_is_guessed: Final = plain_call("FPDFText_HasUnicodeMapError", ctypes.c_int, *_page_call)
_mode_of: Final = plain_call("FPDFTextObj_GetTextRenderMode", ctypes.c_int, ctypes.c_void_p)
_fill_of: Final = plain_call("FPDFPageObj_GetFillColor", ctypes.c_int, ctypes.c_void_p, *_four)
_is_blended: Final = plain_call("FPDFPageObj_HasTransparency", ctypes.c_int, ctypes.c_void_p)
_clip_of: Final = plain_call("FPDFPageObj_GetClipPath", ctypes.c_void_p, ctypes.c_void_p)
_count_clips: Final = plain_call("FPDFClipPath_CountPaths", ctypes.c_int, ctypes.c_void_p)


@dataclass(slots=True)
class Run:
    """A run in the page's own space: points of user space, y upwards. ``angle`` is anticlockwise, in degrees."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    origin_x: float
    origin_y: float
    angle: float
    size: float
    bold: bool
    handle: int
    """Address of the text object; runs of one object share it."""
    invisible: bool
    """Drawn in a mode that leaves no ink, or fully transparent."""
    white: bool
    readable: bool
    """The font says which letters it draws."""
    blank_before: bool | None
    """Whether pdfium sees a blank between this run and the one just before it; None at the start of a line."""
    plain: bool
    """Drawn in dark letters of a font that has them, without clip, transparency or layer: where nothing covers it and
    it stands on the page, it is seen."""


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page."""

    runs: list[Run]
    """In content order; text without letters is left out."""
    fonts: frozenset[int]
    """Addresses of the fonts that have outlines for their letters."""


class _Stretch(NamedTuple):
    """Letters of one text object on one line, as indexes of pdfium; ``blank`` as ``Run.blank_before``."""

    handle: int
    start: int
    end: int
    blank: bool | None


class Skimmed:
    """The text of a page, its attributes asked only of what is short enough to be part of a marking."""

    def __init__(self, page: _TextPage) -> None:
        self._page = page
        self.texts: list[str] = []
        """Running text, object by object."""
        self.runs: list[Run] = []
        """All else."""
        self.handles: set[int] = set()
        """Addresses of the text objects whose letters these are."""
        self.stretches: list[_Stretch] = []

    def is_outlined(self, font: int) -> bool:
        """Whether letters of that font on this page are outlines."""
        for handle, start, end, _ in self.stretches:
            if font_of(handle) == font:
                return self._page.font(handle, start, end).outlined
        return False


def skim(text_page: Any) -> Skimmed | None:
    """The text of a ``pypdfium2.PdfTextPage`` without all its rectangles.

    None when the font of a letter does not say which it is: then the page must be looked at.
    """
    return _TextPage(text_page).skim()


def text_of(text_page: Any) -> PageText:
    """The text of a ``pypdfium2.PdfTextPage``."""
    page = _TextPage(text_page)
    page.learn_shapes()
    runs = [run for line in _LINE.finditer(page.text) for run in page.line(line.start(), line.end())]
    return PageText(runs, frozenset(key for key, font in page.fonts.items() if font.outlined))


@dataclass(slots=True)
class _Look:
    """What all letters of a text object share."""

    size: float
    angle: float
    upright: bool
    """The line runs along an axis of the page, so that its matrix says where its baseline is."""
    x: float
    y: float
    bold: bool
    invisible: bool
    white: bool
    plain: bool


class _TextPage:
    """A text page with its letters as one string, whose indexes are pdfium's."""

    def __init__(self, text_page: Any) -> None:
        self._raw = text_page.raw
        self._address = address_of(self._raw)
        self.text, self._doubtful, self._odd = letters_of(self._letters())
        self.fonts: dict[int, Font] = {}
        self._shapes = shapes_of(text_page.page.pdf)
        # Where pdfium writes its answers; made once a page, for it is asked dozens of times a line.
        self._matrix = (ctypes.c_float * 6)()
        self._numbers = (ctypes.c_double * 4)()
        self._channels = (ctypes.c_uint * 4)()
        self._to_matrix = ctypes.addressof(self._matrix)
        self._to_numbers = tuple(ctypes.addressof(self._numbers) + 8 * index for index in range(4))
        self._to_channels = tuple(ctypes.addressof(self._channels) + 4 * index for index in range(4))

    def _letters(self) -> str:
        count = pdfium.FPDFText_CountChars(self._raw)
        if count <= 0:
            return ""
        units = (ctypes.c_ushort * (count * 2 + 2))()
        written = pdfium.FPDFText_GetText(self._raw, 0, count, units)
        text = bytes(units)[: max(0, written - 1) * 2].decode("utf-16-le", "surrogatepass")
        if len(text) == count and written == count + 1:
            return text
        # Letters beyond the basic plane, or ones pdfium leaves out of the text: ask for each, so that indexes agree.
        return "".join(letter(pdfium.FPDFText_GetUnicode(self._raw, index)) for index in range(count))

    def line(self, start: int, end: int) -> Iterator[Run]:
        """The runs of one line as pdfium sees lines."""
        for stretch in self._stretches(start, end):
            yield from self._runs(stretch)

    def skim(self) -> Skimmed | None:
        """The text of the page, with attributes only where a marking may stand; None when a letter is doubtful."""
        if self._doubtful or self._odd:
            return None
        found = Skimmed(self)
        for line in _LINE.finditer(self.text):
            for stretch in self._stretches(line.start(), line.end()):
                found.stretches.append(stretch)
                handle, start, end, _ = stretch
                text = self.text[start:end]
                font = font_of(handle)
                self._shapes.learn(font, text)
                if self._shapes.lies(font):
                    return None
                if is_running(text) and self._is_one_piece(start, end, text):
                    if not self._mapped(start, end):
                        return None
                    found.texts.append(text)
                    found.handles.add(handle)
                    continue
                for run in self._runs(stretch):
                    if not run.readable:
                        return None
                    found.runs.append(run)
                    found.handles.add(handle)
        return found

    def learn_shapes(self) -> None:
        """Look at the letters that the page's fonts draw, before anything they say is taken as read."""
        for line in _LINE.finditer(self.text):
            for handle, start, end, _ in self._stretches(line.start(), line.end()):
                self._shapes.learn(font_of(handle), self.text[start:end])

    def _stretches(self, start: int, end: int) -> Iterator[_Stretch]:
        """The letters of one line, object by object, those that are no mere blanks."""
        at, blank = start, None
        while at < end:
            handle = _owner_at(self._address, at)
            if handle is None:  # a blank that pdfium put in
                blank = True if blank is not None else None
                at += 1
                continue
            stop = self._end_of(handle, at, end)
            if self.text[at:stop].isspace():
                blank = True if blank is not None else None
            else:
                yield _Stretch(handle, at, stop, blank)
                blank = self.text[stop - 1].isspace()
            at = stop

    def _runs(self, stretch: _Stretch) -> Iterator[Run]:
        handle, at, stop, blank = stretch
        look = self._look(handle, at, stop)
        for first, last, box in self._parts(at, stop, look.size):
            if blank is not None and (first > at or self.text[first].isspace()):
                blank = True
            run = self._run(handle, look, first, last, box, blank)
            if run is not None:
                yield run
                blank = self.text[last - 1].isspace()

    def _is_one_piece(self, start: int, end: int, text: str) -> bool:
        """Whether running text of one object is one line, and no columns hide behind its blanks."""
        first, last = self._origin(start), self._origin(end - 1 - (text[-1] == " "))
        if first is None or last is None or not _matrix_at(self._address, start, self._to_matrix):
            return False
        size = _size_at(self._address, start) * math.hypot(self._matrix[2], self._matrix[3])
        return _are_close(math.dist(first, last), size, len(text))

    def _origin(self, at: int) -> tuple[float, float] | None:
        """Where the baseline of a letter begins."""
        if not _origin_at(self._address, at, *self._to_numbers[:2]):
            return None
        return self._numbers[0], self._numbers[1]

    def _end_of(self, handle: int, start: int, end: int) -> int:
        """Where the letters of that object end: doubling steps, then halving ones."""
        if _owner_at(self._address, end - 1) == handle:
            return end
        low, step = start, 1
        while low + step < end and self._belongs(handle, low + step, end):
            low, step = low + step, step * 2
        high = min(end, low + step)
        while high - low > 1:
            middle = (low + high) // 2
            if self._belongs(handle, middle, end):
                low = middle
            else:
                high = middle
        return high

    def _belongs(self, handle: int, at: int, end: int) -> bool:
        owner = _owner_at(self._address, at)
        while owner is None and at + 1 < end:  # a blank that pdfium put in belongs to what follows
            at += 1
            owner = _owner_at(self._address, at)
        return bool(owner == handle)

    def _parts(self, start: int, end: int, size: float) -> Iterator[tuple[int, int, _Box | None]]:
        """The run whole, or its words when blanks in it are so wide that columns may hide behind them; with boxes."""
        text = self.text[start:end].strip()
        if " " not in text:
            yield start, end, self._box(start, end) if text else None
            return
        if not _WIDE_BLANK.search(text):
            box = self._box(start, end)
            if box is None or _are_close(max(box[2] - box[0], box[3] - box[1]), size, len(text)):
                yield start, end, box
                return
        for word in _WORD.finditer(self.text, start, end):
            yield word.start(), word.end(), self._box(word.start(), word.end())

    def _box(self, start: int, end: int) -> _Box | None:
        """Left, bottom, right, top of the ink of some letters of one object; None when they leave none."""
        if _count_boxes(self._address, start, end - start) < 1 or not _box_at(self._address, 0, *self._to_numbers):
            return None
        left, top, right, bottom = self._numbers
        return left, bottom, right, top

    def _look(self, handle: int, start: int, end: int) -> _Look:
        size, angle, upright, x, y = _size_at(self._address, start), 0.0, False, 0.0, 0.0
        if _matrix_at(self._address, start, self._to_matrix):
            a, b, c, d, x, y = self._matrix
            size, angle = size * math.hypot(c, d), math.degrees(math.atan2(b, a))
            upright = min(abs(a), abs(b)) <= _ALONG * max(abs(a), abs(b))
        mode = _mode_of(handle)
        coloured = _fill_of(handle, *self._to_channels)
        red, green, blue, alpha = self._channels
        stroked = mode in _STROKED_MODES
        font = self.font(handle, start, end)
        plain = (
            coloured and mode == _FILL and max(red, green, blue) <= _DARK_TO and alpha == _OPAQUE
            and font.outlined and _count_clips(_clip_of(handle)) == _NO_CLIP
            and not _is_blended(handle) and not is_in_layer(handle)
        )  # fmt: skip
        return _Look(
            size, angle, upright, x, y,
            stroked or font.bold,
            mode in _INVISIBLE_MODES or (bool(coloured) and alpha == 0 and not stroked),
            bool(coloured) and not stroked and min(red, green, blue) >= _WHITE_FROM,
            bool(plain),
        )  # fmt: skip

    def _run(self, handle: int, look: _Look, start: int, end: int, box: _Box | None, blank: bool | None) -> Run | None:
        text = self.text[start:end]
        if box is None or not text or text.isspace():
            return None
        x, y = look.x, look.y
        if not look.upright or len(text) == 1 or box[3] - box[1] > box[2] - box[0]:
            # Letters of a slanting line, or ones that may stand below one another, have baselines of their own.
            first = start + len(text) - len(text.lstrip())
            x, y = self._origin(first) or (box[0], box[1])
        if self._doubtful:
            text = without_bullet(text)
        doubtful = self._doubtful and is_doubtful(text)
        return Run(
            text, box[0], box[1], box[2], box[3], x, y, look.angle, look.size, look.bold, handle, look.invisible,
            look.white, not doubtful and self._mapped(start, end) and not self._shapes.lies(font_of(handle)), blank,
            look.plain,
        )  # fmt: skip

    def _mapped(self, start: int, end: int) -> bool:
        """Whether pdfium knew the letters rather than guessed them from their codes; a sample in long runs."""
        step = 1 if end - start <= _SHORT else (end - start) // _SAMPLED
        address = self._address
        for at in range(start, end, step):
            if _is_guessed(address, at) == 1 and not self.text[at].isspace():
                return False
        return True

    def font(self, handle: int, start: int, end: int) -> Font:
        """The font of a text object, known by its letters from ``start`` to ``end``."""
        key = font_of(handle)
        font = self.fonts.get(key)
        if font is None:
            letters = "".join(self.text[start:end].split())
            font = font_at(key, letters)
            if letters:
                self.fonts[key] = font
        return font


def _are_close(length: float, size: float, letters: int) -> bool:
    """Whether so many letters on that length stand as close as those of words do."""
    return length < size * (0.75 * letters + 2)

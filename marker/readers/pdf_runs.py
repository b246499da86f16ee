"""Text of a PDF page as pdfium gives it: runs of letters that one drawing instruction set.

A run has one font, one colour, one matrix.  Attributes are asked once a run, never once a letter, which is what makes
a thousand pages a matter of seconds.
"""

from __future__ import annotations

import ctypes
import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from marker.readers.pdf_fonts import Font, font_at, font_of, is_in_layer, is_without_shapes
from marker.readers.pdf_letters import is_doubtful, letter, letters_of, without_bullet
from marker.readers.pdf_shapes import DocumentFonts, FontShapes, fonts_of
from marker.readers.pdfium import address_of, pdfium, plain_call

LINE: Final = re.compile(r"[^\r\n]+")
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
owner_at: Final = plain_call("FPDFText_GetTextObject", ctypes.c_void_p, *_page_call)
_count_boxes: Final = plain_call("FPDFText_CountRects", ctypes.c_int, *_page_call, ctypes.c_int)
_box_at: Final = plain_call("FPDFText_GetRect", ctypes.c_int, *_page_call, *_four)
matrix_at: Final = plain_call("FPDFText_GetMatrix", ctypes.c_int, *_page_call, ctypes.c_void_p)
origin_at: Final = plain_call("FPDFText_GetCharOrigin", ctypes.c_int, *_page_call, ctypes.c_void_p, ctypes.c_void_p)
size_at: Final = plain_call("FPDFText_GetFontSize", ctypes.c_double, *_page_call)
guessed_at: Final = plain_call("FPDFText_HasUnicodeMapError", ctypes.c_int, *_page_call)
_count_letters: Final = plain_call("FPDFText_CountChars", ctypes.c_int, ctypes.c_void_p)
_text_at: Final = plain_call("FPDFText_GetText", ctypes.c_int, *_page_call, ctypes.c_int, ctypes.c_void_p)
_letter_at: Final = plain_call("FPDFText_GetUnicode", ctypes.c_uint, *_page_call)
_letter_box_at: Final = plain_call("FPDFText_GetCharBox", ctypes.c_int, *_page_call, *_four)
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
    first: int
    """Index of its first letter on the text page."""


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page."""

    runs: list[Run]
    """In content order; text without letters is left out."""
    fonts: frozenset[int]
    """Addresses of the fonts that have outlines for their letters."""
    page: int
    """Address of pdfium's text page."""

    def letters(self, run: Run) -> list[_Box]:
        """Left, bottom, right, top of the ink of each letter and digit of a run; the text page must still be open."""
        places = [at for at, letter in enumerate(run.text, run.first) if letter.isalnum()]
        return [(numbers[0], numbers[2], numbers[1], numbers[3]) for at in places if _letter_box(self.page, at)]


class Stretch(NamedTuple):
    """Letters of one text object on one line, as indexes of pdfium; ``blank`` as ``Run.blank_before``."""

    handle: int
    start: int
    end: int
    blank: bool | None


def text_of(text_page: Any) -> PageText:
    """The text of a ``pypdfium2.PdfTextPage``."""
    page = TextPage(address_of(text_page.raw), fonts_of(text_page.page.pdf))
    page.learn_shapes()
    runs = [run for line in LINE.finditer(page.text) for run in page.line(line.start(), line.end())]
    outlined = frozenset(at for at, font in page.fonts.items() if font.look and font.look.outlined)
    return PageText(runs, outlined, page.address)


@dataclass(slots=True)
class Look:
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


def _places_in(numbers: array[Any]) -> tuple[int, ...]:
    """The addresses of the numbers of an array, which must not grow."""
    start, count = numbers.buffer_info()
    return tuple(range(start, start + count * numbers.itemsize, numbers.itemsize))


# Where pdfium, which is asked by one thread at a time, writes its answers; each is read at once.
matrix: Final = array("f", bytes(24))
numbers: Final = array("d", bytes(32))
_channels: Final = array("I", bytes(16))
to_matrix: Final = matrix.buffer_info()[0]
_to_numbers: Final = _places_in(numbers)
to_x, to_y = _to_numbers[:2]
_to_channels: Final = _places_in(_channels)


class TextPage:
    """A text page with its letters as one string, whose indexes are pdfium's."""

    def __init__(self, address: int, fonts: DocumentFonts) -> None:
        """``address`` is that of pdfium's text page, ``fonts`` are those of its document."""
        self.address = address
        self.text, self.doubtful, self.odd = letters_of(self._letters())
        self._document_fonts = fonts
        self.fonts: dict[int, FontShapes] = {}
        """Those of this page, by their addresses."""

    def _letters(self) -> str:
        count = _count_letters(self.address)
        if count <= 0:
            return ""
        units = bytearray(4 * count + 4)
        written = _text_at(self.address, 0, count, ctypes.addressof(ctypes.c_char.from_buffer(units)))
        text = units[: 2 * max(0, written - 1)].decode("utf-16-le", "surrogatepass")
        if len(text) == count and written == count + 1:
            return text
        # Letters beyond the basic plane, or ones pdfium leaves out of the text: ask for each, so that indexes agree.
        return "".join(letter(_letter_at(self.address, index)) for index in range(count))

    def line(self, start: int, end: int) -> Iterator[Run]:
        """The runs of one line as pdfium sees lines."""
        for stretch in self.stretches(start, end):
            yield from self._runs(stretch)

    def learn_shapes(self) -> None:
        """Look at the letters that the page's fonts draw, before anything they say is taken as read."""
        for line in LINE.finditer(self.text):
            for handle, start, end, _ in self.stretches(line.start(), line.end()):
                self.font_at(font_of(handle)).learn(self.text[start:end])

    def stretches(self, start: int, end: int) -> Iterator[Stretch]:
        """The letters of one line, object by object, those that are no mere blanks."""
        at, blank = start, None
        while at < end:
            handle = owner_at(self.address, at)
            if handle is None:  # a blank that pdfium put in
                blank = True if blank is not None else None
                at += 1
                continue
            stop = self._end_of(handle, at, end)
            if self.text[at:stop].isspace():
                blank = True if blank is not None else None
            else:
                yield Stretch(handle, at, stop, blank)
                blank = self.text[stop - 1].isspace()
            at = stop

    def _runs(self, stretch: Stretch) -> Iterator[Run]:
        handle, at, stop, blank = stretch
        look = self.look(handle, at, stop)
        for first, last, box in self.parts(at, stop, look.size):
            if blank is not None and (first > at or self.text[first].isspace()):
                blank = True
            run = self.run(handle, look, first, last, box, blank)
            if run is not None:
                yield run
                blank = self.text[last - 1].isspace()

    def origin(self, at: int) -> tuple[float, float] | None:
        """Where the baseline of a letter begins."""
        if not origin_at(self.address, at, to_x, to_y):
            return None
        return numbers[0], numbers[1]

    def _end_of(self, handle: int, start: int, end: int) -> int:
        """Where the letters of that object end: doubling steps, then halving ones."""
        if owner_at(self.address, end - 1) == handle:
            return end
        address, low, step = self.address, start, 1
        while low + step < end and (owner_at(address, low + step) or self._next(low + step, end)) == handle:
            low, step = low + step, step * 2
        high = min(end, low + step)
        while high - low > 1:
            middle = (low + high) // 2
            if (owner_at(address, middle) or self._next(middle, end)) == handle:
                low = middle
            else:
                high = middle
        return high

    def _next(self, at: int, end: int) -> int | None:
        """The object of the letters after a blank that pdfium put in: it belongs to them."""
        return next((owner for after in range(at + 1, end) if (owner := owner_at(self.address, after))), None)

    def parts(self, start: int, end: int, size: float) -> Iterator[tuple[int, int, _Box | None]]:
        """The run whole, or its words when blanks in it are so wide that columns may hide behind them; with boxes."""
        text = self.text[start:end].strip()
        if " " not in text:
            yield start, end, self._box(start, end) if text else None
            return
        if not _WIDE_BLANK.search(text):
            box = self._box(start, end)
            if box is None or are_close(max(box[2] - box[0], box[3] - box[1]), size, len(text)):
                yield start, end, box
                return
        for word in _WORD.finditer(self.text, start, end):
            yield word.start(), word.end(), self._box(word.start(), word.end())

    def _box(self, start: int, end: int) -> _Box | None:
        """Left, bottom, right, top of the ink of some letters of one object; None when they leave none."""
        if _count_boxes(self.address, start, end - start) < 1 or not _box_at(self.address, 0, *_to_numbers):
            return None
        left, top, right, bottom = numbers
        return left, bottom, right, top

    def place(self, start: int) -> tuple[float, float, bool, float, float]:
        """The size of a letter, its angle, whether its line runs along an axis, and where its object begins."""
        size = size_at(self.address, start)
        if not matrix_at(self.address, start, to_matrix):
            return size, 0.0, False, 0.0, 0.0
        a, b, c, d, x, y = matrix
        if b == 0 == c and a > 0:
            return size * abs(d), 0.0, True, x, y
        upright = min(abs(a), abs(b)) <= _ALONG * max(abs(a), abs(b))
        return size * math.hypot(c, d), math.degrees(math.atan2(b, a)), upright, x, y

    def look(self, handle: int, start: int, end: int) -> Look:
        """What the letters of an object are drawn like, known by those from ``start`` to ``end``."""
        mode = _mode_of(handle)
        coloured = _fill_of(handle, *_to_channels)
        red, green, blue, alpha = _channels
        stroked = mode in _STROKED_MODES
        font = self.font_look(font_of(handle), start, end)
        plain = self.is_plainly_drawn(handle, font)
        return Look(
            *self.place(start),
            stroked or font.bold,
            mode in _INVISIBLE_MODES or (bool(coloured) and alpha == 0 and not stroked),
            bool(coloured) and not stroked and min(red, green, blue) >= _WHITE_FROM,
            plain,
        )  # fmt: skip

    def is_plainly_drawn(self, handle: int, font: Font) -> bool:
        """Whether an object draws letters of that font in dark ink, without clip, transparency or layer."""
        if not font.outlined or _mode_of(handle) != _FILL or not _fill_of(handle, *_to_channels):
            return False
        red, green, blue, alpha = _channels
        return bool(
            max(red, green, blue) <= _DARK_TO and alpha == _OPAQUE and _count_clips(_clip_of(handle)) == _NO_CLIP
            and not _is_blended(handle) and not is_in_layer(handle)
        )  # fmt: skip

    def run(
        self, handle: int, look: Look, start: int, end: int, box: _Box | None, blank: bool | None, *, sure: bool = False
    ) -> Run | None:
        """The run of those letters, None when they are blanks.

        ``sure``: whether its font draws the letters that it says is asked otherwise.
        """
        text = self.text[start:end]
        if box is None or not text or text.isspace():
            return None
        x, y = look.x, look.y
        if not look.upright or len(text) == 1 or box[3] - box[1] > box[2] - box[0]:
            # Letters of a slanting line, or ones that may stand below one another, have baselines of their own.
            first = start + len(text) - len(text.lstrip())
            x, y = self.origin(first) or (box[0], box[1])
        if self.doubtful:
            text = without_bullet(text)
        readable = not (self.doubtful and is_doubtful(text))
        if readable and not sure:
            font = font_of(handle)
            mapped = self.is_mapped(start, end) or (look.invisible and is_without_shapes(font))
            readable = mapped and not self.font_at(font).lies()
        return Run(
            text, box[0], box[1], box[2], box[3], x, y, look.angle, look.size, look.bold, handle, look.invisible,
            look.white, readable, blank, look.plain, end - len(text),
        )  # fmt: skip

    def is_mapped(self, start: int, end: int) -> bool:
        """Whether pdfium knew the letters rather than guessed them from their codes; a sample in long runs."""
        step = 1 if end - start <= _SHORT else (end - start) // _SAMPLED
        address = self.address
        return not any(guessed_at(address, at) == 1 and not self.text[at].isspace() for at in range(start, end, step))

    def font_at(self, address: int) -> FontShapes:
        """The font at that address."""
        font = self.fonts.get(address)
        if font is None:
            font = self.fonts[address] = self._document_fonts.at(address)
        return font

    def font_look(self, address: int, start: int, end: int) -> Font:
        """How a font draws, known by letters of it from ``start`` to ``end``."""
        font = self.font_at(address)
        if font.look is not None:
            return font.look
        letters = "".join(self.text[start:end].split())
        look = font_at(address, letters)
        if letters:
            font.look = look
        return look


def _letter_box(page: int, at: int) -> bool:
    """Whether pdfium says where a letter is: left, right, bottom, top, in ``numbers``."""
    return bool(_letter_box_at(page, at, *_to_numbers))


def are_close(length: float, size: float, letters: int) -> bool:
    """Whether so many letters on that length stand as close as those of words do."""
    return length < size * (0.75 * letters + 2)

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
from typing import Any, Final

from marker.readers.pdfium import pdfium

_LINE: Final = re.compile(r"[^\r\n]+")
_PLAIN: Final = (("\x02", "-"), ("\ufffe", "-"), ("\xad", "-"), ("\x00", "\ufffd"), ("\xa0", " "))
"""pdfium writes U+0002 or U+FFFE for a hyphen at a line's end, and U+0000 for a letter it cannot name."""
_NAMELESS: Final = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\uffff\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""Control, private and replacement characters: the font does not say which letters it draws."""
_MOJIBAKE: Final = re.compile("[À-ÖØ-öø-ÿ]{4}|[ÐðÞþ]")
"""Fonts that lie: Cyrillic code pages read as Latin-1 give "ÑÅÊÐÅÒÍÎ", Baltic ones "VISIÐKAI"."""
_BULLET: Final = re.compile("^[\ue000-\uf8ff](?:\\s|$)")
_WIDE_BLANK: Final = re.compile(r"\s{3,}")
_WORD: Final = re.compile(r"\S+")
_WHITE_FROM: Final = 0xF5
_SAMPLED: Final = 4
_SHORT: Final = 30
"""Runs of so many letters, which a marking may be, are checked letter by letter."""
_INVISIBLE_MODES: Final = frozenset({pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP})
_STROKED_MODES: Final = frozenset({
    pdfium.FPDF_TEXTRENDERMODE_STROKE, pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE,
    pdfium.FPDF_TEXTRENDERMODE_STROKE_CLIP, pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP,
})
_object_at = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)
"""FPDFText_GetTextObject, giving an address: pointer objects of ctypes do not compare."""


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


def runs_of(text_page: Any) -> Iterator[Run]:
    """The runs of a ``pypdfium2.PdfTextPage`` in content order; text without letters is left out."""
    page = _TextPage(text_page)
    for line in _LINE.finditer(page.text):
        yield from page.line(line.start(), line.end())


class _TextPage:
    """A text page with its letters as one string, whose indexes are pdfium's."""

    def __init__(self, text_page: Any) -> None:
        self._raw = text_page.raw
        self._address = ctypes.cast(self._raw, ctypes.c_void_p).value
        self.text = self._letters()
        for letter, plain in _PLAIN:
            self.text = self.text.replace(letter, plain)
        self._doubtful = bool(_NAMELESS.search(self.text) or _MOJIBAKE.search(self.text))
        self._fonts: dict[int, bool] = {}
        self._boxed: tuple[tuple[int, int], tuple[float, float, float, float] | None] = ((-1, -1), None)
        self._matrix = pdfium.FS_MATRIX()
        self._doubles = [ctypes.c_double() for _ in range(4)]
        self._channels = [ctypes.c_uint() for _ in range(4)]

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
        return "".join(_letter(pdfium.FPDFText_GetUnicode(self._raw, index)) for index in range(count))

    def line(self, start: int, end: int) -> Iterator[Run]:
        """The runs of one line as pdfium sees lines."""
        at, blank = start, None
        while at < end:
            handle = _object_at(self._address, at)
            if handle is None:  # a blank that pdfium put in
                blank = True if blank is not None else None
                at += 1
                continue
            stop = self._end_of(handle, at, end)
            for first, last in self._parts(at, stop):
                if blank is not None and (first > at or self.text[first].isspace()):
                    blank = True
                run = self._run(handle, first, last, blank)
                if run is not None:
                    yield run
                    blank = self.text[last - 1].isspace()
            at = stop

    def _end_of(self, handle: int, start: int, end: int) -> int:
        """Where the letters of that object end: doubling steps, then halving ones."""
        if _object_at(self._address, end - 1) == handle:
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
        owner = _object_at(self._address, at)
        while owner is None and at + 1 < end:  # a blank that pdfium put in belongs to what follows
            at += 1
            owner = _object_at(self._address, at)
        return bool(owner == handle)

    def _parts(self, start: int, end: int) -> list[tuple[int, int]]:
        """The run whole, or its words when blanks in it are so wide that columns may hide behind them."""
        text = self.text[start:end].strip()
        if " " not in text:
            return [(start, end)]
        if not _WIDE_BLANK.search(text):
            size = pdfium.FPDFText_GetFontSize(self._raw, start) * self._scale(start)[0]
            box = self._box(start, end)
            if box is None or max(box[2] - box[0], box[3] - box[1]) < size * (0.75 * len(text) + 2):
                return [(start, end)]
        return [(start + word.start(), start + word.end()) for word in _WORD.finditer(self.text[start:end])]

    def _box(self, start: int, end: int) -> tuple[float, float, float, float] | None:
        """Left, bottom, right, top of the ink of some letters of one object; None when they leave none."""
        if (start, end) == self._boxed[0]:
            return self._boxed[1]
        found = self._ask_box(start, end)
        self._boxed = ((start, end), found)
        return found

    def _ask_box(self, start: int, end: int) -> tuple[float, float, float, float] | None:
        if pdfium.FPDFText_CountRects(self._raw, start, end - start) < 1:
            return None
        left, top, right, bottom = self._doubles
        if not pdfium.FPDFText_GetRect(self._raw, 0, left, top, right, bottom):
            return None
        return left.value, bottom.value, right.value, top.value

    def _scale(self, at: int) -> tuple[float, float]:
        """How much the letter's matrix enlarges it across the line, and its angle."""
        matrix = self._matrix
        if not pdfium.FPDFText_GetMatrix(self._raw, at, matrix):
            return 1.0, 0.0
        return math.hypot(matrix.c, matrix.d), math.degrees(math.atan2(matrix.b, matrix.a))

    def _run(self, handle: int, start: int, end: int, blank: bool | None) -> Run | None:
        text = self.text[start:end]
        if not text.strip():
            return None
        box = self._box(start, end)
        if box is None:
            return None
        first = start + len(text) - len(text.lstrip())
        scale, angle = self._scale(first)
        x, y = self._doubles[:2]
        if not pdfium.FPDFText_GetCharOrigin(self._raw, first, x, y):
            x.value, y.value = box[0], box[1]
        origin = (x.value, y.value)
        pointer = ctypes.cast(handle, pdfium.FPDF_PAGEOBJECT)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(pointer)
        red, green, blue, alpha = self._channels
        coloured = pdfium.FPDFPageObj_GetFillColor(pointer, red, green, blue, alpha)
        stroked = mode in _STROKED_MODES
        white = bool(coloured) and not stroked and min(red.value, green.value, blue.value) >= _WHITE_FROM
        if self._doubtful:
            text = _BULLET.sub("", text)
        doubtful = self._doubtful and (_NAMELESS.search(text) or _MOJIBAKE.search(text))
        return Run(
            text=text,
            left=box[0], bottom=box[1], right=box[2], top=box[3], origin_x=origin[0], origin_y=origin[1],
            angle=angle, size=pdfium.FPDFText_GetFontSize(self._raw, first) * scale,
            bold=stroked or self._bold(pointer), handle=handle,
            invisible=mode in _INVISIBLE_MODES or (bool(coloured) and alpha.value == 0 and not stroked),
            white=white, readable=not doubtful and self._mapped(start, end), blank_before=blank,
        )

    def _mapped(self, start: int, end: int) -> bool:
        """Whether pdfium knew the letters rather than guessed them from their codes; a sample in long runs."""
        step = 1 if end - start <= _SHORT else (end - start) // _SAMPLED
        return all(
            pdfium.FPDFText_HasUnicodeMapError(self._raw, at) != 1 or self.text[at].isspace()
            for at in range(start, end, step)
        )

    def _bold(self, pointer: Any) -> bool:
        font = pdfium.FPDFTextObj_GetFont(pointer)
        key = ctypes.cast(font, ctypes.c_void_p).value or 0
        if key not in self._fonts:
            name = ctypes.create_string_buffer(128)
            pdfium.FPDFFont_GetBaseFontName(font, name, 128)
            lowered = name.value.lower()
            self._fonts[key] = any(word in lowered for word in (b"bold", b"black", b"heavy", b"-bd"))
        return self._fonts[key]


def _letter(code: int) -> str:
    return chr(code) if 0 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"

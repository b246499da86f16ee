"""Whether the fonts of a PDF draw the letters they say they draw.

A wrong way back to Unicode shows SLAPTAI and says something else; then the page image alone tells what stands there.
Letters are compared by how many closed lines their outlines consist of: one for С and T, two for A and О, three for В.
That is the same in every ordinary font, and seldom the same for another letter.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any, Final
from weakref import WeakKeyDictionary

from marker.readers.pdfium import pdfium

_ONE: Final = "CEFGHIJKLMNSTUVWXYZcfhklmnrstuvwxyz12357ГЕЖЗИКЛМНПСТУХЦЧШЩЭгжзиклмнпстухцчшщэ"
_TWO: Final = "ADOPQRabdeopqij469АБДОРЪЬЮЯЙаеорьъюяй"
_THREE: Final = "B8ВФЫы"
LINES: Final = {**dict.fromkeys(_ONE, 1), **dict.fromkeys(_TWO, 2), **dict.fromkeys(_THREE, 3)}
"""Closed lines of the outline, for letters on which fonts agree."""
_BOX: Final = 5
"""Segments. The fonts of OCR layers draw an empty box or nothing for every letter: that says nothing of the letter."""
_SHARE: Final = 0.1
"""Of the letters tested, so many drawn otherwise make a font a liar: ornamental fonts have one odd letter."""


class FontShapes:
    """What the fonts of one open document were seen to draw; fonts are addresses, each letter is tested once."""

    def __init__(self) -> None:
        self._tested: dict[int, set[str]] = {}
        self._drawn: dict[int, int] = {}
        self._other: dict[int, int] = {}
        self._known: dict[int, set[str]] = {}

    def learn(self, font: int, letters: Iterable[str]) -> None:
        """Look at letters that a font is said to draw."""
        tested = self._tested.setdefault(font, set())
        new = LINES.keys() & set(letters) - tested
        tested |= new
        for letter in new:
            lines = _closed_lines(font, letter)
            if lines is not None:
                self._drawn[font] = self._drawn.get(font, 0) + 1
                self._other[font] = self._other.get(font, 0) + (lines != LINES[letter])

    def known(self, font: int) -> set[str]:
        """Letters that the font says it draws and that were looked at on an earlier page."""
        return self._known.setdefault(font, set())

    def trust(self, font: int, letters: set[str]) -> None:
        """Take it that the font says which of those letters it draws."""
        self.known(font).update(letters)

    def lies(self, font: int) -> bool:
        """Whether the font draws other letters than it says, as far as that was seen."""
        return self._other.get(font, 0) > _SHARE * self._drawn.get(font, 0)


_KNOWN: Final[WeakKeyDictionary[Any, FontShapes]] = WeakKeyDictionary()


def shapes_of(document: Any) -> FontShapes:
    """What is known of the fonts of a ``pypdfium2.PdfDocument``; forgotten with it."""
    return _KNOWN.setdefault(document, FontShapes())


def _closed_lines(font: int, letter: str) -> int | None:
    """How many closed lines a letter is drawn with; None where the font has no outline to tell."""
    path = pdfium.FPDFFont_GetGlyphPath(ctypes.cast(font, pdfium.FPDF_FONT), ord(letter), 12.0)
    count = pdfium.FPDFGlyphPath_CountGlyphSegments(path) if path else 0
    if count <= _BOX:
        return None
    segments = (pdfium.FPDFGlyphPath_GetGlyphPathSegment(path, index) for index in range(count))
    return sum(bool(pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO) for segment in segments)

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

from marker.readers.pdf_fonts import Font, data_size, name_of
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
    """What one font was seen to draw; each of its letters is looked at once."""

    def __init__(self, address: int) -> None:
        self.address = address
        self.look: Font | None = None
        """How it draws, once that was asked."""
        self._known: set[str] = set()
        """Letters that it says which they are."""
        self._known_ascii = b""
        self._tested: set[str] = set()
        self._drawn = 0
        self._other = 0

    def learn(self, letters: Iterable[str]) -> None:
        """Look at letters that the font is said to draw."""
        new = LINES.keys() & set(letters) - self._tested
        self._tested |= new
        for letter in new:
            lines = _closed_lines(self.address, letter)
            if lines is not None:
                self._drawn += 1
                self._other += lines != LINES[letter]

    def unknown(self, texts: Iterable[str]) -> set[str]:
        """Letters of ``texts`` of which it was not yet asked whether the font says which they are."""
        # Nearly all letters are ASCII and known: they are taken out before any is looked at.
        rest = "".join(texts).encode("utf-8", "surrogatepass").translate(None, self._known_ascii)
        return set(rest.decode("utf-8", "surrogatepass")) - self._known if rest else set()

    def know(self, letters: set[str]) -> None:
        """Remember letters that the font says which they are."""
        self._known |= letters
        self._known_ascii = "".join(letter for letter in self._known if letter.isascii()).encode()

    def lies(self) -> bool:
        """Whether the font draws other letters than it says, as far as that was seen."""
        return self._other > _SHARE * self._drawn


class DocumentFonts:
    """The fonts of one open document."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, bytes, int], FontShapes] = {}

    def at(self, address: int) -> FontShapes:
        """The font at that address.

        pdfium lets go of fonts that no open page has, and may put another at the same place: a font is the same where
        its name and the size of its file are too.
        """
        key = (address, name_of(address), data_size(address))
        font = self._fonts.get(key)
        if font is None:
            font = self._fonts[key] = FontShapes(address)
        return font


_KNOWN: Final[WeakKeyDictionary[Any, DocumentFonts]] = WeakKeyDictionary()


def fonts_of(document: Any) -> DocumentFonts:
    """What is known of the fonts of a ``pypdfium2.PdfDocument``; forgotten with it."""
    return _KNOWN.setdefault(document, DocumentFonts())


def _closed_lines(font: int, letter: str) -> int | None:
    """How many closed lines a letter is drawn with; None where the font has no outline to tell."""
    path = pdfium.FPDFFont_GetGlyphPath(ctypes.cast(font, pdfium.FPDF_FONT), ord(letter), 12.0)
    count = pdfium.FPDFGlyphPath_CountGlyphSegments(path) if path else 0
    if count <= _BOX:
        return None
    segments = (pdfium.FPDFGlyphPath_GetGlyphPathSegment(path, index) for index in range(count))
    return sum(bool(pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO) for segment in segments)

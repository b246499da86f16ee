"""What pdfium says of a text object beside its letters: its font, and the layer it may be in.

Objects and fonts are addresses (whole numbers), see :func:`marker.readers.pdfium.plain_call`.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Final

from marker.readers.pdfium import pdfium, plain_call

_LAYER: Final = "OC\0".encode("utf-16-le")
_SAMPLED_LETTERS: Final = 4
_LAYERS: Final = b"GlyphLess"
"""In the name of the font that Tesseract writes its OCR layers in."""

_three = [ctypes.c_void_p] * 3
_font_of: Final = plain_call("FPDFTextObj_GetFont", ctypes.c_void_p, ctypes.c_void_p)
_NAME_BYTES: Final = 128
_name: Final = ctypes.create_string_buffer(_NAME_BYTES)
_to_name: Final = ctypes.addressof(_name)
_size: Final = ctypes.c_size_t()
_to_size: Final = ctypes.addressof(_size)
"""Where pdfium writes its answers; each is read at once."""
_name_at: Final = plain_call("FPDFFont_GetBaseFontName", ctypes.c_size_t, *_three[:2], ctypes.c_size_t)
_data_of: Final = plain_call("FPDFFont_GetFontData", ctypes.c_int, *_three[:2], ctypes.c_size_t, ctypes.c_void_p)
_count_marks: Final = plain_call("FPDFPageObj_CountMarks", ctypes.c_int, ctypes.c_void_p)
_mark_at: Final = plain_call("FPDFPageObj_GetMark", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
_mark_name: Final = plain_call("FPDFPageObjMark_GetName", ctypes.c_int, *_three[:2], ctypes.c_ulong, ctypes.c_void_p)


@dataclass(frozen=True, slots=True)
class Font:
    """A font as far as it tells whether its letters are seen."""

    bold: bool
    outlined: bool
    """It draws letters as outlines."""


def font_at(address: int, letters: str) -> Font:
    """The font at an address; ``letters`` are some that it draws, blanks left out: a font is known by its letters."""
    return Font(_is_bold(address), bool(letters) and _is_outlined(address, letters[:_SAMPLED_LETTERS]))


def font_of(text_object: int) -> int:
    """Address of the font of the text object at that address."""
    return int(_font_of(text_object) or 0)


def is_without_shapes(font: int) -> bool:
    """Whether it is the font that Tesseract writes its OCR layers in, whose codes are the letters' own numbers.

    Its map has one range for all of them, of which pdfium takes the first 256 and guesses the others, which it guesses
    right: by their codes.
    """
    return _LAYERS in name_of(font)


def name_of(font: int) -> bytes:
    """The name of the font at an address, with the prefix of its subset."""
    _name_at(font, _to_name, _NAME_BYTES)
    return _name.value


def data_size(font: int) -> int:
    """Bytes of the file of the font at an address; 0 where it has none."""
    if not _data_of(font, None, 0, _to_size):
        return 0
    return int(_size.value)


def _is_bold(font: int) -> bool:
    lowered = name_of(font).lower()
    return any(word in lowered for word in (b"bold", b"black", b"heavy", b"-bd"))


def _is_outlined(font: int, letters: str) -> bool:
    """Whether a font draws these letters as outlines: Type 3 fonts draw anything, the fonts of OCR layers nothing."""
    if not data_size(font):
        return False
    pointer = ctypes.cast(font, pdfium.FPDF_FONT)
    return all(
        bool(path) and pdfium.FPDFGlyphPath_CountGlyphSegments(path) > 1
        for letter in letters
        for path in [pdfium.FPDFFont_GetGlyphPath(pointer, ord(letter), 12.0)]
    )


def is_in_layer(text_object: int) -> bool:
    """Whether optional content, which may be switched off, holds the object."""
    count = _count_marks(text_object)
    if count <= 0:
        return False
    name, size = ctypes.create_string_buffer(16), ctypes.c_ulong()
    return any(
        # A name too long for the buffer leaves it as it was, and is not that of a layer.
        not _mark_name(_mark_at(text_object, index), name, ctypes.sizeof(name), ctypes.addressof(size))
        or name.raw.startswith(_LAYER)
        for index in range(count)
    )

"""A stamp font as PDF objects: Type 0, CIDFontType2, Identity-H, embedded subset, ToUnicode.

ISO 32000-1, 9.7 and 9.10.3; the CIDSet that PDF/A-1 asks of subsets (ISO 19005-1, 6.3.5) names every glyph of the
program, as PDF/A-2 asks of a CIDSet that is there.
"""

from __future__ import annotations

import zlib
from typing import Final

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from marker.stamp.fonts import FontSubset

_NONSYMBOLIC: Final = 32
_FILTER: Final = NameObject("/Filter")
_FLATE: Final = NameObject("/FlateDecode")
_LEVEL: Final = 5
"""Of compression: a seventh quicker than the usual 6, for half a byte in a hundred."""
_STEM: Final = {False: 80, True: 140}
"""Width of an upright stem, thousandths of the font size; viewers use it only to pick a substitute."""


def stream(data: bytes, entries: dict[str, object] | None = None) -> StreamObject:
    """A compressed stream with ``entries`` in its dictionary."""
    packed = EncodedStreamObject()
    packed._data = zlib.compress(data, _LEVEL)  # pypdf's own way there takes twice as long
    packed[_FILTER] = _FLATE
    for key, value in (entries or {}).items():
        packed[NameObject(key)] = value
    return packed


def refill(held: IndirectObject, data: bytes, box: ArrayObject | None = None) -> None:
    """Other data, and another /BBox where one is given, for a stream that :func:`stream` made."""
    packed = held.get_object()
    if not isinstance(packed, EncodedStreamObject):
        raise TypeError("no stream of the stamp")
    packed._data = zlib.compress(data, _LEVEL)
    if box is not None:
        packed[NameObject("/BBox")] = box


def names(**entries: str) -> DictionaryObject:
    """A dictionary whose values are names."""
    return DictionaryObject({NameObject(f"/{key}"): NameObject(f"/{value}") for key, value in entries.items()})


def numbers(*values: float) -> ArrayObject:
    return ArrayObject([NumberObject(value) for value in values])


def embed(writer: PdfWriter, font: FontSubset) -> IndirectObject:
    """Adds ``font`` to the file; returns the reference to put under /Font in a resource dictionary."""
    program = stream(font.program, {"/Length1": NumberObject(len(font.program))})
    descriptor = names(Type="FontDescriptor", FontName=font.name)
    count = len(font.widths)
    descriptor.update(
        {
            NameObject("/Flags"): NumberObject(_NONSYMBOLIC),
            NameObject("/FontBBox"): numbers(*font.box),
            NameObject("/ItalicAngle"): NumberObject(0),
            NameObject("/Ascent"): NumberObject(font.ascent),
            NameObject("/Descent"): NumberObject(font.descent),
            NameObject("/CapHeight"): NumberObject(font.cap_height),
            NameObject("/StemV"): NumberObject(_STEM[font.bold]),
            NameObject("/FontFile2"): writer._add_object(program),
            NameObject("/CIDSet"): writer._add_object(stream(_first_bits(count))),
        }
    )
    descendant = names(Type="Font", Subtype="CIDFontType2", BaseFont=font.name, CIDToGIDMap="Identity")
    descendant[NameObject("/CIDSystemInfo")] = DictionaryObject(
        {
            NameObject("/Registry"): TextStringObject("Adobe"),
            NameObject("/Ordering"): TextStringObject("Identity"),
            NameObject("/Supplement"): NumberObject(0),
        }
    )
    descendant[NameObject("/FontDescriptor")] = writer._add_object(descriptor)
    descendant[NameObject("/W")] = ArrayObject([NumberObject(0), numbers(*font.widths)])
    whole = names(Type="Font", Subtype="Type0", BaseFont=font.name, Encoding="Identity-H")
    whole[NameObject("/DescendantFonts")] = ArrayObject([writer._add_object(descendant)])
    whole[NameObject("/ToUnicode")] = writer._add_object(stream(_to_unicode(font)))
    return writer._add_object(whole)


def _first_bits(count: int) -> bytes:
    """``count`` bits set, the highest of each byte first."""
    whole, rest = divmod(count, 8)
    return b"\xff" * whole + (bytes([0xFF00 >> rest & 0xFF]) if rest else b"")


def _to_unicode(font: FontSubset) -> bytes:
    pairs = sorted((glyph, letter) for letter, glyph in font.glyphs.items())
    blocks = []
    for start in range(0, len(pairs), 100):  # a block holds at most 100 (Adobe technical note 5411)
        block = pairs[start : start + 100]
        lines = "\n".join(f"<{glyph:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for glyph, letter in block)
        blocks.append(f"{len(block)} beginbfchar\n{lines}\nendbfchar")
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n" + "\n".join(blocks) + "\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode("ascii")

"""The stamp's fonts: which letters they have, how wide text runs, and a subset to embed.

The two shipped faces (DejaVu Sans and its bold) have every Kazakh, Russian and Lithuanian letter; the standard 14 fonts
of PDF and the Liberation family have not.  A letter without a glyph is never replaced by a box: the copy is held.
Widths are in thousandths of the font size, as PDF counts them (ISO 32000-1, 9.2.4).

fontTools has no complete types and takes its time to load: it is imported by name, where it is used.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from typing import Any, Final

from marker.errors import HoldError
from marker.model import HoldCode

_FILES: Final = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
# A PDF viewer needs the outlines and their widths; everything else stands in the PDF's own font dictionary.
_KEPT_TABLES: Final = {"GlyphOrder", "glyf", "head", "hhea", "hmtx", "loca", "maxp"}
_READ_TABLES: Final = {"OS/2", "cmap"}


@dataclass(frozen=True, slots=True)
class FontSubset:
    """A TrueType program with the glyphs of one copy's stamp, and what a PDF font dictionary says about it."""

    program: bytes
    name: str
    """PostScript name with the six-letter tag of a subset: ``ABCDEF+DejaVuSans-Bold``."""
    glyphs: dict[str, int]
    """Letter → glyph index in the subset, which is also the CID (Identity-H)."""
    widths: tuple[int, ...]
    """Of every glyph in the subset, by index, thousandths of the font size."""
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int
    bold: bool

    def encode(self, text: str) -> str:
        """``text`` as the hexadecimal digits of its CIDs."""
        return "".join(f"{self.glyphs[letter]:04X}" for letter in text)


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One shipped face."""

    strong: bool
    data: bytes
    name: str
    units: int
    advances: dict[int, int]
    """Code point → advance in font units."""
    outlines: Any
    """fontTools' glyph set by code point: what :meth:`extent` measures."""

    def require(self, text: str) -> None:
        """Raises HoldError (stamp-failed), naming the code points, when a letter of ``text`` has no glyph."""
        missing = sorted({letter for letter in text if ord(letter) not in self.advances})
        if missing:
            points = ", ".join(f"U+{ord(letter):04X}" for letter in missing)
            raise HoldError(
                HoldCode.STAMP_FAILED,
                f"The stamp font {self.name} has no glyph for {points}; word the stamp with letters it has.",
            )

    def width(self, text: str, size: float) -> float:
        """How far ``text`` runs at ``size``, both in points.  No kerning: PDF shows the advances as they are."""
        return sum(self.advances[ord(letter)] for letter in text) * size / self.units

    def extent(self, text: str, size: float) -> tuple[float, float]:
        """How far the outlines of ``text`` reach above and below the baseline, points, both as positive numbers."""
        drawn = [glyph for glyph in map(self.outlines, text) if glyph.numberOfContours]
        high = max((glyph.yMax for glyph in drawn), default=0)
        low = min((glyph.yMin for glyph in drawn), default=0)
        return max(high, 0) * size / self.units, max(-low, 0) * size / self.units

    def subset(self, letters: Iterable[str]) -> FontSubset:
        """The smallest font that has ``letters``; the same letters always give the same bytes.

        Raises HoldError (stamp-failed) for a letter without a glyph.
        """
        wanted = "".join(sorted(set("".join(letters))))
        self.require(wanted)
        return _subset(self.strong, wanted)


@cache
def face(strong: bool) -> Face:
    """The shipped face, regular or bold. Raises HoldError (stamp-failed) when its file is missing or broken."""
    ttlib: Any = import_module("fontTools.ttLib")
    file = resources.files("marker.resources") / "fonts" / _FILES[strong]
    try:
        data = file.read_bytes()
        font = ttlib.TTFont(io.BytesIO(data), lazy=True)
        metrics = font["hmtx"].metrics
        names, glyphs = font.getBestCmap(), font["glyf"]
        advances = {point: metrics[glyph][0] for point, glyph in names.items()}
        units = int(font["head"].unitsPerEm)
        name = str(font["name"].getDebugName(6))
    except (OSError, ttlib.TTLibError, KeyError, ValueError, AttributeError) as error:
        raise HoldError(
            HoldCode.STAMP_FAILED, f"The stamp font {_FILES[strong]} is missing or broken; install the package anew."
        ) from error
    return Face(strong, data, name, units, advances, cache(lambda letter: glyphs[names[ord(letter)]]))


@cache
def _subset(strong: bool, letters: str) -> FontSubset:
    whole = face(strong)
    ttlib: Any = import_module("fontTools.ttLib")
    tool: Any = import_module("fontTools.subset")
    options = tool.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.recalc_bounds = True
    font = ttlib.TTFont(io.BytesIO(whole.data), recalcTimestamp=False)
    # Before anything reads them: taking the layout tables apart would take longer than all the rest.
    for table in set(font.keys()) - _KEPT_TABLES - _READ_TABLES:
        del font[table]
    names = font.getBestCmap()
    os2 = font["OS/2"]
    subsetter = tool.Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    for table in set(font.keys()) - _KEPT_TABLES:
        del font[table]
    order = {glyph: index for index, glyph in enumerate(font.getGlyphOrder())}
    scale, metrics = 1000 / whole.units, font["hmtx"].metrics
    widths = tuple(round(metrics[glyph][0] * scale) for glyph in font.getGlyphOrder())
    program = io.BytesIO()
    font.save(program, reorderTables=True)
    head = font["head"]
    box = tuple(round(value * scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax))
    digest = hashlib.sha256(letters.encode()).digest()
    tag = "".join(chr(ord("A") + byte % 26) for byte in digest[:6])
    return FontSubset(
        program=program.getvalue(),
        name=f"{tag}+{whole.name}",
        glyphs={letter: order[names[ord(letter)]] for letter in letters},
        widths=widths,
        box=(box[0], box[1], box[2], box[3]),
        ascent=round(os2.sTypoAscender * scale),
        descent=round(os2.sTypoDescender * scale),
        cap_height=round(whole.extent("H", 1000)[0]),
        bold=whole.strong,
    )

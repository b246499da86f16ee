"""How a run of a Word document looks, through styles, their ancestors and defaults (ISO/IEC 29500-1, 17.7).

Only what bears on a marking: whether it is seen, struck, how large, how bold, how spaced, how aligned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from marker.model import Visibility
from marker.readers.xml import attribute, child, name

_TOGGLES: Final = {"w:b": "b", "w:vanish": "vanish", "w:strike": "strike", "w:dstrike": "dstrike"}
"""Properties that a style turns over rather than sets (17.7.3)."""
_OFF: Final = frozenset({"0", "false", "off"})
_WHITE_FROM: Final = 0xF5
"""A channel from here on is white on paper."""
_TINY_HALF_POINTS: Final = 4
_CENTRED: Final = frozenset({"center", "right", "end", "centre"})

Properties = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """The looks of a run. ``size`` in points."""

    visibility: Visibility
    size: float | None
    bold: bool
    tracked: bool


def run_properties(element: etree._Element | None) -> dict[str, str]:
    """What a ``w:rPr`` sets: toggles as "1"/"0", the others as they stand."""
    found: dict[str, str] = {}
    if element is None:
        return found
    for prop in element:
        kind = name(prop)
        if kind in _TOGGLES:
            found[_TOGGLES[kind]] = "0" if attribute(prop, "w:val") in _OFF else "1"
        elif kind == "w:sz":
            found["sz"] = attribute(prop, "w:val") or ""
        elif kind == "w:color":
            found["colour"] = _colour(prop)
        elif kind == "w:spacing":
            found["spacing"] = attribute(prop, "w:val") or ""
        elif kind == "w:w":
            found["scale"] = attribute(prop, "w:val") or ""
        elif kind == "w:rStyle":
            found["style"] = attribute(prop, "w:val") or ""
        elif kind in ("w:shd", "w:highlight"):
            found["shaded"] = "1" if _is_shade(prop) else "0"
    return found


def is_shaded(properties: etree._Element | None) -> bool:
    """Whether a pPr or tcPr puts a colour behind its text."""
    shade = child(properties, "w:shd")
    return shade is not None and _is_shade(shade)


def _is_shade(element: etree._Element) -> bool:
    if name(element) == "w:highlight":
        return attribute(element, "w:val") not in (None, "none", "white")
    fill = (attribute(element, "w:fill") or "auto").lower()
    pattern = attribute(element, "w:val") or "clear"
    themed = attribute(element, "w:themeFill") is not None
    return themed or fill not in ("auto", "ffffff") or pattern not in ("clear", "nil")


def _colour(element: etree._Element) -> str:
    theme = attribute(element, "w:themeColor")
    if theme in ("background1", "light1", "bg1") and attribute(element, "w:themeShade") is None:
        return "FFFFFF"
    return attribute(element, "w:val") or ""


class Styles:
    """The style part, resolved on demand. A style that is its own ancestor counts once."""

    def __init__(self, root: etree._Element | None) -> None:
        self._run: dict[str, dict[str, str]] = {}
        self._alignment: dict[str, str] = {}
        self._shaded: set[str] = set()
        self._numbered: dict[str, etree._Element] = {}
        self._based_on: dict[str, str] = {}
        self._defaults: dict[str, str] = {}
        self._default_paragraph = ""
        self._chains: dict[str, Properties] = {}
        self._looks: dict[tuple[str, str, str, tuple[tuple[str, str], ...], bool], Look] = {}
        for element in root if root is not None else ():
            kind = name(element)
            if kind == "w:docDefaults":
                self._defaults = run_properties(child(child(element, "w:rPrDefault"), "w:rPr"))
            elif kind == "w:style":
                self._take_style(element)

    def _take_style(self, element: etree._Element) -> None:
        style = attribute(element, "w:styleId") or ""
        self._run[style] = run_properties(child(element, "w:rPr"))
        paragraph = child(element, "w:pPr")
        alignment = child(paragraph, "w:jc")
        if alignment is not None:
            self._alignment[style] = attribute(alignment, "w:val") or ""
        if is_shaded(paragraph):
            self._shaded.add(style)
        numbering = child(paragraph, "w:numPr")
        if numbering is not None:
            self._numbered[style] = numbering
        parent = child(element, "w:basedOn")
        if parent is not None:
            self._based_on[style] = attribute(parent, "w:val") or ""
        if attribute(element, "w:type") == "paragraph" and attribute(element, "w:default") in ("1", "true", "on"):
            self._default_paragraph = style

    def _ancestry(self, style: str) -> Iterator[str]:
        """The style, then what it is based on, nearest first."""
        seen: set[str] = set()
        while style and style not in seen:
            seen.add(style)
            yield style
            style = self._based_on.get(style, "")

    def _chain(self, style: str) -> Properties:
        if style not in self._chains:
            merged: dict[str, str] = {}
            for ancestor in self._ancestry(style):
                merged = {**self._run.get(ancestor, {}), **merged}
            self._chains[style] = merged
        return self._chains[style]

    def is_centred(self, paragraph: etree._Element | None, style: str) -> bool:
        """Whether a paragraph stands centred or to the right, by itself or through its style."""
        own = child(paragraph, "w:jc")
        if own is not None:
            return attribute(own, "w:val") in _CENTRED
        inherited = (self._alignment.get(a) for a in self._ancestry(style or self._default_paragraph))
        return next((alignment for alignment in inherited if alignment is not None), "") in _CENTRED

    def numbering(self, paragraph: etree._Element | None, style: str) -> etree._Element | None:
        """The ``w:numPr`` that applies to a paragraph."""
        own = child(paragraph, "w:numPr")
        if own is not None:
            return own
        inherited = (self._numbered.get(a) for a in self._ancestry(style or self._default_paragraph))
        return next((numbering for numbering in inherited if numbering is not None), None)

    def is_shaded(self, style: str) -> bool:
        """Whether the paragraph style, or an ancestor, puts a colour behind the text."""
        return any(a in self._shaded for a in self._ancestry(style or self._default_paragraph))

    def look(self, table_style: str, paragraph_style: str, direct: Properties, shaded: bool) -> Look:
        """The looks of a run. ``shaded`` says that white letters stand on a colour and are seen."""
        key = (table_style, paragraph_style, direct.get("style", ""), tuple(sorted(direct.items())), shaded)
        look = self._looks.get(key)
        if look is None:
            look = self._resolve(table_style, paragraph_style or self._default_paragraph, direct, shaded)
            if len(self._looks) < 10_000:
                self._looks[key] = look
        return look

    def _resolve(self, table_style: str, paragraph_style: str, direct: Properties, shaded: bool) -> Look:
        levels = [self._chain(table_style), self._chain(paragraph_style), self._chain(direct.get("style", ""))]

        def toggled(prop: str) -> bool:
            if prop in direct:
                return direct[prop] == "1"
            if self._defaults.get(prop) == "1":
                return True
            return sum(level.get(prop) == "1" for level in levels) % 2 == 1

        def nearest(prop: str) -> str:
            return next((level[prop] for level in (direct, *reversed(levels), self._defaults) if prop in level), "")

        half_points = _number(nearest("sz"))
        scale = _number(nearest("scale"))
        white = _is_white(nearest("colour")) and not shaded and nearest("shaded") != "1"
        tiny = (half_points is not None and half_points <= _TINY_HALF_POINTS) or (scale is not None and scale < 10)
        visibility = Visibility.VISIBLE
        if toggled("vanish") or white or tiny:
            visibility = Visibility.HIDDEN
        elif toggled("strike") or toggled("dstrike"):
            visibility = Visibility.STRUCK
        return Look(
            visibility,
            None if half_points is None else half_points / 2,
            toggled("b"),
            (_number(nearest("spacing")) or 0) >= 20,  # twentieths of a point: a point or more between letters
        )


def _is_white(colour: str) -> bool:
    if len(colour) != 6:
        return False
    try:
        return all(int(colour[i : i + 2], 16) >= _WHITE_FROM for i in (0, 2, 4))
    except ValueError:
        return False


def _number(text: str) -> float | None:
    """A number as OOXML writes it; Strict may add a unit, and a percent sign."""
    text = text.strip()
    factor = 1.0
    if text.endswith("pt"):
        text, factor = text[:-2], 2.0
    try:
        return float(text.rstrip("%")) * factor
    except ValueError:
        return None

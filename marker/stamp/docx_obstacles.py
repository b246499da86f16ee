"""What stands where on a DOCX page, as far as its XML says without layout: floating things, frames, text flow.

Boxes are points from the page's upper left corner.  Positions relative to a line or paragraph are unknown before
layout; in a header or footer and for the body's first paragraphs (story ``opening``) the paragraph is known well
enough, in the rest of the body they are left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from marker.model import Box
from marker.stamp.docx_sections import Section
from marker.stamp.docx_type import Type
from marker.stamp.docx_xml import Dialect, points

_EMU: Final = 12700.0  # English metric units in a point
_LINE: Final = 14.0  # a line of text, roughly
_VML_AREAS: Final = {
    "left-margin-area": "leftMargin", "right-margin-area": "rightMargin",
    "top-margin-area": "topMargin", "bottom-margin-area": "bottomMargin",
}  # fmt: skip
_TEXT: Final = {"opening", "body"}
_STROKE: Final = 2.0  # half of what a line and the air beside it take
_WORD_VML: Final = "{urn:schemas-microsoft-com:office:word}"
_CHOICE: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_VML: Final = "{urn:schemas-microsoft-com:vml}"
_DRIFT: Final = 30.0  # how far a thing may stand from where its paragraph was thought to be
_FIELD: Final = 17.0  # what a number that is counted anew may add to its line
_UNMEASURED: Final = ("tab", "ptab", "drawing", "pict", "object", "pBdr", "tbl")
_VISIBLE: Final = ("drawing", "pict", "object", "sym", "fldSimple", "instrText", "pgNum", "ptab", "tbl", "pBdr")
_AREAS: Final = {"page", "margin", "topMargin", "bottomMargin", "insideMargin", "outsideMargin"}
_DECLARATION: Final = re.compile(r"\s*([\w-]+)\s*:\s*([^;]+?)\s*(?:;|$)")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something on the page.  ``hides`` is False for what lies behind text and may be printed upon."""

    box: Box
    hides: bool
    drifts: bool = False
    """Its place hangs on text or margins, which move when text makes room."""
    parts_text: bool = False
    """The text of its own story flows around it, so that it never hides that."""


def floating(root: etree._Element, section: Section, story: str, dialect: Dialect) -> list[Obstacle]:
    """Drawings, VML shapes, frames and floating tables of one part (``story``: header, footer, opening or body)."""
    found: list[Obstacle] = []
    for anchor in root.iter("{*}anchor"):
        found.extend(_anchored(anchor, section, story))
    for shape in root.iter(f"{_VML}*"):
        if not _said_twice(shape):
            found.extend(_vml(shape, section, story))
    for properties in root.iter(dialect.tag("framePr"), dialect.tag("tblpPr")):
        found.extend(_framed(properties, section, story, dialect))
    return found


def flowing(root: etree._Element, section: Section, dialect: Dialect, look: Type) -> list[tuple[float, float]]:
    """Where, from left to right, the visible text flow of a header or footer runs; empty when it shows nothing."""
    left, right = section.left, section.width - section.right
    runs: list[tuple[float, float]] = []
    for block in _blocks(root, dialect):
        if not _shows(block, dialect):
            continue
        simple = block.tag == dialect.tag("p") and not any(
            next(block.iter(dialect.tag(name)), None) is not None for name in _UNMEASURED
        )
        width = min(right - left, look.width(block) + _FIELD) if simple else right - left
        side = look.alignment(block) if simple else None
        if side == "center":
            runs.append(((left + right - width) / 2, (left + right + width) / 2))
        elif side == "right":
            runs.append((right - width, right))
        else:
            runs.append((left, left + width if side == "left" else right))
    return runs


def lines_height(root: etree._Element) -> float:
    """How high the empty lines of a header or footer may be."""
    return _LINE * sum(1 for _ in root.iter("{*}p"))


def _blocks(root: etree._Element, dialect: Dialect) -> Iterator[etree._Element]:
    """Paragraphs and tables in the flow; content controls and custom XML are looked into."""
    for child in root:
        if child.tag in {dialect.tag("p"), dialect.tag("tbl")}:
            yield child
        elif child.tag in {dialect.tag(n) for n in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}:
            yield from _blocks(child, dialect)


def _shows(block: etree._Element, dialect: Dialect) -> bool:
    if block.find(f"{dialect.tag('pPr')}/{dialect.tag('framePr')}") is not None:
        return False
    if block.find(f"{dialect.tag('tblPr')}/{dialect.tag('tblpPr')}") is not None:
        return False
    if block.tag == dialect.tag("tbl"):
        return True
    if any((t.text or "").strip() for t in block.iter(dialect.tag("t"))):
        return True
    for name in _VISIBLE:
        for found in block.iter(dialect.tag(name)):
            floats = name == "drawing" and found.find("{*}anchor") is not None
            floats = floats or (name == "pict" and "absolute" in _style_of(found))
            if not floats:
                return True
    return False


def _style_of(pict: etree._Element) -> str:
    return " ".join(child.get("style", "") for child in pict)


# ── Positions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _start(relative: str, section: Section, story: str, *, vertical: bool) -> float | None:
    """Where the area begins that an offset counts from; None when only layout could tell."""
    if not vertical:
        starts = {"page": 0.0, "leftMargin": 0.0, "insideMargin": 0.0}
        ends = {"rightMargin": section.width - section.right, "outsideMargin": section.width - section.right}
        return (starts | ends).get(relative, section.left)
    top, bottom = abs(section.top), section.height - abs(section.bottom)
    if relative in _AREAS:
        return {"margin": top, "bottomMargin": bottom, "outsideMargin": bottom}.get(relative, 0.0)
    starts = {"header": section.header, "footer": section.height - section.footer - _LINE, "opening": top}
    return starts.get(story)


def _extent(relative: str, section: Section, *, vertical: bool) -> float:
    """How far that area reaches: what "centre", "right" and "bottom" mean in it."""
    if not vertical:
        sides = {"page": section.width, "leftMargin": section.left, "rightMargin": section.right}
        return sides.get(relative, section.width - section.left - section.right)
    heights = {"page": section.height, "topMargin": abs(section.top), "bottomMargin": abs(section.bottom)}
    return heights.get(relative, section.height - abs(section.top) - abs(section.bottom))


def _place(
    relative: str, offset: float | None, align: str | None, size: float, section: Section, story: str, *, vertical: bool
) -> float | None:
    start = _start(relative, section, story, vertical=vertical)
    if start is None:
        return None
    if align in {"center", "right", "bottom", "outside"}:
        room = _extent(relative, section, vertical=vertical) - size
        return start + (room / 2 if align == "center" else room)
    return start + (offset or 0.0)


def _obstacle(
    x: float | None,
    y: float | None,
    width: float,
    height: float,
    relative: str,
    story: str,
    *,
    hides: bool,
    outline: bool = False,
    parts_text: bool = False,
) -> Iterator[Obstacle]:
    """``relative`` is what its height on the page counts from.  Of an ``outline`` only the lines are in the way, and
    they may be printed upon where there is no other place.
    """
    if x is None or y is None or width <= 0 or height <= 0 or not math.isfinite(x + y + width + height):
        return
    box = Box(x, y, x + width, y + height)
    if relative not in _AREAS:
        # Footers grow upwards, everything else downwards.
        up, down = (_DRIFT, 0.0) if story == "footer" else (0.0, _DRIFT)
        box = Box(x, y - up, x + width, y + height + down)
    if not outline:
        yield Obstacle(box, hides, drifts=relative != "page", parts_text=parts_text)
        return
    for x0, y0, x1, y1 in (
        (box.x0, box.y0, box.x1, box.y0), (box.x0, box.y1, box.x1, box.y1),
        (box.x0, box.y0, box.x0, box.y1), (box.x1, box.y0, box.x1, box.y1),
    ):  # fmt: skip
        yield Obstacle(Box(x0 - _STROKE, y0 - _STROKE, x1 + _STROKE, y1 + _STROKE), hides=False)


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _anchored(anchor: etree._Element, section: Section, story: str) -> Iterator[Obstacle]:
    extent = anchor.find("{*}extent")
    if extent is None:
        return
    width, height = _number(extent.get("cx")) / _EMU, _number(extent.get("cy")) / _EMU
    place: dict[bool, float | None] = {}
    relative = ""
    for vertical, name, size in ((False, "positionH", width), (True, "positionV", height)):
        # A place in percent stands as a choice beside one in lengths, which says the same.
        stated = [p for p in anchor.iter(f"{{*}}{name}") if p.find("{*}posOffset") is not None]
        position = next(iter(stated), None) if stated else anchor.find(f"{{*}}{name}")
        if position is None:
            return
        offset, align = position.findtext("{*}posOffset"), position.findtext("{*}align")
        relative = position.get("relativeFrom", "")
        place[vertical] = _place(
            relative, _number(offset) / _EMU, (align or "").strip(), size, section, story, vertical=vertical
        )
    # The body is printed over headers and footers: what it holds hides them even from behind its own text.
    behind = anchor.get("behindDoc") in {"1", "true"} and story not in _TEXT
    outline = _clear(anchor)
    yield from _obstacle(
        place[False], place[True], width, height, relative, story,
        hides=not behind, outline=outline, parts_text=anchor.find("{*}wrapNone") is None,
    )  # fmt: skip


def _said_twice(shape: etree._Element) -> bool:
    """Whether a VML shape is the fallback of a drawing, which says better where it stands."""
    fallback = next(shape.iterancestors(f"{_CHOICE}Fallback"), None)
    both = None if fallback is None else fallback.getparent()
    choices = () if both is None else both.iterchildren(f"{_CHOICE}Choice")
    return any(next(choice.iter("{*}anchor"), None) is not None for choice in choices)


def _clear(anchor: etree._Element) -> bool:
    """Whether a drawing is an empty outline: a shape without filling, picture or text."""
    if next(anchor.iter("{*}txbxContent"), None) is not None or next(anchor.iter("{*}blip"), None) is not None:
        return False
    shapes = list(anchor.iter("{*}spPr"))
    return bool(shapes) and all(shape.find("{*}noFill") is not None for shape in shapes)


def _vml(shape: etree._Element, section: Section, story: str) -> Iterator[Obstacle]:
    style = dict(_DECLARATION.findall(shape.get("style", "")))
    parent = shape.getparent()
    if style.get("position") != "absolute" or (parent is not None and etree.QName(parent).localname == "group"):
        return
    width, height = _css(style.get("width")), _css(style.get("height"))
    stated = {
        False: style.get("mso-position-horizontal-relative", "margin"),
        True: style.get("mso-position-vertical-relative", "text"),
    }
    relative = {vertical: _VML_AREAS.get(name) or name for vertical, name in stated.items()}
    x, y = (
        _place(
            relative[vertical],
            _css(style.get("margin-top" if vertical else "margin-left")),
            style.get("mso-position-vertical" if vertical else "mso-position-horizontal"),
            height if vertical else width,
            section,
            story,
            vertical=vertical,
        )
        for vertical in (False, True)
    )
    behind = _number(style.get("z-index")) < 0 and story not in _TEXT
    watermark = next(shape.iter(f"{_VML}textpath"), None) is not None
    holds = any(next(shape.iter(f"{_VML}{name}"), None) is not None for name in ("textbox", "imagedata", "textpath"))
    outline = shape.get("filled") in {"f", "false"} and not holds
    yield from _obstacle(
        x, y, width, height, relative[True], story,
        hides=not (behind or watermark), outline=outline,
        parts_text=any(wrap.get("type", "none") != "none" for wrap in shape.iter(f"{_WORD_VML}wrap")),
    )  # fmt: skip


def _css(value: str | None) -> float:
    """A length of VML's style attribute in points; bare numbers are pixels."""
    text = (value or "0").strip()
    if text[-1:].isalpha() and not text.endswith("px"):
        return points(text, 0.0)
    return _number(text.removesuffix("px")) * 0.75


def _framed(properties: etree._Element, section: Section, story: str, dialect: Dialect) -> Iterator[Obstacle]:
    """A frame (17.3.1.11) or floating table (17.4.57), which share their attributes but for the prefix of two."""
    prefix = "" if properties.tag == dialect.tag("framePr") else "tblp"

    def value(name: str, default: str = "") -> str:
        return properties.get(dialect.tag(name), default)

    def aligned(axis: str) -> tuple[float | None, str]:
        own = (prefix + axis.upper()) if prefix else axis
        return points(value(own), 0.0), value(f"{own}Spec" if prefix else f"{axis}Align")

    width = points(value("w"), 0.0) or _extent("margin", section, vertical=False) / 2
    height = points(value("h"), 0.0) or 2 * _LINE
    horizontal = value("horzAnchor" if prefix else "hAnchor", "text")
    vertical = value("vertAnchor" if prefix else "vAnchor", "text")
    x_offset, x_align = aligned("x")
    y_offset, y_align = aligned("y")
    x = _place(horizontal, x_offset, x_align, width, section, story, vertical=False)
    y = _place(vertical, y_offset, y_align, height, section, story, vertical=True)
    yield from _obstacle(x, y, width, height, vertical, story, hides=True, parts_text=True)

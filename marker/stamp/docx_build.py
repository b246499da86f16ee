"""Builds what the stamp adds to a DOCX: frames, fields, the code's picture, content controls and styles.

Everything is built with python-docx's element factory in the Transitional namespaces and appended in the order that
ECMA-376 part 1 lays down; :func:`marker.stamp.docx_xml.translate` turns it into Strict where needed.  Frames
(``w:framePr``) are anchored to the page, so that they take no room in the text and the page breaks stay where they are.

Lengths are points.  Each control bears a stable tag by which a stamp is found again, whatever else is in the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Final

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.shape import CT_Inline
from docx.shared import Pt
from lxml import etree

TAG_MARKING_TOP: Final = "marker:marking:top"
TAG_MARKING_BOTTOM: Final = "marker:marking:bottom"
TAG_CODE: Final = "marker:code"
TAG_NUMBER: Final = "marker:number"
TAG_BLOCK: Final = "marker:block"
TAG_SEAL: Final = "marker:seal"

# Fonts with Kazakh, Russian and Lithuanian letters that every Word has; others substitute letter by letter.
_FONT: Final = "Arial"
_VML: Final = "urn:schemas-microsoft-com:vml"


@dataclass(frozen=True, slots=True)
class Style:
    """One named paragraph style of the stamp."""

    key: str
    name: str
    size: float
    line: float | None
    """Exact line height; None lets the line grow with what it holds (a picture)."""
    bold: bool = False
    centred: bool = False


MARKING: Final = Style("MarkerStampMarking", "Marker Stamp Marking", 13.0, None, bold=True, centred=True)
NUMBER: Final = Style("MarkerStampNumber", "Marker Stamp Number", 7.0, 8.5)
BLOCK: Final = Style("MarkerStampBlock", "Marker Stamp Block", 6.5, 7.8)
CODE: Final = Style("MarkerStampCode", "Marker Stamp Code", 7.0, None)
ANCHOR: Final = Style("MarkerStampAnchor", "Marker Stamp Anchor", 1.0, 1.0)
STYLES: Final = (MARKING, NUMBER, BLOCK, CODE, ANCHOR)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a frame stands on the page.  ``x`` None means centred.  A frame with ``bottom`` reaches down to the page's
    lower edge, however high the page is, and its text begins ``bottom`` points above that edge; else at ``y``.
    """

    width: float
    x: float | None = None
    y: float = 0.0
    bottom: float | None = None


def element(tag: str, attributes: Mapping[str, object] | None = None, *children: etree._Element) -> etree._Element:
    """An element of that prefixed name; attribute names take a prefix too, or none."""
    made: etree._Element = OxmlElement(tag)
    for name, value in (attributes or {}).items():
        made.set(qn(name) if ":" in name else name, str(value))
    made.extend(children)
    return made


def twips(length: float) -> int:
    """Points in twentieths of a point."""
    return round(int(Pt(1).twips) * length)


def frame_properties(frame: Frame) -> etree._Element:
    """``w:framePr``.  Text of the same story that meets the frame flows around it, so that nothing is ever covered."""
    attributes: dict[str, object] = {"w:w": twips(frame.width)}
    if frame.bottom is not None:
        attributes |= {"w:h": twips(frame.bottom), "w:hRule": "exact"}
    attributes |= {"w:wrap": "around", "w:vAnchor": "page", "w:hAnchor": "page"}
    attributes |= {"w:xAlign": "center"} if frame.x is None else {"w:x": twips(frame.x)}
    # A y of 0 means "in line" to Word.
    attributes |= {"w:yAlign": "bottom"} if frame.bottom is not None else {"w:y": max(1, twips(frame.y))}
    return element("w:framePr", attributes)


def paragraph(
    style: Style,
    style_id: str | None,
    runs: Iterable[etree._Element],
    *,
    frame: Frame | None = None,
    align: str | None = None,
    line: float | None = None,
) -> etree._Element:
    """A paragraph in that style; without ``style_id`` (no styles in the package) it carries the formatting itself.

    ``align`` and ``line`` (exact height) go before the style's own.
    """
    properties = element("w:pPr")
    if style_id is not None:
        properties.append(element("w:pStyle", {"w:val": style_id}))
    if frame is not None:
        properties.append(frame_properties(frame))
    if line is not None or style_id is None:
        properties.append(_spacing(style.line if line is None else line))
    if align is not None or style_id is None:
        # Without styles there is nothing else to switch off; LibreOffice takes "no page break before" for a page break.
        properties.append(element("w:jc", {"w:val": align or ("center" if style.centred else "left")}))
    made = element("w:p", None, properties)
    for run in runs:
        if style_id is None:
            _format_runs(run, style)
        made.append(run)
    return made


def run(text: str, *, size: float | None = None, bold: bool = False) -> etree._Element:
    """A run of text, blanks kept; ``\\n`` breaks the line."""
    made = element("w:r")
    properties = element("w:rPr")
    if bold:
        properties.extend((element("w:b"), element("w:bCs")))
    if size is not None:
        properties.extend(_size(size))
    if len(properties):
        made.append(properties)
    for number, line in enumerate(text.split("\n")):
        if number:
            made.append(element("w:br"))
        words = element("w:t", {"xml:space": "preserve"})
        words.text = line
        made.append(words)
    return made


def page_runs(template: str) -> list[etree._Element]:
    """The profile's ``{page} / {pages}`` with fields that the application counts; in Arabic digits in every section."""
    instructions = {"page": " PAGE \\* Arabic ", "pages": " NUMPAGES \\* Arabic "}
    runs: list[etree._Element] = []
    for text, field, _, _ in Formatter().parse(template):
        if text:
            runs.append(run(text))
        if field is not None:
            runs.append(element("w:fldSimple", {"w:instr": instructions[field]}, run("1")))
    return runs


def picture(
    relationship_id: str, name: str, described: str, shape_id: int, width: float, height: float
) -> etree._Element:
    """A run that holds a picture in line."""
    inline: etree._Element = CT_Inline.new_pic_inline(shape_id, relationship_id, name, Pt(width), Pt(height))
    for side_name in ("distT", "distB", "distL", "distR"):
        # LibreOffice takes an eighth of an inch where nothing is said, and squeezes the picture into its frame.
        inline.set(side_name, "0")
    properties = inline.find(qn("wp:docPr"))
    if properties is not None:
        properties.set("name", name)
        properties.set("descr", described)
    return element("w:r", None, element("w:drawing", None, inline))


def old_picture(relationship_id: str, described: str, width: float, height: float) -> etree._Element:
    """The same as a VML shape (ECMA-376 part 4), which Transitional documents may hold."""
    shape = etree.Element(f"{{{_VML}}}shape", nsmap={"v": _VML})
    shape.set("alt", described)
    shape.set("style", f"width:{width:.2f}pt;height:{height:.2f}pt")
    shape.set("stroked", "f")
    etree.SubElement(shape, f"{{{_VML}}}imagedata").set(qn("r:id"), relationship_id)
    return element("w:r", None, element("w:pict", None, shape))


def control(tag: str, title: str, control_id: int, lock: str, content: Sequence[etree._Element]) -> etree._Element:
    """A content control around runs: how a stamp is known, and kept from being deleted by accident.

    Around runs, not around paragraphs: LibreOffice takes a frame in a block control for plain text.
    """
    properties = element(
        "w:sdtPr",
        None,
        element("w:alias", {"w:val": title}),
        element("w:tag", {"w:val": tag}),
        element("w:id", {"w:val": control_id}),
        element("w:lock", {"w:val": lock}),
    )
    return element("w:sdt", None, properties, element("w:sdtContent", None, *content))


def style_definition(style: Style, style_id: str, name: str) -> etree._Element:
    """``w:style``, based on nothing, with everything set that document defaults might set otherwise."""
    return element(
        "w:style",
        {"w:type": "paragraph", "w:customStyle": "1", "w:styleId": style_id},
        element("w:name", {"w:val": name}),
        element("w:pPr", None, *_paragraph_formatting(style)),
        element("w:rPr", None, *_run_formatting(style)),
    )


def _paragraph_formatting(style: Style) -> list[etree._Element]:
    off = {"w:val": "0"}
    return [
        element("w:keepNext", off),
        element("w:keepLines", off),
        element("w:pageBreakBefore", off),
        element("w:widowControl", off),
        element("w:suppressLineNumbers"),
        element("w:suppressAutoHyphens"),
        element("w:bidi", off),
        element("w:snapToGrid", off),
        _spacing(style.line),
        element("w:ind", {"w:left": 0, "w:right": 0, "w:firstLine": 0}),
        element("w:contextualSpacing", off),
        element("w:jc", {"w:val": "center" if style.centred else "left"}),
    ]


def _spacing(line: float | None) -> etree._Element:
    return element(
        "w:spacing",
        {
            **{f"w:{name}": 0 for name in ("before", "beforeAutospacing", "after", "afterAutospacing")},
            "w:line": 240 if line is None else twips(line),
            "w:lineRule": "auto" if line is None else "exact",
        },
    )


def _run_formatting(style: Style) -> list[etree._Element]:
    on = "1" if style.bold else "0"
    fonts = {f"w:{script}": _FONT for script in ("ascii", "hAnsi", "eastAsia", "cs")}
    return [
        element("w:rFonts", fonts),
        element("w:b", {"w:val": on}),
        element("w:bCs", {"w:val": on}),
        *(element(f"w:{name}", {"w:val": "0"}) for name in ("i", "iCs", "caps", "smallCaps", "strike", "dstrike")),
        element("w:noProof"),
        element("w:snapToGrid", {"w:val": "0"}),
        element("w:vanish", {"w:val": "0"}),
        element("w:color", {"w:val": "000000"}),
        *(element(f"w:{name}", {"w:val": value}) for name, value in (("spacing", 0), ("w", 100), ("kern", 0))),
        element("w:position", {"w:val": 0}),
        *_size(style.size),
        element("w:u", {"w:val": "none"}),
        element("w:vertAlign", {"w:val": "baseline"}),
    ]


def _size(points: float) -> list[etree._Element]:
    return [element(f"w:{name}", {"w:val": round(points * 2)}) for name in ("sz", "szCs")]


def _format_runs(run_or_field: etree._Element, style: Style) -> None:
    for found in run_or_field.iter(qn("w:r")):
        own = found.find(qn("w:rPr"))
        kept = {} if own is None else {child.tag: child for child in own}
        if own is not None:
            found.remove(own)
        merged = [kept.get(child.tag, child) for child in _run_formatting(style)]
        found.insert(0, element("w:rPr", None, *merged))

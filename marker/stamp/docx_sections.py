"""Which header and footer Word shows on which page (ECMA-376 part 1, 17.10), and the room a section's pages leave.

A section names headers and footers of three kinds: first (its first page, with ``w:titlePg``), even (even pages, with
``w:evenAndOddHeaders`` in the settings) and default.  A kind it does not name is that of the section before it; where
the first section does not name it either, the pages show none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from marker.errors import HoldError
from marker.model import Box, HoldCode
from marker.stamp.docx_draft import Draft
from marker.stamp.docx_package import damaged
from marker.stamp.docx_xml import Dialect, dialect_of, is_on, points

STORIES: Final = ("header", "footer")
KINDS: Final = ("default", "first", "even")

_LETTER: Final = (612.0, 792.0)  # what Word takes for a section that names no page size
_MARGIN, _HEADER_DISTANCE = 72.0, 36.0
_ACROSS: Final = {None, "lrTb", "lrTbV", "tb", "tbV"}  # text directions whose lines run across the page
_LINES: Final = ("single", "thick", "double", "dot", "dash", "triple", "thin", "wave", "inset", "outset", "threed")


@dataclass(frozen=True, slots=True)
class Section:
    """A section as the page sees it; lengths in points.  Margins below 0, Word's "exact" ones, stay below 0."""

    element: etree._Element
    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    header: float
    """From the page's upper edge to the first line of its header."""
    footer: float
    """From the last line of its footer to the page's lower edge."""
    title_page: bool
    own: dict[tuple[str, str], str]
    """The parts this section names itself, by story and kind."""
    shown: dict[tuple[str, str], str]
    """The parts its pages have, inherited ones included; a kind that stays blank is not in it."""
    borders: dict[str, tuple[float, float]]
    """Page borders measured from the page's edge, by side: from where to where the line stands, seen from that edge."""


def read_sections(draft: Draft) -> tuple[Section, ...]:
    """All sections of the document in order.  A document without final section properties gets empty ones (changes
    the draft's main part).  Raises HoldError: malformed, unsupported.
    """
    root, dialect = draft.root(draft.main), draft.dialect
    body = root.find(dialect.tag("body"))
    if body is None:
        raise damaged("its main part has no body")
    for name, words in (("altChunk", "documents merged on opening"), ("subDoc", "subdocuments")):
        if next(root.iter(dialect.tag(name)), None) is not None:
            raise HoldError(
                HoldCode.UNSUPPORTED,
                f"The DOCX file takes in {words} ({name}), whose pages would bear no stamp; "
                "open it in Word, save it as one document and hand in the new file.",
            )
    for element in root.iter(dialect.tag("textDirection")):
        parent = element.getparent()
        of_section = parent is not None and parent.tag == dialect.tag("sectPr")
        if of_section and element.get(dialect.tag("val")) not in _ACROSS:
            raise HoldError(
                HoldCode.UNSUPPORTED,
                "The DOCX file has pages whose text runs downwards, on which the stamp's place is not known; "
                "print the document and stamp the paper.",
            )
    if body.find(dialect.tag("sectPr")) is None:
        # Empty properties leave page size and margins to the application, as none do.
        etree.SubElement(body, dialect.tag("sectPr"))
        draft.touch(draft.main)
    sections: list[Section] = []
    inherited: dict[tuple[str, str], str] = {}
    for element in _section_properties(body, dialect):
        own = _references(element, draft)
        inherited = inherited | own
        sections.append(_section(element, dialect, own, inherited))
    return tuple(sections)


def shows_even_pages(draft: Draft) -> bool:
    """Whether even pages have headers and footers of their own."""
    settings = draft.related("settings")
    if settings is None:
        return False
    root = draft.root(settings)
    dialect = dialect_of(root) or draft.dialect
    return is_on(root.find(dialect.tag("evenAndOddHeaders")), dialect)


def visible_kinds(section: Section, even_pages: bool) -> tuple[str, ...]:
    """The kinds the section's pages can show as it stands."""
    return ("default", *(("first",) if section.title_page else ()), *(("even",) if even_pages else ()))


def margin_and_distance(section: Section, story: str) -> tuple[float, float]:
    """The page margin at the story's edge, and how far from the edge the story begins; points."""
    return (section.top, section.header) if story == "header" else (section.bottom, section.footer)


def flipped(box: Box, section: Section) -> Box:
    """The box as seen from the lower edge, or back."""
    return Box(box.x0, section.height - box.y1, box.x1, section.height - box.y0)


def border_box(side: str, reach: tuple[float, float], section: Section) -> Box:
    """The line of a page border."""
    start, end = reach
    if side == "left":
        return Box(start, 0.0, end, section.height)
    if side == "right":
        return Box(section.width - end, 0.0, section.width - start, section.height)
    top = Box(0.0, start, section.width, end)
    return flipped(top, section) if side == "bottom" else top


def name_part(section: Section, dialect: Dialect, story: str, kind: str, relationship_id: str) -> None:
    """Add a reference to ``section``: references come first in it, whatever their order."""
    reference = etree.Element(dialect.tag(f"{story}Reference"), nsmap={"w": dialect.w, "r": dialect.r})
    reference.set(dialect.tag("type"), kind)
    reference.set(f"{{{dialect.r}}}id", relationship_id)
    names = {dialect.tag(f"{s}Reference") for s in STORIES}
    section.element.insert(sum(1 for child in section.element if child.tag in names), reference)


def _section_properties(body: etree._Element, dialect: Dialect) -> Iterator[etree._Element]:
    """Live section properties in document order: not those in tracked changes, text boxes or fallbacks."""
    dead = {dialect.tag(name) for name in ("sectPrChange", "pPrChange", "txbxContent")}
    homes = {dialect.tag("pPr"), dialect.tag("body")}
    for element in body.iter(dialect.tag("sectPr")):
        parent = element.getparent()
        if parent is None or parent.tag not in homes:
            continue
        if not any(ancestor.tag in dead for ancestor in element.iterancestors()):
            yield element


def _references(element: etree._Element, draft: Draft) -> dict[tuple[str, str], str]:
    dialect, found = draft.dialect, {}
    for story in STORIES:
        for reference in element.iterchildren(dialect.tag(f"{story}Reference")):
            kind = reference.get(dialect.tag("type"), "default")
            part = draft.target(draft.main, reference.get(f"{{{dialect.r}}}id", ""))
            if part is None or kind not in KINDS:
                raise damaged(f"a section names a {story} that is not there")
            found[story, kind] = part
    return found


def _section(
    element: etree._Element,
    dialect: Dialect,
    own: dict[tuple[str, str], str],
    shown: dict[tuple[str, str], str],
) -> Section:
    def measure(child: str, attribute: str, default: float) -> float:
        found = element.find(dialect.tag(child))
        return default if found is None else points(found.get(dialect.tag(attribute)), default)

    borders: dict[str, tuple[float, float]] = {}
    frame = element.find(dialect.tag("pgBorders"))
    if frame is not None and frame.get(dialect.tag("offsetFrom")) == "page":
        for side in frame:
            if side.get(dialect.tag("val")) not in {None, "none", "nil"}:
                # The distance is a plain number of points here, the width one of eighths, or of points for art.
                space = points(f"{side.get(dialect.tag('space'), '0')}pt", 0.0)
                width = points(f"{side.get(dialect.tag('sz'), '0')}pt", 0.0)
                art = not side.get(dialect.tag("val"), "").lower().startswith(_LINES)
                name = etree.QName(side).localname
                name = {"start": "left", "end": "right"}.get(name, name)
                borders[name] = (space, space + (width if art else width / 8))
    return Section(
        element=element,
        width=measure("pgSz", "w", _LETTER[0]),
        height=measure("pgSz", "h", _LETTER[1]),
        top=measure("pgMar", "top", _MARGIN),
        bottom=measure("pgMar", "bottom", _MARGIN),
        left=measure("pgMar", "left", _MARGIN),
        right=measure("pgMar", "right", _MARGIN),
        header=measure("pgMar", "header", _HEADER_DISTANCE),
        footer=measure("pgMar", "footer", _HEADER_DISTANCE),
        title_page=is_on(element.find(dialect.tag("titlePg")), dialect),
        own=own,
        shown=shown,
        borders=borders,
    )

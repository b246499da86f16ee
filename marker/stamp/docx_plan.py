"""Plans a DOCX stamp: which parts get it, which are new, and where on their pages it stands.  Changes nothing but the
references of the first section, which gets every kind of header and footer it lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from lxml import etree

from marker.errors import HoldError
from marker.stamp.docx_block import BlockPlace
from marker.stamp.docx_build import ANCHOR
from marker.stamp.docx_draft import Draft
from marker.stamp.docx_first import FirstPage, SealPlace, first_page_boxes, place_first_block, place_seal
from marker.stamp.docx_obstacles import Obstacle, floating, flowing, lines_height
from marker.stamp.docx_place import (
    CodePicture,
    Edge,
    MarkingPlace,
    NumberPlace,
    place_marking,
    place_number,
)
from marker.stamp.docx_sections import (
    KINDS,
    STORIES,
    Section,
    border_box,
    flipped,
    margin_and_distance,
    read_sections,
    shows_even_pages,
    visible_kinds,
)
from marker.stamp.docx_stories import complete, divide
from marker.stamp.docx_type import Type
from marker.stamp.wording import StampText

_ANCHOR_LINE = 1.05
_AIR = 2.0  # between the stamp and text that makes room for it
_OPENING = 3  # paragraphs that stand high on the first page in any layout
_WIDEST_CHECK = "W"  # stands for any check character
_WIDEST_PAGES = "8888"  # stands for a page number that is not known yet


@dataclass(slots=True)
class PartPlan:
    """One header or footer part to be stamped."""

    name: str
    story: str
    new: bool
    sections: list[Section]
    marking: MarkingPlace
    number: NumberPlace | None
    reserve: float = 0.0
    """Height of the empty line by which the part's own text makes room; 0 when there is a free strip."""

    @property
    def displaces(self) -> bool:
        return self.marking.displaces or (self.number is not None and self.number.displaces)

    @property
    def reach(self) -> float:
        """How far in from the page's edge the stamp stands, the code in the page margin left aside."""
        return max(self.marking.reach, self.number.boxes()[1].y1 if self.number is not None else 0.0)

    def room(self, section: Section) -> float:
        """How far in from the page's edge the text of ``section`` has to stay: clear of the code too, where that does
        not stand in the page margin.
        """
        code = self.number.boxes()[0] if self.number is not None else None
        beside = code is None or code.x1 <= min(section.left, section.right)
        return max(self.reach, 0.0 if code is None or beside else code.y1) + _AIR


@dataclass(slots=True)
class Plan:
    """The whole stamp: its parts and its block on the first page."""

    parts: list[PartPlan]
    block: BlockPlace
    notes: tuple[str, ...]
    pulled: list[tuple[Section, str]] = field(default_factory=list)
    """Sections whose new, blank header or footer must begin at the very edge, lest it push the text."""
    seal: SealPlace | None = None
    """None where there is to be no seal."""


def plan(
    draft: Draft, text: StampText, pictures: Sequence[CodePicture], seal_picture: CodePicture | None = None
) -> Plan:
    """``pictures`` are the sizes in which the code may stand, the best first; ``seal_picture`` is that of a seal, where
    there is to be one.

    Raises HoldError: malformed, unsupported, stamp-failed (no place).
    """
    sections = read_sections(draft)
    even = shows_even_pages(draft)
    new = complete(draft, sections)
    overlays = body_overlays(draft, sections)
    styles = draft.related("styles")
    look = Type(None if styles is None else draft.root(styles), draft.dialect)

    def plan_part(story: str, name: str) -> PartPlan:
        users = _users(sections, story, name, even)
        edges = [_edge(draft, look, s, story, name, name in new, overlays[id(s)]) for s in users]
        if story == "header":
            marking, number = place_marking(text.marking, edges), None
        else:
            marking, number = _place_footer(text, edges, pictures)
        part = PartPlan(name, story, name in new, users, marking, number)
        if part.displaces:
            part.reserve = max(part.room(s) - margin_and_distance(s, story)[1] for s in users)
        return part

    parts: list[PartPlan] = []
    for story in STORIES:
        for name in dict.fromkeys(s.shown[story, kind] for s in sections for kind in KINDS):
            part = plan_part(story, name)
            if part.displaces and part.new and len(part.sections) > 1:
                divided = divide(draft, sections, story, name)
                new.update(divided)
                parts += [plan_part(story, piece) for piece in divided]
            else:
                parts.append(part)
    by_name = {(part.story, part.name): part for part in parts}
    pulled = [
        (section, story)
        for section in sections
        for story in STORIES
        if _would_push(section, story, [by_name[story, section.shown[story, k]] for k in visible_kinds(section, even)])
    ]
    seen = _first_page(draft, look, sections[0], by_name, overlays[id(sections[0])])
    block = place_first_block(text, seen)
    seal = place_seal(seen, block, seal_picture) if seal_picture is not None else None
    return Plan(parts, block, tuple(_notes(draft, sections, parts, block, seal)), pulled, seal)


def _users(sections: Sequence[Section], story: str, name: str, even: bool) -> list[Section]:
    """The sections on whose pages a part is seen; where none shows it as things are, all that would."""
    seen = [s for s in sections if name in {s.shown[story, kind] for kind in visible_kinds(s, even)}]
    return seen or [s for s in sections if name in {s.shown[story, kind] for kind in KINDS}]


def body_overlays(draft: Draft, sections: Sequence[Section]) -> dict[int, list[Obstacle]]:
    """Floating things of the body, by the id of the section they belong to."""
    found: dict[int, list[Obstacle]] = {id(section): [] for section in sections}
    body = draft.root(draft.main).find(draft.dialect.tag("body"))
    ends = {section.element for section in sections}
    index = 0
    for position, child in enumerate(() if body is None else body):
        section = sections[min(index, len(sections) - 1)]
        story = "opening" if position < _OPENING else "body"
        found[id(section)].extend(floating(child, section, story, draft.dialect))
        index += sum(1 for element in child.iter(draft.dialect.tag("sectPr")) if element in ends)
    return found


def _edge(
    draft: Draft, look: Type, section: Section, story: str, name: str, new: bool, overlays: Sequence[Obstacle]
) -> Edge:
    margin, distance = margin_and_distance(section, story)
    own = [] if new else floating(draft.root(name), section, story, draft.dialect)
    # What floats in the body, or belongs to the other edge, stays about where it is when a header or footer grows.
    across = [o for other in STORIES if other != story for o in _across(draft, section, other)]
    overlays = [replace(o, drifts=False) for o in (*overlays, *across)]
    # A new part's own empty line wants its height between the stamp and the text.
    limit = abs(margin) - (_ANCHOR_LINE if new else 0.0)
    if not new:
        # Empty lines may be moved as long as they stay within the margin; anything else stays where it is.
        root = draft.root(name)
        empty = 0.0 if flowing(root, section, draft.dialect, look) else limit - lines_height(root)
        # A negative margin is exact: the text begins there even where a header reaches further down.
        limit = min(limit, distance) if margin < 0 else max(distance, empty)
    obstacles = [*own, *overlays]
    if story == "footer":
        obstacles = [replace(o, box=flipped(o.box, section)) for o in obstacles]
    hard = [o.box for o in obstacles if o.hides]
    soft = [o.box for o in obstacles if not o.hides]
    drifting = [o.box for o in obstacles if o.hides and o.drifts]
    near = "top" if story == "header" else "bottom"
    hard += [border_box(side, section.borders[side], section) for side in ("left", "right") if side in section.borders]
    if near in section.borders:
        # Seen from the edge, the lower border stands as the upper one does.
        hard.append(border_box("top", section.borders[near], section))
    left = section.left
    if _in_settings(draft, "mirrorMargins"):
        left = min(left, section.right)
    return Edge(section.width, limit, left, margin >= 0, tuple(hard), tuple(soft), tuple(drifting))


def _across(draft: Draft, section: Section, story: str) -> Iterator[Obstacle]:
    """What the section's headers or footers draw anywhere on its pages."""
    for name in dict.fromkeys(section.shown[story, kind] for kind in KINDS):
        if draft.is_sent(name):
            yield from floating(draft.root(name), section, story, draft.dialect)


def _place_footer(
    text: StampText, edges: Sequence[Edge], pictures: Sequence[CodePicture]
) -> tuple[MarkingPlace, NumberPlace]:
    """Number on two lines beside the marking, or, where a long marking needs the width, on one line below it."""
    pages = text.page_of(_WIDEST_PAGES, _WIDEST_PAGES)
    # Of one width for all copies, which shall differ in their numbers alone.
    widest = text.copy_number[:-1] + _WIDEST_CHECK
    tried: list[tuple[MarkingPlace, NumberPlace]] = []
    refused: HoldError | None = None
    for picture, lines in product(pictures, (2, 1)):
        try:
            number = place_number(widest, pages, edges, picture=picture, lines=lines)
            tried.append((place_marking(text.marking, edges, number.boxes()), number))
        except HoldError as error:
            refused = error
    if not tried and refused is not None:
        raise refused
    return max(tried, key=_goodness)


def _goodness(pair: tuple[MarkingPlace, NumberPlace]) -> tuple[bool, bool, bool, bool, int, float]:
    marking, number = pair
    clear, picture = marking.clear and number.clear, number.picture
    return not marking.displaces, not number.displaces, clear, not picture.low, picture.modules, marking.size


def _would_push(section: Section, story: str, shown: Sequence[PartPlan]) -> bool:
    """Whether a header that was not there before would push the text, by its own line or by making way for a frame."""
    margin, distance = margin_and_distance(section, story)
    if margin < 0 or not all(part.new and not part.displaces for part in shown):
        return False
    line = ANCHOR.line or ANCHOR.size
    reach = max(part.reach for part in shown)
    return distance + line > margin or (distance < reach and reach + line > margin)


def _first_page(
    draft: Draft,
    look: Type,
    section: Section,
    parts: dict[tuple[str, str], PartPlan],
    overlays: Sequence[Obstacle],
) -> FirstPage:
    shown = [
        (story, parts[story, section.shown[story, "first" if section.title_page else "default"]]) for story in STORIES
    ]
    taken = first_page_boxes(
        draft, look, section, [(story, draft.root(part.name)) for story, part in shown if not part.new]
    )
    for story, part in shown:
        ours = [part.marking.box(section.width), *(part.number.boxes() if part.number else ())]
        taken += [flipped(b, section) for b in ours] if story == "footer" else ours
    return FirstPage(section, overlays, taken)


def _notes(
    draft: Draft, sections: Sequence[Section], parts: Sequence[PartPlan], block: BlockPlace, seal: SealPlace | None
) -> list[str]:
    notes = []
    if _in_settings(draft, "documentProtection"):
        notes.append("The sender's document protection is left as it is.")
    if any(part.displaces for part in parts):
        notes.append("A header or footer leaves no free strip at the page's edge: its text makes room for the stamp.")
    if not block.frames:
        notes.append("The first page leaves no free corner: the stamp's block stands at the beginning of its text.")
    if seal is not None and seal.frame is None:
        notes.append("The first page leaves no free place for the seal: it stands at the beginning of its text.")
    if next(draft.root(draft.main).iter(draft.dialect.tag("endnoteReference")), None) is not None:
        notes.append(
            "Print this document from Word, or make its copies PDF files (--as pdf): LibreOffice sets endnotes on a "
            "page without header and footer."
        )
    if any(_starts_anew(section.element) for section in sections):
        notes.append("Page numbers start anew or elsewhere in a section; page n of N follows the sender's numbering.")
    return notes


def _in_settings(draft: Draft, name: str) -> bool:
    settings = draft.related("settings")
    return settings is not None and _has(draft.root(settings), name)


def _has(root: etree._Element, name: str) -> bool:
    return root.find(f"{{*}}{name}") is not None


def _starts_anew(properties: etree._Element) -> bool:
    found = properties.find("{*}pgNumType")
    return found is not None and any(etree.QName(name).localname == "start" for name in found.attrib)

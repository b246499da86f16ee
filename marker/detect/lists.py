"""Markings that are talked about in a shape of their own: columns of levels, items, quotations over paragraphs,
glossaries.

Each shape is told by more than one sign, because a marking that is taken for talk would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from marker.detect.columns import SAME_EDGE, left_edge, of_one_type
from marker.detect.groups import Group
from marker.detect.lexicon import Role
from marker.detect.lines import Layout, Line, paragraph
from marker.detect.match import Matcher
from marker.detect.matches import Key
from marker.model import MarkingId, Place

LISTED_ROLES = frozenset({Role.MARK, Role.SHORT, Role.NEGATIVE})
"""What a list of documents says of each: its level, or that it has none.  Other owners' words stay what they are."""
_ROW = 3
"""Lines on one height, itself included, that make a row of a table without rules."""
_REACH = 4
_WORDS = 2
_INDENT = 6.0
"""Heights of a letter by which an item of the text may be set in from the edge of its column."""
_ITEM_REACH = 3.0
"""Heights of a letter up to the text that an item belongs to: the space between paragraphs."""


def in_column_of_levels(line: Line, levels: Mapping[int, Set[MarkingId]], layout: Layout) -> bool:
    """Whether a line on a page stands in a column with another level, both in rows of a table.

    No document bears two markings below one another, each beside a number and a title: they are other documents'.
    """
    if line.box is None or line.place is not Place.BODY or len(layout.row(line)) < _ROW:
        return False
    own = levels.get(line.number, set())
    return any(
        levels.get(other.number, set()) - own
        and other.box is not None
        and abs(other.box.x0 - line.box.x0) <= SAME_EDGE
        and len(layout.row(other)) >= _ROW
        for other in layout.neighbours(line, _REACH)
    )


def item_of_text(line: Line, matcher: Matcher, keys: Mapping[int, Set[Key]]) -> bool:
    """Whether a line at the head or foot of a page, in small letters, is an item of the running text there.

    It is set in the text's type and in from the edge of its column, or ends in a comma or semicolon; and it stands
    close below a line of the text.  The first line of a later page stands close above one instead, and must end in a
    comma or semicolon: without one even a person could not tell.  Markings stand apart from the text: in the middle or
    on the right, in larger or bold letters, or flush with its edge where a registry wrote one, beside a copy number;
    and none bears a comma.  ``keys`` are the words of markings on each line.
    """
    layout, box, size = matcher.layout, line.box, line.span.size
    if line.place not in (Place.TOP, Place.BOTTOM) or line.tilted or line.span.bold or box is None or not size:
        return False
    edge = left_edge(line, layout)
    if edge is None or layout.centred(line) or not edge - SAME_EDGE <= box.x0 <= edge + _INDENT * size:
        return False
    listed = line.folded.original.rstrip()[-1:] in (",", ";")
    if box.x0 < edge + size and not listed:
        return False
    near = [
        other
        for other in layout.neighbours(line, 2)
        if other.page == line.page
        and other.box is not None
        and edge - SAME_EDGE <= other.box.x0 <= edge + _INDENT * size
        and max(box.y0 - other.box.y1, other.box.y0 - box.y1) <= _ITEM_REACH * size
    ]
    if any(match.entry.role is Role.COPY for other in near for match in matcher.around(other.number)):
        return False
    text = [
        other
        for other in near
        if of_one_type(line, other) and matcher.rest(other.number, keys.get(other.number, set()))
    ]
    if any(other.box.y0 < box.y0 for other in text if other.box is not None):
        return True
    return listed and line.page != 1 and any(other.lower for other in text)


def quoted_over_paragraphs(lines: Sequence[Line], matcher: Matcher) -> bool:
    """Whether paragraphs around one in a Word text are the two halves of a sentence that quotes it.

    The sentence before must end in a word that introduces a marking, and the one after must begin with a small letter
    and end: the head of a page that a converter left amid the text has no such words around it.
    """
    layout, first, last = matcher.layout, lines[0], lines[-1]
    if first.place is not Place.BODY or layout.opens(first) or not all(map(paragraph, lines)):
        return False
    flow = [line for line in layout.flow_of(first) if first.number - 2 < line.number < last.number + 2]
    before = next((line for line in flow if line.number == first.number - 1), None)
    after = next((line for line in flow if line.number == last.number + 1), None)
    if before is None or after is None or not before.lower or before.ends_sentence:
        return False
    introduced = any(
        match.entry.role is Role.COMPANION and (before.number, len(before.words) - 1) in match.keys
        for match in matcher.around(before.number)
    )
    goes_on = after.folded.original.lstrip()[:1].islower() and after.ends_sentence
    return introduced and goes_on and min(len(matcher.rest(line.number)) for line in (before, after)) >= _WORDS


def explains_itself(group: Group, text: str, layout: Layout) -> bool:
    """Whether a short form and what it stands for, in small letters, are two cells of a table: a glossary."""
    short = {number for match in group.matches if match.entry.role is Role.SHORT for number in match.lines}
    whole = {number for match in group.matches if match.entry.role is Role.MARK for number in match.lines}
    cells = all(layout.lines[number].span.cell for number in short | whole)
    return bool(short and whole) and not short & whole and cells and text.rsplit("\n", 1)[-1][:1].islower()

"""Markings that are talked about in a shape of their own: columns of levels, quotations over paragraphs, glossaries.

Each shape is told by more than one sign, because a marking that is taken for talk would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from marker.detect.groups import Group
from marker.detect.lexicon import Role
from marker.detect.lines import Layout, Line, paragraph
from marker.detect.match import Matcher
from marker.model import MarkingId, Place

LISTED_ROLES = frozenset({Role.MARK, Role.SHORT, Role.NEGATIVE})
"""What a list of documents says of each: its level, or that it has none.  Other owners' words stay what they are."""
_ROW = 3
"""Lines on one height, itself included, that make a row of a table without rules."""
_SAME_EDGE = 3.0
"""Points by which left edges of one column may differ."""
_REACH = 4
_WORDS = 2


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
        and abs(other.box.x0 - line.box.x0) <= _SAME_EDGE
        and len(layout.row(other)) >= _ROW
        for other in layout.neighbours(line, _REACH)
    )


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

"""Marking or mention: a score whose every part has a name (``thresholds`` holds the numbers).

What decides is where the words stand and what stands around them, because their letters are the same in both cases:
a body line that reads ``құпия`` and nothing else is a perfect match and no marking.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from marker.agreement.profile import Profile
from marker.detect.columns import breaks_off, continues
from marker.detect.fold import without_marks, words
from marker.detect.groups import Group, party_of
from marker.detect.lexicon import SYNTAX, Role
from marker.detect.lines import SEEN, Layout, Line, paragraph
from marker.detect.lists import (
    LISTED_ROLES,
    explains_itself,
    in_column_of_levels,
    item_of_text,
    quoted_over_paragraphs,
)
from marker.detect.match import Matcher, is_number
from marker.detect.matches import Key
from marker.detect.tables import Cut, Mark, MarkingTables
from marker.detect.thresholds import Thresholds
from marker.model import MarkingId, Place, Source, Visibility

WEAK_PLACES = frozenset({Place.COMMENT, Place.PROPERTY, Place.LABEL, Place.BOOKMARK})
"""Never a marking by themselves (rule of judgement 6)."""
NOTHING_ALIKE: Final[Mapping[int, Sequence[int]]] = MappingProxyType({})
_PLAIN_ZONES = frozenset({Place.HEADER, Place.CORNER, Place.TOP, Place.WATERMARK})
"""Where a short form is a marking without a copy number beside it."""


@dataclass(slots=True)
class Weighed:
    """A group with its score in hundredths, the names of what made it, and what the judgement needs to know."""

    group: Group
    line: Line
    place: Place
    score: int = 0
    reasons: list[str] = field(default_factory=list)
    alone: bool = False
    visibility: Visibility = Visibility.VISIBLE
    conditional: bool = False
    qualified: bool = False
    introduced: bool = False
    """Words on its own line say that a marking follows."""
    copy_number: bool = False
    capitals: bool = False
    other_letters: bool = False
    """Letters of the same script stand for those of the form: КБП for ҚБП, which is an abbreviation of its own."""
    in_zone: bool = False
    """For short forms: in the marking zone, and nothing but marking lines around it."""

    in_text: bool = False
    """Near the head or foot of a page, an item of its text: the copy number there belongs to the page's marking."""

    def add(self, weight: int, reason: str) -> None:
        self.score += weight
        self.reasons.append(reason)

    @property
    def weak(self) -> bool:
        return self.place in WEAK_PLACES


class Weigher:
    """Weighs the groups of one reading."""

    def __init__(self, matcher: Matcher, groups: list[Group], profile: Profile, thresholds: Thresholds) -> None:
        self.matcher = matcher
        self.layout: Layout = matcher.layout
        self.profile = profile
        self.limits = thresholds
        self.groups = groups
        self._keys: dict[int, set[Key]] = defaultdict(set)
        self._marks: dict[int, set[Mark]] = defaultdict(set)
        """Of a line, the Parties' markings on it: whose, and which."""
        self._levels: dict[int, set[MarkingId]] = defaultdict(set)
        """Of a line, what a list of documents would say of one."""
        for group in groups:
            for key in group.keys:
                self._keys[key[0]].add(key)
            if group.entry.role in LISTED_ROLES:
                for number in group.lines:
                    self._levels[number].add(group.entry.target)
            party = party_of(group.entry.target, profile) if group.entry.role is Role.MARK else None
            if party is not None:
                for number in group.lines:
                    self._marks[number].add((party, group.entry.target))
        self._tables = MarkingTables(self.layout, self._marks)

    def weigh(self, alike: Mapping[int, Sequence[int]] = NOTHING_ALIKE) -> list[Weighed]:
        """All groups, weighed, in document order; ``alike`` are the pages that are like a page, and not among them."""
        weighed = [self._weigh(group) for group in self.groups]
        pages: dict[tuple[str, Place], set[int]] = defaultdict(set)
        for item in weighed:
            if item.alone and item.line.page is not None:
                pages[item.group.entry.target, item.place].update((item.line.page, *alike.get(item.line.page, ())))
        for item in weighed:
            count = len(pages[item.group.entry.target, item.place])
            if item.alone and count > 1 and item.place is not Place.BODY:
                item.add(self.limits.repeated, f"stands there on {count} pages")
            item.score = max(0, min(100, item.score))
        return weighed

    def _weigh(self, group: Group) -> Weighed:
        lines = [self.layout.lines[number] for number in group.lines]
        best = max(lines, key=lambda line: self.limits.places.get(line.place, 0))
        item = Weighed(group, lines[0], best.place, visibility=group.visibility(self.layout.lines))
        self._weigh_place(item, best, lines)
        self._weigh_company(item, lines)
        self._weigh_looks(item, best, lines)
        self._weigh_form(item)
        return item

    # ── where ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _weigh_place(self, item: Weighed, best: Line, lines: list[Line]) -> None:
        limits = self.limits
        weight = limits.places.get(item.place, 0)
        if weight:
            item.add(weight, _PLACE_REASONS[item.place])
        opens = any(self.layout.opens(line) for line in lines)
        if opens and weight < limits.opening:
            item.add(limits.opening - weight, "among the first lines")
        if best.span.source is Source.ANNOTATION and weight < limits.annotation:
            item.add(limits.annotation - weight, "a note set on the page")
        before = self.layout.before(lines[0])
        follows_text = before is not None and bool(self.matcher.rest(before.number, self._keys[before.number]))
        item.in_zone = (item.place in _PLAIN_ZONES or opens) and not follows_text
        if best.tilted:
            item.add(limits.tilted, "tilted, as a rubber stamp is")
        if item.place in (Place.TOP, Place.BOTTOM, Place.CORNER):
            self._weigh_edge(item, lines)
        if item.weak or item.place in limits.places or opens:
            return
        if self.layout.centred(best):
            item.add(limits.centred, "centred or set right")
        if self.layout.white_around(best):
            item.add(limits.white_around, "white space around it")
        if best.span.cell and len(self.layout.flow_of(best)) > limits.layout_cells:
            item.add(limits.cell, "in a table cell")
        if self._tables.holds(lines):
            item.add(limits.table_of_markings, "in a table of both Parties' markings")
        elif (
            item.group.entry.role in LISTED_ROLES
            and _caps(self._text(item.group)) <= 0.6
            and in_column_of_levels(best, self._levels, self.layout)
        ):
            item.add(limits.column_of_levels, "in a column of different levels")

    def _weigh_edge(self, item: Weighed, lines: list[Line]) -> None:
        """What stands near the head or foot of a page, and is neither."""
        cut = self._tables.cut(lines)
        if cut is Cut.ROW:
            item.add(self.limits.cut_table, "in a table of both Parties' markings")
        elif cut is Cut.BESIDE:
            item.add(self.limits.beside_table, "beside a table of both Parties' markings")
        if self._text(item.group).islower() and all(item_of_text(line, self.matcher, self._keys) for line in lines):
            item.add(self.limits.item_of_text, "in small letters, an item of the text that reaches there")
            item.in_text = True

    # ── beside what ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _weigh_company(self, item: Weighed, lines: list[Line]) -> None:
        limits, group = self.limits, item.group
        keys = {key for line in lines for key in self._keys[line.number]}
        rest = {line.number: self.matcher.rest(line.number, keys) for line in lines}
        item.alone = not any(rest.values()) or self._alone_by_kind(item, lines, rest)
        quoted = self._quoted(group)
        if item.alone:
            item.add(limits.alone, "alone on its line")
            if all(paragraph(line) for line in lines) and group.entry.role is not Role.SHORT:
                item.add(limits.alone_paragraph, "a paragraph of its own")
            if continues(lines[0], self.layout):
                item.add(limits.continues + quoted * limits.quoted, "the text before runs on into it")
            elif self._runs_on(lines[-1]) and (quoted or not self._stands_off(lines)):
                item.add(limits.continues + quoted * limits.quoted, "it runs on into the text after it")
            elif quoted and not (item.weak or item.place in limits.places):
                item.add(limits.quoted_alone, "in quotation marks")
            elif group.entry.role in LISTED_ROLES and quoted_over_paragraphs(lines, self.matcher):
                item.add(limits.continues, "the paragraphs around it are one sentence that quotes it")
        else:
            capitals = _caps(self._text(group)) > 0.6 and group.entry.role in (Role.MARK, Role.NO_EQUIVALENT)
            zone = item.place in limits.places or self.layout.opens(item.line) or item.line.tilted
            zone = zone or self.layout.centred(item.line)
            sentence = any(self._sentence(line, rest[line.number]) for line in lines)
            if capitals and zone and not quoted and not sentence:
                item.add(limits.among_capitals, "other words on its line")
                if not rest[lines[-1].number]:
                    # Its last words stand alone: read by themselves they would be a lower marking.
                    item.score = max(item.score, limits.doubt)
            else:
                item.add(limits.among_words, "in running text")
                if quoted:
                    item.add(limits.quoted, "in quotation marks")
            if zone and not quoted and self._heads_line(item, lines, rest):
                item.score = max(item.score, limits.doubt)  # words unknown here may say how long or on what ground
                item.introduced = True
        self._weigh_context(item, lines)

    def _weigh_context(self, item: Weighed, lines: list[Line]) -> None:
        limits = self.limits
        beside = list(lines)
        for line in lines:
            far = not item.in_text and (not line.span.cell or self.layout.opens(line))
            reach = 2 if far else 0
            for other in self.layout.neighbours(line, reach):
                # A neighbour speaks of the marking when it says nothing else.
                same = other.span is line.span
                if same or not self.matcher.rest(other.number, self._keys[other.number]):
                    beside.append(other)
        roles = {match.entry.role for line in beside for match in self.matcher.around(line.number)}
        own = {match.entry.role for line in lines for match in self.matcher.around(line.number)}
        if Role.COPY in roles and (item.alone or Role.COPY in own):
            item.copy_number = item.alone
            item.add(limits.copy_number, "a copy number beside it")
        if item.alone and Role.COMPANION in roles - own:
            item.add(limits.annex, "beside a line that introduces it")
        elif item.alone and Role.COMPANION in own:
            item.introduced = True
            item.add(limits.annex, "beside words that introduce it")
        if Role.CONDITIONAL in roles:
            item.conditional = True
            item.reasons.append("applies only once a form is filled in")
        if Role.QUALIFIED_BY in roles:
            item.qualified = True
            item.reasons.append("holds only without the annex")

    def _alone_by_kind(self, item: Weighed, lines: list[Line], rest: dict[int, list[int]]) -> bool:
        """Notices and banners that go on with a date, a name or more codes on the same line are still alone."""
        line, entry = lines[0], item.group.entry
        left = [word for number in rest for word in rest[number]]
        if entry.role not in (Role.DECLASSIFIED, Role.THIRD_PARTY) or not left:
            return False
        first = item.group.keys[0][1]
        if rest[line.number] and min(rest[line.number]) < first:
            return False
        if entry.language == SYNTAX and line.folded.text[: line.words[first].start].strip(" 0123456789.)") in ("", "("):
            return True
        after = [self.layout.lines[number].quote(place, place) for number in rest for place in rest[number]]
        if sum(map(len, after)) > self.limits.notice_letters:
            return False
        caps = _caps(self._text(item.group)) > 0.6
        if entry.role is Role.DECLASSIFIED:
            return caps or item.place in self.limits.places or self.layout.opens(line)
        return caps and all(text.upper() == text for text in after)

    def _heads_line(self, item: Weighed, lines: list[Line], rest: dict[int, list[int]]) -> bool:
        """Whether a marking, with a capital or after a colon or number, begins or ends a line of few other words."""
        (_, first), (_, last) = item.group.keys[0], item.group.keys[-1]
        word = lines[0].words[first]
        set_off = ":" in word.glue or (first > 0 and is_number(lines[0].words[first - 1].text))
        if item.group.entry.role not in (Role.MARK, Role.NO_EQUIVALENT):
            return False
        if not (self._text(item.group)[:1].isupper() or set_off):
            return False
        few = sum(map(len, rest.values())) <= self.limits.few_words
        if not few or any(continues(line, self.layout) or self._runs_on(line) for line in lines):
            return False
        return first == 0 or last == len(lines[-1].words) - 1

    def _sentence(self, line: Line, rest: list[int]) -> bool:
        """Whether the other words of a line make a sentence with it, and no letterhead beside it."""
        small = sum(line.quote(place, place)[:1].islower() for place in rest)
        return self.layout.prose(line) or small > 2 or continues(line, self.layout) or self._runs_on(line)

    def _stands_off(self, lines: list[Line]) -> bool:
        """Whether a marking bears its copy number, or ends its line where no sentence would: it begins none."""
        copies = (match.entry.role is Role.COPY for line in lines for match in self.matcher.around(line.number))
        after = self.layout.after(lines[-1])
        return any(copies) or (after is not None and breaks_off(lines[-1], after, self.layout))

    def _runs_on(self, line: Line) -> bool:
        """Whether the line is the beginning of a sentence that goes on below."""
        after = self.layout.after(line)
        if after is None or line.ends_sentence:
            return False
        goes_on = after.folded.original.lstrip()[:1].islower()
        return goes_on and len(self.matcher.rest(after.number, self._keys[after.number])) > 2

    def _quoted(self, group: Group) -> bool:
        """Whether a quotation mark stands before or after it, other markings between them left out."""
        (number, first), (end, last) = group.keys[0], group.keys[-1]
        line, other = self.layout.lines[number], self.layout.lines[end]
        while (number, first - 1) in self._keys[number]:
            first -= 1
        while (end, last + 1) in self._keys[end]:
            last += 1
        before = line.words[first].glue.rstrip()[-1:]
        after = (other.words[last + 1].glue if last + 1 < len(other.words) else other.tail).lstrip()[:1]
        return bool({before, after} & {"'", '"'})

    # ── how ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _text(self, group: Group) -> str:
        return quote(group, self.layout)

    def _weigh_looks(self, item: Weighed, best: Line, lines: list[Line]) -> None:
        limits = self.limits
        text = self._text(item.group)
        first = next((char for char in text if char.isupper() or char.islower()), "")
        item.capitals = _caps(text) > 0.6
        if item.capitals:
            item.add(limits.capitals, "in capitals")
        elif first.isupper():
            item.add(limits.capitalised, "begins with a capital")
        elif not item.introduced:
            item.add(limits.lower_case, "in small letters")
        if self.layout.large(best):
            item.add(limits.large, "larger than the text")
        if best.span.bold:
            item.add(limits.bold, "bold")
        if item.visibility not in SEEN and item.visibility is not Visibility.STRUCK and item.alone:
            item.add(limits.hidden, f"not for the reader's eye: {item.visibility}")
        elif item.visibility is Visibility.STRUCK:
            item.reasons.append("struck through")

    def _weigh_form(self, item: Weighed) -> None:
        entry, group = item.group.entry, item.group
        if entry.everyday and not item.line.tilted:
            item.add(self.limits.everyday_word, "a word of everyday use")
        if entry.role is Role.SHORT:
            item.add(self.limits.short_form, "a short form")
        if explains_itself(group, self._text(group), self.layout):
            item.add(self.limits.glossary, "a short form in one cell and its meaning in the next")
        if group.errors:
            letters = "one letter" if group.errors == 1 else f"{group.errors} letters"
            item.add(self.limits.misread, f"{letters} misread")
        if group.rivals:
            item.reasons.append("may as well be read as " + ", ".join(sorted({rival.form for rival in group.rivals})))
        if group.disagrees:
            item.reasons.append("its two halves disagree")
        item.reasons += self._spelling(item)

    def _spelling(self, item: Weighed) -> list[str]:
        reasons: list[str] = []
        group = item.group
        for match in group.matches:
            text = "".join(self.layout.lines[n].quote(p, p) for n, p in match.keys)
            met, form = without_marks(text), without_marks(match.entry.form)
            if match.entry.alias:
                reasons.append("a spelling that is read but never stamped")
            if match.spaced:
                reasons.append("letterspaced or broken within a word")
            if match.errors or match.entry.language == SYNTAX or met == form:
                continue
            if len(met) == len(form):
                item.other_letters |= any(a != b and _script(a) == _script(b) for a, b in zip(met, form, strict=True))
            if "".join(words(met)) == "".join(words(form)):
                reasons.append("spelt with look-alike letters or without diacritics")
        if len({line for match in group.matches for line in match.lines}) > 1:
            reasons.append("broken over lines")
        return list(dict.fromkeys(reasons))


_PLACE_REASONS = {
    Place.WATERMARK: "a watermark",
    Place.HEADER: "in the header",
    Place.FOOTER: "in the footer",
    Place.CORNER: "in the upper right corner",
    Place.TOP: "at the top of the page",
    Place.BOTTOM: "at the bottom of the page",
    Place.TEXTBOX: "in a text box",
    Place.MARGIN: "in the margin",
    Place.FORM_FIELD: "in a form field",
    Place.FOOTNOTE: "in a footnote",
}


def quote(group: Group, layout: Layout) -> str:
    """The marking as it stands in the file, a line break where it is broken over lines."""
    pieces: list[str] = []
    for number in group.lines:
        places = [place for line, place in group.keys if line == number]
        pieces.append(layout.lines[number].quote(places[0], places[-1]))
    return "\n".join(pieces)


def _script(char: str) -> str:
    return unicodedata.name(char, "").split(" ", 1)[0]


def _caps(text: str) -> float:
    cased = [char for char in text if char.isupper() or char.islower()]
    return sum(char.isupper() for char in cased) / len(cased) if cased else 0.0

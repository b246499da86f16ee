"""Letters that registries write for a marking (СС, с/с, С; VS, S, K, RN): never a marking, and not to be passed over.

They stand in other places for anything: a person, a column, an item of a list.  So they count only where a marking
would stand, with nothing else on the line, or beside a copy number; and all they do there is leave a doubt.  What the
letters of one line stand for is the marking of that Party whose registries write them; the other Party's say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from marker.detect.fold import without_marks
from marker.detect.lexicon import Entry, Lexicon, Role
from marker.detect.lines import SEEN, Layout, Line
from marker.detect.match import Matcher, is_number
from marker.detect.matches import Key
from marker.model import Place, Source

_JOINED = re.compile(r"\s?[/\-]?\s?")
"""What may stand between two such letters: a full stop makes them a person's."""
_LONGEST = 40
"""Letters of a line that may bear them: with a copy number and an annex's."""
_OWN = frozenset("ӘҒҚҢӨҰҮҺІ")
"""Kazakh letters, by which such letters are told from others."""
_BESIDE_COPY = 3
"""Words beside those of a copy number among which such letters are looked for."""
_ZONES = frozenset({Place.HEADER, Place.FOOTER, Place.WATERMARK})


def initials(matcher: Matcher, taken: Set[Key]) -> Iterator[tuple[Line, Sequence[int], Entry]]:
    """``(line, places of its words, what they may stand for)``; ``taken`` are the words of markings and mentions."""
    layout = matcher.layout
    begun = {entry.letters[:end] for entry in matcher.lexicon.initials for end in range(1, len(entry.letters) + 1)}
    for line in layout.lines:
        if line.letters > _LONGEST or line.span.visibility not in SEEN or layout.prose(line):
            continue
        if begun.isdisjoint(word.text for word in line.words):
            continue  # most lines: none of the words is the first of such letters
        if any((line.number, place) in taken for place in range(len(line.words))):
            continue
        found = _on(line, matcher)
        if found is not None and _stands(line, *found, matcher):
            yield line, *found


class InitialsTest:
    """Tells, from the words of a line alone, whether it may bear such letters; for many lines."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._letters = frozenset(entry.letters for entry in lexicon.initials)
        single = {letter for some in self._letters for letter in some}
        self._small_words = lexicon.small_words - single
        self._most = max([_BESIDE_COPY, *map(len, self._letters)])
        self._beginnings = frozenset(letters[: end + 1] for letters in self._letters for end in range(len(letters)))

    def __call__(self, text: str, said: Sequence[str]) -> bool:
        """Whether ``text`` is such letters, beside numbers and words of copy numbers and annexes at most.

        ``said`` are its folded words that are no numbers.
        """
        if len(text) > 2 * _LONGEST or self._beginnings.isdisjoint(said):
            return False  # most lines: one of the words is the first of such letters
        left = [word for word in said if word not in self._small_words]
        if len(left) > self._most:
            return False
        # Beside words of copy numbers one other word may stand: "Экз. единственный".
        if "".join(left) in self._letters:
            return True
        runs = ("".join(left[at : at + size]) for size in (1, 2) for at in range(len(left) - size + 1))
        return len(left) < len(said) and len(left) <= _BESIDE_COPY and any(run in self._letters for run in runs)


def _on(line: Line, matcher: Matcher) -> tuple[Sequence[int], Entry] | None:
    """The words of a line that are such letters, when nothing else is said there."""
    count = len(line.words)
    for entry in matcher.lexicon.initials:
        for size in range(1, len(entry.letters) + 1):
            for first in range(count - size + 1):
                places = range(first, first + size)
                if "".join(line.words[place].text for place in places) != entry.letters:
                    continue
                if not matcher.rest(line.number, {(line.number, place) for place in places}) and _as_letters(
                    line, places, entry, matcher.lexicon
                ):
                    return places, entry
    return None


def _as_letters(line: Line, places: Sequence[int], entry: Entry, lexicon: Lexicon) -> bool:
    """Whether they are written as such letters are: in capitals unless the profile says otherwise, without a stop."""
    if any(not _JOINED.fullmatch(line.words[place].glue) for place in places[1:]):
        return False
    text = line.quote(places[0], places[-1])
    if _OWN.intersection(entry.form) and without_marks(text) != without_marks(entry.form):
        return False  # folded, ӨҚ is OK, and Қ is the К of anything
    small = any(other.letters == entry.letters and other.form.islower() for other in lexicon.initials)
    last = places[-1] + 1
    before = line.words[places[0]].glue.rstrip()[-1:]
    after = (line.words[last].glue if last < len(line.words) else line.tail).lstrip()[:1]
    written = text.isupper() or (small and text.islower())
    return written and not {before, after} & set("().:,-/")


def _stands(line: Line, places: Sequence[int], entry: Entry, matcher: Matcher) -> bool:
    """Whether they stand beside a copy number or where a marking does; a single letter needs more than two."""
    own = {match.entry.role for match in matcher.around(line.number)}
    others = [word.text for place, word in enumerate(line.words) if place not in places]
    if any(map(is_number, others)) and not own & {Role.COPY, Role.COMPANION}:
        return False
    near = own | _said_beside(line, matcher)
    layout = matcher.layout
    in_table = line.span.cell and len(layout.flow_of(line)) > layout.thresholds.layout_cells
    single = len(entry.letters) == 1
    noise = single and (line.span.source is Source.OCR or not line.whole_span)
    if Role.COPY in near or in_table or noise:
        return Role.COPY in near
    if line.page in layout.pages and line.box is not None:
        return _in_zone(line, layout) and (not single or layout.row(line) == [line])
    return line.place in _ZONES or _among_paragraphs(line, layout, near, single=single)


def _among_paragraphs(line: Line, layout: Layout, near: Set[Role], *, single: bool) -> bool:
    """Among the first paragraphs, in the middle or on the right; a single letter at the head of text or annex only."""
    if line.place not in (Place.BODY, Place.TEXTBOX, Place.ATTACHMENT):
        return False
    set_off = line.span.centred and line.place is not Place.TEXTBOX
    if single:
        return set_off and (layout.opens(line) or Role.COMPANION in near)
    return line.whole_span and (layout.opens(line) or set_off)


def _said_beside(line: Line, matcher: Matcher) -> set[Role]:
    """What lines near it speak of that say nothing else: a copy number, an annex."""
    near = [other for other in matcher.layout.neighbours(line, 2) if not matcher.rest(other.number)]
    return {match.entry.role for other in near for match in matcher.around(other.number)}


def _in_zone(line: Line, layout: Layout) -> bool:
    """The upper right corner, or top and bottom centre."""
    if line.place is Place.CORNER or line.place in _ZONES:
        return True
    return line.place in (Place.TOP, Place.BOTTOM) and layout.centred(line)

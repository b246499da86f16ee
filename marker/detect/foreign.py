"""Banner and portion syntax of other owners: ``SECRET//NOFORN``, ``TOP SECRET//SI//…``, ``(TS//SI)``.

A double slash after an English level makes it theirs, whatever follows; a plain form in the lexicon cannot say that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from marker.detect.lexicon import SYNTAX, Entry, Lexicon, Role
from marker.detect.lines import Layout, Line
from marker.detect.matches import Key, Match
from marker.model import MarkingId

_DOUBLE = re.compile(r"/\s*/")


def syntax_matches(layout: Layout, lexicon: Lexicon) -> Iterator[Match]:
    """Matches of the double-slash syntax; they swallow every shorter match on the same words."""
    for line in layout.lines:
        text = line.folded.text
        if "/" in text and _DOUBLE.search(text):
            yield from _banners(line, lexicon)
            yield from _portions(line, lexicon)


def _banners(line: Line, lexicon: Lexicon) -> Iterator[Match]:
    for slash in _DOUBLE.finditer(line.folded.text):
        before = [place for place, word in enumerate(line.words) if word.end <= slash.start()]
        found = _level_before(line, before, lexicon)
        if found is None or line.folded.text[line.words[before[-1]].end : slash.start()].strip():
            continue
        first, owner = found
        last = before[-1]
        # What is joined on by slashes and hyphens belongs to the banner: //SI//NOFORN, //REL TO USA.
        while last + 1 < len(line.words) and _capital(line, last + 1):
            last += 1
        yield _match(line, first, last, owner)
        return


def _level_before(line: Line, before: list[int], lexicon: Lexicon) -> tuple[int, MarkingId] | None:
    best: tuple[int, MarkingId] | None = None
    letters = ""
    for place in reversed(before):
        letters = line.words[place].text + letters
        for prefix, owner in lexicon.prefixes:
            if letters == prefix or _misread(letters, prefix):
                best = (place, owner)
    return best


def _misread(letters: str, prefix: str) -> bool:
    """Before a double slash one letter may be misread: to miss a banner is a leak."""
    return len(letters) == len(prefix) and sum(a != b for a, b in zip(letters, prefix, strict=True)) == 1


def _portions(line: Line, lexicon: Lexicon) -> Iterator[Match]:
    for opening, owner in lexicon.portions:
        pattern = r"\s*".join(re.escape(char) for char in opening)
        for found in re.finditer(pattern, line.folded.text):
            places = [p for p, word in enumerate(line.words) if word.start >= found.start() and word.end <= found.end()]
            if places:
                yield _match(line, places[0], places[-1], owner)


def _capital(line: Line, place: int) -> bool:
    text = line.quote(place, place)
    return text.upper() == text


def _match(line: Line, first: int, last: int, owner: MarkingId) -> Match:
    keys: tuple[Key, ...] = tuple((line.number, place) for place in range(first, last + 1))
    words = " ".join(line.words[place].text for place in range(first, last + 1))
    return Match(Entry(Role.THIRD_PARTY, owner, f"{words}//", language=SYNTAX), keys)

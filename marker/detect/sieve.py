"""Which pages of a long document need not be read to their last rectangle.

Most pages of a report hold nothing that could be a marking, or nothing but the one that stands at the head of every
page.  A :class:`Sieve` tells from the words of a page, in whatever order they come, that the full way would find
nothing new on it.  It may err on one side only: a page it lets pass holds no form, whole, spaced, broken or misread.

* *Exact, letterspaced and broken forms* are words of the page set side by side.  So the page is suspect as soon as any
  form can be put together from any of its words, wherever they stand.
* *Misread forms* are looked for by the matcher itself, on the lines that are short enough to be one.
* *The marking that every page bears* is known by its words, place, size and look from a page that was read in full and
  judged.  It passes only where nothing on the page speaks of markings, conditions or other owners.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Final

from marker.agreement.profile import Profile
from marker.detect.fold import fold, words
from marker.detect.fuzzy import misread_of
from marker.detect.initials import InitialsTest
from marker.detect.lexicon import CONTEXT_ROLES, Entry, Lexicon, Role, lexicon_of
from marker.detect.lines import Layout, is_mostly_lower, stands_in_text
from marker.detect.match import is_number
from marker.detect.memo import remembered
from marker.detect.sightings import may_raise, sight
from marker.detect.thresholds import DEFAULT, Thresholds
from marker.model import Box, FindingKind, PageInfo, Reading, Span, Visibility

_HARMLESS_ROLES: Final = frozenset({Role.COPY, Role.COMPANION})
"""Words around a marking that only make it surer."""
_SPEAKS_OF_MARKS: Final = frozenset({Role.QUALIFIER, Role.CONDITIONAL, Role.QUALIFIED_BY})
"""Words around a marking that may question it: they count where there is one."""
_LEARNED_PAGES: Final = 8
"""Pages from which markings that every page bears are learned: first, second, left and right ones, of two sections."""
_PATIENCE: Final = 24
"""Pages tried before a document that the sieve holds back most of is read in full throughout."""
_MOST_PIECES: Final = 12
"""A page with more lines where markings stand is read in full."""
_UNLIKE: Final = 2
"""Letters by which such a word may be longer or shorter than it should be."""
_NUMBERS: Final = 4
"""Letters of numbers (2a) on the line of such a word."""
_BEGINNING: Final = 3
"""Letters by which nearly every word is known to be part of no form."""
_STOPS: Final = ".,;:()"
"""What stands at the ends of words and belongs to none; folding leaves it as it is."""
_MOST_WORDS: Final = 60_000
"""Words remembered; a file with more is an attack on memory or a dictionary."""
_SLASH: Final = re.compile(r"[/\\⁄∕⧸⧵╱]")
_DOUBLE_SLASH: Final = re.compile(r"[/\\⁄∕⧸⧵╱]{2}")
_BROKEN_SLASH: Final = re.compile(r"[/\\⁄∕⧸⧵╱]\s+[/\\⁄∕⧸⧵╱]")
_ADDRESS: Final = re.compile(r"^[^\w]*(?:https?|ftp)://[^\s/\\]", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"[A-Z]{2}-\d{4}|\d{6,}-\d{2,}-")
"""Part of a copy number of ours."""
_TYPED: Final = {"0": "O", "1": "I", "3": "З", "5": "S", "6": "Б", "L": "I"}
"""Letters that stand for others inside a word; a word may be broken around one."""

_Look = tuple[object, ...]


class Sieve:
    """Tells pages apart for one document; it learns from the pages that were read in full."""

    def __init__(self, profile: Profile, thresholds: Thresholds = DEFAULT) -> None:
        self._profile = profile
        self._thresholds = thresholds
        self._lexicon = lexicon_of(profile)
        sought = _sought(self._lexicon)
        self._marks = _Forms(sought.marks)
        self._around = _Forms(sought.around)
        self._misread = misread_of(self._lexicon, thresholds)
        self._longest = self._misread.longest
        self._may_be_initials = sought.may_be_initials
        self._droppable = sought.droppable
        self._raising = sought.raising
        self._blob = sought.blob
        self._beginnings = sought.beginnings
        self._harmless: set[str] = set()
        self._pieces: dict[str, tuple[str, ...] | None] = {}
        self._known: set[_Look] = set()
        self._known_texts: set[str] = set()
        self._unmisread: set[tuple[str, ...]] = set()
        self._pages_learned = 0
        self._tried = self._held_back = 0

    def is_worth_trying(self) -> bool:
        """Whether enough pages pass for the look at their words to be worth its time."""
        return self._tried < _PATIENCE or 2 * self._held_back < self._tried

    def learn(self, spans: Sequence[Span], info: PageInfo) -> None:
        """Note the markings of a page that was read in full: lines that are a marking beyond doubt and nothing else."""
        if self._pages_learned >= _LEARNED_PAGES:
            return
        self._pages_learned += 1
        for sighting in sight(self._reading(spans, info), self._profile, self._thresholds):
            finding = sighting.finding
            if finding.kind is not FindingKind.MARK or finding.box is None or sighting.spelling:
                continue
            room = finding.box.grown(0.5)
            lines = [
                span for span in spans
                if span.visibility is Visibility.VISIBLE and span.box is not None and _within(span.box, room)
            ]  # fmt: skip
            if sorted(span.text.strip() for span in lines) == sorted(map(str.strip, finding.text.split("\n"))):
                self._known.update(map(_look, lines))
                self._known_texts.update(span.text for span in lines)

    def passes(self, texts: Iterable[str], lines: Sequence[Span], info: PageInfo) -> Sequence[Span] | None:
        """The lines of a page that are to be judged, all of them known markings; None when the page is suspect.

        ``texts`` is running text, each too long to be a marking; ``lines`` is all other text of the page.
        """
        found = self._passes(texts, lines, info)
        self._tried += 1
        self._held_back += found is None
        return found

    def _passes(self, texts: Iterable[str], lines: Sequence[Span], info: PageInfo) -> Sequence[Span] | None:
        known: list[Span] = []
        others: list[Span] = []
        for span in lines:
            (known if span.text in self._known_texts and _look(span) in self._known else others).append(span)
        pieces = self._pieces_of([*texts, *(span.text for span in others)])
        if pieces is None or any(_BROKEN_SLASH.search(span.text) for span in others):
            return None
        marks = frozenset(word for span in known for word in _words(span.text))
        if self._marks.can_be_made(pieces, marks) or (known and self._around.can_be_made(pieces, frozenset())):
            return None
        if others and self._holds_misread(others, info, beside_mark=bool(known)):
            return None
        if any(self._may_be_initials(span.text, _said(span.text)) for span in others):
            return None
        return known

    def _pieces_of(self, texts: Iterable[str]) -> frozenset[str] | None:
        """The words of the page that are part of any form; None when one of them alone makes the page suspect."""
        tokens = set(" ".join(texts).split())
        tokens -= self._harmless
        self._pass_over(tokens)
        found: set[str] = set()
        for token in tokens:
            if token not in self._pieces:
                self._remember(token)
            pieces = self._pieces.get(token, ())
            if pieces is None:
                return None
            found.update(pieces)
        return frozenset(found)

    def _pass_over(self, tokens: set[str]) -> None:
        """Take away words never met that are part of no form, all in one go: there are thousands of them."""
        small: list[tuple[str, str]] = []
        others: list[tuple[str, str]] = []
        harmless: list[str] = []
        for token in tokens.difference(self._pieces):
            letters = token.strip(_STOPS)
            if letters.islower():
                small.append((token, letters))
            elif letters.isdecimal() and letters.isascii():
                if self._is_none(letters):
                    harmless.append(token)
            else:
                others.append((token, letters))
        if len(self._harmless) + len(small) + len(others) + len(harmless) >= _MOST_WORDS:
            return
        # Small letters take less folding, in which nothing may stand among them that takes more.
        harmless += [*self._harmless_of(small), *self._harmless_of(others)]
        self._harmless.update(harmless)
        tokens.difference_update(harmless)

    def _harmless_of(self, some: Sequence[tuple[str, str]]) -> list[str]:
        """The tokens, of pairs of them and their letters, that are no part of any form."""
        some = [pair for pair in some if pair[1].isalnum()]
        folded = fold("\n".join([letters for _, letters in some])).text.split("\n")
        if len(folded) != len(some):
            return []
        return [token for (token, _), word in zip(some, folded, strict=True) if self._is_none(word)]

    def _is_none(self, word: str) -> bool:
        """Whether a folded word is no part of any form, whatever letters stand for others in it."""
        if not word.isalnum() or word in _TYPED:
            return False
        return word[:_BEGINNING] not in self._beginnings or word not in self._blob

    def _remember(self, token: str) -> None:
        if len(self._harmless) + len(self._pieces) >= _MOST_WORDS:
            self._harmless.clear()
            self._pieces.clear()
        if (_DOUBLE_SLASH.search(token) and not _ADDRESS.search(token)) or _NUMBERED.search(token):
            self._pieces[token] = None
            return
        said = words(token)
        found = [word for word in said if word in self._blob]
        found += [_TYPED[word] for word in said if word in _TYPED]
        if found:
            self._pieces[token] = tuple(found)
        else:
            self._harmless.add(token)

    def _holds_misread(self, others: Sequence[Span], info: PageInfo, *, beside_mark: bool) -> bool:
        """Whether a line may be a form with misread letters, or a word that would raise a marking of the page."""
        if beside_mark and any(self._may_raise(span, info) for span in others):
            return True
        texts = tuple(
            span.text for span in others
            if not stands_in_text(span, info, self._thresholds) and any(map(str.isalpha, span.text))
        )  # fmt: skip
        if texts in self._unmisread:
            return False
        whole = [piece for text in texts for piece in self._slashed(text, frozenset())]
        bare = [piece for text in texts for piece in self._slashed(text, self._droppable)]
        if len(whole) > _MOST_PIECES or any(map(self._is_misread, (whole, bare))):
            return True
        if len(self._unmisread) < _MOST_WORDS:
            self._unmisread.add(texts)
        return False

    def _slashed(self, text: str, without: frozenset[str]) -> list[str]:
        """The letters of each piece of a line between slashes, without numbers and the words given."""
        pieces = [
            "".join([word for word in _said(piece) if word not in without])
            for piece in (_SLASH.split(text) if _SLASH.search(text) else (text,))
        ]
        return [piece for piece in pieces if piece]

    def _is_misread(self, pieces: Sequence[str]) -> bool:
        """Whether up to four pieces, one after the other, are a form with misread letters."""
        return any(
            self._misread.look_up("".join(some)) is not None
            for count in range(1, 5)
            for some in combinations(pieces, count)
            if sum(map(len, some)) <= self._longest
        )

    def _may_raise(self, span: Span, info: PageInfo) -> bool:
        if len(span.text) < self._raising.start or span.text.islower():
            return False
        letters = sum(map(str.isalpha, span.text))
        if not self._raising.start <= letters < self._raising.stop or is_mostly_lower(span.text):
            return False
        lines = Layout(self._reading((span,), info), self._thresholds).lines
        return any(may_raise(line, self._lexicon) for line in lines)

    def _reading(self, spans: Sequence[Span], info: PageInfo) -> Reading:
        return Reading("pdf", None, tuple(spans), (info,))


class _Sought:
    """What the sieves of one lexicon look for."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.marks = _letters(e for e in lexicon.entries if e.role not in _HARMLESS_ROLES | _SPEAKS_OF_MARKS)
        self.around = _letters(e for e in lexicon.entries if e.role in _SPEAKS_OF_MARKS)
        self.may_be_initials = InitialsTest(lexicon)
        self.droppable = lexicon.page_words.union(
            *(entry.words for entry in lexicon.entries if entry.role in CONTEXT_ROLES)
        )
        lengths = [len(letters) for letters, _, _ in lexicon.fragments]
        self.raising = range(min(lengths, default=0) - _UNLIKE, max(lengths, default=0) + _UNLIKE + _NUMBERS + 1)
        self.blob = "\n".join((*self.marks, *self.around))
        self.beginnings = frozenset(
            self.blob[at : at + size] for at in range(len(self.blob)) for size in range(1, _BEGINNING + 1)
        )


def _letters(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.letters for entry in entries if entry.letters))


_sought = remembered(_Sought)


class _Forms:
    """Which forms can be put together from some words, set side by side in any order."""

    def __init__(self, letters: Sequence[str]) -> None:
        self._letters = letters
        self._begins: dict[str, frozenset[str]] = {}
        self._ends: dict[str, frozenset[str]] = {}
        self._answers: dict[tuple[frozenset[str], frozenset[str]], bool] = {}

    def can_be_made(self, pieces: frozenset[str], marks: frozenset[str]) -> bool:
        """Whether any form is made of ``pieces`` and ``marks``, of at least one piece among them."""
        key = (pieces, marks)
        if key not in self._answers:
            if len(self._answers) > 5_000:
                self._answers.clear()
            self._answers[key] = self._find(pieces, marks)
        return self._answers[key]

    def _find(self, pieces: frozenset[str], marks: frozenset[str]) -> bool:
        every = pieces | marks
        begun: set[str] = set()
        ended: set[str] = set()
        for piece in every:
            if piece not in self._begins:
                self._begins[piece] = frozenset(form for form in self._letters if form.startswith(piece))
                self._ends[piece] = frozenset(form for form in self._letters if form.endswith(piece))
            begun |= self._begins[piece]
            ended |= self._ends[piece]
        return any(_is_made_of(form, pieces, every) for form in begun & ended)


def _is_made_of(form: str, pieces: frozenset[str], every: frozenset[str]) -> bool:
    """Whether a form is words of ``every`` side by side, one of ``pieces`` among them."""
    reached = {(0, False)}
    waiting = [(0, False)]
    while waiting:
        at, used = waiting.pop()
        for piece in every:
            if form.startswith(piece, at):
                after = (at + len(piece), used or piece in pieces)
                if after == (len(form), True):
                    return True
                if after not in reached:
                    reached.add(after)
                    waiting.append(after)
    return False


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[str, ...]:
    return words(text)


def _said(text: str) -> list[str]:
    """The folded words of a text that are no numbers, from a memory of what was said before."""
    return [word for token in text.split() for word in _in_token(token)]


@lru_cache(maxsize=20_000)
def _in_token(token: str) -> tuple[str, ...]:
    return tuple(word for word in words(token) if not is_number(word))


def _within(box: Box, room: Box) -> bool:
    return room.x0 <= box.x0 and room.y0 <= box.y0 and box.x1 <= room.x1 and box.y1 <= room.y1


def _look(span: Span) -> _Look:
    """What makes a line the same on every page."""
    box = span.box
    place = box and (round(box.x0), round(box.y0), round(box.x1), round(box.y1))
    return (
        span.text.strip(), place, span.size and round(span.size), span.bold, span.turned, span.place, span.source,
        span.visibility, span.centred,
    )  # fmt: skip

"""Bounded comparison with misread letters: a mark is found, and no ordinary word becomes one.

What keeps ordinary words out is *where* a form may differ.  Inflected forms differ from marks in their endings
(SLAPTAS, СЕКРЕТНЫ, KONFIDENCIALUS), so in the last two letters of every word only letters that are commonly taken for
each other may be exchanged, and nothing may be added or lost there.  Short forms have too many neighbours (КОПИЯ and
КУПЛЯ are one letter from ҚҰПИЯ): in them, too, only such letters.  All forms compete, foreign and negative ones
included; the fewest errors win, then the longest form.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from marker.detect.lexicon import CONTEXT_ROLES, Entry, Lexicon, Role
from marker.detect.memo import remembered
from marker.detect.thresholds import Thresholds

_CONFUSED = (
    # Skeleton letters (see ``fold``) that OCR takes for each other.  T and I are left out: šlapiai ("wetly") would
    # become SLAPTAI; so are И and Л (КУПЛЯ), Y and O (КОПИЯ), O and U (RIBOTO NAUDOJIMU is an inflected form).
    "OQ OC OD OG O0 CG CE CQ EF EB EЕ KX KЖ KH HИ HП HN HII ИП ИN ИU ПЛ ПN ПM ЛA ЛД AД A4 A^ YV YЧ YX "
    "PF PR PD PB PГ TГ TF T7 IL I1 IJ I! I| LJ LI BЗ B8 BЬ BЫ BS ЗЭ З3 З8 SG S5 S8 SZ Z2 Z7 DБ ШЩ ШM ЩЦ ЬЪ ЬB "
    "ЖX MN MW NW UV ЯR ЯA ЧY БB Б6 ДЛ ФO ГF 8B 8S 0Q 0D"
)
_PAIRS = frozenset(frozenset(pair) for pair in _CONFUSED.split() if len(pair) == 2)
_ENDING = 2
_FORBIDDEN = 99


@dataclass(frozen=True, slots=True)
class Likeness:
    """The nearest form, how many of its letters were misread, and forms of other markings that are as near."""

    entry: Entry
    errors: int
    rivals: tuple[Entry, ...]


class _Form(NamedTuple):
    entry: Entry
    bound: int
    free: tuple[bool, ...]
    """Which letters may be misread as any other."""
    chunks: tuple[str, ...]


@remembered
def misread_of(lexicon: Lexicon, thresholds: Thresholds) -> Misread:
    """The look-up over a lexicon, compiled once: it remembers what it was asked."""
    return Misread(lexicon.entries, thresholds)


_REMEMBERED = 20_000


class Misread:
    """Looks up folded letters among the forms of a lexicon, misread letters allowed."""

    def __init__(self, entries: Iterable[Entry], thresholds: Thresholds) -> None:
        self._by_length: dict[int, list[_Form]] = defaultdict(list)
        for entry in entries:
            bound = errors_allowed(len(entry.letters), thresholds)
            if entry.everyday:  # one word has too many neighbours: KONFIDENCIALI is two letters from KONFIDENCIALIAI
                bound = min(bound, 1)
            if bound and entry.role not in CONTEXT_ROLES and entry.role is not Role.SHORT:
                form = _Form(entry, bound, _free(entry, thresholds), _chunks(entry.letters, bound + 1))
                for length in range(len(entry.letters) - bound, len(entry.letters) + bound + 1):
                    self._by_length[length].append(form)
        self._known: dict[str, Likeness | None] = {}
        self.longest = max(self._by_length, default=0)
        """Letters of the longest reading of a form."""

    def look_up(self, letters: str) -> Likeness | None:
        """The form that ``letters`` (folded, without blanks) is with the fewest misread letters.

        None when nothing is near enough, and when a form is met exactly, which is no misreading.
        """
        if letters not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[letters] = self._look_up(letters)
        return self._known[letters]

    def _look_up(self, letters: str) -> Likeness | None:
        near: list[tuple[int, int, Entry]] = []
        for form in self._by_length.get(len(letters), ()):
            # So many errors leave one of one more chunks as it is; most words have none of them.
            if not any(chunk in letters for chunk in form.chunks):
                continue
            errors = _distance(letters, form.entry.letters, form.free, form.bound)
            if errors == 0:
                return None
            if errors <= form.bound:
                near.append((errors, -len(form.entry.letters), form.entry))
        if not near:
            return None
        errors, _, best = min(near, key=lambda found: found[:2])
        rivals = tuple(entry for cost, _, entry in near if cost == errors and entry.target != best.target)
        return Likeness(best, errors, rivals)


def _chunks(letters: str, count: int) -> tuple[str, ...]:
    edges = [len(letters) * number // count for number in range(count + 1)]
    return tuple(letters[start:end] for start, end in pairwise(edges))


def errors_allowed(length: int, thresholds: Thresholds) -> int:
    """How many letters of a form of that length may be misread."""
    if length < thresholds.fuzzy_letters:
        return 0
    return 1 + (length >= thresholds.fuzzy_second) + (length >= thresholds.fuzzy_third)


def _distance(letters: str, form: str, free: tuple[bool, ...], bound: int) -> int:
    """Letters changed, lost or added between a form and what was read; beyond ``bound`` some larger number."""
    row = [0, *[_FORBIDDEN] * len(letters)]  # nothing may be added before a form
    for i, letter in enumerate(form):
        current = [row[0] + 1 if free[i] else _FORBIDDEN]
        # A letter may be added only inside the free part of a word, never at its ends.
        inside = free[i] and i + 1 < len(form) and free[i + 1]
        for j, read in enumerate(letters):
            change = row[j] if letter == read else _FORBIDDEN
            if letter != read and (free[i] or frozenset((letter, read)) in _PAIRS):
                change = row[j] + 1
            drop = row[j + 1] + 1 if free[i] else _FORBIDDEN
            add = current[j] + 1 if inside else _FORBIDDEN
            current.append(min(change, drop, add))
        if min(current) > bound:
            return _FORBIDDEN
        row = current
    return row[-1]


def _free(entry: Entry, thresholds: Thresholds) -> tuple[bool, ...]:
    """Which letters of a form may be misread as any other: those before the ending of their word, in long forms.

    In what holds a document every letter may, but those of UK and EU: a form read amiss there is held in vain, one
    that is missed is a leak.
    """
    if entry.role in (Role.THIRD_PARTY, Role.NO_EQUIVALENT):
        long = len(entry.letters) >= thresholds.fuzzy_letters
        return tuple(long and len(word) > _ENDING for word in entry.words for _ in word)
    long = len(entry.letters) >= thresholds.fuzzy_free_letters
    return tuple(long and at < len(word) - _ENDING for word in entry.words for at in range(len(word)))

"""How like some words another word is, by the ratio of ``difflib``, which is asked only where it can matter.

What two words have in common by that measure is a common subsequence of theirs (blocks of letters, in order), so that
the longest one there is bounds it from above.  That one takes a few operations on whole numbers, one letter of the
word after the other (Allison and Dix 1986, Hyyrö 2004), and almost no word needs more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher


class LikeWords:
    """Words that others are compared with."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = tuple((word, letter_places(word)) for word in dict.fromkeys(words) if word)

    def is_any_like(self, word: str, least: float) -> bool:
        """Whether the ratio of ``word`` to any of these words is ``least`` or more, which must be above 0."""
        return any(
            _bound(word, other, places) >= least and _ratio(word, other) >= least for other, places in self._words
        )

    def likeness(self, word: str) -> float:
        """The highest ratio of ``word`` to any of these words; 0 where there are none."""
        highest = 0.0
        for bound, other in sorted(
            ((_bound(word, other, places), other) for other, places in self._words), reverse=True
        ):
            if bound <= highest:
                break
            highest = max(highest, _ratio(word, other))
        return highest


def _ratio(word: str, other: str) -> float:
    return SequenceMatcher(None, word, other).ratio()


def _bound(word: str, other: str, places: Mapping[str, int]) -> float:
    """What the ratio of two words is at most."""
    return 2.0 * in_common(word, len(other), places) / (len(word) + len(other))


def in_common(word: str, length: int, places: Mapping[str, int]) -> int:
    """The letters of the longest common subsequence of a word and another of ``length`` letters at ``places``."""
    # A bit a letter of the other word: clear where the subsequence grows.
    row = full = (1 << length) - 1
    for letter in word:
        met = row & places.get(letter, 0)
        row = (row + met) | (row - met)
    return length - (row & full).bit_count()


def letter_places(word: str) -> Mapping[str, int]:
    """Where each letter of a word stands, a bit a letter."""
    places: dict[str, int] = defaultdict(int)
    for at, letter in enumerate(word):
        places[letter] |= 1 << at
    return dict(places)

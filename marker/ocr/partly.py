"""Markings of which only a part could be read: the rest lies under print, is worn off or too pale.

A stamp of which three quarters of a form's letters were read, in their order, is that form, if no other form of any
owner comes near.  A form that is part of another marking's (СЕКРЕТНО of СОВЕРШЕННО СЕКРЕТНО) never is: its missing
neighbour may be what was not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from marker.agreement.profile import Profile
from marker.detect.fold import words
from marker.detect.lexicon import CONTEXT_ROLES, Entry, Role, lexicon_of
from marker.detect.likeness import in_common, letter_places

_SHARE: Final = 0.74
_NEAR: Final = 0.7
"""Shares of a form's letters that must be read, and from which on another form comes near."""
_PART: Final = 0.4
"""The share that each of several readings must have to be put together with others."""
_LEAST: Final = 7
"""Letters that must be read."""
_BLOCK: Final = 3
"""Fewer letters in a row are an accident."""
_MORE: Final = 5
"""Letters by which a higher form must explain more than a lower one that is part of it."""


@dataclass(frozen=True, slots=True)
class _Match:
    entry: Entry
    letters: int
    share: float


class Partly:
    """Knows the forms of one profile by their parts."""

    def __init__(self, profile: Profile) -> None:
        entries = [
            entry
            for entry in lexicon_of(profile).entries
            if entry.role not in CONTEXT_ROLES and entry.role is not Role.SHORT and len(entry.letters) >= _BLOCK
        ]
        self._profile = profile
        self._all = entries
        self._whole = [
            entry
            for entry in entries
            if entry.role is Role.MARK and len(entry.letters) >= _LEAST and not self._is_part(entry)
        ]
        self._whole += [_dual(own, other) for own in self._whole for other in entries if _are_halves(own, other)]

    def _is_part(self, entry: Entry) -> bool:
        return any(entry.letters in other.letters for other in self._all if other.target != entry.target)

    def form_in(self, texts: Iterable[str]) -> Entry | None:
        """The form that any of several readings of one line, or of the rows of one stamp, is in part.

        None when there is none, or when two readings come to different markings.
        """
        reads = ["".join(words(text)) for text in texts]
        found = [match for read in reads if (match := self._best(read)) is not None]
        if not found and len(reads) > 1:  # what one reading lacks another may have
            found = [match for match in [self._best(*reads)] if match is not None]
        if len({match.entry.target for match in found}) != 1:
            return None
        return max(found, key=lambda match: match.share).entry

    def _best(self, *reads: str) -> _Match | None:
        if max(map(len, reads)) < _LEAST:
            return None
        found = [match for entry in self._whole if (match := _match(entry, reads)).share >= _SHARE]
        if not found:
            return None
        best = max(found, key=lambda match: match.letters)
        for entry in self._all:
            if entry.target == best.entry.target:
                continue
            other = _match(entry, reads)
            if other.share >= _NEAR and not self._explains(best, other):
                return None
        return best if best.letters >= _LEAST else None

    def _explains(self, best: _Match, other: _Match) -> bool:
        """Whether the nearer form is clearly more of what was read, and the other one part of it or misread from it.

        The English half of a dual marking is neither, and says no more than the own half does.
        """
        if best.letters < other.letters + _MORE:
            return False
        if other.share < 1:
            return True
        if other.entry.role is Role.FOREIGN:
            return self._profile.rank(best.entry.target) >= self._profile.rank(other.entry.target)
        return other.entry.letters in best.entry.letters


def _are_halves(own: Entry, other: Entry) -> bool:
    return other.role is Role.FOREIGN and other.target == own.target


def _dual(own: Entry, other: Entry) -> Entry:
    """Both languages on one line, whose slash is easily read as a letter."""
    return replace(own, form=f"{own.form}/{other.form}")


def _match(entry: Entry, reads: Sequence[str]) -> _Match:
    """Which of a form's letters stand in any of several readings that each have a good part of them.

    None of them where too few to come near can.
    """
    places = letter_places(entry.letters)
    most = [in_common(read, len(entry.letters), places) for read in reads]
    if sum(most) / len(entry.letters) < _NEAR:
        return _Match(entry, 0, 0.0)
    seen: set[int] = set()
    for read in reads:
        blocks = SequenceMatcher(None, entry.letters, read, autojunk=False).get_matching_blocks()
        own = {at for block in blocks if block.size >= _BLOCK for at in range(block.a, block.a + block.size)}
        if len(reads) == 1 or len(own) >= _PART * len(entry.letters):
            seen |= own
    return _Match(entry, len(seen), len(seen) / len(entry.letters))

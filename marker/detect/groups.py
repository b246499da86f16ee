"""Matches joined to what a reader of the page would call one marking.

The halves of a dual mark (``ҚҰПИЯ/СЕКРЕТНО``, in either order, over a line break at the slash, or on two lines without
one) are one; halves that disagree stay two and say so (rule of judgement 3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from marker.agreement.profile import Profile
from marker.detect.lexicon import LEVEL_ROLES, Entry, Role
from marker.detect.lines import Layout, Line
from marker.detect.match import Matcher
from marker.detect.matches import Key, Match
from marker.model import MarkingId, PartyId, Visibility

_JOINT = re.compile(r"[\s\-/(),.\"'_*·|]*")
_ROLE_ORDER = (Role.NO_EQUIVALENT, Role.MARK, Role.SHORT, Role.FOREIGN)


@dataclass(slots=True)
class Group:
    """One marking as it stands, of one or more matches; ``disagrees`` when its other half says another level."""

    matches: list[Match]
    disagrees: bool = False

    @property
    def entry(self) -> Entry:
        """The most telling form: a Party's own before a short or a foreign one."""
        return min((match.entry for match in self.matches), key=_role_order)

    @property
    def keys(self) -> tuple[Key, ...]:
        return tuple(key for match in self.matches for key in match.keys)

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(number for number, _ in self.keys))

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(match.entry.language for match in self.matches if match.entry.role is not Role.FOREIGN)

    @property
    def errors(self) -> int:
        return sum(match.errors for match in self.matches)

    @property
    def rivals(self) -> tuple[Entry, ...]:
        return tuple(rival for match in self.matches for rival in match.rivals)

    @property
    def beyond(self) -> bool:
        return any(match.beyond for match in self.matches)

    def visibility(self, lines: Sequence[Line]) -> Visibility:
        """The least visible of its lines: a mark half struck through is struck through."""
        return max((lines[number].span.visibility for number in self.lines), key=_VISIBILITY.index)


_VISIBILITY = [
    Visibility.VISIBLE,
    Visibility.OCR_LAYER,
    Visibility.STRUCK,
    Visibility.HIDDEN,
    Visibility.DELETED,
    Visibility.EARLIER_REVISION,
]


def _role_order(entry: Entry) -> int:
    return _ROLE_ORDER.index(entry.role) if entry.role in _ROLE_ORDER else 0


def group(matcher: Matcher, profile: Profile) -> list[Group]:
    """All matches of a reading, halves joined, in document order."""
    groups: list[Group] = []
    for match in matcher.matches:
        new = Group([match])
        last = groups[-1] if groups else None
        joint = _joint(last, new, matcher) if last is not None else None
        if last is None or joint is None:
            groups.append(new)
        elif any(known.entry.letters == match.entry.letters for known in last.matches):
            groups.append(new)  # the same half again is another marking
        elif _agree(last.entry, match.entry, profile):
            last.matches.append(match)
        else:
            groups.append(new)
            if "/" in joint or _own_and_foreign(last, new):
                last.disagrees = new.disagrees = _same_owner(last.entry, match.entry, profile)
    return groups


def _joint(last: Group, new: Group, matcher: Matcher) -> str | None:
    """What stands between two halves of a dual mark; None when they are none."""
    if last.entry.role not in LEVEL_ROLES or new.entry.role not in LEVEL_ROLES or last.beyond or new.beyond:
        return None
    (before, at), (after, to) = last.keys[-1], new.keys[0]
    one, other = matcher.layout.lines[before], matcher.layout.lines[after]
    if one is other:
        if to != at + 1:
            return None
        gap = other.words[to].glue
    else:
        if at != len(one.words) - 1 or to != 0 or not _next(one, other, matcher.layout):
            return None
        gap = f"{one.tail}\n{other.words[0].glue}"
        keys = {*last.keys, *new.keys}
        if "/" not in gap and not (matcher.alone(keys) and one.place is other.place):
            return None
    return gap if _JOINT.fullmatch(gap) else None


def _next(one: Line, other: Line, layout: Layout) -> bool:
    if (one.span.visibility, one.span.source, one.page) != (other.span.visibility, other.span.source, other.page):
        return False
    return any(line is other for line in layout.neighbours(one, 1))


def _agree(one: Entry, other: Entry, profile: Profile) -> bool:
    if one.target == other.target:
        return True
    known = {marking.id: marking for marking in profile.markings}
    own, foreign = (one, other) if other.role is Role.FOREIGN else (other, one)
    if foreign.role is not Role.FOREIGN or own.role is Role.FOREIGN:
        return False
    # ҚҰПИЯ stands in the rows secret and confidential: an English word of either row agrees with it.
    return own.target in known and known[foreign.target].level in known[own.target].levels


def _own_and_foreign(one: Group, other: Group) -> bool:
    return (one.entry.role is Role.FOREIGN) != (other.entry.role is Role.FOREIGN)


def _same_owner(one: Entry, other: Entry, profile: Profile) -> bool:
    """Marks of both Parties side by side contradict each other by rule 8, not by rule 3."""
    if Role.FOREIGN in (one.role, other.role):
        return True
    return party_of(one.target, profile) == party_of(other.target, profile)


def party_of(target: MarkingId, profile: Profile) -> PartyId | None:
    """The Party whose marking ``target`` is; None for everything else."""
    return next((marking.party for marking in profile.markings if marking.id == target), None)

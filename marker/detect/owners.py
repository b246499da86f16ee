"""Whose mark is it?  Russian forms are common to several owners; a qualifier of another owner near one decides.

Near means: on the lines around the mark, or in the letterhead when the mark stands there too.  A letter that merely
mentions another state in its text is not that state's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from marker.agreement.profile import Profile, Qualifier
from marker.detect.columns import continues
from marker.detect.context import Weighed
from marker.detect.lexicon import Role
from marker.detect.lines import Layout, Line
from marker.detect.match import Matcher
from marker.detect.matches import Match
from marker.model import MarkingId, PartyId

_PREPOSITION_LETTERS = 2


@dataclass(frozen=True, slots=True)
class OtherOwner:
    """Another owner's name near a mark; ``doubtful`` when the same line names the Party itself."""

    owner: MarkingId
    name: str
    doubtful: bool


class Owners:
    """The qualifiers of a reading that stand like names of an author, and the marks they make another's."""

    def __init__(self, matcher: Matcher, profile: Profile, weighed: Sequence[Weighed]) -> None:
        self.matcher = matcher
        self.layout: Layout = matcher.layout
        self.profile = profile
        self._shared = _shared_languages(profile)
        self._names: dict[int | None, list[tuple[Line, Match]]] = defaultdict(list)
        for match in matcher.qualifiers:
            line = self.layout.lines[match.lines[0]]
            if not self._running_text(line):
                self._names[line.page].append((line, match))
        self._native = [item for item in weighed if self._speaks_for_itself(item)]

    def other_owner(self, item: Weighed) -> OtherOwner | None:
        """The other owner of a mark, if a qualifier near it says so."""
        group = item.group
        if group.entry.role not in (Role.MARK, Role.SHORT) or item.weak or not group.languages:
            return None
        if not group.languages - {""} <= self._shared.get(group.entry.target, frozenset()):
            return None
        for line, match in self._names.get(item.line.page, ()):
            qualifier = self._qualifier(match, group.entry.target)
            if qualifier is None or not self._near(item.line, line):
                continue
            if any(n.line.page == item.line.page and self._near(n.line, item.line) for n in self._native):
                continue
            return OtherOwner(qualifier.owner, qualifier.name, self._names_party(line, group.entry.target))
        return None

    def _qualifier(self, match: Match, target: MarkingId) -> Qualifier | None:
        named = (q for q in self.profile.qualifiers if q.owner == match.entry.target and target in q.applies_to)
        return next(named, None)

    def _near(self, mark: Line, name: Line) -> bool:
        around = self.layout.neighbours(mark, self.layout.thresholds.around_lines)
        if mark is name or any(other is name for other in around):
            return True
        return self.layout.letterhead(mark) and self.layout.letterhead(name)

    def _running_text(self, line: Line) -> bool:
        """A sentence, the end of one, or a subject line ("О визите …"): these mention, they do not sign."""
        text = line.folded.original.strip()
        if not line.words or self.layout.prose(line) or continues(line, self.layout) or text[:1].islower():
            return True
        return line.lower and (len(line.words[0].text) <= _PREPOSITION_LETTERS or text.endswith((".", ",", ";")))

    def _speaks_for_itself(self, item: Weighed) -> bool:
        """A mark in a language that only its Party writes: it says whose the marks beside it are."""
        entry = item.group.entry
        own = item.group.languages - self._shared.get(entry.target, frozenset()) - {""}
        return entry.role is Role.MARK and bool(own) and item.score >= self.layout.thresholds.mark

    def _names_party(self, line: Line, target: MarkingId) -> bool:
        party: PartyId = self.profile.marking(target).party
        stems = [stem for stem, owner in self.matcher.lexicon.party_stems if owner == party]
        return any(word.text.startswith(stem) for word in line.words for stem in stems)


def _shared_languages(profile: Profile) -> dict[MarkingId, frozenset[str]]:
    """The languages of each qualified marking that are not its Party's state languages: other owners write them too."""
    shared: dict[MarkingId, frozenset[str]] = {}
    for marking in profile.markings:
        if any(marking.id in qualifier.applies_to for qualifier in profile.qualifiers):
            native = set(profile.party(marking.party).state_languages)
            shared[marking.id] = frozenset(language for language in marking.forms if language not in native)
    return shared

"""Labels inside the file against the ink: they may raise or question what is visible, never lower it (rule 6).

A label is mapped by its policy (object identifier, else name) and its classification, which may be any form of that
Party's marking, its English one too, because the policy says whose it is.  A label without a policy is mapped by the
forms in a Party's own languages alone: a company's own "Confidential" is noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from marker.agreement.profile import Marking, Party, Profile
from marker.detect.fold import fold, words
from marker.detect.groups import party_of
from marker.detect.lexicon import Role
from marker.detect.sightings import Sighting
from marker.model import Finding, FindingKind, LabelSeen, MarkingId, Place, Reading, Source

UNMAPPED = MarkingId("label:unmapped")
"""The id under which evidence lists a label whose words mean nothing to the profile."""
_OID = "urn:oid:"


@dataclass(frozen=True, slots=True)
class Mapped:
    """A label and what the profile makes of it."""

    label: LabelSeen
    party: Party | None
    """Whose policy it names; None where it names none of a Party."""
    marking: MarkingId | None

    @property
    def strange(self) -> bool:
        """A Party's own policy with a classification that its table does not have."""
        return self.party is not None and self.marking is None and self.label.kind != "metadata"


def map_labels(reading: Reading, profile: Profile) -> list[Mapped]:
    """Every label of a reading, mapped as far as the profile can."""
    return [map_label(label, profile) for label in reading.labels]


def map_label(label: LabelSeen, profile: Profile) -> Mapped:
    """One label; a label that names a policy is never mapped to another Party's marking."""
    party = _party(label, profile)
    if party is None and (label.policy or label.policy_uri):
        return Mapped(label, None, None)
    wanted = _folded(label.classification)
    for marking in profile.markings:
        if party is None or marking.party == party.id:
            forms = (*marking.own_forms(), marking.own_text, *(_policy_forms(marking) if party else ()))
            if wanted and wanted in {_folded(form) for form in forms}:
                return Mapped(label, party, marking.id)
    return Mapped(label, party, None)


def unmapped(reading: Reading, mapped: Sequence[Mapped]) -> Reading:
    """The reading without the words of mapped labels, which would be found a second time."""
    known = {item.label.flow for item in mapped if item.marking is not None}
    if not known:
        return reading
    kept = tuple(span for span in reading.spans if span.source is not Source.LABEL or span.flow not in known)
    return replace(reading, spans=kept)


def sightings(mapped: Sequence[Mapped], found: Sequence[Sighting], profile: Profile) -> Iterator[Sighting]:
    """What the judge sees of labels; those that mean nothing to the profile are mentioned, so that people see them."""
    said = {_folded(item.finding.text) for item in found if item.finding.place is Place.LABEL}
    for item in mapped:
        label = item.label
        if item.marking is None:
            if not any(text in _folded(label.classification) for text in said):
                yield Sighting(_finding(item, UNMAPPED, FindingKind.MENTION), Role.COMPANION, None, 0, strong=False)
        elif label.kind == "metadata":
            yield Sighting(_finding(item, item.marking, FindingKind.MENTION), Role.MARK, None, 0, strong=False)
        else:
            finding = _finding(item, item.marking, FindingKind.AMBIGUOUS)
            rank = profile.rank(item.marking)
            yield Sighting(finding, Role.MARK, party_of(item.marking, profile), rank, strong=False, label=label)


def disagrees(label: LabelSeen, stated: MarkingId, governing: MarkingId, profile: Profile) -> bool:
    """Whether a mapped label and the marking that governs say different things."""
    one, other = profile.marking(stated), profile.marking(governing)
    if label.embedded:
        return profile.rank(stated) > profile.rank(governing)
    if one.party == other.party:
        return one.id != other.id
    if label.kind == "originator":
        return True
    # An equivalent: any row the two share will do, because ҚҰПИЯ stands in two rows.
    return not set(one.levels) & set(other.levels)


def describe(label: LabelSeen) -> str:
    """What kind of label it is, for people."""
    if label.kind == "property":
        return "a label of another system"
    whose = {"originator": "the originator's", "alternative": "an equivalent", "metadata": "the metadata's own"}
    return f"{whose[label.kind]} STANAG 4774 label"


def _party(label: LabelSeen, profile: Profile) -> Party | None:
    oid = label.policy_uri.removeprefix(_OID) if label.policy_uri.startswith(_OID) else ""
    by_oid = next((party for party in profile.parties if oid and party.policy_oid == oid), None)
    if by_oid is not None or not label.policy:
        return by_oid
    wanted = _folded(label.policy)
    for party in profile.parties:
        names = (party.policy, party.code, party.id, *party.name.values())
        if wanted in {_folded(name) for name in names}:
            return party
    # "LITHUANIA", "Kazakhstan national policy": a word that only one Party's name has.
    mine = [party for party in profile.parties if set(wanted.split()) & _name_words(party, profile)]
    return mine[0] if len(mine) == 1 else None


def _name_words(party: Party, profile: Profile) -> set[str]:
    others = {word for name in profile.other(party.id).name.values() for word in _folded(name).split()}
    return {word for name in party.name.values() for word in _folded(name).split()} - others


def _policy_forms(marking: Marking) -> tuple[str, ...]:
    return (*marking.foreign_forms(), *marking.short, marking.id)


def _folded(text: str) -> str:
    return " ".join(words(fold(text).text))


def _finding(item: Mapped, marking: MarkingId, kind: FindingKind) -> Finding:
    label = item.label
    text = " ".join(filter(None, (label.policy, label.classification)))
    reasons = (describe(label), *(("its policy is a Party's",) if item.party is not None else ()))
    return Finding(marking, kind, text[:100], Source.LABEL, Place.LABEL, score=1.0 if item.marking else 0.0,
                   reasons=reasons)  # fmt: skip

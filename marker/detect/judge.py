"""The verdict: every rule of judgement of the Agreement's description, and nothing else.

A document is marked when a marking of the sending Party stands on it and nothing calls for a hold (rule 1); the highest
marking governs.  ``holds`` says what calls for one; here the verdict is put together, and stated markings are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from marker.agreement.profile import Profile, cited
from marker.detect import wording
from marker.detect.evidence import evidence_of
from marker.detect.holds import WEAK, Case, clearest
from marker.detect.lexicon import Role
from marker.detect.thresholds import DEFAULT, Thresholds
from marker.detect.wording import seen
from marker.errors import UsageError
from marker.model import FindingKind, Hold, HoldCode, MarkingId, PartyId, Reading, Verdict

_STATABLE = frozenset({HoldCode.UNMARKED, HoldCode.UNCERTAIN, HoldCode.UNREADABLE_PAGE})
"""Holds that a stated marking settles (rule 10)."""
_RELEASABLE = _STATABLE | {HoldCode.CONFLICT, HoldCode.DECLASSIFIED, HoldCode.WRONG_PARTY, HoldCode.ATTACHMENT}
"""Holds that it settles once a person released the file."""


def examine(reading: Reading, profile: Profile, receiving: PartyId, thresholds: Thresholds = DEFAULT) -> Verdict:
    """Judge a reading for the Party that received it. Raises UsageError when ``receiving`` is no Party."""
    case = Case(reading, profile, receiving, thresholds)
    holds = case.holds()
    notes = tuple(dict.fromkeys(_notes(case, [detail for _, detail, _ in holds[1:]])))
    if holds or case.governing is None:  # without a hold there is a marking: ``unmarked`` is a hold
        code, detail, lead = holds[0]
        evidence = evidence_of(case.all, lead or case.governing, thresholds)
        return Verdict(Hold(code, detail), evidence=evidence, notes=notes, floor=_floor(case))
    return replace(
        _marked(Verdict(None), case.governing.finding.marking, profile),
        evidence=evidence_of(case.all, case.governing, thresholds),
        notes=notes,
        floor=_floor(case),
    )


def _marked(verdict: Verdict, marking: MarkingId, profile: Profile) -> Verdict:
    """The verdict with a marking and what follows from it."""
    equivalent = profile.equivalent(marking)
    return replace(
        verdict,
        hold=None,
        marking=marking,
        level=profile.marking(marking).level,
        equivalent=equivalent.id,
        equivalent_text=equivalent.stamp,
    )


def _floor(case: Case) -> MarkingId | None:
    """The highest marking of the sender that was seen, in doubt too.

    Lithuania's English forms count: Article 3 gives them as the other half of its markings.  Where both Parties write
    the same English words, they are the sender's.  Letters that registries write (СС, VS) are no marking seen: who
    states one has read the document and knows what they are.
    """
    own = {marking.id for marking in case.profile.markings if marking.party == case.sending.id}
    shared = _shared_forms(case)
    stand = [
        shared.get(item.finding.marking, item.finding.marking) if item.role is Role.FOREIGN else item.finding.marking
        for item in case.live
        if item.kind in (FindingKind.MARK, FindingKind.AMBIGUOUS)
        and item.role is not Role.INITIALS
        and not (item.role is Role.FOREIGN and item.finding.place in WEAK)
    ]
    return max((marking for marking in stand if marking in own), key=case.profile.rank, default=None)


def _shared_forms(case: Case) -> dict[MarkingId, MarkingId]:
    """The receiver's markings whose English words the sender writes too → the sender's marking."""
    mine = [marking for marking in case.profile.markings if marking.party == case.sending.id]
    return {
        other.id: marking.id
        for other in case.profile.markings
        for marking in mine
        if other.party != case.sending.id and set(marking.foreign_forms()) & set(other.foreign_forms())
    }


def _notes(case: Case, other_holds: list[str]) -> Iterator[str]:
    yield from (f"also: {detail}" for detail in other_holds)
    if case.governing is not None:
        if case.governing.spelling:
            yield f"the marking {seen(case.governing.finding)} is {case.governing.spelling}"
        lower = clearest([item for item in case.sent if item.rank < case.rank])
        if lower is not None:
            yield f"several markings are borne and the highest governs; a lower one is {seen(lower.finding)}"
    for item in case.doubtful:
        if item.hidden:
            yield f"a marking that readers do not see: {seen(item.finding)}"
        elif item.finding.place in WEAK:
            yield f"noted, no marking by itself: {seen(item.finding)}"
        elif case.governing is not None and item.finding.marking != case.governing.finding.marking:
            yield f"noted beside the marking: {seen(item.finding)}"
    for ink in case.reading.residue:
        yield f"not read: {wording.residue(ink, case.reading.page_infos)}"
    yield from _bare_pages(case)


def _bare_pages(case: Case) -> Iterator[str]:
    """Rule 2: only a Party that marks every page is missed on one."""
    if case.governing is None or not case.sending.every_page or case.governing.finding.page is None:
        return
    marked = {item.finding.page for item in case.sent}
    bare = [info.number for info in case.reading.page_infos if info.number not in marked]
    if bare:
        sender = wording.party_name(case.profile, case.sending.id)
        yield f"the {sender} marks every page, but none was found on {wording.page_list(bare)}"


def state_marking(
    verdict: Verdict, marking: MarkingId, profile: Profile, receiving: PartyId, *, released: bool = False
) -> Verdict:
    """Rule 10: the verdict with the marking that a person states.

    It settles ``unmarked``, ``uncertain`` and ``unreadable-page``; with ``released``, of a file that a person released
    from hold, also ``conflict``, ``declassified``, ``wrong-party`` and ``attachment``; nothing else.  Beside a marking
    that was found, the higher of the two governs.

    Raises UsageError when the marking is none of the sending Party's, is lower than one that was seen (Article 4(6)),
    or when nobody may settle the hold by stating a marking.
    """
    stated = profile.marking(marking)
    sending = profile.other(receiving)
    if stated.party != sending.id:
        own = ", ".join(m.id for m in profile.markings if m.party == sending.id)
        raise UsageError(
            f"{marking} is no marking of the {wording.party_name(profile, sending.id)}, which sent the document.",
            remedy=f"State one of {own}.",
        )
    if verdict.hold is not None and verdict.hold.code not in (_RELEASABLE if released else _STATABLE):
        remedy = "Release the file with 'marker held release' first." if verdict.hold.code in _RELEASABLE else ""
        raise UsageError(
            f"A stated marking does not settle what holds the file ({verdict.hold.code}): {verdict.hold.detail}",
            remedy=remedy,
        )
    seen_already = [found for found in (verdict.floor, verdict.marking) if found is not None]
    highest = max(seen_already, key=profile.rank, default=None)
    if highest is not None and profile.rank(stated.id) < profile.rank(highest):
        raise UsageError(
            f"{marking} is lower than {highest}, which was seen in the document; no marking is lowered without the "
            f"sender's written consent ({cited(profile.articles.unchanged)}).",
            remedy=f"State {highest} or a higher marking.",
        )
    note = f"the marking {marking} was stated"
    if verdict.marking is not None and verdict.marking != stated.id:
        note += f" and governs over {verdict.marking}, which was found"
    settled = (verdict.hold.detail,) if verdict.hold else ()
    return replace(_marked(verdict, stated.id, profile), notes=(*verdict.notes, *settled, note))

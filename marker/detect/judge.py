"""The verdict: every rule of judgement of the Agreement's description, and nothing else.

A document is marked when a marking of the sending Party stands on it and nothing calls for a hold (rule 1); the highest
marking governs.  Where several holds apply, one governs and the others are noted.  Their order, gravest first:

1. ``third-party``    another owner's information: no statement of ours can release it (Articles 3, 4(3))
2. ``no-equivalent``  higher than every row of Article 3: nor can one release this
3. ``declassified``   a marking may have been lifted without consent (Article 4(6))
4. ``conflict``       markings contradict each other (rules 3, 4, 6 and 8)
5. ``wrong-party``    only the receiving Party's marking (rule 8)
6. ``attachment``     a part nobody has read (rule 7)
7. ``unreadable-page``  a page nobody has read (rule 1)
8. ``uncertain``      seen, but not a marking beyond doubt (rules 3 to 6)
9. ``unmarked``       nothing seen

The first two nobody releases; 3 to 6 need a release by a person who looked into the matter; 7 to 9 a stated marking
settles (rule 10).  So a graver hold is never covered by a lighter one, and stating a marking never passes one by.
Unread pages stand before doubt, because reading them may settle the doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from marker.agreement.profile import Profile
from marker.detect import wording
from marker.detect.evidence import evidence_of
from marker.detect.lexicon import Role
from marker.detect.lines import SEEN
from marker.detect.sightings import Sighting, sight
from marker.detect.thresholds import DEFAULT, Thresholds
from marker.detect.wording import RELEASE, STATE, seen
from marker.errors import UsageError
from marker.model import FindingKind, Hold, HoldCode, MarkingId, PartyId, Place, Reading, Verdict

_STATABLE = frozenset({HoldCode.UNMARKED, HoldCode.UNCERTAIN, HoldCode.UNREADABLE_PAGE})
"""Holds that a stated marking settles (rule 10)."""
_RELEASABLE = _STATABLE | {HoldCode.CONFLICT, HoldCode.DECLASSIFIED, HoldCode.WRONG_PARTY, HoldCode.ATTACHMENT}
"""Holds that it settles once a person released the file."""
_LABELS = frozenset({Place.LABEL, Place.PROPERTY})
_WEAK = _LABELS | {Place.COMMENT, Place.BOOKMARK}

Found = tuple[HoldCode, str, Sighting | None]
"""A hold, its sentence, and the sighting it rests on."""


def examine(reading: Reading, profile: Profile, receiving: PartyId, thresholds: Thresholds = DEFAULT) -> Verdict:
    """Judge a reading for the Party that received it. Raises UsageError when ``receiving`` is no Party."""
    return _Case(reading, profile, receiving, thresholds).verdict()


class _Case:
    """One document before the judge."""

    def __init__(self, reading: Reading, profile: Profile, receiving: PartyId, thresholds: Thresholds) -> None:
        self.reading = reading
        self.profile = profile
        self.thresholds = thresholds
        self.receiving = profile.party(receiving)
        self.sending = profile.other(receiving)
        self.all = sight(reading, profile, thresholds)
        self.live = [item for item in self.all if item.kind is not FindingKind.MENTION]
        marks = self._of(FindingKind.MARK)
        self.sent = [item for item in marks if item.party == self.sending.id]
        self.received = [item for item in marks if item.party == self.receiving.id]
        self.doubtful = self._of(FindingKind.AMBIGUOUS)
        self.governing = max(self.sent, key=lambda item: (item.rank, item.finding.score), default=None)
        self.rank = self.governing.rank if self.governing else 0

    def _of(self, kind: FindingKind) -> list[Sighting]:
        return [item for item in self.live if item.kind is kind]

    def verdict(self) -> Verdict:
        holds = list(self._holds())
        notes = tuple(dict.fromkeys(self._notes([detail for _, detail, _ in holds[1:]])))
        floor = self._floor()
        if holds:
            code, detail, lead = holds[0]
            evidence = evidence_of(self.all, lead or self.governing, self.thresholds)
            return Verdict(Hold(code, detail), evidence=evidence, notes=notes, floor=floor)
        assert self.governing is not None  # no hold means not unmarked  # noqa: S101
        marking = self.profile.marking(self.governing.finding.marking)
        equivalent = self.profile.equivalent(marking.id)
        return Verdict(
            hold=None,
            marking=marking.id,
            level=marking.level,
            equivalent=equivalent.id,
            equivalent_text=equivalent.stamp,
            evidence=evidence_of(self.all, self.governing, self.thresholds),
            notes=notes,
            floor=floor,
        )

    def _floor(self) -> MarkingId | None:
        """The highest marking of the sender that was seen, in doubt too.

        Lithuania's English forms count: Article 3 gives them as the other half of its markings.
        """
        own = {marking.id for marking in self.profile.markings if marking.party == self.sending.id}
        stand = [
            item.finding
            for item in self.live
            if item.kind in (FindingKind.MARK, FindingKind.AMBIGUOUS)
            and item.finding.marking in own
            and not (item.role is Role.FOREIGN and item.finding.place in _WEAK)
        ]
        return max((finding.marking for finding in stand), key=self.profile.rank, default=None)

    # ── holds, gravest first ────────────────────────────────────────────────────────────────────────────────────────

    def _holds(self) -> Iterator[Found]:
        rules: tuple[Callable[[], Found | None], ...] = (
            self._third_party, self._no_equivalent, self._declassified, self._conflict, self._wrong_party,
            self._attachment, self._unreadable, self._uncertain, self._unmarked,
        )  # fmt: skip
        for rule in rules:
            found = rule()
            if found is not None and not (found[0] is HoldCode.UNMARKED and self._others_said):
                self._others_said = True
                yield found

    _others_said = False
    """A hold was found already: that nothing is marked needs no saying beside it."""

    def _third_party(self) -> Found | None:
        item = _clearest(self._of(FindingKind.THIRD_PARTY))
        if item is None:
            return None
        owner = wording.owner_name(self.profile, item.finding.marking)
        named = any("near it" in reason for reason in item.finding.reasons)
        whose = f"of {owner}, whose name stands near it" if named else f"of {owner}"
        return (
            HoldCode.THIRD_PARTY,
            f"It bears a marking {whose}: {seen(item.finding)}; Article 3 does not map it, so return it to the sender "
            "or ask the competent authority.",
            item,
        )

    def _no_equivalent(self) -> Found | None:
        item = _clearest(self._of(FindingKind.NO_EQUIVALENT))
        if item is None:
            return None
        return (
            HoldCode.NO_EQUIVALENT,
            f"It bears {seen(item.finding)}, for which Article 3 has no row; ask the competent authority before "
            "anything is copied.",
            item,
        )

    def _declassified(self) -> Found | None:
        item = _clearest(self._of(FindingKind.DECLASSIFIED))
        if item is None:
            return None
        beside = f" beside {seen(self.governing.finding)}" if self.governing else ""
        return (
            HoldCode.DECLASSIFIED,
            f"It says {seen(item.finding)}{beside}; nothing is declassified without written consent (Article 4(6)), "
            f"so ask the sender whether the marking was lifted, then {RELEASE}.",
            item,
        )

    def _conflict(self) -> Found | None:
        ask = f"ask the sender which marking governs, then {RELEASE}."
        standing = [*self.sent, *(i for i in self.doubtful if i.party == self.sending.id and i.strong and _counts(i))]
        mine, theirs = _clearest(self.received), _clearest(standing)
        if mine is not None and theirs is not None:
            return (
                HoldCode.CONFLICT,
                f"It bears markings of both Parties: {seen(theirs.finding)} and {seen(mine.finding)}; {ask}",
                theirs,
            )
        halves = [item for item in self.live if item.disagrees and _counts(item)]
        if len(halves) > 1:
            one, other = halves[:2]
            return (
                HoldCode.CONFLICT,
                f"The halves of a dual marking disagree: {seen(one.finding)} and {seen(other.finding)}; {ask}",
                one,
            )
        higher = _clearest([item for item in self.doubtful if self._contradicts(item)])
        if higher is not None and self.governing is not None:
            return (
                HoldCode.CONFLICT,
                f"Higher than {seen(self.governing.finding)} stands {seen(higher.finding)}; {ask}",
                higher,
            )
        negative = next((n for n in self._of(FindingKind.NEGATIVE) if self._beside_mark(n)), None)
        if negative is not None and self.governing is not None:
            return (
                HoldCode.CONFLICT,
                f"It says both {seen(self.governing.finding)} and {seen(negative.finding)}; {ask}",
                negative,
            )
        return None

    def _contradicts(self, item: Sighting) -> bool:
        """Rules 3, 4 and 6: what outranks the visible mark without being one itself."""
        if item.rank <= self.rank:
            return False
        if item.hidden:
            return True
        if item.finding.place in _WEAK:
            return item.finding.place in _LABELS and item.role is Role.MARK
        return item.role is Role.FOREIGN and item.strong

    def _beside_mark(self, negative: Sighting) -> bool:
        """An annex may be marked where the letter is not; on one page the two contradict each other."""
        page = negative.finding.page
        return not negative.hidden and any(
            mark.finding.page == page and (page is not None or mark.finding.place == negative.finding.place)
            for mark in self.sent
        )

    def _wrong_party(self) -> Found | None:
        item = _clearest(self.received)
        if item is None or self.sent:
            return None
        return (
            HoldCode.WRONG_PARTY,
            f"It bears only a marking of the receiving Party, {seen(item.finding)}, and none of the "
            f"{wording.party_name(self.profile, self.sending.id)}; check --to and whether a document of your own comes "
            f"home, then {RELEASE}.",
            item,
        )

    def _attachment(self) -> Found | None:
        unread = list(dict.fromkeys(self.reading.attachments_unread))
        if not unread:
            return None
        return (
            HoldCode.ATTACHMENT,
            f"It holds {wording.listed(unread)} that could not be read and may be marked higher; open it, have it sent "
            f"in a form that can be read, or {RELEASE}.",
            None,
        )

    def _unreadable(self) -> Found | None:
        pages = [info.number for info in self.reading.page_infos if not info.readable]
        if not pages:
            return None
        return (
            HoldCode.UNREADABLE_PAGE,
            f"What {wording.page_list(pages)} shows could not all be read; {STATE}.",
            None,
        )

    def _uncertain(self) -> Found | None:
        item = _clearest([item for item in self.live if self._leaves_doubt(item)])
        if item is None:
            return None
        return HoldCode.UNCERTAIN, f"{self._why(item)}: {seen(item.finding)}; {STATE}.", item

    def _leaves_doubt(self, item: Sighting) -> bool:
        if item.kind is not FindingKind.AMBIGUOUS:
            return item.kind is FindingKind.NEGATIVE and item.qualified and self.governing is None
        if (item.struck or item.conditional) and item.role is not Role.NEGATIVE:
            return True
        if self.governing is None:
            return True
        if item.finding.place in _WEAK or item.hidden:
            return False  # noted; what outranks the mark is a conflict
        return item.rank > self.rank or item.role is Role.NO_EQUIVALENT

    def _why(self, item: Sighting) -> str:
        reasons = " ".join(item.finding.reasons)
        choices = (
            (item.struck, "A marking is struck through"),
            (item.conditional, "A marking applies only once a form is filled in"),
            (item.hidden, "A marking stands only where readers do not see it"),
            (item.qualified, "It is said to be unclassified only without its annex"),
            (item.finding.place in _WEAK, "A marking stands only where it is none by itself"),
            (item.role is Role.FOREIGN, "English words alone are a marking of neither Party"),
            ("the sender" in reasons, "The same line names the sender and another owner near a marking"),
            ("apart from the rest" in reasons, "A word that would raise the marking near it stands by itself"),
            (item.rank > self.rank > 0, "What may be a higher marking than the one found stands in doubt"),
        )
        return next((words for holds, words in choices if holds), "What may be a marking stands in doubt")

    def _unmarked(self) -> Found | None:
        if self.governing is not None:
            return None
        sender = wording.party_name(self.profile, self.sending.id)
        negative = next((n for n in self._of(FindingKind.NEGATIVE)), None)
        said = f"It says {seen(negative.finding)} and bears" if negative else "It bears"
        return HoldCode.UNMARKED, f"{said} no marking of the {sender}; {STATE}, or put it back.", negative

    # ── notes ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _notes(self, other_holds: list[str]) -> Iterator[str]:
        yield from (f"also: {detail}" for detail in other_holds)
        if self.governing is not None:
            if self.governing.spelling:
                yield f"the marking {seen(self.governing.finding)} is {self.governing.spelling}"
            lower = _clearest([item for item in self.sent if item.rank < self.rank])
            if lower is not None:
                yield f"several markings are borne and the highest governs; a lower one is {seen(lower.finding)}"
        for item in self.doubtful:
            if item.hidden:
                yield f"a marking that readers do not see: {seen(item.finding)}"
            elif item.finding.place in _WEAK:
                yield f"noted, no marking by itself: {seen(item.finding)}"
            elif self.governing is not None and item.finding.marking != self.governing.finding.marking:
                yield f"noted beside the marking: {seen(item.finding)}"
        yield from self._bare_pages()

    def _bare_pages(self) -> Iterator[str]:
        """Rule 2: only a Party that marks every page is missed on one."""
        if self.governing is None or not self.sending.every_page or self.governing.finding.page is None:
            return
        marked = {item.finding.page for item in self.sent}
        bare = [info.number for info in self.reading.page_infos if info.number not in marked]
        if bare:
            sender = wording.party_name(self.profile, self.sending.id)
            yield f"the {sender} marks every page, but none was found on {wording.page_list(bare)}"


def _counts(item: Sighting) -> bool:
    return item.finding.place not in _WEAK and (item.finding.visibility in SEEN or item.struck)


def _clearest(items: list[Sighting]) -> Sighting | None:
    """The highest and clearest of several; the first of equals."""
    return max(items, key=lambda item: (item.rank, item.finding.score), default=None)


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
            "sender's written consent (Article 4(6)).",
            remedy=f"State {highest} or a higher marking.",
        )
    note = f"the marking {marking} was stated"
    if verdict.marking is not None and verdict.marking != stated.id:
        note += f" and governs over {verdict.marking}, which was found"
    equivalent = profile.equivalent(stated.id)
    return replace(
        verdict,
        hold=None,
        marking=stated.id,
        level=stated.level,
        equivalent=equivalent.id,
        equivalent_text=equivalent.stamp,
        notes=(*verdict.notes, *((verdict.hold.detail,) if verdict.hold else ()), note),
    )

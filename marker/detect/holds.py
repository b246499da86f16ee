"""Why a document is held: the rules of judgement that call for it, and their order.

Where several apply, one governs and the others are noted.  Their order, gravest first:

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

from collections.abc import Callable

from marker.agreement.profile import Profile, cited
from marker.detect import labels, wording
from marker.detect.lexicon import Role
from marker.detect.lines import SEEN
from marker.detect.sightings import Sighting, sight
from marker.detect.thresholds import Thresholds
from marker.detect.wording import RELEASE, STATE, seen
from marker.model import FindingKind, HoldCode, PartyId, Place, Reading, Source

LABELS = frozenset({Place.LABEL, Place.PROPERTY})
WEAK = LABELS | {Place.COMMENT, Place.BOOKMARK}
"""Never a marking by themselves (rule of judgement 6)."""

Found = tuple[HoldCode, str, Sighting | None]
"""A hold, its sentence, and the sighting it rests on."""


class Case:
    """One document before the judge."""

    def __init__(self, reading: Reading, profile: Profile, receiving: PartyId, thresholds: Thresholds) -> None:
        self.reading = reading
        self.profile = profile
        self.thresholds = thresholds
        self.receiving = profile.party(receiving)
        self.sending = profile.other(receiving)
        self.labels = labels.map_labels(reading, profile)
        found = sight(labels.unmapped(reading, self.labels), profile, thresholds)
        found = [item for item in found if item.role is not Role.INITIALS or item.party == self.sending.id]
        self.all = [*found, *labels.sightings(self.labels, found, profile)]
        self.live = [item for item in self.all if item.kind is not FindingKind.MENTION]
        marks = self._of(FindingKind.MARK)
        self.sent = [item for item in marks if item.party == self.sending.id]
        self.received = [item for item in marks if item.party == self.receiving.id]
        self.doubtful = self._of(FindingKind.AMBIGUOUS)
        self.governing = max(self.sent, key=lambda item: (item.rank, item.finding.score), default=None)
        self.rank = self.governing.rank if self.governing else 0

    def _of(self, kind: FindingKind) -> list[Sighting]:
        return [item for item in self.live if item.kind is kind]

    def holds(self) -> list[Found]:
        """Every hold that applies, gravest first; empty when the document is marked."""
        rules: tuple[Callable[[], Found | None], ...] = (
            self._third_party, self._no_equivalent, self._declassified, self._conflict, self._labelled_otherwise,
            self._wrong_party, self._attachment, self._unreadable, self._uncertain,
        )  # fmt: skip
        found = [hold for rule in rules if (hold := rule()) is not None]
        return found or [hold for hold in (self._unmarked(),) if hold is not None]

    def _third_party(self) -> Found | None:
        item = clearest(self._of(FindingKind.THIRD_PARTY))
        if item is None:
            return None
        owner = wording.owner_name(self.profile, item.finding.marking)
        named = any("near it" in reason for reason in item.finding.reasons)
        whose = f"of {owner}, whose name stands near it" if named else f"of {owner}"
        return (
            HoldCode.THIRD_PARTY,
            f"It bears a marking {whose}: {seen(item.finding)}; {cited(self.profile.articles.table)} does not map it, "
            "so return it to the sender or ask the competent authority.",
            item,
        )

    def _no_equivalent(self) -> Found | None:
        item = clearest(self._of(FindingKind.NO_EQUIVALENT))
        if item is None:
            return None
        return (
            HoldCode.NO_EQUIVALENT,
            f"It bears {seen(item.finding)}, for which {cited(self.profile.articles.table)} has no row; ask the "
            "competent authority before anything is copied.",
            item,
        )

    def _declassified(self) -> Found | None:
        item = clearest(self._of(FindingKind.DECLASSIFIED))
        if item is None:
            return None
        beside = f" beside {seen(self.governing.finding)}" if self.governing else ""
        return (
            HoldCode.DECLASSIFIED,
            f"It says {seen(item.finding)}{beside}; nothing is declassified without written consent "
            f"({cited(self.profile.articles.unchanged)}), so ask the sender whether the marking was lifted, then "
            f"{RELEASE}.",
            item,
        )

    def _conflict(self) -> Found | None:
        ask = f"ask the sender which marking governs, then {RELEASE}."
        standing = [*self.sent, *(i for i in self.doubtful if i.party == self.sending.id and i.strong and _counts(i))]
        mine, theirs = clearest(self.received), clearest(standing)
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
        higher = clearest([item for item in self.doubtful if item.label is None and self._contradicts(item)])
        if higher is not None and self.governing is not None:
            return (
                HoldCode.CONFLICT,
                f"Higher than {seen(self.governing.finding)} stands {seen(higher.finding)}; {ask}",
                higher,
            )
        buried = next((item for item in self.sent if self._buried(item)), None)
        if buried is not None and self.governing is not None:
            return (
                HoldCode.CONFLICT,
                f"One marking stands upon another, {seen(self.governing.finding)} and {seen(buried.finding)}; {ask}",
                self.governing,
            )
        negative = next((n for n in self._of(FindingKind.NEGATIVE) if self._beside_mark(n)), None)
        if negative is not None and self.governing is not None:
            return (
                HoldCode.CONFLICT,
                f"It says both {seen(self.governing.finding)} and {seen(negative.finding)}; {ask}",
                negative,
            )
        return None

    def _labelled_otherwise(self) -> Found | None:
        """A label the profile maps, and the ink, say different things: neither is taken (rule 6)."""
        if self.governing is None:
            return None
        ask = f"ask the sender which marking governs, then {RELEASE}."
        other = clearest([item for item in self.doubtful if item.label is not None and self._contradicts(item)])
        if other is not None and other.label is not None:
            return (
                HoldCode.CONFLICT,
                f"{seen(self.governing.finding)} is contradicted by {seen(other.finding)} "
                f"({labels.describe(other.label)}); {ask}",
                other,
            )
        if any(item.strange for item in self.labels):
            return (
                HoldCode.CONFLICT,
                f"Beside {seen(self.governing.finding)} a label inside the file states a classification that the table "
                f"does not have for the Party it names; {ask}",
                self.governing,
            )
        return None

    def _contradicts(self, item: Sighting) -> bool:
        """Rules 3, 4 and 6: what outranks the visible mark without being one itself, and labels that say otherwise."""
        if item.label is not None and self.governing is not None:
            return labels.disagrees(item.label, item.finding.marking, self.governing.finding.marking, self.profile)
        if item.finding.place is Place.LABEL and item.role is Role.NO_EQUIVALENT:
            return True
        if item.rank <= self.rank:
            return False
        if item.hidden:
            return True
        if item.finding.place in WEAK:
            return item.finding.place in LABELS and item.role is Role.MARK
        return item.role is Role.FOREIGN and item.strong

    def _buried(self, item: Sighting) -> bool:
        """Whether a lower marking was printed over the one that governs, or under it: one of them is not seen."""
        one, other = item.finding, self.governing.finding if self.governing else item.finding
        texts = one.source is Source.TEXT and other.source is Source.TEXT  # OCR reads twice what is printed once
        if one.marking == other.marking or one.page != other.page or not texts or one.box is None or other.box is None:
            return False
        # Two markings on one line share that line's box and stand beside one another.
        return one.box != other.box and one.box.overlaps(other.box.grown(-1))

    def _beside_mark(self, negative: Sighting) -> bool:
        """An annex may be marked where the letter is not; on one page the two contradict each other."""
        page = negative.finding.page
        return not negative.hidden and any(
            mark.finding.page == page and (page is not None or mark.finding.place == negative.finding.place)
            for mark in self.sent
        )

    def _wrong_party(self) -> Found | None:
        item = clearest(self.received)
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
        item = clearest([item for item in self.live if self._leaves_doubt(item)])
        if item is None and self.reading.residue:
            where = wording.residue(self.reading.residue[0], self.reading.page_infos)
            others = len(self.reading.residue) - 1
            more = f", and {others} more such place{'s' if others > 1 else ''}," if others else ""
            return HoldCode.UNCERTAIN, f"{where}{more} may be a marking and could not be read; {STATE}.", None
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
        if item.finding.place in WEAK or item.hidden:
            return False  # noted; what outranks the mark is a conflict
        return item.rank > self.rank or item.role in (Role.NO_EQUIVALENT, Role.THIRD_PARTY)

    def _why(self, item: Sighting) -> str:
        reasons = " ".join(item.finding.reasons)
        choices = (
            (item.struck, "A marking is struck through"),
            (item.conditional, "A marking applies only once a form is filled in"),
            (item.hidden, "A marking stands only where readers do not see it"),
            (item.qualified, "It is said to be unclassified only without its annex"),
            (item.finding.place in WEAK, "A marking stands only where it is none by itself"),
            (item.role is Role.FOREIGN, "English words alone are a marking of neither Party"),
            ("the sender" in reasons, "The same line names the sender and another owner near a marking"),
            (item.role is Role.INITIALS, "Letters that registries write for a marking stand where one would"),
            ("apart from the rest" in reasons, "A word that would raise the marking near it stands by itself"),
            (item.role is Role.THIRD_PARTY, "What may be another owner's marking stands in doubt"),
            (item.rank > self.rank > 0, "What may be a higher marking than the one found stands in doubt"),
        )
        return next((words for holds, words in choices if holds), "What may be a marking stands in doubt")

    def _unmarked(self) -> Found | None:
        if self.governing is not None:
            return None
        sender = wording.party_name(self.profile, self.sending.id)
        negative = next((n for n in self._of(FindingKind.NEGATIVE)), None)
        said = f"It says {seen(negative.finding)} and bears" if negative else "It bears"
        return HoldCode.UNMARKED, f"{said} no marking of the {sender}; {STATE}, or send it back.", negative


def _counts(item: Sighting) -> bool:
    return item.finding.place not in WEAK and (item.finding.visibility in SEEN or item.struck)


def clearest(items: list[Sighting]) -> Sighting | None:
    """The highest and clearest of several; the first of equals."""
    return max(items, key=lambda item: (item.rank, item.finding.score), default=None)

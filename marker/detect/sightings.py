"""From weighed groups to findings: what each is to the verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce
from typing import NamedTuple

from marker.agreement.profile import Profile
from marker.detect.alike import alike
from marker.detect.context import Weighed, Weigher, quote
from marker.detect.groups import group, party_of
from marker.detect.initials import initials
from marker.detect.lexicon import Entry, Lexicon, Role, lexicon_of
from marker.detect.lines import SEEN, Layout, Line
from marker.detect.match import Matcher, is_number
from marker.detect.owners import Owners
from marker.detect.spots import spot
from marker.detect.thresholds import DEFAULT, Thresholds
from marker.model import (
    Box,
    Finding,
    FindingKind,
    LabelSeen,
    MarkingId,
    PageInfo,
    PartyId,
    Place,
    Reading,
    Source,
    Span,
    Visibility,
)

_SAME = 0.7
"""Of the longer and the higher of two boxes, so much is shared by two readings of one line."""
_REMEMBERED = 2_000
"""Spans of the longest reading whose sightings are remembered; longer ones are judged once."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding and what the judgement needs to know beside it."""

    finding: Finding
    role: Role
    party: PartyId | None
    """Whose marking it is; None for foreign words, third parties and the like."""
    rank: int
    """How high it stands in Article 3; 0 where the table does not know it."""
    strong: bool
    """Stands as a marking does, whatever it is."""
    conditional: bool = False
    qualified: bool = False
    disagrees: bool = False
    spelling: str = ""
    """How its letters differ from the form's, for a note; empty when they do not."""
    label: LabelSeen | None = None
    """The label it was read from, where the profile maps it (``detect.labels``)."""

    @property
    def kind(self) -> FindingKind:
        return self.finding.kind

    @property
    def struck(self) -> bool:
        return self.finding.visibility is Visibility.STRUCK

    @property
    def hidden(self) -> bool:
        return self.finding.visibility not in SEEN and not self.struck


def sight(reading: Reading, profile: Profile, thresholds: Thresholds = DEFAULT) -> list[Sighting]:
    """Everything in a reading that is, or looks like, a marking, in document order.

    Asked again about what it was last asked about, it answers from memory: a scan is judged several times on its way.
    """
    asked = _Asked(reading.spans, reading.page_infos, reading.pages, thresholds)
    for known, question, answer in _LAST:
        if known is profile and question == asked:
            return list(answer)
    found = _sight(reading, profile, thresholds)
    if len(reading.spans) <= _REMEMBERED:
        _LAST[:] = [(profile, asked, tuple(found))]
    return found


class _Asked(NamedTuple):
    """All that the sightings of a reading depend on, beside the profile."""

    spans: tuple[Span, ...]
    infos: tuple[PageInfo, ...]
    pages: int | None
    thresholds: Thresholds


_LAST: list[tuple[Profile, _Asked, tuple[Sighting, ...]]] = []


def _sight(reading: Reading, profile: Profile, thresholds: Thresholds) -> list[Sighting]:
    same = alike(reading)
    layout = Layout(same.reading, thresholds)
    matcher = Matcher(layout, lexicon_of(profile))
    weighed = Weigher(matcher, group(matcher, profile), profile, thresholds).weigh(same.pages)
    owners = Owners(matcher, profile, weighed)
    sightings = [seen for item in weighed if (seen := _sighting(item, owners, profile, layout)) is not None]
    others = [*_fragments(matcher, weighed, profile), *_initials(matcher, weighed, profile)]
    return [*same.spread(sightings), *same.spread(others)]


def find(reading: Reading, profile: Profile) -> tuple[Finding, ...]:
    """The findings of a reading, in document order."""
    return tuple(sighting.finding for sighting in sight(reading, profile))


def _sighting(item: Weighed, owners: Owners, profile: Profile, layout: Layout) -> Sighting | None:
    entry = item.group.entry
    kind = _kind(item, layout.thresholds)
    if kind is FindingKind.MENTION and (item.group.errors or item.group.beyond):
        return None
    target: MarkingId = entry.target
    party = party_of(target, profile) if entry.role in (Role.MARK, Role.SHORT) else None
    rank = profile.rank(target) if party_of(target, profile) is not None else 0
    role = entry.role
    reasons = list(item.reasons)
    if kind in (FindingKind.MARK, FindingKind.AMBIGUOUS) and (other := owners.other_owner(item)) is not None:
        if other.doubtful:
            kind = FindingKind.AMBIGUOUS
            reasons.append(f"the same line names {other.name} and the sender")
        else:
            kind, target, party, rank, role = FindingKind.THIRD_PARTY, other.owner, None, 0, Role.THIRD_PARTY
            reasons.append(f"near it stands {other.name}")
    if role is Role.FOREIGN:
        reasons.append("English words alone are evidence of neither Party")
    finding = Finding(
        marking=target,
        kind=kind,
        text=quote(item.group, layout),
        source=item.line.span.source,
        place=item.place,
        page=item.line.page,
        box=_box(item, layout),
        score=item.score / 100,
        reasons=tuple(reasons),
        visibility=item.visibility,
        spot="" if kind is FindingKind.MENTION else spot(item.line, layout),
    )
    return Sighting(
        finding=finding,
        role=role,
        party=party,
        rank=max([rank, *(profile.rank(r.target) for r in item.group.rivals if party_of(r.target, profile))]),
        strong=item.score >= layout.thresholds.mark,
        conditional=item.conditional,
        qualified=item.qualified,
        disagrees=item.group.disagrees,
        spelling=next((reason for reason in item.reasons if "spelt" in reason or "misread" in reason), ""),
    )


def _kind(item: Weighed, limits: Thresholds) -> FindingKind:
    entry, score = item.group.entry, item.score
    if entry.role is Role.DECLASSIFIED and (item.alone or not item.weak):
        counts = score >= limits.declassified and item.visibility in SEEN
        return FindingKind.DECLASSIFIED if counts else FindingKind.MENTION
    if item.weak:
        return _weak_kind(item)
    if score < limits.doubt and not (entry.role is Role.SHORT and item.copy_number):
        return FindingKind.MENTION
    return _KINDS[entry.role](item, limits)


def _weak_kind(item: Weighed) -> FindingKind:
    """Rule 6. Whole values only: a title that speaks of markings is no label."""
    entry = item.group.entry
    label = item.place in (Place.LABEL, Place.PROPERTY)
    if entry.role is Role.THIRD_PARTY and item.alone and label and not entry.everyday:
        return FindingKind.THIRD_PARTY
    counts = item.alone and entry.role not in (Role.NEGATIVE, Role.SHORT)
    return FindingKind.AMBIGUOUS if counts else FindingKind.MENTION


def _mark_kind(item: Weighed, limits: Thresholds) -> FindingKind:
    return FindingKind.MARK if _plain(item) and item.score >= limits.mark else FindingKind.AMBIGUOUS


def _foreign_kind(_item: Weighed, _limits: Thresholds) -> FindingKind:
    return FindingKind.AMBIGUOUS  # rule 3


def _no_equivalent_kind(item: Weighed, limits: Thresholds) -> FindingKind:
    return FindingKind.NO_EQUIVALENT if item.score >= limits.mark else FindingKind.AMBIGUOUS


def _negative_kind(item: Weighed, _limits: Thresholds) -> FindingKind:
    # Two lines that happen to read "not" and "secret" must not take a mark away.
    doubtful = len(item.group.lines) > 1 or item.group.errors or item.qualified
    return FindingKind.AMBIGUOUS if doubtful else FindingKind.NEGATIVE


def _third_party_kind(item: Weighed, limits: Thresholds) -> FindingKind:
    vague = item.group.errors or item.other_letters  # KONFIDENCIALI is Latvian only with its macron
    if item.score >= limits.mark and not (item.group.entry.everyday and vague):
        return FindingKind.THIRD_PARTY
    doubtful = item.group.entry.everyday or item.group.errors or not item.alone
    return FindingKind.AMBIGUOUS if doubtful else FindingKind.THIRD_PARTY


def _short_kind(item: Weighed, _limits: Thresholds) -> FindingKind:
    """Short forms: only in the marking zone or beside a copy number, in capitals, as their letters are."""
    if not item.alone or not item.capitals:
        return FindingKind.MENTION
    first_page = item.line.page in (None, 1)
    if _plain(item) and not item.other_letters and (item.copy_number or (item.in_zone and first_page)):
        return FindingKind.MARK
    return FindingKind.AMBIGUOUS


def _plain(item: Weighed) -> bool:
    """Seen by every reader, without condition, and read without another choice."""
    return item.visibility in SEEN and not item.conditional and not item.group.beyond and not item.group.rivals


_KINDS = {
    Role.MARK: _mark_kind,
    Role.FOREIGN: _foreign_kind,
    Role.SHORT: _short_kind,
    Role.NO_EQUIVALENT: _no_equivalent_kind,
    Role.THIRD_PARTY: _third_party_kind,
    Role.NEGATIVE: _negative_kind,
}


def _box(item: Weighed, layout: Layout) -> Box | None:
    boxes = [box for number in item.group.lines if (box := layout.lines[number].box) is not None]
    return reduce(Box.union, boxes) if boxes else None


def _fragments(matcher: Matcher, weighed: Sequence[Weighed], profile: Profile) -> Iterator[Sighting]:
    """Words that would raise a mark near them (СОВЕРШЕННО, ӨТЕ, VISIŠKAI) and were not joined to it.

    The order of lines in a file may be anybody's; to miss such a word would lower the level.
    """
    layout = matcher.layout
    taken = {key for item in weighed for key in item.group.keys}
    unseen: dict[int | None, list[Line]] = defaultdict(list)
    for line in layout.lines:
        if line.span.visibility not in SEEN:
            unseen[line.page].append(line)
    read = [(item.line.page, box) for item in weighed if _is_read_mark(item, layout) and (box := _box(item, layout))]
    for item in weighed:
        if item.score < layout.thresholds.doubt or item.weak or item.group.entry.role is not Role.MARK:
            continue
        others = (line for line in layout.neighbours(item.line, 4) if not _is_read_otherwise(line, read))
        # Neighbours in the file are those that are seen alike.
        room = box.grown(2 * box.height) if (box := _box(item, layout)) is not None else None
        beside = (line for line in unseen[item.line.page] if line.box and room and line.box.overlaps(room))
        near = (item.line, *others, *beside)
        for letters, whole, rest in matcher.lexicon.fragments:
            if not any(match.entry.letters == rest.letters for match in item.group.matches):
                continue
            for line in near:
                if line.letters > 2 * len(letters) + len(rest.letters):
                    continue
                places = matcher.rest(line.number, taken)
                met = "".join(line.words[place].text for place in places)
                close = line is item.line or line is layout.before(item.line)
                if met and not layout.prose(line) and _like(met, letters, line, close=close):
                    yield _fragment(item, line, places, whole, profile, layout)


def _is_read_mark(item: Weighed, layout: Layout) -> bool:
    return (
        item.group.entry.role is Role.MARK
        and item.line.span.source is Source.OCR
        and item.score >= layout.thresholds.mark
    )


def _is_read_otherwise(line: Line, marks: Sequence[tuple[int | None, Box]]) -> bool:
    """Whether the ink of an OCR line is a whole marking in another reading: then it is no word beside that marking."""
    if line.box is None or line.span.source is not Source.OCR:
        return False
    return any(page == line.page and _is_same(line.box, box) for page, box in marks)


def _is_same(one: Box, other: Box) -> bool:
    """Whether two boxes are of one line of ink, as looks of different sharpness give them."""
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.y1, other.y1) - max(one.y0, other.y0)
    return wide > _SAME * max(one.width, other.width) and high > _SAME * max(one.height, other.height)


def may_raise(line: Line, lexicon: Lexicon) -> bool:
    """Whether the line, set beside a marking, may be the first word of a higher one."""
    met = "".join(word.text for word in line.words if not is_number(word.text))
    return bool(met) and any(
        line.letters <= 2 * len(letters) + len(rest.letters) and _like(met, letters, line, close=True)
        for letters, _, rest in lexicon.fragments
    )


def _like(met: str, letters: str, line: Line, *, close: bool) -> bool:
    """Whether a word may be a fragment.

    In what OCR read close before the mark any unknown word of about its length may: nobody can say how badly a word
    was read.
    """
    if met == letters:
        return True
    short = len(letters) < 5
    if line.lower or abs(len(met) - len(letters)) > (0 if short else 2):
        return False
    ocr = line.span.source is Source.OCR or line.span.visibility is Visibility.OCR_LAYER
    if ocr and close:
        return True
    if short:  # too short to tell by likeness
        return sum(a == b for a, b in zip(met, letters, strict=True)) >= len(letters) - 1
    return SequenceMatcher(None, met, letters).ratio() >= (0.4 if ocr else 0.6)


def _fragment(item: Weighed, line: Line, places: list[int], whole: Entry, profile: Profile, layout: Layout) -> Sighting:
    reason = f"may be the first word of {whole.form}, apart from the rest"
    finding = _doubt(line, places, whole, item.score, reason, layout)
    party, rank = party_of(whole.target, profile), profile.rank(whole.target)
    return Sighting(finding, Role.MARK, party, rank, strong=False)


def _doubt(line: Line, places: Sequence[int], entry: Entry, score: int, reason: str, layout: Layout) -> Finding:
    return Finding(
        marking=entry.target,
        kind=FindingKind.AMBIGUOUS,
        text=line.quote(places[0], places[-1]),
        source=line.span.source,
        place=line.place,
        page=line.page,
        box=line.box,
        score=score / 100,
        reasons=(reason,),
        visibility=line.span.visibility,
        spot=spot(line, layout),
    )


def _initials(matcher: Matcher, weighed: Sequence[Weighed], profile: Profile) -> Iterator[Sighting]:
    """Letters that registries write for a marking, where one stands: a doubt, never a marking."""
    taken = {key for item in weighed for key in item.group.keys}
    for line, places, entry in initials(matcher, taken):
        reason = "letters that registries write for it; no marking by themselves"
        finding = _doubt(line, places, entry, matcher.layout.thresholds.doubt, reason, matcher.layout)
        outside = next((family for family in profile.outside if family.id == entry.target), None)
        if outside is not None:  # higher than every row of Article 3
            party, rank = outside.party, 1 + max(level.rank for level in profile.levels)
        else:
            party, rank = party_of(entry.target, profile), profile.rank(entry.target)
        yield Sighting(finding, Role.INITIALS, party, rank, strong=False)

"""A document of the receiving Party's own that comes home: it gets its own original marking back.

It bears its own marking beside the other Party's equivalent, and Article 3 is no bijection: the equivalent of the
equivalent would raise KONFIDENCIALIAI to SLAPTAI.  So nothing is mapped here.  It takes a match in the register, or a
person who releases it (rule of judgement 8).
"""

from __future__ import annotations

from dataclasses import replace

from marker.agreement.profile import Profile, cited
from marker.errors import UsageError
from marker.model import FindingKind, HoldCode, MarkingId, PartyId, Verdict

_SETTLED = frozenset({HoldCode.CONFLICT, HoldCode.WRONG_PARTY, HoldCode.ALREADY_STAMPED})
"""Holds that such a document is under: marks of both Parties, its own alone, a copy number of ours."""


def own_markings(verdict: Verdict, profile: Profile, receiving: PartyId) -> tuple[MarkingId, ...]:
    """The receiving Party's markings among the evidence, the highest first."""
    own = {marking.id for marking in profile.markings if marking.party == receiving}
    found = {one.marking for one in verdict.evidence if one.kind is FindingKind.MARK and one.marking in own}
    return tuple(sorted(found, key=profile.rank, reverse=True))


def marked_as_own(
    verdict: Verdict, marking: MarkingId, profile: Profile, receiving: PartyId, *, registered: MarkingId | None = None
) -> Verdict:
    """The verdict with the Party's own ``marking``, which is also what is stamped.

    ``registered`` is the marking under which the register knows the document, where it does.

    Raises UsageError when something else holds the file, when neither the document nor the register shows the marking,
    when it is lower than one of the Party's that was seen or is registered, or when the other Party marked it higher
    than the marking's equivalent (Article 4(6)).
    """
    if verdict.hold is not None and verdict.hold.code not in _SETTLED:
        held = verdict.hold
        raise UsageError(f"Its own marking does not settle what holds the file ({held.code}): {held.detail}")
    known = (*own_markings(verdict, profile, receiving), *([registered] if registered is not None else []))
    if not known:
        raise UsageError(
            f"No marking of {receiving} was seen in the document, and the register does not know it as its own.",
            remedy="State the sender's marking.",
        )
    highest = max(known, key=profile.rank)
    if profile.rank(marking) < profile.rank(highest):
        raise UsageError(
            f"{marking} is lower than {highest}, which the document bears or is registered under "
            f"({cited(profile.articles.unchanged)}).",
            remedy=f"State {highest}.",
        )
    if verdict.floor is not None and profile.rank(verdict.floor) > profile.rank(profile.equivalent(marking).id):
        raise UsageError(
            f"The other Party marked it {verdict.floor}, which is higher than the equivalent of {marking}.",
            remedy="Ask it which marking governs.",
        )
    own = profile.marking(marking)
    settled = (verdict.hold.detail,) if verdict.hold else ()
    return replace(
        verdict,
        hold=None,
        marking=own.id,
        level=own.level,
        equivalent=own.id,
        equivalent_text=own.stamp,
        notes=(*verdict.notes, *settled, f"a document of {receiving}'s own that comes home: its own marking {own.id}"),
    )

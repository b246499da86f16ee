"""What the register knows already: our own stamped copies, and documents of our own that come home (rule 8)."""

from __future__ import annotations

from marker.agreement.profile import Profile
from marker.detect.home import marked_as_own, own_markings
from marker.errors import UsageError
from marker.intake.desk import Lookup, Wish
from marker.intake.verdicts import withheld
from marker.intake.work import Examination
from marker.model import HoldCode, Verdict
from marker.register.records import CopyRecord, DocumentRecord


def recognised(lookup: Lookup, wish: Wish, profile: Profile, sha256: str, examination: Examination) -> Verdict | None:
    """The verdict on one of our stamped copies; None on what is none.  It is never mapped a second time.

    A copy that the Party it was stamped for hands in again is held.  One that comes to the Party whose document it is
    gets that Party's own marking back: at once where the bytes are those that were issued, else by a person's release,
    because a scan or an edited file may bear more than the register knows.
    """
    issued = lookup.copy_by_sha256(sha256)
    known = issued or _by_number(lookup, examination)
    if known is None:
        return _released(wish, profile, examination.verdict, None)
    document = lookup.document(known.register_number)
    if document is None or not _is_home(document, wish, profile):
        return withheld(
            examination.verdict,
            HoldCode.ALREADY_STAMPED,
            f"This is copy {known.copy_number} of this register and is not stamped again; "
            f"'marker register show {known.register_number}' tells who holds it.",
        )
    held = withheld(
        examination.verdict,
        HoldCode.ALREADY_STAMPED,
        f"It bears copy number {known.copy_number}, under which your own document, {document.marking}, was stamped for "
        f"{document.party}; compare it with 'marker register show {known.register_number}', then release it with "
        f"--marking {document.marking}.",
    )
    if issued is not None:
        try:
            return marked_as_own(held, document.marking, profile, wish.receiving, registered=document.marking)
        except UsageError:
            return held  # more was seen than the register knows of
    # What else holds it counts: the number says whose it is, not that nothing was added.
    return _released(wish, profile, examination.verdict, document) or held


def advice(verdict: Verdict, wish: Wish, profile: Profile) -> tuple[str, ...]:
    """What to do when a held file may be a document of the receiving Party's own that the register does not know."""
    if verdict.hold is None or verdict.hold.code not in (HoldCode.CONFLICT, HoldCode.WRONG_PARTY):
        return ()
    own = own_markings(verdict, profile, wish.receiving)
    if not own:
        return ()
    return (
        f"if it is a document of {wish.receiving}'s own that comes home, release it with its own marking: "
        f"--marking {own[0]}",
    )


def _by_number(lookup: Lookup, examination: Examination) -> CopyRecord | None:
    for number in (*examination.copy_numbers, *(label.copy_number for label in examination.labelled)):
        if (copy := lookup.copy(number)) is not None:
            return copy
    return None


def _is_home(document: DocumentRecord, wish: Wish, profile: Profile) -> bool:
    return document.party != wish.receiving and profile.marking(document.marking).party == wish.receiving


def _released(wish: Wish, profile: Profile, verdict: Verdict, document: DocumentRecord | None) -> Verdict | None:
    """The verdict with the receiving Party's own marking where a person released the file with it, else None."""
    if not wish.released or wish.marking is None or profile.marking(wish.marking).party != wish.receiving:
        return None
    registered = document.marking if document is not None else None
    try:
        return marked_as_own(verdict, wish.marking, profile, wish.receiving, registered=registered)
    except UsageError as error:
        sentence = f"{error} {error.remedy}".strip()
        if verdict.hold is None:
            return withheld(verdict, HoldCode.CONFLICT, sentence)
        return withheld(verdict, verdict.hold.code, f"{verdict.hold.detail} {sentence}")

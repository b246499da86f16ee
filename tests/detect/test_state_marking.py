"""Rule of judgement 10: a person states the marking, never past a graver hold and never lower than what was seen."""

from __future__ import annotations

import pytest
from detect_readings import KZ, LT, PROFILE, PROSE_LT, PROSE_RU, corner, docx, judged, para, pdf, prose, top

from marker.detect.judge import state_marking
from marker.errors import UsageError
from marker.model import Hold, HoldCode, MarkingId, Place, Verdict, Visibility

ALWAYS = {HoldCode.UNMARKED, HoldCode.UNCERTAIN, HoldCode.UNREADABLE_PAGE}
WHEN_RELEASED = {HoldCode.CONFLICT, HoldCode.DECLASSIFIED, HoldCode.WRONG_PARTY, HoldCode.ATTACHMENT}
SECRET, RESTRICTED, TOP = MarkingId("kz:secret"), MarkingId("kz:restricted"), MarkingId("kz:top-secret")


def held(code: HoldCode, floor: MarkingId | None = None) -> Verdict:
    return Verdict(Hold(code, "Why it is held."), floor=floor)


@pytest.mark.parametrize("code", HoldCode)
def test_only_some_holds_are_settled_and_more_after_a_release(code: HoldCode) -> None:
    for released in (False, True):
        allowed = code in ALWAYS or (released and code in WHEN_RELEASED)
        if allowed:
            verdict = state_marking(held(code), SECRET, PROFILE, LT, released=released)
            assert (verdict.hold, verdict.marking, verdict.level) == (None, "kz:secret", "secret")
            assert (verdict.equivalent, verdict.equivalent_text) == ("lt:secret", "SLAPTAI/SECRET")
        else:
            with pytest.raises(UsageError, match=code.value):
                state_marking(held(code), SECRET, PROFILE, LT, released=released)


def test_a_release_is_named_as_the_remedy_where_it_helps() -> None:
    with pytest.raises(UsageError) as refused:
        state_marking(held(HoldCode.CONFLICT), SECRET, PROFILE, LT)
    assert "held release" in refused.value.remedy
    with pytest.raises(UsageError) as refused:
        state_marking(held(HoldCode.THIRD_PARTY), SECRET, PROFILE, LT, released=True)
    assert not refused.value.remedy


def test_a_marking_of_the_receiving_party_or_of_nobody_is_refused() -> None:
    with pytest.raises(UsageError, match="no marking of the Republic of Kazakhstan"):
        state_marking(held(HoldCode.UNMARKED), MarkingId("lt:secret"), PROFILE, LT)
    with pytest.raises(UsageError, match="not a marking"):
        state_marking(held(HoldCode.UNMARKED), MarkingId("kz:cosmic"), PROFILE, LT)


def test_less_than_what_was_seen_is_refused_under_article_4_6() -> None:
    struck = judged(pdf([corner("Секретно").seen_as(Visibility.STRUCK), *prose(PROSE_RU)]), LT)
    with pytest.raises(UsageError, match=r"4\(6\)"):
        state_marking(struck, RESTRICTED, PROFILE, LT)
    assert state_marking(struck, SECRET, PROFILE, LT).marking == "kz:secret"
    assert state_marking(struck, TOP, PROFILE, LT).equivalent == "lt:top-secret"


def test_a_release_does_not_lower_a_marking_either() -> None:
    with pytest.raises(UsageError, match=r"4\(6\)"):
        state_marking(held(HoldCode.DECLASSIFIED, floor=SECRET), RESTRICTED, PROFILE, LT, released=True)


def test_english_that_lithuania_may_have_written_is_a_floor() -> None:
    english = judged(pdf([top("SECRET"), *prose(PROSE_LT)]), KZ)
    assert english.floor == "lt:secret"
    with pytest.raises(UsageError, match=r"4\(6\)"):
        state_marking(english, MarkingId("lt:restricted"), PROFILE, KZ)
    from_kazakhstan = judged(pdf([top("SECRET"), *prose(PROSE_RU)]), LT)
    assert from_kazakhstan.floor is None


def test_english_in_a_label_is_no_floor() -> None:
    labelled = judged(docx(*[PROSE_LT] * 9, para("SECRET", Place.LABEL, "docProps/custom.xml")), KZ)
    assert labelled.floor is None
    assert state_marking(labelled, MarkingId("lt:restricted"), PROFILE, KZ).marking == "lt:restricted"


def test_beside_a_marking_that_was_found_the_higher_governs_and_says_so() -> None:
    found = judged(pdf([corner("Секретно"), *prose(PROSE_RU)]), LT)
    same = state_marking(found, SECRET, PROFILE, LT)
    assert same.marking == "kz:secret"
    higher = state_marking(found, TOP, PROFILE, LT)
    assert (higher.marking, higher.equivalent) == ("kz:top-secret", "lt:top-secret")
    assert any("governs over kz:secret" in note for note in higher.notes)
    with pytest.raises(UsageError, match=r"4\(6\)"):
        state_marking(found, RESTRICTED, PROFILE, LT)


def test_what_held_the_file_stays_on_record() -> None:
    verdict = state_marking(held(HoldCode.UNMARKED), SECRET, PROFILE, LT)
    assert "Why it is held." in verdict.notes

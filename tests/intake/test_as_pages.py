"""Copies of a Word file as PDF: what its pages show decides whether they may be stamped as the file was judged."""

from __future__ import annotations

import pytest

from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.intake.pages import compare
from marker.model import Hold, HoldCode, MarkingId, Verdict

SECRET, TOP, RESTRICTED = (MarkingId(f"lt:{level}") for level in ("secret", "top-secret", "restricted"))


def marked(marking: MarkingId) -> Verdict:
    return Verdict(None, marking, floor=marking)


def held(code: HoldCode, floor: MarkingId | None = None) -> Verdict:
    return Verdict(Hold(code, "It bears no marking."), floor=floor)


def outcome(seen: Verdict, *, stated: bool = False) -> HoldCode | None:
    try:
        compare(SECRET, seen, load_profile(), stated=stated)
    except HoldError as error:
        return error.hold.code
    return None


def test_pages_that_show_the_same_marking_are_stamped() -> None:
    assert outcome(marked(SECRET)) is None
    assert outcome(marked(SECRET), stated=True) is None


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("seen", [marked(TOP), held(HoldCode.UNCERTAIN, TOP)])
def test_pages_that_show_a_higher_marking_hold_the_file_whoever_stated_it(seen: Verdict, stated: bool) -> None:
    assert outcome(seen, stated=stated) is HoldCode.CONFLICT


def test_pages_that_show_a_lower_marking_hold_the_file_unless_a_person_stated_it() -> None:
    assert outcome(marked(RESTRICTED)) is HoldCode.CONFLICT
    assert outcome(marked(RESTRICTED), stated=True) is None


def test_pages_that_lost_the_marking_hold_the_file_unless_a_person_stated_it() -> None:
    assert outcome(held(HoldCode.UNMARKED)) is HoldCode.UNMARKED
    assert outcome(held(HoldCode.UNMARKED), stated=True) is None


def test_what_article_3_does_not_map_holds_the_file_whoever_stated_it() -> None:
    assert outcome(held(HoldCode.THIRD_PARTY), stated=True) is HoldCode.THIRD_PARTY
    assert outcome(held(HoldCode.NO_EQUIVALENT), stated=True) is HoldCode.NO_EQUIVALENT

"""What a reading was found to bear is remembered, and only for that very reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from detect_readings import PROFILE, bottom, pdf, prose, top

from marker.agreement.profile import Profile
from marker.detect import sightings
from marker.detect.sightings import Sighting, sight
from marker.detect.thresholds import DEFAULT
from marker.model import Reading, Residue

READING = pdf((top("SLAPTAI"), *prose(), bottom("SLAPTAI")), prose(), unreadable=(2,))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Reading]:
    """The readings that were searched, not answered from memory."""
    searched: list[Reading] = []
    search = sightings._sight

    def watched(reading: Reading, profile: Profile, thresholds: object) -> list[Sighting]:
        searched.append(reading)
        return search(reading, profile, thresholds)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(sightings, "_sight", watched)
    monkeypatch.setattr(sightings, "_LAST", [])
    return searched


def test_a_reading_is_searched_once_whatever_else_becomes_known_of_it(asked: list[Reading]) -> None:
    first = sight(READING, PROFILE)
    assert first
    noted = replace(READING, notes=("read",), residue=(Residue(1, None, "large"),))
    again = replace(READING, spans=tuple(replace(span) for span in READING.spans))
    assert sight(noted, PROFILE) == sight(again, PROFILE) == first
    assert asked == [READING]


def test_what_the_caller_does_to_an_answer_does_not_change_the_next(asked: list[Reading]) -> None:
    first = sight(READING, PROFILE)
    kept = list(first)
    first.clear()
    second = sight(READING, PROFILE)
    assert second == kept
    second.clear()
    assert sight(READING, PROFILE) == kept
    assert len(asked) == 1


CHANGES: list[Callable[[Reading], Reading]] = [
    lambda reading: replace(reading, spans=reading.spans[1:]),
    lambda reading: replace(reading, spans=(replace(reading.spans[0], text="VISIŠKAI SLAPTAI"), *reading.spans[1:])),
    lambda reading: replace(reading, spans=(replace(reading.spans[0], centred=True), *reading.spans[1:])),
    lambda reading: replace(reading, page_infos=tuple(replace(info, height=1200) for info in reading.page_infos)),
    lambda reading: replace(reading, pages=3),
]


@pytest.mark.parametrize("change", CHANGES)
def test_another_reading_is_searched(change: Callable[[Reading], Reading], asked: list[Reading]) -> None:
    other = change(READING)
    alone = sight(other, PROFILE)
    sight(READING, PROFILE)
    assert sight(other, PROFILE) == alone
    assert asked == [other, READING, other]


def test_other_thresholds_and_another_profile_search_anew(asked: list[Reading]) -> None:
    strict = replace(DEFAULT, mark=100, doubt=100)
    usual = sight(READING, PROFILE)
    assert sight(READING, PROFILE, strict) != usual
    assert sight(READING, PROFILE) == usual
    without = replace(PROFILE, markings=tuple(m for m in PROFILE.markings if m.id != "lt:secret"))
    sight(READING, without)
    assert len(asked) == 4


def test_a_reading_too_long_to_remember_is_searched_each_time(
    asked: list[Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sightings, "_REMEMBERED", 3)
    assert sight(READING, PROFILE) == sight(READING, PROFILE)
    assert len(asked) == 2

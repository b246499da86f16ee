"""Pages that are alike are judged once, and nothing that is said of them changes thereby."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from detect_readings import KZ, PROFILE, Placed, body, bottom, judged, pdf, top
from hypothesis import given, settings
from hypothesis import strategies as st

from marker.detect import sightings
from marker.detect.alike import Alike, alike
from marker.detect.sightings import sight
from marker.model import Finding, Reading

MARKED = (top("SLAPTAI"), bottom("SLAPTAI"))


def findings(reading: Reading) -> list[Finding]:
    return [sighting.finding for sighting in sight(reading, PROFILE)]


def findings_one_by_one(reading: Reading) -> list[Finding]:
    """What is found where every page is judged for itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sightings, "alike", lambda whole: Alike(whole, {}))
        patch.setattr(sightings, "_LAST", [])  # what is remembered was judged the other way
        return findings(reading)


def key(finding: Finding) -> str:
    return repr(finding)


def test_most_pages_of_a_long_report_are_not_judged_again() -> None:
    reading = pdf(*[MARKED] * 200)
    assert len(alike(reading).reading.spans) < 20
    found = findings(reading)
    assert {finding.page for finding in found} == set(range(1, 201))
    assert sorted(found, key=key) == sorted(findings_one_by_one(reading), key=key)


def test_the_verdict_counts_every_page() -> None:
    verdict = judged(pdf(*[MARKED] * 200), KZ)
    assert verdict.marking == "lt:secret" and not any("none was found" in note for note in verdict.notes)
    assert "stands there on 200 pages" in verdict.evidence[0].reasons


def test_a_page_beside_one_that_differs_is_judged_for_itself() -> None:
    pages: list[Sequence[Placed]] = [MARKED] * 30
    pages[14] = (*MARKED, body("VISIŠKAI", y=60))
    left = alike(pdf(*[tuple(page) for page in pages])).reading
    judged_pages = {span.page for span in left.spans}
    assert {14, 15, 16} <= judged_pages


LINES = (
    top("SLAPTAI"), bottom("SLAPTAI"), top("VISIŠKAI", y=26), top("RIBOTO NAUDOJIMO"), body("priemonių planas"),
    top("NATO SECRET", y=60), bottom("Užpildžius", y=806), top("IŠSLAPTINTA", y=56),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**30))
def test_judging_pages_once_says_what_judging_each_says(seed: int) -> None:
    dice = random.Random(seed)
    looks = [tuple(dice.sample(LINES, dice.randint(0, 3))) for _ in range(3)]
    pages = [MARKED if dice.random() < 0.7 else dice.choice(looks) for _ in range(40)]
    reading = pdf(*pages)
    assert sorted(findings(reading), key=key) == sorted(findings_one_by_one(reading), key=key)

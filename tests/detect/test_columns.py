"""Where a sentence that begins with a marking would have gone on, and a marking does not."""

from __future__ import annotations

import pytest
from detect_readings import KZ, PROSE_LT, Placed, body, docx, outcome, para, pdf, prose, top

from marker.model import Place

RUNS_ON = "siunčiamas priemonių planas ir prašoma pateikti pastabas iki termino"


@pytest.mark.parametrize(
    "lines",
    [
        [body("SLAPTAI", 420)],  # the next word would have found room beside it
        [body("SLAPTAI", 420), Placed("Archyvas", 400, 420)],
        [body("SLAPTAI Egz. Nr. 2", 420)],
    ],
)
def test_a_marking_above_a_line_that_goes_on_in_small_letters_is_no_mention(lines: list[Placed]) -> None:
    text = [*lines, body(RUNS_ON, 434)]
    assert outcome(pdf([top("RIBOTO NAUDOJIMO"), *prose(start=200, lines=5), *text]), KZ) in ("uncertain", "lt:secret")


def test_a_quoted_one_that_goes_on_is_a_mention_and_a_copy_number_on_its_line_is_not() -> None:
    head = para("RIBOTO NAUDOJIMO", Place.HEADER)
    assert outcome(docx(head, *(PROSE_LT,) * 7, f"„SLAPTAI“\n{RUNS_ON}", PROSE_LT), KZ) == "lt:restricted"
    assert outcome(docx(head, *(PROSE_LT,) * 7, f"SLAPTAI Egz. Nr. 2\n{RUNS_ON}", PROSE_LT), KZ) != "lt:restricted"


@pytest.mark.parametrize(
    "mark",
    [
        Placed("slaptai", 280, 752),  # in the middle of the page
        Placed("Slaptai", 100, 752),
        body("visiškai slaptai", 752, size=16),
    ],
)
def test_at_the_foot_text_does_not_run_on_into_a_line_set_in_from_it_or_larger(mark: Placed) -> None:
    above = [top("RIBOTO NAUDOJIMO"), *prose(start=560, lines=12)]
    assert outcome(pdf([*above, body("slaptai", 752)]), KZ) == "lt:restricted"
    assert outcome(pdf([*above, mark]), KZ) in ("uncertain", "lt:secret", "lt:top-secret")


def test_the_second_line_of_an_item_is_set_in_and_still_goes_on_with_it() -> None:
    above = [top("RIBOTO NAUDOJIMO"), *prose(start=560, lines=11), body(f"1) {PROSE_LT}", 736)]
    assert outcome(pdf([*above, Placed("slaptai", 80, 752)]), KZ) == "lt:restricted"

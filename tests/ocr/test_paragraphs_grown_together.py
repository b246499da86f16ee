"""Lines of a typed paragraph that photocopying has grown together: running text, as any other is."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.agreement.load import load_profile
from marker.detect.lexicon import CONTEXT_ROLES, lexicon_of
from marker.ocr import lines
from marker.ocr.candidate import Candidate
from marker.ocr.crop import Strip
from marker.ocr.frames import Row

WIDTH, HEIGHT = 1200, 1700
LETTER, STEP = 16.0, 26.0
FORMS = sorted({entry.form for entry in lexicon_of(load_profile()).entries if entry.role not in CONTEXT_ROLES})


def prose(y: float, *, even: float = 0.75, width: float = 760.0) -> Row:
    return Row(Strip(560, y, width, LETTER, 0.0), 50, even, framed=False)


def paragraph(count: int, top: float = 600.0) -> list[Row]:
    return [prose(top + STEP * number) for number in range(count)]


def found(rows: Sequence[Row]) -> lines.Finder:
    """What becomes of the rows of one piece of ink."""
    finder = lines.Finder(1.0)
    parts: Any = SimpleNamespace(letters=np.full((HEIGHT, WIDTH), 255, np.uint8), frames=[])
    blob: Any = SimpleNamespace(x=0, y=0, right=WIDTH, bottom=HEIGHT, askew=True, width=WIDTH, height=HEIGHT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "regions", lambda *_: [(0, 0, WIDTH, HEIGHT)])
        patch.setattr(lines, "rows_of", lambda *_, **__: list(rows))
        finder._stamps(parts, [blob], 1.0)
        finder._print([blob], parts, 1.0)
    return finder


def at(candidates: Sequence[Candidate], row: Row) -> list[Candidate]:
    return [one for one in candidates if one.strip == row.strip]


def test_lines_of_a_paragraph_are_running_text() -> None:
    finder = found(paragraph(24))
    assert finder.found == []
    assert len(finder.text_lines) == 24


def test_rows_as_few_as_a_stamp_has_are_read() -> None:
    assert len(found(paragraph(6)).found) == 6


@pytest.mark.parametrize("even", [0.6, 0.79, 0.95])
@pytest.mark.parametrize("y", [70.0, 0.19 * HEIGHT, 0.88 * HEIGHT])
def test_a_row_at_the_head_or_foot_is_read_however_its_letters_have_grown(y: float, even: float) -> None:
    """Capitals that touch the rows beside them measure as uneven as small letters."""
    mark = prose(y, even=even, width=0.8 * WIDTH)
    finder = found([mark, *paragraph(9)])
    assert len(at(finder.found, mark)) == 1


def test_rows_of_a_paragraph_come_after_all_that_was_read_before() -> None:
    stamp = Row(Strip(300, 500, 200, LETTER, 0.0), 12, 1.0, framed=False)
    finder = found([*paragraph(4, 70.0), stamp, *paragraph(9)])
    assert at(finder.found, stamp)
    assert all(line.score == 3 for line in finder.found if not at([line], stamp))


@given(
    form=st.sampled_from(FORMS),
    after=st.integers(0, 20),
    pitch=st.floats(0.5, 1.0),
    x=st.floats(0.0, 1.0),
    change=st.sampled_from(["short", "tall", "askew", "framed", "head", "foot"]),
)
def test_no_marking_in_such_a_paragraph_is_taken_for_running_text(
    form: str, after: int, pitch: float, x: float, change: str
) -> None:
    tall = LETTER * (1.5 if change == "tall" else 1.0)
    letters = sum(map(str.isalpha, form))
    wide = min(pitch * tall * letters, 0.29 * WIDTH if change == "short" else 0.54 * WIDTH)
    top = {"head": 60.0, "foot": HEIGHT - 200.0 - STEP * after}.get(change, 600.0)
    rows = paragraph(after + 8, top)
    middle = wide / 2 + x * (WIDTH - wide)
    y = top + STEP * after
    if change == "head":
        y = min(y, 0.19 * HEIGHT)
    strip = Strip(middle, y, wide, tall, 6.0 if change == "askew" else 0.0)
    mark = Row(strip, max(3, letters), 1.0, framed=change == "framed")
    finder = found([*rows[:after], mark, *rows[after + 1 :]])
    assert at(finder.found, mark)


@given(rows=st.lists(st.integers(200, 1500), min_size=7, max_size=40))
def test_every_row_is_kept_for_a_document_without_a_marking(rows: list[int]) -> None:
    lot = [prose(float(y)) for y in rows]
    finder = found(lot)
    kept = [line.strip for line in (*finder.found, *finder.text_lines, *finder.rest)]
    assert all(kept.count(row.strip) >= lot.count(row) for row in lot)

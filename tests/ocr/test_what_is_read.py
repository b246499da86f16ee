"""When a line counts as read: words, or the date and number of a registry's stamp."""

from __future__ import annotations

import pytest

from marker.ocr.montage import LineRead
from marker.ocr.residue import is_read


@pytest.mark.parametrize(
    ("text", "confidence", "read"),
    [
        ("GAUTA", 92, True),
        ("2026-10-14", 96, True),
        ("№ 4512", 95, True),
        ("Nr. 4512", 91, True),
        ("2026-10-14", 85, False),
        ("14", 99, False),
        ("S-1", 99, False),
        ("СЕКР", 60, False),
    ],
)
def test_a_line_is_read_as_words_or_as_figures_beyond_doubt(text: str, confidence: float, read: bool) -> None:
    assert is_read(LineRead(text, confidence)) is read


def test_dirt_that_is_read_as_letters_by_ones_and_twos_is_no_words() -> None:
    assert LineRead("ii ШЕ | шл. ыш. r ғ", 60.0).in_words == 0
    assert LineRead("Vilnius, 12 ҚҰПИЯ", 60.0).in_words == 12

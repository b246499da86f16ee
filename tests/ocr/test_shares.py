"""The few numbers that pages are measured by are those numpy would give."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marker.ocr.shares import middle_of, number_at

NUMBERS = st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=1, max_size=60)


@given(NUMBERS)
def test_the_middle_is_the_median(numbers: list[float]) -> None:
    assert middle_of(numbers) == np.median(numbers)


@given(NUMBERS, st.floats(min_value=0, max_value=100))
def test_a_share_is_the_percentile(numbers: list[float], share: float) -> None:
    assert np.isclose(number_at(numbers, share), np.percentile(numbers, share), rtol=1e-9, atol=1e-6)

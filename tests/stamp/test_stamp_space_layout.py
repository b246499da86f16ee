"""Free places on a page."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marker.model import Box
from marker.stamp.space import Space


def test_the_preferred_place_is_taken_when_it_is_free() -> None:
    space = Space.empty(600, 800)
    assert space.find((100, 20), Box(10, 10, 590, 120), (33.3, 17.7)) == Box(33.3, 17.7, 133.3, 37.7)


def test_the_nearest_free_place_is_taken_when_it_is_not() -> None:
    space = Space.empty(600, 800)
    space.occupy(Box(0, 0, 600, 50))
    found = space.find((100, 20), Box(10, 10, 590, 120), (250, 18), clearance=3)
    assert found is not None
    assert found.x0 == 250
    assert 53 <= found.y0 <= 56


def test_a_place_given_away_is_not_free() -> None:
    space = Space.empty(600, 800)
    taken = Box(240, 10, 360, 40)
    found = space.find((100, 20), Box(10, 10, 590, 120), (250, 18), (taken,), clearance=3)
    assert found is not None
    assert not found.overlaps(taken.grown(2.9))


def test_no_place_is_none() -> None:
    space = Space.empty(600, 800)
    assert space.find((700, 20), Box(0, 0, 600, 100), (0, 0)) is None
    space.busy[:] = True
    assert space.find((10, 10), Box(0, 0, 600, 800), (0, 0)) is None


@given(
    st.floats(50, 900),
    st.floats(50, 900),
    st.integers(0, 2**32 - 1),
    st.floats(5, 60),
    st.floats(5, 60),
    st.floats(0, 5),
)
def test_whatever_is_found_is_free_with_its_clearance(
    width: float, height: float, seed: int, wide: float, high: float, clearance: float
) -> None:
    space = Space.empty(width, height)
    space.busy[:] = np.random.default_rng(seed).random(space.busy.shape) < 0.001
    found = space.find((wide, high), Box(0, 0, width, height), (width / 2, 4), clearance=clearance)
    if found is not None:
        assert space.is_free(found.grown(clearance - 0.01))
        assert found.x0 >= 0
        assert found.x1 <= width + 1e-9
        assert found.y1 <= height + 1e-9

"""The page as displayed, whatever its boxes say."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.model import Box
from marker.stamp.geometry import apply, bounds, invert, multiply, page_frame

lengths = st.floats(10, 5000)
origins = st.floats(-3000, 3000)
turns = st.integers(-9, 9).map(lambda quarter: quarter * 90)


@given(origins, origins, lengths, lengths, turns, st.floats(0.1, 20), st.floats(0, 1), st.floats(0, 1))
def test_any_point_comes_back_from_user_space(
    x0: float, y0: float, wide: float, high: float, rotate: int, unit: float, across: float, down: float
) -> None:
    frame = page_frame([x0, y0, x0 + wide, y0 + high], None, rotate, unit)
    x, y = across * frame.width, down * frame.height
    ux, uy = apply(frame.to_user, x, y)
    assert x0 - 1e-6 <= ux <= x0 + wide + 1e-6
    assert y0 - 1e-6 <= uy <= y0 + high + 1e-6
    back = apply(frame.to_displayed, ux, uy)
    assert back == pytest.approx((x, y), abs=1e-6 * max(frame.width, frame.height))


@given(origins, origins, lengths, lengths, turns)
def test_lengths_are_kept_and_nothing_is_mirrored(x0: float, y0: float, wide: float, high: float, rotate: int) -> None:
    frame = page_frame([x0, y0, x0 + wide, y0 + high], None, rotate, None)
    a, b, c, d, _, _ = frame.upright_to_user
    assert a * d - b * c == pytest.approx(1.0)
    assert math.hypot(a, b) == pytest.approx(1.0)
    assert {round(frame.width, 6), round(frame.height, 6)} == {round(wide, 6), round(high, 6)} or wide == high


@pytest.mark.parametrize(
    ("rotate", "top_left", "top_right"),
    [
        (0, (10, 220), (110, 220)),
        (90, (10, 20), (10, 220)),
        (180, (110, 20), (10, 20)),
        (270, (110, 220), (110, 20)),
        (-90, (110, 220), (110, 20)),
        (450, (10, 20), (10, 220)),
        (-360, (10, 220), (110, 220)),
        (100, (10, 20), (10, 220)),
        (-45, (10, 220), (110, 220)),
    ],
)
def test_the_top_edge_as_displayed_is_where_the_turn_puts_it(
    rotate: int, top_left: tuple[int, int], top_right: tuple[int, int]
) -> None:
    frame = page_frame([10, 20, 110, 220], None, rotate, None)
    assert apply(frame.to_user, 0, 0) == pytest.approx(top_left)
    assert apply(frame.to_user, frame.width, 0) == pytest.approx(top_right)


def test_a_crop_box_is_cut_to_the_media_box() -> None:
    frame = page_frame([0, 0, 600, 800], [-50, 100, 500, 900], 0, None)
    assert (frame.width, frame.height) == (500, 700)
    assert apply(frame.to_user, 0, 0) == (0, 800)


def test_boxes_may_name_any_two_corners() -> None:
    assert page_frame([600, 800, 0, 0], None, 0, None) == page_frame([0, 0, 600, 800], None, 0, None)


@pytest.mark.parametrize("media", [None, [0, 0, 0, 0], [0, 0, 600], [0, 0, math.nan, 800], [5, 5, 5, 800]])
def test_a_page_without_a_usable_media_box_is_letter(media: list[float] | None) -> None:
    frame = page_frame(media, None, None, None)
    assert (frame.width, frame.height) == (612, 792)


def test_user_units_make_the_page_larger_on_paper() -> None:
    frame = page_frame([0, 0, 100, 200], None, 0, 10)
    assert (frame.width, frame.height) == (1000, 2000)
    assert apply(frame.to_user, 1000, 2000) == pytest.approx((100, 0))


@pytest.mark.parametrize("unit", [0, -3, math.nan, 1e9])
def test_a_senseless_user_unit_is_one(unit: float) -> None:
    assert page_frame([0, 0, 100, 200], None, 0, unit).width == 100


def test_a_crop_box_outside_the_media_box_is_an_error() -> None:
    with pytest.raises(ValueError, match="CropBox"):
        page_frame([0, 0, 100, 100], [200, 200, 300, 300], 0, None)


@given(origins, origins, st.floats(0.1, 3), st.floats(0.1, 3))
def test_a_matrix_and_its_inverse_undo_each_other(e: float, f: float, a: float, d: float) -> None:
    matrix = (a, 0.3, -0.2, d + 1, e, f)
    assert multiply(matrix, invert(matrix)) == pytest.approx((1, 0, 0, 1, 0, 0), abs=1e-6)


def test_bounds_are_upright_after_a_quarter_turn() -> None:
    assert bounds((0, 1, -1, 0, 0, 0), Box(1, 2, 3, 5)) == Box(-5, 1, -2, 3)

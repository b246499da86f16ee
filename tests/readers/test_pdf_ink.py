"""What may be left on a page without its text, and what may not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from reader_files import FONT_FILE

from marker.readers.pdf_ink import Picture, any_in, holds_unread_ink

SCALE = 4
"""Pictures are drawn finer and shrunk, as a page is."""


def page(*drawings: object) -> Picture:
    """An A4 page at 36 dpi; each drawing gets an ImageDraw four times as fine."""
    image = Image.new("L", (298 * SCALE, 421 * SCALE), 255)
    draw = ImageDraw.Draw(image)
    for drawing in drawings:
        drawing(draw)  # type: ignore[operator]
    return np.asarray(image.resize((298, 421), Image.Resampling.BOX))


def points(*values: float) -> list[float]:
    """Points of the page to units of the drawing."""
    return [value / 2 * SCALE for value in values]


def word(text: str, x: float, y: float, size: float, ink: int = 0):  # a drawing
    font = ImageFont.truetype(str(next(iter(sorted(FONT_FILE.glob("*.ttf"))))), int(size / 2 * SCALE))
    return lambda draw: draw.text(tuple(points(x, y)), text, fill=ink, font=font)


def line(x0: float, y0: float, x1: float, y1: float, width: float = 1):  # a drawing
    return lambda draw: draw.line(points(x0, y0, x1, y1), fill=0, width=max(1, int(width / 2 * SCALE)))


def box(x0: float, y0: float, x1: float, y1: float, fill: int | None = None):  # a drawing
    return lambda draw: draw.rectangle(points(x0, y0, x1, y1), fill=fill, outline=0, width=2)


def test_an_empty_page_holds_nothing() -> None:
    assert not holds_unread_ink(page())


@pytest.mark.parametrize(("size", "ink"), [(9, 0), (12, 0), (12, 200), (24, 0), (72, 0), (72, 230)])
@pytest.mark.parametrize("text", ["СЕКРЕТНО", "SLAPTAI", "ҚҰПИЯ"])
def test_outlined_letters_are_seen_at_any_size(text: str, size: float, ink: int) -> None:
    assert holds_unread_ink(page(word(text, 100, 300, size, ink)))


def test_letters_set_wide_are_seen() -> None:
    assert holds_unread_ink(page(*(word(letter, 100 + 20 * n, 300, 12) for n, letter in enumerate("СЕКРЕТНО"))))


def test_letters_below_one_another_are_seen() -> None:
    assert holds_unread_ink(page(*(word(letter, 50, 100 + 20 * n, 14) for n, letter in enumerate("SLAPTAI"))))


def test_letters_inside_a_frame_are_seen() -> None:
    assert holds_unread_ink(page(box(90, 290, 260, 330), word("SLAPTAI", 100, 300, 14)))


def test_letters_on_a_coloured_field_are_seen() -> None:
    assert holds_unread_ink(page(box(90, 290, 260, 330, fill=120), word("SLAPTAI", 100, 300, 14, 255)))


def test_rules_frames_and_tables_hold_nothing() -> None:
    table = [line(60, 200 + 20 * n, 500, 200 + 20 * n) for n in range(8)]
    table += [line(60 + 110 * n, 200, 60 + 110 * n, 340) for n in range(5)]
    assert not holds_unread_ink(
        page(*table, line(60, 100, 535, 100, 2), box(60, 400, 300, 460), box(60, 500, 200, 540, 220))
    )


def test_underlines_bullets_and_dots_hold_nothing() -> None:
    bullets = [box(60, 100 + 16 * n, 63, 103 + 16 * n, 0) for n in range(10)]
    dots = [box(100 + 6 * n, 300, 101 + 6 * n, 301, 0) for n in range(40)]
    assert not holds_unread_ink(page(*bullets, *dots, line(100, 400, 130, 400), line(200, 500, 260, 500, 1.5)))


def test_dashed_rules_hold_nothing() -> None:
    assert not holds_unread_ink(page(*(line(60 + 6 * n, 300, 63 + 6 * n, 300) for n in range(70))))


def test_a_logo_is_seen() -> None:
    assert holds_unread_ink(page(lambda draw: draw.ellipse(points(60, 40, 110, 90), fill=80)))


@given(
    st.integers(0, 297),
    st.integers(0, 420),
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(0, 297),
    st.integers(0, 420),
)
def test_a_box_finds_exactly_the_ink_inside_it(x: int, y: int, w: int, h: int, ink_x: int, ink_y: int) -> None:
    mask = np.zeros((421, 298), np.bool_)
    mask[ink_y, ink_x] = True
    inside = x <= ink_x < x + w and y <= ink_y < y + h
    assert bool(any_in(mask, np.array([[x, y, x + w, y + h]], np.int32))[0]) is inside


@given(st.integers(0, 2**32 - 1))
def test_noise_of_any_kind_is_judged_without_fault(seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (60, 50), np.uint8)
    assert holds_unread_ink(picture) in (True, False)


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(0, 12)] * 2), max_size=500))
def test_many_boxes_find_what_few_find(boxes: list[tuple[int, int, int, int]]) -> None:
    mask = np.random.default_rng(5).random((40, 40)) > 0.97
    corners = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes], np.int32).reshape(-1, 4)
    one_by_one = [any_in(mask, corners[n : n + 1])[0] for n in range(len(corners))]
    padded = np.concatenate([corners, np.zeros((401, 4), np.int32)])
    assert any_in(mask, padded)[: len(corners)].tolist() == one_by_one

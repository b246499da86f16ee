"""The arithmetic of places: whatever stands on a page, the stamp keeps clear of it or says that it cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.errors import HoldError
from marker.model import Box
from marker.stamp.docx_block import place_block
from marker.stamp.docx_place import (
    NEAR,
    Edge,
    code_picture_sizes,
    place_marking,
    place_number,
    text_width,
)

MARKING, LONG = "ҚҰПИЯ/СЕКРЕТНО", "ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН/ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ"
NUMBER, PAGES = "KZ-2026-000123-01-0", "8888 / 8888"
PICTURE = code_picture_sizes(18)[0]
A4 = (595.3, 841.9)
LINES = [("Дана № 1 (барлығы 2) / Экз. № 1 из 2", True), ("LT · KONFIDENCIALIAI/CONFIDENTIAL", True), ("3-бабы", False)]

boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.floats(-50, 600), st.floats(-50, 150), st.floats(1, 400), st.floats(1, 120),
)  # fmt: skip
edges = st.builds(
    lambda width, limit, left, hard, yields: Edge(width, limit, left, yields, tuple(hard)),
    st.floats(250, 1200), st.floats(0, 150), st.floats(0, 120), st.lists(boxes, max_size=4), st.booleans(),
)  # fmt: skip


@given(st.lists(edges, min_size=1, max_size=3), st.sampled_from([MARKING, LONG]))
def test_a_marking_meets_nothing_and_leaves_the_text_alone_unless_it_says_so(found: list[Edge], text: str) -> None:
    try:
        place = place_marking(text, found)
    except HoldError:
        return
    assert place.offset >= NEAR
    assert place.width >= text_width(text, place.size, strong=True) - 0.01
    for edge in found:
        assert not any(place.box(edge.width).overlaps(box) for box in edge.hard)
        assert place.box(edge.width).x0 >= 0
        assert place.displaces or place.reach <= edge.limit + 0.01
        assert edge.yields or not place.displaces


@given(st.lists(edges, min_size=1, max_size=3), st.sampled_from([1, 2]))
def test_number_and_code_meet_nothing_and_not_each_other(found: list[Edge], lines: int) -> None:
    try:
        place = place_number(NUMBER, PAGES, found, picture=PICTURE, lines=lines)
    except HoldError:
        return
    code, text = place.boxes()
    assert not code.overlaps(text)
    for edge in found:
        assert not any(mine.overlaps(box) for mine in (code, text) for box in edge.hard)
        assert place.displaces or text.y1 <= edge.limit + 0.01
        assert place.displaces or code.y1 <= edge.limit + 0.01 or code.x1 <= edge.left


@given(st.lists(boxes, max_size=4))
def test_the_marking_at_the_foot_keeps_clear_of_the_number(hard: list[Box]) -> None:
    edge = Edge(A4[0], 60.0, 85.0, yields=True, hard=tuple(hard))
    try:
        number = place_number(NUMBER, PAGES, [edge], picture=PICTURE, lines=1)
        place = place_marking(LONG, [edge], number.boxes())
    except HoldError:
        return
    assert not any(place.box(A4[0]).overlaps(box) for box in number.boxes())


page_boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.floats(0, 590), st.floats(0, 840), st.floats(1, 500), st.floats(1, 300),
)  # fmt: skip


@given(st.lists(page_boxes, max_size=6), st.floats(20, 120), st.floats(10, 120), st.sampled_from(["left", "right"]))
def test_the_block_meets_nothing_or_goes_into_the_text(taken: list[Box], top: float, side: float, corner: str) -> None:
    page, margins = Box(22.0, 0.0, A4[0] - 22.0, A4[1]), Box(side, top, A4[0] - side, A4[1] - 56)
    place = place_block(LINES, page, margins, corner, taken)
    rows = [row for frame in place.frames for row in frame.rows] or place.rows
    assert [index for row in rows for index in row] == [0, 1, 2]
    for number, frame in enumerate(place.frames):
        mine = frame.box()
        others = [other.box() for other in place.frames[:number]]
        assert not any(mine.overlaps(box) for box in [*taken, *others, margins])
        assert mine.x0 >= 0 and mine.x1 <= A4[0] and mine.y0 >= 0 and mine.y1 <= A4[1]


@given(st.lists(page_boxes, max_size=6), st.floats(20, 90), st.floats(10, 120), st.sampled_from(["left", "right"]))
def test_no_word_of_the_block_is_ever_broken(taken: list[Box], top: float, side: float, corner: str) -> None:
    page, margins = Box(22.0, 0.0, A4[0] - 22.0, A4[1]), Box(side, top, A4[0] - side, A4[1] - 56)
    for frame in place_block(LINES, page, margins, corner, taken).frames:
        words = [(word, LINES[i][1]) for row in frame.rows for i in row for word in LINES[i][0].split()]
        assert all(text_width(word, 6.5, strong=strong) <= frame.width for word, strong in words)
        for row, breaks in zip(frame.rows, frame.breaks, strict=True):
            if breaks:
                (index,), ends = row, (*breaks, len(LINES[row[0]][0].split()))
                pieces = [LINES[index][0].split()[start:end] for start, end in zip((0, *breaks), ends, strict=True)]
                assert all(text_width(" ".join(p), 6.5, strong=LINES[index][1]) <= frame.width for p in pieces)


def test_the_block_stands_in_the_corner_that_is_asked_for_when_it_is_free() -> None:
    page, margins = Box(22.0, 0.0, A4[0] - 22.0, A4[1]), Box(85.0, 72.0, A4[0] - 42.0, A4[1] - 56)
    (left,), (right,) = (place_block(LINES, page, margins, corner, []).frames for corner in ("left", "right"))
    assert left.x == 22.0 and not left.right
    assert right.right and right.x + right.width == pytest.approx(A4[0] - 22.0)
    (moved,) = place_block(LINES, page, margins, "left", [Box(0, 0, 300, 72)]).frames
    assert moved.right and moved.y < 72


def test_a_block_too_high_for_a_corner_is_parted_between_both() -> None:
    page, margins = Box(22.0, 0.0, A4[0] - 22.0, A4[1]), Box(30.0, 26.0, A4[0] - 30.0, A4[1] - 20)
    first, second = place_block(LINES, page, margins, "left", [Box(230, 0, 370, 26)]).frames
    assert not first.right and second.right
    assert [*first.rows, *second.rows] == [(0,), (1,), (2,)]


def test_beside_a_wide_marking_the_block_stands_in_rows_of_whole_lines_and_not_narrow_in_the_margin() -> None:
    """A letter with a text box in the upper right, and a marking that leaves no corner wide enough for a line."""
    page, margins = Box(22.0, 0.0, A4[0] - 22.0, A4[1]), Box(85.0, 62.0, A4[0] - 42.0, A4[1] - 62)
    marked = [Box(148.0, 16.0, 447.0, 32.3), Box(148.0, A4[1] - 32.3, 447.0, A4[1] - 16.0)]
    lines = [*LINES, *LINES]
    for taken in ([*marked, Box(380.0, 40.0, 550.0, 80.0)], [*marked, Box(150.0, 0.0, 550.0, 80.0)]):
        (frame,) = place_block(lines, page, margins, "right", taken).frames
        assert frame.breaks == ((),) * len(frame.rows)
        assert not frame.box().overlaps(margins)
        assert not any(frame.box().overlaps(box) for box in taken)


def test_a_block_is_parted_between_an_upper_corner_and_the_lower_right() -> None:
    page, margins = Box(22.0, 0.0, A4[0] - 22.0, A4[1]), Box(30.0, 26.0, A4[0] - 30.0, A4[1] - 20)
    first, second = place_block(LINES, page, margins, "left", [Box(190, 0, A4[0], 26), Box(0, 822, 390, A4[1])]).frames
    assert not first.right and second.right
    assert first.y < 26 and second.y > A4[1] - 20


def test_a_long_marking_is_set_smaller_before_it_is_refused() -> None:
    assert place_marking(LONG, [Edge(A4[0], 35.0, 85.0)]).size == 12.0
    assert place_marking(LONG, [Edge(420.0, 35.0, 40.0)]).size < 10.0
    with pytest.raises(HoldError):
        place_marking(LONG, [Edge(250.0, 35.0, 40.0)])


def test_no_line_is_broken_where_the_lower_corner_takes_them_whole() -> None:
    page, margins = Box(22.0, 0.0, A4[0] - 22.0, A4[1]), Box(85.0, 72.0, A4[0] - 42.0, A4[1] - 72)
    natural = place_block(LINES, page, margins, "left", []).frames[0].width
    head = Box(22.0 + natural - 5, 0.0, A4[0] - 22.0 - natural + 5, 72.0)  # leaves a little less than that in both
    (frame,) = place_block(LINES, page, margins, "left", [head]).frames
    assert frame.y > A4[1] / 2 and frame.right
    assert frame.breaks == ((),) * len(LINES)
    foot = Box(200.0, A4[1] - 72.0, A4[0], A4[1])
    (narrowed,) = place_block(LINES, page, margins, "left", [head, foot]).frames
    assert narrowed.y < 72 and narrowed.width < natural

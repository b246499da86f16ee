"""Where the parts of a stamp go: inside the page, apart from one another, on nothing, legible."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marker.errors import HoldError
from marker.model import Box, HoldCode
from marker.stamp.code import SIDE
from marker.stamp.geometry import bounds
from marker.stamp.layout import PageLayout, lay_out
from marker.stamp.panels import Panel
from marker.stamp.space import Space
from marker.stamp.wording import BlockLine, StampText

TO_KZ = StampText(
    marking="ҚҰПИЯ/СЕКРЕТНО",
    copy_line="Дана № 1 (барлығы 2) / Экз. № 1 из 2",
    block=(
        BlockLine("Дана № 1 (барлығы 2) / Экз. № 1 из 2", strong=True),
        BlockLine("Тіркеу № / Рег. № KZ-2026-000123 · 22.11.2026"),
        BlockLine("Жіберушінің белгісі / Гриф отправителя:"),
        BlockLine("LT · KONFIDENCIALIAI", strong=True),
        BlockLine("Келісімнің 3-бабы / статья 3 Соглашения"),
    ),
    copy_number="KZ-2026-000123-01-0",
    block_corner="right",
    page_template="{page} / {pages}",
)
RESTRICTED = StampText(
    marking="ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН/ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ",
    copy_line=TO_KZ.copy_line,
    block=TO_KZ.block,
    copy_number=TO_KZ.copy_number,
    block_corner="left",
    page_template="{page} / {pages}",
)
A4 = (595.0, 842.0)


def _sizes(panel: Panel) -> list[float]:
    return [line.size for line in panel.lines]


def _check(layout: PageLayout, width: float, height: float, first: bool) -> None:
    boxes = [part.box for part in layout.parts]
    assert len(boxes) == (4 if first else 3)
    for box in boxes:
        assert 0 < box.x0 < box.x1 < width
        assert 0 < box.y0 < box.y1 < height
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    for marking in (layout.top, layout.bottom):
        assert marking.box.x0 < width / 2 < marking.box.x1
        assert min(_sizes(marking.panel)) >= 8
    assert layout.top.box.centre[1] < height / 2 < layout.bottom.box.centre[1]
    assert min(_sizes(layout.number.panel)) >= 5
    assert layout.number.panel.code is not None
    code_x, code_y = layout.number.panel.code
    assert code_x + SIDE < layout.number.panel.width
    assert code_y + SIDE < layout.number.panel.height
    if layout.block is not None:
        assert min(_sizes(layout.block.panel)) >= 5
    for part in layout.parts:
        for line in part.panel.lines:
            assert line.x >= -1e-6
            assert 0 < line.baseline <= part.panel.height + 1e-6
    if layout.shrink is not None:
        content = bounds(layout.shrink, Box(0, 0, width, height))
        assert content.x0 >= 0
        assert content.x1 <= width
        assert not any(box.overlaps(content) for box in boxes)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(120, 4000),
    st.floats(120, 4000),
    st.booleans(),
    st.integers(1, 5000),
    st.sampled_from([TO_KZ, RESTRICTED]),
    st.integers(0, 2**32 - 1),
    st.floats(0, 0.2),
)
def test_any_page_bears_the_whole_stamp_on_free_ground_or_is_held(
    width: float, height: float, first: bool, pages: int, text: StampText, seed: int, ink: float
) -> None:
    space = Space.empty(width, height)
    space.busy[:] = np.random.default_rng(seed).random(space.busy.shape) < ink**3
    try:
        layout = lay_out(space, text, 1 if first else 2, pages)
    except HoldError as error:
        assert error.hold.code == HoldCode.STAMP_FAILED
        assert "too small" in error.hold.detail
        assert min(width, height) < 350
        return
    _check(layout, width, height, first)
    if layout.shrink is None:
        assert all(space.is_free(part.box) for part in layout.parts)


def test_on_an_empty_page_every_part_is_at_its_preferred_place() -> None:
    layout = lay_out(Space.empty(*A4), TO_KZ, 1, 12)
    assert layout.shrink is None
    assert layout.top.box.centre[0] == pytest.approx(A4[0] / 2)
    assert layout.top.y == layout.block.y == pytest.approx(18)  # type: ignore[union-attr]  # page 1 has a block
    assert layout.block.box.x1 == pytest.approx(A4[0] - 18)  # type: ignore[union-attr]
    assert layout.bottom.box.y1 == layout.number.box.y1 == pytest.approx(A4[1] - 18)
    assert layout.number.x == pytest.approx(18)


def test_the_block_goes_to_the_corner_the_profile_names() -> None:
    layout = lay_out(Space.empty(*A4), RESTRICTED, 1, 12)
    assert layout.block is not None
    assert layout.block.x == pytest.approx(18)


def test_a_sender_s_mark_in_the_corner_sends_the_block_elsewhere() -> None:
    space = Space.empty(*A4)
    space.occupy(Box(450, 15, 580, 60))
    layout = lay_out(space, TO_KZ, 1, 12)
    assert layout.shrink is None
    _check(layout, *A4, first=True)
    assert all(space.is_free(part.box) for part in layout.parts)


def test_the_other_corner_is_taken_where_the_named_one_is_free_far_below_only() -> None:
    space = Space.empty(*A4)
    space.occupy(Box(300, 35, 590, 140))
    layout = lay_out(space, TO_KZ, 1, 12)
    assert layout.block is not None
    assert layout.block.x == pytest.approx(18)
    assert layout.block.y == pytest.approx(18)


def test_a_sender_s_mark_at_the_top_centre_stays_free_of_ours() -> None:
    space = Space.empty(*A4)
    space.occupy(Box(200, 14, 400, 40))
    layout = lay_out(space, TO_KZ, 2, 12)
    assert layout.shrink is None
    assert layout.top.box.y0 > 40
    assert layout.top.box.centre[0] == pytest.approx(A4[0] / 2)


def test_a_full_page_is_shrunk_evenly_and_no_more_than_needed() -> None:
    space = Space.empty(*A4)
    space.busy[:] = True
    layout = lay_out(space, TO_KZ, 2, 12)
    assert layout.shrink is not None
    a, b, c, d, e, _ = layout.shrink
    assert (a, b, c) == (d, 0, 0)
    assert 0.88 < a < 1
    assert e == pytest.approx((1 - a) * A4[0] / 2)
    _check(layout, *A4, first=False)


def test_equal_pages_of_a_document_are_laid_out_alike() -> None:
    layouts = {lay_out(Space.empty(*A4), TO_KZ, page, 4000) for page in (2, 9, 10, 999, 4000)}
    assert len(layouts) == 1


@pytest.mark.parametrize("size", [(72, 72), (28, 400), (30, 30)])
def test_a_page_too_small_is_held_with_its_size(size: tuple[float, float]) -> None:
    with pytest.raises(HoldError, match=r"Page 3 \(.* mm\) is too small"):
        lay_out(Space.empty(*size), TO_KZ, 3, 3)


def test_stamps_grow_with_the_page_but_the_code_does_not() -> None:
    small, large = (lay_out(Space.empty(*size), TO_KZ, 2, 2) for size in ((298, 420), (2384, 3370)))
    assert _sizes(small.top.panel)[0] == 8
    assert _sizes(large.top.panel)[0] == 40
    assert large.number.panel.width > small.number.panel.width


@pytest.mark.parametrize("width", [200.0, 250.0, 300.0])
def test_on_a_small_page_nothing_stands_on_the_shrunk_content_whatever_its_height(width: float) -> None:
    """The bands of some of these pages are just as deep as those that are searched on pages that keep their size."""
    shrunk = 0
    for height in range(220, 520, 10):
        full = Space(width, float(height), np.ones((40, 40), dtype=bool))
        try:
            layout = lay_out(full, RESTRICTED, 1, 1)
        except HoldError:
            continue
        _check(layout, width, float(height), first=True)
        shrunk += 1
    assert shrunk > 5

"""The Data Matrix of a page."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from marker.errors import HoldError
from marker.numbering import parse_page_code
from marker.stamp.code import Modules, modules, rectangles

COPY = "KZ-2026-000123-01-0"


def _read(symbol: Modules) -> str:
    picture = np.where(np.kron(np.pad(np.array(symbol), 2), np.ones((4, 4))) > 0, 0, 255).astype(np.uint8)
    return str(zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.DataMatrix)[0].text)


@pytest.mark.parametrize(("page", "pages"), [(1, 1), (17, 204), (999, 999), (4999, 5000), (None, None)])
def test_the_symbol_is_square_and_says_copy_page_and_total(page: int | None, pages: int | None) -> None:
    symbol = modules(COPY, page, pages)
    assert all(len(row) == len(symbol) for row in symbol)
    code = parse_page_code(_read(symbol))
    assert (str(code.copy_number), code.page, code.pages) == (COPY, page, pages)


@given(st.lists(st.lists(st.booleans(), min_size=9, max_size=9).map(tuple), min_size=1, max_size=9).map(tuple))
def test_rectangles_cover_the_dark_modules_once_and_no_other(symbol: Modules) -> None:
    painted = np.zeros((len(symbol), 9), dtype=int)
    for column, row, width, height in rectangles(symbol):
        painted[row : row + height, column : column + width] += 1
    assert (painted == np.array(symbol).astype(int)).all()


def test_a_copy_number_with_a_wrong_check_character_makes_no_symbol() -> None:
    with pytest.raises(HoldError, match="not valid"):
        modules("KZ-2026-000123-01-F", 1, 1)

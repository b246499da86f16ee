"""The Data Matrix of a page."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from marker.errors import HoldError
from marker.numbering import parse_page_code
from marker.stamp.code import Modules, modules, runs

COPY = "KZ-2026-000123-01-0"


def _read(symbol: Modules) -> str:
    picture = np.where(np.kron(np.pad(np.array(list(map(list, symbol))), 2), np.ones((4, 4))) > 0, 0, 255).astype(
        np.uint8
    )
    return str(zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.DataMatrix)[0].text)


@pytest.mark.parametrize(("page", "pages"), [(1, 1), (17, 204), (999, 999), (4999, 5000), (None, None)])
def test_the_symbol_is_square_and_says_copy_page_and_total(page: int | None, pages: int | None) -> None:
    symbol = modules(COPY, page, pages)
    assert all(len(row) == len(symbol) for row in symbol)
    code = parse_page_code(_read(symbol))
    assert (str(code.copy_number), code.page, code.pages) == (COPY, page, pages)


@given(st.lists(st.integers(0, 1), max_size=24).map(bytes))
def test_runs_cover_the_dark_modules_of_a_row_once_and_no_other(row: bytes) -> None:
    painted = bytearray(len(row))
    for column, width in runs(row):
        for at in range(column, column + width):
            painted[at] += 1
    assert painted == row
    assert all(left + width < right for (left, width), (right, _) in pairwise(runs(row)))


def test_a_copy_number_with_a_wrong_check_character_makes_no_symbol() -> None:
    with pytest.raises(HoldError, match="not valid"):
        modules("KZ-2026-000123-01-F", 1, 1)

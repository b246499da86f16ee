"""Numbers say which copy a page is, and a misread one says that it was misread."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.model import PartyId
from marker.numbering import COPY_NUMBER_IN_TEXT, CopyNumber, format_page_code, parse_copy_number, parse_page_code

numbers = st.builds(
    CopyNumber,
    party=st.sampled_from([PartyId("KZ"), PartyId("LT")]),
    year=st.integers(1000, 9999),
    serial=st.integers(1, 9_999_999),
    index=st.integers(1, 999),
)


@given(numbers)
def test_a_copy_number_comes_back_as_it_was_given_out(number: CopyNumber) -> None:
    assert parse_copy_number(str(number)) == number
    assert COPY_NUMBER_IN_TEXT.search(f"see {number}, please").group() == str(number)  # type: ignore[union-attr]


@given(numbers, st.data())
def test_every_single_misread_character_is_noticed(number: CopyNumber, data: st.DataObject) -> None:
    text = str(number)
    places = [i for i, letter in enumerate(text) if letter != "-"]
    place = data.draw(st.sampled_from(places))
    wrong = data.draw(st.sampled_from([c for c in string.ascii_uppercase + string.digits if c != text[place]]))
    with pytest.raises(ValueError, match=r"form|check character|register number"):
        parse_copy_number(text[:place] + wrong + text[place + 1 :])


@given(numbers, st.integers(1, 9999), st.integers(1, 9999))
def test_a_page_code_comes_back_with_page_and_total(number: CopyNumber, page: int, pages: int) -> None:
    code = parse_page_code(format_page_code(str(number), page, pages))
    assert (code.copy_number, code.page, code.pages) == (number, page, pages)


@given(numbers)
def test_a_page_code_without_pages_is_a_footers(number: CopyNumber) -> None:
    code = parse_page_code(format_page_code(str(number)))
    assert (code.copy_number, code.page, code.pages) == (number, None, None)


@given(st.text(max_size=40))
def test_a_foreign_code_is_never_taken_for_ours(text: str) -> None:
    if not text.startswith("MK1"):
        with pytest.raises(ValueError, match="not a page code"):
            parse_page_code(text)


def test_no_number_is_given_for_serial_zero() -> None:
    with pytest.raises(ValueError, match="no register number"):
        str(CopyNumber(PartyId("KZ"), 2026, 0, 1))

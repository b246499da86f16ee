"""Register numbers, copy numbers and page codes: written and read, and never misread."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from marker.model import PartyId
from marker.numbering import (
    COPY_NUMBER_IN_TEXT,
    CopyNumber,
    format_page_code,
    format_register_number,
    parse_copy_number,
    parse_page_code,
)

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
copy_numbers = st.builds(
    CopyNumber,
    party=st.sampled_from([PartyId("KZ"), PartyId("LT")]),
    year=st.integers(1000, 9999),
    serial=st.integers(1, 12_000_000),
    index=st.integers(1, 1_200),
)
pages = st.integers(1, 5_000)


@given(copy_numbers)
def test_a_copy_number_is_read_back_as_it_was_written(number: CopyNumber) -> None:
    assert parse_copy_number(str(number)) == number


@given(copy_numbers)
def test_a_copy_number_is_found_in_text_and_read_in_lower_case(number: CopyNumber) -> None:
    found = COPY_NUMBER_IN_TEXT.search(f"Дана {number}, 2 бет")
    assert found is not None
    assert found.group() == str(number)
    assert parse_copy_number(f" {str(number).lower()} ") == number


@given(copy_numbers, st.data())
def test_no_single_misread_character_gives_a_copy_number(number: CopyNumber, data: st.DataObject) -> None:
    text = str(number)
    at = data.draw(st.integers(0, len(text) - 1))
    for letter in LETTERS + "- ":
        if letter != text[at]:
            with pytest.raises(ValueError):  # any refusal will do: form or check character
                parse_copy_number(text[:at] + letter + text[at + 1 :])


@given(copy_numbers, st.data())
def test_neighbours_that_swap_unseen_follow_each_other_in_the_alphabet(number: CopyNumber, data: st.DataObject) -> None:
    text = str(number)
    at = data.draw(st.integers(0, len(text) - 2))
    first, second = text[at], text[at + 1]
    if first == second or "-" in first + second:
        return
    try:
        parse_copy_number(text[:at] + second + first + text[at + 2 :])
    except ValueError:
        return
    assert abs(LETTERS.index(first) - LETTERS.index(second)) in {1, 35}


def test_at_any_place_exactly_one_pair_of_neighbours_can_swap_unseen() -> None:
    """The exception that the grammar of the numbers names; one of 630 pairs at each place."""
    for before in LETTERS:
        unseen = [
            (a, b)
            for i, a in enumerate(LETTERS)
            for b in LETTERS[:i]
            if mod_37_36.calc_check_digit(before + a + b) == mod_37_36.calc_check_digit(before + b + a)
        ]
        assert len(unseen) == 1


@given(copy_numbers, pages, pages)
def test_a_page_code_is_read_back_as_it_was_written(number: CopyNumber, page: int, total: int) -> None:
    code = parse_page_code(format_page_code(str(number), page, total))
    assert (code.copy_number, code.page, code.pages) == (number, page, total)


@given(copy_numbers)
def test_a_footer_code_says_no_page(number: CopyNumber) -> None:
    code = parse_page_code(format_page_code(str(number)))
    assert (code.copy_number, code.page, code.pages) == (number, None, None)


@given(copy_numbers, pages, st.data())
def test_no_single_misread_character_gives_a_page_code(number: CopyNumber, page: int, data: st.DataObject) -> None:
    text = format_page_code(str(number), page, 5_000)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from([c for c in LETTERS + " " if c != text[at]]))
    with pytest.raises(ValueError):  # any refusal will do: form or check character
        parse_page_code(text[:at] + letter + text[at + 1 :])


@pytest.mark.parametrize(
    "text", ["", "KZ-2026-123-01-A", "KZ-2026-000123-1-A", "KZ2026000123011", "кz-2026-000123-01-F", "4006381333931"]
)
def test_what_is_not_of_the_form_is_no_copy_number(text: str) -> None:
    with pytest.raises(ValueError, match="form"):
        parse_copy_number(text)


@pytest.mark.parametrize(("year", "serial"), [(2026, 0), (2026, -1), (26, 1), (10_000, 1)])
def test_a_register_number_out_of_range_is_refused(year: int, serial: int) -> None:
    with pytest.raises(ValueError, match="no register number"):
        format_register_number(PartyId("KZ"), year, serial)

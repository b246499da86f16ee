"""What is running text is told of all lines of a page at once, and no otherwise than of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.readers.pdf_letters import are_running, is_running

PROSE = "darbo grupė parengė ataskaitą apie sienos apsaugos priemones"
CYRILLIC = "прошу рассмотреть приложенные материалы и сообщить о принятом решении"
pieces = st.sampled_from(
    [
        "darbo",
        "grupė",
        "SLAPTAI",
        "Қ",
        "ЖАРИЯ",
        "құпия",
        " ",
        "   ",
        "/",
        "\\",
        "(46 str.)",
        "„",
        "–",
        "1",
        "\ud800",
        "Ž",
        "İ",
    ]
)
lines = st.lists(st.lists(pieces, max_size=24).map("".join), min_size=1, max_size=6)


@given(lines)
def test_lines_of_a_page_are_told_as_each_of_them_is(page: list[str]) -> None:
    assert list(are_running(page)) == list(map(is_running, page))


@pytest.mark.parametrize("text", [PROSE, CYRILLIC, f"{PROSE} SLAPTAI", f"„{CYRILLIC}“"])
def test_long_lines_of_small_letters_are_running_text(text: str) -> None:
    assert is_running(text) and list(are_running(["SLAPTAI", text, ""])) == [False, True, False]


@pytest.mark.parametrize(
    "text", ["SLAPTAI", PROSE.upper(), f"SLAPTAI / {PROSE}", f"SLAPTAI   {PROSE}", "įvadas " + 60 * "." + " 5"]
)
def test_what_may_hold_a_marking_of_its_own_is_none(text: str) -> None:
    assert not is_running(text) and list(are_running([text, PROSE])) == [False, True]

"""Pieces of text become the lines a person reads, at any turn."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.model import Box, Place, Visibility
from marker.readers.pdf_lines import Fragment, Line, lines_of, place_of

WIDTH, HEIGHT = 595.0, 842.0


def piece(text: str, x: float, y: float, size: float = 12, turned: int = 0, **kwargs: object) -> Fragment:
    """Text of letters 0.6 em wide whose baseline begins at (x, y)."""
    length, height = 0.6 * size * len(text), 0.7 * size
    cosine, sine = math.cos(math.radians(turned)), math.sin(math.radians(turned))
    corners = [(0.0, 0.0), (length, 0.0), (0.0, -height), (length, -height)]
    xs = [x + u * cosine - v * sine for u, v in corners]
    ys = [y + u * sine + v * cosine for u, v in corners]
    return Fragment(text, Box(min(xs), min(ys), max(xs), max(ys)), x, y, turned, size, **kwargs)  # type: ignore[arg-type]


def lines(*fragments: Fragment) -> list[Line]:
    return lines_of(fragments, WIDTH, HEIGHT)


def test_pieces_of_one_word_are_joined_and_words_kept_apart() -> None:
    found = lines(piece("СЕК", 100, 100), piece("РЕТНО", 100 + 3 * 7.2, 100), piece("экз", 100 + 8 * 7.2 + 4, 100))
    assert [line.text for line in found] == ["СЕКРЕТНО экз"]


def test_what_the_file_says_of_a_blank_is_believed() -> None:
    together = lines(piece("SLAP", 100, 100), piece("TAI", 131, 100, blank_before=False))
    apart = lines(piece("SLAP", 100, 100), piece("TAI", 129, 100, blank_before=True))
    assert (together[0].text, apart[0].text) == ("SLAPTAI", "SLAP TAI")


def test_a_letterhead_and_the_mark_beside_it_are_two_lines() -> None:
    found = lines(piece("МИНИСТЕРСТВО", 60, 60), piece("ҚҰПИЯ", 450, 60))
    assert [line.text for line in found] == ["МИНИСТЕРСТВО", "ҚҰПИЯ"]


def test_lines_of_a_column_follow_each_other() -> None:
    found = lines(
        piece("МИНИСТЕРСТВО", 60, 60), piece("ӨТЕ", 450, 60), piece("ОБОРОНЫ", 60, 75), piece("ҚҰПИЯ", 450, 75)
    )
    assert [line.text for line in found] == ["МИНИСТЕРСТВО", "ОБОРОНЫ", "ӨТЕ", "ҚҰПИЯ"]


def test_widely_set_letters_stay_one_line() -> None:
    letters = [piece(letter, 100 + 40 * n, 100) for n, letter in enumerate("СЕКРЕТНО")]
    assert [(line.text, line.tracked) for line in lines(*letters)] == [("С Е К Р Е Т Н О", True)]


def test_hidden_letters_never_share_a_line_with_seen_ones() -> None:
    found = lines(piece("VISIŠKAI", 100, 100, visibility=Visibility.HIDDEN), piece("SLAPTAI", 165, 100))
    assert {(line.text, line.visibility) for line in found} == {
        ("VISIŠKAI", Visibility.HIDDEN),
        ("SLAPTAI", Visibility.VISIBLE),
    }


def test_text_printed_twice_to_look_bold_is_read_once() -> None:
    assert [line.text for line in lines(piece("SLAPTAI", 100, 100), piece("SLAPTAI", 100.4, 100))] == ["SLAPTAI"]


@given(st.floats(-20, 40), st.booleans())
def test_words_that_stand_over_a_line_are_a_line_of_their_own(shift: float, first: bool) -> None:
    under = [piece("RIBOTO", 100, 100), piece("NAUDOJIMO", 150, 100, blank_before=True)]
    over = [piece("VISIŠKAI", 145 + shift, 100), piece("SLAPTAI", 207 + shift, 100, blank_before=True)]
    found = lines(*(over + under if first else under + over))
    assert sorted(line.text for line in found) == ["RIBOTO NAUDOJIMO", "VISIŠKAI SLAPTAI"]


def test_a_large_watermark_does_not_swallow_the_lines_it_crosses() -> None:
    found = lines(
        piece("SLAPTAI", 100, 400, size=60), piece("text of the body", 90, 390), piece("and more of it", 90, 404)
    )
    assert sorted(line.text for line in found) == ["SLAPTAI", "and more of it", "text of the body"]


def test_an_index_stays_with_its_word() -> None:
    assert [line.text for line in lines(piece("m", 100, 100), piece("2", 107.2, 96, size=8))] == ["m2"]


@pytest.mark.parametrize("turned", [0, 45, 90, 135, 180, 225, 270, 315])
def test_a_line_reads_alike_at_any_turn(turned: int) -> None:
    cosine, sine = math.cos(math.radians(turned)), math.sin(math.radians(turned))
    size = 14.0
    words, at = [], 0.0
    for word in ("VISIŠKAI", "SLAPTAI"):
        words.append(piece(word, 300 + at * cosine, 400 + at * sine, size, turned))
        at += 0.6 * size * (len(word) + 0.6)
    below = piece("Egz. Nr. 2", 300 - 18 * sine, 400 + 18 * cosine, size, turned)
    assert [(line.text, line.turned) for line in lines(below, *words)] == [
        ("VISIŠKAI SLAPTAI", turned),
        ("Egz. Nr. 2", turned),
    ]


@pytest.mark.parametrize(
    ("x", "y", "turned", "size", "place"),
    [
        (250, 30, 0, 12, Place.TOP),
        (250, 820, 0, 12, Place.BOTTOM),
        (450, 120, 0, 12, Place.CORNER),
        (250, 400, 0, 12, Place.BODY),
        (100, 600, 315, 50, Place.WATERMARK),
        (20, 500, 270, 10, Place.MARGIN),
    ],
)
def test_a_line_knows_its_zone(x: float, y: float, turned: int, size: float, place: Place) -> None:
    assert lines(piece("SLAPTAI", x, y, size, turned))[0].place is place


def test_centred_is_what_stands_in_the_middle_or_to_the_right() -> None:
    middle, right, left = lines(
        piece("SLAPTAI", WIDTH / 2 - 25, 100), piece("ҚҰПИЯ", 450, 200), piece("Dear Sir", 60, 300)
    )
    assert (middle.centred, right.centred, left.centred) == (True, True, False)


@given(
    st.lists(
        st.tuples(
            st.text("АБВabc ", min_size=1, max_size=8),
            st.floats(-50, 650),
            st.floats(-50, 900),
            st.floats(0, 80),
            st.integers(0, 359),
        ),
        max_size=30,
    )
)
def test_no_letter_is_lost_or_made_up(items: list[tuple[str, float, float, float, int]]) -> None:
    fragments = [piece(text, x, y, size, turned) for text, x, y, size, turned in items]
    found = sorted("".join(line.text for line in lines_of(fragments, WIDTH, HEIGHT)).replace(" ", ""))
    given_letters = sorted("".join(text for text, *_ in items).replace(" ", ""))
    # Twins are dropped, so letters may be fewer, never more or others.
    assert not set(found) - set(given_letters)
    assert len(found) <= len(given_letters)
    if len({text.strip() for text, *_ in items}) == len(items):
        assert found == given_letters


@given(st.floats(0, 595), st.floats(0, 842), st.integers(0, 359))
def test_every_line_has_a_zone(x: float, y: float, turned: int) -> None:
    assert isinstance(place_of(Box(x, y, x + 10, y + 10), turned, 12, WIDTH, HEIGHT), Place)

"""Two lines of a marking set so tight that the tails of one stand among the letters of the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from marker.agreement.load import load_profile
from marker.detect.lexicon import CONTEXT_ROLES, lexicon_of
from marker.intake.work import Task, examine_file
from marker.model import PartyId
from marker.ocr import raster
from marker.ocr.askew import runs_of
from marker.ocr.blobs import blobs_of
from marker.ocr.colour import Grey
from marker.ocr.crop import LETTER, MARGIN, Strip, cut
from marker.ocr.montage import Word, line_of
from marker.ocr.page import lay_out
from marker.ocr.pieces import pieces_of
from marker.settings import Settings
from tests.ocr import pages

FORMS = {entry.form for entry in lexicon_of(load_profile()).entries if entry.role not in CONTEXT_ROLES}
HIGH, WIDE = 40, 22
"""Pixels: a row of words as they are read, and a letter."""


def row_of(text: str, left: int, top: int) -> list[Word]:
    words: list[Word] = []
    for word in text.split():
        words.append(Word(word, left, top, WIDE * len(word), HIGH, 90.0))
        left += WIDE * (len(word) + 1)
    return words


def print_of(text: str, *, leading: int, size: int = 20) -> Grey:
    """Ink of lines of bold capitals, as many pixels apart as given beside the height of their letters."""
    page = Image.new("L", (600, 160), 0)
    for number, line in enumerate(text.split("\n")):
        place = (40, 60 + number * (round(0.73 * size) + leading))
        ImageDraw.Draw(page).text(place, line, font=pages.font(size), fill=255, anchor="ls")
    return np.asarray(np.where(np.asarray(page) > 127, 255, 0), np.uint8)


def page_of(text: str, leading: int, *, framed: bool = True) -> Image.Image:
    """A page with capitals 25 pixels high in two lines, as many pixels from foot to foot as given."""
    page = pages.body(pages.blank(mode="L"))
    drawn = ImageDraw.Draw(page)
    for number, line in enumerate(text.split("\n")):
        drawn.text((1240, 120 + leading * number), line, font=pages.font(34), fill="black", anchor="ms")
    if framed:
        drawn.rectangle((900, 76, 1580, 172), outline="black", width=3)
    return page


# ── what was read of two rows at once ───────────────────────────────────────────────────────────────────────────────


def test_two_rows_cut_as_one_line_are_read_one_after_the_other_and_not_word_by_word_across() -> None:
    above, below = row_of("ӨТЕ ҚҰПИЯ", 240, 0), row_of("СОВЕРШЕННО СЕКРЕТНО", 0, HIGH + 4)
    assert line_of([*below, *above]).text == "ӨТЕ ҚҰПИЯ СОВЕРШЕННО СЕКРЕТНО"  # and not … СЕКРЕТНО ҚҰПИЯ


@given(
    rows=st.lists(st.lists(st.text("АБВГ", min_size=2, max_size=9), min_size=1, max_size=4), min_size=1, max_size=3),
    lefts=st.lists(st.integers(0, 30), min_size=3, max_size=3),
    step=st.integers(round(0.7 * HIGH), 2 * HIGH),
    dice=st.randoms(use_true_random=False),
)
def test_the_words_of_rows_come_in_the_order_in_which_people_read_them(
    rows: Sequence[Sequence[str]], lefts: Sequence[int], step: int, dice: st.DrawFn
) -> None:
    words = [
        word
        for number, (row, left) in enumerate(zip(rows, lefts, strict=False))
        for word in row_of(" ".join(row), left, step * number)
    ]
    dice.shuffle(words)  # type: ignore[attr-defined]  # a random.Random
    assert line_of(words).text.split() == [word for row in rows for word in row]


@pytest.mark.parametrize("rise", [-14, 14])
def test_a_line_that_rises_or_falls_is_one_row(rise: int) -> None:
    words = [word for place in range(5) for word in row_of("СЛОВО", 140 * place, 100 + rise * place)]
    assert line_of(words).text == "СЛОВО СЛОВО СЛОВО СЛОВО СЛОВО"


def test_dots_and_dashes_below_a_word_make_no_row() -> None:
    words = [*row_of("ДАНА 1", 0, 0), Word("_", 30, HIGH + 10, 40, 3, 30.0)]
    assert line_of(words).text == "ДАНА _ 1"


# ── where its lines are ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "ҚЫЗМЕТ БАБЫНДА\nПАЙДАЛАНУ ҮШІН",
        "ДЛЯ СЛУЖЕБНОГО\nПОЛЬЗОВАНИЯ",
        "ӨТЕ ҚҰПИЯ\nСОВЕРШЕННО СЕКРЕТНО",
        "ҚҰПИЯ\nСЕКРЕТНО",
        "VISIŠKAI\nSLAPTAI",
        "RIBOTO\nNAUDOJIMO",
    ],
)
@pytest.mark.parametrize("leading", [1, 2, 4, 8])
@pytest.mark.parametrize("size", [16, 20, 24])
def test_lines_between_which_only_tails_and_accents_stand_are_two(text: str, leading: int, size: int) -> None:
    ink = print_of(text, leading=leading, size=size)
    above, below = blobs_of(ink, pieces_of(ink), 1.5)
    assert above.bottom <= below.y
    assert max(above.height, below.height) < 1.25 * size  # capitals and their tails; both together are twice as high


@pytest.mark.parametrize("text", sorted(FORMS))
@pytest.mark.parametrize("size", [14, 20, 32])
def test_one_line_stays_one(text: str, size: int) -> None:
    ink = print_of(text, leading=0, size=size)
    lines = blobs_of(ink, pieces_of(ink), 1.5)
    assert max(line.y for line in lines) < min(line.bottom for line in lines)  # words far apart stand side by side


def letters(rise: float, *, heavy: bool = False, tails: Sequence[int] = ()) -> Grey:
    """Letters the middles of which rise by so much each.  ``heavy``: as L at one end and as T at the other; some have
    tails."""
    ink = np.zeros((120, 260), np.uint8)
    for number in range(8):
        left, top = 20 + 18 * number, round(60 - rise * number)
        if heavy:
            ink[top : top + 16, left + 5 : left + 9] = 255
            bar = top + 12 if number < 4 else top
            ink[bar : bar + 4, left : left + 13] = 255
        else:
            ink[top : top + 16, left : left + 13] = 255
        if number in tails:
            ink[top + 16 : top + 20, left + 9 : left + 13] = 255
    return ink


def test_level_letters_that_are_heavy_below_at_one_end_and_above_at_the_other_are_no_row_askew() -> None:
    ink = letters(0, heavy=True)
    assert runs_of(ink, pieces_of(ink), 1.5)[0] == []


@pytest.mark.parametrize("rise", [-2.5, -1.6, 1.6, 2.5])
@pytest.mark.parametrize("tails", [(), (0, 1), (6, 7)])
def test_letters_that_rise_are_one_with_tails_and_without(rise: float, tails: Sequence[int]) -> None:
    ink = letters(rise, tails=tails)
    assert len(runs_of(ink, pieces_of(ink), 1.5)[0]) == 1


# ── what is cut out ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("over", [0.05, 0.15, 0.2])
@pytest.mark.parametrize("above", [True, False])
def test_the_tails_of_a_neighbour_are_taken_out_of_a_line_where_they_reach_between_its_letters(
    over: float, above: bool
) -> None:
    page = np.full((200, 400), 255, np.uint8)
    for left in range(60, 340, 60):
        page[100:132, left : left + 24] = 0
    whole = cut(page, Strip(200, 116, 300, 32, 0))
    reach = round(over * 32)
    page[40 : 100 + reach, 90:96] = 0
    page[40 : 100 + reach, 330:336] = 0
    if not above:
        page, whole = page[::-1], whole[::-1]
    shown = cut(np.ascontiguousarray(page), Strip(200, 116 if above else 84, 300, 32, 0), tight=True)
    assert (np.abs(shown.astype(int) - whole) > 100).sum() == 0


@pytest.mark.parametrize("leading", [29, 31, 33])
def test_nothing_of_the_row_above_it_is_left_in_what_is_cut_out_of_a_frame(leading: int) -> None:
    page = page_of("ҚЫЗМЕТ БАБЫНДА\nНАПИСАНО", leading)
    sheet = lay_out(raster.of_image(page, 200), 1, 200 / 72)
    _above, below = (line for line in sheet.candidates if line.kind == "frame")
    assert (sheet.crop(below)[:MARGIN] > 128).all()


def test_letters_that_reach_the_edge_of_their_crop_stay() -> None:
    page = np.full((200, 400), 255, np.uint8)
    page[70:132, 100:120] = 0  # a letter far higher than its line
    shown = cut(page, Strip(200, 116, 300, 32, 0), tight=True)
    assert (shown[: MARGIN + LETTER] < 128).any(axis=1).all()


# ── and what becomes of a document ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("framed", [False, True])
@pytest.mark.parametrize(
    ("text", "marking"),
    [
        ("ҚЫЗМЕТ БАБЫНДА\nПАЙДАЛАНУ ҮШІН", "kz:restricted"),
        ("ДЛЯ СЛУЖЕБНОГО\nПОЛЬЗОВАНИЯ", "kz:restricted"),
        ("ӨТЕ ҚҰПИЯ\nСОВЕРШЕННО СЕКРЕТНО", "kz:top-secret"),
        ("RIBOTO\nNAUDOJIMO", "lt:restricted"),
        ("VISIŠKAI\nSLAPTAI", "lt:top-secret"),
    ],
)
def test_a_marking_set_tight_is_read(text: str, marking: str, framed: bool, tmp_path: Path) -> None:
    path = pages.save(tmp_path / "a.pdf", page_of(text, 29, framed=framed))
    receiving = PartyId("LT" if marking.startswith("kz") else "KZ")
    assert examine_file(path, path.name, Task(receiving, "", Settings())).verdict.marking == marking

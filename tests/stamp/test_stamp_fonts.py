"""The stamp's fonts: every letter that may be needed, none replaced."""

from __future__ import annotations

import io

import pytest
from fontTools.ttLib import TTFont

from marker.errors import HoldError
from marker.stamp.fonts import face
from marker.stamp.panels import wrap

KAZAKH = "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯаәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
LITHUANIAN = "AĄBCČDEĘĖFGHIĮYJKLMNOPRSŠTUŲŪVZŽaąbcčdeęėfghiįyjklmnoprsštuųūvzž"


@pytest.mark.parametrize("strong", [False, True])
@pytest.mark.parametrize("letters", [KAZAKH, LITHUANIAN, "№·/()'-.:,„“–0123456789"])
def test_the_faces_have_every_letter_of_both_parties(letters: str, strong: bool) -> None:
    face(strong).require(letters)


def test_a_letter_without_a_glyph_is_named_by_its_code_points() -> None:
    with pytest.raises(HoldError, match=r"U\+5B57, U\+6F22") as caught:
        face(False).require("Gavėjas 漢字")
    assert "漢" not in str(caught.value)


@pytest.mark.parametrize("strong", [False, True])
def test_a_subset_has_the_letters_asked_for_at_the_width_of_the_whole_font(strong: bool) -> None:
    subset = face(strong).subset(["ҚҰПИЯ", "Žyma"])
    font = TTFont(io.BytesIO(subset.program))
    order = font.getGlyphOrder()
    assert len(order) == len(subset.widths)
    assert set(subset.glyphs) == set("ҚҰПИЯŽyma")
    for letter, index in subset.glyphs.items():
        assert subset.widths[index] == pytest.approx(face(strong).width(letter, 1000), abs=0.5)
        assert font["glyf"][order[index]].numberOfContours != 0, "an empty glyph would print nothing"
    assert subset.encode("ҚҚ") == f"{subset.glyphs['Қ']:04X}" * 2


def test_the_same_letters_make_the_same_bytes_and_another_set_another_name() -> None:
    once, again, other = (face(True).subset([text]) for text in ("ҚҰПИЯ", "ЯИПҰҚ", "SLAPTAI"))
    assert (once.program, once.name) == (again.program, again.name)
    assert other.name != once.name
    assert once.name[6] == "+"
    assert once.name[:6].isalpha()
    assert once.name[:6].isupper()


def test_letters_reach_as_far_as_their_outlines() -> None:
    plain, _ = face(True).extent("К", 10)
    high, low = face(True).extent("ҚŠ", 10)
    assert high > plain
    assert low > 0 == face(True).extent("К", 10)[1]


def test_lines_are_wrapped_after_blanks_and_slashes_and_evenly() -> None:
    text = "ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН/ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ"
    width = face(True).width(text, 10)
    assert wrap(text, True, 10, width) == (text,)
    two = wrap(text, True, 10, width * 0.6)
    assert two == ("ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН/", "ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ")
    assert wrap(text, True, 10, 20) is None


def test_a_number_stays_with_the_sign_before_it() -> None:
    lines = wrap("Дана № 1 (барлығы 2) / Экз. № 1 из 2", True, 6, 60)
    assert lines is not None
    assert not any(line.endswith("№") or line.startswith("/") for line in lines)

"""Folding compares; what stands in the file can always be quoted."""

from __future__ import annotations

import random

import pytest
from detect_readings import PROFILE
from hypothesis import given
from hypothesis import strategies as st

from marker.detect.fold import UNKNOWN, fold, words

OWN_FORMS = sorted({form for marking in PROFILE.markings for form in marking.own_forms()})
LOOKALIKES = {
    "А": "AΑ", "В": "BΒ", "Е": "EΕ", "К": "KΚҚ", "М": "MΜ", "Н": "HΗҢ", "О": "OΟ0Ө", "Р": "PΡ", "С": "C", "Т": "TΤ",
    "У": "YΥҰҮ", "Х": "XΧ", "І": "I", "Ү": "YҰУ", "Ұ": "YҮУ¥", "Қ": "KК", "Ө": "OОΘθ", "Ғ": "Г",
    "A": "АΑ", "B": "ВΒ", "E": "ЕΕĖĘ", "I": "ІΙĮ", "K": "КΚ", "M": "М", "N": "Ν", "O": "ОΟ", "P": "РΡ", "S": "ЅŠ",
    "Š": "S", "T": "ТΤ", "R": "R", "C": "СČ", "U": "UŲŪ",
}  # fmt: skip
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\xad\u202a\u202c"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CEKPETHO", "СЕКРЕТНО"),
        ("θTE ҚҰПИЯ", "ӨТЕ ҚҰПИЯ"),
        ("RIB ОТО NAUDOJMO", "RIB OTO NAUDOJMO"),
        ("VISISKAI", "VISIŠKAI"),
        ("КУПИЯ", "ҚҰПИЯ"),
        ("Қ¥ПИЯ", "ҚҰПИЯ"),
        ("СЕКРЕТН0", "СЕКРЕТНО"),
        ("VlSlŠKAl", "VISIŠKAI"),
        ("Секре\u200bт\xadно", "СЕКРЕТНО"),
        ("СОВЕРШЕННО\xa0СЕКРЕТНО", "СОВЕРШЕННО СЕКРЕТНО"),
        ("SLAPTAI\u2044SECRET", "SLAPTAI/SECRET"),
        ("TRE\u0300S", "TRÈS"),
        ("ＳＥＣＲＥＴ", "SECRET"),
    ],
)
def test_spellings_of_one_mark_fold_alike(written: str, meant: str) -> None:
    assert fold(written).text == fold(meant).text


@pytest.mark.parametrize(
    ("one", "other"), [("СЕКРЕТНО", "НЕСЕКРЕТНО"), ("SLAPTAI", "SLAPTAS"), ("ҚҰПИЯ", "КОПИЯ"), ("ДСП", "ДСК")]
)
def test_other_words_stay_other_words(one: str, other: str) -> None:
    assert fold(one).text != fold(other).text


def test_a_number_sign_is_no_letters() -> None:
    assert words("Экз. № 2") == (fold("ЭКЗ").text, "2")


def test_a_letter_nobody_can_name_is_kept_as_a_letter() -> None:
    assert words("\ue000\ue001СЕКРЕТНО") == (UNKNOWN * 2 + fold("СЕКРЕТНО").text,)


def test_numbers_stay_numbers() -> None:
    assert fold("Nr. 105, 2026-11-03").text == "NR. 105, 2026-11-03"


def test_a_folded_range_quotes_what_stands_in_the_file() -> None:
    folded = fold("„Se\u0301cr\u200bet”")
    start = folded.text.index("SECRET")
    assert folded.quote(start, start + 6) == "Se\u0301cr\u200bet"


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(st.text(max_size=60))
def test_every_folded_character_comes_from_somewhere_and_in_order(text: str) -> None:
    folded = fold(text)
    ends = 0
    for index in range(len(folded.text)):
        start, end = folded.origin(index, index + 1)
        assert 0 <= start < end <= len(text)
        assert end >= ends
        ends = end
        assert folded.text[index] in fold(text[start:end]).text or text[start:end] in "l01356"


@given(st.sampled_from(OWN_FORMS), st.randoms(use_true_random=False))
def test_a_form_survives_look_alike_letters_and_invisible_characters(form: str, rng: random.Random) -> None:
    disguised = "".join(
        (rng.choice(INVISIBLE) if rng.random() < 0.3 else "") + rng.choice(LOOKALIKES.get(letter, letter) + letter)
        for letter in form
    )
    if "0" in disguised and sum(word.count("0") for word in disguised.split()) > 1:
        disguised = disguised.replace("0", "О")
    assert fold(disguised).text == fold(form).text

"""Marks that say until when, on what ground or whose: found as marks, and never passed over beside a lower one."""

from __future__ import annotations

import pytest
from detect_readings import KZ, LT, PROSE_LT, PROSE_RU, corner, docx, judged, para, pdf, prose, top

from marker.model import HoldCode, PartyId, Place

TERMED = [
    ("Slaptai iki 2036-10-14", KZ, "lt:secret"),
    ("SLAPTAI (iki 2036 m. spalio 14 d.)", KZ, "lt:secret"),
    ("RIBOTO NAUDOJIMO iki 2031-10-14", KZ, "lt:restricted"),
    ("LIETUVOS RESPUBLIKA SLAPTAI", KZ, "lt:secret"),
    ("LT SLAPTAI", KZ, "lt:secret"),
    ("Секретно (п. 12 Перечня)", LT, "kz:secret"),
    ("Секретно до 14.10.2036", LT, "kz:secret"),
    ("Секретно до 14 октября 2036 г.", LT, "kz:secret"),
    ("Степень секретности: секретно", LT, "kz:secret"),
    ("Құпиялылық дәрежесі: «Құпия»", LT, "kz:secret"),
    ("Секретно, лично", LT, "kz:secret"),
    ("Лично. Совершенно секретно", LT, "kz:top-secret"),
    ("Құпия. Тек адресатқа", LT, "kz:secret"),
    ("Slaptai, asmeniškai", KZ, "lt:secret"),
    ("Құпия (Тізбенің 12-тармағы)", LT, "kz:secret"),
    ("S l a p t a i i k i 2 0 3 6 - 1 0 - 1 4", KZ, "lt:secret"),
    ("С е к р е т н о ( п . 1 2 П е р е ч н я )", LT, "kz:secret"),
]
LOWEST = {KZ: "RIBOTO NAUDOJIMO", LT: "Для служебного пользования"}
PROSE = {KZ: PROSE_LT, LT: PROSE_RU}


@pytest.mark.parametrize(("text", "to", "marking"), TERMED)
def test_a_mark_with_its_term_or_ground_is_a_mark(text: str, to: PartyId, marking: str) -> None:
    line = top(text) if to == KZ else corner(text)
    assert judged(pdf([line, *prose(PROSE[to])]), to).marking == marking


@pytest.mark.parametrize(("text", "to", "marking"), TERMED)
def test_an_annex_so_marked_raises_a_letter_of_the_lowest_level(text: str, to: PartyId, marking: str) -> None:
    line, lowest = (top(text), top(LOWEST[to])) if to == KZ else (corner(text), corner(LOWEST[to]))
    assert judged(pdf([lowest, *prose(PROSE[to])], [line, *prose(PROSE[to])]), to).marking == marking


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("SLAPTAI kol galioja planas", KZ),
        ("Slaptai, grąžinti", KZ),
        ("Секретно (на время учений)", LT),
        ("Žymėta: slaptai", KZ),
        ("К исх. № 345 от 14.10.2026 секретно", LT),
    ],
)
def test_a_mark_with_words_nobody_foresaw_is_asked_about(text: str, to: PartyId) -> None:
    line, lowest = (top(text), top(LOWEST[to])) if to == KZ else (corner(text), corner(LOWEST[to]))
    verdict = judged(pdf([lowest, *prose(PROSE[to])], [line, *prose(PROSE[to])]), to)
    assert verdict.hold is not None
    assert verdict.hold.code is HoldCode.UNCERTAIN


def test_a_sentence_that_begins_with_the_word_of_a_mark_is_none() -> None:
    text = "Slaptai saugomi dokumentai laikomi seife, o raktas – pas budintį"
    assert judged(pdf([top("RIBOTO NAUDOJIMO"), top(text, 80), *prose()]), KZ).marking == "lt:restricted"


def test_a_dated_notice_of_declassification_among_the_first_paragraphs_counts() -> None:
    reading = docx(
        para("Секретно", Place.BODY), para("Рассекречено 12.05.2026, акт № 5", Place.BODY), *[para(PROSE_RU)] * 8
    )
    verdict = judged(reading, LT)
    assert verdict.hold is not None
    assert verdict.hold.code is HoldCode.DECLASSIFIED

"""Letters that registries write for a marking: never one, and never passed over where one stands."""

from __future__ import annotations

import pytest
from detect_readings import (
    KZ,
    LT,
    PROFILE,
    PROSE_LT,
    PROSE_RU,
    Placed,
    body,
    corner,
    docx,
    judged,
    outcome,
    para,
    pdf,
    prose,
    top,
)

from marker.detect.judge import state_marking
from marker.detect.sieve import Sieve
from marker.model import Box, HoldCode, MarkingId, PageInfo, Place, Source, Span

RU, LIT = prose(PROSE_RU), prose(PROSE_LT)
DSP = corner("Для служебного пользования")
RN = top("RIBOTO NAUDOJIMO")


@pytest.mark.parametrize(
    "letters",
    ["СС", "с/с", "С/С", "сс", "CC", "С С", "«СС»", "СС Экз. № 1", "СС Экз. единственный", "ӨҚ", "«ӨҚ»", "Ө Қ", "ОВ"],
)
def test_letters_in_the_corner_of_an_annex_hold_a_letter_marked_lower(letters: str) -> None:
    verdict = judged(pdf([DSP, *RU], [corner(letters), *RU]), LT)
    assert verdict.hold is not None and verdict.hold.code is HoldCode.UNCERTAIN
    assert "Letters that registries write" in verdict.hold.detail and "page 2" in verdict.hold.detail


def test_a_single_letter_in_the_corner_holds_too() -> None:
    assert outcome(pdf([DSP, *RU], [corner("С"), corner("Экз. № 1", y=66), *RU]), LT) == "uncertain"
    assert outcome(pdf([DSP, *RU], [corner("С"), *RU]), LT) == "uncertain"
    assert outcome(pdf([DSP, *RU], [corner("Қ"), *RU]), LT) == "uncertain"


def test_letters_for_the_level_above_article_3_hold_even_beside_the_highest_marking() -> None:
    live = corner("Совершенно секретно")
    assert outcome(pdf([live, *RU], [corner("ОВ"), corner("Экз. № 1", y=66), *RU]), LT) == "uncertain"
    assert outcome(pdf([live, *RU], [corner("СС"), corner("Экз. № 1", y=66), *RU]), LT) == "kz:top-secret"
    assert outcome(pdf([RN, *LIT], [top("OB"), *LIT]), KZ) == "lt:restricted"


@pytest.mark.parametrize("other", ["OK", "ОК", "К", "K"])
def test_what_merely_folds_to_kazakh_letters_is_none_of_them(other: str) -> None:
    assert outcome(pdf([DSP, *RU], [corner(other), *RU]), LT) == "kz:restricted"


@pytest.mark.parametrize("letters", ["VS", "S", "K"])
def test_lithuanian_letters_at_the_top_of_an_annex_hold_it(letters: str) -> None:
    assert outcome(pdf([RN, *LIT], [top(letters), *LIT]), KZ) == "uncertain"


def test_letters_that_do_not_outrank_the_marking_change_nothing() -> None:
    verdict = judged(pdf([top("SLAPTAI"), *LIT], [top("SLAPTAI"), top("K", y=60), *LIT]), KZ)
    assert verdict.marking == "lt:secret"
    assert outcome(pdf([corner("Секретно"), *RU], [corner("С"), *RU]), LT) == "kz:secret"


def test_letters_alone_are_no_marking() -> None:
    verdict = judged(pdf([corner("СС"), *RU]), LT)
    assert verdict.hold is not None and verdict.hold.code is HoldCode.UNCERTAIN and verdict.marking is None


def test_who_reads_the_document_may_state_a_marking_below_such_letters() -> None:
    """They are no marking that was found, so they are no floor: a person's initials must not raise a letter."""
    verdict = judged(pdf([RN, *LIT], [top("VS"), *LIT]), KZ)
    stated = state_marking(verdict, MarkingId("lt:restricted"), PROFILE, KZ)
    assert stated.marking == "lt:restricted"


@pytest.mark.parametrize(
    "line",
    [
        corner("С. С."), corner("С.С."), corner("С. А."), corner("(С)"), corner("С)"), corner("с"), corner("С 12"),
        corner("С Ивановым"), corner("КС"), body("СС"), body("С"), top("С", y=300), Placed("VS", 45, 40),
    ],
)  # fmt: skip
def test_a_persons_initials_items_of_lists_and_words_hold_nothing(line: Placed) -> None:
    assert outcome(pdf([DSP, *RU], [line, *RU]), LT) == "kz:restricted"


@pytest.mark.parametrize("letters", ["V. S.", "vs", "s", "K.", "S-12", "RN-4", "A", "S/12", "VS/AK"])
def test_lithuanian_initials_and_numbers_hold_nothing(letters: str) -> None:
    assert outcome(pdf([RN, *LIT], [top(letters), *LIT]), KZ) == "lt:restricted"


def test_headings_of_columns_hold_nothing() -> None:
    heads = [Placed(text, 100 + 100 * at, 90) for at, text in enumerate(("Nr.", "S", "K", "A"))]
    assert outcome(pdf([RN, *LIT], [*heads, *LIT]), KZ) == "lt:restricted"
    cells = [para(text, cell=True, centred=True, flow="t") for text in ("Nr.", "VS", "S", "K", "1", "2", "3", "4")]
    assert outcome(docx(para("RIBOTO NAUDOJIMO", Place.HEADER), PROSE_LT, *cells), KZ) == "lt:restricted"


def test_the_letters_of_the_receiving_party_say_nothing() -> None:
    assert outcome(pdf([DSP, *RU], [corner("VS"), *RU]), LT) == "kz:restricted"


def test_paragraphs_of_an_annex_that_are_such_letters_hold_it() -> None:
    head = para("Для служебного пользования", centred=True)
    annex = [para("Приложение № 1", centred=True), para("с/с", centred=True), *(PROSE_RU,) * 3]
    assert outcome(docx(head, *(PROSE_RU,) * 9, *annex), LT) == "uncertain"
    single = [para("Приложение № 1", centred=True), para("С", centred=True), *(PROSE_RU,) * 3]
    assert outcome(docx(head, *(PROSE_RU,) * 9, *single), LT) == "uncertain"
    assert outcome(docx(head, *(PROSE_RU,) * 9, para("С", centred=True), *(PROSE_RU,) * 3), LT) == "kz:restricted"


@pytest.mark.parametrize(
    ("letters", "passes"),
    [("СС", False), ("ӨҚ", False), ("ОВ", False), ("с/с Экз. № 1", False), ("С", False), ("С Ивановым", True)],
)
def test_the_sieve_lets_no_page_pass_that_bears_such_letters(letters: str, passes: bool) -> None:
    sieve, info = Sieve(PROFILE), PageInfo(2, 595, 842, readable=True, has_text=True)
    line = Span(letters, Source.TEXT, Place.BODY, "page 2", 2, Box(480, 40, 540, 52), 12.0)
    assert (sieve.passes([PROSE_RU], [line], info) is not None) is passes

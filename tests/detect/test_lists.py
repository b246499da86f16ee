"""Lists of documents, quotations over paragraphs, glossaries: talk of markings that must not hold a letter."""

from __future__ import annotations

import pytest
from detect_readings import (
    KZ,
    LT,
    PROSE_LT,
    PROSE_RU,
    Placed,
    bottom,
    corner,
    docx,
    outcome,
    para,
    pdf,
    prose,
    top,
)

RU, LIT = prose(PROSE_RU, lines=4), prose(PROSE_LT, lines=4)


def table(*levels: str, start: float = 300) -> list[Placed]:
    """Rows of a number, a title, a level and a count of sheets, column after column as writers of PDF put them."""
    tall = [(start + 17 * at, level) for at, level in enumerate(levels)]
    numbers = [Placed(str(at), 70, y, 8) for at, (y, _) in enumerate(tall, 1)]
    titles = [Placed("План учений", 180, y, 8) for y, _ in tall]
    sheets = [Placed("3", 420, y, 8) for y, _ in tall]
    return [*numbers, *titles, *(Placed(level, 300, y, 8) for y, level in tall), *sheets]


def test_a_column_of_levels_in_a_list_of_documents_holds_nothing() -> None:
    letter = [corner("Для служебного пользования"), *RU, *table("секретно", "сов. секретно", "н/с")]
    assert outcome(pdf(letter), LT) == "kz:restricted"
    letter = [top("RIBOTO NAUDOJIMO"), *LIT, *table("Slaptai", "neslapta"), bottom("RIBOTO NAUDOJIMO")]
    assert outcome(pdf(letter), KZ) == "lt:restricted"


@pytest.mark.parametrize(
    "rows",
    [
        table("SLAPTAI", "NESLAPTA"),  # capitals: as a marking is written
        table("Slaptai", "Slaptai"),  # one level: what the rows are about may be this very letter
        table("Slaptai"),
        [Placed("Slaptai", 300, 300, 8), Placed("neslapta", 300, 317, 8)],  # no rows
    ],
)
def test_what_is_no_list_for_certain_stays_in_doubt(rows: list[Placed]) -> None:
    assert outcome(pdf([top("RIBOTO NAUDOJIMO"), *LIT, *rows]), KZ) in ("uncertain", "conflict", "lt:secret")


def test_a_list_takes_no_mark_from_the_zone() -> None:
    rows = [Placed(text, x, 40, 8) for text, x in (("1", 70), ("Planas", 180), ("Slaptai", 290), ("3", 420))]
    rows += [Placed(text, x, 57, 8) for text, x in (("2", 70), ("Planas", 180), ("neslapta", 290), ("3", 420))]
    assert outcome(pdf([*rows, *LIT]), KZ) != "unmarked"


def test_another_owners_word_in_a_list_stays_what_it_was() -> None:
    rows = table("секретно", "сов. секретно", "NATO SECRET")
    assert outcome(pdf([corner("Для служебного пользования"), *RU, *rows]), LT) == "third-party"


QUOTED = ("Ant kiekvieno lapo dedama žyma", "SLAPTAI", "viršutinėje paraštėje.")


def word(*paragraphs: str) -> str:
    head = para("RIBOTO NAUDOJIMO", centred=True)
    return outcome(docx(head, *(PROSE_LT,) * 6, *paragraphs, PROSE_LT), KZ)


def test_a_sentence_over_paragraphs_that_quotes_a_marking_holds_nothing() -> None:
    assert word(*QUOTED) == "lt:restricted"


@pytest.mark.parametrize(
    "paragraphs",
    [
        ("Ant kiekvieno lapo dedama žyma.", "SLAPTAI", "viršutinėje paraštėje."),
        ("Ant kiekvieno lapo dedama žyma", "SLAPTAI", "Viršutinėje paraštėje."),
        ("Ant kiekvieno lapo dedama žyma", "SLAPTAI", "viršutinėje paraštėje"),
        ("prašome kreiptis iki kito mėnesio į", "SLAPTAI", "planavimo departamentą Vilniuje."),
        ("Žyma", "SLAPTAI", "viršutinėje paraštėje."),
        ("SLAPTAI",),
    ],
)
def test_a_marking_amid_a_sentence_that_does_not_introduce_it_stays_in_doubt(paragraphs: tuple[str, ...]) -> None:
    assert word(*paragraphs) != "lt:restricted"


def glossary(meaning: str) -> str:
    cells = [para(text, cell=True, flow="word/document.xml#table1") for text in ("ДСП", meaning)]
    return outcome(docx(*(PROSE_RU,) * 6, "Словарь терминов:", *cells, PROSE_RU), LT)


def test_a_glossary_of_short_forms_is_no_marking() -> None:
    assert glossary("для служебного пользования") == "unmarked"
    assert glossary("Для служебного пользования") != "unmarked"

"""The table of Article 3 that a page break cut into a row and the rest, and items of the text at a page's edge."""

from __future__ import annotations

from dataclasses import replace

import pytest
from detect_readings import KZ, LT, PROSE_LT, PROSE_RU, Placed, bottom, corner, outcome, pdf, prose, top

from marker.model import Reading

ROWS = (
    ("ӨТЕ ҚҰПИЯ", "VISIŠKAI SLAPTAI"),
    ("ҚҰПИЯ", "SLAPTAI"),
    ("ҚҰПИЯ", "KONFIDENCIALIAI"),
    ("ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ", "RIBOTO NAUDOJIMO"),
)
LIT, RU = prose(PROSE_LT), prose(PROSE_RU)
LIVE = (top("RIBOTO NAUDOJIMO", 20), bottom("RIBOTO NAUDOJIMO", 815))


def rows(*which: int, start: float, x: float = 60, size: float = 10) -> list[Placed]:
    """Rows of the table below one another from ``start``."""
    return [
        Placed(text, x + 250 * column, start + 18 * at, size)
        for at, row in enumerate(which)
        for column, text in enumerate(ROWS[row])
    ]


def cut(foot: list[Placed], head: list[Placed]) -> str:
    return outcome(pdf([*LIVE, *LIT, *foot], [*LIVE, *head, *LIT]), KZ)


@pytest.mark.parametrize("rest", [1, 2, 3])
def test_a_table_cut_by_a_page_break_is_a_table_on_both_pages(rest: int) -> None:
    foot = rows(*range(rest), start=780 - 18 * (rest - 1))
    assert cut(foot, rows(*range(rest, 4), start=50)) == "lt:restricted"


@pytest.mark.parametrize("rest", [1, 3])
def test_it_is_one_under_a_marking_of_kazakhstan_too(rest: int) -> None:
    first = [corner("ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ"), *RU, *rows(*range(rest), start=780 - 18 * (rest - 1))]
    assert outcome(pdf(first, [*rows(*range(rest, 4), start=50), *RU]), LT) == "kz:restricted"


@pytest.mark.parametrize(
    ("foot", "head"),
    [
        (rows(0, start=780), rows(1, start=50)),  # a pair at the foot, another at the head: a copy marked anew
        (rows(0, start=780), rows(0, start=50)),
        (rows(0, start=780), rows(1, 2, start=50, x=90)),  # other columns
        (rows(0, start=780, size=14), rows(1, 2, start=50)),
        (rows(0, start=780), rows(1, 2, 3, start=600)),  # not where the page breaks off
        (rows(0, start=780), [*rows(1, start=50), *rows(2, start=150)]),  # apart
        (rows(0, start=780), [*rows(1, start=50)[:1], *rows(2, start=68)[1:]]),  # no rows of both
        (rows(0, start=780), rows(0, 1, 2, 3, start=50)),  # whole: the pair at the foot is none of its rows
        (rows(0, 1, 2, 3, start=700), rows(0, start=20)),
        (rows(0, start=780)[1:], rows(1, 2, 3, start=50)),  # the sender's own marking alone
        (rows(1, 2, 3, start=730), [replace(rows(0, start=50)[1], x=240)]),
    ],
)
def test_a_pair_of_markings_that_no_table_goes_on_from_holds(foot: list[Placed], head: list[Placed]) -> None:
    assert cut(foot, head) in {"conflict", "uncertain", "lt:top-secret"}


# ── items of the text ───────────────────────────────────────────────────────────────────────────────────────────────

BLOCK = prose(PROSE_LT, start=640, lines=7)
"""Ends at 748 points, where the foot of the page begins."""
ITEM = Placed("slaptai", 96, 764)


def at_foot(*lines: Placed) -> Reading:
    return pdf([top("RIBOTO NAUDOJIMO"), *BLOCK, *lines, bottom("RIBOTO NAUDOJIMO", 815)])


@pytest.mark.parametrize("text", ["slaptai", "slaptai;", "visiškai slaptai,"])
def test_an_item_of_the_text_at_the_foot_of_a_page_is_a_mention(text: str) -> None:
    assert outcome(at_foot(replace(ITEM, text=text)), KZ) == "lt:restricted"
    assert outcome(at_foot(replace(ITEM, text=f"{text.rstrip(';,')};", x=60)), KZ) == "lt:restricted"


def test_an_item_of_the_text_at_the_head_of_a_page_is_a_mention() -> None:
    first = [*LIVE, *LIT]
    second = [*LIVE, Placed(PROSE_LT, 60, 60), replace(ITEM, y=80), *LIT]
    assert outcome(pdf(first, second), KZ) == "lt:restricted"


@pytest.mark.parametrize(
    "line",
    [
        replace(ITEM, text="Slaptai"),
        replace(ITEM, text="SLAPTAI"),
        replace(ITEM, x=60),  # flush with the text
        replace(ITEM, x=276),  # in the middle
        replace(ITEM, x=500),
        replace(ITEM, size=14),
        replace(ITEM, size=9),
        replace(ITEM, y=800),  # apart from the text
        replace(ITEM, turned=30),
        ITEM.by_ocr(),
    ],
)
def test_what_may_be_a_marking_at_the_foot_of_a_page_stays_in_doubt(line: Placed) -> None:
    assert outcome(at_foot(line), KZ) in {"uncertain", "conflict", "lt:secret"}


def test_a_copy_number_below_it_keeps_the_doubt() -> None:
    assert outcome(at_foot(ITEM, Placed("Egz. Nr. 2", 96, 780)), KZ) in {"uncertain", "lt:secret"}


FIRST = (*LIVE, *LIT)
BELOW = (Placed(PROSE_LT, 60, 78), *LIT)
COPY = Placed("Egz. Nr. 2", 500, 40)
LISTED = Placed("slaptai,", 96, 60)


def test_the_edge_of_the_text_is_that_of_both_pages() -> None:
    item = Placed("slaptai", 92, 80)
    second = [*LIVE, Placed(PROSE_LT, 88, 50), Placed("iki termino pabaigos.", 60, 64), item]
    assert outcome(pdf(FIRST, second), KZ) == "lt:restricted"


def test_the_first_line_of_a_page_is_an_item_above_the_end_of_a_letter_too() -> None:
    assert outcome(pdf(FIRST, [*LIVE, LISTED, Placed("Pagarbiai", 60, 84)]), KZ) == "lt:restricted"


@pytest.mark.parametrize("copy", [(), (COPY,)])
def test_the_first_line_of_a_later_page_is_an_item_by_its_comma_alone(copy: tuple[Placed, ...]) -> None:
    item = replace(ITEM, y=60)
    assert outcome(pdf(FIRST, [*LIVE, *copy, replace(item, text="slaptai;"), *BELOW]), KZ) == "lt:restricted"
    assert outcome(pdf(FIRST, [*LIVE, *copy, item, *BELOW]), KZ) in {"uncertain", "lt:secret"}
    first, text = [corner("ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ"), *RU], (Placed(PROSE_RU, 60, 78), *RU)
    assert outcome(pdf(first, [Placed("секретно,", 96, 60), *text]), LT) == "kz:restricted"
    assert outcome(pdf(first, [Placed("секретно", 96, 60), *text]), LT) == "uncertain"


@pytest.mark.parametrize(
    "second",
    [
        [*LIVE, LISTED],  # no text below
        [*LIVE, LISTED, Placed("PRIEDAS", 60, 78), *LIT],
        [*LIVE, replace(LISTED, x=276), *BELOW],
        [*LIVE, replace(LISTED, size=14), *BELOW],
        [*LIVE, replace(LISTED, text="Slaptai,"), *BELOW],
        [*LIVE, LISTED, replace(COPY, x=96, y=74), *BELOW[1:]],
        [*LIVE, replace(ITEM, y=60), *BELOW],
    ],
)
def test_what_may_be_a_marking_at_the_head_of_a_later_page_stays_in_doubt(second: list[Placed]) -> None:
    assert outcome(pdf(FIRST, second), KZ) in {"uncertain", "conflict", "lt:secret"}


def test_small_letters_above_all_text_of_the_first_page_stay_in_doubt() -> None:
    assert outcome(pdf([*LIVE, replace(ITEM, y=60, text="slaptai;"), *BELOW]), KZ) == "uncertain"
    assert outcome(pdf([replace(ITEM, y=60), *BELOW]), KZ) == "uncertain"


def test_small_letters_below_a_letterhead_or_another_marking_stay_in_doubt() -> None:
    head = Placed("Kultūros ministerija", 60, 44, 16)
    assert outcome(pdf([*LIVE, head, replace(ITEM, y=64), *LIT]), KZ) == "uncertain"
    above = [Placed("Egz. Nr. 2", 60, 44), replace(ITEM, y=60)]
    assert outcome(pdf([*LIVE, *above, *LIT]), KZ) in {"uncertain", "lt:secret"}

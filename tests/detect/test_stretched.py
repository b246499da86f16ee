"""Justified lines with wide blanks are one line again; whatever may be a marking beside other things is not."""

from __future__ import annotations

import pytest
from detect_readings import KZ, LT, bottom, outcome, pdf, top
from hypothesis import given
from hypothesis import strategies as st

from marker.detect.stretched import joined
from marker.model import Box, PageInfo, Place, Reading, Source, Span

LEFT, RIGHT, SIZE, LETTER = 60.0, 540.0, 12.0, 6.0
PAGES = {number: PageInfo(number, 595.0, 842.0, True, True) for number in (1, 2)}
FULL = "Ministerija siunčia priemonių planą ir prašo pateikti pastabas iki nustatyto termino"
AFTER = "spausdinamas raudonu rašalu viršutinėje eilutėje."
ROW = "Leidinyje aprašoma, kaip anksčiau žodis SLAPTAI būdavo"


def line(text: str, y: float, *, x0: float = LEFT, x1: float | None = None, bold: bool = False, page: int = 1) -> Span:
    """One span; its letters are as wide as those of ``stretched`` unless ``x1`` says otherwise."""
    right = x0 + LETTER * len(text.replace(" ", "")) + 3.0 * text.count(" ") if x1 is None else x1
    box = Box(x0, y, right, y + SIZE)
    return Span(text, Source.TEXT, Place.BODY, f"page {page}", page, box, SIZE, bold=bold)


def stretched(text: str, y: float, *, x0: float = LEFT, x1: float = RIGHT, bold: str = "", page: int = 1) -> list[Span]:
    """The words of a text as a reader gives them that takes its wide blanks for columns; ``bold`` is one of them."""
    words = text.split()
    gap = (x1 - x0 - LETTER * sum(map(len, words))) / (len(words) - 1)
    spans = []
    for word in words:
        spans.append(line(word, y, x0=x0, x1=x0 + LETTER * len(word), bold=word == bold, page=page))
        x0 += LETTER * len(word) + gap
    return spans


def page(*rows: Span | list[Span]) -> Reading:
    """A page that bears RIBOTO NAUDOJIMO at head and foot, full lines of text, and these."""
    marks = pdf([top("RIBOTO NAUDOJIMO"), bottom("RIBOTO NAUDOJIMO")])
    text = [line(FULL, 300.0 + 16 * number, x1=RIGHT) for number in range(5)]
    spans = [span for row in rows for span in (row if isinstance(row, list) else [row])]
    return Reading("pdf", 1, (*marks.spans, *text, *spans), marks.page_infos)


def texts(*rows: Span | list[Span]) -> list[str]:
    return [span.text for span in joined(page(*rows).spans, PAGES)]


@pytest.mark.parametrize(
    ("row", "after"),
    [
        (ROW, AFTER),
        ("Pagal tvarkos aprašą žymos „Visiškai slaptai“ ir", "„Konfidencialiai“ rašomos lapo viršuje ir apačioje."),
    ],
)
def test_a_marking_in_a_stretched_line_is_a_mention(row: str, after: str) -> None:
    assert row in texts(stretched(row, 420, x0=LEFT + 28), line(after, 436))
    assert outcome(page(stretched(row, 420, x0=LEFT + 28), line(after, 436)), KZ) == "lt:restricted"


def test_a_stretched_line_of_which_only_some_blanks_were_taken_for_columns_is_one_too() -> None:
    words = ROW.split()
    gap = (RIGHT - LEFT - LETTER * sum(map(len, words))) / (len(words) - 1)
    first = line(" ".join(words[:2]), 420, x1=LEFT + LETTER * sum(map(len, words[:2])) + gap)
    assert first.box is not None
    rest = stretched(" ".join(words[2:]), 420, x0=first.box.x1 + gap)
    assert ROW in texts([first, *rest], line(AFTER, 436))


def test_a_paragraph_that_goes_on_overleaf_is_told_by_its_first_line_there() -> None:
    here = page(stretched(ROW, 740))
    there = line(AFTER, 80, page=2)
    assert ROW in [span.text for span in joined((*here.spans, there), PAGES)]
    assert ROW not in [span.text for span in joined(here.spans, PAGES)]


OFFICE = "Kultūros paveldo skyrius SLAPTAI"
DOUBT = {"uncertain", "conflict", "lt:secret"}


@pytest.mark.parametrize(
    "rows",
    [
        [stretched(ROW, 420, bold="SLAPTAI"), line(AFTER, 436)],
        [stretched(ROW, 420), line("Spausdinamas raudonu rašalu. Vėliau ne.", 460)],  # not of the paragraph
        [stretched(ROW, 420), line(AFTER, 436, x0=LEFT + 100)],  # nor in its column
        [stretched(ROW, 420, x1=RIGHT - 40), line(AFTER, 436)],  # ends where no text does
        [stretched(ROW, 420)],
        [[*stretched(ROW.removesuffix(" SLAPTAI būdavo"), 420, x1=400), line("SLAPTAI", 420, x0=RIGHT - 42)],
         line(AFTER, 436)],
        [stretched("Priedas SLAPTAI Vilnius", 420), line(AFTER, 436)],
        [stretched(OFFICE, 420), line("Projektą rengė ministerija ir departamentas", 436)],
        [stretched("1 sutartis SLAPTAI 24", 420), stretched("2 raštas SLAPTAI 3", 436)],
        [stretched("1 sutartis SLAPTAI 24", 420), line(AFTER, 436)],
    ],
)  # fmt: skip
def test_what_is_no_stretched_line_for_certain_stays_in_doubt(rows: list[Span | list[Span]]) -> None:
    assert outcome(page(*rows), KZ) in DOUBT


def test_columns_of_text_beside_a_marking_are_not_joined_with_it() -> None:
    columns = [line("Kultūros ministerijos paveldo skyrius", 420), line("SLAPTAI", 420, x0=RIGHT - 42)]
    assert outcome(page(columns, line("prašo pateikti pastabas iki termino", 436)), KZ) in DOUBT


def test_no_row_at_the_head_of_the_first_page_is_one() -> None:
    assert ROW not in texts(stretched(ROW, 100), line(AFTER, 116))


@pytest.mark.parametrize("text", ["ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН", "ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ Экз. № 2"])
def test_a_marking_that_fills_a_stretched_line_is_no_mention(text: str) -> None:
    spans = (*stretched(text, 60, x0=300, x1=540), line("мәтін осы жерден басталады және жалғасады", 76, x0=300))
    reading = page()
    marked = Reading("pdf", 1, (*spans, *reading.spans[2:]), reading.page_infos)
    assert outcome(marked, LT) in {"kz:restricted", "uncertain"}


@given(
    words=st.lists(st.sampled_from(["apie", "raštus", "Vilniuje", "ir", "SLAPTAI", "Egz."]), min_size=2, max_size=7),
    shift=st.floats(0, 60),
    moved=st.integers(0, 6),
)
def test_a_word_that_stands_off_from_the_others_is_never_drawn_into_a_line(
    words: list[str], shift: float, moved: int
) -> None:
    spans = stretched(" ".join(words), 420)
    gap = (RIGHT - LEFT - LETTER * sum(map(len, words))) / (len(words) - 1)
    at = moved % len(spans)
    box = spans[at].box
    assert box is not None
    if shift > 0.5 * SIZE and gap > 0:
        apart = Box(box.x0 + (shift if at else -shift), box.y0, box.x1 + (shift if at else -shift), box.y1)
        spans[at] = line(words[at], 420, x0=apart.x0, x1=apart.x1)
        assert len(texts(spans, line(AFTER, 436))) == 2 + 5 + len(words) + 1


def test_words_are_kept_whatever_is_joined() -> None:
    rows = [stretched(ROW, 420, x0=LEFT + 28), line(AFTER, 436), stretched(OFFICE, 470)]
    before = page(*rows).spans
    assert sorted(" ".join(texts(*rows)).split()) == sorted(" ".join(span.text for span in before).split())

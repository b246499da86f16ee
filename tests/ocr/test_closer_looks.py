"""A closer look reads every language once, and looks where the first look found its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from marker.agreement.load import load_profile
from marker.model import Box, Finding, PageInfo
from marker.ocr import again, page, raster, tesseract
from marker.ocr.candidate import Candidate
from marker.ocr.colour import Grey
from marker.ocr.crop import Strip
from marker.ocr.look import Clock, Line, Look
from marker.ocr.montage import LineRead, Word
from marker.ocr.opened import OpenedPages
from marker.ocr.residue import Known
from marker.ocr.unsettled import still_open, without_running
from tests.ocr import pages

PROFILE = load_profile()
FINE = 300
INFO = PageInfo(number=1, width=595.4, height=842.0, readable=False)


def word(text: str, left: int, confidence: float, width: int = 0) -> Word:
    return Word(text, left, 30, width or 10 * len(text), 20, confidence, (1,))


def texts(words: Sequence[Word]) -> list[str]:
    return [one.text for one in words]


def line(text: str = "") -> Line:
    candidate = Candidate(Strip(200.0, 100.0, 100.0, 20.0, 0.0), "print", False, 5.0, 0, 8, 1.0)
    made = Line(candidate, np.full((20, 100), 1, np.uint8), Box(10.0, 10.0, 60.0, 20.0))
    made.read = LineRead(text, 90.0)
    return made


def says(monkeypatch: pytest.MonkeyPatch, what: dict[str, list[Word]]) -> list[str]:
    """Have each language read a line its way; which were asked."""
    asked: list[str] = []

    def words(_picture: Grey, _seconds: float, *, languages: tuple[str, ...], **_: int) -> list[Word]:
        asked.append("+".join(languages))
        return what[asked[-1]]

    monkeypatch.setattr(tesseract, "read_words", words)
    return asked


def test_each_word_is_that_of_the_language_that_is_surer_of_it() -> None:
    lithuanian = [word("SLAPTAI", 0, 91.0), word("CEKPETHO", 100, 55.0)]
    kazakh = [word("5ГАРТАІ", 0, 40.0), word("СЕКРЕТНО", 100, 93.0)]
    assert texts(again.better_words(lithuanian, kazakh)) == ["SLAPTAI", "СЕКРЕТНО"]


def test_words_that_one_language_parts_are_weighed_together() -> None:
    whole = [word("СЕКРЕТНО", 0, 80.0, 100)]
    parts = [word("CEK", 0, 95.0, 40), word("PETHO", 45, 30.0, 55)]
    assert texts(again.better_words(whole, parts)) == ["СЕКРЕТНО"]
    assert texts(again.better_words(parts, whole)) == ["СЕКРЕТНО"]


def test_what_is_surer_by_being_longer_does_not_win() -> None:
    own, other = [word("ПАЙДАЛАНУ", 0, 60.0, 120)], [word("NAMAAANYYYYYYYYYYYYYYYY", 0, 62.0, 120)]
    assert again.better_words(own, other) == own


def test_what_only_one_language_reads_is_kept() -> None:
    own, other = [word("SECRET", 0, 20.0)], [word("СОВЕРШЕННО", 200, 10.0)]
    assert texts(again.better_words(own, other)) == ["SECRET", "СОВЕРШЕННО"]
    assert again.better_words([], other) == other
    assert again.better_words(own, []) == own


@given(*(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 80), st.integers(0, 100))) for _ in range(2)))
def test_of_each_place_one_of_both_readings_is_taken(
    one: list[tuple[int, int, int]], other: list[tuple[int, int, int]]
) -> None:
    words = [
        [Word(f"{name}{number}", left, 0, width, 20, sure) for number, (left, width, sure) in enumerate(given)]
        for name, given in (("a", one), ("b", other))
    ]
    best = again.better_words(*words)
    assert set(best) <= {*words[0], *words[1]}
    assert len(set(best)) == len(best)
    everything = [*words[0], *words[1]]
    for alone in everything:
        if not any(_overlap(alone, each) for each in everything if each is not alone):
            assert alone in best


def _overlap(one: Word, other: Word) -> bool:
    return one.left < other.left + other.width and other.left < one.left + one.width


@pytest.mark.parametrize("confidence", [95.0, 60.0], ids=["sure", "not-sure"])
def test_no_language_reads_a_crop_twice(monkeypatch: pytest.MonkeyPatch, confidence: float) -> None:
    said = says(
        monkeypatch,
        {
            "kaz": [word("SECRЕТ", 30, confidence)],
            "lit": [word("SECRET", 30, 90.0)],
            "rus": [word("ЗЕСВЕТ", 30, 50.0)],
        },
    )
    one = line()
    again.read_again([one], Clock(60.0, PROFILE.scans))
    assert said == ["kaz", "lit", "rus"]
    assert [read.text for read in one.other] == ["SECRЕТ", "SECRET", "ЗЕСВЕТ"]
    assert one.read.text == ("SECRЕТ" if confidence > 90 else "SECRET")


def test_a_line_that_the_first_language_reads_beyond_doubt_takes_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    said = says(monkeypatch, {"kaz": [word("Астана", 30, 95.0)]})
    again.read_again([line()], Clock(60.0, PROFILE.scans), lambda _lines: [])
    assert said == ["kaz"]


@pytest.mark.parametrize(("confidence", "times"), [(84.0, 0), (86.0, 1)])
def test_nothing_is_looked_for_where_nothing_was_read_for_certain(confidence: float, times: int) -> None:
    now, before = line(), line("SFCRFT")
    now.read = LineRead("SECRET", confidence)
    sheet = laid_out(pages.blank((595, 842)), 72)
    asked: list[int] = []

    def found() -> list[Finding]:
        asked.append(1)
        return []

    assert still_open(Look(1, sheet, [before], []), Known(PROFILE), Look(1, sheet, [now], []), found, [now]) == [now]
    assert len(asked) == times


@pytest.mark.parametrize(
    ("own", "left"),
    [("LIETUVOS RESPUBLIKOS", False), ("IETUVO ESPUBLIK", True)],
)
def test_print_under_a_stamp_is_plain_once_both_looks_read_the_same(own: str, left: bool) -> None:
    sheet = laid_out(pages.blank((595, 842)), 72)
    stamp, before, now = line("VISIŠKAI SLAPTAT"), line(own), line("LIETUVOS RESPUBLIKOS")
    stamp.candidate = replace(stamp.candidate, strip=Strip(200.0, 105.0, 300.0, 40.0, 0.0), coloured=True)
    for one in (stamp, before, now):
        one.box, one.read = sheet.box_of(one.candidate), LineRead(one.read.text, 95.0)
    first, closer = Look(1, sheet, [stamp, before], []), Look(1, sheet, [now], [])
    assert bool(still_open(first, Known(PROFILE), closer, list, [now])) is left


@pytest.mark.parametrize(
    ("text", "coloured", "in_doubt", "read"),
    [
        ("Susitikime aptartas mainų grafikas, rugiai", False, False, False),
        ("Susitikime aptartas", False, False, True),
        ("Susitikime aptartas mainų SLAPTAT grafikas", False, False, True),
        ("Susitikime aptartas mainų grafikas, rugiai", True, False, True),
        ("Susitikime aptartas mainų grafikas, rugiai", False, True, True),
    ],
    ids=["running", "few-letters", "like-a-marking", "stands-out", "in-doubt"],
)
def test_running_text_grown_together_with_what_is_in_doubt_is_not_read_again(
    text: str, coloured: bool, in_doubt: bool, read: bool
) -> None:
    sheet = laid_out(pages.blank((595, 842)), 72)
    before, now = line(text), line()
    before.candidate = replace(before.candidate, coloured=coloured)
    other = line("SLAPTAI")
    other.box = Box(10.0, 20.0, 60.0, 30.0)
    first = Look(1, sheet, [before, other], [])
    doubtful = [before] if in_doubt else [other]
    assert without_running(first, [now], doubtful, Known(PROFILE)) == ([now] if read else [])


def laid_out(image: Image.Image, dpi: int = 200, quarters: int | None = None) -> page.Sheet:
    return page.lay_out(raster.of_image(image, dpi), 1, dpi / 72, quarters)


def drawn(ink: str, dpi: int, turned: int = 0) -> Image.Image:
    image = pages.write(pages.body(pages.blank()), "SLAPTAI", 827, 100)
    image = pages.stamp(image, "VISIŠKAI SLAPTAI", 500, 300, angle=12, ink=ink).rotate(1.3, fillcolor="white")
    size = (round(image.width * dpi / 200), round(image.height * dpi / 200))
    return image.rotate(-90 * turned, expand=True).resize(size[::-1] if turned % 2 else size)


@pytest.mark.parametrize("ink", ["red", "black"])
@pytest.mark.parametrize("turned", [0, 3])
def test_the_lines_of_a_first_look_are_where_they_were_on_a_finer_picture(ink: str, turned: int) -> None:
    first = laid_out(drawn(ink, 200, turned), 200, -turned % 4)
    finer = page.lay_out_as(raster.of_image(drawn(ink, FINE, turned), FINE, FINE), first)
    assert (finer.quarters, finer.skew, finer.number) == (first.quarters, first.skew, first.number)
    assert finer.per_point == pytest.approx(FINE / 72)
    assert [one.kind for one in finer.candidates] == [one.kind for one in first.candidates]
    for here, there in zip(finer.candidates, first.candidates, strict=True):
        near, far = finer.box_of(here), first.box_of(there)
        assert (near.x0, near.y0, near.x1, near.y1) == pytest.approx((far.x0, far.y0, far.x1, far.y1), abs=0.6)
    stamp = next(number for number, one in enumerate(first.candidates) if one.stands_out)
    small, large = (sheet.crop(sheet.candidates[stamp], 44) for sheet in (first, finer))
    assert np.abs(small.astype(float) - large.astype(float)).mean() < 40


def test_ink_that_the_first_look_saw_no_colour_in_is_read_with_all_other_ink() -> None:
    first = laid_out(pages.write(pages.body(pages.blank()), "SLAPTAI", 827, 100))
    finer = page.lay_out_as(raster.of_image(drawn("red", FINE), FINE, FINE), first)
    assert not first.in_colour
    assert finer.colour is None
    red = finer.every.part(500, 350, 1000, 550)
    assert (red < 120).mean() > 0.05
    assert (finer.black.part(500, 350, 1000, 550) == red).all()


def test_a_coloured_line_is_read_where_the_finer_picture_has_no_colour() -> None:
    first = laid_out(drawn("red", 200))
    stamp = next(number for number, one in enumerate(first.candidates) if one.coloured)
    black = drawn("red", FINE).convert("L").point(lambda level: 255 * (level > 200))
    finer = page.lay_out_as(raster.of_image(black, FINE, FINE), first)
    assert finer.colour is None
    assert (finer.crop(finer.candidates[stamp], 44) < 120).mean() > 0.05


def test_a_page_looked_at_more_closely_is_not_given_for_the_page_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    drawn("red", FINE).save(path, resolution=FINE)
    with raster.PdfPictures(path) as pictures:
        opened = OpenedPages(pictures, {1: INFO}, {}, None)
        first = opened.sheet(1)
        closer = opened.closer(first)
        assert closer is not first
        assert closer.every.shape > first.every.shape == (0, 0)
        fine = opened.sheet(1, first.quarters, raster.FINE_DPI)
        assert fine is not closer
        assert fine.letters is not None
        assert closer.every.shape == (0, 0)
        assert opened.closer(first) is fine  # as fine as it gets

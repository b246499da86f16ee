"""A page is laid out once, a set of languages is asked once, and what was read is not read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from marker.agreement.load import load_profile
from marker.intake.work import Task, examine_file
from marker.model import Finding, FindingKind, MarkingId, PageInfo, PartyId, Place, Source
from marker.ocr import again, look, page, raster, tesseract, whole
from marker.ocr.candidate import Candidate
from marker.ocr.colour import Grey
from marker.ocr.crop import Strip
from marker.ocr.look import Clock, Line, Look
from marker.ocr.montage import LineRead, Word, line_of
from marker.ocr.opened import OpenedPages
from marker.ocr.residue import Known
from marker.ocr.unsettled import still_open
from marker.settings import Settings
from tests.ocr import pages

PROFILE = load_profile()
INFO = PageInfo(number=1, width=595.4, height=842.0, readable=False)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The languages of every reading, in order."""
    found: list[tuple[str, ...]] = []
    real = tesseract.read_words

    def spy(picture: Grey, seconds: float, *, languages: tuple[str, ...], **more: int) -> list[Word]:
        found.append(languages)
        return real(picture, seconds, languages=languages, **more)

    monkeypatch.setattr(tesseract, "read_words", spy)
    return found


def reads_as(monkeypatch: pytest.MonkeyPatch, say: Callable[[tuple[str, ...], int], str]) -> list[int]:
    """Have every line of a picture read as ``say`` makes of the languages and of how dark it is; how many were read."""
    read: list[int] = []

    def words(picture: Grey, _seconds: float, *, languages: tuple[str, ...], **_: int) -> list[Word]:
        rows = np.nonzero(picture.min(axis=1) < 255)[0]
        blocks = np.split(rows, np.nonzero(np.diff(rows) > 1)[0] + 1)
        read.append(len(blocks))
        return [
            Word(say(languages, int(picture[block[0]].min())), 30, int(block[0]), 100, len(block), 90.0, (number,))
            for number, block in enumerate(blocks)
        ]

    monkeypatch.setattr(tesseract, "read_words", words)
    return read


def dark(level: int) -> Grey:
    return np.full((20, 100), level, np.uint8)


def line(crop: Grey, *spares: Grey, width: float = 100.0) -> Line:
    strip = Strip(200.0, 100.0, width, 20.0, 0.0)
    return Line(Candidate(strip, "print", False, 5.0, 0, 8, 1.0), crop, box(), spares)


def box() -> look.Box:
    return look.Box(10.0, 10.0, 60.0, 20.0)


def clock() -> Clock:
    return Clock(60.0, PROFILE.scans)


def scan(folder: Path, *texts: str) -> Path:
    return pages.save(folder / "a.pdf", *(pages.write(pages.body(pages.blank()), text, 827, 100) for text in texts))


def examine(path: Path) -> str | None:
    return examine_file(path, path.name, Task(PartyId("KZ"), "", Settings())).verdict.marking


def test_each_set_of_languages_reads_all_that_it_is_to_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def say(languages: tuple[str, ...], darkness: int) -> str:
        asked.append(languages)
        return f"{'+'.join(languages)}{darkness}"

    counts = reads_as(monkeypatch, say)
    lines = [line(dark(1), dark(11), dark(12)), line(dark(2)), line(dark(3), dark(31), dark(32), dark(33))]
    again.read_again(lines, clock())
    assert counts == [3, 3, 3, 5, 5]
    assert [one.read.text for one in lines] == ["kaz1", "kaz2", "kaz3"]
    alone = [["kaz1", "lit1", "rus1"], ["kaz2", "lit2", "rus2"], ["kaz3", "lit3", "rus3"]]
    spares = [
        ["kaz+lit11", "kaz+lit12", "kaz1", "rus11", "rus12", "kaz1"],
        ["kaz2"] * 6,
        ["kaz+lit31", "kaz+lit32", "kaz+lit33", "rus31", "rus32", "rus33"],
    ]
    assert [[read.text for read in one.other] for one in lines] == [a + s for a, s in zip(alone, spares, strict=True)]


def test_only_lines_that_are_still_open_are_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = reads_as(monkeypatch, lambda languages, darkness: f"{'+'.join(languages)}{darkness}")
    lines = [line(dark(number), dark(number + 10)) for number in (1, 2, 3, 4)]
    after = iter([lines[1:], lines[2:], lines[3:]])
    again.read_again(lines, clock(), lambda _lines: next(after))
    assert counts == [4, 3, 3, 2, 1]
    first, second, third, fourth = ([read.text for read in one.other] for one in lines)
    assert first == ["kaz1"] * 5
    assert second == ["kaz2", "lit2", "rus2", "kaz2", "kaz2"]
    assert third == ["kaz3", "lit3", "rus3", "kaz+lit13", "kaz3"]
    assert fourth == ["kaz4", "lit4", "rus4", "kaz+lit14", "rus14"]


def row_of(text: str, confidence: float, *, y: float, angle: float = 0.0) -> Line:
    candidate = Candidate(Strip(200.0, y, 10.0 * len(text), 12.0, angle), "stamp", True, 8, 1, 8, 1.0)
    made = Line(candidate, None, blank_sheet().box_of(candidate))
    made.read = LineRead(text, confidence)
    return made


def mark(on: Line, marking: str, text: str, kind: FindingKind = FindingKind.MARK) -> Finding:
    return Finding(MarkingId(marking), kind, text, Source.OCR, Place.TOP, 1, on.box, 1.0)


def open_after(lines: list[Line], findings: list[Finding], *before: Line) -> list[Line]:
    again = Look(1, blank_sheet(), lines, [])
    return still_open(looked(*before), Known(PROFILE), again, lambda: findings, lines)


@pytest.mark.parametrize(
    ("text", "confidence", "left"),
    [
        ("SLAPTAI", 92.0, False),
        ("SLAPTAI", 80.0, True),
        ("KETVIRTA SLAPTAI", 92.0, True),
    ],
    ids=["sure", "not-sure", "words-beside"],
)
def test_a_row_that_surely_is_a_marking_and_nothing_else_is_not_read_on(
    text: str, confidence: float, left: bool
) -> None:
    row = row_of(text, confidence, y=100)
    assert open_after([row], [mark(row, "lt:secret", "SLAPTAI")]) == ([row] if left else [])


def test_rows_of_one_stamp_are_read_on_together() -> None:
    sure, unsure = row_of("SLAPTAI", 92.0, y=100), row_of("SFCRFT", 60.0, y=116)
    assert open_after([sure, unsure], [mark(sure, "lt:secret", "SLAPTAI")]) == [sure, unsure]


def test_a_row_that_two_markings_were_found_on_is_read_on() -> None:
    row = row_of("SLAPTAI", 92.0, y=100)
    found = [mark(row, "lt:secret", "SLAPTAI"), mark(row, "lt:top-secret", "VISIŠKAI SLAPTAI")]
    assert open_after([row], found) == [row]


@pytest.mark.parametrize(("first", "left"), [("SECRET", False), ("SFCRET", True)])
def test_english_words_alone_are_certain_only_where_both_looks_read_them(first: str, left: bool) -> None:
    row, before = row_of("SECRET", 92.0, y=100), row_of(first, 90.0, y=100)
    found = [mark(row, "lt:secret", "SECRET", FindingKind.AMBIGUOUS)]
    assert bool(open_after([row], found, before)) is left


@pytest.mark.parametrize(("first", "left"), [("LIETUVOS RESPUBLIKOS", False), ("IETUVO ESPUBLIK", True)])
def test_coloured_words_are_plain_once_both_looks_read_the_same(first: str, left: bool) -> None:
    row, before = row_of("LIETUVOS RESPUBLIKOS", 95.0, y=100), row_of(first, 95.0, y=100)
    assert bool(open_after([row], [], before)) is left


def test_a_stamp_askew_leaves_no_doubt_in_a_line_that_only_its_box_reaches() -> None:
    stamp = row_of("VISIŠKAI SLAPTAT/TOP SFC", 40.0, y=150, angle=-15.0)
    clear, under = line(dark(1)), line(dark(1))
    for one, y in ((clear, 126.0), (under, 155.0)):
        one.candidate = replace(one.candidate, strip=Strip(150.0, y, 100.0, 10.0, 0.0))
        one.box = blank_sheet().box_of(one.candidate)
        one.read = LineRead("Gedimino prospektas", 95.0)
    assert all(stamp.box.overlaps(one.box) for one in (clear, under))
    assert open_after([clear, under], [], stamp) == [under]


def looked(*lines: Line, probes: Sequence[Line] = ()) -> Look:
    return Look(1, blank_sheet(), list(lines), list(probes))


def blank_sheet() -> page.Sheet:
    picture = raster.Picture(np.full((842, 595), 255, np.uint8), 72.0, 1.0)
    return page.lay_out(picture, 1, 1.0, 0)


def test_running_text_is_read_only_where_other_lines_do_not_tell_which_way_is_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = reads_as(monkeypatch, lambda _languages, darkness: "letters of running text" if darkness else "few")
    clear, unclear = looked(line(dark(1)), line(dark(2)), line(dark(3)), probes=[line(dark(4))]), looked(line(dark(0)))
    unclear.probes = [line(dark(5))]
    look.read_looks([clear, unclear], clock())
    assert counts == [4, 1]
    assert [probe.read.text for probe in (*clear.probes, *unclear.probes)] == ["", "letters of running text"]


@pytest.mark.parametrize(
    ("width", "kind", "coloured", "shape"),
    [
        (80.0, "print", False, (26, 81)),
        (128.0, "print", False, (26, 67)),
        (400.0, "print", False, (26, 61)),
        (128.0, "stamp", False, (32, 100)),
        (128.0, "print", True, (32, 100)),
    ],
    ids=["narrow-print", "wide-print", "letterspaced", "stamp", "coloured"],
)
def test_print_is_read_no_larger_and_no_wider_than_helps(
    width: float, kind: str, coloured: bool, shape: tuple[int, int]
) -> None:
    one = line(np.zeros((32, 100), np.uint8), width=width)
    one.candidate = replace(one.candidate, kind=kind, coloured=coloured)
    crop = look._narrowed(one).crop
    assert crop is not None
    assert crop.shape == shape


@pytest.mark.parametrize(
    ("sure", "words", "well"),
    [(4, "RECORDS", True), (3, "RECORDS", False), (4, "NOT", False), (4, "RECORDS " + 30 * "nonsense ", False)],
    ids=["four-lines-of-words", "three", "short-words", "lost-among-others"],
)
def test_a_page_with_words_beyond_doubt_in_several_lines_is_the_right_way_up(sure: int, words: str, well: bool) -> None:
    def read(text: str, confidence: float) -> Line:
        found = line(dark(0))
        found.read = line_of(
            [
                Word(word, 10 * at, 0, 9, 9, confidence if word == words.split(maxsplit=1)[0] else 20.0)
                for at, word in enumerate(text.split())
            ]
        )
        return found

    old = looked(*(read(words, 92.0) for _ in range(sure)), *(read("rubbish oscwzo", 20.0) for _ in range(9)))
    assert old.clarity()[0] < look.READABLE
    assert old.reads_well() == well


@pytest.mark.parametrize(
    ("first", "closer", "more"),
    [
        (("Gedimino prospektas", 40.0), ("Gedimino prospektas", 95.0), False),
        (("Gedimino prospektas", 40.0), ("Gedimino prospektas", 80.0), True),
        (("SLAPTAT", 60.0), ("Gedimino prospektas", 95.0), True),
        (("Gedimino prospektas", 40.0), ("«СІАРТА!»", 95.0), True),
        (("Gedimino prospektas", 40.0), ("Gedimino prоsреktаs", 95.0), True),
    ],
    ids=["plain", "not-sure", "like-one-at-first", "like-one-in-other-letters", "two-scripts"],
)
def test_a_line_is_read_on_in_single_languages_unless_it_is_plain_words(
    monkeypatch: pytest.MonkeyPatch, first: tuple[str, float], closer: tuple[str, float], more: bool
) -> None:
    asked: list[tuple[str, ...]] = []

    def words(_picture: Grey, _seconds: float, *, languages: tuple[str, ...], **_: int) -> list[Word]:
        asked.append(languages)
        return [Word(closer[0], 30, 25, 100, 20, closer[1], (0,))]

    monkeypatch.setattr(tesseract, "read_words", words)
    before, now = line(dark(1)), line(dark(1))
    before.read = LineRead(*first)
    closer_look = Look(1, blank_sheet(), [now], [])
    again.read_again([now], clock(), partial(still_open, looked(before), Known(PROFILE), closer_look, lambda: ()))
    assert now.read.text == closer[0]
    assert asked == [("kaz",), *([("lit",), ("rus",)] if more else [])]
    assert len(now.other) == (3 if more else 0)


def test_a_page_is_laid_out_once_as_long_as_no_other_is_looked_at(tmp_path: Path) -> None:
    path = scan(tmp_path, "SLAPTAI", "SLAPTAI")
    shown: list[int] = []
    infos = {1: INFO, 2: PageInfo(number=2, width=595.4, height=842.0, readable=False)}
    with raster.PdfPictures(path) as pictures:
        opened = OpenedPages(pictures, infos, {}, lambda number, _pixels: shown.append(number))
        first = opened.sheet(1)
        # A scan of 200 dpi has no more to show at 300.
        assert opened.sheet(1, first.quarters, raster.FINE_DPI) is first
        turned = opened.sheet(1, 2)
        assert turned is not first
        second = opened.sheet(2)
        assert second.number == 2
        once_more = opened.sheet(1, 0)
        assert once_more is not first
        assert [not all(one.every.shape) for one in (first, turned, second, once_more)] == [True, True, True, False]
    assert shown == [1, 2]


def test_a_marked_scan_takes_one_reading(tmp_path: Path, calls: list[tuple[str, ...]]) -> None:
    assert examine(scan(tmp_path, "SLAPTAI")) == "lt:secret"
    assert set(calls) == {("lit", "kaz")}  # what a Lithuanian letter is in first
    assert len(calls) == 2  # the second is that of running text, because few letters stand beside it


@pytest.mark.parametrize(
    ("text", "confidence", "painted"),
    [
        ("Susitikime aptartas grafikas", 90.0, True),
        ("Susitikime aptartas grafikas", 40.0, False),
        ("SLAPTAT", 90.0, False),
        ("СІАРТАІ", 95.0, False),
    ],
    ids=["plain-words", "badly-read", "like-a-marking", "like-one-in-other-letters"],
)
def test_of_a_page_read_whole_only_what_was_read_and_is_nothing_like_a_marking_is_left_out(
    text: str, confidence: float, painted: bool
) -> None:
    drawn = pages.write(pages.blank((595, 842), "L"), "TEXT", 200, 100, size=20)
    sheet = page.lay_out(raster.Picture(np.asarray(drawn, np.uint8), 72.0, 1.0), 1, 1.0, 0)
    one = line(dark(0))
    one.read = LineRead(text, confidence)
    left = whole._unread(Look(1, sheet, [one], []), sheet, (), Known(PROFILE))
    assert (left.min() > 200) == painted

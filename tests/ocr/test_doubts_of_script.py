"""Lines read in letters of the wrong script, and what stands beside a mark and is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marker.agreement.load import load_profile
from marker.model import Box, Finding, FindingKind, MarkingId, Place, Source
from marker.ocr.candidate import Candidate
from marker.ocr.crop import Strip
from marker.ocr.levelled import NOTHING
from marker.ocr.look import Line, Look
from marker.ocr.montage import LineRead
from marker.ocr.page import Sheet
from marker.ocr.residue import Known
from marker.ocr.shape import is_of_two_scripts
from marker.ocr.unsettled import unsettled

KNOWN = Known(load_profile())


def printed(letters: int, *, height: float = 10.0, y: float = 40) -> Candidate:
    return Candidate(Strip(300, y, letters * height, height, 0), "print", False, 7, 1, letters, 1.0)


def look_with(text: str, confidence: float, *, y: float = 40) -> Look:
    """A page of 600 by 850 points with one printed line."""
    sheet = Sheet(1, NOTHING, None, NOTHING, 1.0, 1.0, 0, 0.0, (850, 600))
    candidate = printed(7, y=y)
    line = Line(candidate, None, sheet.box_of(candidate), read=LineRead(text, confidence))
    return Look(1, sheet, [line], [])


@pytest.mark.parametrize(
    "text",
    ["«СІАРТА!»", "«СІ АРТА!»", "СЬАРТАІ", "SLАРТАI", "RІВОТО NАUDОJІМО", "VІЅIЅKАI", "CJIYЖE6HOГO", "COBEPШEHHO"],
)
def test_a_mark_read_in_the_other_script_is_like_one(text: str) -> None:
    assert KNOWN.resembles(text)


@pytest.mark.parametrize(
    "text",
    [
        "МИНИСТЕРСТВО ОБОРОНЫ",
        "КОМИТЕТ СВЯЗИ",
        "ҚОРҒАНЫС МИНИСТРЛІГІ",
        "KRAŠTO APSAUGOS MINISTERIJA",
        "Gedimino pr. 40",
        "СТЕПЕНЬ СЕКРЕТНОСТИ",
        "Экз. № 1",
        "DĖL PRATYBŲ PLANO",
        "г. Астана",
    ],
)
def test_words_of_letterheads_and_around_marks_are_not(text: str) -> None:
    assert not KNOWN.resembles(text)


def test_a_word_of_two_scripts_is_told_from_words_of_one() -> None:
    assert is_of_two_scripts("КОМИТЕT")
    assert not is_of_two_scripts("NATO Секретариат Nr. 5")


@pytest.mark.parametrize("text", ["«СІАРТА!»", "КRАŠТАРSАI"])
def test_a_printed_line_at_the_head_in_the_wrong_script_is_open_however_sure_its_reading(text: str) -> None:
    look = look_with(text, 95)
    assert unsettled(look, [], KNOWN) == look.lines


def test_amid_the_page_such_a_line_is_text() -> None:
    assert not unsettled(look_with("КRАŠТАРSАI", 95, y=400), [], KNOWN)


def test_a_line_read_in_two_scripts_is_settled_by_a_sure_reading_in_one() -> None:
    line = printed(10)
    mixed, sure = LineRead("МИНИCTEPСТВО", 90), LineRead("МИНИСТЕРСТВО", 93)
    box = Box(0, 0, 10, 10)
    assert KNOWN.is_settled(line, (mixed, sure), box, ())
    assert not KNOWN.is_settled(line, (mixed, replace(sure, confidence=40)), box, ())
    assert not KNOWN.is_settled(line, (mixed,), box, ())


# ── copy numbers ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text", ["Экз. № 1", "Экз. №3", "Egz. Nr. 12", "Дана № 2", "Copy No. 1", "Экз. единственный", "Экз. ль 2"]
)
def test_a_copy_number_that_one_language_read_is_no_more_than_that(text: str) -> None:
    reads = (LineRead("Экз.Ме1", 34), LineRead("3k3. No 1", 67), LineRead(text, 76))
    assert KNOWN.is_copy_number(printed(len(text)), reads)


@pytest.mark.parametrize(
    "reads",
    [
        (LineRead("Экз. № 1", 60),),
        (LineRead("Экз. № 1", 90), LineRead("СЕКРЕТН0", 20)),
        (LineRead("Экз. № 1 ЛИЧНО", 90),),
        (LineRead("Экз. № 1 С", 90),),
        (LineRead("Экз. С 1", 90),),
        (LineRead("Экз. СС 1", 90),),
        (LineRead("Экз. ль 2 ль", 90),),
        (LineRead("Звезд ль 2", 90),),
        (LineRead("Экз.", 90),),
        (LineRead("№ 1", 90),),
        (LineRead("единственный", 90),),
        (LineRead("Экз. СС единственный", 90),),
    ],
)
def test_a_line_that_may_say_more_is_no_copy_number(reads: tuple[LineRead, ...]) -> None:
    assert not KNOWN.is_copy_number(printed(8), reads)


def test_the_words_for_the_only_copy_are_those_of_the_profile() -> None:
    profile = load_profile()
    known = Known(replace(profile, context=replace(profile.context, sole_copy=("JEDYNY",))))
    assert known.is_copy_number(printed(11), (LineRead("Egz. jedyny", 90),))
    assert not known.is_copy_number(printed(16), (LineRead("Экз. единственный", 90),))
    assert not KNOWN.is_copy_number(printed(11), (LineRead("Egz. jedyny", 90),))
    for text in ("Дана жалғыз", "Дара дана", "Egz. vienintelis"):
        assert KNOWN.is_copy_number(printed(len(text)), (LineRead(text, 90),))


def test_a_line_wider_than_its_copy_number_says_more() -> None:
    assert not KNOWN.is_copy_number(printed(18), (LineRead("Экз. № 1", 95),))


# ── sides of a frame ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("text", "settled"), [("| СЕКРЕТНО |", True), ("СЕКРЕТНО", False), ("| СЕКРЕТНО", True)])
def test_the_sides_of_a_frame_are_no_letters_of_its_row(text: str, settled: bool) -> None:
    stamp = Candidate(Strip(300, 60, 157, 11.9, 16), "stamp", False, 8, 1, 13, 1.0)
    box = Box(220, 40, 380, 80)
    mark = Finding(MarkingId("kz:secret"), FindingKind.MARK, "СЕКРЕТНО", Source.OCR, Place.TOP, 1, box)
    assert KNOWN.is_settled(stamp, (LineRead(text, 86),), box, [mark]) is settled


def test_a_frame_that_is_wider_than_its_mark_and_its_sides_stays_open() -> None:
    stamp = Candidate(Strip(300, 60, 260, 11.9, 16), "stamp", False, 8, 1, 20, 1.0)
    box = Box(170, 40, 430, 80)
    mark = Finding(MarkingId("kz:secret"), FindingKind.MARK, "СЕКРЕТНО", Source.OCR, Place.TOP, 1, box)
    assert not KNOWN.is_settled(stamp, (LineRead("| СЕКРЕТНО |", 96),), box, [mark])


@pytest.mark.parametrize(
    ("text", "open_"),
    [("асееткеме секреты»", True), ("Мем", False), ("", False)],
    ids=["like-one", "signature", "none"],
)
def test_coloured_ink_unlike_letters_is_open_where_some_of_it_reads_like_a_marking(text: str, open_: bool) -> None:
    # A pale stamp grown together with its frame and with print: one tall row of a few uneven pieces, taken for a pen's.
    look = look_with(text, 3, y=120)
    candidate = replace(look.lines[0].candidate, kind="stamp", coloured=True, pieces=0, even=0.5)
    look.lines[0].candidate = candidate
    assert unsettled(look, [], KNOWN) == (look.lines if open_ else [])
    look.lines[0].candidate = replace(candidate, coloured=False, kind="print", even=1.0)
    assert not unsettled(look, [], KNOWN)

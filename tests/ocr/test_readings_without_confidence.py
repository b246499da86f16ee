"""A marking that was read with hardly any confidence: what stands there may be a higher one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import ImageDraw

from marker.agreement.load import load_profile
from marker.intake.work import Task, examine_file
from marker.model import Box, Finding, FindingKind, MarkingId, PartyId, Place, Source
from marker.ocr.candidate import Candidate
from marker.ocr.crop import Strip
from marker.ocr.levelled import NOTHING
from marker.ocr.look import Line, Look
from marker.ocr.montage import LineRead
from marker.ocr.page import Sheet
from marker.ocr.residue import Known
from marker.ocr.unsettled import hardly_read
from marker.settings import Settings
from tests.ocr import pages

KNOWN = Known(load_profile())
SHEET = Sheet(1, NOTHING, None, NOTHING, 1.0, 1.0, 0, 0.0, (850, 600))


def look_with(*reads: tuple[str, float], closer: bool = False) -> Look:
    """A page of 600 by 850 points with one printed line, read in so many ways."""
    candidate = Candidate(Strip(500, 45, 50, 25, 0), "print", False, 7, 1, 5, 1.0)
    first, *others = (LineRead(*read) for read in reads)
    line = Line(candidate, None, SHEET.box_of(candidate), read=first, other=tuple(others))
    return Look(1, SHEET, [line], [], closer=closer)


def mark(
    text: str = "кУМИЯ", marking: str = "kz:secret", box: Box | None = None, source: Source = Source.OCR
) -> Finding:
    box = box or look_with((text, 0)).lines[0].box
    return Finding(MarkingId(marking), FindingKind.MARK, text, source, Place.CORNER, 1, box)


def test_a_marking_read_without_confidence_in_every_look_leaves_its_line_open() -> None:
    first, closer = look_with(("құМИЕ", 0)), look_with(("құНИЯ", 0), ("кУМИЯ", 14), closer=True)
    assert list(hardly_read([first, closer], [mark(), mark("құНИЯ")], KNOWN)) == [(closer, closer.lines[0])]


@pytest.mark.parametrize("closer", [False, True])
def test_one_reading_that_says_so_with_some_confidence_is_enough(closer: bool) -> None:
    looks = [look_with(("кУМИЯ", 0)), look_with(("", 0), ("ҚҰПИЯ", 15), closer=closer)]
    assert not list(hardly_read(looks, [mark(), mark("ҚҰПИЯ")], KNOWN))


def test_other_words_read_there_with_confidence_do_not_help() -> None:
    look = look_with(("кУМИЯ", 0), ("күйін", 90))
    assert list(hardly_read([look], [mark()], KNOWN)) == [(look, look.lines[0])]


@pytest.mark.parametrize(
    "found",
    [
        mark("ӨТЕ ҚҰПИЯ", "kz:top-secret"),  # nothing is higher
        mark(source=Source.TEXT),  # the file says so in letters
        mark(box=Box(20, 700, 120, 720)),  # of another line, which was read
    ],
)
def test_nothing_is_open_where_nothing_higher_can_stand(found: Finding) -> None:
    look = look_with(("кУМИЯ ӨТЕ ҚҰПИЯ", 0))
    assert not list(hardly_read([look], [found], KNOWN))


def test_what_the_file_says_in_letters_at_the_same_place_closes_it() -> None:
    look = look_with(("кУМИЯ", 0))
    assert not list(hardly_read([look], [mark(), mark("ҚҰПИЯ", source=Source.TEXT)], KNOWN))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "leading", "anchor"), [(30, 18, "rs"), (30, 22, "rs"), (34, 26, "ms"), (40, 28, "rs")]
)
def test_two_rows_printed_into_one_another_are_never_taken_for_the_lower_row(
    size: int, leading: int, anchor: str, tmp_path: Path
) -> None:
    """ӨТЕ in ҚҰПИЯ below it: TOP SECRET, of which only the word for SECRET is read."""
    page = pages.body(pages.blank(mode="L"))
    for row, word in enumerate(("ӨТЕ", "ҚҰПИЯ")):
        at = (1450, 120 + leading * row)
        ImageDraw.Draw(page).text(at, word, font=pages.font(size), fill="black", anchor=anchor)
    path = pages.save(tmp_path / "a.pdf", page)
    verdict = examine_file(path, path.name, Task(PartyId("LT"), "", Settings())).verdict
    assert verdict.marking in (None, "kz:top-secret")
    assert verdict.marking or verdict.hold

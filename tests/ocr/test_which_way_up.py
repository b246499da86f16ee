"""Which way up a page is: told by its lines, and where those read badly by a few of them in the other turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from marker.agreement.load import load_profile
from marker.intake.work import Task, examine_file
from marker.model import Box, PartyId
from marker.ocr import colour, look, page, raster, tesseract, turn, upright
from marker.ocr.apart import shrink
from marker.ocr.candidate import Candidate
from marker.ocr.colour import Grey
from marker.ocr.crop import Strip
from marker.ocr.layer import Layer
from marker.ocr.look import Clock, Line, Look
from marker.ocr.montage import LineRead, Word
from marker.ocr.residue import known_of
from marker.settings import Settings
from tests.ocr import pages

PROFILE = load_profile()
BADLY = LineRead("a line of letters that was read fairly well", 60.0)
NOTHING = LineRead("", 0.0)
WELL = LineRead("many letters in every line of the page, all of them", 90.0)


def clock() -> Clock:
    return Clock(60.0, PROFILE.scans)


def ink_of(image: Image.Image) -> tuple[Grey, float]:
    small, scale = shrink(np.asarray(image.convert("L")), 200 / 72)
    return colour.ink_of(small), scale


# ── the skew and the direction of lines ─────────────────────────────────────────────────────────────────────────────


def hatched(image: Image.Image) -> Image.Image:
    """The dark edge of a copied sheet: streaks up and down, longer than any line of letters."""
    draw = ImageDraw.Draw(image)
    for left in range(image.width - 150, image.width - 10, 14):
        draw.rectangle((left, 0, left + 7, image.height), fill="black")
    return image


def test_the_dark_edge_of_a_copy_does_not_lay_its_page_on_its_side() -> None:
    ink, scale = ink_of(hatched(pages.body(pages.blank(), 8)))
    across, upward = turn._both_ways(ink, scale)
    assert upward.clarity > 2 * across.clarity
    assert turn.skew_of(ink, scale) == (0.0, False)


def test_a_page_on_its_side_is_known_beside_a_dark_edge_too() -> None:
    ink, scale = ink_of(hatched(pages.body(pages.blank()).rotate(90, expand=True)))
    assert turn.skew_of(ink, scale)[1]


def test_a_line_printed_on_a_copy_does_not_level_what_was_copied_askew() -> None:
    image = pages.body(pages.blank(), 20).rotate(3.0, fillcolor="white", resample=Image.Resampling.BICUBIC)
    ImageDraw.Draw(image).rectangle((60, 40, 1590, 110), outline="black", width=5)
    pages.write(image, "RELEASED IN FULL ON THE FIRST OF MAY", 827, 75)
    ink, scale = ink_of(image)
    across, _ = turn._both_ways(ink, scale)
    assert (across.skew, across.doubtful) == (0.0, True)
    assert turn.skew_of(ink, scale)[0] == pytest.approx(-3.0, abs=0.4)


# ── other turns ─────────────────────────────────────────────────────────────────────────────────────────────────────


def blank_sheet(quarters: int = 0) -> page.Sheet:
    return page.lay_out(raster.Picture(np.full((842, 595), 255, np.uint8), 72.0, 1.0), 1, 1.0, quarters)


def line(read: LineRead = NOTHING, kind: str = "print", width: float = 400.0, pieces: int = 40) -> Line:
    strip = Strip(300.0, 400.0, width, 20.0, 0.0)
    crop = np.zeros((20, 100), np.uint8)
    return Line(Candidate(strip, kind, False, 5.0, 0, pieces, 1.0), crop, Box(10, 10, 60, 20), read=read)


def looked(*lines: Line, quarters: int = 0) -> Look:
    sheet = blank_sheet(quarters)
    sheet.candidates = [line.candidate for line in lines]
    return Look(1, sheet, list(lines), [])


class Pages:
    """Every page is one line on a blank sheet; which turns of it were laid out."""

    def __init__(self, *candidates: Candidate) -> None:
        self.asked: list[int] = []
        self._candidates = list(candidates) or [line().candidate]

    def sheet(self, _number: int, quarters: int) -> page.Sheet:
        self.asked.append(quarters)
        made = blank_sheet(quarters)
        made.candidates = self._candidates
        return made


def tried(
    monkeypatch: pytest.MonkeyPatch, first: Look, laid_out: Pages, sampled: Callable[[int, bool], LineRead]
) -> tuple[Look, list[tuple[int, bool]], list[int]]:
    """The turn chosen, those of which a few lines were read, and those of which all were.

    ``sampled`` is what a few lines say on a sheet in so many quarter turns, upside down or not.
    """
    samples: list[tuple[int, bool]] = []
    viewed: list[int] = []

    def beginnings(
        lines: Sequence[Candidate], sheet: page.Sheet, _clock: Clock, *, upside_down: bool = False
    ) -> list[Line]:
        samples.append((sheet.quarters, upside_down))
        return [line(sampled(sheet.quarters, upside_down)) for _ in lines]

    def read(looks: Sequence[Look], _clock: Clock) -> None:
        for other in looks:
            other.lines = [line(sampled(other.sheet.quarters % 2, other.sheet.quarters > 1)) for _ in range(3)]

    def view(quarters: int) -> Look:
        viewed.append(quarters)
        return looked(quarters=quarters)

    monkeypatch.setattr(upright, "read_beginnings", beginnings)
    monkeypatch.setattr(upright, "read_looks", read)
    nothing: Any = Layer([], known_of(PROFILE))
    own: Any = laid_out
    return upright.right_way_up(first, view, own, nothing, clock()), samples, viewed


def test_a_page_is_laid_out_in_another_turn_only_where_a_few_of_its_lines_read_nearly_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, laid_out = looked(line(BADLY)), Pages()
    best, samples, viewed = tried(monkeypatch, first, laid_out, lambda *_: LineRead("Жn", 20.0))
    assert best is first
    assert samples == [(0, True), (1, False), (1, True)]
    assert laid_out.asked == [0, 1, 1]
    assert viewed == []


@pytest.mark.parametrize(("way", "quarters"), [((0, True), 2), ((1, False), 1), ((1, True), 3)])
def test_a_page_is_found_in_each_of_the_other_turns(
    monkeypatch: pytest.MonkeyPatch, way: tuple[int, bool], quarters: int
) -> None:
    best, _, viewed = tried(
        monkeypatch, looked(line(BADLY)), Pages(), lambda *on: WELL if on == way else LineRead("Жn", 20.0)
    )
    assert best.sheet.quarters == quarters
    assert viewed == [quarters]


@pytest.mark.parametrize(
    ("many", "kind", "turns"), [(4, "print", 1), (3, "print", 3), (4, "stamp", 3)], ids=["lines", "few", "askew"]
)
def test_long_lines_in_capitals_say_that_lines_run_across(
    monkeypatch: pytest.MonkeyPatch, many: int, kind: str, turns: int
) -> None:
    first = looked(*(line(BADLY, kind) for _ in range(many)))
    _, samples, _ = tried(monkeypatch, first, Pages(), lambda *_: LineRead("Жn", 20.0))
    assert len(samples) == turns


def test_lines_up_and_down_say_nothing_of_the_turn_they_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert looked(line(BADLY), line(WELL, "upright")).weight() == looked(line(BADLY)).weight() > 0
    several = Pages(line(kind="upright", width=500.0).candidate, *(line(width=300.0 + at).candidate for at in range(9)))
    kinds: list[list[str]] = []

    def beginnings(lines: Sequence[Candidate], *_: object, **__: object) -> list[Line]:
        kinds.append([one.kind for one in lines])
        return []

    monkeypatch.setattr(upright, "read_beginnings", beginnings)
    own: Any = several
    assert upright._sample(looked(line(BADLY)), 2, own, clock()) == 0
    assert kinds == [6 * ["print"]]


def test_lines_upside_down_are_those_of_the_page_the_other_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Grey] = []

    def words(picture: Grey, _seconds: float, **_: object) -> list[Word]:
        seen.append(picture)
        return []

    monkeypatch.setattr(tesseract, "read_words", words)
    image = pages.write(pages.blank(), "SLAPTAI", 800, 300)
    sheet = page.lay_out(raster.Picture(np.asarray(image.convert("L")), 200.0, 200 / 72), 1, 200 / 72, 0)
    (one,) = sheet.candidates
    for upside_down in (False, True):
        look.read_beginnings([replace(one, pieces=1)], sheet, clock(), upside_down=upside_down)
    level, other = (picture[22:-22, 20:-20] for picture in seen)
    assert level.min() < 100
    assert np.abs(np.rot90(other, 2).astype(int) - level).max() < 40


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_the_marking_of_a_page_fed_in_the_wrong_way_round_is_found(tmp_path: Path, degrees: int) -> None:
    image = pages.write(pages.body(pages.blank()), "VISIŠKAI SLAPTAI", 1300, 120)
    path = pages.save(tmp_path / "a.pdf", image.rotate(degrees, expand=True))
    found = examine_file(path, path.name, Task(PartyId("KZ"), "", Settings())).verdict
    assert found.marking == "lt:top-secret"


# ── what is taken off a page, the same sooner ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [(6, 8), (7, 9), (2, 2)])
def test_the_darkest_and_the_palest_of_each_four_pixels(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(5).integers(0, 256, size).astype(np.uint8)
    rows, columns = size[0] // 2, size[1] // 2
    cells = picture[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2)
    assert (colour._of_cells(picture, colour.cv.min, colour.cv.erode) == cells.min(axis=(1, 3))).all()
    assert (colour._of_cells(picture, colour.cv.max, colour.cv.dilate) == cells.max(axis=(1, 3))).all()

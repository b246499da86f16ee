"""Stamps that come in pieces: rows of scraps, letters read here and there, what lies over and beside them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from marker.agreement.load import load_profile
from marker.model import Box
from marker.ocr import askew, crop
from marker.ocr.candidate import Candidate, joined
from marker.ocr.crop import Strip
from marker.ocr.montage import LineRead
from marker.ocr.partly import Partly
from marker.ocr.pieces import pieces_of
from marker.ocr.residue import Known
from marker.ocr.seals import seals_of
from tests.ocr import pages

PROFILE = load_profile()
PARTLY = Partly(PROFILE)
SCALE = 1.5


def scrap(x: float, y: float, pieces: int, angle: float, group: int) -> Candidate:
    return Candidate(Strip(x, y, 30.0 * pieces, 40.0, angle), "stamp", True, 8.0, group, pieces, 0.9)


def test_scraps_of_one_row_are_joined_along_their_middles_whatever_tilt_each_seems_to_have() -> None:
    slope = np.tan(np.radians(18))
    parts = [scrap(x, 500 - slope * x, 2, angle, n) for n, (x, angle) in enumerate([(40, 5), (140, -19), (240, 11)])]
    (row,) = joined(parts)
    assert row.strip.angle == pytest.approx(-18, abs=3)
    assert row.strip.width > 230
    assert row.pieces == 6


def test_scraps_far_apart_stay_apart() -> None:
    assert len(joined([scrap(40, 500, 2, 5, 0), scrap(400, 500, 2, 5, 1)])) == 2


@pytest.mark.parametrize(
    ("reads", "form"),
    [
        (["KONFIDENCIALIAUCONFIDENTIAL"], "KONFIDENCIALIAI/CONFIDENTIAL"),
        (["RIBOTO NAUDOJIMURESTRICTED"], "RIBOTO NAUDOJIMO/RESTRICTED"),
        (['СОВЕРШЕН 9 "HL', 'СОВЕРШЕН ОСЕ" КҮНО', 'СОВЕРШЕН СЕ" ЕТНО'], "СОВЕРШЕННО СЕКРЕТНО"),
    ],
)
def test_a_form_is_known_from_most_of_its_letters_in_one_reading_or_in_several(reads: list[str], form: str) -> None:
    found = PARTLY.form_in(reads)
    assert found is not None
    assert found.form == form


@pytest.mark.parametrize(
    "reads",
    [
        ["SLAPTAUSECRET"],  # VISIŠKAI may be what was not read
        ["ҚҰПИЯСЕКРЕТН"],
        ["KONFIDENCIALI"],  # a Latvian form, and most of the Lithuanian one
        ["СЕКРЕТН", "ЕКРЕТНО"],
        ["NATO CONFIDENTIA", "ATO CONFIDENTIAL"],
    ],
)
def test_a_form_that_is_part_of_another_is_never_made_of_pieces(reads: list[str]) -> None:
    assert PARTLY.form_in(reads) is None


def settled(*reads: tuple[str, float]) -> bool:
    stamp = Candidate(Strip(400, 400, 700, 40, -3), "stamp", False, 8.0, 1, 14, 0.9)
    return Known(PROFILE).is_settled(stamp, [LineRead(*read) for read in reads], Box(100, 100, 300, 120), ())


def test_words_that_two_readings_agree_on_are_read() -> None:
    assert settled(("| ВХОДЯШИЙ Ne 4512 |", 66), ("| ВХОДЯЩИЙ № 4512 |", 82), ("| ВХОДЯЩИЙ № 4512 |", 84))
    assert not settled(("| ВХОДЯШИЙ Ne 4512 |", 66), ("| ВХОДЯЩИЙ № 4512 |", 82))
    assert not settled(("| ВХОДЯШИЙ Ne 4512 |", 66), ("| ВХОДЯЩИЙ № 4512 |", 62), ("| ВХОДЯЩИЙ № 4512 |", 64))


def test_nothing_is_read_when_one_reading_is_like_a_marking() -> None:
    assert not settled(("ВХОДЯЩИЙ", 66), ("ВХОДЯЩИЙ № 4512", 82), ("ВХОДЯЩИЙ № 4512", 84), ("SLAPTAl", 30))


def test_a_crop_holds_nothing_of_the_lines_above_and_below() -> None:
    page = pages.write(pages.write(pages.blank((800, 300), "L"), "RIBOTO", 400, 120), "NAUDOJIMO", 400, 158)
    cut = crop.cut(np.asarray(page), Strip(400, 120, 190, 27, 0))
    assert (cut[crop.MARGIN + 2 : crop.MARGIN + 10] < 128).any()
    assert (cut[-3:] > 128).all()


def test_tails_and_accents_stay_on_a_crop() -> None:
    page = pages.write(pages.blank((800, 300), "L"), "VISIŠKAI Ę", 400, 120)
    cut = crop.cut(np.asarray(page), Strip(400, 120, 260, 27, 0))
    assert (cut[: crop.MARGIN] < 128).any()
    assert (cut[-crop.MARGIN :] < 128).any()


def ring(signed: bool) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    image = Image.new("L", (900, 500), 0)
    draw = ImageDraw.Draw(image)
    draw.ellipse((101, 101, 287, 287), outline=255, width=4)
    draw.ellipse((140, 140, 248, 248), outline=255, width=2)
    if signed:
        draw.line([(220, 215), (235, 150), (260, 220), (285, 160), (330, 215), (380, 175), (430, 205)], 255, width=3)
    return np.asarray(image)


@pytest.mark.parametrize("signed", [False, True])
def test_a_seal_is_found_with_a_signature_grown_into_it(signed: bool) -> None:
    found = seals_of(pieces_of(ring(signed)), SCALE)
    assert found
    assert (found[0].x, found[0].y) == (pytest.approx(194, abs=4), pytest.approx(194, abs=4))
    assert found[0].radius == pytest.approx(93, abs=5)


def test_a_row_askew_ends_where_print_begins() -> None:
    sheet = pages.blank((900, 400), "L")
    made = pages.stamp(sheet.convert("RGB"), "SLAPTAI", 260, 180, angle=-9, ink="black", frame=False, size=40)
    made = pages.write(made, "TARNYBA RYGOJE", 620, 235, 24)
    ink = np.where(np.asarray(made.convert("L")) < 128, 255, 0).astype(np.uint8)
    runs, _ = askew.runs_of(ink, pieces_of(ink), SCALE)
    assert len(runs) == 1
    strip = runs[0].strip
    assert strip.angle == pytest.approx(9, abs=1.5)
    assert strip.x + strip.width / 2 < 480


def copy_number(*reads: tuple[str, float], angle: float = -8) -> bool:
    row = Candidate(Strip(400, 400, 280, 40, angle), "stamp", False, 8.0, 1, 5, 0.96)
    return Known(PROFILE).is_copy_number(row, [LineRead(*read) for read in reads])


def test_the_copy_number_on_a_stamp_is_one_when_two_readings_are_sure_of_it() -> None:
    assert copy_number(("Экз.М21", 56), ("Экз. № 1", 87), ("Экз. № 1", 92))
    assert not copy_number(("Экз.М21", 56), ("Экз. № 1", 92))
    assert not copy_number(("Экз. № 1", 60), ("Экз. № 1", 70))
    assert not copy_number(("Экз. № 1", 92), ("Экз. № 1", 90), ("СЕКРЕТН", 20))

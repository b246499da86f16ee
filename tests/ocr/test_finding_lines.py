"""Where markings stand is found, whatever their angle, colour or frame; what is none is left alone."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from marker.ocr import colour, page, raster, turn
from marker.ocr.apart import shrink, take_apart
from marker.ocr.blobs import blobs_of
from marker.ocr.frames import clearest_tilt, frame_of, rows_of
from marker.ocr.levelled import Levelled
from marker.ocr.pieces import pieces_of
from tests.ocr import pages


def laid_out(image: Image.Image, quarters: int | None = None) -> page.Sheet:
    return page.lay_out(raster.of_image(image, 200), 1, 200 / 72, quarters)


def at(sheet: page.Sheet, x: float, y: float) -> list[page.Candidate]:
    """The candidates that stand over a place, given in pixels of the picture as displayed."""
    px, py = x / sheet.per_point, y / sheet.per_point
    boxes = [(candidate, sheet.box_of(candidate)) for candidate in sheet.candidates]
    return [candidate for candidate, box in boxes if box.x0 <= px <= box.x1 and box.y0 <= py <= box.y1]


def test_a_printed_mark_is_found_and_running_text_is_not() -> None:
    sheet = laid_out(pages.write(pages.body(pages.blank()), "SLAPTAI", 827, 100))
    assert at(sheet, 827, 100)
    middle = [c for c in sheet.candidates if 800 < c.strip.y < 1300]
    assert not middle
    assert len(sheet.text) >= 10


@pytest.mark.parametrize("scale", [1.2, 1.35, 1.5, 1.65, 1.8])
@pytest.mark.parametrize("at_the_end", ["left", "right"])
def test_letters_grown_into_one_piece_are_a_line_wherever_that_piece_ends(scale: float, at_the_end: str) -> None:
    ink = np.zeros((120, 300), np.uint8)
    for left in range(100, 170, 14):
        ink[50:68, left : left + 9] = 255
    ink[58:60, 100:165] = 255
    ink[68, 100 if at_the_end == "left" else 164] = 255  # the last of its pixels, from row to row
    (line,) = blobs_of(ink, pieces_of(ink), scale)
    assert (line.x, line.right, line.y, line.pieces) == (100, 165, 50, 4)


@pytest.mark.parametrize("angle", [-18, -9, -4, 5, 11, 19])
@pytest.mark.parametrize("ink", ["red", "black"])
def test_a_framed_stamp_is_found_at_its_own_angle(angle: int, ink: str) -> None:
    sheet = laid_out(pages.stamp(pages.body(pages.blank()), "VISIŠKAI SLAPTAI", 500, 300, angle=angle, ink=ink))
    found = at(sheet, 500, 300)
    assert found
    assert found[0].stands_out
    assert found[0].strip.angle == pytest.approx(-angle, abs=1.5)
    assert found[0].strip.height < 60  # the letters, and not their frame


@pytest.mark.parametrize("angle", [-15, 8])
def test_a_stamp_without_a_frame_is_found_in_black_too(angle: int) -> None:
    made = pages.stamp(pages.body(pages.blank()), "СОВЕРШЕННО", 500, 350, angle=angle, ink="black", frame=False)
    found = at(laid_out(made), 500, 350)
    assert found
    assert found[0].strip.angle == pytest.approx(-angle, abs=2)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_places_on_a_turned_page_are_those_of_the_page_as_displayed(quarters: int) -> None:
    upright = pages.write(pages.body(pages.blank()), "SLAPTAI", 1300, 100)
    shown = upright.rotate(90 * quarters, expand=True)  # anticlockwise, so it takes as many clockwise turns to mend
    sheet = laid_out(shown, quarters)
    x, y = {
        1: (100, upright.width - 1300),
        2: (upright.width - 1300, upright.height - 100),
        3: (upright.height - 100, 1300),
    }[quarters]
    found = at(sheet, x, y)
    assert found
    assert sheet.turned_of(found[0]) == (-90 * quarters) % 360


def test_lines_up_and_down_are_told_from_lines_across() -> None:
    upright = pages.body(pages.blank())
    for image, sideways in ((upright, False), (upright.rotate(90, expand=True), True)):
        small, scale = shrink(np.asarray(image.convert("L")), 200 / 72)
        assert turn.skew_of(colour.ink_of(small), scale)[1] is sideways


@pytest.mark.parametrize("skew", [-5.0, -2.2, 0.0, 1.3, 4.6])
def test_the_skew_of_a_page_is_found(skew: float) -> None:
    image = pages.body(pages.blank()).rotate(-skew, fillcolor="white", resample=Image.Resampling.BICUBIC)
    small, scale = shrink(np.asarray(image.convert("L")), 200 / 72)
    assert turn.skew_of(colour.ink_of(small), scale)[0] == pytest.approx(skew, abs=0.4)


def test_a_seal_and_a_signature_are_no_marks() -> None:
    image = pages.body(pages.blank())
    draw = ImageDraw.Draw(image)
    for inset in (0, 18, 90):
        draw.ellipse((900 + inset, 1700 + inset, 1220 - inset, 2020 - inset), outline="blue", width=6)
    draw.line([(300 + 5 * n, 1850 + 50 * np.sin(n / 3)) for n in range(80)], fill="blue", width=5)
    assert not [c for c in laid_out(image).candidates if c.stands_out and c.like_letters]


def test_white_letters_on_a_dark_ground_are_found() -> None:
    image = pages.body(pages.blank())
    draw = ImageDraw.Draw(image)
    draw.rectangle((600, 60, 1050, 140), fill=(40, 40, 40))
    draw.text((825, 100), "SLAPTAI", font=pages.font(40), fill="white", anchor="mm")
    assert [c.kind for c in at(laid_out(image), 825, 100)] == ["dark"]


def test_bold_letters_grown_together_along_their_heads_and_feet_are_no_dark_ground() -> None:
    letters = np.zeros((60, 120), np.uint8)
    letters[10:40, 20:80] = 255
    letters[16:35, 24:76:4] = letters[16:35, 25:76:4] = 0  # thin gaps between broad strokes
    assert take_apart(letters, pieces_of(letters), 1.5).banners == [(20, 10, 60, 30)]
    letters[12:38, 24:76:4] = letters[12:38, 25:76:4] = 0  # two rows of heads and of feet are left
    found = take_apart(letters, pieces_of(letters), 1.5)
    assert not found.banners
    assert found.letters.any()


def test_coloured_paper_is_paper_and_black_ink_is_black() -> None:
    image = pages.body(pages.write(Image.new("RGB", pages.A4, (250, 235, 190)), "SLAPTAI", 827, 100))
    layers = colour.separate(raster.of_image(image, 200))
    assert layers.colour is None


@pytest.mark.parametrize("seed", range(12))
def test_paler_ink_is_the_same_seen_in_a_part_of_the_page_or_in_all_of_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flat = np.full((rng.integers(200, 400), rng.integers(200, 400)), 255, np.uint8)
    for level, many, longest in ((20, 30, 9), (130, rng.integers(0, 30), 40), (200, 3, 60)):
        for _ in range(many):
            y, x = rng.integers(0, flat.shape[0] - 60), rng.integers(0, flat.shape[1] - 60)
            flat[y : y + rng.integers(1, longest), x : x + rng.integers(1, longest)] = level
    flat = np.clip(flat.astype(int) + rng.integers(-9, 10, flat.shape), 0, 255).astype(np.uint8)
    core, least, scale = 20.0, float(rng.integers(20, 900)), float(rng.choice([1.0, 2.08, 200 / 72]))
    whole = colour._paler(flat, core, least, scale)
    part = colour._part_with_paler(flat, core, least, scale)
    found = None if part is None else colour._paler(flat[part], core, least, scale)
    assert (whole is None) == (found is None)
    if whole is not None and found is not None and part is not None:
        black, paler = flat.copy(), np.full_like(flat, 255)
        black[part], paler[part] = found
        assert np.array_equal(black, whole[0])
        assert np.array_equal(paler, whole[1])


def test_coloured_ink_at_two_ends_of_a_page_is_found() -> None:
    image = pages.stamp(pages.body(pages.blank()), "SLAPTAI", 500, 200, angle=7, ink="red")
    image = pages.stamp(image, "SLAPTAI", 1100, 2200, angle=-5, ink="blue")
    sheet = laid_out(image)
    assert [at(sheet, x, y)[0].coloured for x, y in ((500, 200), (1100, 2200))] == [True, True]


def test_pale_red_ink_is_coloured() -> None:
    image = pages.stamp(pages.body(pages.blank()), "SLAPTAI", 500, 300, angle=7, ink=(255, 200, 200))  # type: ignore[arg-type]  # Pillow takes both
    found = at(laid_out(image), 500, 300)
    assert found
    assert found[0].coloured


def test_a_frame_is_told_from_a_scribble() -> None:
    frame = np.zeros((200, 500), np.uint8)
    frame[20:26, 20:480] = frame[174:180, 20:480] = frame[20:180, 20:26] = frame[20:180, 474:480] = 255
    assert frame_of(frame, 2.0) is not None
    broad = np.zeros((98, 206), np.uint8)
    broad[4:94, 3:203] = 255
    broad[12:86, 11:195] = 0
    assert frame_of(broad, 1.5) is not None
    block = np.zeros((98, 206), np.uint8)
    block[4:94, 3:203] = 255
    assert frame_of(block, 1.5) is None
    cross = np.eye(400, dtype=np.uint8) * 255
    assert frame_of(cross, 2.0) is None


def test_the_rows_of_a_blob_come_from_top_to_bottom() -> None:
    image = Image.new("L", (700, 300), 0)
    draw = ImageDraw.Draw(image)
    draw.text((40, 60), "VISIŠKAI", font=pages.font(60), fill=255)
    draw.text((40, 160), "SLAPTAI", font=pages.font(60), fill=255)
    rows = rows_of(np.asarray(image.rotate(12)), 2.0)
    assert len(rows) == 2
    assert rows[0].strip.y < rows[1].strip.y
    assert clearest_tilt(np.asarray(image.rotate(12)))[0] == pytest.approx(-12, abs=1.5)


def test_the_pieces_of_much_ink_are_those_of_little() -> None:
    little = (np.random.default_rng(1).random((300, 300)) < 0.1).astype(np.uint8) * 255
    much = np.zeros((700, 1200), np.uint8)
    much[::2, ::2] = 255  # more pieces than 16 bits can name
    much[:300, :300] = 0
    much[:300, :300] = little
    one, other = pieces_of(little), pieces_of(much)
    assert one.labels.dtype == np.uint16
    assert other.labels.dtype == np.int32
    assert np.array_equal(other.labels[:298, :298] > 0, one.labels[:298, :298] > 0)
    drop = np.zeros(len(other.stats), np.bool_)
    drop[other.labels[400, 600]] = True
    left = other.kept(much, drop)
    assert left[400, 600] == 0
    assert np.count_nonzero(left) == np.count_nonzero(much) - 1


@pytest.mark.parametrize("skew", [0.0, 0.5, -3.0])
def test_ink_keeps_its_breadth_when_it_is_levelled(skew: float) -> None:
    lines = np.zeros((400, 400), np.uint8)
    lines[100:103, 80:320] = 255
    level = Levelled(lines, 0, skew).mask()
    assert set(np.unique(level)) == {0, 255}
    assert np.count_nonzero(level) == pytest.approx(3 * 240, rel=0.12)
    assert Levelled(lines, 1, skew).mask().shape == (400, 400)


# ── raster ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_larger_than_the_limit_is_drawn_coarser() -> None:
    assert raster.fit_dpi(595, 842, 200) == 200
    dpi = raster.fit_dpi(2384, 3370, 200)
    assert 100 < dpi < 200
    assert 2384 * 3370 * (dpi / 72) ** 2 <= raster.MAX_PIXELS * 1.001


def test_a_page_that_cannot_be_drawn_finely_enough_is_said_to_be_too_coarse(tmp_path: object) -> None:
    from pathlib import Path

    from reportlab.pdfgen.canvas import Canvas

    path = Path(str(tmp_path)) / "wide.pdf"
    canvas = Canvas(str(path), pagesize=(14_000, 300))
    canvas.drawString(100, 100, "wide")
    canvas.save()
    with raster.PdfPictures(path) as drawn:
        picture = drawn.page(1, 14_000, 300)
        assert picture.pixels.size <= raster.MAX_PIXELS * 3


def test_a_scan_is_drawn_no_finer_than_it_is(tmp_path: object) -> None:
    from pathlib import Path

    path = pages.save(Path(str(tmp_path)) / "coarse.pdf", pages.blank((827, 1169), "L"), dpi=100)
    with raster.PdfPictures(path) as drawn:
        assert drawn.page(1, 595.4, 841.7).dpi == pytest.approx(100, abs=1)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P", "CMYK", "LA", "I;16"])
def test_every_kind_of_picture_becomes_grey_or_colour(mode: str) -> None:
    image = Image.new("L", (60, 40), 255)
    ImageDraw.Draw(image).rectangle((10, 10, 30, 30), fill=0)
    made = image.convert(mode) if mode != "I;16" else Image.fromarray(np.asarray(image).astype(np.uint16) * 256)
    pixels = raster.of_image(made, 72).pixels
    assert pixels.dtype == np.uint8
    dark, paper = np.asarray(pixels[20, 20]).mean(), np.asarray(pixels[2, 2]).mean()
    assert dark < 60
    assert paper > 200


def test_the_frames_of_a_tiff_come_one_by_one() -> None:
    out = io.BytesIO()
    first, second = Image.new("L", (1240, 1754), 255), Image.new("1", (620, 877), 1)
    first.save(out, "TIFF", save_all=True, append_images=[second], dpi=(150, 150))
    out.seek(0)
    assert next(raster.image_pictures(out)).pixels.shape[:2] == (1754, 1240)
    out.seek(0)
    assert len(list(raster.image_pictures(out))) == 2

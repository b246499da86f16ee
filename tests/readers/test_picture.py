"""Scans that came as pictures: every frame a page of a PDF, as it was, or held with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import ExifTags, Image, ImageDraw
from pypdf import PdfReader

from marker.errors import HoldError
from marker.model import HoldCode
from marker.proof.picture import prove_picture
from marker.readers.base import ReaderLimits
from marker.readers.identify import picture_format
from marker.readers.picture import to_pdf


def drawing(mode: str = "RGB", size: tuple[int, int] = (620, 877)) -> Image.Image:
    """A picture that looks different in every turn."""
    page = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 30, 300, 110), fill=(190, 20, 40))
    draw.line((60, 300, 560, 500), fill="black", width=9)
    draw.ellipse((420, 700, 580, 840), outline=(20, 40, 160), width=12)
    return page.convert(mode)


def made(path: Path, **limits: Any) -> tuple[Path, tuple[str, ...]]:
    target = path.with_name(path.name + ".pdf")
    notes = to_pdf(path, target, ReaderLimits(**limits))
    prove_picture(path, target)
    return target, notes


def code_of(path: Path, **limits: Any) -> HoldCode:
    with pytest.raises(HoldError) as held:
        made(path, **limits)
    return held.value.hold.code


def test_a_format_is_known_by_its_content(tmp_path: Path) -> None:
    for ending, name in (("tif", "tiff"), ("jpg", "jpeg"), ("png", "png")):
        path = tmp_path / f"a.{ending}"
        drawing().save(path)
        assert picture_format(path.rename(tmp_path / "scan.dat")) == name
    (tmp_path / "b").write_bytes(b"\xff\xd8\xff\xe0 %PDF-1.7")
    assert picture_format(tmp_path / "b") is None
    (tmp_path / "c").write_bytes(b"")
    assert picture_format(tmp_path / "c") is None


def test_a_jpeg_keeps_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    drawing().save(path, dpi=(150, 150), quality=70)
    target, notes = made(path)
    page = PdfReader(target).pages[0]
    picture = page["/Resources"]["/XObject"]["/Scan"].get_object()
    assert picture["/Filter"] == "/DCTDecode"
    assert picture._data == path.read_bytes()
    assert [round(float(side)) for side in page.mediabox[2:]] == [298, 421]
    assert notes == ()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "tif", "png"])
def test_a_picture_lies_as_its_camera_held_it(tmp_path: Path, orientation: int, ending: str) -> None:
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = orientation
    path = tmp_path / f"a.{ending}"
    drawing().save(path, dpi=(200, 200), exif=tags)
    target, _ = made(path)
    document = pypdfium2.PdfDocument(target)
    width, height = document[0].get_size()
    document.close()
    assert (width > height) == (orientation > 4)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P"])
def test_what_is_no_jpeg_loses_nothing(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tif"
    drawing(mode).save(path, dpi=(300, 300))
    target, notes = made(path)
    assert notes == ()
    with Image.open(path) as source:
        expected = np.asarray(source.convert("RGB"))
    kept = PdfReader(target).pages[0].images[0].image
    assert kept is not None
    assert np.array_equal(np.asarray(kept.convert("RGB")), expected)


@pytest.mark.parametrize(
    ("mode", "ending", "note"),
    [
        ("RGBA", "png", "transparent"),
        ("LA", "png", "transparent"),
        ("CMYK", "tif", "four printing inks"),
        ("CMYK", "jpg", "four printing inks"),
        ("I;16", "png", "sixteen bits"),
        ("I;16", "tif", "sixteen bits"),
    ],
)
def test_what_paper_does_not_have_is_shown_and_noted(tmp_path: Path, mode: str, ending: str, note: str) -> None:
    path = tmp_path / f"a.{ending}"
    if mode == "I;16":
        levels = (np.asarray(drawing("L")).astype(np.uint16) << 8) | 0x7F
        picture = Image.fromarray(levels)
    else:
        picture = drawing("RGBA" if mode == "LA" else mode).convert(mode)
    picture.save(path, dpi=(300, 300))
    _, notes = made(path)
    assert any(note in said for said in notes), notes


def test_every_frame_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    drawing("1").save(path, save_all=True, append_images=[drawing("RGB"), drawing("L", (877, 620))], dpi=(100, 100))
    target, _ = made(path)
    document = pypdfium2.PdfDocument(target)
    assert [page.get_width() < page.get_height() for page in document] == [True, True, False]
    document.close()


def test_a_fax_has_pixels_that_are_not_square(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    drawing("1", (1728, 1143)).save(path, dpi=(204, 98))
    target, notes = made(path)
    assert [round(float(side)) for side in PdfReader(target).pages[0].mediabox[2:]] == [610, 840]
    assert notes == ()


@pytest.mark.parametrize("dpi", [None, (1, 1), (20_000, 20_000)])
def test_without_a_sound_resolution_a_page_is_as_high_as_a4(tmp_path: Path, dpi: tuple[int, int] | None) -> None:
    path = tmp_path / "a.png"
    drawing().save(path, **({} if dpi is None else {"dpi": dpi}))
    target, notes = made(path)
    assert [round(float(side)) for side in PdfReader(target).pages[0].mediabox[2:]] == [595, 842]
    assert "no resolution" in notes[0]


def test_several_pictures_in_one_png_are_held(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    drawing().save(path, save_all=True, append_images=[Image.new("RGB", (620, 877), "red")])
    assert code_of(path) is HoldCode.UNSUPPORTED


def test_more_frames_than_pages_allowed_are_held(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    drawing("1").save(path, save_all=True, append_images=[drawing("1")] * 4)
    assert code_of(path, max_pages=3) is HoldCode.TOO_LARGE


@pytest.mark.parametrize("size", [(60_000, 60_000), (13_000, 11_000)])
def test_a_picture_of_too_many_pixels_is_held_before_it_is_unpacked(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "a.png"
    small = drawing("1", (8, 8))
    small.save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    path.write_bytes(bytes(data))
    assert code_of(path) is HoldCode.TOO_LARGE


@pytest.mark.parametrize("ending", ["jpg", "png", "tif"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_cut_off_picture_is_held(tmp_path: Path, ending: str, share: float) -> None:
    path = tmp_path / f"a.{ending}"
    noise = np.random.default_rng(1).integers(0, 255, (400, 300, 3), np.uint8)
    Image.fromarray(noise).save(path, **({"compression": "tiff_lzw"} if ending == "tif" else {}))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert code_of(path) is HoldCode.MALFORMED


def test_a_pdf_that_shows_another_picture_does_not_stand_the_proof(tmp_path: Path) -> None:
    path, other = tmp_path / "a.png", tmp_path / "b.png"
    drawing().save(path, dpi=(200, 200))
    changed = drawing()
    ImageDraw.Draw(changed).rectangle((300, 600, 340, 620), fill="black")
    changed.save(other, dpi=(200, 200))
    target, _ = made(path)
    with pytest.raises(HoldError) as held:
        prove_picture(other, target)
    assert held.value.hold.code is HoldCode.STAMP_FAILED
    drawing().save(path, save_all=True, append_images=[drawing()], format="TIFF", dpi=(200, 200))
    with pytest.raises(HoldError, match="1 pages for 2 pictures"):
        prove_picture(path, target)

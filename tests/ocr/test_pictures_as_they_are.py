"""A scanned page's one picture is taken from the file where drawing the page would show just that, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from marker.ocr import raster
from marker.ocr.embedded import shows_pictures_plainly
from tests.ocr import pages

WIDTH, HEIGHT = 595.44, 841.68


def scan(folder: Path, mode: str = "RGB") -> Path:
    """A page of 1654 by 2338 pixels that fills a sheet, with a mark at its top."""
    page = pages.write(pages.body(pages.blank()), "SLAPTAI", 827, 100).convert(mode).resize((1654, 2338))
    path = folder / "scan.pdf"
    page.save(path, resolution=200)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].mediabox = [0, 0, WIDTH, HEIGHT]
        pdf.pages[0].Contents = pdf.make_stream(f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /image Do Q".encode())
        pdf.save(path)
    return path


def spoil(path: Path, how: str) -> None:
    """Let the page show something other than its picture as it is."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        picture = page.Resources.XObject.image
        if how == "mask":
            mask = pdf.make_stream(b"\xff" + bytes(1653) * 1)
            mask.update(pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1654, Height=1))
            mask.update(pikepdf.Dictionary(ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8))
            picture.SMask = mask
        elif how == "turned":
            page.rotate(90, relative=True)
        elif how == "mirrored":
            page.Contents = pdf.make_stream(f"q -{WIDTH} 0 0 {HEIGHT} {WIDTH} 0 cm /image Do Q".encode())
        elif how == "drawn on":
            page.contents_add(b"1 0 0 rg 100 100 200 50 re f")
        elif how == "annotated":
            note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=[100, 100, 300, 200])
            page.Annots = pdf.make_indirect(pikepdf.Array([note]))
        pdf.save(path)


def is_drawn(path: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    drawn: list[bool] = []
    real = raster.PdfPictures._drawn

    def spy(self: raster.PdfPictures, page: object, zoom: float) -> raster.Pixels:
        drawn.append(True)
        return real(self, page, zoom)

    monkeypatch.setattr(raster.PdfPictures, "_drawn", spy)
    with raster.PdfPictures(path) as opened:
        opened.page(1, WIDTH, HEIGHT)
    return bool(drawn)


@pytest.mark.parametrize("mode", ["RGB", "L", "1"])
def test_a_picture_that_is_the_page_looks_as_the_page_does(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = scan(tmp_path, mode)
    with raster.PdfPictures(path) as opened:
        taken = opened.page(1, WIDTH, HEIGHT).pixels
        monkeypatch.setattr(raster, "embedded", lambda *_: None)
        drawn = opened.page(1, WIDTH, HEIGHT).pixels
    colours = taken if taken.ndim == 3 else np.stack([taken] * 3, axis=2)
    assert abs(colours.shape[0] - drawn.shape[0]) <= 1
    assert abs(colours.shape[1] - drawn.shape[1]) <= 1
    sizes = (drawn.shape[1] // 8, drawn.shape[0] // 8)
    seen = [np.asarray(Image.fromarray(one).resize(sizes, Image.Resampling.BOX), np.int32) for one in (colours, drawn)]
    assert np.abs(seen[0] - seen[1]).max() < 40


def test_it_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_drawn(scan(tmp_path), monkeypatch)


@pytest.mark.parametrize("how", ["mask", "turned", "mirrored", "drawn on", "annotated"])
def test_a_page_that_shows_it_otherwise_is_drawn(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = scan(tmp_path)
    spoil(path, how)
    assert is_drawn(path, monkeypatch)


@pytest.mark.parametrize("name", [b"/SMask", b"/Mask 3", b"/ImageMask", b"/OCG", b"/TR2", b"/S#4dask", b"/Ima#67eMask"])
@pytest.mark.parametrize("before", [0, (1 << 17) - 5, (1 << 17) - 1, 300_000])
def test_a_name_that_changes_pictures_is_found_wherever_it_stands(tmp_path: Path, name: bytes, before: int) -> None:
    path = tmp_path / "some.pdf"
    path.write_bytes(b"x" * before + name + b" ")
    assert not shows_pictures_plainly(path)


@pytest.mark.parametrize("name", [b"", b"/", b"#", b"/S", b"/Type", b"/Im#20x", b"#41", b"/SMas", b"/#"])
def test_other_names_change_nothing(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / "some.pdf"
    path.write_bytes(b"/Im1 Do " + name)
    assert shows_pictures_plainly(path)

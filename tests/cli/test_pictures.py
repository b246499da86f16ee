"""Scans that come as TIFF, JPEG or PNG, from the received file to the stamped PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from marker.errors import ExitStatus
from tests.cli.conftest import Said
from tests.ocr import pages


def scan(text: str | None) -> Image.Image:
    page = pages.body(pages.blank())
    return page if text is None else pages.write(page, text, 827, 120)


@pytest.fixture
def received(tmp_path: Path) -> Path:
    folder = tmp_path / "received"
    folder.mkdir()
    scan("SLAPTAI").save(folder / "first.jpg", dpi=(200, 200), quality=85)
    first = scan("RIBOTO NAUDOJIMO").convert("1")
    first.save(
        folder / "second.tif",
        save_all=True,
        append_images=[scan("SLAPTAI").convert("1")],
        dpi=(200, 200),
        compression="group4",
    )
    (folder / "third.png").write_bytes(b"\x89PNG\r\n\x1a\n rubbish")
    return folder


@pytest.mark.slow
def test_a_folder_of_pictures_is_stamped_as_pdf(marker: Callable[..., Said], received: Path, tmp_path: Path) -> None:
    said = marker("batch", "--to", "KZ", "--json", received, tmp_path / "out")
    by_name = {Path(report["path"]).name: report for report in said.objects}
    assert said.status == ExitStatus.HELD
    assert by_name["third.png"]["hold_reason"] == "malformed"
    first, second = by_name["first.jpg"], by_name["second.tif"]
    assert (first["outcome"], first["format"], first["pages"], first["marking"]) == ("stamped", "jpeg", 1, "lt:secret")
    assert (second["outcome"], second["format"], second["pages"]) == ("stamped", "tiff", 2)
    assert second["marking"] == "lt:secret"
    copies = [Path(report["copies"][0]["path"]) for report in (first, second)]
    assert [path.name.split(".")[0] for path in copies] == ["first", "second"]
    assert [path.suffix for path in copies] == [".pdf", ".pdf"]
    assert (received / "first.jpg").read_bytes() in copies[0].read_bytes(), "the scan's own bytes are in the copy"


@pytest.mark.slow
def test_a_copy_of_a_picture_shows_it_under_the_stamp(
    marker: Callable[..., Said], received: Path, tmp_path: Path
) -> None:
    said = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", received / "first.jpg")
    assert said.status == ExitStatus.DONE
    document = pypdfium2.PdfDocument(said.objects[0]["copies"][0]["path"])
    shown = np.asarray(document[0].render(scale=1, grayscale=True).to_pil())
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "ҚҰПИЯ/СЕКРЕТНО" in text
    assert (shown[230:500] < 128).sum() > 500, "the letter's lines"
    again = marker("detect", "--to", "KZ", "--json", said.objects[0]["copies"][0]["path"])
    assert again.objects[0]["hold_reason"] == "already-stamped"


@pytest.mark.slow
def test_an_unmarked_picture_is_held_and_released(marker: Callable[..., Said], tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    scan(None).save(path, dpi=(200, 200))
    held = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", path)
    assert (held.objects[0]["hold_reason"], held.objects[0]["format"]) == ("unmarked", "png")
    done = marker(
        "convert",
        "--to",
        "KZ",
        "--json",
        "-o",
        tmp_path / "out",
        "--marking",
        "lt:restricted",
        "--reason",
        "letter 7",
        path,
    )
    assert done.objects[0]["copies"][0]["path"].endswith(".pdf")

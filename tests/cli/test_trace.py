"""A copy is traced by its number, its bytes, its text, and by pictures of one page, turned and tilted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from marker.model import PartyId
from marker.numbering import CopyNumber
from marker.records.sheets import numbers_in

from .conftest import OURS, Said, write_letter

Marker = Callable[..., Said]


@pytest.fixture
def copy(marker: Marker, tmp_path: Path) -> tuple[str, Path]:
    letter = write_letter(tmp_path / "in" / "a.pdf", "SLAPTAI", pages=2)
    said = marker(
        "convert", "--to", "KZ", *OURS, "-o", tmp_path / "out", "--recipient", "Archive", "--timeout", "100", letter,
        "--json",
    )  # fmt: skip
    assert said.status == 0, said.err
    issued = said.objects[0]["copies"][0]
    return issued["copy_number"], Path(issued["path"])


def scan(path: Path, dpi: int, page: int = 1) -> Image.Image:
    with pypdfium2.PdfDocument(path) as document:
        return document[page].render(scale=dpi / 72).to_pil().convert("L")


def test_a_number_tells_who_holds_the_copy(marker: Marker, copy: tuple[str, Path]) -> None:
    number, _ = copy
    said = marker("trace", number.lower(), "--json")
    assert said.status == 0, said.err
    (told,) = said.objects
    assert (told["copy_number"], told["holder"], told["found_by"]) == (number, "Archive", "number")
    assert [event["kind"] for event in told["events"]][-1] == "issued"
    assert "Archive" in marker("trace", number).out


def test_a_misread_number_is_told_from_an_unknown_one(marker: Marker, copy: tuple[str, Path]) -> None:
    number, _ = copy
    misread = marker("trace", number.replace("000001", "000007"))
    assert misread.status == 4
    assert "check character" in misread.err
    unknown = marker("trace", str(CopyNumber(PartyId("KZ"), 2020, 99, 1)))
    assert unknown.status == 4
    assert "not in this register" in unknown.err


def test_a_stamped_file_is_known_by_its_bytes_and_after_a_change_by_its_text(
    marker: Marker, copy: tuple[str, Path], tmp_path: Path
) -> None:
    number, path = copy
    assert marker("trace", path, "--json").objects[0]["found_by"] == "bytes"
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(path.read_bytes() + b"\n% opened and saved elsewhere\n")
    told = marker("trace", changed, "--json").objects[0]
    assert (told["copy_number"], told["found_by"][:4]) == (number, "text")


@pytest.mark.parametrize(("dpi", "turn", "name"), [(150, 0, "a.png"), (200, 93, "b.jpg"), (150, 176, "c.tif")])
def test_a_scan_of_one_page_is_traced_by_its_code(
    marker: Marker, copy: tuple[str, Path], tmp_path: Path, dpi: int, turn: int, name: str
) -> None:
    number, path = copy
    scan(path, dpi).rotate(turn, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC).save(tmp_path / name)
    said = marker("trace", tmp_path / name, "--json")
    assert said.status == 0, said.err
    assert (said.objects[0]["copy_number"], said.objects[0]["found_by"]) == (number, "code, page 2 of 2")


def test_a_page_whose_code_is_gone_is_traced_by_the_printed_number(
    marker: Marker, copy: tuple[str, Path], tmp_path: Path
) -> None:
    number, path = copy
    page = scan(path, 200)
    import zxingcpp

    (code,) = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.DataMatrix)
    corners = [(p.x, p.y) for p in (code.position.top_left, code.position.bottom_right)]
    ImageDraw.Draw(page).rectangle([*corners[0], *corners[1]], fill=255)
    page.save(tmp_path / "torn.png", dpi=(200, 200))
    said = marker("trace", tmp_path / "torn.png", "--json")
    assert said.status == 0, said.err
    assert (said.objects[0]["copy_number"], said.objects[0]["found_by"]) == (number, "printed number")


def test_what_bears_no_number_of_ours_is_status_4(marker: Marker, copy: tuple[str, Path], tmp_path: Path) -> None:
    Image.new("L", (300, 200), 255).save(tmp_path / "blank.png")
    assert marker("trace", tmp_path / "blank.png").status == 4
    (tmp_path / "odd.png").write_bytes(b"no picture at all")
    said = marker("trace", tmp_path / "odd.png")
    assert said.status == 3
    assert "Traceback" not in said.err


@given(st.integers(1, 999_999), st.integers(1, 99))
def test_letters_read_for_digits_are_put_right(serial: int, index: int) -> None:
    number = str(CopyNumber(PartyId("KZ"), 2026, serial, index))
    stem, check = number[:-2], number[-1]
    misread = f"KZ{stem[2:].replace('0', 'O').replace('1', 'l').replace('5', 'S')}-{check}"
    assert numbers_in(f"Экз. {misread} из 3") == [number]

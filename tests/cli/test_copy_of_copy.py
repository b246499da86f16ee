"""``marker copy --from COPY``: a further copy made from a Word copy, where the received file is not at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Said, write_letter
from tests.labels.label_files import docx_letter
from tests.stamp.docx_samples import parts

Marker = Callable[..., Said]
OURS = ("--recipient-party", "KZ")


@pytest.fixture
def registered(marker: Marker, tmp_path: Path) -> tuple[str, Path, Path]:
    """Register number, received file and first copy of a Word document."""
    letter = docx_letter(tmp_path / "in.docx", "RIBOTO NAUDOJIMO")
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--json")
    assert said.status == 0, said.err
    return said.objects[0]["register"], letter, Path(said.objects[0]["copies"][0]["path"])


def test_a_further_copy_is_made_from_a_copy_as_it_was_issued(
    marker: Marker, registered: tuple[str, Path, Path], tmp_path: Path
) -> None:
    number, letter, copy = registered
    letter.unlink()
    order = ("copy", number, *OURS, "--recipient", "Archive", "-o", tmp_path / "out", "--json")
    assert marker(*order).status == 2
    said = marker(*order, "--from", copy)
    assert said.status == 0, said.err
    (made,) = said.objects[0]["copies"]
    assert any(copy.stem.removeprefix("in.") in note for note in said.objects[0]["notes"])
    assert Path(made["path"]).name == f"in.{made['copy_number']}.docx"
    before, after = parts(copy), parts(Path(made["path"]))
    changed = {name.partition(".")[0].rstrip("0123456789") for name in before if before[name] != after[name]}
    assert changed == {"word/document", "word/footer", "word/media/stampcode", "customXml/item", "customXml/itemProps"}
    assert b"Archive" in after["word/document.xml"]
    traced = marker("trace", made["path"], "--json").objects
    assert [one["copy_number"] for one in traced] == [made["copy_number"]]
    assert marker("label", "check", made["path"]).status == 0
    assert marker("register", "verify", "--files").status == 0
    third = marker(*order, "--from", made["path"])
    assert third.status == 0, third.err


def test_from_a_copy_that_was_changed_none_is_made(
    marker: Marker, registered: tuple[str, Path, Path], tmp_path: Path
) -> None:
    number, _, copy = registered
    changed = tmp_path / "changed.docx"
    changed.write_bytes(copy.read_bytes() + b" ")
    said = marker("copy", number, *OURS, "--recipient", "A", "-o", tmp_path / "out", "--from", changed)
    assert (said.status, "is not the file that was registered" in said.err) == (2, True)
    assert len(marker("register", "show", number, "--json").objects[0]["copies"]) == 1


def test_from_a_pdf_copy_none_is_made(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "RIBOTO NAUDOJIMO")
    first = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--json").objects[0]
    given = ("--recipient", "A", "-o", tmp_path / "out", "--from", first["copies"][0]["path"])
    said = marker("copy", first["register"], *OURS, *given)
    assert (said.status, "it is no Word file" in said.err) == (2, True)


def test_of_another_documents_copy_none_is_made(
    marker: Marker, registered: tuple[str, Path, Path], tmp_path: Path
) -> None:
    _, _, copy = registered
    other = docx_letter(tmp_path / "other.docx", "SLAPTAI")
    number = marker("convert", "--to", "KZ", "-o", tmp_path / "out", other, "--json").objects[0]["register"]
    said = marker("copy", number, *OURS, "--recipient", "A", "-o", tmp_path / "out", "--from", copy)
    assert (said.status, "is not the file that was registered" in said.err) == (2, True)

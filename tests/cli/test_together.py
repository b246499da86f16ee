"""``convert --together``: a letter with its annexes is one document with parts, held, stamped and numbered as one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from marker.errors import RegisterError
from marker.intake import publish
from marker.register import Register, runs

from .conftest import OURS, Said, write_letter

Marker = Callable[..., Said]


def convert(marker: Marker, out: Path, *files: Path) -> dict[str, Any]:
    said = marker("convert", "--to", "KZ", "--together", "-o", out, *files, "--json")
    assert said.status in (0, 3), said.err
    (report,) = said.objects
    return report


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    return write_letter(tmp_path / "in" / "1 letter.pdf", "KONFIDENCIALIAI", pages=2)


@pytest.fixture
def annex(tmp_path: Path) -> Path:
    return write_letter(tmp_path / "in" / "2 annex.pdf", None, body="Priedas be žymos.")


def words(path: str) -> str:
    with pypdfium2.PdfDocument(path) as stamped:
        return " ".join(page.get_textpage().get_text_range() for page in stamped)


def test_a_letter_and_its_annexes_get_one_number_and_every_part_bears_it(
    marker: Marker, tmp_path: Path, letter: Path, annex: Path
) -> None:
    report = convert(marker, tmp_path / "out", letter, annex)
    assert (report["outcome"], report["marking"], report["pages"]) == ("stamped", "lt:confidential", 3)
    assert len({copy["copy_number"] for copy in report["copies"]}) == 1
    assert [Path(copy["path"]).name[:8] for copy in report["copies"]] == ["1 letter", "2 annex."]
    for copy in report["copies"]:
        assert "ҚҰПИЯ" in words(copy["path"])
        assert copy["copy_number"] in words(copy["path"])
    shown = json.loads(marker("register", "show", report["register"], "--json").out)
    assert [Path(part["source_name"]).name for part in shown["annexes"]] == ["2 annex.pdf"]
    (copy,) = shown["copies"]
    assert [file["path"] for file in copy["annexes"]] == [report["copies"][1]["path"]]
    assert "2 annex.pdf" in marker("register", "show", report["register"]).out
    assert marker("register", "verify", "--files").status == 0

    again = convert(marker, tmp_path / "out", letter, annex)
    assert (again["outcome"], again["register"]) == ("already-registered", report["register"])
    alone = marker("convert", "--to", "KZ", "-o", tmp_path / "out", annex, "--json").objects[0]
    assert (alone["outcome"], alone["register"]) == ("already-registered", report["register"])
    stamped = Path(report["copies"][1]["path"])
    back = marker("convert", "--to", "KZ", "-o", tmp_path / "out", stamped, "--json").objects[0]
    assert back["hold_reason"] == "already-stamped"
    other = write_letter(tmp_path / "in" / "3 other.pdf", None, body="Kitas priedas.")
    assert convert(marker, tmp_path / "out", letter, other)["hold_reason"] == "conflict"

    stamped.write_bytes(b"another")
    said = marker("register", "verify")
    assert said.status == 4
    assert str(stamped) in said.out


@pytest.mark.slow
def test_an_annex_that_is_marked_higher_governs(marker: Marker, tmp_path: Path, letter: Path) -> None:
    higher = write_letter(tmp_path / "in" / "2 annex.pdf", "VISIŠKAI SLAPTAI")
    report = convert(marker, tmp_path / "out", letter, higher)
    assert (report["marking"], report["equivalent"]) == ("lt:top-secret", "kz:top-secret")
    assert any("2 annex.pdf" in note for note in report["notes"])
    for copy in report["copies"]:
        assert "ӨТЕ ҚҰПИЯ" in words(copy["path"])


@pytest.mark.slow
def test_what_holds_an_annex_holds_all_and_nothing_is_written(
    marker: Marker, tmp_path: Path, letter: Path, annex: Path
) -> None:
    foreign = write_letter(tmp_path / "in" / "3 nato.pdf", "NATO SECRET")
    report = convert(marker, tmp_path / "out", letter, annex, foreign)
    assert (report["outcome"], report["hold_reason"]) == ("held", "third-party")
    assert report["hold_detail"].startswith("3 nato.pdf: ")
    assert not list(tmp_path.glob("out/*"))
    unmarked = convert(marker, tmp_path / "out", annex)
    assert unmarked["hold_reason"] == "unmarked"


@pytest.mark.slow
def test_a_folder_is_a_document_and_files_that_cannot_be_one_are_refused(
    marker: Marker, tmp_path: Path, letter: Path, annex: Path
) -> None:
    report = convert(marker, tmp_path / "out", letter.parent)
    assert len(report["copies"]) == 2
    assert Path(report["copies"][0]["path"]).name.startswith("1 letter")
    (tmp_path / "empty").mkdir()
    assert marker("convert", "--to", "KZ", "--together", tmp_path / "empty").status == 2
    twin = write_letter(tmp_path / "else" / annex.name, None)
    assert marker("convert", "--to", "KZ", "--together", annex, twin).status == 2


@pytest.mark.slow
def test_a_further_copy_has_all_its_parts_too(marker: Marker, tmp_path: Path, annex: Path) -> None:
    letter = write_letter(tmp_path / "in" / "1 letter.pdf", "RIBOTO NAUDOJIMO")
    report = convert(marker, tmp_path / "out", letter, annex)
    order = ("copy", report["register"], "--recipient", "A", *OURS, "-o", tmp_path / "out", "--json")
    said = marker(*order)
    assert said.status == 0, said.err
    (first, second) = said.objects[0]["copies"]
    assert first["copy_number"] == second["copy_number"] != report["copies"][0]["copy_number"]
    assert first["copy_number"] in words(second["path"])
    assert marker("register", "verify", "--files").status == 0
    annex.write_bytes(letter.read_bytes())
    assert marker(*order).status == 2, "another file lies where the annex lay"


@pytest.mark.slow
def test_annexes_of_a_copy_whose_run_died_are_withdrawn_with_its_number(
    marker: Marker, tmp_path: Path, letter: Path, annex: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The annex stands under its name, the letter does not yet: the copy is void, and nothing of it is left."""
    with monkeypatch.context() as dying:

        def die(self: Register, numbers: object, notes: object = ()) -> None:
            raise RegisterError("the server is gone")

        def unlink_letters(brought: list[publish.Brought]) -> None:
            publish_as_it_is(one for one in brought if "letter" not in one.slot.final.name)

        publish_as_it_is = publish.publish_all
        dying.setattr(publish, "publish_all", unlink_letters)
        dying.setattr(Register, "issue", die)
        dying.setattr(runs.RunLock, "release", runs.RunLock.abandon)
        assert marker("convert", "--to", "KZ", "--together", "-o", tmp_path / "out", letter, annex).status == 4
    assert [path.name[:7] for path in (tmp_path / "out").iterdir()] == ["2 annex"]
    report = convert(marker, tmp_path / "out", letter, annex)
    assert report["register"] == "KZ-2026-000002"
    names = [path.name for path in (tmp_path / "out").iterdir()]
    assert not [name for name in names if "000001" in name]
    assert marker("register", "verify", "--files").status == 0


@pytest.mark.slow
def test_a_batch_takes_each_sub_folder_as_one_document(marker: Marker, tmp_path: Path) -> None:
    received = tmp_path / "received"
    write_letter(received / "a" / "1.pdf", "SLAPTAI", body="Pirmas.")
    write_letter(received / "a" / "2.pdf", None, body="Antras.")
    write_letter(received / "b.pdf", "SLAPTAI", body="Trečias.")
    write_letter(received / "c" / "1.pdf", None, body="Ketvirtas.")
    write_letter(received / "c" / "2.pdf", None, body="Penktas.")
    order = ("batch", "--to", "KZ", "--together", received, tmp_path / "out", "--json")
    said = marker(*order)
    assert said.status == 3, said.err
    told = {Path(one["path"]).relative_to(received).as_posix(): one for one in said.objects}
    assert {name: one["outcome"] for name, one in told.items()} == {
        "a/1.pdf": "stamped", "b.pdf": "stamped", "c/1.pdf": "held",
    }  # fmt: skip
    assert [told[name]["register"] for name in ("a/1.pdf", "b.pdf")] == ["KZ-2026-000001", "KZ-2026-000002"]
    assert len(list((tmp_path / "out" / "marked" / "a").iterdir())) == 2
    assert (tmp_path / "out" / "held" / "c" / "1.pdf.held.json").exists()
    again = marker(*order)
    assert sorted(one["outcome"] for one in again.objects) == ["already-registered", "already-registered", "held"]
    assert marker("register", "verify", "--files").status == 0

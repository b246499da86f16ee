"""Single files from the command line: copies for recipients, stated markings, refusals that name the article."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .conftest import OURS, Said, write_letter

Marker = Callable[..., Said]


def test_a_file_becomes_one_numbered_copy(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "raštas.pdf", "KONFIDENCIALIAI")
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", "--sender-ref", "12-345", letter, "--json")
    assert said.status == 0
    (value,) = said.objects
    assert (value["marking"], value["equivalent"]) == ("lt:confidential", "kz:secret")
    (copy,) = value["copies"]
    assert Path(copy["path"]).name == f"raštas.{copy['copy_number']}.pdf"
    shown = json.loads(marker("register", "show", value["register"], "--json").out)
    assert shown["sender_ref"] == "12-345"
    assert shown["copies"][0]["status"] == "issued"


def test_further_copies_of_secret_need_a_consent(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "SLAPTAI")
    said = marker(
        "convert", "--to", "KZ", *OURS, "-o", tmp_path / "out", "--recipient", "A", "--recipient", "B", letter, "--json"
    )
    assert said.status == 3
    assert said.objects[0]["hold_reason"] == "consent-required"
    assert "7(1)" in said.objects[0]["hold_detail"]
    assert not list(tmp_path.glob("out/*"))


def test_restricted_may_be_copied_by_need(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "RIBOTO NAUDOJIMO")
    recipients = ["Әлия Құрманғазиева", "Žydrūnas Šimkus"]
    said = marker(
        "convert", "--to", "KZ", *OURS, "-o", tmp_path / "out", "--recipient", recipients[0],
        "--recipient", recipients[1], letter, "--json",
    )  # fmt: skip
    assert said.status == 0
    assert [copy["recipient"] for copy in said.objects[0]["copies"]] == recipients


def test_an_unmarked_file_is_stamped_as_stated_and_the_register_says_who(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", None)
    base = ("convert", "--to", "KZ", "-o", tmp_path / "out", "--operator", "A. Clerk", letter, "--json")
    assert marker(*base).objects[0]["hold_reason"] == "unmarked"
    said = marker(*base, "--marking", "lt:secret", "--reason", "cover note 5")
    assert said.status == 0
    shown = json.loads(marker("register", "show", said.objects[0]["register"], "--json").out)
    assert (shown["stated_by"], shown["stated_reason"]) == ("A. Clerk", "cover note 5")


def test_nobody_may_state_less_than_was_found(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "SLAPTAI")
    said = marker(
        "convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--marking", "lt:restricted", "--reason", "x", "--json"
    )
    assert said.status == 3
    assert "4(6)" in json.dumps(said.objects[0])


def test_a_third_partys_document_is_held_whatever_is_stated(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "NATO SECRET")
    said = marker(
        "convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--marking", "lt:secret", "--reason", "x", "--json"
    )
    assert said.objects[0]["hold_reason"] == "third-party"


def test_stating_needs_a_reason_and_a_marking_of_the_sender(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", None)
    for arguments in (
        ("--marking", "lt:secret"),
        ("--reason", "x"),
        ("--marking", "kz:secret", "--reason", "x"),
        ("--marking", "lt:secrett", "--reason", "x"),
        ("--sender-date", "22.11.2026"),
    ):
        said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, *arguments)
        assert said.status == 2, arguments
        assert said.err.startswith("marker: ")


def test_again_continues_the_copy_numbers(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "RIBOTO NAUDOJIMO")
    first = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--json").objects[0]
    same = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--json").objects[0]
    assert same["outcome"] == "already-registered"
    again = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--json", "--again").objects[0]
    assert again["register"] == first["register"]
    assert again["copies"][0]["copy_number"].split("-")[3] == "02"


def test_what_cannot_be_read_is_a_sentence_each(marker: Marker, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "rubbish.pdf").write_bytes(b"\x00\x01rubbish" * 50)
    (tmp_path / "cut.pdf").write_bytes(write_letter(tmp_path / "a.pdf", "SLAPTAI").read_bytes()[:700])
    (tmp_path / "folder.pdf").mkdir()
    names = ["empty.pdf", "rubbish.pdf", "cut.pdf", "folder.pdf", "absent.pdf"]
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", *(tmp_path / name for name in names), "--json")
    assert said.status == 3
    reasons = dict(zip(names, (o["hold_reason"] for o in said.objects), strict=True))
    assert reasons["empty.pdf"] == "malformed"
    assert reasons["rubbish.pdf"] in {"malformed", "unsupported"}
    assert reasons["cut.pdf"] == "malformed"
    assert reasons["folder.pdf"] == reasons["absent.pdf"] == "unsafe-path"
    assert all(o["hold_detail"].count("Traceback") == 0 for o in said.objects)


def test_detect_writes_nothing(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "in" / "a.pdf", "VISIŠKAI SLAPTAI")
    before = sorted(tmp_path.rglob("*"))
    said = marker("detect", "--to", "KZ", letter, "--json")
    assert said.status == 0
    assert said.objects[0]["equivalent_text"] == "ӨТЕ ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО"
    assert said.objects[0]["evidence"][0]["page"] == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_certified_file_is_held_without_drawing_a_number(marker: Marker, tmp_path: Path) -> None:
    signed = Path(__file__).parents[2] / "fixtures" / "inbox-kz" / "Rinkmenos" / "Pasirašytas.pdf"
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", signed, "--json")
    assert said.objects[0]["hold_reason"] == "signed"
    assert marker("register", "list", "--json").objects == []


def test_detect_reads_a_registered_document_like_any_other(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "SLAPTAI")
    copy = marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter, "--json").objects[0]["copies"][0]["path"]
    said = marker("detect", "--to", "KZ", letter, copy, "--json")
    assert [(o["outcome"], o["hold_reason"]) for o in said.objects] == [("marked", None), ("held", "already-stamped")]


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "SLAPTAI")
    command = f"'{sys.executable}' -m marker detect --to KZ --json '{letter}' | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""

"""A clerk gives a folder and gets copies, reasons and a report; nothing received is ever touched or lost."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from .conftest import Said, write_letter

Marker = Callable[..., Said]
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "report-1.json").read_text(encoding="utf-8"))


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture
def received(tmp_path: Path) -> Path:
    """Two letters of one name in two folders, one unmarked, one that is no document."""
    folder = tmp_path / "received"
    write_letter(folder / "URM" / "raštas.pdf", "SLAPTAI", pages=2)
    write_letter(folder / "VSD" / "raštas.pdf", "KONFIDENCIALIAI")
    write_letter(folder / "be žymos.pdf", None)
    (folder / "pastaba.txt").write_text("labas", encoding="utf-8")
    return folder


def test_a_folder_becomes_copies_reasons_and_a_report(marker: Marker, received: Path, tmp_path: Path) -> None:
    before = hashes(received)
    said = marker("batch", "--to", "KZ", received, tmp_path / "out", "--json")
    assert said.status == 3
    assert hashes(received) == before
    by_name = {Path(o["path"]).relative_to(received).as_posix(): o for o in said.objects}
    assert [Path(o["path"]).relative_to(received).as_posix() for o in said.objects] == sorted(
        by_name, key=lambda name: Path(name).parts
    )
    outcomes = {name: (o["outcome"], o["hold_reason"], o["equivalent_text"]) for name, o in by_name.items()}
    assert outcomes == {
        "URM/raštas.pdf": ("stamped", None, "ҚҰПИЯ/СЕКРЕТНО"),
        "VSD/raštas.pdf": ("stamped", None, "ҚҰПИЯ/СЕКРЕТНО"),
        "be žymos.pdf": ("held", "unmarked", None),
        "pastaba.txt": ("held", "unsupported", None),
    }
    for name in ("URM/raštas.pdf", "VSD/raštas.pdf"):
        (copy,) = by_name[name]["copies"]
        path = Path(copy["path"])
        assert path.parent == tmp_path / "out" / "marked" / Path(name).parent
        assert hashlib.sha256(path.read_bytes()).hexdigest() == copy["sha256"]
        assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out" / "held" / "be žymos.pdf.held.json").is_file()


def test_what_is_reported_keeps_to_the_schema(marker: Marker, received: Path, tmp_path: Path) -> None:
    said = marker("batch", "--to", "KZ", received, tmp_path / "out", "--json")
    lines = (tmp_path / "out" / "report.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == said.objects
    validator = Draft202012Validator(SCHEMA)
    for value in said.objects:
        assert [error.message for error in validator.iter_errors(value)] == []
    with (tmp_path / "out" / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["path"] for row in rows] == [o["path"] for o in said.objects]
    assert [row["hold_reason"] or None for row in rows] == [o["hold_reason"] for o in said.objects]


def test_numbers_follow_the_order_of_the_names(marker: Marker, tmp_path: Path) -> None:
    folder = tmp_path / "received"
    for i in range(12):
        # The first ones take longest to read: numbers must not go to whoever is ready first.
        write_letter(folder / f"{i:02d}.pdf", "SLAPTAI", pages=12 - i, body=f"Raštas {i}.")
    said = marker("batch", "--to", "KZ", folder, tmp_path / "out", "--json", "--jobs", 4)
    assert said.status == 0
    assert [o["register"][-6:] for o in said.objects] == [f"{i + 1:06d}" for i in range(12)]


def test_a_second_run_does_only_what_is_new(marker: Marker, received: Path, tmp_path: Path) -> None:
    marker("batch", "--to", "KZ", received, tmp_path / "out")
    copies = hashes(tmp_path / "out" / "marked")
    write_letter(received / "naujas.pdf", "RIBOTO NAUDOJIMO")
    said = marker("batch", "--to", "KZ", received, tmp_path / "out", "--json")
    outcomes = {Path(o["path"]).name: o["outcome"] for o in said.objects}
    assert outcomes == {
        "raštas.pdf": "already-registered", "be žymos.pdf": "held", "pastaba.txt": "held", "naujas.pdf": "stamped",
    }  # fmt: skip
    after = hashes(tmp_path / "out" / "marked")
    assert copies.items() <= after.items()
    assert len(after) == len(copies) + 1


def test_the_same_bytes_under_two_names_are_one_document(marker: Marker, tmp_path: Path) -> None:
    folder = tmp_path / "received"
    first = write_letter(folder / "a.pdf", "SLAPTAI")
    (folder / "b.pdf").write_bytes(first.read_bytes())
    said = marker("batch", "--to", "KZ", folder, tmp_path / "out", "--json")
    assert said.status == 0
    assert [o["outcome"] for o in said.objects] == ["stamped", "already-registered"]
    assert said.objects[0]["register"] == said.objects[1]["register"]
    shown = json.loads(marker("register", "show", said.objects[0]["register"], "--json").out)
    arrivals = [event for event in shown["events"] if event["kind"] == "arrived-again"]
    assert len(arrivals) == 1
    marker("batch", "--to", "KZ", folder, tmp_path / "out")
    shown = json.loads(marker("register", "show", said.objects[0]["register"], "--json").out)
    assert len([event for event in shown["events"] if event["kind"] == "arrived-again"]) == 1


def test_a_held_file_that_was_mended_loses_its_record(marker: Marker, received: Path, tmp_path: Path) -> None:
    marker("batch", "--to", "KZ", received, tmp_path / "out")
    write_letter(received / "be žymos.pdf", "SLAPTAI", body="Dabar su žyma.")
    said = marker("batch", "--to", "KZ", received, tmp_path / "out", "--json")
    assert {Path(o["path"]).name: o["outcome"] for o in said.objects}["be žymos.pdf"] == "stamped"
    assert not (tmp_path / "out" / "held" / "be žymos.pdf.held.json").exists()


def test_a_dry_run_tells_and_writes_nothing(marker: Marker, received: Path, tmp_path: Path) -> None:
    said = marker("batch", "--to", "KZ", "--dry-run", received, tmp_path / "out", "--json")
    assert said.status == 3
    assert {o["outcome"] for o in said.objects} == {"marked", "held"}
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "register.sqlite").exists()


def test_one_of_our_own_copies_is_recognised(marker: Marker, received: Path, tmp_path: Path) -> None:
    said = marker("batch", "--to", "KZ", received, tmp_path / "out", "--json")
    copy = Path(next(o for o in said.objects if o["outcome"] == "stamped")["copies"][0]["path"])
    back = tmp_path / "back"
    back.mkdir()
    (back / "copy.pdf").write_bytes(copy.read_bytes())
    said = marker("batch", "--to", "KZ", back, tmp_path / "out2", "--json")
    assert (said.objects[0]["outcome"], said.objects[0]["hold_reason"]) == ("held", "already-stamped")


def test_a_table_for_people_names_each_file_its_stamp_and_where_things_are(
    marker: Marker, received: Path, tmp_path: Path
) -> None:
    said = marker("batch", "--to", "KZ", received, tmp_path / "out")
    assert "raštas.pdf" in said.out
    assert "ҚҰПИЯ/СЕКРЕТНО" in said.out
    assert "held: unmarked" in said.out
    assert "4 files: 2 stamped, 2 held" in said.out
    assert str(tmp_path / "register.sqlite") in said.out
    assert said.err == ""


def test_folders_inside_one_another_are_a_usage_error(marker: Marker, received: Path) -> None:
    for out in (received, received / "out", received.parent):
        said = marker("batch", "--to", "KZ", received, out)
        assert said.status == 2
        assert "inside one another" in said.err


def test_a_party_that_is_none_is_a_usage_error(marker: Marker, received: Path, tmp_path: Path) -> None:
    said = marker("batch", "--to", "EE", received, tmp_path / "out")
    assert said.status == 2
    assert "KZ and LT" in said.err


def test_a_register_that_cannot_be_reached_stops_the_run_before_a_number(
    marker: Marker, received: Path, tmp_path: Path
) -> None:
    said = marker("batch", "--to", "KZ", received, tmp_path / "out", "--register", tmp_path / "absent" / "r.sqlite")
    assert said.status == 4
    assert "register" in said.err
    assert not list((tmp_path).rglob("*.pdf.held.json"))


def test_a_link_in_the_folder_is_held_not_followed(marker: Marker, tmp_path: Path) -> None:
    target = write_letter(tmp_path / "elsewhere" / "a.pdf", "SLAPTAI")
    folder = tmp_path / "received"
    folder.mkdir()
    (folder / "link.pdf").symlink_to(target)
    said = marker("batch", "--to", "KZ", folder, tmp_path / "out", "--json")
    assert (said.objects[0]["outcome"], said.objects[0]["hold_reason"]) == ("held", "unsafe-path")


def test_no_text_of_a_document_leaves_it(marker: Marker, tmp_path: Path) -> None:
    folder = tmp_path / "received"
    write_letter(folder / "a.pdf", "SLAPTAI", body="Žodis Ypatingasis.")
    write_letter(folder / "b.pdf", None, body="Žodis Ypatingasis.")
    said = marker("batch", "--to", "KZ", folder, tmp_path / "out")
    written = b"".join(p.read_bytes() for p in (tmp_path / "out").rglob("*.json*"))
    assert "Ypatingasis" not in said.out + said.err
    assert b"Ypatingasis" not in written + (tmp_path / "register.sqlite").read_bytes()

"""``--sidecar``: the label as a file beside each copy, there whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree

from marker.labels.read import copies_of
from marker.model import PartyId
from marker.numbering import CopyNumber
from tests.cli.conftest import Said, marker, write_letter

from .label_files import binding, label

__all__ = ["marker"]  # the fixture
Marker = Callable[..., Said]
MB = "{urn:nato:stanag:4778:bindinginformation:1:0}"


def test_the_label_stands_beside_its_copy_and_refers_to_it(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "raštas vienas.pdf", "KONFIDENCIALIAI")
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", "--sidecar", letter, "--json")
    assert said.status == 0
    (copy,) = said.objects[0]["copies"]
    label = Path(copy["path"] + ".bdo")
    assert label.stat().st_mode & 0o777 == 0o600
    (numbers,) = copies_of(label.read_bytes())
    assert (numbers.copy_number, numbers.register_number) == (copy["copy_number"], said.objects[0]["register"])
    (reference,) = etree.parse(label).getroot().iter(f"{MB}DataReference")
    assert unquote(reference.get("URI", "")) == f"./{Path(copy['path']).name}"
    assert reference.get("{http://www.w3.org/2005/05/xmlmime}contentType") == "application/pdf"
    assert hashlib.sha256(Path(copy["path"]).read_bytes()).hexdigest() == copy["sha256"]


def test_without_the_option_there_is_none(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "SLAPTAI")
    assert marker("convert", "--to", "KZ", "-o", tmp_path / "out", letter).status == 0
    assert not list((tmp_path / "out").glob("*.bdo"))


def test_a_folder_gets_them_too_by_its_configuration(marker: Marker, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write_letter(tmp_path / "in" / "a.pdf", "SLAPTAI")
    (tmp_path / "marker.toml").write_text("sidecar = true\n")
    said = marker("batch", "--to", "KZ", "--config", tmp_path / "marker.toml", tmp_path / "in", tmp_path / "out")
    assert said.status == 0
    assert len(list((tmp_path / "out" / "marked").glob("*.pdf.bdo"))) == 1


def test_where_its_name_is_taken_nothing_is_issued_and_the_other_file_stays(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "SLAPTAI")
    (tmp_path / "out").mkdir(mode=0o700)
    other = tmp_path / "out" / f"a.{CopyNumber(PartyId('KZ'), datetime.now().astimezone().year, 1, 1)}.pdf.bdo"
    other.write_text("somebody's")
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", "--sidecar", letter, "--json")
    assert said.status == 3
    assert said.objects[0]["hold_reason"] == "stamp-failed"
    assert [path.name for path in (tmp_path / "out").iterdir()] == [other.name]
    assert other.read_text() == "somebody's"


@pytest.mark.parametrize(
    ("label_text", "outcome", "reason"),
    [
        (binding(label("SLAPTAI")), "marked", None),
        (binding(label("VISIŠKAI SLAPTAI")), "held", "conflict"),
        (binding(label("RIBOTO NAUDOJIMO")), "held", "conflict"),
        (binding(label("SECRET", "NATO", "")), "held", "third-party"),
        ("<broken", "held", "attachment"),
        ("<x>" * 300_000, "held", "attachment"),
        ("<x>" * 400_000, "held", "too-large"),
    ],
)
def test_a_label_file_that_came_with_a_document_is_evidence(
    label_text: str, outcome: str, reason: str | None, marker: Marker, tmp_path: Path
) -> None:
    write_letter(tmp_path / "in" / "a.pdf", "SLAPTAI")
    (tmp_path / "in" / "a.pdf.bdo").write_text(label_text, encoding="utf-8")
    said = marker("detect", "--to", "KZ", "--json", tmp_path / "in")
    (value,) = said.objects  # the label file is no document
    assert (value["outcome"], value["hold_reason"]) == (outcome, reason)


def test_a_label_file_without_its_document_is_seen(marker: Marker, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pdf.bdo").write_text(binding(label()), encoding="utf-8")
    (value,) = marker("detect", "--to", "KZ", "--json", tmp_path / "in").objects
    assert value["hold_reason"] == "unsupported"


def test_a_label_file_that_names_a_copy_of_ours_says_nothing_of_the_document(marker: Marker, tmp_path: Path) -> None:
    first = write_letter(tmp_path / "a.pdf", "SLAPTAI")
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", "--sidecar", first, "--json")
    sidecar = Path(said.objects[0]["copies"][0]["path"] + ".bdo")
    second = write_letter(tmp_path / "b.pdf", "SLAPTAI", pages=2)
    (tmp_path / "b.pdf.bdo").write_bytes(sidecar.read_bytes())
    value = marker("detect", "--to", "KZ", "--json", second).objects[0]
    assert value["outcome"] == "marked"

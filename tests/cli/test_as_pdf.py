"""``--as pdf`` on the command line: with LibreOffice, without it, and with one that hangs or fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from pypdf import PdfReader

from marker.errors import ExitStatus
from tests.cli.conftest import Said, write_letter
from tests.labels.label_files import binding, docx_letter, label, with_properties

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
SLEEP = "314159.25"
"""Seconds; by them the test knows its own child."""


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    made = Document()
    made.sections[0].header.paragraphs[0].text = "SLAPTAI"
    for number in range(60):
        made.add_paragraph(f"{number} Ministerija siunčia priemonių planą.")
    path = tmp_path / "in" / "letter.docx"
    path.parent.mkdir()
    made.save(str(path))
    return path


def fake_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "soffice").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "soffice").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def sleepers() -> str:
    return subprocess.run(["ps", "-A", "-o", "args"], capture_output=True, text=True, check=True).stdout


@needs_office
@pytest.mark.slow
def test_a_word_file_is_stamped_as_pages(marker: Callable[..., Said], letter: Path, tmp_path: Path) -> None:
    said = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", "--as", "pdf", letter)
    (report,) = said.objects
    assert (said.status, report["outcome"], report["format"]) == (ExitStatus.DONE, "stamped", "docx")
    assert any("LibreOffice made of the received Word file" in note for note in report["notes"])
    (copy,) = report["copies"]
    assert copy["path"].endswith(".pdf")
    with pypdfium2.PdfDocument(copy["path"]) as opened:
        assert len(opened) == report["pages"] > 1
        for page in opened:
            text = page.get_textpage().get_text_bounded()
            assert "SLAPTAI" in text and "ҚҰПИЯ/СЕКРЕТНО" in text and copy["copy_number"] in text
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("marker-")]
    assert "LibreOffice made" in marker("register", "show", report["register"], "--json").out


@needs_office
@pytest.mark.slow
def test_a_folder_of_both_kinds_becomes_pdf(marker: Callable[..., Said], letter: Path, tmp_path: Path) -> None:
    write_letter(letter.with_name("b.pdf"), "SLAPTAI/SECRET")
    said = marker("batch", "--to", "KZ", "--json", "--as", "pdf", letter.parent, tmp_path / "out")
    assert [report["outcome"] for report in said.objects] == ["stamped", "stamped"]
    assert {path.suffix for path in (tmp_path / "out" / "marked").iterdir()} == {".pdf"}


def test_without_libreoffice_nothing_is_numbered_and_the_remedy_is_named(
    marker: Callable[..., Said], letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marker.stamp.docx_pages.shutil.which", lambda _name: None)
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", "--as", "pdf", letter)
    assert said.status == ExitStatus.MISSING
    assert "LibreOffice is not installed" in said.err and "apt-get install libreoffice-writer" in said.err
    assert "0 documents" in marker("register", "list").out


def test_a_libreoffice_that_hangs_is_killed_with_its_children(
    marker: Callable[..., Said], letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_office(tmp_path, monkeypatch, f"sleep {SLEEP} &\nsleep {SLEEP}")
    said = marker("convert", "--to", "KZ", "--json", "--timeout", "3", "-o", tmp_path / "out", "--as", "pdf", letter)
    assert (said.status, said.objects[0]["hold_reason"]) == (ExitStatus.HELD, "timeout")
    until = time.monotonic() + 100  # they are killed before the command ends; only their bodies may still lie about
    while SLEEP in sleepers() and time.monotonic() < until:
        time.sleep(0.05)
    assert SLEEP not in sleepers()


def test_a_libreoffice_that_fails_holds_the_file(
    marker: Callable[..., Said], letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_office(tmp_path, monkeypatch, "exit 77")
    said = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", "--as", "pdf", letter)
    assert (said.status, said.objects[0]["hold_reason"]) == (ExitStatus.HELD, "stamp-failed")
    assert "without --as pdf" in said.objects[0]["hold_detail"]


def test_libreoffice_gets_a_profile_of_its_own_without_macros_and_no_network(
    marker: Callable[..., Said], letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    fake_office(
        tmp_path,
        monkeypatch,
        f'{{ echo "$@"; echo "HOME=$HOME"; cat office/user/registrymodifications.xcu; cat /proc/net/dev; }} > {seen}',
    )
    marker("convert", "--to", "KZ", "-o", tmp_path / "out", "--as", "pdf", letter)
    said = seen.read_text()
    home = next(line.removeprefix("HOME=") for line in said.splitlines() if line.startswith("HOME="))
    assert f"-env:UserInstallation=file://{home}/office" in said
    assert Path(home).parent.name.startswith("marker-") and not Path(home).exists()
    assert "MacroSecurityLevel" in said and "DisableMacrosExecution" in said
    interfaces = {line.partition(":")[0].strip() for line in said.splitlines() if ":" in line and "HOME" not in line}
    reach = "from marker import kernel; print(kernel.take_network_away())"
    if "True" in subprocess.run([sys.executable, "-c", reach], capture_output=True, text=True, check=True).stdout:
        others = {path.name for path in Path("/sys/class/net").iterdir()} - {"lo"}
        assert not interfaces & others


@needs_office
@pytest.mark.slow
def test_the_label_of_the_word_file_goes_along(marker: Callable[..., Said], tmp_path: Path) -> None:
    theirs = label(more="<s:PrivacyMark>TIK ADRESATUI</s:PrivacyMark>")
    source = docx_letter(tmp_path / "a.docx", part=binding(theirs, reference="pack:///word/document.xml"))
    said = marker("convert", "--to", "KZ", "--json", "--as", "pdf", "-o", tmp_path / "out", source)
    assert said.status == ExitStatus.DONE, said.err
    (copy,) = said.objects[0]["copies"]
    shown = marker("label", "show", "--json", copy["path"]).objects
    labels = [(one["kind"], one["classification"]) for one in shown if "classification" in one]
    assert labels == [
        ("originator", ["SLAPTAI"]), ("originator", ["SLAPTAI"]), ("alternative", ["ҚҰПИЯ/СЕКРЕТНО"]),
    ], "the sender's binding, then ours"  # fmt: skip
    xml = marker("label", "show", "--xml", copy["path"]).out
    assert xml.count("TIK ADRESATUI") == 2
    assert "pack:///" not in xml, "no part of the Word file is in the PDF"
    assert xml.count('DataReference URI=""') == 2
    assert marker("label", "check", copy["path"]).status == ExitStatus.DONE


@needs_office
@pytest.mark.slow
def test_labels_of_other_systems_go_along(marker: Callable[..., Said], letter: Path, tmp_path: Path) -> None:
    theirs = {
        "MSIP_Label_6b8b8a6e-0000-4000-8000-000000000001_Enabled": "true",
        "MSIP_Label_6b8b8a6e-0000-4000-8000-000000000001_Name": "Vidinis naudojimas",
        "MSIP_Label_6b8b8a6e-0000-4000-8000-000000000001_SiteId": "6b8b8a6e-0000-4000-8000-000000000002",
        "bjDocumentSecurityLabel": "Vidaus",
        "TitusGUID": "6b8b8a6e-0000-4000-8000-000000000003",
        "UrmClassification": "Vidaus",
        "urn:bails:BusinessAuthorization:Name": "Sutartis",
    }
    with_properties(letter, {**theirs, "Checked by": "J. P."})
    said = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", "--as", "pdf", letter)
    (report,) = said.objects
    assert said.status == ExitStatus.DONE, said.err
    assert any("Labels of other systems" in note for note in report["notes"])
    info = PdfReader(report["copies"][0]["path"]).metadata
    assert info is not None
    assert {name: info.get(f"/{name}") for name in theirs} == theirs

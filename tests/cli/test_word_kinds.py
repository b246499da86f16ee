"""Word files that are more than a plain DOCX, on the command line: encrypted, signed, with macros."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from msoffcrypto.format.ooxml import OOXMLFile

from marker.errors import ExitStatus
from marker.readers.identify import identify
from tests.cli.conftest import Said

sys.path.insert(0, str(Path(__file__).parents[1] / "stamp"))  # the DOCX helpers are modules of that folder

from docx_samples import of_kind, signed

PASSWORD = "Žalgirio-mūšis 1410"  # noqa: S105  # of the test's own file


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    made = Document()
    made.sections[0].header.paragraphs[0].text = "SLAPTAI"
    made.add_paragraph("Ministerija siunčia priemonių planą.")
    path = tmp_path / "letter.docx"
    made.save(str(path))
    return path


@pytest.fixture
def locked(letter: Path, tmp_path: Path) -> Path:
    encrypted = BytesIO()
    OOXMLFile(BytesIO(letter.read_bytes())).encrypt(PASSWORD, encrypted)
    path = tmp_path / "locked.docx"
    path.write_bytes(encrypted.getvalue())
    return path


def passwords(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "passwords"
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o600)
    return path


def test_an_encrypted_word_file_is_held_without_its_password(
    marker: Callable[..., Said], locked: Path, tmp_path: Path
) -> None:
    said = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", locked)
    assert (said.status, said.objects[0]["hold_reason"]) == (ExitStatus.HELD, "encrypted")
    listed = passwords(tmp_path, "wrong", "also wrong")
    said = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", "--password-file", listed, locked)
    assert said.objects[0]["hold_reason"] == "encrypted"
    assert "None of the 2 passwords" in said.objects[0]["hold_detail"]


def test_a_password_opens_it_and_its_copy_is_a_plain_word_file(
    marker: Callable[..., Said], locked: Path, tmp_path: Path
) -> None:
    listed = passwords(tmp_path, "wrong", PASSWORD)
    said = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", "--password-file", listed, locked)
    (report,) = said.objects
    assert (report["outcome"], report["marking"]) == ("stamped", "lt:secret")
    assert "line 2" in " ".join(report["notes"])
    assert identify(Path(report["copies"][0]["path"])) == "docx"
    assert PASSWORD not in said.out + said.err


def test_a_signed_word_file_is_held_unless_that_is_accepted_and_the_register_keeps_the_note(
    marker: Callable[..., Said], letter: Path, tmp_path: Path
) -> None:
    given = ("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", signed(letter))
    held = marker(*given)
    assert (held.status, held.objects[0]["hold_reason"]) == (ExitStatus.HELD, "signed")
    assert "--accept-broken-signature" in held.objects[0]["hold_detail"]
    (report,) = marker(*given, "--accept-broken-signature").objects
    assert report["outcome"] == "stamped"
    assert any("signature" in note for note in report["notes"])
    history = marker("register", "show", report["register"], "--json").out
    assert "electronic signature, which stays in the copy" in history


def test_a_file_with_macros_keeps_its_ending(marker: Callable[..., Said], letter: Path, tmp_path: Path) -> None:
    source = of_kind(letter, "docm")
    (report,) = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", source).objects
    assert (report["outcome"], report["format"]) == ("stamped", "docm")
    assert report["copies"][0]["path"].endswith(".docm")
    assert any("macros" in note for note in report["notes"])


def test_an_encryption_that_is_no_password_s_is_held_as_encrypted(
    marker: Callable[..., Said], locked: Path, tmp_path: Path
) -> None:
    locked.write_bytes(locked.read_bytes().replace(b'keyBits="256"', b'keyBits="160"'))
    listed = passwords(tmp_path, PASSWORD)
    said = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", "--password-file", listed, locked)
    assert said.objects[0]["hold_reason"] == "encrypted"

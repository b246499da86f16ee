"""Encrypted files on the command line: opened by a password of the file, or held; the password is never seen again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from marker.errors import ExitStatus
from tests.cli.conftest import OURS, Said, write_letter

PASSWORD = "Žalgirio-mūšis 1410"  # noqa: S105  # of the test's own file


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    plain = write_letter(tmp_path / "plain.pdf", "SLAPTAI/SECRET")
    writer = PdfWriter(clone_from=PdfReader(plain))
    writer.encrypt(PASSWORD, "owner", algorithm="AES-256")
    path = tmp_path / "in" / "locked.pdf"
    path.parent.mkdir()
    writer.write(path)
    return path


def passwords(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "passwords"
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o600)
    return path


def everything_below(folder: Path, *but: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path not in but)


def test_a_password_of_the_file_opens_it_and_the_copy_is_not_encrypted(
    marker: Callable[..., Said], locked: Path, tmp_path: Path
) -> None:
    listed = passwords(tmp_path, "wrong", PASSWORD)
    said = marker("convert", "--to", "KZ", "--json", "-o", tmp_path / "out", "--password-file", listed, locked)
    assert said.status == ExitStatus.DONE
    (report,) = said.objects
    assert "The received file is encrypted; the password in line 2" in " ".join(report["notes"])
    assert not PdfReader(report["copies"][0]["path"]).is_encrypted
    shown = marker("register", "show", report["register"], "--json")
    assert PASSWORD not in said.out + said.err + shown.out
    assert PASSWORD.encode() not in everything_below(tmp_path, listed)


def test_nothing_decrypted_is_left_behind(marker: Callable[..., Said], locked: Path, tmp_path: Path) -> None:
    marker("detect", "--to", "KZ", "--password-file", passwords(tmp_path, PASSWORD), locked)
    assert not list(tmp_path.rglob("*.opened"))
    assert not list(tmp_path.glob("marker-*"))


def test_detect_opens_it_too(marker: Callable[..., Said], locked: Path, tmp_path: Path) -> None:
    said = marker("detect", "--to", "KZ", "--json", "--password-file", passwords(tmp_path, PASSWORD), locked)
    assert (said.status, said.objects[0]["marking"]) == (ExitStatus.DONE, "lt:secret")


def test_without_its_password_it_is_held_and_a_better_list_releases_it(
    marker: Callable[..., Said], locked: Path, tmp_path: Path
) -> None:
    folders = (locked.parent, tmp_path / "out")
    held = marker("batch", "--to", "KZ", "--json", *folders)
    assert held.objects[0]["hold_reason"] == "encrypted"
    listed = passwords(tmp_path, "wrong")
    held = marker("batch", "--to", "KZ", "--json", "--password-file", listed, *folders)
    assert (held.status, held.objects[0]["hold_reason"]) == (ExitStatus.HELD, "encrypted")
    assert "None of the 1 passwords" in held.objects[0]["hold_detail"]
    listed.unlink()
    said = marker("batch", "--to", "KZ", "--json", "--password-file", passwords(tmp_path, "a", PASSWORD), *folders)
    assert (said.status, said.objects[0]["outcome"]) == (ExitStatus.DONE, "stamped")


def test_the_hash_in_the_register_is_that_of_the_received_file(
    marker: Callable[..., Said], locked: Path, tmp_path: Path
) -> None:
    given = ("--to", "KZ", "--json", "-o", tmp_path / "out", "--password-file", passwords(tmp_path, PASSWORD), locked)
    marker("convert", *given)
    assert marker("convert", *given).objects[0]["outcome"] == "already-registered"


def test_a_further_copy_is_made_of_it(marker: Callable[..., Said], locked: Path, tmp_path: Path) -> None:
    listed = passwords(tmp_path, PASSWORD)
    out = tmp_path / "out"
    first = marker("convert", "--to", "KZ", "--json", "-o", out, "--password-file", listed, locked).objects[0]
    marker("consent", "add", "--ref", "5-17/88", "--date", "2026-11-02", "--issuer", "sending-body",
           "--level", "secret", "--copies", "2")  # fmt: skip
    said = marker("copy", first["register"], *OURS, "--recipient", "B", "--consent", "5-17/88", "-o", out, "--json",
                  "--password-file", listed)  # fmt: skip
    assert said.status == ExitStatus.DONE
    assert json.loads(said.out)["copies"][0]["copy_number"].startswith(f"{first['register']}-02")


def test_a_password_file_that_others_may_read_is_status_2(
    marker: Callable[..., Said], locked: Path, tmp_path: Path
) -> None:
    listed = passwords(tmp_path, PASSWORD)
    listed.chmod(0o644)
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", "--password-file", listed, locked)
    assert said.status == ExitStatus.USAGE
    assert "chmod 600" in said.err

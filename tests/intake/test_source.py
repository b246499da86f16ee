"""Files are taken in by what they are, not by what they are called; nothing is followed out of the folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from marker.errors import HoldError, UsageError
from marker.intake.source import Candidate, list_folder, take
from marker.model import HoldCode


def held(source: Path, target: Path, limit: int = 1000) -> HoldError:
    with pytest.raises(HoldError) as caught:
        take(Candidate(source, Path(source.name)), target, limit)
    return caught.value


def test_the_snapshot_is_the_file_byte_for_byte_and_private(tmp_path: Path) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF-1.7 made up")
    snapshot = take(Candidate(source, Path(source.name)), tmp_path / "copy", 1000)
    assert snapshot.path.read_bytes() == source.read_bytes()
    assert snapshot.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert snapshot.path.stat().st_mode & 0o777 == 0o600


def test_links_pipes_and_folders_are_no_documents(tmp_path: Path) -> None:
    real = tmp_path / "real.pdf"
    real.write_bytes(b"x")
    (tmp_path / "link.pdf").symlink_to(real)
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "folder.pdf").mkdir()
    for name, word in (
        ("link.pdf", "a link"),
        ("pipe.pdf", "a pipe"),
        ("folder.pdf", "a folder"),
        ("absent.pdf", "no such"),
    ):
        error = held(tmp_path / name, tmp_path / "copy")
        assert error.hold.code is HoldCode.UNSAFE_PATH
        assert word in error.hold.detail
        assert not (tmp_path / "copy").exists()


def test_an_empty_and_a_huge_file_are_held_before_anything_reads_them(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    assert held(empty, tmp_path / "one").hold.code is HoldCode.MALFORMED
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.truncate(1001)
    assert held(huge, tmp_path / "two").hold.code is HoldCode.TOO_LARGE


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    secret = tmp_path / "a.pdf"
    secret.write_bytes(b"x")
    secret.chmod(0)
    assert "may not read" in held(secret, tmp_path / "copy").hold.detail


def test_a_file_that_grows_while_it_is_read_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(b"first half")
    read = os.read

    def growing(descriptor: int, size: int) -> bytes:
        data = read(descriptor, size)
        if not data:
            with source.open("ab") as file:
                file.write(b" and more")
        return data

    monkeypatch.setattr(os, "read", growing)
    assert "changed while" in held(source, tmp_path / "copy").hold.detail


def test_a_folder_is_listed_whole_and_in_order(tmp_path: Path) -> None:
    for name in ("b/x.pdf", "a/x.pdf", "c.pdf", "~$c.docx", ".hidden", "Thumbs.db", "half.part"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "loop").symlink_to(tmp_path)
    listing = list_folder(tmp_path)
    assert [str(c.relative) for c in listing.candidates] == ["a/x.pdf", "b/x.pdf", "c.pdf", "loop"]
    assert listing.litter == 4


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be listed"):
        list_folder(tmp_path / "absent")

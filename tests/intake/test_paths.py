"""Whatever stands under a name in a shared folder: it is taken for what it is, and nothing leads out of the folder."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from marker.errors import HoldError, UsageError
from marker.intake.batch import check_folders
from marker.intake.source import Candidate, list_folder, take
from marker.model import HoldCode


def held(candidate: Candidate, target: Path) -> HoldError:
    with pytest.raises(HoldError) as caught:
        take(candidate, target, 1000)
    assert caught.value.hold.code is HoldCode.UNSAFE_PATH
    assert not target.exists()
    return caught.value


def make_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


def make_device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), "a link"),
        (lambda path: path.symlink_to(path), "a link"),
        (os.mkfifo, "a pipe"),
        (make_socket, "a socket"),
        (make_device, "a device"),
        (Path.mkdir, "a folder"),
    ],
    ids=["link", "loop", "pipe", "socket", "device", "folder"],
)
def test_what_is_no_file_is_held_and_never_opened(tmp_path: Path, make: Callable[[Path], None], word: str) -> None:
    path = tmp_path / "in" / "a.pdf"
    path.parent.mkdir()
    make(path)
    assert word in str(held(Candidate(path, Path("a.pdf")), tmp_path / "copy"))


def test_a_folder_that_becomes_a_link_after_it_was_listed_leads_nowhere(tmp_path: Path) -> None:
    inbox, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    for folder in (inbox / "sub", elsewhere):
        folder.mkdir(parents=True)
        (folder / "a.pdf").write_bytes(b"theirs")
    (candidate,) = list_folder(inbox).candidates
    (inbox / "sub").rename(inbox / "old")
    (inbox / "sub").symlink_to(elsewhere)
    assert "link" in str(held(candidate, tmp_path / "copy"))


def test_a_file_that_becomes_a_link_between_look_and_opening_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"document")
    real = os.stat

    def exchanging(name: str, **options: object) -> os.stat_result:
        status = real(name, **options)  # type: ignore[arg-type]
        if name == "a.pdf":
            path.unlink()
            path.symlink_to("/etc/passwd")
        return status

    monkeypatch.setattr(os, "stat", exchanging)
    held(Candidate(path, Path("a.pdf")), tmp_path / "copy")


def test_a_file_that_is_exchanged_for_another_between_look_and_opening_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "a.pdf", tmp_path / "other"
    path.write_bytes(b"document")
    other.write_bytes(b"another one")
    real = os.stat

    def exchanging(name: str, **options: object) -> os.stat_result:
        status = real(name, **options)  # type: ignore[arg-type]
        if name == "a.pdf":
            other.replace(path)
        return status

    monkeypatch.setattr(os, "stat", exchanging)
    assert "exchanged" in str(held(Candidate(path, Path("a.pdf")), tmp_path / "copy"))


def test_a_path_that_leads_back_up_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "a.pdf").write_bytes(b"x")
    relative = Path("sub/../../a.pdf")
    held(Candidate(tmp_path / "in" / relative, relative), tmp_path / "copy")


_NAMES = ("ұ" * 127, "x" * 255, os.fsdecode(b"\xc5\xff\xfe.pdf"), "a\nb.pdf", "\u202efdp.a", "'\"$`")


@pytest.mark.parametrize("name", _NAMES)
def test_every_name_can_be_taken(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(b"document")
    (candidate,) = list_folder(tmp_path / "in").candidates
    assert take(candidate, tmp_path / "copy", 1000).size == 8


def test_a_hard_link_is_a_file_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "other").write_bytes(b"document")
    (tmp_path / "in" / "a.pdf").hardlink_to(tmp_path / "other")
    (candidate,) = list_folder(tmp_path / "in").candidates
    assert take(candidate, tmp_path / "copy", 1000).size == 8


def test_folders_inside_one_another_are_refused_by_every_name(tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    (inbox / "sub").mkdir(parents=True)
    (tmp_path / "alias").symlink_to(inbox)
    for source, output in (
        (inbox, inbox), (inbox, inbox / "out"), (inbox, tmp_path), (inbox, tmp_path / "alias" / "out"),
        (tmp_path / "alias", inbox / "out"), (inbox / "sub", inbox), (inbox, inbox / "sub" / ".." / ".." / "in" / "x"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match="inside one another"):
            check_folders(source, output)
    check_folders(inbox, tmp_path / "out")


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")
def test_a_folder_mounted_twice_is_the_same_folder(tmp_path: Path) -> None:
    inbox, twice = tmp_path / "in", tmp_path / "twice"
    (inbox / "sub").mkdir(parents=True)
    twice.mkdir()
    if subprocess.run(["mount", "--bind", inbox, twice], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        for source, output in ((inbox, twice), (inbox, twice / "out"), (twice / "sub", inbox)):
            with pytest.raises(UsageError, match="inside one another"):
                check_folders(source, output)
    finally:
        subprocess.run(["umount", twice], check=True)

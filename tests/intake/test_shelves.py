"""Received files are put away byte for byte and over no other; a move that was cut short is finished or undone."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from marker.errors import DiskError, NotYetError
from marker.intake import publish
from marker.intake.shelves import CAPTURED, Shelves, own_folder
from marker.intake.source import Candidate
from marker.model import Outcome


@pytest.fixture
def received(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return publish.make_folder(tmp_path / "out", Path())


@pytest.fixture
def shelves(received: Path, output: Path) -> Shelves:
    return Shelves(received, output)


def drop(received: Path, name: str, content: bytes = b"content") -> Candidate:
    path = received / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Candidate(path, Path(name))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_file_goes_to_its_shelf_with_its_folders_its_bytes_and_its_time(
    received: Path, output: Path, shelves: Shelves
) -> None:
    candidate = drop(received, "URM/raštas.pdf")
    os.utime(candidate.path, ns=(10**18, 10**18))
    planned = shelves.rest(candidate, Outcome.STAMPED)
    lies = shelves.put(candidate, Outcome.STAMPED, sha256(b"content"))
    assert lies == planned == output / "processed" / "URM" / "raštas.pdf"
    assert files(output) == {"processed/URM/raštas.pdf": b"content"}
    assert files(received) == {}
    assert lies.stat().st_mode & 0o777 == 0o600
    assert lies.stat().st_mtime_ns == 10**18


def test_equal_names_lie_beside_each_other(received: Path, output: Path, shelves: Shelves) -> None:
    for content in (b"one", b"two", b"three"):
        candidate = drop(received, "a.pdf", content)
        shelves.put(candidate, Outcome.HELD, sha256(content))
        shelves.forget(candidate)
    assert files(output) == {"held/a.pdf": b"one", "held/a (2).pdf": b"two", "held/a (3).pdf": b"three"}


def test_two_files_in_work_are_never_promised_one_name(received: Path, output: Path, shelves: Shelves) -> None:
    first = drop(received, "a.pdf")
    shelves.put(first, Outcome.STAMPED, sha256(b"content"))
    shelves.forget(first)
    again, named_so = drop(received, "a.pdf"), drop(received, "a (2).pdf")
    assert shelves.rest(again, Outcome.STAMPED).name == "a (2).pdf"
    assert shelves.rest(named_so, Outcome.STAMPED).name == "a (2) (2).pdf"
    assert shelves.rest(again, Outcome.STAMPED).name == "a (2).pdf"


@pytest.mark.parametrize(
    "name",
    ["ұ" * 125 + ".pdf", "x" * 255, os.fsdecode(b"\xff\xfe\x80name.pdf"), "line\nbreak.pdf", " .pdf", "-rf.pdf", "%2e"],
)
def test_every_name_a_file_system_takes_is_kept(received: Path, output: Path, shelves: Shelves, name: str) -> None:
    for number in range(3):
        content = str(number).encode()
        candidate = drop(received, name, content)
        lies = shelves.put(candidate, Outcome.STAMPED, sha256(content))
        shelves.forget(candidate)
        assert lies.read_bytes() == content
        assert number or lies.name == name
    assert len(files(output)) == 3


def test_a_file_that_was_exchanged_meanwhile_stays_where_it_is(received: Path, output: Path, shelves: Shelves) -> None:
    candidate = drop(received, "a.pdf", b"worked on")
    (received / "new").write_bytes(b"another document")
    (received / "new").replace(candidate.path)
    with pytest.raises(NotYetError, match="replaced"):
        shelves.put(candidate, Outcome.STAMPED, sha256(b"worked on"))
    assert files(received) == {"a.pdf": b"another document"}
    assert files(output) == {}


def test_a_file_that_was_taken_away_is_told(received: Path, shelves: Shelves) -> None:
    candidate = drop(received, "a.pdf")
    candidate.path.unlink()
    with pytest.raises(NotYetError, match="taken away"):
        shelves.put(candidate, Outcome.STAMPED, sha256(b"content"))


def test_a_hard_link_is_copied_so_that_nobody_can_write_to_the_original(
    received: Path, output: Path, shelves: Shelves, tmp_path: Path
) -> None:
    candidate = drop(received, "a.pdf")
    other = tmp_path / "other"
    other.hardlink_to(candidate.path)
    lies = shelves.put(candidate, Outcome.STAMPED, sha256(b"content"))
    other.write_bytes(b"changed afterwards")
    assert lies.read_bytes() == b"content"
    assert lies.stat().st_nlink == 1


def test_across_file_systems_a_file_is_copied_and_compared(
    received: Path, output: Path, shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = drop(received, "a.pdf")
    link = os.link

    def across(source: Path, target: Path, **options: bool) -> None:
        if source.parent.name == CAPTURED:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        link(source, target, **options)

    monkeypatch.setattr(os, "link", across)
    lies = shelves.put(candidate, Outcome.HELD, sha256(b"content"))
    assert files(output) == {"held/a.pdf": b"content"}
    assert files(received) == {}
    assert lies.stat().st_mode & 0o777 == 0o600


def test_links_and_pipes_stay_where_they_are(received: Path, output: Path, shelves: Shelves) -> None:
    (received / "link.pdf").symlink_to("/etc/passwd")
    candidate = Candidate(received / "link.pdf", Path("link.pdf"))
    assert shelves.put(candidate, Outcome.HELD, None) == received / "link.pdf"
    assert (received / "link.pdf").is_symlink()


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.ESTALE])
@pytest.mark.parametrize("operation", ["rename", "link", "mkdir", "unlink"])
def test_a_disk_that_fails_leaves_the_file_in_one_place_and_the_next_run_finishes(
    received: Path, output: Path, shelves: Shelves, monkeypatch: pytest.MonkeyPatch, operation: str, fault: int
) -> None:
    candidate = drop(received, "sub/a.pdf")

    def failing(*_: object, **__: object) -> None:
        raise OSError(fault, os.strerror(fault))

    with monkeypatch.context() as patch:
        patch.setattr(os, operation, failing)
        with pytest.raises(DiskError):
            shelves.put(candidate, Outcome.STAMPED, sha256(b"content"))
    assert b"content" in {**files(received), **files(output)}.values()
    Shelves(received, output).recover()
    assert [*files(received).values(), *files(output).values()] == [b"content"]


def test_what_was_captured_goes_back_to_its_place_and_over_no_other_file(received: Path, output: Path) -> None:
    captured = own_folder(received, Path("sub")) / "a.pdf"
    captured.write_bytes(b"captured")
    drop(received, "sub/a.pdf", b"came meanwhile")
    (returned,) = Shelves(received, output).recover()
    assert files(received) == {"sub/a.pdf": b"came meanwhile", "sub/a (2).pdf": b"captured"}
    assert returned.read_bytes() == b"captured"


def test_a_file_that_is_on_its_shelf_already_is_not_returned(received: Path, output: Path) -> None:
    (own_folder(received) / "a.pdf").write_bytes(b"content")
    (publish.make_folder(output, Path("processed")) / "a.pdf").write_bytes(b"another one")
    (output / "processed" / "a (2).pdf").write_bytes(b"content")
    assert Shelves(received, output).recover() == []
    assert files(received) == {}


def test_a_folder_of_somebody_else_in_the_way_is_refused(received: Path, tmp_path: Path) -> None:
    (received / CAPTURED).symlink_to(tmp_path)
    with pytest.raises(NotADirectoryError):
        own_folder(received)

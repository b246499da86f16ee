"""A watched folder is looked into as one waits for the post: nothing is taken while it is still being put down."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from marker.errors import DiskError
from marker.intake.look import Lookout

SETTLE = 5.0


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lookout(tmp_path: Path, clock: Clock) -> Lookout:
    return Lookout(tmp_path, SETTLE, clock)


def names(lookout: Lookout, most: int = 100) -> list[str]:
    return [candidate.relative.as_posix() for candidate in lookout.look(most).ripe]


def test_files_that_were_there_at_the_start_are_taken_once_they_have_stood_still(
    tmp_path: Path, lookout: Lookout, clock: Clock
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.pdf").write_bytes(b"x")
    (tmp_path / "a.pdf").write_bytes(b"x")
    assert names(lookout) == []
    clock.now += SETTLE - 0.1
    assert names(lookout) == []
    clock.now += 0.2
    assert names(lookout) == ["a.pdf", "sub/b.pdf"]


def test_a_file_that_grows_begins_to_settle_anew(tmp_path: Path, lookout: Lookout, clock: Clock) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"first half")
    for _ in range(4):
        assert names(lookout) == []
        clock.now += SETTLE
        with path.open("ab") as file:
            file.write(b" and more")
    assert lookout.look(9).unsettled == 1
    clock.now += SETTLE
    assert names(lookout) == ["a.pdf"]


def test_the_same_size_with_another_time_is_a_change(tmp_path: Path, lookout: Lookout, clock: Clock) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"1234")
    lookout.look(9)
    clock.now += SETTLE
    os.utime(path, (1, 1))
    assert names(lookout) == []


def test_a_file_that_somebody_has_open_for_writing_waits_however_still_it_stands(
    tmp_path: Path, lookout: Lookout, clock: Clock
) -> None:
    path = tmp_path / "a.pdf"
    with path.open("wb") as file:
        file.write(b"half")
        file.flush()
        lookout.look(9)
        clock.now += 10 * SETTLE
        view = lookout.look(9)
        assert (view.ripe, view.unsettled) == ((), 1)
    # Closing it did not change it, so it has stood still long enough.
    assert names(lookout) == ["a.pdf"]


def test_a_name_that_appears_by_renaming_settles_too(tmp_path: Path, lookout: Lookout, clock: Clock) -> None:
    (tmp_path / "a.pdf.part").write_bytes(b"x")
    assert lookout.look(9).litter == 1
    clock.now += 10 * SETTLE
    (tmp_path / "a.pdf.part").rename(tmp_path / "a.pdf")
    assert names(lookout) == []
    clock.now += SETTLE
    assert names(lookout) == ["a.pdf"]


def test_a_file_renamed_over_another_one_is_a_new_file(tmp_path: Path, lookout: Lookout, clock: Clock) -> None:
    (tmp_path / "a.pdf").write_bytes(b"old!")
    lookout.look(9)
    clock.now += SETTLE
    (tmp_path / "new").write_bytes(b"new!")
    (tmp_path / "new").replace(tmp_path / "a.pdf")
    assert names(lookout) == []


@pytest.mark.parametrize("jump", [-1e9, 1e9])
def test_clocks_that_jump_neither_hurry_nor_hold_up_a_file(
    tmp_path: Path, lookout: Lookout, clock: Clock, jump: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    os.utime(path, (2e9 + jump / 2, 2e9 + jump / 2))  # the sender's clock is wrong by years
    lookout.look(9)
    monkeypatch.setattr("time.time", lambda: 1e9 + jump)
    assert names(lookout) == []
    clock.now += SETTLE
    assert names(lookout) == ["a.pdf"]


def test_litter_is_passed_over_and_counted(tmp_path: Path, lookout: Lookout, clock: Clock) -> None:
    for name in ("~$a.docx", ".hidden", "Thumbs.db", "desktop.ini", "a.part", "b.tmp", "c.crdownload"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "@eaDir").mkdir()
    (tmp_path / "@eaDir" / "a.pdf").write_bytes(b"x")
    lookout.look(9)
    clock.now += SETTLE
    view = lookout.look(9)
    assert (view.ripe, view.litter) == ((), 8)


def test_no_more_are_named_than_asked_for_and_the_earliest_come_first(
    tmp_path: Path, lookout: Lookout, clock: Clock
) -> None:
    for name in ("c.pdf", "d.pdf"):
        (tmp_path / name).write_bytes(b"x")
    lookout.look(9)
    clock.now += 1
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(b"x")
    lookout.look(9)
    clock.now += SETTLE
    view = lookout.look(3)
    assert [candidate.relative.name for candidate in view.ripe] == ["c.pdf", "d.pdf", "a.pdf"]
    assert view.more


def test_a_share_that_goes_empty_and_comes_back_is_settled_anew(tmp_path: Path, clock: Clock) -> None:
    share, away = tmp_path / "share", tmp_path / "away"
    share.mkdir()
    lookout = Lookout(share, SETTLE, clock)
    (share / "a.pdf").write_bytes(b"x")
    lookout.look(9)
    share.rename(away)
    with pytest.raises(DiskError, match="cannot be listed"):
        lookout.look(9)
    share.mkdir()  # the bare mount point
    clock.now += SETTLE
    assert names(lookout) == []
    share.rmdir()
    away.rename(share)
    assert names(lookout) == []
    clock.now += SETTLE
    assert names(lookout) == ["a.pdf"]


@pytest.mark.parametrize("fault", [errno.EIO, errno.ESTALE, errno.ENOTCONN])
def test_a_share_that_fails_inside_is_no_empty_folder(
    tmp_path: Path, lookout: Lookout, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    (tmp_path / "sub").mkdir()
    scandir = os.scandir

    def failing(path: object) -> object:
        if str(path).endswith("sub"):
            raise OSError(fault, os.strerror(fault))
        return scandir(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", failing)
    with pytest.raises(DiskError):
        lookout.look(9)


def test_what_may_not_be_opened_waits_and_is_counted(
    tmp_path: Path, lookout: Lookout, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"x")
    lookout.look(9)
    clock.now += SETTLE
    real = os.open

    def failing(path: object, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == "a.pdf":
            raise PermissionError(errno.EACCES, "locked by its writer")
        return real(path, flags, mode, dir_fd=dir_fd)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", failing)
        view = lookout.look(9)
        assert (view.ripe, view.closed) == ((), 1)
    assert names(lookout) == ["a.pdf"]


def test_what_was_left_is_named_again_only_when_it_changes(tmp_path: Path, lookout: Lookout, clock: Clock) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    lookout.look(9)
    clock.now += SETTLE
    (pipe,) = lookout.look(9).ripe
    lookout.leave(pipe)
    assert names(lookout) == []
    (tmp_path / "pipe.pdf").unlink()
    (tmp_path / "pipe.pdf").write_bytes(b"x")
    lookout.look(9)
    clock.now += SETTLE
    assert names(lookout) == ["pipe.pdf"]


def test_links_are_named_but_never_followed(tmp_path: Path, clock: Clock) -> None:
    watched, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    watched.mkdir()
    elsewhere.mkdir()
    (elsewhere / "a.pdf").write_bytes(b"x")
    (watched / "loop").symlink_to(watched)
    (watched / "out").symlink_to(elsewhere)
    lookout = Lookout(watched, SETTLE, clock)
    lookout.look(9)
    clock.now += SETTLE
    assert names(lookout) == ["loop", "out"]

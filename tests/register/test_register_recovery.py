"""What a crash leaves is settled by the next run: by the announced file, and only when the run is surely dead."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from marker.errors import RegisterError
from marker.register import (
    AlreadyRegistered,
    BeingWorkedOn,
    CopyStatus,
    DocumentEntry,
    DocumentStatus,
    Register,
    recovery,
    runs,
)
from marker.register.verify import FileCheck

Entry = Callable[..., DocumentEntry]
Open = Callable[..., Register]
Publish = Callable[..., list[Path]]
WORKER = Path(__file__).with_name("register_worker.py")


def crash(register: Register) -> None:
    """Leave as a dead process leaves: the lock is released, the lock file stays."""
    assert register._lock is not None
    register._lock.abandon()


on_sqlite = pytest.mark.parametrize("address", ["sqlite"], indirect=True)


@contextmanager
def worker(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(WORKER), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def test_a_copy_that_was_published_before_the_crash_is_issued(opened: Open, entry: Entry, publish: Publish) -> None:
    dead = opened()
    reservation = dead.reserve(entry(), ["A"])
    publish(dead, reservation, issue=False)
    crash(dead)
    register = opened()
    (recovered,) = register.recover()
    assert recovered.copy_number == reservation.copies[0].copy_number
    assert recovered.status is CopyStatus.ISSUED
    assert register.find(entry().source_sha256, entry().party) is not None
    assert register.verify(files=FileCheck.ALL) == []
    assert register.recover() == [], "once is enough"


def test_a_copy_that_was_never_published_is_void_with_its_reason(opened: Open, entry: Entry, publish: Publish) -> None:
    dead = opened()
    publish(dead, dead.reserve(entry("announced"), [None]), issue=False, write=False)
    dead.reserve(entry("reserved"), [None])
    crash(dead)
    register = opened()
    assert [(r.status, r.reason) for r in register.recover()] == [
        (CopyStatus.VOID, "the run ended before the copy was published"),
        (CopyStatus.VOID, "the run ended before the copy was finished"),
    ]
    (copy,) = register.copies_of("KZ-2026-000001")
    assert copy.void_reason == "the run ended before the copy was published"
    assert {d.status for d in register.documents()} == {DocumentStatus.VOID}
    assert register.verify() == []


@pytest.mark.parametrize("other", ["bytes", "link", "folder", "pipe"])
def test_what_stands_under_the_name_but_is_not_the_copy_makes_it_void(
    opened: Open, entry: Entry, publish: Publish, tmp_path: Path, other: str
) -> None:
    dead = opened()
    (path,) = publish(dead, dead.reserve(entry(), [None]), issue=False)
    data = path.read_bytes()
    path.unlink()
    if other == "bytes":
        path.write_bytes(data + b"\n")
    elif other == "link":
        (tmp_path / "target").write_bytes(data)
        path.symlink_to(tmp_path / "target")
    elif other == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    crash(dead)
    (recovered,) = opened().recover()
    assert (recovered.status, recovered.reason) == (
        CopyStatus.VOID,
        "another file stands under the name of the copy",
    )


def test_a_set_may_be_half_published(opened: Open, entry: Entry, publish: Publish) -> None:
    dead = opened()
    paths = publish(dead, dead.reserve(entry(), ["A", "B"]), issue=False)
    paths[1].unlink()
    crash(dead)
    register = opened()
    assert [r.status for r in register.recover()] == [CopyStatus.ISSUED, CopyStatus.VOID]
    assert register.documents()[0].status is DocumentStatus.REGISTERED
    assert register.verify() == []


def test_a_copy_whose_file_cannot_be_read_stays_open_and_says_so(
    opened: Open, entry: Entry, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = opened()
    publish(dead, dead.reserve(entry(), [None]), issue=False)
    crash(dead)
    register = opened()

    def fails(_path: str) -> str:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(recovery, "file_sha256", fails)
        (left,) = register.recover()
        assert left.status is CopyStatus.RESERVED
        assert "Input/output error" in left.reason
        with pytest.raises(RegisterError, match="cannot be settled") as caught:
            register.reserve(entry(), [None])
        assert not isinstance(caught.value, BeingWorkedOn)
        assert "readable" in caught.value.remedy
    assert register.recover()[0].status is CopyStatus.ISSUED


def test_the_same_document_may_come_again_after_the_crash(opened: Open, entry: Entry, publish: Publish) -> None:
    dead = opened()
    publish(dead, dead.reserve(entry("published"), [None]), issue=False)
    dead.reserve(entry("reserved"), [None])
    crash(dead)
    register = opened()
    assert register.reserve(entry("reserved"), [None]).register_number == "KZ-2026-000003"
    with pytest.raises(AlreadyRegistered):
        register.reserve(entry("published"), [None])


def test_a_run_that_ended_in_good_order_but_left_numbers_is_settled_too(opened: Open, entry: Entry) -> None:
    careless = opened()
    careless.reserve(entry(), [None])
    careless.close()
    assert [r.status for r in opened().recover()] == [CopyStatus.VOID]


def test_ones_own_numbers_are_left_alone(register: Register, entry: Entry) -> None:
    register.reserve(entry(), [None])
    assert register.recover() == []


def test_who_settled_what_is_in_the_ledger(opened: Open, entry: Entry) -> None:
    dead = opened()
    reservation = dead.reserve(entry(), [None])
    crash(dead)
    register = opened(operator="B. Clerk")
    register.recover()
    last = register.history(reservation.register_number)[-1]
    assert (last.kind, last.operator) == ("void", "B. Clerk")
    assert last.run != reservation.copies[0].run
    assert json.loads(last.detail)["recovered"] == "the run ended before the copy was finished"


def test_a_run_of_another_host_is_left_alone_until_it_is_given_up(
    opened: Open, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(platform, "node", lambda: "elsewhere")
        dead = opened()
        (copy,) = dead.reserve(entry(), [None]).copies
    crash(dead)
    register = opened()
    assert register.recover() == []
    with pytest.raises(BeingWorkedOn, match="on elsewhere") as caught:
        register.reserve(entry(), [None])
    assert copy.run in caught.value.remedy
    assert [r.status for r in register.recover(given_up=[copy.run])] == [CopyStatus.VOID]


def test_a_run_that_holds_its_lock_cannot_be_given_up(opened: Open, entry: Entry) -> None:
    (copy,) = opened().reserve(entry(), [None]).copies
    assert opened().recover(given_up=[copy.run]) == []


@on_sqlite
def test_lock_files_of_ended_runs_are_swept_and_live_ones_stay(opened: Open, entry: Entry, place: Path) -> None:
    dead, alive = opened(), opened()
    dead.reserve(entry("a"), [None])
    alive.reserve(entry("b"), [None])
    crash(dead)
    asking = opened()
    asking.recover()
    assert alive._lock is not None
    assert asking._lock is not None
    assert set((place.parent / "locks").iterdir()) == {alive._lock.path, asking._lock.path}


def test_a_lock_taken_while_its_file_was_swept_is_taken_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between making the file and locking it, a recovering run may remove it."""
    calls = 0

    def flock(file: int, how: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            (tmp_path / "locks" / "run.lock").unlink()
        fcntl_flock(file, how)

    fcntl_flock = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", flock)
    lock = runs.RunLock(tmp_path / "locks", "run")
    with runs.ended(tmp_path / "locks", "run") as dead:
        assert not dead
    lock.release()
    lock.release()
    with runs.ended(tmp_path / "locks", "run") as dead:
        assert dead


def test_one_settles_a_dead_run_at_a_time(opened: Open, entry: Entry) -> None:
    dead, other = opened(), opened()
    (copy,) = dead.reserve(entry(), [None]).copies
    crash(dead)
    with opened()._store.ended(copy.run) as first:
        assert first
        assert other.recover() == []
    assert [r.copy_number for r in other.recover()] == [copy.copy_number]


@on_sqlite
def test_locks_that_cannot_be_kept_are_a_fault_of_the_register(register: Register, entry: Entry, place: Path) -> None:
    (place.parent / "locks").write_text("in the way")
    with pytest.raises(RegisterError, match="locks of the register") as caught:
        register.reserve(entry(), [None])
    assert str(place.parent / "locks") in caught.value.remedy
    assert register.documents() == []


def test_a_live_process_is_left_alone_and_a_killed_one_is_settled(
    register: Register, address: str, tmp_path: Path
) -> None:
    with worker("wait", address, tmp_path) as process:
        (number,) = line(process)
        assert register.recover() == []
        process.send_signal(signal.SIGSTOP)
        assert register.recover() == [], "a process that stands still is not dead"
        process.kill()
        process.wait()
        assert [(r.copy_number, r.status) for r in register.recover()] == [(number, CopyStatus.VOID)]


def test_a_child_that_outlives_its_parent_does_not_keep_it_alive(
    register: Register, address: str, tmp_path: Path
) -> None:
    with worker("fork", address, tmp_path) as process, ExitStack() as cleanup:
        number, child = line(process)
        cleanup.callback(os.kill, int(child), signal.SIGKILL)
        process.wait()
        assert [r.copy_number for r in register.recover()] == [number]


def test_a_forked_child_may_not_use_the_register(
    register: Register, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpid", lambda: -1)
    with pytest.raises(RegisterError, match="forked"):
        register.reserve(entry(), [None])
    with pytest.raises(RegisterError, match="forked"):
        register.documents()

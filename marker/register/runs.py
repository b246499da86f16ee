"""Is a run alive?  A lock file per run says so: the kernel releases the lock when the process dies, however it dies.

A process id alone would lie: it is given out again.  Lock files stand in the folder ``locks`` beside the register.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER = "locks"
_held: weakref.WeakSet[RunLock] = weakref.WeakSet()


class RunLock:
    """The lock of one run, held from creation until :meth:`release`."""

    def __init__(self, folder: Path, run: str) -> None:
        """Raises OSError when the folder or the file cannot be made."""
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        self.path = _path(folder, run)
        self._file = -1
        while self._file < 0:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            # A recovering run may have taken the file for a dead run's and removed it before we held the lock.
            if _still_there(file, self.path):
                self._file = file
            else:
                os.close(file)
        _held.add(self)

    def release(self) -> None:
        """End the run: remove the file, release the lock.  Doing it twice is harmless."""
        if self._file >= 0:
            self.path.unlink(missing_ok=True)
            self.abandon()

    def abandon(self) -> None:
        """Close the file without ending the run: in a forked child the lock goes on belonging to the parent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _abandon_all() -> None:
    # A forked child would hold its parent's lock beyond the parent's death.
    for lock in list(_held):
        lock.abandon()


os.register_at_fork(after_in_child=_abandon_all)


@contextmanager
def ended(folder: Path, run: str) -> Iterator[bool]:
    """Whether no process holds the run's lock; if so it is held for the ``with`` block, so that one settles at a time.

    Afterwards the lock file of an ended run is removed; run ids are never used twice, so nobody misses it.
    """
    path = _path(folder, run)
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield True  # the run removed it when it ended
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
        path.unlink(missing_ok=True)
    finally:
        os.close(file)


def sweep(folder: Path) -> None:
    """Remove the lock files of ended runs."""
    for path in folder.glob("*.lock"):
        with ended(folder, path.stem):
            pass


def _path(folder: Path, run: str) -> Path:
    return folder / f"{run}.lock"


def _still_there(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False

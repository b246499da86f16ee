"""A lock on a folder that a crash releases: the kernel lets go of it with the process, however it ends."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final

from marker.errors import DiskError, UsageError
from marker.intake.publish import not_written
from marker.model import HoldCode
from marker.names import shown

_TRIES: Final = 5
_PAUSE: Final = 0.05
"""Seconds between two tries."""


class FolderLock:
    """A context manager around ``path``, a lock file whose folder must exist.

    Raises UsageError when another process holds the lock, or when the file system has no locks; DiskError when the file
    cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = -1

    def __enter__(self) -> FolderLock:
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise not_written(self.path, error) from error
        try:
            self._take()
        except OSError as error:
            self._close()
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                raise UsageError(
                    f"Another marker is at work in {shown(self.path.parent)}.",
                    remedy="Wait until it has ended, or use another folder.",
                ) from error
            raise UsageError(
                f"{shown(self.path.parent)} cannot be locked: {error.strerror}.",
                remedy="Use a folder on a disk or share that has locks.",
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _take(self) -> None:
        # Who only asks whether a watcher is at work holds the lock for a moment, and must not keep one from starting.
        for _ in range(_TRIES):
            with suppress(BlockingIOError):
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(_PAUSE)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def still_there(self) -> bool:
        """Whether the path still leads to the file that is locked: a share may go away or be exchanged."""
        try:
            return os.path.samestat(os.fstat(self._file), self.path.lstat())
        except OSError:
            return False

    def check(self) -> None:
        """Raises DiskError when the folder is not the one any more that was locked.

        It may be the bare mount point of a share that is gone, where what is written would lie hidden once it is back.
        """
        if not self.still_there():
            raise DiskError(HoldCode.STAMP_FAILED, f"{shown(self.path.parent)} is not the folder any more that it was.")

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

"""Whose turn it is to write to a file.

SQLite lets writers wait, but not in turn: who has waited long asks ever more seldom, and who has just written asks at
once.  So a writer first takes the one place at the front, a kernel lock on a side file, and leaves it when its
transaction has begun: who has just written finds the place taken and waits with all others, each with the same chance.

It is a courtesy, not what keeps numbers apart: that is SQLite's own lock.  A process that dies leaves its place, and
who cannot get the place in time, or make the file, goes on without.
"""

from __future__ import annotations

import fcntl
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PAUSE: Final = 0.005
"""How long one waits between two looks at the place, seconds, on average."""

_open: set[int] = set()


@contextmanager
def in_turn(path: Path, timeout: float) -> Iterator[None]:
    """Wait for the place at the front, ``timeout`` seconds at most, and hold it for the block."""
    file = _opened(path)
    if file is None:
        yield
        return
    _open.add(file)
    try:
        _take(file, timeout)
        yield
    finally:
        if file in _open:  # not so in a forked child, which closed its parent's
            _open.discard(file)
            # Let go by name: a process that was forked in between holds the file open as well.
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_UN)
            os.close(file)


def _opened(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None


def _take(file: int, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return
        except OSError:
            return
        else:
            return
        time.sleep(random.uniform(0, 2 * _PAUSE))  # noqa: S311  # a draw among writers, not a secret


def _leave_in_child() -> None:
    for file in list(_open):
        os.close(file)
    _open.clear()


os.register_at_fork(after_in_child=_leave_in_child)

"""Looking into a watched folder: which files are there, and which have stood still long enough to be taken.

A file is known by what the file system says of it, never by what a clock on another machine says: its times are only
ever compared with themselves, and how long it has stood still is measured here, by the monotonic clock.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import heapq
import math
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from marker.errors import DiskError, HoldError
from marker.intake.source import CLOSED, SHARE_FAULTS, Candidate, document_of, is_folder, is_litter, open_regular
from marker.model import HoldCode
from marker.names import shown


@dataclass(frozen=True, slots=True)
class View:
    """What one look gave."""

    ripe: tuple[Candidate, ...]
    """Files to be taken now, in the order in which they were first seen, then by path."""
    more: bool
    """Whether more are ripe than were asked for."""
    unsettled: int
    """Files that have not stood still long enough, or are open for writing."""
    closed: int
    """Files and folders that may not be opened."""
    litter: int


_NEW = math.inf


@dataclass(slots=True)
class _Counts:
    unsettled: int = 0
    closed: int = 0
    litter: int = 0


class Lookout:
    """Remembers what it saw, forty bytes a file, so that ten thousand of them weigh nothing."""

    def __init__(self, folder: Path, settle: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._settle = settle
        self._clock = clock
        self._seen: dict[bytes, tuple[bytes, float]] = {}
        self._left: dict[bytes, bytes] = {}

    def look(self, most: int) -> View:
        """Look once, and name at most ``most`` files to take.  Raises DiskError when the folder cannot be listed."""
        counts = _Counts()
        now: dict[bytes, tuple[bytes, float]] = {}
        chosen = heapq.nsmallest(most + 1, self._ripe(now, counts))
        # What is new was seen at the end of this look at the latest, however long the share took to list it.
        end = self._clock()
        self._seen = {key: (mark, end if since == _NEW else since) for key, (mark, since) in now.items()}
        self._left = {key: mark for key, mark in self._left.items() if key in now}
        ripe = tuple(Candidate(self._folder.joinpath(*parts), Path(*parts)) for _, parts in chosen[:most])
        return View(ripe, len(chosen) > most, counts.unsettled, counts.closed, counts.litter)

    def leave(self, candidate: Candidate) -> None:
        """Not to name a file again until something about it changes: it was looked into and stays where it is."""
        with suppress(OSError):
            self._left[_key(candidate.relative.parts)] = sign(candidate.path.lstat())

    def name_again(self) -> None:
        """Name what was left once more."""
        self._left.clear()

    def _ripe(self, now: dict[bytes, tuple[bytes, float]], counts: _Counts) -> Iterator[tuple[float, tuple[str, ...]]]:
        start = self._clock()
        for parts, status in self._walk(counts):
            key, mark = _key(parts), sign(status)
            before = self._seen.get(key)
            since = before[1] if before is not None and before[0] == mark else _NEW
            now[key] = (mark, since)
            if self._left.get(key) == mark:
                continue
            if start - since < self._settle:
                counts.unsettled += 1
            elif stat.S_ISREG(status.st_mode) and (trouble := self._trouble(parts)) is not None:
                if trouble == errno.EAGAIN:
                    counts.unsettled += 1
                else:
                    counts.closed += 1
            else:
                yield since, parts

    def _walk(self, counts: _Counts) -> Iterator[tuple[tuple[str, ...], os.stat_result]]:
        pending: list[tuple[str, ...]] = [()]
        while pending:
            folder = pending.pop()
            try:
                with os.scandir(self._folder.joinpath(*folder)) as entries:
                    for entry in entries:
                        if is_litter(entry.name):
                            counts.litter += 1
                        elif is_folder(entry):
                            pending.append((*folder, entry.name))
                        elif self._has_document(folder, entry.name):
                            continue
                        else:
                            with suppress(FileNotFoundError):  # gone again
                                yield (*folder, entry.name), entry.stat(follow_symlinks=False)
            except OSError as error:
                if not folder or error.errno in SHARE_FAULTS:
                    raise DiskError(
                        HoldCode.UNSAFE_PATH,
                        f"The watched folder {shown(self._folder)} cannot be listed ({error.strerror}).",
                    ) from error
                if error.errno in CLOSED:
                    counts.closed += 1  # else: the folder is gone again

    def _has_document(self, folder: tuple[str, ...], name: str) -> bool:
        """Whether a name is of a label file whose document lies beside it: it is taken and moved with that."""
        document = document_of(name)
        return bool(document) and os.path.lexists(self._folder.joinpath(*folder, document))

    def _trouble(self, parts: tuple[str, ...]) -> int | None:
        """Why a file cannot be opened just now, as an errno; EAGAIN while somebody has it open for writing."""
        try:
            descriptor = open_regular(Candidate(self._folder.joinpath(*parts), Path(*parts)))
        except HoldError as error:
            cause = error.__cause__
            return cause.errno if isinstance(cause, OSError) and cause.errno in CLOSED else None
        try:
            # A lease is granted only on a file that nobody has open for writing.  Shares and files of others have no
            # leases for us; there, standing still must do.
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError as error:
            return errno.EAGAIN if error.errno == errno.EAGAIN else None
        finally:
            os.close(descriptor)
        return None


def _key(parts: tuple[str, ...]) -> bytes:
    return hashlib.blake2b(os.fsencode("/".join(parts)), digest_size=16).digest()


def sign(status: os.stat_result) -> bytes:
    """All that changes when a file is written to, exchanged, or given other rights."""
    facts = (status.st_dev, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return hashlib.blake2b(repr(facts).encode(), digest_size=8).digest()

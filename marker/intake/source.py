"""Taking files in: which there are, whether they may be opened, and a private snapshot of the bytes.

Everything after this module works on the snapshot.  What was hashed is what is read, stamped and registered, whatever
happens to the source meanwhile.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from marker.errors import HoldError, UsageError
from marker.model import HoldCode

LITTER = ("~$*", ".*", "Thumbs.db", "desktop.ini", "@eaDir", "*.part", "*.tmp", "*.crdownload")
"""Names that programs leave behind in shared folders; counted and skipped."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file offered for processing: where it is, and its path below the folder that was named (for OUT_DIR)."""

    path: Path
    relative: Path


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A private copy of a received file's bytes."""

    path: Path
    sha256: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds: candidates in a stable order, and how many names were skipped as litter."""

    candidates: tuple[Candidate, ...]
    litter: int


def list_folder(folder: Path) -> Listing:
    """All candidates below ``folder``, sorted by path.  Links are listed, not followed: :func:`take` refuses them.

    Raises UsageError when the folder cannot be listed at all.  A sub-folder that cannot be listed is a candidate
    itself, so that it is held and seen rather than passed over.
    """
    found: list[Candidate] = []
    litter = 0
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError as error:
            if current == folder:
                raise UsageError(
                    f"The folder {folder} cannot be listed: {error.strerror}.",
                    remedy="Check the path and its permissions.",
                ) from error
            found.append(Candidate(current, current.relative_to(folder)))
            continue
        for entry in entries:
            path = Path(entry.path)
            if any(fnmatchcase(entry.name, pattern) for pattern in LITTER):
                litter += 1
            elif entry.is_dir(follow_symlinks=False):
                pending.append(path)
            else:
                found.append(Candidate(path, path.relative_to(folder)))
    return Listing(tuple(sorted(found, key=lambda c: c.relative.parts)), litter)


def expand(paths: list[Path]) -> Iterator[Candidate]:
    """Candidates for paths named on a command line: folders are walked, everything else is taken as it is."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            yield from list_folder(path).candidates
        else:
            yield Candidate(path, Path(path.name))


def take(source: Path, target: Path, max_bytes: int) -> Snapshot:
    """Copy the bytes of ``source`` to ``target`` (0600, must not exist) and hash them.

    Raises HoldError: ``unsafe-path`` for links, devices, folders, files that may not be read or that change meanwhile,
    ``too-large`` beyond ``max_bytes``, ``malformed`` for an empty file.
    """
    descriptor = _open_regular(source)
    try:
        before = os.fstat(descriptor)
        if before.st_size > max_bytes:
            raise HoldError(
                HoldCode.TOO_LARGE,
                f"The file has {before.st_size:,} bytes and the limit is {max_bytes:,}; "
                "split it, or raise max_file_bytes in the configuration.",
            )
        digest = hashlib.sha256()
        size = 0
        out_descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(out_descriptor, "wb") as out:
            while chunk := os.read(descriptor, _CHUNK):
                size += len(chunk)
                if size > max_bytes:
                    break
                digest.update(chunk)
                out.write(chunk)
        after = os.fstat(descriptor)
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != before.st_size:
        raise HoldError(
            HoldCode.UNSAFE_PATH, "The file changed while it was being read; wait until it is complete and run again."
        )
    if size == 0:
        raise HoldError(HoldCode.MALFORMED, "The file is empty; ask the sender for it again.")
    return Snapshot(target, digest.hexdigest(), size)


def _open_regular(source: Path) -> int:
    # O_NONBLOCK: opening a FIFO must not wait for a writer; O_NOFOLLOW: a link may point anywhere.
    try:
        status = source.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise HoldError(
                HoldCode.UNSAFE_PATH, f"This is {_kind(status.st_mode)}, not a file; put the document itself here."
            )
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(error) from error
    opened = os.fstat(descriptor)
    if not stat.S_ISREG(opened.st_mode) or (opened.st_dev, opened.st_ino) != (status.st_dev, status.st_ino):
        os.close(descriptor)
        raise HoldError(HoldCode.UNSAFE_PATH, "The file was exchanged while it was being opened; run again.")
    return descriptor


def _unreadable(error: OSError) -> HoldError:
    if error.errno == errno.ENOENT:
        return HoldError(HoldCode.UNSAFE_PATH, "There is no such file; check the path.")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return HoldError(
            HoldCode.UNSAFE_PATH, "You may not read this file; give the operator read permission and run again."
        )
    if error.errno == errno.ELOOP:
        return HoldError(HoldCode.UNSAFE_PATH, "This is a link, not a file; put the document itself here.")
    return HoldError(
        HoldCode.UNSAFE_PATH, f"The file cannot be copied for reading: {error.strerror}; mend that and run again."
    )


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISLNK, "a link"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISBLK, "a device"),
        (stat.S_ISCHR, "a device"),
    )
    return next((name for test, name in kinds if test(mode)), "something else")

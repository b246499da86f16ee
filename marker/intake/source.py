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
from typing import BinaryIO

from marker.errors import DiskError, HoldError, NotYetError, UsageError
from marker.intake.publish import SIDECAR
from marker.intake.workspace import no_room
from marker.model import HoldCode

LITTER = ("~$*", ".*", "Thumbs.db", "desktop.ini", "@eaDir", "*.part", "*.tmp", "*.crdownload")
"""Names that programs leave behind in shared folders; counted and skipped."""

SHARE_FAULTS = frozenset((errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT, errno.ENODEV))
"""What a share says that is gone: no fault of the file."""

CLOSED = frozenset((errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY, errno.EAGAIN))
"""What opening a file says that somebody keeps to themselves, for good or until it is written."""

_CHUNK = 1 << 20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file offered for processing: where it is, and its path below the folder that was named (for OUT_DIR)."""

    path: Path
    relative: Path
    annexes: tuple[Candidate, ...] = ()
    """What is registered with it as one document; it is the letter then."""

    @property
    def base(self) -> Path:
        """The folder that was named; ``path`` is ``base/relative``."""
        return self.path.parents[len(self.relative.parts) - 1] if self.path.name else self.path


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
        names = {entry.name for entry in entries}
        for entry in entries:
            path = Path(entry.path)
            if document_of(entry.name) in names:
                continue  # the label of the document beside it, read with that
            if is_litter(entry.name):
                litter += 1
            elif is_folder(entry):
                pending.append(path)
            else:
                found.append(Candidate(path, path.relative_to(folder)))
    return Listing(tuple(sorted(found, key=lambda c: c.relative.parts)), litter)


def is_litter(name: str) -> bool:
    """Whether programs leave such names behind."""
    return any(fnmatchcase(name, pattern) for pattern in LITTER)


def document_of(name: str) -> str:
    """The name of the document whose label file has this name, by its ending; empty where it is none."""
    return name.removesuffix(SIDECAR) if name.endswith(SIDECAR) else ""


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder itself; a link to one is not."""
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False  # taking it will say what is wrong with it


def expand(paths: list[Path]) -> Iterator[Candidate]:
    """Candidates for paths named on a command line: folders are walked, everything else is taken as it is."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            yield from list_folder(path).candidates
        else:
            yield Candidate(path, Path(path.name))


def take(candidate: Candidate, target: Path, max_bytes: int) -> Snapshot:
    """Copy the bytes of a candidate to ``target`` (0600, must not exist) and hash them.

    Raises HoldError: ``unsafe-path`` for links, devices, folders, files that may not be read or that change meanwhile,
    ``too-large`` beyond ``max_bytes``, ``malformed`` for an empty file.  Raises DiskError when the share fails, or the
    disk that ``target`` is on.
    """
    descriptor = open_regular(candidate)
    try:
        return _copy(descriptor, target, max_bytes)
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(descriptor)


def _copy(descriptor: int, target: Path, max_bytes: int) -> Snapshot:
    before = os.fstat(descriptor)
    if before.st_size > max_bytes:
        raise HoldError(
            HoldCode.TOO_LARGE,
            f"The file has {before.st_size:,} bytes and the limit is {max_bytes:,}; "
            "split it, or raise max_file_bytes in the configuration.",
        )
    digest = hashlib.sha256()
    size = 0
    with _private(target) as out:
        while chunk := os.read(descriptor, _CHUNK):
            size += len(chunk)
            if size > max_bytes:
                break
            digest.update(chunk)
            try:
                out.write(chunk)
                out.flush()
            except OSError as error:
                raise no_room(error) from error
    after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != before.st_size:
        raise NotYetError(
            HoldCode.UNSAFE_PATH, "The file changed while it was being read; wait until it is complete and run again."
        )
    if size == 0:
        raise HoldError(HoldCode.MALFORMED, "The file is empty; ask the sender for it again.")
    return Snapshot(target, digest.hexdigest(), size)


def _private(target: Path) -> BinaryIO:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(target, flags, 0o600), "wb")
    except OSError as error:
        raise no_room(error) from error


def open_regular(candidate: Candidate) -> int:
    """A descriptor of the file itself, never of something it was exchanged for.  Raises HoldError.

    Every folder below the one that was named is opened by descriptor and not through links, so that nobody who may
    write in there can lead the way elsewhere between a look and its use.
    """
    try:
        folder = open_parent(candidate)
    except OSError as error:
        raise _unreadable(error) from error
    name = candidate.relative.name or os.curdir
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            raise HoldError(
                HoldCode.UNSAFE_PATH, f"This is {_kind(status.st_mode)}, not a file; put the document itself here."
            )
        # O_NONBLOCK: opening a FIFO must not wait for a writer.
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(folder)
    try:
        opened = os.fstat(descriptor)
    except OSError as error:
        os.close(descriptor)
        raise _unreadable(error) from error
    if not stat.S_ISREG(opened.st_mode) or (opened.st_dev, opened.st_ino) != (status.st_dev, status.st_ino):
        os.close(descriptor)
        raise NotYetError(HoldCode.UNSAFE_PATH, "The file was exchanged while it was being opened; run again.")
    return descriptor


def open_parent(candidate: Candidate) -> int:
    """A descriptor of the folder a candidate lies in, reached from ``base`` without following a link.

    Raises OSError; ELOOP or ENOTDIR where something on the way is no folder, EXDEV for a way that leads back up.
    """
    folder = os.open(candidate.base, _FOLDER)
    for part in candidate.relative.parts[:-1]:
        if part == os.pardir:
            os.close(folder)
            raise OSError(errno.EXDEV, "the path leads out of its folder")
        try:
            deeper = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
        finally:
            os.close(folder)
        folder = deeper
    return folder


def _unreadable(error: OSError) -> HoldError:
    if error.errno == errno.ENOENT:
        return NotYetError(HoldCode.UNSAFE_PATH, "There is no such file; check the path.")
    if error.errno in CLOSED:
        return NotYetError(
            HoldCode.UNSAFE_PATH, "You may not read this file; give the operator read permission and run again."
        )
    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
        return HoldError(
            HoldCode.UNSAFE_PATH, "This is a link, or lies behind one; put the document itself into the folder."
        )
    kind = HoldError if error.errno in {errno.ENAMETOOLONG, errno.EINVAL, errno.ENXIO} else DiskError
    return kind(
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

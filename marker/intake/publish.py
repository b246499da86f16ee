"""Putting finished files under their final names: whole or not at all, and never over another file.

A proved copy is brought under a temporary name into the folder it is meant for, flushed to disk, and linked to its
final name; a link fails where a name is taken, which a rename would not.  Everything is for the owner alone: files
0600, folders 0700.
"""

from __future__ import annotations

import contextlib
import errno
import grp
import hashlib
import json
import os
import pwd
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marker.errors import DiskError, HoldError
from marker.model import HoldCode
from marker.names import shown
from marker.numbering import COPY_NUMBER_IN_TEXT

PART = ".part"
"""Ending of a copy that is still being written; such names are litter to every folder that is read."""

SIDECAR = ".bdo"
"""Ending of a label that stands beside its copy, after the copy's own (STANAG 4778, sidecar profile)."""

_CHUNK = 1 << 20
_RECORD = ".held.json"

NAME_BYTES = 255
"""The longest name common file systems take, bytes of UTF-8."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one copy goes: the temporary name it is written to and the final name it is linked to."""

    temporary: Path
    final: Path


@dataclass(frozen=True, slots=True)
class Brought:
    """A copy that lies whole under its slot's temporary name."""

    slot: Slot
    sha256: str
    identity: tuple[int, int]
    """Device and inode: what stands under the final name later is ours when it has them."""


def make_folder(base: Path, relative: Path, *, there: bool = False) -> Path:
    """``base/relative`` with every folder on the way made (0700); ``there``: ``base`` must be there already.

    Raises HoldError(unsafe-path) when something on the way is a link or no folder (writing would leave ``base``), or
    when others could put a file of theirs there; DiskError.
    """
    folder = base
    try:
        if not there:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_shared(folder, folder.stat())
        for part in relative.parts:
            if part == os.pardir:
                raise HoldError(HoldCode.UNSAFE_PATH, f"{shown(relative)} leads out of its folder; move the file.")
            folder = folder / part
            folder.mkdir(mode=0o700, exist_ok=True)
            status = folder.lstat()
            if not stat.S_ISDIR(status.st_mode):
                raise HoldError(
                    HoldCode.UNSAFE_PATH, f"{shown(folder)} is a link, not a folder; remove it and run again."
                )
            refuse_shared(folder, status)
    except FileExistsError as error:
        raise HoldError(HoldCode.UNSAFE_PATH, f"{shown(folder)} is not a folder; remove it and run again.") from error
    except OSError as error:
        raise not_written(folder, error) from error
    return folder


def refuse_shared(folder: Path, status: os.stat_result) -> None:
    """Raise HoldError(unsafe-path) for a folder in which others may make, rename or remove files.

    Its owner must be the operator (or root), and nobody else may write, but a group of which the operator is the only
    member.  In such a folder no name can be exchanged between a look at it and its use.
    """
    if status.st_uid not in {os.geteuid(), 0}:
        why = "belongs to somebody else"
    elif status.st_mode & stat.S_IWOTH or (status.st_mode & stat.S_IWGRP and not _own_group(status.st_gid)):
        why = "may be written by others"
    else:
        return
    raise HoldError(
        HoldCode.UNSAFE_PATH, f"{shown(folder)} {why}; make it yours alone (chown, chmod go-w), then run again."
    )


def _own_group(group: int) -> bool:
    """Whether a group is the operator's private one, as many systems make for every user."""
    try:
        entry, user = grp.getgrgid(group), pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return group == user.pw_gid and entry.gr_name == user.pw_name and not set(entry.gr_mem) - {user.pw_name}


def slot_for(folder: Path, name: str, copy_number: str, ending: str) -> Slot:
    """Names for a copy of ``name``: ``letter.KZ-2026-000123-01-0.pdf``; a long stem is cut, the number never."""
    tail = f".{copy_number}{ending}"
    stem = Path(name).stem.encode("utf-8", "surrogateescape")[: NAME_BYTES - len(tail.encode() + SIDECAR.encode())]
    return Slot(folder / f".{copy_number}{PART}", folder / (stem.decode("utf-8", "ignore") + tail))


def beside(slot: Slot) -> Slot:
    """Names for the label beside a copy: the copy's own and ``.bdo``."""
    temporary = slot.temporary.with_name(f"{slot.temporary.name.removesuffix(PART)}{SIDECAR}{PART}")
    return Slot(temporary, slot.final.with_name(slot.final.name + SIDECAR))


def bring(made: Path, slot: Slot) -> Brought:
    """Copy a proved file under its slot's temporary name (0600), flush it to disk, and see that it came over whole.

    Raises DiskError; then nothing is left of it.
    """
    try:
        # What a crash left under this name is from an earlier life of the number's run, never somebody else's.
        slot.temporary.unlink(missing_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with made.open("rb") as source, os.fdopen(os.open(slot.temporary, flags, 0o600), "w+b") as file:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            source.seek(0)
            shutil.copyfileobj(source, file, _CHUNK)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            status = os.fstat(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            slot.temporary.unlink(missing_ok=True)
        raise not_written(slot.temporary, error) from error
    return Brought(slot, digest, (status.st_dev, status.st_ino))


def announcements(numbers: Sequence[str], files: Sequence[Brought]) -> list[tuple[str, str, str]]:
    """What the register is told of copies before they get their names: number, path, hash."""
    return [(n, str(one.slot.final.absolute()), one.sha256) for n, one in zip(numbers, files, strict=True)]


def publish(brought: Brought) -> None:
    """Give a flushed file its final name.  Raises HoldError(stamp-failed) when the name is taken, else DiskError."""
    publish_all([brought])


def publish_all(brought: Iterable[Brought]) -> None:
    """The same for several: their folders are flushed once, when all names are given.

    Raises as :func:`publish` at the first that fails; those before it have their names.
    """
    folders: dict[Path, Brought] = {}
    for one in brought:
        _link(one)
        folders[one.slot.final.parent] = one
    for folder, one in folders.items():
        try:
            sync_folder(folder)
        except OSError as error:
            raise not_written(one.slot.final, error) from error


def _link(brought: Brought) -> None:
    slot = brought.slot
    try:
        os.link(slot.temporary, slot.final, follow_symlinks=False)
    except FileExistsError as error:
        # A share that repeats a request finds its own link there already.
        if _identity(slot.final) != brought.identity:
            raise HoldError(
                HoldCode.STAMP_FAILED,
                f"A file named {shown(slot.final.name)} is already there and was left alone; move it away.",
            ) from error
    except OSError as error:
        raise not_written(slot.final, error) from error
    try:
        slot.temporary.unlink()
    except OSError as error:
        raise not_written(slot.final, error) from error


def put_beside(label: bytes, made: Path, slot: Slot) -> Brought:
    """Write a copy's label to the private ``made``, which is gone afterwards, and publish it beside the copy's name.

    Raises HoldError(stamp-failed) when that name is taken, else DiskError.
    """
    try:
        made.write_bytes(label)
        brought = bring(made, beside(slot))
    except OSError as error:
        raise not_written(made, error) from error
    finally:
        made.unlink(missing_ok=True)
    try:
        publish(brought)
    except BaseException:
        withdraw(brought)
        raise
    return brought


def withdraw(brought: Brought) -> bool:
    """Remove a copy that is not to be issued, under its temporary name and, if it is there, under its final one.

    False when it cannot be known that the final name is free of it; its number must not be void then.
    """
    forget(brought)
    try:
        if _identity(brought.slot.final) == brought.identity:
            brought.slot.final.unlink()
            sync_folder(brought.slot.final.parent)
    except OSError:
        return False
    return True


def withdraw_all(brought: Iterable[Brought]) -> bool:
    """:func:`withdraw` each; False when one of the names may not be free."""
    return not [one for one in brought if not withdraw(one)]


def forget(brought: Brought) -> None:
    """Remove what stands under the temporary name.  Never raises: what is left over is litter that recovery sweeps."""
    with contextlib.suppress(OSError):
        brought.slot.temporary.unlink(missing_ok=True)


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of what stands under a name, None for nothing.  Raises OSError when that cannot be told."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def remove(path: Path) -> None:
    """Remove a file of the private folder.  Never raises: what is left goes with the folder."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def sweep(folder: Path, settled: Callable[[str], bool]) -> None:
    """Remove unfinished copies that a crash left below ``folder``: those whose number is no longer reserved.

    ``settled`` says so of a copy number; the copies of a run that is alive are left alone.
    """
    with contextlib.suppress(OSError):
        for path in folder.rglob(f".*{PART}"):
            number = path.name.removeprefix(".").removesuffix(PART)
            if COPY_NUMBER_IN_TEXT.fullmatch(number) and settled(number):
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


def temporary_for(path: Path) -> Path:
    """The temporary name of a file of ours: of its name's hash, because two long names may differ only at the end."""
    return path.with_name(f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]}{PART}")


class Whole:
    """A file of ours that is written bit by bit and takes its name at the end: readers see the old one or the new one.

    Every method raises DiskError; then nothing is left of it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = temporary_for(path)
        try:
            # What stands under the temporary name is what a crash left.
            self._temporary.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.fdopen(os.open(self._temporary, flags, 0o600), "wb")
        except OSError as error:
            raise not_written(path, error) from error

    def write(self, data: bytes) -> None:
        with self._guarded():
            self._file.write(data)

    def finish(self) -> None:
        """Force it to disk and give it its name."""
        with self._guarded():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._temporary.replace(self._path)
            sync_folder(self._path.parent)

    def abandon(self) -> None:
        """Leave the old file as it is."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.abandon()
            raise not_written(self._path, error) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file of ours (report, held record) so that readers see the old one or the new one, never half."""
    file = Whole(path)
    file.write(data)
    file.finish()


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write ``value`` as indented JSON for people and programs."""
    write_whole(path, (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())


def is_record(path: Path) -> bool:
    """Whether a name is one that the record of a held file may have."""
    return path.name.endswith(_RECORD)


def held_record_path(folder: Path, name: str) -> Path:
    """``letter.pdf.held.json``; a long name is cut so that the ending fits."""
    tail = _RECORD
    stem = name.encode("utf-8", "surrogateescape")
    if len(stem) + len(tail) > NAME_BYTES - 8:
        # Two long names that differ only at the end must not share a record.
        digest = hashlib.sha256(stem).hexdigest()[:12]
        stem = stem[: NAME_BYTES - 8 - len(tail) - 13].decode("utf-8", "ignore").encode() + b"~" + digest.encode()
    return folder / (stem.decode("utf-8", "replace") + tail)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def not_written(path: Path, error: OSError) -> HoldError:
    """What a failed write becomes: every fault of a disk is one the next document would meet as well."""
    remedies = {
        errno.ENOSPC: "the disk is full; make room",
        errno.EDQUOT: "your disk quota is used up; make room",
        errno.EACCES: "you may not write there; give the operator permission",
        errno.EPERM: "the file system refuses it (hard links are needed); choose another output folder",
        errno.EOPNOTSUPP: "the file system has no hard links; choose another output folder",
        errno.EROFS: "the file system is read-only; choose another output folder",
    }
    what = remedies.get(error.errno or 0, error.strerror or "the system refused")
    sentence = f"{shown(path)} could not be written: {what}, then run again."
    kind = HoldError if error.errno == errno.ENAMETOOLONG else DiskError
    return kind(HoldCode.STAMP_FAILED, sentence)

"""Putting finished files under their final names: whole or not at all, and never over another file.

A copy is written to a temporary name in the folder it is meant for, flushed to disk, and linked to its final name; a
link fails where a name is taken, which a rename would not.  Everything is for the owner alone: files 0600, folders
0700.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marker.errors import HoldError
from marker.model import HoldCode
from marker.numbering import COPY_NUMBER_IN_TEXT

PART = ".part"
"""Ending of a copy that is still being written; such names are litter to every folder that is read."""

NAME_BYTES = 255
"""The longest name common file systems take, bytes of UTF-8."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one copy goes: the temporary name it is written to and the final name it is linked to."""

    temporary: Path
    final: Path


def make_folder(base: Path, relative: Path) -> Path:
    """``base/relative`` with every folder on the way made (0700).

    Raises HoldError(unsafe-path) when something on the way is a link or no folder: writing would leave ``base``.
    """
    folder = base
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in relative.parts:
            folder = folder / part
            folder.mkdir(mode=0o700, exist_ok=True)
            if not stat.S_ISDIR(folder.lstat().st_mode):
                raise HoldError(HoldCode.UNSAFE_PATH, f"{folder} is a link, not a folder; remove it and run again.")
    except FileExistsError as error:
        raise HoldError(HoldCode.UNSAFE_PATH, f"{folder} is not a folder; remove it and run again.") from error
    except OSError as error:
        raise _not_written(folder, error) from error
    return folder


def slot_for(folder: Path, name: str, copy_number: str, ending: str) -> Slot:
    """Names for a copy of ``name``: ``letter.KZ-2026-000123-01-0.pdf``; a long stem is cut, the number never."""
    tail = f".{copy_number}{ending}"
    stem = Path(name).stem.encode("utf-8", "surrogateescape")[: NAME_BYTES - len(tail.encode())]
    return Slot(folder / f".{copy_number}{PART}", folder / (stem.decode("utf-8", "ignore") + tail))


def flush(path: Path) -> str:
    """Force a written file to disk, make it 0600, and return the SHA-256 of what stands there."""
    try:
        with path.open("rb") as file:
            os.fchmod(file.fileno(), 0o600)
            os.fsync(file.fileno())
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _not_written(path, error) from error


def publish(slot: Slot) -> None:
    """Give a flushed file its final name.  Raises HoldError(stamp-failed) when the name is taken or cannot be given."""
    try:
        os.link(slot.temporary, slot.final, follow_symlinks=False)
        slot.temporary.unlink()
        _sync_folder(slot.final.parent)
    except FileExistsError as error:
        raise HoldError(
            HoldCode.STAMP_FAILED, f"A file named {slot.final.name} is already there and was left alone; move it away."
        ) from error
    except OSError as error:
        raise _not_written(slot.final, error) from error


def discard(slot: Slot, *, published: bool) -> None:
    """Remove what was written under the temporary name, and under the final name when :func:`publish` had put it there.

    Never raises: a left-over temporary file is litter, and the hold that led here is what the clerk must see.
    """
    for path in (slot.temporary, slot.final) if published else (slot.temporary,):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def sweep(folder: Path, settled: Callable[[str], bool]) -> None:
    """Remove unfinished copies that a crash left below ``folder``: those whose number is no longer reserved.

    ``settled`` says so of a copy number; the copies of a run that is alive are left alone.
    """
    for path in folder.rglob(f".*{PART}"):
        number = path.name.removeprefix(".").removesuffix(PART)
        if COPY_NUMBER_IN_TEXT.fullmatch(number) and settled(number):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file of ours (report, held record) so that readers see the old one or the new one, never half."""
    temporary = path.with_name(f".{path.name[:200]}.part")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _not_written(path, error) from error


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write ``value`` as indented JSON for people and programs."""
    write_whole(path, (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode())


def held_record_path(folder: Path, name: str) -> Path:
    """``letter.pdf.held.json``; a long name is cut so that the ending fits."""
    tail = ".held.json"
    stem = name.encode("utf-8", "surrogateescape")
    if len(stem) + len(tail) > NAME_BYTES - 8:
        # Two long names that differ only at the end must not share a record.
        digest = hashlib.sha256(stem).hexdigest()[:12]
        stem = stem[: NAME_BYTES - 8 - len(tail) - 13].decode("utf-8", "ignore").encode() + b"~" + digest.encode()
    return folder / (stem.decode("utf-8", "replace") + tail)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _not_written(path: Path, error: OSError) -> HoldError:
    remedies = {
        errno.ENOSPC: "the disk is full; make room",
        errno.EDQUOT: "your disk quota is used up; make room",
        errno.EACCES: "you may not write there; give the operator permission",
        errno.EPERM: "the file system refuses it (hard links are needed); choose another output folder",
        errno.EOPNOTSUPP: "the file system has no hard links; choose another output folder",
        errno.EROFS: "the file system is read-only; choose another output folder",
    }
    what = remedies.get(error.errno or 0, error.strerror or "the system refused")
    return HoldError(HoldCode.STAMP_FAILED, f"{path} could not be written: {what}, then run again.")

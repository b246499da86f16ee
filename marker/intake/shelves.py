"""Where a watched file goes: ``processed/`` or ``held/`` below OUT_DIR, byte for byte, and never over another file.

A file is first *captured*: renamed into a folder of the watcher's own, ``.marker/`` in the folder it came from.  A
rename takes whatever stands under the name at that moment, and nobody can exchange it afterwards; only then is it
compared with the bytes that were worked on.  What was captured and is not yet on its shelf when a run dies is returned
to its place by the next one.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from marker.errors import NotYetError
from marker.intake import publish
from marker.intake.source import Candidate, open_parent
from marker.model import HoldCode, Outcome
from marker.names import shown

PROCESSED = "processed"
REJECTED = "rejected"
HELD = "held"
CAPTURED = ".marker"


class Shelves:
    """The folders of one watcher; ``received`` is its IN_DIR, ``output`` its OUT_DIR.  Threads may share it."""

    def __init__(self, received: Path, output: Path) -> None:
        self._output = output.absolute()
        self._sources = (received, self._output / HELD)
        self._guard = threading.Lock()
        self._planned: dict[tuple[Path, str], Path] = {}

    def rest(self, candidate: Candidate, outcome: Outcome) -> Path:
        """Where a file will lie: the name is kept for it until :meth:`put` or :meth:`forget`.

        A file that is held stays where it is when it lies in ``held/`` already, or when it is no ordinary file: a link
        or a pipe is not moved.
        """
        shelf = HELD if outcome is Outcome.HELD else PROCESSED
        if shelf == HELD and (candidate.base == self._output / HELD or not is_regular(candidate.path)):
            return candidate.path.absolute()
        return self._plan(candidate, shelf)

    def _plan(self, candidate: Candidate, shelf: str) -> Path:
        with self._guard:
            known = self._planned.get((candidate.path, shelf))
            if known is None:
                taken = set(self._planned.values())
                wanted = self._output / shelf / candidate.relative
                if publish.is_record(wanted):
                    wanted = wanted.with_name(f"{wanted.name[:-1]}_")  # else a record might be written over it
                known = next(path for path in _names(wanted) if path not in taken and not os.path.lexists(path))
                self._planned[candidate.path, shelf] = known
        return known

    def forget(self, candidate: Candidate) -> None:
        """Give back the names that were kept for a file."""
        with self._guard:
            for shelf in (PROCESSED, HELD):
                self._planned.pop((candidate.path, shelf), None)

    def put(self, candidate: Candidate, outcome: Outcome, sha256: str | None) -> Path:
        """Move a file to where :meth:`rest` said, and return where it lies now.

        ``sha256`` is of the bytes that were worked on; None when the file could not be read as it was.

        Raises NotYetError when it is another file by now (it stays where it was), DiskError.
        """
        target = self.rest(candidate, outcome)
        return target if target == candidate.path.absolute() else self._move(candidate, target, sha256)

    def put_label(self, candidate: Candidate, lies: Path) -> None:
        """Move the label file that came beside a document to where the document lies now.  Raises as :meth:`put`."""
        label = Candidate(_label(candidate.path), _label(candidate.relative))
        if lies != candidate.path.absolute() and is_regular(label.path):
            self._move(label, _label(lies), None)

    def put_on(self, shelf: str, candidate: Candidate, sha256: str | None) -> Path:
        """Move a file to a shelf of that name and return where it lies now.  Raises as :meth:`put`."""
        return self._move(candidate, self._plan(candidate, shelf), sha256)

    def _move(self, candidate: Candidate, target: Path, sha256: str | None) -> Path:
        publish.make_folder(self._output, target.parent.relative_to(self._output), there=True)
        try:
            captured = self._capture(candidate)
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.ELOOP, errno.ENOTDIR}:
                gone = f"{shown(candidate.path)} was taken away while it was worked on."
                raise NotYetError(HoldCode.UNSAFE_PATH, gone) from error
            raise publish.not_written(candidate.path, error) from error
        try:
            if sha256 is not None and _sha256(captured) != sha256:
                self._give_back(captured, candidate.base)
                raise NotYetError(HoldCode.UNSAFE_PATH, f"{shown(candidate.path)} was replaced by another file.")
            return self._place(captured, target)
        except OSError as error:
            raise publish.not_written(target, error) from error

    def recover(self, only: Path | None = None) -> list[Path]:
        """Finish or undo the moves of a run that died; of one received file, ``only`` by its path, where others work.

        Returns where files were returned to.  Raises DiskError.
        """
        returned: list[Path] = []
        try:
            for base in self._sources:
                for captured in _files(base / CAPTURED) if only is None else _one(base / CAPTURED / only):
                    relative = captured.relative_to(base / CAPTURED)
                    if self._is_on_a_shelf(captured, relative):
                        captured.unlink()
                    else:
                        returned.append(self._give_back(captured, base))
            for shelf in (PROCESSED, HELD, REJECTED) if only is None else ():
                for unfinished in (self._output / shelf).rglob(f".*{publish.PART}"):
                    unfinished.unlink()
        except OSError as error:
            raise publish.not_written(self._output, error) from error
        return returned

    # ── steps ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _capture(self, candidate: Candidate) -> Path:
        folder = own_folder(candidate.base, candidate.relative.parent)
        captured = folder / candidate.relative.name
        if os.path.lexists(captured):
            raise OSError(errno.EEXIST, "a move that was not finished stands in the way")
        source, target = open_parent(candidate), os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            name = candidate.relative.name
            os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
        finally:
            os.close(source)
            os.close(target)
        return captured

    def _place(self, captured: Path, target: Path) -> Path:
        status = captured.lstat()
        # A file that has another name, or belongs to somebody else, could still be written to: then a copy goes in.
        alone = status.st_nlink == 1 and status.st_uid == os.geteuid()
        for name in _names(target):
            if os.path.lexists(name):
                continue
            try:
                if alone and _linked(captured, name):
                    publish.sync_folder(name.parent)
                else:
                    slot = publish.Slot(publish.temporary_for(name), name)
                    brought = publish.bring(captured, slot)
                    os.utime(slot.temporary, ns=(status.st_atime_ns, status.st_mtime_ns))
                    publish.publish(brought)
            except FileExistsError:
                continue
            name.chmod(0o600)
            captured.unlink()
            return name
        raise AssertionError("names do not run out")

    def _give_back(self, captured: Path, base: Path) -> Path:
        """Return a captured file to the folder it came from, over no other file."""
        relative = captured.relative_to(base / CAPTURED)
        (base / relative.parent).mkdir(parents=True, exist_ok=True)
        for name in _names(base / relative):
            if os.path.lexists(name):
                continue
            try:
                if _linked(captured, name):
                    captured.unlink()
                else:
                    captured.rename(name)
            except FileExistsError:
                continue
            publish.sync_folder(name.parent)
            return name
        raise AssertionError("names do not run out")

    def _is_on_a_shelf(self, captured: Path, relative: Path) -> bool:
        """Whether a move was as good as done: the same bytes lie on a shelf under one of the names of this file."""
        if not is_regular(captured):
            return False
        digest: str | None = None
        for shelf in (PROCESSED, HELD, REJECTED):
            for name in _names(self._output / shelf / relative):
                if not os.path.lexists(name):
                    break
                if name.lstat().st_size == captured.lstat().st_size:
                    digest = digest or _sha256(captured)
                    if _sha256(name) == digest:
                        return True
        return False


def own_folder(base: Path, relative: Path = Path()) -> Path:
    """The watcher's own folder in a watched one, or one below it, made if need be (0700).

    Raises OSError, HoldError(unsafe-path) when somebody else has put something there.
    """
    with suppress(FileExistsError):
        (base / CAPTURED).mkdir(mode=0o700)
    status = (base / CAPTURED).lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, f"{CAPTURED} is in the way")
    publish.refuse_shared(base / CAPTURED, status)
    return publish.make_folder(base / CAPTURED, relative)


def _label(path: Path) -> Path:
    return path.with_name(path.name + publish.SIDECAR)


def _names(path: Path) -> Iterator[Path]:
    """``letter.pdf``, ``letter (2).pdf``, …; a long stem is cut."""
    yield path
    suffix = os.fsencode(path.suffix) if len(os.fsencode(path.suffix)) < 16 else b""
    stem = os.fsencode(path.name)[: len(os.fsencode(path.name)) - len(suffix)]
    for number in count(2):
        tail = f" ({number})".encode() + suffix
        cut = stem[: publish.NAME_BYTES - len(tail)]
        if len(cut) < len(stem):
            cut = cut.decode("utf-8", "ignore").encode()
        yield path.with_name(os.fsdecode(cut + tail))


def _linked(source: Path, target: Path) -> bool:
    """Give a file a second name; False where the file system cannot.  Raises FileExistsError, OSError."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno in {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}:
            return False
        raise
    return True


def is_regular(path: Path) -> bool:
    """Whether an ordinary file stands there, and no link, pipe or folder."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        # Names with a dot are the watcher's own: no received file that begins with one is ever taken.
        if not stat.S_ISDIR(path.lstat().st_mode) and not path.name.startswith("."):
            yield path


def _one(path: Path) -> Iterator[Path]:
    if os.path.lexists(path):
        yield path


def _sha256(path: Path) -> str | None:
    """None for what is no ordinary file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return hashlib.file_digest(file, "sha256").hexdigest()


LOCK = ".lock"
OUTPUT = ".output"
"""Names of the lock file, and of the file that tells which OUT_DIR there is, in the watcher's own folder."""

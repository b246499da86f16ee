"""The private folder in which received files are read: 0700, wiped at the end, and wiped by the next run after a crash.

What lies in it is classified, so nothing is left to the system's own cleaning of temporary files.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType

from marker.errors import DiskError
from marker.model import HoldCode

_LOCK = "lock"


class Workspace:
    """A context manager around one run's private folder; ``root`` is where it is made, the system's by default.

    Raises DiskError when it cannot be made.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or Path(tempfile.gettempdir())
        self._prefix = f"marker-{os.getuid()}-"
        self._numbers = count(1)

    def __enter__(self) -> Workspace:
        try:
            return self._make()
        except OSError as error:
            raise no_room(error) from error

    def _make(self) -> Workspace:
        _wipe_abandoned(self._root, self._prefix)
        # Locked before it has the name that others look for: a run that starts at this moment would take a folder
        # whose lock nobody holds yet for an abandoned one.
        making = Path(tempfile.mkdtemp(prefix=f".{self._prefix}", dir=self._root))
        # The lock lives as long as this process: the kernel lets go of it even after kill -9.
        self._lock = -1
        try:
            self._lock = os.open(making / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self.folder = making.with_name(making.name.removeprefix("."))
            making.rename(self.folder)
        except OSError:
            wipe(making)
            if self._lock >= 0:
                os.close(self._lock)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        wipe(self.folder)
        os.close(self._lock)

    def fresh(self) -> Path:
        """A path in the folder that no one has used yet."""
        return self.folder / f"{next(self._numbers):06d}"

    def fresh_folder(self) -> Path:
        """A folder in it that no one has used yet.  Raises DiskError."""
        folder = self.fresh()
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise no_room(error) from error
        return folder


def wipe(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that goes."""
    with suppress(OSError):  # it raises some faults in spite of what it is told
        shutil.rmtree(folder, ignore_errors=True)


def no_room(error: OSError) -> DiskError:
    """What a fault of the disk under the private folder becomes."""
    return DiskError(
        HoldCode.STAMP_FAILED,
        f"The folder for temporary files failed ({error.strerror}); make room there (TMPDIR), then run again.",
    )


def _wipe_abandoned(root: Path, prefix: str) -> None:
    for folder in root.glob(f"{prefix}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue  # made this moment by another run, or already gone
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue  # its run is alive
        else:
            wipe(folder)
        finally:
            os.close(descriptor)

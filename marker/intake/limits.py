"""What a worker process may use and reach: set by the worker itself before it sees the first file.

Everything here is the kernel's doing and holds for whatever code a hostile file may bring to run: address space, CPU
time, size of files, no core dumps, no network, no new privileges, and death with the process that started it.
"""

from __future__ import annotations

import errno
import gc
import math
import os
import resource
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, Final

from marker import kernel
from marker.errors import DiskError, HoldError
from marker.model import HoldCode
from marker.settings import Settings

DISK_FAULTS: Final = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT)
)
"""What a disk or share says that is full or gone."""
_OWN_BYTES: Final = 100_000_000
"""What a stamped copy or a page picture may be larger than the received file."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and seconds."""

    memory: int
    file: int
    cpu: float
    """For one piece of work."""

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Twice the wall time in CPU time: it binds when a worker's parent, which watches the clock, is gone."""
        return cls(settings.max_memory_bytes, 2 * settings.max_file_bytes + _OWN_BYTES, 2 * settings.timeout)


def confine(limits: Limits, *, quiet: bool = True) -> None:
    """Run first in every worker.  ``quiet``: what libraries print goes nowhere, because it may quote the document."""
    kernel.die_with_parent()
    _leave_fork_server()
    os.setsid()  # Ctrl-C reaches the main process alone, which then decides what becomes of the work in hand
    os.umask(0o077)
    kernel.take_network_away()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_AS, limits.memory)
    _lower(resource.RLIMIT_FSIZE, limits.file)
    kernel.no_new_privileges()
    kernel.no_dumps()  # RLIMIT_CORE does not bind a core_pattern that is a program
    if quiet:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.close(nowhere)


def within(cpu: float, folder: Path, work: Callable[..., Any], arguments: Sequence[object]) -> Any:
    """Do a piece of work with so many seconds of CPU and with ``folder`` for its temporary files.

    Raises what ``work`` raises; DiskError and HoldError(too-large) where the disk or a limit is at the bottom of it.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime + cpu)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    try:
        return work(*arguments)
    except (OSError, HoldError) as error:
        fault = _fault_of(error)
        if fault == errno.EFBIG:
            raise HoldError(
                HoldCode.TOO_LARGE, "A file made from it grew beyond the limit; split it, or raise max_file_bytes."
            ) from error
        if fault in DISK_FAULTS:
            raise DiskError(
                HoldCode.STAMP_FAILED,
                f"The folder for temporary files failed ({os.strerror(fault)}); make room there (TMPDIR), then run "
                "again.",
            ) from error
        raise


def keeps_a_document() -> bool:
    """In a worker, after a piece of work: whether it still has a file of the private folder open.

    pdfium forgets to close some damaged files that it refuses.  Such a worker has to end: what it holds has been wiped,
    and would stay on the disk, without a name, for as long as the worker waits for its next document.
    """
    private = Path(tempfile.gettempdir()).parent  # as within() set it
    if not _has_open(private):
        return False
    gc.collect()  # what only waits to be collected is closed by that
    return _has_open(private)


def _has_open(folder: Path) -> bool:
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the one that lists them
            if descriptor.readlink().is_relative_to(folder):
                return True
    return False


def _fault_of(error: BaseException) -> int:
    """The errno at the bottom of an exception, 0 where there is none."""
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, OSError) and below.errno:
            return below.errno
        below = below.__cause__
    return 0


def _leave_fork_server() -> None:
    # The fork server ends when nobody holds this pipe any more; a worker that held it would keep itself alive after
    # the death of the main process.
    held = getattr(getattr(forkserver, "_forkserver", None), "_forkserver_alive_fd", None)
    if isinstance(held, int):
        with suppress(OSError):
            os.close(held)
    if os.getppid() == 1:
        os._exit(1)  # it died before we asked


def _lower(limit: int, value: int) -> None:
    hard = resource.getrlimit(limit)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (value, value))

"""Worker processes: each document is parsed, stamped and proved in a process that may die without harm.

A worker that raises, dies, hangs or outgrows its limits costs that one document, which is held; never the run.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar, cast

from marker.errors import HoldError
from marker.intake.limits import Limits, confine, keeps_a_document, within
from marker.intake.pool import (
    Pool,
    PoolClosedError,
    WorkerDiedError,
    WorkerFaultError,
    WorkerTimeoutError,
)
from marker.intake.server import READING, STAMPING
from marker.intake.work import (
    Examination,
    Task,
    check_copies,
    draw_pages,
    examine_file,
    find_numbers,
    find_seals,
    make_copies,
    set_pages,
    unlock_file,
)
from marker.intake.workspace import Workspace, wipe
from marker.model import CopyOrder, HoldCode, StampResult
from marker.records.pages import PagePicture

if TYPE_CHECKING:
    from marker.intake.labels import LabelsInFile
    from marker.records.sheets import SealSeen, Sighting

T = TypeVar("T")

_PRELOAD = [*READING, *STAMPING]


class Stopped(Exception):  # noqa: N818  # not an error: the operator interrupted the run before this file was begun
    """The run was interrupted; this file was not touched."""


class Workers:
    """A pool of worker processes; use as a context manager.  Calls block until the work is done or has failed.

    Safe to call from several threads; as many calls run at once as there are workers.
    """

    def __init__(self, task: Task, jobs: int, workspace: Workspace) -> None:
        self._task = task
        self._workspace = workspace
        self._limits = Limits.of(task.settings)
        self._pool = Pool(jobs, confine, [self._limits], _PRELOAD, keeps_a_document)
        # LibreOffice wants more room than a worker has, and a limit cannot be raised again; begun when first needed.
        office = replace(self._limits, memory=max(self._limits.memory, task.settings.max_office_memory_bytes))
        self._office = Pool(jobs, confine, [office], _PRELOAD, keeps_a_document)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End all workers at once; calls that wait raise Stopped."""
        self._pool.close()
        self._office.close()

    def examine(self, path: Path, name: str, label: Path | None = None) -> Examination:
        """Read and judge a snapshot, and that of a label file that came with it.  Raises HoldError."""
        return self.do("reading", examine_file, path, name, self._task, label)

    def unlock(self, path: Path, target: Path) -> str | None:
        """Write an encrypted snapshot decrypted to ``target``; a note that says so, or None where there are no
        passwords to try.  Raises HoldError(encrypted) when none opens it."""
        if not self._task.passwords:
            return None
        return self.do("reading", unlock_file, path, target, self._task)

    def trace(self, path: Path, name: str) -> list[Sighting]:
        """Copy numbers of ours in a snapshot.  Raises HoldError."""
        return self.do("reading", find_numbers, path, name, self._task)

    def seals(self, path: Path) -> list[SealSeen]:
        """The seals on the first page of a snapshot.  Raises HoldError."""
        return self.do("reading", find_seals, path)

    def labels(self, path: Path, name: str) -> LabelsInFile:
        """The labels in a snapshot, or of a label file.  Raises HoldError."""
        from marker.intake.labels import labels_in_file

        return self.do("reading", labels_in_file, path, name, self._task)

    def draw(self, path: Path, numbers: Sequence[int]) -> list[PagePicture]:
        """Pictures of a snapshot's pages.  Raises HoldError."""
        return self.do("drawing", draw_pages, path, list(numbers))

    def check(self, source: Path, file_format: str) -> None:
        """Raise HoldError when a snapshot cannot be stamped whatever its number."""
        self.do("reading", check_copies, source, file_format, self._task)

    def set_pages(self, source: Path, file_format: str, target: Path) -> tuple[str, ...]:
        """Have LibreOffice write a Word file as PDF to ``target``; notes for the report.

        Raises HoldError, MissingError where it is not installed.
        """
        from marker.stamp.docx_pages import find_office

        given = (find_office(), source, file_format, target, self._task)
        return self.do("setting as pages", set_pages, *given, pool=self._office)

    def make(
        self,
        source: Path,
        file_format: str,
        orders: Sequence[tuple[CopyOrder, Path]],
        was: CopyOrder | None = None,
    ) -> tuple[StampResult, ...]:
        """Stamp and prove copies of a snapshot, which may be a copy itself, stamped by ``was``.  Raises HoldError."""
        return self.do("stamping", make_copies, source, file_format, list(orders), self._task, was)

    def do(self, doing: str, work: Callable[..., T], *arguments: object, pool: Pool | None = None) -> T:
        """Have ``work``, a function of a module, done in a worker.  Raises HoldError, MissingError, Stopped."""
        seconds = self._task.settings.timeout
        folder = self._workspace.fresh_folder()
        try:
            return cast(T, (pool or self._pool).run(within, [self._limits.cpu, folder, work, arguments], seconds))
        except PoolClosedError:
            raise Stopped from None
        except WorkerTimeoutError as error:
            raise self._too_slow(doing) from error
        except WorkerDiedError as error:
            if error.signal_number == signal.SIGXCPU:
                raise self._too_slow(doing) from error
            how = f" ({signal.Signals(error.signal_number).name})" if error.signal_number in set(signal.Signals) else ""
            raise HoldError(
                HoldCode.CRASHED,
                f"The worker process died{how} while {doing} this file; no number was issued for it. "
                "Ask for the document in another form, and keep this file for the software's maintainers.",
            ) from error
        except MemoryError as error:
            raise HoldError(
                HoldCode.TOO_LARGE,
                f"The file needs more memory in {doing} than {self._task.settings.max_memory_bytes // 1_000_000:,} MB; "
                "raise max_memory_bytes in the configuration.",
            ) from error
        except WorkerFaultError as error:
            # Only the kind of the fault is named, because its message may quote the document.
            raise HoldError(
                HoldCode.CRASHED,
                f"A fault of the software ({error.kind}) stopped the {doing} of this file; no number was "
                "issued for it. Keep the file for the software's maintainers.",
            ) from error
        finally:
            # Whatever the worker or its children left, at once: it holds parts of the document.
            wipe(folder)

    def _too_slow(self, doing: str) -> HoldError:
        return HoldError(
            HoldCode.TIMEOUT,
            f"The file took longer than {self._task.settings.timeout:.0f} s in {doing}; raise timeout in the "
            "configuration, or print it and scan it anew.",
        )

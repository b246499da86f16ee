"""Worker processes: each document is parsed, stamped and proved in a process that may die without harm.

A worker that raises, dies, hangs or outgrows its memory costs that one document, which is held; never the run.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar, cast

from pebble import ProcessExpired, ProcessPool

from marker.errors import HoldError, MarkerError
from marker.intake.work import (
    Examination,
    Task,
    check_copies,
    draw_pages,
    examine_file,
    find_numbers,
    limit_process,
    make_copies,
    unlock_file,
)
from marker.model import CopyOrder, HoldCode, StampResult
from marker.records.pages import PagePicture

if TYPE_CHECKING:
    from marker.records.sheets import Sighting

T = TypeVar("T")

_PRELOAD = [
    "marker.intake.work", "marker.readers.read", "marker.detect.judge", "marker.stamp.make", "marker.proof.prove",
]  # fmt: skip
_TASKS_A_WORKER = 200
"""A worker is replaced after so many pieces of work, so that what third-party libraries leak is given back."""


class Workers:
    """A pool of worker processes; use as a context manager.  Calls block until the work is done or has failed.

    Safe to call from several threads; as many calls run at once as there are workers.
    """

    def __init__(self, task: Task, jobs: int) -> None:
        self._task = task
        # A fork server: workers start in milliseconds and inherit neither threads, locks nor the register's files.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOAD)
        self._pool = ProcessPool(
            max_workers=jobs,
            max_tasks=_TASKS_A_WORKER,
            initializer=limit_process,
            initargs=[task.settings.max_memory_bytes],
            context=context,
        )

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End all workers at once; calls that wait raise HoldError(crashed)."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble annotates only part of its API
        self._pool.join()

    def examine(self, path: Path, name: str) -> Examination:
        """Read and judge a snapshot.  Raises HoldError."""
        return self._run("reading", examine_file, path, name, self._task)

    def unlock(self, path: Path, target: Path) -> str | None:
        """Write an encrypted snapshot decrypted to ``target``; a note that says so, or None where there are no
        passwords to try.  Raises HoldError(encrypted) when none opens it."""
        if not self._task.passwords:
            return None
        return self._run("reading", unlock_file, path, target, self._task)

    def trace(self, path: Path, name: str) -> list[Sighting]:
        """Copy numbers of ours in a snapshot.  Raises HoldError."""
        return self._run("reading", find_numbers, path, name, self._task)

    def draw(self, path: Path, numbers: Sequence[int]) -> list[PagePicture]:
        """Pictures of a snapshot's pages.  Raises HoldError."""
        return self._run("drawing", draw_pages, path, list(numbers))

    def check(self, source: Path, file_format: str) -> None:
        """Raise HoldError when a snapshot cannot be stamped whatever its number."""
        self._run("reading", check_copies, source, file_format, self._task)

    def make(self, source: Path, file_format: str, orders: Sequence[tuple[CopyOrder, Path]]) -> tuple[StampResult, ...]:
        """Stamp and prove copies of a snapshot.  Raises HoldError."""
        return self._run("stamping", make_copies, source, file_format, list(orders), self._task)

    def _run(self, doing: str, work: Callable[..., T], *arguments: object) -> T:
        seconds = self._task.settings.timeout
        future: Future[object] = self._pool.schedule(work, args=list(arguments), timeout=seconds)
        try:
            return cast(T, future.result())
        except MarkerError:
            raise
        except FutureTimeout as error:
            raise HoldError(
                HoldCode.TIMEOUT,
                f"The file took longer than {seconds:.0f} s in {doing}; raise timeout in the configuration, "
                "or print it and scan it anew.",
            ) from error
        except (ProcessExpired, EOFError) as error:
            raise HoldError(
                HoldCode.CRASHED,
                f"The worker process died while {doing} this file; no number was issued for it. "
                "Ask for the document in another form, and keep this file for the software's maintainers.",
            ) from error
        except MemoryError as error:
            raise HoldError(
                HoldCode.TOO_LARGE,
                f"The file needs more memory in {doing} than {self._task.settings.max_memory_bytes // 1_000_000:,} MB; "
                "raise max_memory_bytes in the configuration.",
            ) from error
        except Exception as error:
            # The border of the worker: whatever a hostile file brought up ends here.  Only the kind of the fault is
            # named, because its message may quote the document.
            raise HoldError(
                HoldCode.CRASHED,
                f"A fault of the software ({type(error).__name__}) stopped the {doing} of this file; no number was "
                "issued for it. Keep the file for the software's maintainers.",
            ) from error

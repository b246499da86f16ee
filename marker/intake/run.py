"""Documents worked on at once, reported in order: the one engine behind detect, convert, batch, watch and the queue."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marker import kernel
from marker.agreement.profile import Profile
from marker.errors import MarkerError, NotYetError
from marker.intake import publish
from marker.intake.desk import Desk, Lookup, Wish, Witness, no_witness
from marker.intake.isolate import Stopped, Workers
from marker.intake.order import Turnstile
from marker.intake.process import process
from marker.intake.sealing import open_sealer
from marker.intake.source import Candidate
from marker.intake.work import Task
from marker.intake.workspace import Workspace
from marker.model import FileReport
from marker.names import shown
from marker.register.records import CopyStatus, Recovered
from marker.settings import Settings

if TYPE_CHECKING:
    from marker.register.register import Register

_WINDOW = 32
"""Documents in flight per worker.  Numbers follow the order of the files, so what comes after a slow document is read,
and waits: where a page takes ten times as long as a letter, eight a worker left the other workers without work."""
_THREADS = 256
"""Where that would be more threads than this, ``_WINDOW_LEAST`` a worker have to do."""
_WINDOW_LEAST = 8

STOP_SECONDS = 7.0
"""What documents in work may still take once the run is asked to end; then their workers are killed."""


@contextlib.contextmanager
def open_desk(
    wish: Wish, profile: Profile, settings: Settings, lookup: Lookup, book: Register | None, **more: Any
) -> Iterator[Desk]:
    """A desk with its private folder and its worker processes, which end with it; ``more``: see :class:`Desk`."""
    kernel.one_heap()
    sealer = open_sealer(settings.seal_key if book is not None else "", profile)
    task = Task(wish.receiving, settings.agreement, settings, wish.passwords)
    with Workspace() as workspace, Workers(task, settings.jobs, workspace) as workers:
        yield Desk(wish, profile, settings, lookup, book, workers, workspace, sealer=sealer, **more)


def end_soon(desk: Desk) -> None:
    """Ask a run to end: nothing new is begun, numbered documents are finished, and after STOP_SECONDS workers die."""
    desk.stopped.set()
    timer = threading.Timer(STOP_SECONDS, desk.workers.stop)
    timer.daemon = True
    timer.start()


def run(
    candidates: Iterable[Candidate],
    desk: Desk,
    folder: Callable[[Candidate], Path],
    done: Callable[[Candidate, FileReport], FileReport] | None = None,
) -> Generator[tuple[Candidate, FileReport], None, None]:
    """Process every candidate and yield it with its report, in input order.

    ``done`` is called with each as soon as it is decided, in the thread that decided it, and may add to the report.
    A file that is not ready yet, at a patient desk, is passed over.

    Raises RegisterError when the register fails and DiskError when the desk is patient and a disk does; what is in hand
    is finished and yielded first.  Raises Stopped, after what was finished, when ``desk.stopped`` was set and something
    was left.  Closing the generator, as an interruption does, kills the workers; reserved numbers become void.
    """
    turnstile = Turnstile()

    def one(ticket: int, candidate: Candidate) -> tuple[Candidate, FileReport] | None:
        try:
            report = process(
                candidate,
                lambda: folder(candidate),
                desk,
                lambda: turnstile.wait(ticket),
                lambda: turnstile.release(ticket),
            )
            return candidate, done(candidate, report) if done is not None else report
        except NotYetError:
            return None
        finally:
            turnstile.release(ticket)

    jobs = desk.settings.jobs
    window = max(min(jobs * _WINDOW, _THREADS), jobs * _WINDOW_LEAST)
    pending: deque[Future[tuple[Candidate, FileReport] | None]] = deque()
    first: list[MarkerError | Stopped] = []

    def finished() -> Iterator[tuple[Candidate, FileReport]]:
        try:
            if (pair := pending.popleft().result()) is not None:
                yield pair
        except (MarkerError, Stopped) as error:
            desk.stopped.set()
            first.append(error)

    with ThreadPoolExecutor(max_workers=window, thread_name_prefix="document") as threads:
        try:
            for ticket, candidate in enumerate(candidates):
                if desk.stopped.is_set():
                    first.append(Stopped())
                    break
                pending.append(threads.submit(one, ticket, candidate))
                if len(pending) >= window:
                    yield from finished()
            while pending:
                yield from finished()
        except BaseException:
            desk.stopped.set()
            for future in pending:
                future.cancel()
            desk.workers.stop()
            raise
    if first:
        raise next((error for error in first if isinstance(error, MarkerError)), first[0])


def inspect(
    candidates: Iterable[Candidate],
    wish: Wish,
    profile: Profile,
    settings: Settings,
    lookup: Lookup,
    witness: Witness = no_witness,
) -> Generator[FileReport, None, None]:
    """Read and judge every candidate, write nothing, and yield the reports in input order."""

    def nowhere(candidate: Candidate) -> Path:
        raise AssertionError(f"a dry run has no output folder, yet one was asked for {shown(candidate.relative)}")

    with open_desk(wish, profile, settings, lookup, None, witness=witness) as desk:
        for _, report in run(candidates, desk, nowhere):
            yield report


def settle(register: Register, folder: Path) -> list[Recovered]:
    """Settle what a run that ended early left: its numbers, and its unfinished files below ``folder``."""
    recovered = register.recover()
    for one in recovered:
        if one.status is CopyStatus.VOID:
            _withdraw_annexes(register, one.copy_number)

    def settled(copy_number: str) -> bool:
        copy = register.copy(copy_number)
        return copy is not None and copy.status is not CopyStatus.RESERVED

    publish.sweep(folder, settled)
    return recovered


def _withdraw_annexes(register: Register, copy_number: str) -> None:
    """Remove the annexes of a copy that came to nothing: they were published before its letter was."""
    from marker.register import query
    from marker.register.recovery import file_sha256

    with register.reading() as connection:
        files = query.files_of(connection, copy_number)
    for file in files:
        with contextlib.suppress(OSError):
            if file_sha256(file.path) == file.sha256:
                Path(file.path).unlink()

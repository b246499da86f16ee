"""A pool of worker processes that may be killed at any moment without harm to one another.

Each worker has a pipe of its own, so one that dies while it answers cannot leave a lock or half a message behind for
the others, as it can where workers share a queue.  Time-outs are measured by the monotonic clock: a clock that is set
neither ends a document early nor lets one hang.  What a worker answers is unpickled by :class:`_Answers`, which makes
nothing but this package's records: a worker that a hostile file has taken over cannot run code in its parent.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import pickle
import queue
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import is_dataclass
from enum import Enum
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import Any, Final

from marker.errors import MarkerError
from marker.intake.server import prepare

TASKS_A_WORKER: Final = 200
"""A worker is replaced after so many pieces of work, so that what third-party libraries leak is given back."""
_LARGEST_ANSWER: Final = 1 << 28
"""Bytes.  Page pictures of one document take a tenth of it."""
_SPENT: Final = b"."
"""What a worker sends after its answer when it is to be ended."""
_END_SECONDS: Final = 5.0
"""How long a worker may take to die after SIGKILL (it may be waiting for a disk) before it is left to itself."""
_MODULES: Final = frozenset(
    (
        "marker.model", "marker.signatures", "marker.errors", "marker.intake.work", "marker.intake.labels",
        "marker.labels.read", "marker.records.pages", "marker.records.sheets",
    )
)  # fmt: skip


class WorkerDiedError(Exception):
    """The worker ended while it worked; ``signal_number`` is the signal that ended it, 0 where it was none."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number


class WorkerTimeoutError(Exception):
    """The work took longer than it may; its worker was killed."""


class WorkerFaultError(Exception):
    """The work raised something that is no error of this package; ``kind`` is the name of its class."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class PoolClosedError(Exception):
    """The pool was closed while the work waited or ran."""


class Pool:
    """At most ``size`` workers, started when there is work for them.  Safe to call from many threads."""

    def __init__(
        self,
        size: int,
        begin: Callable[..., None],
        arguments: Sequence[object],
        preload: Sequence[str] = (),
        spent: Callable[[], bool] | None = None,
    ) -> None:
        """``begin`` is called with ``arguments`` first in every worker; ``preload`` is imported once for all; a worker
        in which ``spent`` says so after a piece of work is ended."""
        prepare()
        # A fork server: workers start in milliseconds and inherit neither threads, locks nor the register's files.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))  # without effect where the server runs already
        self._life = (begin, tuple(arguments), spent)
        self._closed = threading.Event()
        self._alive: set[_Worker] = set()
        self._guard = threading.Lock()
        # Last in, first out: a pool that has little to do wakes few workers.
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)

    def run(self, work: Callable[..., Any], arguments: Sequence[object], seconds: float) -> Any:
        """Do one piece of work in a worker and return what it returned.

        Raises MarkerError as the work raised it, MemoryError, WorkerDiedError, WorkerTimeoutError, WorkerFaultError,
        PoolClosedError.
        """
        worker = self._idle.get()
        try:
            if self._closed.is_set():
                raise PoolClosedError
            if worker is None or not worker.ready():
                worker = self._replace(worker)
            kind, value, spent = worker.do(work, arguments, seconds)
            if spent:
                self._end(worker)
                worker = None
        except BaseException:
            if worker is not None:
                self._end(worker)
                worker = None
            if self._closed.is_set():
                raise PoolClosedError from None
            raise
        finally:
            self._idle.put(worker)
        if kind == "fault":
            raise WorkerFaultError(str(value))
        if isinstance(value, BaseException):
            raise value
        return value

    def close(self) -> None:
        """Kill all workers; calls that wait raise PoolClosedError.  Doing it twice is harmless."""
        self._closed.set()
        with self._guard:
            workers = list(self._alive)
        for worker in workers:
            worker.kill()
        for worker in workers:
            self._end(worker)

    def _replace(self, old: _Worker | None) -> _Worker:
        if old is not None:
            self._end(old)
        worker = _Worker(self._context.Process, self._context.Pipe, self._life)
        with self._guard:
            self._alive.add(worker)
        if self._closed.is_set():  # closed between the look and the start
            raise PoolClosedError
        return worker

    def _end(self, worker: _Worker) -> None:
        worker.end()
        with self._guard:
            self._alive.discard(worker)


class _Worker:
    """One worker process and the pipe to it."""

    def __init__(
        self,
        make_process: Callable[..., ForkServerProcess],
        make_pipe: Callable[[], tuple[Connection, Connection]],
        life: tuple[object, ...],
    ) -> None:
        self._pipe, theirs = make_pipe()
        self._process = make_process(target=_serve, args=(theirs, *life), daemon=True)
        self._left = TASKS_A_WORKER
        self._ending = threading.Lock()
        self._ended = False
        try:
            self._process.start()
        except (OSError, EOFError) as error:
            self._pipe.close()
            raise WorkerDiedError(0) from error
        finally:
            theirs.close()

    def ready(self) -> bool:
        return self._left > 0 and self._process.is_alive()

    def do(self, work: Callable[..., Any], arguments: Sequence[object], seconds: float) -> tuple[str, Any, bool]:
        self._left -= 1
        deadline = time.monotonic() + seconds
        try:
            self._pipe.send((work, tuple(arguments)))
            # The process is watched too: a child that it left behind may hold its end of the pipe open.
            done = wait([self._pipe, self._process.sentinel], max(0.0, deadline - time.monotonic()))
            if not done:
                raise WorkerTimeoutError
            if self._pipe in done or self._pipe.poll():
                kind, value = _Answers(io.BytesIO(self._pipe.recv_bytes(_LARGEST_ANSWER))).load()
                # One byte, and no longer than the rest of its time: it is a worker like any other that says so.
                if not self._pipe.poll(max(0.0, deadline - time.monotonic())):
                    raise WorkerTimeoutError
                return str(kind), value, self._pipe.recv_bytes(1) == _SPENT
        except (OSError, EOFError) as error:
            raise WorkerDiedError(self._signal()) from error
        except (pickle.UnpicklingError, ValueError, TypeError, AttributeError, ImportError, IndexError) as error:
            raise WorkerFaultError(type(error).__name__) from error
        raise WorkerDiedError(self._signal())

    def _signal(self) -> int:
        self._process.join(_END_SECONDS)
        code = self._process.exitcode
        return -code if code is not None and code < 0 else 0

    def kill(self) -> None:
        """The worker and every child in its session at once; it has nothing to save, and one that hangs listens to
        nothing less."""
        process = self._process.pid
        if process is not None and not self._ended:
            for end in (os.killpg, os.kill):
                with suppress(ProcessLookupError, PermissionError):
                    end(process, signal.SIGKILL)

    def end(self) -> None:
        with self._ending:
            if self._ended:
                return
            self.kill()
            self._process.join(_END_SECONDS)
            self._ended = True
            with suppress(OSError):
                self._pipe.close()
            with suppress(ValueError):  # it is still dying; the fork server reaps it
                self._process.close()


def _serve(
    pipe: Connection, begin: Callable[..., None], arguments: tuple[object, ...], spent: Callable[[], bool] | None
) -> None:
    """A worker's life: one piece of work after the other, until the pool goes away."""
    begin(*arguments)
    while True:
        try:
            work, given = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send_bytes(_answer(work, given))
        pipe.send_bytes(_SPENT if spent is not None and spent() else b"")


def _answer(work: Callable[..., Any], given: tuple[object, ...]) -> bytes:
    try:
        return pickle.dumps(("done", work(*given)))
    except (MarkerError, MemoryError) as error:
        # Without what led to it: a traceback may quote the document.
        error.__cause__ = error.__context__ = None
        return pickle.dumps(("raised", error))
    except Exception as error:  # noqa: BLE001  # the border: whatever a hostile file brought up ends here, nameless
        return pickle.dumps(("fault", type(error).__name__))


class _Answers(pickle.Unpickler):
    """Makes this package's records, choices and errors, and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("builtins", "MemoryError"):
            return MemoryError
        if module in _MODULES:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, (Enum, MarkerError))):
                return found
        raise pickle.UnpicklingError(f"a worker answered with {module}.{name}")

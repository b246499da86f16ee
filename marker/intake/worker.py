"""``marker worker``: takes documents from the queue until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from marker.agreement.profile import Profile
from marker.errors import DiskError, NotYetError, RegisterError
from marker.intake import publish, queue
from marker.intake.away import put_away, reported
from marker.intake.batch import REPORT, TABLE, Output, record_held
from marker.intake.desk import Desk, Wish, stays
from marker.intake.isolate import Stopped
from marker.intake.log import Log
from marker.intake.process import process
from marker.intake.report import OpenReports
from marker.intake.run import end_soon, open_desk
from marker.intake.shelves import CAPTURED, Shelves
from marker.intake.source import Candidate
from marker.intake.waiting import attempt
from marker.model import FileReport, HoldCode, PartyId
from marker.names import shown
from marker.register.register import Register
from marker.settings import Settings

_LONGEST_WAIT = 60


class LaterError(Exception):
    """The document is to be tried again later; nothing of it was issued."""


class Hand:
    """What one worker works with: a register, and a desk for each receiving Party it has met."""

    def __init__(
        self, profile: Profile, settings: Settings, register: Register, wish_for: Callable[[str], Wish], log: Log
    ) -> None:
        self._profile, self._settings, self._register = profile, settings, register
        self._wish_for = wish_for
        self._log = log
        self._desks: dict[PartyId, Desk] = {}
        self._shelves: dict[tuple[Path, Path], Shelves] = {}
        self._reports: dict[Path, OpenReports] = {}
        self._open = ExitStack()
        self._guard = threading.Lock()
        self.stopping = threading.Event()
        self.done = 0

    def close(self) -> None:
        self._open.close()
        self.report()
        for folder, reports in self._reports.items():
            if reports.left:
                self._log("unreported", "error", folder=folder, documents=reports.left)

    def stop(self) -> None:
        """Begin nothing new; finish or return what is in work."""
        self.stopping.set()
        for desk in list(self._desks.values()):
            end_soon(desk)

    def document(self, receiving: str, inbox: str, output: str, relative: str, moves: bool) -> None:
        """One job.  Raises LaterError."""
        place = queue.unpacked(relative)
        base, out = queue.unpacked(inbox), Output(queue.unpacked(output))
        candidate = Candidate(base / place, place)
        try:
            if self.stopping.is_set():
                raise Stopped
            desk = self._desk(receiving)
            out.expect("give 'batch --queue' or 'watch --queue' again where it is")
            out.prepare()
            shelves = self._shelves_of(base, out.folder) if moves else None
            if shelves is not None:
                shelves.recover(place)
            if not os.path.lexists(candidate.path):
                _expect(base, moves=moves)
                if not moves:
                    self._log("gone", "warning", path=candidate.path)
                return  # it was done under another job, or taken away
            report = self._work(candidate, desk, out, shelves)
        except (DiskError, NotYetError, RegisterError, Stopped) as error:
            if not isinstance(error, Stopped):
                self._log("later", "warning", path=candidate.path, problem=str(error))
            raise LaterError from None
        self._reports_of(out).keep(report)
        self._log(
            report.outcome.value, "warning" if report.hold else "info", path=report.path, register=report.register,
            reason=report.hold.code.value if report.hold else None,
            copies=tuple(copy.copy_number for copy in report.copies),
        )  # fmt: skip
        with self._guard:
            self.done += 1
        self.report()

    def report(self) -> None:
        """Write the lines of reports that are not written yet; those of a share that is away are kept."""
        with self._guard:
            waiting = [(folder, reports) for folder, reports in self._reports.items() if reports.left]
        for folder, reports in waiting:
            with contextlib.suppress(DiskError):
                Output(folder).expect("")
                reports.write()

    def _work(self, candidate: Candidate, desk: Desk, out: Output, shelves: Shelves | None) -> FileReport:
        there = replace(desk, rest=shelves.rest if shelves is not None else stays)
        report = process(candidate, lambda: out.copies_folder(candidate), there, lambda: None, lambda: None)
        fingerprint = attempt(there.wish, there.profile, there.settings)
        if shelves is None:
            return record_held(report, candidate, out, fingerprint)
        with reported(report, self._reports_of(out)):
            return put_away(candidate, report, out, shelves, fingerprint)

    def _desk(self, receiving: str) -> Desk:
        with self._guard:
            wish = self._wish_for(receiving)
            if wish.receiving not in self._desks:
                self._desks[wish.receiving] = self._open.enter_context(
                    open_desk(wish, self._profile, self._settings, self._register, self._register, patient=True)
                )
            return self._desks[wish.receiving]

    def _reports_of(self, out: Output) -> OpenReports:
        with self._guard:
            return self._reports.setdefault(out.folder, OpenReports(out.folder / REPORT, out.folder / TABLE))

    def _shelves_of(self, base: Path, output: Path) -> Shelves:
        with self._guard:
            return self._shelves.setdefault((base, output), Shelves(base, output))


def _expect(base: Path, *, moves: bool) -> None:
    """Raise DiskError where a file may be missing because the share with IN_DIR is away.

    A watcher has its own folder there; of a batch, which leaves nothing in IN_DIR, an empty one is taken for the bare
    mount point.
    """
    sign = base / CAPTURED if moves else base
    try:
        if sign.is_dir() and (moves or next(base.iterdir(), None)):
            return
    except OSError as error:
        raise publish.not_written(base, error) from error
    raise DiskError(
        HoldCode.UNSAFE_PATH,
        f"{shown(base)} is empty or not there; mount its share, and its documents are taken up by themselves.",
    )


async def work(hand: Hand, settings: Settings, *, once: bool) -> None:
    """Take documents until a signal comes, or, ``once``, until the queue is empty.  Raises RegisterError."""
    library = queue.procrastinate()
    from procrastinate import BaseRetryStrategy, RetryDecision

    class Patience(BaseRetryStrategy):
        def get_retry_decision(self, *, exception: BaseException, job: Any) -> RetryDecision | None:
            if isinstance(exception, LaterError):
                seconds = 0 if hand.stopping.is_set() else min(_LONGEST_WAIT, 2 ** min(job.attempts, 6))
                return RetryDecision(retry_in={"seconds": seconds})
            return None

    app = library.App(connector=library.PsycopgConnector(conninfo=queue.address(settings.register)))
    app.task(name=queue.TASK, retry=Patience())(hand.document)
    with queue.translated():
        async with app.open_async():
            worker = asyncio.create_task(
                app.run_worker_async(
                    wait=not once,
                    concurrency=settings.jobs,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    fetch_job_polling_interval=2,
                    update_heartbeat_interval=queue.HEARTBEAT,
                    stalled_worker_timeout=queue.STALLED,
                )
            )
            rescue = asyncio.create_task(_rescue(app, hand))
            loop = asyncio.get_running_loop()

            def stop() -> None:
                hand.stop()
                worker.cancel()

            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop)
            with contextlib.suppress(asyncio.CancelledError):
                await worker
            rescue.cancel()


async def _rescue(app: Any, hand: Hand) -> None:
    """Give the documents of workers that are gone to whoever comes, and write what a share that was away kept back."""
    while True:
        await asyncio.to_thread(hand.report)
        with contextlib.suppress(Exception):  # the next round tries again; the worker's own loop reports what is wrong
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=queue.STALLED):
                await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))
        await asyncio.sleep(queue.HEARTBEAT)

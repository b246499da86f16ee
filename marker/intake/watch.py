"""A folder that is watched for months: what is dropped there is stamped and put away, or held.

Polling and the register, not events: a folder on a share tells nobody what happens in it.  A document goes the same way
as in a batch; what is added here is when it may be taken, where it is put afterwards, and patience: a share, a disk or
a register that is gone stops nothing but the work, which goes on when it is back.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from marker.agreement.profile import Profile
from marker.errors import HoldError, MarkerError, RegisterError, UsageError
from marker.intake import publish, shelves, waiting
from marker.intake.away import put_away, reported, sign_of
from marker.intake.batch import HELD, MARKED, REPORT, TABLE, Output
from marker.intake.desk import Desk, Wish
from marker.intake.isolate import Stopped
from marker.intake.lock import FolderLock
from marker.intake.log import Log
from marker.intake.look import Lookout
from marker.intake.queue import Sender
from marker.intake.report import OpenReports
from marker.intake.run import end_soon, open_desk, run, settle
from marker.intake.shelves import Shelves
from marker.intake.source import Candidate
from marker.intake.status import Status
from marker.model import FileReport
from marker.names import shown
from marker.register.register import Register
from marker.settings import Settings

ROUND = 500
"""Files named at a time: what waits beyond them is neither listed in memory nor forgotten."""
_LONGEST_WAIT = 60.0
"""Seconds between two tries while a share, a disk or the register is gone."""
_STATUS_SECONDS = 5.0
_SEND_AGAIN = 600.0
"""Seconds after which files that are still there are queued again."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a watcher is for."""

    received: Path
    output: Output
    wish: Wish
    profile: Profile
    settings: Settings
    open_register: Callable[[], Register]


class Watcher:
    """One watcher of one folder; :meth:`work` is its life, :meth:`stop` ends it from a signal handler or a thread."""

    def __init__(self, errand: Errand, log: Log, tell: Callable[[FileReport], None]) -> None:
        """``tell`` is called with each report, in the thread that calls :meth:`work`."""
        self._errand = errand
        self._log = log
        self._tell = tell
        self._stopping = threading.Event()
        self._desk: Desk | None = None
        self._lookout = Lookout(errand.received, errand.settings.settle)
        self._shelves = Shelves(errand.received, errand.output.folder)
        self._reports = OpenReports(errand.output.folder / REPORT, errand.output.folder / TABLE)
        self._fingerprint = waiting.attempt(errand.wish, errand.profile, errand.settings)
        self.status = Status.begin(errand.wish.receiving, errand.received)
        self._written = 0.0
        self._retried = False
        self._worked = False

    def stop(self) -> None:
        """Begin nothing new; finish or return what is in work within ten seconds."""
        self._stopping.set()
        if (desk := self._desk) is not None:
            end_soon(desk)

    def work(self, *, once: bool = False) -> None:
        """Watch until :meth:`stop`, or, ``once``, until everything that has settled is worked off.

        Raises UsageError when another watcher is at work in one of the folders, or they cannot be used; with ``once``
        also RegisterError and DiskError, which otherwise are waited out.
        """
        # Asking whether a file is open for writing may bring this signal, whose default is death.
        with contextlib.suppress(ValueError):  # not in the main thread: the caller is a test
            signal.signal(signal.SIGIO, signal.SIG_IGN)
        self._log("watching", folder=self._errand.received, output=self._errand.output.folder)
        try:
            self._sessions(once=once)
        finally:
            if self._reports.left:
                self._log("unreported", "error", documents=self._reports.left)
        self.status.state = "stopped"
        with contextlib.suppress(HoldError):
            self._write_status(always=True)
        self._log("stopped", stamped=self.status.stamped, held=self.status.held)

    def _sessions(self, *, once: bool) -> None:
        wait = self._errand.settings.interval
        while not self._stopping.is_set():
            try:
                if self._session(once=once):
                    break
            except (RegisterError, HoldError, UsageError) as error:
                # What is wrong at the start is for a person to mend; what goes wrong later mostly comes back.
                if once or (isinstance(error, UsageError) and self.status.last_look_at is None):
                    raise
                wait = self._trouble(error, wait)
            else:
                wait = self._errand.settings.interval

    # ── one session: from opening the register to its end or its loss ───────────────────────────────────────────────

    def _session(self, *, once: bool) -> bool:
        """Work until the end (True) or until something fails, which is raised."""
        errand = self._errand
        output = errand.output
        own = self._prepare()
        with (
            FolderLock(own / shelves.LOCK) as ours,
            output.lock() as theirs,
            errand.open_register() as register,
            open_desk(
                errand.wish, errand.profile, errand.settings, register, register, rest=self._shelves.rest, patient=True
            ) as desk,
        ):
            self._desk = desk
            if self._stopping.is_set():
                desk.stopped.set()
            try:
                self._remember(own)
                self._write_status(always=True)
                self._recover(register)
                self._reports.write()
                present = _Present(ours, theirs)
                if not self._retried:
                    self._round(self._held_before(), desk, present)
                    self._retried = True
                self._rounds(desk, present, once=once)
            except Stopped:
                pass
            finally:
                self._desk = None
        return True

    def _prepare(self) -> Path:
        """Make what is needed in both folders; the watcher's own folder.

        An OUT_DIR that was there before is not made anew: its share may be away, and what is put onto the bare mount
        point vanishes under the share when it comes back.  Raises DiskError, UsageError, HoldError(unsafe-path).
        """
        received, output = self._errand.received, self._errand.output
        try:
            own = shelves.own_folder(received)
            note = own / shelves.OUTPUT
            known = note.read_bytes() if note.exists() else b""
        except OSError as error:
            raise publish.not_written(received, error) from error
        if self._worked or known == os.fsencode(output.folder.absolute()):
            output.expect(f"remove {shown(note)} where a new one is meant")
        output.prepare()
        return own

    def _remember(self, own: Path) -> None:
        """Keep which OUT_DIR belongs to this folder.  Raises DiskError."""
        note, place = own / shelves.OUTPUT, os.fsencode(self._errand.output.folder.absolute())
        try:
            if not note.exists() or note.read_bytes() != place:
                publish.write_whole(note, place)
        except OSError as error:
            raise publish.not_written(note, error) from error
        self._worked = True

    def _recover(self, register: Register) -> None:
        for number in settle(register, self._errand.output.folder / MARKED):
            self._log("settled", copy=number.copy_number, status=number.status.value, reason=number.reason)
        for path in self._shelves.recover():
            self._log("returned", path=path)

    def _rounds(self, desk: Desk | None, present: _Present, *, once: bool) -> None:
        settings = self._errand.settings
        # One look sees what is there, a second one whether it has stood still: it must begin so long after the end of
        # the first one, however long the share took to list.
        enough = math.inf
        while not self._stopping.is_set():
            present.check()
            begun = time.monotonic()
            view = self._lookout.look(ROUND)
            self.status.looked(view)
            if view.ripe:
                self.status.state, self.status.problem = "working", None
                self._write_status(always=True)
                if self._round([one for one in view.ripe if not self._left_before(one)], desk, present):
                    continue
                if once:
                    return  # what is ripe is in the hands of another run
            if once and begun >= enough:
                return
            enough = min(enough, time.monotonic() + settings.settle)
            self.status.state, self.status.problem = "idle", None
            self._write_status()
            self._stopping.wait(min(settings.interval, settings.settle) if once else settings.interval)

    def _round(self, candidates: Iterable[Candidate], desk: Desk | None, present: _Present) -> bool:
        """Work off some files; whether anything came of it."""
        assert desk is not None  # noqa: S101  # only a watcher that stamps nothing has none

        def folder(candidate: Candidate) -> Path:
            present.check()
            return self._errand.output.copies_folder(candidate)

        def finish(candidate: Candidate, report: FileReport) -> FileReport:
            with reported(report, self._reports):
                present.check()
                finished = put_away(candidate, report, self._errand.output, self._shelves, self._fingerprint)
            if report.hold is not None and not shelves.is_regular(candidate.path):
                self._lookout.leave(candidate)  # a link or a pipe stays where it is
            return finished

        came = False
        failed: HoldError | None = None
        with contextlib.closing(run(candidates, desk, folder, finish)) as running:
            try:
                for _candidate, report in running:
                    came = True
                    self._told(report)
                    try:
                        present.output.check()
                        self._reports.write()
                        self._write_status()
                    except HoldError as error:
                        # What is in work has been put away or is about to be: it is still told of.
                        failed = failed or error
                        desk.stopped.set()
            except Stopped:
                if failed is None:
                    raise
        if failed is not None:
            raise failed
        return came

    def _told(self, report: FileReport) -> None:
        self.status.count(report)
        self._tell(report)
        self._log(
            report.outcome.value,
            "warning" if report.hold else "info",
            path=report.path,
            reason=report.hold.code.value if report.hold else None,
            register=report.register,
            copies=tuple(copy.copy_number for copy in report.copies),
        )
        self._reports.keep(report)

    # ── where files go ──────────────────────────────────────────────────────────────────────────────────────────────

    def _left_before(self, candidate: Candidate) -> bool:
        """Whether an earlier run has told of a link, a pipe or the like that still stands there unchanged."""
        if shelves.is_regular(candidate.path):
            return False
        record = waiting.read(self._errand.output.held_record(candidate.relative)) or {}
        if record.get("attempt") != self._fingerprint or record.get("left") != sign_of(candidate):
            return False
        self._lookout.leave(candidate)
        return True

    def _held_before(self) -> Iterable[Candidate]:
        """Held files worth another try, because the version, the profile or a setting has changed."""
        held = self._errand.output.folder.absolute() / HELD
        for record in waiting.outdated(held, self._fingerprint):
            value = waiting.read(record) or {}
            kept = Path(os.fsdecode(unquote_to_bytes(str(value.get("kept", "")))))
            if not value.get("kept") or kept.is_absolute() or os.pardir in kept.parts:
                continue
            if os.path.lexists(held / kept):
                yield Candidate(held / kept, kept)
            else:
                waiting.remove(record)  # a person took the file away

    # ── trouble and status ──────────────────────────────────────────────────────────────────────────────────────────

    def _trouble(self, error: MarkerError, wait: float) -> float:
        """Say what is gone, wait, and return how long to wait the next time."""
        if str(error) != self.status.problem:
            self._log("waiting", "error", problem=str(error))
        self.status.state, self.status.problem = "waiting", str(error)
        with contextlib.suppress(HoldError):
            self._write_status(always=True)
        self._stopping.wait(wait)
        return min(wait * 2, _LONGEST_WAIT)

    def _write_status(self, *, always: bool = False) -> None:
        if always or time.monotonic() - self._written > _STATUS_SECONDS:
            if self._stopping.is_set() and self.status.state not in {"stopped", "waiting"}:
                self.status.state = "stopping"
            self.status.write(self._errand.output.folder)
            self._written = time.monotonic()


class QueueWatcher(Watcher):
    """A watcher that stamps nothing: it puts what has settled on the queue, for the workers of all machines."""

    def _session(self, *, once: bool) -> bool:
        errand = self._errand
        own = self._prepare()
        with errand.open_register() as register:
            register.recover()
        with (
            FolderLock(own / shelves.LOCK) as ours,
            errand.output.lock() as theirs,
            Sender(
                errand.settings.register, errand.wish.receiving, errand.received, errand.output.folder, moves=True
            ) as sender,
        ):  # fmt: skip
            self._sender = sender
            self._remember(own)
            self._rounds(None, _Present(ours, theirs), once=once)
        return True

    def _round(self, candidates: Iterable[Candidate], desk: Desk | None, present: _Present) -> bool:
        there = list(candidates)
        count = self._sender.send(there)
        if count:
            self._log("queued", documents=count)
        for candidate in there:
            self._lookout.leave(candidate)
        if time.monotonic() - self._sent > _SEND_AGAIN:
            # What a worker gave up, or a lost job, is queued once more; what is queued already is not.
            self._lookout.name_again()
            self._sent = time.monotonic()
        return bool(there)

    _sender: Sender
    _sent = 0.0


class _Present:
    """Whether both folders are still those that were locked, and not the bare mount points of shares that are gone."""

    def __init__(self, received: FolderLock, output: FolderLock) -> None:
        self._received = received
        self.output = output

    def check(self) -> None:
        """Raises DiskError."""
        self._received.check()
        self.output.check()

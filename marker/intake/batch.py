"""A folder of received documents, worked off in parallel and reported in order.

OUT_DIR gets ``marked/`` (stamped copies, sub-folders kept), ``held/`` (one record per held file), ``report.jsonl`` and
``report.csv``.  Sources are never touched.  A second run does only what is new: registered bytes are known by the
register, held files by their record as long as version, settings and stated marking are the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import marker
from marker.agreement.profile import Profile
from marker.errors import ExitStatus, HoldError, UsageError
from marker.intake import publish
from marker.intake.desk import Desk, Lookup, Recall, Stopped, Wish, Witness, no_recall, no_witness
from marker.intake.isolate import Workers
from marker.intake.order import InWork, Turnstile
from marker.intake.process import process
from marker.intake.report import from_json, to_csv, to_json
from marker.intake.source import Candidate
from marker.intake.work import Task
from marker.intake.workspace import Workspace
from marker.model import FileReport, Outcome
from marker.names import shown
from marker.register.records import CopyStatus, Recovered
from marker.register.register import Register
from marker.settings import Settings

MARKED = "marked"
HELD = "held"
REPORT = "report.jsonl"
TABLE = "report.csv"

_WINDOW = 8
"""Documents in flight per worker: enough that one slow document does not idle the others while numbers wait."""


@dataclass(frozen=True, slots=True)
class Output:
    """OUT_DIR of a batch."""

    folder: Path

    def prepare(self) -> None:
        """Make OUT_DIR and the folders that are always there.  Raises HoldError(unsafe-path)."""
        publish.make_folder(self.folder, Path())
        for name in (MARKED, HELD):
            publish.make_folder(self.folder, Path(name))

    def copies_folder(self, candidate: Candidate) -> Path:
        """The folder below ``marked/`` for a file's copies, made if need be.  Raises HoldError(unsafe-path)."""
        return publish.make_folder(self.folder / MARKED, candidate.relative.parent)

    def held_record(self, candidate: Candidate) -> Path:
        return publish.held_record_path(self.folder / HELD / candidate.relative.parent, candidate.relative.name)


def check_folders(source: Path, output: Path) -> None:
    """Raise UsageError when IN_DIR is no folder, or one of the two lies inside the other.  Writes nothing."""
    if not source.is_dir():
        raise UsageError(f"{shown(source)} is not a folder.", remedy="Name the folder of received documents first.")
    inside, outside = source.resolve(), output.resolve()
    if inside == outside or inside in outside.parents or outside in inside.parents:
        raise UsageError(
            "The output folder and the folder of received documents must not lie inside one another.",
            remedy="Choose an output folder elsewhere, so that copies are never taken for received documents.",
        )
    if output.exists() and not output.is_dir():
        raise UsageError(f"{shown(output)} is not a folder.", remedy="Choose another output folder.")


def run(
    candidates: Iterable[Candidate],
    wish: Wish,
    profile: Profile,
    settings: Settings,
    lookup: Lookup,
    book: Register | None,
    folder: Callable[[Candidate], Path],
    recall: Recall = no_recall,
    witness: Witness = no_witness,
) -> Generator[FileReport, None, None]:
    """Process every candidate and yield the reports in input order; without a ``book``, a dry run.

    Raises RegisterError when the register fails; what is in hand then ends first.  Closing the generator, as an
    interruption does, stops the workers; reserved numbers are voided with their reason.
    """
    stopped = threading.Event()
    turnstile = Turnstile()
    task = Task(wish.receiving, settings.agreement, settings, wish.passwords)
    with Workspace() as workspace, Workers(task, settings.jobs) as workers:
        desk = Desk(wish, profile, settings, lookup, book, workers, workspace, InWork(), stopped, recall, witness)

        def one(ticket: int, candidate: Candidate) -> FileReport:
            try:
                return process(
                    candidate,
                    lambda: folder(candidate),
                    desk,
                    lambda: turnstile.wait(ticket),
                    lambda: turnstile.release(ticket),
                )
            finally:
                turnstile.release(ticket)

        window = settings.jobs * _WINDOW
        with ThreadPoolExecutor(max_workers=window, thread_name_prefix="document") as threads:
            pending: deque[Future[FileReport]] = deque()
            try:
                for ticket, candidate in enumerate(candidates):
                    pending.append(threads.submit(one, ticket, candidate))
                    if len(pending) >= window:
                        yield pending.popleft().result()
                while pending:
                    yield pending.popleft().result()
            except BaseException:
                stopped.set()
                for future in pending:
                    future.cancel()
                workers.stop()
                raise


@contextlib.contextmanager
def desk_of(wish: Wish, profile: Profile, settings: Settings, register: Register) -> Iterator[Desk]:
    """A desk for one document, with one worker process."""
    task = Task(wish.receiving, settings.agreement, settings, wish.passwords)
    with Workspace() as workspace, Workers(task, 1) as workers:
        yield Desk(
            wish, profile, settings, register, register, workers, workspace, InWork(), threading.Event(), no_recall,
            no_witness,
        )  # fmt: skip


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

    return run(candidates, wish, profile, settings, lookup, None, nowhere, witness=witness)


def batch(
    candidates: Iterable[Candidate],
    wish: Wish,
    profile: Profile,
    settings: Settings,
    register: Register,
    output: Output,
    seen: Callable[[FileReport], None],
) -> list[FileReport]:
    """Run a folder and write reports and held records.  ``seen`` is called with each report as it is ready.

    Returns the reports in input order.  Raises RegisterError, or KeyboardInterrupt after what was finished has been
    reported.
    """
    fingerprint = attempt(wish, profile, settings)
    reports: list[FileReport] = []
    order: list[Candidate] = []

    def listed() -> Iterator[Candidate]:
        for candidate in candidates:
            order.append(candidate)
            yield candidate

    def recall(candidate: Candidate, sha256: str) -> FileReport | None:
        return _recall(output.held_record(candidate), sha256, fingerprint)

    running = run(listed(), wish, profile, settings, register, register, output.copies_folder, recall)
    try:
        with contextlib.closing(running):
            for report in running:
                finished = _record(report, order[len(reports)], output, fingerprint)
                reports.append(finished)
                seen(finished)
    except Stopped:
        raise KeyboardInterrupt from None
    finally:
        _write_reports(reports, output)
    return reports


def attempt(wish: Wish, profile: Profile, settings: Settings) -> str:
    """A fingerprint of what could make a held file come out otherwise: version, profile, settings, stated marking."""
    relevant = asdict(replace(settings, jobs=1, register="", operator="", clearance=""))
    asked = {
        "receiving": wish.receiving, "marking": wish.marking, "consent": wish.consent,
        "passwords": wish.passwords.version,
    }  # fmt: skip
    text = json.dumps([marker.__version__, profile.sha256, relevant, asked], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _recall(record: Path, sha256: str, fingerprint: str) -> FileReport | None:
    try:
        value = json.loads(record.read_bytes())
        if value["attempt"] == fingerprint and value["file"]["sha256"] == sha256:
            return from_json(value["file"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no record, or not one of ours: read the file again
    return None


def _record(report: FileReport, candidate: Candidate, output: Output, fingerprint: str) -> FileReport:
    """Write the held record, or remove the one of an earlier run that no longer holds."""
    record = output.held_record(candidate)
    if report.outcome is not Outcome.HELD:
        with contextlib.suppress(OSError):
            record.unlink(missing_ok=True)
        return report
    try:
        publish.make_folder(output.folder / HELD, candidate.relative.parent)
        publish.write_json(record, {"attempt": fingerprint, "file": to_json(report, with_copies=False)})
    except HoldError as error:
        # The report still tells; a record that cannot be written must not hide the hold itself.
        return replace(report, notes=(*report.notes, str(error)))
    return report


def _write_reports(reports: list[FileReport], output: Output) -> None:
    lines = "".join(json.dumps(to_json(r, with_copies=True), ensure_ascii=False) + "\n" for r in reports)
    publish.write_whole(output.folder / REPORT, lines.encode())
    publish.write_whole(output.folder / TABLE, ("\ufeff" + to_csv(reports)).encode())


def settle(register: Register, folder: Path) -> list[Recovered]:
    """Settle what a run that ended early left: its numbers, and its unfinished files below ``folder``."""
    recovered = register.recover()

    def settled(copy_number: str) -> bool:
        copy = register.copy(copy_number)
        return copy is not None and copy.status is not CopyStatus.RESERVED

    publish.sweep(folder, settled)
    return recovered


def exit_status(reports: Iterable[FileReport]) -> ExitStatus:
    """3 when any file was held, else 0."""
    return ExitStatus.HELD if any(r.outcome is Outcome.HELD for r in reports) else ExitStatus.DONE

"""A folder of received documents, worked off in parallel and reported in order.

OUT_DIR gets ``marked/`` (stamped copies, sub-folders kept), ``held/`` (one record per held file), ``report.jsonl`` and
``report.csv``.  Sources are never touched.  A second run does only what is new: registered bytes are known by the
register, held files by their record as long as version, settings and stated marking are the same.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from marker.agreement.profile import Profile
from marker.errors import DiskError, ExitStatus, HoldError, UsageError
from marker.intake import publish, waiting
from marker.intake.desk import Wish
from marker.intake.isolate import Stopped
from marker.intake.lock import FolderLock
from marker.intake.report import ReportFiles
from marker.intake.run import open_desk, run
from marker.intake.source import Candidate
from marker.model import FileReport, HoldCode, Outcome
from marker.names import shown
from marker.settings import Settings

if TYPE_CHECKING:
    from marker.register.register import Register

MARKED = "marked"
HELD = "held"
REPORT = "report.jsonl"
TABLE = "report.csv"
LOCK = ".marker.lock"


@dataclass(frozen=True, slots=True)
class Output:
    """OUT_DIR of a batch or a watcher."""

    folder: Path

    def prepare(self) -> None:
        """Make OUT_DIR and the folders that are always there.  Raises UsageError where it cannot be used, DiskError."""
        try:
            for name in ("", MARKED, HELD):
                publish.make_folder(self.folder, Path(name))
        except DiskError:
            raise
        except HoldError as error:
            raise UsageError(str(error)) from error

    def expect(self, otherwise: str) -> None:
        """Raise DiskError where OUT_DIR bears no sign of an earlier run; ``otherwise``: what to do when none was."""
        if not os.path.lexists(self.folder / LOCK):
            raise DiskError(
                HoldCode.STAMP_FAILED,
                f"{shown(self.folder)} is not the folder that copies were put into before; mount its share, or "
                f"{otherwise}.",
            )

    def lock(self) -> FolderLock:
        """One run at a time writes reports and held records here.  Raises UsageError when another one does."""
        return FolderLock(self.folder / LOCK)

    def copies_folder(self, candidate: Candidate) -> Path:
        """The folder below ``marked/`` for a file's copies, made if need be.  Raises HoldError(unsafe-path)."""
        return publish.make_folder(self.folder / MARKED, candidate.relative.parent, there=True)

    def held_record(self, relative: Path) -> Path:
        """Where the record of a held file stands; ``relative``: its path below IN_DIR, or below ``held/``."""
        return publish.held_record_path(self.folder / HELD / relative.parent, relative.name)


def check_folders(source: Path, output: Path) -> None:
    """Raise UsageError when IN_DIR is no folder, or one of the two lies inside the other.  Writes nothing."""
    if not source.is_dir():
        raise UsageError(f"{shown(source)} is not a folder.", remedy="Name the folder of received documents first.")
    inside, outside = source.resolve(), output.resolve()
    if inside == outside or inside in outside.parents or outside in inside.parents or _same_place(inside, outside):
        raise UsageError(
            "The output folder and the folder of received documents must not lie inside one another.",
            remedy="Choose an output folder elsewhere, so that copies are never taken for received documents.",
        )
    if output.exists() and not output.is_dir():
        raise UsageError(f"{shown(output)} is not a folder.", remedy="Choose another output folder.")


def _same_place(inside: Path, outside: Path) -> bool:
    """Whether one lies inside the other under another name, as a share that is mounted twice does."""
    with contextlib.suppress(OSError):
        source = inside.stat()
        known = [path.stat() for path in (outside, *outside.parents) if path.exists()]
        target = known[0] if outside.exists() else None
        above = [path.stat() for path in inside.parents]
        same = [(one.st_dev, one.st_ino) for one in known]
        if (source.st_dev, source.st_ino) in same:
            return True
        return target is not None and (target.st_dev, target.st_ino) in [(one.st_dev, one.st_ino) for one in above]
    return False


def batch(
    candidates: Iterable[Candidate],
    wish: Wish,
    profile: Profile,
    settings: Settings,
    register: Register,
    output: Output,
    lock: FolderLock,
) -> Generator[FileReport, None, None]:
    """Run a folder, write reports and held records, and yield the reports in input order; none is kept.

    ``lock`` is the output's: nothing is put into another folder that has taken its place.

    Raises RegisterError, or KeyboardInterrupt after what was finished has been reported.
    """
    fingerprint = waiting.attempt(wish, profile, settings)

    def recall(candidate: Candidate, sha256: str) -> FileReport | None:
        return waiting.recall(output.held_record(candidate.relative), sha256, fingerprint)

    def folder(candidate: Candidate) -> Path:
        lock.check()
        return output.copies_folder(candidate)

    with (
        ReportFiles(output.folder / REPORT, output.folder / TABLE) as files,
        open_desk(wish, profile, settings, register, register, recall=recall) as desk,
        contextlib.closing(run(candidates, desk, folder)) as running,
    ):
        try:
            for candidate, report in running:
                recorded = record_held(report, candidate, output, fingerprint)
                files.add(recorded)
                yield recorded
        except Stopped:
            raise KeyboardInterrupt from None


def record_held(report: FileReport, candidate: Candidate, output: Output, fingerprint: str) -> FileReport:
    """Write the held record, or remove the one of an earlier run that no longer holds."""
    record = output.held_record(candidate.relative)
    if report.outcome is not Outcome.HELD:
        waiting.remove(record)
        return report
    try:
        publish.make_folder(output.folder / HELD, candidate.relative.parent, there=True)
        waiting.write(record, report, fingerprint)
    except HoldError as error:
        # The report still tells; a record that cannot be written must not hide the hold itself.
        return replace(report, notes=(*report.notes, str(error)))
    return report


def exit_status(outcomes: Iterable[Outcome]) -> ExitStatus:
    """3 when any file was held, else 0."""
    return ExitStatus.HELD if Outcome.HELD in outcomes else ExitStatus.DONE

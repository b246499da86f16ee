"""What becomes of a held file once a person has decided: released to the normal path, or rejected and put aside."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

from marker.agreement.profile import Profile
from marker.errors import HoldError, UsageError
from marker.intake import publish, waiting
from marker.intake.batch import HELD, Output
from marker.intake.desk import Wish, stays
from marker.intake.run import open_desk, run
from marker.intake.shelves import REJECTED, Shelves
from marker.intake.source import Candidate
from marker.model import FileReport, HoldCode, Outcome
from marker.names import shown
from marker.register.records import HeldFile
from marker.register.register import Register
from marker.settings import Settings


class HeldPlace:
    """Where a held file lies: on a watcher's shelf ``held/``, from which it is moved on, or where it was received."""

    def __init__(self, file: HeldFile) -> None:
        path = Path(file.name)
        self.candidate = Candidate(path, Path(path.name))
        self.output: Output | None = None
        record = publish.held_record_path(path.parent, path.name)
        told = str((waiting.read(record) or {}).get("kept") or "")
        kept = Path(os.fsdecode(unquote_to_bytes(told)))
        # Believed only where the file lies exactly there: the record is a file that anyone might have put there.
        if told and not kept.is_absolute() and os.pardir not in kept.parts:
            shelved = Candidate(path, kept)
            if path.parts[-len(kept.parts) :] == kept.parts and shelved.base.name == HELD:
                self.candidate, self.output = shelved, Output(shelved.base.parent)

    @property
    def record(self) -> Path | None:
        return self.output.held_record(self.candidate.relative) if self.output is not None else None


def release(
    file: HeldFile, wish: Wish, profile: Profile, settings: Settings, register: Register, folder: Path | None
) -> Iterator[FileReport]:
    """Take a held file the normal way with the stated marking; copies go to ``folder``, or to a watcher's ``marked/``.

    Raises UsageError when the file could not be read when it was held; RegisterError.
    """
    if file.sha256 is None:
        raise UsageError(f"{file.name} could not be read when it was held.", remedy="Mend that and hand it in again.")
    place = HeldPlace(file)
    output = place.output
    shelves = Shelves(output.folder / HELD, output.folder) if output is not None else None

    def same(_candidate: Candidate, sha256: str) -> None:
        if sha256 != file.sha256:
            raise HoldError(
                HoldCode.UNSAFE_PATH,
                "The file is no longer the one that was held; hand it in again to have it read first.",
            )

    def copies(candidate: Candidate) -> Path:
        if folder is None and output is not None:
            return output.copies_folder(candidate)
        return publish.make_folder(folder or Path(), Path())

    def done(candidate: Candidate, report: FileReport) -> FileReport:
        if shelves is None or place.record is None or report.outcome is Outcome.HELD:
            return report
        lies = shelves.put(candidate, report.outcome, report.sha256)
        waiting.remove(place.record)
        return replace(report, notes=(*report.notes, f"The received file lies at {shown(lies)}."))

    rest = shelves.rest if shelves is not None else stays
    with open_desk(wish, profile, settings, register, register, recall=same, rest=rest) as desk:
        for _, report in run([place.candidate], desk, copies, done):
            yield report


def reject(file: HeldFile, reason: str, register: Register, say: Callable[[Path], None]) -> None:
    """Move a held file that a watcher put aside to ``rejected/``, its record with it, and enter the decision.

    A file that lies where it was received stays there.  ``say`` is told where the file lies.  Raises RegisterError,
    DiskError.
    """
    place = HeldPlace(file)
    lies = place.candidate.path
    if place.output is not None and place.record is not None and os.path.lexists(lies):
        shelves = Shelves(place.output.folder / HELD, place.output.folder)
        lies = shelves.put_on(REJECTED, place.candidate, file.sha256)
        place.record.replace(publish.held_record_path(lies.parent, lies.name))
    register.rejected(file, reason)
    say(lies)

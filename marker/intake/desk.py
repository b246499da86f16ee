"""What every document of a run is worked with: what was asked for, and the rooms and limits that do it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from marker.agreement.profile import Profile
from marker.intake.isolate import Workers
from marker.intake.order import InWork
from marker.intake.source import Candidate, Snapshot
from marker.intake.workspace import Workspace
from marker.model import FileReport, MarkingId, Outcome, PartyId
from marker.passwords import NO_PASSWORDS, Passwords
from marker.register.records import CopyRecord, DocumentRecord
from marker.settings import Settings

if TYPE_CHECKING:
    from marker.register.register import Register
    from marker.register.signing import Signer


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator asked for, the same for every file of a run."""

    receiving: PartyId
    recipients: tuple[str | None, ...] = (None,)
    """One copy each; None is a copy whose holder is not stated yet."""
    sender_ref: str | None = None
    sender_date: str | None = None
    purpose: str | None = None
    consent: str | None = None
    marking: MarkingId | None = None
    reason: str | None = None
    released: bool = False
    """A person looked into a held file and releases it with the stated marking (rules 8 and 10)."""
    again: bool = False
    passwords: Passwords = NO_PASSWORDS
    """Tried on files that open only with a password."""


class Lookup(Protocol):
    """What a document may ask the register before anything is written."""

    def find(self, sha256: str, party: PartyId) -> DocumentRecord | None: ...
    def copy(self, copy_number: str) -> CopyRecord | None: ...
    def copy_by_sha256(self, sha256: str) -> CopyRecord | None: ...
    def copies_of(self, register_number: str) -> Sequence[CopyRecord]: ...
    def document(self, register_number: str) -> DocumentRecord | None: ...


class EmptyLookup:
    """Stands for a register that does not exist yet."""

    def find(self, sha256: str, party: PartyId) -> DocumentRecord | None:
        return None

    def copy(self, copy_number: str) -> CopyRecord | None:
        return None

    def copy_by_sha256(self, sha256: str) -> CopyRecord | None:
        return None

    def copies_of(self, register_number: str) -> Sequence[CopyRecord]:
        return ()

    def document(self, register_number: str) -> DocumentRecord | None:
        return None


class CopiesOnly(EmptyLookup):
    """Knows our own copies and nothing else, so that a registered document is read like any other."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def copy(self, copy_number: str) -> CopyRecord | None:
        return self._lookup.copy(copy_number)

    def copy_by_sha256(self, sha256: str) -> CopyRecord | None:
        return self._lookup.copy_by_sha256(sha256)

    def document(self, register_number: str) -> DocumentRecord | None:
        return self._lookup.document(register_number)


Recall = Callable[[Candidate, str], FileReport | None]
"""Asked with a file and its SHA-256: the report of an earlier run that still holds, because nothing has changed."""


Witness = Callable[[FileReport, Snapshot, Workers], None]
"""Called with what was read of a file while its snapshot is still there."""


def no_witness(_report: FileReport, _snapshot: Snapshot, _workers: Workers) -> None:
    """Nobody looks on."""


Rest = Callable[[Candidate, Outcome], Path]
"""Where a file lies once its outcome is known: where the register says that it is."""


def stays(candidate: Candidate, _outcome: Outcome) -> Path:
    """Sources are never touched."""
    return candidate.path.absolute()


def no_recall(_candidate: Candidate, _sha256: str) -> FileReport | None:
    """Nothing is remembered: every file is read."""
    return None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a document is worked with: shared by all documents of a run."""

    wish: Wish
    profile: Profile
    settings: Settings
    lookup: Lookup
    book: Register | None
    """The register to write in; None in a dry run, which draws no number and writes nothing."""
    workers: Workers
    workspace: Workspace
    recall: Recall = no_recall
    witness: Witness = no_witness
    rest: Rest = stays
    sealer: Signer | None = None
    """The key that seals copies; it stays in this process, which opens no received file."""
    patient: bool = False
    """Raise DiskError and NotYetError instead of holding the file for them: a watcher comes back to it."""
    in_work: InWork = field(default_factory=InWork)
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set when the run is to end: documents without a number are left alone, the others are finished."""

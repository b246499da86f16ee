"""What goes into the register and what comes out of it: frozen records, and the two refusals with a record in them.

Times are text, UTC, ISO 8601 with microseconds and ``Z`` (``2026-11-22T09:30:00.000000Z``), so that they sort as they
follow each other; dates are local, ISO 8601 (``2026-11-22``).  Hashes are SHA-256 in lower-case hexadecimal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from marker.errors import RegisterError
from marker.model import HoldCode, LevelId, MarkingId, PartyId


class DocumentStatus(StrEnum):
    """What a register number stands for."""

    RESERVED = "reserved"
    """Drawn; its copies are being made."""
    REGISTERED = "registered"
    """At least one copy was issued."""
    VOID = "void"
    """No copy was ever issued; each says why."""


class CopyStatus(StrEnum):
    """What became of a copy number.  ``reserved`` is the only state that can be left."""

    RESERVED = "reserved"
    ISSUED = "issued"
    VOID = "void"


NOT_KNOWN: Final = "not-known"
"""Stands for format, marking and level of a document whose number was made void unseen, after a restore."""


class EventKind(StrEnum):
    """What an event of the ledger tells.  More kinds may follow without a new schema."""

    RUN = "run"
    """A run began to write."""
    REGISTERED = "registered"
    """A register number was drawn; the detail is the whole entry."""
    RESERVED = "reserved"
    """A copy number was drawn; the detail is the whole copy."""
    ANNOUNCED = "announced"
    """The file that is about to be published, by path and hash."""
    ISSUED = "issued"
    VOID = "void"
    ARRIVED_AGAIN = "arrived-again"
    """The same bytes came once more (rule of judgement 9)."""
    HELD = "held"
    REJECTED = "rejected"
    """A person decided that a held file is not to be stamped."""
    STATED = "stated"
    """A person stated a marking (rule of judgement 10)."""
    CONSENT = "consent"
    """A written consent was put on file; the detail is the whole consent (Articles 4(3), 7(1), 7(6))."""
    RECIPIENT = "recipient"
    """A recipient and the Party they belong to (Articles 4(3), 4(4))."""
    TRANSFERRED = "transferred"
    """A copy went to another holder."""
    SPOILED = "spoiled"
    """A copy came out unusable; another number stands for it, and the sheets are still to be destroyed or returned."""
    RETURNED = "returned"
    """A copy went back to the sender (Article 7(5))."""
    DESTROYED = "destroyed"
    """A copy was destroyed before witnesses (Articles 7(4) to 7(8))."""
    INCIDENT = "incident"
    """A breach, or a step in dealing with it (Article 10)."""
    RECEIPT = "receipt"
    """A receipt was drawn up (Articles 6(3), 6(5))."""
    NOTICE = "notice"
    """A written notice was drawn up (Articles 7(4), 7(8), 10)."""


@dataclass(frozen=True, slots=True)
class FirstNumber:
    """The serial that a Party's year begins with."""

    serial: int = 1
    year: int = 0
    """The one year that begins with it, every other with 1; 0: each year does."""

    def of(self, year: int) -> int:
        return self.serial if self.year in (0, year) else 1


@dataclass(frozen=True, slots=True)
class PartEntry:
    """An annex of a letter that is registered with it as one document."""

    source_sha256: str
    source_name: str
    format: str
    pages: int | None
    marking: MarkingId | None
    """What it bears itself; None where only the letter is marked.  The highest of all parts governs."""


@dataclass(frozen=True, slots=True)
class PartFile:
    """The file of an annex of a copy."""

    part: int
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """A received document as it is to be registered (Articles 4(5), 7(3))."""

    party: PartyId
    """The receiving Party."""
    source_sha256: str
    source_name: str
    """Where it lay, for people; bytes that are no UTF-8 are kept as ``\\xNN``."""
    format: str
    pages: int | None
    marking: MarkingId
    """The originator's marking."""
    level: LevelId
    equivalent: MarkingId
    """The receiving Party's marking under Article 3."""
    stated_by: str | None = None
    """Who stated the marking, where a person did; the operator when only a reason is given."""
    stated_reason: str | None = None
    sender_ref: str | None = None
    sender_date: str | None = None
    """Date of the sender's document, ISO 8601."""
    purpose: str | None = None
    evidence: Sequence[Mapping[str, Any]] = ()
    """What was seen and where, as ``detect --json`` prints it."""
    parts: Sequence[PartEntry] = ()
    """Its annexes, in their order; they are parts 2, 3, …"""
    signatures: Sequence[Mapping[str, Any]] = ()
    """Electronic signatures the file bears, as ``detect --json`` prints them; kept in the event of its registration."""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A register number and what it stands for.  Nothing in it but ``status`` ever changes."""

    register_number: str
    party: PartyId
    year: int
    serial: int
    source_sha256: str
    source_name: str
    format: str
    pages: int | None
    marking: MarkingId
    level: LevelId
    equivalent: MarkingId
    stated_by: str | None
    stated_reason: str | None
    sender_ref: str | None
    sender_date: str | None
    purpose: str | None
    evidence: str
    """JSON array, as ``detect --json`` prints it."""
    registered_on: str
    """Local date of registration; the stamp bears it and the year of the register number is its year."""
    registered_at: str
    profile_sha256: str
    status: DocumentStatus


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """A copy number and what became of it."""

    copy_number: str
    register_number: str
    index: int
    set_no: int
    """1 for the copies made when the document was registered, 2 … for each deliberate new set."""
    set_size: int | None
    """Copies in set 1; None in later sets, whose copies print their number alone."""
    recipient: str | None
    purpose: str | None
    """Why this set was made (Article 7(3))."""
    status: CopyStatus
    path: str | None
    sha256: str | None
    operator: str
    clearance: str
    """The operator's clearance as the organisation stated it (Article 7(2))."""
    reserved_at: str
    settled_at: str | None
    void_reason: str | None
    run: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A process that wrote in the register."""

    id: str
    host: str
    pid: int
    started_at: str
    command: str


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One line of the ledger; :mod:`marker.register.ledger` says how its hash is made."""

    seq: int
    at: str
    run: str
    operator: str
    kind: str
    document: str | None
    copy: str | None
    detail: str
    """JSON object, exactly as it was hashed."""
    profile_sha256: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the ledger.  Kept elsewhere, it shows that a tail was cut off, which the chain alone cannot."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """Numbers drawn in one transaction, in the order of the recipients they were drawn for."""

    document: DocumentRecord
    copies: tuple[CopyRecord, ...]

    @property
    def register_number(self) -> str:
        return self.document.register_number

    @property
    def date(self) -> str:
        """Local date of registration, ISO 8601, as stamped."""
        return self.document.registered_on


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that waits for a person."""

    id: str
    sha256: str | None
    """None when the file could not even be read."""
    name: str
    code: HoldCode
    party: PartyId | None
    """The Party that received it."""
    at: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """A copy number that a run which ended early had left open."""

    copy_number: str
    register_number: str
    status: CopyStatus
    """``issued``, ``void``, or still ``reserved`` when its file could not be looked at."""
    reason: str
    path: str | None
    run: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the register that should not be.  ``what`` is one sentence and quotes no document."""

    where: str
    what: str


class AlreadyRegistered(RegisterError):  # noqa: N818  # not a failure: intake turns it into an outcome of its own
    """The same bytes are registered for the same Party (rule of judgement 9); ``record`` is that registration."""

    def __init__(self, record: DocumentRecord) -> None:
        super().__init__(
            f"The document is already registered as {record.register_number}.",
            remedy=f"See marker register show {record.register_number}; --again makes a deliberate new set of copies.",
        )
        self.record = record

    def __reduce__(self) -> tuple[type[AlreadyRegistered], tuple[DocumentRecord]]:
        return (AlreadyRegistered, (self.record,))


class Overtaken(RegisterError):  # noqa: N818  # a state of affairs, met by a run that was taken for dead
    """The copy number was settled by somebody else meanwhile; ``status`` is what it is now."""

    def __init__(self, copy: CopyRecord) -> None:
        super().__init__(
            f"{copy.copy_number} is {copy.status}; that is final.",
            remedy=f"See marker register show {copy.register_number}.",
        )
        self.copy = copy

    def __reduce__(self) -> tuple[type[Overtaken], tuple[CopyRecord]]:
        return (Overtaken, (self.copy,))


class BeingWorkedOn(RegisterError):  # noqa: N818  # a state of affairs that passes by itself
    """Copies of the same document are reserved by a run that lives, or by one that cannot be judged from this host."""

    def __init__(self, record: DocumentRecord, run: RunRecord) -> None:
        super().__init__(
            f"{record.register_number}, the same document, is being worked on by process {run.pid} on {run.host} "
            f"since {run.started_at}.",
            remedy="Wait until that run has ended, then try again. If its machine is gone for good: "
            f"'marker register recover --give-up {run.id}'.",
        )
        self.record = record
        self.run = run

    def __reduce__(self) -> tuple[type[BeingWorkedOn], tuple[DocumentRecord, RunRecord]]:
        return (BeingWorkedOn, (self.record, self.run))

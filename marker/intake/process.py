"""One document, from received file to issued copies: snapshot, read, judge, reserve, stamp, prove, publish, issue.

The one way through the house.  Every way out is a :class:`~marker.model.FileReport`; only faults of the register and
interruptions are raised, because they concern every document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from marker.agreement.profile import Marking, Profile
from marker.errors import DiskError, HoldError, NotYetError, UsageError
from marker.intake import publish
from marker.intake.beside import label_beside
from marker.intake.desk import Desk
from marker.intake.isolate import Stopped
from marker.intake.pages import ToStamp, pages_path, to_stamp
from marker.intake.report import evidence_json, signature_json
from marker.intake.roundtrip import advice, recognised
from marker.intake.sealing import sealed
from marker.intake.seen import is_void, seen_here
from marker.intake.source import Candidate, Snapshot, take
from marker.intake.verdicts import withheld
from marker.intake.work import Examination
from marker.model import (
    FORMATS,
    PICTURE_FORMATS,
    CopyOrder,
    FileReport,
    Hold,
    HoldCode,
    IssuedCopy,
    MarkingId,
    Outcome,
    Verdict,
)
from marker.register.records import (
    AlreadyRegistered,
    BeingWorkedOn,
    CopyStatus,
    DocumentEntry,
    DocumentRecord,
    PartEntry,
    Reservation,
)

if TYPE_CHECKING:
    from marker.register.grounds import Terms
    from marker.register.register import Register

T = TypeVar("T")

ENDINGS = {found: ".pdf" if found in PICTURE_FORMATS else f".{found}" for found in FORMATS}


def process(
    candidate: Candidate,
    folder: Callable[[], Path],
    desk: Desk,
    wait_turn: Callable[[], None],
    end_turn: Callable[[], None],
) -> FileReport:
    """Take one file all the way.

    ``folder`` makes the folder its copies go to; ``wait_turn`` and ``end_turn`` bracket the moment at which its number
    is drawn, so that numbers follow input order.

    Raises RegisterError when the register fails, Stopped when the run was interrupted before the file's copies were
    issued, DiskError and NotYetError where the desk is patient.
    """
    if candidate.annexes:
        from marker.intake.together import together

        return together(candidate, folder, desk, wait_turn, end_turn)
    case = Case(candidate, desk, wait_turn, end_turn)
    target = desk.workspace.fresh()
    try:
        return case.go(target, folder)
    except HoldError as error:
        if desk.patient and isinstance(error, (DiskError, NotYetError)):
            raise
        return case.held(error.hold)
    finally:
        end_turn()
        # At once, not at the end: a long run must not collect classified files.
        discard(target)


def discard(target: Path) -> None:
    """Remove a document's snapshot, and what an encrypted one was opened to."""
    for path in (target, _opened_path(target)):
        publish.remove(path)
        publish.remove(pages_path(path))


def _opened_path(snapshot: Path) -> Path:
    return snapshot.with_suffix(".opened")


class Case:
    """One document on its way.  The fields are what reports tell of it so far; the steps hand on what they found."""

    def __init__(
        self, candidate: Candidate, desk: Desk, wait_turn: Callable[[], None], end_turn: Callable[[], None]
    ) -> None:
        self.candidate = candidate
        self.desk = desk
        self.wait_turn = wait_turn
        self.end_turn = end_turn
        self.report = FileReport(str(candidate.path), None, None, None, Outcome.HELD)
        self.annexes: tuple[PartEntry, ...] = ()

    def go(self, target: Path, folder: Callable[[], Path]) -> FileReport:
        desk = self.desk
        if desk.stopped.is_set():
            raise Stopped
        snapshot = take(self.candidate, target, desk.settings.max_file_bytes)
        self.report = replace(self.report, sha256=snapshot.sha256)
        if (record := self._registered(snapshot)) is not None:
            self._enter()
            return self._again(record)
        if (earlier := desk.recall(self.candidate, snapshot.sha256)) is not None:
            self._enter()
            return earlier
        snapshot, examination, verdict = self._judge(snapshot)
        self._enter()
        if verdict.hold is not None:
            return self.held(verdict.hold)
        if desk.book is None:
            return replace(self.report, outcome=Outcome.MARKED)
        if desk.in_work.claim(snapshot.sha256):
            try:
                return self._number(desk.book, snapshot, examination, verdict, folder)
            finally:
                desk.in_work.settle(snapshot.sha256)
        # The same bytes are being stamped under another name: let the others pass, and see what comes of it.
        self.end_turn()
        with desk.in_work.hold(snapshot.sha256):
            return self._number(desk.book, snapshot, examination, verdict, folder)

    def _enter(self) -> None:
        self.wait_turn()
        if self.desk.stopped.is_set():
            raise Stopped

    def _registered(self, snapshot: Snapshot) -> DocumentRecord | None:
        if self.desk.wish.again:
            return None
        return self.desk.lookup.find(snapshot.sha256, self.desk.wish.receiving)

    # ── judge ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _judge(self, snapshot: Snapshot) -> tuple[Snapshot, Examination, Verdict]:
        snapshot, examination = self._open(snapshot, self._examine)
        verdict = self._own_copy(snapshot, examination) or self._stated(examination.verdict)
        self.report = replace(
            self.report,
            format=examination.format,
            pages=examination.pages,
            marking=verdict.marking,
            level=verdict.level,
            equivalent=verdict.equivalent,
            equivalent_text=verdict.equivalent_text,
            evidence=verdict.evidence,
            notes=(
                *self.report.notes, *examination.notes, *verdict.notes,
                *advice(verdict, self.desk.wish, self.desk.profile),
            ),
            signatures=examination.signatures,
        )  # fmt: skip
        self.desk.witness(self.report, snapshot, self.desk.workers)
        return snapshot, examination, verdict

    def _examine(self, path: Path) -> Examination:
        with label_beside(self.candidate, self.desk.workspace) as label:
            return self.desk.workers.examine(path, self.candidate.path.name, label)

    def _open(self, snapshot: Snapshot, work: Callable[[Path], T]) -> tuple[Snapshot, T]:
        """What ``work`` gives on the snapshot, or on its decrypted form where one of the operator's passwords opens it.

        Also the snapshot that further work is to use: its path may be the decrypted form's, its hash never is.
        """
        workers = self.desk.workers
        try:
            return snapshot, work(snapshot.path)
        except HoldError as error:
            opened = _opened_path(snapshot.path)
            note = workers.unlock(snapshot.path, opened) if error.hold.code is HoldCode.ENCRYPTED else None
            if note is None:
                raise
        self.report = replace(self.report, notes=(*self.report.notes, note))
        return replace(snapshot, path=opened), work(opened)

    def _own_copy(self, snapshot: Snapshot, examination: Examination) -> Verdict | None:
        desk = self.desk
        return recognised(desk.lookup, desk.wish, desk.profile, snapshot.sha256, examination)

    def _stated(self, verdict: Verdict) -> Verdict:
        wish = self.desk.wish
        if wish.marking is None:
            return verdict
        try:
            from marker.detect.judge import state_marking

            return state_marking(verdict, wish.marking, self.desk.profile, wish.receiving, released=wish.released)
        except UsageError as error:
            # What may not be stated for this file holds this file; the others of the run are not concerned.
            sentence = f"{error} {error.remedy}".strip()
            if verdict.hold is None:
                return withheld(verdict, HoldCode.CONFLICT, sentence)
            return replace(verdict, notes=(*verdict.notes, sentence))

    # ── number, stamp, publish ──────────────────────────────────────────────────────────────────────────────────────

    def _number(
        self, book: Register, snapshot: Snapshot, examination: Examination, verdict: Verdict, folder: Callable[[], Path]
    ) -> FileReport:
        if (record := self._registered(snapshot)) is not None:
            return self._again(record)
        marked = Marked.of(verdict, self.desk.profile)
        form = self._form(snapshot, examination.format, marked.original.id)
        place = folder()
        try:
            reservation = self._reserve(book, snapshot, examination, marked)
        except AlreadyRegistered as error:
            return self._again(error.record)
        self.end_turn()
        slots = self._slots(place, reservation, form.format)
        copies = self._make(book, form, self._orders(marked, reservation, snapshot.sha256), slots)
        return replace(self.report, outcome=Outcome.STAMPED, register=reservation.register_number, copies=tuple(copies))

    def _form(self, snapshot: Snapshot, file_format: str, marking: MarkingId) -> ToStamp:
        form = to_stamp(self.desk, snapshot.path, file_format, marking, stated=self.desk.wish.marking is not None)
        notes = (*self.report.notes, *form.notes)
        self.report = replace(self.report, notes=notes, pages=form.pages or self.report.pages)
        return form

    def _reserve(self, book: Register, snapshot: Snapshot, examination: Examination, marked: Marked) -> Reservation:
        wish = self.desk.wish
        entry = DocumentEntry(
            party=wish.receiving,
            source_sha256=snapshot.sha256,
            source_name=str(self.desk.rest(self.candidate, Outcome.STAMPED)),
            format=examination.format,
            pages=self.report.pages,
            marking=marked.original.id,
            level=marked.original.level,
            equivalent=marked.equivalent.id,
            stated_reason=wish.reason,
            sender_ref=wish.sender_ref,
            sender_date=wish.sender_date,
            purpose=wish.purpose,
            evidence=[evidence_json(finding) for finding in self.report.evidence],
            signatures=[signature_json(signature) for signature in self.report.signatures],
            parts=self.annexes,
        )
        # Articles 4(3) and 7(1), for the transaction that draws the numbers.
        from marker.intake.terms import terms_of

        terms = terms_of(self.desk.profile, self.desk.settings, marked.original.level, wish.consent)
        return self._draw(book, entry, again=wish.again, terms=terms)

    def _draw(self, book: Register, entry: DocumentEntry, *, again: bool, terms: Terms) -> Reservation:
        recipients = self.desk.wish.recipients
        try:
            reservation = book.reserve(entry, recipients, again=again, terms=terms)
        except BeingWorkedOn as error:
            raise NotYetError(
                HoldCode.UNSAFE_PATH, "Another run is stamping the same document; run again when it has ended."
            ) from error
        from marker.intake.terms import strangers

        self.report = replace(self.report, notes=(*self.report.notes, *strangers(book, recipients)))
        return reservation

    def _slots(
        self, place: Path, reservation: Reservation, file_format: str, name: str | None = None
    ) -> list[publish.Slot]:
        name = self.candidate.path.name if name is None else name
        return [publish.slot_for(place, name, copy.copy_number, ENDINGS[file_format]) for copy in reservation.copies]

    def _orders(self, marked: Marked, reservation: Reservation, source_sha256: str) -> list[CopyOrder]:
        orders = (
            CopyOrder(
                receiving=self.desk.wish.receiving,
                sending=marked.original.party,
                marking_text=marked.equivalent.stamp,
                originator_text=marked.original.own_text,
                register_number=reservation.register_number,
                copy_number=copy.copy_number,
                copy_index=copy.index,
                set_size=copy.set_size,
                date=reservation.date,
                recipient=copy.recipient,
            )
            for copy in reservation.copies
        )
        return sealed(orders, marked.original.id, marked.equivalent.id, source_sha256, self.desk.sealer)

    def _make(
        self, book: Register, form: ToStamp, orders: list[CopyOrder], slots: list[publish.Slot]
    ) -> list[IssuedCopy]:
        numbers = [order.copy_number for order in orders]
        files: list[publish.Brought] = []
        # Made and proved in the private folder: nothing that is not proved is ever written where people look.
        made = [self.desk.workspace.fresh() for _ in orders]
        brought: list[tuple[str, publish.Brought]] = []
        if self.desk.settings.sidecar:
            orders = [replace(o, sidecar_for=slot.final.name) for o, slot in zip(orders, slots, strict=True)]
        try:
            results = self.desk.workers.make(form.path, form.format, list(zip(orders, made, strict=True)), form.was)
            notes = dict.fromkeys(note for result in results for note in result.notes)
            self.report = replace(self.report, notes=(*self.report.notes, *notes))
            for number, result, slot in zip(numbers, results, slots, strict=True):
                if result.sidecar:  # before the copy: it is never there without the label that was asked for
                    brought.append((number, publish.put_beside(result.sidecar, self.desk.workspace.fresh(), slot)))
            for number, path, slot in zip(numbers, made, slots, strict=True):
                files.append(publish.bring(path, slot))
                brought.append((number, files[-1]))
            # The set at once: a transaction and a flushed folder a copy would cost more than the copies do.
            book.announce_all(publish.announcements(numbers, files))
            publish.publish_all(files)
            book.issue(numbers, self.report.notes)
        except (HoldError, Stopped) as error:
            # A set is issued whole or not at all: a clerk told "held" must not find half of it among the copies.
            if publish.withdraw_all(one for _number, one in brought):
                reason = error.hold.detail if isinstance(error, HoldError) else "the run was interrupted"
                book.void(numbers, reason)
            # Else a copy may stand there yet: the numbers stay reserved until recovery has seen what does.
            raise
        except BaseException:
            # The register failed: the next run's recovery settles the numbers by what it finds under the final names,
            # so only the unfinished files go, and those whose numbers are void by now.
            for number, one in brought:
                publish.forget(one)
                if is_void(book, number):
                    publish.withdraw(one)
            raise
        finally:
            for path in made:
                publish.remove(path)
        found = zip(orders, files, strict=True)
        return [IssuedCopy(o.copy_number, o.recipient, str(one.slot.final), one.sha256) for o, one in found]

    # ── reports ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _again(self, record: DocumentRecord) -> FileReport:
        """Rule 9: known bytes are an arrival of the same document, not a second one."""
        if self.desk.book is not None:
            path = self.desk.rest(self.candidate, Outcome.ALREADY_REGISTERED)
            if not seen_here(self.desk.book, record, path):
                self.desk.book.arrived_again(record, str(path))
        copies = tuple(
            IssuedCopy(copy.copy_number, copy.recipient, copy.path or "", copy.sha256 or "")
            for copy in self.desk.lookup.copies_of(record.register_number)
            if copy.status is CopyStatus.ISSUED
        )
        return replace(
            self.report,
            outcome=Outcome.ALREADY_REGISTERED,
            format=record.format,
            pages=record.pages,
            marking=record.marking,
            level=record.level,
            equivalent=record.equivalent,
            equivalent_text=self.desk.profile.marking(record.equivalent).stamp,
            register=record.register_number,
            copies=copies,
        )

    def held(self, hold: Hold) -> FileReport:
        if self.desk.book is not None:
            path = self.desk.rest(self.candidate, Outcome.HELD)
            self.desk.book.held(self.report.sha256, str(path), hold.code, self.desk.wish.receiving)
        return replace(
            self.report, outcome=Outcome.HELD, hold=hold,
            marking=None, level=None, equivalent=None, equivalent_text=None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marked:
    """A document that is to be stamped: its marking, and the one Article 3 gives it or, come home, the same."""

    original: Marking
    equivalent: Marking

    @classmethod
    def of(cls, verdict: Verdict, profile: Profile) -> Marked:
        """Raises HoldError(uncertain) on a verdict without a marking, which rule 1 excludes."""
        if verdict.hold is not None or verdict.marking is None or verdict.equivalent is None:
            raise HoldError(HoldCode.UNCERTAIN, "The document has no marking to go by; state it with --marking.")
        return cls(profile.marking(verdict.marking), profile.marking(verdict.equivalent))

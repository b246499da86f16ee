"""The register: one object that draws numbers, settles them and answers for them."""

from __future__ import annotations

import os
import platform
import threading
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, insert

from marker.agreement.profile import Articles, Receipt
from marker.errors import RegisterError
from marker.model import HoldCode, LevelId, MarkingId, PartyId
from marker.names import command_line, shown
from marker.register import copies, holds, ledger, query, schema, skip
from marker.register import verify as verifying
from marker.register.grounds import Terms
from marker.register.ledger import Pen
from marker.register.records import (
    BeingWorkedOn,
    CopyRecord,
    CopyStatus,
    DocumentEntry,
    DocumentRecord,
    DocumentStatus,
    EventKind,
    EventRecord,
    FirstNumber,
    Head,
    HeldFile,
    Problem,
    Recovered,
    Reservation,
    RunRecord,
)
from marker.register.recovery import settlement
from marker.register.store import Lock, Store
from marker.register.verify import FileCheck


class Register:
    """An open register, as :func:`~marker.register.opening.open_register` makes it.

    Threads may share it; a forked process may not use its parent's.
    Every method raises RegisterError when the database fails; then nothing of that call was written.
    """

    def __init__(
        self,
        store: Store,
        *,
        operator: str,
        clearance: str,
        profile_sha256: str,
        first_number: FirstNumber,
        clock: Callable[[], datetime],
        keep_head: Callable[[Head], None] | None = None,
        articles: Articles = Articles(),  # noqa: B008  # it is frozen
    ) -> None:
        self.name = store.name
        """Where it is, for people; never with a password."""
        self.path = store.path
        """The file; None where the register is on a server."""
        self.operator = operator
        self.clearance = clearance
        self.profile_sha256 = profile_sha256
        self._first_number = first_number
        self._clock = clock
        self._keep_head = keep_head
        self._articles = articles
        self._store = store
        self._reader = store.reader
        self._writer = store.writer
        self._host = platform.node()
        self._pid = os.getpid()
        self._starting = threading.Lock()
        self._run: RunRecord | None = None
        self._lock: Lock | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the run.  Numbers it leaves reserved are settled by the next run's :meth:`recover`.

        Raises what ``keep_head`` raises, when everything is closed.
        """
        try:
            if self._run is not None and self._keep_head is not None and os.getpid() == self._pid:
                self._keep_head(self.head())
        finally:
            if self._lock is not None:
                self._lock.release()
            self._store.close()

    # ── numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def reserve(
        self, entry: DocumentEntry, recipients: Sequence[str | None], again: bool = False, terms: Terms | None = None
    ) -> Reservation:
        """Draw a register number and one copy number for each recipient (None: not stated yet), in one transaction.

        Serials have no gaps within a receiving Party and year.  ``again`` makes a deliberate new set of copies of a
        document that is registered already: under the *same* register number, with the copy index going on.  The same
        bytes for the same Party are one document (rule of judgement 9); a second register number would count it
        twice, and its "copy no. 1", which Article 4(5) frees of consent, would be a way round Article 7(1): an
        inspector is to see at once that copy no. 3 is a further copy.  Later sets have no size (``set_size`` None).

        ``terms`` says what must be on file before a copy is made (Articles 4(3), 7(1)); consents are counted down here.

        Raises HoldError(consent-required) when it is not; AlreadyRegistered when a copy was issued and ``again`` is not
        set; BeingWorkedOn when copies of it are reserved by a run that lives; RegisterError when ``again`` comes with
        another marking than the registered one; UsageError for a ``sender_date`` that is no date, or no recipients.
        """
        try:
            return self._reserve(entry, recipients, again, terms)
        except BeingWorkedOn as busy:
            recovered = self.recover()
            for copy in recovered:
                if copy.register_number == busy.record.register_number and copy.status is CopyStatus.RESERVED:
                    raise RegisterError(
                        f"{copy.copy_number} of a run that ended early cannot be settled: {copy.reason}.",
                        remedy=f"Make {copy.path} readable, then try again.",
                    ) from busy
            if not recovered:
                raise
        return self._reserve(entry, recipients, again, terms)

    def _reserve(
        self, entry: DocumentEntry, recipients: Sequence[str | None], again: bool, terms: Terms | None
    ) -> Reservation:
        with self._write() as pen:
            return copies.reserve(pen, entry, recipients, first_number=self._first_number, again=again, terms=terms)

    def announce(self, copy_number: str, path: str, sha256: str, part: int = 1) -> None:
        """Say, before the file is linked to ``path``, that it will be, with its hash: :meth:`recover` goes by it.

        ``part`` above 1 is an annex, published before the letter, by whose file recovery goes; the letter's may be
        repeated until the copy is issued.  Raises HoldError(unsafe-path) when the path cannot be kept.
        """
        self.announce_all([(copy_number, path, sha256)], part)

    def announce_all(self, files: Sequence[tuple[str, str, str]], part: int = 1) -> None:
        """:meth:`announce` for several files (number, path, hash), all or none."""
        with self._write() as pen:
            for file in files:
                copies.announce(pen, *file, part)

    def issue(self, copy_numbers: Sequence[str], notes: Sequence[str] = ()) -> None:
        """The announced copies stand under their final names: they are issued, all or none.

        ``notes`` say what the ledger has to keep of how they were made: a signature that was broken, say.
        """
        if copy_numbers:
            with self._write() as pen:
                copies.issue(pen, copy_numbers, run=pen.run, detail={"notes": list(notes)} if notes else {})

    def void(self, copy_numbers: Sequence[str], reason: str) -> None:
        """The reserved copies will never be: their numbers are void, for a reason that the register keeps."""
        if copy_numbers:
            with self._write() as pen:
                copies.void(pen, copy_numbers, reason, run=pen.run, detail={})

    def skip(self, through: str, reason: str) -> list[str]:
        """Make void every number up to ``through`` that was not drawn here (:mod:`marker.register.skip`)."""
        with self._write() as pen:
            return skip.skip(pen, through, reason, first_number=self._first_number)

    def recover(self, given_up: Collection[str] = ()) -> list[Recovered]:
        """Settle what runs that ended early left reserved: each copy is issued or void (see ``recovery``).

        Only runs of this host are judged, by their locks; a run of another host is left alone unless a person has
        given it up by its id.  A copy whose file cannot be read is left ``reserved`` and reported as such.
        """
        with self._read() as connection:
            left = query.unsettled(connection)
        done: list[Recovered] = []
        for run, reserved in left:
            if run.host == self._host or run.id in given_up:
                with self._store.ended(run.id) as dead:
                    if dead:
                        done += self._settle(run, reserved)
        self._store.sweep()
        return done

    def _settle(self, run: RunRecord, reserved: list[CopyRecord]) -> list[Recovered]:
        # Files are read before the transaction, so that nobody waits for them.
        judged = [(copy, *settlement(copy)) for copy in reserved]
        done: list[Recovered] = []
        with self._write() as pen:
            for copy, status, reason in judged:
                now = query.copy(pen.connection, copy.copy_number)
                if now is None or now.status is not CopyStatus.RESERVED:
                    continue
                detail = {"recovered": reason}
                if status is CopyStatus.ISSUED:
                    copies.issue(pen, [copy.copy_number], run=run.id, detail=detail)
                elif status is CopyStatus.VOID:
                    copies.void(pen, [copy.copy_number], reason, run=run.id, detail=detail)
                done.append(Recovered(copy.copy_number, copy.register_number, status, reason, copy.path, run.id))
        return done

    # ── events ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def arrived_again(self, record: DocumentRecord, path: str, *, receipt: Receipt | None = None) -> None:
        """The same bytes came once more (rule of judgement 9).

        ``receipt`` is what is owed for the arrival (Articles 6(3), 6(5)); None: what the profile says for the level.
        """
        detail = {
            "path": shown(path),
            "sha256": record.source_sha256,
            "level": record.level,
            "receipt": receipt.value if receipt else None,
        }
        with self._write() as pen:
            ledger.append(pen, EventKind.ARRIVED_AGAIN, document=record.register_number, detail=detail)

    def held(self, sha256: str | None, name: str, code: HoldCode, party: PartyId | None = None) -> None:
        """A file that ``party`` received was held; ``sha256`` is None when it could not even be read."""
        detail = {"sha256": sha256, "name": shown(name), "code": code.value, "party": party}
        with self._write() as pen:
            ledger.append(pen, EventKind.HELD, detail=detail)

    def rejected(self, file: HeldFile, reason: str) -> None:
        """A person decided that a held file is not to be stamped; it is no longer waiting."""
        detail = {"sha256": file.sha256, "name": file.name, "reason": shown(reason)}
        with self._write() as pen:
            ledger.append(pen, EventKind.REJECTED, detail=detail)

    def waiting(self) -> list[HeldFile]:
        """The files that wait for a person, in the order they were first held."""
        with self._read() as connection:
            return holds.waiting(connection)

    def stated(self, sha256: str, name: str, marking: MarkingId, reason: str) -> None:
        """The operator stated a marking (rule of judgement 10)."""
        detail = {"sha256": sha256, "name": shown(name), "marking": marking, "reason": shown(reason)}
        with self._write() as pen:
            ledger.append(pen, EventKind.STATED, detail=detail)

    # ── questions ───────────────────────────────────────────────────────────────────────────────────────────────────

    def find(self, sha256: str, party: PartyId) -> DocumentRecord | None:
        """The live registration of those bytes for that receiving Party: one that has an issued copy."""
        with self._read() as connection:
            record = query.live_document(connection, sha256, party) or query.document_of_part(connection, sha256, party)
        return record if record is not None and record.status is DocumentStatus.REGISTERED else None

    def documents(
        self,
        *,
        party: PartyId | None = None,
        year: int | None = None,
        status: DocumentStatus | None = None,
        level: LevelId | None = None,
        source_sha256: str | None = None,
        limit: int | None = None,
    ) -> list[DocumentRecord]:
        """Documents that fit every filter given, by Party, year and serial; the last ``limit`` of them."""
        with self._read() as connection:
            return query.documents(
                connection, party=party, year=year, status=status, level=level, source_sha256=source_sha256, limit=limit
            )

    def document(self, register_number: str) -> DocumentRecord | None:
        """The document of that register number, upper or lower case."""
        with self._read() as connection:
            return query.document(connection, shown(register_number.strip().upper()))

    def copies_of(self, register_number: str) -> list[CopyRecord]:
        """All copies of a document, by their index; empty when there is no such document."""
        with self._read() as connection:
            return query.copies_of(connection, shown(register_number.strip().upper()))

    def copy(self, copy_number: str) -> CopyRecord | None:
        """The copy of that number, upper or lower case; whether its check character holds is not asked."""
        with self._read() as connection:
            return query.copy(connection, shown(copy_number.strip().upper()))

    def copy_by_sha256(self, sha256: str) -> CopyRecord | None:
        """The issued copy whose file has that hash (rule of judgement 8)."""
        with self._read() as connection:
            return query.copy_by_sha256(connection, sha256)

    def history(self, register_number: str) -> list[EventRecord]:
        """All that happened to a document and its copies, in order."""
        with self._read() as connection:
            return query.events(connection, register_number=shown(register_number.strip().upper()))

    def last_events(self, count: int = 20) -> list[EventRecord]:
        """The last ``count`` events, oldest first."""
        with self._read() as connection:
            return query.events(connection, last=count)

    def now(self) -> datetime:
        """The time in the registry's time zone."""
        return self._clock()

    def head(self) -> Head:
        """The end of the ledger, to be kept elsewhere and given to :meth:`verify` later."""
        with self._read() as connection:
            return ledger.head(connection)

    def verify(
        self,
        *,
        files: FileCheck = FileCheck.NONE,
        known_heads: Sequence[Head] = (),
        known_hash: str | None = None,
    ) -> list[Problem]:
        """Everything in the register that does not hold together: the file, the guards, the chain, the numbers.

        ``files``: whether to look at the files of the issued copies too.  ``known_heads``, ``known_hash``: what was
        once the end of the ledger and must still be in it.
        """
        with self._read() as connection:
            damage = [Problem(self.name, what) for what in self._store.health(connection)]
            return damage + verifying.verify(connection, files=files, known_heads=known_heads, known_hash=known_hash)

    # ── transactions ────────────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def writing(self) -> Iterator[Pen]:
        """One write transaction, for the modules beside this one: consents, custody.  Raises RegisterError."""
        with self._write() as pen:
            yield pen

    @contextmanager
    def carrying(self) -> Iterator[Connection]:
        """One write transaction of a restore, which is no run: what is carried over brings its own.  RegisterError."""
        self._check()
        with self._store.translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One read transaction, for questions of other modules.  Raises RegisterError."""
        with self._read() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        self._check()
        with self._store.translated(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Pen]:
        self._check()
        with self._starting:
            run = self._run or self._start_run()
        with self._store.translated(), self._writer.begin() as connection:
            if not self._store.holds(connection, run.id):
                raise RegisterError(
                    f"The connection to the register {self.name} was lost for a while, and this run counts as ended.",
                    remedy="Run again: what it had in hand is settled then.",
                )
            yield self._pen(connection, run.id)

    def _pen(self, connection: Connection, run: str) -> Pen:
        # The time is taken inside the transaction: numbers and their dates come in the same order.
        return Pen(connection, run, self.operator, self.clearance, self.profile_sha256, self._clock(), self._articles)

    def _start_run(self) -> RunRecord:
        """A run begins with its first write: whoever only asks leaves no trace."""
        run_id = uuid.uuid4().hex
        lock = self._store.lock(run_id)
        try:
            with self._store.translated(), self._writer.begin() as connection:
                pen = self._pen(connection, run_id)
                run = RunRecord(run_id, self._host, self._pid, pen.at, command_line())
                connection.execute(insert(schema.runs).values(asdict(run)))
                detail: dict[str, Any] = {"host": run.host, "pid": run.pid, "command": run.command}
                ledger.append(pen, EventKind.RUN, detail=detail)
        except BaseException:
            lock.release()
            raise
        self._run, self._lock = run, lock
        return run

    def _check(self) -> None:
        """The register is still ours to use, and still the file that was opened."""
        if os.getpid() != self._pid:
            raise RegisterError(
                "A forked process must not use its parent's register.",
                remedy="This is a fault of the program; report it.",
            )
        self._store.check()

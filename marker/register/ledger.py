"""The ledger: events that are only ever added, each sealed with the hash of the one before.

The hash of an event is the SHA-256 of this JSON array, UTF-8, no blanks, non-ASCII letters as they are::

    [1, seq, at, run, operator, kind, document, copy, detail, profile_sha256, previous_hash]

The leading 1 is the version of this form; ``detail`` is the text of a JSON object (keys sorted), as stored; the first
event's ``previous_hash`` is 64 zeros.  Changing, removing, inserting or swapping events breaks the chain.  Cutting off
its tail does not: compare :class:`~marker.register.records.Head` with one that was kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from marker.agreement.profile import Articles
from marker.register import schema
from marker.register.records import EventKind, EventRecord, Head

GENESIS: Final = "0" * 64
# Composed once: every document writes several events.
_LAST: Final = select(schema.events.c.seq, schema.events.c.hash).order_by(schema.events.c.seq.desc()).limit(1)
_ADD: Final = insert(schema.events)


@dataclass(frozen=True, slots=True)
class Pen:
    """One write transaction: its connection, who writes, and when."""

    connection: Connection
    run: str
    operator: str
    clearance: str
    profile_sha256: str
    now: datetime
    """Aware, in the local time zone: its date is the date of registration."""
    articles: Articles = field(default_factory=Articles)
    """What refusals cite."""

    @property
    def at(self) -> str:
        return utc(self.now)


def utc(moment: datetime) -> str:
    """``2026-11-22T09:30:00.000000Z``.  Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("the clock must give times with a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(detail: Any) -> str:
    """JSON in one spelling: keys sorted, no blanks, letters as they are."""
    return json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def append(
    pen: Pen, kind: EventKind, *, document: str | None = None, copy: str | None = None, detail: Mapping[str, Any]
) -> None:
    """Add an event at the end of the chain, in the pen's transaction."""
    last = head(pen.connection)
    event = EventRecord(
        seq=last.seq + 1,
        at=pen.at,
        run=pen.run,
        operator=pen.operator,
        kind=kind.value,
        document=document,
        copy=copy,
        detail=canonical(detail),
        profile_sha256=pen.profile_sha256,
        previous_hash=last.hash,
        hash="",
    )
    pen.connection.execute(_ADD, asdict(event) | {"hash": sealed(event)})


def sealed(event: EventRecord) -> str:
    """The hash the event must have, whatever its ``hash`` says."""
    fields = [
        1,
        event.seq,
        event.at,
        event.run,
        event.operator,
        event.kind,
        event.document,
        event.copy,
        event.detail,
        event.profile_sha256,
        event.previous_hash,
    ]
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def head(connection: Connection) -> Head:
    """The last event's number and hash; 0 and 64 zeros when there is none."""
    row = connection.execute(_LAST).first()
    return Head(row.seq, row.hash) if row else Head(0, GENESIS)

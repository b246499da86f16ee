"""What is owed: receipts, notices, reports on breaches, and spoiled sheets that are still there (Articles 6, 7, 10)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from marker.agreement.profile import Profile, Receipt
from marker.register import custody, query, schema
from marker.register.records import DocumentStatus, EventKind, EventRecord

_events = schema.events.c


@dataclass(frozen=True, slots=True)
class Duty:
    """Something owed.  ``days`` have passed since it fell due to be done."""

    what: str
    article: str
    subject: str
    """A register number, a copy number or an incident."""
    since: str
    """Date, ISO 8601."""
    days: int
    overdue: bool
    command: str
    """What does it."""


def owed(connection: Connection, profile: Profile, now: datetime, *, receipt_days: int, notice_days: int) -> list[Duty]:
    """All duties, the oldest first; ``now`` is aware, in the registry's time zone."""
    duties: list[Duty] = []

    def add(what: str, article: str, subject: str, at: str, allowed: int, command: str) -> None:
        day = datetime.fromisoformat(at).astimezone(now.tzinfo).date() if "T" in at else date.fromisoformat(at)
        days = (now.date() - day).days
        duties.append(Duty(what, article, subject, day.isoformat(), days, days > allowed, command))

    told = _of_kinds(connection, EventKind.RECEIPT, EventKind.ARRIVED_AGAIN)
    for document in query.documents(
        connection, party=None, year=None, status=DocumentStatus.REGISTERED, level=None, source_sha256=None, limit=None
    ):
        handling = profile.handling_of(document.level)
        if handling.receipt is Receipt.NONE:
            continue
        waiting: list[str] = [document.registered_on]
        for event in told:
            if event.document != document.register_number:
                continue
            waiting = [] if event.kind == EventKind.RECEIPT else [*waiting, event.at]
        if waiting:
            number = document.register_number
            add(
                f"{handling.receipt.value} receipt", handling.receipt_article, number, waiting[0], receipt_days,
                f"marker receipt {number}",
            )  # fmt: skip
    noticed = {seq for event in _of_kinds(connection, EventKind.NOTICE) for seq in _detail(event)["of"]}
    for event in _of_kinds(connection, EventKind.DESTROYED):
        if event.seq not in noticed:
            crisis = bool(_detail(event)["crisis"])
            article = custody.CRISIS_ARTICLE if crisis else "7(4)"
            add("notice of destruction", article, event.copy or "", event.at, 0 if crisis else notice_days, "")
    for incident in custody.incidents(connection):
        if incident.number not in noticed:
            add("notice of a breach", "10", f"incident {incident.number}", incident.at, 0, "")
        if incident.report is None:
            command = f"marker incident report {incident.number}"
            add("outcome of the investigation", "10", f"incident {incident.number}", incident.at, notice_days, command)
    for event in _of_kinds(connection, EventKind.SPOILED):
        state = custody.of_document(connection, event.document or "").get(event.copy or "")
        if state is not None and state.state is custody.State.SPOILED:
            add("spoiled sheets to return or destroy", "7(4)", event.copy or "", event.at, notice_days, "")
    return sorted(duties, key=lambda duty: (duty.since, duty.subject))


def _of_kinds(connection: Connection, *kinds: EventKind) -> list[EventRecord]:
    query_ = select(schema.events).where(_events.kind.in_([kind.value for kind in kinds])).order_by(_events.seq)
    return [EventRecord(**row._mapping) for row in connection.execute(query_)]


def _detail(event: EventRecord) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(event.detail)
    return value

"""What is owed: receipts, notices, reports on breaches, and spoiled sheets that are still there (Articles 6, 7, 10)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from marker.agreement.profile import Profile, Receipt
from marker.model import LevelId
from marker.register import custody, query, schema
from marker.register.custody import Incident
from marker.register.records import DocumentStatus, EventKind, EventRecord

_events, _documents = schema.events.c, schema.documents.c


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

    for number, level, since in _receipts_owed(connection, profile):
        handling = profile.handling_of(level)
        what = f"{handling.receipt.value} receipt"
        add(what, handling.receipt_article, number, since, receipt_days, f"marker receipt {number}")
    destroyed, untold = without_notice(connection)
    for event in destroyed:
        crisis = custody.destroying(event.detail).crisis
        article = profile.articles.crisis if crisis else profile.articles.notice
        add("notice of destruction", article, event.copy or "", event.at, 0 if crisis else notice_days, "marker notice")
    for incident in untold:
        of = f"incident {incident.number}"
        add("notice of a breach", profile.articles.breach, of, incident.at, 0, "marker notice")
    for incident in custody.incidents(connection):
        if incident.report is None:
            of = f"incident {incident.number}"
            command = f"marker incident report {incident.number}"
            add("outcome of the investigation", profile.articles.breach, of, incident.at, notice_days, command)
    spoiled = query.of_kinds(connection, EventKind.SPOILED)
    where = custody.of_documents(connection, list(dict.fromkeys(event.document or "" for event in spoiled)))
    for event in spoiled:
        place = where.get(event.copy or "")
        if place is not None and place.state is custody.State.SPOILED:
            article, copy = profile.articles.notice, event.copy or ""
            command = f"marker return {copy}, or marker destroy {copy}"
            add("spoiled sheets to return or destroy", article, copy, event.at, notice_days, command)
    return sorted(duties, key=lambda duty: (duty.since, duty.subject))


def without_notice(connection: Connection) -> tuple[list[EventRecord], list[Incident]]:
    """Destructions and breaches of which the other side was not told yet."""
    noticed = {seq for event in query.of_kinds(connection, EventKind.NOTICE) for seq in _detail(event)["of"]}
    destroyed = [event for event in query.of_kinds(connection, EventKind.DESTROYED) if event.seq not in noticed]
    return destroyed, [one for one in custody.incidents(connection) if one.number not in noticed]


def _receipts_owed(connection: Connection, profile: Profile) -> Iterator[tuple[str, LevelId, str]]:
    """Register number, level, and since when: documents without a receipt, and arrivals after the last one."""
    levels = [level.id for level in profile.levels if profile.handling_of(level.id).receipt is not Receipt.NONE]
    receipts = (
        select(_events.document, func.max(_events.seq).label("seq"))
        .where(_events.kind == EventKind.RECEIPT.value, _events.document.is_not(None))
        .group_by(_events.document)
        .subquery()
    )
    documents = select(_documents.register_number, _documents.level, _documents.registered_on).where(
        _documents.status == DocumentStatus.REGISTERED.value, _documents.level.in_(levels)
    )
    for row in connection.execute(documents.where(_documents.register_number.not_in(select(receipts.c.document)))):
        yield row.register_number, row.level, row.registered_on
    again = (
        select(_documents.register_number, _documents.level, func.min(_events.at).label("since"))
        .join(schema.events, _events.document == _documents.register_number)
        .join(receipts, receipts.c.document == _documents.register_number)
        .where(
            _events.kind == EventKind.ARRIVED_AGAIN.value,
            _events.seq > receipts.c.seq,
            _documents.status == DocumentStatus.REGISTERED.value,
            _documents.level.in_(levels),
        )
        .group_by(_documents.register_number, _documents.level)
    )
    for row in connection.execute(again):
        yield row.register_number, row.level, row.since


def _detail(event: EventRecord) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(event.detail)
    return value

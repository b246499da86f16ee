"""Where each copy is and what became of it after it was issued: told by the ledger alone (Articles 7(4) to 7(8), 10).

A copy that was issued stays issued in the table of copies; what happened to it later are events, replayed here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, select

from marker.agreement.profile import Destruction, Handling, cited
from marker.errors import HoldError, RegisterError, UsageError
from marker.model import LevelId
from marker.names import shown
from marker.register import consents, query, recipients, schema
from marker.register.consents import Covers
from marker.register.ledger import Pen, append, head
from marker.register.records import CopyRecord, DocumentRecord, EventKind

_MOVES: Final = (
    EventKind.TRANSFERRED.value, EventKind.SPOILED.value, EventKind.RETURNED.value, EventKind.DESTROYED.value
)  # fmt: skip
"""Events that change a copy's holder or state."""


class State(StrEnum):
    """Where a copy number stands today."""

    RESERVED = "reserved"
    ISSUED = "issued"
    VOID = "void"
    SPOILED = "spoiled"
    """Unusable, another number stands for it; its sheets are still there."""
    RETURNED = "returned"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class Custody:
    """A copy as of its last event."""

    copy_number: str
    state: State
    holder: str | None
    since: str
    """When it came into that state, UTC."""
    incidents: tuple[int, ...] = ()
    """Numbers of incidents that name it and are not closed."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A breach (Article 10) with its steps."""

    number: int
    """The number of the event that opened it."""
    on: str
    what: str
    copies: tuple[str, ...]
    at: str
    operator: str
    report: str | None = None
    """The outcome of the investigation; None while it is open."""


@dataclass(frozen=True, slots=True)
class Destroying:
    """How copies are destroyed; all of it goes into the record."""

    on: str
    method: str
    witnesses: tuple[str, ...]
    consent: str | None = None
    crisis: bool = False
    reason: str | None = None


def of_document(connection: Connection, register_number: str) -> dict[str, Custody]:
    """Every copy of a document with its state and holder, by copy number."""
    return of_documents(connection, [register_number])


def of_documents(connection: Connection, register_numbers: Sequence[str]) -> dict[str, Custody]:
    """Every copy of the documents with its state and holder, by copy number."""
    found: dict[str, Custody] = {}
    table = schema.events.c
    for some in query.batched(register_numbers):
        for copies in query.copies_of_all(connection, some).values():
            for copy in copies:
                since = copy.settled_at or copy.reserved_at
                found[copy.copy_number] = Custody(copy.copy_number, State(copy.status.value), copy.recipient, since)
        moves = select(table.seq, table.kind, table.copy, table.at, table.detail).where(
            table.document.in_(some), table.kind.in_(_MOVES)
        )
        # Sorted here for the reason that query.of_kinds gives.
        for event in sorted(connection.execute(moves), key=lambda row: row.seq):
            if (custody := found.get(event.copy)) is None:
                continue
            if event.kind == EventKind.TRANSFERRED:
                found[event.copy] = replace(custody, holder=json.loads(event.detail)["to"], since=event.at)
            else:
                found[event.copy] = replace(custody, state=State(event.kind), since=event.at)
    for incident in incidents(connection):
        for number in incident.copies:
            if incident.report is None and number in found:
                custody = found[number]
                found[number] = replace(custody, incidents=(*custody.incidents, incident.number))
    return found


def in_hand(connection: Connection, numbers: Sequence[str], *, spoiled: bool = True) -> list[CopyRecord]:
    """The copies of those numbers, which must still be there: issued, or spoiled where that is allowed.

    Raises RegisterError naming the first that is not; UsageError when none or one twice is named.
    """
    wanted = [shown(number.strip().upper()) for number in numbers]
    if not wanted or len(set(wanted)) < len(wanted):
        raise UsageError("Name each copy once.", remedy="'marker register list' shows the copy numbers.")
    found: list[CopyRecord] = []
    for number in wanted:
        copy = query.copy(connection, number)
        if copy is None:
            raise RegisterError(f"{number} is not in the register.", remedy="Check the number.")
        state = of_document(connection, copy.register_number)[number].state
        if state is not State.ISSUED and not (spoiled and state is State.SPOILED):
            raise RegisterError(
                f"{number} is {state.value}.", remedy=f"See 'marker register show {copy.register_number}'."
            )
        found.append(copy)
    return found


def transfer(pen: Pen, number: str, to: str, *, consent: str | None, unknown_is_third: bool) -> None:
    """A copy goes to another holder.  Raises HoldError(consent-required) for a third party (Article 4(3))."""
    (copy,) = in_hand(pen.connection, [number], spoiled=False)
    document = _document(pen.connection, copy)
    if not to.strip():
        raise UsageError("A holder has a name.", remedy="Say who with --to.")
    before = of_document(pen.connection, copy.register_number)[copy.copy_number].holder
    party = recipients.party_of(pen.connection, to)
    used = None
    if party == recipients.THIRD or (party is None and unknown_is_third):
        used = consents.use(
            pen,
            consent,
            needs=frozenset({Covers.RELEASE}),
            level=document.level,
            register_number=document.register_number,
            articles=[pen.articles.release],
            doing=recipients.third_party(to, party, "Handing a copy"),
        )
    detail = {"from": before, "to": shown(to.strip()), "party": party, "consent": used}
    append(pen, EventKind.TRANSFERRED, document=copy.register_number, copy=copy.copy_number, detail=detail)


def spoil_once(pen: Pen, register_number: str, number: str, reason: str) -> None:
    """A copy came out unusable, and another number is to stand for it; one that is recorded as spoiled is left so.

    Raises RegisterError when it is no issued copy of that document, UsageError without a reason.
    """
    custody = of_document(pen.connection, register_number).get(shown(number))
    if custody is None:
        raise RegisterError(f"{shown(number)} is no copy of {register_number}.", remedy="Check the number.")
    if custody.state is not State.ISSUED:
        return  # drawing the new number asks whether it was spoiled
    if not reason.strip():
        raise UsageError("A copy is spoiled for a reason; none was given.", remedy="Say why with --reason.")
    append(pen, EventKind.SPOILED, document=register_number, copy=number, detail={"reason": shown(reason)})


def hand_back(pen: Pen, numbers: Sequence[str], *, on: str, reference: str) -> list[CopyRecord]:
    """Copies went back to the sender (Article 7(5)).  Raises RegisterError."""
    found = in_hand(pen.connection, numbers)
    for copy in found:
        detail = {"on": on, "reference": shown(reference)}
        append(pen, EventKind.RETURNED, document=copy.register_number, copy=copy.copy_number, detail=detail)
    return found


def destroy(
    pen: Pen, numbers: Sequence[str], how: Destroying, handling: Mapping[LevelId, Handling]
) -> list[tuple[CopyRecord, DocumentRecord, int]]:
    """Copies were destroyed before two witnesses; all or none is recorded, each with the number of its event.

    Raises RegisterError for top secret (Article 7(5)); HoldError(consent-required) where Article 7(6) wants a consent;
    neither in a crisis (Article 7(8)).  UsageError without two different witnesses.
    """
    witnesses = list(dict.fromkeys(" ".join(shown(name).split()) for name in how.witnesses if name.strip()))
    if len({name.casefold() for name in witnesses}) < 2:
        raise UsageError("Two different persons witness a destruction.", remedy="Name each with --witness.")
    if how.crisis and not (how.reason or "").strip():
        raise UsageError(
            f"A destruction in a crisis ({cited(pen.articles.crisis)}) states what made it necessary.",
            remedy="Say it with --reason.",
        )
    done: list[tuple[CopyRecord, DocumentRecord, int]] = []
    for copy in in_hand(pen.connection, numbers):
        document = _document(pen.connection, copy)
        consent = None if how.crisis else _may_destroy(pen, document, handling[document.level], how.consent)
        detail = {
            "on": how.on,
            "method": shown(how.method),
            "witnesses": witnesses,
            "consent": consent,
            "crisis": how.crisis,
            "reason": shown(how.reason) if how.reason else None,
        }
        append(pen, EventKind.DESTROYED, document=copy.register_number, copy=copy.copy_number, detail=detail)
        done.append((copy, document, head(pen.connection).seq))
    return done


def destroying(detail: str) -> Destroying:
    """How it was done, from the detail of the event."""
    told = json.loads(detail)
    return Destroying(**{**told, "witnesses": tuple(told["witnesses"])})


def _may_destroy(pen: Pen, document: DocumentRecord, handling: Handling, consent: str | None) -> str | None:
    if handling.destroy is Destruction.NEVER:
        raise RegisterError(
            f"A {document.level} document is never destroyed ({cited(handling.destroy_article)}); "
            f"{document.register_number} goes back to the sender.",
            remedy=f"Record that with 'marker return'; only in a crisis ({cited(pen.articles.crisis)}) is it "
            "destroyed: --crisis.",
        )
    if handling.destroy is Destruction.FREE:
        return None
    return consents.use(
        pen,
        consent,
        needs=frozenset({Covers.DESTRUCTION}),
        level=document.level,
        register_number=document.register_number,
        articles=[handling.destroy_article],
        doing=f"The destruction of a {document.level} document",
    )


def open_incident(pen: Pen, numbers: Sequence[str], *, on: str, what: str) -> int:
    """Record a breach (Article 10), tied to copies; returns its number.  Raises RegisterError, UsageError."""
    if not what.strip():
        raise UsageError("An incident says what happened.", remedy="Say it with --what.")
    wanted = [shown(number.strip().upper()) for number in numbers]
    documents: list[str] = []
    for number in wanted:
        copy = query.copy(pen.connection, number)
        if copy is None:
            raise RegisterError(f"{number} is not in the register.", remedy="Check the number.")
        documents.append(copy.register_number)
    detail = {"step": "opened", "on": on, "what": shown(what), "copies": wanted}
    append(pen, EventKind.INCIDENT, document=documents[0] if len(set(documents)) == 1 else None, detail=detail)
    return head(pen.connection).seq


def report_incident(pen: Pen, number: int, report: str) -> Incident:
    """Record what the investigation found and close the incident (Article 10).  Raises RegisterError."""
    incident = next((known for known in incidents(pen.connection) if known.number == number), None)
    if incident is None or incident.report is not None:
        state = "not in the register" if incident is None else "closed"
        raise RegisterError(f"Incident {number} is {state}.", remedy="'marker incident list' shows them.")
    if not report.strip():
        raise UsageError("A report says what was found.", remedy="Say it with --text.")
    append(pen, EventKind.INCIDENT, detail={"step": "reported", "incident": number, "report": shown(report)})
    return replace(incident, report=shown(report))


def incidents(connection: Connection) -> list[Incident]:
    """All incidents in the order they were opened."""
    found: dict[int, Incident] = {}
    for row in query.of_kinds(connection, EventKind.INCIDENT):
        told = json.loads(row.detail)
        if told["step"] == "opened":
            found[row.seq] = Incident(row.seq, told["on"], told["what"], tuple(told["copies"]), row.at, row.operator)
        elif told["incident"] in found:
            found[told["incident"]] = replace(found[told["incident"]], report=told["report"])
    return list(found.values())


def _document(connection: Connection, copy: CopyRecord) -> DocumentRecord:
    document = query.document(connection, copy.register_number)
    if document is None:
        raise RegisterError(f"{copy.copy_number} has no document.", remedy="Run marker register verify.")
    return document


def forbidden(error: HoldError) -> RegisterError:
    """The refusal of a register command for what holds a file elsewhere: status 4, the article named in the text."""
    return RegisterError(str(error))

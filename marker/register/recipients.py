"""The list of recipients with their Party: whoever is not on it counts as a third party (Articles 4(3), 4(4))."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from marker.errors import RegisterError, UsageError
from marker.names import shown
from marker.register import query
from marker.register.ledger import Pen, append
from marker.register.records import EventKind

THIRD: Final = "other"
"""What stands for the Party of a recipient who belongs to neither."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient as last entered in the list."""

    name: str
    party: str
    """A Party of the Agreement, or :data:`THIRD`."""
    at: str
    operator: str


def add(pen: Pen, name: str, party: str, parties: Collection[str]) -> None:
    """Enter a recipient, or correct their Party.  Raises UsageError for a Party that is none, RegisterError."""
    if not name.strip():
        raise UsageError("A recipient has a name.", remedy="Give it first.")
    if party not in (*parties, THIRD):
        raise UsageError(
            f"{shown(party)} is no Party.", remedy=f"Name one of {', '.join(sorted(parties))}, or {THIRD}."
        )
    if party_of(pen.connection, name) == party:
        raise RegisterError(f"{shown(name)} is in the list already, as {party}.", remedy="There is nothing to do.")
    append(pen, EventKind.RECIPIENT, detail={"name": shown(name.strip()), "party": party})


def state(pen: Pen, names: Iterable[str], party: str, parties: Collection[str]) -> None:
    """Enter those of the recipients who are not in the list yet, all as ``party``'s.

    Raises UsageError for a Party that is none, and for a recipient who is in the list as somebody else's.
    """
    for name in dict.fromkeys(names):
        known = party_of(pen.connection, name)
        if known is None:
            add(pen, name, party, parties)
        elif known != party:
            raise UsageError(
                f"{shown(name)} is in the list of recipients as {known}.",
                remedy="Correct that with 'marker recipient add' first, or leave out --recipient-party.",
            )


def listed(connection: Connection) -> dict[str, Recipient]:
    """Recipients by their folded name; the last entry of a name counts."""
    found: dict[str, Recipient] = {}
    for row in query.of_kinds(connection, EventKind.RECIPIENT):
        told = json.loads(row.detail)
        found[_key(told["name"])] = Recipient(told["name"], told["party"], row.at, row.operator)
    return found


def party_of(connection: Connection, name: str) -> str | None:
    """The Party of a recipient, :data:`THIRD`, or None when they are not in the list."""
    recipient = listed(connection).get(_key(shown(name)))
    return recipient.party if recipient else None


def third_party(name: str, party: str | None, what: str) -> str:
    """The beginning of the sentence that refuses ``what`` for a recipient who counts as a third party."""
    if party is not None:
        return f"{what} for {shown(name)}, who is of neither Party,"
    return (
        f"{shown(name)} is not in the list of recipients: state their Party with --recipient-party or 'marker "
        f"recipient add'. {what} for one who is of neither"
    )


def _key(name: str) -> str:
    return " ".join(name.casefold().split())

"""Which files are held and wait for a person: told by the ledger, so that no second list can disagree with it."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import Connection, select

from marker.model import HoldCode, PartyId
from marker.register import query, schema
from marker.register.records import DocumentStatus, EventKind, HeldFile

_documents = schema.documents.c


def held_id(sha256: str | None, name: str) -> str:
    """Ten characters that stand for a held file: of its content, or of its path when it could not be read."""
    return (sha256 or hashlib.sha256(name.encode()).hexdigest())[:10]


def waiting(connection: Connection) -> list[HeldFile]:
    """Files whose last word is "held": neither rejected nor registered since, in the order they were first held."""
    found: dict[str, HeldFile] = {}
    for row in query.of_kinds(connection, EventKind.HELD, EventKind.REJECTED):
        detail = json.loads(row.detail)
        key = held_id(detail["sha256"], detail["name"])
        if row.kind == EventKind.REJECTED.value:
            found.pop(key, None)
            continue
        party = detail.get("party")
        found[key] = HeldFile(
            key, detail["sha256"], detail["name"], HoldCode(detail["code"]), PartyId(party) if party else None, row.at
        )
    hashes = [held.sha256 for held in found.values() if held.sha256 is not None]
    registered: set[str] = set()
    for some in query.batched(hashes):
        known = select(_documents.source_sha256).where(
            _documents.source_sha256.in_(some), _documents.status == DocumentStatus.REGISTERED.value
        )
        registered.update(connection.scalars(known))
    return [held for held in found.values() if held.sha256 not in registered]

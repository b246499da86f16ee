"""What PostgreSQL refuses by itself: the same as SQLite does (:mod:`marker.register.triggers`), and TRUNCATE too.

One tuple a schema version, never edited afterwards: migrations install them, ``verify`` compares them with what the
server holds.  Each guard is a function and a trigger of the same name.  The functions look only into the register's
own schema, so that a temporary table of the same name cannot stand in for one of ours; the triggers fire always, also
for a session that calls itself a replica.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_BITS: Final = {"ROW": 1, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
_BEFORE: Final = 2


@dataclass(frozen=True, slots=True)
class Guard:
    """A trigger that refuses; ``condition`` says when, and always where it is empty."""

    name: str
    table: str
    when: tuple[str, ...]
    condition: str
    message: str

    @property
    def level(self) -> str:
        """A statement that empties a table, or that is never right, is refused as a whole, rows or none."""
        return "ROW" if self.condition else "STATEMENT"

    @property
    def source(self) -> str:
        """The body of the function, as ``pg_proc.prosrc`` holds it."""
        refuse = f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation';"
        if not self.condition:
            return f"BEGIN {refuse} END"
        return f"BEGIN IF {self.condition} THEN {refuse} END IF; RETURN NEW; END"

    @property
    def kind(self) -> int:
        """As ``pg_trigger.tgtype`` holds it."""
        return _BEFORE | sum(_BITS[word] for word in self.when) | _BITS.get(self.level, 0)

    def statements(self, schema: str) -> tuple[str, ...]:
        """What installs it in ``schema``, a quoted name."""
        return (
            f"CREATE FUNCTION {schema}.{self.name}() RETURNS trigger LANGUAGE plpgsql"
            f" SET search_path = {schema}, pg_temp AS $guard${self.source}$guard$",
            f"CREATE TRIGGER {self.name} BEFORE {' OR '.join(self.when)} ON {schema}.{self.table}"
            f" FOR EACH {self.level} EXECUTE FUNCTION {schema}.{self.name}()",
            f"ALTER TABLE {schema}.{self.table} ENABLE ALWAYS TRIGGER {self.name}",
        )


def _never(table: str, what: str, *when: str) -> Guard:
    words = "_or_".join(word.lower() for word in when)
    return Guard(f"{table}_no_{words}", table, when, "", what)


def _changed(*columns: str) -> str:
    return (
        f"({', '.join(f'NEW.{column}' for column in columns)}) IS DISTINCT FROM"
        f" ({', '.join(f'OLD.{column}' for column in columns)})"
    )


POSTGRES_0001: Final = (
    _never("events", "events are append-only: no update, no delete", "UPDATE", "DELETE", "TRUNCATE"),
    Guard(
        "events_in_order",
        "events",
        ("INSERT",),
        "NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM events)"
        " OR NEW.previous_hash IS DISTINCT FROM"
        " coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), repeat('0', 64))",
        "events are append-only: the next event continues the last",
    ),
    _never("runs", "runs never change and are never deleted", "UPDATE", "DELETE", "TRUNCATE"),
    _never("documents", "documents are never deleted", "DELETE", "TRUNCATE"),
    Guard(
        "documents_in_order",
        "documents",
        ("INSERT",),
        "NEW.status <> 'reserved'"
        " OR NEW.serial <> (SELECT max(serial) + 1 FROM documents WHERE party = NEW.party AND year = NEW.year)",
        "register numbers follow each other",
    ),
    Guard(
        "documents_no_change",
        "documents",
        ("UPDATE",),
        _changed(
            "register_number", "party", "year", "serial", "source_sha256", "source_name", "format", "pages", "marking",
            "level", "equivalent", "stated_by", "stated_reason", "sender_ref", "sender_date", "purpose", "evidence",
            "registered_on", "registered_at", "profile_sha256",
        ),
        "what was registered never changes",
    ),
    Guard(
        "documents_settle_once",
        "documents",
        ("UPDATE",),
        "OLD.status <> 'reserved' OR NEW.status = 'reserved'",
        "a settled document never goes back",
    ),
    _never("copies", "copies are never deleted", "DELETE", "TRUNCATE"),
    Guard(
        "copies_in_order",
        "copies",
        ("INSERT",),
        "NEW.status <> 'reserved'"
        " OR NEW.copy_index <> (SELECT coalesce(max(copy_index), 0) + 1 FROM copies WHERE document = NEW.document)",
        "copy numbers follow each other and are used once",
    ),
    Guard(
        "copies_no_change",
        "copies",
        ("UPDATE",),
        _changed(
            "copy_number", "document", "copy_index", "set_no", "set_size", "recipient", "purpose", "operator",
            "clearance", "reserved_at", "run",
        ),
        "what a copy number was drawn for never changes",
    ),
    Guard(
        "copies_settle_once",
        "copies",
        ("UPDATE",),
        "OLD.status <> 'reserved' OR (NEW.status <> 'reserved' AND " + _changed("path", "sha256") + ")",
        "a settled copy never goes back, and what is issued is what was announced",
    ),
)  # fmt: skip

POSTGRES_0002: Final = (_never("grounds", "the grounds of a copy never change", "UPDATE", "DELETE", "TRUNCATE"),)

POSTGRES_0004: Final = (
    _never("parts", "the parts of a document never change", "UPDATE", "DELETE", "TRUNCATE"),
    _never("files", "the files of a copy never change", "UPDATE", "DELETE", "TRUNCATE"),
)

POSTGRES: Final = (*POSTGRES_0001, *POSTGRES_0002, *POSTGRES_0004)
"""The guards of the schema this code speaks."""

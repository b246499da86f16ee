"""What SQLite refuses by itself: a number that changes, a copy that goes back, an event that is touched.

One tuple a schema version, never edited afterwards: migrations install them, ``verify`` compares them with what the
file holds.  ``BEFORE INSERT`` triggers refuse what ``INSERT OR REPLACE`` would replace, so that the guard does not
rest on the ``recursive_triggers`` setting of whoever opens the file.
"""

from __future__ import annotations

from typing import Final


def _trigger(name: str, when: str, condition: str, message: str) -> str:
    guard = f" WHEN {condition}" if condition else ""
    return f"CREATE TRIGGER {name} BEFORE {when}{guard} BEGIN SELECT RAISE(ABORT, '{message}'); END"


SQLITE_0001: Final = (
    _trigger("events_no_update", "UPDATE ON events", "", "events are append-only: no update"),
    _trigger("events_no_delete", "DELETE ON events", "", "events are append-only: no delete"),
    _trigger(
        "events_in_order",
        "INSERT ON events",
        "NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)"
        # 32 zero bytes in hexadecimal stand before the first event.
        " OR NEW.previous_hash IS NOT"
        " coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), hex(zeroblob(32)))",
        "events are append-only: the next event continues the last",
    ),
    _trigger("runs_no_update", "UPDATE ON runs", "", "runs never change"),
    _trigger("runs_no_delete", "DELETE ON runs", "", "runs are never deleted"),
    _trigger(
        "runs_no_replace",
        "INSERT ON runs",
        "EXISTS (SELECT 1 FROM runs WHERE id = NEW.id)",
        "runs are never replaced",
    ),
    _trigger("documents_no_delete", "DELETE ON documents", "", "documents are never deleted"),
    _trigger(
        "documents_in_order",
        "INSERT ON documents",
        "NEW.status <> 'reserved'"
        " OR NEW.serial <> (SELECT max(serial) + 1 FROM documents WHERE party = NEW.party AND year = NEW.year)"
        " OR EXISTS (SELECT 1 FROM documents WHERE register_number = NEW.register_number"
        " OR (party = NEW.party AND source_sha256 = NEW.source_sha256 AND status <> 'void'))",
        "register numbers follow each other, and a live document has one",
    ),
    _trigger(
        "documents_no_change",
        "UPDATE OF register_number, party, year, serial, source_sha256, source_name, format, pages, marking, level,"
        " equivalent, stated_by, stated_reason, sender_ref, sender_date, purpose, evidence, registered_on,"
        " registered_at, profile_sha256 ON documents",
        "",
        "what was registered never changes",
    ),
    _trigger(
        "documents_settle_once",
        "UPDATE OF status ON documents",
        "OLD.status <> 'reserved' OR NEW.status = 'reserved'",
        "a settled document never goes back",
    ),
    _trigger("copies_no_delete", "DELETE ON copies", "", "copies are never deleted"),
    _trigger(
        "copies_in_order",
        "INSERT ON copies",
        "NEW.status <> 'reserved'"
        " OR NEW.copy_index <> (SELECT coalesce(max(copy_index), 0) + 1 FROM copies WHERE document = NEW.document)"
        " OR EXISTS (SELECT 1 FROM copies WHERE copy_number = NEW.copy_number)",
        "copy numbers follow each other and are used once",
    ),
    _trigger(
        "copies_no_change",
        "UPDATE OF copy_number, document, copy_index, set_no, set_size, recipient, purpose, operator, clearance,"
        " reserved_at, run ON copies",
        "",
        "what a copy number was drawn for never changes",
    ),
    _trigger(
        "copies_settle_once",
        "UPDATE OF status, path, sha256, settled_at, void_reason ON copies",
        "OLD.status <> 'reserved'"
        " OR (NEW.status <> 'reserved' AND (NEW.path IS NOT OLD.path OR NEW.sha256 IS NOT OLD.sha256))",
        "a settled copy never goes back, and what is issued is what was announced",
    ),
)

SQLITE_0002: Final = (
    _trigger("grounds_no_update", "UPDATE ON grounds", "", "the grounds of a copy never change"),
    _trigger("grounds_no_delete", "DELETE ON grounds", "", "the grounds of a copy are never deleted"),
    _trigger(
        "grounds_no_replace",
        "INSERT ON grounds",
        "EXISTS (SELECT 1 FROM grounds WHERE copy_number = NEW.copy_number)",
        "the grounds of a copy are never replaced",
    ),
)


def _fixed(table: str, key: str, what: str) -> tuple[str, ...]:
    return (
        _trigger(f"{table}_no_update", f"UPDATE ON {table}", "", f"{what} never change"),
        _trigger(f"{table}_no_delete", f"DELETE ON {table}", "", f"{what} are never deleted"),
        _trigger(
            f"{table}_no_replace",
            f"INSERT ON {table}",
            f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key} AND part = NEW.part)",  # noqa: S608  # names of ours
            f"{what} are never replaced",
        ),
    )


SQLITE_0004: Final = (
    *_fixed("parts", "document", "the parts of a document"),
    *_fixed("files", "copy_number", "the files of a copy"),
)

SQLITE: Final = (*SQLITE_0001, *SQLITE_0002, *SQLITE_0004)
"""The triggers of the schema this code speaks."""

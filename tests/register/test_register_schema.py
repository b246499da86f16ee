"""The schema: what the migrations make is what the code declares, and the database itself refuses what must not be."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import marker.register.migrations
from marker.register import DocumentEntry, Register, schema, triggers

Entry = Callable[..., DocumentEntry]
Publish = Callable[..., object]
pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
ROWS = ("runs", "documents", "copies", "events")


@pytest.fixture
def database(register: Register, entry: Entry, publish: Publish) -> Iterator[sqlite3.Connection]:
    """The file of a register with one issued, one reserved and one void document, opened by another program that
    sets none of our settings."""
    publish(register, register.reserve(entry("issued"), ["A"]))
    register.reserve(entry("reserved"), [None])
    register.void([register.reserve(entry("void"), [None]).copies[0].copy_number], "stamp-failed")
    with closing(sqlite3.connect(register.path, isolation_level=None)) as connection:
        yield connection


def contents(database: sqlite3.Connection) -> dict[str, list[object]]:
    return {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in ROWS}  # noqa: S608  # names of ours


def normalised(sql: str) -> list[str]:
    """The lines of a definition, in one order: constraints may be written in any."""
    return sorted(line.strip().rstrip(",") for line in re.sub(r'"', "", sql).splitlines() if line.strip())


# An index on an expression cannot be reflected; its definition is compared as text below.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_a_fresh_migration_makes_what_the_code_declares(register: Register) -> None:
    migrated = create_engine(f"sqlite:///{register.path}")
    declared = create_engine("sqlite://")
    schema.METADATA.create_all(declared)
    query = text("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL")
    with migrated.connect() as one, declared.connect() as other:
        context = MigrationContext.configure(
            one, opts={"version_table": schema.VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, schema.METADATA) == []
        made = {name: normalised(sql) for name, sql in one.execute(query) if name != schema.VERSION_TABLE}
        wanted = {name: normalised(sql) for name, sql in other.execute(query)}
    migrated.dispose()
    declared.dispose()
    assert made == wanted


def test_every_schema_version_has_its_migration_and_the_last_is_ours(address: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(marker.register.migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == schema.REVISIONS
    assert scripts.get_heads() == [schema.REVISIONS[-1]]


def test_the_guards_are_in_the_file(database: sqlite3.Connection) -> None:
    present = {sql for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")}
    assert present == set(triggers.SQLITE)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET operator = 'nobody' WHERE seq = 2",
        "UPDATE events SET seq = seq + 100",
        "UPDATE OR REPLACE events SET seq = 1 WHERE seq = 2",
        "DELETE FROM events WHERE seq = 2",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events WHERE seq = 2",
        "REPLACE INTO events SELECT * FROM events WHERE seq = (SELECT max(seq) FROM events)",
        "INSERT INTO events SELECT seq + 1000, at, run, operator, kind, document, copy, detail, profile_sha256,"
        " previous_hash, hash FROM events WHERE seq = 2",
        "INSERT INTO events SELECT (SELECT max(seq) + 1 FROM events), at, run, operator, kind, document, copy, detail,"
        " profile_sha256, previous_hash, hash FROM events WHERE seq = 2",
        "INSERT INTO events (at, run, operator, kind, detail, profile_sha256, previous_hash, hash) SELECT at, run,"
        " operator, kind, detail, profile_sha256, hash, hash FROM events ORDER BY seq DESC LIMIT 1",
        "UPDATE documents SET level = 'restricted'",
        "UPDATE documents SET register_number = 'KZ-2026-000009' WHERE serial = 1",
        "UPDATE documents SET status = 'reserved' WHERE serial = 1",
        "UPDATE documents SET status = 'void' WHERE serial = 1",
        "UPDATE documents SET status = 'registered' WHERE serial = 3",
        "UPDATE documents SET status = 'lost' WHERE serial = 2",
        "DELETE FROM documents WHERE serial = 3",
        "INSERT OR REPLACE INTO documents SELECT * FROM documents WHERE serial = 2",
        "UPDATE copies SET copy_number = 'KZ-2026-000009-01-X'",
        "UPDATE copies SET recipient = 'Somebody else' WHERE status = 'reserved'",
        "UPDATE copies SET status = 'reserved', settled_at = NULL WHERE status = 'issued'",
        "UPDATE copies SET status = 'reserved', settled_at = NULL, void_reason = NULL WHERE status = 'void'",
        "UPDATE copies SET status = 'void', void_reason = 'x' WHERE status = 'issued'",
        "UPDATE copies SET path = '/elsewhere' WHERE status = 'issued'",
        "UPDATE copies SET void_reason = 'another' WHERE status = 'void'",
        "UPDATE copies SET status = 'issued', settled_at = 'now' WHERE status = 'reserved'",
        "UPDATE copies SET status = 'issued', settled_at = 'now', path = '/x', sha256 = hex(zeroblob(32))"
        " WHERE status = 'reserved'",
        "UPDATE copies SET status = 'void', settled_at = 'now' WHERE status = 'reserved'",
        "UPDATE copies SET path = '/x' WHERE status = 'reserved'",
        "DELETE FROM copies WHERE status = 'void'",
        "INSERT OR REPLACE INTO copies SELECT * FROM copies WHERE status = 'reserved'",
        "UPDATE runs SET host = 'elsewhere'",
        "DELETE FROM runs",
        "INSERT OR REPLACE INTO runs SELECT * FROM runs",
    ],
)
def test_the_database_refuses(database: sqlite3.Connection, statement: str) -> None:
    before = contents(database)
    for recursive in ("OFF", "ON"):
        database.execute(f"PRAGMA recursive_triggers={recursive}")
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(statement)
        assert contents(database) == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"serial": 9, "register_number": "KZ-2026-000009"}, "a gap"),
        ({"serial": 3, "register_number": "KZ-2026-000099"}, "a serial used before"),
        ({"serial": 4, "register_number": "KZ-2026-000003"}, "a number used before"),
        ({"serial": 4, "register_number": "KZ-2026-000004", "status": "registered"}, "never reserved"),
        ({"serial": 4, "register_number": "KZ-2026-000004", "old": "reserved"}, "a second live registration"),
    ],
)
def test_a_document_out_of_turn_is_refused(database: sqlite3.Connection, change: dict[str, object], why: str) -> None:
    original = change.pop("old", "void")
    database.row_factory = sqlite3.Row
    row = dict(database.execute("SELECT * FROM documents WHERE status = ?", (original,)).fetchone())
    row |= {"status": "reserved"} | change
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    for verb in ("INSERT", "INSERT OR REPLACE"):
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(f"{verb} INTO documents ({names}) VALUES ({marks})", list(row.values()))
    assert database.execute("SELECT count(*) FROM documents").fetchone()[0] == 3, why


@pytest.mark.parametrize(
    "change",
    [{"copy_index": 3}, {"copy_index": 1}, {"status": "void"}, {"copy_number": None}, {"document": "KZ-2026-000077"}],
)
def test_a_copy_out_of_turn_is_refused(database: sqlite3.Connection, change: dict[str, object]) -> None:
    database.execute("PRAGMA foreign_keys=ON")
    database.row_factory = sqlite3.Row
    row = dict(database.execute("SELECT * FROM copies WHERE status = 'reserved'").fetchone())
    used = row["copy_number"]
    row |= {"copy_index": 2, "copy_number": "KZ-2026-000002-02-X"} | change
    row["copy_number"] = row["copy_number"] or used
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    with pytest.raises(sqlite3.IntegrityError):
        database.execute(f"INSERT INTO copies ({names}) VALUES ({marks})", list(row.values()))  # noqa: S608  # names of ours

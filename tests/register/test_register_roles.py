"""The roles as docs/register.md makes them: each may do its work, and nothing beyond."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from marker.errors import RegisterError
from marker.model import HoldCode
from marker.register import DocumentEntry, Register, open_register
from tests.postgres_server import Server, database_of

Entry = Callable[..., DocumentEntry]
Publish = Callable[..., list[Path]]
DOCUMENT = Path(__file__).parents[2] / "docs" / "register.md"
ROLES = ("marker_owner", "marker_clerk", "marker_reader", "a_clerk", "an_inspector")


@pytest.fixture
def database(postgres: Server, empty_postgres_url: str) -> Iterator[str]:
    """A database with the documented roles, a register made by its owner, a clerk and an inspector."""
    name = database_of(empty_postgres_url)
    once, after = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    try:
        postgres.run(once, name)
        opening(postgres, name, "marker_owner").close()
        postgres.run(f"SET ROLE marker_owner; {after}", name)
        postgres.run("CREATE ROLE a_clerk LOGIN; GRANT marker_clerk TO a_clerk", name)
        postgres.run("CREATE ROLE an_inspector LOGIN; GRANT marker_reader TO an_inspector", name)
        yield name
    finally:
        for role in ROLES:
            if postgres.run(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):  # noqa: S608  # names of ours
                postgres.run(f"DROP OWNED BY {role} CASCADE", name)
        for role in ROLES:
            postgres.run(f"DROP ROLE IF EXISTS {role}")


def opening(postgres: Server, database: str, role: str) -> Register:
    return open_register(postgres.url(database, role), operator=role, clearance="", profile_sha256="c" * 64)


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(RegisterError, match="may not do this"):
        yield


def test_a_clerk_does_the_days_work_and_an_inspector_sees_that_it_is_whole(
    postgres: Server, database: str, entry: Entry, publish: Publish
) -> None:
    with opening(postgres, database, "a_clerk") as clerk:
        publish(clerk, clerk.reserve(entry("a"), [None]))
        clerk.void([clerk.reserve(entry("b"), [None]).copies[0].copy_number], "stamp-failed")
        assert clerk.recover() == []
        assert clerk.verify() == []
    with opening(postgres, database, "an_inspector") as inspector:
        assert inspector.verify(known_heads=[inspector.head()]) == []
        assert [document.serial for document in inspector.documents()] == [1, 2]
        assert {event.operator for event in inspector.last_events(100)} == {"a_clerk"}
        with refused():
            inspector.reserve(entry("c"), [None])
        with refused():
            inspector.held("a" * 64, "x", HoldCode.UNMARKED)


@pytest.mark.parametrize("role", ["a_clerk", "an_inspector"])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM events",
        "UPDATE events SET operator = 'x'",
        "TRUNCATE events",
        "UPDATE documents SET level = 'restricted'",
        "UPDATE copies SET recipient = 'x'",
        "DELETE FROM copies",
        "DROP TRIGGER events_in_order ON events",
        "DROP FUNCTION events_in_order() CASCADE",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "ALTER FUNCTION events_in_order() RENAME TO nothing",
        "CREATE OR REPLACE FUNCTION events_in_order() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE RULE nothing AS ON INSERT TO events DO INSTEAD NOTHING",
        "CREATE TABLE public.other (x int)",
        "SET session_replication_role = replica",
        "UPDATE register_version SET version_num = '0001'",
    ],
)
def test_neither_can_touch_what_was_written_or_its_guards(
    postgres: Server, database: str, role: str, statement: str
) -> None:
    with (
        psycopg.connect(postgres.url(database, role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_an_inspector_cannot_take_a_clerks_turn(postgres: Server, database: str, entry: Entry) -> None:
    with opening(postgres, database, "an_inspector") as inspector, refused(), inspector.writing() as pen:
        pen.connection.exec_driver_sql("INSERT INTO runs VALUES ('x', 'y', 1, 'z', 'w')")

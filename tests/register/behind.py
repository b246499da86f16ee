"""What someone can do to a register who has the file, or the server, and an SQL shell: no setting of ours is on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, text

from marker.register import Register, triggers
from marker.register.postgres_triggers import POSTGRES

Guards = dict[str, tuple[str, ...]]
"""What installs a guard, by what removes it."""


@contextmanager
def shell(register: Register) -> Iterator[Connection]:
    """A connection of another program."""
    engine = create_engine(register._store.reader.url)
    try:
        with engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
    finally:
        engine.dispose()


def guards(connection: Connection) -> Guards:
    """All guards of the register, and how each is removed."""
    if connection.dialect.name == "sqlite":
        return {f"DROP TRIGGER {trigger.split()[2]}": (trigger,) for trigger in triggers.SQLITE}
    return {f"DROP FUNCTION {guard.name} CASCADE": guard.statements("public") for guard in POSTGRES}


@contextmanager
def unguarded(register: Register, *, restore: bool = True) -> Iterator[Connection]:
    """A shell without guards, keys between tables or checks; the guards are put back afterwards."""
    with shell(register) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            for table, name in connection.exec_driver_sql(
                "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
            ).all():
                connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        kept = guards(connection)
        for removal in kept:
            connection.exec_driver_sql(removal)
        yield connection
        for statements in kept.values() if restore else ():
            for statement in statements:
                connection.exec_driver_sql(statement)


def put_back_to_the_first_schema(register: Register) -> None:
    """As a register was before there were grounds, and indexes for searching."""
    with shell(register) as connection:
        for removal in guards(connection):
            if any(table in removal for table in ("grounds", "parts", "files")):
                connection.exec_driver_sql(removal)
        for table in ("grounds", "parts", "files"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        for index in (
            "events_kind_document", "documents_source_sha256", "documents_sender_ref", "documents_registered_on",
            "documents_level", "copies_recipient_document", "events_holder",
        ):  # fmt: skip
            connection.exec_driver_sql(f"DROP INDEX ix_{index}")
        connection.exec_driver_sql("UPDATE register_version SET version_num = '0001'")


def tamper(register: Register, *statements: str, restore: bool = True, **values: object) -> None:
    """Take the guards away, change rows, put the guards back."""
    with unguarded(register, restore=restore) as connection:
        for statement in statements:
            found: Any = connection.execute(text(statement), values)
            assert found.rowcount != 0, statement

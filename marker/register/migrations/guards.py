"""How a migration installs the guards of its schema version, in the way of the database it runs on."""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

from marker.register.postgres_triggers import Guard


def install(sqlite: Sequence[str], postgres: Sequence[Guard]) -> None:
    """Make the triggers of SQLite, or the functions and triggers of PostgreSQL."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for trigger in sqlite:
            connection.exec_driver_sql(trigger)
        return
    schema = str(connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one())
    for guard in postgres:
        for statement in guard.statements(schema):
            connection.exec_driver_sql(statement)

"""Which schema version a database has, and how it comes to the one this code speaks.

The version is read with one plain query; Alembic, slow to import, is loaded only where there is something to migrate.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from marker.errors import RegisterError
from marker.register.schema import REVISIONS, VERSION_TABLE

QUEUE = "procrastinate_"
"""How the names of the queue's tables begin, which may share a database with the register."""


def bring_up_to_date(reader: Engine, writer: Engine, where: str, *, create: bool) -> None:
    """Make or migrate the tables, in one transaction.

    Raises RegisterError when the database is somebody else's, is empty and must not be made into a register, or was
    written by a newer version of this software.
    """
    with reader.connect() as connection:
        if _is_current(connection, where, create=create):
            return
    with writer.begin() as connection:
        # Another process may have done it while this one waited for its turn.
        if not _is_current(connection, where, create=create):
            _upgrade(connection)


def _is_current(connection: Connection, where: str, *, create: bool) -> bool:
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if any(not table.startswith(QUEUE) for table in tables):
            raise RegisterError(f"{where} is a database, but not a register.", remedy="Correct the path.")
        if not create:
            raise RegisterError(
                f"{where} is empty, not a register.", remedy="Correct the path, or restore the last backup."
            )
        return False
    versions = list(connection.scalars(text(f"SELECT version_num FROM {VERSION_TABLE}")))  # noqa: S608  # a constant of ours
    if len(versions) != 1:
        raise RegisterError(f"{where} does not say which version it has.", remedy="Restore the last backup.")
    version = str(versions[0])
    if version not in REVISIONS:
        raise RegisterError(
            f"{where} was written by a newer version of this software: its schema is {version}, the newest known here "
            f"{REVISIONS[-1]}.",
            remedy="Update marker on this machine; nothing was changed.",
        )
    return version == REVISIONS[-1]


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # A % in the path would start a reference of the configuration format.
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

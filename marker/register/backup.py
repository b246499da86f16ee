"""Back-up and restore.  A back-up is a SQLite register in one file, whatever database it came from.

So it verifies by itself, opens with the programs that open any register, and may be restored into either database: that
is also the way from a file to a server, and back.  It is taken from one moment while runs go on, and never waits for
them, nor they for it.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert, select

from marker.errors import RegisterError
from marker.names import shown
from marker.register import ledger, schema, triggers
from marker.register.opening import open_register
from marker.register.postgres_triggers import POSTGRES
from marker.register.records import Head
from marker.register.register import Register

_BATCH: Final = 5_000
"""Rows that are carried over at once."""
_ORDER: Final = tuple(schema.METADATA.sorted_tables)
"""Every table after those it points to."""


def back_up(register: Register, target: Path) -> Head:
    """Write a back-up to ``target`` (0600, must not exist), verify it, and tell the head it ends with.

    Raises RegisterError when the file is there already, cannot be written, or is not whole.
    """
    if target.exists():
        raise RegisterError(f"{shown(target)} is there already.", remedy="Name a new file: none is overwritten.")
    with _scratch(target.parent) as folder:
        copy = folder / "register.sqlite"
        if register.path is not None:
            _copy_file(register.path, copy)
        else:
            with _opened(str(copy), create=True) as empty, register.reading() as source:
                _carry_over(source, empty)
        head = _verified(copy, register.name)
        _as_one_file(copy)
        try:
            os.link(copy, target)  # fails where somebody was quicker
            _sync(target)
        except OSError as error:
            raise _not_written(target, error) from error
    return head


def restore(source: Path, url_or_path: str) -> Head:
    """Make the register at ``url_or_path`` from a back-up, verify it, and tell the head it ends with.

    A back-up of an older version of this software is brought up to date on the way; the file itself is left as it is.

    Raises RegisterError when the back-up is not whole, or when there is a register already.
    """
    if not source.is_file():
        raise RegisterError(f"There is no back-up at {shown(source)}.", remedy="Check the path.")
    with _scratch(None) as folder:
        copy = folder / "register.sqlite"
        _copy_file(source, copy)
        head = _verified(copy, shown(source))
        with _opened(url_or_path, create=True) as target:
            if target.head().seq:
                raise RegisterError(
                    f"There is a register already at {target.name}.",
                    remedy="Restore to a new place; move the old register away, never delete it.",
                )
            with _opened(str(copy), create=False) as backup, backup.reading() as rows:
                _carry_over(rows, target)
            problems = target.verify()
            if problems or target.head() != head:
                raise RegisterError(f"What was restored to {target.name} is not whole.", remedy="Use another back-up.")
    return head


def _opened(url_or_path: str, *, create: bool) -> Register:
    # Nothing is written under this name: what is carried over brings its own events.
    return open_register(url_or_path, operator="", clearance="", profile_sha256="", create=create)


def _verified(path: Path, name: str) -> Head:
    with _opened(str(path), create=False) as copy:
        problems = copy.verify()
        if problems:
            raise RegisterError(
                f"The back-up of {name} is not whole: {problems[0].where}: {problems[0].what}",
                remedy="Run marker register verify.",
            )
        return copy.head()


def _copy_file(source: Path, target: Path) -> None:
    """By SQLite's own back-up, which sees one moment and what stands in the write-ahead log."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"file:{_quoted(source)}?mode=ro", uri=True)) as before,
            closing(sqlite3.connect(target)) as after,
        ):
            before.backup(after)
    except sqlite3.Error as error:
        raise RegisterError(
            f"{shown(source)} cannot be copied: {error}.", remedy="Check that it is a register, and its permissions."
        ) from error


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path.absolute()))


def _as_one_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _carry_over(source: Connection, target: Register) -> None:
    """Every row as it is, in one transaction, with the guards out of the way: they refuse what is settled already."""
    with target.carrying() as connection, _unguarded(connection):
        if ledger.head(connection).seq:
            raise RegisterError(f"{target.name} was written to meanwhile.", remedy="Restore to a new place.")
        for table in _ORDER:
            rows = source.execute(select(table).execution_options(yield_per=_BATCH))
            for batch in rows.partitions(_BATCH):
                connection.execute(insert(table), [dict(row._mapping) for row in batch])


@contextmanager
def _unguarded(connection: Connection) -> Iterator[None]:
    if connection.dialect.name == "sqlite":
        for trigger in triggers.SQLITE:
            connection.exec_driver_sql(f"DROP TRIGGER {trigger.split()[2]}")
        yield
        for trigger in triggers.SQLITE:
            connection.exec_driver_sql(trigger)
        return
    for guard in POSTGRES:
        connection.exec_driver_sql(f"ALTER TABLE {guard.table} DISABLE TRIGGER {guard.name}")
    yield
    for guard in POSTGRES:
        connection.exec_driver_sql(f"ALTER TABLE {guard.table} ENABLE ALWAYS TRIGGER {guard.name}")


@contextmanager
def _scratch(beside: Path | None) -> Iterator[Path]:
    """A private folder, on the same disk as what is to be written; gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(prefix=".marker-", dir=beside) as name:
            yield Path(name)
    except OSError as error:
        raise _not_written(beside or Path(tempfile.gettempdir()), error) from error


def _sync(path: Path) -> None:
    for place, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        descriptor = os.open(place, flags | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _not_written(path: Path, error: OSError) -> RegisterError:
    return RegisterError(
        f"{shown(path)} cannot be written: {error.strerror}.", remedy="Name a place with room that you may write."
    )

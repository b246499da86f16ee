"""All that is SQLite's own: the file, its safety settings, its errors, its health.

Settings, and why: WAL, so that readers never wait for a writer; ``synchronous=FULL``, so that an issued number
survives a power cut; ``BEGIN IMMEDIATE`` for writers, so that two of them queue instead of failing half way; foreign
keys and ``recursive_triggers`` on, so that the guards of the schema hold for every statement.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from marker.errors import RegisterError
from marker.register import runs, triggers
from marker.register.turns import in_turn

BUSY_TIMEOUT: Final = 120.0
"""How long a writer waits for its turn, seconds."""

NETWORK_FILE_SYSTEMS: Final = frozenset({
    "9p", "afs", "ceph", "cifs", "fuse.davfs", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs", "ncpfs", "nfs", "nfs4",
    "smb3", "smbfs",
})  # fmt: skip
"""Where the shared memory of WAL does not work, so that two machines would draw the same number."""

_WRITES = "marker_writes"


class SqliteStore:
    """A register in a file on a local disk, with the locks of its runs in a folder beside it."""

    def __init__(self, path: Path, busy_timeout: float = BUSY_TIMEOUT) -> None:
        """``path`` must have been through :func:`prepare`.  Raises OSError."""
        self.name = str(path)
        self.path: Path | None = path
        self._place = path
        self._file = path.stat()
        self._locks = path.parent / runs.FOLDER
        self.reader, self.writer = engines(path, busy_timeout)

    def check(self) -> None:
        """Raise RegisterError when the file is no longer the one that was opened."""
        try:
            still_there = os.path.samestat(self._place.stat(), self._file)
        except OSError:
            still_there = False
        if not still_there:
            # What SQLite went on writing to the old file would be lost, and its numbers drawn again from the new one.
            raise RegisterError(
                f"The register {self.name} was moved or replaced while it was in use.",
                remedy="Put the right file in its place, run marker register verify, then start again.",
            )

    def translated(self) -> AbstractContextManager[None]:
        return translated(self._place)

    def health(self, connection: Connection) -> list[str]:
        return health(connection)

    def lock(self, run: str) -> runs.RunLock:
        with self._locks_kept():
            return runs.RunLock(self._locks, run)

    def holds(self, connection: Connection, run: str) -> bool:
        return True  # the kernel keeps the lock of a file as long as the process has it open

    @contextmanager
    def ended(self, run: str) -> Iterator[bool]:
        with self._locks_kept(), runs.ended(self._locks, run) as dead:
            yield dead

    def sweep(self) -> None:
        with self._locks_kept():
            runs.sweep(self._locks)

    def close(self) -> None:
        self.reader.dispose()

    @contextmanager
    def _locks_kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RegisterError(
                f"The locks of the register cannot be kept in {self._locks}: {error.strerror}.",
                remedy=f"Give the operator read and write permission for {self._locks}.",
            ) from error


def engines(path: Path, busy_timeout: float = BUSY_TIMEOUT) -> tuple[Engine, Engine]:
    """The engine that reads and the engine that writes, on one pool of connections."""
    reader = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": busy_timeout},
        pool_timeout=busy_timeout + 5,
    )
    event.listen(reader, "connect", _settings)
    place = path.with_name(f"{path.name}.turn")

    def begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(_WRITES, False):
            connection.exec_driver_sql("BEGIN")
            return
        with in_turn(place, busy_timeout):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(reader, "begin", begin)
    return reader, reader.execution_options(**{_WRITES: True})


_CACHE = "cache_size=-256"
"""KiB a connection, and each thread of a batch may have one: with SQLite's own 2 MB the pages of a register that grows
would gather in all of them, while the system keeps the file's pages in memory anyway."""


def _settings(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transactions start too late (at the first write); ours start with _begin.
    connection.isolation_level = None
    settings = ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "trusted_schema=OFF", _CACHE)
    for setting in settings:
        connection.execute(f"PRAGMA {setting}")


def use_wal(engine: Engine, path: Path, busy_timeout: float) -> None:
    """Switch the file to WAL, once in its life.  Raises RegisterError where the file system cannot do it."""
    deadline = time.monotonic() + busy_timeout
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        while mode != "wal":
            try:
                mode = cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            except sqlite3.OperationalError as error:
                # SQLite does not wait for its turn here; several processes may be making the file at once.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
                continue
            if mode != "wal":
                raise RegisterError(
                    f"The file system under {path} cannot keep a write-ahead log (it offers {mode}).",
                    remedy="Keep the register on a local disk.",
                )


def prepare(path: Path, *, create: bool) -> None:
    """Check the place of the file, and make an empty file for the owner alone (0600) where there is none.

    The folder must exist: making it here could start a second register, from number 1, on a disk that is not mounted.
    Raises RegisterError with what is wrong with the place.
    """
    if path.is_dir():
        raise RegisterError(
            f"{path} is a folder, not a register.", remedy=f"Name a file, such as {path / 'register.sqlite'}."
        )
    if not path.parent.is_dir():
        raise RegisterError(
            f"There is no folder {path.parent} for the register.",
            remedy=f"Mount the disk it stands on, correct the path, or make it: mkdir -p -m 700 {path.parent}",
        )
    _refuse_network(path)
    if not path.exists():
        if not create:
            raise RegisterError(
                f"There is no register at {path}.", remedy="Correct the path; convert or batch make a new register."
            )
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            pass  # another run made it in the meantime
        except OSError as error:
            raise RegisterError(
                f"The register {path} cannot be made: {error.strerror}.",
                remedy=f"Give {path.parent} write permission for the operator, or name another place.",
            ) from error
    if not path.is_file():
        raise RegisterError(f"{path} is no ordinary file.", remedy="Name a file on a local disk.")
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK | os.X_OK):
        raise _read_only(path)


def _refuse_network(path: Path) -> None:
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return  # nothing is known of the mounts; use_wal still has to succeed
    kind = file_system_of(Path(os.path.realpath(path)), mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise RegisterError(
            f"{path} stands on a network share ({kind}), where two machines could draw the same number.",
            remedy="Keep the register on a local disk of the machine that works with it.",
        )


def file_system_of(path: Path, mountinfo: str) -> str:
    """The type of the file system that holds ``path``, from the text of ``/proc/self/mountinfo``; empty if unknown."""
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        mount, _, source = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5 or not source:
            continue
        point = Path(_unescaped(fields[4]))
        # Of two mounts on one point the later covers the earlier.
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), source.split(" ")[0]
    return kind


def _unescaped(field: str) -> str:
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(code, letter)
    return field


def health(connection: Connection) -> list[str]:
    """What SQLite itself finds wrong, and which guards are missing or altered; empty when all is well."""
    found = [
        f"The file is damaged: {line}."
        for (line,) in connection.execute(text("PRAGMA integrity_check(20)"))
        if line != "ok"
    ]
    for table, *_ in connection.execute(text("PRAGMA foreign_key_check")):
        found.append(f"A row of {table} points to a row that is not there.")
    present = set(connection.scalars(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'")))
    for trigger in triggers.SQLITE:
        if trigger not in present:
            name = trigger.split()[2]
            found.append(f"The guard {name} is missing or was altered: someone worked on the file itself.")
    found += ["There is a trigger that is not of this software." for _ in present.difference(triggers.SQLITE)]
    return found


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn every error of the database inside the block into a RegisterError with its remedy."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise explained(error, path) from error
    except (OverflowError, UnicodeEncodeError) as error:
        raise RegisterError(
            f"The register {path} cannot keep a value: {type(error).__name__}.",
            remedy="Correct the number or the text.",
        ) from error


def explained(error: Exception, path: Path) -> RegisterError:
    """The RegisterError for a database error: what happened to the register at ``path``, and what to do."""
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    # The low byte is the primary code; extended codes say more than people need.
    primary = code & 0xFF if isinstance(code, int) else None
    if primary in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return _read_only(path)
    if primary in _EXPLAINED:
        message, remedy = _EXPLAINED[primary]
        return RegisterError(message.format(path=path, cause=cause), remedy=remedy.format(path=path))
    said = (str(cause).splitlines() or ["no detail"])[0]
    return RegisterError(
        f"The register {path} failed: {type(error).__name__}, {said}.",
        remedy="Check the disk and run marker register verify.",
    )


def _read_only(path: Path) -> RegisterError:
    return RegisterError(
        f"The register {path} cannot be written.",
        remedy=f"Give the operator write permission for it and for {path.parent}, or mount the disk for writing.",
    )


_BUSY = (
    "The register {path} is locked by another program.",
    "Wait until it has ended, then try again; fuser {path} names it.",
)
_EXPLAINED: Final[dict[int | None, tuple[str, str]]] = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CANTOPEN: (
        "The register {path} cannot be opened.",
        "Check that the disk is there and that the operator may read and write the file and its folder.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "{path} is not a register.",
        "Correct the path; if it was the register, it was overwritten: restore the last backup.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "The register {path} is damaged.",
        "Keep the file as it is, with the files ending in -wal and -shm, and restore the last backup beside it.",
    ),
    sqlite3.SQLITE_FULL: ("The disk of the register {path} is full.", "Make room, then try again."),
    sqlite3.SQLITE_IOERR: (
        "The disk of the register {path} fails.",
        "Check the disk; then run marker register verify.",
    ),
    sqlite3.SQLITE_CONSTRAINT: (
        "The register {path} refused: {cause}.",
        "Nothing was changed. Run marker register verify, and report this as a fault of the program.",
    ),
}

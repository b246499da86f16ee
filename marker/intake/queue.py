"""Documents on a queue that lives in the PostgreSQL register: any number of workers on any machine take them.

The queue says only where a file lies, for which Party, and whether it is to be moved; a worker takes it the same way
as a batch or a watcher does.  What keeps a document from being stamped twice is not the queue but the register: a
number is drawn for a file's bytes once.  So a job may be given out again whenever there is doubt: after a fault of a
disk, when another run has the same bytes in hand, and when the worker that had it gives no more signs of life.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

from marker.errors import MissingError, RegisterError, UsageError
from marker.intake.source import Candidate
from marker.model import PartyId

TASK: Final = "marker.document"
HEARTBEAT: Final = 5.0
"""Seconds between two signs of life of a worker."""
STALLED: Final = 20.0
"""Seconds without one after which its documents are given to others."""
_LOCK: Final = 5_207_014_118
"""Key of the advisory lock under which the queue's tables are made."""
_TOGETHER: Final = 500


def address(register: str) -> str:
    """The register's address as the queue's library takes it.  Raises UsageError when the register has no queue."""
    scheme, separator, rest = register.partition("://")
    if not separator or scheme.partition("+")[0] not in {"postgresql", "postgres"}:
        raise UsageError(
            "A queue needs a PostgreSQL register: a SQLite file is not shared between machines.",
            remedy="Name it with --register postgresql://…, or leave out --queue.",
        )
    return f"postgresql://{rest}"


def procrastinate() -> Any:
    """The library, quiet: what it logs would name files, and shows tracebacks.  Raises MissingError."""
    try:
        import procrastinate as library
    except ImportError as error:
        raise MissingError(
            "The queue's library is not installed.", remedy="pip install 'marker[queue]' installs it."
        ) from error
    logger = logging.getLogger("procrastinate")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return library


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Faults of the queue's database are faults of the register: it is the same one.  Raises RegisterError."""
    import psycopg

    try:
        yield
    except (procrastinate().exceptions.ConnectorException, psycopg.Error) as error:
        raise RegisterError(
            "The queue in the register cannot be reached.", remedy="Look at the database server, then try again."
        ) from error


def prepare(register: str) -> None:
    """Make the queue's tables where they are not there yet.  Raises RegisterError, UsageError, MissingError."""
    library = procrastinate()
    import psycopg

    with translated(), psycopg.connect(address(register), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # let go of with the connection
        row = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
        if row is None or row[0] is None:
            with library.App(connector=library.SyncPsycopgConnector(conninfo=address(register))).open() as app:
                app.schema_manager.apply_schema()


class Sender:
    """Puts documents on the queue; a context manager."""

    def __init__(self, register: str, receiving: PartyId, inbox: Path, output: Path, *, moves: bool) -> None:
        """``moves``: the received file is put away afterwards, as a watcher does."""
        self._register = register
        self._facts = {
            "receiving": receiving, "inbox": packed(inbox.absolute()), "output": packed(output.absolute()),
            "moves": moves,
        }  # fmt: skip

    def __enter__(self) -> Sender:
        prepare(self._register)
        library = procrastinate()
        self._app = library.App(connector=library.SyncPsycopgConnector(conninfo=address(self._register)))
        with translated():
            self._app.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._app.close()

    def send(self, candidates: Iterable[Candidate]) -> int:
        """Queue files that are not queued yet; how many were.  Raises RegisterError."""
        library = procrastinate()
        count = 0
        with translated():
            for candidate in candidates:
                place = packed(candidate.relative)
                key = hashlib.sha256(f"{self._facts['inbox']}\n{place}".encode()).hexdigest()
                # The lock: one file is in one worker's hands at a time.  The queueing lock: it is queued once.
                job = self._app.configure_task(TASK, lock=key, queueing_lock=key)
                try:
                    job.defer(relative=place, **self._facts)
                    count += 1
                except library.exceptions.AlreadyEnqueued:
                    continue
        return count


def packed(path: Path) -> str:
    """A path in any encoding as ASCII."""
    return quote_from_bytes(os.fsencode(path))


def unpacked(text: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(text)))

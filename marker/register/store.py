"""What the register needs of a database: :mod:`~marker.register.sqlite` and :mod:`~marker.register.postgres` have it.

The tables, the queries and the ledger are the same on both.  What differs stands behind :class:`Store`: how a writer
waits for its turn, how a run shows that it lives, what the database itself refuses, and how its errors read.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine


class Lock(Protocol):
    """Says that a run lives: held from its beginning, let go when its process ends, however it ends."""

    def release(self) -> None:
        """End the run.  Doing it twice is harmless."""

    def abandon(self) -> None:
        """Let go as a dying process would: whoever looks finds a run that ended early."""


class Store(Protocol):
    """A database that holds a register."""

    name: str
    """Where it is, for people: never with a password."""
    path: Path | None
    """The file, where there is one."""
    reader: Engine
    """Each of its transactions sees one moment and never waits."""
    writer: Engine
    """Its transactions follow one another: the next begins when the last has ended."""

    def check(self) -> None:
        """Raise RegisterError when it is no longer what was opened."""

    def translated(self) -> AbstractContextManager[None]:
        """Turn every error of the database inside the block into a RegisterError with its remedy."""

    def health(self, connection: Connection) -> list[str]:
        """What the database itself finds wrong, and which guards are missing or altered; empty when all is well."""

    def lock(self, run: str) -> Lock:
        """The lock of a run that begins.  Raises RegisterError when it cannot be kept."""

    def holds(self, connection: Connection, run: str) -> bool:
        """Whether the run, which is the caller's, still counts as alive to everybody else."""

    def ended(self, run: str) -> AbstractContextManager[bool]:
        """Whether no process holds the run's lock; if so it is held for the block, so that one settles at a time.

        Raises RegisterError when it cannot be told.
        """

    def sweep(self) -> None:
        """Remove what ended runs left of their locks.  Raises RegisterError."""

    def close(self) -> None:
        """Let go of all connections."""

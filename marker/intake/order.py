"""Keeping order among documents that are worked on at once.

Documents are read in parallel, but numbers are given out in input order, and the same bytes are never in work twice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turnstile:
    """Lets holders of tickets 0, 1, 2, … through in that order.  A ticket may be given up without entering."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._next = 0
        self._done: set[int] = set()
        # One for each who waits: all of them would be woken for each document, and all but one for nothing.
        self._gates: dict[int, threading.Event] = {}

    def wait(self, ticket: int) -> None:
        """Block until every lower ticket has been released."""
        with self._guard:
            if self._next >= ticket:
                return
            gate = self._gates.setdefault(ticket, threading.Event())
        gate.wait()

    def release(self, ticket: int) -> None:
        """Let the next one pass.  Releasing twice is harmless."""
        with self._guard:
            if ticket < self._next:
                return  # it has left already; kept, its number would stay for as long as the run lasts
            self._done.add(ticket)
            while self._next in self._done:
                self._done.remove(self._next)
                self._next += 1
                if (gate := self._gates.pop(self._next, None)) is not None:
                    gate.set()


class InWork:
    """Which contents (by SHA-256) are in work in this process."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._hashes: set[str] = set()

    def claim(self, sha256: str) -> bool:
        """Take the content if nobody has it; False when another thread is at it."""
        with self._condition:
            if sha256 in self._hashes:
                return False
            self._hashes.add(sha256)
            return True

    def settle(self, sha256: str) -> None:
        with self._condition:
            self._hashes.discard(sha256)
            self._condition.notify_all()

    @contextmanager
    def hold(self, sha256: str) -> Iterator[None]:
        """Wait for the content, and keep it for the ``with`` block."""
        with self._condition:
            self._condition.wait_for(lambda: sha256 not in self._hashes)
            self._hashes.add(sha256)
        try:
            yield
        finally:
            self.settle(sha256)

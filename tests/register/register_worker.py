"""A process that works with a register and may be killed at any moment; started by the tests, not a test itself.

``python register_worker.py MODE REGISTER FOLDER …``; what it prints is what the register has acknowledged.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from marker.model import LevelId, MarkingId, PartyId
from marker.register import AlreadyRegistered, BeingWorkedOn, DocumentEntry, Register, open_register
from marker.register.records import Overtaken


def entry(text: str) -> DocumentEntry:
    return DocumentEntry(
        PartyId("KZ"),
        hashlib.sha256(text.encode()).hexdigest(),
        f"{text}.pdf",
        "pdf",
        1,
        MarkingId("lt:secret"),
        LevelId("secret"),
        MarkingId("kz:secret"),
    )


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201  # the parent reads it


def convert(register: Register, folder: Path, text: str, step: str | None) -> None:
    """One document as intake does it; ``step`` names the moment at which to die."""
    reservation = register.reserve(entry(text), ["A", "B"] if text.endswith("3") else [None])
    if step == "reserved":
        die()
    numbers = [copy.copy_number for copy in reservation.copies]
    if text.endswith("7"):
        register.void(numbers, "stamp-failed")
        say("void", *numbers)
        return
    for number in numbers:
        data = f"stamped {number}".encode()
        temporary = folder / f".{number}.part"
        temporary.write_bytes(data)
        register.announce(number, str(folder / number), hashlib.sha256(data).hexdigest())
        if step == "announced":
            die()
        os.link(temporary, folder / number)
        temporary.unlink()
        if step == "published":
            die()
    if step == "issuing":
        # Half way through the transaction, with the write-ahead log already written to.
        with register._write() as pen:
            pen.connection.exec_driver_sql("UPDATE copies SET status = 'void', settled_at = 'x', void_reason = 'x'"
                                           " WHERE status = 'reserved'")  # fmt: skip
            die()
    register.issue(numbers)
    say("issued", *numbers)


def many(register: Register, folder: Path, name: str, count: str, step: str, at: str) -> None:
    """Convert ``count`` documents of this worker's own, dying at ``step`` of document ``at`` (``-``: never)."""
    for i in range(int(count)):
        convert(register, folder, f"{name} {i}", step if str(i) == at else None)


def draw(register: Register, folder: Path, name: str, first: str, count: str) -> None:
    """Settle what the dead left, then take documents ``first`` to ``count`` of this worker's own."""
    register.recover()
    for i in range(int(first), int(count)):
        try:
            convert(register, folder, f"{name} {i}.{os.getpid()}", None)
        except Overtaken:
            raise SystemExit(3) from None
        say("done", i)


def same(register: Register, folder: Path, count: str) -> None:
    """Convert documents that every other worker converts too."""
    for i in range(int(count)):
        try:
            convert(register, folder, f"same {i}", None)
        except (AlreadyRegistered, BeingWorkedOn) as refusal:
            say(type(refusal).__name__)


def wait(register: Register, folder: Path) -> None:
    """Reserve a number and stay alive until killed."""
    say(register.reserve(entry("waiting"), [None]).copies[0].copy_number)
    time.sleep(600)


def fork(register: Register, folder: Path) -> None:
    """Reserve a number, leave a child behind that lives on, and die."""
    number = register.reserve(entry("forking"), [None]).copies[0].copy_number
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b".")
        time.sleep(600)
    os.read(reading, 1)  # it has come to life, and let go of what was its parent's
    say(number, child)
    die()


if __name__ == "__main__":
    mode, place, out, *rest = sys.argv[1:]
    with open_register(place, operator="worker", clearance="secret", profile_sha256="c" * 64) as opened:
        work: dict[str, Callable[..., None]] = {"many": many, "same": same, "wait": wait, "fork": fork, "draw": draw}
        work[mode](opened, Path(out), *rest)

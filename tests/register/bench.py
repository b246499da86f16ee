"""How quickly a large register answers: ``python -m tests.register.bench [--copies N] [--postgres] [--keep FILE]``.

The register is made by bulk insert, ledger, chain and all, so that it verifies as any other.  Each question is asked
twenty times of an open register; printed are milliseconds: by the clock on the wall (least, median and most), and of
the processor, the server's share included.  At the end the register is verified.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from marker.agreement.load import load_profile
from marker.model import PartyId
from marker.numbering import CopyNumber
from marker.register import (
    EventRecord,
    Register,
    custody,
    duties,
    grounds,
    open_register,
    postgres_triggers,
    query,
    schema,
    search,
    triggers,
)
from marker.register.ledger import GENESIS, canonical, sealed
from marker.register.search import Wanted
from tests import postgres_server

RUN = "0" * 32
PROFILE = "c" * 64
LEVELS = (
    ("lt:restricted", "restricted", "kz:restricted"),
    ("lt:secret", "secret", "kz:secret"),
    ("lt:confidential", "confidential", "kz:secret"),
    ("lt:top-secret", "top-secret", "kz:top-secret"),
)
_UNITS = ("Second Department", "Archive", "Ә. Құрманғазиева", "Ž. Šimkus")
NAMES = [f"{unit} {n}" for unit in _UNITS for n in range(50)]
COPIES = 2
"""Copies of each document."""


class Maker:
    """The rows of a register, in the order of its ledger."""

    def __init__(self) -> None:
        self.seq = 0
        self.hash = GENESIS
        self.chance = random.Random(11)

    def event(self, at: str, kind: str, document: str | None, copy: str | None, detail: Any) -> tuple[object, ...]:
        self.seq += 1
        event = EventRecord(
            self.seq, at, RUN, "A. Clerk", kind, document, copy, canonical(detail), PROFILE, self.hash, ""
        )
        self.hash = sealed(event)
        return (*astuple(event)[:-1], self.hash)

    def rows(self, documents: int) -> Iterator[tuple[str, tuple[object, ...]]]:
        """Table and row, for each row."""
        first = date(2020, 1, 1)
        start = "2020-01-01T00:00:00.000000Z"
        run = {"host": "bench", "pid": 1, "command": "bench"}
        yield "runs", (RUN, run["host"], run["pid"], start, run["command"])
        yield "events", self.event(start, "run", None, None, run)
        serials: dict[int, int] = {}
        for n in range(documents):
            day = first + timedelta(days=n * 2100 // documents)
            at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            serial = serials[day.year] = serials.get(day.year, 0) + 1
            yield from self._document(n, day, at, serial)

    def _document(self, n: int, day: date, at: str, serial: int) -> Iterator[tuple[str, tuple[object, ...]]]:
        number = f"KZ-{day.year}-{serial:06d}"
        marking, level, equivalent = LEVELS[min(3, int(self.chance.expovariate(0.9)))]
        row = {
            "register_number": number, "party": "KZ", "year": day.year, "serial": serial,
            "source_sha256": f"{n:064x}", "source_name": f"/srv/received/{n}.pdf", "format": "pdf", "pages": 4,
            "marking": marking, "level": level, "equivalent": equivalent, "stated_by": None, "stated_reason": None,
            "sender_ref": f"{n % 97}-{n}", "sender_date": day.isoformat(), "purpose": None, "evidence": "[]",
            "registered_on": day.isoformat(), "registered_at": at, "profile_sha256": PROFILE, "status": "reserved",
        }  # fmt: skip
        yield "documents", (*list(row.values())[:-1], "registered")
        first_number = 1 if serial == 1 else None
        yield "events", self.event(at, "registered", number, None, {"row": row, "first_number": first_number})
        for index in range(1, COPIES + 1):
            copy_number = str(CopyNumber(PartyId("KZ"), day.year, serial, index))
            copy = {
                "copy_number": copy_number, "document": number, "copy_index": index, "set_no": 1, "set_size": COPIES,
                "recipient": self.chance.choice(NAMES), "purpose": None, "status": "reserved", "path": None,
                "sha256": None, "operator": "A. Clerk", "clearance": "secret", "reserved_at": at, "settled_at": None,
                "void_reason": None, "run": RUN,
            }  # fmt: skip
            published = {"path": f"/srv/out/{n}.{copy_number}.pdf", "sha256": f"{n * COPIES + index:063x}f"}
            yield "copies", tuple((copy | published | {"status": "issued", "settled_at": at}).values())
            yield "events", self.event(at, "reserved", number, copy_number, {"row": copy})
            yield "events", self.event(at, "announced", number, copy_number, published)
            yield "events", self.event(at, "issued", number, copy_number, published)
        if level != "restricted" and n % 50:
            yield "events", self.event(at, "receipt", number, None, {"kind": "written", "files": {}})
        if n % 40 == 0:
            moved = {"from": None, "to": self.chance.choice(NAMES), "party": "KZ", "consent": None}
            yield "events", self.event(at, "transferred", number, copy_number, moved)


def make(path: Path, copies: int) -> None:
    """A register of so many copies."""
    open_register(str(path), operator="", clearance="", profile_sha256=PROFILE).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for trigger in triggers.SQLITE:
            connection.execute(f"DROP TRIGGER {trigger.split()[2]}")
        waiting: dict[str, list[tuple[object, ...]]] = {}
        for table, row in Maker().rows(copies // COPIES):
            rows = waiting.setdefault(table, [])
            rows.append(row)
            if len(rows) == 20_000:
                _insert(connection, table, rows)
        for table, rows in waiting.items():
            _insert(connection, table, rows)
        connection.execute("ANALYZE")
        for trigger in triggers.SQLITE:
            connection.execute(trigger)
        connection.commit()


def make_on_server(url: str, copies: int) -> None:
    """The same register in an empty PostgreSQL database, row for row."""
    import psycopg

    open_register(url, operator="", clearance="", profile_sha256=PROFILE).close()
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # keys between tables are not asked row by row
        for guard in postgres_triggers.POSTGRES:
            connection.execute(f"ALTER TABLE {guard.table} DISABLE TRIGGER {guard.name}".encode())
        waiting: dict[str, list[tuple[object, ...]]] = {}
        for table, row in Maker().rows(copies // COPIES):
            rows = waiting.setdefault(table, [])
            rows.append(row)
            if len(rows) == 20_000:
                _copy_in(connection, table, rows)
        for table, rows in waiting.items():
            _copy_in(connection, table, rows)
        for guard in postgres_triggers.POSTGRES:
            connection.execute(f"ALTER TABLE {guard.table} ENABLE ALWAYS TRIGGER {guard.name}".encode())


def _copy_in(connection: Any, table: str, rows: list[tuple[object, ...]]) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    rows.clear()


def _insert(connection: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    marks = ",".join("?" * len(schema.METADATA.tables[table].columns))
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608  # names of ours
    rows.clear()


# ── questions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def listed(register: Register, **wanted: str) -> int:
    """What ``register list`` asks for its table."""
    with register.reading() as connection:
        found = search.documents(connection, Wanted(**wanted), 101)  # type: ignore[arg-type]  # by name
        numbers = [document.register_number for document in found]
        custody.of_documents(connection, numbers)
        query.copies_of_all(connection, numbers)
    return len(found)


def shown(register: Register, number: str) -> int:
    """What ``register show`` asks."""
    document = register.document(number)
    assert document is not None
    copies, events = register.copies_of(number), register.history(number)
    with register.reading() as connection:
        custody.of_document(connection, number)
        grounds.of_document(connection, number)
        query.parts_of(connection, number)
        profile = load_profile()
        handling = profile.handling_of(document.level)
        grounds.next_copy(connection, document, handling, profile.state_languages, "2026-11-22")
    return len(copies) + len(events)


def traced(register: Register, number: str) -> int:
    """What ``trace`` asks of a number, and of a file by its hash."""
    copy = register.copy(number)
    assert copy is not None
    assert copy.sha256 is not None
    assert register.copy_by_sha256(copy.sha256) == copy
    with register.reading() as connection:
        custody.of_document(connection, copy.register_number)
        custody.incidents(connection)
    return len(register.history(copy.register_number))


def measure(register: Register, documents: int, processor: Callable[[], float]) -> None:
    """Ask every question and print how long it took."""
    chance = random.Random(5)
    with register.reading() as connection:
        some = connection.execute(
            schema.copies.select().where(schema.copies.c.document.in_(
                [document.register_number for document in query.documents(
                    connection, party=None, year=2023, status=None, level=None, source_sha256=None, limit=200)]))
        ).all()  # fmt: skip

    def copy() -> Any:
        return chance.choice(some)

    questions: dict[str, Callable[[], int]] = {
        "list": lambda: listed(register),
        "list --number": lambda: listed(register, number=copy().copy_number[:13]),
        "list --recipient": lambda: listed(register, recipient="құрманғазиева 7"),
        "list --recipient, many": lambda: listed(register, recipient="department"),
        "list --recipient --level": lambda: listed(register, recipient="archive 3", level="top-secret"),
        "list --level top-secret": lambda: listed(register, level="top-secret"),
        "list --from --until": lambda: listed(register, since="2022-03-01", until="2022-03-31"),
        "list --sha256": lambda: listed(register, sha256=copy().sha256),
        "list --sender-ref": lambda: listed(register, sender_ref=f"-{chance.randrange(documents)}"),
        "show": lambda: shown(register, copy().document),
        "trace": lambda: traced(register, copy().copy_number),
    }
    for name, question in questions.items():
        report(name, question, 20, processor)
    profile = load_profile()

    def owed() -> int:
        with register.reading() as connection:
            return len(duties.owed(connection, profile, datetime.now(UTC), receipt_days=10, notice_days=10))

    def journal() -> int:
        with register.reading() as connection:
            return len(search.journal(connection, Wanted(since="2022-03-01", until="2022-03-31")))

    report("duties", owed, 3, processor)
    report("journal of a month", journal, 3, processor)


def report(name: str, question: Callable[[], int], times: int, processor: Callable[[], float]) -> None:
    """Ask so many times; the processor's time is the mean, for the server's is counted in hundredths of a second."""
    wall = []
    used = processor()
    for _ in range(times):
        start = time.perf_counter()
        found = question()
        wall.append(1000 * (time.perf_counter() - start))
    each = 1000 * (processor() - used) / times
    print(  # noqa: T201  # it is what the command is for
        f"{name:<26}{min(wall):>9.1f}{statistics.median(wall):>9.1f}{max(wall):>9.1f}{each:>9.1f}{found:>9}"
    )


def server_time(server: postgres_server.Server) -> Callable[[], float]:
    """A clock of the processor time, seconds, of this process and of all processes of the server, ended ones too."""
    postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    tick = os.sysconf("SC_CLK_TCK")

    def clock() -> float:
        ticks = 0
        for process in Path("/proc").glob("[0-9]*"):
            try:
                fields = (process / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile, and counts with its parent
            mine, parent = int(process.name) == postmaster, int(fields[1]) == postmaster
            if mine or parent:
                ticks += sum(map(int, fields[11 : 15 if mine else 13]))
        return time.process_time() + ticks / tick

    return clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true", help="on a throw-away PostgreSQL server instead of SQLite")
    parser.add_argument("--keep", type=Path, help="make the file here, or use the one that is here")
    asked = parser.parse_args()
    if asked.postgres:
        programs = postgres_server.programs()
        if programs is None:
            parser.error("no PostgreSQL server is installed")
        with postgres_server.server(programs) as server, server.database() as name:
            made(asked.copies, lambda: make_on_server(server.url(name), asked.copies))
            server.run("VACUUM ANALYZE", name)
            ask(server.url(name), asked.copies, server_time(server))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = asked.keep or Path(folder) / "register.sqlite"
        if not path.exists():
            made(asked.copies, lambda: make(path, asked.copies))
        ask(str(path), asked.copies, time.process_time)


def made(copies: int, make_it: Callable[[], None]) -> None:
    start = time.perf_counter()
    make_it()
    print(f"{copies:,} copies, made in {time.perf_counter() - start:.0f} s")  # noqa: T201  # as above


def ask(address: str, copies: int, processor: Callable[[], float]) -> None:
    """All questions, then whether the register is whole."""
    columns = ("least", "median", "most", "CPU", "found")
    print(f"{'milliseconds':<26}" + "".join(f"{column:>9}" for column in columns))  # noqa: T201  # as above
    with open_register(address, operator="", clearance="", profile_sha256=PROFILE, create=False) as register:
        measure(register, copies // COPIES, processor)
        report("verify", lambda: len(register.verify()), 1, processor)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"memory of this process at most: {peak} MB")  # noqa: T201  # as above


if __name__ == "__main__":
    main()

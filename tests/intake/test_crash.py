"""Killed at any moment, a batch loses nothing: the next run settles every number and finishes the work."""

from __future__ import annotations

import contextlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.conftest import write_letter

NUMBER = re.compile(r"KZ-\d{4}-\d{6}-\d{2}-[0-9A-Z]")
LETTERS = 12


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("received")
    for i in range(LETTERS):
        write_letter(folder / f"{i:02d}.pdf", "SLAPTAI", body=f"Raštas {i}.")
    return folder


def start(received: Path, place: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "marker", "batch", "--to", "KZ", str(received), str(place / "out"),
        "--register", str(place / "register.sqlite"), "--jobs", "2",
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def rows(place: Path, query: str) -> list[tuple[str, ...]]:
    # Read-only, so that asking never makes the file the run is about to make.
    with sqlite3.connect(f"file:{place / 'register.sqlite'}?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()


def wait_for_documents(place: Path, count: int) -> None:
    """Returns when the register holds so many documents: machines differ in speed, the register's progress does not."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        # Before the first migration is through there is no file, or no table in it.
        with contextlib.suppress(sqlite3.OperationalError):
            if int(rows(place, "SELECT count(*) FROM documents")[0][0]) >= count:
                return
        time.sleep(0.005)
    raise AssertionError(f"the register did not come to hold {count} documents")


@pytest.mark.parametrize("seed", [pytest.param(i, marks=[pytest.mark.slow] if i > 1 else []) for i in range(10)])
def test_a_killed_batch_is_finished_by_the_next_one(received: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    killed_after = sorted(chance.sample(range(1, LETTERS - 2), 3))
    for documents in killed_after:
        run = start(received, tmp_path)
        wait_for_documents(tmp_path, documents)
        time.sleep(chance.random() * 0.05)
        run.send_signal(signal.SIGKILL)
        if run.wait() == 0:
            break  # it came to its end first: this machine had no time for us
    assert start(received, tmp_path).wait() == 0

    states = Counter(status for (status,) in rows(tmp_path, "SELECT status FROM copies"))
    assert states["issued"] == LETTERS
    assert states["reserved"] == 0
    serials = [int(s) for (s,) in rows(tmp_path, "SELECT serial FROM documents ORDER BY serial")]
    assert serials == list(range(1, len(serials) + 1))
    sources = Counter(h for (h,) in rows(tmp_path, "SELECT source_sha256 FROM documents WHERE status = 'registered'"))
    assert len(sources) == LETTERS
    assert set(sources.values()) == {1}

    published = [path.name for path in (tmp_path / "out" / "marked").rglob("*") if path.is_file()]
    issued = {number for (number,) in rows(tmp_path, "SELECT copy_number FROM copies WHERE status = 'issued'")}
    assert {NUMBER.search(name).group() for name in published} == issued  # type: ignore[union-attr]
    assert len(published) == LETTERS

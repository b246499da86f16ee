"""Killed at any moment, a batch loses nothing: the next run settles every number and finishes the work."""

from __future__ import annotations

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
    with sqlite3.connect(place / "register.sqlite") as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("seed", [pytest.param(i, marks=[pytest.mark.slow] if i > 1 else []) for i in range(10)])
def test_a_killed_batch_is_finished_by_the_next_one(received: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    kills = 0
    for _ in range(3):
        run = start(received, tmp_path)
        time.sleep(0.6 + chance.random() * 2.5)
        if run.poll() is None:
            run.send_signal(signal.SIGKILL)
            kills += 1
        run.wait()
    assert kills, "no run lived long enough to be killed"
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

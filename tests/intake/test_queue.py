"""Documents on a queue in the register: many workers, one stamp each, also when a worker is killed half-way."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from marker.errors import UsageError
from marker.intake import queue
from tests.cli.conftest import Said, write_letter
from tests.postgres_server import Server, database_of

Marker = Callable[..., Said]
ROOT = Path(__file__).parents[2]
LONG = 600
"""Seconds: what takes ten on a machine that has nothing else to do."""


def start(url: str, place: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "marker", "worker", "--register", url, "--jobs", "2", *more]
    environment = {**os.environ, "TMPDIR": str(place), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def letters(folder: Path, count: int) -> None:
    for i in range(count):
        write_letter(folder / f"{i:02d}.pdf", "SLAPTAI", body=f"Raštas {i}.")


def states(postgres: Server, url: str) -> Counter[object]:
    return Counter(row[0] for row in postgres.run("SELECT status FROM copies", database_of(url)))


def test_a_queue_needs_a_register_that_machines_share() -> None:
    for register in ("", "register.sqlite", "sqlite:///register.sqlite"):
        with pytest.raises(UsageError, match="needs a PostgreSQL register"):
            queue.address(register)
    assert queue.address("postgresql+psycopg://me@db/marker") == "postgresql://me@db/marker"


def test_paths_in_any_encoding_travel_through_the_queue() -> None:
    for name in (b"\xff\xfe/a b%.pdf", "ұ/raštas.pdf".encode()):
        path = Path(os.fsdecode(name))
        assert queue.packed(path).isascii()
        assert queue.unpacked(queue.packed(path)) == path


@pytest.mark.slow
@pytest.mark.timeout(2 * LONG)
def test_a_queued_batch_is_stamped_by_a_worker(
    marker: Marker, postgres: Server, postgres_url: str, tmp_path: Path
) -> None:
    letters(tmp_path / "in", 4)
    write_letter(tmp_path / "in" / "be žymos.pdf", None)
    for expected in (5, 0):  # what is queued is not queued again
        said = marker("batch", "--to", "KZ", "--queue", tmp_path / "in", tmp_path / "out", "--register", postgres_url)
        assert (said.status, f"{expected} documents" in said.out) == (0, True)
    with start(postgres_url, tmp_path, "--once") as worker:
        assert worker.wait(LONG) == 0
    assert states(postgres, postgres_url) == {"issued": 4}
    lines = (tmp_path / "out" / "report.jsonl").read_text(encoding="utf-8").splitlines()
    assert Counter(json.loads(line)["outcome"] for line in lines) == {"stamped": 4, "held": 1}
    assert (tmp_path / "out" / "held" / "be žymos.pdf.held.json").is_file()
    assert len(list((tmp_path / "in").iterdir())) == 5


@pytest.mark.slow
@pytest.mark.timeout(2 * LONG)
def test_a_watched_folder_is_worked_off_by_workers_and_put_away(
    marker: Marker, postgres: Server, postgres_url: str, tmp_path: Path
) -> None:
    letters(tmp_path / "in" / "sub", 6)
    said = marker(
        "watch", "--to", "KZ", "--queue", "--once", tmp_path / "in", tmp_path / "out", "--register", postgres_url,
        "--settle", "0.2", "--interval", "0.1",
    )  # fmt: skip
    assert said.status == 0, said.err
    workers = [start(postgres_url, tmp_path, "--once") for _ in range(2)]
    for worker in workers:
        with worker:
            assert worker.wait(LONG) == 0
    assert states(postgres, postgres_url) == {"issued": 6}
    assert len(list((tmp_path / "out" / "processed" / "sub").iterdir())) == 6
    assert not list((tmp_path / "in").rglob("*.pdf"))


@pytest.mark.slow
@pytest.mark.timeout(3 * LONG)
def test_a_killed_worker_costs_neither_a_document_nor_a_number_and_nothing_is_stamped_twice(
    marker: Marker, postgres: Server, postgres_url: str, tmp_path: Path
) -> None:
    count, chance = 12, random.Random(3)
    letters(tmp_path / "in", count)
    arguments = ("--to", "KZ", "--queue", "--once", tmp_path / "in", tmp_path / "out", "--register", postgres_url)
    assert marker("watch", *arguments, "--settle", "0.2", "--interval", "0.1").status == 0
    kept = start(postgres_url, tmp_path)
    try:
        for _ in range(3):
            with start(postgres_url, tmp_path) as victim:
                issued = states(postgres, postgres_url)["issued"]
                deadline = time.monotonic() + LONG
                while states(postgres, postgres_url)["issued"] in {issued, count} and time.monotonic() < deadline:
                    if issued == count:
                        break
                    time.sleep(0.02)
                time.sleep(chance.random())
                victim.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + LONG
        processed = tmp_path / "out" / "processed"
        while len(list(processed.glob("*.pdf"))) < count and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        kept.send_signal(signal.SIGTERM)
        with kept:
            assert kept.wait(LONG) == 0
    found = states(postgres, postgres_url)
    assert found["issued"] == count
    assert found["reserved"] == 0
    sources = postgres.run("SELECT source_sha256 FROM documents WHERE status = 'registered'", database_of(postgres_url))
    assert len(sources) == len(set(sources)) == count
    copies = [path for path in (tmp_path / "out" / "marked").rglob("*.pdf") if not path.name.startswith(".")]
    assert len(copies) == count
    assert marker("register", "verify", "--files", "--register", postgres_url).status == 0

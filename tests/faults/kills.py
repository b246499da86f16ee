"""Kills batches and watchers at random lines of every stage, and looks at what is left.

    python -m tests.faults.kills --kills 300 --seed 1

After each kill nothing partial may stand under a final name; after the run that follows, every document is stamped
once, every number issued or void, every original where it belongs, and nothing temporary left.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.conftest import write_letter

STAGES = ("read", "reserve", "stamp", "prove", "publish", "issue", "move")
ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"KZ-\d{4}-\d{6}-\d{2}-[0-9A-Z]")
LETTERS = 4
PAGES = 2
SECONDS = 300
TRIES = 6
"""A stage that was aimed at so often and never hit is one that the plan no longer knows by its name."""


@dataclass
class Place:
    """One inbox with its register, killed several times and then finished."""

    folder: Path
    command: str
    originals: dict[str, str] = field(default_factory=dict)

    def make(self) -> None:
        for i in range(LETTERS):
            name = f"sub/{i}.pdf" if i % 2 else f"{i}.pdf"
            path = write_letter(self.folder / "in" / name, "SLAPTAI", pages=PAGES, body=f"Raštas {i}.")
            self.originals[name] = sha256(path)
        (self.folder / "tmp").mkdir()

    def run(self, plan: dict[str, object] | None = None) -> int:
        """Run to its end or its kill; the exit status."""
        more = {"FAULT_PLAN": json.dumps(plan)} if plan is not None else {}
        environment = {
            **os.environ, **more, "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "site"), str(ROOT)]),
        }  # fmt: skip
        command = [
            sys.executable, "-m", "marker", self.command, "--to", "KZ", str(self.folder / "in"),
            str(self.folder / "out"), "--register", str(self.folder / "register.sqlite"), "--jobs", "2",
        ]  # fmt: skip
        if self.command == "watch":
            command += ["--once", "--settle", "0.1", "--interval", "0.1"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
        # A worker that was being forked while its parent was killed says so in Python's own words.
        assert done.returncode == -signal.SIGKILL or "Traceback" not in done.stderr, done.stderr
        return done.returncode

    def rows(self, query: str) -> list[tuple[str, ...]]:
        path = self.folder / "register.sqlite"
        if not path.exists() or path.stat().st_size == 0:
            return []
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            try:
                return connection.execute(query).fetchall()
            except sqlite3.OperationalError:  # killed before the tables were there
                return []

    def published(self) -> dict[str, Path]:
        marked = self.folder / "out" / "marked"
        found = [path for path in marked.rglob("*") if path.is_file() and not path.name.startswith(".")]
        return {NUMBER.search(path.name).group(): path for path in found}  # type: ignore[union-attr]

    def check_killed(self) -> None:
        """No partial file under a final name; no original lost or changed."""
        announced = dict(self.rows("SELECT copy_number, sha256 FROM copies WHERE sha256 IS NOT NULL"))
        for number, path in self.published().items():
            assert announced.get(number) == sha256(path), f"{path} is not what was announced"
        hashes = Counter(sha256(path) for path in self.sources())
        for name, digest in self.originals.items():
            assert hashes[digest] >= 1, f"{name} is lost"

    def sources(self) -> list[Path]:
        folders = [self.folder / "in", self.folder / "out" / "processed", self.folder / "out" / "held"]
        return [path for folder in folders for path in folder.rglob("*.pdf") if path.is_file()]

    def check_finished(self) -> None:
        """Every document is stamped once and nothing is left over."""
        states = Counter(status for (status,) in self.rows("SELECT status FROM copies"))
        assert states["issued"] == LETTERS, states
        assert states["reserved"] == 0, states
        reasons = self.rows("SELECT void_reason FROM copies WHERE status = 'void'")
        assert all(reason for (reason,) in reasons), "a number is void without a reason"
        serials = [int(serial) for (serial,) in self.rows("SELECT serial FROM documents ORDER BY serial")]
        assert serials == list(range(1, len(serials) + 1)), serials
        once = Counter(h for (h,) in self.rows("SELECT source_sha256 FROM documents WHERE status = 'registered'"))
        assert once == Counter(self.originals.values())
        issued = dict(self.rows("SELECT copy_number, sha256 FROM copies WHERE status = 'issued'"))
        assert {number: sha256(path) for number, path in self.published().items()} == issued
        arrivals = self.rows("SELECT seq FROM events WHERE kind = 'arrived-again'")
        assert not arrivals, "a second look was taken for a second arrival"
        shelf = self.folder / ("in" if self.command == "batch" else "out/processed")
        assert {p.relative_to(shelf).as_posix(): sha256(p) for p in shelf.rglob("*.pdf")} == self.originals
        assert Counter(map(sha256, self.sources())) == Counter(self.originals.values())
        left = [path for path in self.folder.rglob("*") if path.name.endswith(".part")]
        assert not left, left
        assert not list((self.folder / "tmp").glob("marker-*")), "the private folder was not wiped"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def count_lines(folder: Path, command: str) -> Counter[str]:
    """How many lines each stage of the main process has, so that a kill hits each alike."""
    place = Place(folder / f"count-{command}", command)
    place.make()
    counts = place.folder / "counts"
    assert place.run({"counts": str(counts), "log": ""}) == 0
    return Counter(json.loads(counts.read_text(encoding="utf-8")))


def kill_and_finish(
    place: Place, chance: random.Random, lines: Counter[str], stages: list[str], points: list[str]
) -> None:
    """Kill a run in each stage in turn, then let one end; adds where it was killed to ``points``."""
    place.make()
    log = place.folder / "log"
    for number, stage in enumerate(stages):
        # Work that is done is not done again: the later the kill, the fewer documents are left to count on.
        left = max(1, LETTERS - len(place.published()))
        at = chance.randint(1, left) if stage in {"stamp", "prove"} else chance.randint(
            1, max(1, lines[stage] * left // LETTERS)
        )  # fmt: skip
        plan = {
            "stage": stage, "at": at, "delay": chance.random() * 0.05, "log": str(log),
            "calls": str(place.folder / f"calls{number}"), "counts": os.devnull,
        }  # fmt: skip
        status = place.run(plan)
        assert status in {-signal.SIGKILL, 0}, status
        place.check_killed()
        if status == 0:
            break  # it came to its end before that line: nothing is left to kill
    else:
        assert place.run() == 0
    place.check_finished()
    if log.exists():
        points += [f"{place.command} {point}" for point in log.read_text(encoding="utf-8").splitlines()]


def stages_of(points: list[str]) -> Counter[str]:
    """How often each stage of each command was hit."""
    return Counter(point.rsplit(maxsplit=1)[0] for point in points)


def kill_many(kills: int, seed: int, folder: Path) -> list[str]:
    """At least so many kills, spread over batch and watch and their stages; each as command, stage and place."""
    chance = random.Random(seed)
    points: list[str] = []
    tries: Counter[str] = Counter()
    lines = {command: count_lines(folder, command) for command in ("batch", "watch")}
    number = 0
    while len(points) < kills:
        hits = stages_of(points)
        command = ("watch", "batch")[number % 2]
        possible = [stage for stage in STAGES if stage != "move" or command == "watch"]
        # Stages that were hit least come first.
        possible.sort(key=lambda stage: (hits[f"{command} {stage}"], chance.random()))
        place = Place(folder / str(number), command)
        stages = possible[: min(4, kills - len(points))]
        kill_and_finish(place, chance, lines[command], stages, points)
        # A run that is not killed ends its inbox, so only the first stage aimed at is sure of its chance.
        tries[stages[0]] += 1
        hit = {point.split()[1] for point in points}
        missed = [stage for stage in STAGES if tries[stage] >= TRIES and stage not in hit]
        assert not missed, f"never hit: {', '.join(missed)}"
        number += 1
        print(f"{number:4d} inboxes, {len(points):4d} kills", flush=True)  # noqa: T201  # progress of a long run
    return points


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, help="a file to which every kill is added: command, stage and place")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        points = kill_many(options.kills, options.seed, Path(folder))
    if options.log:
        with options.log.open("a", encoding="utf-8") as file:
            file.writelines(f"{point}\n" for point in points)
        points = options.log.read_text(encoding="utf-8").splitlines()  # those of earlier runs too
    stages: Counter[str] = Counter()
    for name, count in sorted(stages_of(points).items()):
        print(f"{name:20}{count:5d}")  # noqa: T201  # the result
        stages[name.split()[1]] += count
    print(  # noqa: T201  # the result
        f"{len(points)} kills at {len(set(points))} places; least of any stage: {min(stages[s] for s in STAGES)}"
    )


if __name__ == "__main__":
    main()

"""What the intake costs: start-up, two workers against one, memory over many documents, workers of a queue.

    python -m tests.intake.bench                      start-up, and two workers against one on a mixed batch
    python -m tests.intake.bench --memory 10000       memory of a batch and of a watcher over so many tiny documents

Memory is that of the main process, which lives as long as the run; workers are replaced as they go.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.cli.conftest import write_letter

ROOT = Path(__file__).parents[2]
MIXED = 40
SAMPLE = 0.5


def command(place: Path, *arguments: str) -> list[str]:
    register = ["--register", str(place / "register.sqlite")]
    return [sys.executable, "-m", "marker", *arguments, str(place / "in"), str(place / "out"), *register]


def tiny(folder: Path, count: int) -> None:
    """So many one-page letters that differ in their bytes."""
    first = write_letter(folder / "000000.pdf", "SLAPTAI").read_bytes()
    for i in range(1, count):
        (folder / f"{i:06d}.pdf").write_bytes(first + f"\n% {i}\n".encode())


def mixed(folder: Path) -> None:
    """Text and scans, long and short, PDF and Word, as a day brings them."""
    found = [path for ending in ("pdf", "docx") for path in sorted(ROOT.glob(f"fixtures/inbox-kz/**/*.{ending}"))]
    folder.mkdir(parents=True)
    for i, path in enumerate(found[:MIXED]):
        shutil.copy(path, folder / f"{i:02d}{path.suffix}")


def seconds_of(arguments: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of a command with all its children."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def start_up(place: Path) -> None:
    """From the command to the first look at the first document: a batch of one unreadable file."""
    (place / "in").mkdir(parents=True)
    (place / "in" / "empty.pdf").touch()  # held before any worker sees it
    runs = []
    for _ in range(5):
        runs.append(seconds_of(command(place, "batch", "--to", "KZ")))
    wall, processor = min(runs)
    print(f"start-up: {wall:.2f} s, {processor:.2f} s of processor time (best of 5; the first made the register)")  # noqa: T201


def two_against_one(place: Path) -> None:
    taken = {}
    for jobs in (1, 2):
        here = place / str(jobs)
        mixed(here / "in")
        taken[jobs] = seconds_of(command(here, "batch", "--to", "KZ", "--jobs", str(jobs)))[0]
    count = len(list((place / "1" / "in").iterdir()))
    ratio = taken[1] / taken[2]
    print(f"{count} mixed documents: one worker {taken[1]:.1f} s, two {taken[2]:.1f} s: {ratio:.2f} times")  # noqa: T201


def memory(place: Path, count: int, *arguments: str) -> None:
    """The main process's memory after a tenth of the documents, and the most it ever was."""
    tiny(place / "in", count)
    done = place / "out" / "marked"
    early = most = 0
    with subprocess.Popen(
        command(place, *arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as run:  # fmt: skip
        begun = time.monotonic()
        while run.poll() is None:
            time.sleep(SAMPLE)
            try:
                now = int(Path(f"/proc/{run.pid}/statm").read_text(encoding="ascii").split()[1]) * 4096
                finished = sum(1 for _ in os.scandir(done)) if done.exists() else 0
            except (OSError, IndexError):
                continue
            most = max(most, now)
            if finished <= count // 10:
                early = max(early, now)
    wall = time.monotonic() - begun
    stamped = sum(1 for _ in os.scandir(done))
    grown = most / early - 1 if early else float("nan")
    print(  # noqa: T201
        f"{arguments[0]}: {stamped} of {count} stamped in {wall:.0f} s; {early / 1e6:.0f} MB after a tenth, "
        f"{most / 1e6:.0f} MB at most: {grown:+.1%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", type=int, metavar="N", help="over N tiny documents, by batch and by watch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder)
        if options.memory:
            memory(place / "batch", options.memory, "batch", "--to", "KZ")
            memory(place / "watch", options.memory, "watch", "--to", "KZ", "--once", "--settle", "1")
        else:
            start_up(place / "start")
            two_against_one(place / "mixed")


if __name__ == "__main__":
    main()

"""What the intake costs: start-up, two workers against one, memory over many documents, workers of a queue.

    python -m tests.intake.bench                      start-up, and two workers against one on a mixed batch, beside
                                                      two batches of one worker each that share nothing
    python -m tests.intake.bench --memory 10000       memory of a batch and of a watcher over so many tiny documents
    python -m tests.intake.bench --queue 60           one, two, four workers of a queue; numbers drawn

Memory is that of the main process, which lives as long as the run; workers are replaced as they go.  Processor time is
that of the command and, apart from it, of all it started, which tells on a machine with other work what the clock
cannot: how much of the work two cores can share.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from marker.agreement.load import load_profile
from marker.model import LevelId, MarkingId, PartyId
from marker.register.opening import open_register
from marker.register.records import DocumentEntry
from tests import postgres_server
from tests.cli.conftest import write_letter
from tests.register.bench import server_time

ROOT = Path(__file__).parents[2]
TIMES = 10
"""How often each document of the mixed batch comes, in other bytes: starting up must not be most of the work."""
SAMPLE = 0.5
DRAWING = 5.0
"""Seconds for which numbers are drawn."""
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: by the clock, of the main process, and of all it started."""

    wall: float
    main: float
    others: float


def command(place: Path, *arguments: str) -> list[str]:
    register = ["--register", str(place / "register.sqlite")]
    return [sys.executable, "-m", "marker", *arguments, str(place / "in"), str(place / "out"), *register]


def tiny(folder: Path, count: int) -> None:
    """So many one-page letters that differ in their bytes."""
    first = write_letter(folder / "000000.pdf", "SLAPTAI").read_bytes()
    for i in range(1, count):
        (folder / f"{i:06d}.pdf").write_bytes(first + f"\n% {i}\n".encode())


def mixed(folder: Path, most: int | None = None) -> int:
    """Text and scans, long and short, PDF and Word, as a day brings them; how many."""
    found = [path for ending in ("pdf", "docx") for path in sorted(ROOT.glob(f"fixtures/inbox-kz/**/*.{ending}"))]
    folder.mkdir(parents=True)
    for time_ in range(TIMES):
        for i, path in enumerate(found):
            target = folder / f"{time_}-{i:02d}{path.suffix}"
            shutil.copy(path, target)
            if path.suffix == ".pdf":
                target.write_bytes(target.read_bytes() + f"\n% {time_}\n".encode())
            elif zipfile.is_zipfile(target):
                with zipfile.ZipFile(target, "a") as package:
                    package.comment = str(time_).encode()
    made = sorted(folder.iterdir())
    for path in made[most:] if most is not None else ():
        path.unlink()
    return len(made[:most])


def cost_of(*commands: list[str]) -> Cost:
    """What commands that run at once cost together, with all their children, those they left behind included."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    there, before, begun = _children(), _used(), time.monotonic()
    running = [
        subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
        for arguments in commands
    ]
    usages = [os.wait4(one.pid, 0)[2] for one in running]
    wall = time.monotonic() - begun
    while left := _children() - there:  # the fork server ends a moment after its parent
        for child in left:
            os.waitpid(child, 0)
    main = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    # What a command waited for itself is in its own figure already; workers are their fork server's children.
    return Cost(wall, main, _used() - before - main)


def _children() -> set[int]:
    threads = Path("/proc/self/task").glob("*/children")
    return {int(child) for thread in threads for child in thread.read_text(encoding="ascii").split()}


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def start_up(place: Path) -> None:
    """From the command to the first look at the first document: a batch of one unreadable file."""
    (place / "in").mkdir(parents=True)
    (place / "in" / "empty.pdf").touch()  # held before any worker sees it
    runs = [cost_of(command(place, "batch", "--to", "KZ")) for _ in range(5)]
    wall, processor = min(run.wall for run in runs), min(run.main for run in runs)
    print(f"start-up: {wall:.2f} s, {processor:.2f} s of processor time (best of 5; the first made the register)")  # noqa: T201


def make_register(address: str) -> None:
    """Its tables are made once in its life, and not in what is measured."""
    profile = load_profile(None)
    open_register(address, operator="bench", clearance="", profile_sha256=profile.sha256).close()


def two_against_one(place: Path) -> None:
    """One worker, two of them, and what two could do at best: two batches of half the documents that share nothing."""
    taken = {}
    for jobs in (1, 2):
        here = place / str(jobs)
        count = mixed(here / "in")
        taken[jobs] = cost_of(batch_of(here, jobs))
    bound = cost_of(*(batch_of(here, 1) for here in halves(place / "halves")))
    share = taken[1].main / (taken[1].main + taken[1].others)
    print(  # noqa: T201
        f"{count} mixed documents: one worker {taken[1].wall:.1f} s, two {taken[2].wall:.1f} s: "
        f"{taken[1].wall / taken[2].wall:.2f} times; two batches of half of them each, at once, {bound.wall:.1f} s: "
        f"{taken[1].wall / bound.wall:.2f} times; cores kept busy by one {busy(taken[1]):.2f}, by two "
        f"{busy(taken[2]):.2f}, by the halves {busy(bound):.2f}; of the processor time the main process has {share:.0%}"
    )


def batch_of(place: Path, jobs: int) -> list[str]:
    make_register(str(place / "register.sqlite"))
    return command(place, "batch", "--to", "KZ", "--jobs", str(jobs))


def halves(place: Path) -> list[Path]:
    """The mixed documents in two places, every other one in each."""
    mixed(place / "in")
    folders = [place / "one", place / "other"]
    for i, path in enumerate(sorted((place / "in").iterdir())):
        target = folders[i % 2] / "in" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    return folders


def busy(cost: Cost) -> float:
    """How many cores' time was used."""
    return (cost.main + cost.others) / cost.wall


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


def queue(place: Path, count: int) -> None:
    """One worker process of a queue with one job, then two of them, on the same machine."""
    programs = postgres_server.programs()
    if programs is None:
        raise SystemExit("no PostgreSQL server is installed")
    with postgres_server.server(programs) as server:
        clock = server_time(server)
        for workers in (1, 2, 4):
            with server.database() as name:
                register, here = ["--register", server.url(name)], place / str(workers)
                documents = mixed(here / "in", count)
                python = [sys.executable, "-m", "marker"]
                folders = [str(here / "in"), str(here / "out")]
                put = cost_of([*python, "batch", "--queue", "--to", "KZ", *folders, *register])
                before, own = clock(), time.process_time()
                cost = cost_of(*[[*python, "worker", "--once", "--jobs", "1", *register] for _ in range(workers)])
                database = clock() - before - (time.process_time() - own)
                stamped = sum(1 for path in (here / "out" / "marked").rglob("*") if path.is_file())
                print(  # noqa: T201
                    f"{workers} worker{'s' * (workers > 1)}: {documents} documents, {stamped} stamped, queued in "
                    f"{put.wall:.1f} s, worked off in {cost.wall:.1f} s; processor time: workers' main processes "
                    f"{cost.main:.1f} s, what they started {cost.others:.1f} s, database {database:.1f} s"
                )
        for writers in (1, 2, 4):
            with server.database() as name:
                before, own = clock(), time.process_time()
                drawn, wall = draw(server.url(name), writers)
                database = clock() - before - (time.process_time() - own)
                print(  # noqa: T201
                    f"{writers} writing at once: {drawn / wall:.0f} copies a second reserved, announced and issued; "
                    f"database {database / drawn * 1000:.1f} ms of processor time each"
                )


def draw(url: str, writers: int) -> tuple[int, float]:
    """Copies that so many processes bring to their issue, and in how many seconds."""
    make_register(url)
    script = f"from tests.intake.bench import write; write({url!r})"
    begun = time.monotonic()
    with ThreadPoolExecutor(writers) as threads:
        said = threads.map(
            lambda _: (
                subprocess.run(
                    [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
                ).stdout
            ),
            range(writers),
        )
        counts = [int(one) for one in said]
    return sum(counts), min(DRAWING, time.monotonic() - begun)


def write(url: str) -> None:
    """In a process of its own: bring numbers to their issue for a while, and say how many."""
    profile = load_profile(None)
    count = 0
    with open_register(url, operator="bench", clearance="", profile_sha256=profile.sha256) as register:
        end = time.monotonic() + DRAWING
        while time.monotonic() < end:
            digest = hashlib.sha256(f"{os.getpid()} {threading.get_ident()} {count}".encode()).hexdigest()
            entry = DocumentEntry(
                party=PartyId("KZ"), source_sha256=digest, source_name=f"{digest}.pdf", format="pdf", pages=1,
                marking=MarkingId("lt:secret"), level=LevelId("secret"), equivalent=MarkingId("kz:secret"), evidence=[],
            )  # fmt: skip
            reservation = register.reserve(entry, (None,))
            number = reservation.copies[0].copy_number
            register.announce(number, f"/srv/out/{number}.pdf", digest)
            register.issue([number])
            count += 1
    print(count)  # noqa: T201  # for the process that asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--memory", type=int, metavar="N", help="over N tiny documents, by batch and by watch")
    parser.add_argument("--queue", type=int, metavar="N", help="over N mixed documents, on a PostgreSQL of its own")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder)
        if options.memory:
            memory(place / "batch", options.memory, "batch", "--to", "KZ")
            memory(place / "watch", options.memory, "watch", "--to", "KZ", "--once", "--settle", "1")
        elif options.queue:
            queue(place / "queue", options.queue)
        else:
            start_up(place / "start")
            two_against_one(place / "mixed")


if __name__ == "__main__":
    main()

"""Fuzzing: mutants of real documents take the whole way, with a stated marking, so that most of them reach the stamper.

    python -m tests.fuzz.run --inputs 20000 --state fuzz.json
    python -m tests.fuzz.run --seconds 60

A finding is a mutant that brought up a fault of the software, killed or hung a worker, left something behind, or wrote
outside the output folder.  It is kept in the folder that --findings names.  With --state a run that was ended goes on
where it stood, and seeds are drawn by what they cost: each gets the same share of the processor's time, so that a few
scans, which take a hundred times as long as a letter, do not take nearly all of it.

Mutants are made in a process of their own, so the memory that is watched here is what the main process of a batch
needs: the register, the reports and the pool, without the library that lays open a PDF for its mutations.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import multiprocessing.util
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.intake.desk import Wish
from marker.intake.isolate import Workers
from marker.intake.publish import make_folder
from marker.intake.run import open_desk, run
from marker.intake.source import Candidate
from marker.intake.work import Task, examine_file
from marker.intake.workspace import Workspace
from marker.model import FileReport, HoldCode, MarkingId, PartyId
from marker.register.opening import open_register
from marker.register.records import CopyStatus
from marker.register.register import Register
from marker.settings import Settings

from .mutate import Drawing, name_of, seeds, write

FAULTY = {HoldCode.CRASHED, HoldCode.TIMEOUT}
GROWTH = 1.25
"""What the main process may be larger at the end than after its first hundred mutants."""


LEG = 1_000
"""Mutants to one register and one set of worker processes; after them everything is looked at."""
AT_ONCE = 25
"""Mutants that are made at once."""
AHEAD = 2
"""So many times that are made while others are worked on."""
MAKER = 20
"""So often the process that makes them is asked before another one takes its place."""
CHEAPEST = 0.05
"""Seconds of processor time that a seed counts at least: what stamping and registering cost."""
RECEIVING = PartyId("KZ")


@dataclass
class State:
    """How far a run is; what a long one keeps on disk."""

    seed: int
    done: int = 0
    reached: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    costs: dict[str, float] = field(default_factory=dict)
    """Seconds of processor time that reading a seed takes, by its name; empty where all are drawn alike."""

    @classmethod
    def load(cls, path: Path, seed: int) -> State:
        if not path.exists():
            return cls(seed)
        state = cls(**json.loads(path.read_text(encoding="utf-8")))
        state.outcomes = Counter(state.outcomes)
        return state

    def save(self, path: Path) -> None:
        part = path.with_suffix(".part")
        part.write_text(json.dumps(vars(self), indent=1), encoding="utf-8")
        part.replace(path)


def settings_of(jobs: int) -> Settings:
    # The wall limit leaves room for a machine that does other work too; the limit of processor time is twice that.
    return Settings(timeout=120, jobs=jobs, max_file_bytes=20_000_000, max_unpacked_bytes=50_000_000)


@dataclass
class Fuzzing:
    """One leg of the fuzzer: a register, a set of workers, so many mutants; what it found goes into ``state``."""

    folder: Path
    findings: Path
    state: State
    jobs: int
    ended: threading.Event = field(default_factory=threading.Event)
    keep: Path | None = None
    """Where the state is kept."""
    memory: list[int] = field(default_factory=list)
    """Bytes that this process held, after each hundred mutants; a run hands it from leg to leg."""

    def go(self, inputs: int, seconds: float) -> None:
        for name in ("in", "tmp"):
            (self.folder / name).mkdir(parents=True)
        multiprocessing.util.get_temp_dir()  # the fork server's own is made elsewhere first
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.folder / "tmp")
        profile = load_profile(None)
        wish = Wish(receiving=RECEIVING, marking=MarkingId("lt:top-secret"), reason="fuzzing", released=True)
        with (
            open_register(
                str(self.folder / "register.sqlite"), operator="fuzz", clearance="", profile_sha256=profile.sha256
            ) as register,
            open_desk(wish, profile, settings_of(self.jobs), register, register) as desk,
        ):
            make = desk.workers.make

            def counted(*arguments: Any) -> Any:
                self.state.reached += 1
                return make(*arguments)

            desk.workers.make = counted  # type: ignore[assignment, method-assign]  # only counted
            end = time.monotonic() + seconds
            for candidate, report in run(
                self.mutants(inputs, end), desk, lambda _: make_folder(self.folder / "out", Path())
            ):
                self.see(candidate, report)
            self.look_into(register)
        for path in (self.folder / "in").iterdir():
            path.unlink()  # made, and not begun any more
        self.look_around()

    def mutants(self, inputs: int, end: float) -> Iterator[Candidate]:
        files = seeds()
        weights = [1 / max(CHEAPEST, self.state.costs.get(name_of(path), CHEAPEST)) for path in files]
        drawing = Drawing(self.state.seed, files, weights, self.folder / "in")
        first, last = self.state.done, self.state.done + inputs
        batches = deque(range(start, min(start + AT_ONCE, last)) for start in range(first, last, AT_ONCE))
        # Started anew, not forked: neither this process's threads nor its locks may come along.
        fresh = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, fresh, max_tasks_per_child=MAKER) as maker:
            coming: deque[Future[list[Path]]] = deque()
            while batches or coming:
                while batches and len(coming) < AHEAD:
                    coming.append(maker.submit(write, drawing, batches.popleft()))
                for path in coming.popleft().result():
                    if time.monotonic() > end or self.ended.is_set():
                        return
                    yield Candidate(path, Path(path.name))

    def see(self, candidate: Candidate, report: FileReport) -> None:
        state = self.state
        state.done += 1
        state.outcomes[report.hold.code.value if report.hold else report.outcome.value] += 1
        if report.hold is not None and report.hold.code in FAULTY:
            self.findings.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(candidate.path, self.findings / f"{state.seed}-{candidate.path.name}")
            state.found.append(f"{candidate.path.name}: {report.hold.detail}")
        candidate.path.unlink()
        for copy in report.copies:
            if Path(copy.path).parent != self.folder / "out":
                state.found.append(f"{candidate.path.name}: a copy was written to {copy.path}")
            Path(copy.path).unlink(missing_ok=True)  # a mutant may be an earlier one's twin
        if state.done % 100 == 0:
            if self.keep is not None:
                state.save(self.keep)
            self.memory.append(int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096)
            if self.memory[-1] > GROWTH * self.memory[0]:
                state.found.append(f"memory grew from {self.memory[0]:,} to {self.memory[-1]:,} bytes")

    def look_into(self, register: Register) -> None:
        """No number may be left open, and the ledger must hold."""
        numbers = [document.register_number for document in register.documents()]
        states = Counter(copy.status for number in numbers for copy in register.copies_of(number))
        if states[CopyStatus.RESERVED]:
            self.state.found.append(f"{states[CopyStatus.RESERVED]} numbers are left reserved")
        self.state.found += [f"{problem.where}: {problem.what}" for problem in register.verify()]

    def look_around(self) -> None:
        """Nothing may lie anywhere but the register."""
        names = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*")}
        register = {f"register.sqlite{ending}" for ending in ("", "-wal", "-shm", ".turn")}
        known = {"in", "tmp", "out", "locks", *register}
        if names - known:
            self.state.found.append(f"left behind: {sorted(names - known)[:5]}")


def costs_of(files: list[Path], jobs: int) -> dict[str, float]:
    """Seconds of processor time that reading each file takes, its OCR included."""
    task = Task(RECEIVING, "", settings_of(jobs))
    with Workspace() as workspace, Workers(task, jobs, workspace) as workers, ThreadPoolExecutor(jobs) as threads:

        def one(path: Path) -> float:
            try:
                return workers.do("reading", cost_of, path, task)
            except HoldError:
                return settings_of(jobs).timeout  # one that takes this long is hardly ever to be drawn

        return dict(zip(map(name_of, files), threads.map(one, files), strict=True))


def cost_of(path: Path, task: Task) -> float:
    """In a worker: what reading a file costs."""
    used = _used()
    with contextlib.suppress(HoldError):
        examine_file(path, path.name, task)
    return _used() - used


def _used() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, help="in all, those of earlier runs included")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--folder", type=Path, help="where the work is done; the folder for temporary files by default")
    parser.add_argument("--state", type=Path, help="a file: how far the run is")
    options = parser.parse_args()
    state = State.load(options.state, options.seed) if options.state else State(options.seed)
    if options.state and not state.costs:
        state.costs = costs_of(seeds(), options.jobs)
        state.save(options.state)
    ended = threading.Event()
    memory: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    end = time.monotonic() + options.seconds
    while state.done < options.inputs and time.monotonic() < end and not ended.is_set():
        tempfile.tempdir = None
        os.environ.pop("TMPDIR", None)
        with tempfile.TemporaryDirectory(prefix="fuzz-", dir=options.folder) as folder:
            fuzzing = Fuzzing(Path(folder) / "leg", options.findings, state, options.jobs, ended, options.state, memory)
            fuzzing.go(min(LEG, options.inputs - state.done), end - time.monotonic())
        if options.state:
            state.save(options.state)
        print(told(state, memory), flush=True)  # noqa: T201  # progress
    for line in state.found:
        print(f"FINDING {line}")  # noqa: T201  # the result
    return 1 if state.found else 0


def told(state: State, memory: list[int]) -> str:
    share = state.reached / max(1, state.done)
    outcomes = ", ".join(f"{name} {count}" for name, count in state.outcomes.most_common())
    grown = f", {memory[0] / 1e6:.1f} MB after a hundred, {memory[-1] / 1e6:.1f} MB now" if memory else ""
    return f"{state.done} mutants, {state.reached} reached the stamper ({share:.0%}){grown}; {outcomes}"


if __name__ == "__main__":
    sys.exit(main())

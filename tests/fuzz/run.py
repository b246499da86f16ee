"""Fuzzing: mutants of real documents take the whole way, with a stated marking, so that most of them reach the stamper.

    python -m tests.fuzz.run --inputs 20000
    python -m tests.fuzz.run --seconds 60

A finding is a mutant that brought up a fault of the software, killed or hung a worker, left something behind, or wrote
outside the output folder.  It is kept in the folder that --findings names.
"""

from __future__ import annotations

import argparse
import multiprocessing.util
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marker.agreement.load import load_profile
from marker.intake.desk import Wish
from marker.intake.publish import make_folder
from marker.intake.run import open_desk, run
from marker.intake.source import Candidate
from marker.model import FileReport, HoldCode, MarkingId, PartyId
from marker.register.opening import open_register
from marker.register.records import CopyStatus
from marker.settings import Settings

from .mutate import mutant, seeds

FAULTY = {HoldCode.CRASHED, HoldCode.TIMEOUT}
GROWTH = 1.25
"""What the main process may be larger at the end than after its first hundred mutants."""


@dataclass
class Fuzzing:
    """One run of the fuzzer and what it found."""

    folder: Path
    findings: Path
    seed: int
    jobs: int
    outcomes: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    reached: int = 0
    memory: list[int] = field(default_factory=list)

    def go(self, inputs: int, seconds: float) -> None:
        for name in ("in", "tmp"):
            (self.folder / name).mkdir()
        multiprocessing.util.get_temp_dir()  # the fork server's own is made elsewhere first
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.folder / "tmp")
        profile = load_profile(None)
        settings = Settings(timeout=60, jobs=self.jobs, max_file_bytes=20_000_000, max_unpacked_bytes=50_000_000)
        wish = Wish(
            receiving=PartyId("KZ"), marking=MarkingId("lt:top-secret"), reason="fuzzing", released=True,
        )  # fmt: skip
        with (
            open_register(
                str(self.folder / "register.sqlite"), operator="fuzz", clearance="", profile_sha256=profile.sha256
            ) as register,
            open_desk(wish, profile, settings, register, register) as desk,
        ):
            make = desk.workers.make

            def counted(*arguments: Any) -> Any:
                self.reached += 1
                return make(*arguments)

            desk.workers.make = counted  # type: ignore[method-assign]  # only counted
            end = time.monotonic() + seconds
            for candidate, report in run(
                self.mutants(inputs, end), desk, lambda _: make_folder(self.folder / "out", Path())
            ):
                self.see(candidate, report)
            numbers = [document.register_number for document in register.documents()]
            states = Counter(copy.status for number in numbers for copy in register.copies_of(number))
            if states[CopyStatus.RESERVED]:
                self.found.append(f"{states[CopyStatus.RESERVED]} numbers are left reserved")
            self.found += [f"{problem.where}: {problem.what}" for problem in register.verify()]
        self.look_around()

    def mutants(self, inputs: int, end: float) -> Iterator[Candidate]:
        files = seeds()
        for number in range(inputs):
            if time.monotonic() > end:
                return
            chance = random.Random(f"{self.seed} {number}")
            source = chance.choice(files)
            path = self.folder / "in" / f"{number:06d}{source.suffix}"
            path.write_bytes(mutant(source, chance))
            yield Candidate(path, Path(path.name))

    def see(self, candidate: Candidate, report: FileReport) -> None:
        self.outcomes[report.hold.code.value if report.hold else report.outcome.value] += 1
        if report.hold is not None and report.hold.code in FAULTY:
            self.findings.mkdir(parents=True, exist_ok=True)
            (self.findings / f"{self.seed}-{candidate.path.name}").write_bytes(candidate.path.read_bytes())
            self.found.append(f"{candidate.path.name}: {report.hold.detail}")
        candidate.path.unlink()
        for copy in report.copies:
            if Path(copy.path).parent != self.folder / "out":
                self.found.append(f"{candidate.path.name}: a copy was written to {copy.path}")
            Path(copy.path).unlink()
        if self.outcomes.total() % 100 == 0:
            self.memory.append(int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096)
            if self.memory[-1] > GROWTH * self.memory[0]:
                self.found.append(f"memory grew from {self.memory[0]:,} to {self.memory[-1]:,} bytes")

    def look_around(self) -> None:
        """Nothing may lie anywhere but the register."""
        names = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*")}
        register = {f"register.sqlite{ending}" for ending in ("", "-wal", "-shm", ".turn")}
        known = {"in", "tmp", "out", "locks", *register}
        if names - known:
            self.found.append(f"left behind: {sorted(names - known)[:5]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        fuzzing = Fuzzing(Path(folder), options.findings, options.seed, options.jobs)
        fuzzing.go(options.inputs, options.seconds)
    total = fuzzing.outcomes.total()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    share = fuzzing.reached / max(1, total)
    print(f"{total} mutants, {fuzzing.reached} reached the stamper ({share:.0%}), {used:.0f} MB")  # noqa: T201
    print(", ".join(f"{name} {count}" for name, count in fuzzing.outcomes.most_common()))  # noqa: T201  # the result
    for line in fuzzing.found:
        print(f"FINDING {line}")  # noqa: T201  # the result
    return 1 if fuzzing.found else 0


if __name__ == "__main__":
    sys.exit(main())

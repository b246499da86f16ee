"""Reads generated scan pages the way the software does and says how far the outcome is from the truth.

python -m tests.ocr.measure                        # development seeds
python -m tests.ocr.measure --final                # the final seeds, looked at once
python -m tests.ocr.measure --case fax --seeds 3..3 -v
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import json
import os
import pickle
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.labelled.spelling import RANK
from tests.ocr import peers
from tests.ocr.generate import CASES, DEVELOPMENT, FINAL, Made, make, parse_seeds

KINDS: Final = ("right", "careful", "lost", "higher", "leak", "under")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one document.

    ``right``: the marking, or a hold that is right; ``careful``: held though marked, with a code the case allows;
    ``lost``: held with another code; ``higher`` and ``under``: marked otherwise; ``leak``: marked, but to be held.
    """

    case: str
    seed: int
    marking: str | None
    stamp: bool
    kind: str
    said: str
    seconds: float
    """Of one core, children included."""


def judge_kind(made: Made, marking: str | None, hold: str | None) -> str:
    label = made.label
    if label.marking is None:
        return "right" if hold in label.holds else ("lost" if hold else "leak")
    if hold is not None:
        return "careful" if hold in label.holds else "lost"
    if marking == label.marking:
        return "right"
    return "under" if RANK.get(marking or "", 0) < RANK[label.marking] else "higher"


def run_one(name: str, seed: int, cache: str, *, full: bool = False) -> Result:
    """Read and judge one document."""
    from marker.errors import HoldError
    from marker.intake.work import Task, examine_file
    from marker.model import PartyId
    from marker.settings import Settings

    made = cached(name, seed, Path(cache), full=full)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / made.name
        path.write_bytes(made.data)
        start = _spent()
        marking: str | None = None
        hold: str | None = None
        detail = ""
        try:
            found = examine_file(path, made.name, Task(PartyId(made.label.receiving), "", Settings()))
            verdict = found.verdict
            marking, hold = verdict.marking, verdict.hold.code if verdict.hold else None
            detail = verdict.hold.detail if verdict.hold else ""
        except HoldError as error:
            hold, detail = error.hold.code, error.hold.detail
        seconds = _spent() - start
    said = f"{hold}: {detail}" if hold else str(marking)
    kind = judge_kind(made, marking, hold)
    return Result(name, seed, made.label.marking, made.label.stamp, kind, said, seconds)


def cached(name: str, seed: int, cache: Path, *, full: bool = False) -> Made:
    """The document from the folder of earlier runs, or made anew."""
    kept = cache / f"{name}-{seed}{'-full' if full else ''}.pickle"
    if kept.is_file():
        made: Made = pickle.loads(kept.read_bytes())  # noqa: S301 - written by this script
        return made
    made = make(name, seed, full=full)
    kept.write_bytes(pickle.dumps(made))
    return made


def _spent() -> float:
    """Seconds of processor, children included, the reader that stays among them."""
    from marker.ocr.resident import RESIDENT

    used = os.times()
    reader = 0.0
    if RESIDENT.pid is not None:
        with contextlib.suppress(OSError):  # its own user and system time and that of its children, proc(5)
            fields = Path(f"/proc/{RESIDENT.pid}/stat").read_text().rpartition(")")[2].split()
            reader = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return used.user + used.system + used.children_user + used.children_system + reader


def measure(names: list[str], seeds: range, jobs: int, cache: Path, *, full: bool = False) -> list[Result]:
    cache.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        futures = [pool.submit(run_one, name, seed, str(cache), full=full) for name in names for seed in seeds]
        return [future.result() for future in futures]


def table(results: list[Result]) -> str:
    """Cases down, kinds across."""
    lines = [f"| case | {' | '.join(KINDS)} | s a page |", f"| --- |{' --- |' * (len(KINDS) + 1)}"]
    for name in dict.fromkeys(result.case for result in results):
        own = [result for result in results if result.case == name]
        counts = Counter(result.kind for result in own)
        pages = len(own) * (4 if name == "on-a-later-page" else 1)
        cells = " | ".join(str(counts[kind] or "") for kind in KINDS)
        lines.append(f"| {name} | {cells} | {sum(result.seconds for result in own) / pages:.2f} |")
    return "\n".join(lines)


def summary(results: list[Result]) -> str:
    marked = [result for result in results if result.marking]
    stamps = [result for result in marked if result.stamp]
    bare = [result for result in results if not result.marking]
    pages = sum(4 if result.case == "on-a-later-page" else 1 for result in results)

    def share(some: list[Result]) -> str:
        right = sum(result.kind == "right" for result in some)
        return f"{right} of {len(some)} ({100 * right / max(1, len(some)):.1f} %)"

    return "\n".join(
        [
            f"documents {len(results)}, pages {pages}",
            f"marked, exactly right: {share(marked)}; rubber stamps: {share(stamps)}",
            f"under-marked: {sum(result.kind == 'under' for result in results)}; "
            f"higher: {sum(result.kind == 'higher' for result in results)}; "
            f"to be held and held: {sum(result.kind != 'leak' for result in bare)} of {len(bare)}",
            f"one core: {sum(result.seconds for result in results) / max(1, pages):.2f} s a page",
        ]
    )


def compare(names: list[str], seed: int, cache: Path, program: str) -> str:
    """One document of each case, read by this software and by its peers, one after the other."""
    cache.mkdir(parents=True, exist_ok=True)
    made = [cached(name, seed, cache) for name in names]
    run_one(names[0], seed, str(cache))  # imports are no part of it
    begin = time.monotonic()
    ours = [run_one(name, seed, str(cache)) for name in names]
    wall = time.monotonic() - begin
    marked = [result for result in ours if result.marking]
    lines = [
        f"this software: {sum(result.kind == 'right' for result in marked)} of {len(marked)} judged right; "
        f"{sum(result.seconds for result in ours) / len(ours):.2f} s of processor, {wall / len(ours):.2f} s of wall "
        "time a document, one at a time",
        str(peers.full_page_tesseract(made)),
    ]
    other = peers.ocrmypdf(made, program)
    lines.append(str(other) if other else "ocrmypdf: not installed, not compared")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=parse_seeds, default=DEVELOPMENT)
    parser.add_argument("--final", action="store_true")
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("--full", action="store_true", help="letters that fill their page")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "marker-ocr-bench")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--peers", action="store_true", help="the first seed of each case, beside the peers")
    parser.add_argument("--ocrmypdf", default="ocrmypdf", help="where OCRmyPDF is")
    parser.add_argument("-v", "--verbose", action="store_true")
    given = parser.parse_args()
    seeds = FINAL if given.final else given.seeds
    if given.peers:
        print(compare(given.case or list(CASES), seeds[0], given.cache, given.ocrmypdf))  # noqa: T201
        return
    start = time.monotonic()
    results = measure(given.case or list(CASES), seeds, given.jobs, given.cache, full=given.full)
    print(table(results))  # noqa: T201 - a script
    print(summary(results))  # noqa: T201
    print(f"wall time, making included: {time.monotonic() - start:.0f} s")  # noqa: T201
    for result in results:
        if result.kind != "right" or given.verbose:
            print(f"{result.kind:8}{result.case} {result.seed} truth {result.marking} said {result.said}")  # noqa: T201
    if given.json:
        given.json.write_text(json.dumps([asdict(result) for result in results], indent=1))


if __name__ == "__main__":
    main()

"""Runs readers, OCR and detection over the labelled set and says how far the outcome is from the truth.

    python -m tests.labelled.measure --seeds 0..29
    python -m tests.labelled.measure --text-only                # without OCR: much faster
    python -m tests.labelled.measure --seeds 10000..10029       # the final figure, looked at once

A table by case goes to standard output, then every failure with its case, seed and format, so that
``python -m tests.labelled.generate OUT --seeds 17 --case row-name`` brings the document back.

What is counted, worst first:

under     stamped lower than the truth: a leak
third     a third party's document stamped as if it were the sender's: a leak
leak      stamped although it is to be held, otherwise
fault     neither stamped nor held: something was raised that is no hold
higher    stamped higher than the truth (not counted where the label allows it)
lost      held although it is to be marked, and the code is none the label allows
code      held as it should be, with a code that tells the clerk something else
careful   held with a code that is not wrong (a page picture to be read, two readings to be decided by a person)
right     exactly right

A long run is done in pieces: ``--save FILE`` adds each result to a file as it comes and leaves out what stands there
already; ``--load FILE…`` prints the tables of all that was saved.

Seeds from 10,000 on are kept for the final figure; nobody tunes on them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from marker.agreement.load import load_profile
from marker.detect.judge import examine
from marker.errors import HoldError
from marker.intake.work import Task, examine_file
from marker.model import PartyId, Verdict
from marker.readers.base import ReaderLimits
from marker.readers.read import read
from marker.settings import Settings
from tests.labelled.draft import Label, Made
from tests.labelled.generate import generate, parse_seeds
from tests.labelled.registry import CASES
from tests.labelled.spelling import RANK

KINDS: Final = ("right", "careful", "code", "lost", "higher", "fault", "leak", "third", "under")
FAILURES: Final = ("under", "third", "leak", "fault", "higher", "lost", "code")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one document."""

    case: str
    seed: int
    label: Label
    kind: str
    said: str
    """The marking it was given, the hold code, or the name of what was raised."""
    detail: str
    seconds: float


def judge_kind(label: Label, marking: str | None, hold: str | None) -> str:
    """The kind of outcome, as the module says them."""
    if label.outcome == "held":
        if hold is not None:
            return "right" if hold in label.holds else "code"
        return "third" if "third-party" in label.holds else "leak"
    if hold is not None:
        return "careful" if hold in label.holds else "lost"
    if marking == label.marking:
        return "right"
    ours, truth = RANK.get(marking or "", 0), RANK[label.marking or ""]
    if ours < truth:
        return "under"
    return "careful" if label.higher else "higher"


class Bench:
    """Reads documents from a scratch folder with the embedded profile and the default settings."""

    def __init__(self, folder: Path, *, pictures: bool = True) -> None:
        self._folder = folder
        self._pictures = pictures
        self._profile = load_profile()
        self._settings = Settings()

    def verdict(self, made: Made) -> Verdict:
        """What the software says of the document.  Raises HoldError where the reader does."""
        path = self._folder / f"document.{made.label.format}"
        path.write_bytes(made.data)
        receiving = PartyId(made.label.receiving)
        if self._pictures:
            return examine_file(path, made.name, Task(receiving, "", self._settings)).verdict
        reading = read(path, ReaderLimits.from_settings(self._settings), made.name)
        return examine(reading, self._profile, receiving)

    def measure(self, made: Made) -> Result:
        """The outcome beside the truth.  Raises ImportError, which says nothing about a document."""
        started = time.perf_counter()
        marking, hold, fault = None, "", ""
        try:
            verdict = self.verdict(made)
        except HoldError as error:
            hold, detail = str(error.hold.code), error.hold.detail
        except ImportError:
            raise
        except Exception as error:  # noqa: BLE001 - a fault is a result of the measurement
            fault, detail = type(error).__name__, str(error)[:200]
        else:
            marking = verdict.marking
            hold = str(verdict.hold.code) if verdict.hold else ""
            detail = verdict.hold.detail if verdict.hold else ""
        kind = "fault" if fault else judge_kind(made.label, marking, hold or None)
        said = marking or hold or fault
        return Result(made.case, made.seed, made.label, kind, said, detail, time.perf_counter() - started)


def measure(documents: Iterable[Made], *, pictures: bool = True, save: Path | None = None) -> list[Result]:
    """The outcome of every document, in order; with ``pictures``, what stands in page pictures is read too.

    With ``save``, each result is added to that file at once, and documents whose results stand in it are left out.
    """
    results = load([save]) if save is not None and save.exists() else []
    known = {(result.case, result.seed) for result in results}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), pictures=pictures)
        for made in documents:
            if (made.case, made.seed) not in known:
                results.append(bench.measure(made))
                if save is not None:
                    with save.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps(asdict(results[-1]), default=sorted, ensure_ascii=False) + "\n")
    return results


def load(files: Iterable[Path]) -> list[Result]:
    """The results that were saved."""
    found = []
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            label = row.pop("label")
            found.append(Result(label=Label(**{**label, "holds": frozenset(label["holds"])}), **row))
    return found


def table(results: list[Result]) -> str:
    """The table by case, with the sum of all below it."""
    width = max(len(name) for name in CASES)
    head = f"{'case':{width}}  {'of':>5}" + "".join(f"{kind:>9}" for kind in KINDS) + "  about"
    lines = [head, "-" * len(head)]
    for name, case in CASES.items():
        counts = Counter(result.kind for result in results if result.case == name)
        if counts:
            lines.append(_row(name, counts, width) + f"  {case.about}")
    lines += ["-" * len(head), _row("all", Counter(result.kind for result in results), width)]
    return "\n".join(lines)


def _row(name: str, counts: Counter[str], width: int) -> str:
    return f"{name:{width}}  {counts.total():>5}" + "".join(f"{counts[kind] or '.':>9}" for kind in KINDS)


def summary(results: list[Result]) -> str:
    """The figures that matter, in sentences."""
    to_mark = [r for r in results if r.label.outcome == "marked"]
    in_words = [r for r in to_mark if "unreadable-page" not in r.label.holds]
    to_hold = [r for r in results if r.label.outcome == "held"]
    third = [r for r in to_hold if "third-party" in r.label.holds]
    lines = (
        ("stamped lower than the truth", [r for r in to_mark if r.kind == "under"], to_mark),
        ("third party's documents stamped", [r for r in third if r.kind == "third"], third),
        ("other documents stamped that are to be held", [r for r in to_hold if r.kind == "leak"], to_hold),
        ("neither stamped nor held: a fault", [r for r in results if r.kind == "fault"], results),
        ("to be marked, marking in words: exactly right", [r for r in in_words if r.kind == "right"], in_words),
        ("to be marked, all: exactly right", [r for r in to_mark if r.kind == "right"], to_mark),
        ("to be held: held", [r for r in to_hold if r.kind in {"right", "code"}], to_hold),
        ("to be held: held with the right code", [r for r in to_hold if r.kind == "right"], to_hold),
    )
    times = sorted(1000 * r.seconds for r in results)
    shares = [
        f"{text:48} {len(some):>5} of {len(every):>5}  {100 * len(some) / max(1, len(every)):6.2f} %"
        for text, some, every in lines
    ]
    speed = f"{'reading and judging, median / slowest':48} {times[len(times) // 2]:.0f} / {times[-1]:.0f} ms"
    return "\n".join([*shares, speed])


def failures(results: list[Result]) -> str:
    """Every result that is neither right nor careful, worst first."""
    lines = []
    for kind in FAILURES:
        for r in (result for result in results if result.kind == kind):
            truth = r.label.marking or "|".join(sorted(r.label.holds))
            which = f"{r.case} {r.seed} {r.label.format} to {r.label.receiving}"
            lines.append(f"{kind:7} {which}: {truth} → {r.said}  {r.detail}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure detection on the labelled set.")
    parser.add_argument("--seeds", type=parse_seeds, default=range(30), metavar="0..29")
    parser.add_argument("--case", action="append", default=[], choices=sorted(CASES), metavar="NAME")
    parser.add_argument("--format", choices=("pdf", "docx"), help="documents of this format only")
    parser.add_argument("--text-only", action="store_true", help="leave page pictures unread")
    parser.add_argument("--save", type=Path, metavar="FILE", help="add each result to FILE; go on where it ends")
    parser.add_argument("--load", type=Path, nargs="+", metavar="FILE", help="print what was saved, measure nothing")
    parser.add_argument("--json", action="store_true", help="print one object with counts and failures instead")
    options = parser.parse_args()
    documents = generate(options.seeds, options.case)
    chosen = (made for made in documents if options.format in {None, made.label.format})
    results = load(options.load) if options.load else measure(chosen, pictures=not options.text_only, save=options.save)
    if options.json:
        rows = [
            {"case": r.case, "seed": r.seed, "kind": r.kind, "truth": r.label.marking, "said": r.said}
            for r in results
            if r.kind in FAILURES
        ]
        counts = dict(Counter(r.kind for r in results))
        print(json.dumps({"documents": len(results), "counts": counts, "failures": rows}, ensure_ascii=False))  # noqa: T201 - a command's result
        return
    print(table(results), summary(results), failures(results), sep="\n\n")  # noqa: T201 - a command's result


if __name__ == "__main__":
    main()

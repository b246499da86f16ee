"""A labelled set for measuring detection: documents made from a case and a seed, with the truth about each.

    python -m tests.labelled.generate OUT --seeds 0..29

Every (case, seed) gives the same bytes on the same machine; fonts that are not installed are left out of the choice.
Nothing is read but fonts, nothing is written unless OUT is given.

Seeds 0 to 999 are for development.  Seeds from 10,000 on are kept for the final figure: whoever tunes the detection
must not have looked at them.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

from tests.labelled import cases_held, cases_marked, cases_places
from tests.labelled.draft import Made
from tests.labelled.registry import CASES

MODULES: Final = (cases_marked, cases_held, cases_places)
"""Imported for their cases, which register themselves."""

DEVELOPMENT: Final = range(1000)
FINAL: Final = range(10_000, 11_000)


def generate(seeds: Iterable[int], names: Iterable[str] = ()) -> Iterator[Made]:
    """Every case (or those named) with every seed, case by case.  Raises KeyError for a name there is not."""
    chosen = [CASES[name] for name in names] or list(CASES.values())
    kept = list(seeds)
    for case in chosen:
        for seed in kept:
            yield case.make(seed)


def parse_seeds(text: str) -> range:
    """``0..29`` with both ends, or one number.  Raises ValueError."""
    match = re.fullmatch(r"(\d+)(?:\.\.(\d+))?", text)
    if match is None:
        raise ValueError(f"{text!r} is no range of seeds; write 0..29")
    return range(int(match[1]), int(match[2] or match[1]) + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the labelled set: one folder a receiver, and labels.jsonl.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=parse_seeds, default=range(30), metavar="0..29")
    parser.add_argument("--case", action="append", default=[], choices=sorted(CASES), metavar="NAME")
    options = parser.parse_args()
    with (_folder(options.out) / "labels.jsonl").open("w", encoding="utf-8") as labels:
        for made in generate(options.seeds, options.case):
            path = _folder(options.out / made.label.receiving) / made.name
            path.write_bytes(made.data)
            row = asdict(made.label) | {"case": made.case, "seed": made.seed, "holds": sorted(made.label.holds)}
            row["path"] = f"{made.label.receiving}/{made.name}"
            labels.write(json.dumps(row, ensure_ascii=False) + "\n")


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


if __name__ == "__main__":
    main()

"""Runs the whole reading and judging over documents made as the world makes them, and counts by kind.

    python -m tests.world.measure                     # all; what needs a program that is not installed is left out
    python -m tests.world.measure --kind words --write OUT

The columns are those of ``tests.labelled.measure``.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.labelled.measure import FAILURES, KINDS, Bench, Result
from tests.world import (
    cases_annex,
    cases_mentions,
    cases_paper,
    cases_pdf,
    cases_tools,
    cases_traps,
    cases_word,
    cases_words,
)
from tests.world.registry import Piece, all_pieces

MODULES = (cases_annex, cases_mentions, cases_paper, cases_pdf, cases_tools, cases_traps, cases_word, cases_words)
"""Imported for their pieces, which register themselves."""


def available(kinds: Iterable[str] = ()) -> Iterator[Piece]:
    """The pieces of ``kinds`` (all, if none is named) that can be made here."""
    chosen = set(kinds)
    for piece in all_pieces():
        if (not chosen or piece.kind in chosen) and (not piece.tool or shutil.which(piece.tool)):
            yield piece


def measure(pieces: Iterable[Piece], write: Path | None = None, *, pictures: bool = True) -> list[tuple[Piece, Result]]:
    """The outcome of every piece; with ``write``, the documents are left in that folder."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), pictures=pictures)
        for piece in pieces:
            made = piece.made()
            if write is not None:
                (write / f"{made.case}.{made.label.format}").write_bytes(made.data)
            results.append((piece, bench.measure(made)))
    return results


def table(results: list[tuple[Piece, Result]]) -> str:
    kinds = dict.fromkeys(piece.kind for piece, _ in results)
    lines = [f"{'kind':14}{'of':>6}" + "".join(f"{kind:>9}" for kind in KINDS)]
    for kind in (*kinds, "all"):
        counts = Counter(result.kind for piece, result in results if kind in (piece.kind, "all"))
        lines.append(f"{kind:14}{counts.total():>6}" + "".join(f"{counts[one] or '.':>9}" for one in KINDS))
    return "\n".join(lines)


def failures(results: list[tuple[Piece, Result]]) -> str:
    """Every result that is neither right nor careful, worst first."""
    rows = []
    for kind in FAILURES:
        for piece, result in results:
            if result.kind == kind:
                said = result.label.marking or "|".join(sorted(result.label.holds))
                rows.append(f"{kind:7} {piece.kind}.{piece.name}: {said} → {result.said}  {result.detail}")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure detection on documents as the world makes them.")
    parser.add_argument("--kind", action="append", default=[], metavar="NAME")
    parser.add_argument("--name", default="", help="only pieces whose name holds this")
    parser.add_argument("--write", type=Path, metavar="OUT", help="leave the documents in this folder")
    parser.add_argument("--text-only", action="store_true", help="leave page pictures unread")
    options = parser.parse_args()
    if options.write is not None:
        options.write.mkdir(parents=True, exist_ok=True)
    chosen = [piece for piece in available(options.kind) if options.name in piece.name]
    results = measure(chosen, options.write, pictures=not options.text_only)
    print(table(results))  # noqa: T201 - the table is what the module is for
    print(failures(results))  # noqa: T201


if __name__ == "__main__":
    main()

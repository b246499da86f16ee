"""How fast scans are read, and how many marks are found, beside OCR of the whole page: same pages, same cores, one run.

    python -m tests.ocr.bench_speed                     # about fifty minutes on two quiet cores
    python -m tests.ocr.bench_speed --seeds 90000..90000 --length "full letters" --no-whole-pages --no-corpus

This software reads all documents of a set with one command for each receiving Party, on all cores.  ``ocrmypdf
--force-ocr -l kaz+rus+lit+eng --output-type none`` takes one file a command, so it reads them in three ways: one
document after another, each with all cores; as many documents at once as there are cores; and all pages joined to one
file, which suits it best and is no way to treat documents.  ``tesseract -l kaz+rus+lit+eng`` reads every page at 300
dpi.  What is not installed is left out.  A peer has found a mark when its text holds the words anywhere; this software
has when it is the outcome.  The last lines say of each claim what was measured, what is asked, and whether it is met.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pypdf import PdfReader, PdfWriter

from tests.ocr.generate import CASES, Made, make, parse_seeds
from tests.ocr.peers import holds, ocrmypdf_command, whole_pages_text
from tests.spent import Cost, cost_of

_SEEDS: Final = range(90_000, 90_004)
_LENGTHS: Final = {"short letters": False, "full letters": True}
"""Letters that end in the middle of their page, and such as fill it, as most pages of longer documents are."""
_CORPUS: Final = Path(__file__).parents[2].parent / "shared" / "corpus" / "mark-jfk"
_MB: Final = 1_000_000
_DONE: Final = (0, 3)
_ASKED: Final = 12.0
"""How many times faster than OCRmyPDF."""
_MOST_MEMORY: Final = 400 * _MB
_AFTER_ANOTHER: Final = "one document after another"
_AT_ONCE: Final = "as many documents at once as cores"
_JOINED: Final = "all pages as one file"
_WAYS: Final = (_AFTER_ANOTHER, _AT_ONCE, _JOINED)
"""How OCRmyPDF is given the documents; it has every core in each of them."""


class Claims:
    """What was measured beside what is asked, said together at the end."""

    def __init__(self) -> None:
        self._rows: list[str] = []

    def add(self, name: str, figure: str, asked: str, *, met: bool) -> None:
        self._rows.append(f"{name:<90}{figure:>12}  asked {asked:<16}{'met' if met else 'NOT MET'}")

    def say(self) -> None:
        for row in self._rows:
            _say(row)


@dataclass(frozen=True, slots=True)
class Document:
    """One generated document on disk."""

    made: Made
    path: Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=parse_seeds, default=_SEEDS)
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("--length", action="append", choices=list(_LENGTHS), default=[], help="both when none is given")
    parser.add_argument("--ocrmypdf", default="ocrmypdf", help="where OCRmyPDF is")
    parser.add_argument("--way", action="append", choices=_WAYS, default=[], help="of OCRmyPDF; all when none is given")
    parser.add_argument("--whole-pages", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--corpus", action=argparse.BooleanOptionalAction, default=True, help="real scans too")
    given = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        program = shutil.which(given.ocrmypdf)
        if program is None:
            _say("ocrmypdf: left out, it is not installed; no ratio")
        bench = Bench(folder, cores, program, given.way or _WAYS)
        for length in given.length or list(_LENGTHS):
            bench.letters(length, _make(given.case or list(CASES), given.seeds, folder, full=_LENGTHS[length]))
        if given.corpus and _CORPUS.is_dir():
            bench.corpus(sorted(_CORPUS.glob("*.pdf")))
        bench.say(whole_pages=given.whole_pages)


class Bench:
    """One run: what was measured so far, added up."""

    def __init__(self, folder: Path, cores: int, program: str | None, ways: Sequence[str]) -> None:
        self._folder = folder
        self._cores = cores
        self._program = program
        self._ways = ways
        self._claims = Claims()
        self._peak = 0
        self._sets: list[tuple[Cost, dict[str, Cost]]] = []
        """What every set of pages cost this software, and OCRmyPDF in each way."""
        self._marked: list[Document] = []
        self._right: set[str] = set()

    def letters(self, length: str, documents: Sequence[Document]) -> None:
        """Generated documents of one length."""
        pages = sum(document.made.pages for document in documents)
        marked = [document for document in documents if document.made.label.marking]
        _say(f"{length}: {len(documents)} documents, {pages} pages, {self._cores} cores; seconds a page")
        ours, said = self._ours(documents, self._cores)
        _say(_row("marker detect, all documents", ours, pages))
        some = documents[::3]
        few = sum(document.made.pages for document in some)
        single = _sum([self._ours([document], self._cores)[0] for document in some])
        _say(_row("marker detect, every third, a command each", single, few))
        unmarked = [document for document in documents if document.made.case == "unmarked"]
        if unmarked:
            bare, _ = self._ours(unmarked, 1)
            _say(_row("marker detect, unmarked documents, one process", bare, len(unmarked)))
        right = {
            document.path.name for document in marked if said.get(document.path.name) == document.made.label.marking
        }
        _say(f"{'this software, judged exactly right':<48}{len(right):>4} of {len(marked)} marks")
        self._marked += marked
        self._right |= right
        if self._program is None:
            return
        self._beside(length, ours, [document.path for document in documents], pages)
        if set(self._ways) - {_JOINED}:
            hit = sum(holds(_sidecar(document.path), str(document.made.label.marking)) for document in marked)
            _say(f"{'ocrmypdf, anywhere in its text':<48}{hit:>4} of {len(marked)} marks")

    def corpus(self, scans: Sequence[Path]) -> None:
        """Real scans."""
        pages = sum(len(PdfReader(path).pages) for path in scans)
        _say(f"scans of the corpus: {len(scans)} documents, {pages} pages; seconds a page")
        ours = self._cost(_command("KZ", scans, self._folder / "corpus.jsonl"), self._cores)
        _say(_row("marker detect, all documents", ours, pages))
        if self._program is not None:
            own = [Path(shutil.copy(path, self._folder)) for path in scans]
            self._beside("scans of the corpus", ours, own, pages)

    def _beside(self, name: str, ours: Cost, paths: Sequence[Path], pages: int) -> None:
        """OCRmyPDF reads the same documents, in each way."""
        program = str(self._program)
        costs: dict[str, Cost] = {}
        if _AFTER_ANOTHER in self._ways:
            costs[_AFTER_ANOTHER] = _sum([_read_by(program, path) for path in paths])
        if _AT_ONCE in self._ways:
            began = time.perf_counter()
            with concurrent.futures.ThreadPoolExecutor(self._cores) as pool:
                each = list(pool.map(lambda path: _read_by(program, path, "--jobs", "1"), paths))
            costs[_AT_ONCE] = replace(_sum(each), wall=time.perf_counter() - began)
        if _JOINED in self._ways:
            costs[_JOINED] = _read_by(program, _joined(paths, self._folder / f"all of {name}.pdf"))
        for way, cost in costs.items():
            _say(_row(f"ocrmypdf, {way}", cost, pages))
            self._compare(name, way, cost, ours)
        self._sets.append((ours, costs))

    def say(self, *, whole_pages: bool) -> None:
        """The whole, and the claims."""
        if len(self._sets) > 1:
            ours = _sum([own for own, _ in self._sets])
            for way in self._ways:
                self._compare("everything", way, _sum([peers[way] for _, peers in self._sets]), ours)
        peak = self._peak
        self._claims.add(
            "memory of a process, at most", f"{peak / _MB:.0f} MB", "under 400 MB", met=peak < _MOST_MEMORY
        )
        if whole_pages:
            _whole_pages(self._marked, self._right, self._folder, self._cores, self._claims)
        self._claims.say()

    def _ours(self, documents: Sequence[Document], jobs: int) -> tuple[Cost, dict[str, str | None]]:
        """Both Parties' documents, one call each; what they cost and the marking of each file."""
        costs, said = [], {}
        for receiving in ("KZ", "LT"):
            own = [document.path for document in documents if document.made.label.receiving == receiving]
            if not own:
                continue
            report = self._folder / "report.jsonl"
            costs.append(self._cost(_command(receiving, own, report), jobs))
            for line in report.read_text(encoding="utf-8").splitlines():
                seen: dict[str, Any] = json.loads(line)
                said[Path(seen["path"]).name] = seen["marking"]
        return _sum(costs), said

    def _cost(self, command: list[str], jobs: int) -> Cost:
        environment = {
            **os.environ,
            "MARKER_JOBS": str(jobs),
            "MARKER_REGISTER": str(self._folder / "register.sqlite"),
        }
        cost = cost_of(command, _DONE, environment)
        self._peak = max(self._peak, cost.peak)
        return cost

    def _compare(self, name: str, way: str, peer: Cost, own: Cost) -> None:
        ratio = peer.wall / own.wall
        _say(f"ratio, {name}, {way}: wall time 1/{ratio:.1f}, processor 1/{peer.cpu / own.cpu:.1f}")
        claim = f"wall time beside ocrmypdf, {name}, {way}"
        self._claims.add(claim, f"1/{ratio:.1f}", "1/12, aim 1/25", met=ratio >= _ASKED)


def _make(cases: Sequence[str], seeds: Sequence[int], folder: Path, *, full: bool) -> list[Document]:
    documents = []
    for seed in seeds:
        for case in cases:
            made = make(case, seed, full=full)
            path = folder / made.name
            path.write_bytes(made.data)
            documents.append(Document(made, path))
    return documents


def _command(receiving: str, paths: Sequence[Path], report: Path) -> list[str]:
    program = [sys.executable, "-m", "marker", "detect", "--to", receiving, "--json", *map(str, paths)]
    return ["sh", "-c", 'out=$1; shift; exec "$@" > "$out"', "sh", str(report), *program]


def _joined(paths: Sequence[Path], target: Path) -> Path:
    """One file of the pages of several."""
    writer = PdfWriter()
    for path in paths:
        writer.append(PdfReader(path))
    writer.write(target)
    return target


def _read_by(program: str, path: Path, *options: str) -> Cost:
    """What OCRmyPDF takes for a file; its words are in a text file beside it."""
    command = ocrmypdf_command(program, path, path.with_suffix(".txt"))
    return cost_of([command[0], *options, *command[1:]], range(16), dict(os.environ))


def _sidecar(path: Path) -> str:
    words = path.with_suffix(".txt")
    return words.read_text(encoding="utf-8") if words.is_file() else ""


def _whole_pages(marked: Sequence[Document], right: set[str], folder: Path, cores: int, claims: Claims) -> None:
    if shutil.which("tesseract") is None or shutil.which("pdftoppm") is None:
        _say("tesseract on whole pages: skipped, tesseract or pdftoppm is not installed")
        return

    def read(document: Document) -> bool:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            return holds(whole_pages_text(document.path, Path(own)), str(document.made.label.marking))

    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        found = {document.path.name for document, hit in zip(marked, pool.map(read, marked), strict=True) if hit}
    _say(f"{'tesseract, whole pages at 300 dpi':<48}{len(found):>4} of {len(marked)} marks")
    if found - right:
        _say(f"found by tesseract on whole pages, and held here: {', '.join(sorted(found - right))}")
    asked = f"{len(found)} of {len(marked)}"
    claims.add(
        "marks, beside tesseract on whole pages", f"{len(right)} of {len(marked)}", asked, met=len(right) >= len(found)
    )


def _sum(costs: Sequence[Cost]) -> Cost:
    return Cost(sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs), max(cost.peak for cost in costs))


def _row(name: str, cost: Cost, pages: int) -> str:
    return f"{name:<48}{cost.wall / pages:>8.2f} wall{cost.cpu / pages:>8.2f} processor{cost.peak / _MB:>6.0f} MB peak"


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

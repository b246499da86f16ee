"""How fast scans are read, and how many marks are found, beside OCR of the whole page: same pages, same cores, one run.

    python -m tests.ocr.bench_speed                     # about forty minutes on two quiet cores
    python -m tests.ocr.bench_speed --seeds 90000..90000 --length "full letters" --no-whole-pages --no-corpus

The peers are ``ocrmypdf --force-ocr -l kaz+rus+lit+eng --output-type none`` with all cores, on one file of all pages
(which suits it best), generated and real scans apart, and on every third document by itself, and ``tesseract -l
kaz+rus+lit+eng`` on every page at 300 dpi.  What is not installed is left out.  A peer has found a mark when its text
holds the words anywhere; this software has when it is the outcome.  The last lines say of each claim what was measured,
what is asked, and whether it is met.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import itertools
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pypdf import PdfReader, PdfWriter

from tests.ocr.generate import CASES, Made, make, parse_seeds
from tests.ocr.peers import holds, ocrmypdf_command, whole_pages_text
from tests.spent import Cost, cost_of

_SEEDS: Final = range(90_000, 90_003)
_LENGTHS: Final = {"short letters": False, "full letters": True}
"""Letters that end in the middle of their page, and such as fill it, as most pages of longer documents are."""
_CORPUS: Final = Path(__file__).parents[2].parent / "shared" / "corpus" / "mark-jfk"
_MB: Final = 1_000_000
_DONE: Final = (0, 3)
_ASKED: Final = 12.0
"""How many times faster than OCRmyPDF."""
_MOST_MEMORY: Final = 400 * _MB


class Claims:
    """What was measured beside what is asked, said together at the end."""

    def __init__(self) -> None:
        self._rows: list[str] = []

    def add(self, name: str, figure: str, asked: str, *, met: bool) -> None:
        self._rows.append(f"{name:<62}{figure:>14}  asked {asked:<16}{'met' if met else 'NOT MET'}")

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
    parser.add_argument("--whole-pages", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--corpus", action=argparse.BooleanOptionalAction, default=True, help="real scans too")
    given = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        program = shutil.which(given.ocrmypdf)
        if program is None:
            _say("ocrmypdf: left out, it is not installed; no ratio")
        bench = Bench(folder, cores, program)
        for length in given.length or list(_LENGTHS):
            bench.letters(length, _make(given.case or list(CASES), given.seeds, folder, full=_LENGTHS[length]))
        if given.corpus and _CORPUS.is_dir():
            bench.corpus(sorted(_CORPUS.glob("*.pdf")))
        bench.say(whole_pages=given.whole_pages)


class Bench:
    """One run: what was measured so far, added up."""

    def __init__(self, folder: Path, cores: int, program: str | None) -> None:
        self._folder = folder
        self._cores = cores
        self._program = program
        self._claims = Claims()
        self._peak = 0
        self._together: list[tuple[Cost, Cost]] = []
        """OCRmyPDF's cost in one file, and this software's, of every set of pages."""
        self._marked: list[Document] = []
        self._right: set[str] = set()

    def letters(self, length: str, documents: Sequence[Document]) -> None:
        """Generated documents of one length."""
        some = documents[::3]
        pages, few = (sum(document.made.pages for document in those) for those in (documents, some))
        marked = [document for document in documents if document.made.label.marking]
        _say(f"{length}: {len(documents)} documents, {pages} pages, {self._cores} cores; seconds a page")
        ours, said = self._ours(documents, self._cores)
        _say(_row("marker detect, all documents", ours, pages))
        one, _ = self._ours(some, 1)
        _say(_row("marker detect, every third, one at a time", one, few))
        unmarked = [document for document in documents if document.made.case == "unmarked"]
        if unmarked:
            bare, _ = self._ours(unmarked, 1)
            _say(_row("marker detect, unmarked documents", bare, len(unmarked)))
        right = {
            document.path.name for document in marked if said.get(document.path.name) == document.made.label.marking
        }
        _say(f"{'this software, judged exactly right':<44}{len(right):>4} of {len(marked)} marks")
        self._marked += marked
        self._right |= right
        if self._program is None:
            return
        together = _joined([document.path for document in documents], self._folder / f"{length}.pdf")
        whole = _read_by(self._program, together)
        _say(_row("ocrmypdf, one file of all pages", whole, pages))
        texts = iter(together.with_suffix(".txt").read_text(encoding="utf-8").split("\f"))
        own = [(document.made, "\n".join(itertools.islice(texts, document.made.pages))) for document in documents]
        hit = sum(holds(text, made.label.marking) for made, text in own if made.label.marking)
        single = _sum([_read_by(self._program, document.path) for document in some])
        _say(_row("ocrmypdf, every third, one at a time", single, few))
        _say(f"{'ocrmypdf, anywhere in its text':<44}{hit:>4} of {len(marked)} marks")
        self._together.append((whole, ours))
        self._compare(f"{length}, one file", whole, ours)
        self._compare(f"{length}, one at a time", single, one)

    def corpus(self, scans: Sequence[Path]) -> None:
        """Real scans."""
        pages = sum(len(PdfReader(path).pages) for path in scans)
        ours = self._cost(_command("KZ", scans, self._folder / "corpus.jsonl"), self._cores)
        _say(_row("marker detect, scans of the corpus", ours, pages))
        if self._program is not None:
            peer = _read_by(self._program, _joined(scans, self._folder / "corpus.pdf"))
            _say(_row("ocrmypdf, scans of the corpus in one file", peer, pages))
            self._together.append((peer, ours))
            self._compare("scans of the corpus, one file", peer, ours)

    def say(self, *, whole_pages: bool) -> None:
        """The whole, and the claims."""
        if len(self._together) > 1:
            peers, ours = zip(*self._together, strict=True)
            self._compare("everything, one file each", _sum(peers), _sum(ours))
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

    def _compare(self, name: str, peer: Cost, own: Cost) -> None:
        ratio = peer.wall / own.wall
        _say(f"ratio, {name}: wall time 1/{ratio:.1f}, processor 1/{peer.cpu / own.cpu:.1f}")
        self._claims.add(f"wall time beside ocrmypdf, {name}", f"1/{ratio:.1f}", "1/12, aim 1/25", met=ratio >= _ASKED)


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


def _read_by(program: str, path: Path) -> Cost:
    """What OCRmyPDF takes for a file; its words are in a text file beside it."""
    environment = {**os.environ, "MARKER_JOBS": "1"}
    return cost_of(ocrmypdf_command(program, path, path.with_suffix(".txt")), range(16), environment)


def _whole_pages(marked: Sequence[Document], right: set[str], folder: Path, cores: int, claims: Claims) -> None:
    if shutil.which("tesseract") is None or shutil.which("pdftoppm") is None:
        _say("tesseract on whole pages: skipped, tesseract or pdftoppm is not installed")
        return

    def read(document: Document) -> bool:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            return holds(whole_pages_text(document.path, Path(own)), str(document.made.label.marking))

    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        found = {document.path.name for document, hit in zip(marked, pool.map(read, marked), strict=True) if hit}
    _say(f"{'tesseract, whole pages at 300 dpi':<44}{len(found):>4} of {len(marked)} marks")
    if found - right:
        _say(f"found by tesseract on whole pages, and held here: {', '.join(sorted(found - right))}")
    asked = f"{len(found)} of {len(marked)}"
    claims.add(
        "marks, beside tesseract on whole pages", f"{len(right)} of {len(marked)}", asked, met=len(right) >= len(found)
    )


def _sum(costs: Sequence[Cost]) -> Cost:
    return Cost(sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs), max(cost.peak for cost in costs))


def _row(name: str, cost: Cost, pages: int) -> str:
    return f"{name:<44}{cost.wall / pages:>8.2f} wall{cost.cpu / pages:>8.2f} processor{cost.peak / _MB:>6.0f} MB peak"


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

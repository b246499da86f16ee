"""How fast scans are read, and how many marks are found, beside OCR of the whole page: same pages, same cores, one run.

    python -m tests.ocr.bench_speed                     # about ten minutes on two quiet cores
    python -m tests.ocr.bench_speed --seeds 90000..90000 --no-whole-pages --no-corpus

The peers are ``ocrmypdf --force-ocr -l kaz+rus+lit+eng --output-type none`` with all cores, on one file of all pages
(which suits it best), generated and real scans apart, and on every third document by itself, and ``tesseract -l
kaz+rus+lit+eng`` on every page at 300 dpi.  What is not installed is left out.  A peer has found a mark when its text
holds the words anywhere; this software has when it is the outcome.  The last lines say of each claim what was measured,
what is asked, and whether it is met.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pypdf import PdfReader, PdfWriter

from tests.ocr.generate import CASES, Made, make, parse_seeds
from tests.ocr.peers import LANGUAGES, holds, ocrmypdf_command
from tests.readers.bench_speed import Cost, cost_of

_SEEDS: Final = range(90_000, 90_002)
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


@dataclass(frozen=True, slots=True)
class Scans:
    """Files, how many pages they have, and what this software took for them."""

    paths: Sequence[Path]
    pages: int
    cost: Cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=parse_seeds, default=_SEEDS)
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("--ocrmypdf", default="ocrmypdf", help="where OCRmyPDF is")
    parser.add_argument("--whole-pages", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--corpus", action=argparse.BooleanOptionalAction, default=True, help="real scans too")
    given = parser.parse_args()
    claims = Claims()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        documents = _make(given.case or list(CASES), given.seeds, folder)
        some = documents[::3]
        pages = sum(document.made.pages for document in documents)
        few = sum(document.made.pages for document in some)
        marked = [document for document in documents if document.made.label.marking]
        _say(f"{len(documents)} documents, {pages} pages, {cores} cores; seconds of wall time and of processor a page")
        ours, said = _ours(documents, folder, cores)
        _say(_row("marker detect, all documents", ours, pages))
        one, _ = _ours(some, folder, 1)
        _say(_row("marker detect, every third, one at a time", one, few))
        unmarked = [document for document in documents if document.made.case == "unmarked"]
        if unmarked:
            bare, _ = _ours(unmarked, folder, 1)
            _say(_row("marker detect, unmarked documents", bare, len(unmarked)))
        peak = max(ours.peak, one.peak)
        real = None
        if given.corpus and _CORPUS.is_dir():
            scans = sorted(_CORPUS.glob("*.pdf"))
            cost = cost_of(_command("KZ", scans, folder / "corpus.jsonl"), _DONE, _environment(folder, cores))
            peak = max(peak, cost.peak)
            real = Scans(scans, sum(len(PdfReader(path).pages) for path in scans), cost)
            _say(_row("marker detect, scans of the corpus", cost, real.pages))
        right = {
            document.path.name for document in marked if said.get(document.path.name) == document.made.label.marking
        }
        _say(f"{'this software, judged exactly right':<44}{len(right):>4} of {len(marked)} marks")
        claims.add("memory of a process, at most", f"{peak / _MB:.0f} MB", "under 400 MB", met=peak < _MOST_MEMORY)
        program = shutil.which(given.ocrmypdf)
        if program is None:
            _say("ocrmypdf: skipped, it is not installed; no ratio")
        else:
            _ocrmypdf(program, documents, Scans([document.path for document in some], few, one), ours, real, claims)
        if given.whole_pages:
            _whole_pages(marked, right, folder, cores, claims)
        claims.say()


def _make(cases: Sequence[str], seeds: Sequence[int], folder: Path) -> list[Document]:
    documents = []
    for seed in seeds:
        for case in cases:
            made = make(case, seed)
            path = folder / made.name
            path.write_bytes(made.data)
            documents.append(Document(made, path))
    return documents


# ── this software ───────────────────────────────────────────────────────────────────────────────────────────────────


def _environment(folder: Path, jobs: int) -> dict[str, str]:
    return {**os.environ, "MARKER_JOBS": str(jobs), "MARKER_REGISTER": str(folder / "register.sqlite")}


def _command(receiving: str, paths: Sequence[Path], report: Path) -> list[str]:
    program = [sys.executable, "-m", "marker", "detect", "--to", receiving, "--json", *map(str, paths)]
    return ["sh", "-c", 'out=$1; shift; exec "$@" > "$out"', "sh", str(report), *program]


def _ours(documents: Sequence[Document], folder: Path, jobs: int) -> tuple[Cost, dict[str, str | None]]:
    """Both Parties' documents, one call each; what they cost and the marking of each file."""
    costs, said = [], {}
    for receiving in ("KZ", "LT"):
        own = [document.path for document in documents if document.made.label.receiving == receiving]
        if not own:
            continue
        report = folder / "report.jsonl"
        costs.append(cost_of(_command(receiving, own, report), _DONE, _environment(folder, jobs)))
        for line in report.read_text(encoding="utf-8").splitlines():
            seen: dict[str, Any] = json.loads(line)
            said[Path(seen["path"]).name] = seen["marking"]
    return _sum(costs), said


# ── the peers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _ocrmypdf(
    program: str, documents: Sequence[Document], some: Scans, ours: Cost, real: Scans | None, claims: Claims
) -> None:
    """``ours`` is what this software took for all ``documents``."""
    folder = documents[0].path.parent
    everything = [document.path for document in documents]
    pages = sum(document.made.pages for document in documents)
    together = _joined(everything, folder / "together.pdf")
    whole = _read_by(program, together)
    _say(_row("ocrmypdf, one file of all pages", whole, pages))
    texts = together.with_suffix(".txt").read_text(encoding="utf-8").split("\f")
    marked = hit = at = 0
    for document in documents:
        text = "\n".join(texts[at : at + document.made.pages])
        at += document.made.pages
        if document.made.label.marking:
            marked += 1
            hit += holds(text, document.made.label.marking)
    single = _sum([_read_by(program, path) for path in some.paths])
    _say(_row("ocrmypdf, every third, one at a time", single, some.pages))
    _say(f"{'ocrmypdf, anywhere in its text':<44}{hit:>4} of {marked} marks")
    compared = [("generated pages, one file", whole, ours), ("generated pages, one at a time", single, some.cost)]
    if real is not None:
        scans = _read_by(program, _joined(real.paths, folder / "corpus.pdf"))
        _say(_row("ocrmypdf, scans of the corpus in one file", scans, real.pages))
        compared.append(("scans of the corpus, one file", scans, real.cost))
        compared.append(("generated and corpus, one file each", _sum([whole, scans]), _sum([ours, real.cost])))
    for name, peer, own in compared:
        ratio = peer.wall / own.wall
        _say(f"ratio, {name}: wall time 1/{ratio:.1f}, processor 1/{peer.cpu / own.cpu:.1f}")
        claims.add(f"wall time beside ocrmypdf, {name}", f"1/{ratio:.1f}", "1/12, aim 1/25", met=ratio >= _ASKED)


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
        own = folder / document.path.stem
        own.mkdir()
        subprocess.run(["pdftoppm", "-r", "300", "-png", str(document.path), str(own / "page")], check=True)
        texts = [
            subprocess.run(
                ["tesseract", str(page), "stdout", "-l", LANGUAGES],
                check=True,
                capture_output=True,
                text=True,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            ).stdout
            for page in sorted(own.glob("page*.png"))
        ]
        return holds("\n".join(texts), str(document.made.label.marking))

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

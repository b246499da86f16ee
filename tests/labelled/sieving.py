"""How well the short way through PDF pages keeps to the full one, on generated documents and on files of any origin.

    python -m tests.labelled.sieving --seeds 40..42
    python -m tests.labelled.sieving --folder FOLDER

Each document is read twice, with the sieve and without.  ``missed`` counts what the full way sees on a page that the
sieve let pass, beyond the markings it kept: it must be none.  ``verdicts`` that differ must be none too.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.detect.judge import examine
from marker.detect.sieve import Sieve
from marker.detect.sightings import find
from marker.errors import HoldError
from marker.model import PageInfo, PartyId, Span, Verdict
from marker.readers.base import ReaderLimits
from marker.readers.read import read
from tests.labelled.generate import generate, parse_seeds


class Watched(Sieve):
    """A sieve that remembers which pages it let pass, and what it kept of them."""

    def __init__(self, profile: Profile, passed: dict[int, Sequence[Span]]) -> None:
        super().__init__(profile)
        self._passed = passed

    def is_worth_trying(self) -> bool:
        return True

    def passes(self, texts: Iterable[str], lines: Sequence[Span], info: PageInfo) -> Sequence[Span] | None:
        kept = super().passes(texts, lines, info)
        if kept is not None:
            self._passed[info.number] = kept
        return kept


@dataclass
class Comparison:
    """What two readings of the same documents came to."""

    documents: int = 0
    pages: int = 0
    passed: int = 0
    marked: int = 0
    """Pages that passed with a marking that every page bears."""
    missed: list[str] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)

    def add(self, name: str, path: Path, receiving: PartyId, profile: Profile) -> None:
        """Read one document both ways; what neither can read counts for nothing."""
        passed: dict[int, Sequence[Span]] = {}
        try:
            full = read(path, ReaderLimits())
        except HoldError:
            return
        short = read(path, ReaderLimits(), None, lambda: Watched(profile, passed))
        self.documents += 1
        self.pages += full.pages or 0
        shown = {info.number for info in short.page_infos if info.readable}
        passed = {number: kept for number, kept in passed.items() if number in shown}
        self.passed += len(passed)
        self.marked += sum(map(bool, passed.values()))
        for finding in find(full, profile):
            kept = passed.get(finding.page or 0)
            box = finding.box
            if kept is not None and not any(span.box and box and span.box.overlaps(box) for span in kept):
                self.missed.append(f"{name} page {finding.page}: {finding.kind} {finding.marking}")
        if [info.readable for info in full.page_infos] != [info.readable for info in short.page_infos]:
            self.missed.append(f"{name}: other pages count as readable")
        one, other = (_said(examine(reading, profile, receiving)) for reading in (full, short))
        if one != other:
            self.verdicts.append(f"{name}: {one} in full, {other} with the sieve")

    def __str__(self) -> str:
        figures = (
            f"{self.documents} documents, {self.pages} pages, {self.passed} took the short way, {self.marked} of them "
            f"with a marking of every page; missed {len(self.missed)}, other verdicts {len(self.verdicts)}"
        )
        return "\n".join([figures, *self.missed, *self.verdicts])


def _said(verdict: Verdict) -> tuple[str | None, str | None]:
    return verdict.marking, verdict.hold.code if verdict.hold else None


def generated(seeds: Iterable[int], cases: Sequence[str] = ()) -> Comparison:
    """The comparison on generated PDF files."""
    found = Comparison()
    profile = load_profile()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.pdf"
        for made in generate(seeds, list(cases)):
            if made.label.format == "pdf":
                path.write_bytes(made.data)
                found.add(f"{made.case} {made.seed}", path, PartyId(made.label.receiving), profile)
    return found


def gathered(files: Iterable[Path], receiving: Sequence[str] = ("KZ", "LT")) -> Comparison:
    """The comparison on PDF files of any origin."""
    found = Comparison()
    profile = load_profile()
    for number, path in enumerate(files):
        found.add(path.name, path, PartyId(receiving[number % len(receiving)]), profile)
    return found


def _pdf_files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.pdf")) if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the short way through PDF pages with the full one.")
    parser.add_argument("--seeds", type=parse_seeds, default=range(40, 43), metavar="40..42")
    parser.add_argument("--case", action="append", default=[], metavar="NAME")
    parser.add_argument("--folder", type=Path, help="PDF files to compare instead of generated ones")
    options = parser.parse_args()
    found = gathered(_pdf_files(options.folder)) if options.folder else generated(options.seeds, options.case)
    print(found)  # noqa: T201 - a command's result


if __name__ == "__main__":
    main()

"""Stamp every PDF of a folder of real files with a stated marking, and see what becomes of each.

    python -m tests.stamp.corpus [FOLDER] [--every N] [--sets] [--json FILE]

Prints how many were stamped and proved and why the others were held, with all denominators, and fails on a fault: a
crash, a file qpdf finds a new error in, another number of pages.  The proof of each copy reads the marking, the copy
number from every page's picture and sees that no ink of the original is lost.  With ``--sets`` three copies are made of
each file and proved as a set; the third is then proved by all its pages' pictures, too.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
_SECONDS = 300
_ONE = "import sys; from tests.stamp.corpus import one; one(*sys.argv[1:])"


def one(source: str, copy: str, size: str) -> None:
    """Runs in a process of its own: stamp and prove so many copies of one file, print what happened as JSON."""
    import time
    import warnings

    warnings.simplefilter("ignore")
    from marker.agreement.load import load_profile
    from marker.errors import HoldError
    from marker.proof.pdf import prove_pdf
    from marker.proof.pdf_set import First
    from marker.proof.prove import prove_copies
    from marker.stamp.pdf import stamp_pdf
    from tests.stamp.bench import order

    orders = [order(index) for index in range(1, int(size) + 1)]
    copies = [(each, Path(f"{copy}.{each.copy_index}")) for each in orders[:-1]] + [(orders[-1], Path(copy))]
    profile, at = load_profile(), "stamp"
    told: dict[str, Any] = {}
    try:
        started = time.process_time()
        (result, *_) = stamp_pdf(Path(source), copies, profile)
        stamped = time.process_time()
        at = "proof"
        prove_copies("pdf", Path(source), copies, profile)
        proved = time.process_time()
        drawn = None
        if len(copies) > 1:
            at = "proof by itself, after that of the set"
            prove_pdf(Path(source), Path(copy), orders[-1], profile)
            first = First(copies[0][1], orders[0].copy_number, [1.0] * result.pages)
            further = [first.compare(path, each.copy_number) for each, path in copies[1:]]
            drawn = result.pages if further[-1] is None else len(further[-1].drawn)
        told = {"outcome": "stamped", "pages": result.pages, "notes": list(result.notes),
                "seconds": [round(stamped - started, 3), round(proved - stamped, 3)], "drawn": drawn,
                "grown": Path(copy).stat().st_size - Path(source).stat().st_size}  # fmt: skip
    except HoldError as error:
        told = {"outcome": f"held by the {at}: {error.hold.code.value}", "detail": error.hold.detail}
    for _, path in copies[:-1]:
        path.unlink(missing_ok=True)
    print(json.dumps(told))


def examine(source: Path, folder: Path, size: int) -> dict[str, Any]:
    """What became of one file; ``fault`` is set where something is wrong with the software."""
    copy = folder / f"{abs(hash(source))}.pdf"
    try:
        done = subprocess.run(
            [sys.executable, "-c", _ONE, str(source), str(copy), str(size)],
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"file": str(source), "outcome": "timeout"}
    if done.returncode or not done.stdout:
        return {"file": str(source), "outcome": "crashed", "fault": done.stderr[-300:]}
    found = {"file": str(source), **json.loads(done.stdout)}
    if found["outcome"] == "stamped":
        found["fault"] = _qpdf_fault(source, copy, found["pages"])
    copy.unlink(missing_ok=True)
    return found


def _qpdf_fault(source: Path, copy: Path, pages: int) -> str | None:
    """What qpdf finds wrong with the copy of a file that it finds nothing wrong with."""
    count = subprocess.run(["qpdf", "--show-npages", copy], capture_output=True, text=True, check=False).stdout.strip()
    if count != str(pages):
        return f"qpdf counts {count} pages, not {pages}"
    before, after = _complaints(source), _complaints(copy)
    # In a damaged file the same damage is told in other words once it stands elsewhere.
    return None if before else "; ".join(sorted(after)) or None


def _complaints(path: Path) -> set[str]:
    """The kinds of warnings and errors of ``qpdf --check``, without places and numbers."""
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False, errors="replace")
    lines = [line for line in done.stderr.splitlines() if line.startswith(("WARNING", "ERROR", str(path)))]
    return {re.sub(r"[^a-z ]+", " ", line.rpartition("): ")[2].rpartition(": ")[2].lower()).strip() for line in lines}


def main() -> int:
    """Exit status 1 when a fault was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take one file in N")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sets", action="store_true", help="three copies of each, the third proved twice")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="one line a file; files that have one are not run again"
    )
    asked = parser.parse_args()
    files = sorted(asked.folder.rglob("*.pdf"))[:: asked.every]
    found: list[dict[str, Any]] = []
    if asked.json and asked.json.exists():
        found = [json.loads(line) for line in asked.json.read_text(encoding="utf-8").splitlines()]
    known = {entry["file"] for entry in found}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as threads:
        waiting = [
            threads.submit(examine, file, Path(folder), 3 if asked.sets else 1)
            for file in files
            if str(file) not in known
        ]
        for done in as_completed(waiting):
            found.append(done.result())
            if asked.json:
                with asked.json.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(found[-1]) + "\n")
    report(found)
    return int(any(entry.get("fault") for entry in found))


def report(found: list[dict[str, Any]]) -> None:
    outcomes = Counter(entry["outcome"] for entry in found)
    closed = sum(count for outcome, count in outcomes.items() if outcome.endswith(("encrypted", "malformed")))
    stamped = [entry for entry in found if entry["outcome"] == "stamped"]
    opened = len(found) - closed
    pages = sum(entry["pages"] for entry in stamped)
    print(f"PDF files: {len(found)}; encrypted or not to be opened: {closed}; opened: {opened}")
    print(f"stamped and proved: {len(stamped)} of {opened} ({len(stamped) / max(opened, 1):.1%}), {pages} pages")
    for outcome, count in sorted(outcomes.items(), key=lambda pair: -pair[1]):
        print(f"  {count:5}  {outcome}")
    print(f"shrunk to make room: {sum('scaled down' in ' '.join(entry['notes']) for entry in stamped)} files")
    sets = [entry for entry in stamped if entry.get("drawn")]
    if sets:
        few = sum(entry["drawn"] == 1 for entry in sets)
        print(f"sets: {len(sets)}; of the third copy's {sum(entry['pages'] for entry in sets)} pages "
              f"{sum(entry['drawn'] for entry in sets)} were drawn; the first page alone in {few} sets")  # fmt: skip
    for entry in found:
        if entry.get("fault"):
            print(f"FAULT {entry['file']}: {entry['fault']}")
    print(f"faults: {sum(bool(entry.get('fault')) for entry in found)} of {len(found)}")


if __name__ == "__main__":
    sys.exit(main())

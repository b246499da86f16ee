"""Stamp every PDF of a folder of real files with a stated marking, and see what becomes of each.

    python -m tests.stamp.corpus [FOLDER] [--every N] [--json FILE]

Prints how many were stamped and proved and why the others were held, with all denominators, and fails on a fault: a
crash, a file qpdf finds a new error in, another number of pages.  The proof of each copy reads the marking, the copy
number and the Data Matrix from every page's picture and sees that no ink of the original is lost.
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
_ONE = "import sys; from tests.stamp.corpus import one; one(sys.argv[1], sys.argv[2])"


def one(source: str, copy: str) -> None:
    """Runs in a process of its own: stamp and prove one file, print what happened as JSON."""
    import time
    import warnings

    warnings.simplefilter("ignore")
    from marker.agreement.load import load_profile
    from marker.errors import HoldError
    from marker.proof.pdf import prove_pdf
    from marker.stamp.pdf import stamp_pdf
    from tests.stamp.pdf_samples import TO_KZ

    profile, at = load_profile(), "stamp"
    told: dict[str, Any] = {}
    try:
        started = time.process_time()
        (result,) = stamp_pdf(Path(source), [(TO_KZ, Path(copy))], profile)
        stamped = time.process_time()
        at = "proof"
        prove_pdf(Path(source), Path(copy), TO_KZ, profile)
        told = {"outcome": "stamped", "pages": result.pages, "notes": list(result.notes),
                "seconds": [round(stamped - started, 3), round(time.process_time() - stamped, 3)],
                "grown": Path(copy).stat().st_size - Path(source).stat().st_size}  # fmt: skip
    except HoldError as error:
        told = {"outcome": f"held by the {at}: {error.hold.code.value}", "detail": error.hold.detail}
    print(json.dumps(told))


def examine(source: Path, folder: Path) -> dict[str, Any]:
    """What became of one file; ``fault`` is set where something is wrong with the software."""
    copy = folder / f"{abs(hash(source))}.pdf"
    try:
        done = subprocess.run(
            [sys.executable, "-c", _ONE, str(source), str(copy)],
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
        waiting = [threads.submit(examine, file, Path(folder)) for file in files if str(file) not in known]
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
    for entry in found:
        if entry.get("fault"):
            print(f"FAULT {entry['file']}: {entry['fault']}")
    print(f"faults: {sum(bool(entry.get('fault')) for entry in found)} of {len(found)}")


if __name__ == "__main__":
    sys.exit(main())

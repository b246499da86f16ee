"""Real files that no one here wrote: nearly all that open are stamped and stand their proof, the others are held."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
SCRIPT = """
import json, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.model import CopyOrder, PartyId
from marker.numbering import CopyNumber
from marker.proof.pdf import prove_pdf
from marker.stamp.pdf import stamp_pdf
number = CopyNumber(PartyId("KZ"), 2026, 123, 1)
order = CopyOrder(PartyId("KZ"), PartyId("LT"), "ҚҰПИЯ/СЕКРЕТНО", "KONFIDENCIALIAI", number.register_number,
                  str(number), 1, 2, "2026-11-22")
source, copy, profile = Path(sys.argv[1]), Path(sys.argv[2]), load_profile()
at = "stamp"
try:
    stamp_pdf(source, [(order, copy)], profile)
    at = "proof"
    prove_pdf(source, copy, order, profile)
    print(json.dumps("stamped"))
except HoldError as error:
    print(json.dumps(f"{at}: {error.hold.code.value}" + (": too small" if "too small" in error.hold.detail else "")))
"""


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not at hand")
def test_nearly_every_pdf_that_opens_is_stamped_and_proved_and_none_ends_in_a_fault(tmp_path: Path) -> None:
    files = sorted(CORPUS.rglob("*.pdf"))[::12]
    outcomes: Counter[str] = Counter()
    faults = []
    for file in files:
        copy = tmp_path / "copy.pdf"
        copy.unlink(missing_ok=True)
        command = [sys.executable, "-c", SCRIPT, str(file), str(copy)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode or done.stderr:
            faults.append(f"{file.name}: {done.stderr[-300:]}")
            continue
        outcomes[json.loads(done.stdout)] += 1
    assert faults == []
    opened = sum(outcomes.values()) - outcomes["stamp: encrypted"] - outcomes["stamp: malformed"]
    assert opened > 50
    assert outcomes["stamped"] >= 0.9 * opened, outcomes

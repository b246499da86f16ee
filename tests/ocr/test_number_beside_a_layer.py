"""The number of the copy that only the text layer of a coarse scan can still tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from marker.intake.work import Task, examine_file
from marker.model import PartyId
from marker.settings import Settings
from tests.labelled.generate import generate


@pytest.mark.slow
def test_a_copy_number_that_only_the_layer_tells_leaves_no_doubt(tmp_path: Path) -> None:
    (made,) = generate([12101], ["ocr-layer"])
    path = tmp_path / "scan.pdf"
    path.write_bytes(made.data)
    verdict = examine_file(path, made.name, Task(PartyId(made.label.receiving), "", Settings())).verdict
    assert verdict.hold is None
    assert verdict.marking == made.label.marking

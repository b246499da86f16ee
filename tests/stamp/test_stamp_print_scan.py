"""A stamped page that was printed and scanned still says whose copy it is."""

from __future__ import annotations

import numpy as np
import pytest

from marker.records.sheets import _codes
from tests.stamp.print_scan import FIXTURES, pages, scanned


@pytest.mark.slow
def test_the_code_is_read_from_scans_of_letters_of_all_kinds() -> None:
    chance, missed, count = np.random.default_rng(3), [], 0
    for name, number, page in pages([FIXTURES], 16):
        count += 1
        if number not in {sighting.copy_number for sighting in _codes(scanned(page, chance))}:
            missed.append(name)
    assert count == 16
    assert missed == []

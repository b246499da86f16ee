"""Killed at any line of any stage, a batch and a watcher lose nothing.  The long form: python -m tests.faults.kills."""

from __future__ import annotations

from pathlib import Path

import pytest

from .kills import STAGES, kill_many


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_every_stage_may_be_killed(tmp_path: Path) -> None:
    points = kill_many(40, 7, tmp_path)
    for stage in STAGES:
        assert sum(point.split()[1] == stage for point in points) >= 2, points

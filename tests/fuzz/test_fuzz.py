"""A minute of fuzzing.  The long form: make fuzz."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from .run import Fuzzing, State


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_mutants_bring_up_no_fault_and_many_reach_the_stamper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", "")
    fuzzing = Fuzzing(tmp_path / "place", tmp_path / "findings", State(seed=99), jobs=2)
    fuzzing.go(10_000, 60)
    state = fuzzing.state
    assert state.found == []
    if state.done >= 30:
        assert state.reached >= state.done / 3, state.outcomes

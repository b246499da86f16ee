"""What came from outside as text that can be shown, and pages as people list them."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.names import command_line, runs_of, shown


def test_neighbouring_pages_are_drawn_together() -> None:
    assert runs_of([3, 1, 2, 7, 7], "–") == ["1–3", "7"]
    assert runs_of([], "–") == []


@given(st.sets(st.integers(1, 60)))
def test_runs_name_every_page_once(pages: set[int]) -> None:
    named = [run.partition("–") for run in runs_of(pages, "–")]
    told = [page for first, dash, last in named for page in range(int(first), int(last if dash else first) + 1)]
    assert told == sorted(pages)


def test_a_command_line_keeps_no_password_and_no_byte_a_database_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["marker", "batch", "--register", "postgresql://clerk:geheim@server/registry", "in\udcff", "x" * 5_000]
    monkeypatch.setattr(sys, "argv", words)
    line = command_line()
    assert "clerk:***@server" in line and "geheim" not in line
    line.encode()
    assert len(line) <= 1_000
    assert shown("in\udcff") in line

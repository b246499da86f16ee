"""Documents are worked on at once and reported in order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from marker.intake import run as engine
from marker.intake.source import Candidate
from marker.model import FileReport, Outcome

LONG = 100
"""Seconds: what takes none on a machine that has nothing else to do."""


def test_a_slow_document_does_not_leave_the_workers_without_work(monkeypatch: pytest.MonkeyPatch) -> None:
    count, jobs = 200, 2
    others, enough = threading.Semaphore(0), threading.Event()

    def process(candidate: Candidate, *_: Callable[[], Any]) -> FileReport:
        if candidate.path.name == "0":  # the slowest of them: sixty others are read while it is
            for _other in range(60):
                assert others.acquire(timeout=LONG)
            enough.set()
        else:
            others.release()
            assert enough.wait(LONG)
        return FileReport(str(candidate.path), None, None, None, Outcome.HELD)

    monkeypatch.setattr(engine, "process", process)
    desk: Any = SimpleNamespace(
        settings=SimpleNamespace(jobs=jobs), stopped=threading.Event(), workers=SimpleNamespace(stop=lambda: None)
    )
    candidates = [Candidate(Path(str(i)), Path(str(i))) for i in range(count)]
    reports = [report.path for _, report in engine.run(candidates, desk, lambda _: Path())]
    assert reports == [str(i) for i in range(count)]


@pytest.mark.parametrize(("jobs", "most"), [(1, 32), (2, 64), (16, 256), (100, 800)])
def test_no_more_documents_are_in_flight_than_pays(monkeypatch: pytest.MonkeyPatch, jobs: int, most: int) -> None:
    asked: list[int] = []

    class Threads(ThreadPoolExecutor):
        def __init__(self, max_workers: int, thread_name_prefix: str) -> None:
            asked.append(max_workers)
            super().__init__(1, thread_name_prefix)

    monkeypatch.setattr(engine, "ThreadPoolExecutor", Threads)
    desk: Any = SimpleNamespace(
        settings=SimpleNamespace(jobs=jobs), stopped=threading.Event(), workers=SimpleNamespace(stop=lambda: None)
    )
    assert list(engine.run([], desk, lambda _: Path())) == []
    assert asked == [most]

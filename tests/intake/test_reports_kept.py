"""A line of a report that cannot be written is kept: its document has been put away, and nobody would tell of it."""

from __future__ import annotations

import io
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from marker.agreement.load import load_profile
from marker.errors import DiskError
from marker.intake import report
from marker.intake.batch import Output
from marker.intake.desk import Wish
from marker.intake.log import Log, LogFormat
from marker.intake.report import OpenReports
from marker.intake.shelves import Shelves
from marker.intake.watch import Errand, Watcher
from marker.model import FileReport, Hold, HoldCode, Outcome, PartyId
from marker.register.opening import open_register
from marker.settings import Settings
from tests.cli.conftest import write_letter

LONG = 280
"""Seconds: what takes two on a machine that has nothing else to do."""
AWAY = DiskError(HoldCode.STAMP_FAILED, "The share is away.")


def held(name: str) -> FileReport:
    return FileReport(name, None, None, None, Outcome.HELD, Hold(HoldCode.UNMARKED, "It bears no marking."))


def outcomes(folder: Path) -> Counter[str]:
    lines = (folder / "report.jsonl").read_text(encoding="utf-8").splitlines()
    return Counter(json.loads(line)["outcome"] for line in lines)


class Failing:
    """A function that fails at the calls that ``when`` says, after the real one has done its work where ``late``."""

    def __init__(self, real: Callable[..., Any], when: Iterable[bool], *, late: bool = False) -> None:
        self.real, self.when, self.late = real, iter(when), late
        self.calls = 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.calls += 1
        fails = next(self.when, False)
        if fails and not self.late:
            raise AWAY
        value = self.real(*arguments, **options)
        if fails:
            raise AWAY
        return value


def test_lines_that_were_kept_are_written_in_order_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = OpenReports(tmp_path / "report.jsonl", tmp_path / "report.csv")
    failing = Failing(report._append, [True, False, False, False, True])
    monkeypatch.setattr(report, "_append", failing)
    reports.keep(held("1.pdf"))
    with pytest.raises(DiskError):  # at the first file
        reports.write()
    assert reports.left == 1
    reports.keep(held("2.pdf"))
    with pytest.raises(DiskError):  # at the second file of the second document
        reports.write()
    assert reports.left == 1
    reports.keep(held("3.pdf"))
    reports.write()
    assert reports.left == 0
    lines = (tmp_path / "report.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["path"] for line in lines] == ["1.pdf", "2.pdf", "3.pdf"]
    assert len((tmp_path / "report.csv").read_text(encoding="utf-8-sig").splitlines()) == 1 + 3


def watch_until(tmp_path: Path, done: Callable[[], bool]) -> str:
    """Let a watcher work until something is so; its log."""
    profile = load_profile(None)
    settings = replace(Settings(jobs=2), settle=0.2, interval=0.1)
    errand = Errand(
        tmp_path / "in", Output(tmp_path / "out"), Wish(PartyId("KZ")), profile, settings,
        lambda: open_register(
            str(tmp_path / "register.sqlite"), operator="test", clearance="", profile_sha256=profile.sha256
        ),
    )  # fmt: skip
    log = io.StringIO()
    watcher = Watcher(errand, Log(log, LogFormat.TEXT), lambda _: None)
    ended = threading.Event()

    def end() -> None:
        deadline = time.monotonic() + LONG
        while not ended.wait(0.05) and time.monotonic() < deadline:
            try:
                if done():
                    break
            except OSError:
                continue
        watcher.stop()

    thread = threading.Thread(target=end)
    thread.start()
    try:
        watcher.work()
    finally:
        ended.set()
        thread.join()
    return log.getvalue()


@pytest.mark.timeout(2 * LONG)
@pytest.mark.parametrize("times", [1, 2])
def test_a_share_that_vanishes_between_move_and_report_costs_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    for i in range(3):
        write_letter(tmp_path / "in" / f"{i}.pdf", "SLAPTAI", body=f"Raštas {i}.")
    monkeypatch.setattr(report, "_append", Failing(report._append, times * [True]))
    log = watch_until(tmp_path, lambda: outcomes(tmp_path / "out").total() >= 3)
    assert outcomes(tmp_path / "out") == {"stamped": 3}
    assert len(list((tmp_path / "out" / "processed").iterdir())) == 3
    assert "The share is away." in log
    assert "unreported" not in log


@pytest.mark.timeout(2 * LONG)
def test_a_document_whose_move_fails_at_its_last_step_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_letter(tmp_path / "in" / "raštas.pdf", "SLAPTAI")
    failing = Failing(Shelves.put, [True], late=True)

    def put(*arguments: Any) -> Path:
        lies: Path = failing(*arguments)
        return lies

    monkeypatch.setattr(Shelves, "put", put)
    watch_until(tmp_path, lambda: outcomes(tmp_path / "out").total() >= 1)
    assert outcomes(tmp_path / "out") == {"stamped": 1}
    assert not list((tmp_path / "in").glob("*.pdf"))


def test_what_could_not_be_told_of_is_said_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_letter(tmp_path / "in" / "raštas.pdf", "SLAPTAI")
    failing = Failing(report._append, repeat(True))
    monkeypatch.setattr(report, "_append", failing)
    log = watch_until(tmp_path, lambda: failing.calls > 0)
    assert "error unreported documents=1" in log

"""A Tesseract that hangs, dies, writes rubbish or eats memory costs one document, and leaves nothing behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from marker.errors import HoldError, MissingError
from marker.intake.work import Task, examine_file
from marker.model import HoldCode, PartyId
from marker.ocr import tesseract
from marker.settings import Settings
from tests.ocr import pages

PICTURE = np.full((80, 300), 255, np.uint8)
JOINT = ("kaz", "lit")


def engine(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Put a program named tesseract first on PATH; it writes its process number to a file beside it."""
    folder.mkdir(exist_ok=True)
    program = folder / "tesseract"
    program.write_text(f'#!/bin/sh\necho $$ >> "{folder}/pids"\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder / "pids"


def gone(pids: Path) -> bool:
    """Whether every process that wrote its number is dead and off the process table."""
    numbers = [int(line) for line in pids.read_text().split()]
    for _ in range(50):
        if not any(_runs(number) for number in numbers):
            return True
        time.sleep(0.1)
    return False


def _runs(number: int) -> bool:
    state = Path(f"/proc/{number}/stat")
    try:
        # A grandchild killed with its parent may wait for init to take it off the table; it runs no more.
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def scan(folder: Path) -> Path:
    return pages.save(folder / "scan.pdf", pages.write(pages.body(pages.blank()), "SLAPTAI", 827, 90))


def verdict_of(path: Path, seconds: float = 20.0) -> HoldCode | None:
    try:
        verdict = examine_file(path, path.name, Task(PartyId("KZ"), "", Settings(timeout=seconds))).verdict
    except HoldError as error:
        return error.hold.code
    return verdict.hold.code if verdict.hold else None


def test_one_that_hangs_is_killed_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = engine(tmp_path / "bin", monkeypatch, f'sleep 300 & echo $! >> "{tmp_path}/bin/pids"; sleep 300')
    with pytest.raises(tesseract.EngineTimeoutError):
        tesseract.read_words(PICTURE, 1, languages=JOINT)
    assert gone(pids)
    with pytest.raises(ChildProcessError):  # reaped: no zombie of ours is left
        os.waitpid(int(pids.read_text().split()[0]), os.WNOHANG)


def test_one_that_does_not_listen_is_killed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = engine(tmp_path / "bin", monkeypatch, "trap '' TERM INT HUP; while :; do sleep 1; done")
    with pytest.raises(tesseract.EngineTimeoutError):
        tesseract.read_words(PICTURE, 1, languages=JOINT)
    assert gone(pids)


@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        "kill -SEGV $$",
        "exit 0",  # writes no table at all
        'echo rubbish > "$2.tsv"',
        'printf "level\\tpage_num\\n5\\t1\\tx\\n" > "$2.tsv"',
        'head -c 3000 /dev/urandom > "$2.tsv"',
        "exec python3 -c 'bytearray(3 << 30)'",
    ],
    ids=["dies", "crashes", "writes-nothing", "writes-words", "writes-half-a-table", "writes-noise", "eats-memory"],
)
def test_one_that_fails_is_a_fault_and_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    pids = engine(tmp_path / "bin", monkeypatch, script)
    with pytest.raises(tesseract.EngineFaultError):
        tesseract.read_words(PICTURE, 20, languages=JOINT)
    assert gone(pids)


def test_one_that_is_not_there_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match="not installed"):
        tesseract.read_words(PICTURE, 5, languages=JOINT)


def test_a_language_that_is_not_there_is_missing() -> None:
    with pytest.raises(MissingError, match="language"):
        tesseract.read_words(PICTURE, 20, languages=("xyz",))


def test_one_of_several_languages_that_is_not_there_is_missing_and_its_package_named() -> None:
    """Tesseract itself reads with those it has, and ends as if all were well."""
    with pytest.raises(MissingError, match="not installed: xyz, chi_abc") as caught:
        tesseract.read_words(PICTURE, 20, languages=("kaz", "xyz", "chi_abc"))
    assert caught.value.remedy == "sudo apt-get install tesseract-ocr-xyz tesseract-ocr-chi-abc"


def test_a_profile_without_languages_reads_no_scan() -> None:
    with pytest.raises(MissingError, match="names no language") as caught:
        tesseract.read_words(PICTURE, 20, languages=())
    assert "[scans]" in caught.value.remedy


def test_a_scan_under_a_tesseract_that_hangs_is_held_as_timed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = engine(tmp_path / "bin", monkeypatch, "sleep 300")
    assert verdict_of(scan(tmp_path), seconds=10.0) is HoldCode.TIMEOUT
    assert gone(pids)


@pytest.mark.parametrize("script", ["exit 1", 'echo rubbish > "$2.tsv"'])
def test_a_scan_under_a_tesseract_that_fails_has_an_unreadable_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    engine(tmp_path / "bin", monkeypatch, script)
    assert verdict_of(scan(tmp_path)) is HoldCode.UNREADABLE_PAGE


def test_a_scan_of_which_nothing_is_read_has_an_unreadable_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = "level page_num block_num par_num line_num word_num left top width height conf text"
    header = columns.replace(" ", "\\t")
    engine(tmp_path / "bin", monkeypatch, f'printf "{header}\\n" > "$2.tsv"')
    assert verdict_of(scan(tmp_path)) is HoldCode.UNREADABLE_PAGE


def test_no_temporary_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    tesseract.read_words(PICTURE, 20, languages=JOINT)
    engine(tmp_path / "bin", monkeypatch, "sleep 300")
    with pytest.raises(tesseract.EngineTimeoutError):
        tesseract.read_words(PICTURE, 1, languages=JOINT)
    assert list(folder.iterdir()) == []

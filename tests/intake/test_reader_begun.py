"""What reads letters is begun before the file is read, where a glance tells that it will be needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from marker.intake import work
from marker.model import PartyId
from marker.ocr.resident import RESIDENT
from marker.settings import Settings
from tests.cli.conftest import write_letter

TASK = work.Task(PartyId("KZ"), "", Settings())


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, in its order: the reader begun, the file read."""
    from marker.readers import read as reading

    done: list[str] = []
    real = reading.read
    monkeypatch.setattr(RESIDENT, "prepare", lambda languages: done.append("+".join(languages)))
    monkeypatch.setattr(reading, "read", lambda *given: (done.append("read"), real(*given))[1])
    return done


def blank(path: Path) -> Path:
    Image.new("L", (827, 1169), 255).save(path, resolution=100)
    return path


def test_of_a_scan_it_is_begun_first(tmp_path: Path, order: list[str]) -> None:
    work.examine_file(blank(tmp_path / "scan.pdf"), "scan.pdf", TASK)
    assert order[:2] == ["lit+kaz", "read"]


def test_of_a_letter_it_is_never_begun(tmp_path: Path, order: list[str]) -> None:
    work.examine_file(write_letter(tmp_path / "letter.pdf", "SLAPTAI"), "letter.pdf", TASK)
    assert order == ["read"]


def test_where_readings_are_kept_it_waits_until_there_is_none(tmp_path: Path, order: list[str]) -> None:
    scan = blank(tmp_path / "scan.pdf")
    task = replace(TASK, settings=Settings(cache=str(tmp_path / "kept")))
    work.examine_file(scan, "scan.pdf", task)
    assert order == ["read", "lit+kaz"]

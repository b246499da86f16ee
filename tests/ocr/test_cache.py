"""Readings kept on disk: only where asked for, the owner's alone, and never believed beyond what they are."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from marker.agreement.load import load_profile
from marker.errors import ExitStatus, UsageError
from marker.model import PartyId
from marker.ocr import tesseract
from marker.ocr.cache import PictureCache
from marker.ocr.plan import read_images
from marker.readers.base import ReaderLimits
from marker.readers.read import read
from marker.settings import Settings
from tests.ocr import pages

PROFILE = load_profile()


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return pages.save(tmp_path / "scan.pdf", pages.write(pages.body(pages.blank(), lines=4), "SLAPTAI", 827, 120))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one with every call of Tesseract."""
    made: list[int] = []
    real = tesseract.read_words

    def counted(*arguments: object, **options: object) -> object:
        made.append(1)
        return real(*arguments, **options)  # type: ignore[arg-type]  # whatever it was called with

    monkeypatch.setattr(tesseract, "read_words", counted)
    return made


def reading_of(path: Path, folder: Path | None) -> object:
    settings = replace(Settings(), cache="" if folder is None else str(folder))
    reading = read(path, ReaderLimits())
    return read_images(path, reading, PROFILE, PartyId("KZ"), settings)


def test_a_second_run_reads_nothing_and_says_the_same(scan: Path, tmp_path: Path, calls: list[int]) -> None:
    first = reading_of(scan, tmp_path / "cache")
    spent = len(calls)
    assert spent > 0
    assert reading_of(scan, tmp_path / "cache") == first
    assert len(calls) == spent


def test_nothing_is_kept_unless_it_is_asked_for(scan: Path, tmp_path: Path, calls: list[int]) -> None:
    reading_of(scan, None)
    spent = len(calls)
    reading_of(scan, None)
    assert len(calls) == 2 * spent
    assert [path.name for path in tmp_path.iterdir()] == ["scan.pdf"]


def test_folder_and_files_are_the_owners_alone(scan: Path, tmp_path: Path) -> None:
    reading_of(scan, tmp_path / "cache")
    kept = list((tmp_path / "cache").iterdir())
    assert len(kept) == 1
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_folder_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(UsageError, match="not yours alone"):
        PictureCache(folder)


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "cache").symlink_to(tmp_path / "real")
    with pytest.raises(UsageError):
        PictureCache(tmp_path / "cache")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: "{}",
        lambda text: json.dumps({**json.loads(text), "own": 7}),
        lambda text: json.dumps({**json.loads(text), "spans": [{"text": "RIBOTO NAUDOJIMO", "place": "moon"}]}),
        lambda text: "[" * 100_000,
    ],
)
def test_what_cannot_be_understood_is_read_anew(
    scan: Path, tmp_path: Path, calls: list[int], spoil: Callable[[str], str]
) -> None:
    first = reading_of(scan, tmp_path / "cache")
    [kept] = (tmp_path / "cache").iterdir()
    kept.write_text(spoil(kept.read_text(encoding="utf-8")), encoding="utf-8")
    spent = len(calls)
    assert reading_of(scan, tmp_path / "cache") == first
    assert len(calls) == 2 * spent


def test_another_party_another_profile_and_another_file_have_readings_of_their_own(scan: Path, tmp_path: Path) -> None:
    cache = PictureCache(tmp_path / "cache")
    other = scan.with_name("other.pdf")
    other.write_bytes(scan.read_bytes() + b"\n")
    keys = {
        cache.key(scan, PROFILE, PartyId("KZ")),
        cache.key(scan, PROFILE, PartyId("LT")),
        cache.key(other, PROFILE, PartyId("KZ")),
        cache.key(scan, replace(PROFILE, markings=PROFILE.markings[1:]), PartyId("KZ")),
    }
    assert len(keys) == 4


def test_a_page_that_stayed_unread_is_not_kept(scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise tesseract.EngineFaultError

    monkeypatch.setattr(tesseract, "read_words", broken)
    reading_of(scan, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_purging_removes_readings_and_nothing_else(
    scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from marker.cli.main import run

    folder = tmp_path / "cache"
    reading_of(scan, folder)
    (folder / "note.txt").write_text("mine", encoding="utf-8")
    assert run(["cache", "purge", "--cache", str(folder)]) == ExitStatus.DONE
    assert "1 readings removed" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["note.txt"]
    assert run(["cache", "purge"]) == ExitStatus.USAGE

"""Settings come from one place: an option beats the environment, which beats the file, and no key passes unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from marker.errors import ExitStatus, UsageError
from marker.settings import Settings


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "marker.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_option_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, "jobs = 1\ntimeout = 10\nmax-pages = 7\n")
    environ = {"MARKER_JOBS": "2", "MARKER_TIMEOUT": "20"}
    settings = Settings.load(file, environ, {"jobs": 3, "operator": None})
    assert (settings.jobs, settings.timeout, settings.max_pages) == (3, 20.0, 7)


def test_an_unknown_key_is_refused_and_the_known_ones_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown key: max_page") as caught:
        Settings.load(write(tmp_path, "max_page = 7\n"), {}, {})
    assert "max_pages" in caught.value.remedy
    assert caught.value.exit_status == ExitStatus.USAGE


@pytest.mark.parametrize(
    "text", ["jobs = 'many'", "jobs = true", "timeout = 0", "max_pages = -1", "register = 5", "jobs"]
)
def test_a_value_of_the_wrong_kind_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError):
        Settings.load(write(tmp_path, text + "\n"), {}, {})


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="MARKER_JOBS"):
        Settings.load(None, {"MARKER_JOBS": "x"}, {})


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        Settings.load(tmp_path / "absent.toml", {}, {})

"""The password file: its owner alone may read it, and nothing ever shows what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from marker.errors import UsageError
from marker.passwords import read_passwords


def write(tmp_path: Path, data: bytes, mode: int = 0o600) -> str:
    path = tmp_path / "passwords"
    path.write_bytes(data)
    path.chmod(mode)
    return str(path)


def test_each_line_is_a_password_with_its_blanks_and_its_line(tmp_path: Path) -> None:
    found = read_passwords(write(tmp_path, "\ufefffirst \r\n\n  Žalgiris 1410\n".encode()))
    assert found.lines == ((1, "first "), (3, "  Žalgiris 1410"))


def test_no_file_is_no_password() -> None:
    assert not read_passwords("")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o666])
def test_a_file_that_others_may_touch_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, b"secret", mode)
    with pytest.raises(UsageError, match="Others may read") as caught:
        read_passwords(path)
    assert caught.value.remedy == f"Run: chmod 600 {path}"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff\xfesecret", b"x\n" * 501, b"y" * 70_000])
def test_what_is_no_list_of_passwords_is_refused_without_a_word_of_it(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        read_passwords(write(tmp_path, data))
    assert "secret" not in f"{caught.value}{caught.value.remedy}{caught.value.__cause__!r}"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(UsageError):
            read_passwords(str(path))


def test_passwords_are_not_shown_when_they_are_printed(tmp_path: Path) -> None:
    assert "secret" not in repr(read_passwords(write(tmp_path, b"secret")))


def test_the_version_changes_with_the_file(tmp_path: Path) -> None:
    first = read_passwords(write(tmp_path, b"one")).version
    (tmp_path / "passwords").unlink()
    (tmp_path / "other").write_bytes(b"")
    assert read_passwords(write(tmp_path, b"two")).version != first

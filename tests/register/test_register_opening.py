"""Opening a register: made private, and every obstacle named with its remedy."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from marker.errors import ExitStatus, RegisterError
from marker.register import DocumentEntry, Register, default_path, open_register, sqlite
from marker.register.opening import exists

Entry = Callable[..., DocumentEntry]
Open = Callable[..., Register]


def opening(place: object, **changes: object) -> Register:
    options: dict[str, object] = {"operator": "A", "clearance": "", "profile_sha256": "c" * 64, "busy_timeout": 0.2}
    return open_register(str(place), **{**options, **changes})  # type: ignore[arg-type]  # options by name


def refused(place: object, **changes: object) -> RegisterError:
    with pytest.raises(RegisterError) as caught:
        opening(place, **changes)
    assert caught.value.exit_status is ExitStatus.REGISTER
    assert caught.value.remedy
    return caught.value


def test_all_that_is_made_is_for_the_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: Entry) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "not" / "yet"))
    old = os.umask(0)
    try:
        with opening("") as register:
            register.reserve(entry(), [None])
            assert register.path == default_path()
            made = [register.path.parent, *register.path.parent.rglob("*")]
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in made}
            folders = {path.name for path in made if path.is_dir()}
    finally:
        os.umask(old)
    assert {"register.sqlite", "register.sqlite-wal", "register.sqlite-shm", "locks"} < modes.keys()
    assert len(modes) == 7, "and the lock of the run, and the turns of the writers"
    for name, mode in modes.items():
        assert mode == (0o700 if name in folders else 0o600), name
    assert stat.S_IMODE((tmp_path / "not").stat().st_mode) == 0o700


def test_a_register_is_found_again_and_its_settings_are_safe(place: Path, entry: Entry) -> None:
    with opening(f"sqlite:///{place}") as register:
        register.reserve(entry(), [None])
    with opening(place, create=False) as register:
        assert len(register.documents()) == 1
        with register._reader.connect() as connection:
            settings = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
            }
    assert settings == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "busy_timeout": 200,
    }  # fmt: skip


def test_a_run_that_ends_leaves_no_lock(place: Path, entry: Entry) -> None:
    with opening(place) as register:
        register.reserve(entry(), [None])
        assert len(list((place.parent / "locks").glob("*.lock"))) == 1
    assert list((place.parent / "locks").glob("*.lock")) == []


def test_a_missing_register_is_not_made_unasked(place: Path) -> None:
    assert "no register at" in str(refused(place, create=False))
    assert not place.exists()


def test_a_missing_folder_is_not_made_because_it_may_be_an_unmounted_disk(tmp_path: Path) -> None:
    error = refused(tmp_path / "disk" / "register.sqlite")
    assert "no folder" in str(error)
    assert "Mount" in error.remedy
    assert not (tmp_path / "disk").exists()


def test_a_folder_is_no_register(tmp_path: Path) -> None:
    assert "is a folder" in str(refused(tmp_path))


def test_a_text_file_is_no_register(place: Path) -> None:
    place.write_text("We, the undersigned, " * 100)
    assert "is not a register" in str(refused(place))
    assert place.read_text().startswith("We, the"), "it is left as it was"


def test_another_programs_database_is_no_register(place: Path) -> None:
    with closing(sqlite3.connect(place)) as other:
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    assert "not a register" in str(refused(place))
    with closing(sqlite3.connect(place)) as other:
        assert other.execute("SELECT count(*) FROM sqlite_master").fetchone() == (2,)


def test_an_empty_file_becomes_a_register_only_when_asked(place: Path) -> None:
    place.touch(mode=0o600)
    assert "is empty" in str(refused(place, create=False))
    with opening(place) as register:
        assert register.documents() == []


def test_a_newer_schema_is_left_alone(place: Path) -> None:
    opening(place).close()
    with closing(sqlite3.connect(place)) as newer, newer:
        newer.execute("UPDATE register_version SET version_num = '0999'")
    error = refused(place)
    assert "newer version" in str(error)
    assert "Update" in error.remedy


def test_a_register_without_a_version_is_refused(place: Path) -> None:
    opening(place).close()
    with closing(sqlite3.connect(place)) as odd, odd:
        odd.execute("DELETE FROM register_version")
    assert "which version" in str(refused(place))


def test_a_damaged_register_is_named_as_such(place: Path, entry: Entry) -> None:
    with opening(place) as register:
        register.reserve(entry(), [None])
    size = place.stat().st_size
    with place.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    with pytest.raises(RegisterError, match="damaged") as caught, opening(place) as register:
        register.verify()
    assert "backup" in caught.value.remedy


def test_a_register_in_use_is_waited_for_and_then_named_as_locked(place: Path, entry: Entry) -> None:
    with opening(place) as register:
        register.reserve(entry("a"), [None])
        with closing(sqlite3.connect(place, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(RegisterError, match="locked") as caught:
                register.reserve(entry("b"), [None])
            assert "Wait" in caught.value.remedy
            assert len(register.documents()) == 1, "readers never wait"
            other.execute("ROLLBACK")
        assert register.reserve(entry("b"), [None]).document.serial == 2, "no number was used"


def test_a_register_that_was_replaced_while_in_use_is_not_written(place: Path, tmp_path: Path, entry: Entry) -> None:
    with opening(place) as register:
        register.reserve(entry("a"), [None])
        place.rename(tmp_path / "moved")
        for _ in ("gone", "another"):
            with pytest.raises(RegisterError, match="moved or replaced"):
                register.reserve(entry("b"), [None])
            with pytest.raises(RegisterError, match="moved or replaced"):
                register.documents()
            place.write_bytes((tmp_path / "moved").read_bytes())


def test_a_full_disk_uses_no_number(place: Path, entry: Entry) -> None:
    with opening(place) as register:
        register.reserve(entry("a"), [None])
        connection = register._writer.raw_connection()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
        connection.close()
        with pytest.raises(RegisterError, match="is full") as caught:
            register.reserve(entry("b", purpose="x" * 100_000), [None])
        assert "Make room" in caught.value.remedy
        assert [document.serial for document in register.documents()] == [1]
        assert register.verify() == []


def test_whether_a_register_exists_is_told_without_making_one(place: Path, tmp_path: Path) -> None:
    assert not exists(str(place))
    place.touch()
    assert not exists(str(place)), "a run meant to make it"
    opening(place).close()
    assert exists(f"sqlite:///{place}")
    assert exists(str(tmp_path)), "a folder is refused later, not taken for a register that is yet to be made"
    with pytest.raises(RegisterError, match="cannot be reached"):
        exists(str(tmp_path / ("x" * 300)))


@pytest.mark.parametrize("obstacle", ["file", "folder"])
def test_a_register_that_cannot_be_written_is_named_as_such(obstacle: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = folder / "register.sqlite"
        opening(place).close()
        place.chmod(0o444 if obstacle == "file" else 0o666)
        folder.chmod(0o777 if obstacle == "file" else 0o555)
        said = as_an_ordinary_user(lambda: opening(place).close())
        folder.chmod(0o700)
    assert "cannot be written" in said
    assert "write permission" in said


def as_an_ordinary_user(attempt: Callable[[], None]) -> str:
    """What the RegisterError says that ``attempt`` raises in a process that is not root's: nothing stops root."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = "nothing"
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            attempt()
        except RegisterError as error:
            said = f"{error} {error.remedy}"
        except BaseException as error:  # noqa: BLE001  # a forked child must never come back into the tests
            said = repr(error)
        finally:
            os.write(writing, said.encode())
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading, encoding="utf-8") as pipe:  # noqa: PTH123  # a descriptor, not a path
        return pipe.read()


@pytest.mark.parametrize(
    "url",
    ["mysql://u:secret@db/m", "postgresql://u:secret@db:port/m", "sqlite://", "sqlite:///", ":memory:", "a\0b"],
)
def test_what_is_no_place_for_a_register_is_refused(url: str) -> None:
    error = refused(url)
    assert "secret" not in str(error) + error.remedy


def test_a_link_to_nowhere_and_a_pipe_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    assert "no ordinary file" in str(refused(tmp_path / "link"))
    assert "no ordinary file" in str(refused(tmp_path / "pipe"))


def test_a_network_share_is_recognised_from_the_mounts(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    mounts = (
        "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "36 21 0:50 / /mnt/our\\040share rw - nfs4 server:/export rw\n"
        "37 36 8:2 / /mnt/our\\040share/disk rw - xfs /dev/sdb1 rw\n"
        "half a line\n"
    )
    assert sqlite.file_system_of(Path("/mnt/our share/register.sqlite"), mounts) == "nfs4"
    assert sqlite.file_system_of(Path("/mnt/our share/disk/register.sqlite"), mounts) == "xfs"
    assert sqlite.file_system_of(Path("/mnt/our sharer/register.sqlite"), mounts) == "ext4"
    assert sqlite.file_system_of(Path("/x"), "") == ""
    monkeypatch.setattr(sqlite, "file_system_of", lambda _path, _mounts: "cifs")
    error = refused(place)
    assert "network share (cifs)" in str(error)
    assert "local disk" in error.remedy


def test_opening_a_present_register_does_not_import_alembic(place: Path) -> None:
    opening(place).close()
    script = (
        "import sys, marker.register\n"
        "assert 'alembic' not in sys.modules\n"
        "marker.register.open_register(sys.argv[1], operator='A', clearance='', profile_sha256='').close()\n"
        "assert 'alembic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script, str(place)], check=True)

"""Back-ups: whole, of one moment while others write, restored into either database; upgrades and the way back."""

from __future__ import annotations

import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from marker.errors import RegisterError
from marker.register import CopyStatus, DocumentEntry, Register, migrate, open_register
from marker.register.backup import back_up, restore
from marker.register.verify import FileCheck
from tests.register.behind import put_back_to_the_first_schema, tamper

Entry = Callable[..., DocumentEntry]
Open = Callable[..., Register]
Publish = Callable[..., list[Path]]


def opening(address: object, **changes: object) -> Register:
    options: dict[str, object] = {"operator": "A", "clearance": "", "profile_sha256": "c" * 64}
    return open_register(str(address), **{**options, **changes})  # type: ignore[arg-type]  # options by name


@pytest.fixture
def filled(register: Register, entry: Entry, publish: Publish) -> Register:
    publish(register, register.reserve(entry("a"), ["A", "B"]))
    register.void([register.reserve(entry("b"), [None]).copies[0].copy_number], "stamp-failed")
    publish(register, register.reserve(entry("c"), [None]))
    return register


def test_a_back_up_holds_everything_and_is_restored_into_either_database(
    filled: Register, tmp_path: Path, empty_postgres_url: str, entry: Entry
) -> None:
    head = back_up(filled, tmp_path / "backup")
    assert head == filled.head()
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*")), "nothing is left beside it"
    for place in (str(tmp_path / "restored.sqlite"), empty_postgres_url):
        assert restore(tmp_path / "backup", place) == head
        with opening(place) as again:
            assert again.last_events(1000) == filled.last_events(1000)
            assert again.documents() == filled.documents()
            assert again.verify(files=FileCheck.ALL, known_heads=[head]) == []
            assert again.reserve(entry("new"), [None]).document.serial == 4, "it goes on where it stopped"
            assert again.verify() == [], "and its guards are there"
        with pytest.raises(RegisterError, match="already"):
            restore(tmp_path / "backup", place)


def test_a_back_up_is_never_written_over_another(filled: Register, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("yesterday's")
    with pytest.raises(RegisterError, match="there already"):
        back_up(filled, tmp_path / "backup")
    assert (tmp_path / "backup").read_text() == "yesterday's"
    with pytest.raises(RegisterError, match="cannot be written"):
        back_up(filled, tmp_path / "no" / "backup")


def test_back_ups_taken_while_others_write_are_whole(opened: Open, entry: Entry, tmp_path: Path) -> None:
    writer, keeper = opened(), opened()
    writer.reserve(entry("first"), [None])
    stop = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            drawn = writer.reserve(entry(f"more {written}"), [None])
            writer.void([drawn.copies[0].copy_number], "x")
            written += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        heads = [back_up(keeper, tmp_path / f"backup{n}") for n in range(4)]
    finally:
        stop.set()
        thread.join()
    assert written > 0
    assert [head.seq for head in heads] == sorted(head.seq for head in heads)
    assert writer.verify(known_heads=heads) == [], "each is a beginning of what came to be"


def test_a_number_that_was_open_at_the_time_is_settled_after_the_restore(
    opened: Open, entry: Entry, publish: Publish, tmp_path: Path
) -> None:
    busy = opened()
    publish(busy, busy.reserve(entry("a"), [None]), issue=False)
    back_up(opened(), tmp_path / "backup")
    restore(tmp_path / "backup", str(tmp_path / "restored.sqlite"))
    with opening(tmp_path / "restored.sqlite") as again:
        assert [one.status for one in again.recover()] == [CopyStatus.ISSUED]
        assert again.verify() == []


def test_what_is_no_whole_back_up_is_not_restored(filled: Register, tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="no back-up"):
        restore(tmp_path / "missing", str(tmp_path / "r"))
    (tmp_path / "text").write_text("We, the undersigned" * 500)
    with pytest.raises(RegisterError, match=r"not a register|cannot be copied"):
        restore(tmp_path / "text", str(tmp_path / "r"))
    back_up(filled, tmp_path / "backup")
    with opening(shutil.copy(tmp_path / "backup", tmp_path / "edited")) as copy:
        tamper(copy, "UPDATE copies SET recipient = 'X' WHERE copy_index = 2")
    with pytest.raises(RegisterError, match="not whole"):
        restore(tmp_path / "edited", str(tmp_path / "r"))
    assert not (tmp_path / "r").exists()


def test_a_register_that_is_not_whole_is_told_when_it_is_backed_up(filled: Register, tmp_path: Path) -> None:
    tamper(filled, "UPDATE events SET operator = 'nobody' WHERE seq = 3")
    with pytest.raises(RegisterError, match="event 3"):
        back_up(filled, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


# ── upgrades ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_the_way_back_from_an_upgrade_is_the_back_up_from_before_it(
    filled: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_postgres_url: str
) -> None:
    put_back_to_the_first_schema(filled)
    assert filled.path is not None
    old = filled.path
    filled.close()
    before = tmp_path / "before.sqlite"
    shutil.copy(old, before)
    with opening(old) as upgraded:
        head = upgraded.head()
        assert upgraded.verify() == []
    # The old program refuses the new register and goes on with the back-up.
    with monkeypatch.context() as earlier:
        earlier.setattr(migrate, "REVISIONS", ("0001",))
        with pytest.raises(RegisterError, match="newer version"):
            opening(old)
        with opening(before) as rolled_back:
            assert rolled_back.head() == head
    # An old back-up is brought up to date as it is restored, on a server too.
    for place in (str(tmp_path / "new.sqlite"), empty_postgres_url):
        assert restore(before, place) == head

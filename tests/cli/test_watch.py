"""A folder is watched unattended: what is dropped there is stamped and put away byte for byte, or held."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image, ImageDraw

from marker.intake.lock import FolderLock
from marker.intake.look import Lookout
from marker.intake.run import end_soon

from .conftest import Said, write_letter
from .test_batch import hashes

Marker = Callable[..., Said]
HANG = f"7{os.getpid():07d}"
"""Seconds, as nobody else would sleep."""
QUICK = ("--settle", "0.2", "--interval", "0.1")
LONG = 280
"""Seconds: what takes two on a machine that has nothing else to do."""
pytestmark = pytest.mark.timeout(4 * LONG)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    write_letter(folder / "URM" / "raštas.pdf", "SLAPTAI")
    write_letter(folder / "VSD" / "raštas.pdf", "KONFIDENCIALIAI")
    write_letter(folder / "be žymos.pdf", None)
    return folder


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_once_stamps_what_is_there_and_puts_everything_away(marker: Marker, inbox: Path, tmp_path: Path) -> None:
    before = hashes(inbox)
    out = tmp_path / "out"
    said = marker("watch", "--to", "KZ", "--once", inbox, out, "--json", *QUICK)
    assert said.status == 3
    assert {Path(o["path"]).relative_to(inbox).as_posix(): o["outcome"] for o in said.objects} == {
        "URM/raštas.pdf": "stamped", "VSD/raštas.pdf": "stamped", "be žymos.pdf": "held",
    }  # fmt: skip
    processed, held = hashes(out / "processed"), hashes(out / "held")
    assert processed == {name: before[name] for name in ("URM/raštas.pdf", "VSD/raštas.pdf")}
    assert held["be žymos.pdf"] == before["be žymos.pdf"]
    record = json.loads((out / "held" / "be žymos.pdf.held.json").read_text(encoding="utf-8"))
    assert record["file"]["hold_reason"] == "unmarked"
    assert list(inbox.rglob("*.pdf")) == []
    assert len(list((out / "marked").rglob("*.pdf"))) == 2
    assert lines(out / "report.jsonl") == said.objects
    # The register says where the originals lie now.
    for row in marker("register", "list", "--json").objects:
        assert Path(row["source_name"]).is_file()
    assert Path(marker("held", "list", "--json").objects[0]["name"]) == out / "held" / "be žymos.pdf"
    assert marker("register", "verify", "--files").status == 0


def test_everything_is_for_the_owner_alone(marker: Marker, inbox: Path, tmp_path: Path) -> None:
    marker("watch", "--to", "KZ", "--once", inbox, tmp_path / "out", *QUICK)
    for path in (tmp_path / "out").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_equal_names_and_equal_bytes_are_kept_apart(marker: Marker, tmp_path: Path) -> None:
    inbox, out = tmp_path / "in", tmp_path / "out"
    write_letter(inbox / "a.pdf", "SLAPTAI", body="Pirmas.")
    marker("watch", "--to", "KZ", "--once", inbox, out, *QUICK)
    first = (out / "processed" / "a.pdf").read_bytes()
    write_letter(inbox / "a.pdf", "SLAPTAI", body="Antras.")
    marker("watch", "--to", "KZ", "--once", inbox, out, *QUICK)
    (inbox / "a.pdf").write_bytes(first)
    said = marker("watch", "--to", "KZ", "--once", inbox, out, "--json", *QUICK)
    assert [o["outcome"] for o in said.objects] == ["already-registered"]
    assert sorted(hashes(out / "processed")) == ["a (2).pdf", "a (3).pdf", "a.pdf"]
    assert (out / "processed" / "a (3).pdf").read_bytes() == first
    shown = json.loads(marker("register", "show", said.objects[0]["register"], "--json").out)
    assert len([event for event in shown["events"] if event["kind"] == "arrived-again"]) == 1


def test_a_label_beside_its_document_goes_with_it(marker: Marker, tmp_path: Path) -> None:
    inbox, out = tmp_path / "in", tmp_path / "out"
    write_letter(inbox / "a.pdf", "SLAPTAI")
    (inbox / "a.pdf.bdo").write_bytes(b"<no-label/>")
    (inbox / "alone.pdf.bdo").write_bytes(b"<no-label/>")
    said = marker("watch", "--to", "KZ", "--once", inbox, out, "--json", *QUICK)
    assert sorted(Path(o["path"]).name for o in said.objects) == ["a.pdf", "alone.pdf.bdo"]
    (shelf,) = {path.parent.name for path in out.glob("*/a.pdf")}
    assert (out / shelf / "a.pdf.bdo").read_bytes() == b"<no-label/>"
    assert [path for path in inbox.iterdir() if path.name != ".marker"] == []


def test_links_and_pipes_are_told_once_and_left(marker: Marker, tmp_path: Path) -> None:
    inbox, out = tmp_path / "in", tmp_path / "out"
    inbox.mkdir()
    (inbox / "link.pdf").symlink_to("/etc/passwd")
    os.mkfifo(inbox / "pipe.pdf")
    said = marker("watch", "--to", "KZ", "--once", inbox, out, "--json", *QUICK)
    assert [(o["outcome"], o["hold_reason"]) for o in said.objects] == [("held", "unsafe-path")] * 2
    assert marker("watch", "--to", "KZ", "--once", inbox, out, "--json", *QUICK).objects == []
    assert sorted(p.name for p in inbox.iterdir() if p.name != ".marker") == ["link.pdf", "pipe.pdf"]
    (inbox / "link.pdf").unlink()
    write_letter(inbox / "link.pdf", "SLAPTAI")
    said = marker("watch", "--to", "KZ", "--once", inbox, out, "--json", *QUICK)
    assert [o["outcome"] for o in said.objects] == ["stamped"]


def test_a_held_file_is_tried_again_when_a_setting_changed_and_not_before(
    marker: Marker, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    monkeypatch.setenv("MARKER_MAX_FILE_BYTES", "10")
    said = marker("watch", "--to", "KZ", "--once", inbox, out, "--json", *QUICK)
    assert {o["hold_reason"] for o in said.objects} == {"too-large"}
    assert marker("watch", "--to", "KZ", "--once", inbox, out, "--json", *QUICK).objects == []
    monkeypatch.delenv("MARKER_MAX_FILE_BYTES")
    said = marker("watch", "--to", "KZ", "--once", inbox, out, "--json", *QUICK)
    assert sorted(o["outcome"] for o in said.objects) == ["held", "stamped", "stamped"]
    assert sorted(hashes(out / "processed")) == ["URM/raštas.pdf", "VSD/raštas.pdf"]
    assert sorted(hashes(out / "held")) == ["be žymos.pdf", "be žymos.pdf.held.json"]


def test_folders_inside_one_another_are_a_usage_error(marker: Marker, inbox: Path) -> None:
    said = marker("watch", "--to", "KZ", "--once", inbox, inbox / "out")
    assert said.status == 2
    assert "inside one another" in said.err


def test_log_lines_are_json_where_asked_and_hold_no_text_of_a_document(marker: Marker, tmp_path: Path) -> None:
    inbox, out = tmp_path / "in", tmp_path / "out"
    write_letter(inbox / "a.pdf", "SLAPTAI", body="Žodis Ypatingasis.")
    write_letter(inbox / "b\nc.pdf", None, body="Žodis Ypatingasis.")
    said = marker("watch", "--to", "KZ", "--once", inbox, out, "--log", "json", *QUICK)
    events = [json.loads(line) for line in said.err.splitlines()]
    assert [e["event"] for e in events] == ["watching", "stamped", "held", "stopped"]
    assert events[2]["reason"] == "unmarked"
    assert "Ypatingasis" not in said.out + said.err
    write_letter(inbox / "b\nc level=error.pdf", None)
    said = marker("watch", "--to", "KZ", "--once", inbox, out, *QUICK)
    assert [line.split()[2] for line in said.err.splitlines()] == ["watching", "held", "stopped"]


# ── a watcher that runs ─────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def watching(tmp_path: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable, "-m", "marker", "watch", "--to", "KZ", str(tmp_path / "in"), str(tmp_path / "out"),
        "--register", str(tmp_path / "register.sqlite"), *QUICK, *more,
    ]  # fmt: skip
    command += ["--log", "json"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(command, env=environment, stderr=log, text=True) as run,
    ):
        try:
            yield run
        finally:
            if run.poll() is None:
                run.kill()


def wait_until(what: Callable[[], bool], seconds: float = LONG) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, sqlite3.Error):
            if what():
                return
        time.sleep(0.02)
    raise AssertionError("it did not come to pass")


def state(tmp_path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((tmp_path / "out" / "status.json").read_text(encoding="utf-8"))
    return value


def test_a_watcher_takes_what_comes_and_ends_when_asked(marker: Marker, inbox: Path, tmp_path: Path) -> None:
    with watching(tmp_path) as run:
        wait_until(lambda: len(list((tmp_path / "out" / "processed").rglob("*.pdf"))) == 2)
        assert marker("watch", "--to", "KZ", "--status", inbox, tmp_path / "out").status == 0
        second = marker("watch", "--to", "KZ", "--once", inbox, tmp_path / "out2")
        assert (second.status, "Another marker" in second.err) == (2, True)
        second = marker("batch", "--to", "KZ", tmp_path / "register.sqlite", tmp_path / "out")
        assert second.status == 2
        write_letter(inbox / "naujas.pdf", "RIBOTO NAUDOJIMO")
        wait_until((tmp_path / "out" / "processed" / "naujas.pdf").exists)
        run.send_signal(signal.SIGTERM)
        assert run.wait(LONG) == 0
    assert state(tmp_path)["state"] == "stopped"
    said = marker("watch", "--to", "KZ", "--status", inbox, tmp_path / "out")
    assert (said.status, "No watcher" in said.err) == (5, True)


def test_a_lock_is_released_by_a_crash(marker: Marker, inbox: Path, tmp_path: Path) -> None:
    with watching(tmp_path) as run:
        wait_until(lambda: state(tmp_path)["state"] != "starting")
        run.kill()
        run.wait()
    assert marker("watch", "--to", "KZ", "--once", inbox, tmp_path / "out", *QUICK).status in {0, 3}
    assert len(list((tmp_path / "out" / "processed").rglob("*.pdf"))) == 2


@pytest.mark.slow
def test_a_terminated_watcher_returns_or_finishes_what_is_in_work(marker: Marker, tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    for i in range(40):
        write_letter(inbox / f"{i:02d}.pdf", "SLAPTAI", pages=5, body=f"Raštas {i}.")
    with watching(tmp_path, "--jobs", "2") as run:
        wait_until(lambda: len(list((tmp_path / "out" / "processed").rglob("*.pdf"))) > 1)
        run.send_signal(signal.SIGTERM)
        run.wait(LONG)
    left = len(list(inbox.glob("*.pdf")))
    done = len(list((tmp_path / "out" / "processed").glob("*.pdf")))
    assert left + done == 40
    copies = list((tmp_path / "out" / "marked").glob("*.pdf"))
    assert len(copies) == done
    assert marker("held", "list", "--json").objects == []


def hanging() -> bool:
    """Whether a reading hangs."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if path.read_bytes() == b"sleep\0" + HANG.encode() + b"\0":
                return True
    return False


@pytest.mark.slow
def test_a_document_that_hangs_does_not_keep_a_watcher_from_ending(
    marker: Marker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("tesseract")
    tesseract = tmp_path / "bin" / "tesseract"
    tesseract.parent.mkdir()
    tesseract.write_text(f'#!/bin/sh\ncase "$1" in --*) exec {real} "$@";; esac\nexec sleep {HANG}\n')
    tesseract.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tesseract.parent}:{os.environ['PATH']}")
    inbox = tmp_path / "in"
    inbox.mkdir()
    page = Image.new("L", (1240, 1754), 255)
    ImageDraw.Draw(page).text((300, 200), "Letter of the ministry", fill=0, font_size=40)
    page.save(inbox / "scan.pdf", resolution=150)
    with watching(tmp_path, "--timeout", "3600") as run:
        wait_until(hanging)
        run.send_signal(signal.SIGTERM)
        assert run.wait(LONG) == 0
    assert (inbox / "scan.pdf").is_file()
    wait_until(lambda: not hanging())
    assert marker("register", "list", "--json").objects == []


def test_documents_in_work_have_less_than_ten_seconds_once_the_end_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[float, object]] = []

    class Timer:
        daemon = False

        def __init__(self, seconds: float, call: object) -> None:
            asked.append((seconds, call))

        def start(self) -> None:
            pass

    monkeypatch.setattr(threading, "Timer", Timer)
    desk: Any = SimpleNamespace(stopped=threading.Event(), workers=SimpleNamespace(stop=object()))
    end_soon(desk)
    assert desk.stopped.is_set()
    ((seconds, call),) = asked
    assert seconds <= 8
    assert call is desk.workers.stop


def test_a_share_that_takes_its_time_is_looked_at_twice_all_the_same(
    marker: Marker, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = Lookout._walk

    def slowly(self: Lookout, counts: Any) -> Iterator[Any]:
        time.sleep(0.4)
        yield from walk(self, counts)

    monkeypatch.setattr(Lookout, "_walk", slowly)
    marker("watch", "--to", "KZ", "--once", inbox, tmp_path / "out", *QUICK)
    assert list(inbox.rglob("*.pdf")) == []


def test_who_asks_for_the_status_does_not_keep_a_watcher_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FolderLock(tmp_path / "lock") as asking:
        monkeypatch.setattr(time, "sleep", lambda _seconds: asking._close())
        with FolderLock(tmp_path / "lock") as ours:
            assert ours.still_there()


@pytest.mark.slow
def test_a_share_that_vanishes_is_waited_for(inbox: Path, tmp_path: Path) -> None:
    with watching(tmp_path) as run:
        wait_until(lambda: len(list((tmp_path / "out" / "processed").rglob("*.pdf"))) == 2)
        inbox.rename(tmp_path / "away")
        wait_until(lambda: state(tmp_path)["state"] == "waiting")
        inbox.mkdir()  # the bare mount point
        write_letter(tmp_path / "away" / "vėliau.pdf", "SLAPTAI", body="Vėliau.")
        time.sleep(1)
        assert run.poll() is None
        inbox.rename(tmp_path / "bare")
        (tmp_path / "away").rename(inbox)
        wait_until((tmp_path / "out" / "processed" / "vėliau.pdf").exists)
        run.send_signal(signal.SIGTERM)
        assert run.wait(LONG) == 0


@pytest.mark.slow
def test_an_output_folder_that_vanishes_is_waited_for_and_costs_no_number(
    marker: Marker, inbox: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with watching(tmp_path) as run:
        wait_until(lambda: len(list((out / "processed").rglob("*.pdf"))) == 2)
        out.rename(tmp_path / "away")
        out.write_bytes(b"not a folder")
        write_letter(inbox / "vėliau.pdf", "SLAPTAI", body="Vėliau.")
        time.sleep(1.5)
        assert (inbox / "vėliau.pdf").exists()
        out.unlink()
        (tmp_path / "away").rename(out)
        wait_until((out / "processed" / "vėliau.pdf").exists)
        run.send_signal(signal.SIGTERM)
        assert run.wait(LONG) == 0
    assert [row["register_number"][-6:] for row in marker("register", "list", "--json").objects] == [
        "000001", "000002", "000003",
    ]  # fmt: skip


def test_nothing_is_put_onto_the_bare_mount_point_of_a_share_that_is_away(
    marker: Marker, inbox: Path, tmp_path: Path
) -> None:
    out, arguments = tmp_path / "out", ("watch", "--to", "KZ", "--once", inbox, tmp_path / "out", *QUICK)
    marker(*arguments)
    out.rename(tmp_path / "away")
    for bare in (False, True):
        if bare:
            out.mkdir()
        write_letter(inbox / "vėliau.pdf", "SLAPTAI", body="Vėliau.")
        said = marker(*arguments)
        assert said.status == 3
        assert "mount its share" in said.err
        assert (inbox / "vėliau.pdf").is_file()
        assert not out.exists() or not list(out.iterdir())
    out.rmdir()
    (tmp_path / "away").rename(out)
    assert marker(*arguments).status == 0
    assert (out / "processed" / "vėliau.pdf").is_file()
    assert marker("register", "verify", "--files").status == 0


@pytest.mark.slow
def test_a_watcher_at_work_puts_nothing_onto_a_bare_mount_point(marker: Marker, inbox: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with watching(tmp_path) as run:
        wait_until(lambda: len(lines(out / "report.jsonl")) == 3)
        out.rename(tmp_path / "away")
        out.mkdir()
        write_letter(inbox / "vėliau.pdf", "SLAPTAI", body="Vėliau.")
        wait_until(lambda: '"waiting"' in (tmp_path / "log").read_text(encoding="utf-8"))
        assert (inbox / "vėliau.pdf").exists()
        assert {path.name for path in out.iterdir() if not path.name.startswith(".")} <= {"status.json"}
        out.rename(tmp_path / "bare")
        (tmp_path / "away").rename(out)
        wait_until((out / "processed" / "vėliau.pdf").exists)
        run.send_signal(signal.SIGTERM)
        assert run.wait(LONG) == 0
    assert marker("register", "verify", "--files").status == 0


@pytest.mark.parametrize("name", ["lock", "output", "be žymos.pdf.held.json"])
def test_names_of_our_own_are_names_like_any_other(marker: Marker, inbox: Path, tmp_path: Path, name: str) -> None:
    out, arguments = tmp_path / "out", ("watch", "--to", "KZ", "--once", inbox, tmp_path / "out", *QUICK)
    (inbox / "be žymos.pdf").rename(inbox / "vėliau.pdf")
    (inbox / name).write_bytes(b"not a document")
    assert marker(*arguments).status == 3
    (out / "held" / "vėliau.pdf").rename(inbox / "be žymos.pdf")  # its record is to have the name of the other one
    assert marker(*arguments).status == 3
    assert not [path for path in inbox.rglob("*") if path.is_file() and not path.name.startswith(".")]
    kept = [path for path in (out / "held").iterdir() if path.read_bytes() == b"not a document"]
    assert len(kept) == 1
    assert (out / "held" / "be žymos.pdf").is_file()


@pytest.mark.slow
def test_a_register_that_is_lost_is_waited_for(marker: Marker, inbox: Path, tmp_path: Path) -> None:
    register = tmp_path / "register.sqlite"
    with watching(tmp_path) as run:
        wait_until(lambda: len(list((tmp_path / "out" / "processed").rglob("*.pdf"))) == 2)
        for path in tmp_path.glob("register.sqlite*"):
            path.rename(tmp_path / path.name.replace("register", "away"))
        register.mkdir()
        write_letter(inbox / "vėliau.pdf", "SLAPTAI", body="Vėliau.")
        wait_until(lambda: state(tmp_path)["state"] == "waiting")
        assert (inbox / "vėliau.pdf").exists()
        register.rmdir()
        for path in tmp_path.glob("away.sqlite*"):
            path.rename(tmp_path / path.name.replace("away", "register"))
        wait_until((tmp_path / "out" / "processed" / "vėliau.pdf").exists)
        run.send_signal(signal.SIGTERM)
        assert run.wait(LONG) == 0
    assert marker("register", "verify", "--files").status == 0

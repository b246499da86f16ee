"""The reader that stays: it reads as the program does, and one that fails costs nothing but time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from marker.errors import MissingError
from marker.ocr import resident, tesseract
from marker.ocr.colour import Grey
from marker.ocr.resident import RESIDENT, ReaderFaultError
from tests.ocr import pages

JOINT = ("kaz", "lit")
LONG = 120.0
"""Seconds; nothing here waits for them unless it hangs."""

pytestmark = pytest.mark.skipif(
    resident._library() is None, reason="the program on PATH is not linked with the library of its own release"
)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A reader that nobody has used, which ends with the test."""
    RESIDENT.close()
    monkeypatch.setattr(RESIDENT, "_faults", 0)
    yield
    RESIDENT.close()


@pytest.fixture(scope="module")
def picture() -> Grey:
    return lines("SLAPTAI", "ҚҰПИЯ", "TOP SECRET 2026")


def lines(*texts: str) -> Grey:
    page = pages.blank((900, 100 * len(texts)), "L")
    for number, text in enumerate(texts):
        pages.write(page, text, 450, 50 + 100 * number)
    return np.asarray(page, np.uint8)


def by_program(picture: Grey, languages: tuple[str, ...] = JOINT) -> list[tesseract.Word]:
    return tesseract._by_program(picture, LONG, languages, tesseract.BLOCK, 300)


def stand_in(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Start ``script`` where the reader would be; its standard input is the socket."""
    monkeypatch.setattr(resident, "command", lambda _library: [sys.executable, "-I", "-c", script])


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until_gone(*pids: int) -> None:
    end = time.monotonic() + LONG
    while any(map(runs, pids)):
        assert time.monotonic() < end, "a process of the reader is still there"
        time.sleep(0.05)


@pytest.mark.parametrize("languages", [JOINT, ("kaz",), ("lit",), ("rus",)], ids="+".join)
def test_it_reads_the_very_words_that_the_program_reads(picture: Grey, languages: tuple[str, ...]) -> None:
    words = tesseract.read_words(picture, LONG, languages=languages)
    assert RESIDENT.pid is not None
    assert words == by_program(picture, languages) != []


def test_it_reads_many_pictures_and_each_as_if_it_were_the_first(picture: Grey) -> None:
    others = [lines("Nr. 4"), lines("СОВЕРШЕННО СЕКРЕТНО", "Экз. 2"), np.full((60, 60), 255, np.uint8)]
    first = tesseract.read_words(picture, LONG, languages=JOINT)
    pid = RESIDENT.pid
    for other in others:
        tesseract.read_words(other, LONG, languages=JOINT)
    assert tesseract.read_words(picture, LONG, languages=JOINT) == first
    assert RESIDENT.pid == pid


def test_it_reads_whole_pages_as_the_program_does() -> None:
    page = np.asarray(pages.body(pages.blank((1654, 1200), "L"), 6), np.uint8)
    words = tesseract.read_words(page, LONG, languages=JOINT, segmentation=tesseract.PAGE, dpi=200)
    assert RESIDENT.pid is not None
    assert words == tesseract._by_program(page, LONG, JOINT, tesseract.PAGE, 200)
    assert len(words) > 20


_HELD = """
import os
held = []
for number in range(1024):
    try:
        os.fstat(number)
    except OSError:
        continue
    held.append(os.readlink(f"/proc/self/fd/{number}"))
"""


def test_it_is_given_nothing_of_its_worker_but_a_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Grey
) -> None:
    seen = tmp_path / "seen"
    stand_in(monkeypatch, f"{_HELD}open({str(seen)!r}, 'w').write(' '.join(held))")
    document = (tmp_path / "document").open("wb")
    os.set_inheritable(document.fileno(), True)
    with document:
        tesseract.read_words(picture, LONG, languages=JOINT)
    held = [one.partition(":")[0] for one in seen.read_text().split()]
    assert sorted(held) == ["/dev/null", "/dev/null", "socket"]


def test_one_that_hangs_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Grey
) -> None:
    with monkeypatch.context() as patch:
        pids = tmp_path / "pids"
        stand_in(
            patch,
            "import os, subprocess, sys, time\n"
            "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
            f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
            "time.sleep(600)",
        )
        RESIDENT.prepare(JOINT)
        end = time.monotonic() + LONG
        while not (pids.exists() and len(pids.read_text().split()) == 2):
            assert time.monotonic() < end
            time.sleep(0.05)
        with pytest.raises(tesseract.EngineTimeoutError):
            tesseract.read_words(picture, 0.5, languages=JOINT)
    leader, child = map(int, pids.read_text().split())
    wait_until_gone(leader, child)
    with pytest.raises(ChildProcessError):  # reaped: no zombie of ours is left
        os.waitpid(leader, os.WNOHANG)
    assert tesseract.read_words(picture, LONG, languages=JOINT) == by_program(picture)
    assert RESIDENT.pid not in (None, leader)


def test_one_that_stops_answering_amid_its_work_is_replaced(picture: Grey) -> None:
    tesseract.read_words(picture, LONG, languages=JOINT)
    pid = RESIDENT.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(tesseract.EngineTimeoutError):
        tesseract.read_words(picture, 0.5, languages=JOINT)
    wait_until_gone(pid)
    assert tesseract.read_words(picture, LONG, languages=JOINT) == by_program(picture)


def test_one_that_was_killed_between_two_readings_is_started_anew(picture: Grey) -> None:
    words = tesseract.read_words(picture, LONG, languages=JOINT)
    pid = RESIDENT.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    assert tesseract.read_words(picture, LONG, languages=JOINT) == words
    assert RESIDENT.pid not in (None, pid)


_SWALLOW = "import os, socket\nline = socket.socket(fileno=0)\nline.recv(20)\n"


@pytest.mark.parametrize(
    "script",
    [
        "raise SystemExit(1)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        _SWALLOW + "line.sendall(b'rubbish' * 1000)",
        _SWALLOW + "line.sendall(b'\\0\\0\\0\\x7frubbish')",
        _SWALLOW + "line.sendall(b'\\0\\0\\0\\7rubbish'); line.recv(1 << 20, socket.MSG_WAITALL)",
        _SWALLOW + "line.sendall(b'\\xff\\xff\\xff\\xff' + b'9' * 100)",
        _SWALLOW + "line.sendall(b'\\0\\0\\1\\0' + os.urandom(256)); line.recv(1 << 20, socket.MSG_WAITALL)",
        _SWALLOW + "keep = bytearray(3 << 30)",
    ],
    ids=["dies", "crashes", "noise", "half-an-answer", "no-table", "too-long", "noise-as-table", "eats-memory"],
)
def test_where_one_fails_the_program_reads(monkeypatch: pytest.MonkeyPatch, picture: Grey, script: str) -> None:
    stand_in(monkeypatch, script)
    assert tesseract.read_words(picture, LONG, languages=JOINT) == by_program(picture)


def test_a_reading_that_swells_ends_and_the_program_reads(monkeypatch: pytest.MonkeyPatch, picture: Grey) -> None:
    whole = resident.command
    monkeypatch.setattr(resident, "command", lambda library: [*whole(library)[:-1], "1000000"])
    with pytest.raises(ReaderFaultError):
        RESIDENT.read(picture, JOINT, tesseract.BLOCK, 300, LONG)
    assert tesseract.read_words(picture, LONG, languages=JOINT) == by_program(picture)


def test_after_three_faults_it_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Grey) -> None:
    started = tmp_path / "started"
    stand_in(monkeypatch, f"open({str(started)!r}, 'a').write('x'); raise SystemExit(1)")
    for _ in range(5):
        assert tesseract.read_words(picture, LONG, languages=JOINT)
    assert RESIDENT.pid is None
    assert len(started.read_text()) <= 3


def test_a_language_that_is_not_there_is_named_by_the_program(picture: Grey) -> None:
    with pytest.raises(MissingError, match="not installed: xyz"):
        tesseract.read_words(picture, LONG, languages=("kaz", "xyz"))


def test_a_program_that_is_no_release_of_the_library_reads_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Grey
) -> None:
    real = shutil.which("tesseract")
    (tmp_path / "tesseract").write_text(f'#!/bin/sh\nexec "{real}" "$@"\n')
    (tmp_path / "tesseract").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert tesseract.read_words(picture, LONG, languages=JOINT)
    assert RESIDENT.pid is None


def test_models_can_be_loaded_before_there_is_a_picture(picture: Grey) -> None:
    RESIDENT.prepare(JOINT)
    pid = RESIDENT.pid
    assert pid is not None
    assert tesseract.read_words(picture, LONG, languages=JOINT)
    assert RESIDENT.pid == pid


def test_it_dies_with_its_worker(tmp_path: Path) -> None:
    script = (
        "import sys, time; from marker.ocr.resident import RESIDENT; RESIDENT.prepare(('kaz',));"
        "print(RESIDENT.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        pid = int(worker.stdout.readline())
        assert runs(pid)
        worker.kill()
    wait_until_gone(pid)


def test_a_fork_of_the_worker_does_not_touch_the_reader_of_its_parent(picture: Grey) -> None:
    words = tesseract.read_words(picture, LONG, languages=JOINT)
    pid = RESIDENT.pid
    child = os.fork()
    if not child:
        status = 1
        try:
            same = tesseract.read_words(picture, LONG, languages=JOINT) == words
            status = 0 if same and RESIDENT.pid != pid else 2
            RESIDENT.close()
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert RESIDENT.pid == pid
    assert tesseract.read_words(picture, LONG, languages=JOINT) == words

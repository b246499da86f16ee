"""The server that workers are forked from: it takes nothing along, ends with its command, knows scans by a glance."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image

from marker import __main__ as command
from marker.errors import ExitStatus
from marker.intake import server
from marker.intake.glance import is_scan, name_scans
from tests.cli.conftest import write_letter

ROOT = Path(__file__).parents[2]
BEGIN = "import os, sys\nfrom marker.intake.server import fork_server\n"
OPEN = """
secret = os.open(sys.argv[1], os.O_RDONLY)
fork_server((), [])
from marker.intake.pool import Pool
pool = Pool(1, int, [])
for name in pool.run(os.listdir, ["/proc/self/fd"], 100):
    try:
        print(pool.run(os.readlink, [f"/proc/self/fd/{name}"], 100))
    except Exception:  # the one that listed them
        pass
pool.close()
"""
CHILDREN = """
fork_server((), [])
print(open(f"/proc/self/task/{os.getpid()}/children").read())
"""
WAIT = """
fork_server((), [])
print(open(f"/proc/self/task/{os.getpid()}/children").read(), flush=True)
sys.stdin.read()
"""


def begun(script: str, *arguments: object) -> str:
    """What a command prints that begins as ours do."""
    told = subprocess.run(
        [sys.executable, "-c", BEGIN + script, *map(str, arguments)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not told.stderr
    return told.stdout


def picture(path: Path) -> Path:
    Image.new("L", (400, 500), 255).save(path)
    return path


def test_its_workers_have_nothing_open_that_the_command_had(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("of another document")
    opened = begun(OPEN, secret).splitlines()
    assert len(opened) >= 3
    assert str(secret) not in opened


def test_it_is_all_that_a_command_starts() -> None:
    assert len(begun(CHILDREN).split()) == 1


def test_it_ends_with_the_command_however_that_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BEGIN + WAIT],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as begun_one:  # fmt: skip
        assert begun_one.stdout is not None
        there = os.pidfd_open(int(begun_one.stdout.readline()))
        try:
            begun_one.send_signal(signal.SIGKILL)
            assert select.select([there], [], [], 200)[0]
        finally:
            os.close(there)


def test_a_process_with_threads_is_not_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(server, "start_server", asked.append)
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        server.fork_server(("marker.model",), [])
    finally:
        done.set()
        thread.join()
    assert asked == [("marker.model",)]


@pytest.mark.parametrize(
    ("line", "loads"),
    [
        ("detect --to KZ letter.pdf", server.READING),
        ("convert --to KZ letter.pdf", (*server.READING, *server.STAMPING)),
        ("batch --to KZ in out", (*server.READING, *server.STAMPING)),
        ("batch --to KZ --queue in out", None),
        ("detect --help", None),
        ("register list", None),
        ("--help", None),
        ("", None),
    ],
)
def test_commands_that_read_documents_begin_it_first(
    line: str, loads: tuple[str, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[str, ...]] = []
    monkeypatch.setattr(server, "fork_server", lambda preload, _: begun.append(tuple(preload)))
    words = line.split()
    command._begin_server(words[:1], words[1:])
    assert begun == ([] if loads is None else [loads])


def test_a_command_interrupted_while_it_loads_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_begin_server", interrupted)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == ExitStatus.INTERRUPTED


def test_a_glance_tells_scans_from_letters(tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "letter.pdf", "SLAPTAI")
    assert not is_scan(letter)
    for name in ("scan.pdf", "scan.tif", "scan.png", "scan.jpg"):
        assert is_scan(picture(tmp_path / name))


def test_a_glance_at_what_is_no_file_tells_nothing(tmp_path: Path) -> None:
    assert not name_scans(["--to", "KZ", "", "\0", str(tmp_path / "absent.pdf"), str(tmp_path)])
    assert not is_scan(tmp_path)


def test_scans_are_seen_in_folders_too(tmp_path: Path) -> None:
    picture(tmp_path / "scan.pdf")
    assert name_scans(["--to", "KZ", str(tmp_path)])

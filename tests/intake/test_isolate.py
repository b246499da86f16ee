"""A worker may swell, hang, die or lie: it costs one document, and nothing of it is left."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from marker import kernel
from marker.errors import HoldError
from marker.intake.isolate import Stopped, Workers
from marker.intake.work import Task
from marker.intake.workspace import Workspace
from marker.model import HoldCode, PartyId
from marker.settings import Settings
from tests.cli.conftest import write_letter

from . import misbehave

LIMITS = Settings(timeout=200, max_memory_bytes=1_500_000_000, max_file_bytes=10_000_000)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path) as made:
        yield made


@pytest.fixture
def workers(workspace: Workspace) -> Iterator[Workers]:
    with Workers(Task(PartyId("KZ"), "", LIMITS), 1, workspace) as made:
        yield made


def held(workers: Workers, work: Callable[..., object], *arguments: object) -> tuple[HoldCode, str]:
    with pytest.raises(HoldError) as caught:
        workers.do("reading", work, *arguments)
    return caught.value.hold.code, caught.value.hold.detail


def impatient(workspace: Workspace, seconds: float) -> Workers:
    return Workers(Task(PartyId("KZ"), "", Settings(timeout=seconds, max_memory_bytes=1_500_000_000)), 1, workspace)


def gone(pid: int, seconds: float = 100) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
                return True
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.02)
    return False


def test_one_worker_does_many_things(workers: Workers) -> None:
    assert len({workers.do("reading", misbehave.answer).pages for _ in range(5)}) == 1


def test_a_worker_that_swells_costs_one_document(workers: Workers) -> None:
    code, detail = held(workers, misbehave.swell)
    assert code is HoldCode.TOO_LARGE
    assert "1,500 MB" in detail
    assert workers.do("reading", misbehave.answer).pages


@pytest.mark.parametrize(("work", "word"), [(misbehave.die, "SIGSEGV"), (misbehave.leave, "died")])
def test_a_worker_that_dies_costs_one_document(workers: Workers, work: Callable[..., object], word: str) -> None:
    code, detail = held(workers, work)
    assert code is HoldCode.CRASHED
    assert word in detail
    assert workers.do("reading", misbehave.answer).pages


@pytest.mark.parametrize("work", [misbehave.sleep, misbehave.spin, misbehave.deaf])
def test_a_worker_that_hangs_costs_one_document(workspace: Workspace, work: Callable[..., object]) -> None:
    with impatient(workspace, 2) as workers:
        code, detail = held(workers, work)
        assert code is HoldCode.TIMEOUT
        assert "2 s" in detail
        workers._task = replace(workers._task, settings=LIMITS)  # on a busy machine an answer may take two seconds
        assert workers.do("reading", misbehave.answer).pages


def test_time_outs_do_not_go_by_the_wall_clock(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with impatient(workspace, 200) as workers:
        monkeypatch.setattr(time, "time", lambda: 0.0 if time.monotonic_ns() % 2 else 4e9)
        assert workers.do("reading", misbehave.answer).pages


def test_processor_time_ends_a_worker_that_nobody_watches(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with impatient(workspace, 200) as workers:
        monkeypatch.setattr(workers, "_limits", workers._limits.__class__(1_500_000_000, 1_000_000, 1.0))
        assert held(workers, misbehave.spin)[0] is HoldCode.TIMEOUT


def test_a_file_that_grows_without_end_is_too_large(workers: Workers, workspace: Workspace) -> None:
    path = workspace.fresh()
    code, _ = held(workers, misbehave.write, path, 200_000_000)
    assert code is HoldCode.TOO_LARGE
    assert path.stat().st_size <= 2 * LIMITS.max_file_bytes + 100_000_000


def test_there_are_no_core_dumps_no_new_privileges_and_no_open_files(workers: Workers) -> None:
    result = workers.do("reading", misbehave.limits)
    assert result.pages == 0
    assert "NoNewPrivs:\t1" in result.notes
    assert result.notes[-2:] == (str(os.getuid()), str(0o077))


def test_there_is_no_network(workers: Workers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        pid = os.fork()
        if pid == 0:
            os._exit(0 if kernel.take_network_away() else 1)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
            pytest.skip("this kernel does not let a process leave its network")
        # The loopback of its own network is down.
        assert workers.do("reading", misbehave.connect, port).pages in {errno.ENETUNREACH, errno.EAGAIN}


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become somebody else")
def test_an_ordinary_user_loses_the_network_and_keeps_their_name() -> None:
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(12345)
            os.setuid(12345)
            ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE as after a login; changing the user took it away
            taken = kernel.take_network_away()
            status = Path("/proc/self/status").read_text(encoding="utf-8")
            capabilities = int(status.split("CapEff:")[1].split()[0], 16)
            reached = socket.socket().connect_ex(("127.0.0.1", 1))
            os.write(tell, f"{taken} {os.getuid()} {capabilities} {reached}".encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    facts = os.read(told, 1000).decode().split()
    for end in (told, tell):
        os.close(end)
    if facts[0] == "True":
        assert facts == ["True", "12345", "0", str(errno.ENETUNREACH)]


def test_the_children_of_a_worker_die_with_it(workspace: Workspace, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    with impatient(workspace, 3) as workers:
        assert held(workers, misbehave.start_child, pid_file)[0] is HoldCode.TIMEOUT
        assert gone(int(pid_file.read_text(encoding="utf-8")))


def test_workers_die_with_the_main_process_however_it_dies(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom marker.intake.isolate import Workers\n"
        "from marker.intake.work import Task\nfrom marker.intake.workspace import Workspace\n"
        "from marker.settings import Settings\nfrom tests.intake import misbehave\n"
        "if __name__ == '__main__':\n"
        "    with Workspace(Path(sys.argv[1])) as space, Workers(Task('KZ', '', Settings()), 1, space) as workers:\n"
        "        workers.do('reading', misbehave.spin, Path(sys.argv[2]))\n"
    )
    pid_file = tmp_path / "pid"
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path), str(pid_file)], cwd=root) as run:
        deadline = time.monotonic() + 200
        while not (pid_file.exists() and pid_file.read_text(encoding="utf-8")) and time.monotonic() < deadline:
            time.sleep(0.02)
        worker = int(pid_file.read_text(encoding="utf-8"))
        assert not gone(worker, 0.2)
        run.send_signal(signal.SIGKILL)
    assert gone(worker)


def test_temporary_files_are_private_and_gone_afterwards(workers: Workers, workspace: Workspace) -> None:
    name, folder = workers.do("reading", misbehave.use_temporary_folder).notes
    assert Path(name).is_relative_to(folder)
    assert Path(folder).is_relative_to(workspace.folder)
    assert not Path(folder).exists()
    held(workers, misbehave.die)
    assert [path.name for path in workspace.folder.iterdir()] == ["lock"]


def test_what_a_library_prints_goes_nowhere(workers: Workers, capfd: pytest.CaptureFixture[str]) -> None:
    workers.do("reading", misbehave.shout)
    code, detail = held(workers, misbehave.quote)
    captured = capfd.readouterr()
    assert "text of the document" not in captured.out + captured.err + detail
    assert (code, "ValueError" in detail) == (HoldCode.CRASHED, True)


@pytest.mark.parametrize(
    "work", [misbehave.answer_evil, misbehave.answer_module, misbehave.answer_large, misbehave.answer_rubbish]
)
def test_a_worker_that_was_taken_over_cannot_run_code_in_its_parent(
    workspace: Workspace, work: Callable[..., object]
) -> None:
    with impatient(workspace, 200) as workers:
        code, _ = held(workers, work)
        assert code in {HoldCode.CRASHED, HoldCode.TOO_LARGE}
        assert not Path("/tmp/marker-worker-escaped").exists()
        assert workers.do("reading", misbehave.answer).pages


def test_stopping_ends_what_runs_and_what_waits(workspace: Workspace) -> None:
    # Not ended, they would outlast the limit of a test.
    with impatient(workspace, 3600) as workers, ThreadPoolExecutor(3) as threads:
        running = [threads.submit(workers.do, "reading", misbehave.deaf) for _ in range(3)]
        time.sleep(1)
        workers.stop()
        for one in running:
            with pytest.raises(Stopped):
                one.result()


def test_a_killed_worker_does_not_hold_up_the_others(workspace: Workspace) -> None:
    settings = Settings(timeout=200, max_memory_bytes=1_500_000_000)
    with Workers(Task(PartyId("KZ"), "", settings), 2, workspace) as workers, ThreadPoolExecutor(8) as threads:
        done = [
            threads.submit(workers.do, "reading", misbehave.die if i % 3 == 0 else misbehave.answer) for i in range(24)
        ]
        outcomes = [one.exception() is None for one in done]
    assert outcomes == [i % 3 != 0 for i in range(24)]


def test_a_temporary_folder_with_a_long_path_leaves_room_for_sockets(tmp_path: Path) -> None:
    far = tmp_path / ("x" * 100)
    far.mkdir()
    letter = write_letter(tmp_path / "letter.pdf", "SLAPTAI")
    done = subprocess.run(
        [sys.executable, "-m", "marker", "detect", "--to", "KZ", str(letter)],
        env={**os.environ, "TMPDIR": str(far)}, capture_output=True, text=True, check=False, timeout=250,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_worker_that_keeps_a_document_open_is_ended_and_no_other(workers: Workers, workspace: Workspace) -> None:
    document, other = workspace.fresh(), workspace.folder.parent / "other"
    for path in (document, other):
        path.write_bytes(b"secret")
    first = workers.do("reading", misbehave.keep_open, other).pages
    kept = workers.do("reading", misbehave.keep_open, document).pages
    assert first == kept
    assert kept is not None
    assert gone(kept)
    assert workers.do("reading", misbehave.answer).pages

"""What a hostile file could make a worker do.  Called inside worker processes only."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from marker.kernel import die_with_parent
from marker.model import StampResult


def answer() -> StampResult:
    return StampResult(os.getpid())


def keep_open(path: Path) -> StampResult:
    """As a library does that forgets to close what it refuses."""
    os.open(path, os.O_RDONLY)
    return answer()


def swell() -> int:
    return len(bytearray(8_000_000_000))


def sleep() -> None:
    time.sleep(600)


def spin(pid_file: Path | None = None) -> None:
    if pid_file is not None:
        pid_file.write_text(str(os.getpid()), encoding="utf-8")
    while True:
        pass


def deaf() -> None:
    """Hangs and listens to no signal that can be ignored."""
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    time.sleep(600)


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    os._exit(0)


def quote() -> None:
    raise ValueError("text of the document")


def shout() -> StampResult:
    print("text of the document", flush=True)  # noqa: T201  # what libraries do
    os.write(2, b"text of the document\n")
    return StampResult(None)


def write(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(b"\0" * (1 << 20))


def connect(port: int) -> StampResult:
    """The pages are the errno of trying to reach the port, 0 when it answered."""
    with socket.socket() as one:
        one.settimeout(5)
        return StampResult(one.connect_ex(("127.0.0.1", port)))


def limits() -> StampResult:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    kept = [line for line in status.splitlines() if line.startswith(("NoNewPrivs", "Uid"))]
    core = resource.getrlimit(resource.RLIMIT_CORE)
    # Of a process that may not be dumped, /proc belongs to root even where the user does not.
    return StampResult(core[0] + core[1], (*kept, str(os.getuid()), str(os.umask(0o077))))


def start_child(pid_file: Path) -> None:
    """A child in a session of its own, as Tesseract runs, and then hang."""
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    child = subprocess.Popen(command, start_new_session=True, preexec_fn=die_with_parent)  # noqa: PLW1509  # as Tesseract is started
    pid_file.write_text(str(child.pid), encoding="utf-8")
    time.sleep(600)


def use_temporary_folder() -> StampResult:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(b"text of the document")
    return StampResult(None, (file.name, os.environ["TMPDIR"]))


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.system, ("touch /tmp/marker-worker-escaped",))


def answer_evil() -> object:
    return Evil()


def answer_module() -> object:
    return subprocess.Popen


def answer_large() -> str:
    return "x" * (300 << 20)


def answer_rubbish() -> None:
    """What a worker that was taken over may write into its pipe itself: every descriptor it has gets it."""
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"\x00\x00\x00\x10" + b"\x80\x04cos\nsystem\n.rubbish")
        except OSError:
            continue
    time.sleep(600)


def threads() -> StampResult:
    return StampResult(threading.active_count())


def pickled() -> bytes:
    return pickle.dumps(Evil())

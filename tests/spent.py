"""What a command takes: wall time, processor time, memory; used by the benchmarks.

A process that is forked begins with the memory of the one it came from, and Linux remembers that as its peak.  So the
command is started by a small process of its own (this module run as a script), however large the benchmark is.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_PR_SET_CHILD_SUBREAPER: Final = 36
"""Linux: orphaned descendants become children of this process, so that what they used can be asked."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost: seconds of wall and processor time, bytes of the largest process."""

    wall: float
    cpu: float
    peak: int


def cost_of(command: Sequence[str], allowed: Sequence[int], environment: dict[str, str]) -> Cost:
    """Run a command so that memory and time are its alone.

    Python may keep what it compiles, as it does wherever the software is installed.

    Raises RuntimeError when its exit status is none of those allowed.
    """
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    run = [sys.executable, "-I", "-S", __file__, *command]
    report = json.loads(subprocess.run(run, env=kept, check=True, capture_output=True).stdout)
    if report["status"] not in allowed:
        raise RuntimeError(f"{command[0]} ended with status {report['status']}")
    return Cost(report["wall"], report["cpu"], report["peak"])


def main() -> None:
    """Run the command of the arguments and report on it.

    Worker processes outlive it by a moment and are no children of it; they are waited for and counted too.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    silent: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    began = time.perf_counter()
    done = subprocess.run(sys.argv[1:], check=False, **silent)
    wall = time.perf_counter() - began
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = {
        "status": done.returncode,
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * 1024,
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()

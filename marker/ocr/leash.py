"""A child process on a leash: a session of its own, a bound on memory, and no zombie."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from contextlib import suppress
from typing import Any, Final

from marker.kernel import die_with_parent

MEMORY_BYTES: Final = 1_000_000_000
"""Address space of the child: a montage takes a tenth of it."""
MAX_OUTPUT: Final = 4_000_000
"""Bytes of a table of words; no page has as many."""


class Leashed(subprocess.Popen[Any]):
    """A child in a session of its own, which can be killed with all it started and leaves no zombie."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.complaints = ""
        options["start_new_session"] = True
        options["env"] = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        options["preexec_fn"] = die_with_parent  # a worker that is killed cannot kill its children first
        super().__init__(*arguments, **options)
        with suppress(OSError, ValueError):  # it may have ended already, or be bound tighter than this
            resource.prlimit(self.pid, resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (MAX_OUTPUT * 10, MAX_OUTPUT * 10))

    def communicate(self, *arguments: Any, **options: Any) -> tuple[Any, Any]:
        out, err = super().communicate(*arguments, **options)
        self.complaints = (err or b"").decode("utf-8", "replace")
        return out, err

    def kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    terminate = kill
    """It has nothing to save, and a child that hangs may not listen."""

    def reap(self) -> None:
        """Take the dead child off the process table; pytesseract forgets it after a time-out."""
        self.kill()
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

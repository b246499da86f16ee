"""Kills a run of marker in the middle of a stage: imported by every Python process of it, because this folder is first
on PYTHONPATH.  Only the fault suite puts it there; nothing of it is part of the package.

FAULT_PLAN is JSON: the stage, which of its lines (in the main process) or calls (in a worker) is the last one, and
where to log it.  Without a stage, lines and calls are only counted.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

STAGES = {
    "read": ["marker.intake.source:take", "marker.intake.process:Case._judge"],
    "reserve": ["marker.intake.process:Case._reserve"],
    "publish": [
        "marker.intake.publish:bring",
        "marker.intake.publish:publish_all",
        "marker.register.register:Register.announce_all",
    ],
    "issue": ["marker.register.register:Register.issue"],
    "move": ["marker.intake.shelves:Shelves.put"],
}
"""Stages of the main process, by the functions that carry them out, with all they call in this package."""
IN_WORKERS = {"stamp": "marker.stamp.make:stamp", "prove": "marker.proof.prove:prove_copies"}


def _found(where: str) -> tuple[Any, str, Any]:
    module, _, path = where.partition(":")
    owner: Any = importlib.import_module(module)
    *names, last = path.split(".")
    for name in names:
        owner = getattr(owner, name)
    return owner, last, getattr(owner, last)


class Main:
    """Follows the lines of the main process."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.codes: dict[CodeType, str] = {}
        self.lines: Counter[str] = Counter()
        self.guard = threading.Lock()
        self.local = threading.local()
        for stage, places in STAGES.items():
            for place in places:
                self.codes[_found(place)[2].__code__] = stage

    def start(self) -> None:
        threading.settrace(self.called)
        sys.settrace(self.called)

    def called(self, frame: FrameType, event: str, _argument: object) -> Any:
        stage = self.codes.get(frame.f_code)
        if stage is None and (not getattr(self.local, "stage", None) or "/marker/" not in frame.f_code.co_filename):
            return None
        if stage is not None and not getattr(self.local, "stage", None):
            self.local.stage = stage
            return self.outermost
        return self.line

    def outermost(self, frame: FrameType, event: str, argument: object) -> Any:
        self.line(frame, event, argument)
        if event == "return":
            self.local.stage = None
        return self.outermost

    def line(self, frame: FrameType, event: str, _argument: object) -> Any:
        stage = self.local.stage
        if event == "line" and stage:
            with self.guard:
                self.lines[stage] += 1
                if stage == self.plan.get("stage") and self.lines[stage] == self.plan["at"]:
                    kill(self.plan, os.getpid(), f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        return self.line

    def report(self) -> None:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        Path(self.plan["counts"]).write_text(json.dumps(self.lines), encoding="utf-8")


def kill(plan: dict[str, Any], process: int, where: str) -> None:
    descriptor = os.open(plan["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, f"{plan['stage']} {where}\n".encode())
    os.fsync(descriptor)
    os.kill(process, signal.SIGKILL)


def in_worker(plan: dict[str, Any]) -> None:
    """Replace the stage's function by one that kills the main process while it works."""
    owner, name, real = _found(IN_WORKERS[plan["stage"]])

    def wrapped(*arguments: Any, **options: Any) -> Any:
        descriptor = os.open(plan["calls"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, b".")
        number = os.fstat(descriptor).st_size
        os.close(descriptor)
        if number != plan["at"]:
            return real(*arguments, **options)
        where = f"{IN_WORKERS[plan['stage']]}+{plan['delay']:.3f}s"
        timer = threading.Timer(plan["delay"], kill, (plan, int(os.environ["FAULT_MAIN"]), where))
        timer.start()
        real(*arguments, **options)
        timer.join()  # still in the stage when it comes
        time.sleep(60)
        return None

    setattr(owner, name, wrapped)


def begin() -> None:
    plan = json.loads(os.environ["FAULT_PLAN"])
    if "FAULT_MAIN" not in os.environ:
        os.environ["FAULT_MAIN"] = str(os.getpid())
        if plan.get("stage") not in IN_WORKERS:
            main = Main(plan)
            main.start()
            import atexit

            atexit.register(main.report)
    elif plan.get("stage") in IN_WORKERS:
        in_worker(plan)


if "FAULT_PLAN" in os.environ:
    begin()

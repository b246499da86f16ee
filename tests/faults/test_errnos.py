"""Every file operation may fail in every way: nothing is lost, and the next run finishes the work."""

from __future__ import annotations

import builtins
import errno
import os
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Said

from .kills import LETTERS, Place

Marker = Callable[..., Said]

OPERATIONS: dict[str, tuple[Any, str]] = {
    "open": (os, "open"),
    "open file": (builtins, "open"),
    "link": (os, "link"),
    "rename": (os, "rename"),
    "replace": (os, "replace"),
    "unlink": (os, "unlink"),
    "mkdir": (os, "mkdir"),
    "fsync": (os, "fsync"),
    "fstat": (os, "fstat"),
    "read": (os, "read"),
    "write": (shutil, "copyfileobj"),
    "list": (os, "scandir"),
}
FAULTS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.ESTALE, errno.EROFS)


class Fault:
    """One operation that fails from its nth call of the intake on, for a while or for good."""

    def __init__(self, operation: str, fault: int, first: int, times: int) -> None:
        self.owner, self.name = OPERATIONS[operation]
        self.real = getattr(self.owner, self.name)
        self.fault, self.first, self.times = fault, first, times
        self.calls = 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if _asked_by_the_intake():
            self.calls += 1
            if self.first <= self.calls < self.first + self.times:
                raise OSError(self.fault, os.strerror(self.fault))
        return self.real(*arguments, **options)


def _asked_by_the_intake() -> bool:
    """Whether the call comes from ``marker.intake``, through the standard library's path functions at most."""
    frame = sys._getframe(2)
    for _ in range(4):
        name = frame.f_globals.get("__name__", "")
        if name.startswith("marker."):
            return name.startswith("marker.intake") and name not in {"marker.intake.pool", "marker.intake.isolate"}
        if frame.f_back is None or name not in {"pathlib", "os", "shutil", "tempfile"}:
            return False
        frame = frame.f_back
    return False


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: errno.errorcode[fault])
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("command", ["batch", "watch"])
def test_a_failing_operation_costs_neither_a_document_nor_a_number(
    marker: Marker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, operation: str, fault: int
) -> None:
    chance = random.Random(f"{command} {operation} {fault}")
    place = Place(tmp_path, command)
    place.make()
    register = tmp_path / "register.sqlite"
    arguments = [
        command, "--to", "KZ", tmp_path / "in", tmp_path / "out", "--register", register, "--jobs", "2",
        *(["--once", "--settle", "0.1", "--interval", "0.1"] if command == "watch" else []),
    ]  # fmt: skip
    with monkeypatch.context() as patch:
        failing = Fault(operation, fault, first=chance.randint(1, 12), times=chance.choice([1, 2, 1000]))
        patch.setattr(failing.owner, failing.name, failing)
        said = marker(*arguments)
        assert said.status in {0, 2, 3, 4}, said.err
        assert "Traceback" not in said.err
    place.check_killed()
    for _ in range(2):  # what a fault had held is tried again by the run after it was mended
        said = marker(*arguments)
    assert said.status == 0, said.out + said.err
    place.check_finished()
    assert len(place.published()) == LETTERS

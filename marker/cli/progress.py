"""How far a run has come, for who watches it on a terminal; without one, nothing is loaded that could show it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from marker.cli.words import _
from marker.model import FileReport, Outcome


class Step(Protocol):
    def __call__(self, report: FileReport) -> None: ...


@contextmanager
def progress(total: int) -> Iterator[Step]:
    """A bar on standard error where that is a terminal; nothing otherwise."""
    if not sys.stderr.isatty() or total < 2:
        yield lambda report: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("documents"), total=total)
        held = 0

        def step(report: FileReport) -> None:
            nonlocal held
            held += report.outcome is Outcome.HELD
            bar.update(task, advance=1, description=_("documents ({held} held)").format(held=held))

        yield step

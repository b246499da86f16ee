"""Collects page pictures while files are read, for the evidence page."""

from __future__ import annotations

from marker.errors import HoldError
from marker.intake.isolate import Workers
from marker.intake.source import Snapshot
from marker.model import PICTURE_FORMATS, FileReport
from marker.records.pages import PagePicture

MOST_PAGES = 24
"""Pages shown of one document: its first, and those that bear evidence, in order."""


class Gallery:
    """A witness of a run; ``pictures`` are by the file's path."""

    def __init__(self) -> None:
        self.pictures: dict[str, list[PagePicture]] = {}

    def __call__(self, report: FileReport, snapshot: Snapshot, workers: Workers) -> None:
        """Draw what is to be shown of a file.  A page that cannot be drawn is left out: the words stand without it."""
        if report.format not in ("pdf", *PICTURE_FORMATS):
            return
        numbers = sorted({1, *(finding.page for finding in report.evidence if finding.page is not None)})[:MOST_PAGES]
        try:
            self.pictures[report.path] = workers.draw(snapshot.path, numbers)
        except HoldError:
            self.pictures[report.path] = []

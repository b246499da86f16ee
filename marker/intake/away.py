"""Putting a received file away once it is decided, with the record of why it is held, and what is said of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote_from_bytes

from marker.errors import DiskError, NotYetError
from marker.intake import publish, waiting
from marker.intake.batch import HELD, Output
from marker.intake.look import sign
from marker.intake.report import OpenReports
from marker.intake.shelves import Shelves
from marker.intake.source import Candidate
from marker.model import FileReport, Outcome
from marker.names import shown


def put_away(
    candidate: Candidate, report: FileReport, output: Output, shelves: Shelves, fingerprint: str
) -> FileReport:
    """Move a source to its shelf, with its record where it is held.  Raises DiskError."""
    target = shelves.rest(candidate, report.outcome)
    held = output.folder.absolute() / HELD
    try:
        if report.hold is not None:
            # The record first: a file that lies in held/ always has its reason beside it.
            stays = not target.is_relative_to(held)
            kept = candidate.relative if stays else target.relative_to(held)
            publish.make_folder(held, kept.parent, there=True)
            place = {"left": sign_of(candidate)} if stays else {"kept": quote_from_bytes(os.fsencode(kept))}
            waiting.write(output.held_record(kept), report, fingerprint, **place)
        lies = shelves.put(candidate, report.outcome, report.sha256)
        shelves.put_label(candidate, lies)
        if candidate.base == held and report.hold is None:
            waiting.remove(output.held_record(candidate.relative))
    except NotYetError as error:
        return replace(report, notes=(*report.notes, str(error)))
    finally:
        shelves.forget(candidate)
    if lies != candidate.path.absolute():
        report = replace(report, notes=(*report.notes, f"The received file lies at {shown(lies)}."))
    return report


@contextlib.contextmanager
def reported(report: FileReport, reports: OpenReports) -> Iterator[None]:
    """Keep the report of a stamped document whose file cannot be put away: a later look finds it registered, or gone.

    Raises DiskError as what is done inside does.
    """
    try:
        yield
    except DiskError:
        if report.outcome is Outcome.STAMPED:
            reports.keep(report)
        raise


def sign_of(candidate: Candidate) -> str:
    """What tells a link or a pipe that stands there from another one; empty where nothing does."""
    try:
        return sign(candidate.path.lstat()).hex()
    except OSError:
        return ""

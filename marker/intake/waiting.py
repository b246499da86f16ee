"""Held records: what ``held/`` says of a file that waits for a person, and when it is worth another try."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import marker
from marker.agreement.profile import Profile
from marker.intake import publish
from marker.intake.desk import Wish
from marker.intake.report import from_json, to_json
from marker.model import FileReport
from marker.names import shown
from marker.settings import Settings

ENDING = ".held.json"


def attempt(wish: Wish, profile: Profile, settings: Settings) -> str:
    """A fingerprint of what could make a held file come out otherwise: version, profile, settings, stated marking."""
    relevant = asdict(replace(settings, jobs=1, register="", operator="", clearance="", interval=1, settle=1))
    asked = {
        "receiving": wish.receiving, "marking": wish.marking, "consent": wish.consent,
        "passwords": wish.passwords.version,
    }  # fmt: skip
    text = json.dumps([marker.__version__, profile.sha256, relevant, asked], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write(record: Path, report: FileReport, fingerprint: str, **more: Any) -> None:
    """Write a held record.  Raises DiskError."""
    if report.hold is not None and report.hold.passing:
        fingerprint = "none"  # equals no run's, so that the next one tries again
    publish.write_json(record, {"attempt": fingerprint, "file": to_json(report, with_copies=False), **more})


def remove(record: Path) -> None:
    """Remove a record that no longer holds, if there is one."""
    with contextlib.suppress(OSError):
        record.unlink(missing_ok=True)


def recall(record: Path, sha256: str, fingerprint: str) -> FileReport | None:
    """The report of an earlier run, if the file's bytes and everything that was asked for are the same."""
    value = read(record)
    try:
        if value is not None and value["attempt"] == fingerprint and value["file"]["sha256"] == sha256:
            return from_json(value["file"])
    except (ValueError, KeyError, TypeError):
        pass  # not one of ours: read the file again
    return None


def read(record: Path) -> dict[str, Any] | None:
    """What a record says, None when it is none."""
    try:
        value = json.loads(record.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def outdated(folder: Path, fingerprint: str) -> Iterator[Path]:
    """The records below ``folder`` that were written under another version, profile or setting.  Raises DiskError."""
    try:
        records = sorted(folder.rglob(f"*{ENDING}"), key=shown)
    except OSError as error:
        raise publish.not_written(folder, error) from error
    for record in records:
        value = read(record)
        if value is not None and value.get("attempt") != fingerprint:
            yield record

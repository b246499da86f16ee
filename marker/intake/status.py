"""What a watcher is doing, in a file that other programs may read at any time: ``status.json`` in OUT_DIR."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from marker.intake import publish
from marker.intake.look import View
from marker.model import FileReport
from marker.names import shown

STATUS = "status.json"
SCHEMA = 1


@dataclass(slots=True)
class Status:
    """Times are UTC, ISO 8601; counts are since the start of this watcher."""

    receiving: str
    received: str
    """IN_DIR."""
    started_at: str
    state: str = "starting"
    """``starting``, ``idle``, ``working``, ``waiting`` (``problem`` says for what), ``stopping``, ``stopped``."""
    problem: str | None = None
    written_at: str = ""
    last_look_at: str | None = None
    last_document_at: str | None = None
    ripe: int = 0
    """Files the present round works off; ``more`` says that it is not all of them."""
    more: bool = False
    unsettled: int = 0
    closed: int = 0
    stamped: int = 0
    already_registered: int = 0
    held: int = 0

    @classmethod
    def begin(cls, receiving: str, received: Path) -> Status:
        return cls(receiving, shown(received.absolute()), now())

    def looked(self, view: View) -> None:
        self.last_look_at = now()
        self.ripe, self.more = len(view.ripe), view.more
        self.unsettled, self.closed = view.unsettled, view.closed

    def count(self, report: FileReport) -> None:
        self.last_document_at = now()
        name = report.outcome.value.replace("-", "_")
        setattr(self, name, getattr(self, name) + 1)

    def write(self, output: Path) -> None:
        """Raises DiskError."""
        self.written_at = now()
        who = {"schema": SCHEMA, "pid": os.getpid(), "host": platform.node()}
        publish.write_json(output / STATUS, {**who, **asdict(self)})


def read(output: Path) -> dict[str, Any] | None:
    """What the last watcher of this OUT_DIR wrote, None where none did."""
    try:
        value = json.loads((output / STATUS).read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

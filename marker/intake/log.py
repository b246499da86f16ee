"""Log lines of a program that runs unattended: one event a line, as text or as JSON, never a word of a document."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TextIO

from marker.names import shown


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class Log:
    """Writes to a text stream, a whole line at a time.  Threads may share it."""

    def __init__(self, stream: TextIO, form: LogFormat = LogFormat.TEXT) -> None:
        self._stream = stream
        self._form = form
        self._guard = threading.Lock()

    def __call__(self, event: str, level: str = "info", **facts: Any) -> None:
        """One line; ``facts`` are names, numbers and codes.  A stream that is gone is no reason to stop."""
        facts = {name: _plain(value) for name, value in facts.items() if value not in (None, (), "")}
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if self._form is LogFormat.JSON:
            line = json.dumps({"at": at, "level": level, "event": event, **facts}, ensure_ascii=False)
        else:
            line = " ".join([at, level, event, *(f"{name}={_quoted(value)}" for name, value in facts.items())])
        with self._guard:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                return


def _plain(value: Any) -> Any:
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return shown(value)


def _quoted(value: Any) -> str:
    """Text that a person can read and that cannot be taken for another field or another line."""
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    if text.isprintable() and not set(text) & set(" =\"'\\"):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())

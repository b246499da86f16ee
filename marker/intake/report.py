"""What is written about a file: the JSON of the interface, the CSV row, and the record of a held file."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from marker.errors import DiskError
from marker.intake import publish
from marker.model import (
    Box,
    FileReport,
    Finding,
    FindingKind,
    Hold,
    HoldCode,
    MarkingId,
    Outcome,
    Place,
    Source,
)
from marker.names import shown
from marker.signatures import Covers, Signature, SignatureKind

SCHEMA = 1
"""The version of the JSON; ``docs/schema/report-1.json`` describes it."""

_LONGEST_LINE = 1 << 16
"""How far back half a line is looked for; a longer one is left, and the next line begins below it."""

CSV_COLUMNS = (
    "path", "outcome", "hold_reason", "hold_detail", "marking", "equivalent_text", "register", "copy_numbers", "copies",
    "format", "pages", "sha256",
)  # fmt: skip


def to_json(report: FileReport, *, with_copies: bool) -> dict[str, Any]:
    """The object ``docs/schema`` describes.  ``with_copies`` adds what convert and batch know beyond detect."""
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "path": shown(report.path),
        "sha256": report.sha256,
        "format": report.format,
        "pages": report.pages,
        "outcome": report.outcome.value,
        "hold_reason": report.hold.code.value if report.hold else None,
        "hold_detail": report.hold.detail if report.hold else None,
        "marking": report.marking,
        "level": report.level,
        "equivalent": report.equivalent,
        "equivalent_text": report.equivalent_text,
        "evidence": [evidence_json(finding) for finding in report.evidence],
        "notes": list(report.notes),
        "signatures": [signature_json(signature) for signature in report.signatures],
    }
    if with_copies:
        value["register"] = report.register
        value["copies"] = [
            {"copy_number": c.copy_number, "recipient": c.recipient, "path": shown(c.path), "sha256": c.sha256}
            for c in report.copies
        ]
    return value


def evidence_json(finding: Finding) -> dict[str, Any]:
    """One finding as the interface's ``evidence`` has it."""
    return {
        "marking": finding.marking,
        "kind": finding.kind.value,
        "text": finding.text,
        "source": finding.source.value,
        "place": finding.place.value,
        "page": finding.page,
        "box": finding.box.as_list() if finding.box else None,
        "score": round(finding.score, 3),
        "reasons": list(finding.reasons),
    }


def signature_json(signature: Signature) -> dict[str, Any]:
    """An electronic signature as report and register tell of it."""
    return {"signer": signature.signer, "kind": signature.kind.value, "covers": signature.covers.value}


def from_json(value: dict[str, Any]) -> FileReport:
    """A held report as :func:`to_json` wrote it.  Raises KeyError, TypeError or ValueError when it is not one."""
    return FileReport(
        path=value["path"],
        sha256=value["sha256"],
        format=value["format"],
        pages=value["pages"],
        outcome=Outcome(value["outcome"]),
        hold=Hold(HoldCode(value["hold_reason"]), value["hold_detail"]),
        evidence=tuple(
            Finding(
                marking=MarkingId(e["marking"]),
                kind=FindingKind(e["kind"]),
                text=e["text"],
                source=Source(e["source"]),
                place=Place(e["place"]),
                page=e["page"],
                box=Box(*e["box"]) if e["box"] else None,
                score=e["score"],
                reasons=tuple(e["reasons"]),
            )
            for e in value["evidence"]
        ),
        notes=tuple(value["notes"]),
        signatures=tuple(
            Signature(s["signer"], SignatureKind(s["kind"]), Covers(s["covers"])) for s in value.get("signatures", ())
        ),
    )


class ReportFiles:
    """``report.jsonl`` and ``report.csv``, written line by line as a run goes on, so that no run is too long for them.

    A context manager.  The new files take their names when the run ends, however it ends; until then the old ones
    stand.  Raises DiskError.
    """

    def __init__(self, lines: Path, table: Path) -> None:
        self._lines, self._table = lines, table

    def __enter__(self) -> ReportFiles:
        self._open = [publish.Whole(self._lines)]
        try:
            self._open.append(publish.Whole(self._table))
            self._open[1].write(("\ufeff" + csv_line(CSV_COLUMNS)).encode())
        except DiskError:
            self._open[0].abandon()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for file in self._open:
                file.finish()
        except DiskError:
            self._open[1].abandon()
            raise

    def add(self, report: FileReport) -> None:
        """One more line in each."""
        lines, table = self._open
        lines.write(json_line(report).encode())
        table.write(csv_row(report).encode())


class OpenReports:
    """The reports of a run that has no end, added to line by line.  Threads may share it.

    Both files are opened anew each time, so that they may be rotated; half a line that a crash left is cut off first.
    A line that cannot be written, because the share is away, is kept and goes before the next one: its document has
    been put away by then, and nobody would tell of it again.
    """

    def __init__(self, lines: Path, table: Path) -> None:
        self._lines, self._table = lines, table
        self._kept: deque[tuple[Path, bytes, bytes]] = deque()
        self._guard = threading.Lock()

    def keep(self, report: FileReport) -> None:
        """One more line for each file, to be written by the next :meth:`write`."""
        head = ("\ufeff" + csv_line(CSV_COLUMNS)).encode()
        with self._guard:
            self._kept.append((self._lines, b"", json_line(report).encode()))
            self._kept.append((self._table, head, csv_row(report).encode()))

    def write(self) -> None:
        """Write what is kept.  Raises DiskError; what is not written by then stays kept."""
        with self._guard:
            while self._kept:
                _append(*self._kept[0])
                self._kept.popleft()

    @property
    def left(self) -> int:
        """Documents of which the files do not tell yet."""
        with self._guard:
            return sum(path == self._table for path, _head, _line in self._kept)


def _append(path: Path, head: bytes, line: bytes) -> None:
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # several workers may add to one report
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - _LONGEST_LINE))
            tail = file.read()
            cut = tail.rfind(b"\n") + 1
            if cut or len(tail) == end:
                file.seek(end - len(tail) + cut)
                file.truncate()
            else:
                line = b"\n" + line
            file.write((head if file.tell() == 0 else b"") + line)
            file.flush()
            os.fsync(file.fileno())  # its document has been put away: nobody tells of it again after a power cut
    except OSError as error:
        raise publish.not_written(path, error) from error


def json_line(report: FileReport) -> str:
    """A line of ``report.jsonl``."""
    return json.dumps(to_json(report, with_copies=True), ensure_ascii=False) + "\n"


def csv_row(report: FileReport) -> str:
    """A line of ``report.csv``."""
    value = to_json(report, with_copies=True)
    value["copy_numbers"] = " ".join(copy["copy_number"] for copy in value["copies"])
    value["copies"] = " ".join(copy["path"] for copy in value["copies"])
    return csv_line([_cell(value[column]) for column in CSV_COLUMNS])


def csv_line(cells: Sequence[Any]) -> str:
    """Cells as one line of a table for spreadsheets."""
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _cell(value: Any) -> Any:
    # A file may be named "=cmd|…": spreadsheets would run it.
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return value

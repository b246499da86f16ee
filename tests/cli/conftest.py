"""A command line to call and a small folder of received documents to call it on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from marker import resources
from marker.cli.main import run

pdfmetrics.registerFont(TTFont("DejaVu", str(resources.REGULAR)))

OURS = ("--recipient-party", "KZ")
"""The recipients of a command belong to the receiving Party."""


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def marker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Call ``marker`` in this process with a register of the test's own."""
    monkeypatch.setenv("MARKER_REGISTER", str(tmp_path / "register.sqlite"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for name in ("MARKER_DEBUG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return call


def write_letter(
    path: Path, marking: str | None, *, pages: int = 1, body: str = "Gerbiami kolegos, siunčiame planą."
) -> Path:
    """A one-column letter of Lithuanian practice: the marking top and bottom centre of every page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    for _ in range(pages):
        canvas.setFont("DejaVu", 12)
        if marking is not None:
            for y in (A4[1] - 40, 40):
                canvas.drawCentredString(A4[0] / 2, y, marking)
        canvas.setFont("DejaVu", 10)
        for line in range(12):
            canvas.drawString(72, A4[1] - 160 - 15 * line, f"{line + 1}. {body}")
        canvas.showPage()
    canvas.save()
    return path

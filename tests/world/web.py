"""PDF printed by a browser: as document systems and web mail make them."""

from __future__ import annotations

import subprocess
import tempfile
from html import escape
from pathlib import Path

from tests.world.sheet import Sheet

_STYLE = """
@page { size: A4; margin: 15mm 15mm 15mm 30mm }
body { font: 11pt 'DejaVu Serif', serif }
.corner { text-align: right } .centre, .head { text-align: center }
.mark { font-weight: bold; white-space: pre-line }
.foot { position: fixed; bottom: 0; left: 0; right: 0; text-align: center }
table { border-collapse: collapse } td { border: 1px solid; padding: 2pt }
.annex { break-before: page }
"""


def page(sheet: Sheet, style: str = "", mark: str = "<div class='mark {place}'>{text}</div>") -> str:
    """The letter as HTML; ``style`` is added to the style sheet, ``mark`` says how the mark is put."""
    body = ""
    part: Sheet | None = sheet
    while part is not None:
        text = "\n".join(map(escape, part.mark))
        inside = mark.format(place=part.place, text=text) if part.mark else ""
        inside += f"<div class='foot mark'>{escape(' '.join(part.foot))}</div>" if part.foot and part is sheet else ""
        inside += "".join(f"<div class='head'>{escape(line)}</div>" for line in part.head)
        inside += f"<h4>{escape(part.subject)}</h4>"
        for block in part.body:
            if isinstance(block, tuple):
                rows = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in block)
                inside += f"<table>{''.join(rows)}</table>"
            else:
                inside += f"<p>{escape(block)}</p>"
        body += f"<section class='{'' if part is sheet else 'annex'}'>{inside}</section>"
        part = part.annex
    return f"<!doctype html><meta charset='utf-8'><style>{_STYLE}{style}</style><body>{body}"


def printed(html: str) -> bytes:
    """The page printed to PDF."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.html").write_text(html, encoding="utf-8")
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
             "--no-pdf-header-footer", f"--print-to-pdf={folder}/page.pdf", f"file://{folder}/page.html"],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        return (folder / "page.pdf").read_bytes()

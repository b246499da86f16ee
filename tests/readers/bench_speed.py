"""How long `marker detect` takes on a long born-digital PDF, beside `pdftotext FILE - | grep` in the same run.

Run as ``python -m tests.readers.bench_speed``.  It makes its own letter of 1,000 pages (and one of a fifth of them, to
see whether memory grows with pages) in a temporary folder, runs both programs in turn, and prints medians of wall and
processor time, the ratio, and the peak memory of the largest process.

The two do not do the same work: grep finds words, `marker detect` also looks whether each page shows more than its text
says, judges where the words stand, and reads properties, attachments and earlier revisions.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer

from tests.spent import Cost, cost_of

_FONTS: Final = Path(__file__).parents[2] / "marker" / "resources" / "fonts"
_MARKING: Final = "SLAPTAI"
_TEXT: Final = (
    "pagal šalių susitarimą dėl įslaptintos informacijos abipusės apsaugos atsakinga institucija praneša kad "
    "posėdyje svarstytas klausimas buvo atidėtas iki kito susitikimo kuriame dalyvaus ministerijos atstovai ir "
    "ekspertai iš abiejų valstybių darbo grupė parengė ataskaitą apie sienos apsaugos priemones jų įgyvendinimo "
    "terminus bei lėšas kurios reikalingos ryšių įrangai įsigyti prašome iki nurodytos datos pateikti pastabas ir "
    "siūlymus raštu"
)
_SYLLABLES: Final = ("ma", "ti", "mas", "nė", "li", "ra", "vo", "jų", "kū", "ši", "do", "gas", "pė", "sta", "nu", "je")
_VOCABULARY: Final = 12_000
"""Words of a long report; the rarer half is met a few times each."""
_MB: Final = 1_000_000


def make_letter(path: Path, pages: int, seed: int = 3) -> None:
    """A letter of about so many pages of justified text: letterhead with rules, headings, markings, page numbers."""
    for name, file in (("Bench", "DejaVuSans.ttf"), ("Bench-Bold", "DejaVuSans-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(_FONTS / file)))
    pdfmetrics.registerFontFamily("Bench", normal="Bench", bold="Bench-Bold", italic="Bench", boldItalic="Bench-Bold")
    dice = random.Random(seed)
    body = ParagraphStyle("body", fontName="Bench", fontSize=10, leading=13.5, alignment=TA_JUSTIFY, spaceAfter=6)
    heading = ParagraphStyle("heading", body, fontName="Bench-Bold", fontSize=12, alignment=TA_CENTER, spaceBefore=10)

    common = _TEXT.split()
    endings = ("".join(dice.choices(_SYLLABLES, k=dice.randint(1, 3))) for _ in range(_VOCABULARY))
    rare = {dice.choice(common)[:4] + ending for ending in endings}
    vocabulary = [*common, *sorted(rare)]
    # Words are met the less often the rarer they are (Zipf), the few of the grammar by far the most.
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    many = iter(dice.choices(vocabulary, weights, k=700 * pages))

    def sentence() -> str:
        words = [next(many, common[0]) for _ in range(dice.randint(8, 22))]
        return " ".join(words).capitalize() + f" ({dice.randint(1, 99)} str. {dice.randint(1, 9)} d.)."

    def furniture(canvas: Canvas, document: Any) -> None:
        canvas.setFont("Bench-Bold", 12)
        for height in (A4[1] - 30, 42):
            canvas.drawCentredString(A4[0] / 2, height, _MARKING)
        canvas.setFont("Bench", 8)
        canvas.drawRightString(A4[0] - 57, 28, f"{document.page} / {pages}")
        if document.page == 1:
            canvas.setFont("Bench-Bold", 14)
            canvas.drawCentredString(A4[0] / 2, A4[1] - 62, "LIETUVOS RESPUBLIKOS INSTITUCIJA")
            canvas.setLineWidth(1.2)
            canvas.line(57, A4[1] - 70, A4[0] - 57, A4[1] - 70)
            canvas.setLineWidth(0.4)
            canvas.line(57, A4[1] - 73, A4[0] - 57, A4[1] - 73)

    class Letter(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
        def handle_pageEnd(self) -> None:  # noqa: N802  # reportlab's name
            super().handle_pageEnd()
            if self.page >= pages:
                self._endBuild()
                raise _EnoughError

    def story() -> Sequence[Flowable]:
        flow: list[Flowable] = [Spacer(1, 30)]
        for section in range(1, pages):
            flow.append(Paragraph(f"{section}. {' '.join(dice.choice(common) for _ in range(4)).upper()}", heading))
            for _ in range(8):
                text = [sentence() for _ in range(dice.randint(3, 7))]
                text[0] = f"{section}.{dice.randint(1, 9)}. <b>{text[0]}</b>"
                flow.append(Paragraph(" ".join(text), body))
        return flow

    document = Letter(str(path), pagesize=A4, title="Ataskaita", author="Institucija")
    frame = Frame(57, 55, A4[0] - 114, A4[1] - 130, id="text")
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=furniture))
    try:
        document.build(story())
    except _EnoughError:
        return


class _EnoughError(Exception):
    """The letter has its pages."""


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.wall for cost in costs), statistics.median(cost.cpu for cost in costs),
        max(cost.peak for cost in costs),
    )  # fmt: skip


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _row(name: str, cost: Cost) -> str:
    return f"{name:<34}{cost.wall:>8.2f} s wall{cost.cpu:>8.2f} s processor{cost.peak / _MB:>8.0f} MB"


def main() -> None:
    """Make the letters, run both programs in turn, print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="Folder for the letters; default: a temporary one.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        long, short = folder / f"{asked.pages}.pdf", folder / f"{asked.pages // 5}.pdf"
        for path, pages in ((long, asked.pages), (short, asked.pages // 5)):
            if not path.exists():
                make_letter(path, pages)
        environment = {**os.environ, "XDG_DATA_HOME": temporary}

        def detect(path: Path) -> Cost:
            program = [sys.executable, "-m", "marker", "detect", "--to", "KZ", "--json", str(path)]
            return cost_of(program, (0,), environment)

        peer = [] if shutil.which("pdftotext") else None
        ours: list[Cost] = []
        for _ in range(asked.rounds):
            if peer is not None:
                search = f'pdftotext "$0" - | grep -n {_MARKING}'
                peer.append(cost_of(["sh", "-c", search, str(long)], (0,), environment))
            ours.append(detect(long))
        few = detect(short)
        size = long.stat().st_size / _MB
        _say(f"{asked.pages} pages, {size:.1f} MB, {asked.rounds} rounds in turn, medians, peak memory")
        if peer is None:
            _say("pdftotext: skipped, it is not installed (Debian package poppler-utils); no ratio")
        else:
            _say(_row("pdftotext FILE - | grep", _median(peer)))
        _say(_row("marker detect (whole command)", _median(ours)))
        _say(_row(f"marker detect, {asked.pages // 5} pages", few))
        if peer is not None:
            wall = _median(ours).wall / _median(peer).wall
            cpu = _median(ours).cpu / _median(peer).cpu
            _say(f"marker detect takes {wall:.2f} times the peer's wall time, {cpu:.2f} times its processor time")


if __name__ == "__main__":
    main()

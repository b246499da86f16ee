"""Marks put onto files that nobody here wrote: onto the pages of PDF files, into the headers and bodies of Word files.

    python -m tests.labelled.overlay FOLDER --seed 1 --every 5
    python -m tests.labelled.overlay FOLDER --untouched --every 1    # false markings on the files as they are

Every file is first judged as it is.  One that is read and found unmarked gets a mark as the sending Party sets it
(upper right corner of the first page for Kazakhstan; top and bottom centre of every page for Lithuania) and is judged
again.
What cannot be read as it is, or is held for another reason, gets none: nothing could be learned from it.
"""

from __future__ import annotations

import argparse
import io
import random
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.exceptions import OpcError
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from marker.errors import HoldError
from marker.intake.work import Task, examine_file
from marker.model import HoldCode, PartyId, Verdict
from marker.settings import Settings
from tests.labelled import spelling

_FONT: Final = Path(__file__).parents[2] / "marker" / "resources" / "fonts" / "DejaVuSans-Bold.ttf"
_SIZE: Final = 12
_FROM_EDGE: Final = 14.0
"""Points between the mark and the edge of the page."""
_REFUSED: Final = (
    OpcError, PyPdfError, KeyError, ValueError, AttributeError, TypeError, zipfile.BadZipFile, NotImplementedError,
)  # fmt: skip
_LEAST: Final = 250.0
"""Points. On a smaller page no marking of this size has its place."""
_OTHER: Final = {"KZ": "LT", "LT": "KZ"}


@dataclass
class Tally:
    """What became of the files."""

    files: int = 0
    false: list[str] = field(default_factory=list)
    """Marked as they are."""
    marked: int = 0
    """Given a mark."""
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{kind} {count}" for kind, count in self.kinds.most_common())
        head = (
            f"{self.files} files as they are: {len(self.false)} falsely marked\n"
            f"{self.marked} of them given a mark: {counts or 'none'}"
        )
        return "\n".join([head, *self.false, *self.failures])


def judge(path: Path, receiving: str) -> Verdict | HoldError:
    """The verdict of the whole way, pictures read too."""
    try:
        return examine_file(path, path.name, Task(PartyId(receiving), "", Settings())).verdict
    except HoldError as error:
        return error


def measure(files: Iterator[Path], seed: int, *, untouched: bool) -> Tally:
    """Judge every file as it is and, unless ``untouched``, with a mark on it."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            dice = random.Random(f"{seed} {path.name}")
            sender = dice.choice(("KZ", "LT"))
            tally.files += 1
            verdict = judge(path, _OTHER[sender])
            if isinstance(verdict, HoldError):
                continue
            if verdict.hold is None:
                tally.false.append(f"false   {path.name}: {verdict.marking}")
            elif verdict.hold.code is HoldCode.UNMARKED and not untouched:
                marking = dice.choice(spelling.LEVELS[sender])
                data = with_mark(path, spelling.any_form(marking, dice), sender)
                if data is not None:
                    changed = Path(folder) / f"marked{path.suffix.lower()}"
                    changed.write_bytes(data)
                    _count(tally, path.name, marking, judge(changed, _OTHER[sender]))
    return tally


def _count(tally: Tally, name: str, truth: str, verdict: Verdict | HoldError) -> None:
    hold = verdict.hold
    said = verdict.marking if isinstance(verdict, Verdict) and verdict.marking else None
    kind = "right" if said == truth else "held"
    if said is not None and said != truth:
        kind = "under" if spelling.RANK[said] < spelling.RANK[truth] else "higher"
    tally.marked += 1
    tally.kinds[kind] += 1
    if kind != "right":
        detail = f"{hold.code}  {hold.detail}" if hold is not None else said
        tally.failures.append(f"{kind:7} {name}: {truth} → {detail}")


def with_mark(path: Path, words: str, sender: str) -> bytes | None:
    """The file with a mark; None when the library that sets it cannot open the file."""
    try:
        return (_on_pages if path.suffix.lower() == ".pdf" else _in_document)(path, words, sender)
    except _REFUSED:
        return None


def _on_pages(path: Path, words: str, sender: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(path))
    for number, page in enumerate(writer.pages):
        if number and sender == "KZ":
            break
        box, turn = page.cropbox, int(page.rotation) % 360
        left, bottom, right, top = (float(edge) for edge in (box.left, box.bottom, box.right, box.top))
        wide, high = (top - bottom, right - left) if turn % 180 else (right - left, top - bottom)
        if wide < _LEAST or high < _LEAST:
            raise ValueError("a page too small for a marking")
        matrix = {
            0: (1, 0, 0, 1, left, bottom), 90: (0, 1, -1, 0, right, bottom),
            180: (-1, 0, 0, -1, right, top), 270: (0, -1, 1, 0, left, top),
        }[turn]  # fmt: skip
        page.merge_transformed_page(_sheet(words, sender, wide, high), Transformation(matrix), over=True, expand=False)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _sheet(words: str, sender: str, wide: float, high: float) -> PageObject:
    if "Overlay" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Overlay", str(_FONT)))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(wide, high))
    canvas.setFont("Overlay", _SIZE)
    for place, half in enumerate(words.split("/") if sender == "KZ" else [words]):
        height = high - _FROM_EDGE - _SIZE - 1.3 * _SIZE * place
        if sender == "KZ":
            end = "/" if place == 0 and "/" in words else ""
            canvas.drawRightString(wide - 2 * _FROM_EDGE, height, half + end)
        else:
            canvas.drawCentredString(wide / 2, height, half)
            canvas.drawCentredString(wide / 2, _FROM_EDGE, half)
    canvas.save()
    return PdfReader(stream).pages[0]


def _in_document(path: Path, words: str, sender: str) -> bytes:
    document = docx.Document(str(path))
    if sender == "LT":
        if not document.sections:
            raise ValueError("a document without sections has no headers")
        for section in document.sections:
            for part in (section.header, section.footer):
                part.is_linked_to_previous = False
                paragraph = part.add_paragraph(words)
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif document.paragraphs:
        paragraph = document.paragraphs[0].insert_paragraph_before(words)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    else:
        document.add_paragraph(words).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _files(folder: Path, every: int, offset: int) -> Iterator[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".pdf", ".docx"} and path.is_file())
    yield from found[offset::every]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure detection on real files with marks put onto them.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=5, help="Take every so manieth file. Default: 5.")
    parser.add_argument("--offset", type=int, default=0, help="Begin with this file.")
    parser.add_argument("--untouched", action="store_true", help="Only judge the files as they are.")
    asked = parser.parse_args()
    tally = measure(_files(asked.folder, asked.every, asked.offset), asked.seed, untouched=asked.untouched)
    print(tally)  # noqa: T201 - a command's result


if __name__ == "__main__":
    main()

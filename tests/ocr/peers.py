"""The peers of the measurement: full-page Tesseract, and OCRmyPDF where it is installed.

They are programs beside the project, never imported by it: ``tesseract``, ``pdftoppm`` and, found on PATH or named with
``--ocrmypdf``, ``ocrmypdf``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from marker.agreement.load import load_profile
from marker.detect.fold import words
from marker.model import MarkingId
from tests.ocr.generate import Made

LANGUAGES = "kaz+rus+lit+eng"


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer took, and on how many of the marked documents its text holds the governing mark."""

    name: str
    found: int
    marked: int
    wall: float
    processor: float
    documents: int

    def __str__(self) -> str:
        processor, wall = self.processor / self.documents, self.wall / self.documents
        return (
            f"{self.name}: {self.found} of {self.marked} marks in its text; "
            f"{processor:.2f} s of processor, {wall:.2f} s of wall time a document"
        )


def full_page_tesseract(made: list[Made]) -> Peer:
    """``tesseract -l kaz+rus+lit+eng`` on whole pages at 300 dpi, one thread."""

    return _run("tesseract, whole pages at 300 dpi", made, whole_pages_text)


def whole_pages_text(path: Path, folder: Path) -> str:
    """What Tesseract, one thread, reads of the whole pages of a PDF file; pictures of them are left in ``folder``."""
    subprocess.run(["pdftoppm", "-r", "300", str(path), str(folder / "page")], check=True)
    texts = []
    for page in sorted(folder.glob("page*.ppm")):
        done = subprocess.run(
            ["tesseract", str(page), "stdout", "-l", LANGUAGES],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
        texts.append(done.stdout)
    return "\n".join(texts)


def ocrmypdf_command(program: str, path: Path, sidecar: Path) -> list[str]:
    """Every page of ``path`` read whole, no PDF made, its words into ``sidecar``."""
    options = ["--force-ocr", "-l", LANGUAGES, "--output-type", "none", "--quiet", "--sidecar", str(sidecar)]
    return [program, *options, str(path), "-"]


def ocrmypdf(made: list[Made], program: str) -> Peer | None:
    """``ocrmypdf --force-ocr -l … --output-type none``, its own choice of threads; None where it is absent."""
    found = shutil.which(program)
    if found is None:
        return None

    def read(path: Path, folder: Path) -> str:
        sidecar = folder / "text.txt"
        subprocess.run(
            ocrmypdf_command(found, path, sidecar),
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return sidecar.read_text(encoding="utf-8") if sidecar.is_file() else ""

    return _run("ocrmypdf --force-ocr", made, read)


def _run(name: str, made: list[Made], read: Callable[[Path, Path], str]) -> Peer:
    found = marked = 0
    wall, start = 0.0, os.times()
    for document in made:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            path = folder / document.name
            path.write_bytes(document.data)
            begin = time.monotonic()
            text = read(path, folder)
            wall += time.monotonic() - begin
        if document.label.marking is not None:
            marked += 1
            found += holds(text, document.label.marking)
    end = os.times()
    processor = end.children_user + end.children_system - start.children_user - start.children_system
    return Peer(name, found, marked, wall, processor, len(made))


def holds(text: str, marking: str) -> bool:
    """Whether a text holds a form of a marking, letters folded, wherever it stands: kinder than the judgement is."""
    known = load_profile().marking(MarkingId(marking))
    read = " ".join(words(text))
    forms = [form for some in known.forms.values() for form in some]
    return any(f" {' '.join(words(form))} " in f" {read} " for form in forms)

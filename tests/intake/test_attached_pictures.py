"""Attachments that only a picture tells of are read in turn; what leaves a doubt holds the letter."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from fixtures import docx_pieces, files, pdf_pieces
from fixtures.letter import A4, Para
from marker.intake.work import Task, examine_file
from marker.model import HoldCode, PartyId, Verdict
from marker.settings import Settings
from tests.labelled.draft import Dice, Draft


def scan(*words: str, seed: int = 1) -> Image.Image:
    """A scanned page with a line of marking, and prose below it."""
    prose = "Ministerija siunčia priemonių planą ir prašo pateikti pastabas"
    lines = [(230.0, 40.0 + 24 * number, 13.0, True, text) for number, text in enumerate(words)]
    lines += [(70.0, 160.0 + 20.0 * number, 11.0, False, prose) for number in range(12)]
    return pdf_pieces.scanned(lines, A4, dpi=130, seed=seed)


def as_bytes(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, kind, resolution=130)
    return out.getvalue()


def verdict_of(data: bytes, path: Path) -> Verdict:
    path.write_bytes(data)
    return examine_file(path, path.name, Task(PartyId("KZ"), "", Settings())).verdict


def letter(inner: bytes, name: str) -> bytes:
    """A letter that is marked RIBOTO NAUDOJIMO, with one attachment."""
    dice = Dice("attached", 7, ("pdf",), ("KZ",))
    draft = Draft(dice)
    draft.mark("RIBOTO NAUDOJIMO")
    return files.pdf_with_attachment(draft.finish(), name, inner)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "PDF"])
def test_the_marking_on_an_attached_scan_governs(kind: str, tmp_path: Path) -> None:
    verdict = verdict_of(letter(as_bytes(scan("SLAPTAI"), kind), "priedas"), tmp_path / "letter.pdf")
    assert verdict.hold is None and verdict.marking == "lt:secret"


@pytest.mark.slow
def test_an_attached_scan_without_a_marking_is_read_and_changes_nothing(tmp_path: Path) -> None:
    verdict = verdict_of(letter(as_bytes(scan(), "PNG"), "priedas.png"), tmp_path / "letter.pdf")
    assert verdict.hold is None and verdict.marking == "lt:restricted"


@pytest.mark.slow
@pytest.mark.parametrize("words", ["NATO SECRET", "SECRET"])
def test_what_leaves_a_doubt_on_an_attached_scan_holds_the_letter(words: str, tmp_path: Path) -> None:
    verdict = verdict_of(letter(as_bytes(scan(words), "PNG"), "priedas.png"), tmp_path / "letter.pdf")
    assert verdict.hold is not None
    assert verdict.hold.code in {HoldCode.ATTACHMENT, HoldCode.THIRD_PARTY, HoldCode.CONFLICT}


@pytest.mark.slow
def test_a_picture_in_an_attached_word_document_is_read(tmp_path: Path) -> None:
    inner = Draft(Dice("attached", 8, ("docx",), ("KZ",)))
    image, width, height = pdf_pieces.picture_of_words("SLAPTAI", 13)
    run, part = docx_pieces.picture(pdf_pieces.as_png(image), width, height)
    inner.before.append(Para(align="center", raw=run))
    inner.parts.append(part)
    verdict = verdict_of(letter(inner.finish(), "priedas.docx"), tmp_path / "letter.pdf")
    assert verdict.hold is None and verdict.marking == "lt:secret"


def test_a_picture_that_is_none_stays_unread(tmp_path: Path) -> None:
    verdict = verdict_of(letter(b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "priedas.png"), tmp_path / "letter.pdf")
    assert verdict.hold is not None and verdict.hold.code is HoldCode.ATTACHMENT

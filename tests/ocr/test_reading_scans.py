"""Scans end to end: what is marked is found, what could not be read holds, and nothing is ever read lower."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pypdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from marker.agreement.load import load_profile
from marker.detect.judge import examine
from marker.intake.work import Task, examine_file
from marker.model import Box, HoldCode, PageInfo, PartyId, Reading, Residue, Source, Verdict
from marker.ocr.montage import Word, assign, build, line_of
from marker.ocr.residue import Known
from marker.settings import Settings
from tests.ocr import pages


def verdict_of(path: Path, receiving: str = "KZ") -> Verdict:
    return examine_file(path, path.name, Task(PartyId(receiving), "", Settings())).verdict


def code(verdict: Verdict) -> HoldCode | None:
    return verdict.hold.code if verdict.hold else None


def test_a_printed_mark_on_a_scan_is_found_with_its_place(tmp_path: Path) -> None:
    verdict = verdict_of(pages.save(tmp_path / "a.pdf", pages.write(pages.body(pages.blank()), "SLAPTAI", 827, 100)))
    assert verdict.marking == "lt:secret"
    finding = verdict.evidence[0]
    assert (finding.source, finding.page, finding.place) == (Source.OCR, 1, "top")
    assert finding.box is not None
    assert finding.box.overlaps(Box(290, 30, 305, 40))


def test_kazakh_and_russian_marks_are_read_too(tmp_path: Path) -> None:
    page = pages.write(pages.write(pages.body(pages.blank()), "ӨТЕ ҚҰПИЯ", 1400, 90), "СОВЕРШЕННО СЕКРЕТНО", 1330, 145)
    assert verdict_of(pages.save(tmp_path / "a.pdf", page), "LT").marking == "kz:top-secret"


@pytest.mark.parametrize("look", ["colour", "grey", "bilevel"])
def test_beside_a_low_printed_mark_a_high_stamp_governs_or_holds(tmp_path: Path, look: str) -> None:
    page = pages.write(pages.body(pages.blank()), "RIBOTO NAUDOJIMO", 827, 90)
    page = pages.stamp(page, "VISIŠKAI SLAPTAI", 420, 330, angle=9, ink="red")
    page = {"colour": page, "grey": page.convert("L"), "bilevel": page.convert("L").convert("1", dither=0)}[look]
    verdict = verdict_of(pages.save(tmp_path / "a.pdf", page))
    assert verdict.marking == "lt:top-secret" or verdict.hold is not None
    assert verdict.marking != "lt:restricted"


def test_a_stamp_nobody_can_read_holds_the_file_and_says_where(tmp_path: Path) -> None:
    page = pages.scribble(pages.write(pages.body(pages.blank()), "RIBOTO NAUDOJIMO", 827, 90), 80, 260)
    verdict = verdict_of(pages.save(tmp_path / "a.pdf", page))
    assert code(verdict) is HoldCode.UNCERTAIN
    assert verdict.hold is not None
    assert "page 1" in verdict.hold.detail


def test_the_highest_mark_may_stand_on_a_later_page(tmp_path: Path) -> None:
    low = pages.write(pages.body(pages.blank(mode="L")), "RIBOTO NAUDOJIMO", 827, 90)
    high = pages.write(pages.body(pages.blank(mode="L")), "SLAPTAI", 827, 90)
    bare = pages.body(pages.blank(mode="L"))
    assert verdict_of(pages.save(tmp_path / "a.pdf", low, bare, high)).marking == "lt:secret"


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_lying_any_way_is_read(tmp_path: Path, turn: int) -> None:
    page = pages.write(pages.body(pages.blank(mode="L")), "KONFIDENCIALIAI", 827, 100).rotate(turn, expand=True)
    assert verdict_of(pages.save(tmp_path / "a.pdf", page)).marking == "lt:confidential"


def test_a_page_turned_by_the_file_is_read_as_displayed(tmp_path: Path) -> None:
    page = pages.write(pages.body(pages.blank(mode="L")), "SLAPTAI", 827, 100).rotate(90, expand=True)
    writer = pypdf.PdfWriter(clone_from=pages.save(tmp_path / "a.pdf", page))
    writer.pages[0].rotate(90)
    writer.write(tmp_path / "b.pdf")
    verdict = verdict_of(tmp_path / "b.pdf")
    assert verdict.marking == "lt:secret"
    assert verdict.evidence[0].place == "top"


def test_an_unmarked_scan_is_unmarked(tmp_path: Path) -> None:
    assert code(verdict_of(pages.save(tmp_path / "a.pdf", pages.body(pages.blank(mode="L"))))) is HoldCode.UNMARKED


def test_an_empty_page_is_no_unreadable_page(tmp_path: Path) -> None:
    marked = pages.write(pages.body(pages.blank(mode="L")), "SLAPTAI", 827, 90)
    assert verdict_of(pages.save(tmp_path / "a.pdf", marked, pages.blank(mode="L"))).marking == "lt:secret"


def test_a_picture_of_a_mark_on_a_page_of_text_is_read(tmp_path: Path) -> None:
    stamp = pages.write(pages.blank((900, 160)), "VISIŠKAI SLAPTAI", 450, 80, 70)
    stamp.save(tmp_path / "stamp.png")
    canvas = Canvas(str(tmp_path / "a.pdf"))
    for number in range(20):
        canvas.drawString(72, 600 - 16 * number, "A line of the letter that says nothing of its level, only of seeds")
    canvas.drawImage(str(tmp_path / "stamp.png"), 180, 780, 220, 39)
    canvas.save()
    verdict = verdict_of(tmp_path / "a.pdf")
    assert verdict.marking == "lt:top-secret"


def test_a_stamp_in_a_picture_of_a_word_document_is_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    pages.stamp(pages.blank((900, 260)), "SLAPTAI", 450, 130, angle=6).save(out, "PNG")
    document = docx.Document()
    document.sections[0].header.paragraphs[0].add_run().add_picture(io.BytesIO(out.getvalue()))
    document.add_paragraph("Laiškas apie sėklas.")
    document.save(str(tmp_path / "a.docx"))
    verdict = verdict_of(tmp_path / "a.docx")
    assert verdict.marking == "lt:secret"
    assert not [note for note in verdict.notes if "not looked into" in note]


def test_a_logo_in_a_word_document_changes_nothing(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((200, 120)).save(out, "JPEG")
    document = docx.Document()
    document.sections[0].header.paragraphs[0].add_run("RIBOTO NAUDOJIMO")
    document.add_paragraph().add_run().add_picture(io.BytesIO(out.getvalue()))
    document.save(str(tmp_path / "a.docx"))
    assert verdict_of(tmp_path / "a.docx").marking == "lt:restricted"


# ── parts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_residue_holds_beside_a_mark() -> None:
    info = PageInfo(1, 595, 842, readable=True)
    left = Residue(1, Box(20, 20, 120, 60), "tilted")
    bare = Reading("pdf", 1, (), (info,), residue=(left,))
    assert code(examine(bare, load_profile(), PartyId("KZ"))) is HoldCode.UNCERTAIN


@pytest.mark.parametrize("text", ["СЕКРЕТН0", "VISISKAl SLAPTA", "SECRFT", "КОНФИД SLAPTAl"])
def test_a_misread_mark_is_like_one(text: str) -> None:
    assert Known(load_profile()).resembles(text)


@pytest.mark.parametrize("text", ["LIETUVOS RESPUBLIKOS", "Egz. Nr. 2", "МИНИСТЕРСТВО", "ПОЛУЧЕНО 12.03.2026"])
def test_words_of_letterheads_are_not(text: str) -> None:
    assert not Known(load_profile()).resembles(text)


def test_words_go_back_to_the_lines_they_stand_on() -> None:
    crops = [pages.np.full((60, 300), 255, pages.np.uint8), pages.np.full((60, 200), 255, pages.np.uint8)]
    montage = build(crops)
    (first, _), (second, _) = montage.rows
    words = [Word("B", 150, second + 20, 30, 30, 90.0), Word("A", 30, first + 20, 30, 30, 80.0)]
    assert [[word.text for word in row] for row in assign(montage, words)] == [["A"], ["B"]]


def test_words_far_apart_on_a_line_are_two_columns() -> None:
    assert line_of([Word("one", 0, 0, 90, 30, 90.0), Word("two", 400, 0, 90, 30, 90.0)]).text == "one\ttwo"

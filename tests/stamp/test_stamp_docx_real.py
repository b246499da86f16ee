"""Real files that no one here wrote, and the pages as LibreOffice prints them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from corpus_docx import CHANGED, CORPUS, ENDINGS, NOT_SOUND, render_all, stamp_all
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.shared import Mm
from docx_samples import WORDS, document, minimal, order, stamped, strict

from marker.numbering import parse_page_code

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder with real files is not there")
needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def sample(every: int) -> list[Path]:
    return sorted(path for path in CORPUS.rglob("*") if path.suffix.lower() in ENDINGS)[::every]


@pytest.mark.slow
@needs_corpus
def test_nearly_every_sound_file_is_stamped_proved_and_in_order_with_the_rest_untouched(tmp_path: Path) -> None:
    results = stamp_all(sample(3), tmp_path)
    done = [result for result in results if result.held is None]
    sound = [result for result in results if result.held is None or result.held.hold.code not in NOT_SOUND]
    assert len(done) >= 0.95 * len(sound), [(r.name, str(r.held)) for r in sound if r.held]
    for result in done:
        assert result.faults == [], result.name
        assert result.opens is not False, result.name
        assert all(any(word in f"/{name.lower()}" for word in CHANGED) for name in result.touched), result.name


@pytest.mark.slow
@needs_corpus
@needs_office
def test_real_files_set_as_pages_show_the_stamp_on_each(tmp_path: Path) -> None:
    (tmp_path / "stamped").mkdir()
    results = stamp_all(sample(30), tmp_path / "stamped")
    found = render_all([result for result in results if result.held is None], tmp_path)
    assert found
    for name, pages in found.items():
        if pages is not None:
            assert (pages.unmarked, pages.unread) == ((), ()), name
            assert pages.after == pages.before, name


def mixed(made: DocxDocument) -> None:
    """Upright, lying and small pages, first and even ones, a table at the beginning, narrow margins."""
    made.settings.odd_and_even_pages_header_footer = True
    made.sections[0].different_first_page_header_footer = True
    made.sections[0].header.paragraphs[0].text = "Ministerija"
    made.element.body.insert(0, made.add_table(2, 2)._tbl)
    lying = made.add_section(WD_SECTION.NEW_PAGE)
    lying.orientation, lying.page_width, lying.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    for _ in range(20):
        made.add_paragraph(WORDS * 3)
    small = made.add_section(WD_SECTION.NEW_PAGE)
    small.page_width, small.page_height, small.top_margin = Mm(148), Mm(210), Mm(12)
    for _ in range(20):
        made.add_paragraph(WORDS)


def pages(pdf: Path) -> list[tuple[str, str]]:
    """What stands in the uppermost and lowermost two inches of every page."""
    found = []
    with pypdfium2.PdfDocument(pdf) as opened:
        for page in opened:
            width, height = page.get_size()
            text = page.get_textpage()
            top = text.get_text_bounded(0, height - 144, width, height)
            found.append((top, text.get_text_bounded(0, 0, width, 144)))
    return found


def codes(pdf: Path) -> list[str]:
    """The copy number that each page's Data Matrix says, read from a 150 dpi picture of its lower left corner."""
    found = []
    with pypdfium2.PdfDocument(pdf) as opened:
        for page in opened:
            picture = page.render(scale=150 / 72).to_pil().convert("L")
            corner = picture.crop((0, picture.height - 160, 200, picture.height))
            found += [str(parse_page_code(code.text).copy_number) for code in zxingcpp.read_barcodes(corner)]
    return found


@pytest.mark.slow
@needs_office
def test_every_printed_page_shows_the_stamp_and_no_page_is_added(tmp_path: Path) -> None:
    sources = [
        document(tmp_path / "letter.docx", paragraphs=40),
        document(tmp_path / "mixed.docx", mixed, paragraphs=30),
        strict(document(tmp_path / "strict.docx", mixed, paragraphs=10)),
        minimal(tmp_path / "minimal.docx"),
    ]
    copies = [stamped(source)[0] for source in sources]
    profile = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, *sources, *copies],
        check=True,
        capture_output=True,
        timeout=240,
    )
    for source, copy in zip(sources, copies, strict=True):
        shown = pages(copy.with_suffix(".pdf"))
        assert len(shown) == len(pages(source.with_suffix(".pdf"))), source.name
        for number, (top, bottom) in enumerate(shown, start=1):
            assert order().marking_text in top and order().marking_text in bottom, (source.name, number)
            assert order().copy_number in bottom, (source.name, number)
            assert f"{number} / {len(shown)}" in bottom, (source.name, number)
        assert codes(copy.with_suffix(".pdf")) == [order().copy_number] * len(shown), source.name
        assert order().register_number in shown[0][0] + shown[0][1], source.name

"""Real files that no one here wrote, and the pages as LibreOffice prints them."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from corpus_docx import CHANGED, CORPUS, ENDINGS, NOT_SOUND, render_all, stamp_all
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Mm
from docx_samples import WORDS, document, minimal, order, stamped, strict
from PIL import Image

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


def senders_marks(made: DocxDocument) -> None:
    """A picture and a watermark in the header, a text box in the body, each with the sender's marking or beside it."""
    picture = io.BytesIO()
    Image.new("L", (120, 60), 40).save(picture, format="PNG")
    header = made.sections[0].header.paragraphs[0]
    header.add_run().add_picture(picture, width=Mm(24))
    shape = (
        '<w:r {ns}><w:pict>{kind}<v:shape id="{id}" type="{type}" style="position:absolute;width:{w}pt;height:{h}pt;'
        "{where}mso-position-horizontal-relative:margin;mso-position-vertical-relative:margin"
        '" {look}>{inner}</v:shape></w:pict></w:r>'
    )
    names = nsdecls("w") + ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    watermark = shape.format(
        ns=names, id="PowerPlusWaterMarkObject1", type="#_x0000_t136", w=400, h=120,
        look='fillcolor="silver" stroked="f"',
        where="z-index:-1;mso-position-horizontal:center;mso-position-vertical:center;",
        kind='<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,'
        '21600e"><v:path textpathok="t"/><v:textpath on="t" fitshape="t"/></v:shapetype>',
        inner='<v:textpath style="font-family:&quot;Arial&quot;;font-size:1pt" string="SLAPTAI"/>',
    )  # fmt: skip
    box = shape.format(
        ns=names, id="box", type="#_x0000_t202", w=120, h=40, look='filled="f"', kind="",
        where="z-index:1;margin-left:330pt;margin-top:80pt;",
        inner="<v:textbox><w:txbxContent><w:p><w:r><w:t>SLAPTAI</w:t></w:r></w:p></w:txbxContent></v:textbox>",
    )  # fmt: skip
    header._p.append(parse_xml(watermark))
    made.paragraphs[0]._p.append(parse_xml(box))


@pytest.mark.slow
@needs_office
def test_pictures_text_boxes_and_watermarks_of_the_sender_stay_visible(tmp_path: Path) -> None:
    (tmp_path / "stamped").mkdir()
    source = document(tmp_path / "marks.docx", senders_marks, paragraphs=6)
    results = stamp_all([source], tmp_path / "stamped")
    (found,) = render_all(results, tmp_path).values()
    assert found is not None
    assert (found.before, found.after, found.unmarked, found.unread) == (1, 1, (), ())
    assert found.gone == ()
    silver = []
    for pdf in (tmp_path / "pages").glob("*.pdf"):
        with pypdfium2.PdfDocument(pdf) as opened:
            silver.append(sum(opened[0].render(scale=1).to_pil().convert("L").histogram()[180:205]))
    # The watermark is drawn at all, and as much of it as before; edges of letters are grey too.
    assert len(silver) == 2 and min(silver) > 2_000 and min(silver) > 0.9 * max(silver)

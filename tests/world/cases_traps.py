"""What a DOCX shows is not always what its text says: stale fields, bound controls, chunks, parts nobody sees."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from docx import Document
from docx.shared import Pt

from tests.world.registry import Piece, pieces, truth
from tests.world.sheet import letter
from tests.world.word import Package, complex_field, control, paragraph, relationships, run, text_of

_LOW = "RIBOTO NAUDOJIMO"
_CENTRE = '<w:jc w:val="center"/>'
_STORE = "{11111111-2222-3333-4444-555555555555}"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"


def _letter(package: Package, low: str = _LOW) -> bytes:
    package.header = package.header or paragraph(run(low, "<w:b/>"), _CENTRE)
    package.footer = package.footer or paragraph(run(low, "<w:b/>"), _CENTRE)
    package.body += text_of(letter("lt"))
    return package.save()


def bound_control() -> bytes:
    """Word shows what the data says when it opens the file, not what was stored in the control."""
    package = Package()
    binding = f'<w:dataBinding w:xpath="/grif[1]" w:storeItemID="{_STORE}"/><w:text/>'
    package.header = paragraph(control(run(_LOW), binding), _CENTRE)
    package.parts["/customXml/item1.xml"] = ("", b"<grif>SLAPTAI</grif>")
    space = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
    props = f'<ds:datastoreItem xmlns:ds="{space}" ds:itemID="{_STORE}"/>'
    package.parts["/customXml/itemProps1.xml"] = (
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
        props.encode(),
    )
    rows = [("rId1", "customXmlProps", "itemProps1.xml")]
    package.parts["/customXml/_rels/item1.xml.rels"] = ("", relationships(rows).encode())
    package.rels.append(("rId9", _CUSTOM, "../customXml/item1.xml"))
    return _letter(package)


def stale_field() -> bytes:
    """A field whose value in the properties is higher than the result that was stored."""
    package = Package()
    package.header = paragraph(complex_field('DOCPROPERTY "Grif"', run(_LOW)), _CENTRE)
    custom = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property '
        'fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="Grif"><vt:lpwstr>SLAPTAI</vt:lpwstr>'
        "</property></Properties>"
    )
    package.parts["/docProps/custom.xml"] = (
        "application/vnd.openxmlformats-officedocument.custom-properties+xml",
        custom.encode(),
    )
    package.root_rels.append(("rId2", "custom-properties", "docProps/custom.xml"))
    return _letter(package)


def drop_down() -> bytes:
    """A list of all levels to choose from; one is chosen."""
    items = "".join(f'<w:listItem w:displayText="{t}" w:value="{t}"/>' for t in ("VISIŠKAI SLAPTAI", "SLAPTAI", _LOW))
    package = Package()
    package.header = paragraph(control(run(_LOW), f"<w:dropDownList>{items}</w:dropDownList>"), _CENTRE)
    return _letter(package)


def chunk(kind: str) -> bytes:
    """A page that Word takes from a file inside the package when it opens the document."""
    package = Package()
    if kind == "html":
        data, type_ = b"<html><body><p align=center><b>SLAPTAI</b></p><p>Priedas</p></body></html>", "text/html"
    elif kind == "txt":
        data, type_ = b"SLAPTAI\r\n\r\nPriedas\r\n", "text/plain"
    elif kind == "rtf":
        data, type_ = rb"{\rtf1\ansi\qc\b SLAPTAI\par\b0 Priedas\par}", "application/rtf"
    else:
        inner = Document()
        inner.add_paragraph("SLAPTAI")
        out = io.BytesIO()
        inner.save(out)
        data = out.getvalue()
        type_ = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    package.parts[f"afchunk.{kind}"] = (type_, data)
    package.rels.append(("rId8", "aFChunk", f"afchunk.{kind}"))
    made = Package.save
    package.body += text_of(letter("lt"))
    package.body += [paragraph('<w:r><w:br w:type="page"/></w:r>'), '<w:altChunk r:id="rId8"/>']
    package.header = package.footer = paragraph(run(_LOW, "<w:b/>"), _CENTRE)
    return made(package)


def building_blocks() -> bytes:
    """Quick parts kept with the document: nobody sees them."""
    package = Package()
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    part = (
        f'<w:glossaryDocument xmlns:w="{w}"><w:docParts><w:docPart><w:docPartBody><w:p><w:r><w:t>SLAPTAI</w:t>'
        "</w:r></w:p>"
        "</w:docPartBody></w:docPart></w:docParts></w:glossaryDocument>"
    )
    package.parts["glossary/document.xml"] = (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.glossary+xml",
        part.encode(),
    )
    package.rels.append(("rId7", "glossaryDocument", "glossary/document.xml"))
    return _letter(package)


def vanished() -> bytes:
    package = Package()
    package.body.append(paragraph(run("VISIŠKAI SLAPTAI", "<w:vanish/>"), _CENTRE))
    return _letter(package)


def deleted_word() -> bytes:
    """VISIŠKAI was struck out with revision marks; the change was never accepted."""
    text = '<w:r><w:delText xml:space="preserve">VISIŠKAI </w:delText></w:r>'
    deleted = f'<w:del w:id="4" w:author="A" w:date="2026-10-14T09:00:00Z">{text}</w:del>'
    package = Package()
    package.header = paragraph(deleted + run("SLAPTAI", "<w:b/>"), _CENTRE)
    return _letter(package)


def white() -> bytes:
    package = Package()
    package.body.append(paragraph(run("VISIŠKAI SLAPTAI", '<w:color w:val="FFFFFF"/>'), _CENTRE))
    return _letter(package)


def placeholder() -> bytes:
    """A control that still shows its prompt."""
    package = Package()
    package.header = paragraph(control(run("[Slaptumo žyma]"), "<w:showingPlcHdr/>"), _CENTRE)
    package.footer = paragraph(run("1 / 2"), _CENTRE)
    return _letter(package)


def equation() -> bytes:
    package = Package()
    package.body.append(paragraph("<m:oMath><m:r><m:t>SLAPTAI</m:t></m:r></m:oMath>", _CENTRE))
    return _letter(package)


def struck() -> bytes:
    package = Package()
    package.header = paragraph(run("SLAPTAI", "<w:dstrike/>") + run(" " + _LOW), _CENTRE)
    return _letter(package)


def only_first_page() -> bytes:
    """First page header with the higher mark; the section has no titlePg, so that Word never shows it."""
    document = Document()
    section = document.sections[0]
    section.header.paragraphs[0].add_run(_LOW).bold = True
    section.first_page_header.paragraphs[0].add_run("SLAPTAI").bold = True
    document.add_paragraph("Atsakydami į Jūsų raštą, pranešame, kad planas apsvarstytas.")
    return _saved(document)


def even_pages() -> bytes:
    document = Document()
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    section.header.paragraphs[0].add_run(_LOW).bold = True
    section.even_page_header.paragraphs[0].add_run("SLAPTAI").bold = True
    for _ in range(60):
        document.add_paragraph("Atsakydami į Jūsų raštą, pranešame, kad planas apsvarstytas ir jam pritariama.")
    return _saved(document)


def second_section() -> bytes:
    document = Document()
    document.sections[0].header.paragraphs[0].add_run(_LOW).bold = True
    document.add_paragraph("Atsakydami į Jūsų raštą, pranešame, kad planas apsvarstytas.")
    section = document.add_section()
    section.header.is_linked_to_previous = False
    run_ = section.header.paragraphs[0].add_run("Slaptai")
    run_.font.size = Pt(14)
    document.add_paragraph("Priedas")
    return _saved(document)


def footnote_mark() -> bytes:
    document = Document()
    document.sections[0].footer.paragraphs[0].add_run("SLAPTAI   2 egz.   1 lapas iš 3").bold = True
    document.add_paragraph("Atsakydami į Jūsų raštą, pranešame, kad planas apsvarstytas.")
    return _saved(document)


def cover_table() -> bytes:
    """A registry's own cover sheet: a table whose row says the level of what lies behind it."""
    document = Document()
    table = document.add_table(rows=0, cols=2)
    for left, right in (
        ("Gavėjas", "Registratūra"),
        ("Slaptumo žyma", "VISIŠKAI SLAPTAI"),
        ("Egz. Nr.", "2"),
        ("Lapų", "12"),
    ):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = left, right
    document.add_page_break()
    document.add_paragraph("RIBOTO NAUDOJIMO")
    document.add_paragraph("Atsakydami į Jūsų raštą, pranešame, kad planas apsvarstytas.")
    return _saved(document)


def _saved(document: Document) -> bytes:  # type: ignore[valid-type]  # python-docx exports a function of that name
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


TRAPS: Final[tuple[tuple[str, str, Callable[[], bytes]], ...]] = (
    ("bound-control", "conflict|uncertain", bound_control),
    ("stale-field", "conflict|uncertain", stale_field),
    ("drop-down", "lt:restricted", drop_down),
    ("chunk-html", "lt:secret|attachment|uncertain|unsupported", partial(chunk, "html")),
    ("chunk-txt", "lt:secret|attachment|uncertain|unsupported", partial(chunk, "txt")),
    ("chunk-rtf", "lt:secret|attachment|uncertain|unsupported", partial(chunk, "rtf")),
    ("chunk-docx", "lt:secret|attachment|uncertain|unsupported", partial(chunk, "docx")),
    ("building-blocks", "lt:restricted", building_blocks),
    ("vanished", "conflict", vanished),
    ("deleted-word", "conflict|uncertain", deleted_word),
    ("white", "conflict", white),
    ("placeholder", "unmarked", placeholder),
    ("equation", "lt:secret|uncertain", equation),
    ("struck", "uncertain|conflict", struck),
    ("only-first-page", "conflict|uncertain|lt:restricted", only_first_page),
    ("even-pages", "lt:secret", even_pages),
    ("second-section", "lt:secret", second_section),
    ("footnote-mark", "lt:secret", footnote_mark),
    ("cover-table", "lt:top-secret|uncertain", cover_table),
)


@pieces
def traps() -> Iterator[Piece]:
    for name, said, make in TRAPS:
        yield Piece("trap", name, truth("docx", "KZ", said), make)

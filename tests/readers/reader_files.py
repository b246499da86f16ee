"""Builds the documents these tests read: raw OOXML packages, and PDF files by reportlab and pypdf."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from marker.model import Reading, Source, Span, Visibility
from marker.readers.base import ReaderLimits
from marker.readers.read import read

FONT_FILE = Path(__file__).parents[2] / "marker" / "resources" / "fonts"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT_W = "http://purl.oclc.org/ooxml/wordprocessingml/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def p(text: str, run: str = "", paragraph: str = "") -> str:
    """A paragraph of one run with run and paragraph properties given as XML."""
    return f"<w:p><w:pPr>{paragraph}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def story(name: str, content: str) -> str:
    """A part whose root is ``w:name``."""
    return f"<w:{name} {NAMESPACES}>{content}</w:{name}>"


def docx_bytes(
    body: str,
    parts: Mapping[str, str | bytes] | None = None,
    relations: Sequence[tuple[str, str, str]] = (),
    package_relations: Sequence[tuple[str, str]] = (),
    main_type: str = MAIN_TYPE,
    document: str | None = None,
) -> bytes:
    """A package. ``relations`` are (id, kind, target) of the main part; a target with ``://`` is external."""

    def relation(identity: str, kind: str, target: str) -> str:
        mode = ' TargetMode="External"' if "://" in target else ""
        return f'<Relationship Id="{identity}" Type="{R}/{kind}" Target="{target}"{mode}/>'

    def relations_part(items: Sequence[tuple[str, str, str]]) -> str:
        inner = "".join(relation(*item) for item in items)
        return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'

    top = [("rId1", "officeDocument", "word/document.xml")]
    top += [(f"p{number}", kind, target) for number, (kind, target) in enumerate(package_relations)]
    entries: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main_type}"/></Types>',
        "_rels/.rels": relations_part(top),
        "word/document.xml": document or story("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": relations_part(list(relations)),
        **(parts or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries.items():
            package.writestr(name, content)
    return buffer.getvalue()


def relations_for(items: Sequence[tuple[str, str, str]]) -> str:
    """A relationships part with (id, kind, target) entries."""
    inner = "".join(f'<Relationship Id="{i}" Type="{R}/{kind}" Target="{target}"/>' for i, kind, target in items)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def font() -> str:
    """The name of a font with Kazakh and Lithuanian letters, registered with reportlab."""
    name = "MarkerTest"
    if name not in pdfmetrics.getRegisteredFontNames():
        made = TTFont(name, str(next(iter(sorted(FONT_FILE.glob("*.ttf"))))))
        # reportlab knows faces by their own names, and would give this one to others who register a part of it.
        made.face.name = b"Readers-" + made.face.name
        pdfmetrics.registerFont(made)
    return name


def pdf_bytes(*pages: Callable[[Canvas], None], size: tuple[float, float] = (595.0, 842.0)) -> bytes:
    """A PDF whose pages are drawn by the given functions; the font is set to 12 points before each."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size)
    for page in pages:
        canvas.setFont(font(), 12)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def text_at(x: float, y: float, text: str, size: float = 12) -> Callable[[Canvas], None]:
    """A page with one line."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font(), size)
        canvas.drawString(x, y, text)

    return draw


def changed(data: bytes, change: Callable[[PdfWriter], None], **encryption: str) -> bytes:
    """The PDF after ``change`` was made to it by pypdf."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    if encryption:
        writer.encrypt(**encryption, algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def numbers(*values: float) -> ArrayObject:
    return ArrayObject([FloatObject(value) for value in values])


def annotate(
    writer: PdfWriter,
    subtype: str,
    rectangle: tuple[float, float, float, float],
    *,
    flags: int = 4,
    appearance: str | None = None,
    **entries: object,
) -> DictionaryObject:
    """Add an annotation to the first page; ``appearance`` is the text its appearance draws at 14 points."""
    page = writer.pages[0]
    annotation = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject(f"/{subtype}"),
            NameObject("/Rect"): numbers(*rectangle),
            NameObject("/F"): NumberObject(flags),
        }
    )
    for key, value in entries.items():
        annotation[NameObject(f"/{key}")] = TextStringObject(value) if type(value) is str else value
    if appearance is not None:
        form = StreamObject()
        form.set_data(f"BT /Helv 14 Tf 2 5 Td ({appearance}) Tj ET".encode())
        helvetica = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
        form.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): numbers(0, 0, rectangle[2] - rectangle[0], rectangle[3] - rectangle[1]),
                NameObject("/Resources"): DictionaryObject(
                    {NameObject("/Font"): DictionaryObject({NameObject("/Helv"): helvetica})}
                ),
            }
        )
        annotation[NameObject("/AP")] = DictionaryObject({NameObject("/N"): writer._add_object(form)})
    annotations = page.get("/Annots")
    held = annotations.get_object() if annotations is not None else ArrayObject()
    held.append(writer._add_object(annotation))
    page[NameObject("/Annots")] = held
    return annotation


def read_bytes_as(tmp_path: Path, data: bytes, name: str, limits: ReaderLimits | None = None) -> Reading:
    """Write ``data`` under that name and read it."""
    path = tmp_path / name
    path.write_bytes(data)
    return read(path, limits or ReaderLimits())


def texts(reading: Reading, visibility: Visibility = Visibility.VISIBLE) -> list[str]:
    """What stands in the document with that visibility; properties and labels apart."""
    about = (Source.PROPERTY, Source.LABEL)
    return [span.text for span in reading.spans if span.visibility is visibility and span.source not in about]


def span_of(reading: Reading, text: str) -> Span:
    """The one span with that text."""
    found = [span for span in reading.spans if span.text == text]
    assert len(found) == 1, [(span.text, span.visibility) for span in reading.spans]
    return found[0]

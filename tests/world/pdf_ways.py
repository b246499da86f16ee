"""PDF files mistreated on their way: fonts without a way back to Unicode, turned and cut pages, notes, forms, 2-up."""

from __future__ import annotations

import io
import re
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from reportlab.pdfgen.canvas import Canvas

from tests.world import paint
from tests.world.sheet import Sheet


def saved(pdf: Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def opened(data: bytes) -> Pdf:
    return Pdf.open(io.BytesIO(data))


def without_unicode(data: bytes) -> bytes:
    """Fonts that show the right shapes and tell no letters."""
    pdf = opened(data)
    for item in pdf.objects:
        if isinstance(item, Dictionary) and "/ToUnicode" in item:
            del item["/ToUnicode"]
    return saved(pdf)


def wrong_unicode(data: bytes) -> bytes:
    """Every letter is told as the one after the next: what is copied from the page is nonsense."""
    pdf = opened(data)
    for item in pdf.objects:
        if isinstance(item, Dictionary) and "/ToUnicode" in item:
            text = item["/ToUnicode"].read_bytes().decode("latin-1")
            shifted = re.sub(r"<([0-9A-F]{4})>(?=\s*\n)", lambda m: f"<{int(m[1], 16) + 2:04X}>", text)
            item["/ToUnicode"] = pdf.make_stream(shifted.encode("latin-1"))
    return saved(pdf)


def turned(data: bytes, angle: int) -> bytes:
    """/Rotate set: the page is shown turned, as from a feeder that took it sideways."""
    pdf = opened(data)
    for page in pdf.pages:
        page.Rotate = angle
    return saved(pdf)


def content_turned(data: bytes, angle: int) -> bytes:
    """The drawing itself turned within the page, and no /Rotate to say so."""
    pdf = opened(data)
    sizes = {90: (842, 595, "0 1 -1 0 842 0"), 180: (595, 842, "-1 0 0 -1 595 842"), 270: (842, 595, "0 -1 1 0 0 595")}
    width, height, matrix = sizes[angle]
    for page in pdf.pages:
        page.MediaBox = Array([0, 0, width, height])
        page.contents_add(f"q {matrix} cm\n".encode(), prepend=True)
        page.contents_add(b"\nQ")
    return saved(pdf)


def cropped(data: bytes) -> bytes:
    """A large sheet whose middle alone is shown."""
    pdf = opened(data)
    for page in pdf.pages:
        page.MediaBox = Array([-100, -150, 700, 1000])
        page.CropBox = Array([0, 0, 595, 842])
    return saved(pdf)


def scaled(data: bytes) -> bytes:
    """UserUnit 2: a plan."""
    pdf = opened(data)
    for page in pdf.pages:
        page.UserUnit = 2
    return saved(pdf)


def two_up(data: bytes) -> bytes:
    """Two pages on one sheet, side by side."""
    pdf = opened(data)
    if len(pdf.pages) % 2:
        pdf.add_blank_page(page_size=(595, 842))
    out = Pdf.new()
    for start in range(0, len(pdf.pages), 2):
        sheet = out.add_blank_page(page_size=(842, 595))
        for place in (0, 1):
            form = out.copy_foreign(pdf.pages[start + place].as_form_xobject())
            name = sheet.add_resource(form, Name.XObject)
            sheet.contents_add(f"q 0.7071 0 0 0.7071 {421 * place} 0 cm {name} Do Q".encode())
    return saved(out)


def as_annotation(data: bytes, lines: tuple[str, ...], subtype: str, mark: bytes) -> bytes:
    """The mark set on the finished page by a viewer: a typewriter note, or a stamp with a look of its own."""
    pdf, look = opened(data), opened(mark)
    form = pdf.copy_foreign(look.pages[0].as_form_xobject())
    note = Dictionary(
        Type=Name.Annot,
        Subtype=Name(f"/{subtype}"),
        Rect=Array([330, 780, 560, 825]),
        F=4,
        Contents=pikepdf.String("\r".join(lines)),
        AP=Dictionary(N=form),
    )
    pdf.pages[0].Annots = Array([pdf.make_indirect(note)])
    return saved(pdf)


def as_form(data: bytes, value: str, kind: str) -> bytes:
    """The mark filled into a form's field, or chosen from a list, without a look drawn for it."""
    pdf = opened(data)
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name(f"/{kind}"),
        T=pikepdf.String("zyma"),
        V=pikepdf.String(value),
        Rect=Array([330, 790, 560, 815]),
        F=4,
        DA=pikepdf.String("/Helv 12 Tf 0 g"),
    )
    if kind == "Ch":
        field.Opt = Array([pikepdf.String(text) for text in ("VISIŠKAI SLAPTAI", "SLAPTAI", "KONFIDENCIALIAI")])
        field.Ff = 1 << 17
    one = pdf.make_indirect(field)
    pdf.pages[0].Annots = Array([one])
    pdf.Root.AcroForm = Dictionary(Fields=Array([one]), NeedAppearances=True)
    return saved(pdf)


def joined(*files: bytes) -> bytes:
    out = Pdf.new()
    for data in files:
        out.pages.extend(opened(data).pages)
    return saved(out)


def label_of(lines: tuple[str, ...], width: float = 230, height: float = 45, *, red: bool = False) -> bytes:
    """A small page with the lines and a frame: the look of a stamp."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height))
    if red:
        canvas.setStrokeColorRGB(0.8, 0, 0)
        canvas.setFillColorRGB(0.8, 0, 0)
        canvas.setLineWidth(2)
        canvas.rect(2, 2, width - 4, height - 4)
    canvas.setFont(paint.font("sans", bold=True), 14)
    for step, line in enumerate(lines):
        canvas.drawCentredString(width / 2, height - 20 - 16 * step, line)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


TYPE3_SIZE: Final = 1000


def type3_marks(sheet: Sheet) -> bytes:
    """The mark in a Type 3 font whose glyphs are named g1, g2, …: shapes alone."""
    blank = opened(paint.draw(sheet, marks=lambda *_: None))
    for page, lines in zip(blank.pages, paint.pages(sheet), strict=True):
        for line in (one for one in lines if one.mark):
            _type3_line(blank, page, line)
    return saved(blank)


def _type3_line(pdf: Pdf, page: pikepdf.Page, line: paint.Set) -> None:
    letters = sorted(set(line.text))
    procedures, widths = Dictionary(), []
    for number, char in enumerate(letters):
        drawn, advance = _glyph(char)
        procedures[f"/g{number}"] = pdf.make_stream(f"{advance} 0 d0\n{drawn} f".encode())
        widths.append(advance)
    differences = Array([1, *(Name(f"/g{number}") for number in range(len(letters)))])
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 0, 0]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=procedures,
        Encoding=Dictionary(Type=Name.Encoding, Differences=differences),
        FirstChar=1,
        LastChar=len(letters),
        Widths=Array(widths),
        Resources=Dictionary(),
    )
    name = page.add_resource(pdf.make_indirect(font), Name.Font)
    codes = "".join(f"{letters.index(char) + 1:02X}" for char in line.text)
    page.contents_add(f"BT {name} {line.size} Tf {line.x} {line.y} Td <{codes}> Tj ET".encode())


def _glyph(char: str) -> tuple[str, float]:
    """The letter's outline as path operators in thousandths, and how wide it is."""
    from reportlab.graphics.shapes import Path as Shape

    opened_font = paint.opened_font("serif", bold=True)
    glyphs = opened_font.getGlyphSet()
    title = opened_font.getBestCmap().get(ord(char), ".notdef")
    shape = Shape()
    glyphs[title].draw(paint.ReportLabPen(glyphs, shape))
    scale = TYPE3_SIZE / opened_font["head"].unitsPerEm
    points = iter([round(value * scale, 1) for value in shape.points])
    operators = {0: (2, "m"), 1: (2, "l"), 2: (6, "c"), 3: (0, "h")}
    drawn = []
    for operator in shape.operators:
        count, word = operators[operator]
        drawn.append(" ".join(str(next(points)) for _ in range(count)) + f" {word}")
    return "\n".join(drawn), round(glyphs[title].width * scale, 1)

"""The registry's journal as XLSX, CSV and a PDF that prints well.

Each bears the head of the ledger: kept on paper, it shows later that nothing was cut off (``register verify --head``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from marker.agreement.profile import Marking, Profile
from marker.model import MarkingId
from marker.records.letters import fonts
from marker.register.records import NOT_KNOWN, Head
from marker.register.search import Line

COLUMNS = (
    "Register number", "Received", "Sender's reference", "Sender's date", "Marking", "Stamped as", "Pages",
    "Copy number", "State", "Holder", "Since (UTC)", "Operator", "Consent", "Remarks",
)  # fmt: skip
_WIDTHS = (64, 46, 54, 46, 70, 76, 30, 88, 42, 70, 46, 48, 42, 64)
"""Of the PDF's columns, points; together the width of A4 across less its margins."""


@dataclass(frozen=True, slots=True)
class Journal:
    """Lines of a period and the end of the ledger when they were read."""

    lines: Sequence[Line]
    head: Head
    period: str
    """For people: ``2026-01-01 – 2026-12-31``."""
    printed: str
    """Local date, ISO 8601."""
    signature: str = ""
    """Of the head, as :mod:`marker.register.heads` makes it: key, time and signature; empty where there is no key."""

    @property
    def foot(self) -> str:
        return f"Ledger: event {self.head.seq}, head {self.head.hash}"

    def rows(self, profile: Profile) -> list[tuple[str, ...]]:
        """The cells of each line, in the order of :data:`COLUMNS`."""
        return [
            (
                line.document.register_number,
                line.document.registered_on,
                line.document.sender_ref or "",
                line.document.sender_date or "",
                _text(profile, line.document.marking, lambda marking: marking.own_text),
                _text(profile, line.document.equivalent, lambda marking: marking.stamp),
                str(line.document.pages or ""),
                line.copy_number,
                line.state.value,
                line.holder or "",
                line.since,
                line.operator,
                line.consent or "",
                line.remark,
            )
            for line in self.lines
        ]


def as_csv(journal: Journal, profile: Profile) -> bytes:
    """UTF-8 with a mark that spreadsheets know it by; the head stands in a last line of its own."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in journal.rows(profile))
    writer.writerow([journal.foot])
    if journal.signature:
        writer.writerow([journal.signature])
    return ("\ufeff" + out.getvalue()).encode()


def _harmless(cell: str) -> str:
    # A holder may be named "=cmd|…": spreadsheets would run it.
    return "'" + cell if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def as_xlsx(journal: Journal, profile: Profile) -> bytes:
    """One sheet with a header that stays, filters, and set up to print across A4; every cell is text."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Journal"
    for row in (COLUMNS, *journal.rows(profile)):
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell) for cell in row])
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.data_type = "s"  # openpyxl takes "=…" for a formula
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    for index, width in enumerate(_WIDTHS, start=1):
        sheet.cell(1, index).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(index)].width = width / 4
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for footer in (sheet.oddFooter, sheet.evenFooter):
        if footer is not None:  # the stubs allow for a sheet without
            footer.left.text, footer.right.text = journal.foot, "&P / &N"
    sheet.cell(sheet.max_row + 2, 1, journal.foot)
    if journal.signature:
        sheet.cell(sheet.max_row + 1, 1, journal.signature)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_pdf(journal: Journal, profile: Profile) -> bytes:
    """A4 across, the header row and the ledger's head on every page, page n of N."""
    from xml.sax.saxutils import escape

    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus.doctemplate import SimpleDocTemplate
    from reportlab.platypus.flowables import Spacer
    from reportlab.platypus.paragraph import Paragraph
    from reportlab.platypus.tables import LongTable, TableStyle

    regular, bold = fonts()
    small = ParagraphStyle("cell", fontName=regular, fontSize=6.5, leading=8, splitLongWords=1)
    strong = ParagraphStyle("head", parent=small, fontName=bold)
    title = ParagraphStyle("title", fontName=bold, fontSize=12, leading=16)

    cells = [[Paragraph(escape(name), strong) for name in COLUMNS]]
    stamped = COLUMNS.index("Stamped as")
    for row in journal.rows(profile):
        texts = [escape(cell) for cell in row]
        # A marking in two languages is one long word, which would break anywhere.
        texts[stamped] = texts[stamped].replace("/", "/<br/>")
        cells.append([Paragraph(text, small) for text in texts])
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    heading = f"Journal of received documents, {journal.period}; printed {journal.printed}"

    def build(total: str) -> tuple[bytes, int]:
        def foot(canvas: Any, page: Any) -> None:
            canvas.setFont(regular, 7)
            canvas.drawString(28, 18, journal.foot)
            canvas.setFont(regular, 5)
            canvas.drawString(28, 10, journal.signature)
            canvas.setFont(regular, 7)
            canvas.drawRightString(landscape(A4)[0] - 28, 18, f"{page.page} / {total}")

        out = io.BytesIO()
        table = LongTable(cells, colWidths=_WIDTHS, repeatRows=1, style=style)
        pages = SimpleDocTemplate(
            out, pagesize=landscape(A4), leftMargin=28, rightMargin=28, topMargin=28, bottomMargin=34, title="Journal",
            author="",
        )  # fmt: skip
        story = [Paragraph(escape(heading), title), Spacer(1, 6), table]
        pages.build(story, onFirstPage=foot, onLaterPages=foot)
        return out.getvalue(), int(pages.page)

    # How many pages there are is known only once they are set.
    _first, count = build("?")
    return build(str(count))[0]


def _text(profile: Profile, marking: MarkingId, of: Callable[[Marking], str]) -> str:
    """The marking in words; empty for a number that was made void unseen, after a restore."""
    return "" if marking == NOT_KNOWN else of(profile.marking(marking))

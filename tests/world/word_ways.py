"""Where and how Word users set a mark: each way takes a package and puts the sheet's mark into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.world.sheet import Sheet
from tests.world.word import (
    Package,
    complex_field,
    control,
    marks,
    paragraph,
    run,
    runs,
    table,
    textbox,
    watermark,
)

Way = Callable[[Package, Sheet], None]
WAYS: Final[dict[str, Way]] = {}


def way(function: Way) -> Way:
    WAYS[function.__name__.replace("_", "-")] = function
    return function


@way
def one_run(package: Package, sheet: Sheet) -> None:
    package.body += [paragraph(run(line), '<w:jc w:val="right"/>') for line in sheet.mark]


@way
def not_bold_left(package: Package, sheet: Sheet) -> None:
    """Pushed to the right by tabs, as typists do."""
    package.body += [paragraph("<w:r>" + "<w:tab/>" * 9 + "</w:r>" + run(line)) for line in sheet.mark]


@way
def line_breaks(package: Package, sheet: Sheet) -> None:
    inside = "<w:r><w:br/></w:r>".join(runs(line, "<w:b/>") for line in sheet.mark)
    package.body.append(paragraph(inside, '<w:jc w:val="right"/>'))


@way
def all_caps(package: Package, sheet: Sheet) -> None:
    package.body += [paragraph(runs(line.lower(), "<w:caps/>"), '<w:jc w:val="right"/>') for line in sheet.mark]


@way
def small_caps(package: Package, sheet: Sheet) -> None:
    package.body += [
        paragraph(runs(line.capitalize(), "<w:smallCaps/>"), '<w:jc w:val="right"/>') for line in sheet.mark
    ]


@way
def wide_spacing(package: Package, sheet: Sheet) -> None:
    look = '<w:b/><w:spacing w:val="120"/>'
    package.body += [paragraph(runs(line, look), '<w:jc w:val="center"/>') for line in sheet.mark]


@way
def style(package: Package, sheet: Sheet) -> None:
    package.body += [paragraph(run(line.lower()), '<w:pStyle w:val="Grif"/>') for line in sheet.mark]


@way
def text_box(package: Package, sheet: Sheet) -> None:
    package.body.append(paragraph(textbox(marks(sheet))))


@way
def text_box_in_header(package: Package, sheet: Sheet) -> None:
    package.header = paragraph(textbox(marks(sheet)))


@way
def header(package: Package, sheet: Sheet) -> None:
    package.header = marks(sheet)
    package.footer = marks(sheet)


@way
def header_control(package: Package, sheet: Sheet) -> None:
    gallery = '<w:docPartObj><w:docPartGallery w:val="Page Numbers (Top of Page)"/><w:docPartUnique/></w:docPartObj>'
    number = paragraph(complex_field("PAGE   \\* MERGEFORMAT", run("1")), '<w:jc w:val="center"/>')
    package.header = control(marks(sheet) + number, gallery)


@way
def header_table(package: Package, sheet: Sheet) -> None:
    package.header = table((("Reg. 345", "\n".join(sheet.mark), "1"),), cell=_lines) + paragraph("")


@way
def gallery_watermark(package: Package, sheet: Sheet) -> None:
    package.header = paragraph(watermark(" ".join(sheet.mark)))


@way
def frame(package: Package, sheet: Sheet) -> None:
    look = (
        '<w:framePr w:w="3000" w:hSpace="180" w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:x="8000" w:y="700"/>'
    )
    package.body += [paragraph(runs(line), look) for line in sheet.mark]


@way
def floating_table(package: Package, sheet: Sheet) -> None:
    place = '<w:tblpPr w:leftFromText="180" w:rightFromText="180" w:vertAnchor="page" w:tblpX="7000" w:tblpY="700"/>'
    package.body += [table((("\n".join(sheet.mark),),), place, _lines), paragraph("")]


@way
def letterhead_table(package: Package, sheet: Sheet) -> None:
    """The letterhead's own table: the sender on the left, the mark on the right."""
    package.body += [table((("\n".join(sheet.head), "\n".join(sheet.mark)),), cell=_lines), paragraph("")]


@way
def letterhead_table_last_cell(package: Package, sheet: Sheet) -> None:
    rows = ((sheet.head[0], ""), (sheet.head[1], ""), (sheet.head[2], "\n".join(sheet.mark)))
    package.body += [table(rows, cell=_lines), paragraph("")]


@way
def content_control(package: Package, sheet: Sheet) -> None:
    package.body += [
        control(paragraph(runs(line, "<w:b/>"), '<w:jc w:val="right"/>'), '<w:alias w:val="Гриф"/>')
        for line in sheet.mark
    ]


@way
def tracked_insertion(package: Package, sheet: Sheet) -> None:
    for line in sheet.mark:
        inside = f'<w:ins w:id="7" w:author="A" w:date="2026-10-14T09:00:00Z">{runs(line)}</w:ins>'
        package.body.append(paragraph(inside, '<w:jc w:val="right"/>'))


@way
def tracked_move(package: Package, sheet: Sheet) -> None:
    for line in sheet.mark:
        inside = f'<w:moveTo w:id="8" w:author="A" w:date="2026-10-14T09:00:00Z">{runs(line)}</w:moveTo>'
        package.body.append(paragraph(inside, '<w:jc w:val="right"/>'))


@way
def property_field(package: Package, sheet: Sheet) -> None:
    package.header = "".join(
        paragraph(complex_field('DOCPROPERTY  "Grif"  \\* MERGEFORMAT', run(line)), '<w:jc w:val="center"/>')
        for line in sheet.mark
    )


@way
def simple_field(package: Package, sheet: Sheet) -> None:
    package.header = "".join(
        paragraph(f'<w:fldSimple w:instr=" STYLEREF Гриф ">{run(line)}</w:fldSimple>', '<w:jc w:val="center"/>')
        for line in sheet.mark
    )


@way
def hyperlink(package: Package, sheet: Sheet) -> None:
    package.body += [
        paragraph(f'<w:hyperlink w:anchor="_top">{runs(line)}</w:hyperlink>', '<w:jc w:val="right"/>')
        for line in sheet.mark
    ]


@way
def smart_tag(package: Package, sheet: Sheet) -> None:
    package.body += [
        paragraph(f'<w:smartTag w:uri="urn:x" w:element="y">{runs(line)}</w:smartTag>', '<w:jc w:val="right"/>')
        for line in sheet.mark
    ]


@way
def right_tab_after_letterhead(package: Package, sheet: Sheet) -> None:
    lines = [f"{head}\t{mark}" for head, mark in zip(sheet.head, (*sheet.mark, "", "", ""), strict=False)]
    tabs = '<w:tabs><w:tab w:val="right" w:pos="9355"/></w:tabs>'
    package.body += [
        paragraph(run(a) + "<w:r><w:tab/></w:r>" + run(b), tabs) for a, b in (x.split("\t") for x in lines)
    ]


@way
def after_letterhead(package: Package, sheet: Sheet) -> None:
    """Under a long letterhead in two languages, as Kazakh forms have it."""
    package.body += [paragraph(run(line), '<w:jc w:val="center"/>') for line in (*sheet.head, *sheet.head)]
    package.body.append(marks(sheet))


@way
def last_paragraph_of_cover(package: Package, sheet: Sheet) -> None:
    """A cover sheet with empty paragraphs, the mark in its middle, large."""
    look = '<w:b/><w:sz w:val="72"/>'
    package.body += [paragraph("")] * 10
    package.body += [paragraph(run(line, look), '<w:jc w:val="center"/>') for line in sheet.mark]
    package.body.append(paragraph('<w:r><w:br w:type="page"/></w:r>'))


@way
def soft_hyphens(package: Package, sheet: Sheet) -> None:
    package.body += [
        paragraph(
            run(line[:3], "<w:b/>") + "<w:r><w:softHyphen/></w:r>" + run(line[3:], "<w:b/>"), '<w:jc w:val="right"/>'
        )
        for line in sheet.mark
    ]


def _lines(text: str) -> str:
    return "".join(paragraph(runs(line) if line else "") for line in text.split("\n"))

"""Files made by LibreOffice: a flat text document or RTF converted, Word files saved again."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from tests.world.sheet import Sheet

_SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)
_ALIGN = {"corner": "Right", "centre": "Centre"}
_STYLES = """
<office:styles><style:default-style style:family="paragraph"><style:text-properties style:font-name="DejaVu Serif"
 fo:font-family="'DejaVu Serif'" fo:font-size="11pt"/></style:default-style>
<style:style style:name="Standard" style:family="paragraph"/></office:styles>
<office:automatic-styles>
<style:style style:name="Right" style:family="paragraph"><style:paragraph-properties fo:text-align="end"/>
<style:text-properties fo:font-weight="bold" fo:font-size="12pt"/></style:style>
<style:style style:name="Centre" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/>
<style:text-properties fo:font-weight="bold" fo:font-size="12pt"/></style:style>
<style:style style:name="Spread" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/>
<style:text-properties fo:font-weight="bold" fo:letter-spacing="4pt"/></style:style>
<style:style style:name="NewPage" style:family="paragraph">
<style:paragraph-properties fo:break-before="page"/></style:style>
<style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"
 fo:margin-top="1.5cm" fo:margin-bottom="1.5cm" fo:margin-left="3cm" fo:margin-right="1.5cm"/>
<style:header-style/><style:footer-style/></style:page-layout></office:automatic-styles>"""


def flat(sheet: Sheet, place: str = "body") -> str:
    """A flat OpenDocument text; the mark among the text, in header and footer, or letterspaced."""
    align = "Spread" if place == "spread" else _ALIGN[sheet.place]
    lines = "".join(f'<text:p text:style-name="{align}">{escape(line)}</text:p>' for line in sheet.mark)
    foot = "".join(f'<text:p text:style-name="Centre">{escape(line)}</text:p>' for line in sheet.foot)
    header = f"<style:header>{lines}</style:header>" if place == "header" else ""
    footer = f"<style:footer>{foot}</style:footer>" if sheet.foot else ""
    body = ("" if place == "header" else lines) + _text(sheet)
    part = sheet.annex
    while part is not None:
        body += '<text:p text:style-name="NewPage"/>'
        body += "".join(f'<text:p text:style-name="{_ALIGN[part.place]}">{escape(line)}</text:p>' for line in part.mark)
        body += _text(part)
        part = part.annex
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {_SPACES} office:version="1.2" '
        f'office:mimetype="application/vnd.oasis.opendocument.text">{_STYLES}<office:master-styles><style:master-page '
        f'style:name="Standard" style:page-layout-name="A4">{header}{footer}</style:master-page></office:master-styles>'
        f"<office:body><office:text>{body}</office:text></office:body></office:document>"
    )


def _text(sheet: Sheet) -> str:
    made = "".join(f'<text:p text:style-name="Centre">{escape(line)}</text:p>' for line in sheet.head)
    made += f"<text:p>{escape(sheet.subject)}</text:p>"
    for block in sheet.body:
        if isinstance(block, tuple):
            rows = "".join(
                "<table:table-row>"
                + "".join(f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>" for cell in row)
                + "</table:table-row>"
                for row in block
            )
            columns = f'<table:table-column table:number-columns-repeated="{len(block[0])}"/>'
            made += f"<table:table>{columns}{rows}</table:table>"
        else:
            made += f"<text:p>{escape(block)}</text:p>"
    return made


def rtf(sheet: Sheet, place: str = "body") -> str:
    """RTF as an old word processor writes it."""
    align = r"\qr" if sheet.place == "corner" else r"\qc"
    lines = "".join(rf"\pard{align}\b {_coded(line)}\b0\par" + "\n" for line in sheet.mark)
    foot = "".join(rf"\pard\qc\b {_coded(line)}\b0\par" + "\n" for line in sheet.foot)
    header = r"{\header " + lines + "}" if place == "header" else ""
    footer = r"{\footer " + foot + "}" if foot else ""
    body = "" if place == "header" else lines
    part: Sheet | None = sheet
    while part is not None:
        if part is not sheet:
            body += r"\page " + "".join(rf"\pard{align}\b {_coded(line)}\b0\par" for line in part.mark)
        texts = (*part.head, part.subject, *(block for block in part.body if isinstance(block, str)))
        body += "".join(rf"\pard\ql {_coded(text)}\par" + "\n" for text in texts)
        part = part.annex
    return (
        r"{\rtf1\ansi\ansicpg1251\uc1\deff0{\fonttbl{\f0 DejaVu Serif;}}" + header + footer + r"\f0\fs24 " + body + "}"
    )


def _coded(text: str) -> str:
    return "".join(char if char.isascii() else rf"\u{ord(char)}?" for char in text)


def converted(data: bytes | str, suffix: str, to: str) -> bytes:
    """What LibreOffice makes of a file.  Raises FileNotFoundError when it made nothing."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / f"letter.{suffix}"
        source.write_bytes(data if isinstance(data, bytes) else data.encode())
        out = folder / "out"
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", to,
             "--outdir", str(out), str(source)],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        return (out / f"letter.{to.split(':', maxsplit=1)[0]}").read_bytes()

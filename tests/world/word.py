"""DOCX as Word writes it: runs cut by spell checking and revision marks, text boxes stored twice, headers in controls.

The XML is put together by hand after files that Word saved, element for element; python-docx has no part in it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tests.world.sheet import Rows, Sheet

_SPACES: Final = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w10": "urn:schemas-microsoft-com:office:word",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}
NAMESPACES: Final = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _SPACES.items()) + ' mc:Ignorable="w14"'
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE: Final = _SPACES["r"]
_TYPES: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_LANGUAGES: Final = {"lt": "lt-LT", "kk": "kk-KZ", "ru": "ru-RU", "en": "en-GB"}

STYLES: Final = f"""{_XML}<w:styles {NAMESPACES}>
<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"/>
<w:sz w:val="24"/><w:szCs w:val="24"/><w:lang w:val="en-GB"/></w:rPr></w:rPrDefault>
<w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="259" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/><w:qFormat/></w:style>
<w:style w:type="paragraph" w:styleId="a3"><w:name w:val="header"/><w:basedOn w:val="a"/></w:style>
<w:style w:type="paragraph" w:customStyle="1" w:styleId="Grif"><w:name w:val="Гриф"/><w:basedOn w:val="a"/>
<w:pPr><w:jc w:val="right"/></w:pPr><w:rPr><w:b/><w:caps/><w:spacing w:val="40"/></w:rPr></w:style>
</w:styles>"""


@dataclass
class Package:
    """Parts of a DOCX in the making."""

    language: str = "lt"
    body: list[str] = field(default_factory=list)
    header: str = ""
    footer: str = ""
    section: str = ""
    """More elements of the section's properties, after the references."""
    settings: str = ""
    parts: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Name below ``word/`` or absolute with ``/``: content type and bytes."""
    rels: list[tuple[str, str, str]] = field(default_factory=list)
    """Relations of the document: id, type (last word or whole), target."""
    header_rels: list[tuple[str, str, str]] = field(default_factory=list)
    root_rels: list[tuple[str, str, str]] = field(default_factory=list)
    """Relations of the package beside the document's."""

    def save(self) -> bytes:
        parts = dict(self.parts)
        rels = [("rId1", "styles", "styles.xml"), ("rId2", "settings", "settings.xml"), *self.rels]
        references = ""
        for name, inside in (("header", self.header), ("footer", self.footer)):
            if inside:
                tag = {"header": "w:hdr", "footer": "w:ftr"}[name]
                xml = f"{_XML}<{tag} {NAMESPACES}>{inside}</{tag}>"
                parts[f"{name}1.xml"] = (f"{_TYPES}{name}+xml", xml.encode())
                rels.append((f"rId{name}", name, f"{name}1.xml"))
                references += f'<w:{name}Reference w:type="default" r:id="rId{name}"/>'
        section = (
            f'<w:sectPr w:rsidR="00A1B2C3">{references}<w:pgSz w:w="11906" w:h="16838"/>'
            '<w:pgMar w:top="1134" w:right="850" w:bottom="1134" w:left="1701" w:header="708" w:footer="708"/>'
            f"{self.section}</w:sectPr>"
        )
        document = f"{_XML}<w:document {NAMESPACES}><w:body>{''.join(self.body)}{section}</w:body></w:document>"
        settings = f"{_XML}<w:settings {NAMESPACES}>{self.settings}</w:settings>"
        parts["document.xml"] = (f"{_TYPES}document.main+xml", document.encode())
        parts["styles.xml"] = (f"{_TYPES}styles+xml", STYLES.encode())
        parts["settings.xml"] = (f"{_TYPES}settings+xml", settings.encode())
        return self._zip(parts, rels)

    def _zip(self, parts: dict[str, tuple[str, bytes]], rels: list[tuple[str, str, str]]) -> bytes:
        names = {name: name[1:] if name.startswith("/") else f"word/{name}" for name in parts}
        overrides = "".join(
            f'<Override PartName="/{names[name]}" ContentType="{kind}"/>' for name, (kind, _) in parts.items() if kind
        )
        types = (
            f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
            f"{overrides}</Types>"
        )
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("[Content_Types].xml", types)
            root = [("rId1", "officeDocument", "word/document.xml"), *self.root_rels]
            package.writestr("_rels/.rels", relationships(root))
            package.writestr("word/_rels/document.xml.rels", relationships(rels))
            if self.header_rels:
                package.writestr("word/_rels/header1.xml.rels", relationships(self.header_rels))
            for name, (_, data) in parts.items():
                package.writestr(names[name], data)
        return out.getvalue()


def relationships(rows: list[tuple[str, str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="{number}" Type="{kind if "/" in kind else f"{_OFFICE}/{kind}"}" Target="{target}"/>'
        for number, kind, target in rows
    )
    return f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'


# ── pieces ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def run(text: str, properties: str = "") -> str:
    look = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r w:rsidRPr="00D45F1A">{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def runs(text: str, properties: str = "", language: str = "lt") -> str:
    """One line as Word keeps it after typing, correcting and spell checking: cut within words."""
    code = f'<w:lang w:val="{_LANGUAGES.get(language, "en-GB")}"/>'
    cut = max(1, len(text) // 3)
    return (
        '<w:proofErr w:type="spellStart"/>'
        + run(text[:cut], properties)
        + '<w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/>'
        + run(text[cut : 2 * cut], properties + code)
        + '<w:proofErr w:type="spellEnd"/>'
        + run(text[2 * cut :], properties)
    )


def paragraph(inside: str, properties: str = "") -> str:
    look = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f'<w:p w14:paraId="1F2E3D4C" w:rsidR="00A1B2C3" w:rsidRDefault="00D45F1A">{look}{inside}</w:p>'


def table(rows: Rows, properties: str = "", cell: Callable[[str], str] | None = None) -> str:
    draw = cell or (lambda text: paragraph(run(text)))
    width = 9355 // max(map(len, rows))
    inside = "".join(
        "<w:tr>"
        + "".join(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{draw(text)}</w:tc>' for text in row)
        + "</w:tr>"
        for row in rows
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for _ in range(max(map(len, rows))))
    look = f'<w:tblPr><w:tblW w:w="0" w:type="auto"/>{properties}</w:tblPr>'
    return f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>{inside}</w:tbl>"


def textbox(inside: str) -> str:
    """A text box as Word 2010 and later store it: the drawing, and its VML copy for older readers."""
    anchor = (
        '<wp:anchor distT="45720" distB="45720" distL="114300" distR="114300" simplePos="0" relativeHeight="251659264" '
        'behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="column"><wp:posOffset>3800000</wp:posOffset></wp:positionH>'
        '<wp:positionV relativeFrom="paragraph"><wp:posOffset>-300000</wp:posOffset></wp:positionV>'
        '<wp:extent cx="2360930" cy="640000"/><wp:wrapSquare wrapText="bothSides"/>'
        '<wp:docPr id="217" name="Text Box 2"/>'
        '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        '<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2360930" cy="640000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>'
        f"<wps:txbx><w:txbxContent>{inside}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic>"
        "</wp:anchor>"
    )
    fallback = (
        '<w:pict><v:shape id="_x0000_s1026" type="#_x0000_t202" style="position:absolute;margin-left:300pt;'
        f'margin-top:-24pt;width:186pt;height:50pt"><v:textbox><w:txbxContent>{inside}</w:txbxContent></v:textbox></v:shape></w:pict>'
    )
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{anchor}</w:drawing></mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def watermark(text: str) -> str:
    """The watermark of Word's gallery: a WordArt shape in the header."""
    return (
        '<w:sdt><w:sdtPr><w:id w:val="-1589924921"/><w:docPartObj><w:docPartGallery w:val="Watermarks"/>'
        "<w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent><w:r><w:pict>"
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" '
        'o:spt="136" path="m@7,l@8,m@5,21600l@6,21600e"><v:path textpathok="t"/><v:textpath on="t" fitshape="t"/>'
        '</v:shapetype><v:shape id="PowerPlusWaterMarkObject357476642" o:spid="_x0000_s2049" type="#_x0000_t136" '
        'style="position:absolute;margin-left:0;margin-top:0;width:412pt;height:247pt;rotation:315;z-index:-251658752" '
        f'o:allowincell="f" fillcolor="silver" stroked="f"><v:fill opacity=".5"/><v:textpath style="font-family:&quot;'
        f'Calibri&quot;;font-size:1pt" string={quoteattr(text)}/></v:shape></w:pict></w:r></w:sdtContent></w:sdt>'
    )


def control(inside: str, properties: str = "") -> str:
    return f'<w:sdt><w:sdtPr><w:id w:val="1234567"/>{properties}</w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>'


def complex_field(instruction: str, result: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def image(relation: str, width: int, height: int) -> str:
    """A picture in line with the text; lengths in EMU."""
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        '<wp:docPr id="5" name="Picture 5"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/'
        'picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="5" name="image"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
        f'<a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


# ── letters ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_JUSTIFY: Final = {"corner": '<w:jc w:val="right"/>', "centre": '<w:jc w:val="center"/>'}


def marks(sheet: Sheet, lines: tuple[str, ...] | None = None, bold: str = "<w:b/>") -> str:
    """The mark's lines, each a paragraph, aligned as the sheet says."""
    return "".join(
        paragraph(runs(line, bold, sheet.language), _JUSTIFY[sheet.place])
        for line in (sheet.mark if lines is None else lines)
    )


def text_of(sheet: Sheet) -> list[str]:
    """Letterhead, subject and body."""
    made = [paragraph(runs(line, "<w:b/>", sheet.language), '<w:jc w:val="center"/>') for line in sheet.head]
    if sheet.subject:
        made.append(paragraph(run(sheet.subject, "<w:b/>"), '<w:spacing w:before="240"/>'))
    for block in sheet.body:
        made.append(
            table(block)
            if isinstance(block, tuple)
            else paragraph(runs(block, "", sheet.language), '<w:ind w:firstLine="709"/><w:jc w:val="both"/>')
        )
    return made


def letter(sheet: Sheet, way: Callable[[Package, Sheet], None] | None = None) -> bytes:
    """The letter, its mark set by ``way``: as paragraphs above the letterhead unless said otherwise."""
    package = Package(sheet.language)
    if way is None:
        package.body.append(marks(sheet))
        package.footer = marks(sheet, sheet.foot)
    else:
        way(package, sheet)
    package.body += text_of(sheet)
    part = sheet.annex
    while part is not None:
        package.body.append(paragraph('<w:r><w:br w:type="page"/></w:r>'))
        package.body += [marks(part), *text_of(part), marks(part, part.foot)]
        part = part.annex
    return package.save()

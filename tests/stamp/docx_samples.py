"""Documents that the DOCX tests build for themselves, and ways to look into a stamped one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from docx import Document
from docx.document import Document as DocxDocument
from lxml import etree

from marker.agreement.load import load_profile
from marker.model import CopyOrder, PartyId, StampResult
from marker.numbering import CopyNumber, format_register_number
from marker.stamp.docx import stamp_docx

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NS = {"w": W, "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships"}
WORDS = "Ministerija siunčia priemonių planą ir prašo pateikti pastabas iki nustatyto termino. "
MAIN = "word/document.xml"


def order(
    to: str = "KZ", *, index: int = 1, size: int | None = 2, recipient: str | None = None, **texts: str
) -> CopyOrder:
    """A made-up copy; ``texts`` may replace marking and originator's marking."""
    profile = load_profile()
    marking = profile.marking("kz:secret" if to == "KZ" else "lt:secret").stamp
    originator = profile.marking("lt:confidential" if to == "KZ" else "kz:secret").stamp
    return CopyOrder(
        receiving=PartyId(to),
        sending=profile.other(to).id,
        marking_text=texts.get("marking", marking),
        originator_text=texts.get("originator", originator),
        register_number=format_register_number(PartyId(to), 2026, 123),
        copy_number=str(CopyNumber(PartyId(to), 2026, 123, index)),
        copy_index=index,
        set_size=size,
        date="2026-11-22",
        recipient=recipient,
    )


def stamped(source: Path, wanted: CopyOrder | None = None) -> tuple[Path, StampResult]:
    target = source.with_name(f"{source.stem}-stamped.docx")
    (result,) = stamp_docx(source, [(wanted or order(), target)], load_profile())
    return target, result


def document(path: Path, build: Callable[[DocxDocument], object] | None = None, paragraphs: int = 3) -> Path:
    """A document of python-docx's default template with some text."""
    made = Document()
    for number in range(paragraphs):
        made.add_paragraph(f"{number} {WORDS * 2}")
    if build is not None:
        build(made)
    made.save(str(path))
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {info.filename: package.read(info) for info in package.infolist()}


def raw_parts(path: Path) -> dict[str, bytes]:
    """The compressed bytes as they lie in the file."""
    found = {}
    data = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for info in package.infolist():
            header = info.header_offset
            start = header + 30 + int.from_bytes(data[header + 26 : header + 28], "little")
            start += int.from_bytes(data[header + 28 : header + 30], "little")
            found[info.filename] = data[start : start + info.compress_size]
    return found


def package(path: Path, content: Mapping[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in content.items():
            made.writestr(name, data)
    return path


def edited(path: Path, **changes: Callable[[str], str]) -> Path:
    """Rewrite parts in place; a part is named by its last word: ``document``, ``settings``, ``types``, ``rels``."""
    names = {"document": MAIN, "types": "[Content_Types].xml", "rels": "word/_rels/document.xml.rels"}
    content = parts(path)
    for key, change in changes.items():
        name = names.get(key, f"word/{key}.xml")
        content[name] = change(content[name].decode("utf-8")).encode("utf-8")
    return package(path, content)


def xml(path: Path, part: str) -> etree._Element:
    return etree.fromstring(parts(path)[part])


def text_of(element: etree._Element) -> str:
    return "".join(t.text or "" for t in element.iter("{*}t"))


def stories(path: Path) -> dict[tuple[int, str, str], str]:
    """The header and footer part each section names, by number of section, story and kind."""
    relations = {r.get("Id"): r.get("Target") for r in xml(path, "word/_rels/document.xml.rels")}
    found: dict[tuple[int, str, str], str] = {}
    for number, section in enumerate(xml(path, MAIN).iter("{*}sectPr"), start=1):
        for reference in section:
            name = etree.QName(reference).localname
            if name in {"headerReference", "footerReference"}:
                attributes = {etree.QName(k).localname: v for k, v in reference.attrib.items()}
                target = relations[attributes["id"]]
                found[number, name.removesuffix("Reference"), attributes["type"]] = f"word/{target}"
    return found


def frames(element: etree._Element) -> list[etree._Element]:
    """The paragraphs that stand in frames anchored to the page."""
    return [
        paragraph
        for paragraph in element.iter(f"{{{W}}}p")
        if (frame := paragraph.find("w:pPr/w:framePr", NS)) is not None and frame.get(f"{{{W}}}vAnchor") == "page"
    ]


MINIMAL = {
    "[Content_Types].xml": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="word/document.xml"/></Relationships>'
    ),
    MAIN: f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>Laiškas</w:t></w:r></w:p></w:body></w:document>',
}
"""The smallest package: no styles, no settings, no section, no relationships of its main part."""


def minimal(path: Path, **replaced: str) -> Path:
    """The smallest package, with ``document``, ``types`` or ``root`` replaced."""
    names = {"document": MAIN, "types": "[Content_Types].xml", "root": "_rels/.rels"}
    return package(path, MINIMAL | {names[key]: value for key, value in replaced.items()})


def of_kind(path: Path, ending: str) -> Path:
    """The same document as ``docm``, ``dotx`` or ``dotm``, with a macro part where there may be one."""
    plain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    content = parts(path)
    types = content["[Content_Types].xml"].decode().replace(plain, KINDS[ending])
    if ending.endswith("m"):
        declared = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
        types = types.replace("</Types>", declared)
        content["word/vbaProject.bin"] = b"\xd0\xcf\x11\xe0 made-up macros"
        related = (
            '<Relationship Id="rIdVba" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
            'Target="vbaProject.bin"/></Relationships>'
        )
        rels = "word/_rels/document.xml.rels"
        content[rels] = content[rels].decode().replace("</Relationships>", related).encode()
    return package(path.with_suffix(f".{ending}"), content | {"[Content_Types].xml": types})


KINDS = {
    "docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
    "dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "dotm": "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
}


def signed(path: Path) -> Path:
    """The same document with the parts of an electronic signature; what it says is of no weight here."""
    origin = (
        '<Relationship Id="rIdSig" Target="_xmlsignatures/origin.sigs" Type="http://schemas.openxmlformats.org/package/'
        '2006/relationships/digital-signature/origin"/></Relationships>'
    )
    types = (
        '<Default Extension="sigs" ContentType="application/vnd.openxmlformats-package.digital-signature-origin"/>'
        '<Override PartName="/_xmlsignatures/sig1.xml" ContentType="application/vnd.openxmlformats-package.'
        'digital-signature-xmlsignature+xml"/></Types>'
    )
    content = parts(path)
    for name, end, added in (("_rels/.rels", "</Relationships>", origin), ("[Content_Types].xml", "</Types>", types)):
        content[name] = content[name].decode().replace(end, added).encode()
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/signature" '
        'Target="sig1.xml"/></Relationships>'
    )
    content |= {
        "_xmlsignatures/origin.sigs": b"",
        "_xmlsignatures/_rels/origin.sigs.rels": related.encode(),
        "_xmlsignatures/sig1.xml": b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>',
    }
    return package(path, content)


def strict(path: Path) -> Path:
    """The same document in the Strict dialect."""
    changes = {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "http://purl.oclc.org/ooxml/wordprocessingml/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            "http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
        "http://schemas.openxmlformats.org/drawingml/2006/": "http://purl.oclc.org/ooxml/drawingml/",
    }
    content = parts(path)
    for name, data in content.items():
        if name.endswith((".xml", ".rels")):
            text = data.decode("utf-8")
            for old, new in changes.items():
                text = text.replace(old, new)
            content[name] = text.encode("utf-8")
    return package(path, content)

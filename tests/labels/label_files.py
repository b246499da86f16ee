"""Letters of both formats with labels in them, as other systems write them and as attackers would."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject

from marker.agreement.load import load_profile
from marker.detect.judge import examine
from marker.model import CopyOrder, PartyId, Verdict
from marker.proof.prove import prove
from marker.readers.base import ReaderLimits
from marker.readers.read import read
from marker.settings import Settings
from marker.stamp.make import stamp
from tests.cli.conftest import write_letter

MB = "urn:nato:stanag:4778:bindinginformation:1:0"
SLAB = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
KAZ = "urn:oid:2.25.151720892991676508347855065079440437886"
LTU = "urn:oid:2.25.77650782425032574310830899867062262767"
ORDER = CopyOrder(
    receiving=PartyId("KZ"), sending=PartyId("LT"), marking_text="ҚҰПИЯ/СЕКРЕТНО", originator_text="SLAPTAI",
    register_number="KZ-2026-000001", copy_number="KZ-2026-000001-01-5", copy_index=1, set_size=1, date="2026-11-22",
    sidecar_for="raštas.pdf",
)  # fmt: skip
PDFA = (
    '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>2</pdfaid:part>'
    "<pdfaid:conformance>B</pdfaid:conformance></rdf:Description>"
)
SCHEMA = (
    '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
    'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Archive</pdfaSchema:schema>'
    "<pdfaSchema:namespaceURI>urn:example:archive#</pdfaSchema:namespaceURI><pdfaSchema:prefix>ar</pdfaSchema:prefix>"
    "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)


def label(
    classification: str = "SLAPTAI", policy: str = "LTU", uri: str = LTU, kind: str = "originator", more: str = ""
) -> str:
    """One label that has all the standard asks for."""
    about = f' URI="{uri}"' if uri else ""
    return (
        f'<s:{kind}ConfidentialityLabel xmlns:s="{SLAB}" ReviewDateTime="2031-01-01T00:00:00Z">'
        f"<s:ConfidentialityInformation><s:PolicyIdentifier{about}>{policy}</s:PolicyIdentifier>"
        f"<s:Classification>{classification}</s:Classification>{more}</s:ConfidentialityInformation>"
        "<s:CreationDateTime>2026-01-01T00:00:00Z</s:CreationDateTime>"
        f"</s:{kind}ConfidentialityLabel>"
    )


def binding(*labels: str, reference: str = "") -> str:
    """A binding with each label in a Metadata of its own."""
    metadata = "".join(f"<m:Metadata>{one}</m:Metadata>" for one in labels)
    return (
        f'<m:BindingInformation xmlns:m="{MB}"><m:MetadataBindingContainer><m:MetadataBinding Id="a">{metadata}'
        f'<m:DataReference URI="{reference}"/></m:MetadataBinding></m:MetadataBindingContainer></m:BindingInformation>'
    )


def packet(inner: str) -> bytes:
    """An XMP packet around descriptions."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{inner}</rdf:RDF></x:xmpmeta>'
        '<?xpacket end="w"?>'
    ).encode()


def described(text: str) -> str:
    """The XMP property of a binding."""
    return (
        f'<rdf:Description rdf:about="" xmlns:mbxmp="{MB}:xmp#"><mbxmp:bindingInformation>{escape(text)}'
        "</mbxmp:bindingInformation></rdf:Description>"
    )


def pdf_letter(path: Path, marking: str | None = "SLAPTAI", xmp: bytes | None = None) -> Path:
    """A letter of Lithuanian practice with that XMP packet."""
    write_letter(path, marking)
    if xmp is not None:
        writer = PdfWriter(clone_from=PdfReader(path))
        stream = StreamObject()
        stream.set_data(xmp)
        stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
        writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
        writer.write(path)
    return path


def docx_letter(path: Path, marking: str | None = "SLAPTAI", part: str | None = None) -> Path:
    """The same as a Word document, the marking in header and footer; ``part`` is a custom XML part of it."""
    document = Document()
    for number in range(5):
        document.add_paragraph(f"{number + 1}. Gerbiami kolegos, siunčiame planą.")
    section = document.sections[0]
    for story in (section.header, section.footer):
        story.paragraphs[0].text = marking or ""
        story.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    if part is not None:
        package = document.part.package
        assert package is not None
        data = Part(PackURI("/customXml/item7.xml"), "application/xml", part.encode(), package)
        document.part.relate_to(data, RELATIONSHIP_TYPE.CUSTOM_XML)
    document.save(str(path))
    return path


def with_properties(path: Path, properties: Mapping[str, str]) -> Path:
    """The Word document with those custom properties."""
    listed = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name="{escape(name)}">'
        f"<vt:lpwstr>{escape(text)}</vt:lpwstr></property>"
        for number, (name, text) in enumerate(properties.items(), start=2)
    )
    xml = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        f'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{listed}</Properties>'
    )
    document = Document(str(path))
    package = document.part.package
    assert package is not None
    kind = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    package.relate_to(
        Part(PackURI("/docProps/custom.xml"), kind, xml.encode(), package), RELATIONSHIP_TYPE.CUSTOM_PROPERTIES
    )
    document.save(str(path))
    return path


def stamped(source: Path, order: CopyOrder = ORDER) -> tuple[Path, bytes]:
    """A proved copy and its sidecar."""
    copy = source.with_name(f"copy of {source.name}")
    file_format = source.suffix[1:]
    (result,) = stamp(file_format, source, [(order, copy)], load_profile(), Settings())
    prove(file_format, source, copy, order, load_profile())
    return copy, result.sidecar


def judged(path: Path, receiving: str = "KZ") -> Verdict:
    """The verdict of a file whose pages need no OCR."""
    return examine(read(path, ReaderLimits()), load_profile(), PartyId(receiving))


def xmp_of(path: Path) -> bytes:
    """The packet of a PDF."""
    metadata = PdfReader(path).root_object["/Metadata"].get_object()
    assert isinstance(metadata, StreamObject)
    return bytes(metadata.get_data())


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """A DOCX with its binding changed as an attacker would."""
    other = path.with_name(f"tampered {path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            is_label = info.filename.startswith("customXml/item") and MB.encode() in data and b"Metadata" in data
            new.writestr(info, change(data) if is_label else data)
    return other


def tampered_pdf(path: Path, old: str, new: str) -> Path:
    """A PDF with words of its metadata changed, of the same length in bytes."""
    assert len(old.encode()) == len(new.encode())
    other = path.with_name(f"tampered {path.name}")
    shutil.copy(path, other)
    data = other.read_bytes()
    assert old.encode() in data
    other.write_bytes(data.replace(old.encode(), new.encode()))
    return other

"""The label in a PDF's XMP: beside what is there, readable by others, and PDF/A stays PDF/A."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from lxml import etree
from pypdf import PdfReader

from marker.labels.read import copies_of
from marker.labels.xmp import bindings_in

from .label_files import (
    LTU,
    ORDER,
    PDFA,
    SCHEMA,
    binding,
    described,
    judged,
    label,
    packet,
    pdf_letter,
    stamped,
    xmp_of,
)

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PROPERTY = "{urn:nato:stanag:4778:bindinginformation:1:0:xmp#}bindingInformation"
NAMES = {
    "rdf": RDF[1:-1],
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}


def tree(path: Path) -> etree._Element:
    data = xmp_of(path)
    return etree.fromstring(data[data.index(b"<x:") : data.rindex(b"<?xpacket")])


def labels_in(path: Path) -> list[tuple[str, str]]:
    (text,) = bindings_in(xmp_of(path))
    root = etree.fromstring(text.encode())
    found = [e for e in root.iter() if str(e.tag).endswith("ConfidentialityLabel")]
    return [(etree.QName(e).localname, "".join(map(str, e.itertext()))) for e in found]


def test_a_copy_names_its_number_and_both_markings(tmp_path: Path) -> None:
    copy, _ = stamped(pdf_letter(tmp_path / "a.pdf"))
    (text,) = bindings_in(xmp_of(copy))
    assert [one.copy_number for one in copies_of(text.encode())] == [ORDER.copy_number]
    assert '<mb:DataReference URI="">' in text
    (originator, one), (alternative, other) = labels_in(copy)
    assert (originator, alternative) == ("originatorConfidentialityLabel", "alternativeConfidentialityLabel")
    assert one.startswith("LTUSLAPTAI")
    assert other.startswith("KAZҚҰПИЯ/СЕКРЕТНО")


def test_other_libraries_read_it(tmp_path: Path) -> None:
    copy, _ = stamped(pdf_letter(tmp_path / "a.pdf"))
    with pikepdf.open(copy) as pdf:
        assert ORDER.copy_number in pdf.open_metadata()[PROPERTY]
        assert pdf.Root.Metadata.Type == "/Metadata"
        assert pdf.Root.Metadata.Subtype == "/XML"
        assert "/Filter" not in pdf.Root.Metadata  # PDF/A-1 allows none
    metadata = PdfReader(copy).xmp_metadata
    assert metadata is not None
    values = list(metadata.get_nodes_in_namespace("", "urn:nato:stanag:4778:bindinginformation:1:0:xmp#"))
    assert len(values) == 1


def test_the_property_is_described_in_an_extension_schema(tmp_path: Path) -> None:
    copy, _ = stamped(pdf_letter(tmp_path / "a.pdf", xmp=packet(PDFA)))
    (schema,) = tree(copy).findall(".//pdfaExtension:schemas/rdf:Bag/rdf:li", NAMES)
    assert schema.get(f"{RDF}parseType") == "Resource"
    texts = {etree.QName(child).localname: child.text for child in schema}
    assert texts["namespaceURI"] == "urn:nato:stanag:4778:bindinginformation:1:0:xmp#"
    assert texts["prefix"] == "mbxmp"
    (entry,) = schema.findall("pdfaSchema:property/rdf:Seq/rdf:li", NAMES)
    assert [etree.QName(child).localname for child in entry] == ["name", "valueType", "category", "description"]
    assert [child.text for child in entry][:3] == ["bindingInformation", "Text", "external"]


def test_a_claim_to_pdf_a_and_an_extension_schema_that_is_there_stay(tmp_path: Path) -> None:
    copy, _ = stamped(pdf_letter(tmp_path / "a.pdf", xmp=packet(PDFA + SCHEMA)))
    with pikepdf.open(copy) as pdf:
        assert pdf.open_metadata().pdfa_status == "2B"
    uris = [uri.text for uri in tree(copy).iter(f"{{{NAMES['pdfaSchema']}}}namespaceURI")]
    assert uris == ["urn:example:archive#", "urn:nato:stanag:4778:bindinginformation:1:0:xmp#"]
    assert len(tree(copy).findall(".//pdfaExtension:schemas", NAMES)) == 1


def test_every_description_speaks_of_the_same_resource(tmp_path: Path) -> None:
    """ISO 16684-1, 7.4: all top-level descriptions of a packet have one value of rdf:about."""
    xmp = packet(PDFA.replace('rdf:about=""', 'rdf:about="uuid:1"'))
    copy, _ = stamped(pdf_letter(tmp_path / "a.pdf", xmp=xmp))
    assert {d.get(f"{RDF}about") for d in tree(copy).iter(f"{RDF}Description")} == {"uuid:1"}


def test_title_and_author_stay(tmp_path: Path) -> None:
    xmp = packet(
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        '<rdf:li xml:lang="x-default">Planas</rdf:li></rdf:Alt></dc:title></rdf:Description>'
    )
    copy, _ = stamped(pdf_letter(tmp_path / "a.pdf", xmp=xmp))
    with pikepdf.open(copy) as pdf:
        assert pdf.open_metadata()["dc:title"] == "Planas"


def test_a_label_of_the_sender_is_kept_verbatim_as_the_originators(tmp_path: Path) -> None:
    theirs = label(more="<s:PrivacyMark>urgent</s:PrivacyMark>")
    source = pdf_letter(tmp_path / "a.pdf", xmp=packet(described(binding(theirs))))
    copy, sidecar = stamped(source)
    kinds = [kind for kind, _ in labels_in(copy)]
    assert kinds == ["originatorConfidentialityLabel"] * 2 + ["alternativeConfidentialityLabel"]
    (_, one), (_, other), _ = labels_in(copy)
    assert one == other  # theirs as it stood, and in our binding
    assert b"PrivacyMark>urgent" in sidecar
    assert sidecar.count(b"</slab:originatorConfidentialityLabel>") == 1


def test_a_label_that_is_no_xml_holds_and_stays_in_the_copy_of_a_released_file(tmp_path: Path) -> None:
    source = pdf_letter(tmp_path / "a.pdf", xmp=packet(PDFA + described("<m:BindingInformation")))
    hold = judged(source).hold
    assert hold is not None
    assert hold.code == "attachment"
    copy, _ = stamped(source)
    metadata = PdfReader(copy).root_object["/Metadata"].get_object()
    assert b"&lt;m:BindingInformation" in metadata["/MARKER_Received"].get_object().get_data()  # type: ignore[index]
    with pikepdf.open(copy) as pdf:
        assert pdf.open_metadata().pdfa_status == "2B"


@pytest.mark.parametrize(
    "xmp",
    [
        b"",
        b"\0\0",
        b"no xml",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        packet(PDFA.replace("www.aiim.org", "www&amp;#x0;")),
    ],
)
def test_a_packet_that_is_no_xml_gives_way_and_stays_aside(xmp: bytes, tmp_path: Path) -> None:
    copy, _ = stamped(pdf_letter(tmp_path / "a.pdf", xmp=xmp))
    metadata = PdfReader(copy).root_object["/Metadata"].get_object()
    assert ("/MARKER_Received" in metadata) == bool(xmp.strip(b"\0"))  # type: ignore[operator]


def test_utf_16_packets_are_extended(tmp_path: Path) -> None:
    xmp = packet(PDFA).decode().encode("utf-16")
    copy, _ = stamped(pdf_letter(tmp_path / "a.pdf", xmp=xmp))
    with pikepdf.open(copy) as pdf:
        assert pdf.open_metadata().pdfa_status == "2B"


def test_a_label_in_short_form_is_found_and_taken_over(tmp_path: Path) -> None:
    from xml.sax.saxutils import quoteattr

    short = (
        '<rdf:Description rdf:about="" xmlns:b="urn:nato:stanag:4778:bindinginformation:1:0:xmp#" '
        f"b:bindingInformation={quoteattr(binding(label(uri=LTU)))}/>"
    )
    copy, _ = stamped(pdf_letter(tmp_path / "a.pdf", xmp=packet(short)))
    assert len(labels_in(copy)) == 3


def test_a_label_whose_elements_stand_in_the_packet_itself_is_read_and_taken_over(tmp_path: Path) -> None:
    inner = binding(label("VISIŠKAI SLAPTAI"))
    start = "<mbxmp:bindingInformation"
    literal = described("").replace(f"{start}>", f'{start} rdf:parseType="Literal">{inner}')
    hold = judged(pdf_letter(tmp_path / "a.pdf", xmp=packet(literal))).hold
    assert hold is not None
    assert hold.code == "conflict"
    agreeing = pdf_letter(tmp_path / "b.pdf", xmp=packet(literal.replace("VISIŠKAI SLAPTAI", "SLAPTAI")))
    copy, _ = stamped(agreeing)
    assert len(labels_in(copy)) == 3


def test_a_packet_without_a_canonical_form_is_extended_all_the_same(tmp_path: Path) -> None:
    xmp = packet(PDFA + '<rdf:Description rdf:about="" xmlns:a="relative"><a:b>kept</a:b></rdf:Description>')
    copy, _ = stamped(pdf_letter(tmp_path / "a.pdf", xmp=xmp))
    assert b"<a:b>kept</a:b>" in xmp_of(copy)

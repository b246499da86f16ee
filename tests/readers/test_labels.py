"""Properties, labels of other systems and our own copy numbers, wherever a document carries them."""

from __future__ import annotations

from pathlib import Path

import pytest
from reader_files import annotate, changed, docx_bytes, p, pdf_bytes, read_bytes_as, span_of, text_at

from marker.model import Place, Source
from marker.numbering import CopyNumber, PartyId
from marker.readers.base import ReaderLimits
from marker.readers.docx_labels import label_properties

GUID = "12345678-1234-1234-1234-123456789abc"
CUSTOM = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{}</Properties>'
)
OURS = str(CopyNumber(PartyId("KZ"), 2026, 123, 1))
BINDING = (
    '<BindingInformation xmlns="urn:nato:stanag:4778:bindinginformation:1:0"><MetadataBindingContainer>'
    "<MetadataBinding><Metadata><l:originatorConfidentialityLabel "
    'xmlns:l="urn:nato:stanag:4774:confidentialitymetadatalabel:1:0">'
    "<l:ConfidentialityInformation><l:PolicyIdentifier>NATO</l:PolicyIdentifier>"
    "<l:Classification>SECRET</l:Classification>"
    "</l:ConfidentialityInformation></l:originatorConfidentialityLabel></Metadata>"
    f'<Metadata><c xmlns="urn:example">{OURS}</c></Metadata></MetadataBinding></MetadataBindingContainer>'
    "</BindingInformation>"
)


def custom(name: str, text: str) -> str:
    return f'<property name="{name}"><vt:lpwstr>{text}</vt:lpwstr></property>'


def test_sensitivity_labels_are_labels_and_the_rest_are_properties(tmp_path: Path) -> None:
    inner = "".join(
        [
            custom(f"MSIP_Label_{GUID}_Name", "Confidential"),
            custom(f"MSIP_Label_{GUID}_SetDate", "2026-01-01"),
            custom("bjDocumentSecurityLabel", "SECRET"),
            custom("TitusClassification", "Restricted"),
            custom("Project", "Bridge"),
        ]
    )
    data = docx_bytes(
        p("x"),
        parts={"docProps/custom.xml": CUSTOM.format(inner)},
        package_relations=[("custom-properties", "docProps/custom.xml")],
    )
    reading = read_bytes_as(tmp_path, data, "a.docx")
    labels = {span.text for span in reading.spans if span.source is Source.LABEL}
    assert labels == {"Confidential", "SECRET", "Restricted"}
    assert span_of(reading, "Bridge").place is Place.PROPERTY


def test_a_label_that_is_switched_off_is_none(tmp_path: Path) -> None:
    inner = custom(f"MSIP_Label_{GUID}_Name", "Confidential") + custom(f"MSIP_Label_{GUID}_Enabled", "false")
    data = docx_bytes(
        p("x"),
        parts={"docProps/custom.xml": CUSTOM.format(inner)},
        package_relations=[("custom-properties", "docProps/custom.xml")],
    )
    assert [span.text for span in read_bytes_as(tmp_path, data, "a.docx").spans] == ["x"]


@pytest.mark.parametrize(("removed", "noted"), [("0", True), ("1", False)])
def test_a_removed_label_is_not_noted(tmp_path: Path, removed: str, noted: bool) -> None:
    info = (
        '<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata">'
        f'<clbl:label id="{{{GUID}}}" enabled="1" removed="{removed}"/></clbl:labelList>'
    )
    data = docx_bytes(
        p("x"),
        parts={"docMetadata/LabelInfo.xml": info},
        package_relations=[("classificationlabels", "docMetadata/LabelInfo.xml")],
    )
    assert any("sensitivity label" in note for note in read_bytes_as(tmp_path, data, "a.docx").notes) is noted


def test_a_bound_label_is_read_from_its_custom_part_with_its_policy(tmp_path: Path) -> None:
    data = docx_bytes(
        p("x"), parts={"customXml/item1.xml": BINDING}, relations=[("b", "customXml", "../customXml/item1.xml")]
    )
    reading = read_bytes_as(tmp_path, data, "a.docx")
    assert span_of(reading, "NATO\nSECRET").source is Source.LABEL
    assert [trace.copy_number for trace in reading.traces] == [OURS]


def test_a_bound_label_is_read_from_xmp(tmp_path: Path) -> None:
    from xml.sax.saxutils import escape

    from pypdf import PdfWriter
    from pypdf.generic import NameObject, StreamObject

    packet = (
        '<?xpacket begin="\ufeff"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:mbxmp="urn:nato:stanag:4778:bindinginformation:1:0:xmp#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<mbxmp:bindingInformation>{escape(BINDING)}</mbxmp:bindingInformation>"
        "<dc:title><rdf:Alt><rdf:li>the title</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"
    )

    def with_xmp(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream.set_data(packet.encode())
        writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)

    reading = read_bytes_as(tmp_path, changed(pdf_bytes(text_at(50, 50, "x")), with_xmp), "a.pdf")
    assert span_of(reading, "NATO\nSECRET").source is Source.LABEL
    assert span_of(reading, "the title").source is Source.PROPERTY
    assert [trace.copy_number for trace in reading.traces] == [OURS]


def test_info_properties_and_labels_of_a_pdf_are_read(tmp_path: Path) -> None:
    def with_info(writer: object) -> None:
        writer.add_metadata({"/Title": "SLAPTAI plan", f"/MSIP_Label_{GUID}_Name": "Internal"})  # type: ignore[attr-defined]

    reading = read_bytes_as(tmp_path, changed(pdf_bytes(text_at(50, 50, "x")), with_info), "a.pdf")
    assert span_of(reading, "SLAPTAI plan").place is Place.PROPERTY
    assert span_of(reading, "Internal").place is Place.LABEL


def test_a_copy_number_of_ours_is_a_trace_with_its_page(tmp_path: Path) -> None:
    data = pdf_bytes(text_at(50, 50, "x"), text_at(50, 800, f"Copy {OURS}"))
    assert [(trace.copy_number, trace.page) for trace in read_bytes_as(tmp_path, data, "a.pdf").traces] == [(OURS, 2)]


def test_a_misread_copy_number_is_no_trace(tmp_path: Path) -> None:
    wrong = OURS[:-1] + ("A" if OURS[-1] != "A" else "B")
    assert read_bytes_as(tmp_path, docx_bytes(p(wrong)), "a.docx").traces == ()


def test_bookmarks_are_bookmarks(tmp_path: Path) -> None:
    def with_outline(writer: object) -> None:
        writer.add_outline_item(title="SLAPTAI annex", page_number=0)  # type: ignore[attr-defined]

    reading = read_bytes_as(tmp_path, changed(pdf_bytes(text_at(50, 50, "x")), with_outline), "a.pdf")
    assert span_of(reading, "SLAPTAI annex").place is Place.BOOKMARK


def test_comments_in_a_pdf_are_comments(tmp_path: Path) -> None:
    data = changed(
        pdf_bytes(text_at(50, 50, "x")),
        lambda w: annotate(w, "Text", (10, 10, 30, 30), Contents="is it SLAPTAI?") and None,
    )
    assert span_of(read_bytes_as(tmp_path, data, "a.pdf"), "is it SLAPTAI?").place is Place.COMMENT


def test_all_that_belongs_to_labels_of_other_systems_is_told_by_name_for_who_carries_it_over(tmp_path: Path) -> None:
    other = GUID.replace("1", "2")
    inner = "".join(
        [
            custom(f"MSIP_Label_{GUID}_Name", "Confidential"),
            custom(f"MSIP_Label_{GUID}_SetDate", "2026-01-01"),
            custom("TitusGUID", GUID),
            custom("bjDocumentSecurityLabel", ""),
            custom("Project", "Bridge"),
        ]
    )
    info = (
        '<l:labelList xmlns:l="http://schemas.microsoft.com/office/2020/mipLabelMetadata">'
        f'<l:label id="{{{other}}}" enabled="1" method="Privileged" siteId="{{{GUID}}}" removed="0"/>'
        f'<l:label id="{{{GUID}}}" enabled="1" method="Standard" siteId="{{{GUID}}}" removed="1"/></l:labelList>'
    )
    path = tmp_path / "a.docx"
    path.write_bytes(
        docx_bytes(
            p("x"),
            parts={"docProps/custom.xml": CUSTOM.format(inner), "docMetadata/LabelInfo.xml": info},
            package_relations=[
                ("custom-properties", "docProps/custom.xml"),
                ("classificationlabels", "docMetadata/LabelInfo.xml"),
            ],
        )
    )
    assert dict(label_properties(path, ReaderLimits())) == {
        f"MSIP_Label_{GUID}_Name": "Confidential",
        f"MSIP_Label_{GUID}_SetDate": "2026-01-01",
        "TitusGUID": GUID,
        f"MSIP_Label_{other}_Enabled": "true",
        f"MSIP_Label_{other}_SiteId": GUID,
        f"MSIP_Label_{other}_Method": "Privileged",
    }

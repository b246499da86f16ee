"""What a PDF has besides ink stays as it was: tags, layers, links, names, identifiers, and what it claims to be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pdf_samples import TO_KZ, TO_LT, letter, root_entry, stamp_content, with_content
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.errors import HoldError
from marker.model import CopyOrder, HoldCode
from marker.proof.pdf import prove_pdf
from marker.stamp.pdf import check_pdf, stamp_pdf

WORDS = b"/P <</MCID 0>> BDC BT /F1 10 Tf 90 600 Td (Some words) Tj ET EMC"


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def stamped(source: Path, profile: Profile, order: CopyOrder = TO_KZ) -> PdfReader:
    copy = source.with_name("copy.pdf")
    (result,) = stamp_pdf(source, [(order, copy)], profile)
    assert result.notes == ()
    prove_pdf(source, copy, order, profile)
    return PdfReader(copy)


def plain(entry: Any, depth: int = 6) -> Any:
    """What a PDF object says, without numbers of objects; page dictionaries only as such."""
    entry = entry.get_object()
    if isinstance(entry, DictionaryObject):
        if entry.get("/Type") == "/Page" or depth == 0:
            return entry.get("/Type")
        return {key: plain(held, depth - 1) for key, held in entry.items() if key != "/P"}
    return [plain(held, depth - 1) for held in entry] if isinstance(entry, ArrayObject) else entry


def tagged(writer: PdfWriter) -> None:
    with_content(WORDS)(writer)
    root = writer.root_object
    tree = writer._add_object(DictionaryObject({NameObject("/Type"): NameObject("/StructTreeRoot")}))
    kids = ArrayObject()
    for number, page in enumerate(writer.pages):
        paragraph = DictionaryObject(
            {NameObject("/S"): NameObject("/P"), NameObject("/P"): tree, NameObject("/K"): NumberObject(0)}
        )
        assert page.indirect_reference is not None
        paragraph[NameObject("/Pg")] = page.indirect_reference
        kids.append(writer._add_object(paragraph))
        page[NameObject("/StructParents")] = NumberObject(number)
    numbers = ArrayObject(part for at, kid in enumerate(kids) for part in (NumberObject(at), ArrayObject([kid])))
    held = tree.get_object()
    assert isinstance(held, DictionaryObject)
    held[NameObject("/K")] = kids
    held[NameObject("/ParentTree")] = DictionaryObject({NameObject("/Nums"): numbers})
    root[NameObject("/StructTreeRoot")] = tree
    root[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})
    root[NameObject("/Lang")] = TextStringObject("lt-LT")


def test_tags_stay_and_the_whole_stamp_is_an_artifact(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf", change=tagged)
    before, after = PdfReader(source), stamped(source, profile)
    for key in ("/StructTreeRoot", "/MarkInfo", "/Lang"):
        assert plain(before.root_object[key]) == plain(after.root_object[key])
    for was, now in zip(before.pages, after.pages, strict=True):
        assert was["/StructParents"] == now["/StructParents"]
        first, own = (part.get_object().get_data() for part in now["/Contents"][:2])  # type: ignore[index]
        assert own == WORDS
        # Whatever shows something stands between BDC of an artifact and its EMC.
        outside = re.sub(rb"/Artifact <<.*?BDC.*?EMC", b"", first + stamp_content(now), flags=re.DOTALL)
        assert not re.search(rb"\b(Do|Tj|TJ|f|S|re)\b", outside)


def layered(writer: PdfWriter) -> None:
    group = writer._add_object(
        DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("Draft")})
    )
    with_content(b"/OC /Draft BDC BT /F1 10 Tf 90 600 Td (Hidden) Tj ET EMC")(writer)
    for page in writer.pages:
        page["/Resources"][NameObject("/Properties")] = DictionaryObject({NameObject("/Draft"): group})  # type: ignore[index]
    shown = DictionaryObject({NameObject("/OFF"): ArrayObject([group]), NameObject("/Order"): ArrayObject([group])})
    root_entry(
        "/OCProperties",
        DictionaryObject({NameObject("/OCGs"): ArrayObject([group]), NameObject("/D"): shown}),
    )(writer)


def test_layers_stay_and_the_stamp_is_on_none(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf", change=layered)
    before, after = PdfReader(source), stamped(source, profile)
    assert plain(before.root_object["/OCProperties"]) == plain(after.root_object["/OCProperties"])
    for page in after.pages:
        assert b"/OC " not in stamp_content(page)
        forms = [form.get_object() for form in page["/Resources"]["/XObject"].values()]  # type: ignore[index]
        assert not any("/OC" in form for form in forms)


def linked(writer: PdfWriter) -> None:
    def link(**entries: Any) -> DictionaryObject:
        rect = ArrayObject(map(NumberObject, (90, 590, 190, 612)))
        made = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/Rect"): rect})
        made.update({NameObject(f"/{key}"): entry for key, entry in entries.items()})
        return made

    page = writer.pages[1].indirect_reference
    assert page is not None
    act = DictionaryObject(
        {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("https://example.org/")}
    )
    places = (
        link(A=act),
        link(Dest=ArrayObject([page, NameObject("/XYZ"), NumberObject(90), NumberObject(700), NumberObject(0)])),
        link(Dest=TextStringObject("there")),
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject(map(writer._add_object, places))
    writer.add_named_destination("there", 1)


def test_links_and_where_they_lead_stay(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf", change=linked)
    before, after = PdfReader(source), stamped(source, profile)
    assert plain(before.pages[0]["/Annots"]) == plain(after.pages[0]["/Annots"])
    target = after.pages[0]["/Annots"][1].get_object()["/Dest"][0]  # type: ignore[index]
    assert target == after.pages[1].indirect_reference
    assert list(after.named_destinations) == ["there"]
    assert after.get_destination_page_number(after.named_destinations["there"]) == 1


def test_the_first_half_of_the_identifier_stays_and_the_second_is_the_copy_s(tmp_path: Path, profile: Profile) -> None:
    def change(writer: PdfWriter) -> None:
        writer._ID = ArrayObject([ByteStringObject(b"\x00\xffnames the file"), ByteStringObject(b"and its version")])

    source = letter(tmp_path / "a.pdf", change=change)
    seconds = set()
    for order in (TO_KZ, TO_LT):
        first, second = stamped(source, profile, order).trailer["/ID"]  # type: ignore[misc]  # an array of two
        assert first.original_bytes == b"\x00\xffnames the file"
        seconds.add(second.original_bytes)
    assert len(seconds) == 2


@pytest.mark.parametrize(
    "claim",
    [
        'pdfaid:part="1" pdfaid:conformance="B"', 'pdfaid:part="1" pdfaid:conformance="A"',
        'pdfaid:part="2" pdfaid:conformance="U"', 'pdfaid:part="3" pdfaid:conformance="B"', 'pdfuaid:part="1"',
    ],
)  # fmt: skip
def test_what_a_file_claims_to_be_it_still_claims_and_may(claim: str, tmp_path: Path, profile: Profile) -> None:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" '
        f'xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" {claim}/></rdf:RDF></x:xmpmeta>'
    )
    metadata = StreamObject()
    metadata.set_data(packet.encode())
    metadata.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})

    def change(writer: PdfWriter) -> None:
        tagged(writer)
        root_entry("/Metadata", metadata)(writer)
        writer.root_object[NameObject("/OutputIntents")] = ArrayObject([DictionaryObject()])

    after = stamped(letter(tmp_path / "a.pdf", change=change), profile)
    held = after.root_object["/Metadata"].get_object()
    assert isinstance(held, StreamObject)
    assert "/Filter" not in held, "PDF/A-1 reads its metadata without unpacking"
    assert set(claim.split()) <= set(held.get_data().decode().replace("/>", " ").replace(">", " ").split())
    data = (tmp_path / "copy.pdf").read_bytes()
    assert not re.search(rb"/ObjStm|/Encrypt|/SMask|/CA |/ca |/LZWDecode", data)
    for page in after.pages:
        fonts = [font.get_object() for name, font in page["/Resources"]["/Font"].items() if "Mk" in name]  # type: ignore[index]
        for font in fonts:
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/CIDSet"} <= set(descriptor)
            assert "/ToUnicode" in font


@pytest.mark.parametrize("order", [TO_KZ, TO_LT], ids=["to KZ", "to LT"])
def test_a_document_read_from_right_to_left_is_stamped(order: CopyOrder, tmp_path: Path, profile: Profile) -> None:
    direction = DictionaryObject({NameObject("/Direction"): NameObject("/R2L")})
    source = letter(tmp_path / "a.pdf", pages=12, change=root_entry("/ViewerPreferences", direction))
    assert plain(stamped(source, profile, order).root_object["/ViewerPreferences"]) == plain(direction)


def test_a_dynamic_form_beside_static_fields_is_held(tmp_path: Path) -> None:
    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/NeedsRendering")] = BooleanObject(True)
        field = DictionaryObject({NameObject("/FT"): NameObject("/Tx"), NameObject("/T"): TextStringObject("a")})
        form = {NameObject("/XFA"): TextStringObject("x"), NameObject("/Fields"): ArrayObject([field])}
        root_entry("/AcroForm", DictionaryObject(form))(writer)

    with pytest.raises(HoldError) as caught:
        check_pdf(letter(tmp_path / "a.pdf", change=change))
    assert caught.value.hold.code is HoldCode.UNSUPPORTED
    assert "print it" in caught.value.hold.detail

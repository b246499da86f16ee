"""The label in a DOCX: one custom XML part, related, referring to every part it is bound to; others keep it."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from lxml import etree

from marker.errors import HoldError
from marker.labels.read import copies_of, is_binding

from .label_files import MB, ORDER, binding, docx_letter, judged, label, rewritten, stamped

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"


def bindings(path: Path) -> dict[str, etree._Element]:
    with zipfile.ZipFile(path) as package:
        parts = {n: package.read(n) for n in package.namelist() if n.startswith("customXml/item") and "Props" not in n}
    roots = {name: etree.fromstring(data) for name, data in parts.items()}
    return {name: root for name, root in roots.items() if is_binding(root)}


def test_one_part_is_added_with_its_properties_and_relations(tmp_path: Path) -> None:
    copy, _ = stamped(docx_letter(tmp_path / "a.docx"))
    ((name, root),) = bindings(copy).items()
    assert [one.copy_number for one in copies_of(etree.tostring(root))] == [ORDER.copy_number]
    with zipfile.ZipFile(copy) as package:
        relations = package.read(f"customXml/_rels/{Path(name).name}.rels").decode()
        assert f'{OFFICE}/relationships/customXmlProps" Target="itemProps' in relations
        target = relations.split('Target="')[1].split('"')[0]
        item = etree.fromstring(package.read(f"customXml/{target}"))
        types = package.read("[Content_Types].xml").decode()
    assert item.tag == f"{{{OFFICE}/customXml}}datastoreItem"
    assert item.get(f"{{{OFFICE}/customXml}}itemID", "").startswith("{")
    assert [ref.get(f"{{{OFFICE}/customXml}}uri") for ref in item.iter(f"{{{OFFICE}/customXml}}schemaRef")] == [MB]
    assert f'PartName="/customXml/{target}"' in types


def test_python_docx_finds_it_from_the_main_document(tmp_path: Path) -> None:
    copy, _ = stamped(docx_letter(tmp_path / "a.docx"))
    relations = Document(str(copy)).part.rels.values()
    parts = [r.target_part for r in relations if r.reltype == RELATIONSHIP_TYPE.CUSTOM_XML]
    assert sum(is_binding(etree.fromstring(part.blob)) for part in parts) == 1


def test_it_is_bound_to_every_part_that_says_something(tmp_path: Path) -> None:
    copy, _ = stamped(docx_letter(tmp_path / "a.docx"))
    (root,) = bindings(copy).values()
    references = {
        r.get("URI", ""): r.get("{http://www.w3.org/2005/05/xmlmime}contentType")
        for r in root.iter(f"{{{MB}}}DataReference")
    }  # one fact
    with zipfile.ZipFile(copy) as package:
        names = package.namelist()
    expected = {
        n for n in names
        if n in ("word/document.xml", "word/styles.xml", "docProps/core.xml", "docProps/app.xml")
        or n.startswith(("word/header", "word/footer")) or n.endswith((".png", ".jpeg"))
    }  # fmt: skip
    assert set(references) == {f"pack:///{name}" for name in expected}
    assert {kind for uri, kind in references.items() if uri.endswith(".png")} == {"image/png"}
    assert {kind for uri, kind in references.items() if uri.endswith(".xml")} == {None}


def test_beside_the_senders_binding_ours_stands_in_the_same_part(tmp_path: Path) -> None:
    theirs = binding(label(more="<s:PrivacyMark>urgent</s:PrivacyMark>"), reference="pack:///word/document.xml")
    copy, _ = stamped(docx_letter(tmp_path / "a.docx", part=theirs))
    ((name, root),) = bindings(copy).items()  # one part, as the profile asks
    assert name == "customXml/item7.xml"
    first, second = root
    assert b"<s:PrivacyMark>urgent" in etree.tostring(first)
    originators = [e for e in root.iter() if str(e.tag).endswith("originatorConfidentialityLabel")]
    assert len(originators) == 2
    one, other = ([(e.tag, dict(e.attrib), e.text) for e in each.iter()] for each in originators)
    assert one == other
    assert copies_of(etree.tostring(first)) == ()
    assert [one.copy_number for one in copies_of(etree.tostring(second))] == [ORDER.copy_number]


def test_other_custom_parts_stay_as_they_are(tmp_path: Path) -> None:
    source = docx_letter(tmp_path / "a.docx", part="<data xmlns='urn:example'>  kept </data>")
    copy, _ = stamped(source)
    with zipfile.ZipFile(copy) as package:
        assert package.read("customXml/item7.xml") == b"<data xmlns='urn:example'>  kept </data>"
    assert len(bindings(copy)) == 1


def test_the_same_order_gives_the_same_bytes(tmp_path: Path) -> None:
    source = docx_letter(tmp_path / "a.docx")
    assert stamped(source)[0].read_bytes() == stamped(source)[0].read_bytes()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SLAPTAI", "RIBOTO NAUDOJIMO"),
        ("ҚҰПИЯ/СЕКРЕТНО", "ӨТЕ ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО"),
        (ORDER.copy_number, "KZ-2026-000002-01-Y"),
        ("<mk:RegisterNumber>KZ-2026-000001", "<mk:RegisterNumber>KZ-2026-000009"),
        ("alternativeConfidentialityLabel", "metadataConfidentialityLabel"),
        ("slab:CreationDateTime", "slab:Created"),
    ],
)
def test_a_copy_whose_label_says_otherwise_does_not_pass_its_proof(old: str, new: str, tmp_path: Path) -> None:
    from marker.agreement.load import load_profile
    from marker.proof.prove import prove

    source = docx_letter(tmp_path / "a.docx")
    copy, _ = stamped(source)
    prove("docx", source, rewritten(copy, lambda data: data), ORDER, load_profile())
    other = rewritten(copy, lambda data: data.replace(old.encode(), new.encode()))
    with pytest.raises(HoldError, match="label"):
        prove("docx", source, other, ORDER, load_profile())


def test_a_custom_part_that_names_the_standard_and_is_no_xml_holds(tmp_path: Path) -> None:
    source = docx_letter(tmp_path / "a.docx", part=f'<m:BindingInformation xmlns:m="{MB}"><broken>')
    hold = judged(source).hold
    assert hold is not None
    assert hold.code == "attachment"
    assert "label" in hold.detail


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_a_labelled_copy_and_keeps_the_label(tmp_path: Path) -> None:
    copy, _ = stamped(docx_letter(tmp_path / "a.docx"))
    before = copy.read_bytes()
    for target in ("pdf", "docx"):
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", target,
                   "--outdir", str(tmp_path / target), str(copy)]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=200)
        assert (tmp_path / target / f"{copy.stem}.{target}").stat().st_size > 5_000
    assert copy.read_bytes() == before
    kept = bindings(tmp_path / "docx" / copy.name)
    assert [one.copy_number for root in kept.values() for one in copies_of(etree.tostring(root))] == [ORDER.copy_number]

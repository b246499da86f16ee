"""Packages that are odd but sound, and ids that must not collide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx_samples import (
    MAIN,
    MINIMAL,
    NS,
    W,
    document,
    edited,
    frames,
    minimal,
    order,
    package,
    parts,
    stamped,
    stories,
    strict,
    text_of,
    xml,
)
from docx_schema import new_faults
from lxml import etree

from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.proof.docx import prove_docx

STRICT_W = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def with_header(made: DocxDocument) -> None:
    made.sections[0].header.paragraphs[0].text = "Ministerija"


def test_a_document_without_sections_styles_and_settings_is_stamped(tmp_path: Path) -> None:
    source = minimal(tmp_path / "a.docx")
    copy, _ = stamped(source)
    assert set(stories(copy)) == {
        (1, story, kind) for story in ("header", "footer") for kind in ("default", "first", "even")
    }
    section = xml(copy, MAIN).find("w:body/w:sectPr", NS)
    assert section is not None
    assert {etree.QName(child).localname for child in section} == {"headerReference", "footerReference"}
    assert "word/styles.xml" not in parts(copy)
    marking = frames(xml(copy, stories(copy)[1, "header", "default"]))[0]
    assert marking.find("w:pPr/w:pStyle", NS) is None
    size = marking.find(".//w:sz", NS)
    assert size is not None
    assert size.get(f"{{{W}}}val") == "26"
    assert text_of(xml(copy, MAIN)).endswith("Laiškas")


def test_a_strict_document_stays_strict(tmp_path: Path) -> None:
    source = strict(document(tmp_path / "a.docx", with_header))
    copy, _ = stamped(source)
    for part in (MAIN, "word/styles.xml", *stories(copy).values()):
        content = parts(copy)[part].decode()
        assert "schemas.openxmlformats.org/wordprocessingml" not in content
        assert "schemas.openxmlformats.org/drawingml" not in content
        assert STRICT_W in content
    added = parts(copy)["word/_rels/document.xml.rels"].decode()
    assert "http://purl.oclc.org/ooxml/officeDocument/relationships/footer" in added
    justified = {jc.get(f"{{{STRICT_W}}}val") for jc in xml(copy, MAIN).iter(f"{{{STRICT_W}}}jc")}
    assert "end" in justified and "right" not in justified
    ours = [s for s in xml(copy, "word/styles.xml") if s.get(f"{{{STRICT_W}}}styleId", "").startswith("MarkerStamp")]
    indents = {str(name) for style in ours for ind in style.iter(f"{{{STRICT_W}}}ind") for name in ind.attrib}
    assert indents == {f"{{{STRICT_W}}}{name}" for name in ("start", "end", "firstLine")}


def test_the_main_part_is_found_wherever_it_lies(tmp_path: Path) -> None:
    content = dict(MINIMAL)
    content["a/b/main.xml"] = content.pop(MAIN)
    content["[Content_Types].xml"] = content["[Content_Types].xml"].replace("/word/document.xml", "/A/B/Main.xml")
    content["_rels/.rels"] = content["_rels/.rels"].replace("word/document.xml", "/a/b/main.xml")
    copy, _ = stamped(package(tmp_path / "a.docx", content))
    added = {name for name in parts(copy) if name.startswith("a/b/header")}
    assert added == {f"a/b/header{number}.xml" for number in (1, 2, 3)}
    relations = xml(copy, "a/b/_rels/main.xml.rels")
    shown = {f"{s}{n}.xml" for s in ("header", "footer") for n in (1, 2, 3)}
    assert {r.get("Target") for r in relations} == {*shown, "../../customXml/item1.xml"}


def test_other_prefixes_and_ignorable_namespaces_stay(tmp_path: Path) -> None:
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    text = (
        f'<d:document xmlns:d="{W}" xmlns:mc="{mc}" xmlns:w14="urn:w14" xmlns:w15="urn:w15" mc:Ignorable="w14 w15">'
        '<d:body><d:p w14:paraId="1"><d:r><d:t>Laiškas</d:t></d:r></d:p></d:body></d:document>'
    )
    copy, _ = stamped(minimal(tmp_path / "a.docx", document=text))
    root = xml(copy, MAIN)
    assert root.get(f"{{{mc}}}Ignorable") == "w14 w15"
    assert {"w14", "w15"} <= set(root.nsmap)
    assert len(frames(root)) == 5


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_encoding_and_standalone_declaration_stay(tmp_path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}" standalone="yes"?>{MINIMAL[MAIN]}'
    source = package(tmp_path / "a.docx", MINIMAL | {MAIN: text.encode(encoding)})
    copy, _ = stamped(source)
    declaration = parts(copy)[MAIN].decode(encoding).partition("?>")[0].replace("'", '"').lower()
    assert declaration == f'<?xml version="1.0" encoding="{encoding}" standalone="yes"'


def test_section_references_come_first_and_once(tmp_path: Path) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx", with_header))
    section = xml(copy, MAIN).find(".//w:sectPr", NS)
    assert section is not None
    order_of = [etree.QName(child).localname for child in section]
    assert set(order_of[:6]) == {"headerReference", "footerReference"}
    assert not {"headerReference", "footerReference"} & set(order_of[6:])


def test_ids_and_names_of_the_sender_are_never_used_again(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx")
    taken = (
        '<w:sdt><w:sdtPr><w:id w:val="710000001"/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>'
        '<w:p><w:r><w:drawing><wp:docPr xmlns:wp="urn:x" id="9001" name=""/></w:drawing></w:r></w:p>'
    )
    edited(source, document=lambda text: text.replace("<w:body>", "<w:body>" + taken))
    style = '<w:style w:type="paragraph" w:styleId="MarkerStampMarking"><w:name w:val="marker stamp number"/></w:style>'
    edited(source, styles=lambda text: text.replace("</w:styles>", style + "</w:styles>"))
    content = parts(source)
    package(source, {**content, "word/Header1.xml": b"<x/>", "word/media/stampcode1.png": b"\x89PNG"})
    png = '<Default Extension="png" ContentType="image/png"/></Types>'
    edited(source, types=lambda text: text.replace("</Types>", png))
    copy, _ = stamped(source)
    everything = b"".join(data for name, data in parts(copy).items() if name.endswith(".xml"))
    controls = re.findall(rb'<w:sdtPr>.*?w:id w:val="(\d+)"', everything)
    drawings = re.findall(rb'docPr [^>]*?id="(\d+)"', everything)
    assert len(controls) == len(set(controls)) and len(drawings) == len(set(drawings))
    styles = [s.get(f"{{{W}}}styleId") for s in xml(copy, "word/styles.xml").iter(f"{{{W}}}style")]
    assert len(styles) == len(set(styles)) and "MarkerStampMarking2" in styles
    names = [n.get(f"{{{W}}}val", "").lower() for n in xml(copy, "word/styles.xml").findall("w:style/w:name", NS)]
    assert names.count("marker stamp number") == 1
    lower = [name.lower() for name in parts(copy)]
    assert len(lower) == len(set(lower))
    relation_ids = [r.get("Id") for r in xml(copy, "word/_rels/document.xml.rels")]
    assert len(relation_ids) == len(set(relation_ids))


def test_a_wrongly_declared_picture_type_does_not_hide_the_code(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx")
    wrong = '<Default Extension="png" ContentType="image/x-sender"/></Types>'
    edited(source, types=lambda text: text.replace("</Types>", wrong))
    copy, _ = stamped(source)
    types = xml(copy, "[Content_Types].xml")
    overrides = {entry.get("PartName"): entry.get("ContentType") for entry in types.iter("{*}Override")}
    assert overrides["/word/media/stampcode1.png"] == "image/png"


def test_a_copy_of_ours_that_comes_home_is_stamped_beside_the_first_stamp(tmp_path: Path) -> None:
    first, _ = stamped(document(tmp_path / "a.docx"), order("KZ"))
    second, _ = stamped(first, order("LT"))
    root = xml(second, stories(second)[1, "header", "default"])
    frame = {text_of(p): p.find("w:pPr/w:framePr", NS) for p in frames(root)}
    assert set(frame) == {"ҚҰПИЯ/СЕКРЕТНО", "SLAPTAI/SECRET"}
    heights = sorted(int(f.get(f"{{{W}}}y", "0")) / 20 for f in frame.values() if f is not None)
    assert heights[1] - heights[0] > 12


# ECMA-376 part 1, 17.3.1.26 and 17.3.2.28: the order of the children the stamp uses.
PPR = ["pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "suppressLineNumbers",
       "suppressAutoHyphens", "bidi", "snapToGrid", "spacing", "ind", "contextualSpacing", "jc"]  # fmt: skip
RPR = ["rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "noProof", "snapToGrid", "vanish",
       "color", "spacing", "w", "kern", "position", "sz", "szCs", "u", "vertAlign"]  # fmt: skip
SDTPR = ["alias", "tag", "id", "lock"]


@pytest.mark.parametrize("styled", [True, False])
def test_what_is_added_keeps_the_order_of_the_standard(tmp_path: Path, styled: bool) -> None:
    source = document(tmp_path / "a.docx") if styled else minimal(tmp_path / "a.docx")
    copy, _ = stamped(source)
    seen = 0
    for part in (*stories(copy).values(), *(["word/styles.xml"] if styled else [])):
        for name, sequence in (("pPr", PPR), ("rPr", RPR), ("sdtPr", SDTPR)):
            for properties in xml(copy, part).iter(f"{{{W}}}{name}"):
                style = next((a for a in properties.iterancestors(f"{{{W}}}style")), None)
                ours = style is not None and style.get(f"{{{W}}}styleId", "").startswith("MarkerStamp")
                if part == "word/styles.xml" and not ours:
                    continue
                children = [etree.QName(child).localname for child in properties]
                assert children == sorted(children, key=sequence.index)
                seen += 1
    assert seen > 30
    Document(str(copy))


def tracked_control(made: DocxDocument) -> None:
    """A content control whose deletion is tracked."""
    start, end = (
        f'<w:customXmlDelRange{edge} w:id="{{0}}"' + (' w:author="x"/>' if edge == "Start" else "/>")
        for edge in ("Start", "End")
    )
    made.element.body.insert(
        0,
        parse_xml(
            f"<w:p {nsdecls('w')}>{start.format(1)}<w:sdt><w:sdtContent>{end.format(1)}<w:r><w:t>Naujas</w:t></w:r>"
            f"{start.format(2)}</w:sdtContent></w:sdt>{end.format(2)}</w:p>"
        ),
    )


def test_beside_a_tracked_control_the_code_is_a_picture_that_libreoffice_survives(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx", tracked_control)
    copy, _ = stamped(source)
    footer = xml(copy, stories(copy)[1, "footer", "default"])
    assert next(footer.iter("{*}drawing"), None) is None
    (shape,) = footer.iter("{urn:schemas-microsoft-com:vml}shape")
    assert shape.get("alt") == order().copy_number and shape.get("stroked") == "f"
    prove_docx(source, copy, order(), load_profile())
    assert new_faults(source, copy) == []
    small = edited_footer(copy, shape.get("style", ""), "width:9.00pt;height:9.00pt")
    with pytest.raises(HoldError, match="Data Matrix"):
        prove_docx(source, small, order(), load_profile())


def edited_footer(copy: Path, old: str, new: str) -> Path:
    content = {
        name: data.replace(old.encode(), new.encode()) if "footer" in name else data
        for name, data in parts(copy).items()
    }
    return package(copy.with_name("edited.docx"), content)

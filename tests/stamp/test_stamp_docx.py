"""What a stamped DOCX shows, and that the sender's own things stay."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import zxingcpp
from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt
from docx_samples import (
    MAIN,
    NS,
    W,
    document,
    edited,
    frames,
    order,
    parts,
    raw_parts,
    stamped,
    stories,
    text_of,
    xml,
)
from PIL import Image

from marker.agreement.load import load_profile
from marker.numbering import parse_page_code
from marker.stamp.code import modules
from marker.stamp.docx import stamp_docx

ENDNOTE = '<w:r><w:endnoteReference w:id="1"/></w:r>'
MARKING = "ҚҰПИЯ/СЕКРЕТНО"


def three_sections(made: DocxDocument) -> None:
    """First pages, even pages and a header of its own in the second section; the third is linked."""
    made.settings.odd_and_even_pages_header_footer = True
    made.sections[0].different_first_page_header_footer = True
    made.sections[0].header.paragraphs[0].text = "Ministerija"
    second = made.add_section(WD_SECTION.NEW_PAGE)
    second.header.is_linked_to_previous = False
    second.header.paragraphs[0].text = "Priedas"
    made.add_section(WD_SECTION.CONTINUOUS)


def test_every_kind_of_header_and_footer_shows_the_marking(tmp_path: Path) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx", three_sections))
    named = stories(copy)
    assert {(story, kind) for number, story, kind in named if number == 1} == {
        (story, kind) for story in ("header", "footer") for kind in ("default", "first", "even")
    }
    for part in set(named.values()):
        shown = [text_of(p) for p in frames(xml(copy, part))]
        assert shown.count(MARKING) == 1, part


def test_a_linked_header_is_stamped_once_through_the_section_it_links_to(tmp_path: Path) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx", three_sections))
    named = stories(copy)
    assert (2, "header", "default") in named
    assert not [key for key in named if key[0] == 3]
    assert named[2, "header", "default"] != named[1, "header", "default"]


def test_what_a_header_held_stays_after_the_stamp(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx", three_sections)
    copy, _ = stamped(source)
    own = stories(copy)[1, "header", "default"]
    paragraphs = xml(copy, own).findall("w:p", NS)
    assert [text_of(p) for p in paragraphs] == [MARKING, "Ministerija"]
    assert xml(copy, own).find("w:p/w:pPr/w:pStyle[@w:val='Header']", NS) is not None


def test_first_page_and_even_page_settings_stay_as_they_are(tmp_path: Path) -> None:
    copy, _ = stamped(document(tmp_path / "plain.docx"))
    assert not xml(copy, MAIN).findall(".//w:titlePg", NS)
    assert parts(copy)["word/settings.xml"] == parts(tmp_path / "plain.docx")["word/settings.xml"]
    source = document(tmp_path / "set.docx", three_sections)
    copy, _ = stamped(source)
    of_source, of_copy = (len(xml(path, MAIN).findall(".//w:titlePg", NS)) for path in (source, copy))
    assert of_copy == of_source > 0


def test_the_footer_shows_number_and_pages_and_a_code_that_reads(tmp_path: Path) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx", three_sections), order(index=2))
    for (_, story, _), part in stories(copy).items():
        if story == "header":
            continue
        framed = frames(xml(copy, part))
        assert "KZ-2026-000123-02-" in " ".join(text_of(p) for p in framed)
        fields = [f.get(f"{{{W}}}instr", "").split()[0] for p in framed for f in p.iter(f"{{{W}}}fldSimple")]
        assert fields == ["PAGE", "NUMPAGES"]
        relations = {r.get("Id"): r.get("Target") for r in xml(copy, f"word/_rels/{Path(part).name}.rels")}
        blip = xml(copy, part).find(".//{*}blip")
        assert blip is not None
        picture = Image.open(io.BytesIO(parts(copy)["word/" + relations[blip.get(f"{{{NS['r']}}}embed")]]))
        (code,) = zxingcpp.read_barcodes(picture.convert("L"))
        assert parse_page_code(code.text).copy_number.index == 2
        assert parse_page_code(code.text).page is None
        extent = xml(copy, part).find(".//{*}extent")
        assert extent is not None
        free = 4 / len(modules(order(index=2).copy_number))
        assert int(extent.get("cx", "0")) / 36000 == pytest.approx(9 * (1 + free), abs=0.05), "9 mm and the quiet zone"


def test_the_block_begins_the_body_in_the_corner_its_readers_look_to(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx")
    copy, _ = stamped(source, order("KZ", recipient="Құжат бөлімі"))
    block = frames(xml(copy, MAIN))
    assert [text_of(p) for p in block] == [
        "Дана № 1 (барлығы 2) / Экз. № 1 из 2",
        "Тіркеу № / Рег. № KZ-2026-000123 · 22.11.2026",
        "Жіберушінің белгісі / Гриф отправителя:",
        "LT · KONFIDENCIALIAI/CONFIDENTIAL",
        "Келісімнің 3-бабы / статья 3 Соглашения",
        "Алушы / Получатель: Құжат бөлімі",
    ]
    body = xml(copy, MAIN).find("w:body", NS)
    assert body is not None
    assert len(frames(body[0])) == 1
    right = {p.find("w:pPr/w:framePr", NS).get(f"{{{W}}}x") for p in block}  # type: ignore[union-attr]  # frames have one
    copy, _ = stamped(source, order("LT"))
    left = {p.find("w:pPr/w:framePr", NS).get(f"{{{W}}}x") for p in frames(xml(copy, MAIN))}  # type: ignore[union-attr]
    assert int(right.pop()) > 6000
    assert int(left.pop()) < 1000


def test_a_later_copy_prints_its_number_alone(tmp_path: Path) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx"), order(index=3, size=None))
    assert text_of(frames(xml(copy, MAIN))[0]) == "Дана № 3 / Экз. № 3"


def test_a_long_marking_stays_on_the_page_beside_the_number(tmp_path: Path) -> None:
    profile = load_profile()
    long = order(marking=profile.marking("kz:restricted").stamp, originator=profile.marking("lt:restricted").stamp)
    copy, result = stamped(document(tmp_path / "a.docx"), long)
    assert result.notes == ()
    for part in set(stories(copy).values()):
        marking = next(p for p in frames(xml(copy, part)) if text_of(p) == long.marking_text)
        assert int(marking.find("w:pPr/w:framePr", NS).get(f"{{{W}}}w")) < 12240  # type: ignore[union-attr,arg-type]


def test_stamps_can_be_found_again_by_their_tags(tmp_path: Path) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx"))
    tags = {
        tag.get(f"{{{W}}}val")
        for part in (MAIN, *stories(copy).values())
        for tag in xml(copy, part).iter(f"{{{W}}}tag")
    }
    assert tags == {"marker:marking:top", "marker:marking:bottom", "marker:number", "marker:code", "marker:block"}


def test_parts_that_do_not_change_keep_their_very_bytes(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx", three_sections)
    copy, _ = stamped(source)
    before, after = raw_parts(source), raw_parts(copy)
    changed = {name for name in before if before[name] != after[name]}
    headers = {name for name in before if name.startswith("word/header")}
    assert changed == {"[Content_Types].xml", MAIN, "word/_rels/document.xml.rels", "word/styles.xml"} | headers
    assert list(after)[: len(before)] == list(before)


def test_python_docx_opens_the_copy_and_finds_the_text(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx", three_sections)
    copy, _ = stamped(source)
    before = [p.text for p in Document(str(source)).paragraphs]
    after = Document(str(copy))
    assert [p.text for p in after.paragraphs][-len(before) :] == before
    assert "Marker Stamp Marking" in {style.name for style in after.styles}


def test_the_same_order_gives_the_same_bytes(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx")
    first = stamped(source)[0].read_bytes()
    assert stamped(source)[0].read_bytes() == first


def test_one_call_makes_all_copies_of_a_set(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx")
    orders = [(order(index=n, size=3), tmp_path / f"{n}.docx") for n in (1, 2, 3)]
    results = stamp_docx(source, orders, load_profile())
    assert len(results) == 3
    numbers = {text_of(frames(xml(path, MAIN))[0]) for _, path in orders}
    assert len(numbers) == 3
    assert all(path.stat().st_mode & 0o777 == 0o600 for _, path in orders)


# ── Frames need a paragraph to belong to ────────────────────────────────────────────────────────────────────────────


def names(element: object) -> list[str]:
    return [str(child.tag).rsplit("}", 1)[1] for child in element]  # type: ignore[attr-defined]  # any element


def test_a_body_that_begins_with_a_table_gets_a_line_for_the_frame(tmp_path: Path) -> None:
    def table_first(made: DocxDocument) -> None:
        made.element.body.insert(0, made.add_table(1, 1)._tbl)

    copy, _ = stamped(document(tmp_path / "a.docx", table_first))
    body = xml(copy, MAIN).find("w:body", NS)
    children = names(body)
    line = body[children.index("tbl") - 1]  # type: ignore[index]  # there is a body
    assert line not in frames(line)
    assert line.find("w:pPr/w:pStyle", NS).get(f"{{{W}}}val") == "MarkerStampAnchor"


def test_a_tracked_change_after_the_block_is_not_next_to_a_frame(tmp_path: Path) -> None:
    inserted = parse_xml(f'<w:p {nsdecls("w")}><w:ins w:id="1" w:author="x"><w:r><w:t>Naujas</w:t></w:r></w:ins></w:p>')
    copy, _ = stamped(document(tmp_path / "a.docx", lambda made: made.element.body.insert(0, inserted)))
    body = xml(copy, MAIN).find("w:body", NS)
    assert body is not None
    before = body.find("w:p/w:ins", NS).getparent().getprevious()  # type: ignore[union-attr]  # it was put there
    assert before.find("w:pPr/w:framePr", NS) is None


def header_of(made: DocxDocument, content: str) -> None:
    header = made.sections[0].header
    header.is_linked_to_previous = False
    root = header._element
    for child in list(root):
        root.remove(child)
    if content:
        root.extend(parse_xml(f"<w:x {nsdecls('w')}>{content}</w:x>"))


TABLE = "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
CONTROL = "<w:sdt><w:sdtPr><w:id w:val='710000001'/></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ["p", "p"]),
        (TABLE, ["tbl", "p", "p"]),
        (TABLE + "<w:p/>", ["tbl", "p", "p"]),
        (CONTROL, ["p", "sdt"]),
        ("<w:p/>", ["p", "p"]),
    ],
)
def test_a_header_stays_valid_whatever_it_held(tmp_path: Path, content: str, expected: list[str]) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx", lambda made: header_of(made, content)))
    root = xml(copy, stories(copy)[1, "header", "default"])
    assert names(root) == expected
    framed = frames(root)[0]
    assert framed.getnext() is not None, "a frame belongs to the paragraph after it"
    assert text_of(framed) == MARKING


# ── Room ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_blank_header_does_not_push_text_that_began_above_it(tmp_path: Path) -> None:
    def narrow(made: DocxDocument) -> None:
        made.sections[0].top_margin, made.sections[0].header_distance = Mm(9), Mm(12)

    copy, _ = stamped(document(tmp_path / "a.docx", narrow))
    margins = xml(copy, MAIN).find(".//w:pgMar", NS)
    assert margins is not None
    assert margins.get(f"{{{W}}}header") == "0"
    assert margins.get(f"{{{W}}}top") == str(Mm(9).twips)


def test_text_at_the_very_edge_makes_room_and_it_is_noted(tmp_path: Path) -> None:
    def crowded(made: DocxDocument) -> None:
        made.sections[0].header.paragraphs[0].text = "Ministerija"
        made.sections[0].header_distance = Pt(2)

    copy, result = stamped(document(tmp_path / "a.docx", crowded))
    assert any("makes room" in note for note in result.notes)
    marking, spacer, own = xml(copy, stories(copy)[1, "header", "default"]).findall("w:p", NS)
    frame, line = marking.find("w:pPr/w:framePr", NS), spacer.find("w:pPr/w:spacing", NS)
    assert frame is not None and line is not None
    reach = int(frame.get(f"{{{W}}}y", "0")) / 20 + 13 * 1.25
    assert 2 + int(line.get(f"{{{W}}}line", "0")) / 20 >= reach
    assert text_of(own) == "Ministerija"


def test_the_marking_keeps_clear_of_a_picture_at_the_top(tmp_path: Path) -> None:
    picture = (
        f'<w:p {nsdecls("w", "wp")}><w:r><w:drawing><wp:anchor behindDoc="0"><wp:positionH relativeFrom="page">'
        '<wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="page"><wp:posOffset>0</wp:posOffset>'
        f'</wp:positionV><wp:extent cx="7772400" cy="{int(Pt(25))}"/></wp:anchor></w:drawing></w:r></w:p>'
    )

    def letterhead(made: DocxDocument) -> None:
        made.sections[0].header.is_linked_to_previous = False
        made.sections[0].header._element.append(parse_xml(picture))
        made.sections[0].header_distance = Pt(60)
        made.sections[0].top_margin = Pt(90)

    copy, _ = stamped(document(tmp_path / "a.docx", letterhead))
    framed = frames(xml(copy, stories(copy)[1, "header", "default"]))[0].find("w:pPr/w:framePr", NS)
    assert framed is not None
    assert int(framed.get(f"{{{W}}}y", "0")) / 20 > 25


# ── Notes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_protection_is_left_and_noted(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx")
    protection = '<w:documentProtection w:edit="readOnly" w:enforcement="1"/>'
    edited(source, settings=lambda text: text.replace("</w:settings>", protection + "</w:settings>"))
    copy, result = stamped(source)
    assert result.notes == ("The sender's document protection is left as it is.",)
    assert parts(copy)["word/settings.xml"] == parts(source)["word/settings.xml"]


def test_pages_that_count_anew_and_endnotes_are_noted(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx")
    edited(source, document=lambda text: text.replace("<w:pgMar", '<w:pgNumType w:start="5"/><w:pgMar', 1))
    assert any("start anew" in note for note in stamped(source)[1].notes)
    source = edited(document(tmp_path / "b.docx"), document=lambda text: text.replace("</w:r>", f"</w:r>{ENDNOTE}", 1))
    assert any("endnotes" in note for note in stamped(source)[1].notes)

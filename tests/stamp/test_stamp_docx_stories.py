"""New headers and footers: one for all sections, unless the pages of one would make those of another give way."""

from __future__ import annotations

from pathlib import Path

from docx.document import Document as DocxDocument
from docx.enum.section import WD_SECTION
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Inches, Mm
from docx_samples import NS, W, document, frames, order, stamped, stories, text_of, xml
from docx_schema import new_faults

from marker.agreement.load import load_profile
from marker.proof.docx import prove_docx


def wide_and_narrow(made: DocxDocument) -> None:
    """The second section's text runs to 7 mm of the lower edge, the third is as the first."""
    made.add_section(WD_SECTION.NEW_PAGE).bottom_margin = Mm(7)
    made.sections[1].left_margin = Mm(7)
    made.add_paragraph("Priedas")
    third = made.add_section(WD_SECTION.NEW_PAGE)
    third.bottom_margin, third.left_margin = made.sections[0].bottom_margin, made.sections[0].left_margin


def room(copy: Path, part: str) -> int:
    """How high the empty line is by which a footer's text makes room, twentieths of a point."""
    lines = [p.find("w:pPr/w:spacing", NS) for p in xml(copy, part).iter(f"{{{W}}}p") if not text_of(p)]
    return max((int(line.get(f"{{{W}}}line", "0")) for line in lines if line is not None), default=0)


def test_sections_of_one_shape_share_their_parts(tmp_path: Path) -> None:
    def two_alike(made: DocxDocument) -> None:
        made.add_section(WD_SECTION.NEW_PAGE)

    copy, _ = stamped(document(tmp_path / "a.docx", two_alike))
    assert not any(section == 2 for section, _, _ in stories(copy))


def test_a_narrow_section_does_not_make_the_others_give_way(tmp_path: Path) -> None:
    source = document(tmp_path / "a.docx", wide_and_narrow)
    copy, result = stamped(source)
    shown = stories(copy)
    footers = {section: shown[section, "footer", "default"] for section in (1, 2, 3)}
    assert footers[1] == footers[3] != footers[2]
    assert room(copy, footers[2]) > 0 and room(copy, footers[1]) == 0
    assert any("makes room" in note for note in result.notes)
    for part in set(footers.values()):
        assert {order().marking_text, order().copy_number} <= {text_of(p) for p in frames(xml(copy, part))}
    prove_docx(source, copy, order(), load_profile())
    assert new_faults(source, copy) == []


def test_room_is_made_for_the_code_where_text_would_run_into_it(tmp_path: Path) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx", wide_and_narrow))
    part = stories(copy)[2, "footer", "default"]
    picture = next(frame for frame in frames(xml(copy, part)) if frame.find(".//{*}drawing") is not None)
    reach = int(picture.find("w:pPr/w:framePr", NS).get(f"{{{W}}}h"))  # type: ignore[union-attr,arg-type]  # a frame
    section = list(xml(copy, "word/document.xml").iter(f"{{{W}}}sectPr"))[1]
    distance = int(section.find("w:pgMar", NS).get(f"{{{W}}}footer", "0"))  # type: ignore[union-attr]  # every section's
    assert distance + room(copy, part) >= reach


def test_page_numbers_of_the_sender_are_never_altered(tmp_path: Path) -> None:
    def anew(made: DocxDocument) -> None:
        section = made.add_section(WD_SECTION.CONTINUOUS)._sectPr
        section.insert(0, section.makeelement(f"{{{W}}}pgNumType", {f"{{{W}}}start": "7", f"{{{W}}}fmt": "lowerRoman"}))

    source = document(tmp_path / "a.docx", anew)
    copy, result = stamped(source)
    numbering = [dict(n.attrib) for n in xml(copy, "word/document.xml").iter(f"{{{W}}}pgNumType")]
    assert numbering == [dict(n.attrib) for n in xml(source, "word/document.xml").iter(f"{{{W}}}pgNumType")]
    assert numbering
    assert any("start anew" in note for note in result.notes)


def test_half_an_inch_of_margin_is_enough_for_the_whole_stamp(tmp_path: Path) -> None:
    """Word calls such margins narrow, and many letters have them."""

    def narrow(made: DocxDocument) -> None:
        section = made.sections[0]
        section.top_margin = section.bottom_margin = section.left_margin = section.right_margin = Inches(0.5)

    copy, result = stamped(document(tmp_path / "a.docx", narrow))
    assert result.notes == ()
    part = stories(copy)[1, "footer", "default"]
    heights = [int(p.find("w:pPr/w:framePr", NS).get(f"{{{W}}}h")) for p in frames(xml(copy, part))]  # type: ignore[union-attr,arg-type]  # a frame
    assert max(heights) < 720
    prove_docx(tmp_path / "a.docx", copy, order(), load_profile())


def test_margins_of_ten_millimetres_make_no_room_but_take_the_low_code(tmp_path: Path) -> None:
    def narrow(made: DocxDocument) -> None:
        section = made.sections[0]
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(10)

    source = document(tmp_path / "a.docx", narrow)
    copy, result = stamped(source)
    part = stories(copy)[1, "footer", "default"]
    assert room(copy, part) == 0 and not any("makes room" in note for note in result.notes)
    extent = next(xml(copy, part).iter("{*}extent"))
    wide, high = (int(extent.get(side, "0")) / 36_000 for side in ("cx", "cy"))
    assert (round(wide, 1), round(high, 1)) == (14.0, 7.0)  # millimetres; a module has half of one
    prove_docx(source, copy, order(), load_profile())
    assert new_faults(source, copy) == []


def test_a_tracked_change_at_the_beginning_of_a_footer_adds_no_line_to_it(tmp_path: Path) -> None:
    def tracked(made: DocxDocument) -> None:
        footer = made.sections[0].footer
        footer.paragraphs[0]._p.append(
            parse_xml(f'<w:ins {nsdecls("w")} w:id="1" w:author="x"><w:r><w:t>Naujas</w:t></w:r></w:ins>')
        )
        footer.add_paragraph("Ministerija")

    source = document(tmp_path / "a.docx", tracked)
    copy, _ = stamped(source)
    root = xml(copy, stories(copy)[1, "footer", "default"])
    assert len(list(root.iter(f"{{{W}}}p"))) - len(frames(root)) == 2
    prove_docx(source, copy, order(), load_profile())


def test_paragraphs_in_one_frame_of_the_senders_are_not_parted(tmp_path: Path) -> None:
    def framed(made: DocxDocument) -> None:
        footer = made.sections[0].footer
        footer.paragraphs[0]._p.append(
            parse_xml(f'<w:ins {nsdecls("w")} w:id="1" w:author="x"><w:r><w:t>1</w:t></w:r></w:ins>')
        )
        footer.add_paragraph("iš 2")
        for paragraph in footer.paragraphs:
            paragraph._p.get_or_add_pPr().append(
                parse_xml(f'<w:framePr {nsdecls("w")} w:w="900" w:wrap="around" w:hAnchor="margin" w:xAlign="right"/>')
            )
        footer.add_paragraph("Ministerija")

    copy, _ = stamped(document(tmp_path / "a.docx", framed))
    texts = [text_of(p) for p in xml(copy, stories(copy)[1, "footer", "default"])]
    assert texts.index("iš 2") == texts.index("1") + 1

"""The proof of a stamped DOCX: each fault alone is enough to stop the copy."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.enum.section import WD_SECTION

from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.model import CopyOrder, HoldCode, PartyId
from marker.numbering import CopyNumber
from marker.proof.docx import prove_docx
from marker.stamp.code import modules
from marker.stamp.docx import code_picture, stamp_docx

Parts = dict[str, bytes]
MAIN, STYLES, TYPES = "word/document.xml", "word/styles.xml", "[Content_Types].xml"
RELATIONS = "word/_rels/document.xml.rels"


def order(index: int = 1, recipient: str | None = "Құжат бөлімі") -> CopyOrder:
    return CopyOrder(
        receiving=PartyId("KZ"),
        sending=PartyId("LT"),
        marking_text="ҚҰПИЯ/СЕКРЕТНО",
        originator_text="KONFIDENCIALIAI/CONFIDENTIAL",
        register_number="KZ-2026-000123",
        copy_number=str(CopyNumber(PartyId("KZ"), 2026, 123, index)),
        copy_index=index,
        set_size=2,
        date="2026-11-22",
        recipient=recipient,
    )


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A letter with first and even pages and two sections, and its stamped copy, in one folder."""
    folder = tmp_path_factory.mktemp("docx")
    made = Document()
    made.settings.odd_and_even_pages_header_footer = True
    made.sections[0].different_first_page_header_footer = True
    made.sections[0].header.paragraphs[0].text = "Ministerija"
    for number in range(4):
        made.add_paragraph(f"{number}. Prašome pateikti pastabas.")
    second = made.add_section(WD_SECTION.NEW_PAGE)
    second.footer.is_linked_to_previous = False
    second.footer.paragraphs[0].text = "Priedas"
    made.add_paragraph("Priedo tekstas.")
    made.save(str(folder / "source.docx"))
    stamp_docx(folder / "source.docx", [(order(), folder / "copy.docx")], load_profile())
    return folder


@pytest.fixture
def pair(made_once: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Source and stamped copy, to be spoiled."""
    return made_once / "source.docx", Path(shutil.copy(made_once / "copy.docx", tmp_path))


def prove(pair: tuple[Path, Path], wanted: CopyOrder | None = None) -> None:
    prove_docx(*pair, wanted or order(), load_profile())


def spoiled(copy: Path, change: Callable[[Parts], object]) -> None:
    with zipfile.ZipFile(copy) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    change(parts)
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)


def replaced(part: str, old: str, new: str, count: int = -1) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        text = parts[part].decode()
        assert old in text, f"{part} has no {old}"
        parts[part] = text.replace(old, new, count).encode()

    return change


def refused(pair: tuple[Path, Path], because: str) -> None:
    with pytest.raises(HoldError, match=because) as caught:
        prove(pair)
    assert caught.value.hold.code is HoldCode.STAMP_FAILED


def of_kind(copy: Path, story: str, kind: str) -> str:
    """The part that the first section names for it."""
    with zipfile.ZipFile(copy) as package:
        from lxml import etree

        relations = {r.get("Id"): r.get("Target") for r in etree.fromstring(package.read(RELATIONS))}
        section = next(etree.fromstring(package.read(MAIN)).iter("{*}sectPr"))
    for reference in section.iter(f"{{*}}{story}Reference"):
        values = list(reference.attrib.values())
        if kind in values:
            return "word/" + next(str(relations[v]) for v in values if v in relations)
    raise AssertionError(f"no {story} for {kind} pages")


def test_a_sound_copy_passes(pair: tuple[Path, Path]) -> None:
    prove(pair)


def test_a_label_added_beside_the_stamp_does_not_disturb(pair: tuple[Path, Path]) -> None:
    def label(parts: Parts) -> None:
        parts["customXml/item9.xml"] = b"<b xmlns='urn:nato:stanag:4778:bindinginformation:1:0'/>"
        relation = '<Relationship Id="rId99" Type="urn:customXml" Target="../customXml/item9.xml"/></Relationships>'
        replaced(RELATIONS, "</Relationships>", relation)(parts)

    spoiled(pair[1], label)
    prove(pair)


@pytest.mark.parametrize("kind", ["default", "first", "even"])
@pytest.mark.parametrize("story", ["header", "footer"])
def test_a_marking_missing_on_one_kind_of_page_is_seen(pair: tuple[Path, Path], story: str, kind: str) -> None:
    spoiled(pair[1], replaced(of_kind(pair[1], story, kind), "ҚҰПИЯ/СЕКРЕТНО", ""))
    refused(pair, "does not show the marking")


@pytest.mark.parametrize(
    "formatting",
    [
        "<w:rPr><w:vanish/></w:rPr>",
        '<w:rPr><w:color w:val="FFFFFF"/></w:rPr>',
        '<w:rPr><w:sz w:val="2"/></w:rPr>',
        "<w:rPr><w:strike/></w:rPr>",
    ],
)
def test_a_marking_that_nobody_can_read_does_not_count(pair: tuple[Path, Path], formatting: str) -> None:
    header = of_kind(pair[1], "header", "first")
    words = '<w:t xml:space="preserve">ҚҰПИЯ'
    spoiled(pair[1], replaced(header, words, formatting + words))
    refused(pair, "does not show the marking")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<w:vanish w:val="0"/>', "<w:vanish/>"),
        ('<w:color w:val="000000"/>', '<w:color w:val="F0F0F0"/>'),
        ('<w:sz w:val="26"/><w:szCs w:val="26"/><w:u', '<w:sz w:val="3"/><w:szCs w:val="26"/><w:u'),
    ],
)
def test_a_style_that_hides_the_marking_is_seen_through(pair: tuple[Path, Path], old: str, new: str) -> None:
    spoiled(pair[1], replaced(STYLES, old, new))
    refused(pair, "does not show the marking")


def test_a_marking_in_a_tracked_deletion_does_not_count(pair: tuple[Path, Path]) -> None:
    header = of_kind(pair[1], "header", "default")

    def delete(parts: Parts) -> None:
        replaced(header, "<w:sdtContent>", '<w:sdtContent><w:del w:id="7" w:author="x">')(parts)
        replaced(header, "</w:sdtContent>", "</w:del></w:sdtContent>")(parts)

    spoiled(pair[1], delete)
    refused(pair, "does not show the marking")


@pytest.mark.parametrize(
    ("story", "old", "new"),
    [
        ("header", 'w:y="320"', 'w:y="8000"'),
        ("header", 'w:vAnchor="page"', 'w:vAnchor="text"'),
        ("header", 'w:xAlign="center"', 'w:x="1"'),
        ("footer", 'w:yAlign="bottom"', 'w:y="400"'),
    ],
)
def test_a_marking_away_from_its_place_does_not_count(pair: tuple[Path, Path], story: str, old: str, new: str) -> None:
    spoiled(pair[1], replaced(of_kind(pair[1], story, "default"), old, new))
    refused(pair, "does not show the marking")


def test_another_copy_number_is_not_this_copy(pair: tuple[Path, Path]) -> None:
    with pytest.raises(HoldError, match="copy number"):
        prove(pair, order(index=2))


def test_pages_that_are_not_counted_are_seen(pair: tuple[Path, Path]) -> None:
    spoiled(pair[1], replaced(of_kind(pair[1], "footer", "even"), "NUMPAGES", "DATE"))
    refused(pair, "does not count its pages")


def test_the_code_of_another_copy_is_seen(pair: tuple[Path, Path]) -> None:
    other = code_picture(modules(order(index=2).copy_number))
    spoiled(pair[1], lambda parts: parts.update({"word/media/stampcode1.png": other}))
    refused(pair, "no Data Matrix")


def test_a_code_too_small_to_be_read_in_print_is_seen(pair: tuple[Path, Path]) -> None:
    footer = of_kind(pair[1], "footer", "first")
    spoiled(pair[1], replaced(footer, '<wp:extent cx="', '<wp:extent cx="1" data="'))
    refused(pair, "no Data Matrix")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("Дана № 1 (барлығы 2)", 1),
        ("KZ-2026-000123", 2),
        ("22.11.2026", 2),
        ("Жіберушінің белгісі", 3),
        ("KONFIDENCIALIAI/CONFIDENTIAL", 4),
        ("LT · ", 4),
        ("Келісімнің 3-бабы", 5),
        ("Құжат бөлімі", 6),
    ],
)
def test_each_word_of_the_block_is_needed(pair: tuple[Path, Path], words: str, line: int) -> None:
    spoiled(pair[1], replaced(MAIN, words, "…"))
    refused(pair, f"line {line} of the first page's block")


def test_a_block_off_the_page_is_seen(pair: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(pair[1]) as package:
        text = package.read(MAIN).decode()
    x = text.partition('w:hAnchor="page" w:x="')[2].partition('"')[0]
    spoiled(pair[1], replaced(MAIN, f'w:x="{x}"', 'w:x="20000"'))
    refused(pair, "outside the page")


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (MAIN, "Prašome pateikti", "Prašome nepateikti"),
        (MAIN, "1. Prašome pateikti pastabas.", ""),
        (MAIN, "<w:titlePg/>", ""),
        (MAIN, 'w:top="1440"', 'w:top="1441"'),
        (MAIN, "<w:sectPr ", "<w:p><w:r><w:t>Priedas</w:t></w:r></w:p><w:sectPr "),
        (STYLES, 'w:styleId="Heading1"', 'w:styleId="Heading9"'),
        (TYPES, 'PartName="/word/settings.xml"', 'PartName="/word/other.xml"'),
    ],
)
def test_whatever_is_gone_or_changed_in_a_stamped_part_is_seen(
    pair: tuple[Path, Path], part: str, old: str, new: str
) -> None:
    spoiled(pair[1], replaced(part, old, new, 1))
    refused(pair, "something of the original is gone")


def test_a_paragraph_moved_is_seen(pair: tuple[Path, Path]) -> None:
    def swap(parts: Parts) -> None:
        for old, new in (("1. Prašome", "X. Prašome"), ("2. Prašome", "1. Prašome"), ("X. Prašome", "2. Prašome")):
            replaced(MAIN, old, new)(parts)

    spoiled(pair[1], swap)
    refused(pair, "something of the original is gone")


def test_a_part_the_stamp_has_no_business_in_must_stay(pair: tuple[Path, Path]) -> None:
    spoiled(pair[1], lambda parts: parts.update({"docProps/core.xml": parts["docProps/core.xml"] + b" "}))
    refused(pair, "no business")


def test_a_part_that_is_gone_is_seen(pair: tuple[Path, Path]) -> None:
    spoiled(pair[1], lambda parts: parts.pop("docProps/core.xml"))
    refused(pair, "is gone")


def test_a_relationship_to_nowhere_is_seen(pair: tuple[Path, Path]) -> None:
    spoiled(pair[1], lambda parts: parts.pop("word/media/stampcode1.png"))
    refused(pair, "leads nowhere")


def test_a_part_of_no_known_type_is_seen(pair: tuple[Path, Path]) -> None:
    spoiled(pair[1], lambda parts: parts.update({"word/strange.qqq": b"?"}))
    refused(pair, "no known type")


def test_two_parts_of_one_name_are_seen(pair: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(pair[1], "a") as package:
        package.writestr("Word/Document.xml", b"<x/>")
    refused(pair, "same name")


def test_a_copy_cut_short_is_seen(pair: tuple[Path, Path]) -> None:
    pair[1].write_bytes(pair[1].read_bytes()[:-200])
    refused(pair, "no sound ZIP file")


def test_a_bad_check_sum_is_seen(pair: tuple[Path, Path]) -> None:
    data = bytearray(pair[1].read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 16] ^= 0xFF
    pair[1].write_bytes(bytes(data))
    refused(pair, "check sum|no sound ZIP")


def test_the_source_itself_is_no_stamped_copy(pair: tuple[Path, Path]) -> None:
    with pytest.raises(HoldError):
        prove_docx(pair[0], pair[0], order(), load_profile())

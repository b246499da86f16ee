"""What is held instead of stamped, and that no bad file brings anything but a hold."""

from __future__ import annotations

import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx.document import Document as DocxDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
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
    signed,
    stamped,
    stories,
    text_of,
    xml,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.model import HoldCode
from marker.settings import Settings
from marker.stamp.docx import stamp_docx


def held(source: Path, limits: Settings | None = None) -> HoldError:
    target = source.with_name("copy.docx")
    with pytest.raises(HoldError) as caught:
        stamp_docx(source, [(order(), target)], load_profile(), settings=limits)
    assert not target.exists()
    return caught.value


def code(source: Path, limits: Settings | None = None) -> HoldCode:
    return held(source, limits).hold.code


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def test_an_encrypted_file_is_held_as_such_and_an_old_one_is_not_taken_for_it(tmp_path: Path) -> None:
    assert code(written(tmp_path / "a.docx", OLE + "EncryptedPackage".encode("utf-16-le"))) is HoldCode.ENCRYPTED
    assert code(written(tmp_path / "b.docx", OLE)) is HoldCode.UNSUPPORTED


def test_macros_that_are_to_be_left_out_hold_the_file(tmp_path: Path) -> None:
    plain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macros = "application/vnd.ms-word.document.macroEnabled.main+xml"
    source = minimal(tmp_path / "a.docm", types=MINIMAL["[Content_Types].xml"].replace(plain, macros))
    assert code(source, Settings(strip_active=True)) is HoldCode.UNSUPPORTED


def test_a_main_part_that_is_no_word_document_is_malformed(tmp_path: Path) -> None:
    plain = "wordprocessingml.document.main+xml"
    source = minimal(tmp_path / "a.docx", types=MINIMAL["[Content_Types].xml"].replace(plain, "wordprocessingml.x+xml"))
    assert code(source) is HoldCode.MALFORMED


def test_a_signed_package_is_held(tmp_path: Path) -> None:
    assert code(signed(document(tmp_path / "a.docx"))) is HoldCode.SIGNED
    source = package(tmp_path / "b.docx", {**MINIMAL, "_xmlsignatures/sig1.xml": "<x/>"})
    assert code(source) is HoldCode.SIGNED


def body(content: str) -> str:
    return f'<w:document xmlns:w="{W}"><w:body>{content}</w:body></w:document>'


@pytest.mark.parametrize(
    "content",
    [
        '<w:altChunk xmlns:r="urn:r" r:id="rId1"/>',
        '<w:p><w:subDoc xmlns:r="urn:r" r:id="rId1"/></w:p>',
        '<w:p/><w:sectPr><w:textDirection w:val="tbRl"/></w:sectPr>',
    ],
)
def test_pages_that_the_stamp_would_not_reach_hold_the_file(tmp_path: Path, content: str) -> None:
    assert code(minimal(tmp_path / "a.docx", document=body(content))) is HoldCode.UNSUPPORTED


@pytest.mark.parametrize(
    "text",
    [
        "<w:document",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        f'<w:hdr xmlns:w="{W}"/>',
        f'<w:document xmlns:w="{W}"/>',
        "<document/>",
        body('<w:sectPr><w:headerReference xmlns:r="urn:r" w:type="default" r:id="rId9"/></w:sectPr>'),
        "",
    ],
)
def test_a_damaged_main_part_is_malformed(tmp_path: Path, text: str) -> None:
    assert code(minimal(tmp_path / "a.docx", document=text)) is HoldCode.MALFORMED


@pytest.mark.parametrize("missing", ["[Content_Types].xml", "_rels/.rels", MAIN])
def test_a_package_without_its_basic_parts_is_malformed(tmp_path: Path, missing: str) -> None:
    content = {name: data for name, data in MINIMAL.items() if name != missing}
    assert code(package(tmp_path / "a.docx", content)) is HoldCode.MALFORMED


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def wrong_sum(data: bytes) -> bytes:
    at = data.index(b"PK\x01\x02") + 16
    return data[:at] + struct.pack("<L", 1) + data[at + 4 :]


def no_zip(_: bytes) -> bytes:
    return b"Not a package at all."


@pytest.mark.parametrize("harm", [cut, wrong_sum, no_zip])
def test_a_damaged_zip_file_is_malformed(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    data = minimal(tmp_path / "sound.docx").read_bytes()
    assert code(written(tmp_path / "a.docx", harm(data))) is HoldCode.MALFORMED


def test_two_parts_of_one_name_are_malformed(tmp_path: Path) -> None:
    source = package(tmp_path / "a.docx", {**MINIMAL, "Word/Document.xml": body("<w:p/>")})
    assert code(source) is HoldCode.MALFORMED


def test_a_zip_bomb_is_too_large(tmp_path: Path) -> None:
    source = package(tmp_path / "a.docx", {**MINIMAL, "word/media/zeros.bin": b"\0" * 3_000_000})
    assert source.stat().st_size < 10_000
    assert code(source, Settings(max_unpacked_bytes=1_000_000)) is HoldCode.TOO_LARGE
    assert code(source, Settings(max_parts=3)) is HoldCode.TOO_LARGE
    assert code(source, Settings(max_file_bytes=1_000)) is HoldCode.TOO_LARGE


def test_a_picture_over_the_whole_page_holds_the_file(tmp_path: Path) -> None:
    cover = parse_xml(
        f'<w:p {nsdecls("w", "wp")}><w:r><w:drawing><wp:anchor behindDoc="1"><wp:positionH relativeFrom="page">'
        '<wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="page"><wp:posOffset>0</wp:posOffset>'
        '</wp:positionV><wp:extent cx="8000000" cy="11000000"/></wp:anchor></w:drawing></w:r></w:p>'
    )
    source = document(tmp_path / "a.docx", lambda made: made.element.body.insert(0, cover))
    assert code(source) is HoldCode.STAMP_FAILED


def test_an_exact_margin_that_leaves_no_room_holds_the_file(tmp_path: Path) -> None:
    def exact(made: DocxDocument) -> None:
        made.sections[0].header.paragraphs[0].text = "Ministerija"

    source = document(tmp_path / "a.docx", exact)
    edited(source, document=lambda text: text.replace('w:top="1440"', 'w:top="-200"'))
    assert code(source) is HoldCode.STAMP_FAILED


def test_a_letter_without_glyph_holds_the_file(tmp_path: Path) -> None:
    with pytest.raises(HoldError) as caught:
        stamped(document(tmp_path / "a.docx"), order(recipient="收件人"))
    assert caught.value.hold.code is HoldCode.STAMP_FAILED


def test_when_one_copy_of_a_set_fails_none_stays(tmp_path: Path) -> None:
    orders = [(order(), tmp_path / "1.docx"), (order(recipient="收件人"), tmp_path / "2.docx")]
    with pytest.raises(HoldError):
        stamp_docx(document(tmp_path / "a.docx"), orders, load_profile())
    assert not (tmp_path / "1.docx").exists() and not (tmp_path / "2.docx").exists()


def test_a_hold_never_quotes_the_document(tmp_path: Path) -> None:
    source = minimal(tmp_path / "a.docx", document="<w:document>Slapta operacija<")
    assert "operacija" not in str(held(source))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), count=st.integers(1, 30))
def test_bytes_thrown_about_bring_a_copy_or_a_hold(tmp_path: Path, seed: int, count: int) -> None:
    random_source = random.Random(seed)
    source = document(tmp_path / "sound.docx")
    data = bytearray(source.read_bytes())
    for _ in range(count):
        data[random_source.randrange(len(data))] = random_source.randrange(256)
    (target := tmp_path / "copy.docx").unlink(missing_ok=True)
    try:
        stamp_docx(written(tmp_path / "a.docx", bytes(data)), [(order(), target)], load_profile())
    except HoldError:
        assert not target.exists()
    else:
        assert zipfile.ZipFile(target).testzip() is None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_xml_thrown_about_brings_a_copy_or_a_hold(tmp_path: Path, seed: int) -> None:
    random_source = random.Random(seed)
    content = parts(document(tmp_path / "sound.docx", lambda made: made.sections[0].header.paragraphs[0].add_run("x")))
    name = random_source.choice([n for n in content if n.endswith((".xml", ".rels"))])
    data = content[name]
    start, length = random_source.randrange(len(data)), random_source.randrange(1, 60)
    content[name] = data[:start] + data[start + length :]
    (target := tmp_path / "copy.docx").unlink(missing_ok=True)
    try:
        stamp_docx(package(tmp_path / "a.docx", content), [(order(), target)], load_profile())
    except HoldError:
        assert not target.exists()


def shape(x: float, y: float, width: float, height: float, *, wrap: str = "wrapNone", filled: bool = True) -> str:
    """A paragraph with a drawn rectangle at that place on the page, points."""
    fill = '<a:solidFill><a:srgbClr val="FF8800"/></a:solidFill>' if filled else "<a:noFill/>"
    place = "".join(
        f'<wp:position{axis} relativeFrom="page"><wp:posOffset>{round(at * 12700)}</wp:posOffset></wp:position{axis}>'
        for axis, at in (("H", x), ("V", y))
    )
    return (
        f'<w:p {nsdecls("w", "wp", "a")} xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f'<w:r><w:drawing><wp:anchor behindDoc="0">{place}'
        f'<wp:extent cx="{round(width * 12700)}" cy="{round(height * 12700)}"/><wp:{wrap}/>'
        f"<a:graphic><a:graphicData><wps:wsp><wps:spPr>{fill}</wps:spPr></wps:wsp></a:graphicData></a:graphic>"
        "</wp:anchor></w:drawing></w:r></w:p>"
    )


def crowded(wrap: str) -> Callable[[DocxDocument], None]:
    """Corners and margins taken, and a rectangle where the text begins."""

    def build(made: DocxDocument) -> None:
        for x, y, width, height in ((0, 8, 220, 64), (392, 8, 220, 64), (392, 722, 220, 60), (0, 60, 88, 660)):
            made.element.body.insert(0, parse_xml(shape(x, y, width, height)))
        made.element.body.insert(0, parse_xml(shape(90, 70, 440, 30, wrap=wrap)))

    return build


def test_a_block_that_a_drawing_would_hide_holds_the_file(tmp_path: Path) -> None:
    refused = held(document(tmp_path / "a.docx", crowded("wrapNone")))
    assert refused.hold.code is HoldCode.STAMP_FAILED
    assert "first page's block" in str(refused)


def test_a_block_that_flows_around_a_drawing_is_set_in_the_text(tmp_path: Path) -> None:
    _, result = stamped(document(tmp_path / "a.docx", crowded("wrapTopAndBottom")))
    assert any("beginning of its text" in note for note in result.notes)


def test_a_frame_drawn_around_the_page_is_no_obstacle_but_its_lines_are_kept_clear_of(tmp_path: Path) -> None:
    def outlined(made: DocxDocument) -> None:
        made.sections[0].footer.paragraphs[0]._p.addnext(parse_xml(shape(18, 18, 576, 756, filled=False)))

    copy, result = stamped(document(tmp_path / "a.docx", outlined))
    assert result.notes == ()
    for part in set(stories(copy).values()):
        for paragraph in frames(xml(copy, part)):
            frame = paragraph.find("w:pPr/w:framePr", NS)
            assert frame is not None
            reach = int(frame.get(f"{{{W}}}h", "0")) / 20 or int(frame.get(f"{{{W}}}y", "0")) / 20
            if text_of(paragraph) == order().marking_text:
                assert reach < 16 or reach > 20

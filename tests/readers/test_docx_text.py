"""Where text stands in a Word document, and how far a reader of the paper sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from reader_files import docx_bytes, p, read_bytes_as, relations_for, span_of, story, texts

from marker.model import Place, Reading, Source, Visibility


def read_body(tmp_path: Path, body: str, **kwargs: object) -> Reading:
    return read_bytes_as(tmp_path, docx_bytes(body, **kwargs), "letter.docx")  # type: ignore[arg-type]


def styles(*inner: str) -> dict[str, str]:
    return {"word/styles.xml": story("styles", "".join(inner))}


EQUATION = " EQ \\x(SECRET) "
STYLES = [("s", "styles", "styles.xml")]


def test_a_paragraph_is_one_span_with_its_forced_breaks(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>СОВЕРШЕННО</w:t><w:br/></w:r><w:r><w:t>СЕК</w:t></w:r><w:r><w:t>РЕТНО</w:t></w:r></w:p>"
    assert texts(read_body(tmp_path, body)) == ["СОВЕРШЕННО\nСЕКРЕТНО"]


def test_text_in_wrappers_is_found(tmp_path: Path) -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    body = (
        f"<w:sdt><w:sdtPr/><w:sdtContent>{p('control')}</w:sdtContent></w:sdt>"
        f"<w:p><w:ins>{run.format('inserted')}</w:ins></w:p>"
        f"<w:p><w:hyperlink>{run.format('linked')}</w:hyperlink></w:p>"
        f"<w:p><w:smartTag>{run.format('smart')}</w:smartTag></w:p>"
        f"<w:p><w:sdt><w:sdtContent>{run.format('inline control')}</w:sdtContent></w:sdt></w:p>"
        f"<w:p><w:somethingNew>{run.format('of a later Word')}</w:somethingNew></w:p>"
        "<w:p><m:oMath><m:r><m:t>formula</m:t></m:r></m:oMath></w:p>"
    )
    found = ["control", "inserted", "linked", "smart", "inline control", "of a later Word", "formula"]
    assert texts(read_body(tmp_path, body)) == found


def test_cells_of_a_table_share_a_flow_of_their_own(tmp_path: Path) -> None:
    table = f"<w:tbl><w:tr><w:tc>{p('VISIŠKAI')}</w:tc><w:tc>{p('SLAPTAI')}</w:tc></w:tr></w:tbl>"
    reading = read_body(tmp_path, p("before") + table + table.replace("SLAPTAI", "other") + p("after"))
    first, second = span_of(reading, "SLAPTAI"), span_of(reading, "other")
    assert first.cell and second.cell
    assert len({span_of(reading, "before").flow, first.flow, second.flow}) == 3
    assert span_of(reading, "before").flow == span_of(reading, "after").flow


def test_a_deletion_is_read_with_the_words_around_it(tmp_path: Path) -> None:
    body = "<w:p><w:del><w:r><w:delText>VISIŠKAI </w:delText></w:r></w:del><w:r><w:t>SLAPTAI</w:t></w:r></w:p>"
    reading = read_body(tmp_path, body)
    assert texts(reading) == ["SLAPTAI"]
    assert texts(reading, Visibility.DELETED) == ["VISIŠKAI SLAPTAI"]


def test_a_half_struck_mark_is_read_as_a_struck_whole(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:rPr><w:strike/></w:rPr><w:t>СОВЕРШЕННО</w:t><w:br/></w:r><w:r><w:t>СЕКРЕТНО</w:t></w:r></w:p>"
    assert texts(read_body(tmp_path, body), Visibility.STRUCK) == ["СОВЕРШЕННО\nСЕКРЕТНО"]


def test_a_struck_copy_number_does_not_strike_the_mark_beside_it(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>SLAPTAI</w:t><w:br/><w:t>Egz. Nr. </w:t></w:r>"
        "<w:r><w:rPr><w:strike/></w:rPr><w:t>1</w:t></w:r><w:r><w:t>2</w:t></w:r></w:p>"
    )
    reading = read_body(tmp_path, body)
    assert texts(reading) == ["SLAPTAI\nEgz. Nr. 2"]
    assert texts(reading, Visibility.STRUCK) == ["1"]


def test_what_is_struck_far_away_does_not_strike_the_mark(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>SLAPTAI</w:t><w:br/><w:br/><w:br/></w:r>"
        "<w:r><w:rPr><w:dstrike/></w:rPr><w:t>struck</w:t></w:r></w:p>"
    )
    assert texts(read_body(tmp_path, body), Visibility.STRUCK) == ["struck"]


@pytest.mark.parametrize(
    "run",
    [
        "<w:vanish/>",
        '<w:color w:val="FFFFFF"/>',
        '<w:color w:val="FDFDFD"/>',
        '<w:sz w:val="2"/>',
        '<w:color w:val="auto" w:themeColor="background1"/>',
        '<w:w w:val="1"/>',
    ],
)
def test_text_nobody_sees_is_hidden(tmp_path: Path, run: str) -> None:
    assert texts(read_body(tmp_path, p("SLAPTAI", run)), Visibility.HIDDEN) == ["SLAPTAI"]


def test_white_letters_on_a_dark_cell_are_seen(tmp_path: Path) -> None:
    cell = '<w:tc><w:tcPr><w:shd w:val="clear" w:fill="000000"/></w:tcPr>{}</w:tc>'
    white = p("SLAPTAI", '<w:color w:val="FFFFFF"/>')
    body = f"<w:tbl><w:tr>{cell.format(white)}</w:tr></w:tbl>"
    assert texts(read_body(tmp_path, body)) == ["SLAPTAI"]


def test_looks_come_through_styles_and_their_ancestors(tmp_path: Path) -> None:
    parts = styles(
        '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="24"/></w:rPr></w:rPrDefault></w:docDefaults>',
        '<w:style w:type="paragraph" w:styleId="base"><w:pPr><w:jc w:val="center"/></w:pPr>'
        "<w:rPr><w:b/><w:vanish/></w:rPr></w:style>",
        '<w:style w:type="paragraph" w:styleId="derived"><w:basedOn w:val="base"/></w:style>',
        '<w:style w:type="character" w:styleId="show"><w:rPr><w:vanish/></w:rPr></w:style>',
        '<w:style w:type="paragraph" w:styleId="loop"><w:basedOn w:val="loop"/></w:style>',
    )
    derived = '<w:pStyle w:val="derived"/>'
    body = (
        p("hidden by its ancestor", paragraph=derived)
        + p("shown by itself", '<w:vanish w:val="0"/>', derived)
        + p("turned over twice", '<w:rStyle w:val="show"/>', derived)
        + p("own ancestor", paragraph='<w:pStyle w:val="loop"/>')
    )
    reading = read_body(tmp_path, body, parts=parts, relations=STYLES)
    assert texts(reading, Visibility.HIDDEN) == ["hidden by its ancestor"]
    shown = span_of(reading, "shown by itself")
    assert shown.bold and shown.centred and shown.size == 12
    assert texts(reading) == ["shown by itself", "turned over twice", "own ancestor"]


def test_spaced_letters_are_marked_as_tracked(tmp_path: Path) -> None:
    assert span_of(read_body(tmp_path, p("СЕКРЕТНО", '<w:spacing w:val="80"/>')), "СЕКРЕТНО").tracked


def test_a_field_shows_its_result_and_not_its_code(tmp_path: Path) -> None:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    def code(text: str) -> str:
        return f"<w:r><w:instrText>{text}</w:instrText></w:r>"

    result = "<w:r><w:t>{}</w:t></w:r>"
    body = (
        f"<w:p>{mark('begin')}{code('IF ')}{mark('begin')}{code('PAGE')}{mark('separate')}"
        f"{result.format('7')}{mark('end')}{code(' = 1')}{mark('separate')}{result.format('shown')}{mark('end')}</w:p>"
        f"<w:p>{mark('begin')}{code(' MACROBUTTON NoMacro SLAPTAI ')}{mark('end')}</w:p>"
        f"<w:p>{mark('begin')}{code(EQUATION)}{mark('end')}</w:p>"
        '<w:p><w:fldSimple w:instr="TITLE"><w:r><w:t>simple</w:t></w:r></w:fldSimple></w:p>'
    )
    assert texts(read_body(tmp_path, body)) == ["shown", "SLAPTAI", "SECRET", "simple"]


def test_the_choice_of_a_drop_down_field_is_text(tmp_path: Path) -> None:
    body = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/>'
        '<w:listEntry w:val="first"/><w:listEntry w:val="SLAPTAI"/></w:ddList></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText>FORMDROPDOWN</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    assert texts(read_body(tmp_path, body)) == ["SLAPTAI"]


def test_a_word_in_a_list_label_is_text(tmp_path: Path) -> None:
    numbering = story(
        "numbering",
        (
            '<w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0"><w:lvlText w:val="ҚҰПИЯ %1."/></w:lvl>'
            "</w:abstractNum>"
            '<w:num w:numId="1"><w:abstractNumId w:val="3"/></w:num>'
        ),
    )
    body = p("item", paragraph='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
    reading = read_body(
        tmp_path, body, parts={"word/numbering.xml": numbering}, relations=[("n", "numbering", "numbering.xml")]
    )
    assert texts(reading)[0].startswith("ҚҰПИЯ")


HEADERS = [
    ("h1", "header", "header1.xml"),
    ("h2", "header", "header2.xml"),
    ("h3", "header", "header3.xml"),
    ("f1", "footer", "footer1.xml"),
    ("set", "settings", "settings.xml"),
]


def header_parts(settings: str = "") -> dict[str, str]:
    return {
        "word/header1.xml": story("hdr", p("default")),
        "word/header2.xml": story("hdr", p("first")),
        "word/header3.xml": story("hdr", p("even")),
        "word/footer1.xml": story("ftr", p("foot")),
        "word/settings.xml": story("settings", settings),
    }


def section(extra: str = "", references: str = "") -> str:
    return f"<w:sectPr>{references}{extra}</w:sectPr>"


REFERENCES = (
    '<w:headerReference w:type="default" r:id="h1"/><w:headerReference w:type="first" r:id="h2"/>'
    '<w:headerReference w:type="even" r:id="h3"/><w:footerReference w:type="default" r:id="f1"/>'
)


def test_headers_of_kinds_that_are_off_are_hidden(tmp_path: Path) -> None:
    reading = read_body(tmp_path, section(references=REFERENCES), parts=header_parts(), relations=HEADERS)
    assert texts(reading) == ["default", "foot"]
    assert sorted(texts(reading, Visibility.HIDDEN)) == ["even", "first"]
    assert span_of(reading, "default").place is Place.HEADER
    assert span_of(reading, "foot").place is Place.FOOTER


def test_first_and_even_headers_count_when_they_are_on(tmp_path: Path) -> None:
    reading = read_body(
        tmp_path, section("<w:titlePg/>", REFERENCES), parts=header_parts("<w:evenAndOddHeaders/>"), relations=HEADERS
    )
    assert sorted(texts(reading)) == ["default", "even", "first", "foot"]


def test_a_section_inherits_the_headers_of_the_one_before(tmp_path: Path) -> None:
    body = f"<w:p><w:pPr>{section(references=REFERENCES)}</w:pPr></w:p>" + section("<w:titlePg/>")
    reading = read_body(tmp_path, body, parts=header_parts(), relations=HEADERS)
    assert "first" in texts(reading)


def test_a_header_no_section_refers_to_is_hidden(tmp_path: Path) -> None:
    reading = read_body(tmp_path, section(), parts=header_parts(), relations=HEADERS)
    assert texts(reading) == []


def test_footnotes_count_when_they_are_referred_to(tmp_path: Path) -> None:
    notes = story(
        "footnotes",
        (
            f'<w:footnote w:id="0" w:type="separator">{p("separator")}</w:footnote>'
            f'<w:footnote w:id="1">{p("SLAPTAI")}</w:footnote><w:footnote w:id="2">{p("orphan")}</w:footnote>'
        ),
    )
    body = '<w:p><w:r><w:footnoteReference w:id="1"/></w:r></w:p>'
    reading = read_body(
        tmp_path, body, parts={"word/footnotes.xml": notes}, relations=[("n", "footnotes", "footnotes.xml")]
    )
    assert texts(reading) == ["separator", "SLAPTAI"]
    assert texts(reading, Visibility.HIDDEN) == ["orphan"]
    assert span_of(reading, "SLAPTAI").place is Place.FOOTNOTE


def test_comments_are_comments(tmp_path: Path) -> None:
    comments = story("comments", f'<w:comment w:id="1">{p("SLAPTAI?")}</w:comment>')
    reading = read_body(
        tmp_path, p("x"), parts={"word/comments.xml": comments}, relations=[("c", "comments", "comments.xml")]
    )
    assert span_of(reading, "SLAPTAI?").place is Place.COMMENT
    assert span_of(reading, "SLAPTAI?").source is Source.ANNOTATION


def test_a_text_box_stored_twice_is_read_once(tmp_path: Path) -> None:
    content = f"<w:txbxContent>{p('SLAPTAI')}</w:txbxContent>"
    body = (
        '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wps:wsp>'
        f'<wps:spPr><a:xfrm rot="2700000"/></wps:spPr><wps:txbx>{content}</wps:txbx></wps:wsp></wp:anchor></w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    reading = read_body(tmp_path, body)
    assert span_of(reading, "SLAPTAI").place is Place.TEXTBOX
    assert span_of(reading, "SLAPTAI").turned == 45


def test_a_fallback_that_says_something_else_is_read_as_hidden(tmp_path: Path) -> None:
    body = (
        '<w:p><mc:AlternateContent><mc:Choice Requires="wps"><w:r><w:t>SLAPTAI</w:t></w:r></mc:Choice>'
        "<mc:Fallback><w:r><w:t>NESLAPTA</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>"
    )
    reading = read_body(tmp_path, body)
    assert texts(reading) == ["SLAPTAI"]
    assert "NESLAPTA" in texts(reading, Visibility.HIDDEN)[0]


def test_a_choice_word_does_not_understand_is_not_what_word_shows(tmp_path: Path) -> None:
    body = (
        '<w:p><mc:AlternateContent><mc:Choice xmlns:zz="urn:zz" Requires="zz"><w:r><w:t>unknown</w:t></w:r></mc:Choice>'
        "<mc:Fallback><w:r><w:t>shown</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>"
    )
    assert texts(read_body(tmp_path, body)) == ["shown"]


def test_a_watermark_in_a_header_is_found(tmp_path: Path) -> None:
    watermark = (
        '<w:p><w:r><w:pict><v:shape style="position:absolute;rotation:315"><v:textpath string="SLAPTAI"/>'
        "</v:shape></w:pict></w:r></w:p>"
    )
    parts = {**header_parts(), "word/header1.xml": story("hdr", watermark)}
    reading = read_body(tmp_path, section(references=REFERENCES), parts=parts, relations=HEADERS)
    assert span_of(reading, "SLAPTAI").place is Place.WATERMARK
    assert span_of(reading, "SLAPTAI").turned == 315


def test_charts_and_smartart_are_read(tmp_path: Path) -> None:
    chart = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:p><a:r><a:t>chart </a:t></a:r>'
        "<a:r><a:t>title</a:t></a:r></a:p><c:strCache><c:pt><c:v>series</c:v></c:pt></c:strCache></c:chartSpace>"
    )
    data = (
        '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:t>'
        "<a:p><a:r><a:t>node</a:t></a:r></a:p></dgm:t></dgm:dataModel>"
    )
    body = (
        '<w:p><w:r><w:drawing><c:chart r:id="c"/></w:drawing></w:r></w:p>'
        '<w:p><w:r><w:drawing><dgm:relIds r:dm="d"/></w:drawing></w:r></w:p>'
    )
    parts: dict[str, str | bytes] = {
        "word/charts/chart1.xml": chart,
        "word/diagrams/data1.xml": data,
        "word/embeddings/book.xlsx": b"PK\x03\x04",
        "word/charts/_rels/chart1.xml.rels": relations_for([("w", "package", "../embeddings/book.xlsx")]),
    }
    reading = read_body(
        tmp_path,
        body,
        parts=parts,
        relations=[("c", "chart", "charts/chart1.xml"), ("d", "diagramData", "diagrams/data1.xml")],
    )
    assert texts(reading) == ["chart title", "series", "node"]
    assert reading.attachments_unread == ()


def test_pictures_are_counted_and_those_in_headers_named(tmp_path: Path) -> None:
    picture = '<w:p><w:r><w:drawing><a:blip r:embed="rId9"/></w:drawing></w:r></w:p>'
    parts = {**header_parts(), "word/header1.xml": story("hdr", picture)}
    reading = read_body(tmp_path, picture + section(references=REFERENCES), parts=parts, relations=HEADERS)
    assert any("2 pictures, 1 of them in a header" in note for note in reading.notes)


def test_alternative_text_is_a_property_and_no_text(tmp_path: Path) -> None:
    described = '<wp:inline><wp:docPr id="1" name="x" descr="stamp SLAPTAI"/></wp:inline>'
    body = f"<w:p><w:r><w:drawing>{described}</w:drawing></w:r></w:p>"
    assert span_of(read_body(tmp_path, body), "stamp SLAPTAI").place is Place.PROPERTY


def test_names_of_bookmarks_are_bookmarks_and_those_of_word_are_none(tmp_path: Path) -> None:
    start = '<w:bookmarkStart w:id="{0}" w:name="{1}"/><w:bookmarkEnd w:id="{0}"/>'
    body = start.format(1, "RIBOTO_NAUDOJIMO") + f"<w:p>{start.format(2, '_Toc12')}<w:r><w:t>x</w:t></w:r></w:p>"
    reading = read_bytes_as(tmp_path, docx_bytes(body + p("y")), "a.docx")
    marks = [span for span in reading.spans if span.place is Place.BOOKMARK]
    assert [(span.text, span.source) for span in marks] == [("RIBOTO NAUDOJIMO", Source.PROPERTY)]


def test_building_blocks_are_comments_and_never_a_marking_by_themselves(tmp_path: Path) -> None:
    block = f"<w:docPart><w:docPartPr/><w:docPartBody>{p('SLAPTAI')}</w:docPartBody></w:docPart>"
    parts = {"word/glossary/document.xml": story("glossaryDocument", f"<w:docParts>{block}</w:docParts>")}
    relation = ("g", "glossaryDocument", "glossary/document.xml")
    reading = read_body(tmp_path, p("x"), parts=parts, relations=[relation])
    assert span_of(reading, "SLAPTAI").place is Place.COMMENT
    assert any("building blocks" in note for note in reading.notes)


def test_endnotes_count_when_they_are_referred_to(tmp_path: Path) -> None:
    notes = story("endnotes", f'<w:endnote w:id="1">{p("SLAPTAI")}</w:endnote>')
    body = '<w:p><w:r><w:endnoteReference w:id="1"/></w:r></w:p>'
    relation = ("n", "endnotes", "endnotes.xml")
    reading = read_body(tmp_path, body, parts={"word/endnotes.xml": notes}, relations=[relation])
    assert span_of(reading, "SLAPTAI").place is Place.FOOTNOTE


def test_ruby_text_is_read_apart_from_the_line_it_guides(tmp_path: Path) -> None:
    def run(text: str) -> str:
        return f"<w:r><w:t>{text}</w:t></w:r>"

    ruby = "<w:r><w:ruby><w:rubyPr/><w:rt>{}</w:rt><w:rubyBase>{}</w:rubyBase></w:ruby></w:r>"
    body = f"<w:p>{ruby.format(run('g'), run('SLAP'))}{ruby.format(run('h'), run('TAI'))}</w:p>"
    assert texts(read_body(tmp_path, body)) == ["gh", "SLAPTAI"]
    both = f"<w:p>{ruby.format(run('VISIŠKAI'), run('SLAPTAI'))}</w:p>"
    assert texts(read_body(tmp_path, both)) == ["VISIŠKAI", "SLAPTAI"]  # the guide stands above, so it comes first


def test_words_a_field_would_show_once_updated_are_hidden_text_and_noted(tmp_path: Path) -> None:
    def field(code: str) -> str:
        return (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            f"<w:r><w:instrText>{code}</w:instrText></w:r>"
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )

    body = "".join(
        f"<w:p>{inline}</w:p>"
        for inline in (
            field(' QUOTE "SLAPTAI" '), field(' XE "entry" '), field(" PAGE "), field(" STYLEREF Heading "),
            "<w:fldSimple w:instr=\"QUOTE 'one' \\* Upper\"/>",
        )
    )  # fmt: skip
    reading = read_body(tmp_path, body)
    assert texts(reading) == []
    assert texts(reading, Visibility.HIDDEN) == ["SLAPTAI", "'one' Upper"]
    assert [note.split("(")[1].split(")")[0] for note in reading.notes if "stored result" in note] == [
        "QUOTE", "STYLEREF",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("picture", "unread"),
    [
        ('<a:blip r:link="out"/>', True),
        ('<a:blip r:embed="out"/>', True),
        ('<a:blip r:link="gone"/>', True),
        ('<v:imagedata r:href="out"/>', True),
        ('<a:blip r:embed="in" r:link="out"/>', False),
        ('<a:blip r:embed="in"/>', False),
        ('<v:imagedata r:id="in" r:href="out"/>', False),
    ],
)
def test_a_picture_that_is_only_linked_is_a_part_nobody_has_seen(tmp_path: Path, picture: str, unread: bool) -> None:
    relations = [("out", "image", "https://example.org/mark.png"), ("in", "image", "media/image1.png")]
    body = f"<w:p><w:r><w:drawing>{picture}</w:drawing></w:r></w:p>"
    reading = read_body(tmp_path, body, parts={"word/media/image1.png": b"png"}, relations=relations)
    assert bool(reading.attachments_unread) is unread

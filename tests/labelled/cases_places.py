"""Documents whose marking stands in a special place of its format."""

from __future__ import annotations

import io
import time

from fixtures import docx_pieces, files, pdf_pieces
from fixtures.letter import A4, Letter, Para, Raw, Run, Section, para
from fixtures.texts import LANGUAGES
from fixtures.write_docx import MAIN, zipped
from fixtures.write_pdf import write_pdf
from tests.labelled import spelling
from tests.labelled.cases_marked import Result, lower_level
from tests.labelled.draft import Dice, Draft
from tests.labelled.registry import case

PICTURE = ("unreadable-page",)
"""What a reader that cannot read page pictures has to say."""
_LONG_AGO = time.gmtime(0)


# ── DOCX (row 13) ───────────────────────────────────────────────────────────────────────────────────────────────────


@case("row 13: text box", formats=("docx",))
def text_box(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    lines = [para(line, bold=True, align="center", after=0) for line in spelling.dual(marking, dice).split("\n")]
    draft.before.append(Para(raw=docx_pieces.text_box(*lines, para(spelling.copy_line(dice.sending, dice), size=9))))
    return draft.marked(marking)


@case("row 13: VML watermark", formats=("docx",))
def vml_watermark(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.top.append(Para(raw=docx_pieces.watermark(spelling.one_form(marking, dice))))
    return draft.marked(marking)


@case("row 13: content control", formats=("docx",))
def content_control(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    line = para(spelling.any_form(marking, dice), bold=True, align="right" if dice.sending == "KZ" else "center")
    draft.before.append(Raw(docx_pieces.content_control(line)))
    return draft.marked(marking)


@case("row 13: tracked insertion", formats=("docx",))
def tracked_insertion(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.any_form(marking, dice), change="ins")
    return draft.marked(marking)


@case("rule 4: tracked deletion alone", formats=("docx",))
def deletion_alone(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.mark(spelling.any_form(dice.level(), dice), change="del", copy=False)
    return draft.held("uncertain")


@case("rule 4: tracked deletion outranks the visible mark", formats=("docx",))
def deletion_higher(dice: Dice) -> Result:
    marking = lower_level(dice)
    draft, higher = Draft(dice), dice.other_level(marking)
    old = Run("/".join(spelling.HALVES[higher]), bold=True, change="del")
    new = Run("/".join(spelling.HALVES[marking]), bold=True, change="ins")
    draft.mark("", runs=(old, new))
    return draft.held("conflict")


@case("row 13: footnote", formats=("docx",))
def footnote(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    reference, part = docx_pieces.footnote(spelling.any_form(marking, dice))
    draft.before.append(Para(raw=reference))
    draft.parts.append(part)
    return draft.marked(marking, "uncertain")


@case("row 13: SmartArt and charts", formats=("docx",))
def smart_art_or_chart(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    words = spelling.any_form(marking, dice)
    if dice.likely(0.5):
        run, parts = docx_pieces.smart_art(words)
        draft.parts += parts
    else:
        run, part = docx_pieces.chart(words)
        draft.parts.append(part)
    draft.before.append(Para(raw=run))
    return draft.marked(marking, "uncertain")


@case("row 13: picture in DOCX", formats=("docx",))
def docx_picture(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    image, width, height = pdf_pieces.picture_of_words(spelling.any_form(marking, dice), 13)
    run, part = docx_pieces.picture(pdf_pieces.as_png(image), width, height)
    draft.before.append(Para(align="right" if dice.sending == "KZ" else "center", raw=run))
    draft.parts.append(part)
    return draft.marked(marking, *PICTURE, "unmarked", "uncertain")


@case("row 13: a picture higher than the words", formats=("docx",))
def docx_picture_higher(dice: Dice) -> Result:
    marking = lower_level(dice)
    draft, higher = Draft(dice), dice.other_level(marking)
    draft.mark(spelling.any_form(marking, dice))
    image, width, height = pdf_pieces.picture_of_words("/".join(spelling.HALVES[higher]), 13)
    run, part = docx_pieces.picture(pdf_pieces.as_png(image), width, height)
    draft.before.append(Para(align="center", raw=run))
    draft.parts.append(part)
    return draft.marked(higher, *PICTURE, "uncertain")


@case("sections whose headers are linked", formats=("docx",))
def linked_sections(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.any_form(marking, dice), place="top-bottom")
    draft.annex(linked=True, landscape=dice.likely(0.5))
    draft.annex(linked=True)
    return draft.marked(marking)


# ── PDF (row 14) ────────────────────────────────────────────────────────────────────────────────────────────────────


def _where(dice: Dice) -> tuple[float, float]:
    return (450.0, -40.0) if dice.sending == "KZ" else (297.0, -40.0)


def _roomy(dice: Dice) -> Draft:
    """A letter that leaves its upper edge free for an overlay."""
    draft = Draft(dice)
    draft.before.append(para("", after=22))
    return draft


@case("row 14: annotation", formats=("pdf",))
def annotation(dice: Dice) -> Result:
    draft, marking = _roomy(dice), dice.level()
    draft.overlays.append((1, pdf_pieces.annotation(spelling.one_form(marking, dice), *_where(dice), 11)))
    return draft.marked(marking, *PICTURE)


@case("row 14: form field", formats=("pdf",))
def form_field(dice: Dice) -> Result:
    draft, marking = _roomy(dice), dice.level()
    words = spelling.one_form(marking, dice)
    draft.overlays.append((1, pdf_pieces.annotation(words, *_where(dice), 11, kind="Widget")))
    return draft.marked(marking, *PICTURE)


@case("row 14: outlined letters", formats=("pdf",))
def outlines(dice: Dice) -> Result:
    draft, marking = _roomy(dice), dice.level()
    draft.overlays.append((1, pdf_pieces.outlines(spelling.one_form(marking, dice), *_where(dice), 11)))
    return draft.marked(marking, *PICTURE)


@case("row 14: outlined letters higher than the text's marking", formats=("pdf",))
def outlines_higher(dice: Dice) -> Result:
    marking = lower_level(dice)
    draft, higher = _roomy(dice), dice.other_level(marking)
    draft.mark(spelling.any_form(marking, dice), size=11)
    y = -24.0 if dice.sending == "LT" else -30.0
    draft.overlays.append((1, pdf_pieces.outlines(spelling.HALVES[higher][0], 200, y, 12)))
    return draft.marked(higher, *PICTURE)


@case("row 14: picture", formats=("pdf",))
def picture(dice: Dice) -> Result:
    draft, marking = _roomy(dice), dice.level()
    image, width, height = pdf_pieces.picture_of_words(spelling.one_form(marking, dice), 12)
    x, y = _where(dice)
    draft.overlays.append((1, pdf_pieces.image_at(image, x - width / 2, y, width, height)))
    return draft.marked(marking, *PICTURE)


@case("row 14: a picture higher than the text's marking", formats=("pdf",))
def picture_higher(dice: Dice) -> Result:
    marking = lower_level(dice)
    draft, higher = _roomy(dice), dice.other_level(marking)
    draft.mark(spelling.any_form(marking, dice), size=11)
    image, width, height = pdf_pieces.picture_of_words(spelling.one_form(higher, dice), 12)
    draft.overlays.append((1, pdf_pieces.image_at(image, 90, -34, width, height)))
    return draft.marked(higher, *PICTURE)


def _page_lines(dice: Dice, marking: str) -> list[tuple[float, float, float, bool, str]]:
    words = LANGUAGES["lt" if dice.sending == "LT" else dice.choice(("kk", "ru"))]
    x = 210.0 if dice.sending == "LT" else 330.0
    lines = [
        (x, 26.0, 11.0, True, spelling.one_form(marking, dice)),
        (470.0, 44.0, 9.0, False, spelling.copy_line(dice.sending, dice)),
    ]
    body = [*words.letterhead, *words.subjects[:1], *(text[:60] for text in words.paragraphs[:5]), words.notice]
    return lines + [(80.0, 100.0 + 20 * number, 11.0, False, text) for number, text in enumerate(body)]


@case("rule 4: a scan with an OCR layer", formats=("pdf",))
def ocr_layer(dice: Dice) -> Result:
    marking = dice.level()
    lines = _page_lines(dice, marking)
    image = pdf_pieces.scanned(lines, A4, dpi=72, seed=dice.number)
    layer = [
        (1, pdf_pieces.words_at(text, x, A4[1] - y - size, size, run=Run(text, bold=bold, hidden=True), align="left"))
        for x, y, size, bold, text in lines
    ]
    draft = Draft(dice)
    data = write_pdf(Letter((Section(()),), overlays=((1, pdf_pieces.image_at(image, 0, 0, *A4)), *layer)))
    _, label = draft.marked(marking, *PICTURE)
    return data, label


@case("row 14: a scan without text", formats=("pdf",))
def scan(dice: Dice) -> Result:
    marking = dice.level()
    image = pdf_pieces.scanned(_page_lines(dice, marking), A4, dpi=130, seed=dice.number)
    data = write_pdf(Letter((Section(()),), overlays=((1, pdf_pieces.image_at(image, 0, 0, *A4)),)))
    _, label = Draft(dice).marked(marking, *PICTURE)
    return data, label


@case("rule 2: a scanned annex behind a marked page of text", formats=("pdf",))
def scanned_annex_higher(dice: Dice) -> Result:
    marking = lower_level(dice)
    draft, higher = Draft(dice, paragraphs=3), dice.other_level(marking)
    draft.mark(spelling.any_form(marking, dice))
    image = pdf_pieces.scanned(_page_lines(dice, higher), A4, dpi=110, seed=dice.number)
    draft.sections.append(Section(()))
    draft.overlays.append((2, pdf_pieces.image_at(image, 0, 0, *A4)))
    return draft.marked(higher, *PICTURE)


@case("a diagonal watermark", formats=("pdf",))
def pdf_watermark(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    text = spelling.one_form(marking, dice)
    size = min(60, 640 / (0.8 * len(text)))
    look = Run(text, bold=True, colour="BBBBBB")
    draft.overlays.append((0, pdf_pieces.words_at(text, 297, 420, size, run=look, angle=dice.choice((35, 45, 55)))))
    return draft.marked(marking)


@case("a marking up the margin", formats=("pdf",))
def vertical(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    angle = dice.choice((90, 270))
    x = 22 if angle == 90 else -22
    draft.overlays.append((0, pdf_pieces.words_at(spelling.any_form(marking, dice), x, 420, 11, angle=angle)))
    return draft.marked(marking)


@case("rule 7: an embedded PDF that is higher", formats=("pdf",))
def embedded_higher(dice: Dice) -> Result:
    marking = lower_level(dice)
    outer, higher = Draft(dice, paragraphs=3), dice.other_level(marking)
    outer.mark(spelling.any_form(marking, dice))
    data, label = outer.marked(higher)
    inner = Draft(dice, paragraphs=2)
    inner.mark(spelling.any_form(higher, dice))
    return files.pdf_with_attachment(data, "priedas.pdf", inner.finish()), label


@case("rule 7: an embedded document in DOCX that is higher", formats=("docx",))
def embedded_in_docx(dice: Dice) -> Result:
    marking = lower_level(dice)
    outer, higher = Draft(dice, paragraphs=3), dice.other_level(marking)
    inner = Draft(dice, paragraphs=2)
    inner.mark(spelling.any_form(higher, dice))
    outer.mark(spelling.any_form(marking, dice))
    run, part = docx_pieces.embedded("package1.docx", inner.finish(), f"{MAIN}.document")
    outer.after.append(Para(raw=run))
    outer.parts.append(part)
    return outer.marked(higher)


@case("rule 7: an attached scan that is higher", formats=("pdf",))
def attached_scan(dice: Dice) -> Result:
    marking = lower_level(dice)
    outer, higher = Draft(dice, paragraphs=3), dice.other_level(marking)
    outer.mark(spelling.any_form(marking, dice))
    data, label = outer.marked(higher, *PICTURE, "attachment")
    page = pdf_pieces.scanned(_page_lines(dice, higher), A4, dpi=130, seed=dice.number)
    kind = dice.choice(("PNG", "TIFF", "PDF"))
    out = io.BytesIO()
    # Pillow puts the time into a PDF, and a case is the same document whenever it is made.
    page.convert("RGB").save(out, kind, resolution=130, creationDate=_LONG_AGO, modDate=_LONG_AGO)
    return files.pdf_with_attachment(data, f"priedas.{kind.lower()}", out.getvalue()), label


@case("rule 7: an attachment that cannot be read")
def unreadable_attachment(dice: Dice) -> Result:
    draft = Draft(dice, paragraphs=3)
    draft.mark(spelling.any_form(dice.level(), dice))
    archive = zipped({"a.txt": b"invented"})
    if dice.format == "pdf":
        data, label = draft.held("attachment")
        return files.pdf_with_attachment(data, "priedai.zip", archive), label
    run, part = docx_pieces.embedded(
        "oleObject1.bin",
        files.ole_file(("Package", archive)),
        "application/vnd.openxmlformats-officedocument.oleObject",
    )
    draft.after.append(Para(raw=run))
    draft.parts.append(part)
    return draft.held("attachment")

"""The table of cases that break naive software: one test a row."""

from __future__ import annotations

from pathlib import Path

import pytest
from detect_readings import (
    KZ,
    LT,
    PROFILE,
    PROSE_KK,
    PROSE_LT,
    PROSE_RU,
    Placed,
    body,
    bottom,
    corner,
    docx,
    judged,
    outcome,
    para,
    pdf,
    prose,
    top,
)

from marker.detect.sightings import find
from marker.model import FindingKind, PageInfo, Place, Reading, Source, Visibility

RU = prose(PROSE_RU)
LIT = prose(PROSE_LT)
AGREEMENT = Path(__file__).parents[2].parent / "shared" / "design" / "agreement-kk.txt"


@pytest.mark.parametrize(
    "text", ["С Е К Р Е Т Н О", "Қ Ұ ПИЯ", "С Е К Р Е Т Н О   Экз. № 2", "Қ Ұ П И Я / С Е К Р Е Т Н О"]
)
def test_row_1_a_letterspaced_mark_is_found(text: str) -> None:
    assert outcome(pdf([corner(text), *RU]), LT) == "kz:secret"


@pytest.mark.parametrize(
    ("text", "marking"), [("CEKPETHO", "kz:secret"), ("θTE ҚҰПИЯ", "kz:top-secret"), ("CEҚ PETHO", "kz:secret")]
)
def test_row_2_look_alike_letters_are_found_and_noted(text: str, marking: str) -> None:
    verdict = judged(pdf([corner(text), *RU]), LT)
    assert verdict.marking == marking
    assert verdict.equivalent_text == PROFILE.equivalent(PROFILE.marking(marking).id).stamp
    assert verdict.evidence[0].text == text
    assert any("look-alike" in note for note in verdict.notes)


@pytest.mark.parametrize(
    ("text", "marking"),
    [
        ("VISISKAI SLAPTAI", "lt:top-secret"),
        ("RIBOTO NAUDOJMO", "lt:restricted"),
        ("RIB ОТО NAUDOJMO/RESTRICTED", "lt:restricted"),
        ("KONFIDENCIALIAI/KONFIDENTIAL", "lt:confidential"),
    ],
)
def test_row_3_misprints_of_the_published_table_are_read(text: str, marking: str) -> None:
    assert outcome(pdf([top(text), *LIT, bottom(text)]), KZ) == marking
    assert outcome(docx(para(text, Place.HEADER), *[PROSE_LT] * 9), KZ) == marking


@pytest.mark.parametrize(
    "text", ["НЕСЕКРЕТНО", "НЕ СЕКРЕТНО", "Не секретно", "Н/С", "ҚҰПИЯ ЕМЕС", "Н Е С Е К Р Е Т Н О"]
)
def test_row_4_a_negative_is_never_secret(text: str) -> None:
    verdict = judged(pdf([corner(text), *RU]), LT)
    assert verdict.hold is not None
    assert verdict.hold.code == "unmarked"
    assert verdict.floor is None
    assert [finding.kind for finding in verdict.evidence] == [FindingKind.NEGATIVE]


@pytest.mark.parametrize("text", ["NESLAPTA", "Neslaptai", "UNCLASSIFIED"])
def test_row_4_a_lithuanian_negative_is_never_secret(text: str) -> None:
    assert outcome(pdf([top(text), *LIT]), KZ) == "unmarked"


FOREIGN = [form for outside in PROFILE.outside if outside.kind == "third-party" for form in outside.forms]
SYNTAX = ["SECRET//NOFORN", "TOP SECRET//SI//ORCON", "SECRET//REL TO USA, LTU", "SECRET // FGI", "SECPET//REL TO USA"]


@pytest.mark.parametrize("text", [*FOREIGN, *SYNTAX])
def test_row_5_a_banner_of_another_owner_is_held_beside_any_mark_of_the_sender(text: str) -> None:
    for own in ((), (top("VISIŠKAI SLAPTAI", 20), bottom("VISIŠKAI SLAPTAI"))):
        assert outcome(pdf([*own, top(text, 60), *LIT]), KZ) == "third-party"
    assert outcome(docx(para(text, Place.HEADER), para("SLAPTAI", Place.FOOTER), *[PROSE_LT] * 9), KZ) == "third-party"
    if " " in text or "//" in text:
        joined = text.replace(" ", "\n", 1)
        assert outcome(docx(para(joined, Place.HEADER), *[PROSE_LT] * 9), KZ) == "third-party"


@pytest.mark.parametrize("opening", ["(S//NF)", "(TS//SI)", "1. (C//REL)", "(U//FOUO)"])
def test_row_5_portion_marks_hold(opening: str) -> None:
    text = f"{opening} The delegation arrived on Monday and met with representatives of the host ministry."
    assert outcome(pdf([top("SLAPTAI"), *LIT[:5], body(text), bottom("SLAPTAI")]), KZ) == "third-party"


@pytest.mark.parametrize(
    "text",
    [
        "The official part of the visit is no secret and access is not restricted to delegates of the parties.",
        "OFFICIAL VISIT OF THE DELEGATION",
        "Sprawa nie jest tajne ani poufne, lecz dokumenty zostały zwrócone nadawcy w terminie.",
        "Documents marked NATO SECRET or SECRET UE/EU SECRET are not attached to this letter of ours.",
    ],
)
def test_row_5_words_of_others_in_the_text_do_not_hold_a_marked_document(text: str) -> None:
    assert outcome(pdf([top("SLAPTAI"), *LIT[:5], body(text), bottom("SLAPTAI")]), KZ) == "lt:secret"
    assert outcome(docx(para("SLAPTAI", Place.HEADER), *[PROSE_LT] * 7, text, PROSE_LT), KZ) == "lt:secret"


@pytest.mark.parametrize(
    ("lines", "to", "marking"),
    [(["СОВЕРШЕННО", "СЕКРЕТНО"], LT, "kz:top-secret"), (["VISIŠKAI", "SLAPTAI"], KZ, "lt:top-secret")],
)
def test_row_6_a_mark_broken_over_lines_cells_or_runs_keeps_its_level(lines: list[str], to: str, marking: str) -> None:
    table = "word/document.xml#table1"
    for reading in (
        pdf([corner(lines[0], 40), corner(lines[1], 54), *RU]),
        docx(*(para(line, cell=True, flow=table) for line in lines), *[PROSE_RU] * 9),
        docx(*(para(line, centred=True) for line in lines), *[PROSE_RU] * 9),
        docx(para("\n".join(lines), Place.TEXTBOX), *[PROSE_RU] * 9),
    ):
        assert outcome(reading, to) == marking


MENTIONS = [
    "Напоминаем, что документы с грифом «Секретно» направляются только фельдъегерской связью.",
    'Работа с документами с грифом "СОВЕРШЕННО СЕКРЕТНО" ведётся отдельно.',
    "«Құпия» белгісі бар құжаттар тек фельдъегерлік байланыспен жіберіледі.",
    "Dokumentai su žyma „SLAPTAI“ siunčiami tik per kurjerį.",
]


@pytest.mark.parametrize("text", MENTIONS)
def test_row_7_a_mention_is_evidence_without_weight(text: str) -> None:
    for reading in (pdf([*RU[:6], body(text)]), pdf([body(text, 30), *RU]), docx(*[PROSE_RU] * 7, text), docx(text)):
        for to in (KZ, LT):
            verdict = judged(reading, to)
            assert verdict.hold is not None
            assert verdict.hold.code == "unmarked"
            assert [finding.kind for finding in verdict.evidence] == [FindingKind.MENTION]
            assert verdict.evidence[0].score < 0.45


@pytest.mark.skipif(not AGREEMENT.exists(), reason="the text of the Agreement is not here")
def test_row_7_the_agreement_bears_no_marking_itself() -> None:
    lines = AGREEMENT.read_text(encoding="utf-8").splitlines()
    as_paragraphs = docx(*(line for line in lines if line.strip()))
    assert {finding.kind for finding in find(as_paragraphs, PROFILE)} == {FindingKind.MENTION}
    for height in (30, 43, 54):  # page breaks fall elsewhere each time
        pages = [lines[start : start + height] for start in range(0, len(lines), height)]
        placed = [[body(line, 40 + 14 * at) for at, line in enumerate(page) if line.strip()] for page in pages]
        assert all(finding.kind is not FindingKind.MARK for finding in find(pdf(*placed), PROFILE))


ROWS = [
    ("ӨТЕ ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО", "VISIŠKAI SLAPTAI/TOP SECRET"),
    ("ҚҰПИЯ/СЕКРЕТНО", "SLAPTAI/SECRET"),
    ("ҚҰПИЯ/СЕКРЕТНО", "KONFIDENCIALIAI/CONFIDENTIAL"),
]


def test_row_7_a_table_of_both_parties_markings_is_no_marking() -> None:
    table = "word/document.xml#table1"
    cells = [para(text, cell=True, flow=table) for row in ROWS for text in row]
    assert outcome(docx(para("RIBOTO NAUDOJIMO", Place.HEADER), *[PROSE_LT] * 9, *cells), KZ) == "lt:restricted"
    left = [Placed(row[0], 60, 400 + 20 * at) for at, row in enumerate(ROWS)]
    right = [Placed(row[1], 330, 400 + 20 * at) for at, row in enumerate(ROWS)]
    marked = [top("RIBOTO NAUDOJIMO"), *LIT[:8], *left, *right, bottom("RIBOTO NAUDOJIMO")]
    assert outcome(pdf(marked), KZ) == "lt:restricted"


def test_row_7_a_table_of_markings_cut_by_a_page_break_is_held_and_not_stamped() -> None:
    left = [Placed(row[0], 60, 70 + 20 * at) for at, row in enumerate(ROWS)]
    right = [Placed(row[1], 320, 70 + 20 * at) for at, row in enumerate(ROWS)]
    pages = [top("RIBOTO NAUDOJIMO"), *LIT], [*left, *right, *prose(PROSE_LT, start=250)]
    found = find(pdf(*pages), PROFILE)
    assert {finding.marking for finding in found if finding.kind is FindingKind.MARK} == {"lt:restricted"}


def test_row_7_a_sentence_that_begins_with_a_marking_at_the_top_of_a_page_is_a_mention() -> None:
    first = Placed("3. «ӨТЕ ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО»", 60, 40)
    second = Placed("құпиялылық белгісі бар ақпаратты беру туралы шешім қабылданады", 60, 54)
    assert outcome(pdf([*RU], [first, second, *RU]), LT) == "unmarked"


@pytest.mark.parametrize("text", ["секретного", "құпиялылық", "slaptos", "konfidencialumo", "СЕКРЕТНОГО", "ҚҰПИЯЛЫЛЫҚ"])
def test_row_8_whole_words_only(text: str) -> None:
    for to in (KZ, LT):
        assert outcome(pdf([corner(text), *RU]), to) == "unmarked"


@pytest.mark.parametrize("text", ["ДСП", "Снято с контроля ДСП", "Плита ДСП 16 мм", "Реестр № 15-дсп"])
def test_row_9_a_short_form_away_from_the_marking_zone_is_no_mark(text: str) -> None:
    assert outcome(docx(*[PROSE_RU] * 8, text, *[PROSE_RU] * 3), LT) == "unmarked"
    assert outcome(pdf([*RU[:8], body(text, 400)]), LT) in ("unmarked", "uncertain")


def test_row_9_a_resolution_stamp_in_the_corner_is_no_mark() -> None:
    assert outcome(pdf([corner("Снято с контроля ДСП"), *RU]), LT) == "unmarked"
    stacked = pdf([corner("Снято с контроля", 40), corner("ДСП", 54), *RU])
    assert not any(finding.kind is FindingKind.MARK for finding in find(stacked, PROFILE))


@pytest.mark.parametrize("text", ["ДСП", "ҚБП", "«ДСП»", "ҚБП/ДСП"])
def test_row_9_a_short_form_in_the_zone_or_beside_a_copy_number_is_a_mark(text: str) -> None:
    assert outcome(pdf([corner(text), *RU]), LT) == "kz:restricted"
    assert outcome(docx(*[PROSE_RU] * 8, text, "Экз. № 2", *[PROSE_RU] * 3), LT) == "kz:restricted"
    assert outcome(pdf([*RU[:8], body(f"{text}  Экз. № 3", 400)]), LT) == "kz:restricted"


def test_row_10_a_struck_mark_is_still_marked_and_held() -> None:
    struck = corner("Секретно").seen_as(Visibility.STRUCK)
    verdict = judged(pdf([struck, *RU]), LT)
    assert (verdict.hold and verdict.hold.code, verdict.floor) == ("uncertain", "kz:secret")
    for live in ("Для служебного пользования", "Совершенно секретно"):
        assert outcome(pdf([struck, corner(live, 66), *RU]), LT) == "uncertain"


@pytest.mark.parametrize(
    ("notice", "mark", "to"),
    [
        ("РАССЕКРЕЧЕНО", "Секретно", LT),
        ("Рассекречено 02.03.2026", "СЕКРЕТНО", LT),
        ("ГРИФ СНЯТ", "Секретно", LT),
        ("IŠSLAPTINTA", "SLAPTAI", KZ),
        ("DECLASSIFIED", "SLAPTAI", KZ),
    ],
)
def test_row_11_a_notice_of_declassification_beside_a_live_mark_is_held(notice: str, mark: str, to: str) -> None:
    verdict = judged(pdf([corner(mark), corner(notice, 66), *RU]), to)
    assert verdict.hold is not None
    assert verdict.hold.code == "declassified"
    assert "4(6)" in verdict.hold.detail
    assert verdict.floor is not None


def test_row_12_marks_of_both_parties_conflict_and_the_receivers_alone_is_the_wrong_party() -> None:
    assert outcome(pdf([top("SLAPTAI"), corner("ҚҰПИЯ", 66), *LIT]), KZ) == "conflict"
    assert outcome(pdf([corner("ҚҰПИЯ", 66), *LIT]), KZ) == "wrong-party"
    assert outcome(pdf([corner("ҚҰПИЯ", 66), *LIT]), LT) == "kz:secret"


@pytest.mark.parametrize(
    ("place", "flow"),
    [
        (Place.TEXTBOX, "word/document.xml#textbox1"),
        (Place.WATERMARK, "word/header1.xml#wordart"),
        (Place.FOOTNOTE, "word/footnotes.xml#2"),
        (Place.HEADER, "word/header1.xml"),
        (Place.FOOTER, "word/footer2.xml"),
        (Place.ATTACHMENT, "word/embeddings/a.docx > word/document.xml"),
    ],
)
def test_row_13_a_mark_is_found_wherever_a_docx_may_hold_one(place: Place, flow: str) -> None:
    mark = para("SLAPTAI", place, flow, centred=place is Place.ATTACHMENT)
    assert outcome(docx(*[PROSE_LT] * 9, mark), KZ) == "lt:secret"


def test_row_14_a_mark_in_an_annotation_a_field_or_a_picture_of_a_pdf_is_found() -> None:
    note = Placed("СЕКРЕТНО", 200, 400, 20, source=Source.ANNOTATION)
    field = Placed("Секретно", 200, 400, 12, source=Source.ANNOTATION, place=Place.FORM_FIELD)
    stamp = Placed("СЕКРЕТНО", 200, 400, 20, source=Source.OCR, turned=352)
    for line in (note, field, stamp):
        assert outcome(pdf([*RU[:8], line]), LT) == "kz:secret"


def test_row_14_what_ocr_sees_and_the_text_layer_lacks_governs_when_it_is_higher() -> None:
    page = [top("RIBOTO NAUDOJIMO"), *LIT, top("SLAPTAI", 60).by_ocr(), bottom("RIBOTO NAUDOJIMO")]
    verdict = judged(pdf(page), KZ)
    assert verdict.marking == "lt:secret"
    assert verdict.evidence[0].source is Source.OCR
    assert any("highest governs" in note for note in verdict.notes)


def test_row_15_the_highest_of_letter_and_annex_governs() -> None:
    annex = [corner("Приложение № 1", 40), corner("Секретно", 56), *RU]
    assert outcome(pdf([corner("Для служебного пользования"), *RU], annex), LT) == "kz:secret"
    letter = [para("ДСП", centred=True), "Экз. № 1", *[PROSE_KK] * 8, para("ҚҰПИЯ", centred=True), PROSE_KK]
    assert outcome(docx(*letter), LT) == "kz:secret"


@pytest.mark.parametrize(
    "text", ["Секретно (по заполнении)", "Секретно\nпо заполнении", "ҚҰПИЯ (толтырылғаннан кейін)"]
)
def test_row_15_a_conditional_mark_is_held(text: str) -> None:
    verdict = judged(docx(para(text, centred=True), *[PROSE_RU] * 9), LT)
    assert (verdict.hold and verdict.hold.code, verdict.floor) == ("uncertain", "kz:secret")


def test_a_page_without_size_or_a_reading_without_anything_is_judged_too() -> None:
    assert outcome(Reading("pdf", 0, ()), KZ) == "unmarked"
    flat = Reading("pdf", 1, pdf([top("SLAPTAI")]).spans, (PageInfo(1, 0, 0, True),))
    assert outcome(flat, KZ) in ("lt:secret", "uncertain", "unmarked")

"""The rules of judgement, the order of holds, and what the verdict tells people."""

from __future__ import annotations

from dataclasses import replace

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

from marker.agreement.profile import Marking
from marker.detect.judge import examine
from marker.errors import UsageError
from marker.model import Box, FindingKind, HoldCode, PartyId, Place, Residue, Source, Verdict, Visibility

RU = prose(PROSE_RU)
LIT = prose(PROSE_LT)


def code(verdict: Verdict) -> str | None:
    return verdict.hold.code.value if verdict.hold else None


# ── rule 1 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("known", PROFILE.markings, ids=lambda known: known.id)
def test_a_marked_document_has_its_level_and_equivalent(known: Marking) -> None:
    verdict = judged(docx(para(known.stamp, Place.HEADER), *[PROSE_KK] * 9), PROFILE.other(known.party).id)
    equivalent = PROFILE.equivalent(known.id)
    assert verdict.hold is None
    assert (verdict.marking, verdict.level, verdict.floor) == (known.id, known.level, known.id)
    assert (verdict.equivalent, verdict.equivalent_text) == (equivalent.id, equivalent.stamp)


def test_secret_of_kazakhstan_is_never_confidential() -> None:
    verdict = judged(pdf([corner("Құпия"), *RU]), LT)
    assert (verdict.marking, verdict.level, verdict.equivalent) == ("kz:secret", "secret", "lt:secret")


def test_a_held_document_has_neither_marking_nor_equivalent_but_evidence() -> None:
    verdict = judged(pdf([top("NATO SECRET"), *LIT]), KZ)
    assert (verdict.marking, verdict.level, verdict.equivalent, verdict.equivalent_text) == (None,) * 4
    assert verdict.evidence[0].marking == "third-party:nato"


def test_a_page_nobody_read_holds_and_is_named() -> None:
    verdict = judged(pdf([top("SLAPTAI")], [top("SLAPTAI")], [], [], unreadable=(2, 3, 4)), KZ)
    assert verdict.hold is not None
    assert verdict.hold.code is HoldCode.UNREADABLE_PAGE
    assert "pages 2 to 4" in verdict.hold.detail
    assert verdict.floor == "lt:secret"


def test_ink_that_may_be_a_marking_and_was_not_read_holds() -> None:
    residue = (Residue(1, Box(400, 40, 500, 70), "tilted"),)
    verdict = judged(pdf([corner("Для служебного пользования"), *RU], residue=residue), LT)
    assert verdict.hold is not None
    assert verdict.hold.code is HoldCode.UNCERTAIN
    where = "Tilted writing at the top right of page 1 (159 mm from the left edge, 19 mm from the top)"
    assert where + " may be a marking" in verdict.hold.detail


def test_of_several_inks_the_sentence_says_how_many_there_are() -> None:
    residue = tuple(Residue(1, Box(400, y, 500, y + 30), "large") for y in (40, 140, 240))
    verdict = judged(pdf([corner("Для служебного пользования"), *RU], residue=residue), LT)
    assert verdict.hold is not None
    assert "and 2 more such places, may be a marking" in verdict.hold.detail
    assert sum(note.startswith("not read: ") for note in verdict.notes) == 3


def test_the_highest_marking_governs_and_stands_first_in_the_evidence() -> None:
    pages = [[top("KONFIDENCIALIAI"), *LIT], [top("VISIŠKAI SLAPTAI"), *LIT], [top("SLAPTAI"), *LIT]]
    verdict = judged(pdf(*pages), KZ)
    assert verdict.marking == "lt:top-secret"
    assert verdict.evidence[0].marking == "lt:top-secret"


# ── rule 2 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_later_pages_of_a_kazakh_document_need_no_mark() -> None:
    verdict = judged(pdf([corner("Секретно"), *RU], [*RU], [*RU]), LT)
    assert verdict.marking == "kz:secret"
    assert not any("page" in note for note in verdict.notes)


def test_pages_that_lithuania_left_unmarked_are_noted() -> None:
    verdict = judged(pdf([top("SLAPTAI"), *LIT], [*LIT], [*LIT]), KZ)
    assert verdict.marking == "lt:secret"
    assert any("pages 2 to 3" in note for note in verdict.notes)


# ── rule 3 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["SLAPTAI/CONFIDENTIAL", "CONFIDENTIAL / SLAPTAI", "SLAPTAI\nTOP SECRET"])
def test_halves_that_disagree_conflict(text: str) -> None:
    assert outcome(docx(para(text, Place.HEADER), *[PROSE_LT] * 9), KZ) == "conflict"


def test_halves_of_kazakhstan_that_disagree_conflict() -> None:
    assert outcome(pdf([corner("ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО"), *RU]), LT) == "conflict"


def test_an_english_half_of_either_row_of_article_3_agrees_with_secret_of_kazakhstan() -> None:
    assert outcome(pdf([corner("ҚҰПИЯ/SECRET"), *RU]), LT) == "kz:secret"
    assert outcome(pdf([corner("ҚҰПИЯ/CONFIDENTIAL"), *RU]), LT) == "kz:secret"
    assert outcome(pdf([corner("ҚҰПИЯ/TOP SECRET"), *RU]), LT) == "conflict"


@pytest.mark.parametrize("text", ["SECRET", "TOP SECRET", "CONFIDENTIAL", "RESTRICTED", "Confidential"])
def test_english_alone_is_uncertain(text: str) -> None:
    for to in (KZ, LT):
        assert outcome(pdf([top(text), *LIT, bottom(text)]), to) == "uncertain"


def test_english_of_a_company_below_the_mark_is_noted_and_above_it_conflicts() -> None:
    below = judged(docx(para("SLAPTAI", Place.HEADER), para("Confidential", Place.FOOTER), *[PROSE_LT] * 9), KZ)
    assert below.marking == "lt:secret"
    assert any("Confidential" in note for note in below.notes)
    above = docx(para("RIBOTO NAUDOJIMO", Place.HEADER), para("TOP SECRET", Place.FOOTER), *[PROSE_LT] * 9)
    assert outcome(above, KZ) == "conflict"


# ── rule 4 ──────────────────────────────────────────────────────────────────────────────────────────────────────────

UNSEEN = [Visibility.HIDDEN, Visibility.DELETED, Visibility.EARLIER_REVISION]


def test_an_ocr_layer_counts_as_seen() -> None:
    assert outcome(pdf([corner("СЕКРЕТНО").seen_as(Visibility.OCR_LAYER), *RU]), LT) == "kz:secret"


@pytest.mark.parametrize("unseen", UNSEEN)
def test_a_mark_that_readers_do_not_see_is_noted_conflicts_or_is_uncertain(unseen: Visibility) -> None:
    seen = corner("Секретно")
    lower = judged(pdf([seen, *RU, corner("Для служебного пользования", 90).seen_as(unseen)]), LT)
    assert lower.marking == "kz:secret"
    assert any("readers do not see" in note for note in lower.notes)
    higher = judged(pdf([seen, *RU, corner("Совершенно секретно", 90).seen_as(unseen)]), LT)
    assert (code(higher), higher.floor) == ("conflict", "kz:top-secret")
    alone = judged(pdf([corner("Секретно").seen_as(unseen), *RU]), LT)
    assert (code(alone), alone.floor) == ("uncertain", "kz:secret")


@pytest.mark.parametrize("x", [60.0, 250.0])
def test_a_word_that_readers_do_not_see_and_that_would_raise_the_mark_leaves_no_marking(x: float) -> None:
    hidden = Placed("VISIŠKAI", x, 60).seen_as(Visibility.HIDDEN)
    mark = Placed("SLAPTAI", 250, 76)
    assert outcome(pdf([mark, *LIT]), KZ) == "lt:secret"
    # The file may give what is hidden far behind all that is seen.
    verdict = outcome(pdf([mark, *LIT, hidden]), KZ)
    assert verdict == ("conflict" if x > 200 else "lt:secret")


def test_one_marking_printed_upon_another_conflicts() -> None:
    assert outcome(pdf([top("VISIŠKAI SLAPTAI", 40), top("RIBOTO NAUDOJIMO", 42), *LIT]), KZ) == "conflict"


# ── rule 5 (rows 10 and 15 hold the rest) ───────────────────────────────────────────────────────────────────────────


def test_a_qualified_negative_is_uncertain_unless_a_live_mark_governs() -> None:
    letter = corner("Не секретно без приложения")
    assert outcome(pdf([letter, *RU]), LT) == "uncertain"
    assert outcome(pdf([letter, *RU], [corner("Секретно"), *RU]), LT) == "kz:secret"


def test_a_negative_beside_a_live_mark_conflicts_but_not_one_on_the_letter_of_a_marked_annex() -> None:
    assert outcome(pdf([corner("Секретно"), corner("НЕСЕКРЕТНО", 90), *RU]), LT) == "conflict"
    assert outcome(pdf([corner("НЕСЕКРЕТНО"), *RU], [corner("Секретно"), *RU]), LT) == "kz:secret"


# ── rule 6 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("place", [Place.COMMENT, Place.PROPERTY, Place.BOOKMARK, Place.LABEL])
def test_a_mark_only_in_a_comment_property_bookmark_or_label_is_uncertain(place: Place) -> None:
    verdict = judged(docx(*[PROSE_RU] * 9, para("Секретно", place, "x")), LT)
    assert (code(verdict), verdict.floor) == ("uncertain", "kz:secret")


def test_a_label_that_outranks_the_mark_conflicts_and_a_comment_is_noted() -> None:
    mark = para("ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ", centred=True)
    label = para("Секретно", Place.LABEL, "docProps/custom.xml", source=Source.LABEL)
    assert outcome(docx(mark, *[PROSE_RU] * 9, label), LT) == "conflict"
    comment = judged(docx(mark, *[PROSE_RU] * 9, para("Секретно", Place.COMMENT, "word/comments.xml")), LT)
    assert comment.marking == "kz:restricted"
    assert any("Секретно in a comment" in note for note in comment.notes)


def test_a_label_below_the_mark_and_a_companys_own_label_are_noted() -> None:
    for text in ("RIBOTO NAUDOJIMO", "Confidential", "TOP SECRET"):
        label = para(text, Place.LABEL, "docProps/custom.xml", source=Source.LABEL)
        verdict = judged(docx(para("SLAPTAI", Place.HEADER), *[PROSE_LT] * 9, label), KZ)
        assert verdict.marking == "lt:secret"
        assert any(text in note for note in verdict.notes)


def test_a_title_that_speaks_of_markings_is_no_label() -> None:
    title = para("Журнал учёта документов с грифом секретно", Place.PROPERTY, "docProps/core.xml")
    assert outcome(docx(*[PROSE_RU] * 9, title), LT) == "unmarked"


# ── rule 7 ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_highest_mark_of_letter_and_attachment_governs() -> None:
    inner = para("VISIŠKAI SLAPTAI", Place.ATTACHMENT, "embedded 1 > page 1", centred=True)
    assert outcome(docx(para("SLAPTAI", Place.HEADER), *[PROSE_LT] * 9, inner), KZ) == "lt:top-secret"


def test_an_attachment_that_cannot_be_read_holds_the_file() -> None:
    reading = docx(para("SLAPTAI", Place.HEADER), attachments_unread=("a ZIP archive", "a ZIP archive", "a film"))
    verdict = judged(reading, KZ)
    assert verdict.hold is not None
    assert verdict.hold.code is HoldCode.ATTACHMENT
    assert "a ZIP archive and a film" in verdict.hold.detail


# ── whose mark (third parties by their qualifiers) ──────────────────────────────────────────────────────────────────

OWNERS = ["РОССИЙСКАЯ ФЕДЕРАЦИЯ", "Министерство обороны Российской Федерации", "РЕСПУБЛИКА БЕЛАРУСЬ", "ЕАЭС"]


@pytest.mark.parametrize("name", OWNERS)
@pytest.mark.parametrize("mark", ["СЕКРЕТНО", "Совершенно секретно", "ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ", "ДСП"])
def test_a_russian_form_near_another_owners_name_is_that_owners(name: str, mark: str) -> None:
    for reading in (
        pdf([corner(mark, 40), top(name, 90), *prose(PROSE_RU, start=250)]),
        pdf([top(name, 30), corner(mark, 60), *RU]),
        docx(para(name, centred=True), para(mark, centred=True), *[PROSE_RU] * 9),
        docx(para(mark, Place.HEADER), para(name, centred=True), *[PROSE_RU] * 9),
    ):
        assert outcome(reading, LT) == "third-party"


def test_a_kazakh_letter_that_mentions_another_state_is_kazakhstans() -> None:
    text = "Делегация Российской Федерации и Республики Беларусь прибыла на заседание, прошедшее под эгидой ЕАЭС"
    head = [corner("Секретно"), top("РЕСПУБЛИКА КАЗАХСТАН", 90)]
    assert outcome(pdf([*head, body(text, 150), body("в Российской Федерации.", 164), *RU[3:]]), LT) == "kz:secret"
    letter = [para("Секретно", centred=True), "О визите делегации Российской Федерации", text, *[PROSE_RU] * 9]
    assert outcome(docx(*letter), LT) == "kz:secret"


def test_a_kazakh_form_says_whose_the_russian_one_beside_it_is() -> None:
    for mark in ("ҚҰПИЯ/СЕКРЕТНО", "ҚҰПИЯ\nСЕКРЕТНО"):
        letter = [para(mark, centred=True), para("Министерству обороны Российской Федерации"), *[PROSE_RU] * 9]
        assert outcome(docx(*letter), LT) == "kz:secret"


def test_a_kazakh_form_elsewhere_in_the_marking_zone_says_it_too() -> None:
    zone = [para("ҚҰПИЯ", centred=True), para("Дана № 1"), para("СЕКРЕТНО", centred=True)]
    addressee = para("Министерству обороны Российской Федерации", centred=True)
    assert outcome(docx(*zone, addressee, *[PROSE_RU] * 9), LT) == "kz:secret"


def test_the_end_of_a_sentence_near_the_mark_names_no_owner() -> None:
    end = "возвращения из Российской Федерации"
    assert outcome(docx(para("СЕКРЕТНО", centred=True), end, *[PROSE_RU] * 9), LT) == "kz:secret"


def test_an_embassy_that_names_both_states_on_one_line_is_for_a_person_to_decide() -> None:
    embassy = para("ПОСОЛЬСТВО РЕСПУБЛИКИ КАЗАХСТАН В РОССИЙСКОЙ ФЕДЕРАЦИИ", centred=True)
    assert outcome(docx(para("СЕКРЕТНО", centred=True), embassy, *[PROSE_RU] * 9), LT) == "uncertain"


# ── the order of holds ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_gravest_hold_governs_and_the_others_are_noted() -> None:
    causes = [
        ("third-party", top("NATO SECRET", 20)),
        ("no-equivalent", corner("ОСОБОЙ ВАЖНОСТИ", 45)),
        ("declassified", corner("РАССЕКРЕЧЕНО", 70)),
        ("conflict", corner("ҚҰПИЯ", 95)),
    ]
    own = [top("SLAPTAI", 120)]
    for first in range(len(causes)):
        lines = [line for _, line in causes[first:]]
        reading = pdf([*lines, *own, *LIT], unreadable=(1,), attachments_unread=("a ZIP archive",))
        verdict = judged(reading, KZ)
        assert code(verdict) == causes[first][0]
        assert any("ZIP archive" in note for note in verdict.notes)
        assert any("page 1" in note for note in verdict.notes)
    attachment = pdf([*own, *LIT], unreadable=(1,), attachments_unread=("a ZIP archive",))
    assert outcome(attachment, KZ) == "attachment"
    assert outcome(replace(attachment, attachments_unread=()), KZ) == "unreadable-page"


def test_the_highest_national_level_has_no_equivalent() -> None:
    for text in ("ОСОБОЙ ВАЖНОСТИ", "АСА МАҢЫЗДЫ", "АСА МАҢЫЗДЫ/ОСОБОЙ ВАЖНОСТИ", "Особой важности"):
        assert outcome(pdf([corner(text), corner("Экз. № 1", 66), *RU]), LT) == "no-equivalent"


# ── what people are told ────────────────────────────────────────────────────────────────────────────────────────────


def test_details_say_what_where_and_what_to_do_and_quote_nothing_but_the_marking() -> None:
    content = "Планируемая операция начнётся на рассвете"
    readings = [
        pdf([corner("Секретно").seen_as(Visibility.STRUCK), body(content), *RU]),
        pdf([corner("РАССЕКРЕЧЕНО"), corner("Секретно", 66), body(content)]),
        pdf([top("NATO SECRET"), body(content)]),
        pdf([corner("ҚҰПИЯ"), top("SLAPTAI", 90), body(content)]),
        pdf([body(content)]),
        pdf([body(content)], unreadable=(1,)),
    ]
    for reading in readings:
        verdict = judged(reading, LT)
        assert verdict.hold is not None
        detail = verdict.hold.detail
        assert detail.endswith(".")
        assert detail.count(". ") == 0
        assert "операция" not in detail + " ".join(verdict.notes)
        assert any(words in detail for words in ("state its marking", "release it", "return it"))


def test_the_page_and_the_place_are_named() -> None:
    verdict = judged(pdf([*RU], [corner("Секретно").seen_as(Visibility.STRUCK), *RU]), LT)
    assert verdict.hold is not None
    assert "Секретно in the upper right corner of page 2, struck through" in verdict.hold.detail


def test_evidence_of_a_long_document_is_short_and_repeats_nothing() -> None:
    mentions = [body(f"документы с грифом «Секретно», том {n}", 400) for n in range(60)]
    pages = [[top("SLAPTAI"), top("SLAPTAI").by_ocr(), *LIT[:6], mention, bottom("SLAPTAI")] for mention in mentions]
    verdict = judged(pdf(*pages), KZ)
    kinds = [finding.kind for finding in verdict.evidence]
    assert kinds[0] is FindingKind.MARK
    assert kinds.count(FindingKind.MARK) == 10  # five at the top, five at the bottom
    assert kinds.count(FindingKind.MENTION) == 1
    assert all(finding.source is Source.TEXT for finding in verdict.evidence)


def test_scores_lie_between_nought_and_one_and_reasons_are_named() -> None:
    verdict = judged(pdf(*[[corner("СЕКРЕТНО", size=20), corner("Экз. № 2", 80), *RU]] * 2), LT)
    assert all(0 <= finding.score <= 1 for finding in verdict.evidence)
    reasons = set(verdict.evidence[0].reasons)
    assert {"in the upper right corner", "alone on its line", "in capitals", "a copy number beside it"} <= reasons
    assert {"larger than the text", "stands there on 2 pages"} <= reasons


def test_a_party_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="not a Party"):
        examine(pdf([*LIT]), PROFILE, PartyId("FR"))


def test_a_mark_merged_with_a_letterhead_on_one_line_is_doubt_and_no_mention() -> None:
    line = Placed("МИНИСТЕРСТВО ПРИМЕРОВ СЕКРЕТНО", 60, 40)
    assert outcome(pdf([line, *RU]), LT) == "uncertain"


def test_the_table_of_article_3_cut_by_a_page_break_is_no_marking() -> None:
    table = (("VISIŠKAI SLAPTAI", "ӨТЕ ҚҰПИЯ"), ("SLAPTAI", "ҚҰПИЯ"), ("KONFIDENCIALIAI", "ҚҰПИЯ"))
    rows = [Placed(row[at], 90 + 240 * at, 40 + 20 * number) for number, row in enumerate(table) for at in (0, 1)]
    assert outcome(pdf([top("RIBOTO NAUDOJIMO"), *LIT], [*rows, *LIT]), KZ) == "lt:restricted"


def test_markings_of_both_parties_side_by_side_are_no_table() -> None:
    upper, lower = [Placed("SLAPTAI/", 90, 40), Placed("ҚҰПИЯ/", 330, 40)], [Placed("SECRET", 90, 54)]
    assert outcome(pdf([*upper, *lower, Placed("СЕКРЕТНО", 330, 54), *LIT]), KZ) == "conflict"


def test_a_hold_of_a_text_without_pages_says_which_paragraph_or_table() -> None:
    cells = [para(text, cell=True, flow="word/document.xml#table3") for text in ("SLAPTAI", "x")]
    head = para("RIBOTO NAUDOJIMO", Place.HEADER)
    loose = judged(docx(head, *(PROSE_LT,) * 7, para("SLAPTAI"), PROSE_LT), KZ)
    assert loose.hold is not None and "in the text, paragraph 8 (empty ones not counted)" in loose.hold.detail
    table = judged(docx(head, *(PROSE_LT,) * 7, *cells, PROSE_LT), KZ)
    assert table.hold is not None and "in the text, table 3" in table.hold.detail

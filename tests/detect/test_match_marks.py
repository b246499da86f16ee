"""Finding marks: longest first, whole words, joined where they are broken, and no ordinary word among them."""

from __future__ import annotations

import pytest
from detect_readings import (
    KZ,
    LT,
    PROFILE,
    PROSE_LT,
    PROSE_RU,
    Placed,
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
from hypothesis import given
from hypothesis import strategies as st

from marker.detect.sightings import find
from marker.model import Finding, FindingKind, Place, Reading, Visibility

RU = prose(PROSE_RU)
LIT = prose(PROSE_LT)


def marks(reading: Reading) -> list[Finding]:
    return [finding for finding in find(reading, PROFILE) if finding.kind is FindingKind.MARK]


def test_the_longest_form_wins() -> None:
    found = find(pdf([top("NATO SECRET"), *LIT]), PROFILE)
    assert [finding.marking for finding in found] == ["third-party:nato"]


@pytest.mark.parametrize("text", ["ҚҰПИЯ/СЕКРЕТНО", "СЕКРЕТНО/ҚҰПИЯ", "Құпия / Секретно", "ҚҰПИЯ (СЕКРЕТНО)"])
def test_a_dual_mark_is_one_finding_in_either_order(text: str) -> None:
    (found,) = find(pdf([corner(text), *RU]), PROFILE)
    assert (found.marking, found.kind, found.text) == ("kz:secret", FindingKind.MARK, text.removesuffix(")"))


@pytest.mark.parametrize("lines", [("ҚҰПИЯ/", "СЕКРЕТНО"), ("ҚҰПИЯ", "/СЕКРЕТНО"), ("ҚҰПИЯ", "СЕКРЕТНО")])
def test_a_dual_mark_is_one_finding_over_a_line_break(lines: tuple[str, str]) -> None:
    (found,) = find(pdf([corner(lines[0], 40), corner(lines[1], 54), *RU]), PROFILE)
    assert found.text.split("\n") == [lines[0].rstrip("/"), lines[1].lstrip("/")]
    assert found.box is not None
    assert (found.box.y0, found.box.y1) == (40, 66)


def test_the_quote_is_what_stands_in_the_file() -> None:
    (found,) = find(pdf([corner("CEҚ PETHO"), *RU]), PROFILE)
    assert found.text == "CEҚ PETHO"
    assert any("look-alike" in reason or "letterspaced" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("lines", "to", "marking"),
    [
        (["СОВЕРШЕННО", "СЕКРЕТНО"], LT, "kz:top-secret"),
        (["VISIŠKAI", "SLAPTAI"], KZ, "lt:top-secret"),
        (["ДЛЯ", "СЛУЖЕБНОГО", "ПОЛЬЗОВАНИЯ"], LT, "kz:restricted"),
        (["ҚЫЗМЕТ БАБЫНДА", "ПАЙДАЛАНУ ҮШІН/", "ДЛЯ СЛУЖЕБНОГО", "ПОЛЬЗОВАНИЯ"], LT, "kz:restricted"),
        (["ӨТЕ ҚҰПИЯ/ СОВЕРШЕННО", "СЕКРЕТНО"], LT, "kz:top-secret"),
        (["СОВЕР-", "ШЕННО СЕКРЕТНО"], LT, "kz:top-secret"),
    ],
)
def test_a_mark_broken_over_lines_is_joined(lines: list[str], to: str, marking: str) -> None:
    column = [corner(line, 40 + 14 * index) for index, line in enumerate(lines)]
    assert outcome(pdf([*column, *RU]), to) == marking
    assert outcome(docx(para("\n".join(lines), centred=True), *[PROSE_RU] * 9), to) == marking
    assert outcome(docx(*(para(line, centred=True) for line in lines), *[PROSE_RU] * 9), to) == marking


def test_a_mark_beside_a_letterhead_is_joined_down_its_column() -> None:
    first = [Placed("МИНИСТЕРСТВО", 60, 40), corner("СОВЕРШЕННО", 40)]
    second = [Placed("ПРИМЕРОВ", 60, 54), corner("СЕКРЕТНО", 54)]
    assert outcome(pdf([*first, *second, *RU]), LT) == "kz:top-secret"


def test_a_mark_over_the_cells_of_a_row_is_joined() -> None:
    table = "word/document.xml#table1"
    cells = [para("VISIŠKAI", cell=True, flow=table), para("SLAPTAI", cell=True, flow=table)]
    assert outcome(docx(*cells, *[PROSE_LT] * 9), KZ) == "lt:top-secret"
    row = [Placed("VISIŠKAI", 160, 60), Placed("kita", 60, 75), Placed("SLAPTAI", 300, 60)]
    assert outcome(pdf([*row, *LIT]), KZ) == "lt:top-secret"


def test_a_word_that_would_raise_the_mark_and_was_not_joined_holds_the_file() -> None:
    cells = [para(text, cell=True, flow="word/document.xml#table1") for text in ("СОВЕРШЕННО", "Директору", "СЕКРЕТНО")]
    verdict = judged(docx(*cells, *[PROSE_RU] * 9), LT)
    assert verdict.hold is not None
    assert verdict.floor == "kz:top-secret"


def test_running_text_before_a_mark_is_not_joined_to_it_nor_takes_it_away() -> None:
    reading = pdf([Placed("МИНИСТЕРСТВО СОВЕРШЕННО", 300, 40), corner("СЕКРЕТНО", 54), *RU])
    assert outcome(reading, LT) == "uncertain"


def test_running_text_that_ends_in_a_raising_word_does_not_raise_the_mark_below_it() -> None:
    text = [*LIT[:-1], Placed(f"{PROSE_LT} visiškai", 60, 640)]
    assert outcome(pdf([*text, bottom("SLAPTAI")]), KZ) == "lt:secret"


def test_a_higher_mark_in_a_text_box_beside_other_words_is_not_lowered() -> None:
    reading = docx(para("МИНИСТЕРСТВО СОВЕРШЕННО\nСЕКРЕТНО", Place.TEXTBOX), *[PROSE_RU] * 9)
    assert judged(reading, LT).hold is not None


def test_a_mark_partly_struck_through_is_held_as_the_whole_mark() -> None:
    struck = para("ДЛЯ СЛУЖЕБНОГО", centred=True, visibility=Visibility.STRUCK)
    verdict = judged(docx(struck, para("ПОЛЬЗОВАНИЯ", centred=True), *[PROSE_RU] * 9), LT)
    assert (verdict.hold and verdict.hold.code, verdict.floor) == ("uncertain", "kz:restricted")


def test_a_line_of_text_that_begins_with_the_word_of_the_mark_is_no_part_of_it() -> None:
    lines = [top("SLAPTAI", 40), Placed("Slaptai gautas raštas grąžinamas siuntėjui kartu su voku ir priedais", 60, 54)]
    assert [finding.text for finding in marks(pdf([*lines, *LIT]))] == ["SLAPTAI"]
    lines = [corner("ҚҰПИЯ", 40), corner("СЕКРЕТНО ХРАНИТЬ В СЕЙФЕ", 54)]
    assert [finding.text for finding in marks(pdf([*lines, *RU]))] == ["ҚҰПИЯ"]


def test_the_same_mark_in_text_and_picture_is_quoted_once() -> None:
    found = find(pdf([top("SLAPTAI"), top("SLAPTAI").by_ocr(), *LIT]), PROFILE)
    assert {finding.text for finding in found} == {"SLAPTAI"}


@pytest.mark.parametrize("gap", ["\t", "        "])
def test_a_wide_gap_parts_a_letterhead_from_the_mark_beside_it(gap: str) -> None:
    reading = docx(f"МИНИСТЕРСТВО ПРИМЕРОВ{gap}СЕКРЕТНО", *[PROSE_RU] * 9)
    assert outcome(reading, LT) == "kz:secret"


def test_two_lines_that_read_not_and_secret_do_not_take_the_mark_away() -> None:
    verdict = judged(docx(para("НЕ", centred=True), para("СЕКРЕТНО", centred=True), *[PROSE_RU] * 9), LT)
    assert verdict.hold is not None
    assert verdict.hold.code == "uncertain"


def test_a_misread_negative_never_takes_a_whole_mark_away() -> None:
    verdict = judged(pdf([corner("ПЕ СЕКРЕТНО").by_ocr(), *RU]), LT)
    assert (verdict.hold and verdict.hold.code, verdict.floor) == ("uncertain", "kz:secret")


@pytest.mark.parametrize("text", ["НСЕКРЕТНО", "ХСЕКРЕТНО", "ESLAPTAI", "СЕКРЕТНОВ"])
def test_a_letter_before_or_behind_makes_another_word(text: str) -> None:
    for to in (KZ, LT):
        assert not marks(pdf([corner(text).by_ocr(), *RU]))
        assert judged(pdf([corner(text).by_ocr(), *RU]), to).hold is not None


def test_an_abbreviation_that_only_looks_like_a_short_form_is_doubt() -> None:
    assert outcome(pdf([corner("КБП"), *RU]), LT) == "uncertain"
    assert outcome(pdf([corner("ҚБП"), *RU]), LT) == "kz:restricted"


def test_a_visible_mark_is_not_joined_to_hidden_words_but_held_for_them() -> None:
    reading = docx(para("СОВЕРШЕННО", visibility=Visibility.DELETED), para("СЕКРЕТНО", centred=True), *[PROSE_RU] * 9)
    assert outcome(reading, LT) == "conflict"


def test_letterspacing_is_collapsed_only_on_a_line_that_stands_alone() -> None:
    assert outcome(pdf([corner("С Е К Р Е Т Н О"), *RU]), LT) == "kz:secret"
    spaced_prose = "қ ұ п и я  а қ п а р а т т ы  қ о р ғ а у  т у р а л ы"
    for reading in (pdf([top(spaced_prose), *RU]), docx(*[PROSE_RU] * 9, spaced_prose), docx("не секрет но знают все")):
        assert outcome(reading, LT) == "unmarked"
        assert not find(reading, PROFILE)


INFLECTED = """
    секретный секретная секретное секретного секретной секретны секретна секрет секрета секреты секретность секретарь
    несекретный служебное пользование пользования копия купля құпиялық құпиялылық құпияны құпияға құпиядан құпиялар
    құпиясы құпиямен құпиясыз slaptas slapta slapti slaptos slaptą slaptam slaptais slaptumas šlapiai slapčiau
    konfidencialus konfidencialios konfidencialumas konfidencialią riboto naudojimas naudojimui visiškai neslaptas
    secretary secrets secrecy secretly confidentiality confidentially restriction restricts officials
""".split()  # noqa: SIM905  # words in lines are easier to read than a list of strings


@pytest.mark.parametrize("word", INFLECTED)
def test_an_inflected_form_is_no_mark_wherever_it_stands(word: str) -> None:
    for text in (word.upper(), word.capitalize()):
        page = [corner(text, 40), top(text, 20), bottom(text), *RU]
        for to in (KZ, LT):
            assert outcome(pdf(page), to) == "unmarked"
            assert outcome(docx(para(text, Place.HEADER), *[PROSE_RU] * 9), to) == "unmarked"


LETTERS = {"KZ": "АЕИЙОУЫЮЬМХВҒҢГІ", "LT": "EOUSMŠAYR"}


@pytest.mark.parametrize("marking", [marking.id for marking in PROFILE.markings])
def test_a_form_with_another_ending_is_never_the_mark(marking: str) -> None:
    """Endings of declension: a letter added, taken away or exchanged at the end of the last word.

    Left out are letters that OCR takes for the one they replace; a mark that ends in one of those is a misread mark.
    """
    known = PROFILE.marking(marking)
    to = PROFILE.other(known.party).id
    for form in {form for forms in known.forms.values() for form in forms}:
        others = [form[:-1], *(form + letter for letter in LETTERS[known.party])]
        others += [form[:-1] + letter for letter in LETTERS[known.party] if letter not in f"ЙІҢАИ{form[-1]}"]
        for other in others:
            verdict = judged(pdf([corner(other), *RU]), to)
            assert verdict.hold is not None, other
            assert not any(finding.kind is FindingKind.MARK for finding in verdict.evidence), other


@pytest.mark.parametrize(
    ("read", "to", "marking"),
    [
        ("СЕКРЕТНQ", LT, "kz:secret"),
        ("СЕКРЕГНО", LT, "kz:secret"),
        ("СКРЕТНО", LT, "kz:secret"),
        ("ҚҰПНЯ", LT, "kz:secret"),
        ("ВТЕ ҚҰПИЯ", LT, "kz:top-secret"),
        ("СОВЕРШЕНН0 СЕКРЕТНО", LT, "kz:top-secret"),
        ("СОВЕРШЕИНО СЕКРЕТНО", LT, "kz:top-secret"),
        ("SLAPTA1", KZ, "lt:secret"),
        ("5LAPTAI", KZ, "lt:secret"),
        ("VISIŠKAJ SLAPTAI", KZ, "lt:top-secret"),
        ("UISIŠKAI SLAPTAI / TOP SECRET", KZ, "lt:top-secret"),
        ("KONFIDENCIAUAI", KZ, "lt:confidential"),
        ("RIBOTO NAUD0JIMO", KZ, "lt:restricted"),
        ("RIBOTO NAVDOJIMO", KZ, "lt:restricted"),
    ],
)
def test_a_mark_with_a_misread_letter_is_found_in_its_zone_and_nowhere_else(read: str, to: str, marking: str) -> None:
    assert outcome(pdf([corner(read).by_ocr(), *RU]), to) == marking
    in_text = pdf([*RU[:6], Placed(read, 60, 420).by_ocr()])
    assert outcome(in_text, to) in ("unmarked", "uncertain")


def test_a_misread_mark_says_so() -> None:
    verdict = judged(pdf([corner("СЕКРЕГНО").by_ocr(), *RU]), LT)
    assert "one letter misread" in verdict.evidence[0].reasons
    assert any("misread" in note for note in verdict.notes)


@pytest.mark.parametrize(
    "lines", [["YI8IŠХAJ SLAPTAI"], ["AISUŠKLI", "SLAPTAI"], ["8TF", "ҚҰПИЯ"], ["SLAPTAI", "VISIŠKAI"]]
)
def test_a_higher_mark_that_cannot_be_read_is_never_taken_for_the_lower_one_inside_it(lines: list[str]) -> None:
    to = KZ if "SLAPTAI" in " ".join(lines) else LT
    column = [corner(line, 40 + 14 * index).by_ocr() for index, line in enumerate(lines)]
    assert judged(pdf([*column, *RU]), to).hold is not None


@given(st.sampled_from([form for m in PROFILE.markings for form in m.own_forms()]), st.data())
def test_one_letter_read_for_any_other_never_lowers_a_mark(form: str, data: st.DataObject) -> None:
    marking = next(m for m in PROFILE.markings if form in m.own_forms())
    at = data.draw(st.sampled_from([index for index, letter in enumerate(form) if letter.isalpha()]))
    letter = data.draw(st.sampled_from("АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЬЭЮЯABCDEFGHIJKLMNOPRSTUVZ0123456789"))
    read = form[:at] + letter + form[at + 1 :]
    verdict = judged(pdf([corner(read).by_ocr(), *RU]), PROFILE.other(marking.party).id)
    assert verdict.hold is not None or PROFILE.rank(verdict.marking or marking.id) >= PROFILE.rank(marking.id)


PIECES = [
    *INFLECTED[:6], "СЕКРЕТНО", "SLAPTAI", "NATO", "SECRET", "//", "/", "\n", "НЕ", "ДСП", "Экз. № 2", "«", "»", "12",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join)


@given(st.lists(st.tuples(TEXTS, st.sampled_from(Place), st.sampled_from(Visibility)), max_size=6))
def test_every_reading_gets_a_whole_verdict(spans: list[tuple[str, Place, Visibility]]) -> None:
    reading = docx(*(para(text, place, visibility=seen) for text, place, seen in spans))
    for to in (KZ, LT):
        verdict = judged(reading, to)
        facts = (verdict.marking, verdict.level, verdict.equivalent, verdict.equivalent_text)
        assert all(fact is None for fact in facts) if verdict.hold else all(facts)
        if verdict.marking:
            assert PROFILE.marking(verdict.marking).party == PROFILE.other(to).id
            assert verdict.floor is not None
            assert PROFILE.rank(verdict.floor) >= PROFILE.rank(verdict.marking)

"""The sieve lets no page pass on which the full way sees anything new."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marker.agreement.load import load_profile
from marker.detect.lexicon import CONTEXT_ROLES, Role, lexicon_of
from marker.detect.sieve import Sieve
from marker.detect.sightings import find
from marker.model import Box, PageInfo, Place, Reading, Source, Span

PROFILE = load_profile()
LEXICON = lexicon_of(PROFILE)
A4 = PageInfo(7, 595.0, 842.0, readable=True, has_text=True)
PROSE = (
    "darbo grupė parengė ataskaitą apie sienos apsaugos priemones ir jų įgyvendinimo terminus",
    "прошу рассмотреть приложенные материалы и сообщить о принятом решении в установленный срок",
    "the committee considered the report on the protection of the border and its further measures",
)
FORMS = [entry.form for entry in LEXICON.entries if entry.role not in CONTEXT_ROLES]


def line(text: str, y: float = 24.0, *, x: float = 297.0, size: float = 12.0, page: int = 7) -> Span:
    wide = 0.6 * size * len(text)
    box = Box(x - wide / 2, y, x + wide / 2, y + size)
    centred = abs(x - 297) < 20
    place = Place.TOP if y < 92 else Place.BOTTOM if y > 750 else Place.BODY
    return Span(text, Source.TEXT, place, f"page {page}", page, box, size, centred=centred)


def passes(texts: Sequence[str], lines: Sequence[Span], learned: Sequence[Span] = ()) -> Sequence[Span] | None:
    sieve = Sieve(PROFILE)
    if learned:
        sieve.learn(learned, A4)
    return sieve.passes(texts, lines, A4)


def test_a_page_of_plain_prose_passes() -> None:
    assert passes(PROSE, [line("7 / 120", 800), line("Ataskaita", 120), line("3.1 Priemonės", 300, x=120)]) == []


@pytest.mark.parametrize("form", FORMS)
def test_no_form_passes_as_a_line_or_within_running_text(form: str) -> None:
    assert passes(PROSE, [line(form)]) is None
    assert passes([*PROSE, f"{PROSE[0]} {form} {PROSE[1]}"], []) is None


@pytest.mark.parametrize("form", FORMS)
def test_no_form_passes_letterspaced_or_in_pieces_wherever_they_stand(form: str) -> None:
    assert passes(PROSE, [line(" ".join(form.replace(" ", "")))]) is None
    middle = len(form) // 2
    assert passes(PROSE, [line(form[middle:], 400), line(form[:middle], 300, x=100)]) is None


@pytest.mark.parametrize(
    "text",
    ["SECRET//NOFORN", "SECRET / / NOFORN", "(TS//SI)", "KZ-2026-000017-01-K", "СЕКРЕ7НО", "CEKPETHO", "SLAPTAl"],
)
def test_banners_numbers_of_ours_and_look_alikes_do_not_pass(text: str) -> None:
    assert passes(PROSE, [line(text)]) is None


def test_an_address_passes() -> None:
    assert passes([f"{PROSE[0]} https://www.example.org/a {PROSE[1]}"], []) == []


@pytest.mark.parametrize("text", ["VISIŠKAI SLAPTAJ", "KONFIDENCIALIAL", "ДЛЯ СЛУЖЕБНОГО ПОЛЬЭОВАНИЯ", "NATO SECREI"])
def test_a_misread_form_passes_nowhere_that_markings_stand(text: str) -> None:
    assert passes(PROSE, [line(text)]) is None
    assert passes(PROSE, [line(text, 820)]) is None


MARK = [line("SLAPTAI", 20), line("SLAPTAI", 806)]


def test_the_marking_of_every_page_is_kept_once_a_page_was_read_in_full() -> None:
    heading = line("3.1 PRIEMONĖS", 300, x=120)
    assert passes(PROSE, [*MARK, heading]) is None
    assert passes(PROSE, [*MARK, heading], learned=[*MARK, line(PROSE[0], 400)]) == MARK


@pytest.mark.parametrize(
    "beside",
    ["VISIŠKAI", "VISIŠKA1", "Užpildžius", "Российская Федерация", "NESLAPTA", "IŠSLAPTINTA"],
)
def test_a_known_marking_does_not_pass_beside_what_may_question_it(beside: str) -> None:
    assert passes(PROSE, [*MARK, line(beside, 36)], learned=MARK) is None


def test_the_same_words_elsewhere_or_in_text_are_not_the_known_marking() -> None:
    assert passes(PROSE, [line("SLAPTAI", 60)], learned=MARK) is None
    assert passes([*PROSE, f"{PROSE[0]} slaptai"], MARK, learned=MARK) is None


def test_a_mention_is_never_learned() -> None:
    said = line("kaip nurodyta, slaptai", 420)
    assert passes(PROSE, [said], learned=[line(PROSE[0], 400), said, line(PROSE[2], 436)]) is None


def test_a_document_that_is_mostly_held_back_is_not_tried_for_ever() -> None:
    sieve = Sieve(PROFILE)
    for _ in range(40):
        sieve.passes([f"{PROSE[2]} SECRET"], [], A4)
    assert not sieve.is_worth_trying()


WORDS = [word for text in PROSE for word in text.split()]
PIECES = st.sampled_from([*FORMS, *(f[: len(f) // 2] for f in FORMS), *(f[len(f) // 2 :] for f in FORMS), *WORDS])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PIECES, st.integers(0, 2**30)), min_size=1, max_size=6))
def test_what_passes_is_nothing_to_the_full_way(pieces: list[tuple[str, int]]) -> None:
    """Lines of forms, halves of forms and plain words, some with a letter changed, spaced or in another case."""
    lines = []
    for number, (text, seed) in enumerate(pieces):
        dice = random.Random(seed)
        if dice.random() < 0.3 and len(text) > 4:
            at = dice.randrange(len(text))
            text = text[:at] + dice.choice("OQ0IlТE") + text[at + 1 :]  # noqa: PLW2901 - a piece is bent here
        if dice.random() < 0.2:
            text = " ".join(text)  # noqa: PLW2901
        lines.append(line(text, 20.0 + 14 * number + dice.choice((0, 400, 700)), x=dice.choice((297.0, 480.0, 200.0))))
    if passes(PROSE, lines) is None:
        return
    reading = Reading("pdf", 1, tuple(lines), (PageInfo(7, 595.0, 842.0, readable=True),))
    assert find(reading, PROFILE) == ()


def test_words_around_markings_alone_do_not_hold_a_page_back() -> None:
    around = [entry.form for entry in LEXICON.entries if entry.role in (Role.COPY, Role.CONDITIONAL, Role.QUALIFIER)]
    assert passes([f"{PROSE[0]} {' '.join(around)}"], []) == []

"""The labelled set is what it says: repeatable, consistent with itself, and of use to the measurement."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import pypdf
import pytest
from docx import Document

from tests.labelled import measure, spelling
from tests.labelled.draft import Dice, Label
from tests.labelled.generate import DEVELOPMENT, FINAL, generate, parse_seeds
from tests.labelled.registry import CASES

EASY = ("practice", "dual-form", "mixed-case", "unmarked", "nato", "halves-disagree")


@pytest.mark.parametrize("name", CASES)
def test_a_case_gives_the_same_document_with_the_same_seed(name: str) -> None:
    assert CASES[name].make(3) == CASES[name].make(3)


@pytest.mark.parametrize("name", CASES)
def test_a_label_agrees_with_its_document(name: str) -> None:
    made = CASES[name].make(DEVELOPMENT[0])
    opening = {"pdf": b"%PDF", "docx": b"PK"}[made.label.format]
    assert made.data.startswith(opening) or name == "damaged"
    if made.label.marking:
        assert made.label.marking.startswith({"KZ": "lt:", "LT": "kz:"}[made.label.receiving])
        assert made.label.marking in spelling.RANK


def test_what_is_made_opens_in_libraries_that_did_not_make_it() -> None:
    for made in generate([0, 1]):
        if made.case == "damaged":
            continue
        if made.label.format == "pdf":
            assert len(pypdf.PdfReader(io.BytesIO(made.data)).pages) >= 1
        else:
            assert zipfile.ZipFile(io.BytesIO(made.data)).testzip() is None
            Document(io.BytesIO(made.data))


def test_thirty_seeds_give_hundreds_of_documents_of_each_direction_and_format() -> None:
    kinds: Counter[tuple[str, str]] = Counter()
    for case in CASES.values():
        for seed in range(30):
            dice = Dice(case.name, seed, case.formats, case.parties)
            kinds[dice.format, dice.receiving] += 1
    assert len(CASES) >= 34
    assert kinds.total() >= 1000
    assert len(kinds) == 4
    assert min(kinds.values()) >= 300


def test_every_level_of_each_party_comes_round_in_thirty_seeds() -> None:
    seen = {CASES["practice"].make(seed).label.marking for seed in range(30)}
    assert seen == set(spelling.RANK)


def test_the_final_seeds_are_no_development_seeds() -> None:
    assert not set(DEVELOPMENT) & set(FINAL)
    assert min(FINAL) >= 10_000


def test_seeds_are_written_as_a_range_or_one_number() -> None:
    assert parse_seeds("0..29") == range(30)
    assert parse_seeds("17") == range(17, 18)
    with pytest.raises(ValueError, match="range of seeds"):
        parse_seeds("0-29")


MARKED = Label("pdf", "KZ", "marked", "lt:secret", frozenset({"unreadable-page"}))
HELD = Label("pdf", "KZ", "held", None, frozenset({"uncertain"}))
FOREIGN = Label("pdf", "KZ", "held", None, frozenset({"third-party"}))


@pytest.mark.parametrize(
    ("label", "marking", "hold", "kind"),
    [
        (MARKED, "lt:secret", None, "right"),
        (MARKED, "lt:restricted", None, "under"),
        (MARKED, "lt:top-secret", None, "higher"),
        (MARKED, None, "unreadable-page", "careful"),
        (MARKED, None, "unmarked", "lost"),
        (HELD, None, "uncertain", "right"),
        (HELD, None, "unmarked", "code"),
        (HELD, "lt:secret", None, "leak"),
        (FOREIGN, "lt:secret", None, "third"),
    ],
)
def test_an_outcome_is_counted_by_what_it_would_do(
    label: Label, marking: str | None, hold: str | None, kind: str
) -> None:
    assert measure.judge_kind(label, marking, hold) == kind


def test_a_label_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="marking"):
        Label("pdf", "KZ", "marked")
    with pytest.raises(ValueError, match="code"):
        Label("pdf", "KZ", "held")


@pytest.mark.parametrize("name", EASY)
def test_the_easy_cases_come_out_right(name: str, tmp_path: Path) -> None:
    bench = measure.Bench(tmp_path, pictures=False)
    for seed in range(4):
        assert bench.measure(CASES[name].make(seed)).kind == "right"


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_no_document_is_stamped_lower_than_it_is_nor_for_a_third_party(name: str) -> None:
    results = measure.measure(generate(range(4), [name]))
    assert measure.failures([r for r in results if r.kind in {"under", "third"}]) == ""

"""Documents as the world makes them: a sample of the set that is quick to read, and that nothing is marked too low."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from tests.labelled.measure import Bench
from tests.world.measure import available, failures, measure
from tests.world.word_ways import WAYS

QUICK = ("words", "third", "word", "annex", "mention", "beside")


@pytest.mark.parametrize("kind", QUICK)
def test_letters_of_words_alone_are_neither_stamped_too_low_nor_for_others(kind: str) -> None:
    results = measure(list(available([kind]))[::5], pictures=False)
    worst = [(piece, result) for piece, result in results if result.kind in {"under", "third", "leak", "fault"}]
    assert failures(worst) == ""


def test_every_way_word_sets_a_mark_is_found(tmp_path: Path) -> None:
    bench = Bench(tmp_path, pictures=False)
    for piece in available(["word"]):
        if piece.name.endswith(("-0", "-3")):
            assert bench.measure(piece.made()).kind == "right", piece.name


def test_what_word_shows_otherwise_than_it_stores_is_not_stamped_low() -> None:
    assert failures(measure(available(["trap"]), pictures=False)) == ""


def test_every_package_is_whole_and_its_parts_are_xml() -> None:
    pieces = {piece.name: piece for piece in available(["word", "trap"])}
    assert {name.rsplit("-", 1)[0] for name in pieces} >= set(WAYS)
    for piece in pieces.values():
        package = zipfile.ZipFile(io.BytesIO(piece.make()))
        assert package.testzip() is None
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(package.read(name))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pdf", "chromium", "soffice", "mixed"])
def test_letters_of_other_programs_and_scans_are_not_stamped_too_low(kind: str) -> None:
    pieces = list(available([kind]))[::5]
    if not pieces:
        pytest.skip("the program that makes them is not installed")
    worst = [(piece, result) for piece, result in measure(pieces) if result.kind in {"under", "third", "leak", "fault"}]
    assert failures(worst) == ""

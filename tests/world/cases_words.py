"""Wordings of marks, as a DOCX by Word and as a PDF by a report library; third parties' likewise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.world import paint, word
from tests.world.registry import Piece, pieces, truth
from tests.world.sheet import Sheet, letter
from tests.world.words import FOREIGN, KAZAKH, LITHUANIAN, RUSSIAN


def sheets() -> Iterator[tuple[str, str, Sheet, str]]:
    """Name, receiving Party, letter, what it is."""
    for number, (lines, said) in enumerate(KAZAKH):
        yield f"kk-{number:02}", "LT", letter("kk", lines), said
    for number, (lines, said) in enumerate(RUSSIAN):
        yield f"ru-{number:02}", "LT", letter("ru", lines), said
    for number, (lines, said) in enumerate(LITHUANIAN):
        # As the rules for clerical work have it: the mark at the foot too, the copy number once.
        yield f"lt-{number:02}", "KZ", letter("lt", lines, lines[:1] if number % 2 else lines), said


@pieces
def wordings() -> Iterator[Piece]:
    for name, receiving, sheet, said in sheets():
        yield Piece("words", f"{name}-word", truth("docx", receiving, said), partial(word.letter, sheet))
        yield Piece("words", f"{name}-report", truth("pdf", receiving, said), partial(paint.draw, sheet))


@pieces
def third_parties() -> Iterator[Piece]:
    for number, (language, receiving, lines) in enumerate(FOREIGN):
        sheet = letter(language, lines, lines[:1])
        label = truth("docx", receiving, "third-party")
        yield Piece("third", f"{number:02}-word", label, partial(word.letter, sheet))
        yield Piece("third", f"{number:02}-report", truth("pdf", receiving, "third-party"), partial(paint.draw, sheet))

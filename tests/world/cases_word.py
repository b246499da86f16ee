"""Every way of setting a mark that Word offers, for both Parties."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.world import word
from tests.world.registry import Piece, pieces, truth
from tests.world.sheet import letter
from tests.world.word_ways import WAYS

_MARKS = (
    ("LT", "kk", ("Өте құпия", "Дана № 1"), "kz:top-secret"),
    ("LT", "ru", ("Совершенно", "секретно", "Экз. № 1"), "kz:top-secret"),
    ("KZ", "lt", ("Visiškai slaptai",), "lt:top-secret"),
    ("KZ", "lt", ("KONFIDENCIALIAI",), "lt:confidential"),
)


@pieces
def ways() -> Iterator[Piece]:
    for name, way in WAYS.items():
        for number, (receiving, language, lines, said) in enumerate(_MARKS):
            label = truth("docx", receiving, said)
            yield Piece("word", f"{name}-{number}", label, partial(word.letter, letter(language, lines), way))

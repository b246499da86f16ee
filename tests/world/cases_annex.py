"""Letters of the lowest level with an annex marked higher: whatever is not seen there lowers the document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from tests.world import paint, word
from tests.world.cases_words import sheets
from tests.world.registry import Piece, pieces, truth
from tests.world.sheet import annex, letter

_LOWEST = {"kk": ("Қызмет бабында пайдалану үшін",), "ru": ("Для служебного пользования",), "lt": ("RIBOTO NAUDOJIMO",)}


@pieces
def annexes() -> Iterator[Piece]:
    for name, receiving, sheet, said in sheets():
        if not said.startswith(("kz:", "lt:")) or "restricted" in said:
            continue
        lowest = _LOWEST[sheet.language]
        higher = annex(sheet.language, sheet.mark, sheet.foot)
        whole = letter(sheet.language, lowest, lowest if sheet.foot else (), annex=higher)
        yield Piece("annex", f"{name}-word", truth("docx", receiving, said), partial(word.letter, whole))
        yield Piece("annex", f"{name}-report", truth("pdf", receiving, said), partial(paint.draw, whole))
        if len(sheet.mark) > 1:
            continue
        # The mark on the annex's own first line: "Приложение. Секретно".
        title = f"{higher.subject} 1. {sheet.mark[0]}" if number_odd(name) else f"{sheet.mark[0]}. {higher.subject} 1"
        beside = letter(sheet.language, lowest, annex=replace(higher, mark=(title,), foot=(), subject=""))
        yield Piece("annex", f"{name}-line-word", truth("docx", receiving, said), partial(word.letter, beside))
        yield Piece("annex", f"{name}-line-report", truth("pdf", receiving, said), partial(paint.draw, beside))


def number_odd(name: str) -> bool:
    return int(name[-2:]) % 2 == 1

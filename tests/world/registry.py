"""The documents of the set: a kind, a name, the truth, and the function that makes the bytes when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tests.labelled.draft import Label, Made


@dataclass(frozen=True, slots=True)
class Piece:
    """One document.  ``tool`` is the program it needs besides this one: "soffice", "chromium" or none."""

    kind: str
    name: str
    label: Label
    make: Callable[[], bytes]
    tool: str = ""

    def made(self) -> Made:
        return Made(f"{self.kind}.{self.name}", 0, self.make(), self.label)


PIECES: Final[list[Callable[[], Iterable[Piece]]]] = []


def pieces(function: Callable[[], Iterable[Piece]]) -> Callable[[], Iterable[Piece]]:
    """Register a function that gives pieces of one kind."""
    PIECES.append(function)
    return function


def truth(format_: str, receiving: str, said: str, *also: str) -> Label:
    """A label: ``said`` is the marking that governs, or the hold codes that are right, joined by ``|``.

    ``lt:secret|uncertain`` is to be marked, and holding it with that code is not wrong.
    """
    first, *codes = said.split("|")
    if ":" in first:
        return Label(format_, receiving, "marked", first, frozenset((*codes, *also)))
    return Label(format_, receiving, "held", None, frozenset((first, *codes, *also)))


def all_pieces() -> Iterator[Piece]:
    for function in PIECES:
        yield from function()

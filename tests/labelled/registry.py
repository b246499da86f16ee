"""The cases of the labelled set: a name, which row or rule it stands for, and the function that makes one document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.labelled.draft import Dice, Label, Made

Maker = Callable[[Dice], tuple[bytes, Label]]
BOTH: Final = ("pdf", "docx")
EITHER: Final = ("KZ", "LT")


@dataclass(frozen=True, slots=True)
class Case:
    """One case; ``about`` is the row of "The cases that break naive software", the rule of judgement, or the family."""

    name: str
    about: str
    maker: Maker
    formats: tuple[str, ...]
    parties: tuple[str, ...]

    def make(self, seed: int) -> Made:
        data, label = self.maker(Dice(self.name, seed, self.formats, self.parties))
        return Made(self.name, seed, data, label)


CASES: Final[dict[str, Case]] = {}


def case(about: str, formats: tuple[str, ...] = BOTH, receiving: tuple[str, ...] = EITHER) -> Callable[[Maker], Maker]:
    """Register a function under its name with blanks for underscores."""

    def register(maker: Maker) -> Maker:
        name = maker.__name__.replace("_", "-")
        CASES[name] = Case(name, about, maker, formats, receiving)
        return maker

    return register

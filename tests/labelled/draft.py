"""A letter of the labelled set in the making: what a case sets, and chance for everything it leaves open."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, field
from typing import Any, Final

from fixtures.compose import annex_blocks, letter_blocks
from fixtures.letter import Block, Letter, Overlay, Para, Part, Run, Section, Table, para
from fixtures.write_docx import write_docx
from fixtures.write_pdf import font_names, write_pdf
from tests.labelled.spelling import LEVELS, copy_line

OFFICE_FONTS: Final = ("Times New Roman", "Arial", "Calibri", "Liberation Serif", "DejaVu Sans")


@dataclass(frozen=True, slots=True)
class Label:
    """The truth about one document."""

    format: str
    receiving: str
    outcome: str
    """``marked`` or ``held``."""
    marking: str | None = None
    """The sending Party's marking that governs; None when the document is to be held."""
    holds: frozenset[str] = frozenset()
    """To be held: the codes that are right.  To be marked: codes that are not wrong either (a page picture must be
    read first, or a careful reader may ask a person)."""
    higher: bool = False
    """A higher marking of the sender is in the text in a place that may count: raising is not wrong."""

    def __post_init__(self) -> None:
        if (self.outcome == "marked") != (self.marking is not None):
            raise ValueError("a marking belongs to a marked document, and to no other")
        if self.outcome == "held" and not self.holds:
            raise ValueError("a document to be held needs a code")


@dataclass(frozen=True, slots=True)
class Made:
    """A document of the set."""

    case: str
    seed: int
    data: bytes
    label: Label

    @property
    def name(self) -> str:
        return f"{self.case}-{self.seed}.{self.label.format}"


class Dice(random.Random):
    """The chance of one (case, seed).  Format, direction and level go round, so that 30 seeds see every combination."""

    def __init__(self, case: str, seed: int, formats: tuple[str, ...], parties: tuple[str, ...]) -> None:
        super().__init__(zlib.crc32(f"{case}:{seed}".encode()))
        self.number = seed
        self.format = formats[seed % len(formats)]
        rest = seed // len(formats)
        self.receiving = parties[rest % len(parties)]
        self.sending = "LT" if self.receiving == "KZ" else "KZ"
        self.turn = rest // len(parties)

    def level(self, *without: str) -> str:
        """A marking of the sending Party, each in its turn."""
        levels = [marking for marking in LEVELS[self.sending] if marking not in without]
        return levels[self.turn % len(levels)]

    def other_level(self, below: str) -> str:
        """A marking of the sending Party higher than ``below``."""
        levels = LEVELS[self.sending]
        return self.choice(levels[: levels.index(below)])

    def likely(self, share: float) -> bool:
        return self.random() < share


@dataclass
class Draft:
    """Collects what is on the pages.  ``finish`` makes the file."""

    dice: Dice
    language: str = ""
    paragraphs: int = 0
    before: list[Block] = field(default_factory=list)
    """Above the letterhead."""
    extra: list[Para] = field(default_factory=list)
    """Among the body paragraphs."""
    after: list[Block] = field(default_factory=list)
    top: list[Para] = field(default_factory=list)
    bottom: list[Para] = field(default_factory=list)
    first_header: tuple[Para, ...] | None = None
    even_header: tuple[Para, ...] | None = None
    sections: list[Section] = field(default_factory=list)
    """Further sections after the letter."""
    overlays: list[tuple[int, Overlay]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    properties: list[tuple[str, str]] = field(default_factory=list)
    look: dict[str, Any] = field(default_factory=dict)
    """Keywords of :class:`~fixtures.letter.Letter` that must not be left to chance."""
    section_look: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        dice = self.dice
        if not self.language:
            lithuanian, kazakh = ("lt", "lt", "lt", "en"), ("kk", "ru", "kk+ru")
            self.language = dice.choice(lithuanian if dice.sending == "LT" else kazakh)
        if not self.paragraphs:
            self.paragraphs = dice.choice((2, 3, 4, 5, 9, 14))

    @property
    def sole_language(self) -> str:
        return "ru" if self.language == "kk+ru" else self.language

    def mark(
        self, text: str, *, place: str = "", copy: bool | None = None, runs: tuple[Run, ...] = (), **look: Any
    ) -> None:
        """Put a marking where the sender's practice has it, or at ``place``."""
        dice = self.dice
        size = look.pop("size", dice.choice((10, 11, 12, 12, 14, 16)))
        bold = look.pop("bold", dice.likely(0.8))
        if not runs:
            runs = (Run(text, bold=bold, size=size, **look),)
        place = place or ("top-bottom" if dice.sending == "LT" else "corner")
        copied = dice.likely(0.7) if copy is None else copy
        copies = [para(copy_line(dice.sending, dice), size=max(8, size - 2), align="right", after=0)] if copied else []
        align = {"top-left": "left", "corner": "right", "top-right": "right"}.get(place, "center")
        line = Para(runs, align, after=0)
        if place in {"top-bottom", "top", "top-left", "top-right"}:
            self.top += [line, *copies]
        if place in {"top-bottom", "bottom"}:
            self.bottom.append(line)
        if place == "bottom":
            self.top += copies
        if place in {"corner", "centre"}:
            self._in_corner(line, copies)

    def _in_corner(self, line: Para, copies: list[Para]) -> None:
        way = self.dice.choice(("right", "right", "indented", "table", "first header"))
        if line.align == "center":
            way = "right"  # not the corner: leave it as it is
        lines = [line, *copies]
        if way == "indented":
            lines = [Para(p.runs, "center", after=0, indent=270) for p in lines]
        if way == "table":
            cells = (((para("", after=0),), tuple(lines)),)
            self.before.insert(0, Table(cells, (1, 1), border=False))
        elif way == "first header" and self.first_header is None and not self.top:
            self.first_header = tuple(lines)
        else:
            self.before[:0] = [*lines, para("", after=4)]

    def head(self, *lines: Para) -> None:
        """Set lines above all others of the first page's header, and of the others' where they share it."""
        self.top[:0] = lines
        if self.first_header is not None:
            self.first_header = (*lines, *self.first_header)

    def annex(self, *blocks: Block, top: tuple[Para, ...] = (), bottom: tuple[Para, ...] = (), **look: Any) -> None:
        """A further section: ``blocks``, then an annex in the letter's language."""
        inside = (*blocks, *annex_blocks(self.sole_language, self.dice)[1:])
        self.sections.append(Section(inside, top, bottom, **look))

    def finish(self) -> bytes:
        """The file's bytes."""
        dice = self.dice
        pdf = dice.format == "pdf"
        size = dice.choice((10.0, 11.0, 11.0, 12.0))
        body = letter_blocks(
            self.language, dice, paragraphs=self.paragraphs, table=dice.likely(0.3), extra=tuple(self.extra), size=size
        )
        numbers = (
            [
                para(
                    dice.choice(("{page}", "{page} / {pages}", "- {page} -")),
                    size=8,
                    align=dice.choice(("center", "right")),
                    after=0,
                )
            ]
            if dice.likely(0.7)
            else []
        )
        first = Section(
            (*self.before, *body, *self.after),
            tuple(self.top),
            (*numbers, *self.bottom),
            first_header=self.first_header,
            even_header=self.even_header,
            **self.section_look,
        )
        look: dict[str, Any] = {
            "title": dice.choice(("", "Dokumentas1", "Letter")),
            "size": size,
            "font": dice.choice(font_names() if pdf else OFFICE_FONTS),
            "margins": (
                dice.choice((57.0, 70.0, 85.0)),
                dice.choice((45.0, 57.0, 70.0)),
                dice.choice((28.0, 42.5, 57.0)),
                57.0,
            ),
            "glyphs": dice.choice(("run", "run", "run", "word", "char")),
            "template": dice.choice(("plain", "python-docx")),
            "leading": dice.choice((1.15, 1.25, 1.5)),
        } | self.look
        letter = Letter(
            (first, *self.sections),
            overlays=tuple(self.overlays),
            parts=tuple(self.parts),
            properties=tuple(self.properties),
            **look,
        )
        return write_pdf(letter) if pdf else write_docx(letter)

    def marked(self, marking: str, *holds: str, higher: bool = False) -> tuple[bytes, Label]:
        """The finished document, to be marked; ``holds`` are not wrong either."""
        return self.finish(), Label(self.dice.format, self.dice.receiving, "marked", marking, frozenset(holds), higher)

    def held(self, *holds: str) -> tuple[bytes, Label]:
        """The finished document, to be held with one of these codes."""
        return self.finish(), Label(self.dice.format, self.dice.receiving, "held", None, frozenset(holds))

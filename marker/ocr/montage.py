"""Many lines on one picture, and what was read of it back to its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from marker.ocr.colour import Grey
from marker.ocr.shape import WORD

_GAP: Final = 22
"""Pixels between lines: enough that nobody reads two as one."""
_SIDE: Final = 20
MAX_LINES: Final = 48
MAX_WIDTH: Final = 2_800
_SURE_WORD: Final = 85.0
_LONG_WORD: Final = 5
"""Confidence and letters of a word that no line in the wrong turn is read as, but by rare accident."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word Tesseract read: its box in pixels of the picture it was given, and how sure it is (0 to 100)."""

    text: str
    left: int
    top: int
    width: int
    height: int
    confidence: float
    line: tuple[int, ...] = ()
    """Tesseract's own numbering of blocks, paragraphs and lines."""


@dataclass(frozen=True, slots=True)
class LineRead:
    """What was read of one line of a montage, wide gaps as tabs; ``confidence`` weighs long words more."""

    text: str
    confidence: float
    in_sure_words: int = field(default=0, compare=False)
    """Letters in long words that were read beyond doubt."""

    @property
    def letters(self) -> int:
        return sum(char.isalpha() for char in self.text)

    @property
    def in_words(self) -> int:
        """Letters in words: dirt is read as letters too, one to three at a time."""
        return sum(map(len, WORD.findall(self.text)))


@dataclass(frozen=True, slots=True)
class Montage:
    """The picture and where each line stands on it (first row, row after the last)."""

    picture: Grey
    rows: tuple[tuple[int, int], ...]


def build(lines: Sequence[Grey]) -> Montage:
    """Stack lines, which all have letters of one height, on one picture."""
    width = max(line.shape[1] for line in lines) + 2 * _SIDE
    height = sum(line.shape[0] + _GAP for line in lines) + _GAP
    picture = np.full((height, width), 255, np.uint8)
    rows: list[tuple[int, int]] = []
    y = _GAP
    for line in lines:
        picture[y : y + line.shape[0], _SIDE : _SIDE + line.shape[1]] = line
        rows.append((y - _GAP // 2, y + line.shape[0] + _GAP // 2))
        y += line.shape[0] + _GAP
    return Montage(picture, tuple(rows))


def assign(montage: Montage, words: Sequence[Word]) -> list[list[Word]]:
    """The words of each line, from left to right; a word belongs to the line its middle stands on."""
    found: list[list[Word]] = [[] for _ in montage.rows]
    for word in words:
        middle = word.top + word.height / 2
        for index, (first, after) in enumerate(montage.rows):
            if first <= middle < after:
                found[index].append(word)
                break
    return [sorted(row, key=lambda word: word.left) for row in found]


def line_of(words: Sequence[Word]) -> LineRead:
    """Words of one line joined from left to right."""
    ordered = sorted(words, key=lambda word: word.left)
    text = ""
    end = 0
    for word in ordered:
        if text:
            text += "\t" if word.left - end > 2.6 * max(word.height, 20) else " "
        text += word.text
        end = word.left + word.width
    weights = [len(word.text) for word in ordered]
    if not weights:
        return LineRead("", 0.0)
    sure = sum(word.confidence * weight for word, weight in zip(ordered, weights, strict=True)) / sum(weights)
    long = [sum(map(str.isalpha, word.text)) for word in ordered if word.confidence >= _SURE_WORD]
    return LineRead(text, sure, sum(letters for letters in long if letters >= _LONG_WORD))

"""Many lines on one picture, and what was read of it back to its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
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
_LEAST_LETTERS: Final = 2
_LEVEL: Final = 0.4
"""Share of the lower one's height on which two words of one row stand beside each other at least."""


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
    """Words of one line joined from left to right; of two rows that were cut as one line, row after row."""
    ordered = _in_order(words)
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


def _in_order(words: Sequence[Word]) -> list[Word]:
    """Words in the order in which they are read.

    Rows set so tight that nothing parts them come as one line.  From left to right their words would be mingled, and
    ӨТЕ ҚҰПИЯ over СОВЕРШЕННО СЕКРЕТНО would read СЕКРЕТНО ҚҰПИЯ at its end, which is a lower marking.
    """
    ordered = sorted(words, key=lambda word: word.left)
    rows: list[list[Word]] = []
    for word in sorted(ordered, key=_is_little):  # words before dots and dashes, which make no row
        row = max(rows, key=lambda row: _level_with(word, row), default=None)
        if row is None or (_level_with(word, row) < _LEVEL and not _is_little(word)):
            rows.append([word])
        else:
            row.append(word)
    if not any(_overlap(one, other) for above, below in combinations(rows, 2) for one in above for other in below):
        return ordered  # one row, or words that rise or fall along a line
    rows.sort(key=lambda row: sum(word.top + word.height / 2 for word in row) / len(row))
    return [word for row in rows for word in sorted(row, key=lambda word: word.left)]


def _is_little(word: Word) -> bool:
    return sum(map(str.isalpha, word.text)) < _LEAST_LETTERS


def _level_with(word: Word, row: Sequence[Word]) -> float:
    """Share of its height, or of its neighbour's if that is less, on which a word stands beside the nearest of a row;
    below 0 the further apart they are."""
    near = min(row, key=lambda other: abs(other.left + other.width / 2 - word.left - word.width / 2))
    shared = min(word.top + word.height, near.top + near.height) - max(word.top, near.top)
    return shared / max(1, min(word.height, near.height))


def _overlap(one: Word, other: Word) -> bool:
    """Whether one of two words stands above the other."""
    return min(one.left + one.width, other.left + other.width) > max(one.left, other.left)

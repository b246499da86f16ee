"""Where the copy's text layer says that a text stands, on one line or broken over several."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from marker.model import Box
from marker.proof.compare import Difference
from marker.proof.view import PageView

Lines = list[tuple[str, Box]]
"""One text as it stands on the page: its lines from top to bottom with their boxes (units of user space)."""

_BREAK: Final = re.compile(r"(?<=[ /])(?=[^ /])")
"""Where a text may be broken: after a blank or a slash."""


def locate(text: str, view: PageView, difference: Difference, reads: Callable[[str, Box], bool]) -> Iterator[Lines]:
    """Places where ``text`` stands in new ink that ``reads`` every line of, those on one line first.

    Of those that begin with the same line in the same place, the one whose lines are longest and nearest to each other.
    """
    search = _Search(text, view, difference, reads)
    yield from search.on_one_line()
    yield from search.on_several()


class _Search:
    """The places of one text.  What was found out of a line and what follows it is remembered: a text that repeats
    itself stands in very many places, most of which lead nowhere."""

    def __init__(self, text: str, view: PageView, difference: Difference, reads: Callable[[str, Box], bool]) -> None:
        self._text = text
        self._view = view
        self._difference = difference
        self._reads = reads
        self._ends = [len(text), *reversed([match.start() for match in _BREAK.finditer(text)])]
        self._pieces: dict[int, list[tuple[int, str, list[Box]]]] = {}
        self._new: dict[str, list[Box]] = {}
        self._read: dict[tuple[str, Box], bool] = {}
        self._next: dict[tuple[Box, str], list[Box]] = {}
        self._nowhere: set[tuple[int, Box]] = set()

    def on_one_line(self) -> Iterator[Lines]:
        for box in self._in_new_ink(self._text):
            if self._is_read(self._text, box):
                yield [(self._text, box)]

    def on_several(self) -> Iterator[Lines]:
        for end, piece, boxes in self._from(0):
            if end == len(self._text):
                continue
            for box in boxes:
                if self._is_read(piece, box) and (rest := self._below(end, box)) is not None:
                    yield [(piece, box), *rest]

    def _below(self, start: int, above: Box) -> Lines | None:
        """The text from ``start`` on in lines under ``above``; None where it does not go on there."""
        if (start, above) in self._nowhere:
            return None
        for end, piece, boxes in self._from(start):
            for box in self._under(above, piece, boxes):
                rest = [] if end == len(self._text) else self._below(end, box)
                if rest is not None:
                    return [(piece, box), *rest]
        self._nowhere.add((start, above))
        return None

    def _under(self, above: Box, piece: str, boxes: Sequence[Box]) -> list[Box]:
        """The places of a line's text, ``boxes``, that are under ``above``, the nearest first."""
        if (above, piece) not in self._next:
            near = [box for box in boxes if _is_below(above, box) and self._is_read(piece, box)]
            self._next[above, piece] = sorted(near, key=lambda box: box.centre[1])
        return self._next[above, piece]

    def _from(self, start: int) -> list[tuple[int, str, list[Box]]]:
        """What a line that begins at ``start`` may say, the longest first: where it ends, its text, its places."""
        if start not in self._pieces:
            ends = [end for end in self._ends if end > start]
            texts = [
                self._text[start:end] if end == len(self._text) else self._text[start:end].rstrip() for end in ends
            ]
            found = [(end, text, self._in_new_ink(text)) for end, text in zip(ends, texts, strict=True)]
            self._pieces[start] = [piece for piece in found if piece[2]]
        return self._pieces[start]

    def _in_new_ink(self, text: str) -> list[Box]:
        if text not in self._new:
            self._new[text] = [box for box in self._view.find(text) if self._difference.is_new(box)]
        return self._new[text]

    def _is_read(self, text: str, box: Box) -> bool:
        if (text, box) not in self._read:
            self._read[text, box] = self._reads(text, box)
        return self._read[text, box]


def _is_below(upper: Box, lower: Box) -> bool:
    """Whether ``lower`` is the next line under ``upper``."""
    gap = lower.centre[1] - upper.centre[1]
    return (
        0.5 * min(upper.height, lower.height) < gap < 2.5 * max(upper.height, lower.height)
        and upper.x0 < lower.x1
        and lower.x0 < upper.x1
    )

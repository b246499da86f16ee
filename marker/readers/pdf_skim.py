"""The text of a PDF page in so far as it may be a marking: running text without its rectangles.

What costs time is asking pdfium, a microsecond a question.  So a line that one object draws is known by its ends, a
font by the letters it was not yet seen to draw, and colour and clip are asked of nothing but the markings themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from marker.readers.pdf_fonts import font_of
from marker.readers.pdf_letters import are_running, is_running
from marker.readers.pdf_runs import (
    Look,
    Run,
    TextPage,
    are_close,
    guessed_at,
    matrix,
    matrix_at,
    numbers,
    origin_at,
    owner_at,
    size_at,
    to_matrix,
    to_x,
    to_y,
)


class Skimmed(TextPage):
    """The text of a page, its attributes asked only of what is short enough to be part of a marking."""

    texts: list[str]
    """Running text, object by object."""
    runs: list[Run]
    """All else.  What their ink looks like is not asked: see :meth:`is_plain`."""
    handles: set[int]
    """Addresses of the text objects whose letters these are."""

    def skim(self) -> bool:
        """Read the page; False when a letter is in doubt, so that the page must be looked at."""
        self.texts, self.runs, self.handles = [], [], set()
        self._spots: list[tuple[int, int]] = []
        self._said: dict[int, list[tuple[int, str]]] = {}
        if self.doubtful or self.odd:
            return False
        address, end = self.address, -1
        lines = self.text.replace("\r", "\n").split("\n")
        for line, running in zip(lines, are_running(lines), strict=True):
            start, end = end + 1, end + 1 + len(line)
            if not line:
                continue
            handle = owner_at(address, start)
            if handle is None or owner_at(address, end - 1) != handle:
                for part in self.stretches(start, end):
                    text = self.text[part.start : part.end]
                    if not self._take(part.handle, part.start, text, part.blank, running=is_running(text)):
                        return False
            elif not line.isspace() and not self._take(handle, start, line, None, running=running):
                return False
        return all(self._is_honest(font, said) for font, said in self._said.items())

    def is_outlined(self, font: int) -> bool:
        """Whether letters of that font on this page are outlines."""
        said = self._said.get(font)
        if said is None:
            return False
        start, text = said[0]
        return self.font_look(font, start, start + len(text)).outlined

    def is_plain(self, number: int) -> bool:
        """Whether the run of that index is drawn in dark letters that leave ink (see ``Run.plain``)."""
        return self.look(self.runs[number].handle, *self._spots[number]).plain

    def _take(self, handle: int, start: int, text: str, blank: bool | None, *, running: bool) -> bool:
        """Keep the letters of one object on one line; False when one of them is in doubt."""
        end, font = start + len(text), font_of(handle)
        self.handles.add(handle)
        said = self._said.get(font)
        if said is None:
            said = self._said[font] = []
        said.append((start, text))
        if running and self._is_one_piece(start, end, text):
            self.texts.append(text)
            return True
        bold = self.font_look(font, start, end).bold
        look = Look(*self.place(start), bold, invisible=False, white=False, plain=False)
        for first, last, box in self.parts(start, end, look.size):
            if blank is not None and (first > start or self.text[first].isspace()):
                blank = True
            # Every letter of a font is looked at once; in what is not written small, every single one.
            sure = self.text[first + 1 : last].islower()
            run = self.run(handle, look, first, last, box, blank, sure=sure)
            if run is not None:
                if not run.readable:
                    return False
                self.runs.append(run)
                self._spots.append((first, last))
                blank = self.text[last - 1].isspace()
        return True

    def _is_one_piece(self, start: int, end: int, text: str) -> bool:
        """Whether running text of one object is one line, and no columns hide behind its blanks."""
        address = self.address
        if not origin_at(address, end - 1 - (text[-1] == " "), to_x, to_y):
            return False
        if not matrix_at(address, start, to_matrix):
            return False
        last_x, last_y, _, _ = numbers
        _, _, c, d, x, y = matrix
        size = size_at(address, start) * math.hypot(c, d)
        return are_close(math.hypot(last_x - x, last_y - y), size, len(text))

    def _is_honest(self, font: int, said: Sequence[tuple[int, str]]) -> bool:
        """Whether a font says which letters it draws, and draws those; each of its letters is looked at once."""
        shapes = self.font_at(font)
        new = shapes.unknown([text for _, text in said])
        if new:
            shapes.learn(new)
            left = set(new)
            for start, text in said:
                for at, letter in enumerate(text, start):
                    if letter in left:
                        if guessed_at(self.address, at) == 1 and not letter.isspace():
                            return False
                        left.discard(letter)
            shapes.know(new)
        return not shapes.lies()

"""The text of a PDF page in so far as it may be a marking: running text without its rectangles.

What costs time is asking pdfium, a microsecond a question.  So a line that one object draws is known by its ends, a
font by the letters it was not yet seen to draw, and colour and clip are asked of nothing but the markings themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from marker.readers.pdf_fonts import font_of
from marker.readers.pdf_letters import is_running
from marker.readers.pdf_runs import LINE, Look, Run, TextPage, are_close, guessed_at, matrix_at, owner_at, size_at

_BLANKS: Final = " \r\n"


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
        self._said: dict[int, list[tuple[int, int]]] = {}
        if self.doubtful or self.odd:
            return False
        text, address = self.text, self.address
        for line in LINE.finditer(text):
            start, end = line.span()
            handle = owner_at(address, start)
            if handle is None or owner_at(address, end - 1) != handle:
                if not all(self._take(*stretch) for stretch in self.stretches(start, end)):
                    return False
            elif not text[start:end].isspace() and not self._take(handle, start, end, None):
                return False
        return all(self._is_honest(font, places) for font, places in self._said.items())

    def is_outlined(self, font: int) -> bool:
        """Whether letters of that font on this page are outlines."""
        said = self._said.get(font)
        return said is not None and self.font_look(font, *said[0]).outlined

    def is_plain(self, number: int) -> bool:
        """Whether the run of that index is drawn in dark letters that leave ink (see ``Run.plain``)."""
        return self.look(self.runs[number].handle, *self._spots[number]).plain

    def _take(self, handle: int, start: int, end: int, blank: bool | None) -> bool:
        """Keep the letters of one object on one line; False when one of them is in doubt."""
        text, font = self.text[start:end], font_of(handle)
        self.handles.add(handle)
        said = self._said.get(font)
        if said is None:
            said = self._said[font] = []
        said.append((start, end))
        if is_running(text) and self._is_one_piece(start, end, text):
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
        last = self.origin(end - 1 - (text[-1] == " "))
        if last is None or not matrix_at(self.address, start, self.to_matrix):
            return False
        _, _, c, d, x, y = self.matrix
        size = size_at(self.address, start) * math.hypot(c, d)
        return are_close(math.hypot(last[0] - x, last[1] - y), size, len(text))

    def _is_honest(self, font: int, places: Sequence[tuple[int, int]]) -> bool:
        """Whether a font says which letters it draws, and draws those; each of its letters is looked at once."""
        text, shapes = self.text, self.font_at(font)
        new = set("".join([text[start:end] for start, end in places])) - shapes.known
        if new:
            shapes.learn(new)
            left = set(new)
            for start, end in places:
                for at in range(start, end):
                    if text[at] in left:
                        if guessed_at(self.address, at) == 1 and not text[at].isspace():
                            return False
                        left.discard(text[at])
            shapes.known |= new
        return not shapes.lies()

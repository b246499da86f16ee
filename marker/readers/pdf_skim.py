"""The text of a PDF page in so far as it may be a marking: running text without its rectangles.

What costs time is asking pdfium, a microsecond a question.  So a line that one object draws is known by its ends, a
font by the letters it was not yet seen to draw, and colour and clip are asked of the markings alone, and of what stands
with other objects on a line that is running text as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from marker.readers.pdf_fonts import font_of
from marker.readers.pdf_letters import are_running, is_running
from marker.readers.pdf_runs import (
    Look,
    Run,
    Stretch,
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
from marker.readers.pdf_space import LEAST_LETTERS, Space

_GAP: Final = 2.0
"""Letter heights between where a piece's last letter begins and the next piece, up to which both are of one line."""
_ONE_SIZE: Final = 2.2
"""Times the size of its neighbour from which on letters are of another line."""


class Skimmed(TextPage):
    """The text of a page, its attributes asked only of what is short enough to be part of a marking."""

    texts: list[str]
    """Running text, by line or object."""
    runs: list[Run]
    """All else.  What their ink looks like is not asked: see :meth:`is_plain`."""
    handles: set[int]
    """Addresses of the text objects whose letters these are."""

    def skim(self, space: Space) -> bool:
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
                if not self._take_parts(line, list(self.stretches(start, end)), running, space):
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
        handle = self.runs[number].handle
        return self.is_plainly_drawn(handle, self.font_look(font_of(handle), *self._spots[number]))

    def _take_parts(self, line: str, parts: Sequence[Stretch], running: bool, space: Space) -> bool:
        """Keep a line that several objects draw; False when one of its letters is in doubt."""
        if running and self._is_one_line(parts, space):
            for handle, start, end, _ in parts:
                self._note(handle, font_of(handle), start, self.text[start:end])
            self.texts.append(line)
            return True
        texts = [(part, self.text[part.start : part.end]) for part in parts]
        return all(self._take(*part[:2], text, part.blank, running=is_running(text)) for part, text in texts)

    def _take(self, handle: int, start: int, text: str, blank: bool | None, *, running: bool) -> bool:
        """Keep the letters of one object on one line; False when one of them is in doubt."""
        end, font = start + len(text), font_of(handle)
        self._note(handle, font, start, text)
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

    def _note(self, handle: int, font: int, start: int, text: str) -> None:
        self.handles.add(handle)
        said = self._said.get(font)
        if said is None:
            said = self._said[font] = []
        said.append((start, text))

    def _is_one_line(self, parts: Sequence[Stretch], space: Space) -> bool:
        """Whether running text of several objects is one line as a reader sees it, too: level, without a wide gap, all
        of it in letters that say what they are, leave ink and stand on the page."""
        left = right = level = size = 0.0
        for number, (handle, start, end, _) in enumerate(parts):
            text = self.text[start:end]
            new, angle, upright, _, _ = self.place(start)
            first, last = self.origin(end - len(text.lstrip())), self.origin(start + len(text.rstrip()) - 1)
            if first is None or last is None or angle or not upright or new * space.unit < LEAST_LETTERS:
                return False
            if number:
                small, large = min(size, new), max(size, new)
                gap, step = first[0] - right, abs(first[1] - level)
                if not (0 < gap <= _GAP * small and step <= small / 2 and large < _ONE_SIZE * small):
                    return False
            else:
                left = first[0]
            if not (
                are_close(last[0] - first[0], new, len(text))
                and self.is_plainly_drawn(handle, self.font_look(font_of(handle), start, end))
                and (text[1:].islower() or self.is_mapped(start, end))
            ):
                return False
            right, level, size = last[0], first[1], new
        box = space.box(left, level, right + size, level + size)
        return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= space.width and box.y1 <= space.height

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

"""The OCR layer that came with a scan: somebody else's reading of its pictures, and how far it is believed.

A layer may lack the marking, be a lie, or belong to another picture.  So it never stands for what this software reads
of a line that may be a marking.  Where several lines that were read here are read alike by the layer at the same place,
and hardly a sure one otherwise, it is shown to be a reading of this very picture, the right way up: then it is believed
for long lines of running text, which are no markings, and for lines that were read here, badly but alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from marker.model import Box, Span, Visibility
from marker.ocr import page
from marker.ocr.candidate import Candidate
from marker.ocr.look import Clock, Line, Look, read_beginnings
from marker.ocr.montage import LineRead
from marker.ocr.residue import Known, is_covered, same
from marker.ocr.shape import is_of_two_scripts, shape

_CONFIDENCE: Final = 70.0
"""That a reading of somebody else's OCR is given: enough to know the number of a copy by it, no more."""
_ALIKE: Final = 0.7
"""Share of a line's letters that the layer has in the same order, in runs of …"""
_RUN: Final = 3
"""… so many, from which on both are readings of the same words.  Of 4,000 pairs of lines from different scans none of
other words came near it."""
_LEAST: Final = 8
"""Letters of the shortest line that tells anything."""
_MOST: Final = 500
"""Lines of a page up to which they are held against what is read: no page has as many, and each takes time."""
_LINES: Final = 3
_LETTERS: Final = 40
"""Lines, and letters in them, that must be read alike for a layer to be believed …"""
_AGAINST: Final = 4
"""… and how many of them outweigh one that was read surely here and is not in the layer."""
_SURE: Final = 80.0
_OTHERWISE: Final = 0.5
"""Confidence of a line that tells against a layer which has not even so much of its letters."""
_PART: Final = 0.6
"""The share for a line that was read badly, of a layer that is believed."""
_SLACK: Final = 0.08
"""Share of a layer's line by which letters may stand elsewhere than their number says."""
_TALL: Final = 2.5
"""Heights of a line from which on a box of the layer is that of several."""
_TILT: Final = 5
"""Degrees."""
_LONG: Final = 0.4
"""Share of the page's width from which on a line of small letters is no marking."""
_RUNNING: Final = 25
"""Letters of such a line."""
_SAMPLE: Final = 6
"""Lines of running text read to learn whether a layer is to be believed."""
_WORDS: Final = 0.7
_WORD: Final = 3
"""Share of a line's characters that stand in words of so many letters, or it is rubbish."""


@dataclass(frozen=True, slots=True)
class Running:
    """A long line of plain words."""

    box: Box
    letters: int


class Layer:
    """What the layer of one document says, page by page, in boxes of points as displayed."""

    def __init__(self, spans: Iterable[Span], known: Known) -> None:
        self._known = known
        self._lines: dict[int, list[tuple[Span, Box]]] = {}
        for span in spans:
            if span.visibility is Visibility.OCR_LAYER and span.page is not None and span.box is not None:
                self._lines.setdefault(span.page, []).append((span, span.box))
        self._told = {number: lines for number, lines in self._lines.items() if len(lines) <= _MOST}
        self._running: dict[int, list[Running]] = {}
        self._believed: set[int] = set()

    def reads(self, number: int, box: Box) -> list[LineRead]:
        """What it makes of a line of a page: a reading like any other (rule 4)."""
        return [LineRead(span.text, _CONFIDENCE) for span, own in self._lines.get(number, ()) if same(own, box)]

    def is_believed(self, look: Look) -> bool:
        """Whether the lines of a look show it to be a reading of that very page, the right way up."""
        if look.number not in self._believed and self._agrees(look.number, (*look.probes, *look.lines)):
            self._believed.add(look.number)
        return look.number in self._believed

    def is_believed_of(self, look: Look, sheet: page.Sheet, clock: Clock) -> bool:
        """The same, and where those lines leave it open a few of the running text are read.

        ``sheet`` is the page with its pixels.  Raises EngineTimeoutError.
        """
        if not self.is_believed(look) and (running := self.running(sheet)):
            lines = [line for line in (*sheet.text, *sheet.rest) if is_running(sheet, line, running)]
            down = page.down_the_page(lines)
            few = [down[at * len(down) // _SAMPLE] for at in range(min(_SAMPLE, len(down)))]
            if self._agrees(look.number, (*look.lines, *read_beginnings(few, sheet, clock))):
                self._believed.add(look.number)
        return look.number in self._believed

    def _agrees(self, number: int, lines: Iterable[Line]) -> bool:
        if not self._told.get(number):
            return False
        alike, letters, against = 0, 0, 0
        for line in lines:
            own = _letters(line.read.text)
            share = self._share(number, line.box, own)
            if len(own) >= _LEAST and share >= _ALIKE:
                alike += 1
                letters += len(own)
            elif line.read.letters >= _WORD and line.read.confidence >= _SURE and share < _OTHERWISE:
                against += 1
        return alike >= _LINES and letters >= _LETTERS and alike >= _AGAINST * against

    def confirms(self, number: int, line: Line) -> bool:
        """Whether a line that was read badly here is read alike by it, and in neither way like a marking.

        Of a layer that is believed.
        """
        own = _letters(line.read.text)
        text = self._text(number, line.box)
        return (
            len(own) >= _LEAST
            and self._share(number, line.box, own) >= _PART
            and len(_letters(text)) <= len(own) / _PART
            and not self._known.any_resembles(line.reads)
            and self._is_plain(text)
        )

    def running(self, sheet: page.Sheet) -> list[Running]:
        """Its long lines of plain words; of a layer that is believed."""
        if sheet.number not in self._running:
            self._running[sheet.number] = [
                Running(box, letters)
                for span, box in self._told.get(sheet.number, ())
                if is_long(sheet, box)
                and min(span.turned, 360 - span.turned) <= _TILT
                and (letters := sum(map(str.isalpha, span.text))) >= _RUNNING
                and self._is_plain(span.text)
            ]
        return self._running[sheet.number]

    def _is_plain(self, text: str) -> bool:
        """Whether a text is words, and none like one of a marking."""
        pieces = text.split()
        words = sum(len(piece) for piece in pieces if sum(map(str.isalpha, piece)) >= _WORD)
        plain = words >= _WORDS * sum(map(len, pieces))
        return plain and not is_of_two_scripts(text) and not self._known.resembles(text)

    def _share(self, number: int, box: Box, letters: str) -> float:
        """Which share of letters it has at a place, in their order."""
        if not letters:
            return 0.0
        there = _letters(self._text(number, box))
        blocks = SequenceMatcher(None, letters, there, autojunk=False).get_matching_blocks()
        return sum(block.size for block in blocks if block.size >= _RUN) / len(letters)

    def _text(self, number: int, box: Box) -> str:
        """What it says within a box, of lines that are wider about the part that stands there."""
        found: list[tuple[float, str]] = []
        for span, own in self._told.get(number, ()):
            shared = min(own.y1, box.y1) - max(own.y0, box.y0)
            if own.overlaps(box) and own.height <= _TALL * box.height and 2 * shared >= min(own.height, box.height):
                found.append((own.x0, _within(span.text, own, box)))
        return " ".join(text for _, text in sorted(found))


def is_long(sheet: page.Sheet, box: Box) -> bool:
    """Whether a line is so long that, in small letters, it is no marking."""
    return box.width >= _LONG * sheet.shown[1] / sheet.per_point


def is_running(sheet: page.Sheet, line: Candidate, running: Iterable[Running]) -> bool:
    """Whether a line is long and the layer has all of it as running text."""
    box = sheet.box_of(line)
    return is_long(sheet, box) and is_covered(box, (item.box for item in running))


def _letters(text: str) -> str:
    """The shapes of its letters and figures: the models that read here have no English, and read it in two scripts."""
    return "".join(filter(str.isalnum, shape(text)))


def _within(text: str, own: Box, box: Box) -> str:
    """The part of a line that stands within a box, about."""
    letters = len(text) / max(1.0, own.width)
    slack = _RUN + _SLACK * len(text)
    first, after = (box.x0 - own.x0) * letters - slack, (box.x1 - own.x0) * letters + slack
    return text[max(0, round(first)) : max(0, round(after))]

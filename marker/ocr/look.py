"""A page or picture under the eye: its lines, what was read of them, and what it all comes to."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Final

import numpy as np

from marker.agreement.profile import Scans
from marker.model import Box, Place, Span
from marker.ocr import montage, page, tesseract
from marker.ocr.candidate import Candidate
from marker.ocr.colour import Grey
from marker.ocr.crop import LETTER
from marker.ocr.montage import LineRead
from marker.ocr.raster import Picture
from marker.ocr.residue import covers, is_covered
from marker.ocr.vision import cv

CLOSER: Final = 44
"""Pixels of letters on a closer look."""
LEGIBLE: Final = 50.0
"""Confidence below which a line counts for nothing when a page is judged legible."""
READABLE: Final = 62.0
"""Mean confidence of a page's lines from which on it is the right way up …"""
LETTERS: Final = 12
"""… given so many letters."""
_CLEAR: Final = 85.0
_BEYOND_DOUBT: Final = 75.0
_MANY: Final = 40
"""Mean confidence and letters that say that a page is the right way up without its running text."""
_PROSE: Final = 5
"""Lines of running text that tell whether a page can be read of which little else was."""
_LINES_OF_WORDS: Final = 4
_SHARE_OF_WORDS: Final = 0.06
"""Lines with long words read beyond doubt, and the share of all letters that stands in such words, from which on a
page is the right way up, however badly the rest of it reads.  Of 109 pages upside down none had more than three such
words, nor more than a hundredth of its letters in them where it had many letters."""
_RUBBISH: Final = 0.5
"""Share of a clear reading's confidence below which another of the same line counts for nothing."""
_PRINT: Final = 26 / 32
"""Share of a crop's size at which print is read as well, and sooner."""
_PITCH: Final = 0.66
_NARROWEST: Final = 0.75
"""Heights of capitals from letter to letter, wide and letterspaced print is narrowed to, and the share it is left."""
_LEAST_MEASURED: Final = 5
"""Letters that tell how far apart they stand."""
_FEW: Final = 8
_NO_PROSE: Final = 6
"""Long lines up to which a picture is no page of running text …"""
_LEFT_OVER: Final = 40
"""… and up to which those that a text layer does not account for are all read."""
_LEFT_OF_A_CUT: Final = 16
"""Lines of a picture that is no page which are read wherever they stand; a photograph has more accidents."""
_MOST_SECONDS: Final = 60.0
"""For one call of Tesseract, which takes one."""
_APART: Final = 2.2
"""Heights of a line between lines of one marking."""


@dataclass(slots=True)
class Line:
    """A candidate, its crop until it is read, and what was read."""

    candidate: Candidate
    crop: Grey | None
    box: Box
    spares: tuple[Grey, ...] = ()
    """Other crops of it, on a closer look."""
    read: LineRead = field(default_factory=lambda: LineRead("", 0.0))
    other: tuple[LineRead, ...] = ()
    """What other languages and other crops made of it, where the first reading left a doubt; those of the lines of
    one page are in one order."""

    @property
    def reads(self) -> tuple[LineRead, ...]:
        return (self.read, *self.other)


@dataclass(slots=True)
class Look:
    """One look at one page: how it lies, its lines, what was read."""

    number: int
    sheet: page.Sheet
    lines: list[Line]
    probes: list[Line]
    failed: bool = False
    beside_text: bool = False
    """The page has text of its own; what is read here is what that text leaves over."""
    closer: bool = False
    """Looked at again, at higher resolution."""
    completed: list[Span] = field(default_factory=list)
    """Stamps that were read in part."""
    whole: tuple[Span, ...] = ()
    whole_letters: int = 0

    def clarity(self) -> tuple[float, int]:
        """How well the page reads: mean confidence by letters, and how many letters there are."""
        reads = [line.read for line in (*self.probes, *self.lines) if line.read.letters >= 3]
        letters = sum(read.letters for read in reads)
        if not letters:
            return 0.0, 0
        return sum(read.confidence * read.letters for read in reads) / letters, letters

    def reads_well(self) -> bool:
        clarity, letters = self.clarity()
        return (clarity >= READABLE and letters >= LETTERS) or self._has_words()

    def _has_words(self) -> bool:
        """Whether words beyond doubt stand in several lines, as on an old page that otherwise reads badly."""
        reads = [line.read for line in (*self.probes, *self.lines)]
        sure = [read.in_sure_words for read in reads if read.in_sure_words]
        return len(sure) >= _LINES_OF_WORDS and sum(sure) >= _SHARE_OF_WORDS * sum(read.letters for read in reads)

    def reads_clearly(self) -> bool:
        """Beyond doubt, so that no running text is needed to tell."""
        clarity, letters = self.clarity()
        return clarity >= _BEYOND_DOUBT and letters >= _MANY

    def weight(self) -> float:
        """How well it reads in this turn; a line that runs up or down the page tells nothing of that."""
        level = [line for line in self.lines if line.candidate.kind != "upright"]
        clarity, letters = replace(self, lines=level).clarity()
        return clarity * min(letters, 60)

    def illegible(self) -> bool:
        """Whether there are lines on it, and next to nothing of them could be read."""
        lines = len(self.sheet.text) + sum(line.candidate.like_letters for line in self.lines)
        reads = [line.read for line in (*self.probes, *self.lines)]
        letters = sum(read.in_words for read in reads)
        sure = sum(read.in_words for read in reads if read.confidence >= LEGIBLE) + self.whole_letters
        return lines >= 3 and (sure < _FEW or sure < letters / 4)

    def spans(self, again: Sequence[Box] = ()) -> Iterator[Span]:
        """Every line that says anything; lines far from one another are no halves of one marking.

        ``again`` are lines that a closer look has read in more ways than this one: its word replaces this one's.
        """
        cluster = 0
        last: Line | None = None
        places: dict[int, Place] = {}
        for line in self.lines:
            if last is not None and not _together(last, line):
                cluster += 1
            last = line
            if any(covers(box, line.box) for box in again):
                continue
            least = _RUBBISH * max(read.confidence for read in line.reads)
            for number, read in enumerate(line.reads):
                # Beside a clear reading one in the wrong language is rubbish that may look like a word of a marking.
                if read.text.strip() and (least < _RUBBISH * _CLEAR or read.confidence >= least):
                    part = f"{cluster}" if not number else f"{cluster}#{number}"
                    span = self.sheet.span(line.candidate, read, part)
                    # The rows of one stamp stand where its first does.
                    yield replace(span, place=places.setdefault(line.candidate.group, span.place))
        yield from self.completed
        yield from self.whole

    def complete(self, lines: Sequence[Line], form: str) -> None:
        """Take the rows of one stamp for the form that a part of them was read of."""
        first = lines[0]
        span = self.sheet.span(first.candidate, LineRead(form, 0.0), f"completed {first.candidate.group}")
        box = reduce(Box.union, (line.box for line in lines))
        self.completed.append(replace(span, box=box))


def _together(one: Line, other: Line) -> bool:
    if one.candidate.group == other.candidate.group:
        return True
    height = max(one.candidate.strip.height, other.candidate.strip.height)
    gap = abs(other.candidate.strip.y - one.candidate.strip.y) - height
    return gap < _APART * height


def _is_little(sheet: page.Sheet, covered: Sequence[Box]) -> bool:
    """Whether the lines that look like running text are to be read all the same.

    Only a page of text has running text: a picture of a line or two has none, and beside a text layer that accounts for
    the page, what it leaves over is what somebody put there as a picture.
    """
    return len(sheet.text) <= (_LEFT_OVER if covered else _NO_PROSE)


def look_at(
    picture: Picture,
    number: int,
    *,
    covered: Sequence[Box] = (),
    quarters: int | None = None,
    letter: int = LETTER,
    cut_out: bool = False,
) -> Look:
    """Find the lines of a page picture; ``covered`` is what text of the file itself accounts for.

    ``cut_out``: the picture is no page, so that where a line stands in it says nothing; all of a few are taken.
    """
    sheet = page.lay_out(picture, number, picture.dpi / 72, quarters)
    look = look_on(sheet, covered=covered, letter=letter, cut_out=cut_out)
    sheet.forget()
    return look


def look_on(
    sheet: page.Sheet,
    *,
    covered: Sequence[Box] = (),
    letter: int = LETTER,
    cut_out: bool = False,
    only: Sequence[page.Outline] | None = None,
) -> Look:
    """The lines of a page that is laid out, as :func:`look_at` finds them; the page's pixels are left.

    ``only``: the lines that are to be looked at again, with what they lie over; those of one stamp go together.
    """
    sheet.text = [line for line in sheet.text if not is_covered(sheet.box_of(line), covered)]
    few = [line for line in sheet.text if line not in sheet.candidates] if _is_little(sheet, covered) else []
    if cut_out and len(sheet.rest) <= _LEFT_OF_A_CUT:
        few += sheet.rest
    found = [(candidate, sheet.box_of(candidate)) for candidate in (*sheet.candidates, *few)]
    found = [(candidate, box) for candidate, box in found if not is_covered(box, covered)]
    if only is not None:
        meant = {
            candidate.group
            for candidate, _box in found
            if any(page.meet(sheet.outline_of(candidate), other) for other in only)
        }
        found = [(candidate, box) for candidate, box in found if candidate.group in meant]
    lines = [
        Line(candidate, sheet.crop(candidate, letter), box, sheet.spares(candidate, letter) if letter > LETTER else ())
        for candidate, box in found
    ]
    pieces = page.probes(sheet) if only is None else []
    probes = [Line(text, crop, sheet.box_of(text)) for text, crop in zip(sheet.text, pieces, strict=False)]
    return Look(sheet.number, sheet, lines, probes, beside_text=bool(covered))


class Clock:
    """What pictures are read with: the time it may take, in all, and the languages."""

    def __init__(self, seconds: float, scans: Scans) -> None:
        self.scans = scans
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        return self._end - time.monotonic()

    def check(self) -> None:
        """Raises EngineTimeoutError when time is up."""
        if self.left() <= 0:
            raise tesseract.EngineTimeoutError

    def call(self) -> float:
        """Seconds for one call of Tesseract.  Raises EngineTimeoutError."""
        self.check()
        return min(_MOST_SECONDS, max(1.0, self.left()))


def read_lines(lines: Sequence[Line], clock: Clock) -> list[LineRead]:
    """Read crops in the languages read together.  Raises EngineFaultError, EngineTimeoutError."""
    return _read(_crops(lines), clock, clock.scans.languages)


def _read(crops: Sequence[Grey], clock: Clock, languages: tuple[str, ...]) -> list[LineRead]:
    return [montage.line_of(words) for words in read_crops(crops, clock, languages)]


def read_crops(crops: Sequence[Grey], clock: Clock, languages: tuple[str, ...]) -> list[list[montage.Word]]:
    """The words of crops, many to a call.  Raises EngineFaultError, EngineTimeoutError."""
    found: list[list[montage.Word]] = []
    for start in range(0, len(crops), montage.MAX_LINES):
        sheet = montage.build(crops[start : start + montage.MAX_LINES])
        words = tesseract.read_words(sheet.picture, clock.call(), languages=languages)
        found += montage.assign(sheet, words)
    return found


def _crops(lines: Sequence[Line]) -> list[Grey]:
    return [line.crop for line in lines if line.crop is not None]


def read_looks(looks: Sequence[Look], clock: Clock) -> None:
    """Read all lines of some pages; those a broken Tesseract left unread have failed.  Raises EngineTimeoutError.

    Running text is read only where the other lines do not tell that the page is the right way up.
    """
    try:
        _take([line for look in looks for line in look.lines], clock)
        _take([probe for look in looks if not look.reads_clearly() for probe in look.probes], clock)
    except tesseract.EngineFaultError:
        for look in looks:
            look.failed = True


def read_prose(look: Look, sheet: page.Sheet, clock: Clock) -> None:
    """Read some running text of a page of which nothing else could be read, to learn whether the page can be.

    Raises EngineTimeoutError.
    """
    look.probes = read_beginnings(sheet.text[:_PROSE], sheet, clock) or look.probes


def read_beginnings(
    lines: Sequence[Candidate], sheet: page.Sheet, clock: Clock, *, upside_down: bool = False
) -> list[Line]:
    """What the beginnings of some lines of running text say; none where Tesseract failed.

    ``upside_down``: each is turned about, as it would be on the page turned about.  Raises EngineTimeoutError.
    """
    pieces = [page.beginning(sheet, line) for line in lines]
    crops = [np.rot90(sheet.crop(piece), 2 * upside_down) for piece in pieces]
    found = [Line(piece, crop, sheet.box_of(piece)) for piece, crop in zip(pieces, crops, strict=True)]
    try:
        _take(found, clock)
    except tesseract.EngineFaultError:
        return []
    return found


def _narrowed(line: Line) -> Line:
    """The line with its crop no larger than helps, where it is print: what Tesseract takes goes by a line's width."""
    candidate = line.candidate
    if line.crop is None or candidate.stands_out or candidate.pieces < _LEAST_MEASURED:
        return line
    pitch = candidate.strip.width / candidate.strip.height / candidate.pieces
    across = _PRINT * max(_NARROWEST, min(1.0, _PITCH / pitch))
    line.crop = np.asarray(cv.resize(line.crop, None, fx=across, fy=_PRINT, interpolation=cv.INTER_AREA), np.uint8)
    return line


def _take(lines: Sequence[Line], clock: Clock) -> None:
    lines = [_narrowed(line) for line in lines]
    for line, read in zip(lines, read_lines(lines, clock), strict=True):
        line.read = read
        line.crop = None

"""Lines of a reading, in order and in place: what matching and weighing ask about.

A span is split at its line breaks and at wide gaps, so that a letterhead and the mark beside it on one line are two.
Lengths are points; pages are those of the received file.  Text without pages (DOCX, attachments) has its order alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import NamedTuple

from marker.detect.boxes import COLUMN, beside, level
from marker.detect.fold import Folded, fold
from marker.detect.stretched import joined
from marker.detect.thresholds import Thresholds
from marker.model import Box, PageInfo, Place, Reading, Source, Span, Visibility

_GEOMETRIC = frozenset({Place.TOP, Place.BOTTOM, Place.CORNER, Place.MARGIN, Place.BODY})
"""Places a reader gives by geometry alone; here they are judged anew, by one measure for all readers."""
_UPRIGHT_TILT = 3
_BREAKS = re.compile(r"[\n\r\v\f\x85\u2028\u2029]")
_WIDE_GAP = re.compile(r"\t+| {4,}|\u2003{2,}")
_WORD = re.compile(r"[^\W_]+")
_ATTACHED_PAGE = re.compile(r"> page \d+$")
_SENTENCE_END = frozenset(".!?:;…")

SEEN = frozenset({Visibility.VISIBLE, Visibility.OCR_LAYER})
"""What counts as visible: an OCR layer lies over the picture it was read from (rule of judgement 4)."""


class Word(NamedTuple):
    """A word of a folded line: its half-open range there, and what stands between it and the word before."""

    text: str
    start: int
    end: int
    glue: str


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line.  ``number`` counts all lines of the reading; ``rank`` those of its flow with text, from 0."""

    number: int
    span: Span
    folded: Folded
    place: Place
    rank: int
    letters: int
    """Letters and digits of its words."""
    whole_span: bool
    lower: bool
    """Most of its letters are small ones."""

    @property
    def words(self) -> tuple[Word, ...]:
        return _words(self.folded.text)[0]

    @property
    def tail(self) -> str:
        """What stands after the last word."""
        return _words(self.folded.text)[1]

    @property
    def page(self) -> int | None:
        return self.span.page

    @property
    def box(self) -> Box | None:
        return self.span.box

    @property
    def ends_sentence(self) -> bool:
        return self.folded.original.rstrip(" \t\"'»”)")[-1:] in _SENTENCE_END

    @property
    def tilted(self) -> bool:
        """Turned by hand: neither upright nor by a quarter turn."""
        return min(self.span.turned % 90, 90 - self.span.turned % 90) > _UPRIGHT_TILT

    def quote(self, first: int, last: int) -> str:
        """What stands in the file from the word ``first`` to the word ``last``, both included."""
        return self.folded.quote(self.words[first].start, self.words[last].end)


def is_mostly_lower(text: str) -> bool:
    """Whether small letters are three to two capitals or more."""
    lower = sum(map(str.islower, text))
    return lower * 2 > 3 * sum(map(str.isupper, text))


# Words weigh ten times what their line does: those of a few pages are kept, not those of all.
@lru_cache(maxsize=4096)
def _words(folded: str) -> tuple[tuple[Word, ...], str]:
    found: list[Word] = []
    end = 0
    for match in _WORD.finditer(folded):
        found.append(Word(match.group(), match.start(), match.end(), folded[end : match.start()]))
        end = match.end()
    return tuple(found), folded[end:]


def _pieces(text: str) -> list[str]:
    """The lines of a span, each cut at tabs and wide gaps unless the gaps are those of letterspacing."""
    pieces: list[str] = []
    for line in _BREAKS.split(text):
        parts = [part for part in _WIDE_GAP.split(line) if part.strip()]
        spaced = sum(len(part.strip()) == 1 for part in parts) > 1
        pieces += [line] if spaced else parts
    return [piece for piece in pieces if piece.strip()]


class Layout:
    """All lines of a reading, and who stands beside whom."""

    def __init__(self, reading: Reading, thresholds: Thresholds) -> None:
        self.thresholds = thresholds
        self.pages: dict[int, PageInfo] = {info.number: info for info in reading.page_infos}
        self.lines: list[Line] = []
        self.flows: dict[str, list[Line]] = defaultdict(list)
        """Lines of one flow and one kind of source, in order."""
        for span in joined(reading.spans, self.pages):
            self._add(span)
        self._by_page: dict[int, list[Line]] = defaultdict(list)
        for line in self.lines:
            if line.page is not None and line.box is not None and line.span.visibility in SEEN:
                self._by_page[line.page].append(line)
        for lines in self._by_page.values():
            lines.sort(key=_top)
        self._tops = {page: [_top(line) for line in lines] for page, lines in self._by_page.items()}
        self._sides = {
            page: [(line.box.x0, line.box.x1) for line in lines if line.box is not None]
            for page, lines in self._by_page.items()
        }
        self._sizes: dict[int, float | None] = {}

    def _add(self, span: Span) -> None:
        pieces = _pieces(span.text)
        flow = self.flows[f"{span.flow}\0{span.source}"]
        ranks = self.flows[f"{_part(span.flow)}\0rank"]  # cells and text of one part open the document together
        for piece in pieces:
            folded = fold(piece)
            line = Line(
                number=len(self.lines),
                span=span,
                folded=folded,
                place=self._place(span),
                rank=len(ranks),
                letters=sum(map(str.isalnum, folded.text)),
                whole_span=len(pieces) == 1,
                lower=is_mostly_lower(piece),
            )
            self.lines.append(line)
            flow.append(line)
            ranks.append(line)

    # ── place ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _place(self, span: Span) -> Place:
        info = self.pages.get(span.page) if span.page is not None else None
        if span.place not in _GEOMETRIC or span.box is None or info is None or not info.height or not info.width:
            return span.place
        box, limits = span.box, self.thresholds
        x, y = box.centre
        corner = box.x0 >= limits.corner_right_share * info.width and x >= info.width * (0.5 + limits.centre_share)
        if corner and y <= limits.corner_down_share * info.height:
            return Place.CORNER
        if y <= limits.top_share * info.height:
            return Place.TOP
        if y >= (1 - limits.bottom_share) * info.height:
            return Place.BOTTOM
        aside = box.x1 <= limits.margin_share * info.width or box.x0 >= (1 - limits.margin_share) * info.width
        if aside:
            return Place.MARGIN
        return Place.BODY

    def opens(self, line: Line) -> bool:
        """Whether the line is among the first of a text without pages, where a Kazakh letter bears its mark."""
        if line.page in self.pages and line.box is not None:
            return False
        if line.place not in (Place.BODY, Place.TEXTBOX, Place.ATTACHMENT):
            return False
        if line.rank < self.thresholds.opening_lines:
            return True
        # The last lines of a page of an attached PDF are its foot.
        flow = self.flows[f"{_part(line.span.flow)}\0rank"]
        return _ATTACHED_PAGE.search(line.span.flow) is not None and line.rank >= len(flow) - 2

    def centred(self, line: Line) -> bool:
        """Set in the middle or to the right on its own, as marking lines are and running text is not."""
        if line.span.centred:
            return True
        info = self.pages.get(line.page) if line.page is not None else None
        if line.box is None or info is None or line.box.width > info.width / 2:
            return False
        x = line.box.centre[0]
        if line.box.x0 >= self.thresholds.corner_right_share * info.width:
            return True
        return abs(x - info.width / 2) <= self.thresholds.centre_share * info.width and line.box.x0 > info.width / 5

    # ── neighbours ──────────────────────────────────────────────────────────────────────────────────────────────────

    def flow_of(self, line: Line) -> list[Line]:
        return self.flows[f"{line.span.flow}\0{line.span.source}"]

    def neighbours(self, line: Line, reach: int) -> Iterator[Line]:
        """Up to ``reach`` lines before and after in the flow, and as many nearest ones above and below on the page."""
        flow = self.flow_of(line)
        at = bisect_left(flow, line.number, key=lambda other: other.number)
        seen = {line.number}
        for other in (*flow[max(0, at - reach) : at], *flow[at + 1 : at + 1 + reach], *self._around(line, reach)):
            if other.number not in seen:
                seen.add(other.number)
                yield other

    def _around(self, line: Line, reach: int) -> Iterable[Line]:
        if line.box is None or line.page is None:
            return ()
        height = max(line.box.height, 6.0)
        lines, tops = self._seen_on(line.page)
        low = bisect_left(tops, line.box.y0 - 2 * reach * height)
        high = bisect_left(tops, line.box.y1 + 2 * reach * height)
        left, right = line.box.x0, line.box.x1
        top, width = line.box.y0, right - left
        near: list[tuple[float, int]] = []
        for at, (x0, x1) in enumerate(self._sides.get(line.page, ())[low:high], low):  # a page may have thousands
            shared = (right if right < x1 else x1) - (left if left > x0 else x0)
            if shared >= COLUMN * (width if width < x1 - x0 else x1 - x0):
                near.append((abs(tops[at] - top), at))
        return [lines[at] for _, at in sorted(near)[: 2 * reach]]

    def _seen_on(self, page: int) -> tuple[list[Line], list[float]]:
        """The visible lines of a page and their tops; none of a page whose text is all hidden."""
        return self._by_page.get(page, []), self._tops.get(page, [])

    def before(self, line: Line) -> Line | None:
        """The line whose text would run on into this one, if the two were running text."""
        return self._tight(line, -1)

    def after(self, line: Line) -> Line | None:
        """The line that this one would run on into."""
        return self._tight(line, 1)

    def _tight(self, line: Line, step: int) -> Line | None:
        flow = self.flow_of(line)
        at = bisect_left(flow, line.number, key=lambda other: other.number) + step
        if not 0 <= at < len(flow):
            return None
        other = flow[at]
        if other.span is line.span:
            return other
        if line.box is None or other.box is None or line.page != other.page:
            return None
        gap = line.box.y0 - other.box.y1 if step < 0 else other.box.y0 - line.box.y1
        height = max(line.box.height, other.box.height)
        tight = -height / 2 <= gap <= self.thresholds.tight_heights * height
        return other if tight and other.box.x0 < line.box.x1 and line.box.x0 < other.box.x1 else None

    def columns(self) -> Iterator[list[Line]]:
        """Runs of short lines below one another that are no neighbours in their flow: marks beside a letterhead."""
        for lines in self._by_page.values():
            short = [line for line in lines if self.short(line)]
            follows: dict[int, Line] = {}
            for index, line in enumerate(short):
                below = self._below(line, short[index + 1 :])
                if below is not None:
                    follows[line.number] = below
            entered = {line.number for line in follows.values()}
            for line in short:
                if line.number in follows and line.number not in entered:
                    run = [line]
                    while run[-1].number in follows and len(run) < self.thresholds.join_lines:
                        run.append(follows[run[-1].number])
                    yield run
            # Branches and long columns: every pair is tried, so that no start hides another.
            yield from ([line, follows[line.number]] for line in short if line.number in follows)

    def row(self, line: Line) -> list[Line]:
        """The lines on the line's own height on its page, from left to right, itself included."""
        if line.box is None or line.page is None:
            return [line]
        box, (lines, tops) = line.box, self._seen_on(line.page)
        near = lines[bisect_left(tops, box.y0 - box.height) : bisect_left(tops, box.y1)]
        if len(near) == 1:  # itself
            return near
        row = [other for other in near if other.box is not None and level(box, other.box)]
        return sorted(row, key=lambda other: other.box.x0 if other.box is not None else 0.0)

    def rows(self) -> Iterator[list[Line]]:
        """Short lines beside one another: marks split over the cells of a row."""
        for lines in self._by_page.values():
            seen: set[int] = set()
            for line in lines:
                if line.number in seen:
                    continue
                row = [other for other in self.row(line) if self.short(other)]
                seen.update(other.number for other in row)
                if len(row) > 1:
                    yield row

    def _below(self, line: Line, others: Iterable[Line]) -> Line | None:
        assert line.box is not None  # only lines with a box are kept by page  # noqa: S101
        height = max(line.box.height, 4.0)
        for other in others:
            box = other.box
            if box is None or box.y0 - line.box.y1 > self.thresholds.near_heights * height:
                return None
            if box.y0 >= line.box.y0 + height / 2 and beside(line.box, box):
                return other
        return None

    # ── looks ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def prose(self, line: Line) -> bool:
        """A line of running text."""
        return line.letters > self.thresholds.prose_letters and line.lower

    def short(self, line: Line) -> bool:
        """A line that may be part of a marking."""
        return line.letters <= self.thresholds.alone_letters and not self.prose(line)

    def may_be_misread(self, line: Line) -> bool:
        """Whether the line is short and stands where markings do, so that misread letters are allowed for in it."""
        strong = line.place in self.thresholds.places or self.opens(line) or line.tilted or self.centred(line)
        return strong and 0 < line.letters <= self.thresholds.alone_letters and not self.prose(line)

    def white_around(self, line: Line) -> bool:
        """Whether nothing stands near it above, below or beside, on a page."""
        if line.box is None or line.page not in self._by_page or line.page is None:
            return False
        room = Box(0, line.box.y0 - line.box.height, 1e6, line.box.y1 + line.box.height)
        tops = self._tops[line.page]
        end = bisect_left(tops, room.y1)
        near = self._by_page[line.page][max(0, end - 60) : end]
        return all(other is line or other.box is None or not other.box.overlaps(room) for other in near)

    def body_size(self, page: int | None) -> float | None:
        """The usual height of letters in running text, points; None when there is none."""
        key = -1 if page is None else page
        if key not in self._sizes:
            lines = self.lines if page is None else self._by_page.get(page, [])
            sizes = [line.span.size for line in lines if line.span.size and line.letters > 20]
            self._sizes[key] = median(sizes) if sizes else (self.body_size(None) if page is not None else None)
        return self._sizes[key]

    def large(self, line: Line) -> bool:
        body = self.body_size(line.page)
        return bool(body and line.span.size and line.span.size >= self.thresholds.large_ratio * body)

    def letterhead(self, line: Line) -> bool:
        """Whether the line stands where a letterhead does: a header, the top of page 1, the first lines."""
        if line.place is Place.HEADER or self.opens(line):
            return True
        info = self.pages.get(line.page) if line.page is not None else None
        if line.page != 1 or info is None or line.box is None:
            return False
        return line.box.y0 <= self.thresholds.letterhead_share * info.height


def stands_in_text(span: Span, info: PageInfo, thresholds: Thresholds) -> bool:
    """Whether a line begins at the left, well inside a page, as running text does: there no letter is misread.

    Tells from its box alone what :meth:`Layout.may_be_misread` would deny.
    """
    box, turned = span.box, span.turned % 90
    if box is None or span.centred or span.place is not Place.BODY or min(turned, 90 - turned) > _UPRIGHT_TILT:
        return False
    y = box.centre[1] / info.height
    return (
        max(thresholds.top_share, thresholds.corner_down_share) < y < 1 - thresholds.bottom_share
        and thresholds.margin_share * info.width < box.x1
        and box.x0 <= info.width / 5
    )  # fmt: skip


def paragraph(line: Line) -> bool:
    """Whether the line is a paragraph of its own in a text that has paragraphs (DOCX), not a printed line."""
    span = line.span
    printed = span.box is not None or span.page is not None or span.source is Source.OCR
    return line.whole_span and not printed and not _ATTACHED_PAGE.search(span.flow)


def _part(flow: str) -> str:
    return flow.split("#", 1)[0]


def _top(line: Line) -> float:
    return line.box.y0 if line.box is not None else 0.0

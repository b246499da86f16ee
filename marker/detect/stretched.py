"""Lines of justified text whose blanks grew so wide that a reader of the page took its words for columns.

A justified line is stretched from edge to edge of its column by widening all its blanks alike, and only where the
paragraph goes on below: its last line is never stretched.  A marking that such a line mentions (``грифы «Совершенно
секретно» и «Секретно»``) would otherwise stand by itself.  So a row is one line again only where all of this is seen:

* its pieces are of one size and weight, most of it is in small letters, and every blank between them, and within them,
  is as wide as the others;
* it ends where other running text of the page ends;
* the line below, tight under it, or the first line of that size overleaf, begins at the column's left edge and is
  running text that goes on with the sentence: the one ends, or the other begins, with a word in small letters.

No rows of tables, and no letterhead with a marking beside it, are set so (nor is any row at the head of the first page
taken for one); and what a joined line says is judged as that of any other line: a marking with nothing beside it but
its copy number is one still.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from typing import Final

from marker.detect.boxes import level
from marker.model import Box, PageInfo, Source, Span, Visibility

_ALIKE: Final = 0.35
"""Letter heights by which blanks of one stretched line may differ: letters leave more or less room beside their ink."""
_LEAST_BLANKS: Final = 3
_INNER: Final = (0.65, 1.35)
"""Times the blank between two pieces that one within a piece may be; how wide its letters are is reckoned."""
_PLAIN_BLANK: Final = 0.25
"""Letter heights of a blank that is not stretched."""
_EDGE: Final = 2.0
"""Points by which edges of one column may differ: what stands left of a letter's ink."""
_INDENT: Final = 5.0
"""Letter heights by which the first line of a paragraph may be indented."""
_TIGHT: Final = 1.0
"""Letter heights between the ink of two lines of one paragraph."""
_RUNNING: Final = 45
"""Letters of a line that shows where running text ends."""
_GOES_ON: Final = 3
"""Words of the line below, and words of the row itself in small letters."""
_LETTERHEAD: Final = 0.2
"""Share of the first page at its head where letterheads stand beside markings."""


@dataclass(slots=True)
class _Row:
    """Spans on one height, from left to right; ``places`` are their indexes in the reading."""

    spans: list[Span]
    places: list[int]

    @property
    def x0(self) -> float:
        return _box(self.spans[0]).x0

    @property
    def x1(self) -> float:
        return max(_box(span).x1 for span in self.spans)

    @property
    def y0(self) -> float:
        return min(_box(span).y0 for span in self.spans)

    @property
    def y1(self) -> float:
        return max(_box(span).y1 for span in self.spans)


def joined(spans: Sequence[Span], pages: Mapping[int, PageInfo]) -> Sequence[Span]:
    """The spans with the pieces of each stretched line in one, at the place of its first. ``pages`` are by number."""
    instead: dict[int, Span | None] = {}
    kinds: dict[tuple[int, ...], dict[int, list[_Row]]] = defaultdict(dict)
    for (page, *kind), rows in _rows(spans).items():
        kinds[tuple(kind)][page] = rows
    for by_page in kinds.values():
        for page, rows in sorted(by_page.items(), reverse=True):
            head = _LETTERHEAD * pages[page].height if page == 1 and page in pages else 0.0
            _join(rows, by_page.get(page + 1, []), head, instead)
    if not instead:
        return spans
    kept = (instead.get(place, span) for place, span in enumerate(spans))
    return [span for span in kept if span is not None]


def _join(rows: list[_Row], overleaf: list[_Row], head: float, instead: dict[int, Span | None]) -> None:
    """Join the stretched rows of one page, from the last to the first: a stretched line may follow another."""
    ends = [row.x1 for row in rows if len(row.spans) == 1 and _is_running(row.spans[0].text)]
    for at in range(len(rows) - 1, -1, -1):
        row = rows[at]
        if len(row.spans) == 1 or row.y1 < head:
            continue
        below = _below(row, rows[at + 1 :], overleaf)
        if below is None or not _goes_on(row, below):
            continue
        whole = " ".join(span.text.strip() for span in row.spans)
        if not _is_small(whole) or sum(map(str.islower, whole.split())) < _GOES_ON:
            continue
        if not any(abs(end - row.x1) <= _EDGE for end in ends) or not _evenly_spaced(row, below):
            continue
        box = reduce(Box.union, map(_box, row.spans))
        one = replace(row.spans[0], text=whole, box=box, centred=False, tracked=False)
        instead.update(dict.fromkeys(row.places))
        instead[row.places[0]] = one
        rows[at] = _Row([one], row.places[:1])
        ends.append(box.x1)


def _below(row: _Row, rows: Sequence[_Row], overleaf: Sequence[_Row]) -> _Row | None:
    """The row tight below one; where no running text follows on the page, the first overleaf that is some."""
    size = row.spans[0].size or 0.0
    if rows and -size / 2 <= rows[0].y0 - row.y1 <= _TIGHT * size:
        return rows[0]
    if any(map(_is_text, rows)):
        return None
    return next(filter(_is_text, overleaf), None)


def _is_text(row: _Row) -> bool:
    """Whether a row is one line of running text."""
    return len(row.spans) == 1 and len(row.spans[0].text.split()) >= _GOES_ON and _is_small(row.spans[0].text)


def _goes_on(row: _Row, below: _Row) -> bool:
    """Whether the sentence of a row goes on in the line below it, in the same column."""
    if not _is_text(below):
        return False
    if not (below.spans[0].text.lstrip()[:1].islower() or row.spans[-1].text.split()[-1].islower()):
        return False
    indent = row.x0 - below.x0
    return -_EDGE <= indent <= _INDENT * (row.spans[0].size or 0.0) and below.x1 <= row.x1 + _EDGE


def _evenly_spaced(row: _Row, below: _Row) -> bool:
    """Whether all blanks of a row are stretched alike."""
    size = row.spans[0].size or 0.0
    edges = [_box(span) for span in row.spans]
    gaps = [right.x0 - left.x1 for left, right in pairwise(edges)]
    if min(gaps) <= 0 or max(gaps) - min(gaps) > _ALIKE * size:
        return False
    gap, blanks = sum(gaps) / len(gaps), len(gaps)
    letter = _letter_width(row, below, size)
    for span in row.spans:
        inner = len(span.text.split()) - 1
        if inner:
            blank = (_box(span).width - letter * sum(map(len, span.text.split()))) / inner
            if not _INNER[0] * gap <= blank <= _INNER[1] * gap:
                return False
            blanks += inner
    return blanks >= _LEAST_BLANKS


def _letter_width(row: _Row, below: _Row, size: float) -> float:
    """How wide a letter of a row is, by its single words; by the line below where it has hardly any."""
    single = [span for span in row.spans if len(span.text.split()) == 1]
    count = sum(len(span.text.strip()) for span in single)
    if count >= _LEAST_BLANKS**2:
        return sum(_box(span).width for span in single) / count
    words = below.spans[0].text.split()
    return (below.x1 - below.x0 - _PLAIN_BLANK * size * (len(words) - 1)) / sum(map(len, words))


def _rows(spans: Iterable[Span]) -> dict[tuple[int, ...], list[_Row]]:
    """The rows of each page by size and weight, from top to bottom."""
    groups: dict[tuple[int, ...], list[tuple[Span, int]]] = defaultdict(list)
    for place, span in enumerate(spans):
        if span.page is None or span.box is None or not span.size or span.turned or span.cell or "\n" in span.text:
            continue
        if span.source is Source.TEXT and span.visibility is Visibility.VISIBLE and span.flow == f"page {span.page}":
            groups[span.page, round(10 * span.size), int(span.bold)].append((span, place))
    found: dict[tuple[int, ...], list[_Row]] = {}
    for key, members in groups.items():
        rows: list[_Row] = []
        for span, place in sorted(members, key=lambda member: _middle(member[0])):
            last = rows[-1] if rows else None
            if last is not None and level(_box(span), _box(last.spans[-1])):
                last.spans.append(span)
                last.places.append(place)
            else:
                rows.append(_Row([span], [place]))
        for row in rows:
            order = sorted(range(len(row.spans)), key=lambda at: _box(row.spans[at]).x0)
            row.spans, row.places = [row.spans[at] for at in order], [row.places[at] for at in order]
        found[key] = rows
    return found


def _is_running(text: str) -> bool:
    return sum(map(str.isalnum, text)) >= _RUNNING and _is_small(text)


def _is_small(text: str) -> bool:
    return 2 * sum(map(str.islower, text)) > sum(map(str.isalnum, text))


def _middle(span: Span) -> float:
    return _box(span).centre[1]


def _box(span: Span) -> Box:
    assert span.box is not None  # only spans with a box are kept in rows  # noqa: S101
    return span.box

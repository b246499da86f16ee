"""The table of Article 3 in a text: rows that bear both Parties' markings, whole, or cut by a page break.

No document bears two markings of each Party, so rows that do are a table about markings, and none of them marks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from enum import Enum
from itertools import pairwise

from marker.detect.columns import SAME_EDGE
from marker.detect.lines import Layout, Line
from marker.model import MarkingId

Mark = tuple[str, MarkingId]
"""Whose marking, and which."""

_ROWS_APART = 4.0
"""Heights of a line from one row of a table to the next, cells of two lines included."""


class Cut(Enum):
    """What a line at the head or foot of a page has to do with a table of markings."""

    ROW = "a row of it"
    BESIDE = "beside it"


class MarkingTables:
    """The tables of markings of one reading. ``marks`` are the Parties' markings on each line."""

    def __init__(self, layout: Layout, marks: Mapping[int, Set[Mark]]) -> None:
        self._layout = layout
        self._marks = marks

    def holds(self, lines: Sequence[Line]) -> bool:
        """Whether both Parties' markings stand around a line of the text."""
        near = {
            other.number
            for line in lines
            for other in (*self._layout.row(line), *self._layout.neighbours(line, 3), line)
        }
        return len(self._parties_on(near)) > 1

    def cut(self, lines: Sequence[Line]) -> Cut | None:
        """What the lines of a marking near a page's edge are to a table that a page break cut.

        A row with both Parties' markings stands near; where several markings of each Party stand so, and on the line's
        own row too, or overleaf in the same columns, it is the table of Article 3.
        """
        own = {line.number for line in lines}
        near = {other.number: other for line in lines for other in (line, *self._layout.neighbours(line, 4))}
        rows = [{one.number for one in self._layout.row(other)} for other in near.values()]
        both = [row for row in rows if len(self._parties_on(row)) > 1]
        in_row = any(row & own for row in both)
        if in_row and any(self._goes_on_overleaf(line) for line in lines):
            return Cut.ROW
        if all(row & own for row in both):
            return None
        counts = Counter(party for party, _ in self._marks_on(number for row in both for number in row))
        return Cut.ROW if min(counts.values()) > 1 and in_row else Cut.BESIDE

    def _goes_on_overleaf(self, line: Line) -> bool:
        """Whether the table goes on where the page breaks off at the row of a line.

        On the half of the other page that faces this one, two rows must stand below one another with other markings of
        both Parties, in the columns of this row and in letters of its size, and none of them says what this row says:
        where both Parties' markings stand side by side at head and foot of the pages, one pair stands there, and under
        a table that is whole, one of its own.
        """
        info = self._layout.pages.get(line.page or 0)
        if line.box is None or info is None:
            return False
        down = line.box.y0 > info.height / 2
        facing = self._layout.pages.get(info.number + (1 if down else -1))
        columns = self._columns(self._layout.row(line))
        if facing is None or len(columns) < 2:
            return False
        rows: dict[float, Set[Mark]] = {}
        for number in sorted(self._marks):
            other = self._layout.lines[number]
            if other.page != facing.number or other.box is None or other.span.size != line.span.size:
                continue
            if (other.box.y0 > facing.height / 2) == down:
                continue
            row = self._layout.row(other)
            found = self._columns(row)
            same = all(party in found and abs(found[party] - edge) <= SAME_EDGE for party, edge in columns.items())
            if same and found.keys() == columns.keys():
                top = min(one.box.y0 for one in row if one.box is not None)
                rows[top] = self._marks_on(one.number for one in row)
        own = self._marks_on(one.number for one in self._layout.row(line))
        counts = Counter(party for party, _ in own.union(*rows.values()))
        return own not in rows.values() and min(counts.values()) > 1 and self._stacked(rows, line.box.height)

    def _stacked(self, rows: Mapping[float, Set[Mark]], height: float) -> bool:
        """Whether two rows stand below one another that say different things."""
        tops = sorted(rows)
        return any(
            below - above <= _ROWS_APART * height and rows[below] != rows[above] for above, below in pairwise(tops)
        )

    def _columns(self, row: Iterable[Line]) -> dict[str, float]:
        """Where each Party's marking begins on a row; nothing where one line bears both."""
        edges: dict[str, float] = {}
        for line in row:
            parties = self._parties_on([line.number])
            if len(parties) > 1 or line.box is None or parties & edges.keys():
                return {}
            edges.update(dict.fromkeys(parties, line.box.x0))
        return edges

    def _parties_on(self, numbers: Iterable[int]) -> set[str]:
        return {party for party, _ in self._marks_on(numbers)}

    def _marks_on(self, numbers: Iterable[int]) -> set[Mark]:
        return set(self._each(numbers))

    def _each(self, numbers: Iterable[int]) -> Iterator[Mark]:
        for number in numbers:
            yield from self._marks.get(number, ())

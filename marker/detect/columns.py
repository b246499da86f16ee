"""Columns of running text on a page: where their lines begin, and where a sentence would have gone on."""

from __future__ import annotations

from marker.detect.lines import Layout, Line

_ROOM = 0.5
"""Heights of a letter by which a word may fail to fit: the blank before it, and how wide it is reckoned."""


def left_edge(line: Line, layout: Layout) -> float | None:
    """The left edge of the running text of a line's page and the page before, in type like the line's; points."""
    edges = [
        other.box.x0
        for page in (line.page or 0, (line.page or 0) - 1)
        for other in layout.flows.get(f"page {page}\0{line.span.source}", ())
        if other.box and layout.prose(other) and of_one_type(line, other)
    ]
    return min(edges, default=None)


def of_one_type(line: Line, other: Line) -> bool:
    """Whether two lines are set alike."""
    one, another = line.span, other.span
    return (one.size, one.bold, one.turned, one.visibility, one.source) == (
        another.size, another.bold, another.turned, another.visibility, another.source,
    )  # fmt: skip


def breaks_off(line: Line, after: Line, layout: Layout) -> bool:
    """Whether a line on a page ends where no sentence breaks that goes on in the line below it.

    Something else stands to its right, or the first word below would have found room beside it.
    """
    if line.box is None or after.box is None or not after.words:
        return False
    if any(other.box is not None and other.box.x0 >= line.box.x1 for other in layout.row(line)):
        return True
    text = after.folded.original.strip()
    word = after.box.width * len(text.split()[0]) / len(text)
    return line.box.x1 + word + _ROOM * line.box.height < after.box.x1

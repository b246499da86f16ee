"""Columns of running text on a page: where their lines begin, and where a sentence goes on."""

from __future__ import annotations

from marker.detect.lines import Layout, Line

SAME_EDGE = 3.0
"""Points by which left edges of one column may differ."""
_ROOM = 0.5
"""Heights of a letter by which a word may fail to fit: the blank before it, and how wide it is reckoned."""

_INDENT = 1.0
_HANGING = 4.0
"""Heights of a line by which the one that goes on with its text may be set in; after the number of an item more."""


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


def continues(line: Line, layout: Layout) -> bool:
    """Whether running text goes on into this line.

    On a page it does not go on into a line in larger letters, nor into one set in from where the text above begins:
    there a word in the middle of the page or a registry's entry stands by itself.
    """
    last = layout.before(line)
    if last is None or not layout.prose(last) or last.ends_sentence:
        return False
    if last.span is line.span or last.box is None or line.box is None:
        return True
    if line.span.size and last.span.size and line.span.size >= layout.thresholds.large_ratio * last.span.size:
        return False
    item = not last.folded.original.lstrip()[:1].isalpha()
    return line.box.x0 <= last.box.x0 + (_HANGING if item else _INDENT) * last.box.height


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

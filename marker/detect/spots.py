"""Where in a text without pages something stands, for people who look for it in a long file."""

from __future__ import annotations

import re

from marker.detect.lines import Layout, Line
from marker.model import Place

_TABLE = re.compile(r"#table(\d+)$")


def spot(line: Line, layout: Layout) -> str:
    """``paragraph 41`` of the body of a Word text, empty ones not counted; ``table 3``; nothing elsewhere."""
    span = line.span
    if line.page is not None or line.place is not Place.BODY or not span.flow.startswith("word/"):
        return ""
    table = _TABLE.search(span.flow)
    if table is not None:
        return f"table {table[1]}"
    if "#" in span.flow:
        return ""
    before = {id(other.span) for other in layout.flow_of(line) if other.number <= line.number}
    return f"paragraph {len(before)} (empty ones not counted)"

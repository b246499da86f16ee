"""Where the copy's text layer says that a text stands, on one line or broken over several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from marker.model import Box
from marker.proof.compare import Difference
from marker.proof.view import PageView

Lines = list[tuple[str, Box]]
"""One text as it stands on the page: its lines from top to bottom with their boxes (units of user space)."""

_BREAK: Final = re.compile(r"(?<=[ /])(?=[^ /])")
"""Where a text may be broken: after a blank or a slash."""
_MOST_LINES: Final = 12


def locate(text: str, view: PageView, difference: Difference) -> Iterator[Lines]:
    """Every place where ``text`` stands in new ink, those on one line first."""
    for box in view.find(text):
        if difference.is_new(box):
            yield [(text, box)]
    yield from _broken(text, view, difference, _MOST_LINES)


def _broken(text: str, view: PageView, difference: Difference, most: int) -> Iterator[Lines]:
    """Places where ``text`` is broken over two lines or more."""
    if most < 2:
        return
    for at in reversed([match.start() for match in _BREAK.finditer(text)]):
        first, rest = text[:at].rstrip(), text[at:]
        starts = [box for box in view.find(first) if difference.is_new(box)]
        if not starts:
            continue
        whole: list[Lines] = [[(rest, box)] for box in view.find(rest) if difference.is_new(box)]
        for lines in (*whole, *_broken(rest, view, difference, most - 1)):
            for box in starts:
                if _below(box, lines[0][1]):
                    yield [(first, box), *lines]


def _below(upper: Box, lower: Box) -> bool:
    """Whether ``lower`` is the next line under ``upper``."""
    gap = lower.centre[1] - upper.centre[1]
    return (
        0.5 * min(upper.height, lower.height) < gap < 2.5 * max(upper.height, lower.height)
        and upper.x0 < lower.x1
        and lower.x0 < upper.x1
    )

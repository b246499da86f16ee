"""Which way up a page is that reads badly as it lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from marker.ocr.layer import Layer
from marker.ocr.look import Clock, Look, read_beginnings, read_looks
from marker.ocr.opened import OpenedPages
from marker.ocr.page import Sheet
from marker.ocr.paragraph import LONG_LINE, WIDE
from marker.ocr.raster import TooCoarseError

_TELLING: Final = 4
"""Long lines that say that lines run across and not up and down."""
_LINES: Final = 6
"""Lines whose beginnings are read in another turn; all are read only where these come to …"""
_NEARLY: Final = 0.8
"""… so much of the best turn's weight."""


def right_way_up(
    look: Look, view: Callable[[int], Look | None], pictures: OpenedPages, layer: Layer, clock: Clock
) -> Look:
    """The look at a page in the turn in which it reads best.

    ``view`` gives it in so many clockwise quarter turns, not read.  Where the layer that came with a scan is shown to
    be a reading of the page as it is displayed, no other turn is tried.  Raises EngineTimeoutError.
    """
    return _as_the_layer_has_it(look, view, pictures, layer, clock) or _best_turn(look, view, pictures, clock)


def _as_the_layer_has_it(
    look: Look, view: Callable[[int], Look | None], pictures: OpenedPages, layer: Layer, clock: Clock
) -> Look | None:
    if layer.is_believed(look):
        return look
    if not layer.running(look.sheet):
        return None
    upright = view(0) if look.sheet.quarters else look
    if upright is None or not layer.is_believed_of(upright, pictures.sheet(look.number, 0), clock):
        return None
    if upright is not look:
        read_looks([upright], clock)
    return upright


def _best_turn(look: Look, view: Callable[[int], Look | None], pictures: OpenedPages, clock: Clock) -> Look:
    """Upside down, and where lines do not tell, on its sides."""
    best = look
    for turn in (2,) if _runs_across(look.sheet) else (2, 1, 3):
        clock.check()
        if _sample(look, turn, pictures, clock) < _NEARLY * best.weight():
            continue
        other = view((look.sheet.quarters + turn) % 4)
        if other is None:
            continue
        read_looks([other], clock)
        if other.weight() > best.weight():
            best = other
        if best.reads_well():
            break
    return best


def _runs_across(sheet: Sheet) -> bool:
    """Whether lines tell that they run across and not up and down: running text, or long lines in capitals."""
    width = sheet.shown[1 - sheet.quarters % 2]
    long = [
        line
        for line in sheet.candidates
        if line.kind == "print" and line.like_letters and line.pieces > LONG_LINE and line.strip.width > WIDE * width
    ]
    return len(sheet.text) + len(long) >= _TELLING


def _sample(look: Look, turn: int, pictures: OpenedPages, clock: Clock) -> float:
    """The weight of a few lines of a page, those most like letters, in another turn; 0 where it cannot be drawn.

    A line upside down is the same line the other way round, so that the page need not be laid out for every turn.
    """
    upside_down, aside = divmod(turn, 2)
    try:
        sheet = pictures.sheet(look.number, (look.sheet.quarters + aside) % 4)
    except TooCoarseError:
        return 0.0
    lines = [line for line in (*sheet.text, *sheet.candidates) if line.kind != "upright"]
    lines.sort(key=lambda line: (not line.like_letters, -line.strip.width))
    read = read_beginnings(lines[:_LINES], sheet, clock, upside_down=bool(upside_down))
    return Look(look.number, sheet, read, []).weight()

"""Which way up a page is that reads badly as it lies."""

from __future__ import annotations

from collections.abc import Callable

from marker.ocr.layer import Layer
from marker.ocr.look import Clock, Look, read_looks, read_turned
from marker.ocr.opened import OpenedPages


def right_way_up(
    look: Look, view: Callable[[int], Look | None], pictures: OpenedPages, layer: Layer, clock: Clock
) -> Look:
    """The look at a page in the turn in which it reads best.

    ``view`` gives it in so many clockwise quarter turns, not read.  Where the layer that came with a scan is shown to
    be a reading of the page as it is displayed, no other turn is tried.  Raises EngineTimeoutError.
    """
    return _as_the_layer_has_it(look, view, pictures, layer, clock) or _best_turn(look, view, clock)


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


def _best_turn(look: Look, view: Callable[[int], Look | None], clock: Clock) -> Look:
    """Upside down, and where lines do not tell, on its sides."""
    best = look
    for turn in (2, 1, 3) if len(look.sheet.text) < 4 else (2,):
        clock.check()
        other = view((look.sheet.quarters + turn) % 4)
        if other is None:
            continue
        read_turned(other, best, clock)
        if other.weight() > best.weight():
            best = other
        if best.reads_well():
            break
    return best

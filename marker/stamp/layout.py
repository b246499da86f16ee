"""Where the parts of a stamp go on a displayed page, and how large they are: arithmetic without any file format.

Every page bears the marking at the top and bottom centre, and at the bottom the Data Matrix with the copy number and
"page n of N" beside it; the first page also bears the block in the corner the profile names, and the seal where one is
asked for.  Each part has a preferred place; where that is not free it moves within its band, then takes a smaller size.
Where a part finds no place at all, the page's content is shrunk to make a band above and below.  Nothing is ever put
over anything.

Points, origin top left of the displayed page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final

from marker.errors import HoldError
from marker.model import Box, HoldCode
from marker.stamp.geometry import Matrix
from marker.stamp.panels import (
    LEAST_MARKING,
    LEAST_SMALL,
    Panel,
    block_panel,
    marking_panel,
    number_panel,
    renumbered,
    seal_panel,
)
from marker.stamp.space import Space
from marker.stamp.wording import StampText

_A4_WIDTH: Final = 595.0
_LADDER: Final = (1.0, 0.85, 0.7)
"""Sizes that are tried, against the size that befits the page."""
_LEAST_SHRINK: Final = 0.45
"""Content is never shrunk below this; ordinary 10 point text is then as small as the stamp's own."""
_GOOD_SHRINK: Final = 0.8
"""Content shrunk no further than this leaves the stamp at its full size."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A panel with its top left corner on the page."""

    panel: Panel
    x: float
    y: float

    @property
    def box(self) -> Box:
        return Box(self.x, self.y, self.x + self.panel.width, self.y + self.panel.height)


@dataclass(frozen=True, slots=True)
class PageLayout:
    """All that is put on one page.  ``shrink`` moves the page's content (displayed → displayed) to make room."""

    top: Placed
    bottom: Placed
    number: Placed
    block: Placed | None = None
    shrink: Matrix | None = None
    seal: Placed | None = None

    @property
    def parts(self) -> tuple[Placed, ...]:
        """Those made of text, from top to bottom."""
        return tuple(part for part in (self.top, self.block, self.bottom, self.number) if part is not None)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Lengths that go with the size of a page."""

    width: float
    height: float

    @property
    def scale(self) -> float:
        return min(self.width, self.height) / _A4_WIDTH

    @property
    def margin(self) -> float:
        """Preferred distance from the paper's edge; on A4 a quarter inch, which every printer reaches."""
        return min(40.0, max(5.0, 18.0 * self.scale))

    @property
    def edge(self) -> float:
        """Least distance from the paper's edge."""
        return self.margin * 0.66

    @property
    def clearance(self) -> float:
        return min(6.0, max(2.0, 3.0 * self.scale))

    @property
    def band(self) -> float:
        """Depth of the bands at the top and bottom in which markings count as standing there."""
        return min(0.3 * self.height, max(0.14 * self.height, 70.0))

    def marking_size(self, factor: float) -> float:
        return max(LEAST_MARKING, min(40.0, 13.0 * self.scale) * factor)

    def small_size(self, factor: float) -> float:
        return max(LEAST_SMALL, min(20.0, 6.2 * self.scale) * factor)


def lay_out(space: Space, text: StampText, page: int, pages: int) -> PageLayout:
    """The layout of page ``page`` of ``pages``, whose occupied places are in ``space``.

    Raises HoldError (stamp-failed) when the page is too small to bear the stamp.
    """
    sheet = _Sheet(space.width, space.height)
    first = page == 1
    seal = "and the seal " if first and text.seal else ""
    found = _Search(space, sheet, text, pages).arrange(first, sheet.band, sheet.band)
    if found is None:
        found = _shrunk(sheet, text, pages, first)
    if found is None:
        millimetres = f"{sheet.width * 25.4 / 72:.0f} × {sheet.height * 25.4 / 72:.0f} mm"
        raise HoldError(
            HoldCode.STAMP_FAILED,
            f"Page {page} ({millimetres}) is too small to bear the marking, the copy number and the Data Matrix "
            f"{seal}legibly; put it on a larger page and hand the file in again.",
        )
    return found


def lay_out_set(space: Space, texts: Sequence[StampText], page: int, pages: int) -> list[PageLayout]:
    """The layouts of the page in each copy of a set: what they have in common is looked for once.

    Raises HoldError (stamp-failed) as :func:`lay_out`.
    """
    known: dict[StampText, PageLayout] = {}
    found: list[PageLayout] = []
    for text in texts:
        # The rest of the words stands on other pages, or takes the same room in all copies.
        alike = replace(text, copy_line="", copy_number=text.widest_number or text.copy_number)
        alike = alike if page == 1 else replace(alike, block=(), seal="")
        if alike not in known:
            known[alike] = lay_out(space, alike, page, pages)
        layout = known[alike]
        panel = renumbered(layout.number.panel, text.copy_number)
        found.append(replace(layout, number=replace(layout.number, panel=panel)))
    return found


@dataclass(frozen=True, slots=True)
class _Search:
    """The parts of one page's stamp, each looking for its place; what is placed first is in the others' way."""

    space: Space
    sheet: _Sheet
    text: StampText
    pages: int
    ladder: tuple[float, ...] = _LADDER
    banded: bool = False
    """Whether everything has to stay within the bands, because the page's content is moved right up to them."""

    def arrange(self, first: bool, top_band: float, bottom_band: float) -> PageLayout | None:
        """Top parts within ``top_band`` points of the top edge, bottom parts within ``bottom_band`` of the bottom."""
        top = self._marking(at_top=True, band=top_band, taken=())
        if top is None:
            return None
        bottom = self._marking(at_top=False, band=bottom_band, taken=(top.box,))
        if bottom is None:
            return None
        number = self._number(bottom_band, (top.box, bottom.box))
        if number is None:
            return None
        block = self._block(top_band, (top.box, bottom.box, number.box)) if first else None
        if first and block is None:
            return None
        seal = None
        if first and self.text.seal:
            seal = self._seal(top_band, bottom_band, tuple(p.box for p in (top, bottom, number, block) if p))
            if seal is None:
                return None
        return PageLayout(top, bottom, number, block, seal=seal)

    def top_parts(self, first: bool, band: float) -> bool:
        top = self._marking(at_top=True, band=band, taken=())
        return top is not None and (not first or self._block(band, (top.box,)) is not None)

    def bottom_parts(self, first: bool, band: float) -> bool:
        bottom = self._marking(at_top=False, band=band, taken=())
        number = None if bottom is None else self._number(band, (bottom.box,))
        if bottom is None or number is None:
            return False
        return not (first and self.text.seal) or self._seal(0, band, (bottom.box, number.box)) is not None

    def _marking(self, at_top: bool, band: float, taken: tuple[Box, ...]) -> Placed | None:
        sheet, middle = self.sheet, self.sheet.width / 2
        for panel in self._panels(self._marking_panels):
            reach = 0.8 * panel.width  # the marking always crosses the middle of the page
            left, right = max(sheet.edge, middle - reach), min(sheet.width - sheet.edge, middle + reach)
            region = Box(left, sheet.edge, right, band)
            y = sheet.margin
            if not at_top:
                region = Box(left, sheet.height - band, right, sheet.height - sheet.edge)
                y = sheet.height - sheet.margin - panel.height
            found = self._find(panel, region, (middle - panel.width / 2, y), taken)
            if found is not None:
                return found
        return None

    def _number(self, band: float, taken: tuple[Box, ...]) -> Placed | None:
        sheet = self.sheet
        region = Box(sheet.edge, sheet.height - band, sheet.width - sheet.edge, sheet.height - sheet.edge)
        for panel in self._panels(self._number_panels):
            found = self._find(panel, region, (sheet.margin, sheet.height - sheet.margin - panel.height), taken)
            if found is not None:
                return found
        return None

    def _block(self, band: float, taken: tuple[Box, ...]) -> Placed | None:
        """High up at the side of the named corner, or of the other where it would stand much lower there; else
        anywhere in the band."""
        sheet = self.sheet
        left, right, column = sheet.edge, sheet.width - sheet.edge, 0.45 * sheet.width
        depth = band if self.banded else max(1.5 * band, min(0.75 * sheet.height, 220.0))
        sides = {
            "left": Box(left, sheet.edge, left + column, depth),
            "right": Box(right - column, sheet.edge, right, depth),
        }
        named = self.text.block_corner
        for factor in self.ladder:
            found = [(corner, self._block_at(corner, region, factor, taken)) for corner, region in sides.items()]
            placed = [(part.y + (corner != named) * 0.05 * sheet.height, part) for corner, part in found if part]
            if placed:
                return min(placed, key=lambda candidate: candidate[0])[1]
        everywhere = Box(left, sheet.edge, right, band)
        tries = (self._block_at(named, everywhere, factor, taken) for factor in self.ladder)
        return next((part for part in tries if part is not None), None)

    def _seal(self, top_band: float, bottom_band: float, taken: tuple[Box, ...]) -> Placed | None:
        """At the lower right, else anywhere; it has one size, which its modules need to be read from a scan."""
        sheet, panel = self.sheet, seal_panel()
        x, y = (side - sheet.margin - panel.width for side in (sheet.width, sheet.height))
        right, low = sheet.width - sheet.edge, sheet.height - sheet.edge
        regions = [
            Box(sheet.edge, sheet.height - bottom_band, right, low),
            Box(sheet.edge, sheet.edge, right, top_band),
        ]
        if not self.banded:
            regions.append(Box(sheet.edge, sheet.edge, right, low))
        tries = (self._find(panel, region, (x, y), taken) for region in regions)
        return next((part for part in tries if part is not None), None)

    def _block_at(self, corner: str, region: Box, factor: float, taken: tuple[Box, ...]) -> Placed | None:
        sheet = self.sheet
        for share in (0.45, 0.3, 0.8):
            panel = block_panel(self.text.block, sheet.small_size(factor), share * sheet.width, corner)
            if panel is not None:
                x = sheet.margin if corner == "left" else sheet.width - sheet.margin - panel.width
                found = self._find(panel, region, (x, sheet.margin), taken)
                if found is not None:
                    return found
        return None

    def _panels(self, make: Callable[[float], Iterator[Panel | None]]) -> Iterator[Panel]:
        return (panel for factor in self.ladder for panel in make(factor) if panel is not None)

    def _marking_panels(self, factor: float) -> Iterator[Panel | None]:
        size, room = self.sheet.marking_size(factor), self.sheet.width - 2 * self.sheet.edge
        yield marking_panel(self.text.marking, size, min(0.6 * self.sheet.width, room))
        yield marking_panel(self.text.marking, size, room)

    def _number_panels(self, factor: float) -> Iterator[Panel | None]:
        widest = self.text.page_of(self.pages, self.pages)
        for stacked in (False, True):
            size = self.sheet.small_size(factor)
            yield number_panel(self.text.copy_number, widest, size, stacked, self.text.widest_number)

    def _find(self, panel: Panel, region: Box, preferred: tuple[float, float], taken: tuple[Box, ...]) -> Placed | None:
        for clearance in (2 * self.sheet.clearance, self.sheet.clearance):
            box = self.space.find((panel.width, panel.height), region, preferred, taken, clearance)
            if box is not None:
                return Placed(panel, box.x0, box.y0)
        return None


@lru_cache(maxsize=64)
def _shrunk(sheet: _Sheet, text: StampText, pages: int, first: bool) -> PageLayout | None:
    """The layout with the content shrunk evenly into the page's middle; None when it would become too small.

    It depends on the page's size alone, so equal pages of a document are shrunk alike.
    """
    best: tuple[float, PageLayout] | None = None
    for factor in _LADDER:
        search = _Search(Space.empty(sheet.width, sheet.height), sheet, text, pages, (factor,), banded=True)
        top = _least_band(sheet, partial(search.top_parts, first))
        bottom = _least_band(sheet, partial(search.bottom_parts, first))
        if top is None or bottom is None:
            continue
        shrink = round((sheet.height - top - bottom - 2 * sheet.clearance) / sheet.height, 4)
        found = search.arrange(first, top, bottom)
        if found is None or (best is not None and best[0] >= shrink):
            continue
        beside = (1 - shrink) * sheet.width / 2
        matrix = (shrink, 0.0, 0.0, shrink, beside, top + sheet.clearance)
        best = (shrink, replace(found, shrink=matrix))
        if shrink >= _GOOD_SHRINK:
            break
    return best[1] if best is not None and best[0] >= _LEAST_SHRINK else None


def _least_band(sheet: _Sheet, fits: Callable[[float], bool]) -> float | None:
    """The least depth of a band, in whole points, in which ``fits`` says the parts find their places."""
    return next((float(band) for band in range(8, int(sheet.height / 2)) if fits(float(band))), None)

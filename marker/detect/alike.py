"""Pages that bear nothing but the same lines in the same places: a few of them are judged, for all.

A report of a thousand pages bears its marking two thousand times, and what is said of one page holds for every page
like it.  A page counts as like another only where all its lines are, and those of the pages before and after it, so
that nothing that may question its lines stands nearby.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from typing import TYPE_CHECKING, Final

from marker.model import Reading, Span

if TYPE_CHECKING:
    from marker.detect.sightings import Sighting

_JUDGED: Final = 4
"""Pages of one look that are judged each for itself."""
_MOST_LINES: Final = 6
"""A page of more lines is judged for itself."""

_Look = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """A reading without the pages that are like others, and which those are."""

    reading: Reading
    pages: Mapping[int, Sequence[int]]
    """A page that is judged → the pages that are like it."""

    def spread(self, sightings: Sequence[Sighting]) -> list[Sighting]:
        """The sightings of all pages, in the order in which they were given, then by page."""
        if not self.pages:
            return list(sightings)
        return list(merge(sightings, self._copies(sightings), key=_page))

    def _copies(self, sightings: Sequence[Sighting]) -> Iterator[Sighting]:
        copies = [
            replace(sighting, finding=replace(sighting.finding, page=page))
            for sighting in sightings
            for page in self.pages.get(_page(sighting), ())
        ]
        yield from sorted(copies, key=_page)


def _page(sighting: Sighting) -> int:
    return sighting.finding.page or 0


def alike(reading: Reading) -> Alike:
    """Set apart the pages of ``reading`` that are like others of it."""
    if not reading.pages or reading.pages <= 2 * _JUDGED:
        return Alike(reading, {})
    looks = _looks(reading)
    same: dict[_Look, list[int]] = defaultdict(list)
    for page, look in looks.items():
        around = [looks.get(page + step) for step in (-1, 1)]
        if page > 1 and all(around):
            same[(*look, *(around[0] or ()), *(around[1] or ()))].append(page)
    like = {pages[_JUDGED - 1]: pages[_JUDGED:] for pages in same.values() if len(pages) > _JUDGED}
    if not like:
        return Alike(reading, {})
    left_out = {page for pages in like.values() for page in pages}
    return Alike(replace(reading, spans=tuple(span for span in reading.spans if span.page not in left_out)), like)


def _looks(reading: Reading) -> dict[int, _Look]:
    """What each page shows whose lines are few and all its own."""
    infos = {info.number: info for info in reading.page_infos}
    lines: dict[int, list[Span]] = defaultdict(list)
    for span in reading.spans:
        if span.page is not None:
            lines[span.page].append(span)
    looks: dict[int, _Look] = {}
    for page, spans in lines.items():
        info, flow = infos.get(page), f"page {page}"
        if info is not None and len(spans) <= _MOST_LINES and all(span.flow == flow for span in spans):
            shape = (round(info.width, 1), round(info.height, 1), info.readable)
            looks[page] = (shape, *map(_look, spans))
    return looks


def _look(span: Span) -> tuple[object, ...]:
    box = span.box
    place = box and (round(box.x0, 1), round(box.y0, 1), round(box.x1, 1), round(box.y1, 1))
    return (
        span.text, place, span.size, span.bold, span.turned, span.place, span.source, span.visibility, span.centred,
        span.cell, span.tracked,
    )  # fmt: skip

"""The pages of a PDF, each drawn and laid out when it is looked at; the last one is kept for the next look at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from marker.model import Box, PageInfo
from marker.ocr import page, raster
from marker.ocr.codes import codes_on

_AS_FINE: Final = 0.02
"""Share by which two resolutions may differ and be the same to a reader: that of a scan is seldom a whole number."""


class OpenedPages:
    """Lays pages out, one in memory at a time.

    ``covered`` are the boxes on each page that text of the file itself accounts for; ``show`` is given every page that
    is drawn for a first look.
    """

    def __init__(
        self,
        pictures: raster.PdfPictures,
        infos: Mapping[int, PageInfo],
        covered: Mapping[int, Sequence[Box]],
        show: Callable[[int, raster.Pixels], None] | None,
    ) -> None:
        self._pictures = pictures
        self._infos = infos
        self._covered = covered
        self._show = show
        self._last: page.Sheet | None = None
        self._closer: page.Sheet | None = None
        """Not to be given for the last: it knows its lines only."""

    def sheet(self, number: int, quarters: int | None = None, dpi: float = raster.DPI) -> page.Sheet:
        """The page with its pixels, which are there until the next one is asked for.

        ``quarters`` as in :func:`page.lay_out`.  Raises TooCoarseError when the page is too large to be drawn finely
        enough.
        """
        if (last := self._kept(number, quarters, dpi)) is not None:
            return last
        picture = self._drawn(number, dpi)
        if self._show is not None and quarters is None:
            self._show(number, picture.pixels)
        self._last = page.lay_out(picture, number, picture.dpi / 72, quarters)
        return self._last

    def closer(self, first: page.Sheet) -> page.Sheet:
        """The page of a first look with its pixels, as :meth:`sheet` gives them, drawn for a closer one.

        Raises TooCoarseError.
        """
        if (last := self._kept(first.number, first.quarters, raster.FINE_DPI)) is not None:
            return last
        sheet = page.lay_out_as(self._drawn(first.number, raster.FINE_DPI), first)
        self._closer = sheet
        return sheet

    def _kept(self, number: int, quarters: int | None, dpi: float) -> page.Sheet | None:
        """The last page, if it is this one; otherwise its pixels are let go."""
        if self._closer is not None:
            self._closer.forget()
            self._closer = None
        last = self._last
        if last is not None:
            if last.number == number and quarters in (None, last.quarters):
                info = self._infos[number]
                if _as_fine(self._pictures.dpi_of(number, info.width, info.height, dpi), 72 * last.per_point):
                    return last
            last.forget()
            self._last = None
        return None

    def _drawn(self, number: int, dpi: float) -> raster.Picture:
        info = self._infos[number]
        covered = self._covered.get(number, ())
        return self._pictures.page(number, info.width, info.height, dpi, known=covered)

    def codes(self, number: int) -> tuple[Box, ...]:
        """The boxes, in points, of the codes on a page that decode."""
        info = self._infos[number]
        try:
            picture = self._pictures.page(number, info.width, info.height)
        except raster.TooCoarseError:
            return ()
        return codes_on(picture, picture.dpi / 72)


def _as_fine(one: float, other: float) -> bool:
    return abs(one - other) <= _AS_FINE * other

"""Pages and pictures as pixels, one at a time.

Resolutions are pixels per inch of the page as displayed.  A page is drawn as finely as its content needs: not finer
than the picture it consists of, and never beyond a number of pixels that a worker can hold.
"""

from __future__ import annotations

import ctypes
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PIL import ImageSequence as Sequence

from marker.model import Box
from marker.ocr.embedded import embedded, objects_of, picture_of, shows_pictures_plainly

Pixels = NDArray[np.uint8]
"""Rows, columns and, for colour, three channels in the order red, green, blue; 255 is paper."""

DPI: Final = 200
"""Enough for letters of 6 points, whose capitals are then 12 pixels high."""
FINE_DPI: Final = 300
MAX_PIXELS: Final = 24_000_000
"""An A0 sheet at 125 dpi, 72 MB in colour; what is larger is drawn coarser."""
LEAST_DPI: Final = 72
"""Coarser than this nobody reads the letters of a marking: the page stays unread."""
_PAGE_POINTS: Final = (250.0, 1300.0)
"""The longer side of pages people print.  A picture that claims to be larger or smaller states a wrong resolution."""
_USUAL_SIDE: Final = 842.0
_FINER: Final = 10
"""Steps to a point, where pdfium gives places as whole numbers."""
_PART: Final = 0.01
"""Of a pixel, that a page is wider by for want of places behind the point."""
_IMAGE_DEPTH: Final = 4
"""Form XObjects within one another in which a page's pictures are looked for."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page or picture as pixels.

    ``dpi`` is pixels per inch as displayed; ``scale`` pixels per point for measuring letters, which differs from
    ``dpi / 72`` where the file states a size no paper has.
    """

    pixels: Pixels
    dpi: float
    scale: float


class TooCoarseError(Exception):
    """The page cannot be drawn finely enough within the limit on pixels."""


class PdfPictures:
    """The pages of a PDF as pictures; a context manager.  Raises whatever pdfium does: the caller is the border."""

    def __init__(self, path: Path) -> None:
        import pypdfium2

        library: Any = pypdfium2  # its helpers carry types only in part
        self._raw = library.raw
        self._document = library.PdfDocument(path)
        self._plain = shows_pictures_plainly(path)

    def __enter__(self) -> PdfPictures:
        return self

    def __exit__(self, *_: object) -> None:
        self._document.close()

    def page(
        self, number: int, width: float, height: float, dpi: float = DPI, *, known: Collection[Box] = ()
    ) -> Picture:
        """Page ``number`` (from 1), which is ``width`` by ``height`` points as displayed.  Raises TooCoarseError.

        Text that stands in ``known``, boxes of lines that the file itself accounts for, is not drawn: what is left is
        what only a picture can tell, even where it touches or overlies that text.
        """
        page = self._document[number - 1]
        try:
            if known:
                self._hide_text(page, width, height, known)
            stated = scale_of(width, height)
            dpi = self._fitting(page, width, height, dpi)
            size = (ceil(width * dpi / 72 - _PART), ceil(height * dpi / 72 - _PART))
            zoom = dpi / 72 * width / page.get_width()  # UserUnit, of which pdfium knows nothing, included
            own = embedded(self._raw, page, size, zoom) if self._plain else None
            drawn = self._drawn(page, zoom) if own is None else own
        finally:
            page.close()
        return Picture(drawn, dpi, dpi / 72 / stated)

    def _drawn(self, page: Any, zoom: float) -> Pixels:
        bitmap = page.render(scale=zoom, rev_byteorder=True, prefer_bgrx=False, may_draw_forms=True)
        try:
            drawn = np.array(bitmap.to_numpy())
        finally:
            bitmap.close()
        if drawn.ndim == 3 and drawn.shape[2] == 1:
            drawn = drawn[:, :, 0]
        return drawn if drawn.ndim == 2 else drawn[:, :, :3]

    def dpi_of(self, number: int, width: float, height: float, dpi: float = DPI) -> float:
        """The resolution :meth:`page` draws a page at.  Raises TooCoarseError."""
        page = self._document[number - 1]
        try:
            return self._fitting(page, width, height, dpi)
        finally:
            page.close()

    def _fitting(self, page: Any, width: float, height: float, dpi: float) -> float:
        stated = scale_of(width, height)
        wanted = min(dpi, self._own_dpi(page, width, height) or dpi) if stated == 1 else dpi * stated
        fitting = fit_dpi(width, height, wanted)
        if fitting < LEAST_DPI * stated:
            raise TooCoarseError
        return fitting

    def _hide_text(self, page: Any, width: float, height: float, known: Collection[Box]) -> None:
        x, y = ctypes.c_int(), ctypes.c_int()
        wide, high = round(width * _FINER), round(height * _FINER)
        for item in page.get_objects(filter=[self._raw.FPDF_PAGEOBJ_TEXT], max_depth=1):
            left, bottom, right, top = item.get_bounds()
            middle = ((left + right) / 2, (bottom + top) / 2)
            self._raw.FPDF_PageToDevice(page, 0, 0, wide, high, 0, *middle, ctypes.byref(x), ctypes.byref(y))
            at_x, at_y = x.value / _FINER, y.value / _FINER
            if any(box.x0 <= at_x <= box.x1 and box.y0 <= at_y <= box.y1 for box in known):
                self._raw.FPDFPageObj_SetIsActive(item, False)

    def _own_dpi(self, page: Any, width: float, height: float) -> float | None:
        """The resolution of the one picture a page consists of; None for every other page."""
        image = self._raw.FPDF_PAGEOBJ_IMAGE
        found = list(objects_of(self._raw, page, _IMAGE_DEPTH))
        pictures = [item for kind, item in found if kind == image]
        plain = {image, self._raw.FPDF_PAGEOBJ_TEXT, self._raw.FPDF_PAGEOBJ_FORM}
        if len(pictures) != 1 or any(kind not in plain for kind, _ in found):
            return None
        picture = picture_of(page, pictures[0])
        left, bottom, right, top = picture.get_bounds()
        across, down = picture.get_px_size()
        unit = width * height / max(1e-6, page.get_width() * page.get_height())
        area = (right - left) * (top - bottom) * unit
        if area < 0.8 * width * height:
            return None
        return float(max(LEAST_DPI, 72 * (across * down / area) ** 0.5))


def scale_of(width: float, height: float) -> float:
    """By how much a page of that size has to be shrunk (below 1) or stretched to be paper."""
    side = max(width, height)
    return 1.0 if _PAGE_POINTS[0] <= side <= _PAGE_POINTS[1] * 2.6 else _USUAL_SIDE / side


def fit_dpi(width: float, height: float, dpi: float) -> float:
    """``dpi``, or what is left of it within the limit on pixels."""
    pixels = width * height * (dpi / 72) ** 2
    return float(dpi if pixels <= MAX_PIXELS else dpi * (MAX_PIXELS / pixels) ** 0.5)


@contextmanager
def _bounded() -> Iterator[None]:
    """Pillow's own guard against pictures that unpack to gigabytes, as an error and not as a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def image_pictures(source: Path | BinaryIO, dpi: float = DPI) -> Iterator[Picture]:
    """The frames of a TIFF, JPEG, PNG or other picture Pillow knows, one at a time, turned as their tags say.

    Raises TooCoarseError for a frame beyond the limit on pixels, and whatever Pillow raises: the caller is the border.
    """
    with _bounded(), Image.open(source) as opened:
        for frame in Sequence.Iterator(opened):
            if frame.width * frame.height > 8 * MAX_PIXELS:
                raise TooCoarseError
            own = float(frame.info.get("dpi", (0, 0))[0] or 0)
            if own < LEAST_DPI:  # no resolution stated, or that of a screen: a sheet of usual size
                own = 72 * max(frame.width, frame.height) / _USUAL_SIDE
            frame.draft("RGB", (round(frame.width * dpi / own), round(frame.height * dpi / own)))
            yield of_image(ImageOps.exif_transpose(frame) or frame, own, dpi)


def of_image(image: Image.Image, own: float, dpi: float = DPI) -> Picture:
    """A Pillow image of ``own`` dpi as a picture of at most ``dpi``; what is transparent is paper."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(paper, image).convert("RGB")
    elif image.mode in ("1", "L"):
        image = image.convert("L")
    elif image.mode.startswith("I") or image.mode == "F":
        image = image.convert("F").point(lambda level: level / 256).convert("L")
    else:
        image = image.convert("RGB")
    share = min(1.0, dpi / own, (MAX_PIXELS / (image.width * image.height)) ** 0.5)
    if share < 1:
        size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
        image = image.resize(size, Image.Resampling.BOX if share <= 0.5 else Image.Resampling.BILINEAR)
    return Picture(np.asarray(image), own * share, own * share / 72)

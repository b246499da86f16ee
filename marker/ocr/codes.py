"""Codes of document systems on a page: what decodes is no writing.

Only kinds that carry error correction over the whole code are asked for (ISO/IEC 16022, 18004, 24778, 15438): a bar
code of the weaker kinds is read now and then where none is.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from marker.model import Box
from marker.ocr.raster import Picture

_MODULE: Final = 1.5
"""Points that the edge of a code may be found inside or outside its ink."""


def codes_on(picture: Picture, per_point: float) -> tuple[Box, ...]:
    """The boxes, in points of the page as displayed, of the codes that decode; ``per_point`` is in pixels."""
    import zxingcpp

    kind = zxingcpp.BarcodeFormat
    wanted = zxingcpp.BarcodeFormats([kind.DataMatrix, kind.QRCode, kind.Aztec, kind.PDF417])
    found: list[Box] = []
    for code in zxingcpp.read_barcodes(np.ascontiguousarray(picture.pixels), formats=wanted):
        at = code.position
        corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        xs, ys = [corner.x / per_point for corner in corners], [corner.y / per_point for corner in corners]
        found.append(Box(min(xs), min(ys), max(xs), max(ys)).grown(_MODULE))
    return tuple(found)

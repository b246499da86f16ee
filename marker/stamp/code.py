"""The Data Matrix of a page, and of a seal: which modules are dark, and the rectangles that draw them.

Data Matrix ECC 200 (ISO/IEC 16022), square unless asked for low.  What a page's says is
:func:`marker.numbering.format_page_code`, what a seal's says :mod:`marker.seal`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from marker.errors import HoldError
from marker.model import HoldCode
from marker.numbering import format_page_code

SIDE: Final = 9 / 25.4 * 72
"""Side of the symbol without its quiet zone, points: 9 mm, at which a 150 dpi print and scan still reads every time."""

SEAL_SIDE: Final = 20 / 25.4 * 72
"""Side of a seal without its quiet zone, points: 20 mm, so that each module has 2.7 pixels at 150 dpi."""
SEAL_MODULES: Final = 44
"""Modules of a seal's side."""

_LOW_VERSIONS: Final = (27, 28)
"""Symbols of 12 × 26 and 12 × 36 modules, as the writer counts them."""

QUIET_MODULES: Final = 2
"""Free modules around the symbol; the standard asks for one, a skewed scan thanks for two."""

_RUN: Final = re.compile(rb"\x01+")

Modules = tuple[bytes, ...]
"""Rows from top to bottom, a byte to a module; 1 is dark, 0 light."""


def modules(copy_number: str, page: int | None = None, pages: int | None = None) -> Modules:
    """The modules for page ``page`` of ``pages`` (both None where the format has no pages).

    Raises HoldError (stamp-failed) when the copy number is not valid or the code cannot be made.
    """
    return _symbol(_page_code(copy_number, page, pages))


def low_modules(copy_number: str) -> Modules | None:
    """The same code as :func:`modules` makes without a page, in a symbol of twelve rows, for where there is no height;
    None for a number too long for any such symbol.  Raises HoldError (stamp-failed).
    """
    text = _page_code(copy_number, None, None)
    for version in _LOW_VERSIONS:
        with suppress(HoldError):
            return _symbol(text, version=version)
    return None


def _page_code(copy_number: str, page: int | None, pages: int | None) -> str:
    try:
        return format_page_code(copy_number, page, pages)
    except ValueError as error:
        raise HoldError(
            HoldCode.STAMP_FAILED, f"The copy number {copy_number} is not valid: {error}; take a new one."
        ) from error


def seal_modules(text: str) -> Modules:
    """The modules of a seal.  Raises HoldError (stamp-failed) when it says more than can be read from paper."""
    found = _symbol(text)
    if len(found) > SEAL_MODULES:
        raise HoldError(
            HoldCode.STAMP_FAILED,
            "The seal says more than a Data Matrix of 20 mm can hold legibly; shorten the profile's marking ids.",
        )
    return found


def _symbol(text: str, **shape: int) -> Modules:
    import numpy as np
    import zxingcpp

    try:
        symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, **(shape or {"force_square": True}))
        picture = np.array(symbol.to_image(scale=1, add_quiet_zones=False))
    except (ValueError, RuntimeError, TypeError) as error:
        raise HoldError(
            HoldCode.STAMP_FAILED, "The Data Matrix of a page could not be made; check that zxing-cpp is version 3."
        ) from error
    if picture.ndim != 2 or (not shape and picture.shape[0] != picture.shape[1]):
        raise HoldError(HoldCode.STAMP_FAILED, "The Data Matrix is not square; check that zxing-cpp is version 3.")
    dark, wide = (picture < 128).tobytes(), picture.shape[1]
    return tuple([dark[start : start + wide] for start in range(0, len(dark), wide)])


def runs(row: bytes) -> list[tuple[int, int]]:
    """``(column, width)`` of the dark runs of one row, in modules, from left to right."""
    return [(run.start(), run.end() - run.start()) for run in _RUN.finditer(row)]

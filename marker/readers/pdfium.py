"""pdfium under names without types: its binding is generated from C headers, which no checker can follow."""

from __future__ import annotations

from typing import Any, Final

import pypdfium2 as _helpers
from pypdfium2 import raw as _raw

pdfium: Final[Any] = _raw
"""The C functions and constants, as ``fpdfview.h`` and its siblings document them."""
helpers: Final[Any] = _helpers
"""``PdfDocument``, ``PdfiumError``."""

"""pdfium under names without types: its binding is generated from C headers, which no checker can follow."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final

import pypdfium2 as _helpers
from pypdfium2 import raw as _raw

pdfium: Final[Any] = _raw
"""The C functions and constants, as ``fpdfview.h`` and its siblings document them."""
helpers: Final[Any] = _helpers
"""``PdfDocument``, ``PdfiumError``."""


def plain_call(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """The C function of that name, taking and giving addresses (``ctypes.c_void_p``) as whole numbers.

    For what is asked once a run of letters: numbers compare and cost half of what pointer objects do.  The interpreter
    is not let go of meanwhile, which would take longer than most answers do.
    """
    address = ctypes.cast(getattr(_raw, name), ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result, *arguments)(address or 0)


def address_of(pointer: Any) -> int:
    """The address a ctypes pointer holds; 0 for none."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0

"""Looking into pypdf's objects without stumbling over what a damaged file has in place of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any, Final

from pypdf import PdfWriter
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject

FAULTS: Final = (
    PyPdfError, DependencyError, ArithmeticError, AttributeError, LookupError, NotImplementedError, RecursionError,
    TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip
"""What pypdf raises where an object is damaged, refers to nothing or to itself: it is then as good as absent."""


def value(entry: object, key: str) -> Any:
    """The resolved value of ``key``; None where ``entry`` is no dictionary, has no such key or the reference leads
    nowhere."""
    if not isinstance(entry, DictionaryObject):
        return None
    try:
        found = entry.get(key)
        return found.get_object() if found is not None else None
    except FAULTS:
        return None


def dictionaries(writer: PdfWriter) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, direct ones inside others included."""
    waiting: list[object] = list(writer._objects)
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, DictionaryObject):
            yield entry
            waiting.extend(entry.values())
        elif isinstance(entry, ArrayObject):
            waiting.extend(entry)

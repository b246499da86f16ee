"""Looking into pypdf's objects without stumbling over what a damaged file has in place of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject


def value(entry: object, key: str) -> Any:
    """The resolved value of ``key``; None where ``entry`` is no dictionary, has no such key or the reference leads
    nowhere."""
    if not isinstance(entry, DictionaryObject):
        return None
    try:
        found = entry.get(key)
        return found.get_object() if found is not None else None
    except Exception:  # noqa: BLE001  # a reference to nothing, or to itself: as good as absent
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

"""pypdf's objects as the bytes of a file (ISO 32000-1, 7.3), by way of :func:`object_bytes`.

pypdf writes them too, name by name and letter by letter; most of a file's names are the same few.
"""

from __future__ import annotations

import io
from functools import lru_cache

from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)


def object_bytes(held: PdfObject) -> bytes:
    """What stands between ``obj`` and ``endobj``."""
    parts: list[bytes] = []
    _put(held, parts)
    return b"".join(parts)


def _put(held: PdfObject, parts: list[bytes]) -> None:
    if isinstance(held, NameObject):
        parts.append(_name(held))
    elif isinstance(held, IndirectObject):
        parts.append(b"%d %d R" % (held.idnum, held.generation))
    elif type(held) is NumberObject:
        parts.append(b"%d" % held)
    elif isinstance(held, ArrayObject):
        parts.append(b"[")
        for entry in held:
            _put(entry, parts)
            parts.append(b" ")
        parts.append(b"]")
    elif isinstance(held, StreamObject) and type(held).write_to_stream is StreamObject.write_to_stream:
        _put_entries(held, parts, b"/Length %d\n" % len(held._data))
        parts += (b"\nstream\n", held._data, b"\nendstream")
    elif isinstance(held, DictionaryObject) and type(held).write_to_stream is DictionaryObject.write_to_stream:
        _put_entries(held, parts)
    else:
        buffer = io.BytesIO()
        held.write_to_stream(buffer)
        parts.append(buffer.getvalue())


def _put_entries(held: DictionaryObject, parts: list[bytes], length: bytes = b"") -> None:
    parts += (b"<<", length)
    for key, entry in held.items():
        if (length and key == "/Length") or (key[1:2] == "%" and key.endswith("%") and len(key) > 2):
            continue  # the latter are pypdf's notes to itself
        parts += (_name(key), b" ")
        _put(entry, parts)
        parts.append(b"\n")
    parts.append(b">>")


@lru_cache(maxsize=2048)
def _name(name: str) -> bytes:
    return NameObject(name).renumber()

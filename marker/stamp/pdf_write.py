"""Writes the finished copy as compactly as the file that was received.

Only what the catalog and the properties lead to is written: pypdf's clone leaves streams behind that nothing
names, and old page tree nodes.  A file that came with object streams (ISO 32000-1, 7.5.7) leaves with object streams
and a cross-reference stream (7.5.8); any other with a plain cross-reference table, as PDF/A-1 asks.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

_PER_STREAM: Final = 200
"""Objects to an object stream: few enough to be unpacked for one object, many enough to compress."""
_HEADER: Final = re.compile(r"%PDF-1\.([0-4])$")


def write(writer: PdfWriter, path: Path, packed: bool) -> None:
    """Writes the file to ``path``, completely; ``packed`` into object streams. Raises OSError."""
    _drop_unreachable(writer)
    with path.open("wb") as file:
        if packed:
            _write_packed(writer, file)
        else:
            writer.write(file)


def _drop_unreachable(writer: PdfWriter) -> None:
    reached: set[int] = set()
    waiting: list[object] = [writer.root_object.indirect_reference, writer._ID]
    if writer._info is not None:
        waiting.append(writer._info.indirect_reference)
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, IndirectObject):
            if entry.idnum not in reached and 0 < entry.idnum <= len(writer._objects):
                reached.add(entry.idnum)
                waiting.append(writer._objects[entry.idnum - 1])
        elif isinstance(entry, DictionaryObject):
            waiting.extend(entry.values())
        elif isinstance(entry, ArrayObject):
            waiting.extend(entry)
    for index in range(len(writer._objects)):
        if index + 1 not in reached:
            writer._objects[index] = None


def _write_packed(writer: PdfWriter, file: IO[bytes]) -> None:
    places: dict[int, tuple[int, int, int]] = {0: (0, 0, 0xFFFF)}
    low = _HEADER.match(writer.pdf_header)
    file.write((b"%PDF-1.5" if low else writer.pdf_header.encode("ascii")) + b"\n%\xe2\xe3\xcf\xd3\n")
    small: list[tuple[int, bytes]] = []
    for number, held in enumerate(writer._objects, start=1):
        if isinstance(held, StreamObject):
            places[number] = (1, file.tell(), 0)
            file.write(b"%d 0 obj\n%s\nendobj\n" % (number, _bytes_of(held)))
        elif held is not None:
            small.append((number, _bytes_of(held)))
        else:
            places[number] = (0, 0, 0xFFFF)
    number = len(writer._objects) + 1
    for start in range(0, len(small), _PER_STREAM):
        block = small[start : start + _PER_STREAM]
        for index, (inside, _) in enumerate(block):
            places[inside] = (2, number, index)
        places[number] = (1, file.tell(), 0)
        _write_object_stream(file, number, block)
        number += 1
    places[number] = (1, file.tell(), 0)
    _write_cross_references(writer, file, number, places)


def _write_object_stream(file: IO[bytes], number: int, block: list[tuple[int, bytes]]) -> None:
    offsets, at = [], 0
    for inside, data in block:
        offsets.append(b"%d %d" % (inside, at))
        at += len(data) + 1
    index = b" ".join(offsets) + b"\n"
    packed = zlib.compress(index + b"\n".join(data for _, data in block), 9)
    head = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>" % (len(block), len(index), len(packed))
    file.write(b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, head, packed))


def _write_cross_references(
    writer: PdfWriter, file: IO[bytes], number: int, places: dict[int, tuple[int, int, int]]
) -> None:
    start = file.tell()
    rows = [struct.pack(">BQH", *places[entry]) for entry in range(number + 1)]
    packed = zlib.compress(_up_predicted(rows), 9)
    entries = [b"/Root %s" % _bytes_of(writer.root_object.indirect_reference)]
    if writer._info is not None:
        entries.append(b"/Info %s" % _bytes_of(writer._info.indirect_reference))
    if writer._ID is not None:
        entries.append(b"/ID %s" % _bytes_of(writer._ID))
    head = (
        b"<</Type/XRef/Size %d/W[1 8 2]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 11>>/Length %d%s>>"
        % (number + 1, len(packed), b"".join(entries))
    )
    file.write(b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, head, packed, start))


def _up_predicted(rows: Iterable[bytes]) -> bytes:
    """PNG's "up" filter: each row as its difference from the one above (ISO 32000-1, 7.4.4.4)."""
    above = bytes(11)
    filtered = bytearray()
    for row in rows:
        filtered.append(2)
        filtered.extend((here - there) & 0xFF for here, there in zip(row, above, strict=True))
        above = row
    return bytes(filtered)


def _bytes_of(held: PdfObject | None) -> bytes:
    buffer = io.BytesIO()
    if held is not None:
        held.write_to_stream(buffer)
    return buffer.getvalue()

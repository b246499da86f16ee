"""Writes the finished copy as compactly as the file that was received.

A signed file is added to, and stays as it was up to there.  Of any other only what the catalog and the properties lead
to is written: pypdf's clone leaves streams behind that nothing names, and old page tree nodes.  A file that came with
object streams (ISO 32000-1, 7.5.7) leaves with object streams and a cross-reference stream (7.5.8); any other with a
plain cross-reference table, as PDF/A-1 asks.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NamedTuple

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

_PER_STREAM: Final = 200
"""Objects to an object stream: few enough to be unpacked for one object, many enough to compress."""
_HEADER: Final = re.compile(r"%PDF-1\.([0-4])$")
_END: Final = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
_SECTION: Final = re.compile(rb"\s*(xref|\d+\s+\d+\s+obj)\b")


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


def append(writer: PdfWriter, path: Path, received: bytes) -> None:
    """Writes ``received`` as it is, and after it what the writer, made in incremental mode, has new or changed
    (ISO 32000-1, 7.5.6), in the manner of its last cross-reference section. Raises OSError.
    """
    before = len(writer._original_hash)
    changed = [
        (number, held)
        for number, held in enumerate(writer._objects, start=1)
        if held is not None and (number > before or held.hash_bin() != writer._original_hash[number - 1])
    ]
    previous = last_section(received)
    places: dict[int, _At] = {}
    with path.open("wb") as file:
        file.write(received)
        if not received.endswith((b"\n", b"\r")):
            file.write(b"\n")
        if previous.packed:
            number = _write_objects(file, changed, len(writer._objects) + 1, places)
            _write_cross_references(writer, file, number, places, b"/Prev %d" % previous.offset)
            return
        for number, held in changed:
            places[number] = _At(1, file.tell(), 0)
            file.write(b"%d 0 obj\n%s\nendobj\n" % (number, _bytes_of(held)))
        start = file.tell()
        file.write(b"xref\n")
        for first, count in _runs(sorted(places)):
            file.write(b"%d %d\n" % (first, count))
            file.writelines(b"%010d 00000 n \n" % places[number].where for number in range(first, first + count))
        entries = (b"/Size %d" % (len(writer._objects) + 1), *_trailer_entries(writer), b"/Prev %d" % previous.offset)
        file.write(b"trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n" % (b"".join(entries), start))


@dataclass(frozen=True, slots=True)
class Section:
    """A cross-reference section: where it stands, and whether it is a stream."""

    offset: int
    packed: bool


def last_section(data: bytes) -> Section:
    """The last cross-reference section of a file. Raises ValueError where its end does not lead to one."""
    ends = list(_END.finditer(data))
    offset = int(ends[-1].group(1)) if ends else len(data)
    found = _SECTION.match(data, offset)
    if found is None:
        raise ValueError("startxref leads to no cross-reference section")
    return Section(offset, found.group(1) != b"xref")


class _At(NamedTuple):
    """One row of a cross-reference stream (ISO 32000-1, table 18)."""

    kind: int
    where: int
    rank: int


def _write_packed(writer: PdfWriter, file: IO[bytes]) -> None:
    places = {0: _At(0, 0, 0xFFFF)}
    low = _HEADER.match(writer.pdf_header)
    file.write((b"%PDF-1.5" if low else writer.pdf_header.encode("ascii")) + b"\n%\xe2\xe3\xcf\xd3\n")
    numbered = list(enumerate(writer._objects, start=1))
    places.update((number, _At(0, 0, 0xFFFF)) for number, held in numbered if held is None)
    held_objects = [(number, held) for number, held in numbered if held is not None]
    number = _write_objects(file, held_objects, len(numbered) + 1, places)
    _write_cross_references(writer, file, number, places)


def _write_objects(
    file: IO[bytes], objects: Sequence[tuple[int, PdfObject]], number: int, places: dict[int, _At]
) -> int:
    """Writes streams as they are and all else into object streams, numbered from ``number``; the next free number."""
    small: list[tuple[int, bytes]] = []
    for inside, held in objects:
        if isinstance(held, StreamObject):
            places[inside] = _At(1, file.tell(), 0)
            file.write(b"%d 0 obj\n%s\nendobj\n" % (inside, _bytes_of(held)))
        else:
            small.append((inside, _bytes_of(held)))
    for start in range(0, len(small), _PER_STREAM):
        block = small[start : start + _PER_STREAM]
        for index, (inside, _) in enumerate(block):
            places[inside] = _At(2, number, index)
        places[number] = _At(1, file.tell(), 0)
        _write_object_stream(file, number, block)
        number += 1
    return number


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
    writer: PdfWriter, file: IO[bytes], number: int, places: dict[int, _At], previous: bytes = b""
) -> None:
    start = file.tell()
    places[number] = _At(1, start, 0)
    numbers = sorted(places)
    packed = zlib.compress(_up_predicted(struct.pack(">BQH", *places[entry]) for entry in numbers), 9)
    index = b" ".join(b"%d %d" % run for run in _runs(numbers))
    form = b"/W[1 8 2]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 11>>"
    rest = b"".join((*_trailer_entries(writer), previous))
    head = b"<</Type/XRef/Size %d/Index[%s]%s/Length %d%s>>" % (number + 1, index, form, len(packed), rest)
    file.write(b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, head, packed, start))


def _trailer_entries(writer: PdfWriter) -> list[bytes]:
    entries = [b"/Root %s" % _bytes_of(writer.root_object.indirect_reference)]
    if writer._info is not None:
        entries.append(b"/Info %s" % _bytes_of(writer._info.indirect_reference))
    if writer._ID is not None:
        entries.append(b"/ID %s" % _bytes_of(writer._ID))
    return entries


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and length of each run of whole numbers in ``numbers``, which are in order."""
    first = 0
    for at, number in enumerate(numbers):
        if at + 1 == len(numbers) or numbers[at + 1] != number + 1:
            yield numbers[first], at + 1 - first
            first = at + 1


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

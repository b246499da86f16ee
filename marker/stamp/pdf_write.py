"""Writes the finished copy as compactly as the file that was received.

A signed file is added to, and stays as it was up to there.  Of any other only what the catalog and the properties lead
to is written: pypdf's clone leaves streams behind that nothing names, and old page tree nodes.  A file that came with
object streams (ISO 32000-1, 7.5.7) leaves with object streams and a cross-reference stream (7.5.8); any other with a
plain cross-reference table, as PDF/A-1 asks.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NamedTuple

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

from marker.stamp.pdf_bytes import object_bytes

_PER_STREAM: Final = 200
"""Objects to an object stream: few enough to be unpacked for one object, many enough to compress."""
_HEADER: Final = re.compile(r"%PDF-1\.([0-4])$")
_END: Final = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
_BINARY: Final = b"\n%\xe2\xe3\xcf\xd3\n"
"""Says that the file is no text (ISO 32000-1, 7.5.2)."""
_SECTION: Final = re.compile(rb"\s*(xref|\d+\s+\d+\s+obj)\b")


def write(writer: PdfWriter, path: Path, packed: bool) -> None:
    """Writes the file to ``path``, completely; ``packed`` into object streams. Raises OSError."""
    objects = _reached(writer)
    with path.open("wb") as file:
        if packed:
            _write_packed(writer, objects, file)
        else:
            _write_plain(writer, objects, file)


def _reached(writer: PdfWriter) -> list[tuple[int, PdfObject]]:
    """The objects that something leads to, by number."""
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
    numbered = ((number, writer._objects[number - 1]) for number in sorted(reached))
    return [(number, held) for number, held in numbered if held is not None]


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
        places.update(_write_each(file, changed))
        start = file.tell()
        file.write(b"xref\n")
        for first, count in _runs(sorted(places)):
            file.write(b"%d %d\n" % (first, count))
            file.writelines(b"%010d 00000 n \n" % places[number].where for number in range(first, first + count))
        _write_trailer(writer, file, start, b"/Prev %d" % previous.offset)


def _write_plain(writer: PdfWriter, objects: Sequence[tuple[int, PdfObject]], file: IO[bytes]) -> None:
    """The whole file with a cross-reference table; numbers that are not used form its list of free ones (7.5.4)."""
    file.write(writer.pdf_header.encode("ascii") + _BINARY)
    places = _write_each(file, objects)
    start = file.tell()
    file.write(b"xref\n0 %d\n" % (len(writer._objects) + 1))
    free = [number for number in range(len(writer._objects) + 1) if number not in places]
    following = dict(zip(free, (*free[1:], 0), strict=True))
    rows = [
        b"%010d 00000 n \n" % places[number].where
        if number in places
        else b"%010d %05d f \n" % (following[number], 1 if number else 0xFFFF)
        for number in range(len(writer._objects) + 1)
    ]
    file.write(b"".join(rows))
    _write_trailer(writer, file, start)


def _write_each(file: IO[bytes], objects: Iterable[tuple[int, PdfObject]]) -> dict[int, _At]:
    """Writes each object by itself; where each stands."""
    places: dict[int, _At] = {}
    at = file.tell()
    for number, held in objects:
        places[number] = _At(1, at, 0)
        at += file.write(b"%d 0 obj\n%s\nendobj\n" % (number, object_bytes(held)))
    return places


def _write_trailer(writer: PdfWriter, file: IO[bytes], start: int, previous: bytes = b"") -> None:
    entries = (b"/Size %d" % (len(writer._objects) + 1), *_trailer_entries(writer), previous)
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


def _write_packed(writer: PdfWriter, objects: Sequence[tuple[int, PdfObject]], file: IO[bytes]) -> None:
    low = _HEADER.match(writer.pdf_header)
    file.write((b"%PDF-1.5" if low else writer.pdf_header.encode("ascii")) + _BINARY)
    used = {number for number, _ in objects}
    places = {free: _At(0, 0, 0xFFFF) for free in range(len(writer._objects) + 1) if free not in used}
    number = _write_objects(file, objects, len(writer._objects) + 1, places)
    _write_cross_references(writer, file, number, places)


def _write_objects(
    file: IO[bytes], objects: Sequence[tuple[int, PdfObject]], number: int, places: dict[int, _At]
) -> int:
    """Writes streams as they are and all else into object streams, numbered from ``number``; the next free number."""
    places.update(_write_each(file, (entry for entry in objects if isinstance(entry[1], StreamObject))))
    small = [(inside, object_bytes(held)) for inside, held in objects if not isinstance(held, StreamObject)]
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
    entries = [b"/Root %s" % _reference(writer.root_object)]
    if writer._info is not None:
        entries.append(b"/Info %s" % _reference(writer._info))
    if writer._ID is not None:
        entries.append(b"/ID %s" % object_bytes(writer._ID))
    return entries


def _reference(held: PdfObject) -> bytes:
    return b"%d 0 R" % held.indirect_reference.idnum if held.indirect_reference is not None else b"null"


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

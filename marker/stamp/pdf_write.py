"""Writes the finished copy as compactly as the file that was received.

A signed file is added to, and stays as it was up to there.  Of any other only what the catalog and the properties lead
to is written: pypdf's clone leaves streams behind that nothing names, and old page tree nodes.  A file that came with
object streams (ISO 32000-1, 7.5.7) leaves with object streams and a cross-reference stream (7.5.8); any other with a
plain cross-reference table, as PDF/A-1 asks.

What differs between the copies of a set stands at the end, so that a further copy is the beginning of the first and an
end of its own.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Begun:
    """The beginning that the copies of a set have in common: the first ``end`` bytes of the file ``path``."""

    path: Path
    end: int
    last: tuple[int, ...]
    """The numbers of the objects that follow, of the copy's own."""
    places: dict[int, _At]
    """Where everything else stands."""
    number: int
    """The next free number, which a cross-reference stream takes."""
    packed: bool
    """Whether the cross-reference section is a stream."""
    previous: bytes
    """What the section says of the one before it."""


def write(writer: PdfWriter, path: Path, packed: bool, last: Collection[int] = ()) -> Begun:
    """Writes the file to ``path``, completely; ``packed`` into object streams, but for the streams whose numbers are
    ``last``, which stand at the end. Raises OSError.
    """
    objects = _reached(writer)
    used = {number for number, _ in objects}
    with path.open("wb") as file:
        places: dict[int, _At] = {}
        number = len(writer._objects) + 1
        if packed:
            low = _HEADER.match(writer.pdf_header)
            file.write((b"%PDF-1.5" if low else writer.pdf_header.encode("ascii")) + _BINARY)
            places = {free: _At(0, 0, 0xFFFF) for free in range(number) if free not in used}
        else:
            file.write(writer.pdf_header.encode("ascii") + _BINARY)
        return _written(writer, file, path, objects, last, places, packed, b"")


def write_on(writer: PdfWriter, path: Path, begun: Begun) -> None:
    """Writes a further copy of a set to ``path``: what it has in common with the first, and then its own streams as
    they are in the writer now. Raises OSError.
    """
    with path.open("wb") as file, begun.path.open("rb") as first:
        done = 0
        while done < begun.end:
            sent = os.sendfile(file.fileno(), first.fileno(), done, begun.end - done)
            if not sent:
                raise OSError(f"{begun.path} became shorter")
            done += sent
        file.seek(done)
        _finish(writer, file, begun)


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


def append(writer: PdfWriter, path: Path, received: bytes, last: Collection[int] = ()) -> Begun:
    """Writes ``received`` as it is, and after it what the writer, made in incremental mode, has new or changed
    (ISO 32000-1, 7.5.6), in the manner of its last cross-reference section; ``last`` as for :func:`write`.

    Raises OSError.
    """
    before = len(writer._original_hash)
    changed = [
        (number, held)
        for number, held in enumerate(writer._objects, start=1)
        if held is not None and (number > before or held.hash_bin() != writer._original_hash[number - 1])
    ]
    previous = last_section(received)
    with path.open("wb") as file:
        file.write(received)
        if not received.endswith((b"\n", b"\r")):
            file.write(b"\n")
        return _written(writer, file, path, changed, last, {}, previous.packed, b"/Prev %d" % previous.offset)


def _written(
    writer: PdfWriter,
    file: IO[bytes],
    path: Path,
    objects: Sequence[tuple[int, PdfObject]],
    last: Collection[int],
    places: dict[int, _At],
    packed: bool,
    previous: bytes,
) -> Begun:
    """Writes the objects, those in ``last`` after all others, and what leads to them."""
    number = len(writer._objects) + 1
    common = [entry for entry in objects if entry[0] not in last]
    if packed:
        number = _write_objects(file, common, number, places)
    else:
        places.update(_write_each(file, common))
    own = tuple(number for number, _ in objects if number in last)
    begun = Begun(path, file.tell(), own, places, number, packed, previous)
    _finish(writer, file, begun)
    return begun


def _finish(writer: PdfWriter, file: IO[bytes], begun: Begun) -> None:
    """What follows the common beginning: the copy's own streams, and the cross-reference section of them all."""
    own = ((number, writer._objects[number - 1]) for number in begun.last)
    places = {**begun.places, **_write_each(file, ((number, held) for number, held in own if held is not None))}
    if begun.packed:
        _write_cross_references(writer, file, begun.number, places, begun.previous)
    else:
        _write_table(writer, file, places, begun.previous)


def _write_table(writer: PdfWriter, file: IO[bytes], places: dict[int, _At], previous: bytes) -> None:
    """A cross-reference table and the trailer; in a file that adds to none, numbers that are not used form its list of
    free ones (7.5.4)."""
    start = file.tell()
    file.write(b"xref\n")
    if previous:
        for first, count in _runs(sorted(places)):
            file.write(b"%d %d\n" % (first, count))
            file.writelines(b"%010d 00000 n \n" % places[number].where for number in range(first, first + count))
    else:
        free = [number for number in range(len(writer._objects) + 1) if number not in places]
        following = dict(zip(free, (*free[1:], 0), strict=True))
        rows = [
            b"%010d 00000 n \n" % places[number].where
            if number in places
            else b"%010d %05d f \n" % (following[number], 1 if number else 0xFFFF)
            for number in range(len(writer._objects) + 1)
        ]
        file.write(b"0 %d\n%s" % (len(rows), b"".join(rows)))
    entries = (b"/Size %d" % (len(writer._objects) + 1), *_trailer_entries(writer), previous)
    file.write(b"trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n" % (b"".join(entries), start))


def _write_each(file: IO[bytes], objects: Iterable[tuple[int, PdfObject]]) -> dict[int, _At]:
    """Writes each object by itself; where each stands."""
    places: dict[int, _At] = {}
    at = file.tell()
    for number, held in objects:
        places[number] = _At(1, at, 0)
        at += file.write(b"%d 0 obj\n%s\nendobj\n" % (number, object_bytes(held)))
    return places


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

"""Two written files compared byte by byte: which streams at their ends differ, and that nothing else does.

The copies of a set are one file up to the first stream that numbers a copy.  From there on both files must consist of
the same streams, each where the cross-reference section says it is, and of that section, which must lead to everything
else at the same place (ISO 32000-1, 7.3.8, 7.5).  Whatever is not of that form makes two files that have nothing to do
with one another.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np

_CHUNK: Final = 1 << 20
_MOST: Final = 1 << 26
"""Bytes of the ends that are looked at; a code takes half a thousand."""
_START: Final = re.compile(rb"startxref\n(\d+)\n%%EOF\n\Z")
_TABLE: Final = re.compile(
    rb"xref\n((?:\d+ \d+\n(?:\d{10} \d{5} [nf] \n)+)+)(trailer\n<<.*>>\nstartxref\n)\d+\n%%EOF\n", re.DOTALL
)
_ROW: Final = 19
"""Bytes of a row of the table, its line's end left out."""
_STREAM: Final = re.compile(
    rb"(\d+) 0 obj\n<</Type/XRef(/Size \d+)/Index\[([\d ]+)\]/W\[1 8 2\]/Filter/FlateDecode"
    rb"/DecodeParms<</Predictor 12/Columns 11>>/Length (\d+)([^\n]*)>>\nstream\n",
    re.DOTALL,
)
_AFTER_STREAM: Final = re.compile(rb"\nendstream\nendobj\nstartxref\n\d+\n%%EOF\n")
_OBJECT: Final = re.compile(rb"(\d+) 0 obj\n<</Length (\d+)\n([^\r]*?)>>\nstream\n")
_END: Final = b"\nendstream\nendobj\n"
_ID: Final = re.compile(rb"(/ID \[)(.*)<[0-9a-fA-F]{32}> \]", re.DOTALL)
_NAMED_ONCE: Final = re.compile(rb"<([0-9a-fA-F]{32})> ")


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream as it is written."""

    entries: bytes
    """Its dictionary, without /Length."""
    data: bytes

    def unpacked(self) -> bytes:
        """Raises ValueError, zlib.error where that is not plain or deflated data."""
        if b"/Filter" not in self.entries:
            return self.data
        if b"/Filter /FlateDecode\n" not in self.entries or b"/DecodeParms" in self.entries:
            raise ValueError("another filter than the stamp's")
        return zlib.decompress(self.data)


@dataclass(frozen=True, slots=True)
class Change:
    """The same stream in one copy and in another."""

    was: Stream
    now: Stream


@dataclass(frozen=True, slots=True)
class _Section:
    """The last cross-reference section."""

    start: int
    places: dict[int, int]
    """Where the objects stand."""
    rest: tuple[bytes, ...]
    """All else it says, but for what names the copy (/ID)."""


def changes(one: Path, other: Path) -> dict[int, Change] | None:
    """The streams in which ``other`` differs from ``one``, by the number of the object; None where anything else
    differs, too.  Raises OSError.
    """
    with one.open("rb") as first, other.open("rb") as second:
        try:
            return _changes(first, second)
        except (ValueError, zlib.error):
            return None


def _changes(first: IO[bytes], second: IO[bytes]) -> dict[int, Change]:
    was, now = _section(first), _section(second)
    differs = _first_difference(first, second)
    begin = max((at for at in was.places.values() if at <= differs), default=-1)
    if begin < 0 or differs >= was.start or was.rest != now.rest:
        raise ValueError("the files do not differ in streams alone")
    ends = _end(first, begin, was), _end(second, begin, now)
    if list(ends[0]) != list(ends[1]):
        raise ValueError("the files do not have the same streams")
    before = [{n: at for n, at in section.places.items() if n not in ends[0]} for section in (was, now)]
    if before[0] != before[1] or any(at >= begin for at in before[0].values()):
        raise ValueError("something else stands elsewhere")
    return {n: Change(ends[0][n], ends[1][n]) for n in ends[0] if ends[0][n] != ends[1][n]}


def _first_difference(first: IO[bytes], second: IO[bytes]) -> int:
    first.seek(0)
    second.seek(0)
    at = 0
    while True:
        one, two = first.read(_CHUNK), second.read(_CHUNK)
        if one != two:
            length = min(len(one), len(two))
            unlike = np.frombuffer(one, np.uint8, length) != np.frombuffer(two, np.uint8, length)
            return at + (int(unlike.argmax()) if unlike.any() else length)
        if not one:
            return at
        at += len(one)


def _end(file: IO[bytes], begin: int, section: _Section) -> dict[int, Stream]:
    """The streams from ``begin`` to the section, which fill that room and stand where it says."""
    if section.start - begin > _MOST:
        raise ValueError("too much differs")
    file.seek(begin)
    text = file.read(section.start - begin)
    found: dict[int, Stream] = {}
    at = 0
    while at < len(text):
        head = _OBJECT.match(text, at)
        if head is None:
            raise ValueError("something else than a stream")
        number, length = int(head[1]), int(head[2])
        end = head.end() + length
        if text[end : end + len(_END)] != _END or section.places.get(number) != begin + at or number in found:
            raise ValueError("a stream is not where it should be")
        found[number] = Stream(head[3], text[head.end() : end])
        at = end + len(_END)
    return found


def _section(file: IO[bytes]) -> _Section:
    size = file.seek(0, 2)
    file.seek(max(0, size - 64))
    said = _START.search(file.read())
    start = int(said[1]) if said else size
    if size - start > _MOST:
        raise ValueError("the cross-reference section is too long")
    file.seek(start)
    text = file.read()
    return _table(text, start) if text.startswith(b"xref\n") else _rows(text, start)


def _table(text: bytes, start: int) -> _Section:
    whole = _TABLE.fullmatch(text)
    if whole is None:
        raise ValueError("no cross-reference table")
    places: dict[int, int] = {}
    rest = [_without_id(whole[2])]
    number = 0
    for line in whole[1].splitlines():
        if len(line) != _ROW:
            number = int(line.split()[0])
            rest.append(line)
            continue
        if line.endswith(b"n "):
            places[number] = int(line[:10])
            line = line[10:]  # noqa: PLW2901  # the rest of the row
        rest.append(line)
        number += 1
    return _Section(start, places, tuple(rest))


def _rows(text: bytes, start: int) -> _Section:
    head = _STREAM.match(text)
    if head is None or not _AFTER_STREAM.fullmatch(text, head.end() + int(head[4])):
        raise ValueError("no cross-reference stream")
    rows = np.frombuffer(zlib.decompress(text[head.end() : head.end() + int(head[4])]), np.uint8).reshape(-1, 12)
    if (rows[:, 0] != 2).any():
        raise ValueError("another predictor")
    values = np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8)
    where = np.ascontiguousarray(values[:, 1:9]).view(">u8")[:, 0]
    index = iter(map(int, head[3].split()))
    numbers = [number for first, count in zip(index, index, strict=True) for number in range(first, first + count)]
    if len(numbers) != len(values):
        raise ValueError("rows are missing")
    there = values[:, 0] == 1
    places = {numbers[at]: int(where[at]) for at in np.flatnonzero(there)}
    if places.pop(int(head[1]), None) != start:
        raise ValueError("the section is not where it should be")
    rest = values.copy()
    rest[there, 1:9] = 0
    return _Section(start, places, (head[1], head[2], head[3], _without_id(head[5]), rest.tobytes()))


def _without_id(trailer: bytes) -> bytes:
    """The trailer without the half of /ID that names the copy; both halves do where the file came without one."""

    def blank(found: re.Match[bytes]) -> bytes:
        first = _NAMED_ONCE.fullmatch(found[2])
        return found[1] + (b"" if first and found[0].count(first[1]) == 2 else found[2]) + b"]"  # halves

    return _ID.sub(blank, trailer, count=1)

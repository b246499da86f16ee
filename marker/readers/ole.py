"""A reader of compound files (MS-CFB): just enough to tell what is inside and to take embedded documents out.

Old Word and Excel files, password-protected OOXML and OLE objects embedded in a DOCX all are compound files.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO, Final

from marker.errors import HoldError
from marker.model import HoldCode

MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_END: Final = 0xFFFFFFFA
"""Sector numbers from here on are marks (free, end of chain, FAT, DIFAT), not sectors."""
_MAX_SECTORS: Final = 1_000_000
_MAX_ENTRIES: Final = 20_000
_STREAM: Final = 2


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


class CompoundFile:
    """An open compound file. Streams are found by name wherever they stand; names are folded to lower case."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read header, FAT and directory. Raises HoldError(malformed)."""
        self._stream = stream
        stream.seek(0)
        header = stream.read(512)
        if len(header) < 512 or not header.startswith(MAGIC):
            raise _damaged()
        shift, mini_shift = struct.unpack_from("<HH", header, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise _damaged()
        self._sector = 1 << shift
        directory, self._cutoff, mini_fat, _, difat, difats = struct.unpack_from("<I4xIIIII", header, 48)
        fat_sectors = [s for s in struct.unpack_from("<109I", header, 76) if s < _END]
        for _ in range(min(difats, _MAX_SECTORS // 128)):
            if difat >= _END:
                break
            words = self._words(self._read_sector(difat))
            fat_sectors += [s for s in words[:-1] if s < _END]
            difat = words[-1]
        if len(fat_sectors) * (self._sector // 4) > _MAX_SECTORS * 4:
            raise _damaged()
        self._fat = [word for sector in fat_sectors for word in self._words(self._read_sector(sector))]
        raw = self._chain(directory, self._sector * _MAX_ENTRIES)
        self._entries = [entry for at in range(0, len(raw) - 127, 128) if (entry := _entry(raw[at : at + 128]))]
        root = next((entry for entry in self._entries if entry.kind == 5), None)
        self._mini_fat = self._words(self._chain(mini_fat, _MAX_SECTORS)) if mini_fat < _END else ()
        self._mini_start, self._mini_size = (root.start, root.size) if root else (_END, 0)

    def stream_names(self) -> set[str]:
        """Names of all streams, in lower case, without their storages."""
        return {entry.name for entry in self._entries if entry.kind == _STREAM}

    def read(self, stream_name: str, limit: int) -> bytes:
        """The bytes of a stream. Raises HoldError: malformed, or too-large beyond ``limit`` bytes."""
        entry = next((e for e in self._entries if e.kind == _STREAM and e.name == stream_name), None)
        if entry is None:
            raise _damaged()
        if entry.size > limit:
            raise HoldError(HoldCode.TOO_LARGE, "An embedded object is too large; ask for it as a file of its own.")
        if entry.size >= self._cutoff:
            data = self._chain(entry.start, entry.size)
        else:
            data = self._mini_chain(entry.start, entry.size)
        if len(data) < entry.size:
            raise _damaged()
        return data[: entry.size]

    def _read_sector(self, number: int) -> bytes:
        self._stream.seek((number + 1) * self._sector)
        data = self._stream.read(self._sector)
        if not data:
            raise _damaged()
        return data.ljust(self._sector, b"\0")

    def _chain(self, start: int, limit: int) -> bytes:
        parts: list[bytes] = []
        sector, seen = start, 0
        while sector < _END and seen * self._sector < limit:
            if sector >= len(self._fat) or seen > len(self._fat):
                raise _damaged()
            parts.append(self._read_sector(sector))
            sector, seen = self._fat[sector], seen + 1
        return b"".join(parts)

    def _mini_chain(self, start: int, size: int) -> bytes:
        holder = self._chain(self._mini_start, self._mini_size)
        parts: list[bytes] = []
        sector, seen = start, 0
        while sector < _END and seen * 64 < size:
            if sector >= len(self._mini_fat) or seen > len(self._mini_fat):
                raise _damaged()
            parts.append(holder[sector * 64 : sector * 64 + 64])
            sector, seen = self._mini_fat[sector], seen + 1
        return b"".join(parts)

    @staticmethod
    def _words(data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def native_file(stream: bytes) -> bytes | None:
    """The file a Packager object holds in its ``\x01Ole10Native`` stream; None when the stream is of another form.

    Its form: size, flags, then label, path, reserved words and temporary path of the file, each ended by a zero or
    preceded by its length, then the length of the data and the data.
    """
    try:
        label = stream.index(b"\0", 6) + 1
        path = stream.index(b"\0", label) + 1
        (temporary,) = struct.unpack_from("<I", stream, path + 4)
        at = path + 8 + temporary
        (size,) = struct.unpack_from("<I", stream, at)
    except (ValueError, struct.error):
        return None
    data = stream[at + 4 : at + 4 + size]
    return data if data and len(data) == size else None


def _entry(raw: bytes) -> _Entry | None:
    length, kind = struct.unpack_from("<HB", raw, 64)
    if kind == 0 or not 2 <= length <= 64:
        return None
    start, size = struct.unpack_from("<II", raw, 116)
    return _Entry(raw[: length - 2].decode("utf-16-le", "replace").lower(), kind, start, size)


def _damaged() -> HoldError:
    return HoldError(HoldCode.MALFORMED, "The compound file is damaged; ask the sender to send it again.")

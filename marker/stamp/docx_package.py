"""The sender's DOCX package, read as it is; changed and added parts are spliced into a copy of it.

Parts that do not change are copied as they lie in the ZIP file, compressed bytes and all: what the stamp does not
touch cannot be harmed by it.  The ZIP records are written here because :mod:`zipfile` cannot copy an entry without
unpacking it.
"""

from __future__ import annotations

import os
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final, Self
from urllib.parse import unquote

from marker.errors import HoldError
from marker.model import HoldCode
from marker.settings import Settings

CONTENT_TYPES: Final = "[Content_Types].xml"
ROOT_RELATIONSHIPS: Final = "_rels/.rels"

_OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_FLAG_ENCRYPTED, _FLAG_DESCRIPTOR, _FLAG_UTF8 = 0x1, 0x8, 0x800
_VERSION: Final = 20  # of the ZIP format: deflate, folders
_MADE_AT: Final = (1980, 1, 1, 0, 0, 0)  # the format's own zero; a stamp's time stands in the register, not here


class Package:
    """A DOCX file open for reading.  A context manager; the file is never written to.

    Raises HoldError: encrypted, unsupported (older Word format), malformed, too-large.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path = path
        with path.open("rb") as file:
            start = file.read(len(_OLE_MAGIC))
        size = path.stat().st_size
        if size > settings.max_file_bytes:
            raise _too_large(f"it has more than {settings.max_file_bytes} bytes")
        if start == _OLE_MAGIC:
            raise _old_or_encrypted(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            raise damaged("it is no complete ZIP file") from error
        try:
            self._entries = self._check_entries(size, settings)
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _check_entries(self, size: int, settings: Settings) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > settings.max_parts:
            raise _too_large(f"it has more than {settings.max_parts} parts")
        # zipfile never unpacks more of an entry than its declared size, so the declared sizes are the bomb's limit.
        if sum(info.file_size for info in infos) > settings.max_unpacked_bytes:
            raise _too_large(f"it unpacks to more than {settings.max_unpacked_bytes} bytes")
        if sum(info.compress_size for info in infos) > size:
            raise damaged("its entries overlap")
        entries: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            if info.flag_bits & _FLAG_ENCRYPTED:
                raise HoldError(
                    HoldCode.ENCRYPTED, "The DOCX file's parts are encrypted; ask the sender for it without password."
                )
            if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise damaged("it uses a compression that the format does not allow")
            if info.filename.lower() in entries:
                raise damaged("it has two parts of the same name")
            entries[info.filename.lower()] = info
        return entries

    def check_sums(self) -> None:
        """Unpack every part once and compare its check sum.  Raises HoldError(malformed)."""
        try:
            bad = self._zip.testzip()
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise damaged("one of its parts cannot be unpacked") from error
        if bad is not None:
            raise damaged("one of its parts does not match its check sum")

    def names(self) -> tuple[str, ...]:
        """The names of all parts as they stand in the file, in its order; folders are left out."""
        return tuple(info.filename for info in self._entries.values() if not info.is_dir())

    def find(self, part: str) -> str | None:
        """The part's name as it stands in the file, found without regard to case (ECMA-376 part 2); None if absent."""
        for name in (part, unquote(part)):
            info = self._entries.get(name.lower())
            if info is not None and not info.is_dir():
                return info.filename
        return None

    def read(self, part: str) -> bytes:
        """A part's content.  Raises HoldError(malformed) when it is not there or cannot be unpacked."""
        info = self._entries.get(part.lower())
        if info is None:
            raise damaged(f"its part {part} is missing")
        try:
            return self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise damaged(f"its part {part} cannot be unpacked") from error

    def splice(self, parts: Mapping[str, bytes], target: Path) -> None:
        """Write a copy to ``target`` (for the owner alone) in which ``parts`` replace or join the sender's."""
        new = {name: data for name, data in parts.items() if self.find(name) is None}
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out, self._path.open("rb") as source:
            writer = _ZipWriter(out)
            for info in self._entries.values():
                changed = parts.get(info.filename)
                if changed is None:
                    writer.copy(info, _raw_bytes(source, info))
                else:
                    writer.add(info.filename, changed, info.date_time)
            for name, data in new.items():
                writer.add(name, data, _MADE_AT)
            writer.finish()


class _ZipWriter:
    """Writes ZIP records without extras, descriptors or ZIP64: the package's limits keep every number below 2**32."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._directory: list[bytes] = []

    def copy(self, info: zipfile.ZipInfo, raw: bytes) -> None:
        flags = info.flag_bits & ~_FLAG_DESCRIPTOR
        name = info.orig_filename.encode("utf-8" if flags & _FLAG_UTF8 else "cp437")
        self._write(name, raw, flags, info.compress_type, info.date_time, info.CRC, info.file_size, info.external_attr)

    def add(self, part: str, data: bytes, made_at: tuple[int, int, int, int, int, int]) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        raw = packer.compress(data) + packer.flush()
        flags = 0 if part.isascii() else _FLAG_UTF8
        self._write(part.encode(), raw, flags, zipfile.ZIP_DEFLATED, made_at, zlib.crc32(data), len(data), 0)

    def _write(
        self,
        name: bytes,
        raw: bytes,
        flags: int,
        method: int,
        made_at: tuple[int, int, int, int, int, int],
        crc: int,
        size: int,
        attributes: int,
    ) -> None:
        year, month, day, hour, minute, second = made_at
        date = (year - 1980) << 9 | month << 5 | day
        time = hour << 11 | minute << 5 | second // 2
        offset = self._out.tell()
        common = (flags, method, time, date, crc, len(raw), size, len(name), 0)
        self._out.write(_LOCAL.pack(b"PK\x03\x04", _VERSION, *common) + name + raw)
        self._directory.append(
            _CENTRAL.pack(b"PK\x01\x02", _VERSION, _VERSION, *common, 0, 0, 0, attributes, offset) + name
        )

    def finish(self) -> None:
        start = self._out.tell()
        directory = b"".join(self._directory)
        count = len(self._directory)
        self._out.write(directory + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0))


def _raw_bytes(source: IO[bytes], info: zipfile.ZipInfo) -> bytes:
    source.seek(info.header_offset)
    header = source.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise damaged("one of its parts is not where its directory says")
    name_length, extra_length = _LOCAL.unpack(header)[-2:]
    source.seek(info.header_offset + _LOCAL.size + name_length + extra_length)
    raw = source.read(info.compress_size)
    if len(raw) < info.compress_size:
        raise damaged("one of its parts is cut off")
    return raw


def relationships_part(part: str) -> str:
    """Where the relationships of a part stand: ``word/_rels/document.xml.rels``."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def resolve_target(source_part: str, target: str) -> str:
    """The part a relationship's target names, seen from its source (``""`` is the package itself)."""
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(source_part), target))


def _too_large(why: str) -> HoldError:
    return HoldError(HoldCode.TOO_LARGE, f"The DOCX file is too large: {why}; raise that limit or split the file.")


def damaged(why: str) -> HoldError:
    """The error for a package that is not as the format says; ``why`` goes on after "The DOCX file is damaged"."""
    return HoldError(HoldCode.MALFORMED, f"The DOCX file is damaged: {why}; ask the sender for a sound file.")


def _old_or_encrypted(path: Path) -> HoldError:
    if _OLE_ENCRYPTED in path.read_bytes():
        return HoldError(
            HoldCode.ENCRYPTED, "The DOCX file is encrypted; open it with its password and save it without one."
        )
    return HoldError(
        HoldCode.UNSUPPORTED, "The file is in the older Word format; save it as DOCX and hand in the new file."
    )

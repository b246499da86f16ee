"""The raw OOXML package (ECMA-376 part 2): parts, content types, relationships; zip bombs are counted while unpacking.

Never an object model on top: what detection reads is what stands in the file, and reading changes nothing.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO, Final
from urllib.parse import unquote

from lxml import etree

from marker.errors import HoldError
from marker.model import HoldCode
from marker.readers.base import Purse, border
from marker.readers.xml import local_name, parse_xml

_CHUNK: Final = 1 << 20
_END_OF_DIRECTORY: Final = b"PK\x05\x06"
_BYTES_AN_ENTRY: Final = 400
"""A generous directory entry: 46 bytes and a long name."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """``kind`` is the last segment of the relationship's type (``header``), the same in Strict and Transitional."""

    id: str
    kind: str
    target: str
    external: bool


class Package:
    """An open package. Part names have no leading slash and are looked up without regard to case, as OPC asks."""

    def __init__(self, stream: BinaryIO, purse: Purse) -> None:
        """Read the directory. Raises HoldError: malformed, encrypted, too-large."""
        self._purse = purse
        _check_directory_size(stream, purse.limits.max_parts)
        with border("The package's directory"):
            self._zip = zipfile.ZipFile(stream)
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > purse.limits.max_parts:
            raise HoldError(
                HoldCode.TOO_LARGE,
                f"The package has more than {purse.limits.max_parts} parts; raise max_parts if the file is trusted.",
            )
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            if entry.flag_bits & 1:
                raise HoldError(HoldCode.ENCRYPTED, "The package is encrypted; ask for it without a password.")
            key = entry.filename.lstrip("/").lower()
            if key in self._entries:
                # Two programs may take two different ones: what is read would not be what is printed.
                raise HoldError(HoldCode.MALFORMED, "The package holds a part twice; ask the sender to save it again.")
            self._entries[key] = entry
        self._types: tuple[dict[str, str], dict[str, str]] | None = None
        self._relationships: dict[str, tuple[Relationship, ...]] = {}

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._entries

    def names(self) -> list[str]:
        """All part names, in lower case."""
        return list(self._entries)

    def read(self, part: str) -> bytes:
        """The bytes of a part, counted against the purse as they come. Raises HoldError: malformed, too-large."""
        entry = self._entries.get(part.lower())
        if entry is None:
            raise HoldError(HoldCode.MALFORMED, "The package lacks a part it refers to; ask the sender to repair it.")
        chunks: list[bytes] = []
        with border("A part of the package"), self._zip.open(entry) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                self._purse.unpack(len(chunk))
                chunks.append(chunk)
        return b"".join(chunks)

    def xml(self, part: str) -> etree._Element:
        """The root of an XML part. Raises HoldError: malformed, too-large."""
        return parse_xml(self.read(part), _public_name(part))

    def content_type(self, part: str) -> str:
        """The content type of a part, empty when none is declared. Raises HoldError(malformed)."""
        if self._types is None:
            defaults: dict[str, str] = {}
            overrides: dict[str, str] = {}
            for element in self.xml("[content_types].xml"):
                kind = element.get("ContentType", "")
                if local_name(element) == "Override":
                    overrides[element.get("PartName", "").lstrip("/").lower()] = kind
                elif local_name(element) == "Default":
                    defaults[element.get("Extension", "").lower()] = kind
            self._types = (defaults, overrides)
        defaults, overrides = self._types
        return overrides.get(part.lower(), defaults.get(part.lower().rpartition(".")[2], ""))

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """The relationships of a part, of the package itself for the empty name. Raises HoldError(malformed)."""
        if part not in self._relationships:
            folder, _, base = part.rpartition("/")
            holder = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
            found: list[Relationship] = []
            if holder in self:
                for element in self.xml(holder):
                    if local_name(element) == "Relationship":
                        found.append(_relationship(element, folder))
            self._relationships[part] = tuple(found)
        return self._relationships[part]

    def related(self, part: str, kind: str) -> list[str]:
        """Names of the internal parts that ``part`` relates to by ``kind`` and that are there."""
        return [r.target for r in self.relationships(part) if r.kind == kind and not r.external and r.target in self]

    def target(self, part: str, relationship_id: str | None) -> Relationship | None:
        """The relationship of that id."""
        return next((r for r in self.relationships(part) if r.id == relationship_id), None)

    def main_part(self) -> str:
        """The part the package is about. Raises HoldError(malformed) when there is none, or more than one."""
        parts = set(self.related("", "officeDocument"))
        if len(parts) != 1:
            raise HoldError(
                HoldCode.MALFORMED, "The package does not say which part is the document; ask the sender to repair it."
            )
        return parts.pop()


def _relationship(element: etree._Element, folder: str) -> Relationship:
    external = element.get("TargetMode", "") == "External"
    target = element.get("Target", "")
    if not external:
        path = unquote(target.partition("#")[0])
        target = posixpath.normpath(path if path.startswith("/") else posixpath.join("/", folder, path)).lstrip("/")
    return Relationship(element.get("Id", ""), element.get("Type", "").rpartition("/")[2], target, external)


def _public_name(part: str) -> str:
    """A part's name fit for messages: only the names the format itself gives."""
    base = part.rpartition("/")[2]
    known = part.startswith(("word/", "docProps/", "docprops/", "_rels/", "[", "docMetadata/"))
    return f"The part {part}" if known and base.isascii() and len(part) < 60 else "A part of the package"


def _check_directory_size(stream: BinaryIO, max_parts: int) -> None:
    """Refuse a directory of millions of entries before it is read into memory."""
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(max(0, size - 66_000))
    tail = stream.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    stream.seek(0)
    if at < 0 or len(tail) < at + 22:
        raise HoldError(HoldCode.MALFORMED, "The package has no directory: it was cut off; ask for it again.")
    entries, directory = struct.unpack_from("<HI", tail, at + 10)
    if entries == 0xFFFF or directory == 0xFFFFFFFF:
        directory = _directory_size_zip64(tail[:at], size)
    if directory > max_parts * _BYTES_AN_ENTRY:
        raise HoldError(
            HoldCode.TOO_LARGE, f"The package lists more than {max_parts} parts; raise max_parts if it is trusted."
        )


def _directory_size_zip64(tail: bytes, unknown: int) -> int:
    at = tail.rfind(b"PK\x06\x06")
    if at < 0 or len(tail) < at + 48:
        return unknown
    (directory,) = struct.unpack_from("<Q", tail, at + 40)
    return int(directory)

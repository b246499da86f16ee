"""Whether what a page draws stays within bounds, before pdfium draws it and has no memory left to say that it does not.

Two things make little into much: packed content, and drawings (form XObjects, ISO 32000-1, 8.10) that draw drawings.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from math import prod
from typing import Any, Final

from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, EncodedStreamObject, IndirectObject, StreamObject

from marker.errors import HoldError
from marker.model import HoldCode
from marker.readers.base import Purse, too_deep

_PLAIN_CONTENT: Final = 100_000
"""Bytes of a packed drawing that are let pass unlooked."""
_MUCH: Final = 104_000_000
"""Bytes. What cannot become more, by its packing, is not unpacked to be counted."""
_FLATE: Final = frozenset({"/FlateDecode", "/Fl"})
_MOST_FOLD: Final = {
    **dict.fromkeys(_FLATE, 1032), **dict.fromkeys(("/ASCIIHexDecode", "/AHx"), 1),
    **dict.fromkeys(("/ASCII85Decode", "/A85"), 4), **dict.fromkeys(("/RunLengthDecode", "/RL"), 64),
    **dict.fromkeys(("/LZWDecode", "/LZW"), 2731),
}  # fmt: skip
"""How many bytes a filter (ISO 32000-1, 7.4) makes of one at most: LZW 4096 of 12 bits."""
_IMAGES: Final = frozenset({"/DCTDecode", "/DCT", "/JPXDecode", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode"})
_DRAWS: Final = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do\b")
_ESCAPED: Final = re.compile(r"#([0-9A-Fa-f]{2})")


class ContentCheck:
    """Looks at the pages of one document; what several of them share is looked at once."""

    def __init__(self, purse: Purse) -> None:
        self._purse = purse
        self._drawn: dict[int, int] = {}
        """Object number of a drawing → how many drawings come of it."""
        self._under_way: list[int] = []

    def page(self, page: DictionaryObject) -> None:
        """Raise HoldError(too-large, malformed) for a page of which nobody can say what it draws."""
        contents = _resolved(page.get("/Contents"))
        for item in contents if isinstance(contents, ArrayObject) else [contents]:
            self._size(_resolved(item))
        resources = _inherited(page, "/Resources")
        drawings = {name: item for name, item in _drawings(resources) if _is_nested(item)}
        if drawings:
            streams = [_resolved(item) for item in (contents if isinstance(contents, ArrayObject) else [contents])]
            data = b"\n".join(self._data(stream) for stream in streams if isinstance(stream, StreamObject))
            self._bound(sum(self._count(drawings[name]) for name in _names(data) if name in drawings))
        annotations = _resolved(page.get("/Annots"))
        for annotation in annotations if isinstance(annotations, ArrayObject) else ():
            for item in _appearances(_resolved(annotation)):
                if _is_nested(item):
                    self._bound(self._count(item))

    def _count(self, item: Any) -> int:
        """How many drawings come of one, itself included."""
        key = item.idnum if isinstance(item, IndirectObject) else id(item)
        known = self._drawn.get(key)
        if known is not None:
            return known
        stream = _resolved(item)
        if not isinstance(stream, StreamObject):
            return 0
        if key in self._under_way:
            raise HoldError(
                HoldCode.MALFORMED, "A drawing of the PDF draws itself; ask the sender to send a sound file."
            )
        if len(self._under_way) >= self._purse.limits.max_depth:
            raise too_deep(self._purse.limits)
        self._under_way.append(key)
        self._size(stream)
        count = 1
        inner = dict(_drawings(_resolved(stream.get("/Resources"))))
        if inner:
            count += sum(self._count(inner[name]) for name in _names(self._data(stream)) if name in inner)
        self._under_way.pop()
        self._drawn[key] = count
        return count

    def _bound(self, count: int) -> None:
        limit = self._purse.limits.max_page_objects
        if count > limit:
            raise HoldError(
                HoldCode.TOO_LARGE,
                f"A page draws more than {limit} drawings, one in the other; ask for a scan, or raise max_page_objects "
                "if the file is trusted.",
            )

    def _data(self, stream: StreamObject) -> bytes:
        try:
            data: bytes = stream.get_data()
        except LimitReachedError:
            raise _too_large() from None
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  # what cannot be unpacked is not unpacked by pdfium either
            return b""
        return data

    def _size(self, stream: Any) -> None:
        """Count what content unpacks to, where that may be much."""
        if not isinstance(stream, EncodedStreamObject):
            return
        packed = stream._data  # the stream as it stands in the file; there is no public name for it
        filters = _resolved(stream.get("/Filter"))
        names = [str(f) for f in filters] if isinstance(filters, ArrayObject) else [str(filters)]
        if len(packed) * prod(_MOST_FOLD.get(name, _MUCH) for name in names) <= _MUCH:
            return
        if _FLATE.issuperset(names):
            data: bytes = packed if isinstance(packed, bytes) else packed.encode("latin-1")
            _count_unpacked(data, len(names), self._purse)
        elif not _IMAGES.intersection(names):  # an image is no content, and pypdf would decode it
            self._purse.unpack(len(self._data(stream)))


def _count_unpacked(data: bytes, layers: int, purse: Purse) -> None:
    chain = [zlib.decompressobj() for _ in range(layers)]
    for start in range(0, len(data), 4096):
        piece = data[start : start + 4096]
        for unpacker in chain:
            try:
                piece = unpacker.decompress(piece)
            except zlib.error:
                return  # what cannot be unpacked is not unpacked by pdfium either
        purse.unpack(len(piece))


def _too_large() -> HoldError:
    return HoldError(
        HoldCode.TOO_LARGE, "Content of the PDF unpacks to more than can be read; ask the sender for a smaller file."
    )


def _names(data: bytes) -> Iterator[str]:
    """Names of the drawings that content draws, as often as it does."""
    return (f"/{match.group(1).decode('latin-1')}" for match in _DRAWS.finditer(data))


def _drawings(resources: Any) -> Iterator[tuple[str, Any]]:
    """The form XObjects of a resource dictionary: name as content writes it, and reference."""
    known = _resolved(resources.get("/XObject")) if isinstance(resources, DictionaryObject) else None
    if not isinstance(known, DictionaryObject):
        return
    for name, item in _raw_items(known):
        stream = _resolved(item)
        if isinstance(stream, StreamObject) and stream.get("/Subtype") == "/Form":
            yield _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), str(name)), item


def _raw_items(known: DictionaryObject) -> Iterator[tuple[str, Any]]:
    return ((str(name), known.raw_get(name)) for name in known)


def _is_nested(item: Any) -> bool:
    """Whether a drawing may draw others, or unpack to much."""
    stream = _resolved(item)
    if not isinstance(stream, StreamObject):
        return False
    if len(getattr(stream, "_data", b"")) > _PLAIN_CONTENT:
        return True
    return any(True for _ in _drawings(_resolved(stream.get("/Resources"))))


def _appearances(annotation: Any) -> Iterator[Any]:
    """The streams by which an annotation is drawn (12.5.5)."""
    shown = _resolved(annotation.get("/AP")) if isinstance(annotation, DictionaryObject) else None
    if not isinstance(shown, DictionaryObject) or "/N" not in shown:
        return
    normal = shown.raw_get("/N")
    states = _resolved(normal)
    if isinstance(states, StreamObject):
        yield normal
    elif isinstance(states, DictionaryObject):
        yield from (item for _, item in _raw_items(states))


def _inherited(page: DictionaryObject, key: str) -> Any:
    node: Any = page
    for _ in range(50):  # deeper trees are none
        if not isinstance(node, DictionaryObject):
            return None
        found = _resolved(node.get(key))
        if found is not None:
            return found
        node = _resolved(node.get("/Parent"))
    return None


def _resolved(item: Any) -> Any:
    return item.get_object() if item is not None and hasattr(item, "get_object") else item

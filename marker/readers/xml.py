"""Hardened XML: no entities, no DTD, no network, bounded size and depth; Strict and Transitional OOXML read alike.

Strict OOXML (ISO/IEC 29500-1) differs from the Transitional form by its namespaces alone as far as text goes, so names
are looked up as ``prefix:local`` with one prefix for both namespaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from marker.canonical import hardened
from marker.errors import HoldError
from marker.model import HoldCode

MAX_XML_BYTES: Final = 100_000_000
"""One XML part; the tree of a larger one does not fit into a worker. A thousand pages of text are about 15 MB."""

_PREFIXES: Final = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": "wp",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "dgm",
    "http://purl.oclc.org/ooxml/drawingml/diagram": "dgm",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://purl.oclc.org/ooxml/drawingml/chart": "c",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
    "http://schemas.microsoft.com/office/drawing/2014/chartex": "cx",
    "http://schemas.microsoft.com/office/2006/activeX": "ax",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
}
_NAMESPACES: Final[dict[str, tuple[str, ...]]] = {
    prefix: tuple(uri for uri, other in _PREFIXES.items() if other == prefix) for prefix in set(_PREFIXES.values())
}
_KNOWN_NAMES: dict[str, str] = {}


def parse_xml(data: bytes, what: str) -> etree._Element:
    """The root element of ``data``. Raises HoldError(malformed, too-large); ``what`` names the part in the message."""
    if len(data) > MAX_XML_BYTES:
        raise HoldError(HoldCode.TOO_LARGE, f"{what} is larger than {MAX_XML_BYTES} bytes; ask the sender to split it.")
    return hardened(data, what)


def name(element: etree._Element) -> str:
    """``w:p`` for a known namespace, Strict or Transitional; ``?:local`` for any other, empty for no element."""
    tag: object = element.tag
    if not isinstance(tag, str):
        return ""
    known = _KNOWN_NAMES.get(tag)
    if known is not None:
        return known
    namespace, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    prefix = _PREFIXES.get(namespace)
    if prefix is None:
        return f"?:{local}"
    if len(_KNOWN_NAMES) < 5_000:  # a hostile file may invent names without end
        _KNOWN_NAMES[tag] = f"{prefix}:{local}"
    return f"{prefix}:{local}"


def attribute(element: etree._Element, qualified: str) -> str | None:
    """The attribute ``w:val``, whichever of its namespaces the file uses; unqualified names as they are."""
    prefix, colon, local = qualified.partition(":")
    if not colon:
        return element.get(qualified)
    for namespace in _NAMESPACES[prefix]:
        value = element.get(f"{{{namespace}}}{local}")
        if value is not None:
            return value
    return None


def child(element: etree._Element | None, qualified: str) -> etree._Element | None:
    """The first child of that name."""
    if element is None:
        return None
    return next((candidate for candidate in element if name(candidate) == qualified), None)


def value_of(element: etree._Element | None, qualified: str) -> str | None:
    """``w:val`` of the first child of that name."""
    found = child(element, qualified)
    return None if found is None else attribute(found, "w:val")


def descendants(element: etree._Element, qualified: str) -> Iterator[etree._Element]:
    """All elements of that name below ``element``, itself included, in document order."""
    prefix, _, local = qualified.partition(":")
    return element.iter(*(f"{{{namespace}}}{local}" for namespace in _NAMESPACES[prefix]))


def local_name(element: etree._Element) -> str:
    """The name without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""

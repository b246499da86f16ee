"""XMP metadata (ISO 16684-1) as names and texts; a packet that cannot be parsed is noted, never fatal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from marker.errors import HoldError
from marker.labels.xmp import binding_text
from marker.readers.base import Gathering
from marker.readers.labels import read_binding_text, read_properties
from marker.readers.xml import parse_xml

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_BINDING: Final = "{urn:nato:stanag:4778:bindinginformation:1:0:xmp#}bindingInformation"
_PDFX: Final = "{http://ns.adobe.com/pdfx/1.3/}"
_HOUSEKEEPING: Final = (
    "{http://ns.adobe.com/xap/1.0/mm/}",
    "{http://ns.adobe.com/xap/1.0/}",
    "{http://www.aiim.org/pdfa/ns/",
    "{http://www.aiim.org/pdfua/ns/",
    "{http://www.w3.org/XML/1998/namespace}",
    "{http://ns.adobe.com/photoshop/1.0/}",
)
_HEXED: Final = re.compile(r"\u2182([0-9A-Fa-f]{4})")
"""How the pdfx namespace writes letters that XML names may not have."""


def read_xmp(data: bytes, gathering: Gathering) -> None:
    """Add the properties and labels of an XMP packet. Raises HoldError(too-large)."""
    start = data.find(b"<")
    try:
        root = parse_xml(data[max(0, start) :].rstrip(b"\0 \r\n\t"), "The XMP metadata")
    except HoldError:
        gathering.note("its XMP metadata cannot be read")
        return
    read_properties(_properties(root, gathering), "xmp", gathering)


def _properties(root: etree._Element, gathering: Gathering) -> Iterator[tuple[str, str]]:
    for description in root.iter(f"{_RDF}Description"):
        for key, text in description.attrib.items():
            yield from _property(str(key), str(text), gathering)
        for element in description:
            if isinstance(element.tag, str):
                if element.tag == _BINDING:
                    read_binding_text(binding_text(element), "xmp", gathering)
                    continue
                texts = (str(text).strip() for text in element.itertext())
                yield from _property(element.tag, " ".join(text for text in texts if text), gathering)


def _property(key: str, text: str, gathering: Gathering) -> Iterator[tuple[str, str]]:
    if key == _BINDING:
        read_binding_text(text, "xmp", gathering)
    elif not key.startswith((_RDF, *_HOUSEKEEPING)):
        local = key.rpartition("}")[2]
        if key.startswith(_PDFX):
            local = _HEXED.sub(lambda match: chr(int(match[1], 16)), local)
        yield local, text

"""A binding in an XMP packet (ISO 16684-1; STANAG 4778, profile xmp 1.1): found, and put in beside all that is there.

A packet is extended, never made anew: its properties, namespaces and descriptions stay.  The property is described in a
PDF/A extension schema (ISO 19005-1 and -2, 6.7.8 and 6.6.2.3), because PDF/A allows no property that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from lxml import etree

from marker.canonical import canonical
from marker.labels.terms import MBXMP

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META: Final = "adobe:ns:meta/"
_EXTENSION: Final = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA: Final = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY: Final = "http://www.aiim.org/pdfa/ns/property#"
_BINDING: Final = f"{{{MBXMP}}}bindingInformation"
_DESCRIPTION: Final = f"{{{_RDF}}}Description"
_LI: Final = f"{{{_RDF}}}li"
_BEGIN: Final = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'.encode()
_END: Final = b'\n<?xpacket end="w"?>'


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet with a binding in it.  ``whole`` is False when something of the old packet could not be taken over."""

    data: bytes
    whole: bool


def bindings_in(packet: bytes) -> list[str]:
    """The text of every binding property of a packet, as it stands; empty when the packet is no XML."""
    root = _parse(packet)
    return [] if root is None else [text for text, _remove in _found(root)]


def binding_text(element: etree._Element) -> str:
    """The XML in a binding property: its text, or, where a writer put the elements themselves there, those."""
    inner = [child for child in element if isinstance(child.tag, str)]
    if len(inner) == 1 and not (element.text or "").strip():
        return etree.tostring(inner[0], encoding="unicode", with_tail=False)
    return "".join(str(piece) for piece in element.itertext())


def extend(packet: bytes, bind: Callable[[list[str]], tuple[bytes, bool]]) -> Packet:
    """The packet with the binding that ``bind`` makes of those it has (their texts; see :func:`bindings_in`).

    ``bind`` also says whether it could take all of them over.  A packet that is no XML gives way to a new one.
    """
    root = _parse(packet)
    if root is not None:
        found = _with(root, bind)
        # What can be parsed cannot always be written: libxml2 leaves an ampersand in a namespace name as it is.
        if _parse(found.data) is not None:
            return found
    fresh = _with(etree.Element(f"{{{_META}}}xmpmeta", nsmap={"x": _META}), bind)
    return Packet(fresh.data, whole=not packet.strip(b"\0 \r\n\t"))


def _with(root: etree._Element, bind: Callable[[list[str]], tuple[bytes, bool]]) -> Packet:
    rdf = _rdf(root)
    about = next((d.get(f"{{{_RDF}}}about") or "" for d in rdf.iterchildren(_DESCRIPTION)), "")
    old = list(_found(rdf))
    binding, whole = bind([text for text, _remove in old])
    for _text, remove in old:
        remove()
    names = {"rdf": _RDF, "mbxmp": MBXMP}
    description = etree.SubElement(rdf, _DESCRIPTION, {f"{{{_RDF}}}about": about}, nsmap=names)
    etree.SubElement(description, _BINDING).text = binding.decode("utf-8")
    _describe(rdf, about)
    return Packet(_BEGIN + canonical(root) + _END, whole)


def _parse(packet: bytes) -> etree._Element | None:
    """The root of a packet that has, or can have, an ``rdf:RDF``; None for anything else."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    data = packet
    if b"\0" not in packet[:64]:  # not UTF-16: what stands before and after the XML is litter
        data = packet[max(0, packet.find(b"<")) : packet.rfind(b">") + 1]
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        return None
    if root.tag == f"{{{_META}}}xmpmeta" or next(root.iter(f"{{{_RDF}}}RDF"), None) is not None:
        return root
    return None


def _rdf(root: etree._Element) -> etree._Element:
    found = next(root.iter(f"{{{_RDF}}}RDF"), None)
    return etree.SubElement(root, f"{{{_RDF}}}RDF", nsmap={"rdf": _RDF}) if found is None else found


def _found(root: etree._Element) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each binding and how to take it out: a property may be an element or, in short form, an attribute."""
    for description in list(root.iter(_DESCRIPTION)):
        short = description.get(_BINDING)
        if short is not None:
            yield short, partial(description.attrib.pop, _BINDING)
        for element in list(description.iterchildren(_BINDING)):
            yield binding_text(element), partial(description.remove, element)


def _describe(rdf: etree._Element, about: str) -> None:
    """Add the extension schema of the property to those the packet has, unless it has it."""
    if any((uri.text or "").strip() == MBXMP for uri in rdf.iter(f"{{{_SCHEMA}}}namespaceURI")):
        return
    bag = rdf.find(f".//{{{_EXTENSION}}}schemas/{{{_RDF}}}Bag")
    if bag is None:
        names = {"rdf": _RDF, "pdfaExtension": _EXTENSION, "pdfaSchema": _SCHEMA, "pdfaProperty": _PROPERTY}
        description = etree.SubElement(rdf, _DESCRIPTION, {f"{{{_RDF}}}about": about}, nsmap=names)
        bag = etree.SubElement(etree.SubElement(description, f"{{{_EXTENSION}}}schemas"), f"{{{_RDF}}}Bag")
    schema = _resource(bag, {"pdfaSchema": _SCHEMA, "pdfaProperty": _PROPERTY})
    _texts(schema, _SCHEMA, schema="STANAG 4778 binding information", namespaceURI=MBXMP, prefix="mbxmp")
    sequence = etree.SubElement(etree.SubElement(schema, f"{{{_SCHEMA}}}property"), f"{{{_RDF}}}Seq")
    _texts(
        _resource(sequence, None),
        _PROPERTY,
        name="bindingInformation",
        valueType="Text",
        category="external",
        description="Confidentiality labels (STANAG 4774) bound to this file, as XML",
    )


def _resource(parent: etree._Element, names: dict[str, str] | None) -> etree._Element:
    return etree.SubElement(parent, _LI, {f"{{{_RDF}}}parseType": "Resource"}, nsmap=names)


def _texts(parent: etree._Element, namespace: str, **texts: str) -> None:
    for name, text in texts.items():
        etree.SubElement(parent, f"{{{namespace}}}{name}").text = text

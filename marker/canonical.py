"""XML of small standard files (labels, bindings, policies), and how all XML is parsed: hardened; written canonical.

Nobody vouches for what is parsed here, so nothing is fetched, no entity is expanded, no document type is accepted, and
size, depth and number of elements are bounded.  What is written is Canonical XML 1.0: one form a tree, in UTF-8, so
that the same input gives the same bytes and a digest of it can be taken anywhere.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from marker.errors import HoldError
from marker.model import HoldCode

MAX_BYTES: Final = 1_000_000
"""A label is a few kilobytes; a binding of a large document with all its parts some dozens."""
MAX_DEPTH: Final = 40
MAX_ELEMENTS: Final = 20_000


def parse(data: bytes, what: str, *, max_bytes: int = MAX_BYTES) -> etree._Element:
    """The root element of ``data``, comments and processing instructions left out.

    ``what`` names the XML in the message ("The label in the XMP metadata").  Raises HoldError: malformed (no XML, or a
    document type, which no label needs), too-large (bytes, depth, elements).
    """
    if len(data) > max_bytes:
        raise _too_large(what, f"{max_bytes} bytes")
    root = hardened(data, what)
    measure(root, what)
    return root


def hardened(data: bytes, what: str) -> etree._Element:
    """The root element of ``data``, whose size the caller bounds; see :func:`parse`.  Raises HoldError(malformed)."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise HoldError(HoldCode.MALFORMED, f"{what} is no sound XML; ask the sender to send it again.") from error
    if root is None:
        raise HoldError(HoldCode.MALFORMED, f"{what} holds no XML; ask the sender to send it again.")
    if root.getroottree().docinfo.internalDTD is not None:
        raise HoldError(HoldCode.MALFORMED, f"{what} declares a document type, as attacks do; ask the sender.")
    return root


def measure(root: etree._Element, what: str) -> None:
    """Raise HoldError(too-large) for a tree that is deeper or has more elements than any label."""
    depth = count = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        count += 1
        if depth > MAX_DEPTH:
            raise _too_large(what, f"{MAX_DEPTH} levels of elements")
        if count > MAX_ELEMENTS:
            raise _too_large(what, f"{MAX_ELEMENTS} elements")


def canonical(root: etree._Element) -> bytes:
    """Canonical XML 1.0 of a tree, UTF-8, without declaration: the same tree always gives the same bytes.

    A tree that has no canonical form (a sender's, with a relative namespace name) is written as it stands.
    """
    try:
        return bytes(etree.tostring(root, method="c14n"))
    except etree.C14NError:
        return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=False, with_tail=False))


def local(element: etree._Element) -> str:
    """The name without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text_of(element: etree._Element | None) -> str:
    """All text of an element, blanks collapsed as ``xs:token`` has them; empty where there is none."""
    return "" if element is None else " ".join("".join(str(text) for text in element.itertext()).split())


def _too_large(what: str, limit: str) -> HoldError:
    return HoldError(HoldCode.TOO_LARGE, f"{what} has more than {limit}, which no label needs; ask the sender.")

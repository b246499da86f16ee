"""The label of a stamped PDF: a STANAG 4778 binding in its XMP metadata, beside all that stands there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from lxml import etree
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject

from marker.agreement.profile import Profile
from marker.canonical import canonical
from marker.errors import HoldError
from marker.labels.carry import Labeller, rebound
from marker.labels.read import is_binding, parse_binding
from marker.labels.terms import LabelTerms
from marker.labels.write import Reference
from marker.labels.xmp import bindings_in, extend
from marker.model import CopyOrder, HoldCode
from marker.settings import Settings
from marker.stamp.pdf_values import value

_RECEIVED = "/MARKER_Received"
"""Key of the metadata stream under which a packet stays that could not be taken over whole (ISO 32000-1, annex E)."""


def label_pdf(writer: PdfWriter, order: CopyOrder, profile: Profile, settings: Settings) -> bytes:
    """Put the label into the document's XMP; the sidecar if the order asks for one, else nothing.

    Raises UsageError for label settings that the standard does not know, HoldError(stamp-failed) for a wrong date.
    """
    labeller = Labeller(order, profile, LabelTerms.from_settings(settings))
    packet = _extended(writer, lambda texts: labeller.binding_of_texts([Reference("")], texts))
    return labeller.sidecar(_received(bindings_in(packet)))


def label_pages(path: Path, bindings: Sequence[bytes], properties: Sequence[tuple[str, str]] = ()) -> None:
    """Put the labels of a Word file into the PDF file at ``path`` that was made of it, as its sender's: bindings into
    its XMP, ``properties`` of other systems by name into its document information, where these systems keep them.

    Raises HoldError(stamp-failed) when the file cannot be changed; a label that is none: malformed.
    """
    received = rebound([parse_binding(xml, "The received label") for xml in bindings]) if bindings else None
    try:
        writer = PdfWriter(clone_from=path)
        if received is not None:
            _extended(writer, lambda _texts: (canonical(received), True))
        writer.add_metadata({f"/{name}": text for name, text in properties})
        writer.write(path)
    except Exception as error:  # the border: pypdf meets a file that LibreOffice wrote
        raise HoldError(
            HoldCode.STAMP_FAILED,
            f"The label of the Word file could not be put into its pages ({type(error).__name__}); stamp it without "
            "--as pdf.",
        ) from error


def _extended(writer: PdfWriter, bind: Callable[[list[str]], tuple[bytes, bool]]) -> bytes:
    """Put the binding that ``bind`` makes into the document's XMP; the packet as it was."""
    old = value(writer.root_object, "/Metadata")
    packet = old.get_data() if isinstance(old, StreamObject) else b""
    extended = extend(packet, bind)
    metadata = StreamObject()
    metadata.set_data(extended.data)  # as it is: PDF/A-1 allows no filter here (ISO 19005-1, 6.7.2)
    metadata[NameObject("/Type")] = NameObject("/Metadata")
    metadata[NameObject("/Subtype")] = NameObject("/XML")
    if not extended.whole:
        metadata[NameObject(_RECEIVED)] = writer._add_object(old)
    writer.root_object[NameObject("/Metadata")] = writer._add_object(metadata)
    return packet


def _received(texts: Sequence[str]) -> list[etree._Element]:
    found: list[etree._Element] = []
    for text in texts:
        try:
            root = parse_binding(text.strip().encode("utf-8", "replace"), "The received label")
        except HoldError:
            continue
        found += [root] if is_binding(root) else []
    return found

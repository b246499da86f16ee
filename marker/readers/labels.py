"""Labels of other systems, read as evidence and never trusted to lower a level (see docs on labels).

Microsoft sensitivity labels, Boldon James, Titus, the business authorisation scheme (``urn:bails``), and STANAG 4774
labels bound as STANAG 4778 says, in a custom XML part or in XMP.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from lxml import etree

from marker.canonical import canonical
from marker.errors import HoldError
from marker.labels.read import parse_binding, seen
from marker.labels.read import read_binding as read_labels
from marker.model import LabelSeen, Place, Reading, Source, Span
from marker.readers.base import Gathering, Purse, ReaderLimits
from marker.readers.xml import local_name

UNREAD: Final = "a confidentiality label (STANAG 4778)"
"""What a binding that cannot be parsed is called among what was left unread."""
_MICROSOFT: Final = re.compile(r"MSIP_Label_(?P<guid>[0-9A-Fa-f-]{36})_(?P<field>\w+)")
_NAMED: Final = frozenset(
    {
        "sensitivity",
        "bjdocumentsecuritylabel",
        "classificationcontentmarkingheadertext",
        "classificationcontentmarkingfootertext",
        "classificationwatermarktext",
    }
)


def read_properties(properties: Iterable[tuple[str, str]], flow: str, gathering: Gathering) -> None:
    """Add document properties (name, text): labels as such, the others as properties."""
    known = list(properties)
    switched_off = {
        match["guid"].lower()
        for key, text in known
        if (match := _MICROSOFT.fullmatch(key)) and match["field"] == "Enabled" and text.strip().lower() == "false"
    }
    for key, text in known:
        microsoft = _MICROSOFT.fullmatch(key)
        if microsoft is not None:
            if microsoft["field"] == "Name" and microsoft["guid"].lower() not in switched_off:
                _add(text, f"{flow}#{key}", gathering)
        elif is_label(key):
            _add(text, f"{flow}#{key[:80]}", gathering)
        else:
            gathering.add(Span(text, Source.PROPERTY, Place.PROPERTY, flow))


def _add(text: str, flow: str, gathering: Gathering) -> None:
    gathering.add(Span(text, Source.LABEL, Place.LABEL, flow))
    if text.strip():
        gathering.labels.append(LabelSeen("property", "", "", " ".join(text.split()), flow))


def is_label(key: str) -> bool:
    """Whether a property of that name is a label of a system known to write one."""
    lowered = key.lower()
    return lowered in _NAMED or lowered.endswith("classification") or lowered.startswith("urn:bails:")


def read_label_info(root: etree._Element, gathering: Gathering) -> None:
    """``docMetadata/LabelInfo.xml``: names a Microsoft sensitivity label by its id alone."""
    for label in root.iter():
        if local_name(label) == "label" and label.get("removed") != "1" and label.get("enabled", "1") != "0":
            gathering.note("carries a Microsoft sensitivity label, known by its number only")


def read_binding(root: etree._Element, flow: str, gathering: Gathering) -> None:
    """Add each STANAG 4774 label of a binding, for the judge and as text (policy and classifications, a line each), and
    the copies of ours it names.  Raises HoldError(too-large).
    """
    binding = read_labels(root)
    xml = canonical(root)
    gathering.purse.unpack(len(xml))
    gathering.bindings.append((flow, xml))
    for number, label in enumerate(binding.labels, start=1):
        place = f"{flow}#{label.kind}[{number}]"
        gathering.add(Span(label.text, Source.LABEL, Place.LABEL, place))
        gathering.labels += seen(label, place)
    gathering.labelled += binding.copies
    for element in root.iter():
        # Labels written before ours had a namespace of its own, and other systems', may name a copy anywhere.
        for text in (element.text or "", *(str(value) for value in element.attrib.values())):
            gathering.trace(text)
    if not binding.labels:
        gathering.note("holds a STANAG 4778 binding without a confidentiality label")
    if binding.faults or any(label.faults for label in binding.labels):
        gathering.note("its STANAG 4774 label is not as the standard says; 'marker label show' tells where")


def read_binding_text(xml: str, flow: str, gathering: Gathering) -> None:
    """The same from the text of an XMP property.  One that cannot be parsed is left unread: it may say anything."""
    _read_data(xml.strip().encode("utf-8", "replace"), flow, gathering)


def _read_data(data: bytes, flow: str, gathering: Gathering) -> None:
    try:
        root = parse_binding(data, "The label")
    except HoldError:
        gathering.leave_unread(UNREAD)
        return
    read_binding(root, flow, gathering)


def with_label_file(reading: Reading, data: bytes) -> Reading:
    """The reading with what a label file beside the document says (``letter.pdf.bdo``), evidence like any label.

    Copy numbers in it are not taken over: whoever put it there does not say what the document is.  Raises
    HoldError(too-large).
    """
    gathering = Gathering(Purse(ReaderLimits()), 0, lambda _data, _gathering: None)
    _read_data(data, "the label file beside it", gathering)
    return replace(
        reading,
        spans=(*reading.spans, *gathering.spans),
        labels=(*reading.labels, *gathering.labels),
        bindings=(*reading.bindings, *gathering.bindings),
        attachments_unread=(*reading.attachments_unread, *gathering.unread),
        notes=(*reading.notes, *gathering.notes),
    )

"""Labels of other systems, read as evidence and never trusted to lower a level (see docs on labels).

Microsoft sensitivity labels, Boldon James, Titus, the business authorisation scheme (``urn:bails``), and STANAG 4774
labels bound as STANAG 4778 says, in a custom XML part or in XMP.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from lxml import etree

from marker.errors import HoldError
from marker.model import Place, Source, Span
from marker.readers.base import Gathering
from marker.readers.xml import local_name, parse_xml

BINDING_NAMESPACE: Final = "urn:nato:stanag:4778:bindinginformation:1:0"
_LABEL_NAMESPACE: Final = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
_LABELS: Final = ("originatorConfidentialityLabel", "alternativeConfidentialityLabel")
_MICROSOFT: Final = re.compile(r"MSIP_Label_(?P<guid>[0-9A-Fa-f-]{36})_(?P<field>\w+)")
_NAMED: Final = frozenset({
    "sensitivity", "bjdocumentsecuritylabel", "classificationcontentmarkingheadertext",
    "classificationcontentmarkingfootertext", "classificationwatermarktext",
})


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
                gathering.add(Span(text, Source.LABEL, Place.LABEL, f"{flow}#{key}"))
        elif is_label(key):
            gathering.add(Span(text, Source.LABEL, Place.LABEL, f"{flow}#{key[:80]}"))
        else:
            gathering.add(Span(text, Source.PROPERTY, Place.PROPERTY, flow))


def is_label(key: str) -> bool:
    """Whether a property of that name is a label of a system known to write one."""
    lowered = key.lower()
    return lowered in _NAMED or lowered.endswith("classification") or lowered.startswith("urn:bails:")


def read_label_info(root: etree._Element, gathering: Gathering) -> None:
    """``docMetadata/LabelInfo.xml``: names a Microsoft sensitivity label by its id alone."""
    for label in root.iter():
        if local_name(label) == "label" and label.get("removed") != "1" and label.get("enabled", "1") != "0":
            gathering.note("carries a Microsoft sensitivity label, known by its number only")


def is_binding(root: etree._Element) -> bool:
    """Whether an XML part is a STANAG 4778 binding. It is found by its root, not by its name."""
    return root.tag == f"{{{BINDING_NAMESPACE}}}BindingInformation"


def read_binding(root: etree._Element, flow: str, gathering: Gathering) -> None:
    """Add each STANAG 4774 label of a binding: policy and classification on a line each, then what else it says."""
    bound = False
    for element in root.iter():
        if element.tag not in {f"{{{_LABEL_NAMESPACE}}}{kind}" for kind in _LABELS}:
            continue
        bound = True
        said = _sayings(element)
        lines = [said[key] for key in ("PolicyIdentifier", "Classification", "PrivacyMark") if said.get(key)]
        gathering.add(Span("\n".join(lines), Source.LABEL, Place.LABEL, f"{flow}#{local_name(element)}"))
    for element in root.iter():
        # Copy numbers of ours ride in a Metadata of their own; every text of the binding is looked through for them.
        texts = [element.text or "", *(str(value) for value in element.attrib.values())]
        if not (isinstance(element.tag, str) and element.tag.startswith(f"{{{_LABEL_NAMESPACE}}}")):
            for text in texts:
                gathering.trace(text)
    if not bound:
        gathering.note("holds a STANAG 4778 binding without a confidentiality label")


def read_binding_text(xml: str, flow: str, gathering: Gathering) -> None:
    """The same from the text of an XMP property; a binding that cannot be parsed is noted."""
    try:
        root = parse_xml(xml.strip().encode("utf-8"), "The binding in the XMP metadata")
    except HoldError:
        gathering.note("holds a STANAG 4778 binding that cannot be read")
        return
    read_binding(root, flow, gathering)


def _sayings(label: etree._Element) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for element in label.iter():
        text = (element.text or "").strip()
        if text:
            found.setdefault(local_name(element), text)
    return found

"""The label of a stamped DOCX: a STANAG 4778 binding in a custom XML part (profile ooxml 1.2).

A package has one such part.  Where the sender's has it, our container is added to it; what stands there stays.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from urllib.parse import quote

from lxml import etree

from marker.agreement.profile import Profile
from marker.canonical import canonical
from marker.errors import HoldError
from marker.labels.carry import Labeller
from marker.labels.read import is_binding, own_binding
from marker.labels.terms import MB, LabelTerms
from marker.labels.write import Reference
from marker.model import CopyOrder, HoldCode
from marker.settings import Settings
from marker.stamp.docx_draft import Draft

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_BOUND = frozenset(
    f"{_WORD}{kind}+xml"
    for kind in (
        "styles", "header", "footer", "footnotes", "endnotes", "comments", "commentsextended",
    )
) | {
    "application/vnd.openxmlformats-package.core-properties+xml",
    "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "application/vnd.openxmlformats-officedocument.custom-properties+xml",
}  # fmt: skip
"""Content types, in lower case, of the parts a whole-document binding refers to; pictures come to them."""
_PROPERTIES_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
_PROPERTIES = {
    False: "http://schemas.openxmlformats.org/officeDocument/2006/customXml",
    True: "http://purl.oclc.org/ooxml/officeDocument/customXml",
}


def label_docx(draft: Draft, order: CopyOrder, profile: Profile, settings: Settings) -> bytes:
    """Add the label to the copy, last of all; the sidecar if the order asks for one, else nothing.

    Raises UsageError for label settings that the standard does not know, HoldError(stamp-failed) for a wrong date.
    """
    labeller = Labeller(order, profile, LabelTerms.from_settings(settings))
    references = list(_references(draft))
    part = _received(draft)
    if part is None:
        _add(draft, canonical(labeller.binding(references, [])), order.copy_number)
        return labeller.sidecar([])
    root = draft.root(part)
    received = [root]
    sidecar = labeller.sidecar(received)
    containers = [child for child in root if child.tag == f"{{{MB}}}MetadataBindingContainer"]
    ours = labeller.container(references, received)
    if containers:
        tail, containers[-1].tail = containers[-1].tail, ""
        containers[-1].addnext(ours)
        containers[-1].tail, ours.tail = tail, ""
    else:
        root.append(ours)
    draft.touch(part)
    return sidecar


def label_again(draft: Draft, order: CopyOrder, was: str, profile: Profile, settings: Settings) -> bytes:
    """Put the label of ``order`` in the place of that of the copy ``was``; the sidecar if the order asks for one.

    Raises as :func:`label_docx`; HoldError(stamp-failed) where the draft does not carry that label.
    """
    part = _received(draft)
    containers = [] if part is None else list(draft.root(part).iterchildren(f"{{{MB}}}MetadataBindingContainer"))
    ours = next((one for one in containers if own_binding(one, was) is not None), None)
    if part is None or ours is None:
        raise HoldError(
            HoldCode.STAMP_FAILED,
            f"No further copy can be made from this copy: it does not carry the label of {was}; name the received file "
            "with --from.",
        )
    labeller = Labeller(order, profile, LabelTerms.from_settings(settings))
    references = list(_references(draft))
    root = draft.root(part)
    if len(containers) > 1:
        place, tail, ours.tail = root.index(ours), ours.tail, ""
        root.remove(ours)
        fresh = labeller.container(references, [root])
        fresh.tail = tail
        root.insert(place, fresh)
        draft.touch(part)
        return labeller.sidecar([root])
    draft.replace(part, canonical(labeller.binding(references, [])))
    for name in draft.related_to(part, "customXmlProps"):
        old, new = (_identity(number).encode() for number in (was, order.copy_number))
        draft.replace(name, draft.data(name).replace(old, new))
    return labeller.sidecar([])


def _received(draft: Draft) -> str | None:
    """The sender's own binding part, known by its root."""
    for part in draft.all_related("customXml"):
        try:
            if is_binding(draft.root(part)):
                return part
        except HoldError:
            continue  # some other program's data
    return None


def _references(draft: Draft) -> Iterator[Reference]:
    for part in sorted(draft.names()):
        content_type = draft.content_type(part) or ""
        if content_type in _BOUND or part == draft.main:
            yield Reference(f"pack:///{quote(part)}")
        elif content_type.startswith("image/"):
            yield Reference(f"pack:///{quote(part)}", content_type)


def _add(draft: Draft, data: bytes, copy_number: str) -> None:
    part = draft.add("item", "xml", data, "application/xml", folder="customXml")
    namespace = _PROPERTIES[draft.dialect.strict]
    item = etree.Element(f"{{{namespace}}}datastoreItem", nsmap={"ds": namespace})
    item.set(f"{{{namespace}}}itemID", _identity(copy_number))
    schemas = etree.SubElement(item, f"{{{namespace}}}schemaRefs")
    etree.SubElement(schemas, f"{{{namespace}}}schemaRef").set(f"{{{namespace}}}uri", MB)
    properties = draft.add("itemProps", "xml", canonical(item), _PROPERTIES_TYPE, folder="customXml")
    draft.relate(draft.main, "customXml", part)
    draft.relate(part, "customXmlProps", properties)


def _identity(copy_number: str) -> str:
    """Of the copy number, so that the same order gives the same bytes."""
    return f"{{{str(uuid.uuid5(uuid.NAMESPACE_URL, f'urn:marker:copy:{copy_number}')).upper()}}}"

"""Bindings and labels as others wrote them: everything they say, and what is wrong with how they say it.

A label may be hostile: nested, doubled, contradictory, in no order.  So every label is read wherever it stands, every
classification in it counts (the judge takes the highest), and what the standards do not allow is listed as a fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from marker.canonical import canonical, local, measure, parse, text_of
from marker.labels.terms import ALTERNATIVE, KINDS, MB, ORIGINATOR, OURS, SLAB
from marker.model import LabelledCopy, LabelSeen
from marker.numbering import parse_copy_number

_LONGEST: Final = 1_000
"""Letters of a policy or classification that are kept; names of levels have dozens."""
_INFORMATION: Final = ("PolicyIdentifier", "Classification", "PrivacyMark", "Category")
_LABEL: Final = ("ConfidentialityInformation", "OriginatorID", "CreationDateTime", "SuccessionHandling")
_TYPES: Final = ("RESTRICTIVE", "PERMISSIVE", "INFORMATIVE")


@dataclass(frozen=True, slots=True)
class Label:
    """One STANAG 4774 label.  ``kind`` is originator, alternative or metadata."""

    kind: str
    policy: str
    policy_uri: str
    classifications: tuple[str, ...]
    """One, unless the label contradicts itself."""
    privacy_marks: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """``Releasable To: XAA, XBB (PERMISSIVE)``."""
    originator: str = ""
    created: str = ""
    review: str = ""
    faults: tuple[str, ...] = ()
    """How it departs from the standard: the place and what is wrong, never its words."""

    @property
    def text(self) -> str:
        """Policy, classification and privacy marks, a line each: what is looked through for markings."""
        return "\n".join(filter(None, (self.policy, *self.classifications, *self.privacy_marks)))


@dataclass(frozen=True, slots=True)
class Binding:
    """A STANAG 4778 binding: its labels and our own numbers, in document order."""

    labels: tuple[Label, ...] = ()
    copies: tuple[LabelledCopy, ...] = ()
    """Copy numbers with valid check characters, and the register numbers they stand under."""
    faults: tuple[str, ...] = ()
    signed: bool = False


def is_binding(root: etree._Element) -> bool:
    """Whether an XML part is a STANAG 4778 binding. It is found by its root, not by its name."""
    return root.tag == f"{{{MB}}}BindingInformation"


def parse_binding(data: bytes, what: str) -> etree._Element:
    """The root of a binding.  Raises HoldError: malformed (no XML, or none of STANAG 4778), too-large."""
    return parse(data, what)


def copies_of(data: bytes) -> tuple[LabelledCopy, ...]:
    """Copy number and register number of ours in a binding, as a label carries them (``urn:marker:registration:1``).

    Empty for the binding of another system.  Raises HoldError: malformed, too-large.
    """
    return read_binding(parse_binding(data, "The label")).copies


def read_binding(root: etree._Element) -> Binding:
    """All a binding, or one ``MetadataBinding`` of it, says.  Raises HoldError(too-large) for a tree no label needs."""
    measure(root, "The label in the file")
    whole = is_binding(root) or root.tag == f"{{{MB}}}MetadataBinding"
    faults = [] if whole else ["the root is no BindingInformation of STANAG 4778"]
    labels: list[Label] = []
    for element in root.iter(*(f"{{{SLAB}}}{kind}" for kind in KINDS)):
        label = _label(element)
        parent = element.getparent()
        if parent is None or parent.tag != f"{{{MB}}}Metadata":
            label = replace(label, faults=(*label.faults, "the label does not stand in a Metadata element"))
        labels.append(label)
    copies = tuple(dict.fromkeys(_copies(root)))
    return Binding(tuple(labels), copies, (*faults, *_binding_faults(root)), _signed(root))


def own_binding(root: etree._Element, copy_number: str) -> Binding | None:
    """What the ``MetadataBinding`` says that names this copy of ours and no other; None where there is none such."""
    for element in root.iter(f"{{{MB}}}MetadataBinding"):
        found = read_binding(element)
        if [copy.copy_number for copy in found.copies] == [copy_number]:
            return found
    return None


def originators(root: etree._Element) -> list[tuple[Label, bytes]]:
    """The originator's labels of a binding, each with its own XML, canonical: what a copy keeps verbatim."""
    return [
        (label, canonical(element))
        for element in root.iter(f"{{{SLAB}}}{ORIGINATOR}")
        if not (label := _label(element)).faults
    ]


def seen(label: Label, flow: str) -> Iterator[LabelSeen]:
    """A label for the judge: one sighting a classification."""
    for classification in label.classifications:
        yield LabelSeen(label.kind, label.policy, label.policy_uri, classification, flow)


# ── labels ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _label(element: etree._Element) -> Label:
    policies = list(element.iter(f"{{{SLAB}}}PolicyIdentifier"))
    classes = [_short(one) for one in element.iter(f"{{{SLAB}}}Classification")]
    return Label(
        kind=KINDS[local(element)],
        policy=" ".join(_short(one) for one in policies),
        policy_uri=policies[0].get("URI", "")[:_LONGEST] if len(policies) == 1 else "",
        classifications=tuple(dict.fromkeys(filter(None, classes))),
        privacy_marks=tuple(filter(None, (_short(one) for one in element.iter(f"{{{SLAB}}}PrivacyMark")))),
        categories=tuple(_category(one) for one in element.iter(f"{{{SLAB}}}Category")),
        originator=_short(element.find(f"{{{SLAB}}}OriginatorID")),
        created=_short(element.find(f"{{{SLAB}}}CreationDateTime")),
        review=element.get("ReviewDateTime", "")[:40],
        faults=tuple(_label_faults(element)),
    )


def _category(element: etree._Element) -> str:
    values = ", ".join(_short(value) for value in element)
    return f"{element.get('TagName', '')[:_LONGEST]}: {values} ({element.get('Type', '')[:20]})"


def _label_faults(element: etree._Element) -> Iterator[str]:
    yield from _order(element, _LABEL, required=("ConfidentialityInformation", "CreationDateTime"), once=_LABEL)
    if element.get("ReviewDateTime") is None and element.find(f"{{{SLAB}}}SuccessionHandling") is None:
        yield "the label has neither ReviewDateTime nor SuccessionHandling"
    information = element.find(f"{{{SLAB}}}ConfidentialityInformation")
    if information is not None:
        once = ("PolicyIdentifier", "Classification", "PrivacyMark")
        yield from _order(information, _INFORMATION, required=once[:2], once=once)
        for name in once[:2]:
            found = information.find(f"{{{SLAB}}}{name}")
            if found is not None and not text_of(found):
                yield f"{name} is empty"
        policy = information.find(f"{{{SLAB}}}PolicyIdentifier")
        if policy is not None and not policy.get("URI", "urn:oid:").startswith("urn:oid:"):
            yield "the URI of PolicyIdentifier is no urn:oid"
        for category in information.iterchildren(f"{{{SLAB}}}Category"):
            if category.get("Type") not in _TYPES or not category.get("TagName"):
                yield "a Category lacks its TagName, or a Type the standard knows"
    if any(element is not other for other in element.iter(*(f"{{{SLAB}}}{kind}" for kind in KINDS))):
        yield "a label stands inside the label"


def _order(
    element: etree._Element, names: tuple[str, ...], *, required: tuple[str, ...], once: tuple[str, ...]
) -> Iterator[str]:
    """Faults in the children of ``element``: missing, doubled, out of order, or in another namespace."""
    found = [child for child in element if isinstance(child.tag, str)]
    order = [local(child) for child in found if child.tag.startswith(f"{{{SLAB}}}")]
    where = local(element)
    for name in required:
        if name not in order:
            yield f"{where} lacks {name}"
    for name in once:
        if order.count(name) > 1:
            yield f"{where} has more than one {name}"
    ranks = [names.index(name) for name in order if name in names]
    if ranks != sorted(ranks):
        yield f"the elements of {where} are out of order"
    if any(local(child) in names and not child.tag.startswith(f"{{{SLAB}}}") for child in found):
        yield f"{where} has elements of a wrong namespace"


# ── bindings ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _binding_faults(root: etree._Element) -> Iterator[str]:
    for metadata in root.iter(f"{{{MB}}}Metadata"):
        if len(metadata) != 1:
            yield "a Metadata element has not exactly one element in it"
    for binding in root.iter(f"{{{MB}}}MetadataBinding"):
        if binding.find(f"{{{MB}}}DataReference") is None and binding.find(f"{{{MB}}}Data") is None:
            yield "a MetadataBinding is bound to no data"
    for reference in root.iter(f"{{{MB}}}DataReference"):
        if reference.get("URI") is None:
            yield "a DataReference has no URI"
    alternatives = {ALTERNATIVE, ORIGINATOR}
    for element in root.iter():
        if local(element) in alternatives and not str(element.tag).startswith(f"{{{SLAB}}}"):
            yield "a label stands in a wrong namespace"


def _copies(root: etree._Element) -> Iterator[LabelledCopy]:
    for registration in root.iter(f"{{{OURS}}}Registration"):
        number = text_of(registration.find(f"{{{OURS}}}CopyNumber"))
        try:
            parsed = parse_copy_number(number)
        except ValueError:
            continue
        yield LabelledCopy(str(parsed), text_of(registration.find(f"{{{OURS}}}RegisterNumber"))[:64])


def _signed(root: etree._Element) -> bool:
    return root.find("{http://www.w3.org/2000/09/xmldsig#}Signature") is not None


def _short(element: etree._Element | None) -> str:
    return text_of(element)[:_LONGEST]

"""The labels of a numbered copy: the originator's and the equivalent, and the copy's own numbers, bound to its file.

STANAG 4774 for the labels, STANAG 4778 for the binding (`docs/labels.md` has an example).  Everything is a function of
the order, the profile and the terms: the same order gives the same bytes; the date of a label is the date of
registration.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lxml import etree

from marker.agreement.profile import Marking, Party, Profile
from marker.canonical import parse
from marker.errors import HoldError
from marker.labels.terms import ALTERNATIVE, MB, ORIGINATOR, OURS, SLAB, XMIME, LabelTerms
from marker.model import CopyOrder, HoldCode, PartyId

_NAMESPACES = {"mb": MB, "slab": SLAB, "xmime": XMIME, "mk": OURS}


@dataclass(frozen=True, slots=True)
class Reference:
    """A data object a label is bound to; ``content_type`` where it is no XML (STANAG 4778, ``xmime:contentType``)."""

    uri: str
    content_type: str = ""


def binding_of(
    order: CopyOrder,
    profile: Profile,
    terms: LabelTerms,
    references: Iterable[Reference],
    *,
    originator: bytes = b"",
) -> etree._Element:
    """``BindingInformation`` with the one container of :func:`container_of`."""
    root = etree.Element(f"{{{MB}}}BindingInformation", nsmap=_NAMESPACES)
    root.append(container_of(order, profile, terms, references, originator=originator))
    etree.cleanup_namespaces(root, keep_ns_prefixes=list(_NAMESPACES))
    return root


def container_of(
    order: CopyOrder,
    profile: Profile,
    terms: LabelTerms,
    references: Iterable[Reference],
    *,
    originator: bytes = b"",
) -> etree._Element:
    """``MetadataBindingContainer`` with one ``MetadataBinding``: the originator's label, the alternative, the numbers.

    ``originator`` is the sender's own label, kept as it is where the received file carried one that says the same.
    Raises HoldError(stamp-failed) when the order's date is none.
    """
    container = etree.Element(f"{{{MB}}}MetadataBindingContainer", nsmap=_NAMESPACES)
    binding = _child(container, MB, "MetadataBinding", Id=f"marker-{order.copy_number}")
    created = _date(order)
    if originator:
        metadata = _child(binding, MB, "Metadata")
        metadata.append(parse(originator, "The sender's label"))
    else:
        _label(binding, ORIGINATOR, order.sending, order.originator_text, order, profile, terms, created)
    _label(binding, ALTERNATIVE, order.receiving, order.marking_text, order, profile, terms, created)
    _registration(binding, order, profile)
    for reference in references:
        found = _child(binding, MB, "DataReference", URI=reference.uri)
        if reference.content_type:
            found.set(f"{{{XMIME}}}contentType", reference.content_type)
    return container


def classification_of(marking: Marking) -> str:
    """What a label calls a marking: the marking in its Party's own languages, as the SPIF names it too."""
    return marking.own_text


def _label(
    binding: etree._Element,
    kind: str,
    party_id: PartyId,
    text: str,
    order: CopyOrder,
    profile: Profile,
    terms: LabelTerms,
    created: date,
) -> None:
    party = profile.party(party_id)
    label = _child(_child(binding, MB, "Metadata"), SLAB, kind, ReviewDateTime=_moment(_later(created, terms)))
    information = _child(label, SLAB, "ConfidentialityInformation")
    policy = _child(information, SLAB, "PolicyIdentifier", URI=f"urn:oid:{party.policy_oid}")
    policy.text = party.policy
    _child(information, SLAB, "Classification").text = _named(text, party, profile)
    labeller = profile.party(order.receiving)
    _child(label, SLAB, "OriginatorID", IDType=terms.originator_type).text = (
        terms.originator or f"urn:marker:party:{labeller.code}"
    )
    _child(label, SLAB, "CreationDateTime").text = _moment(created)


def _named(text: str, party: Party, profile: Profile) -> str:
    """The classification for the words of an order, which are a stamp or a Party's own text."""
    for marking in profile.markings:
        if marking.party == party.id and text in (marking.stamp, marking.own_text):
            return classification_of(marking)
    return text


def _registration(binding: etree._Element, order: CopyOrder, profile: Profile) -> None:
    registration = _child(_child(binding, MB, "Metadata"), OURS, "Registration")
    _child(registration, OURS, "CopyNumber").text = order.copy_number
    _child(registration, OURS, "RegisterNumber").text = order.register_number
    _child(registration, OURS, "Agreement").text = profile.id


def _child(parent: etree._Element, namespace: str, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)


def _date(order: CopyOrder) -> date:
    try:
        return date.fromisoformat(order.date)
    except ValueError as error:
        raise HoldError(
            HoldCode.STAMP_FAILED, "The date of registration is no ISO 8601 date; register the file again."
        ) from error


def _later(day: date, terms: LabelTerms) -> date:
    try:
        return day.replace(year=day.year + terms.review_years)
    except ValueError:  # 29 February, or beyond the calendar's last year
        return day.replace(year=min(day.year + terms.review_years, date.max.year), day=28)


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"

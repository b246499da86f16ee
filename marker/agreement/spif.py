"""Open XML SPIF 2.1: what of a profile a security policy information file can say, and what it cannot.

One file describes one Party's policy: its classifications, how they are marked, and to what of the other's they
correspond.  A correspondence says when it applies: ``encrypt`` for what the Party sends, ``decrypt`` for what it
receives, ``both``.  A row of the table that maps one way only (KONFIDENCIALIAI → ҚҰПИЯ, and not back) is ``encrypt`` in
the sender's file and ``decrypt`` in the receiver's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from marker.agreement.profile import Marking, Party, Profile
from marker.canonical import canonical
from marker.errors import ProfileError

SPIF: Final = "http://www.xmlspif.org/spif"
OURS: Final = "urn:marker:agreement:1"
"""Our own part of ``extensions``: which agreement the two files are, and who its Parties are."""
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
ENDING: Final = ".spif.xml"
_VERSION: Final = "2.1"
_RBAC: Final = "1.3.26.0.4774.5.24.1"
"""``privilegeId`` and ``rbacId``: the one value ADatP-4774.1 allows."""
_CODES: Final = ("pageTopBottom", "documentStart")

NOT_EXPRESSED: Final = (
    "Handling (receipt, further copies, destruction) is not expressed: SPIF describes markings, not what one may do.",
    "The articles the table rests on are not expressed.",
    "Spellings that are read and never stamped (aliases, short forms, second forms of a language) are not expressed.",
    "Words of other owners, unclassified and declassified notices, and conditions such as 'when filled in' are not "
    "expressed.",
    "The models of Tesseract that scans are read by are not expressed: put them into [scans], or no scan is read.",
    "Where a Party marks its pages, its state languages and the wording of its stamp are not expressed.",
)
"""What a person has to add to a profile that came from SPIF files, in sentences."""


def export_spif(profile: Profile) -> dict[str, bytes]:
    """File name → SPIF 2.1 file, one a Party, canonical; the same profile always gives the same bytes.

    Raises ProfileError when the two Parties would have the same file.
    """
    files = {f"{party.policy}{ENDING}": canonical(_file(party, profile)) for party in profile.parties}
    if len(files) != len(profile.parties) or any("/" in name or name.startswith(".") for name in files):
        raise ProfileError(
            "The Parties' policies have no names of their own that can name a file.",
            remedy="Give each [[party]] its own code, or its own policy_name.",
        )
    return files


def _file(party: Party, profile: Profile) -> etree._Element:
    other = profile.other(party.id)
    root = etree.Element(
        f"{{{SPIF}}}SPIF",
        {
            "schemaVersion": _VERSION,
            "version": "1",
            "creationDate": f"{profile.in_force.replace('-', '')}000000Z",
            "originatorDN": f"O={_escaped(_name(party))},C={party.id}",
            "keyIdentifier": "00",
            "privilegeId": _RBAC,
            "rbacId": _RBAC,
        },
        nsmap={"spif": SPIF, "mk": OURS},
    )
    _child(root, "securityPolicyId", name=party.policy, id=party.policy_oid)
    classifications = _child(root, "securityClassifications")
    for marking in sorted((m for m in profile.markings if m.party == party.id), key=lambda m: profile.rank(m.id)):
        _classification(classifications, marking, other, profile)
    policies = _child(root, "equivalentPolicies")
    _child(policies, "equivalentPolicy", name=other.policy, id=other.policy_oid)
    _identity(_child(root, "extensions"), party, profile)
    return root


def _classification(parent: etree._Element, marking: Marking, other: Party, profile: Profile) -> None:
    rank = str(profile.rank(marking.id))
    found = _child(parent, "securityClassification", name=marking.own_text, lacv=rank, hierarchy=rank)
    for equivalent, applied in _equivalents(marking, profile):
        _child(
            found, "equivalentClassification",
            policyRef=other.policy, lacv=str(profile.rank(equivalent.id)), applied=applied,
        )  # fmt: skip
    for language, phrase in _phrases(marking):
        data = _child(found, "markingData", phrase=phrase)
        if language:
            data.set(XML_LANG, language)
        for code in _CODES:
            _child(data, "code").text = code


def _equivalents(marking: Marking, profile: Profile) -> Iterator[tuple[Marking, str]]:
    """Each marking of the other Party that this one stands for, highest first, and when."""
    sent = profile.equivalent(marking.id)
    received = [profile.marking(e.source) for e in profile.equivalences if e.target == marking.id]
    for other in sorted({m.id: m for m in (sent, *received)}.values(), key=lambda m: -profile.rank(m.id)):
        both = other.id == sent.id and any(other.id == one.id for one in received)
        yield other, "both" if both else "encrypt" if other.id == sent.id else "decrypt"


def _phrases(marking: Marking) -> Iterator[tuple[str, str]]:
    """What is marked: the stamp, then the first form in each language, the Party's own first."""
    yield "", marking.stamp
    for forms in (marking.forms, marking.foreign):
        for language, texts in forms.items():
            yield language, texts[0]


def _identity(extensions: etree._Element, party: Party, profile: Profile) -> None:
    attributes = {"id": profile.id, "title": profile.title, "short": profile.short, "inForce": profile.in_force}
    agreement = etree.SubElement(extensions, f"{{{OURS}}}Agreement", attributes)
    element = etree.SubElement(agreement, f"{{{OURS}}}Party", {"id": party.id, "code": party.code})
    for language, text in party.name.items():
        name = etree.SubElement(element, f"{{{OURS}}}Name", {XML_LANG: language})
        name.text = text


def _name(party: Party) -> str:
    return party.name.get("en", party.code)


def _escaped(text: str) -> str:
    """A value of a distinguished name (RFC 4514)."""
    return "".join(f"\\{char}" if char in ',+"\\<>;=' else char for char in text)


def _child(parent: etree._Element, element: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{SPIF}}}{element}", attributes)

"""Two SPIF files read and held against each other: do they name each other, and do they say the same?

Files come from other systems: they are parsed hardened, and every fault is a sentence that names the file and the
classification.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from marker.agreement.spif import ENDING, OURS, SPIF, XML_LANG
from marker.canonical import parse, text_of
from marker.errors import HoldError, ProfileError

_VERSIONS: Final = ("2.0", "2.1")
_APPLIED: Final = ("encrypt", "decrypt", "both")


@dataclass(frozen=True, slots=True)
class Classification:
    """A ``securityClassification``."""

    name: str
    lacv: int
    hierarchy: int
    equivalents: tuple[tuple[str, int, str], ...]
    """(policy, lacv there, when it applies)."""
    phrases: tuple[tuple[str, str], ...]
    """(language or empty, phrase), in document order."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One file.  ``party`` and ``agreement`` are what our own extension says, empty in the files of others."""

    file: str
    name: str
    oid: str
    classifications: tuple[Classification, ...]
    agreement: Mapping[str, str]
    party: Mapping[str, str]
    names: Mapping[str, str]
    known: Mapping[str, str]
    """Equivalent policies: name → object identifier."""
    left_out: tuple[str, ...]
    """What the file holds and a profile does not."""

    def to(self, other: Policy) -> Iterator[tuple[Classification, int, str]]:
        """Each equivalent in the other policy: (classification, lacv there, when it applies)."""
        for one in self.classifications:
            yield from ((one, lacv, applied) for policy, lacv, applied in one.equivalents if policy == other.name)

    def of(self, lacv: int) -> Classification | None:
        return next((one for one in self.classifications if one.lacv == lacv), None)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two policies that map to each other; the mappings are by lacv."""

    one: Policy
    other: Policy
    sent_by_one: Mapping[int, int]
    sent_by_other: Mapping[int, int]


def read_pair(files: Mapping[str, bytes]) -> Pair:
    """The two policies of a folder (file name → content; names that end otherwise than ``.xml`` do not count).

    Raises ProfileError with one sentence a fault: not two files, not SPIF 2.1, a target that does not exist, two files
    that do not agree.
    """
    given = {name: data for name, data in sorted(files.items()) if name.lower().endswith(".xml")}
    if len(given) != 2:
        raise ProfileError(
            f"The folder holds {len(given)} XML files; an agreement is two, one a Party.",
            remedy=f"Put the two files there, such as KAZ{ENDING} and LTU{ENDING}.",
        )
    one, other = (_policy(name, data) for name, data in given.items())
    faults = [*_names(one, other), *_names(other, one)]
    sent_by_one, sent_by_other = _sent(one, other, faults), _sent(other, one, faults)
    if not faults:
        faults += [*_disagreements(one, other, sent_by_one), *_disagreements(other, one, sent_by_other)]
    if one.agreement != other.agreement:
        faults.append(f"{one.file} and {other.file} are files of different agreements.")
    if faults:
        raise ProfileError(" ".join(dict.fromkeys(faults)), remedy="Ask whoever issued the files.")
    return Pair(one, other, sent_by_one, sent_by_other)


# ── one file ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _policy(file: str, data: bytes) -> Policy:
    try:
        root = parse(data, file)
    except HoldError as error:
        raise ProfileError(str(error)) from error
    if root.tag != f"{{{SPIF}}}SPIF":
        raise ProfileError(f"{file} is no Open XML SPIF file.", remedy="Give a file whose root is SPIF.")
    if root.get("schemaVersion") not in _VERSIONS:
        raise ProfileError(
            f"{file} is of SPIF schema {root.get('schemaVersion', 'unknown')}; this software reads 2.1.",
            remedy="Have it exported as schema version 2.1.",
        )
    identity = root.find(f"{{{SPIF}}}securityPolicyId")
    if identity is None or not identity.get("name") or not identity.get("id"):
        raise ProfileError(f"{file} names no policy: securityPolicyId needs a name and an id.")
    classes = tuple(_classifications(root, file))
    if not classes:
        raise ProfileError(f"{file} has no classification.")
    for what, values in (("name", [c.name for c in classes]), ("lacv", [c.lacv for c in classes])):
        for value, count in Counter[object](values).items():
            if count > 1:
                raise ProfileError(f"{file} has {count} classifications with the {what} {value}.")
    agreement = root.find(f".//{{{OURS}}}Agreement")
    party = root.find(f".//{{{OURS}}}Party")
    return Policy(
        file=file,
        name=identity.get("name", ""),
        oid=identity.get("id", ""),
        classifications=classes,
        agreement={} if agreement is None else {str(k): str(v) for k, v in agreement.attrib.items()},
        party={} if party is None else {str(k): str(v) for k, v in party.attrib.items()},
        names={} if party is None else {n.get(XML_LANG, "en"): text_of(n) for n in party.iter(f"{{{OURS}}}Name")},
        known={
            one.get("name", ""): one.get("id", "")
            for one in root.iterfind(f"{{{SPIF}}}equivalentPolicies/{{{SPIF}}}equivalentPolicy")
        },
        left_out=tuple(_left_out(root, file)),
    )


def _classifications(root: etree._Element, file: str) -> Iterator[Classification]:
    for element in root.iterfind(f"{{{SPIF}}}securityClassifications/{{{SPIF}}}securityClassification"):
        name = element.get("name", "").strip()
        if not name:
            raise ProfileError(f"{file} has a classification without a name.")
        if element.get("obsolete") in ("true", "1"):
            continue
        yield Classification(
            name=name,
            lacv=_number(element, "lacv", name, file),
            hierarchy=_number(element, "hierarchy", name, file),
            equivalents=tuple(_equivalents(element, name, file)),
            phrases=tuple(
                (str(data.get(XML_LANG, "")), str(data.get("phrase", name)))
                for data in element.iterfind(f"{{{SPIF}}}markingData")
            ),
        )


def _equivalents(element: etree._Element, name: str, file: str) -> Iterator[tuple[str, int, str]]:
    for equivalent in element.iterfind(f"{{{SPIF}}}equivalentClassification"):
        applied = equivalent.get("applied", "both")
        if applied not in _APPLIED:
            raise ProfileError(f"{file}: {name} has an equivalent that applies {applied!r}; it is one of {_APPLIED}.")
        yield equivalent.get("policyRef", ""), _number(equivalent, "lacv", name, file), applied


def _number(element: etree._Element, attribute: str, name: str, file: str) -> int:
    text = element.get(attribute, "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ProfileError(f"{file}: {name} has no {attribute} that is a number.")
    return int(text)


def _left_out(root: etree._Element, file: str) -> Iterator[str]:
    kept = {"securityPolicyId", "securityClassifications", "equivalentPolicies", "extensions"}
    for child in root:
        local = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if local and local not in kept:
            yield f"{file}: {local} has no place in a profile and was left out."
    policies = {e.get("policyRef", "") for e in root.iter(f"{{{SPIF}}}equivalentClassification")}
    if len(policies) > 1:
        yield f"{file}: it also maps to {len(policies) - 1} other policies; those equivalents were left out."
    if root.find(f".//{{{SPIF}}}securityClassification[@obsolete='true']") is not None:
        yield f"{file}: obsolete classifications were left out."


# ── two files ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _names(one: Policy, other: Policy) -> Iterator[str]:
    if one.name == other.name or one.oid == other.oid:
        yield f"{one.file} and {other.file} describe the same policy {one.name}."
    if other.name not in one.known:
        yield f"{one.file} does not name {other.name} among its equivalent policies."
    elif one.known[other.name] != other.oid:
        yield f"{one.file} knows {other.name} by another identifier than {other.file} has."


def _sent(one: Policy, other: Policy, faults: list[str]) -> dict[int, int]:
    """What each classification of ``one`` becomes when it is sent; faults are added."""
    sent: dict[int, int] = {}
    for found in one.classifications:
        mine = [(lacv, applied) for source, lacv, applied in one.to(other) if source == found]
        outgoing = [lacv for lacv, applied in mine if applied != "decrypt"]
        for lacv, _applied in mine:
            if other.of(lacv) is None:
                faults.append(f"{one.file}: {found.name} corresponds to lacv {lacv}, which {other.file} does not have.")
        if len(outgoing) != 1:
            faults.append(
                f"{one.file}: {found.name} corresponds to {len(outgoing)} classifications of {other.name} when it is "
                "sent; it needs exactly one."
            )
        else:
            sent[found.lacv] = outgoing[0]
    return sent


def _disagreements(one: Policy, other: Policy, sent: Mapping[int, int]) -> Iterator[str]:
    """Where ``other`` receives otherwise than ``one`` sends."""
    received = {(lacv, found.lacv) for found, lacv, applied in other.to(one) if applied != "encrypt"}
    for source, target in sorted(set(sent.items()) - received):
        yield f"{one.file} sends {_called(one, source)} as {_called(other, target)}, and {other.file} does not say so."
    for source, target in sorted(received - set(sent.items())):
        ends = f"{_called(one, source)} as {_called(other, target)}"
        yield f"{other.file} receives {ends}, and {one.file} does not say so."


def _called(policy: Policy, lacv: int) -> str:
    found = policy.of(lacv)
    return found.name if found else f"lacv {lacv}"


def rows_of(pair: Pair) -> Sequence[tuple[Classification, Classification]]:
    """The rows of the table: every pair that a mapping joins, in either direction, highest first."""
    joined = {*pair.sent_by_one.items(), *((target, source) for source, target in pair.sent_by_other.items())}
    rows = [(_known(pair.one, one), _known(pair.other, other)) for one, other in joined]
    return sorted(rows, key=lambda row: (-row[0].hierarchy - row[1].hierarchy, -row[0].hierarchy, row[0].name))


def ranks_of(rows: Iterable[tuple[Classification, Classification]]) -> list[int]:
    """A rank a row: the lower of its two hierarchies where that tells the rows apart, else simply their order."""
    known = list(rows)
    ranks = [min(one.hierarchy, other.hierarchy) for one, other in known]
    return ranks if ranks == sorted(set(ranks), reverse=True) and min(ranks) > 0 else list(range(len(known), 0, -1))


def _known(policy: Policy, lacv: int) -> Classification:
    found = policy.of(lacv)
    if found is None:  # every target was looked for
        raise ProfileError(f"{policy.file} lacks lacv {lacv}.")
    return found

"""The labels in a file, and whether label, ink and register say the same.

Reading happens in a worker process, because a label is the sender's text as much as any page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from marker.agreement.profile import Profile
from marker.canonical import canonical
from marker.detect.labels import map_label
from marker.labels.read import Binding, is_binding, parse_binding, read_binding, seen
from marker.model import Finding, FindingKind, LabelledCopy, LabelSeen, MarkingId, PartyId, Place, Verdict, Visibility
from marker.register.records import CopyRecord, CopyStatus, DocumentRecord

if TYPE_CHECKING:
    from marker.intake.work import Task

_UNSEEN = frozenset({Place.LABEL, Place.PROPERTY, Place.COMMENT, Place.BOOKMARK, Place.ATTACHMENT})
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class FoundBinding:
    """A STANAG 4778 binding: where it stands in the file, what it says, and its XML, canonical."""

    flow: str
    binding: Binding
    xml: bytes


@dataclass(frozen=True, slots=True)
class LabelsInFile:
    """All labels of a file: bindings, labels of other systems, and what could not be read."""

    bindings: tuple[FoundBinding, ...]
    others: tuple[LabelSeen, ...]
    unread: tuple[str, ...]
    notes: tuple[str, ...] = ()


def labels_in_file(path: Path, name: str, task: Task) -> LabelsInFile:
    """Runs in a worker.  A ``.bdo`` label file is read as such.  Raises HoldError when the file cannot be read."""
    from marker.readers.base import ReaderLimits
    from marker.readers.read import read

    with path.open("rb") as file:
        head = file.read(_HEAD)
    if name.lower().endswith(".bdo") or b"BindingInformation" in head:
        root = parse_binding(path.read_bytes(), "The label file")
        if is_binding(root):
            return LabelsInFile((FoundBinding("the file", read_binding(root), canonical(root)),), (), ())
    reading = read(path, ReaderLimits.from_settings(task.settings), name)
    return LabelsInFile(
        tuple(FoundBinding(flow, read_binding(parse_binding(xml, "The label")), xml) for flow, xml in reading.bindings),
        tuple(label for label in reading.labels if label.kind == "property"),
        tuple(reading.attachments_unread),
        tuple(note for note in reading.notes if "label" in note),
    )


# ── whether they agree ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of a check: who says it (``label``, ``ink``, ``register``), about what, and what."""

    source: str
    subject: str
    says: str


@dataclass(frozen=True, slots=True)
class Check:
    """What label, ink and register say, and every way in which they disagree; no disagreement means they agree."""

    lines: tuple[Compared, ...]
    disagreements: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    """Copy numbers of the label that the register does not know, or knows as void."""


def compare(
    labels: LabelsInFile,
    verdict: Verdict,
    profile: Profile,
    copies: Sequence[tuple[LabelledCopy, CopyRecord | None, DocumentRecord | None]],
    sha256: str,
) -> Check:
    """Compare a file's labels with what its pages show (``verdict``) and with the register's records of ``copies``."""
    lines: list[Compared] = []
    wrong: list[str] = []
    stated = list(_stated(labels, profile))
    ink = {party.id: _ink(verdict.evidence, party.id, profile) for party in profile.parties}
    if not labels.bindings:
        wrong.append("The file carries no STANAG 4774 label.")
    wrong += [f"The file holds {what} that cannot be read." for what in labels.unread]
    for found in labels.bindings:
        faults = (*found.binding.faults, *(fault for label in found.binding.labels for fault in label.faults))
        wrong += [f"The label is not as the standard says: {fault}." for fault in dict.fromkeys(faults)]
    for kind, text, marking in stated:
        lines.append(Compared("label", kind, f"{text} ({marking or 'not in the table'})"))
        if marking is None:
            wrong.append(f"The {kind} label states what the table of the {profile.short} does not have.")
        else:
            wrong += _against_ink(kind, marking, ink, profile)
    wrong += _among_labels(stated)
    for party, marking in ink.items():
        lines.append(Compared("ink", party, marking or "no marking"))
    unknown = list(_against_register(stated, copies, sha256, lines, wrong))
    return Check(tuple(lines), tuple(dict.fromkeys(wrong)), tuple(unknown))


def _stated(labels: LabelsInFile, profile: Profile) -> Iterator[tuple[str, str, MarkingId | None]]:
    for found in labels.bindings:
        for label in found.binding.labels:
            if label.kind == "metadata":
                continue
            for one in seen(label, ""):
                yield label.kind, f"{label.policy} {one.classification}".strip(), map_label(one, profile).marking


def _ink(evidence: Sequence[Finding], party: PartyId, profile: Profile) -> MarkingId | None:
    """The highest marking of a Party that the pages show."""
    own = {marking.id for marking in profile.markings if marking.party == party}
    shown = [
        finding.marking
        for finding in evidence
        if finding.kind is FindingKind.MARK and finding.marking in own and finding.place not in _UNSEEN
        and finding.visibility in (Visibility.VISIBLE, Visibility.OCR_LAYER)
    ]  # fmt: skip
    return max(shown, key=profile.rank, default=None)


def _against_ink(
    kind: str, marking: MarkingId, ink: dict[PartyId, MarkingId | None], profile: Profile
) -> Iterator[str]:
    party = profile.marking(marking).party
    shown = ink[party]
    if shown is None:
        # A received file's label may name an equivalent that nobody has stamped yet.
        if kind == "originator":
            yield f"The {kind} label says {marking}, and the pages show no marking of {party}."
    elif shown != marking:
        yield f"The {kind} label says {marking}, and the pages show {shown}."


def _among_labels(stated: Sequence[tuple[str, str, MarkingId | None]]) -> Iterator[str]:
    for kind in ("originator", "alternative"):
        said = dict.fromkeys(marking for one, _text, marking in stated if one == kind and marking is not None)
        if len(said) > 1:
            yield f"Its {kind} labels contradict each other: {' and '.join(said)}."


def _against_register(
    stated: Sequence[tuple[str, str, MarkingId | None]],
    copies: Sequence[tuple[LabelledCopy, CopyRecord | None, DocumentRecord | None]],
    sha256: str,
    lines: list[Compared],
    wrong: list[str],
) -> Iterator[str]:
    """The numbers that the register does not stand for; what else it says differently goes into ``wrong``."""
    said = {kind: {marking for one, _text, marking in stated if one == kind} for kind in ("originator", "alternative")}
    for labelled, copy, document in copies:
        lines.append(Compared("label", "copy", f"{labelled.copy_number} of {labelled.register_number or '?'}"))
        if copy is None or document is None:
            yield f"{labelled.copy_number} is not in this register"
            continue
        lines.append(Compared("register", "copy", f"{copy.copy_number}: {copy.status.value}"))
        lines.append(Compared("register", "originator", document.marking))
        lines.append(Compared("register", "equivalent", document.equivalent))
        if copy.status is not CopyStatus.ISSUED:
            yield f"{copy.copy_number} is {copy.status.value}, not issued"
        if labelled.register_number != copy.register_number:
            said_number = labelled.register_number or "nothing"
            wrong.append(f"The label says {said_number}, the register {copy.register_number}.")
        for kind, marking in (("originator", document.marking), ("alternative", document.equivalent)):
            if marking not in said[kind]:
                wrong.append(f"The register says {marking}, and no {kind} label does.")
        if copy.sha256 is not None and copy.sha256 != sha256:
            wrong.append(f"The file is not byte for byte the one that was issued as {copy.copy_number}.")

"""The evidence of a verdict: what governs first, nothing twice, and no more than people can read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from marker.detect.sightings import Sighting
from marker.detect.thresholds import Thresholds
from marker.model import Finding, FindingKind

_GRAVITY = (
    FindingKind.THIRD_PARTY, FindingKind.NO_EQUIVALENT, FindingKind.DECLASSIFIED, FindingKind.MARK,
    FindingKind.AMBIGUOUS, FindingKind.NEGATIVE, FindingKind.MENTION,
)  # fmt: skip


def evidence_of(items: Sequence[Sighting], lead: Sighting | None, limits: Thresholds) -> tuple[Finding, ...]:
    """Findings for the report, ``lead`` first, then by gravity and score.

    The same marking in the same place is shown for the first pages only, and mentions are few: a long report hides
    what matters.
    """
    first = lead.finding if lead is not None else None
    findings = _once([item.finding for item in items], first)
    findings.sort(key=lambda f: (f is not first, _GRAVITY.index(f.kind), -f.score, f.page or 0))
    shown: list[Finding] = []
    same: Counter[tuple[object, ...]] = Counter()
    mentions = 0
    for finding in findings:
        mentions += finding.kind is FindingKind.MENTION
        key = (finding.marking, finding.kind, finding.place, finding.visibility)
        same[key] += 1
        limit = 1 if finding.kind is FindingKind.MENTION else limits.same_evidence
        if same[key] <= limit and (finding.kind is not FindingKind.MENTION or mentions <= limits.mentions):
            shown.append(finding)
    return tuple(shown)


def _once(findings: list[Finding], first: Finding | None) -> list[Finding]:
    """The same words read twice in one spot (text and picture) are one finding."""
    kept: list[Finding] = []
    spots: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda f: f is not first):
        box = finding.box
        others = spots[finding.marking, finding.kind, finding.page]
        if box is not None and any(o.box is not None and o.box.overlaps(box) for o in others):
            continue
        others.append(finding)
        kept.append(finding)
    return kept

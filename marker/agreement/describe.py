"""A profile as plain data, for ``marker agreement show`` and its ``--json``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marker.agreement.profile import Profile


def describe(profile: Profile) -> dict[str, Any]:
    """The table as rows (one a level, one column a Party), the equivalences in each direction, and the rules."""
    return {
        "schema": 1,
        "id": profile.id,
        "title": profile.title,
        "in_force": profile.in_force,
        "sha256": profile.sha256,
        "parties": [{"id": p.id, "code": p.code, "name": dict(p.name)} for p in profile.parties],
        "table": [
            {
                "level": level.id,
                "name": level.name["en"],
                "classified": level.classified,
                "article": level.article,
                "markings": {
                    p.id: next(
                        {"id": m.id, "stamp": m.stamp}
                        for m in profile.markings
                        if m.party == p.id and level.id in m.levels
                    )
                    for p in profile.parties
                },
            }
            for level in profile.levels
        ],
        "equivalences": [
            {"from": e.source, "to": e.target, "article": e.article, "stamped": profile.marking(e.target).stamp}
            for e in profile.equivalences
        ],
        "handling": [
            {
                "level": h.level,
                "receipt": h.receipt.value,
                "receipt_article": h.receipt_article,
                "copies_consent": h.copies_consent,
                "copies_article": h.copies_article,
                "destroy": h.destroy.value,
                "destroy_article": h.destroy_article,
            }
            for h in profile.handling
        ],
        "articles": asdict(profile.articles),
        "rules": [{"article": article, "rule": rule} for article, rule in profile.rules.items()],
        "held": [{"id": o.id, "kind": o.kind, "owner": o.owner} for o in profile.outside],
    }

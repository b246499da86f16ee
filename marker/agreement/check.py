"""What must hold of a profile before anything is stamped by it.

Every marking of each Party maps, in each direction; no spelling means two things; no id dangles; every level has its
handling and every Party its stamp.  A profile that fails is refused as a whole: a table with a hole would lower or
lose a marking.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable
from typing import Final

from marker.agreement.profile import Profile, StampWording
from marker.errors import ProfileError

TEMPLATE_FIELDS: Final[dict[str, set[str]]] = {
    "copy_of": {"n", "total"},
    "copy_alone": {"n"},
    "register": {"register", "date"},
    "originator_caption": set(),
    "originator": {"party", "marking"},
    "basis": set(),
    "recipient": {"recipient"},
    "page_of": {"page", "pages"},
}
"""Which ``{fields}`` each stamp template must have, all of them and no others."""


def check(profile: Profile, file: str) -> None:
    """Raise ProfileError, naming file and key, on the first contradiction."""
    for test in (_ids, _references, _level_order, _rows, _equivalences, _spellings, _handling, _stamps):
        test(profile, file)


def _fault(file: str, key: str, problem: str, remedy: str = "") -> ProfileError:
    return ProfileError(f"{file}: {key} {problem}.", remedy=remedy)


def _ids(profile: Profile, file: str) -> None:
    if len(profile.parties) != 2:
        raise _fault(file, "party", f"lists {len(profile.parties)} Parties; a bilateral agreement has two")
    groups: dict[str, Iterable[str | int]] = {
        "party": (p.id for p in profile.parties),
        "level": (level.id for level in profile.levels),
        "level.rank": (level.rank for level in profile.levels),
        "marking": (m.id for m in profile.markings),
        "outside": (o.id for o in profile.outside),
        "handling.level": (h.level for h in profile.handling),
    }
    for key, values in groups.items():
        for value, count in Counter(values).items():
            if count > 1:
                raise _fault(file, f"{key}[{value}]", f"stands {count} times", "Give each its own.")


def _references(profile: Profile, file: str) -> None:
    parties: set[str] = {p.id for p in profile.parties}
    levels: set[str] = {level.id for level in profile.levels}
    markings: set[str] = {m.id for m in profile.markings}
    named: list[tuple[str, str, Iterable[str], set[str]]] = []
    for m in profile.markings:
        named.append((f"marking[{m.id}].party", "Party", [m.party], parties))
        named.append((f"marking[{m.id}].levels", "level", m.levels, levels))
    for e in profile.equivalences:
        named.append((f"equivalence[{e.source} → {e.target}]", "marking", [e.source, e.target], markings))
    for q in profile.qualifiers:
        named.append((f"qualifier[{q.owner}].applies_to", "marking", q.applies_to, markings))
    for h in profile.handling:
        named.append((f"handling[{h.level}].level", "level", [h.level], levels))
    for key, kind, names, known in named:
        for name in names:
            if name not in known:
                raise _fault(file, key, f"names {name}, which is no {kind} here")


def _level_order(profile: Profile, file: str) -> None:
    for m in profile.markings:
        if not m.levels:
            raise _fault(file, f"marking[{m.id}].levels", "is empty")
        ranks = [profile.level(level).rank for level in m.levels]
        if ranks != sorted(ranks, reverse=True):
            raise _fault(file, f"marking[{m.id}].levels", "must name the highest level first")


def _rows(profile: Profile, file: str) -> None:
    for party in profile.parties:
        for level in profile.levels:
            standing = [m.id for m in profile.markings if m.party == party.id and level.id in m.levels]
            if len(standing) != 1:
                found = ", ".join(standing) or "none"
                raise _fault(
                    file,
                    f"level[{level.id}]",
                    f"needs exactly one marking of {party.id} and has {found}",
                    "Each row of the table has one marking a Party.",
                )


def _equivalences(profile: Profile, file: str) -> None:
    sources = Counter(e.source for e in profile.equivalences)
    for m in profile.markings:
        if sources[m.id] != 1:
            raise _fault(
                file,
                f"marking[{m.id}]",
                f"is the source of {sources[m.id]} equivalences",
                f'Add one [[equivalence]] with from = "{m.id}".',
            )
    for e in profile.equivalences:
        source, target = profile.marking(e.source), profile.marking(e.target)
        key = f"equivalence[{e.source} → {e.target}]"
        if source.party == target.party:
            raise _fault(file, key, "stays within one Party")
        if not set(source.levels) & set(target.levels):
            raise _fault(file, key, "joins markings that share no row of the table")
        if profile.rank(target.id) < profile.rank(source.id):
            raise _fault(
                file, key, "would lower the level", "A document is never stamped lower than it is (Article 4(6))."
            )


def _spellings(profile: Profile, file: str) -> None:
    owner: dict[str, str] = {}
    claims: list[tuple[str, str, str]] = []
    for m in profile.markings:
        own = [(form, "forms") for form in (*m.own_forms(), *m.short, *m.foreign_forms())]
        claims += [(form, f"marking[{m.id}].{key}", str(m.id)) for form, key in own]
    claims += [(form, f"outside[{o.id}].forms", str(o.id)) for o in profile.outside for form in o.forms]
    claims += [(form, f"negative[{n.id}].forms", str(n.id)) for n in profile.negatives for form in n.forms]
    claims += [(form, f"declassified[{d.id}].forms", str(d.id)) for d in profile.declassified for form in d.forms]
    for form, key, meaning in claims:
        spelling = " ".join(form.casefold().split())
        if owner.setdefault(spelling, meaning) != meaning:
            raise _fault(
                file, key, f"has {form!r}, which already means {owner[spelling]}", "A spelling may mean one thing only."
            )


def _handling(profile: Profile, file: str) -> None:
    handled = {h.level for h in profile.handling}
    for level in profile.levels:
        if level.id not in handled:
            raise _fault(
                file, f"level[{level.id}]", "has no [[handling]]", "State receipt, copies and destruction for it."
            )


def _stamps(profile: Profile, file: str) -> None:
    parties = {p.id for p in profile.parties}
    for party in parties - set(profile.stamp):
        raise _fault(file, f"stamp.{party}", "is missing", "Each Party needs the wording of its stamp.")
    for party, wording in profile.stamp.items():
        if party not in parties:
            raise _fault(file, f"stamp.{party}", "names no Party here")
        for name, fields in TEMPLATE_FIELDS.items():
            _template(wording, name, fields, f"stamp.{party}.{name}", file)


def _template(wording: StampWording, name: str, fields: set[str], key: str, file: str) -> None:
    template: str = getattr(wording, name)
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    except ValueError as error:
        raise _fault(file, key, f"is no template: {error}") from error
    if used != fields:
        wanted = " and ".join("{" + field + "}" for field in sorted(fields)) or "no {field}"
        raise _fault(file, key, f"must use {wanted}, each of them and nothing else")

"""What must hold of a profile before anything is stamped by it.

Every marking of each Party maps, in each direction; no spelling means two things; no id dangles; every level has its
handling and every Party its stamp.  A profile that fails is refused as a whole: a table with a hole would lower or
lose a marking.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from marker.agreement.profile import Level, Marking, Party, Profile, StampWording
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

_MODEL: Final = re.compile(r"[A-Za-z]{3,}(_[A-Za-z]+)*")


def check(profile: Profile, file: str) -> None:
    """Raise ProfileError, naming file and key, on the first contradiction."""
    for fault in faults(profile, file):
        raise fault


def faults(profile: Profile, file: str) -> Iterator[ProfileError]:
    """Every contradiction, as an error that names file and key and says in words what is wrong.

    Contradictions that rest on others (a mapping of a marking that is not there) are looked for once those are mended.
    """
    last = (_rows, _equivalences, _spellings, _handling, _stamps, _scans)
    stages = (_ids, _references), (_level_order, _english), last
    for stage in stages:
        found = [fault for test in stage for fault in test(profile, file)]
        yield from found
        if found:
            return


def _scans(profile: Profile, file: str) -> Iterator[ProfileError]:
    for language in profile.scans.every:
        if not _MODEL.fullmatch(language):
            yield _fault(
                file, "scans", f"names {language!r}, which is no model of Tesseract's",
                'They have three letters or more, such as languages = ["kaz", "lit"].',
            )  # fmt: skip
    parties = {party.id for party in profile.parties}
    for party, language in profile.scans.first.items():
        if party not in parties or language not in profile.scans.languages:
            yield _fault(
                file, "scans.first", f"has {party} = {language!r}",
                "It names Parties of this agreement, and for each the one of languages that its papers are mostly in.",
            )  # fmt: skip


def _fault(file: str, key: str, problem: str, remedy: str = "") -> ProfileError:
    return ProfileError(f"{file}: {key} {problem}.", remedy=remedy)


def _named(party: Party) -> str:
    return party.name.get("en", party.id)


def _level(marking: Marking, profile: Profile) -> str:
    return f"in the row {_row(profile.level(marking.level))}"


def _row(level: Level) -> str:
    return level.name.get("en", level.id)


def _english(profile: Profile, file: str) -> Iterator[ProfileError]:
    """Reports and letters fall back to English."""
    named = [(f"party[{party.id}]", party.name) for party in profile.parties]
    named += [(f"level[{level.id}]", level.name) for level in profile.levels]
    for key, names in named:
        if "en" not in names:
            yield _fault(file, f"{key}.name", "has no English name", 'Add en = "…" to it.')


def _ids(profile: Profile, file: str) -> Iterator[ProfileError]:
    if len(profile.parties) != 2:
        yield _fault(file, "party", f"lists {len(profile.parties)} Parties; a bilateral agreement has two")
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
                yield _fault(file, f"{key}[{value}]", f"stands {count} times", "Give each its own.")


def _references(profile: Profile, file: str) -> Iterator[ProfileError]:
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
                yield _fault(file, key, f"names {name}, which is no {kind} here")


def _level_order(profile: Profile, file: str) -> Iterator[ProfileError]:
    for m in profile.markings:
        if not m.levels:
            yield _fault(file, f"marking[{m.id}].levels", "is empty")
        ranks = [profile.level(level).rank for level in m.levels]
        if ranks != sorted(ranks, reverse=True):
            yield _fault(file, f"marking[{m.id}].levels", "must name the highest level first")


def _rows(profile: Profile, file: str) -> Iterator[ProfileError]:
    for party in profile.parties:
        for level in profile.levels:
            standing = [m.id for m in profile.markings if m.party == party.id and level.id in m.levels]
            if len(standing) != 1:
                found = ", ".join(standing) or "none"
                yield _fault(
                    file,
                    f"level[{level.id}]",
                    f"needs exactly one marking of {party.id} and has {found} ({_named(party)}, row {_row(level)})",
                    "Each row of the table has one marking a Party.",
                )


def _equivalences(profile: Profile, file: str) -> Iterator[ProfileError]:
    sources = Counter(e.source for e in profile.equivalences)
    for m in profile.markings:
        if sources[m.id] != 1:
            other = profile.other(m.party)
            count = "no marking" if not sources[m.id] else f"{sources[m.id]} markings"
            yield _fault(
                file,
                f"marking[{m.id}]",
                f"({m.own_text}) corresponds to {count} of {_named(other)}, and must to exactly one",
                f'Leave one [[equivalence]] with from = "{m.id}": what {other.id} stamps on such a document.',
            )
    for e in profile.equivalences:
        source, target = profile.marking(e.source), profile.marking(e.target)
        key = f"equivalence[{e.source} → {e.target}]"
        if source.party == target.party:
            whose = _named(profile.party(source.party))
            yield _fault(file, key, f"stays within one Party: both are markings of {whose}")
            continue
        if not set(source.levels) & set(target.levels):
            yield _fault(file, key, "joins markings that share no row of the table")
        if profile.rank(target.id) < profile.rank(source.id):
            yield _fault(
                file,
                key,
                f"would lower the level: {source.own_text} is {_level(source, profile)}, and {target.own_text} is "
                f"{_level(target, profile)}",
                "A document is never stamped lower than it is.",
            )


def _spellings(profile: Profile, file: str) -> Iterator[ProfileError]:
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
        if owner.setdefault(spelling, meaning) != meaning and not _shared(form, owner[spelling], meaning, profile):
            yield _fault(
                file, key, f"has {form!r}, which already means {owner[spelling]}", "A spelling may mean one thing only."
            )


def _shared(form: str, one: str, other: str, profile: Profile) -> bool:
    """Whether two Parties may both write ``form``: foreign words (English) that mean the same row for either.

    They are never a marking by themselves, so nobody has to know whose they are.
    """
    known = {str(marking.id): marking for marking in profile.markings}
    if one not in known or other not in known:
        return False
    foreign = [form in known[each].foreign_forms() for each in (one, other)]
    levels = {known[each].level for each in (one, other)}
    return all(foreign) and len(levels) == 1 and known[one].party != known[other].party


def _handling(profile: Profile, file: str) -> Iterator[ProfileError]:
    handled = {h.level for h in profile.handling}
    for level in profile.levels:
        if level.id not in handled:
            yield _fault(
                file, f"level[{level.id}]", "has no [[handling]]", "State receipt, copies and destruction for it."
            )


def _stamps(profile: Profile, file: str) -> Iterator[ProfileError]:
    parties = {p.id for p in profile.parties}
    for party in parties - set(profile.stamp):
        yield _fault(file, f"stamp.{party}", "is missing", "Each Party needs the wording of its stamp.")
    for party, wording in profile.stamp.items():
        if party not in parties:
            yield _fault(file, f"stamp.{party}", "names no Party here")
        for name, fields in TEMPLATE_FIELDS.items():
            yield from _template(wording, name, fields, f"stamp.{party}.{name}", file)


def _template(wording: StampWording, name: str, fields: set[str], key: str, file: str) -> Iterator[ProfileError]:
    template: str = getattr(wording, name)
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    except ValueError as error:
        yield _fault(file, key, f"is no template: {error}")
        return
    if used != fields:
        wanted = " and ".join("{" + field + "}" for field in sorted(fields)) or "no {field}"
        yield _fault(file, key, f"must use {wanted}, each of them and nothing else")

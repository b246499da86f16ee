"""A profile from two SPIF files: what they say, and the strictest value wherever they cannot say anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from marker.agreement.load import parse_profile
from marker.agreement.profile import Profile
from marker.agreement.spif import NOT_EXPRESSED
from marker.agreement.spif_read import Classification, Pair, Policy, ranks_of, rows_of
from marker.errors import ProfileError

_FOUR: Final = ("top-secret", "secret", "confidential", "restricted")
_UNKNOWN: Final = "not stated"
_PARTY: Final = re.compile(r"[A-Z]{2}")


def import_spif(pair: Pair, parties: Mapping[str, str]) -> tuple[str, Profile, tuple[str, ...]]:
    """The profile as TOML, loaded and checked, and the sentences that say what a person has to add.

    ``parties`` gives each policy name its Party's two letters, where the files do not (``{"KAZ": "KZ"}``).
    Raises ProfileError when a Party has none, or when the table of the files would lower a level.
    """
    ids = {policy.name: _party_id(policy, parties) for policy in (pair.one, pair.other)}
    text = "".join(_toml(pair, ids))
    profile = parse_profile(text.encode(), "the profile made of the SPIF files")
    return text, profile, (*NOT_EXPRESSED, *pair.one.left_out, *pair.other.left_out)


def _party_id(policy: Policy, parties: Mapping[str, str]) -> str:
    found = parties.get(policy.name) or policy.party.get("id", "")
    if not _PARTY.fullmatch(found):
        raise ProfileError(
            f"{policy.file} does not say which Party has the policy {policy.name}.",
            remedy=f"Say it by its two letters: --party {policy.name}=XX.",
        )
    return found


def _toml(pair: Pair, ids: Mapping[str, str]) -> Iterator[str]:
    agreement = pair.one.agreement
    name = f"{pair.one.name}–{pair.other.name}"
    yield "# Made from two Open XML SPIF files.  What they cannot say stands at its strictest, or as 'not stated'.\n"
    yield "# Have a lawyer put in articles, spellings and handling, then run marker agreement check.\n"
    yield "\nschema = 1\n"
    yield _table(
        "[agreement]",
        id=agreement.get("id") or "-".join(sorted(one.lower() for one in ids.values())),
        title=agreement.get("title") or f"Agreement {name}",
        short=agreement.get("short") or name,
        in_force=agreement.get("inForce") or "1900-01-01",
    )
    for policy in (pair.one, pair.other):
        yield _party(policy, ids[policy.name])
    rows = rows_of(pair)
    levels = dict(zip(rows, zip(_levels(len(rows)), ranks_of(rows), strict=True), strict=True))
    for level, rank in levels.values():
        yield _table("[[level]]", id=level, rank=rank, article=_UNKNOWN, classified=True, name={"en": _title(level)})
    markings: dict[tuple[str, int], str] = {}
    for side, policy in enumerate((pair.one, pair.other)):
        for found in sorted(policy.classifications, key=lambda one: -one.hierarchy):
            own = [level for row, (level, _rank) in levels.items() if row[side] == found]
            if not own:
                continue  # nothing corresponds to it in either direction: read_pair refuses that
            markings[policy.name, found.lacv] = f"{ids[policy.name].lower()}:{own[0]}"
            yield _marking(found, markings[policy.name, found.lacv], ids[policy.name], own)
    for one, other, sent in ((pair.one, pair.other, pair.sent_by_one), (pair.other, pair.one, pair.sent_by_other)):
        for source, target in sorted(sent.items(), reverse=True):
            ends = {"from": markings[one.name, source], "to": markings[other.name, target]}
            yield _table("[[equivalence]]", **ends, article=_UNKNOWN)
    yield from _strictest([level for level, _rank in levels.values()], list(ids.values()))


def _party(policy: Policy, party: str) -> str:
    code = policy.party.get("code") or policy.name
    spoken = list(dict.fromkeys(language for one in policy.classifications for language, _ in one.phrases if language))
    return _table(
        "[[party]]",
        id=party,
        code=code,
        name=dict(policy.names) or {"en": code},
        stamp_languages=spoken or ["en"],
        state_languages=[],
        policy_oid=policy.oid,
        **({} if policy.name == code else {"policy_name": policy.name}),
        zone="top-bottom",
        every_page=False,
    )


def _marking(found: Classification, identity: str, party: str, levels: list[str]) -> str:
    spoken = {language: phrase for language, phrase in reversed(found.phrases) if language}
    ordered = {language: spoken[language] for language, _ in found.phrases if language}
    own = {language: phrase for language, phrase in ordered.items() if phrase in found.name.split("/")}
    if "/".join(own.values()) != found.name:
        own = {"und": found.name}
    foreign = {language: phrase for language, phrase in ordered.items() if phrase not in own.values()}
    stamp = next((phrase for language, phrase in found.phrases if not language), found.name)
    return _table(
        "[[marking]]",
        id=identity,
        party=party,
        levels=levels,
        article=_UNKNOWN,
        stamp=stamp,
        forms={language: [phrase] for language, phrase in own.items()},
        **({"foreign": {language: [phrase] for language, phrase in foreign.items()}} if foreign else {}),
    )


def _strictest(levels: list[str], parties: list[str]) -> Iterator[str]:
    for place, level in enumerate(levels):
        yield _table(
            "[[handling]]",
            level=level,
            receipt="written",
            receipt_article=_UNKNOWN,
            copies_consent=True,
            copies_article=_UNKNOWN,
            destroy="never" if place == 0 else "consent",
            destroy_article=_UNKNOWN,
        )
    yield "\n[rules]\n"
    yield _table("[scans]", languages=[])
    yield _table("[context]", conditional=["WHEN FILLED IN"], copy_words=["COPY"], companions=["ANNEX"])
    for party in parties:
        yield _table(
            f"[stamp.{party}]",
            zone="top-bottom",
            copy_of="Copy No. {n} of {total}",
            copy_alone="Copy No. {n}",
            register="Reg. No. {register} · {date}",
            date_format="%Y-%m-%d",
            originator_caption="Originator's marking:",
            originator="{party} · {marking}",
            basis="Agreement",
            recipient="Recipient: {recipient}",
            page_of="{page} / {pages}",
            block_corner="right",
        )


def _levels(count: int) -> list[str]:
    return list(_FOUR) if count == len(_FOUR) else [f"level-{number}" for number in range(count, 0, -1)]


def _title(level: str) -> str:
    return level.replace("-", " ").capitalize()


def _table(head: str, **values: object) -> str:
    return f"\n{head}\n" + "".join(f"{key} = {_value(value)}\n" for key, value in values.items())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(str(k))} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, bool | int):
        return json.dumps(value)
    # A JSON string is a TOML basic string, but for the one control character JSON leaves alone.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")

"""Loads an agreement profile (TOML) into frozen types and checks it (`check`)."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import fields
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from marker.agreement.check import check
from marker.agreement.letters import read_letters
from marker.agreement.profile import (
    NOT_STATED,
    Articles,
    Context,
    Declassified,
    Destruction,
    Equivalence,
    Handling,
    Level,
    Marking,
    Negative,
    Outside,
    Party,
    Profile,
    Qualifier,
    Receipt,
    Scans,
    StampWording,
)
from marker.agreement.tables import Table
from marker.errors import ProfileError
from marker.model import LevelId, MarkingId, PartyId

SCHEMA = 1
EMBEDDED = "kz-lt.toml"


def load_profile(path: Path | None = None) -> Profile:
    """The profile in ``path``, or the embedded KZ-LT one.

    Raises ProfileError, naming file and key, when the file cannot be read, is no profile, or contradicts itself.
    """
    return _embedded() if path is None else _loaded(_read(path), str(path))


@lru_cache(maxsize=4)
def _loaded(data: bytes, file: str) -> Profile:
    """One profile for one content of a file, so that what was compiled from it is known again."""
    return parse_profile(data, file)


@cache
def _embedded() -> Profile:
    data = resources.files("marker.agreement").joinpath("profiles", EMBEDDED).read_bytes()
    return parse_profile(data, EMBEDDED)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProfileError(
            f"The agreement profile {path} cannot be read: {error.strerror}.",
            remedy="Check the path after --agreement.",
        ) from error


def read_profile(path: Path | None) -> tuple[Profile, str]:
    """A profile that was not checked yet, for a look at all its contradictions, and what messages call its file.

    Raises ProfileError when the file cannot be read or is no profile.
    """
    if path is None:
        return _embedded(), EMBEDDED
    return parse_profile(_read(path), str(path), checked=False), str(path)


def parse_profile(data: bytes, file: str, *, checked: bool = True) -> Profile:
    """The profile in ``data``; ``file`` names it in messages.  Raises ProfileError as :func:`load_profile` does."""
    try:
        raw: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{file} is no valid TOML: {error}.", remedy="Mend that line.") from error
    top = Table(raw, "", file)
    if top.whole("schema") != SCHEMA:
        raise ProfileError(
            f"{file}: schema must be {SCHEMA}.", remedy="This version reads profiles of that schema only."
        )
    profile = _profile(top, hashlib.sha256(data).hexdigest())
    top.close()
    if checked:
        check(profile, file)
    return profile


def _profile(top: Table, sha256: str) -> Profile:
    about = top.table("agreement")
    profile = Profile(
        id=about.text("id"),
        title=about.text("title"),
        short=about.text("short"),
        in_force=about.text("in_force"),
        parties=tuple(_party(t) for t in top.tables("party")),
        levels=tuple(sorted((_level(t) for t in top.tables("level")), key=lambda level: -level.rank)),
        markings=tuple(_marking(t) for t in top.tables("marking")),
        equivalences=tuple(
            Equivalence(MarkingId(t.text("from")), MarkingId(t.text("to")), t.text("article"))
            for t in top.tables("equivalence")
        ),
        handling=tuple(_handling(t) for t in top.tables("handling")),
        rules=top.names("rules"),
        outside=tuple(_outside(t) for t in top.tables("outside", optional=True)),
        qualifiers=tuple(_qualifier(t) for t in top.tables("qualifier", optional=True)),
        negatives=tuple(
            Negative(MarkingId(t.text("id")), t.texts("forms"), t.texts("qualified_by", ()))
            for t in top.tables("negative", optional=True)
        ),
        declassified=tuple(
            Declassified(MarkingId(t.text("id")), t.text("article"), t.texts("forms"))
            for t in top.tables("declassified", optional=True)
        ),
        context=_context(top.table("context")),
        stamp=_stamps(top.table("stamp")),
        articles=_articles(top.table("articles", optional=True)),
        scans=_scans(top.table("scans")),
        letters=read_letters(top.table("letters", optional=True)),
        sha256=sha256,
    )
    about.text("prevailing_language", "en")
    about.close()
    return profile


def _party(table: Table) -> Party:
    return Party(
        id=PartyId(table.text("id")),
        code=table.text("code"),
        name=table.names("name"),
        stamp_languages=table.texts("stamp_languages"),
        state_languages=table.texts("state_languages"),
        policy_oid=table.text("policy_oid"),
        zone=table.choice("zone", ("corner", "top-bottom")),
        every_page=table.flag("every_page"),
        policy_name=table.text("policy_name", ""),
    )


def _level(table: Table) -> Level:
    return Level(
        id=LevelId(table.text("id")),
        rank=table.whole("rank"),
        article=table.text("article"),
        classified=table.flag("classified"),
        name=table.names("name"),
    )


def _marking(table: Table) -> Marking:
    return Marking(
        id=MarkingId(table.text("id")),
        party=PartyId(table.text("party")),
        levels=tuple(LevelId(level) for level in table.texts("levels")),
        article=table.text("article"),
        stamp=table.text("stamp"),
        forms=table.forms("forms"),
        foreign=table.forms("foreign", optional=True),
        aliases=table.texts("aliases", ()),
        short=table.texts("short", ()),
        initials=table.texts("initials", ()),
    )


def _handling(table: Table) -> Handling:
    return Handling(
        level=LevelId(table.text("level")),
        receipt=Receipt(table.choice("receipt", tuple(Receipt))),
        receipt_article=table.text("receipt_article"),
        copies_consent=table.flag("copies_consent"),
        copies_article=table.text("copies_article"),
        destroy=Destruction(table.choice("destroy", tuple(Destruction))),
        destroy_article=table.text("destroy_article"),
    )


def _outside(table: Table) -> Outside:
    return Outside(
        id=MarkingId(table.text("id")),
        kind=table.choice("kind", ("third-party", "no-equivalent")),
        owner=table.text("owner"),
        forms=table.texts("forms"),
        prefixes=table.texts("prefixes", ()),
        portions=table.texts("portions", ()),
        initials=table.texts("initials", ()),
        party=PartyId(party) if (party := table.text("party", "")) else None,
    )


def _qualifier(table: Table) -> Qualifier:
    return Qualifier(
        owner=MarkingId(table.text("owner")),
        name=table.text("name"),
        applies_to=tuple(MarkingId(marking) for marking in table.texts("applies_to")),
        words=table.texts("words"),
    )


def _context(table: Table) -> Context:
    context = Context(
        conditional=table.texts("conditional"),
        copy_words=table.texts("copy_words"),
        companions=table.texts("companions"),
        terms=table.texts("terms", ()),
        sole_copy=table.texts("sole_copy", ()),
    )
    table.close()
    return context


def _articles(table: Table) -> Articles:
    articles = Articles(**{field.name: table.text(field.name, NOT_STATED) for field in fields(Articles)})
    table.close()
    return articles


def _scans(table: Table) -> Scans:
    first = table.table("first", optional=True)
    scans = Scans(
        table.texts("languages"),
        table.texts("besides", ()),
        {PartyId(party): first.text(party) for party in first.keys()},  # noqa: SIM118  # Table is no mapping
    )
    first.close()
    table.close()
    return scans


def _stamps(table: Table) -> dict[PartyId, StampWording]:
    stamps: dict[PartyId, StampWording] = {}
    for party in table.keys():  # noqa: SIM118  # Table is no mapping: its keys are taken while it is read
        wording = table.table(party)
        stamps[PartyId(party)] = StampWording(
            zone=wording.choice("zone", ("top-bottom",)),
            copy_of=wording.text("copy_of"),
            copy_alone=wording.text("copy_alone"),
            register=wording.text("register"),
            date_format=wording.text("date_format"),
            originator_caption=wording.text("originator_caption"),
            originator=wording.text("originator"),
            basis=wording.text("basis"),
            recipient=wording.text("recipient"),
            page_of=wording.text("page_of"),
            block_corner=wording.choice("block_corner", ("left", "right")),
        )
        wording.close()
    table.close()
    return stamps

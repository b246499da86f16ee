"""How letters to the other Party are worded: by language, in the profile as ``[letters.XX]`` or shipped with marker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import Final

from marker.agreement.tables import Table


class LetterKind(StrEnum):
    """What a letter is for."""

    RECEIPT = "receipt"
    DESTRUCTION = "destruction"
    CRISIS = "crisis"
    INCIDENT = "incident"
    REPORT = "report"
    """Of the outcome of an investigation."""


LABELS: Final = (
    "register", "sender_ref", "sender_date", "received", "marking", "stamped", "pages", "sha256", "copies", "on",
    "method", "witnesses", "consent", "what", "outcome", "reason", "signature", "name", "date",
)  # fmt: skip
"""What a letter states, each with its name in every language."""


@dataclass(frozen=True, slots=True)
class LetterTexts:
    """All letters in one language; ``{article}`` and ``{table}`` are filled in."""

    labels: Mapping[str, str]
    titles: Mapping[LetterKind, str]
    bodies: Mapping[LetterKind, str]


def read_letters(table: Table) -> dict[str, LetterTexts]:
    """The wordings in ``table`` by language.  Raises ProfileError for what is missing, unknown or cannot be filled."""
    found: dict[str, LetterTexts] = {}
    for language in table.keys():  # noqa: SIM118  # Table is no mapping: its keys are taken while it is read
        one = table.table(language)
        names = one.table("labels")
        labels = {key: _text(names, key, "table") for key in LABELS}
        names.close()
        titles, bodies = {}, {}
        for kind in LetterKind:
            letter = one.table(kind)
            titles[kind], bodies[kind] = letter.text("title"), _text(letter, "body", "article")
            letter.close()
        one.close()
        found[language] = LetterTexts(labels, titles, bodies)
    table.close()
    return found


def _text(table: Table, key: str, field: str) -> str:
    text = table.text(key)
    try:
        fields = {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise table.fault(key, f"cannot be filled in: {error}") from error
    if fields - {field}:
        raise table.fault(key, f"has {{{min(fields - {field})}}}, but only {{{field}}} is filled in")
    return text

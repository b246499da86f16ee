"""On what grounds a copy may be made: the one place where Articles 4(3) and 7(1) are applied, in the transaction that
draws its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from marker.agreement.profile import Handling
from marker.errors import RegisterError
from marker.model import LevelId, PartyId
from marker.names import shown
from marker.register import consents, query, recipients, schema
from marker.register.consents import Covers, OnFile
from marker.register.ledger import Pen
from marker.register.records import CopyStatus, DocumentRecord, EventKind


@dataclass(frozen=True, slots=True)
class Translation:
    """A translation that is stamped and numbered like a copy (Articles 7(1), 7(3))."""

    language: str
    """ISO 639-1."""
    sha256: str
    """Of the translation as it was handed in."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What must be on file before copies of a level are made; None of it is decided here but by the profile."""

    handling: Handling
    parties: frozenset[PartyId]
    state_languages: frozenset[str]
    """The first translation into one of these needs no consent, once per language (Article 7(1))."""
    consent: str | None = None
    unknown_is_third: bool = False
    """Whether a recipient who is not in the list needs the competent authority's consent (Article 4(3))."""
    translation: Translation | None = None
    replaces: str | None = None
    """The number of a spoiled copy that this one stands for; it was counted then."""


def of_copy(
    pen: Pen, document: DocumentRecord, index: int, recipient: str | None, terms: Terms
) -> dict[str, str | None] | None:
    """The grounds of the copy that is about to be drawn, as kept in the table; None where there is nothing to say.

    Raises HoldError(consent-required), RegisterError when the copy to be replaced is not a spoiled one.
    """
    party = recipients.party_of(pen.connection, recipient) if recipient is not None else None
    needs: set[Covers] = set()
    articles: list[str] = []
    third = party == recipients.THIRD or (party is None and recipient is not None and terms.unknown_is_third)
    if third:
        needs.add(Covers.RELEASE)
        articles.append(pen.articles.release)
    if terms.replaces is not None:
        _may_replace(pen, document, terms.replaces)
    elif index > 1 and terms.handling.copies_consent and not _is_first_translation(pen, document, terms):
        needs.add(Covers.COPIES)
        articles.append(terms.handling.copies_article)
    consent = None
    if needs:
        consent = consents.use(
            pen,
            terms.consent,
            needs=frozenset(needs),
            level=document.level,
            register_number=document.register_number,
            articles=articles,
            doing=_what(document, terms, third=third, recipient=recipient, party=party),
        )
    values: dict[str, str | None] = {
        "consent": consent,
        "recipient_party": party,
        "translation": terms.translation.language if terms.translation else None,
        "translation_sha256": terms.translation.sha256 if terms.translation else None,
        "replaces": terms.replaces,
    }
    return values if any(values.values()) else None


def _what(document: DocumentRecord, terms: Terms, *, third: bool, recipient: str | None, party: str | None) -> str:
    if third:
        return recipients.third_party(recipient or "", party, "A copy")
    if terms.translation is not None:
        language = terms.translation.language
        why = "there is one already" if language in terms.state_languages else "no state language of a Party"
        return f"A translation of a {document.level} document into {language} ({why})"
    return f"Each further copy of a {document.level} document"


@dataclass(frozen=True, slots=True)
class NextCopy:
    """On what grounds the next copy of a document may be made today."""

    index: int
    level: LevelId
    needs_consent: bool
    article: str
    consents: tuple[OnFile, ...]
    """Those that allow it."""
    free_translations: tuple[str, ...]
    """State languages into which the first translation needs none."""


def next_copy(
    connection: Connection, document: DocumentRecord, handling: Handling, state_languages: frozenset[str], today: str
) -> NextCopy:
    """What :func:`of_copy` would ask of one more copy ``today`` (ISO 8601) for a recipient who is no third party."""
    number, needed = document.register_number, handling.copies_consent
    return NextCopy(
        len(query.copies_of(connection, number)) + 1,
        document.level,
        needed,
        handling.copies_article,
        tuple(consents.usable(connection, document.level, number, today)) if needed else (),
        tuple(free_translations(connection, number, state_languages)) if needed else (),
    )


def _is_first_translation(pen: Pen, document: DocumentRecord, terms: Terms) -> bool:
    if terms.translation is None:
        return False
    return terms.translation.language in free_translations(
        pen.connection, document.register_number, terms.state_languages
    )


def free_translations(connection: Connection, register_number: str, state_languages: frozenset[str]) -> list[str]:
    """The state languages into which no translation was made yet, so that the first needs no consent (Article 7(1))."""
    table, copies = schema.grounds.c, schema.copies.c
    made = connection.scalars(
        select(table.translation)
        .join(schema.copies, copies.copy_number == table.copy_number)
        .where(copies.document == register_number, copies.status != CopyStatus.VOID.value)
    )
    return sorted(state_languages.difference(made))


def _may_replace(pen: Pen, document: DocumentRecord, number: str) -> None:
    table, copies, events = schema.grounds.c, schema.copies.c, schema.events.c
    spoiled = pen.connection.scalar(
        select(events.seq).where(
            events.document == document.register_number,
            events.copy == number,
            events.kind == EventKind.SPOILED.value,
        )
    )
    if spoiled is None:
        raise RegisterError(
            f"{shown(number)} is not a spoiled copy of {document.register_number}.",
            remedy="Only a spoiled copy is replaced without a consent: 'marker copy … --replaces … --reason …'.",
        )
    replaced = pen.connection.scalar(
        select(table.copy_number)
        .join(schema.copies, copies.copy_number == table.copy_number)
        .where(table.replaces == number, copies.status != CopyStatus.VOID.value)
        .limit(1)
    )
    if replaced is not None:
        raise RegisterError(
            f"{number} was replaced by {replaced} already.", remedy="A spoiled copy is replaced once; name a consent."
        )


def of_document(connection: Connection, register_number: str) -> dict[str, dict[str, Any]]:
    """The grounds of a document's copies by their numbers, for people and programs that look."""
    return of_documents(connection, [register_number])


def of_documents(connection: Connection, register_numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The grounds of the copies of several documents by copy number."""
    table, copies = schema.grounds, schema.copies.c
    found: dict[str, dict[str, Any]] = {}
    for some in query.batched(register_numbers):
        of_them = select(table).join(schema.copies, copies.copy_number == table.c.copy_number)
        rows = connection.execute(of_them.where(copies.document.in_(some)))
        found |= {row.copy_number: dict(row._mapping) for row in rows}
    return found

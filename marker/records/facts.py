"""Which facts of the register a letter states."""

from __future__ import annotations

from collections.abc import Sequence

from marker.agreement.letters import LetterKind
from marker.agreement.profile import Handling, Profile
from marker.records.letters import Letter, languages_for, texts_of
from marker.register.custody import Destroying, Incident
from marker.register.records import CopyRecord, DocumentRecord


def receipt(
    document: DocumentRecord,
    copies: Sequence[CopyRecord],
    profile: Profile,
    handling: Handling,
    *,
    today: str,
    arrivals: Sequence[str] = (),
    languages: Sequence[str] = (),
) -> Letter:
    """The receipt for a document; ``arrivals`` are dates on which the same document came again (rule 9)."""
    facts = [*_document(document, profile), ("received", ", ".join([document.registered_on, *arrivals]))]
    facts += [("pages", str(document.pages or "")), ("sha256", document.source_sha256)]
    facts.append(("copies", ", ".join(copy.copy_number for copy in copies)))
    return _letter(LetterKind.RECEIPT, handling.receipt_article, document, profile, facts, today, languages)


def destruction(
    document: DocumentRecord,
    numbers: Sequence[str],
    how: Destroying,
    profile: Profile,
    *,
    today: str,
    languages: Sequence[str] = (),
) -> Letter:
    """The notice of a destruction, urgent after a crisis (Articles 7(4), 7(8))."""
    facts = [*_document(document, profile), ("copies", ", ".join(numbers)), ("on", how.on), ("method", how.method)]
    facts += [("witnesses", ", ".join(how.witnesses)), ("consent", how.consent or ""), ("reason", how.reason or "")]
    said = profile.articles
    kind, article = (LetterKind.CRISIS, said.crisis) if how.crisis else (LetterKind.DESTRUCTION, said.notice)
    return _letter(kind, article, document, profile, facts, today, languages)


def breach(
    incident: Incident, document: DocumentRecord, profile: Profile, *, today: str, languages: Sequence[str] = ()
) -> Letter:
    """The notice of a breach to the other side's competent authority, or the final report once it is closed (10)."""
    numbers = [number for number in incident.copies if number.startswith(f"{document.register_number}-")]
    facts = [*_document(document, profile), ("copies", ", ".join(numbers)), ("on", incident.on)]
    facts.append(("what", incident.what))
    facts.append(("outcome", incident.report or ""))
    kind = LetterKind.INCIDENT if incident.report is None else LetterKind.REPORT
    return _letter(kind, profile.articles.breach, document, profile, facts, today, languages)


def _document(document: DocumentRecord, profile: Profile) -> list[tuple[str, str]]:
    return [
        ("register", document.register_number),
        ("sender_ref", document.sender_ref or ""),
        ("sender_date", document.sender_date or ""),
        ("marking", profile.marking(document.marking).own_text),
        ("stamped", profile.marking(document.equivalent).stamp),
    ]


def _letter(
    kind: LetterKind,
    article: str,
    document: DocumentRecord,
    profile: Profile,
    facts: Sequence[tuple[str, str]],
    today: str,
    languages: Sequence[str],
) -> Letter:
    return Letter(
        kind,
        article,
        dict(profile.party(document.party).name),
        dict(profile.other(document.party).name),
        today,
        tuple(facts),
        languages_for(profile, document.party, languages),
        profile.articles.table,
        texts_of(profile),
    )

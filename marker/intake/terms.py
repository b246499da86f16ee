"""What the profile and the settings say must be on file before copies are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marker.agreement.profile import Profile
from marker.errors import UsageError
from marker.model import LevelId
from marker.names import shown
from marker.register import recipients
from marker.register.grounds import Terms, Translation
from marker.register.records import DocumentEntry, DocumentRecord
from marker.settings import Settings

if TYPE_CHECKING:
    from marker.register.register import Register

UNKNOWN = ("note", "refuse")
"""Values of the setting ``unknown_recipients``."""


def unknown_is_third(settings: Settings) -> bool:
    """Whether a recipient who is not in the list counts as a third party.  Raises UsageError for another value."""
    if settings.unknown_recipients not in UNKNOWN:
        raise UsageError(
            f"unknown_recipients is {settings.unknown_recipients!r}.", remedy=f"It is one of {', '.join(UNKNOWN)}."
        )
    return settings.unknown_recipients == "refuse"


def terms_of(
    profile: Profile,
    settings: Settings,
    level: LevelId,
    consent: str | None,
    *,
    translation: Translation | None = None,
    replaces: str | None = None,
) -> Terms:
    """The terms for copies of one level.  Raises UsageError for a wrong setting."""
    return Terms(
        handling=profile.handling_of(level),
        parties=frozenset(party.id for party in profile.parties),
        state_languages=profile.state_languages,
        consent=consent,
        unknown_is_third=unknown_is_third(settings),
        translation=translation,
        replaces=replaces,
    )


def strangers(book: Register, names: Sequence[str | None]) -> list[str]:
    """A note for each recipient whose Party nobody has stated (Article 4(3))."""
    with book.reading() as connection:
        return [
            f"{shown(name)} is not in the list of recipients; state their Party with 'marker recipient add'."
            for name in dict.fromkeys(names)
            if name is not None and recipients.party_of(connection, name) is None
        ]


def entry_again(document: DocumentRecord, purpose: str | None) -> DocumentEntry:
    """A registered document as it is reserved once more, for ``purpose``."""
    return DocumentEntry(
        party=document.party,
        source_sha256=document.source_sha256,
        source_name=document.source_name,
        format=document.format,
        pages=document.pages,
        marking=document.marking,
        level=document.level,
        equivalent=document.equivalent,
        purpose=purpose,
    )

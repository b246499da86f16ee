"""The frozen types an agreement profile is loaded into.

One profile describes one bilateral agreement.  Nothing in the package knows a marking, a Party or a rule that does not
stand in a profile; a second agreement is a second file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from marker.agreement.letters import LetterTexts
from marker.errors import UsageError
from marker.model import LevelId, MarkingId, PartyId


class Receipt(StrEnum):
    """How a received document is acknowledged (Articles 6(3), 6(5))."""

    WRITTEN = "written"
    ELECTRONIC = "electronic"
    NONE = "none"


class Destruction(StrEnum):
    """Whether a document may be destroyed (Articles 7(5) to 7(7))."""

    NEVER = "never"
    CONSENT = "consent"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Party:
    """A Party of the agreement (Article 1) and the practice of its registries."""

    id: PartyId
    code: str
    """ISO 3166-1 alpha-3."""
    name: Mapping[str, str]
    stamp_languages: tuple[str, ...]
    state_languages: tuple[str, ...]
    policy_oid: str
    zone: str
    every_page: bool
    policy_name: str = ""
    """What labels call the Party's policy; empty means its code."""

    @property
    def policy(self) -> str:
        """``PolicyIdentifier`` of a label, ``securityPolicyId`` of a SPIF."""
        return self.policy_name or self.code


@dataclass(frozen=True, slots=True)
class Level:
    """A row of Article 3.  ``rank`` grows with secrecy."""

    id: LevelId
    rank: int
    article: str
    classified: bool
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Marking:
    """A marking of one Party (Article 3): what is stamped, and all that is read as it."""

    id: MarkingId
    party: PartyId
    levels: tuple[LevelId, ...]
    """The rows it stands in, highest first; its own level is the first."""
    article: str
    stamp: str
    forms: Mapping[str, tuple[str, ...]]
    foreign: Mapping[str, tuple[str, ...]]
    """Forms in a language that is not the Party's own; never a marking alone (rule of judgement 3)."""
    aliases: tuple[str, ...]
    short: tuple[str, ...]
    initials: tuple[str, ...] = ()
    """Letters a registry writes for it (СС, VS): never a marking, but alone where one stands they leave a doubt."""

    @property
    def level(self) -> LevelId:
        return self.levels[0]

    @property
    def own_text(self) -> str:
        """The marking in its Party's own languages (``KONFIDENCIALIAI``, ``ҚҰПИЯ/СЕКРЕТНО``), as the copy cites it."""
        return "/".join(forms[0] for forms in self.forms.values())

    def own_forms(self) -> tuple[str, ...]:
        """Every spelling that is evidence by itself: the stamp, the forms in the Party's own languages, the aliases."""
        return (self.stamp, *(form for forms in self.forms.values() for form in forms), *self.aliases)

    def foreign_forms(self) -> tuple[str, ...]:
        return tuple(form for forms in self.foreign.values() for form in forms)


@dataclass(frozen=True, slots=True)
class Equivalence:
    """One direction of one row of Article 3."""

    source: MarkingId
    target: MarkingId
    article: str


@dataclass(frozen=True, slots=True)
class Handling:
    """What a receiver owes and may do with a document of one level (Articles 6 and 7)."""

    level: LevelId
    receipt: Receipt
    receipt_article: str
    copies_consent: bool
    copies_article: str
    destroy: Destruction
    destroy_article: str


@dataclass(frozen=True, slots=True)
class Outside:
    """A family of markings that Article 3 does not map; found so that it can be held."""

    id: MarkingId
    kind: str
    """``third-party`` or ``no-equivalent``."""
    owner: str
    forms: tuple[str, ...]
    prefixes: tuple[str, ...] = ()
    """English levels that become this owner's when continued with ``//``."""
    portions: tuple[str, ...] = ()
    """Openings of portion marks."""
    initials: tuple[str, ...] = ()
    """Letters that registries of ``party`` write for it: they leave a doubt where a marking stands."""
    party: PartyId | None = None


@dataclass(frozen=True, slots=True)
class Qualifier:
    """Words that make a form shared by several owners another owner's."""

    owner: MarkingId
    name: str
    applies_to: tuple[MarkingId, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Negative:
    """Words that say a document is not classified."""

    id: MarkingId
    forms: tuple[str, ...]
    qualified_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declassified:
    """Words that say a marking was lifted (Article 4(6))."""

    id: MarkingId
    article: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Words around a marking that change what it is."""

    conditional: tuple[str, ...]
    copy_words: tuple[str, ...]
    companions: tuple[str, ...]
    terms: tuple[str, ...]
    """Words of the time a marking holds for and the ground it rests on; they count beside a number only."""
    sole_copy: tuple[str, ...] = ()
    """Words that stand for the number of a copy that is the only one."""


@dataclass(frozen=True, slots=True)
class StampWording:
    """How a receiving Party words its stamp.  Templates take named fields only (see ``stamp.wording``)."""

    zone: str
    copy_of: str
    copy_alone: str
    register: str
    date_format: str
    originator_caption: str
    originator: str
    basis: str
    recipient: str
    page_of: str
    block_corner: str
    """``left`` or ``right``: the upper corner of page 1 that senders of the other Party leave free."""


@dataclass(frozen=True, slots=True)
class Scans:
    """Tesseract's models that read the Parties' papers, by its names for them (``kaz``)."""

    languages: tuple[str, ...]
    """Read together, in one pass; none means that no scan can be read."""
    besides: tuple[str, ...] = ()
    """Lines in doubt are read by each of ``languages`` alone, and by each of these."""
    first: Mapping[PartyId, str] = field(default_factory=dict)
    """Party → the one of ``languages`` that its papers are in, mostly: they are read by it, and by the others where it
    is not sure."""

    @property
    def every(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.languages, *self.besides)))

    def of(self, sending: PartyId) -> Scans:
        """The same, the language of a Party's papers first."""
        return replace(self, languages=tuple(sorted(self.languages, key=lambda one: one != self.first.get(sending))))


NOT_STATED: Final = "to be stated"
"""What stands in a profile for an article that a lawyer has yet to put in."""


@dataclass(frozen=True, slots=True)
class Articles:
    """Where the agreement says what every such agreement says, as sentences to people cite it (``4(6)``)."""

    table: str = NOT_STATED
    """Which markings correspond."""
    unchanged: str = NOT_STATED
    """Nothing is declassified and no marking changed without written consent."""
    release: str = NOT_STATED
    """No release to a third party without the competent authority's consent."""
    notice: str = NOT_STATED
    """A destruction is notified to the sender."""
    crisis: str = NOT_STATED
    """In a crisis: destroyed at once, notified at once."""
    breach: str = NOT_STATED
    """A breach is told to the other side and investigated."""


def cited(*articles: str) -> str:
    """The articles as a sentence names them: ``Article 4(6)``; ``the Agreement`` where none is stated."""
    stated = [article for article in articles if article[:1].isdigit()]
    return f"Article {', '.join(stated)}" if stated else "the Agreement"


@dataclass(frozen=True, slots=True)
class Profile:
    """A whole agreement.  ``sha256`` is the hash of the file it was read from; the register records it."""

    id: str
    title: str
    short: str
    in_force: str
    parties: tuple[Party, ...]
    levels: tuple[Level, ...]
    markings: tuple[Marking, ...]
    equivalences: tuple[Equivalence, ...]
    handling: tuple[Handling, ...]
    rules: Mapping[str, str]
    outside: tuple[Outside, ...]
    qualifiers: tuple[Qualifier, ...]
    negatives: tuple[Negative, ...]
    declassified: tuple[Declassified, ...]
    context: Context
    stamp: Mapping[PartyId, StampWording]
    articles: Articles
    scans: Scans
    letters: Mapping[str, LetterTexts]
    """By language, beside those that marker brings."""
    sha256: str

    def party(self, party: str) -> Party:
        """The Party of that id. Raises UsageError, naming the Parties there are."""
        for candidate in self.parties:
            if candidate.id == party:
                return candidate
        known = " and ".join(p.id for p in self.parties)
        raise UsageError(f"{party} is not a Party of the {self.short}.", remedy=f"The Parties are {known}.")

    def other(self, party: str) -> Party:
        """The Party that sends when ``party`` receives."""
        receiving = self.party(party)
        return next(p for p in self.parties if p.id != receiving.id)

    def scans_for(self, receiving: PartyId) -> Scans:
        """What reads the papers that a Party receives, the language they are mostly in first."""
        return self.scans.of(self.other(receiving).id)

    def marking(self, marking: str) -> Marking:
        """The marking of that id. Raises UsageError, naming the ids there are."""
        for candidate in self.markings:
            if candidate.id == marking:
                return candidate
        known = ", ".join(m.id for m in self.markings)
        raise UsageError(f"{marking} is not a marking of the {self.short}.", remedy=f"Its markings are {known}.")

    def level(self, level: str) -> Level:
        return next(candidate for candidate in self.levels if candidate.id == level)

    def rank(self, marking: MarkingId) -> int:
        """How high a marking stands; comparable across Parties (Article 3(1))."""
        return self.level(self.marking(marking).level).rank

    def equivalent(self, marking: MarkingId) -> Marking:
        """The marking of the other Party that corresponds to ``marking`` under Article 3."""
        found = next(e for e in self.equivalences if e.source == marking)
        return self.marking(found.target)

    @property
    def state_languages(self) -> frozenset[str]:
        """Of both Parties, ISO 639-1."""
        return frozenset(language for party in self.parties for language in party.state_languages)

    def handling_of(self, level: LevelId) -> Handling:
        return next(h for h in self.handling if h.level == level)

    def wording(self, party: PartyId) -> StampWording:
        return self.stamp[party]

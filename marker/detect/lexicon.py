"""The words of a profile, compiled for looking up: one trie over all of them, so that the longest form wins.

Forms are entered by their folded letters without blanks, because blanks come and go (``С Е К Р Е Т Н О``,
``СОВ.СЕКРЕТНО``, ``RIB ОТО``).  The trie is walked from word to word, so a match always begins and ends where words do:
СЕКРЕТНО is not found in СЕКРЕТНОГО nor in НЕСЕКРЕТНО.  Dual forms ``A/B`` need no entries: their halves are found one
after the other, in either order and over line breaks, and joined in ``groups``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from marker.agreement.profile import Marking, Profile
from marker.detect.fold import fold, words
from marker.model import MarkingId, PartyId


class Role(StrEnum):
    """What words are to the judgement."""

    MARK = "mark"
    FOREIGN = "foreign"
    """A form in a language that is not the Party's own: evidence of neither Party alone (rule of judgement 3)."""
    SHORT = "short"
    INITIALS = "initials"
    """One or two letters; never a marking, found by themselves (``detect.initials``) and in no trie."""
    NO_EQUIVALENT = "no-equivalent"
    THIRD_PARTY = "third-party"
    NEGATIVE = "negative"
    DECLASSIFIED = "declassified"
    QUALIFIER = "qualifier"
    CONDITIONAL = "conditional"
    QUALIFIED_BY = "qualified-by"
    COPY = "copy"
    COMPANION = "companion"


CONTEXT_ROLES: Final = frozenset({Role.QUALIFIER, Role.CONDITIONAL, Role.QUALIFIED_BY, Role.COPY, Role.COMPANION})
"""Words around a marking; never findings themselves."""
LEVEL_ROLES: Final = frozenset({Role.MARK, Role.FOREIGN, Role.SHORT, Role.NO_EQUIVALENT})
"""What may be half of a dual mark."""

SYNTAX: Final = "syntax"
"""The language of what is known by its punctuation (``SECRET//``), not by its words."""

_ORDER: Final = {role: place for place, role in enumerate(Role)}
_PAGE_WORDS: Final = (
    "№ Nr Nr. No No. N Reg Рег Тіркеу Исх Вх Лист Л Стр С Бет Б Парақ П Psl P Lapas Page of iš из барлығы all г m d ж"
)
"""Words of numbers and pages in the languages of both Parties: beside a number they make no running text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One form.  ``target`` is a marking id or, for words around a marking, what they belong to."""

    role: Role
    target: MarkingId
    form: str
    language: str = ""
    alias: bool = False
    words: tuple[str, ...] = field(init=False)
    letters: str = field(init=False)
    strict: bool = field(init=False)
    """So short that its slash is part of it (``Н/С``)."""

    def __post_init__(self) -> None:
        folded = words(self.form)
        letters = "".join(folded)
        object.__setattr__(self, "words", folded)
        object.__setattr__(self, "letters", letters)
        object.__setattr__(self, "strict", len(letters) <= 2)

    @property
    def everyday(self) -> bool:
        """One single word of another owner, which running text and headings use too."""
        return self.role is Role.THIRD_PARTY and len(self.words) == 1 and self.language != SYNTAX


@dataclass(slots=True)
class Node:
    """A node of the trie; ``entries`` end here, most telling first."""

    children: dict[str, Node] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All forms of one profile, and the small sets that are asked by name."""

    root: Node
    starts: frozenset[str]
    """The first one, two and three letters of the forms: most words of a text begin with none of these."""
    entries: tuple[Entry, ...]
    page_words: frozenset[str]
    small_words: frozenset[str]
    """Page words and words of copy numbers and introductions, by which a letterspaced line is told apart."""
    prefixes: tuple[tuple[str, MarkingId], ...]
    """Folded letters of an English level, and whose it becomes when ``//`` follows."""
    portions: tuple[tuple[str, MarkingId], ...]
    """Folded openings of portion marks, blanks left out."""
    party_stems: tuple[tuple[str, PartyId], ...]
    """Words of a Party's name that the other's has not, by which a letterhead is known in any case of grammar."""
    fragments: tuple[tuple[str, Entry, Entry], ...]
    """``(letters, whole, rest)``: words before ``rest`` that make it ``whole`` and thus a higher marking."""
    initials: tuple[Entry, ...]
    """Letters that registries write for markings, highest first."""


def lexicon_of(profile: Profile) -> Lexicon:
    """The compiled lexicon of ``profile``; compiled once per profile."""
    known = _CACHE.get(profile.sha256)
    if known is not None and (known[0] is profile or known[0] == profile):
        return known[1]
    lexicon = _compile(profile)
    if len(_CACHE) >= 4:  # a process works with one profile; tests with a few
        _CACHE.clear()
    _CACHE[profile.sha256] = (profile, lexicon)
    return lexicon


_CACHE: dict[str, tuple[Profile, Lexicon]] = {}


def _compile(profile: Profile) -> Lexicon:
    entries = tuple(dict.fromkeys(_entries(profile)))
    root = Node()
    for entry in entries:
        node = root
        for letter in entry.letters:
            node = node.children.setdefault(letter, Node())
        same = ((e.target, e.role, e.words) == (entry.target, entry.role, entry.words) for e in node.entries)
        if entry.letters and not any(same):
            node.entries.append(entry)
            node.entries.sort(key=lambda e: _ORDER[e.role])
    page_words = frozenset(words(" ".join((_PAGE_WORDS, *profile.context.terms))))
    beside = (word for entry in entries if entry.role in (Role.COPY, Role.COMPANION) for word in entry.words)
    return Lexicon(
        root=root,
        starts=frozenset(entry.letters[:length] for entry in entries for length in (1, 2, 3) if entry.letters),
        entries=entries,
        page_words=page_words,
        small_words=page_words.union(beside),
        prefixes=tuple(("".join(words(p)), outside.id) for outside in profile.outside for p in outside.prefixes),
        portions=tuple(
            (fold(p).text.replace(" ", ""), outside.id) for outside in profile.outside for p in outside.portions
        ),
        party_stems=tuple(_party_stems(profile)),
        fragments=tuple(_fragments(profile, entries)),
        initials=tuple(_initials(profile)),
    )


def _initials(profile: Profile) -> Iterable[Entry]:
    for outside in profile.outside:
        yield from (Entry(Role.INITIALS, outside.id, letters) for letters in outside.initials)
    for marking in sorted(profile.markings, key=lambda m: -profile.rank(m.id)):
        yield from (Entry(Role.INITIALS, marking.id, letters) for letters in marking.initials)


def _entries(profile: Profile) -> Iterable[Entry]:
    for marking in profile.markings:
        yield from _marking_entries(marking)
    for outside in profile.outside:
        role = Role.NO_EQUIVALENT if outside.kind == "no-equivalent" else Role.THIRD_PARTY
        for form in outside.forms:
            yield Entry(role, outside.id, form)
    for negative in profile.negatives:
        yield from (Entry(Role.NEGATIVE, negative.id, form) for form in negative.forms)
        yield from (Entry(Role.QUALIFIED_BY, negative.id, form) for form in negative.qualified_by)
    for lifted in profile.declassified:
        yield from (Entry(Role.DECLASSIFIED, lifted.id, form) for form in lifted.forms)
    for qualifier in profile.qualifiers:
        yield from (Entry(Role.QUALIFIER, qualifier.owner, form) for form in qualifier.words)
    around = profile.context
    for role, forms in (
        (Role.CONDITIONAL, around.conditional),
        (Role.COPY, around.copy_words),
        (Role.COMPANION, around.companions),
    ):
        yield from (Entry(role, MarkingId(role.value), form) for form in forms)


def _marking_entries(marking: Marking) -> Iterable[Entry]:
    for language, forms in marking.forms.items():
        yield from (Entry(Role.MARK, marking.id, form, language) for form in forms)
    for language, forms in marking.foreign.items():
        yield from (Entry(Role.FOREIGN, marking.id, form, language) for form in forms)
    for alias in marking.aliases:
        yield Entry(Role.MARK, marking.id, alias, _language_of(alias, marking), alias=True)
    for short in marking.short:
        yield Entry(Role.SHORT, marking.id, short, _language_of(short, marking))


def _language_of(form: str, marking: Marking) -> str:
    """The language of an alias (it shares a word with a form of it) or a short form (its initials are a form's)."""
    own = set(words(form))
    letters = "".join(words(form))
    for language, forms in marking.forms.items():
        for full in map(words, forms):
            initials = "".join(word[0] for word in full)
            if own & set(full) or initials.startswith(letters):
                return language
    return ""


def _party_stems(profile: Profile) -> Iterable[tuple[str, PartyId]]:
    for party in profile.parties:
        other = profile.other(party.id)
        others = {word for name in other.name.values() for word in words(name)}
        for name in party.name.values():
            yield from ((word, party.id) for word in words(name) if word not in others)


def _fragments(profile: Profile, entries: tuple[Entry, ...]) -> Iterable[tuple[str, Entry, Entry]]:
    marks = [entry for entry in entries if entry.role is Role.MARK]
    for whole in marks:
        for rest in marks:
            higher = profile.rank(whole.target) > profile.rank(rest.target)
            if higher and whole.words[-len(rest.words) :] == rest.words and len(whole.words) > len(rest.words):
                yield "".join(whole.words[: -len(rest.words)]), whole, rest

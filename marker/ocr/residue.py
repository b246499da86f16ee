"""Ink that may be a marking and was not read: what is known, and what to call the rest.

Confidence alone is no proof (words in the wrong script come with 90 of 100), so that what stands out has to be words
nobody could take for a marking, or a marking that the judgement has seen as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from marker.agreement.profile import Profile
from marker.detect.fold import words
from marker.detect.lexicon import CONTEXT_ROLES, Role, lexicon_of
from marker.detect.likeness import LikeWords
from marker.detect.memo import remembered
from marker.model import Box, Finding, FindingKind
from marker.ocr.candidate import Candidate
from marker.ocr.montage import LineRead
from marker.ocr.shape import is_of_two_scripts, shape

_SURE: Final = 68.0
_SURE_STAMP: Final = 80.0
"""Confidence from which on a line of several letters was read; more is asked of what is tilted or framed."""
_LEAST_AGREED: Final = 8
"""Letters and figures that two readings must agree on where the first left a doubt."""
_SURE_WORDS: Final = 85.0
_SURE_FIGURES: Final = 90.0
_PLAIN_WORDS: Final = 88.0
_LIKE: Final = 0.62
"""Likeness of a word to one of a marking from which on it may be that word misread."""
_LIKE_SHAPE: Final = 0.8
"""The same for shapes of letters, which are fewer: from which on it may be that word read in the other script."""
_LEAST_SHAPES: Final = 6
"""Letters of the shortest such word."""
_SURE_COPY: Final = 70.0
_SURE_STAMPED_COPY: Final = 85.0
_COPY_LETTER: Final = 1.25
"""Heights of capitals that a character of a copy number and its share of the blanks are wide at most."""
_MISREAD_SIGN: Final = re.compile(r"\W*[^\W\d_]{3,}\W+([^\W\d_]{1,2})\W*\d+\W*$")
"""A word, one or two letters, a number: letters that are no capitals are № as models read it that do not know it."""
_SIDE: Final = re.compile(r"^[|¦\[\]]\s|\s?[|¦\[\]]$")
"""The sides of a frame, read as strokes at the ends of its row."""
_REACH: Final = 0.25
"""Heights of a line that letters, their accents and the blur of a picture reach beyond its box."""
_ALL: Final = 0.85
_NOBODY: Final = ""
"""Stands for the marking of a word that is like one and none."""
_WIDE: Final = 1.5
"""Heights of capitals that a letter of a stamp and its share of the blanks are wide at most."""
_TELLING: Final = 5
"""Letters that a stamp may show beside its marking: print it lies over, a frame."""
_REMEMBERED: Final = 20_000
"""Words whose likeness is remembered from one document to the next."""
_SEEN: Final = frozenset(FindingKind) - {FindingKind.MENTION, FindingKind.AMBIGUOUS}


class Known:
    """Tells lines that were read from lines that were not, by the words of one profile."""

    def __init__(self, profile: Profile) -> None:
        telling = {Role.MARK, Role.FOREIGN, Role.NO_EQUIVALENT}
        entries = [entry for entry in lexicon_of(profile).entries if entry.role in telling]
        telling_words = tuple(dict.fromkeys(word for entry in entries for word in entry.words if len(word) >= 4))
        self._words = LikeWords(telling_words)
        around = [entry for entry in lexicon_of(profile).entries if entry.role in CONTEXT_ROLES]
        self._around = frozenset(word for entry in around for word in entry.words)
        self._copy = frozenset(
            word for entry in lexicon_of(profile).entries if entry.role is Role.COPY for word in entry.words
        )
        self._sole = frozenset(word for form in profile.context.sole_copy for word in words(form))
        self._shapes = LikeWords(shape(word) for word in telling_words if len(word) >= _LEAST_SHAPES)
        self._likeness: dict[str, bool] = {}
        self._profile = profile
        self._targets: dict[str, set[str]] = {}
        for entry in lexicon_of(profile).entries:
            if entry.role not in CONTEXT_ROLES:
                for word in entry.words:
                    self._targets.setdefault(word, set()).add(str(entry.target))
        self._ranks = {str(marking.id): profile.rank(marking.id) for marking in profile.markings}
        parties = {marking.party for marking in profile.markings}
        own = [[marking.id for marking in profile.markings if marking.party == party] for party in parties]
        self._highest = frozenset(max(ids, key=profile.rank) for ids in own)

    def is_settled(
        self, candidate: Candidate, reads: Sequence[LineRead], box: Box, findings: Sequence[Finding]
    ) -> bool:
        """Whether what was read of a line, in one way or several, is all there is to it."""
        here = [found for found in findings if stands_on(found, box)]
        if any(found.kind in _SEEN and self._is_all(found, candidate, reads) for found in here):
            return True
        read = _of_one_script(reads)
        doubtful = any(found.kind is FindingKind.AMBIGUOUS for found in here)
        if doubtful and len(reads) > 1 and is_read(read, _SURE_WORDS):
            # Words of a marking beyond doubt, and none by themselves: the judgement weighs them, once more than one
            # reading says so.  A mark in the letters of the other script is read with as much confidence.
            return True
        if not is_read(read, _SURE_STAMP if candidate.kind != "print" else _SURE):
            same = agreed(reads)
            if same is None or self.any_resembles(reads):
                return False
            read = same
        if is_of_two_scripts(read.text):
            return False  # no language has such words: the letters were read and their script was not
        return not self.resembles(read.text)

    def is_certain(
        self,
        candidate: Candidate,
        reads: Sequence[LineRead],
        before: Sequence[LineRead],
        box: Box,
        findings: Sequence[Finding],
    ) -> bool:
        """Whether a line is a row of a marking beyond doubt, and nothing else: no other reading can add to that.

        What by itself is a marking of nobody (SECRET) the look before must have read alike.
        """
        here = [found for found in findings if found.kind in _SEEN | {FindingKind.AMBIGUOUS} and stands_on(found, box)]
        if len({(found.kind, found.marking) for found in here}) != 1:
            return False
        sure = [read for read in reads if is_sure((read,))]
        if here[0].kind is FindingKind.AMBIGUOUS:
            return any(words(read.text) == words(other.text) for read in sure for other in before if is_read(other))
        return any(self._is_all(found, candidate, (read,)) for found in here for read in sure)

    def is_copy_number(self, candidate: Candidate, reads: Sequence[LineRead]) -> bool:
        """Whether a line is the number of the copy in one of its readings, and nothing else in any of them.

        Such a line stands under the marking, is too short for more than one language to read, and no marking has its
        words.  Of a stamp's row two readings must say so, surely.
        """
        if candidate.kind == "upright" or self.any_resembles(reads):
            return False
        sure, least = (_SURE_STAMPED_COPY, 2) if candidate.stands_out else (_SURE_COPY, 1)
        said = [
            read
            for read in {id(read): read for read in reads}.values()  # one reading may stand for several
            if read.confidence >= sure
            and self._says_copy(read.text)
            and candidate.strip.width <= _COPY_LETTER * len(read.text) * candidate.strip.height
        ]
        return len(said) >= least

    def _says_copy(self, text: str) -> bool:
        said = {word for word in words(text) if not word.isdigit() and word not in ("NR", "NO")}
        if (sign := _MISREAD_SIGN.match(text)) and not sign[1][-1].isupper():
            said -= set(words(sign[1]))
        numbered = any(map(str.isdigit, text)) or bool(said & self._sole)
        return numbered and bool(said & self._copy) and said <= self._copy | self._sole

    def is_outranked(self, candidate: Candidate, read: LineRead, findings: Sequence[Finding]) -> bool:
        """Whether a printed line is a piece of a marking no higher than one that stands in the document anyway."""
        if candidate.stands_out or not is_read(read):
            return False
        highest: dict[str, int] = {}
        for found in findings:
            if found.kind is FindingKind.MARK:
                party = found.marking.partition(":")[0]
                highest[party] = max(highest.get(party, 0), self._profile.rank(found.marking))
        telling = [word for word in words(read.text) if word not in self._around and self._resembles(word)]
        targets = {target for word in telling for target in self._targets.get(word, (_NOBODY,))}
        return bool(telling) and all(
            highest.get(target.partition(":")[0], -1) >= self._ranks.get(target, 1 << 30) for target in targets
        )

    def is_highest(self, marking: str) -> bool:
        """Whether no marking of its Party is higher."""
        return marking in self._highest

    def _is_all(self, found: Finding, candidate: Candidate, reads: Sequence[LineRead]) -> bool:
        """Whether a marking is all a stamp says: what else its line shows may be the word that raises it."""
        if found.kind is not FindingKind.MARK or not candidate.stands_out or self.is_highest(found.marking):
            return True
        known = words(found.text)
        letters = sum(map(len, known))
        sides = max(len(_SIDE.findall(read.text)) for read in reads)  # of a frame, and no letters
        if candidate.strip.width > (_WIDE * letters + 1 + sides) * candidate.strip.height:
            return False
        return any(self._beside(known, read) < _TELLING for read in reads if set(known) & set(words(read.text)))

    def _beside(self, known: Sequence[str], read: LineRead) -> int:
        """How many letters of words were read beside those of a marking."""
        return sum(
            len(word)
            for word in words(read.text)
            if word not in self._around and word not in known and len(word) > 1 and not word.isdigit()
        )

    def likest(self, reads: Sequence[LineRead]) -> LineRead:
        """Of several readings of one line the one whose words are most like those of markings."""
        return max(reads, key=lambda read: (self._likeness_of(read.text), read.confidence))

    def _likeness_of(self, text: str) -> float:
        found = [word for word in words(text) if len(word) >= 3]
        letters = sum(len(word) for word in found)
        alike = sum(len(word) * self._words.likeness(word) for word in found)
        return alike / letters if letters else 0.0

    def is_plain(self, read: LineRead) -> bool:
        """Whether a line was read beyond doubt and is nothing like a marking."""
        return is_read(read, _PLAIN_WORDS) and not self.resembles(read.text)

    def resembles(self, text: str) -> bool:
        """Whether any word of a text may be a word of a marking, misread or not."""
        if any(self._resembles(word) for word in words(text) if len(word) >= 4 and word not in self._around):
            return True
        rest = " ".join(piece for piece in text.split() if not self._around.intersection(words(piece)))
        return any(self._has_shape(word) for word in words(shape(rest)) if len(word) >= _LEAST_SHAPES)

    def any_resembles(self, reads: Iterable[LineRead]) -> bool:
        """Whether a word of any of several readings may be a word of a marking."""
        return any(self.resembles(read.text) for read in reads)

    def _has_shape(self, word: str) -> bool:
        return self._remembered(f"shape {word}", lambda: self._shapes.is_any_like(word, _LIKE_SHAPE))

    def _resembles(self, word: str) -> bool:
        return self._remembered(word, lambda: self._words.is_any_like(word, _LIKE))

    def _remembered(self, key: str, say: Callable[[], bool]) -> bool:
        if key not in self._likeness:
            if len(self._likeness) >= _REMEMBERED:
                self._likeness.clear()
            self._likeness[key] = say()
        return self._likeness[key]


@remembered
def known_of(profile: Profile) -> Known:
    """What is known of a profile, which is the same for all its documents."""
    return Known(profile)


def _of_one_script(reads: Sequence[LineRead]) -> LineRead:
    """The first reading, or where its words are of two scripts, the surest of the others whose words are not."""
    if not is_of_two_scripts(reads[0].text):
        return reads[0]
    return max(reads, key=lambda read: (not is_of_two_scripts(read.text), read.confidence))


def agreed(reads: Sequence[LineRead]) -> LineRead | None:
    """The surest of several readings, if another one that is as sure reads the same letters."""
    sure = sorted((read for read in reads if is_read(read, _SURE_STAMP)), key=lambda read: -read.confidence)
    for read in sure:
        letters = "".join(words(read.text))
        if len(letters) >= _LEAST_AGREED and any(
            other is not read and "".join(words(other.text)) == letters for other in sure
        ):
            return read
    return None


def is_read(read: LineRead, sure: float = _SURE) -> bool:
    """Whether a line was read as words or as a date or number, whatever they say."""
    figures = sum(map(str.isdigit, read.text))
    if read.letters < 3 <= figures:  # the date and number of a registry's stamp
        return read.confidence >= max(sure, _SURE_FIGURES)
    return read.letters >= 3 and read.confidence >= sure


def is_sure(reads: Iterable[LineRead]) -> bool:
    """Whether any of several readings is of words, or a date or number, beyond doubt."""
    return any(is_read(read, _SURE_WORDS) for read in reads)


def kind_of(candidate: Candidate) -> str:
    """What makes a candidate stand out, for the clerk."""
    if candidate.coloured:
        return "coloured"
    return {"stamp": "tilted", "frame": "framed", "upright": "sideways"}.get(candidate.kind, "large")


def covers(one: Box, other: Box) -> bool:
    """Whether one box takes more than half of another."""
    return shared(one, other) > 0.5 * max(1.0, other.width * other.height)


def same(one: Box, other: Box) -> bool:
    """Whether two boxes are of one line."""
    return covers(one, other) and covers(other, one)


def is_covered(box: Box, by: Iterable[Box]) -> bool:
    """Whether lines of text, with the little that letters reach beyond their boxes, account for all of a box.

    Half is not enough: a stamp that touches the line below it is one blob of ink with it.
    """
    taken = sum(shared(box, other.grown(_REACH * other.height)) for other in by if other.overlaps(box))
    return taken > _ALL * max(1.0, box.width * box.height)


def shared(one: Box, other: Box) -> float:
    """The area two boxes share, square points."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return width * height if width > 0 and height > 0 else 0.0


def stands_on(found: Finding, box: Box) -> bool:
    """Whether a finding and a line, or what else has a box, are in one place."""
    return found.box is not None and shared(found.box, box) > 0.3 * min(
        max(1.0, box.width * box.height), max(1.0, found.box.width * found.box.height)
    )

"""Finding the words of a profile in the lines of a reading: longest first, whole words only.

Lines are walked in the order of their flow and, on pages, down their columns, so that a mark broken over lines or cells
is one.  Blanks do not count in the comparison; a match whose blanks differ from the form's (``С Е К Р Е Т Н О``,
``СЕК-⏎РЕТНО``) is kept only where it stands alone, because ordinary prose is letterspaced too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set

from marker.detect.foreign import syntax_matches
from marker.detect.fuzzy import misread_of
from marker.detect.lexicon import CONTEXT_ROLES, Entry, Lexicon, Role
from marker.detect.lines import SEEN, Layout, Line, Word
from marker.detect.matches import Key, Match
from marker.model import Source, Visibility

_GLUE = re.compile(r"[\s\-/.\"'_*·|()\[\]]*")
"""What may stand between the words of one marking; a comma or another word may not."""
_SPREAD = 5


class Matcher:
    """All matches of a reading, and what of its lines they leave over."""

    def __init__(self, layout: Layout, lexicon: Lexicon) -> None:
        self.layout = layout
        self.lexicon = lexicon
        self._around: dict[Key, Match] = {}
        """Words that belong to words around markings: they do not make a line running text."""
        self.matches: list[Match] = []
        """What may be a marking, in document order."""
        self.qualifiers: list[Match] = []
        """Names of other owners."""
        self._run()

    # ── what is left of a line ──────────────────────────────────────────────────────────────────────────────────────

    def rest(self, number: int, keys: Set[Key] = frozenset()) -> list[int]:
        """The words of a line, by place, that neither ``keys`` nor words around markings nor numbers account for."""
        line = self.layout.lines[number]
        digits = any(is_number(word.text) for word in line.words)
        noisy = line.span.source is Source.OCR or line.span.visibility is Visibility.OCR_LAYER
        spread = _is_spread(line)
        left: list[int] = []
        after_copy = False
        noise = 0
        for place, word in enumerate(line.words):
            if (number, place) in keys:
                after_copy = False
                continue
            around = self._around.get((number, place))
            if around is not None:
                after_copy = around.entry.role is Role.COPY
                continue
            if is_number(word.text) or (digits and not spread and word.text in self.lexicon.page_words):
                continue
            if after_copy and not digits:  # "Экз. единственный"
                after_copy = False
                continue
            if noisy and not spread and len(word.text) == 1 and noise < 2:  # specks and frames read as letters
                noise += 1
                continue
            left.append(place)
        return self._unspread(line, left) if spread else left

    def _unspread(self, line: Line, left: Sequence[int]) -> list[int]:
        """What small words written letter by letter (``i k i``) do not account for either."""
        runs: list[list[int]] = []
        for place in left:
            if not runs or runs[-1][-1] != place - 1 or line.words[place].glue.strip():
                runs.append([])
            runs[-1].append(place)
        texts = ("".join(line.words[place].text for place in run) for run in runs)
        return [place for run, text in zip(runs, texts, strict=True) if not self._are_small(text) for place in run]

    def _are_small(self, letters: str) -> bool:
        """Whether letters are one small word after the other; single ones are only by themselves."""
        known, ends = self.lexicon.small_words, {0}
        for end in range(2, len(letters) + 1):
            if any(end - start > 1 and letters[start:end] in known for start in ends):
                ends.add(end)
        return len(letters) in ends or letters in known

    def alone(self, keys: Set[Key]) -> bool:
        """Whether the lines of a match bear nothing else but words around markings and numbers."""
        return all(not self.rest(number, keys) for number in {line for line, _ in keys})

    def around(self, number: int) -> Iterator[Match]:
        """The words around markings (copy number, condition, qualifier, …) on a line."""
        places = range(len(self.layout.lines[number].words))
        yield from dict.fromkeys(m for place in places if (m := self._around.get((number, place))) is not None)

    # ── matching ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        found: dict[tuple[str, tuple[Key, ...]], Match] = {}
        for stream in self._streams():
            mixed = len({_class(line) for line in stream}) > 1
            for match in _walk(stream, self.lexicon):
                if not mixed:
                    found.setdefault((match.entry.letters + match.entry.role, match.keys), match)
                elif len({_class(self.layout.lines[number]) for number in match.lines}) > 1:
                    joined = Match(match.entry, match.keys, match.spaced, beyond=True)
                    found.setdefault((match.entry.letters + match.entry.role, match.keys), joined)
        for match in syntax_matches(self.layout, self.lexicon):
            found[match.entry.letters, match.keys] = match
        matches = sorted(found.values(), key=_telling)
        taken: set[Key] = set()
        perhaps: set[Key] = set()
        for match in matches:  # words of a longer form are no words around one: ГРИФ of ГРИФ СНЯТ
            if not match.beyond and not perhaps.intersection(match.keys):
                perhaps.update(match.keys)
            if match.spaced or match.beyond or taken.intersection(match.keys):
                continue
            taken.update(match.keys)
            if match.entry.role in CONTEXT_ROLES:
                self._around.update(dict.fromkeys(match.keys, match))
            if match.entry.role is Role.QUALIFIER:
                self.qualifiers.append(match)
        self.matches = [match for match in self._choose(matches, perhaps) if match.entry.role not in CONTEXT_ROLES]
        misread = self._misread()
        used = {key for match in misread for key in match.keys}
        self.matches = [match for match in self.matches if match.beyond or not used.intersection(match.keys)]
        self.matches += misread
        self.matches.sort(key=lambda m: (m.keys[0], -len(m.keys)))

    def _choose(self, matches: Iterable[Match], taken: Set[Key]) -> list[Match]:
        chosen: list[Match] = []
        used: set[Key] = set()
        for match in matches:
            if match.spaced and not self.alone({*match.keys, *self._on_lines(match, taken)}):
                continue
            if match.entry.role is Role.NEGATIVE and (match.beyond or (match.spaced and len(match.lines) > 1)):
                continue
            if match.beyond:
                chosen.append(match)
                continue
            if used.intersection(match.keys):
                continue
            chosen.append(match)
            if not self._half_alone(match, taken):
                used.update(match.keys)
        return chosen

    def _on_lines(self, match: Match, taken: Set[Key]) -> list[Key]:
        """Words of other forms on the lines of a match: its other half leaves it alone."""
        places = ((number, len(self.layout.lines[number].words)) for number in match.lines)
        return [(number, place) for number, count in places for place in range(count) if (number, place) in taken]

    def _half_alone(self, match: Match, taken: Set[Key]) -> bool:
        """Whether running text ends in the first words of a form whose last word stands alone on the next line.

        Either it is one mark beside a letterhead, or an accident: both readings are kept, and the higher holds.
        """
        first, last = match.lines[0], match.lines[-1]
        keys = {*match.keys, *self._on_lines(match, taken)}
        return first != last and bool(self.rest(first, keys)) and not self.rest(last, keys)

    def _streams(self) -> Iterator[list[Line]]:
        for name, flow in self.layout.flows.items():
            if name.endswith("\0rank"):
                continue
            classes: dict[str, list[Line]] = defaultdict(list)
            for line in flow:
                classes[_class(line)].append(line)
            yield from classes.values()
            if len(classes) > 1:
                yield flow
        yield from self.layout.columns()
        yield from self.layout.rows()

    # ── misread letters ─────────────────────────────────────────────────────────────────────────────────────────────

    def _misread(self) -> list[Match]:
        """Marks with a misread letter, in strong places, as whole pieces of lines."""
        exact = {key: match for match in self.matches for key in match.keys}
        found: dict[tuple[Key, ...], Match] = {}
        index = misread_of(self.lexicon, self.layout.thresholds)
        for keys in self._units():
            letters = "".join(self.layout.lines[number].words[place].text for number, place in keys)
            known = {exact[key] for key in keys if key in exact}
            if len(letters) > self.layout.thresholds.alone_letters or any(set(m.keys) >= set(keys) for m in known):
                continue
            like = index.look_up(letters)
            if like is None:
                continue
            longest = max((len(match.entry.letters) for match in known), default=0)
            lowers = like.entry.role in (Role.NEGATIVE, Role.DECLASSIFIED)
            if longest < len(like.entry.letters) and not (known and lowers):
                found[keys] = Match(like.entry, keys, errors=like.errors, rivals=like.rivals)
        # The longest reading of the same words wins, and takes the place of exact matches within it.
        chosen: list[Match] = []
        used: set[Key] = set()
        for match in sorted(found.values(), key=lambda m: -len(m.entry.letters)):
            if not used.intersection(match.keys):
                chosen.append(match)
                used.update(match.keys)
        return chosen

    def _units(self) -> Iterator[tuple[Key, ...]]:
        """What may be one form: a piece of a line between slashes, and up to four such pieces over lines."""
        pieces_of = {line.number: self._pieces(line) for line in self.layout.lines if self.layout.may_be_misread(line)}
        for line in self.layout.lines:
            own = pieces_of.get(line.number)
            if not own:
                continue
            below = [
                other
                for other in self.layout.neighbours(line, 3)
                if other.number > line.number and other.number in pieces_of and _class(other) == _class(line)
            ]
            pieces = [*own, *(piece for other in below[:3] for piece in pieces_of[other.number])]
            for start in range(len(own)):
                for end in range(start + 1, min(start + 4, len(pieces)) + 1):
                    yield tuple(key for piece in pieces[start:end] for key in piece)

    def _pieces(self, line: Line) -> list[tuple[Key, ...]]:
        pieces: list[list[Key]] = []
        for place in self.rest(line.number):
            if not pieces or "/" in line.words[place].glue:
                pieces.append([])
            pieces[-1].append((line.number, place))
        return [tuple(piece) for piece in pieces]


def is_number(word: str) -> bool:
    """Whether a word is a number (``12``, ``2a``); garbled words with digits in them are not."""
    return word[0].isdigit() and sum(char.isalpha() for char in word) <= 1


def _is_spread(line: Line) -> bool:
    """Whether a line is written letter by letter."""
    return len(line.words) >= _SPREAD and all(len(word.text) == 1 for word in line.words)


def _class(line: Line) -> str:
    return Visibility.VISIBLE if line.span.visibility in SEEN else line.span.visibility


def _telling(match: Match) -> tuple[int, bool, Key]:
    return -len(match.entry.letters), match.spaced, match.keys[0]


def _walk(stream: Sequence[Line], lexicon: Lexicon) -> Iterator[Match]:
    """Every form that begins and ends where words of ``stream`` do."""
    words: list[tuple[Key, Word]] = []
    gaps: list[str] = []
    tail = ""
    for line in stream:
        for place, word in enumerate(line.words):
            words.append(((line.number, place), word))
            gaps.append(word.glue if place else f"{tail}\n{word.glue}")
        tail = line.tail if line.words else f"{tail}\n{line.tail}"
    for start, (_, word) in enumerate(words):
        if word.text[:3] in lexicon.starts:
            yield from _walk_from(words, gaps, start, lexicon)


def _walk_from(words: list[tuple[Key, Word]], gaps: list[str], start: int, lexicon: Lexicon) -> Iterator[Match]:
    node = lexicon.root
    for at in range(start, len(words)):
        if at > start and not _GLUE.fullmatch(gaps[at]):
            return
        for letter in words[at][1].text:
            following = node.children.get(letter)
            if following is None:
                return
            node = following
        if node.entries:
            keys = tuple(key for key, _ in words[start : at + 1])
            texts = tuple(word.text for _, word in words[start : at + 1])
            for entry in _as_written(node.entries, texts):
                exact = texts == entry.words
                if not entry.strict:
                    yield Match(entry, keys, spaced=not exact)
                elif exact and all("/" in gap for gap in gaps[start + 1 : at + 1]):
                    yield Match(entry, keys)


def _as_written(entries: Sequence[Entry], texts: tuple[str, ...]) -> Iterator[Entry]:
    """One form of each meaning: the one with these very words, if there is one (НЕ СЕКРЕТНО, НЕСЕКРЕТНО)."""
    meanings = dict.fromkeys((entry.role, entry.target) for entry in entries)
    for meaning in meanings:
        forms = [entry for entry in entries if (entry.role, entry.target) == meaning]
        yield next((entry for entry in forms if entry.words == texts), forms[0])

"""Lines of a closer look, read in every way there is: by each language, and stamps from their other crops too.

What the languages make of a line together is put together word by word from what each makes of it alone, as Tesseract
does that is given several at once: asked so, it would read every line twice over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Final

from marker.ocr.look import Clock, Line, read_crops
from marker.ocr.montage import Word, line_of

_ACCEPTED: Final = 87.5
"""Confidence of words from which on Tesseract tries no other language."""


def read_again(
    lines: Sequence[Line], clock: Clock, still_open: Callable[[Sequence[Line]], Sequence[Line]] = list
) -> None:
    """Read lines of a closer look: by one language after the other, and stamps from their other crops too.

    First the languages that are read together read what those before them did not read beyond doubt.  Then, and again
    after each further step, only the lines that are ``still_open`` are read on.  All that one set of languages is to
    read goes to it together.  Raises EngineFaultError, EngineTimeoutError.
    """
    scans = clock.scans
    alone: dict[str, dict[int, list[Word]]] = {one: {} for one in scans.every}

    def read_by(one: str, some: Sequence[Line]) -> None:
        some = [line for line in some if id(line) not in alone[one]]
        found = read_crops([line.crop for line in some if line.crop is not None], clock, (one,))
        alone[one].update((id(line), words) for line, words in zip(some, found, strict=True))

    best: dict[int, list[Word]] = {id(line): [] for line in lines}
    for one in scans.languages:
        some = [line for line in lines if not _is_accepted(best[id(line)])]
        read_by(one, some)
        for line in some:
            best[id(line)] = better_words(best[id(line)], alone[one][id(line)])
    for line in lines:
        line.read = line_of(best[id(line)])
    left = still_open(lines)
    for one in scans.every:
        read_by(one, left)
        for line in left:
            line.other += (line_of(alone[one][id(line)]),)
    _fill(lines)
    for way in (scans.languages, *((one,) for one in scans.besides)):
        left = [line for line in still_open(left) if line.spares]
        reads = iter(map(line_of, read_crops([crop for line in left for crop in line.spares], clock, way)))
        for line in left:
            line.other += tuple(next(reads) for _ in line.spares)
        _fill(lines)
    for line in lines:
        line.crop = None
        line.spares = ()


def _fill(lines: Sequence[Line]) -> None:
    """Let the first reading of a line stand for those that other lines have and it has not."""
    most = max((len(line.other) for line in lines), default=0)
    for line in lines:
        line.other += (line.read,) * (most - len(line.other))


def _is_accepted(words: Sequence[Word]) -> bool:
    return bool(words) and all(word.confidence >= _ACCEPTED for word in words)


def better_words(one: Sequence[Word], other: Sequence[Word]) -> list[Word]:
    """Of two readings of one line the surer words; where they part it otherwise, so many words that end alike."""
    found: list[Word] = []
    for own, its in _alike(one, other):
        better = not own or (bool(its) and _surety(its) > _surety(own) and _doubt(its) < _doubt(own))
        found += its if better else own
    return found


def _surety(words: Sequence[Word]) -> float:
    return min(word.confidence for word in words)


def _doubt(words: Sequence[Word]) -> float:
    """Of all their characters: letters in the wrong script are read as more than there are."""
    return sum((100.0 - word.confidence) * len(word.text) for word in words)


def _alike(one: Sequence[Word], other: Sequence[Word]) -> Iterator[tuple[list[Word], list[Word]]]:
    """The words of two readings of one line, as many of each together as stand between two gaps of both."""
    both: tuple[list[Word], list[Word]] = ([], [])
    end = 0
    marked = chain(((word, 0) for word in one), ((word, 1) for word in other))
    for word, whose in sorted(marked, key=lambda item: item[0].left):
        if word.left >= end and any(both):
            yield both
            both = ([], [])
        both[whose].append(word)
        end = max(end, word.left + word.width)
    if any(both):
        yield both

"""What matching yields: a form, where it was met, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

from marker.detect.lexicon import Entry

Key = tuple[int, int]
"""A word of the reading: number of its line, place in the line."""


@dataclass(frozen=True, slots=True)
class Match:
    """A form where it was met.  ``errors`` counts misread letters; ``rivals`` are what else it may be."""

    entry: Entry
    keys: tuple[Key, ...]
    spaced: bool = False
    """Its blanks are not those of the form."""
    errors: int = 0
    rivals: tuple[Entry, ...] = ()
    beyond: bool = False
    """Joins text of different visibility: seen beside what stands by itself, never instead of it."""

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(line for line, _ in self.keys))

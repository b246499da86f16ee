"""Words in list labels (``w:lvlText``): a list may number its items "ҚҰПИЯ %1", and a list of one is a heading."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from marker.readers.xml import attribute, child, name, value_of

_COUNTER: Final = re.compile(r"%\d")
_FEWEST_LETTERS: Final = 3
"""Shorter labels are (a), iv., No.: never a marking."""


class Numbering:
    """The numbering part. Levels are looked up by number and indent, overrides first."""

    def __init__(self, root: etree._Element | None) -> None:
        abstract: dict[str, dict[str, str]] = {}
        self._labels: dict[tuple[str, str], str] = {}
        for element in root if root is not None else ():
            if name(element) == "w:abstractNum":
                abstract[attribute(element, "w:abstractNumId") or ""] = dict(_levels(element))
        for element in root if root is not None else ():
            if name(element) != "w:num":
                continue
            number = attribute(element, "w:numId") or ""
            levels = dict(abstract.get(value_of(element, "w:abstractNumId") or "", {}))
            for override in element:
                if name(override) == "w:lvlOverride":
                    levels.update(_levels(override))
            self._labels.update({(number, level): label for level, label in levels.items()})

    def label(self, numbering: etree._Element | None) -> str:
        """The words of the label a ``w:numPr`` gives its paragraph, without counters; empty when it has none."""
        if numbering is None or not self._labels:
            return ""
        return self._labels.get((value_of(numbering, "w:numId") or "", value_of(numbering, "w:ilvl") or "0"), "")


def _levels(element: etree._Element) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for level in element:
        if name(level) != "w:lvl" or child(level, "w:lvlText") is None:
            continue
        words = _COUNTER.sub(" ", value_of(level, "w:lvlText") or "").strip()
        if sum(character.isalpha() for character in words) >= _FEWEST_LETTERS:
            found.append((attribute(level, "w:ilvl") or "0", words))
    return found

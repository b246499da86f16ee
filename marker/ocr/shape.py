"""Letters by their shapes: what is left of a word when it was read in the letters of another script.

A crisp SLAPTAI read by a Kazakh eye comes out as «СІАРТА!»: every stroke is there, and hardly a letter.  Letters that
are taken for one another fall together here, far more of them than ``detect/fold`` lets fall together, so that a
likeness of shapes only ever leaves a doubt and is never evidence.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from marker.detect.fold import fold

_CLASSES: Final = ("CSG", "ILJ1", "OQDЮ0", "HNИ", "YVЧ4", "BЗЭ8", "KЖ", "MШЩW", "UЦ", "TГ7")
_SHAPES: Final = str.maketrans({letter: letters[0] for letters in reversed(_CLASSES) for letter in letters})
_STROKES: Final = str.maketrans({"!": "I", "|": "I", "¦": "I"})
_OF_ONE_LETTER: Final = re.compile(r"\b(\w{1,3})\s+(?=\w)")
WORD: Final = re.compile(r"[^\W\d_]{4,}")
"""Letters enough that dirt is hardly ever read as so many together."""


def shape(text: str) -> str:
    """The shapes of a text's letters, words apart; pieces of up to three letters are joined with what follows them.

    Folded as for comparing first; upright strokes that are no letters are taken for one.
    """
    folded = fold(text.translate(_STROKES)).text
    return _OF_ONE_LETTER.sub(r"\1", folded).translate(_SHAPES)


def is_of_two_scripts(text: str) -> bool:
    """Whether a word of four letters or more has letters of both the Latin and the Cyrillic script."""
    for word in WORD.findall(text):
        scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
        if {"LATIN", "CYRILLIC"} <= scripts:
            return True
    return False

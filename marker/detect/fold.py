"""Folding: text made comparable, with a map back, so that evidence quotes what stands in the file.

Folding is for comparing, never for stamping.  It takes away what marks lose on their way through fonts, typists and
OCR: case, compatibility forms, diacritics, look-alike letters of another script, invisible characters.  What it gives
back is a *skeleton* in capitals: Latin letters where a look-alike exists in Latin, Cyrillic ones elsewhere.  Blanks,
line breaks and punctuation stay apart, because they say where words end.

The tables are made by hand, after what confuses readers of Kazakh, Russian and Lithuanian papers; they are no copy of
the Unicode confusables list, which is far longer and folds letters that no marking has.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_DROPPED = frozenset({"Mn", "Me", "Cf", "Cc", "Cs"})
"""Categories that print nothing of their own: combining marks, zero-width and control characters."""
_NAMELESS = frozenset({"Co", "Cn"})
"""Private and unassigned characters: a font may print anything for them."""
UNKNOWN = "\ua7f7"
"""Stands for a letter nobody can name, so that a word it belongs to is not taken for a shorter one."""

_SPECIAL = {
    "\n": "\n", "\r": "\n", "\v": "\n", "\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n",
    "\t": "\t",
    "\xad": "", "\ufffe": "", "\uffff": "",  # soft hyphen, and what PDF libraries put for it: no letters
    "\ufffd": UNKNOWN,
    "№": "№", "℠": "", "™": "",  # NFKC would make them the letters No, SM and TM
    "\\": "/", "⁄": "/", "∕": "/", "⧸": "/", "⧵": "/", "╱": "/",
    "−": "-", "⁃": "-", "·": "·", "•": "·",
    "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "‟": '"', "‹": '"', "›": '"', "〝": '"', "〞": '"',
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "ʹ": "'", "`": "'", "´": "'", "′": "'", "″": '"', "＂": '"',
    "¥": "Y", "￥": "Y",  # typed for Ұ where the font has none
}  # fmt: skip
"""Characters whose folding is stated, not derived."""

_LOOKALIKE = {
    # Cyrillic letters that Latin has in the same shape.
    "А": "A", "В": "B", "Е": "E", "І": "I", "Ӏ": "I", "Ј": "J", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P",
    "С": "C", "Т": "T", "У": "Y", "Х": "X", "Ѕ": "S", "Ԛ": "Q", "Ԝ": "W", "Ѵ": "V",
    # Kazakh letters (and their like) whose stroke, bar or tail fonts and OCR lose; what is left is folded as above.
    "Қ": "K", "Ҝ": "K", "Ҟ": "K", "Ҡ": "K", "Ң": "H", "Ҥ": "H", "Ӊ": "H", "Ү": "Y", "Ұ": "Y", "Ө": "O", "Ѳ": "O",
    "Ғ": "Г", "Ҕ": "Г", "Ґ": "Г", "Һ": "H", "Ә": "A", "Є": "E", "Ҫ": "C", "Ҳ": "X",
    # Greek letters of the same shapes; theta is what OCR and old fonts make of Ө.
    "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P",
    "Τ": "T", "Υ": "Y", "Χ": "X", "Θ": "O", "Π": "П", "Γ": "Г", "Φ": "Ф", "Λ": "Л", "Δ": "Д",
    # Latin letters that Unicode does not take apart into a letter and a diacritic.
    "Ł": "L", "Ø": "O", "Ɵ": "O", "Đ": "D", "Ð": "D", "Ħ": "H", "Ŧ": "T", "Ə": "A", "Ⱪ": "K", "Ⱨ": "H", "Ɓ": "B",
}  # fmt: skip
"""Capital letters that are compared as another; applied after diacritics are gone."""

_DIGITS = str.maketrans({"0": "O", "1": "I", "3": "З", "5": "S", "6": "Б"})
"""Digits read or typed for the letters they look like; only inside a word that is mostly letters."""

_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"[01356]")
_LOWER_L = re.compile(r"[^\W\d_]{2,}")


def _fold_once(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    category = unicodedata.category(char)
    if category in _DROPPED:
        return ""
    if category in _NAMELESS:
        return UNKNOWN
    if category in ("Zs", "No"):  # "No": raised and circled numbers, which point to notes and belong to no word
        return " "
    if category == "Pd":
        return "-"
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).upper())
    return "".join(_LOOKALIKE.get(c, c) for c in bare if unicodedata.category(c) not in _DROPPED or c in _SPECIAL)


class _Table(dict[int, str]):
    """``str.translate`` table that learns each character when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = chr(code)
        for _ in range(4):  # compatibility forms may decompose into characters that fold further
            again = "".join(map(_fold_once, folded))
            if again == folded:
                break
            folded = again
        if len(self) < 20_000:  # more characters than any document has; only an attack meets them all
            self[code] = folded
        return folded


_TABLE = _Table()


def _mend_l(match: re.Match[str]) -> str:
    word = match.group()
    return word.replace("l", "I") if "l" in word and word.replace("l", "").isupper() else word


def _mend_digits(match: re.Match[str]) -> str:
    word = match.group()
    if word.isalpha():
        return word
    letters = sum(map(str.isalpha, word))
    return word.translate(_DIGITS) if 1 < letters < len(word) <= letters * 5 / 3 else word


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its characters comes from."""

    original: str
    text: str

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The half-open range of ``original`` that the folded characters ``start`` to ``end`` come from.

        Combining marks belong to the letter before them; ``0 <= start < end <= len(text)``.
        """
        starts, ends = _origins(self.original)
        return starts[start], ends[end - 1]

    def quote(self, start: int, end: int) -> str:
        """What stands in the file for the folded characters ``start`` to ``end``."""
        first, last = self.origin(start, end)
        return self.original[first:last]


@lru_cache(maxsize=256)
def _origins(original: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    starts: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(original):
        folded = _TABLE[ord(char)]
        if folded:
            starts += [index] * len(folded)
            ends += [index + 1] * len(folded)
        elif ends and unicodedata.category(char) == "Mn":
            ends[-1] = index + 1
    return tuple(starts), tuple(ends)


def fold(text: str) -> Folded:
    """Fold ``text``.  Folding a folded text changes nothing."""
    # Without a capital no "l" stands for one.
    mended = _LOWER_L.sub(_mend_l, text) if "l" in text and not text.islower() else text
    folded = mended.translate(_TABLE)
    return Folded(text, _WORD.sub(_mend_digits, folded) if _DIGIT.search(folded) else folded)


def words(text: str) -> tuple[str, ...]:
    """The folded words of ``text``, without what stands between them."""
    return tuple(_WORD.findall(fold(text).text))


def without_marks(text: str) -> str:
    """``text`` in capitals, diacritics kept, nothing but letters and digits: to tell *how* a form was met."""
    return "".join(char for char in unicodedata.normalize("NFC", text).upper() if char.isalnum())

"""The letters of a PDF page as one string: hyphens and nameless letters as pdfium writes them, and what is prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_PLAIN: Final = (("\x02", "-"), ("\ufffe", "-"), ("\xad", "-"), ("\x00", "\ufffd"), ("\xa0", " "))
"""pdfium writes U+0002 or U+FFFE for a hyphen at a line's end, and U+0000 for a letter it cannot name."""
_NAMELESS: Final = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\uffff\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""Control, private and replacement characters: the font does not say which letters it draws."""
_MOJIBAKE: Final = re.compile("[À-ÖØ-öø-ÿ]{4}|[ÐðÞþ]")
"""Fonts that lie: Cyrillic code pages read as Latin-1 give "ÑÅÊÐÅÒÍÎ", Baltic ones "VISIÐKAI"."""
_BULLET: Final = re.compile("^[\ue000-\uf8ff](?:\\s|$)")
_RUNNING: Final = 40
"""Letters; the longest marking in one language has 32."""
_SMALL_FOR_A_CAPITAL: Final = 5
_MARKS: Final = bytes(code for code in range(128) if not chr(code).isalnum() and code != ord("\n"))
_PLAINLY_SMALL: Final = bytes(
    code for code in range(256) if (chr(code).islower() and code < 128) or chr(code).isdecimal() or 0x80 <= code < 0xC0
)
"""ASCII letters and digits that are no capitals, and all bytes of other letters (UTF-8) but their first."""
_ODD: Final = re.compile(r"[⁄∕⧸⧵╱]|[^\S \r\n]")
"""Rare slashes and blanks: with any of them a page is read in full."""
_UNUSUAL: Final = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\xa0\xadÀ-ÖØ-öø-ÿ\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    "⁄∕⧸⧵╱\ue000-\uf8ff\ufffd-\uffff\U000f0000-\U0010ffff]"
)
"""All that the expressions above look for, in one sweep: most pages have none of it."""
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_CAPITAL: Final = re.compile(f"[{re.escape(''.join(char for char in map(chr, range(0x590)) if char.isupper()))}]")


class Letters(NamedTuple):
    """The text of a page, letter for letter as pdfium counts them."""

    text: str
    doubtful: bool
    """Some of it may be none of the letters that it says."""
    odd: bool
    """It has rare blanks or slashes."""


def letters_of(text: str) -> Letters:
    """What pdfium gave, in plain characters."""
    if not _UNUSUAL.search(text):
        return Letters(text, doubtful=False, odd=False)
    for letter, plain in _PLAIN:
        text = text.replace(letter, plain)
    return Letters(text, is_doubtful(text), bool(_ODD.search(text)))


def is_doubtful(text: str) -> bool:
    """Whether a font did not say which letters it draws, or lied about them."""
    return bool(_NAMELESS.search(text) or _MOJIBAKE.search(text))


def without_bullet(text: str) -> str:
    """A line without the private character that draws a bullet at its start."""
    return _BULLET.sub("", text)


def is_running(text: str) -> bool:
    """Whether a run is so long, and so much of it in small letters, that no line with it is a marking.

    A slash sets what stands before it apart from what stands after, so a run with one may be both; wide blanks may hide
    columns.
    """
    if len(text) < _RUNNING or "/" in text or "\\" in text or "   " in text:
        return False
    letters = text.encode("utf-8", "replace").translate(None, _MARKS).decode()
    if not letters.isalnum():
        letters = _NO_LETTERS.sub("", letters)
    return len(letters) >= _RUNNING and _are_small(letters)


def are_running(lines: Sequence[str]) -> Iterator[bool]:
    """What :func:`is_running` says of each line of a page; a few looks at the whole page tell it of most."""
    bare = "\n".join(lines).encode("utf-8", "replace").translate(None, _MARKS)
    beyond = bare.translate(None, _PLAINLY_SMALL).split(b"\n")
    for line, letters, others in zip(lines, bare.decode().split("\n"), beyond, strict=True):
        if len(letters) < _RUNNING or "/" in line or "\\" in line or "   " in line:
            yield False
        elif not letters.isalnum():
            yield is_running(line)
        else:
            yield len(others) * _SMALL_FOR_A_CAPITAL <= len(letters) or _are_small(letters)


def _are_small(letters: str) -> bool:
    return letters.islower() or len(_CAPITAL.findall(letters)) * _SMALL_FOR_A_CAPITAL <= len(letters)


def letter(code: int) -> str:
    """The character of that number, or the one that stands for none."""
    return chr(code) if 0 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"

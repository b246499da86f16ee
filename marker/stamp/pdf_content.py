"""What a page's content leaves open, so that what is drawn after it stands where it should.

Content that pushes the graphics state and never pops it, pops more than it pushed, stops inside a string, a text object
or marked content, or leaves a path unpainted is common, and viewers put up with it.  Here the operators are counted
(not interpreted) to close what is open.  ISO 32000-1: content streams 7.8.2, q and Q 8.4.2, marked content 14.6,
inline images 8.9.7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

# Strings, comments and inline images may hold anything, also letters that look like operators; a name has its slash.
_TOKEN: Final = re.compile(
    rb"%[^\r\n]*"
    rb"|\([^()\\]*+(?:\\.[^()\\]*+)*+\)"
    rb"|\("
    rb"|(?<![^\s\]>)}])(?:q|Q|BT|ET|BMC|BDC|EMC|BI)(?![^\s\[<(/%])",
    re.DOTALL,
)
_OPERATORS: Final = frozenset((b"q", b"Q", b"BMC", b"BDC", b"EMC"))
_BLANKED: Final = bytes.maketrans(b"])}>\t\n\r\x0b\f", b" " * 9)
"""What may stand right before an operator, as blanks."""
_AFTER: Final = (b"[", b"<", b"/")
"""What may stand right after one."""
_SKIPPED: Final = re.compile(rb"%[^\r\n]*|\([^()\\]*+(?:\\.[^()\\]*+)*+\)", re.DOTALL)
_STRING_PART: Final = re.compile(rb"\\.|[()]", re.DOTALL)
_IMAGE_DATA: Final = re.compile(rb"(?<![^\s\]>)])ID[\s]")
_IMAGE_END: Final = re.compile(rb"(?<=[\s>])EI(?![^\s\[<(/%])")
_LAST_OPERATOR: Final = re.compile(rb"(?:^|[\s\])>}])([A-Za-z]+\*?)\s*$")
_PATH_OPERATORS: Final = {b"m", b"l", b"c", b"v", b"y", b"h", b"re", b"W", b"W*"}


@dataclass(frozen=True, slots=True)
class Ends:
    """How a content stream ends."""

    closing: bytes
    """What closes all that it left open, its graphics states included; empty when it left nothing open."""
    surplus: tuple[int, ...]
    """Offsets of the ``Q`` operators that pop nothing.  Viewers skip them; once the content is wrapped in q … Q they
    would pop the wrapping."""


def ends(content: bytes) -> Ends:
    """How ``content`` ends; linear in its length, never raises."""
    return _ends_of_plain(content) or _ends(content)


def _ends_of_plain(content: bytes) -> Ends | None:
    """The same for content without inline images, brackets left open and surplus ``Q``; None for any other.

    Nearly all is of that kind.  Strings and comments taken out, its operators can be counted between blanks, which is
    many times faster.
    """
    if b"BI" in content:
        return None
    stripped = _without_strings(content)
    for opening, closing in ((b"(", b")"), (b"[", b"]"), (b"<", b">")):
        if stripped.count(opening) != stripped.count(closing) or stripped.rfind(opening) > stripped.rfind(closing):
            return None
    apart = stripped.translate(_BLANKED)
    for sign in _AFTER:
        apart = apart.replace(sign, b" " + sign)
    apart = b" " + apart + b" "
    state = _Open(in_text=apart.rfind(b" BT ") > apart.rfind(b" ET "))
    if not any(letter in apart for letter in (b"q", b"Q", b"C")):
        return state.ends(_path_left(stripped))
    # Two blanks between any two: each operator then has a blank of its own on either side.
    apart = apart.replace(b" ", b"  ")
    if b" Q " in apart or b" EMC " in apart:
        for operator in filter(_OPERATORS.__contains__, apart.split()):
            state.see(operator, 0)
    else:
        state.states, state.marked = apart.count(b" q "), apart.count(b" BMC ") + apart.count(b" BDC ")
    return None if state.surplus else state.ends(_path_left(stripped))


def _without_strings(content: bytes) -> bytes:
    """``content`` with a blank for each string and comment."""
    if b"%" not in content and b"\\" not in content:
        first, *rest = [piece.partition(b")") for piece in content.split(b"(")]
        if all(closed for _, closed, _ in rest):  # no string has another inside
            return b" ".join([b"".join(first), *(after for _, _, after in rest)])
    return _SKIPPED.sub(b" ", content)


def _ends(content: bytes) -> Ends:
    state = _Open()
    position, tail = 0, 0
    while (token := _TOKEN.search(content, position)) is not None:
        position = token.end()
        operator = token.group()
        if operator == b"(":
            position, open_strings = _string_end(content, position)
            if open_strings:
                return state.ends(b")" * open_strings + _open_operands(content[tail : token.start()]))
        elif operator == b"BI":
            end = _image_end(content, position)
            if end is None:
                return state.ends(b"\nEI")
            position = tail = end
        elif not operator.startswith((b"(", b"%")):
            state.see(operator, token.start())
            tail = position
    return state.ends(_open_operands(content[tail:]))


@dataclass(slots=True)
class _Open:
    """What is open at one place of the content."""

    states: int = 0
    marked: int = 0
    in_text: bool = False
    surplus: list[int] = field(default_factory=list)

    def see(self, operator: bytes, offset: int) -> None:
        if operator == b"q":
            self.states += 1
        elif operator == b"Q" and not self.states:
            self.surplus.append(offset)
        elif operator == b"Q":
            self.states -= 1
        elif operator in {b"BT", b"ET"}:
            self.in_text = operator == b"BT"
        else:
            self.marked = max(0, self.marked + (-1 if operator == b"EMC" else 1))

    def ends(self, first: bytes) -> Ends:
        """``first`` closes what is open besides."""
        parts = [first] if first else []
        parts += [b"ET"] * self.in_text + [b"EMC"] * self.marked + [b"Q"] * self.states
        return Ends(b" ".join(parts), tuple(self.surplus))


def without(content: bytes, offsets: tuple[int, ...]) -> bytes:
    """``content`` with a blank in place of each one-letter operator at ``offsets``."""
    changed = bytearray(content)
    for offset in offsets:
        changed[offset : offset + 1] = b" "
    return bytes(changed)


def _string_end(content: bytes, position: int) -> tuple[int, int]:
    """Where the string that opened before ``position`` ends, and how many brackets are open when it does not."""
    depth = 1
    for part in _STRING_PART.finditer(content, position):
        if part.group() == b"(":
            depth += 1
        elif part.group() == b")":
            depth -= 1
            if depth == 0:
                return part.end(), 0
    return len(content), depth


def _image_end(content: bytes, position: int) -> int | None:
    """The end of the inline image whose BI ended at ``position``: the first EI that more content, not data, follows."""
    data = _IMAGE_DATA.search(content, position)
    if data is None:
        return None
    end: re.Match[bytes] | None = None
    for end in _IMAGE_END.finditer(content, data.end()):
        following = content[end.end() : end.end() + 24]
        if all(byte in b"\t\n\r\f" or 0x20 <= byte < 0x7F for byte in following):
            return end.end()
    return end.end() if end is not None else None


def _open_operands(tail: bytes) -> bytes:
    """What closes the operands that follow the last operator of interest, or the path left unpainted."""
    tail = _SKIPPED.sub(b" ", tail)
    if tail.rfind(b"<<") > tail.rfind(b">>"):
        return b">>"
    if tail.replace(b"<<", b"").rfind(b"<") > tail.replace(b">>", b"").rfind(b">"):
        return b">"
    if tail.rfind(b"[") > tail.rfind(b"]"):
        return b"]"
    return _path_left(tail)


def _path_left(tail: bytes) -> bytes:
    last = _LAST_OPERATOR.search(tail[-64:])
    return b"n" if last is not None and last.group(1) in _PATH_OPERATORS else b""

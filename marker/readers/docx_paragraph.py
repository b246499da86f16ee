"""One paragraph of a Word document: the pieces its runs are made of, and the spans they become.

A paragraph may mix what is seen with what is struck, hidden or deleted.  What is seen becomes one span.  Each other
kind becomes a span of its own *together with* the words that stand seen around it: "СОВЕРШЕННО" struck before
"СЕКРЕТНО" must be read as the struck whole, or the level would sink.  Where it holds a figure it is no part of a
marking (a copy number put right, a date) and stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from marker.model import Place, Source, Span, Visibility


@dataclass(frozen=True, slots=True)
class Scene:
    """Where in the document the reader stands."""

    place: Place
    flow: str
    visibility: Visibility = Visibility.VISIBLE
    """Above all that runs say: HIDDEN in an unused header, DELETED inside a tracked deletion."""
    source: Source = Source.TEXT
    cell: bool = False
    table_style: str = ""
    shaded: bool = False
    """A colour may lie behind the text, so that white letters are seen."""
    turned: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with one look. ``size`` in points."""

    text: str
    visibility: Visibility = Visibility.VISIBLE
    size: float | None = None
    bold: bool = False
    tracked: bool = False


@dataclass(slots=True)
class Fields:
    """The complex fields that are open where the reader stands (17.16): their code is not text, their result is."""

    _open: list[list[str]] = field(default_factory=list)
    _in_code: list[bool] = field(default_factory=list)
    _shown: list[str] = field(default_factory=list)

    @property
    def in_code(self) -> bool:
        return any(self._in_code)

    def begin(self) -> None:
        self._open.append([])
        self._in_code.append(True)
        self._shown.append("")

    def separate(self) -> None:
        if self._in_code:
            self._in_code[-1] = False

    def code(self, text: str) -> None:
        if self._open:
            self._open[-1].append(text)

    def show(self, text: str) -> None:
        """What the innermost field shows if it gets no result (a drop-down list keeps its choice in its data)."""
        if self._open:
            self._shown[-1] = text

    def end(self) -> tuple[str, str]:
        """Close the innermost field; what it shows without a result, and the code of one that has nothing to show."""
        if not self._open:
            return "", ""
        code, shown, had_no_result = "".join(self._open.pop()), self._shown.pop(), self._in_code.pop()
        shown = shown or (shown_by_code(code) if had_no_result else "")
        return shown, code if had_no_result and not shown else ""


_SHOWN_LATER = frozenset({
    "AUTOTEXT", "COMMENTS", "COMPARE", "DATABASE", "DOCPROPERTY", "DOCVARIABLE", "FILLIN", "GLOSSARY", "IF",
    "INCLUDEPICTURE", "INCLUDETEXT", "KEYWORDS", "MERGEFIELD", "QUOTE", "REF", "STYLEREF", "SUBJECT", "TITLE",
})  # fmt: skip
"""Fields that show words once they are updated (17.16.5); page numbers, dates and entries of indexes show none."""
_LITERAL = re.compile(r'"([^"]*)"|“([^”]*)”')


def shown_later(code: str) -> tuple[str, str]:
    """Of a field without a stored result: its name if an update would show words, and the words its code states."""
    kind = (code.split() or [""])[0].upper()
    if kind not in _SHOWN_LATER:
        return "", ""
    literals = [one or other for one, other in _LITERAL.findall(code)]
    if kind == "QUOTE" and not literals:
        literals = [" ".join(word for word in code.split()[1:] if not word.startswith("\\"))]
    return kind, "\n".join(literals) if kind in ("IF", "QUOTE") else ""


def shown_by_code(code: str) -> str:
    """What MACROBUTTON and EQ fields show: they have no result, their code is displayed."""
    words = code.split()
    if not words:
        return ""
    if words[0].upper() == "MACROBUTTON":
        return " ".join(words[2:])
    if words[0].upper() == "EQ":
        text = "".join(" " if character in "(),;" else character for character in code.strip()[2:])
        return " ".join(word for word in text.split() if not word.startswith("\\"))
    return ""


def spans_of(pieces: Sequence[Piece], scene: Scene, centred: bool) -> Iterator[Span]:
    """The spans of a paragraph: the seen text first, then one for each other visibility that has letters."""
    kinds = {piece.visibility for piece in pieces if _has_letters(piece.text)}
    if Visibility.VISIBLE in kinds:
        yield _span([piece for piece in pieces if piece.visibility is Visibility.VISIBLE], scene, centred)
    for kind in sorted(kinds - {Visibility.VISIBLE}):
        own = [piece for piece in pieces if piece.visibility is kind]
        if not any(character.isdigit() for piece in own for character in piece.text):
            own = _around([piece for piece in pieces if piece.visibility in (Visibility.VISIBLE, kind)], kind)
        yield _span(own, scene, centred, kind)


def _has_letters(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _around(pieces: Iterable[Piece], kind: Visibility) -> list[Piece]:
    """The lines in which that kind has letters, with the line before and after each."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            lines[-1].append(Piece(part, piece.visibility, piece.size, piece.bold, piece.tracked))
    wanted = {
        near
        for number, line in enumerate(lines)
        if any(piece.visibility is kind and _has_letters(piece.text) for piece in line)
        for near in (number - 1, number, number + 1)
    }
    chosen: list[Piece] = []
    for number, line in enumerate(lines):
        if number in wanted:
            chosen += [*([Piece("\n")] if chosen else []), *line]
    return chosen


def _span(pieces: Sequence[Piece], scene: Scene, centred: bool, kind: Visibility = Visibility.VISIBLE) -> Span:
    lettered = [piece for piece in pieces if _has_letters(piece.text)]
    # A paragraph's looks are those of most of its letters.
    main = max(lettered, key=lambda piece: len(piece.text), default=Piece(""))
    letters = sum(len(piece.text) for piece in lettered)
    return Span(
        text="".join(piece.text for piece in pieces).strip("\n"),
        source=scene.source,
        place=scene.place,
        flow=scene.flow,
        size=main.size,
        bold=2 * sum(len(piece.text) for piece in lettered if piece.bold) > letters,
        turned=scene.turned,
        visibility=scene.visibility if scene.visibility is not Visibility.VISIBLE else kind,
        centred=centred,
        cell=scene.cell,
        tracked=main.tracked,
    )

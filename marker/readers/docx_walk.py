"""Walks a story of a Word document (body, header, footnote, text box) and hands out its paragraphs as spans.

Anything unknown is walked through, never skipped: text in a wrapper that a later Word invents is still found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from lxml import etree

from marker.model import Place, Source, Span, Visibility
from marker.readers.base import Gathering, too_deep
from marker.readers.docx_numbering import Numbering
from marker.readers.docx_paragraph import Fields, Piece, Scene, shown_by_code, shown_later, spans_of
from marker.readers.docx_styles import Look, Styles, is_shaded, run_properties
from marker.readers.xml import attribute, child, name, value_of

_NO_TEXT: Final = frozenset(
    {
        "w:pPr",
        "w:rPr",
        "w:tblPr",
        "w:tblGrid",
        "w:trPr",
        "w:tcPr",
        "w:sectPr",
        "w:sdtPr",
        "w:sdtEndPr",
        "w:customXmlPr",
        "w:smartTagPr",
        "w:tblPrEx",
        "w:proofErr",
        "w:bookmarkEnd",
        "w:permStart",
        "w:permEnd",
        "m:rPr",
        "m:ctrlPr",
        "w:rubyPr",
    }
)
_FIXED_TEXT: Final = {
    "w:tab": "\t",
    "w:ptab": "\t",
    "w:br": "\n",
    "w:cr": "\n",
    "w:noBreakHyphen": "-",
    "w:softHyphen": "",
}
_DELETED: Final = frozenset({"w:del", "w:moveFrom"})
_BLOCKS: Final = frozenset({"w:p", "w:tbl", "w:altChunk", "w:subDoc"})
_FIGURES: Final = frozenset({"w:drawing", "w:pict", "w:object"})
_UNDERSTOOD: Final = (
    "http://schemas.microsoft.com/",
    "http://schemas.openxmlformats.org/",
    "urn:schemas-microsoft-com:",
)
_BLANKS: Final = re.compile(r"[\t\r\n ]+")


class Figures(Protocol):
    """Reads what is drawn: pictures, text boxes, charts, SmartArt, embedded objects."""

    def draw(self, element: etree._Element, walker: Walker, scene: Scene) -> None:
        """Read a ``w:drawing``, ``w:pict`` or ``w:object``."""

    def chunk(self, element: etree._Element, walker: Walker, scene: Scene) -> None:
        """Read a ``w:altChunk`` or ``w:subDoc``: another file's text at this place."""


@dataclass(slots=True)
class Walker:
    """Reads one part; ``sections`` and the reference sets are what it came across on the way."""

    part: str
    gathering: Gathering
    styles: Styles
    numbering: Numbering
    figures: Figures
    sections: list[etree._Element] = field(default_factory=list)
    footnotes: set[str] = field(default_factory=set)
    endnotes: set[str] = field(default_factory=set)
    fields: Fields = field(default_factory=Fields)
    _tables: int = 0
    _boxes: int = 0
    _depth: int = 0

    def blocks(self, element: etree._Element, scene: Scene) -> None:
        """Read all block-level content below ``element``."""
        for block in element:
            self.block(block, scene)

    def block(self, element: etree._Element, scene: Scene) -> None:
        """Read one block: a paragraph, a table, or a wrapper around such."""
        kind = name(element)
        if kind == "w:p":
            self._paragraph(element, scene)
        elif kind == "w:tbl":
            self._table(element, scene)
        elif kind == "w:tc":
            self.blocks(element, replace(scene, shaded=scene.shaded or is_shaded(child(element, "w:tcPr"))))
        elif kind == "w:sectPr":
            self.sections.append(element)
        elif kind in ("w:altChunk", "w:subDoc"):
            self.figures.chunk(element, self, scene)
        elif kind == "mc:AlternateContent":
            self.alternatives(element, scene, self.blocks)
        elif kind in ("w:r", "w:hyperlink", "w:fldSimple", "m:oMathPara", "m:oMath"):
            self._loose(element, scene)
        elif kind == "w:bookmarkStart":
            self.bookmark(element)
        elif kind and kind not in _NO_TEXT:
            self.blocks(element, _deeper(scene, kind))

    def bookmark(self, element: etree._Element) -> None:
        """Note the name of a bookmark (17.13.6.2); it stands on no page, and the underscores in it are blanks."""
        said = attribute(element, "w:name") or ""
        if not said.startswith("_"):  # Word's own: _Toc…, _Ref…, _GoBack
            self.gathering.add(Span(said.replace("_", " "), Source.PROPERTY, Place.BOOKMARK, "bookmarks"))

    def text_box(self, element: etree._Element, scene: Scene, place: Place) -> None:
        """Read the content of a text box; inside a header it keeps the header's place, which says more."""
        self._boxes += 1
        kept = scene.place if scene.place in (Place.HEADER, Place.FOOTER) and place is Place.TEXTBOX else place
        outer, self.fields = self.fields, Fields()
        flow = f"{self.part}#textbox{self._boxes}"
        with self._further_in():
            self.blocks(element, replace(scene, place=kept, flow=flow, cell=False, shaded=True))
        self.fields = outer

    def _table(self, element: etree._Element, scene: Scene) -> None:
        self._tables += 1
        style = value_of(child(element, "w:tblPr"), "w:tblStyle") or ""
        inner = replace(
            scene,
            flow=f"{self.part}#table{self._tables}",
            cell=True,
            table_style=style,
            # A table style may shade rows and columns by rules that only layout knows.
            shaded=scene.shaded or bool(style) or is_shaded(child(element, "w:tblPr")),
        )
        with self._further_in():
            self.blocks(element, inner)

    @contextmanager
    def _further_in(self) -> Iterator[None]:
        """One table or box further inside others.  Raises HoldError(too-large)."""
        self._depth += 1
        if self._depth > self.gathering.purse.limits.max_depth:
            raise too_deep(self.gathering.purse.limits)
        yield
        self._depth -= 1

    def _loose(self, element: etree._Element, scene: Scene) -> None:
        """Inline content where a paragraph should be."""
        collector = _Collector(self, scene, "", scene.shaded)
        collector.inline(element, scene.visibility)
        self._hand_out(collector, scene, centred=False)

    def _paragraph(self, element: etree._Element, scene: Scene) -> None:
        properties = child(element, "w:pPr")
        style = value_of(properties, "w:pStyle") or ""
        shaded = scene.shaded or is_shaded(properties) or self.styles.is_shaded(style)
        collector = _Collector(self, scene, style, shaded)
        label = self.numbering.label(self.styles.numbering(properties, style))
        if label:
            collector.pieces.append(Piece(label + "\t"))
        for inline in element:
            collector.inline(inline, Visibility.VISIBLE)
        self._hand_out(collector, scene, centred=self.styles.is_centred(properties, style))
        section = child(properties, "w:sectPr")
        if section is not None:
            self.sections.append(section)

    def _hand_out(self, collector: _Collector, scene: Scene, *, centred: bool) -> None:
        for pieces in (collector.guides, collector.pieces):
            for span in spans_of(pieces, scene, centred):
                self.gathering.add(span)
        for figure in collector.figures:
            self.figures.draw(figure, self, scene)

    def alternatives(
        self, element: etree._Element, scene: Scene, read: Callable[[etree._Element, Scene], None]
    ) -> None:
        """An mc:AlternateContent: what Word shows, and as hidden text what other programs show if it says more."""
        shown, others = choose(element)
        before = len(self.gathering.spans)
        if shown is not None:
            read(shown, scene)
        seen = {_folded(span.text) for span in self.gathering.spans[before:]}
        for other in others:
            after = len(self.gathering.spans)
            read(other, replace(scene, visibility=Visibility.HIDDEN))
            new = [span for span in self.gathering.spans[after:] if _folded(span.text) not in seen]
            self.gathering.spans[after:] = new


def choose(element: etree._Element) -> tuple[etree._Element | None, list[etree._Element]]:
    """Of an mc:AlternateContent, the branch that Word shows and the others (ECMA-376 part 3, 7.6)."""
    branches = [branch for branch in element if name(branch) in ("mc:Choice", "mc:Fallback")]
    shown = next((b for b in branches if name(b) == "mc:Fallback" or _is_understood(b)), None)
    return shown, [branch for branch in branches if branch is not shown]


def _is_understood(choice: etree._Element) -> bool:
    prefixes = (choice.get("Requires") or "").split()
    return all((choice.nsmap.get(prefix) or "").startswith(_UNDERSTOOD) for prefix in prefixes)


def _folded(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _deeper(scene: Scene, kind: str) -> Scene:
    if kind in _DELETED and scene.visibility is Visibility.VISIBLE:
        return replace(scene, visibility=Visibility.DELETED)
    return scene


class _Collector:
    """Gathers the pieces of one paragraph, and the figures that hang in it."""

    def __init__(self, walker: Walker, scene: Scene, style: str, shaded: bool) -> None:
        self.pieces: list[Piece] = []
        self.guides: list[Piece] = []
        """What ruby text says above the line."""
        self.figures: list[etree._Element] = []
        self._walker = walker
        self._scene = scene
        self._style = style
        self._shaded = shaded

    def inline(self, element: etree._Element, visibility: Visibility) -> None:
        """Take in one inline element. ``visibility`` is DELETED inside a tracked deletion."""
        kind = name(element)
        if kind == "w:r":
            self._run(element, visibility)
        elif kind == "m:r":
            self.pieces.append(Piece("".join(t.text or "" for t in element if name(t) in ("m:t", "w:t")), visibility))
        elif kind == "w:fldSimple":
            self._simple_field(element, visibility)
        elif kind == "w:ruby":
            self._ruby(element, visibility)
        elif kind in _FIGURES:
            self.figures.append(element)
        elif kind == "mc:AlternateContent":
            self._alternatives(element, visibility)
        elif kind in _BLOCKS:
            self._walker.block(element, self._scene)
        elif kind == "w:bookmarkStart":
            self._walker.bookmark(element)
        elif kind and kind not in _NO_TEXT:
            for inner in element:
                self.inline(inner, Visibility.DELETED if kind in _DELETED else visibility)

    def _simple_field(self, element: etree._Element, visibility: Visibility) -> None:
        before = len(self.pieces)
        for inner in element:
            self.inline(inner, visibility)
        if len(self.pieces) == before:
            code = attribute(element, "w:instr") or ""
            shown = shown_by_code(code)
            self.pieces.append(Piece(shown, visibility))
            self._say_later("" if shown else code, visibility)

    def _say_later(self, code: str, visibility: Visibility) -> None:
        """Note a field that shows nothing yet; what its code states is text that readers do not see (rule 4)."""
        kind, words = shown_later(code)
        if kind and visibility is Visibility.VISIBLE:
            self._walker.gathering.note(
                f"holds a field ({kind}) without a stored result; Word shows its words only once fields are updated"
            )
        if words:
            self.pieces.append(Piece(words, Visibility.HIDDEN if visibility is Visibility.VISIBLE else visibility))

    def _ruby(self, element: etree._Element, visibility: Visibility) -> None:
        """Base text in its line; the guide above it by itself: it is no part of the words of that line (17.3.3.25)."""
        for inner in element:
            if name(inner) != "w:rt":
                self.inline(inner, visibility)
                continue
            guide = _Collector(self._walker, self._scene, self._style, self._shaded)
            guide.inline(inner, visibility)
            self.guides += guide.pieces
            self.figures += guide.figures

    def _alternatives(self, element: etree._Element, visibility: Visibility) -> None:
        """Inside a paragraph AlternateContent wraps a drawing nearly always: a text box stands in both branches."""
        shown, others = choose(element)
        if any(name(inner) in _FIGURES for branch in (shown, *others) if branch is not None for inner in branch):
            self.figures.append(element)
            return
        before = len(self.pieces)
        for inner in shown if shown is not None else ():
            self.inline(inner, visibility)
        seen = _folded("".join(piece.text for piece in self.pieces[before:]))
        for other in others:
            after = len(self.pieces)
            for inner in other:
                self.inline(inner, visibility)
            new = [replace(piece, visibility=Visibility.HIDDEN) for piece in self.pieces[after:]]
            self.pieces[after:] = [] if _folded("".join(piece.text for piece in new)) == seen else new

    def _run(self, element: etree._Element, visibility: Visibility) -> None:
        direct = run_properties(child(element, "w:rPr"))
        look = self._walker.styles.look(self._scene.table_style, self._style, direct, self._shaded)
        if visibility is Visibility.VISIBLE:
            visibility = look.visibility
        for inner in element:
            kind = name(inner)
            if kind in ("w:t", "w:delText"):
                self._say(inner.text or "", visibility, look)
            elif kind in _FIXED_TEXT:
                self._say(_FIXED_TEXT[kind], visibility, look)
            elif kind == "w:sym":
                self._say(_symbol(inner), visibility, look)
            elif kind in ("w:instrText", "w:delInstrText"):
                self._walker.fields.code(inner.text or "")
            elif kind == "w:fldChar":
                shown, code = _field_character(inner, self._walker.fields)
                self._say(shown, visibility, look)
                self._say_later(code, visibility)
            elif kind == "w:footnoteReference":
                self._walker.footnotes.add(attribute(inner, "w:id") or "")
            elif kind == "w:endnoteReference":
                self._walker.endnotes.add(attribute(inner, "w:id") or "")
            elif kind != "w:rPr":
                self.inline(inner, visibility)

    def _say(self, text: str, visibility: Visibility, look: Look) -> None:
        if not text:
            return
        # Text in the code part of a field is the result of a field inside it; nobody sees it as it stands.
        seen = Visibility.HIDDEN if self._walker.fields.in_code else visibility
        self.pieces.append(Piece(text, seen, look.size, look.bold, look.tracked))


def _field_character(element: etree._Element, fields: Fields) -> tuple[str, str]:
    """Open, part or close a field; what :meth:`Fields.end` says of one that ends here."""
    kind = attribute(element, "w:fldCharType")
    if kind == "begin":
        fields.begin()
        entries = child(child(element, "w:ffData"), "w:ddList")
        if entries is not None:
            fields.show(_chosen(entries))
    elif kind == "separate":
        fields.separate()
    elif kind == "end":
        return fields.end()
    return "", ""


def _chosen(entries: etree._Element) -> str:
    texts = [attribute(entry, "w:val") or "" for entry in entries if name(entry) == "w:listEntry"]
    chosen = value_of(entries, "w:result") or value_of(entries, "w:default") or "0"
    return texts[int(chosen)] if chosen.isdecimal() and int(chosen) < len(texts) else ""


def _symbol(element: etree._Element) -> str:
    """The character of a ``w:sym``; those of symbol fonts (F000 to F0FF) have no meaning outside their font."""
    try:
        code = int(attribute(element, "w:char") or "", 16)
    except ValueError:
        return ""
    return "\ufffd" if 0xD800 <= code < 0xF900 or code > 0x10FFFF or code == 0 else chr(code)

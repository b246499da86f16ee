"""The stamp of a planned copy drawn into its PDF: fonts, shared forms, and what stands around each page's content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from marker.model import Box
from marker.stamp.code import Modules, modules, seal_modules
from marker.stamp.fonts import face
from marker.stamp.geometry import Matrix, PageFrame, bounds, multiply
from marker.stamp.layout import PageLayout, Placed
from marker.stamp.panels import Panel, same_shape
from marker.stamp.pdf_draw import LayoutContent, Pen, form_box, form_content, layout_content, operands
from marker.stamp.pdf_font import embed, refill, stream
from marker.stamp.pdf_moved import Patterns, move
from marker.stamp.pdf_pages import Contents, Resources, distinct_pages, free_prefix
from marker.stamp.pdf_values import value
from marker.stamp.wording import StampText


@dataclass(frozen=True, slots=True)
class Plan:
    """One copy before it is written: its words and what goes where on each page."""

    text: StampText
    frames: tuple[PageFrame, ...]
    layouts: tuple[PageLayout, ...]

    @property
    def shrinks(self) -> tuple[Matrix | None, ...]:
        """What is done to the content of each page."""
        return tuple(layout.shrink for layout in self.layouts)


@dataclass(frozen=True, slots=True)
class _Page:
    """The streams that were put after one page's content, and what the last of them was made from."""

    content: LayoutContent
    side: int
    """Modules of the Data Matrix's side."""
    shared: IndirectObject
    own: IndirectObject


class Drawing:
    """Draws the stamps of copies into one writer, one after the other: each takes the place of the one before.

    What all copies have in common, the content that is shrunk and the fonts of ``letters``, is done once, for the copy
    ``first``; only plans that shrink the same pages alike can follow.
    """

    def __init__(self, writer: PdfWriter, first: Plan, letters: dict[bool, set[str]]) -> None:
        self.writer = writer
        self.shrinks = first.shrinks
        self._pages = distinct_pages(writer)
        self._prefix = free_prefix(self._pages)
        self._before = self._shrink(first)
        self._contents = [Contents(writer, page) for page in self._pages]
        self._grey = _calibrated_grey(writer)
        self._pen = Pen(
            {strong: face(strong).subset(letters[strong]) for strong in (False, True)},
            {False: f"{self._prefix}R", True: f"{self._prefix}B"},
            f"/{self._prefix}G cs 0 sc" if self._grey is not None else "0 g",
        )
        self._fonts = {self._pen.names[strong]: embed(writer, font) for strong, font in self._pen.fonts.items()}
        self._resources = Resources()
        self._forms: dict[Panel, tuple[str, IndirectObject]] = {}
        self._known: dict[int, tuple[str, IndirectObject]] = {}
        """The same by the panel's identity, faster than by all its lines; the plan keeps the panels alive."""
        self._plan = first
        """What is drawn; the forms are known by its panels."""
        self._drawn: list[_Page] = []
        self._objects = self._unlabelled = len(writer._objects)
        self._metadata = writer.root_object.raw_get("/Metadata") if "/Metadata" in writer.root_object else None
        self._id = writer._ID

    def draw(self, plan: Plan) -> None:
        """Puts the stamp of ``plan`` on the pages, and its number into /ID."""
        self._undo()
        self._plan = plan
        streams: dict[bytes, IndirectObject] = {}
        drawn: dict[tuple[object, ...], LayoutContent] = {}
        own = (self._pen.names[False], self._fonts[self._pen.names[False]])
        for at, (page, layout, symbol) in enumerate(zip(self._pages, plan.layouts, self._symbols(plan), strict=True)):
            frame = plan.frames[at]
            places = [(id(part.panel), part.x, part.y) for part in (*layout.parts, *filter(None, [layout.seal]))]
            key = (frame.to_user, frame.height, len(symbol), *places)
            if key not in drawn:
                drawn[key] = self._content(plan, at, len(symbol), lambda panel: self._form(panel)[0])
            content = drawn[key]
            self._resources.add(page, "/XObject", dict([self._form(part.panel) for part in layout.parts]))
            self._resources.add(page, "/Font", dict([own]))
            if self._grey is not None:
                self._resources.add(page, "/ColorSpace", {f"{self._prefix}G": self._grey})
            after = content.of_page(plan.text.page_of(at + 1, len(self._pages)), symbol)
            wrapped = self._contents[at].wrap(self._before[at], content.shared, after, streams)
            self._drawn.append(_Page(content, len(symbol), *wrapped))
        self._unlabelled = len(self.writer._objects)
        self._identify(plan.text.copy_number)

    def redraw(self, plan: Plan) -> bool:
        """Puts the stamp of ``plan`` in the place of the one that is drawn, into the same streams; what leads to them,
        and all else, stays as it is.

        False, and nothing is changed, where a part of the stamp would stand elsewhere or have another size, but for the
        first page's block.
        """
        was, symbols = self._plan, self._symbols(plan)
        if not all(map(_alike, was.layouts, plan.layouts)):
            return False
        if [len(symbol) for symbol in symbols] != [page.side for page in self._drawn]:
            return False
        self._unlabel()
        first = self._drawn[0]
        names = {new.panel: self._form(old.panel)[0] for old, new in _pairs(was, plan, lambda layout: layout.parts)}
        forms = {self._form(old.panel)[1]: new.panel for old, new in _pairs(was, plan, _own_parts)}
        for form, panel in forms.items():
            refill(form, form_content(panel, self._pen), _form_box(panel))
        content = self._content(plan, 0, first.side, names.__getitem__)
        refill(first.shared, self._contents[0].closed(content.shared))
        for number, (page, symbol) in enumerate(zip(self._drawn, symbols, strict=True), start=1):
            refill(page.own, page.content.of_page(plan.text.page_of(number, len(symbols)), symbol))
        self._identify(plan.text.copy_number)
        return True

    @property
    def own(self) -> set[int]:
        """The numbers of the streams in which copies of a set differ: those that :meth:`redraw` and the label fill."""
        forms = [self._form(part.panel)[1] for layout in self._plan.layouts for part in _own_parts(layout)]
        streams = [self._drawn[0].shared, *forms, *(page.own for page in self._drawn)]
        metadata = self.writer.root_object.raw_get("/Metadata")
        return {entry.idnum for entry in (*streams, metadata) if isinstance(entry, IndirectObject)}

    def _symbols(self, plan: Plan) -> list[Modules]:
        pages = len(self._pages)
        return [modules(plan.text.copy_number, number, pages) for number in range(1, pages + 1)]

    def _content(self, plan: Plan, at: int, side: int, name: Callable[[Panel], str]) -> LayoutContent:
        frame, seal = plan.frames[at], seal_modules(plan.text.seal) if plan.text.seal else ()
        return layout_content(plan.layouts[at], frame.upright_to_user, frame.height, seal, side, self._pen, name)

    def _undo(self) -> None:
        """Takes out the copy before: nothing of it must be found in this one."""
        self._resources.take_out()
        self._forms.clear()
        self._known.clear()
        self._drawn.clear()
        self._unlabelled = self._objects
        self._unlabel()

    def _unlabel(self) -> None:
        """Takes out the label of the copy before."""
        del self.writer._objects[self._unlabelled :]
        if self._metadata is not None:
            self.writer.root_object[NameObject("/Metadata")] = self._metadata
        else:
            self.writer.root_object.pop(NameObject("/Metadata"), None)

    def _identify(self, copy_number: str) -> None:
        """/ID: its first half stays, for it names the document; the second names this copy (ISO 32000-1, 14.4)."""
        second = ByteStringObject(hashlib.sha256(copy_number.encode()).digest()[:16])
        first = self._id[0] if self._id else second
        self.writer._ID = ArrayObject([first, second])

    def _shrink(self, plan: Plan) -> list[bytes]:
        """What opens the graphics state in which each page's content is drawn; moves what else belongs to the page.

        What is drawn smaller is clipped to what was shown: nothing that lay outside the page's box comes into view.
        """
        opened: list[bytes] = []
        moves: dict[int, Matrix] = {}
        patterns = Patterns(self.writer)
        for page, frame, shrink in zip(self._pages, plan.frames, plan.shrinks, strict=True):
            if shrink is None:
                opened.append(b"q")
                continue
            moved = multiply(multiply(frame.to_displayed, shrink), frame.to_user)
            patterns.move(page, moved)
            if page.indirect_reference is not None:
                moves[page.indirect_reference.idnum] = moved
            shown = bounds(multiply(shrink, frame.to_user), Box(0, 0, frame.width, frame.height))
            clip = operands((shown.x0, shown.y0, shown.width, shown.height))
            opened.append(f"q {clip} re W n {operands(moved, 6)} cm".encode("ascii"))
        move(self.writer, moves)
        return opened

    def _form(self, panel: Panel) -> tuple[str, IndirectObject]:
        if id(panel) not in self._known:
            self._known[id(panel)] = self._made(panel)
        return self._known[id(panel)]

    def _made(self, panel: Panel) -> tuple[str, IndirectObject]:
        if panel not in self._forms:
            form = stream(form_content(panel, self._pen))
            form[NameObject("/Type")] = NameObject("/XObject")
            form[NameObject("/Subtype")] = NameObject("/Form")
            form[NameObject("/BBox")] = _form_box(panel)
            strong = {line.strong for line in panel.lines}
            fonts = {NameObject(f"/{self._pen.names[s]}"): self._fonts[self._pen.names[s]] for s in sorted(strong)}
            resources = DictionaryObject({NameObject("/Font"): DictionaryObject(fonts)})
            if self._grey is not None:
                greys = DictionaryObject({NameObject(f"/{self._prefix}G"): self._grey})
                resources[NameObject("/ColorSpace")] = greys
            form[NameObject("/Resources")] = resources
            name = f"{self._prefix}{len(self._forms) + 1}"
            self._forms[panel] = (name, self.writer._add_object(form))
        return self._forms[panel]


def _alike(one: PageLayout, other: PageLayout) -> bool:
    """Whether two copies' layouts of a page differ in the letters of the number and in the block alone."""
    if (one.block is None) != (other.block is None):
        return False
    same = (one.top, one.bottom, one.seal, one.shrink) == (other.top, other.bottom, other.seal, other.shrink)
    place, there = one.number, other.number
    return same and (place.x, place.y) == (there.x, there.y) and same_shape(place.panel, there.panel)


def _own_parts(layout: PageLayout) -> tuple[Placed, ...]:
    """What a copy does not share with the others of its set."""
    return (layout.number,) if layout.block is None else (layout.block, layout.number)


def _pairs(
    one: Plan, other: Plan, parts: Callable[[PageLayout], tuple[Placed, ...]]
) -> Iterator[tuple[Placed, Placed]]:
    """The parts of two copies' pages that are in the same place of the stamp."""
    for was, now in zip(one.layouts, other.layouts, strict=True):
        yield from zip(parts(was), parts(now), strict=True)


def _form_box(panel: Panel) -> ArrayObject:
    return ArrayObject([FloatObject(round(side, 3)) for side in form_box(panel)])


def letters_of(plans: Sequence[Plan]) -> dict[bool, set[str]]:
    """The letters all copies show, by whether they are bold."""
    letters: dict[bool, set[str]] = {False: set(), True: set()}
    for plan in plans:
        for panel in {part.panel for layout in plan.layouts for part in layout.parts}:
            for line in panel.lines:
                letters[line.strong].update(line.text)
        count = len(plan.layouts)
        letters[False].update(*(plan.text.page_of(number, count) for number in range(1, count + 1)))
    return letters


def _calibrated_grey(writer: PdfWriter) -> IndirectObject | None:
    """A device-independent grey for a PDF/A file without an output intent, which may not use DeviceGray (ISO 19005-2,
    6.2.4.3); None for any other."""
    metadata = value(writer.root_object, "/Metadata")
    intents = value(writer.root_object, "/OutputIntents")
    if not isinstance(metadata, StreamObject) or b"pdfaid" not in metadata.get_data() or intents:
        return None
    white = ArrayObject(map(FloatObject, (0.9505, 1, 1.089)))
    described = DictionaryObject({NameObject("/WhitePoint"): white})
    return writer._add_object(ArrayObject([NameObject("/CalGray"), described]))

"""A Word document to spans: body, headers and footers, notes, comments, properties and labels, embedded documents.

Read from the raw package.  Nothing is laid out, so there are no pages.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from lxml import etree

from marker.errors import HoldError
from marker.labels.read import is_binding
from marker.labels.terms import MB
from marker.model import HoldCode, Place, Reading, Source, Visibility
from marker.readers.base import Gathering, border
from marker.readers.docx_figures import FigureReader
from marker.readers.docx_labels import custom_properties
from marker.readers.docx_numbering import Numbering
from marker.readers.docx_paragraph import Scene
from marker.readers.docx_styles import Styles
from marker.readers.docx_walk import Walker
from marker.readers.labels import UNREAD, read_binding, read_label_info, read_properties
from marker.readers.package import Package
from marker.readers.xml import attribute, child, local_name, name

_OFF: Final = frozenset({"0", "false", "off"})
_CORE: Final = frozenset({"title", "subject", "keywords", "category", "description", "contentStatus"})
_APP: Final = frozenset({"Company", "Manager", "Template"})
_STORIES: Final = {"header": Place.HEADER, "footer": Place.FOOTER}


def read_docx(source: Path | bytes, gathering: Gathering) -> Reading:
    """Read a Word document, from a path or from memory. Raises HoldError: malformed, too-large, encrypted."""
    with border("The Word document"):
        if isinstance(source, bytes):
            return _read(io.BytesIO(source), gathering)
        with source.open("rb") as stream:
            return _read(stream, gathering)


def _read(stream: BinaryIO, gathering: Gathering) -> Reading:
    document = _Document(Package(stream, gathering.purse), gathering)
    document.read()
    return gathering.finish("docx", None)


class _Document:
    def __init__(self, package: Package, gathering: Gathering) -> None:
        self._package = package
        self._gathering = gathering
        self._main = package.main_part()
        self._styles = Styles(self._root("styles"))
        self._numbering = Numbering(self._root("numbering"))
        self._figures = FigureReader(package, gathering)
        self._footnotes: set[str] = set()
        self._endnotes: set[str] = set()

    def read(self) -> None:
        root = self._package.xml(self._main)
        if name(root) != "w:document" or child(root, "w:body") is None:
            raise HoldError(HoldCode.MALFORMED, "The Word document has no body; ask the sender to save it again.")
        walker = self._walk(self._main, root, Place.BODY, Visibility.VISIBLE)
        used = self._used(walker.sections)
        for kind, place in _STORIES.items():
            for part in dict.fromkeys(self._package.related(self._main, kind)):
                seen = Visibility.VISIBLE if part in used else Visibility.HIDDEN
                self._walk(part, self._package.xml(part), place, seen)
        self._notes("footnotes", "w:footnote", self._footnotes)
        self._notes("endnotes", "w:endnote", self._endnotes)
        for part in self._package.related(self._main, "comments"):
            self._walk(part, self._package.xml(part), Place.COMMENT, Visibility.VISIBLE)
        for part in self._package.related(self._main, "glossaryDocument"):
            # Building blocks: kept for insertion, printed nowhere; what they say is noted as a comment is.
            blocks = Walker(part, self._gathering, self._styles, self._numbering, _NothingDrawn())
            blocks.blocks(self._package.xml(part), Scene(Place.COMMENT, part, Visibility.VISIBLE, Source.ANNOTATION))
            self._gathering.note("holds building blocks (glossary part); they are not printed and count as comments")
        self._properties()
        self._custom_xml()
        self._remark()

    def _root(self, kind: str) -> etree._Element | None:
        parts = self._package.related(self._main, kind)
        return self._package.xml(parts[0]) if parts else None

    def _walker(self, part: str) -> Walker:
        return Walker(part, self._gathering, self._styles, self._numbering, self._figures)

    def _walk(self, part: str, root: etree._Element, place: Place, visibility: Visibility) -> Walker:
        walker = self._walker(part)
        source = Source.ANNOTATION if place is Place.COMMENT else Source.TEXT
        walker.blocks(root, Scene(place, part, visibility, source))
        self._figures.embedded(part)
        self._footnotes |= walker.footnotes
        self._endnotes |= walker.endnotes
        return walker

    def _used(self, sections: list[etree._Element]) -> set[str]:
        """The header and footer parts that are printed: of a kind that is on, inherited by the next section (17.10)."""
        settings = self._root("settings")
        even = settings is not None and _is_on(child(settings, "w:evenAndOddHeaders"))
        current: dict[tuple[str, str], str] = {}
        used: set[str] = set()
        for section in sections:
            for reference in section:
                kind = name(reference)
                if kind in ("w:headerReference", "w:footerReference"):
                    found = self._package.target(self._main, attribute(reference, "r:id"))
                    if found is not None:
                        current[kind, attribute(reference, "w:type") or "default"] = found.target
            on = {"default", *(["even"] if even else []), *(["first"] if _is_on(child(section, "w:titlePg")) else [])}
            used |= {target for (_, kind), target in current.items() if kind in on}
        return used

    def _notes(self, kind: str, element_name: str, referenced: set[str]) -> None:
        for part in self._package.related(self._main, kind):
            walker = self._walker(part)
            for note in self._package.xml(part):
                if name(note) != element_name:
                    continue
                # Separators and notices have a type; they are printed wherever notes are.
                seen = attribute(note, "w:id") in referenced or attribute(note, "w:type") not in (None, "normal")
                visibility = Visibility.VISIBLE if seen else Visibility.HIDDEN
                walker.blocks(note, Scene(Place.FOOTNOTE, f"{part}#{attribute(note, 'w:id')}", visibility))
            self._figures.embedded(part)

    def _properties(self) -> None:
        for part in self._package.related("", "core-properties"):
            read_properties(_texts(self._package.xml(part), _CORE), part, self._gathering)
        for part in self._package.related("", "extended-properties") + self._package.related("", "extendedProperties"):
            read_properties(_texts(self._package.xml(part), _APP), part, self._gathering)
        for part, custom in custom_properties(self._package):
            read_properties(custom, part, self._gathering)
        for part in self._package.related("", "classificationlabels"):
            read_label_info(self._package.xml(part), self._gathering)

    def _custom_xml(self) -> None:
        for part in self._package.related(self._main, "customXml") + self._package.related("", "customXml"):
            try:
                root = self._package.xml(part)
            except HoldError as error:
                if error.hold.code is HoldCode.TOO_LARGE:
                    raise
                if MB.encode() in self._package.read(part):
                    self._gathering.leave_unread(UNREAD)
                continue  # data of some other program; nothing of it is printed
            if is_binding(root):
                read_binding(root, part, self._gathering)
            elif self._binds_data():
                # Word fills bound controls from here when it opens the file: what was stored in them may be old.
                leaves = ((local_name(leaf), leaf.text or "") for leaf in root.iter(etree.Element) if not len(leaf))
                read_properties([(key, text) for key, text in leaves if text.strip()], part, self._gathering)

    def _binds_data(self) -> bool:
        """Whether a content control shows what a custom XML part says (ISO 29500-1, 17.5.2.6)."""
        stories = [self._main, *(part for kind in _STORIES for part in self._package.related(self._main, kind))]
        return any(b"dataBinding" in self._package.read(part) for part in stories)

    def _remark(self) -> None:
        pictures, zones = self._figures.pictures, self._figures.pictures_in_zones
        self._gathering.pictures = pictures
        if pictures:
            where = f", {zones} of them in a header or footer" if zones else ""
            self._gathering.note(f"{pictures} pictures{where}; pictures in Word documents are not looked into")
        if any(part.startswith("_xmlsignatures/") for part in self._package.names()):
            self._gathering.note("carries a digital signature")


class _NothingDrawn:
    """Leaves out what is drawn in building blocks: their pictures are not on the pages."""

    def draw(self, element: etree._Element, walker: Walker, scene: Scene) -> None:
        """Text boxes aside, which are found as text."""
        for content in element.iter("{*}txbxContent"):
            walker.text_box(content, scene, Place.COMMENT)

    def chunk(self, _element: etree._Element, _walker: Walker, _scene: Scene) -> None:
        """Nothing: no page shows it."""


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and attribute(element, "w:val") not in _OFF


def _texts(root: etree._Element, wanted: frozenset[str]) -> Iterator[tuple[str, str]]:
    for element in root:
        if local_name(element) in wanted and element.text:
            yield local_name(element), element.text

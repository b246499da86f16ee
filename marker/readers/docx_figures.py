"""What is drawn in a Word document: text boxes, watermarks, WordArt, charts, SmartArt, pictures, embedded objects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from marker.model import Place, Source, Span, Visibility
from marker.readers.base import Gathering
from marker.readers.docx_paragraph import Scene
from marker.readers.docx_walk import Walker
from marker.readers.package import Package
from marker.readers.xml import attribute, child, descendants, name

_TRUE: Final = frozenset({"1", "true", "on", "t"})
_VML_TURN: Final = re.compile(r"rotation:\s*(-?\d+(?:\.\d+)?)(fd)?")
_DRAWING_TURN: Final = 60_000
"""DrawingML counts angles in 60 000ths of a degree."""
_PICTURE_PARTS: Final = ("r:embed", "r:id", "o:relid", "r:pict")
_PICTURE_LINKS: Final = ("r:link", "r:href", "o:href")
_ZONES: Final = frozenset({Place.HEADER, Place.FOOTER})


@dataclass(slots=True)
class FigureReader:
    """Reads figures into the gathering and counts the pictures nothing but OCR could read."""

    package: Package
    gathering: Gathering
    pictures: int = 0
    pictures_in_zones: int = 0
    """Pictures in headers and footers, where markings stand."""
    _done: set[str] = field(default_factory=set)

    def draw(self, element: etree._Element, walker: Walker, scene: Scene) -> None:
        """Read a ``w:drawing``, ``w:pict``, ``w:object`` or an AlternateContent of such."""
        self._visit(element, walker, scene, Place.TEXTBOX)

    def chunk(self, element: etree._Element, walker: Walker, scene: Scene) -> None:
        """Read a ``w:altChunk`` or ``w:subDoc``: another file's text, shown at this place."""
        found = self.package.target(walker.part, attribute(element, "r:id"))
        if found is None:
            return
        if found.external or found.target not in self.package:
            self.gathering.leave_unread("a sub-document kept outside the file")
        else:
            self._attach(found.target)

    def embedded(self, part: str) -> None:
        """Read the objects embedded in a story, whether or not anything in its text points to them."""
        for relationship in self.package.relationships(part):
            if relationship.kind in ("oleObject", "package"):
                if relationship.external:
                    self.gathering.note("refers to a linked object outside the file; its last picture is what is shown")
                elif relationship.target in self.package:
                    self._attach(relationship.target)
            elif relationship.kind == "control" and relationship.target in self.package:
                self._control(relationship.target)

    def _attach(self, part: str) -> None:
        if part not in self._done:
            self._done.add(part)
            self.gathering.read_attachment(self.package.read(part), self.gathering)

    def _visit(self, element: etree._Element, walker: Walker, scene: Scene, place: Place) -> None:
        kind = name(element)
        scene, place = _setting(element, kind, scene, place)
        if kind == "w:txbxContent":
            walker.text_box(element, scene, place)
            return
        if kind == "mc:AlternateContent":
            walker.alternatives(element, scene, lambda branch, inner: self._visit_all(branch, walker, inner, place))
            return
        if kind == "a:p":
            kept = scene.place if scene.place in _ZONES else place
            self._say(_paragraph(element), scene, kept, f"{walker.part}#figure")
            return
        if kind == "v:textpath":
            self._say(element.get("string") or "", scene, Place.WATERMARK, f"{walker.part}#wordart")
        elif kind in ("a:blip", "v:imagedata", "v:fill", "?:contentPart"):
            self._picture(element, walker.part, scene)
        elif kind in ("c:chart", "cx:chart"):
            self._chart(walker.part, element, scene)
        elif kind == "dgm:relIds":
            self._diagram(walker.part, element, scene)
        self._describe(element, kind, walker.part)
        self._visit_all(element, walker, scene, place)

    def _visit_all(self, elements: Iterable[etree._Element], walker: Walker, scene: Scene, place: Place) -> None:
        for element in elements:
            self._visit(element, walker, scene, place)

    def _say(self, text: str, scene: Scene, place: Place, flow: str) -> None:
        self.gathering.add(
            Span(
                text,
                scene.source,
                place,
                flow,
                turned=scene.turned,
                visibility=scene.visibility,
                centred=True,
            )
        )

    def _picture(self, element: etree._Element, part: str, scene: Scene) -> None:
        keys = [key for name in _PICTURE_PARTS if (key := attribute(element, name))]
        links = [attribute(element, name) for name in _PICTURE_LINKS]
        if not (keys or any(links)) or scene.visibility is not Visibility.VISIBLE:
            return
        self.pictures += 1
        self.pictures_in_zones += scene.place in _ZONES
        targets = [found for key in keys if (found := self.package.target(part, key)) is not None]
        inside = any(not found.external and found.target in self.package for found in targets)
        if not inside and (any(links) or any(found.external for found in targets)):
            # Word shows what stands there when it opens the file; nobody has seen that here (rule 1).
            self.gathering.leave_unread("a picture that is only linked, not kept in the file,")

    def _describe(self, element: etree._Element, kind: str, part: str) -> None:
        """The alternative text of a picture: not seen on paper, but it may name the stamp the picture shows."""
        described = {
            "wp:docPr": ("title", "descr"),
            "?:cNvPr": ("title", "descr"),
            "v:shape": ("alt",),
            "v:rect": ("alt",),
        }
        for key in described.get(kind, ()):
            text = element.get(key)
            if text:
                self.gathering.add(Span(text, Source.PROPERTY, Place.PROPERTY, f"{part}#description"))

    def _chart(self, part: str, element: etree._Element, scene: Scene) -> None:
        found = self.package.target(part, attribute(element, "r:id"))
        if found is None or found.external or found.target not in self.package or found.target in self._done:
            return
        self._done.add(found.target)
        inner = replace(scene, turned=0)
        self._texts_of(found.target, inner)
        for drawing in self.package.related(found.target, "chartUserShapes"):
            self._texts_of(drawing, inner)
        if self.package.related(found.target, "package") or self.package.related(found.target, "oleObject"):
            self.gathering.note("holds the workbook behind a chart; the chart's own copy of the data was read")

    def _diagram(self, part: str, element: etree._Element, scene: Scene) -> None:
        found = self.package.target(part, attribute(element, "r:dm"))
        if found is None or found.external or found.target not in self.package or found.target in self._done:
            return
        self._done.add(found.target)
        self._texts_of(found.target, scene)

    def _texts_of(self, part: str, scene: Scene) -> None:
        """All texts of a chart, a SmartArt's data or a drawing part."""
        root = self.package.xml(part)
        place = scene.place if scene.place in _ZONES else Place.TEXTBOX
        for paragraph in descendants(root, "a:p"):
            self._say(_paragraph(paragraph), scene, place, part)
        for cache in descendants(root, "c:strCache"):
            for value in descendants(cache, "c:v"):
                self._say(value.text or "", scene, place, part)
        for point in descendants(root, "cx:pt"):
            self._say(point.text or "", scene, place, part)

    def _control(self, part: str) -> None:
        """An ActiveX control: its caption, where the part says it as text."""
        if part in self._done:
            return
        self._done.add(part)
        self.gathering.note("holds ActiveX controls; only their captions were read")
        if not part.endswith(".xml"):
            return
        for prop in descendants(self.package.xml(part), "ax:ocxPr"):
            if attribute(prop, "ax:name") in ("Caption", "Value", "Text"):
                text = attribute(prop, "ax:value") or ""
                self.gathering.add(Span(text, Source.TEXT, Place.FORM_FIELD, part))


def _setting(element: etree._Element, kind: str, scene: Scene, place: Place) -> tuple[Scene, Place]:
    """What an element says of all that is drawn inside it: hidden, turned, behind the text."""
    style = element.get("style") or "" if kind.startswith("v:") else ""
    if "visibility:hidden" in style.replace(" ", ""):
        scene = replace(scene, visibility=Visibility.HIDDEN)
    turn = _VML_TURN.search(style)
    if turn is not None:
        # VML writes degrees, or with the suffix fd 65 536ths of a degree.
        scene = replace(scene, turned=round(float(turn[1]) / (65_536 if turn[2] else 1)) % 360)
    if kind in ("wp:anchor", "wp:inline"):
        properties = child(element, "wp:docPr")
        if properties is not None and properties.get("hidden") in _TRUE:
            scene = replace(scene, visibility=Visibility.HIDDEN)
        if element.get("behindDoc") in _TRUE:
            place = Place.WATERMARK
    elif kind == "wps:wsp":
        frame = child(child(element, "wps:spPr"), "a:xfrm")
        turned = frame.get("rot") if frame is not None else None
        if turned and turned.lstrip("-").isdecimal():
            scene = replace(scene, turned=round(int(turned) / _DRAWING_TURN) % 360)
    return scene, place


def _paragraph(element: etree._Element) -> str:
    """The text of an ``a:p``."""
    parts: list[str] = []
    for inner in element.iter():
        kind = name(inner)
        if kind == "a:t":
            parts.append(inner.text or "")
        elif kind == "a:br":
            parts.append("\n")
    return "".join(parts)

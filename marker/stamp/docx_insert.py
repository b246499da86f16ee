"""Puts a planned stamp into the parts of a DOCX draft."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from lxml import etree

from marker.stamp import docx_build as build
from marker.stamp.docx_draft import PNG_TYPE, Draft
from marker.stamp.docx_first import SealPlace
from marker.stamp.docx_place import BETWEEN_LINES, CodePicture, NumberPlace, one_line
from marker.stamp.docx_plan import PartPlan, Plan
from marker.stamp.docx_xml import TRANSITIONAL, Dialect, dialect_of, translate
from marker.stamp.wording import StampText

_CONTROL_IDS: Final = re.compile(rb"<(?:\w+:)?id\s[^>]*?val=[\"'](-?\d+)")
_DRAWING_IDS: Final = re.compile(rb"<(?:\w+:)?docPr\s[^>]*?\bid=[\"'](\d+)")
_FIRST_CONTROL_ID, _FIRST_DRAWING_ID = 710_000_001, 9_001

# The words of a marking are locked; the number's fields must stay free to be counted anew.
_LOCKED, _KEPT = "sdtContentLocked", "sdtLocked"
_TRACKED_CONTROLS: Final = (
    "customXmlInsRangeStart", "customXmlDelRangeStart", "customXmlMoveFromRangeStart", "customXmlMoveToRangeStart",
)  # fmt: skip
_TRACKED: Final = ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", *_TRACKED_CONTROLS)


class Stamper:
    """Works once, on one draft."""

    def __init__(self, draft: Draft, text: StampText, plan: Plan) -> None:
        self._draft = draft
        self._text = text
        self._plan = plan
        self._control_ids = draft.attribute_values(_CONTROL_IDS)
        self._drawing_ids = draft.attribute_values(_DRAWING_IDS)
        self._style_ids: dict[str, str] = {}
        tracked = (draft.dialect.tag(name) for name in _TRACKED_CONTROLS)
        # LibreOffice 7.4 breaks down on a tracked content control together with drawings in several footers; Strict
        # has no other pictures.
        self._tracked_controls = (
            not draft.dialect.strict and next(draft.root(draft.main).iter(*tracked), None) is not None
        )

    def stamp(self, code_png: Callable[[CodePicture], bytes]) -> None:
        """Put the whole stamp in; ``code_png`` draws the Data Matrix in that size."""
        draft = self._draft
        self._add_styles()
        media: dict[CodePicture, str] = {}
        for part in self._plan.parts:
            if part.story == "header":
                stamp = [self._marking(part, build.TAG_MARKING_TOP)]
            else:
                assert part.number is not None  # noqa: S101  # every footer has one; narrows the type
                size = part.number.picture
                if size not in media:
                    media[size] = draft.add("media/stampcode", "png", code_png(size), PNG_TYPE)
                code = draft.relate(part.name, "image", media[size])
                stamp = [self._marking(part, build.TAG_MARKING_BOTTOM), *self._number(part.number, code)]
            if part.new:
                self._fill_new(part, stamp)
            else:
                self._insert(draft.root(part.name), stamp, part)
                draft.touch(part.name)
        self.add_first_page(code_png)
        for section, story in self._plan.pulled:
            margins = section.element.find(draft.dialect.tag("pgMar"))
            if margins is not None:
                margins.set(draft.dialect.tag(story), "0")
        draft.touch(draft.main)

    # ── What the stamp is made of ───────────────────────────────────────────────────────────────────────────────────

    def _marking(self, part: PartPlan, tag: str) -> etree._Element:
        place = part.marking
        frame = (
            build.Frame(place.width, y=place.offset)
            if part.story == "header"
            else build.Frame(place.width, bottom=place.offset + place.height)
        )
        size = None if place.size == build.MARKING.size else place.size
        control = self._control(tag, "Marking", _LOCKED, [build.run(self._text.marking, size=size)])
        return self._paragraph(build.MARKING, [control], frame)

    def _number(self, place: NumberPlace, code: str) -> list[etree._Element]:
        text = self._text
        size = place.picture
        code_frame = build.Frame(size.width, x=place.code_x, bottom=place.code_offset + size.height)
        number_frame = build.Frame(place.text_width, x=place.text_x, bottom=place.text_offset + place.text_height)
        pages = build.page_runs(text.page_template)
        if place.lines == 1:
            lines = [[build.run(one_line(text.copy_number, "")), *pages]]
        else:
            lines = [[build.run(text.copy_number)], pages]
        return [
            self._paragraph(
                build.CODE,
                [self._control(build.TAG_CODE, "Copy number as code", _KEPT, [self._picture(size, code)])],
                code_frame,
            ),
            *(
                self._paragraph(
                    build.NUMBER, [self._control(build.TAG_NUMBER, "Copy number", _KEPT, line)], number_frame
                )
                for line in lines
            ),
        ]

    def _picture(self, size: CodePicture, relationship_id: str) -> etree._Element:
        described, width, height = self._text.copy_number, size.width, size.height
        if self._tracked_controls:
            return build.old_picture(relationship_id, described, width, height)
        drawing_id = self._free_id(self._drawing_ids, _FIRST_DRAWING_ID)
        return build.picture(relationship_id, "stampcode.png", described, drawing_id, width, height)

    def resume(self, block: Sequence[etree._Element]) -> None:
        """Go on in the styles of a block that was taken out, and with the numbers of its controls."""
        for paragraph in block:
            named = paragraph.find("{*}pPr/{*}pStyle")
            if named is not None:
                name = str(next(iter(named.attrib.values())))
                self._style_ids[build.BLOCK.key] = name
                self._style_ids[build.ANCHOR.key] = name.replace(build.BLOCK.key, build.ANCHOR.key)
            numbers = (found for control in paragraph.iter("{*}sdtPr") for found in control.iter("{*}id"))
            self._control_ids -= {int(str(next(iter(found.attrib.values())))) for found in numbers}

    def add_first_page(self, code_png: Callable[[CodePicture], bytes] | None = None) -> None:
        """Put block and seal in front of the body; ``code_png`` draws the seal, where one is planned."""
        draft, place, seal = self._draft, self._plan.block, self._plan.seal
        body = draft.root(draft.main).find(draft.dialect.tag("body"))
        assert body is not None  # noqa: S101  # read_sections refused the file otherwise
        lines = [
            self._paragraph(
                build.BLOCK,
                self._block_row(row, breaks),
                build.Frame(part.width, x=part.x, y=part.y),
                "right" if part.right else "left",
            )
            for part in place.frames
            for row, breaks in zip(part.rows, part.breaks, strict=True)
        ]
        align = "right" if place.right else "left"
        flowing = [self._paragraph(build.BLOCK, self._block_row(row), align=align) for row in place.rows]
        if seal is not None and code_png is not None:
            (lines if seal.frame is not None else flowing).append(self._seal(seal, code_png(seal.picture)))
        first = next(body.iter(draft.dialect.tag("p"), draft.dialect.tag("tbl"), draft.dialect.tag("sectPr")), None)
        if lines and not flowing and not _bears_frames(first, draft.dialect):
            lines.append(self._paragraph(build.ANCHOR))
        lines += flowing
        for index, line in enumerate(lines):
            body.insert(index, translate(line, draft.dialect))

    def _seal(self, place: SealPlace, png: bytes) -> etree._Element:
        draft, size = self._draft, place.picture
        image = draft.relate(draft.main, "image", draft.add("media/stampseal", "png", png, PNG_TYPE))
        frame = None if place.frame is None else build.Frame(size.width, x=place.frame[0], y=place.frame[1])
        picture = self._control(build.TAG_SEAL, "Seal", _KEPT, [self._picture(size, image)])
        return self._paragraph(build.CODE, [picture], frame)

    def _block_row(self, row: Sequence[int], breaks: Sequence[int] = ()) -> list[etree._Element]:
        title = "Copy, originator and basis"
        content: list[etree._Element] = []
        for index in row:
            line = self._text.block[index]
            text = line.text
            if breaks:  # of a row that is one line alone: those that share a row fit beside each other
                words = text.split()
                pieces = zip((0, *breaks), (*breaks, len(words)), strict=True)
                text = "\n".join(" ".join(words[start:end]) for start, end in pieces)
            if content:
                content.append(build.run(BETWEEN_LINES))
            run = build.run(text, bold=line.strong)
            content.append(self._control(build.TAG_BLOCK, title, _LOCKED, [run]))
        return content

    def _paragraph(
        self,
        style: build.Style,
        content: Sequence[etree._Element] = (),
        frame: build.Frame | None = None,
        align: str | None = None,
        line: float | None = None,
    ) -> etree._Element:
        return build.paragraph(style, self._style_ids.get(style.key), content, frame=frame, align=align, line=line)

    def _spacer(self, part: PartPlan) -> etree._Element:
        """The empty line that frames need after them; as high as the room that text has to make, if it has to."""
        return self._paragraph(build.ANCHOR, line=part.reserve if part.reserve > 1 else None)

    def _control(self, tag: str, title: str, lock: str, runs: Sequence[etree._Element]) -> etree._Element:
        return build.control(tag, title, self._free_id(self._control_ids, _FIRST_CONTROL_ID), lock, runs)

    @staticmethod
    def _free_id(taken: set[int], first: int) -> int:
        while first in taken:
            first += 1
        taken.add(first)
        return first

    # ── Where it is put ─────────────────────────────────────────────────────────────────────────────────────────────

    def _fill_new(self, part: PartPlan, stamp: Sequence[etree._Element]) -> None:
        root = build.element("w:hdr" if part.story == "header" else "w:ftr")
        root.extend([*stamp, self._spacer(part)])
        translated = translate(root, self._draft.dialect)
        self._draft.replace(part.name, _standalone(translated))

    def _insert(self, root: etree._Element, stamp: Sequence[etree._Element], part: PartPlan) -> None:
        """Before the first paragraph of the flow: frames belong to the paragraph that follows them.

        An empty line that makes room stands before a header's own text and after a footer's.
        """
        dialect = dialect_of(root) or self._draft.dialect
        translated = [translate(paragraph, dialect) for paragraph in stamp]
        spacer = translate(self._spacer(part), dialect)
        if part.reserve > 1 and part.story == "header":
            index: int | None = 0
            translated.append(spacer)
        else:
            index = None if part.reserve > 1 else _before_first_paragraph(root, dialect)
            if index is not None and not _bears_frames(next(root[index].iter(dialect.tag("p")), None), dialect):
                translated.append(spacer)
        if index is None:
            # Room at the foot; or nothing there, or tables alone: then the line takes no height to speak of.
            root.extend([*translated, spacer])
            return
        for offset, paragraph in enumerate(translated):
            root.insert(index + offset, paragraph)

    def _add_styles(self) -> None:
        """Append the stamp's styles to the package's; a package without any gets the formatting in place."""
        part = self._draft.related("styles")
        if part is None:
            return
        root = self._draft.root(part)
        dialect = dialect_of(root) or TRANSITIONAL
        ids = {style.get(dialect.tag("styleId"), "") for style in root.iter(dialect.tag("style"))}
        names = {name.get(dialect.tag("val"), "").lower() for name in root.iter(dialect.tag("name"))}
        for style in build.STYLES:
            number = ""
            while style.key + number in ids or style.name.lower() + (number and f" {number}") in names:
                number = str(int(number or 1) + 1)
            self._style_ids[style.key] = style.key + number
            name = style.name + (number and f" {number}")
            root.append(translate(build.style_definition(style, style.key + number, name), dialect))
        self._draft.touch(part)


def _bears_frames(block: etree._Element | None, dialect: Dialect) -> bool:
    """Whether frames may stand right before ``block``, belonging to it.

    LibreOffice loses a frame before a table, and the tracked changes of a paragraph after a frame; it breaks down where
    that paragraph has a tracked change of a content control.
    """
    tracked = [dialect.tag(name) for name in _TRACKED]
    return block is not None and block.tag == dialect.tag("p") and next(block.iter(*tracked), None) is None


def _before_first_paragraph(root: etree._Element, dialect: Dialect) -> int | None:
    """Before a paragraph that bears frames, so that no line has to be added; else before the first one."""
    framed = f"{dialect.tag('pPr')}/{dialect.tag('framePr')}"
    # Paragraphs in one frame of the sender's are not parted.
    bearing = (
        index
        for index, child in enumerate(root)
        if _bears_frames(child, dialect) and (index == 0 or child.find(framed) is None)
    )
    if (index := next(bearing, None)) is not None:
        return index
    wrappers = {dialect.tag(name) for name in ("sdt", "customXml", "ins", "moveTo")}
    for index, child in enumerate(root):
        if child.tag == dialect.tag("p"):
            return index
        if child.tag in wrappers:
            first = next(child.iter(dialect.tag("p"), dialect.tag("tbl")), None)
            if first is not None and first.tag == dialect.tag("p"):
                return index
    return None


def _standalone(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)

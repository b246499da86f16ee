"""Further copies of a Word document made from one of its copies, where the received file is not at hand.

What numbers the copy is replaced: the number and its code in every footer, the block and the seal on the first page,
the label.  All else stays as it is in the copy, byte for byte; what would not fit in its place is refused, and the
received file has to be found.
"""

from __future__ import annotations

import copy as copying
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from lxml import etree

from marker.agreement.profile import Profile
from marker.errors import HoldError
from marker.model import Box, CopyOrder, HoldCode, StampResult
from marker.settings import Settings
from marker.stamp import docx_build as build
from marker.stamp.code import QUIET_MODULES, low_modules, modules, seal_modules
from marker.stamp.docx import code_picture, write_copies
from marker.stamp.docx_draft import Draft
from marker.stamp.docx_first import FirstPage, first_page_boxes, place_first_block
from marker.stamp.docx_insert import Stamper
from marker.stamp.docx_label import label_again
from marker.stamp.docx_package import Package
from marker.stamp.docx_place import LEADING, LEAST_QUIET
from marker.stamp.docx_plan import Plan, body_overlays
from marker.stamp.docx_sections import STORIES, Section, read_sections
from marker.stamp.docx_type import Type
from marker.stamp.docx_xml import dialect_of
from marker.stamp.wording import StampText, word

NOTE: Final = "Made from copy {number}: what numbers a copy was replaced, all else is that copy byte for byte."


def restamp_docx(
    copy: Path,
    was: CopyOrder,
    orders: Sequence[tuple[CopyOrder, Path]],
    profile: Profile,
    *,
    settings: Settings | None = None,
) -> tuple[StampResult, ...]:
    """Write one further copy for each order to the path beside it, from ``copy``, stamped by the order ``was``.

    Raises HoldError as :func:`marker.stamp.docx.stamp_docx` does, and stamp-failed where ``copy`` does not bear the
    stamp of ``was`` or the new one does not fit in its place.
    """
    limits = settings or Settings()
    old = word(was, profile)

    def make(package: Package, order: CopyOrder) -> tuple[dict[str, bytes], StampResult]:
        draft = Draft(package, limits)
        again = _Again(draft, old, word(order, profile))
        again.footers()
        again.first_page(order.seal)
        sidecar = label_again(draft, order, was.copy_number, profile, limits)
        notes = (*draft.notes, NOTE.format(number=was.copy_number))
        return draft.parts(), StampResult(pages=None, notes=notes, sidecar=sidecar)

    return write_copies(copy, orders, limits, make)


class _Again:
    """Works once, on one draft."""

    def __init__(self, draft: Draft, old: StampText, new: StampText) -> None:
        if len(old.copy_number) != len(new.copy_number) or old.marking != new.marking:
            raise _refused("its number or marking would not fit in its place")
        self._draft = draft
        self._old = old
        self._new = new

    # ── Footers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def footers(self) -> None:
        """Replace number and code wherever they stand in a footer."""
        draft, pictures = self._draft, _pictures(self._old.copy_number, self._new.copy_number)
        found, drawn = 0, set[str]()
        for part in draft.all_related("footer"):
            numbered = 0
            for control in _controls(draft.root(part), build.TAG_NUMBER):
                numbered += _replaced(control, self._old.copy_number, self._new.copy_number)
            for control in _controls(draft.root(part), build.TAG_CODE):
                if not _described(control, self._old.copy_number, self._new.copy_number):
                    continue
                image = _image(draft, part, control)
                if image is None or (image not in drawn and draft.data(image) not in pictures):
                    raise _refused("a footer's code is not the one it was stamped with")
                if image not in drawn:
                    draft.replace(image, pictures[draft.data(image)])
                    drawn.add(image)
            if numbered:
                draft.touch(part)
            found += numbered
        if not found or not drawn:
            raise _refused("its footers do not bear the number it was stamped with")

    # ── First page ──────────────────────────────────────────────────────────────────────────────────────────────────

    def first_page(self, seal: str) -> None:
        """Replace the block, and the seal by ``seal``."""
        draft, body = self._draft, self._draft.root(self._draft.main).find(self._draft.dialect.tag("body"))
        sections = read_sections(draft)
        assert body is not None  # noqa: S101  # read_sections refused the file otherwise
        block = self._take_block(body)
        beside = self._take_beside(body)  # away while the place is looked for, as when the first copy was planned
        seals = [(p, control) for p in beside for control in _controls(p, build.TAG_SEAL)]
        if bool(seals) != bool(seal):
            raise _refused("one of the two bears a seal and the other does not")
        styles = draft.related("styles")
        look = Type(None if styles is None else draft.root(styles), draft.dialect)
        taken = self._taken(look, sections[0])
        taken += [box for p, _ in seals if (box := _frame_box(p, sections[0])) is not None]
        overlays = body_overlays(draft, sections)[id(sections[0])]
        place = place_first_block(self._new, FirstPage(sections[0], overlays, taken))
        for index, paragraph in enumerate(beside):
            body.insert(index, paragraph)
        stamper = Stamper(draft, self._new, Plan([], place, ()))
        stamper.resume(block)
        stamper.add_first_page()
        for _, control in seals:
            image = _image(draft, draft.main, control)
            if image is None:
                raise _refused("its seal has no picture")
            draft.replace(image, code_picture(seal_modules(seal)))
            _described(control, self._old.copy_number, self._new.copy_number)
        draft.touch(draft.main)

    def _take_block(self, body: etree._Element) -> list[etree._Element]:
        """Take out the paragraphs at the beginning of the body whose controls say the old block, line by line."""
        waiting = [line.text for line in self._old.block]
        taken: list[etree._Element] = []
        for paragraph in list(body):
            lines = [_text(control) for control in _controls(paragraph, build.TAG_BLOCK)]
            if not waiting or not lines:
                break
            if [" ".join(line.split()) for line in waiting[: len(lines)]] != lines:
                raise _refused("its first page does not begin with the block it was stamped with")
            del waiting[: len(lines)]
            taken.append(paragraph)
        if waiting:
            raise _refused("its first page does not begin with the block it was stamped with")
        for paragraph in taken:
            body.remove(paragraph)
        return taken

    def _take_beside(self, body: etree._Element) -> list[etree._Element]:
        """Take out what else of the stamp the body begins with: the seal, and the empty line that frames need."""
        taken: list[etree._Element] = []
        for paragraph in list(body):
            style = paragraph.find("{*}pPr/{*}pStyle")
            named = "" if style is None else style.get(self._draft.dialect.tag("val"), "")
            anchor = named.startswith(build.ANCHOR.key) and not len(paragraph.findall("{*}r"))
            if not anchor and next(_controls(paragraph, build.TAG_SEAL), None) is None:
                break
            taken.append(paragraph)
            body.remove(paragraph)
            if anchor:
                break
        return taken

    def _taken(self, look: Type, section: Section) -> list[Box]:
        """What the first page's header and footer take up, the stamp's own frames by what stands in them."""
        draft = self._draft
        taken: list[Box] = []
        roots: list[tuple[str, etree._Element]] = []
        for story in STORIES:
            name = section.shown.get((story, "first" if section.title_page else "default"))
            if name is None:
                continue
            root = copying.deepcopy(draft.root(name))
            for paragraph in list(root.iter("{*}p")):
                if self._is_ours(paragraph) and (box := _frame_box(paragraph, section)) is not None:
                    taken.append(box)
                    parent = paragraph.getparent()
                    assert parent is not None  # noqa: S101  # it stands in a header or footer
                    parent.remove(paragraph)
            roots.append((story, root))
        return [*first_page_boxes(draft, look, section, roots), *taken]

    def _is_ours(self, paragraph: etree._Element) -> bool:
        for tag in (build.TAG_MARKING_TOP, build.TAG_MARKING_BOTTOM):
            if any(_text(control) == self._new.marking for control in _controls(paragraph, tag)):
                return True
        return any(next(_controls(paragraph, tag), None) is not None for tag in (build.TAG_NUMBER, build.TAG_CODE))


def _pictures(old: str, new: str) -> dict[bytes, bytes]:
    """The new code's picture for each that the old one may have."""
    found: dict[bytes, bytes] = {}
    for before, after, quiets in (
        (modules(old), modules(new), (QUIET_MODULES, LEAST_QUIET)),
        (low_modules(old), low_modules(new), (LEAST_QUIET,)),
    ):
        if before is not None and after is not None and len(before[0]) == len(after[0]):
            found |= {code_picture(before, quiet): code_picture(after, quiet) for quiet in quiets}
    return found


def _controls(root: etree._Element, tag: str) -> Iterator[etree._Element]:
    for found in root.iter("{*}tag"):
        properties = found.getparent()
        if tag in found.attrib.values() and properties is not None and (control := properties.getparent()) is not None:
            yield control


def _text(control: etree._Element) -> str:
    words = ((e.text or "") if etree.QName(e).localname == "t" else " " for e in control.iter("{*}t", "{*}br"))
    return " ".join("".join(words).split())


def _replaced(control: etree._Element, old: str, new: str) -> int:
    """How often ``old`` stood in the control's text."""
    found = [text for text in control.iter("{*}t") if old in (text.text or "")]
    for text in found:
        text.text = (text.text or "").replace(old, new)
    return len(found)


def _described(control: etree._Element, old: str, new: str) -> bool:
    """Whether the control's picture was described by ``old``; it is by ``new`` then."""
    found = False
    for element, name in ((e, name) for name in ("descr", "alt") for e in control.iter("{*}docPr", "{*}shape")):
        if element.get(name) == old:
            element.set(name, new)
            found = True
    return found


def _image(draft: Draft, part: str, control: etree._Element) -> str | None:
    """The picture that the control shows."""
    shown = next(control.iter("{*}blip", "{*}imagedata"), None)
    dialect = dialect_of(draft.root(part)) or draft.dialect
    if shown is None:
        return None
    names = (f"{{{dialect.r}}}embed", f"{{{dialect.r}}}id")
    return next((draft.target(part, value) for name in names if (value := shown.get(name)) is not None), None)


def _frame_box(paragraph: etree._Element, section: Section) -> Box | None:
    """Where one of the stamp's frames stands on the page; None where the paragraph stands in none."""
    frame = paragraph.find("{*}pPr/{*}framePr")
    if frame is None:
        return None
    stated = {etree.QName(name).localname: value for name, value in frame.attrib.items()}
    width, x, y = (int(stated.get(name, "0")) / 20 for name in ("w", "x", "y"))
    left = (section.width - width) / 2 if stated.get("xAlign") == "center" else x
    if stated.get("yAlign") == "bottom":
        return Box(left, section.height - int(stated.get("h", "0")) / 20, left + width, section.height)
    size = next(iter(paragraph.iter("{*}sz")), None)
    points = build.MARKING.size if size is None else int(str(next(iter(size.attrib.values())))) / 2
    picture = next(paragraph.iter("{*}drawing", "{*}pict"), None) is not None
    return Box(left, y, left + width, y + (width if picture else points * LEADING))


def _refused(why: str) -> HoldError:
    return HoldError(
        HoldCode.STAMP_FAILED,
        f"No further copy can be made from this copy: {why}; name the received file with --from, or put it back.",
    )

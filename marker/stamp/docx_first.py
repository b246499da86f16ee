"""Where block and seal stand on the first page: what is taken there, and the free places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from marker.errors import HoldError
from marker.model import Box, HoldCode
from marker.stamp.docx_block import BESIDE_TEXT, BlockPlace, place_block
from marker.stamp.docx_build import BLOCK
from marker.stamp.docx_draft import Draft
from marker.stamp.docx_obstacles import Obstacle, floating, flowing
from marker.stamp.docx_place import INSET, NEAR, CodePicture, free, standing
from marker.stamp.docx_sections import Section, border_box, flipped
from marker.stamp.docx_type import Type
from marker.stamp.wording import StampText

_FROM_ABOVE, _FROM_BELOW = 14.0, 12.0  # where the seal would stand best; points from the page's edge
_FOOT = 20.0  # a line of a header or footer and the air about it


@dataclass(frozen=True, slots=True)
class FirstPage:
    """The first page as far as it is known before layout."""

    section: Section
    overlays: Sequence[Obstacle]
    """What floats in the body."""
    taken: Sequence[Box]
    """What else stands on it, the rest of the stamp included."""

    def boxes(self) -> list[Box]:
        """All that a frame has to keep clear of."""
        known = [*(o.box for o in self.overlays), *self.taken]
        return [box for box in known if math.isfinite(box.x0 + box.y1)]

    def margins(self) -> Box:
        """The text area."""
        section = self.section
        top, bottom = abs(section.top), section.height - abs(section.bottom)
        return Box(max(section.left, 0.0), top, section.width - max(section.right, 0.0), max(bottom, top))


@dataclass(frozen=True, slots=True)
class SealPlace:
    """The seal's picture, and the upper left corner of its frame; None where it stands at the beginning of the text."""

    picture: CodePicture
    frame: tuple[float, float] | None


def first_page_boxes(
    draft: Draft, look: Type, section: Section, parts: Sequence[tuple[str, etree._Element]]
) -> list[Box]:
    """What headers, footers (story and root of each part that the page shows), borders and line numbers take up."""
    top, bottom = abs(section.top), section.height - abs(section.bottom)
    taken: list[Box] = []
    for story, root in parts:
        taken += [o.box for o in floating(root, section, story, draft.dialect)]
        for left, right in flowing(root, section, draft.dialect, look):
            span = (section.header, max(top, section.header + _FOOT)) if story == "header" else (
                min(bottom, section.height - section.footer - _FOOT), section.height - section.footer
            )  # fmt: skip
            taken.append(Box(left, span[0], right, span[1]))
    taken += [border_box(side, reach, section) for side, reach in section.borders.items()]
    if section.element.find("{*}lnNumType") is not None:
        taken.append(Box(0.0, top, section.left, bottom))
    return taken


def place_first_block(text: StampText, seen: FirstPage) -> BlockPlace:
    """The block's place.  Raises HoldError (stamp-failed) when something would hide it wherever it stands."""
    section, margins = seen.section, seen.margins()
    inset = {side: max(INSET, section.borders.get(side, (0.0, 0.0))[1] + 4.0) for side in ("left", "right")}
    page = Box(inset["left"], 0.0, section.width - inset["right"], section.height)
    lines = [(line.text, line.strong) for line in text.block]
    place = place_block(lines, page, margins, text.block_corner, seen.boxes())
    if not place.frames:
        height = len(place.rows) * (BLOCK.line or BLOCK.size)
        _check_opening(seen, height, "block", "its corners are taken")
    return place


def place_seal(seen: FirstPage, block: BlockPlace, picture: CodePicture) -> SealPlace:
    """The first of these places that is free: the lower right corner, the lower left, the upper corners, a page margin
    beside the text; else the beginning of the text.  The seal is never made smaller.

    Raises HoldError (stamp-failed) when something would hide it there.
    """
    section, margins = seen.section, seen.margins()
    taken = [*seen.boxes(), *(frame.box() for frame in block.frames)]
    least = NEAR - picture.quiet
    width, height = picture.width, picture.height
    left, right = INSET, section.width - INSET - width
    below = [flipped(box, section) for box in taken]
    for x in (right, left):
        up = free(height, _FROM_BELOW, section.height - margins.y1, standing(below, x, width), least)
        if up is not None:
            return SealPlace(picture, (x, section.height - up - height))
    for x in (right, left):
        y = free(height, _FROM_ABOVE, margins.y0, standing(taken, x, width), least)
        if y is not None:
            return SealPlace(picture, (x, y))
    strips = ((least, margins.x0 - BESIDE_TEXT), (margins.x1 + BESIDE_TEXT, section.width - least))
    for start, end in strips:
        if end - start < width:
            continue
        x = min(max(INSET, start), end - width) if start == least else max(min(right, end - width), start)
        y = free(height, margins.y1 - height, margins.y1, standing(taken, x, width), margins.y0)
        if y is not None:
            return SealPlace(picture, (x, y))
    _check_opening(seen, height, "seal", "its corners and margins are taken")
    return SealPlace(picture, None)


def _check_opening(seen: FirstPage, height: float, what: str, why: str) -> None:
    """Refuse what would be hidden at the beginning of the text."""
    margins = seen.margins()
    opening = Box(margins.x0, margins.y0, margins.x1, margins.y0 + height)
    if any(o.hides and not o.parts_text and o.box.overlaps(opening) for o in seen.overlays):
        raise HoldError(
            HoldCode.STAMP_FAILED,
            f"There is no place for the first page's {what}: {why}, and something drawn there would hide it at the "
            "beginning of the text; print the document and stamp the paper.",
        )

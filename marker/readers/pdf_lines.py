"""From pieces of text with boxes to lines a person would read: pure geometry, no PDF.

All coordinates are points of the page as displayed, y downwards.  Each line is laid into its own axes first: ``u``
along the reading direction, ``v`` across it, downwards as the line is read; so lines of any turn are treated alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from marker.model import Box, Place, Source, Visibility

_COLUMN_GAP: Final = 2.0
"""Letter heights between two pieces from which on they are two columns, not two words."""
_TRACKED_GAP: Final = 4.0
"""The same between single letters, which may be one word set wide."""
_BLANK_GAP: Final = 0.22
_BAND: Final = 0.11
"""Part of the page's height that counts as its top or bottom."""
_CORNER_DEPTH: Final = 0.25
_SIDE: Final = 0.08
_WATERMARK_SIZE: Final = 20.0


@dataclass(slots=True)
class Fragment:
    """A piece of text in one look. ``turned`` clockwise, degrees; the base is where its baseline begins."""

    text: str
    box: Box
    base_x: float
    base_y: float
    turned: float
    size: float
    bold: bool = False
    visibility: Visibility = Visibility.VISIBLE
    source: Source = Source.TEXT
    place: Place | None = None
    """Known otherwise than by geometry, as for form fields."""
    blank_before: bool | None = None
    """What the file says of a blank between this fragment and the one before it in order; None: nothing."""


@dataclass(slots=True)
class Line:
    """A line of text as displayed."""

    text: str
    box: Box
    turned: int
    size: float
    bold: bool
    visibility: Visibility
    source: Source
    place: Place
    centred: bool
    tracked: bool


@dataclass(slots=True)
class _Laid:
    """A fragment in its line's axes."""

    fragment: Fragment
    order: int
    u0: float
    u1: float
    v: float
    size: float


@dataclass(slots=True)
class _Row:
    """Fragments on one baseline, and after splitting one line of text."""

    pieces: list[_Laid]
    v: float
    size: float
    u0: float = 0.0
    u1: float = 0.0
    """Where the line begins and ends; known after splitting."""


def lines_of(fragments: Sequence[Fragment], width: float, height: float) -> list[Line]:
    """The lines of a page of that size, in reading order: what stands below one another follows one another.

    Text of different visibility or source never shares a line.
    """
    groups: dict[tuple[int, Visibility, Source, Place | None], list[_Laid]] = {}
    for order, fragment in enumerate(fragments):
        laid = _lay(fragment, order)
        key = (round(fragment.turned) % 360, fragment.visibility, fragment.source, fragment.place)
        groups.setdefault(key, []).append(laid)
    lines: list[Line] = []
    for (turned, _, _, _), pieces in sorted(groups.items(), key=lambda item: (item[0][0], item[1][0].order)):
        rows = [part for row in _rows(pieces) for part in _split(row)]
        lines += [_line(row, turned, width, height) for row in _in_reading_order(rows)]
    return lines


def place_of(box: Box, turned: int, size: float, width: float, height: float) -> Place:
    """The zone of the page a line stands in."""
    x, y = box.centre
    if 3 < turned % 90 < 87 and size >= _WATERMARK_SIZE:
        return Place.WATERMARK
    if box.x0 >= 0.45 * width and x > 0.6 * width and y < _CORNER_DEPTH * height:
        return Place.CORNER
    if y < _BAND * height:
        return Place.TOP
    if y > (1 - _BAND) * height:
        return Place.BOTTOM
    if box.x1 < _SIDE * width or box.x0 > (1 - _SIDE) * width:
        return Place.MARGIN
    return Place.BODY


def _lay(fragment: Fragment, order: int) -> _Laid:
    cosine, sine = _axes(round(fragment.turned) % 360)
    box = fragment.box
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    across, along = abs(cosine), abs(sine)
    if across < 0.02 or along < 0.02:
        length = box.width * across + box.height * along
        thickness = box.width * along + box.height * across
    else:
        # The box of a slanting line is wider than the line: take off what its height adds.
        thickness = 0.75 * fragment.size
        length = max(0.0, (box.width + box.height) / (across + along) - thickness)
    middle = x * cosine + y * sine
    size = fragment.size if fragment.size > 0 else max(1.0, thickness / 0.7)
    return _Laid(
        fragment,
        order,
        middle - length / 2,
        middle + length / 2,
        fragment.base_y * cosine - fragment.base_x * sine,
        size,
    )


@cache
def _axes(turned: int) -> tuple[float, float]:
    """Cosine and sine of whole degrees."""
    angle = math.radians(turned)
    return math.cos(angle), math.sin(angle)


def _rows(pieces: list[_Laid]) -> Iterable[_Row]:
    """Fragments whose baselines agree within half a letter, and whose sizes are of one order (indices included)."""
    rows: list[_Row] = []
    recent = 0
    for piece in sorted(pieces, key=lambda p: (p.v, p.u0)):
        while recent < len(rows) and rows[recent].v < piece.v - rows[recent].size:
            recent += 1
        for row in rows[recent:]:
            small, large = min(row.size, piece.size), max(row.size, piece.size)
            if piece.v - row.v <= 0.5 * small and large < 2.2 * small:
                row.pieces.append(piece)
                break
        else:
            rows.append(_Row([piece], piece.v, piece.size))
    return rows


def _split(row: _Row) -> Iterable[_Row]:
    """A row at its wide gaps; overprinted twins are dropped, other overlaps part."""
    if len(row.pieces) == 1:
        yield _part(row.pieces, row)
        return
    pieces = sorted(row.pieces, key=lambda p: (p.u0, p.order))
    parts, current = [], pieces[:1]
    for piece in pieces[1:]:
        last = current[-1]
        if _overlap(last, piece):
            if _are_twins(last, piece):
                continue  # printed twice to look bold
            parts = _lanes(pieces)
            break
        if _is_apart(last, piece):
            parts.append(current)
            current = []
        current.append(piece)
    else:
        parts.append(current)
    for part in parts:
        yield _part(part, row)


def _lanes(pieces: Sequence[_Laid]) -> list[list[_Laid]]:
    """Pieces of which some stand over others, as lines: what follows another in the file goes on with its line."""
    lanes: list[list[_Laid]] = []
    for piece in pieces:
        over = [lane for lane in lanes if _overlap(lane[-1], piece)]
        if any(_are_twins(lane[-1], piece) for lane in over):
            continue
        for lane in over:
            if len(lane) > 1 and _follows(lane[-2], piece) and not _follows(lane[-2], lane[-1]):
                lanes.append([lane.pop()])  # it began a little before the piece whose place it had taken
        fit = [lane for lane in lanes if not _overlap(lane[-1], piece) and not _is_apart(lane[-1], piece)]
        if fit:
            max(fit, key=lambda lane: (_follows(lane[-1], piece), lane[-1].u1)).append(piece)
        else:
            lanes.append([piece])
    return lanes


def _overlap(last: _Laid, piece: _Laid) -> bool:
    return piece.u0 - last.u1 < -0.5 * min(last.u1 - last.u0, piece.u1 - piece.u0)


def _are_twins(last: _Laid, piece: _Laid) -> bool:
    return piece.fragment.text.strip() == last.fragment.text.strip()


def _is_apart(last: _Laid, piece: _Laid) -> bool:
    heights = _TRACKED_GAP if _single(last, -1) and _single(piece, 0) else _COLUMN_GAP
    return piece.u0 - last.u1 > heights * (piece.size + last.size) / 2


def _follows(last: _Laid, piece: _Laid) -> bool:
    return piece.order == last.order + 1


def _part(pieces: list[_Laid], row: _Row) -> _Row:
    return _Row(pieces, row.v, row.size, min(p.u0 for p in pieces), max(p.u1 for p in pieces))


def _single(piece: _Laid, at: int) -> bool:
    words = piece.fragment.text.split()
    return bool(words) and len(words[at]) == 1


def _in_reading_order(rows: Iterable[_Row]) -> Iterable[_Row]:
    """Rows column by column: a row continues the block whose last row it stands below, or opens a block."""
    blocks: list[list[_Row]] = []
    open_blocks: list[list[_Row]] = []
    for row in sorted(rows, key=lambda r: (r.v, r.u0)):
        open_blocks = [block for block in open_blocks if row.v - block[-1].v <= 2.5 * max(row.size, block[-1].size)]
        above = [block for block in open_blocks if _continues(row, block[-1])]
        if above:
            max(above, key=lambda block: block[-1].v).append(row)
        else:
            blocks.append([row])
            open_blocks.append(blocks[-1])
    return [row for block in sorted(blocks, key=lambda b: (b[0].v, b[0].u0)) for row in block]


def _continues(row: _Row, above: _Row) -> bool:
    if row.v - above.v < 0.5 * min(row.size, above.size):
        return False
    shared = min(row.u1, above.u1) - max(row.u0, above.u0)
    return shared > 0.5 * min(row.u1 - row.u0, above.u1 - above.u0)


def _line(row: _Row, turned: int, width: float, height: float) -> Line:
    text = _text(row)
    main, box = row.pieces[0].fragment, row.pieces[0].fragment.box
    letters = bold = 0
    for piece in row.pieces:
        fragment, length = piece.fragment, len(piece.fragment.text)
        letters += length
        bold += length if fragment.bold else 0
        if length > len(main.text):
            main = fragment
        if fragment.box is not box:
            box = box.union(fragment.box)
    words = text.split()
    place = main.place or place_of(box, turned, main.size, width, height)
    return Line(
        text,
        box,
        turned,
        main.size,
        2 * bold > letters,
        main.visibility,
        main.source,
        place,
        _is_centred(row, turned, width, height),
        tracked=len(words) >= 3 and all(len(word) == 1 for word in words),
    )


def _text(row: _Row) -> str:
    parts: list[str] = []
    last: _Laid | None = None
    for piece in row.pieces:
        if last is not None and _is_blank(last, piece):
            parts.append(" ")
        parts.append(piece.fragment.text.strip())
        last = piece
    return "".join(parts)


def _is_blank(last: _Laid, piece: _Laid) -> bool:
    gap, size = piece.u0 - last.u1, min(last.size, piece.size)
    said = piece.fragment.blank_before if piece.order == last.order + 1 else None
    if said is not None:
        return said or gap > 2 * _BLANK_GAP * size
    edges = last.fragment.text[-1:].isspace() or piece.fragment.text[:1].isspace()
    return edges or gap > _BLANK_GAP * size


def _is_centred(row: _Row, turned: int, width: float, height: float) -> bool:
    """Short, and in the middle of the page or in its further half, as marking lines stand."""
    cosine, sine = _axes(turned)
    extent = width * abs(cosine) + height * abs(sine)
    middle = (width * cosine + height * sine) / 2
    u0, u1 = row.u0, row.u1
    return u1 - u0 < 0.6 * extent and (abs((u0 + u1) / 2 - middle) < 0.04 * extent or u0 > middle)

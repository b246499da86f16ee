"""The stamp as PDF operators: what equal pages share as Form XObjects, what differs in a small stream a page.

All of it is marked as a pagination artifact (ISO 32000-1, 14.8.2.2), so that tagged files keep their PDF/UA claim:
screen readers read the document, not the stamp on every page.  Opaque black, no transparency, no optional content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from marker.stamp.code import SEAL_SIDE, SIDE, Modules, runs
from marker.stamp.fonts import FontSubset
from marker.stamp.geometry import Matrix
from marker.stamp.layout import PageLayout, Placed
from marker.stamp.panels import Line, Panel

_OVERSHOOT: Final = 2.0
"""Points by which outlines may reach beyond their advance; nothing is clipped at a form's edge."""


@dataclass(frozen=True, slots=True)
class Pen:
    """The fonts of one copy and their names under /Font, by whether they are bold; and the colour."""

    fonts: dict[bool, FontSubset]
    names: dict[bool, str]
    black: str
    """The operators that choose opaque black."""

    def write(self, line: Line) -> str:
        """The operators that show ``line``, the origin at its panel's top left corner, y upwards."""
        before, after = self.around(line)
        return f"{before}{self.fonts[line.strong].encode(line.text)}{after}"

    def around(self, line: Line) -> tuple[str, str]:
        """What stands before and after the letters of a line where ``line`` is."""
        place, size = operands((line.x, -line.baseline)), operands((line.size,))
        return f"BT /{self.names[line.strong]} {size} Tf {place} Td <", "> Tj ET"


@lru_cache(maxsize=4096)
def operands(values: tuple[float, ...], digits: int = 3) -> str:
    """PDF numbers, rounded; thousandths of a point are finer than any printer."""
    rounded = (f"{value:.{digits}f}".rstrip("0").rstrip(".") for value in values)
    return " ".join("0" if text in {"-0", ""} else text for text in rounded)


def form_content(panel: Panel, pen: Pen) -> bytes:
    """The panel's lines, its top left corner at the origin, y upwards."""
    return "\n".join([pen.black, *map(pen.write, panel.lines)]).encode("ascii")


def form_box(panel: Panel) -> tuple[float, float, float, float]:
    """/BBox of the form of ``panel``."""
    return (-_OVERSHOOT, -panel.height - _OVERSHOOT, panel.width + _OVERSHOOT, _OVERSHOOT)


@dataclass(frozen=True, slots=True)
class LayoutContent:
    """The operators of the pages of one layout: what they share, and what stands around that which differs."""

    shared: bytes
    _before: str
    _between: str
    _after: str
    _pen: Pen
    _strong: bool

    def of_page(self, page_text: str, symbol: Modules) -> bytes:
        """What one page has for itself: "page n of N" and the Data Matrix."""
        digits = self._pen.fonts[self._strong].encode(page_text)
        return f"{self._before}{digits}{self._between}{_rectangles(symbol)}{self._after}".encode("ascii")


def layout_content(
    layout: PageLayout, upright_to_user: Matrix, height: float, seal: Modules, side: int, pen: Pen,
    form_name: Callable[[Panel], str],
) -> LayoutContent:  # fmt: skip
    """The stamp of pages with that ``layout``: the shared forms at their places, the seal, and each page's own.

    ``height`` is the displayed page's, points; ``side`` is how many modules the Data Matrix has to its side;
    ``form_name`` gives a panel's name under /XObject.
    """

    def put(placed: Placed) -> str:
        return f"q {_at(placed, height)} cm /{form_name(placed.panel)} Do Q"

    header = [put(placed) for placed in (layout.top, layout.block) if placed is not None]
    if layout.seal is not None and layout.seal.panel.seal is not None:
        header.append(f"q {_at(layout.seal, height)} cm {pen.black}")
        header += [_symbol(seal, SEAL_SIDE, *layout.seal.panel.seal), "Q"]
    footer = [put(layout.bottom), put(layout.number)]
    number = layout.number.panel
    if number.page_line is None or number.code is None:
        raise ValueError("the panel of the copy number has no place for page and code")
    line = number.page_line
    upright = f"q {operands(upright_to_user, 6)} cm"
    opened, closed = _artifact("Footer")
    before, between = pen.around(line)
    return LayoutContent(
        "\n".join([upright, *_within("Header", header), *_within("Footer", footer), "Q"]).encode("ascii"),
        f"{upright}\n{opened}\n{_at(layout.number, height)} cm {pen.black}\n{before}",
        f"{between}\n{_modules_matrix(side, SIDE, *number.code)} cm\n",
        f"f\n{closed}\nQ",
        pen,
        line.strong,
    )


def _at(placed: Placed, height: float) -> str:
    return f"1 0 0 1 {operands((placed.x, height - placed.y))}"


def _within(kind: str, lines: list[str]) -> list[str]:
    opened, closed = _artifact(kind)
    return [opened, *lines, closed]


def _artifact(kind: str) -> tuple[str, str]:
    return f"/Artifact <</Type /Pagination /Subtype /{kind}>> BDC", "EMC"


def _symbol(symbol: Modules, width: float, x: float, y: float) -> str:
    """The dark modules as one filled path: neighbours leave no hairline between them."""
    return f"{_modules_matrix(len(symbol), width, x, y)} cm\n{_rectangles(symbol)}f"


def _modules_matrix(side: int, width: float, x: float, y: float) -> str:
    """From modules, counted from the foot of a symbol with its top left corner at (x, y), to points."""
    module = width / side
    return operands((module, 0, 0, module, x, -y - width), 5)


def _rectangles(symbol: Modules) -> str:
    """Each run of a row as a rectangle.  Fewer would do, but these are found faster and compress better."""
    side = len(symbol)
    return "".join([_row(row).replace("y", str(side - below)) for below, row in enumerate(symbol, start=1)])


@lru_cache(maxsize=16384)
def _row(row: bytes) -> str:
    """The rectangles of one row at the height ``y``; most rows are the same on many pages."""
    return "".join([f"{column} y {width} 1 re\n" for column, width in runs(row)])

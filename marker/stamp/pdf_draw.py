"""The stamp as PDF operators: what equal pages share as Form XObjects, what differs in a small stream a page.

All of it is marked as a pagination artifact (ISO 32000-1, 14.8.2.2), so that tagged files keep their PDF/UA claim:
screen readers read the document, not the stamp on every page.  Opaque black, no transparency, no optional content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from marker.stamp.code import SEAL_SIDE, SIDE, Modules, rectangles
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
        place, size = operands((line.x, -line.baseline)), operands((line.size,))
        text = self.fonts[line.strong].encode(line.text)
        return f"BT /{self.names[line.strong]} {size} Tf {place} Td <{text}> Tj ET"


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


def page_content(
    layout: PageLayout,
    upright_to_user: Matrix,
    height: float,
    page_text: str,
    symbol: Modules,
    seal: Modules,
    pen: Pen,
    form_name: Callable[[Panel], str],
) -> bytes:
    """What is drawn on one page: the shared forms at their places, "page n of N", the Data Matrix and the seal.

    ``height`` is the displayed page's, points; ``form_name`` gives a panel's name under /XObject.
    """

    def put(placed: Placed) -> str:
        return f"q 1 0 0 1 {operands((placed.x, height - placed.y))} cm /{form_name(placed.panel)} Do Q"

    header = [put(placed) for placed in (layout.top, layout.block) if placed is not None]
    footer = [put(layout.bottom), put(layout.number)]
    panel = layout.number.panel
    footer.append(f"q 1 0 0 1 {operands((layout.number.x, height - layout.number.y))} cm {pen.black}")
    if panel.page_line is not None:
        at = panel.page_line
        footer.append(pen.write(Line(page_text, at.strong, at.size, at.x, at.baseline)))
    if panel.code is not None:
        footer.append(_symbol(symbol, SIDE, *panel.code))
    footer.append("Q")
    if layout.seal is not None and layout.seal.panel.seal is not None:
        header.append(f"q 1 0 0 1 {operands((layout.seal.x, height - layout.seal.y))} cm {pen.black}")
        header += [_symbol(seal, SEAL_SIDE, *layout.seal.panel.seal), "Q"]
    return "\n".join(
        [f"q {operands(upright_to_user, 6)} cm", *_artifact("Header", header), *_artifact("Footer", footer), "Q"]
    ).encode("ascii")


def _artifact(kind: str, lines: list[str]) -> list[str]:
    return [f"/Artifact <</Type /Pagination /Subtype /{kind}>> BDC", *lines, "EMC"]


def _symbol(symbol: Modules, width: float, x: float, y: float) -> str:
    """The dark modules as one filled path: neighbours leave no hairline between them."""
    side = len(symbol)
    module = width / side
    drawn = "\n".join([_rectangle(side, *found) for found in rectangles(symbol)])
    return f"{operands((module, 0, 0, module, x, -y - width), 5)} cm\n{drawn}\nf"


@cache
def _rectangle(side: int, column: int, row: int, width: int, height: int) -> str:
    return f"{column} {side - row - height} {width} {height} re"

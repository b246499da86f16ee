"""XML of DOCX packages: hardened parsing, serialising as found, and the two dialects of the standard.

ECMA-376 knows the same vocabulary in two sets of namespaces, Transitional and Strict.  The stamp is built in the
Transitional one, which python-docx speaks, and translated where the sender's part speaks the other.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from marker.errors import HoldError
from marker.model import HoldCode

_TRANSITIONAL_BASE: Final = "http://schemas.openxmlformats.org/"
_STRICT_BASE: Final = "http://purl.oclc.org/ooxml/"


@dataclass(frozen=True, slots=True)
class Dialect:
    """The namespaces and the root of relationship types of one dialect (ECMA-376 parts 1 and 4)."""

    strict: bool
    w: str
    r: str
    wp: str
    a: str
    pic: str

    def relationship(self, kind: str) -> str:
        """The relationship type of that kind: ``header``, ``footer``, ``image``, …; ``r`` is also their common root."""
        return f"{self.r}/{kind}"

    def tag(self, name: str) -> str:
        """``{…}p`` for ``p``: a WordprocessingML name."""
        return f"{{{self.w}}}{name}"


TRANSITIONAL: Final = Dialect(
    strict=False,
    w=_TRANSITIONAL_BASE + "wordprocessingml/2006/main",
    r=_TRANSITIONAL_BASE + "officeDocument/2006/relationships",
    wp=_TRANSITIONAL_BASE + "drawingml/2006/wordprocessingDrawing",
    a=_TRANSITIONAL_BASE + "drawingml/2006/main",
    pic=_TRANSITIONAL_BASE + "drawingml/2006/picture",
)
STRICT: Final = Dialect(
    strict=True,
    w=_STRICT_BASE + "wordprocessingml/main",
    r=_STRICT_BASE + "officeDocument/relationships",
    wp=_STRICT_BASE + "drawingml/wordprocessingDrawing",
    a=_STRICT_BASE + "drawingml/main",
    pic=_STRICT_BASE + "drawingml/picture",
)

_PAIRS: Final = tuple((getattr(TRANSITIONAL, name), getattr(STRICT, name)) for name in ("w", "r", "wp", "a", "pic"))
# Strict has no left and right: text begins and ends.  The stamp's own text runs from left to right.
_SIDES: Final = {"left": "start", "right": "end"}

_LENGTH: Final = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)(?P<unit>mm|cm|in|pt|pc|pi)?")
_POINTS_PER: Final = {None: 0.05, "pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12.0, "pi": 12.0}


def parse_part(data: bytes, part: str) -> etree._ElementTree:
    """Parse one part without entities, network or document types.  Raises HoldError(malformed)."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, strip_cdata=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise HoldError(
            HoldCode.MALFORMED, f"The part {part} is no readable XML; ask the sender for a sound file."
        ) from error
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None:
        raise HoldError(
            HoldCode.MALFORMED,
            f"The part {part} declares a document type, which the format forbids; ask the sender for a sound file.",
        )
    return tree


def serialise(tree: etree._ElementTree) -> bytes:
    """Write a part back in the encoding it came with, standalone where it was; "no" is what goes without saying."""
    info = tree.docinfo
    out = io.BytesIO()
    tree.write(
        out,
        encoding=info.encoding or "UTF-8",
        xml_declaration=True,
        standalone=info.standalone or None,  # type: ignore[arg-type]  # None, "not declared", is missing from the stubs
    )
    return out.getvalue()


def dialect_of(root: etree._Element) -> Dialect | None:
    """The dialect of a WordprocessingML part by its root element; None when it is neither."""
    namespace = etree.QName(root).namespace
    return next((dialect for dialect in (TRANSITIONAL, STRICT) if dialect.w == namespace), None)


def translate(element: etree._Element, dialect: Dialect) -> etree._Element:
    """The same element, built in Transitional, in the dialect of the part it is meant for."""
    if not dialect.strict:
        return element
    text = etree.tostring(element, encoding="unicode")
    for transitional, strict in _PAIRS:
        text = text.replace(f'"{transitional}"', f'"{strict}"')
    translated = etree.fromstring(text)
    for justified in translated.iter(dialect.tag("jc")):
        side = justified.get(dialect.tag("val"), "")
        justified.set(dialect.tag("val"), _SIDES.get(side, side))
    for indented in translated.iter(dialect.tag("ind")):
        for old, new in _SIDES.items():
            value = indented.get(dialect.tag(old))
            if value is not None:
                del indented.attrib[dialect.tag(old)]
                indented.set(dialect.tag(new), value)
    return translated


def is_on(element: etree._Element | None, dialect: Dialect) -> bool:
    """The truth of an on/off property such as ``w:titlePg``: there, and not switched off by its value."""
    return element is not None and element.get(dialect.tag("val"), "1") not in {"0", "false", "off"}


def points(value: str | None, default: float) -> float:
    """A measure of the standard in points: twentieths of a point, or a number with a unit.  Nonsense is the default."""
    match = _LENGTH.fullmatch((value or "").strip())
    return float(match["number"]) * _POINTS_PER[match["unit"]] if match else default

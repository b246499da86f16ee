"""Proves a stamped DOCX from the outside, before it is issued (Articles 4(5), 7(3)).

The copy is opened afresh.  For every section, every header and footer that Word would show on its pages must show the
marking and, at the foot, the copy number, the page fields and a Data Matrix that reads as that number; the body must
begin with the first page's block; and nothing of the original may be gone (see ``docx_package``).  What the writer
says about itself, the tags of its content controls, is not looked at: only what a reader of the printed page sees.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from marker.agreement.profile import Profile
from marker.errors import MarkerError
from marker.model import CopyOrder
from marker.numbering import parse_page_code
from marker.proof.docx_package import WORD, Parts, failed, local, prove_package
from marker.proof.docx_sight import Look, visible_text
from marker.proof.expected import Expected, expect

_KINDS: Final = ("default", "first", "even")
_EMU_PER_MM: Final = 36_000
_MM_PER_POINT: Final = 25.4 / 72
_VML: Final = "{urn:schemas-microsoft-com:vml}"
_VML_SIZE: Final = re.compile(r"width:(\d+(?:\.\d+)?)pt;height:(\d+(?:\.\d+)?)pt")
_SQUARE, _LOW = ((9.0, 15.0), (9.0, 15.0)), ((12.5, 20.0), (6.2, 9.0))
_SEAL: Final = ((20.5, 25.0), (20.5, 25.0))
"""Width and height of the code's picture in millimetres, quiet zone included: a module has 0.45 mm at the least."""
_BLOCK_LINES: Final = 8  # as many paragraphs as the block may have
_LARGEST_PICTURE: Final = 4_000_000  # bytes; ours has a few hundred


def prove_docx(source: Path, stamped: Path, order: CopyOrder, profile: Profile) -> None:
    """Prove that ``stamped`` is ``source`` with the stamp that ``order`` asks for, whole and seen on every page.

    Raises HoldError(stamp-failed) at the first check that does not hold.
    """
    with border(), Parts(source) as before, Parts(stamped) as after:
        prove_package(before, after)
        prove_pages(after, expect(order, profile))


def prove_pages(parts: Parts, expected: Expected) -> None:
    """Prove that every page shows what ``expected`` says.  Raises HoldError(stamp-failed)."""
    main = parts.main()
    relations = parts.relationships(main)
    styles = parts.related(main, "styles")
    look = Look(None if styles is None else parts.root(styles))
    body = next((child for child in parts.root(main) if local(child) == "body"), None)
    if body is None or not str(body.tag).startswith(tuple(f"{{{w}}}" for w in WORD)):
        raise failed("its main part has no body")
    even = _even_pages(parts, main)
    sections = list(_sections(body))
    if not sections:
        raise failed("it has no section")
    proved: set[str] = set()
    shown: dict[tuple[str, str], str] = {}
    for number, section in enumerate(sections, start=1):
        for reference in section:
            if local(reference) in {"headerReference", "footerReference"}:
                part = relations.get(_value(reference, "id") or "", ("", None))[1]
                if part is None:
                    raise failed(f"section {number} names a header or footer that is not there")
                shown[local(reference).removesuffix("Reference"), _value(reference, "type") or "default"] = part
        for kind in _KINDS:
            if (kind == "first" and not _switched_on(section, "titlePg")) or (kind == "even" and not even):
                continue
            for story in ("header", "footer"):
                part = shown.get((story, kind))
                if part is None:
                    raise failed(f"section {number} shows no {story} on its {kind} pages")
                if part not in proved:
                    _prove_story(parts, part, story, look, expected)
                    proved.add(part)
    _prove_block(body, sections[0], look, expected)
    if expected.seal:
        _prove_seal(parts, main, body, sections[0], expected.seal)


# ── What Word shows ─────────────────────────────────────────────────────────────────────────────────────────────────


def _sections(body: etree._Element) -> Iterator[etree._Element]:
    """The section properties in force: a section's stand in its last paragraph, the last one's at the end."""
    for element in body.iter("{*}sectPr"):
        home = element.getparent()
        around = {local(ancestor) for ancestor in element.iterancestors()}
        if home is not None and local(home) in {"pPr", "body"} and not around & {"txbxContent", "pPrChange"}:
            yield element


def _even_pages(parts: Parts, main: str) -> bool:
    settings = parts.related(main, "settings")
    return settings is not None and _switched_on(parts.root(settings), "evenAndOddHeaders")


def _switched_on(element: etree._Element, name: str) -> bool:
    found = element.find(f"{{*}}{name}")
    return found is not None and _value(found, "val") not in {"0", "false", "off"}


def _value(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name: prefixes and dialects do not matter here."""
    return next((str(v) for k, v in element.attrib.items() if etree.QName(k).localname == name), None)


@dataclass(frozen=True, slots=True)
class _Framed:
    """A paragraph that stands in a frame of its own on the page."""

    element: etree._Element
    frame: Mapping[str, str]
    text: str


def _framed(root: etree._Element, look: Look) -> list[_Framed]:
    """Paragraphs in page-anchored frames, outside tables, text boxes and fallbacks, with the text one sees in them."""
    found = []
    for paragraph in root.iter("{*}p"):
        if not str(paragraph.tag).startswith(tuple(f"{{{w}}}" for w in WORD)):
            continue
        around = {local(ancestor) for ancestor in paragraph.iterancestors()}
        properties = paragraph.find("{*}pPr/{*}framePr")
        if properties is None or around & {"tbl", "txbxContent", "Fallback", "del", "moveFrom"}:
            continue
        frame = {etree.QName(k).localname: str(v) for k, v in properties.attrib.items()}
        if frame.get("hAnchor") == "page" and frame.get("vAnchor") == "page":
            found.append(_Framed(paragraph, frame, visible_text(paragraph, look)))
    return found


def _points(frame: Mapping[str, str], name: str) -> float:
    try:
        return int(frame[name]) / 20
    except (KeyError, ValueError):
        return -1.0


# ── What has to be seen ─────────────────────────────────────────────────────────────────────────────────────────────


def _prove_story(parts: Parts, part: str, story: str, look: Look, expected: Expected) -> None:
    if not (parts.content_type(part) or "").endswith(f".{story}+xml"):
        raise failed(f"{part} is not declared as a {story}")
    framed = _framed(parts.root(part), look)
    copy_number = expected.copy_number.text
    centred = [f for f in framed if f.text == expected.marking.text and f.frame.get("xAlign") == "center"]
    if not any(_near_edge(f.frame, story) for f in centred):
        raise failed(f"{part} does not show the marking at the page's edge")
    if story == "header":
        return
    numbered = [f for f in framed if copy_number in f.text.split() and _near_edge(f.frame, story)]
    if not numbered:
        raise failed(f"{part} does not show the copy number")
    same = [f for f in framed if any(f.frame == other.frame for other in numbered)]
    fields = {word for f in same for word in _fields(f.element)}
    if not {"PAGE", "NUMPAGES"} <= fields:
        raise failed(f"{part} does not count its pages beside the copy number")
    near = [f.element for f in framed if _near_edge(f.frame, story)]
    pictures = [picture for element in near for picture in element.iter("{*}drawing", "{*}pict")]
    if not any(_reads_as(parts, part, picture, copy_number) for picture in pictures):
        raise failed(f"{part} has no Data Matrix that reads as the copy number")


def _near_edge(frame: Mapping[str, str], story: str) -> bool:
    """In the outermost two inches, and not on the edge itself."""
    if _points(frame, "w") <= 0:
        return False
    if story == "header":
        return 5 < _points(frame, "y") < 144
    return frame.get("yAlign") == "bottom" and 5 < _points(frame, "h") < 144


def _fields(paragraph: etree._Element) -> set[str]:
    """The first words of the paragraph's field instructions."""
    found: set[str] = set()
    for element in paragraph.iter():
        text = _value(element, "instr") if local(element) == "fldSimple" else None
        text = (element.text or "") if local(element) == "instrText" else text
        found.update((text or "").split()[:1])
    return found


def _reads_as(parts: Parts, part: str, drawing: etree._Element, copy_number: str) -> bool:
    """Whether the drawing holds a picture, large enough in print, whose Data Matrix is that copy number."""
    sides, relationship = _drawn(drawing)
    if not _fits(sides, _SQUARE) and not _fits(sides, _LOW):
        return False
    return any(_is_number(text, copy_number) for text in _read(parts, part, relationship))


def _fits(sides: tuple[float, float], bounds: tuple[tuple[float, float], tuple[float, float]]) -> bool:
    return all(low <= side <= high for side, (low, high) in zip(sides, bounds, strict=True))


def _read(parts: Parts, part: str, relationship: str) -> list[str]:
    """What the Data Matrix codes say in the picture that a relationship of ``part`` leads to."""
    image = parts.relationships(part).get(relationship, ("", None))[1]
    if image is None or len(data := parts.data(image)) > _LARGEST_PICTURE:
        return []
    return codes_in(data)


def _drawn(drawing: etree._Element) -> tuple[tuple[float, float], str]:
    """Width and height in millimetres of a DrawingML or VML picture, 0 where they are not said, and what it shows."""
    extent, blip = (next(drawing.iter(f"{{*}}{name}"), None) for name in ("extent", "blip"))
    if extent is not None and blip is not None:
        width, height = (int(extent.get(axis, "0")) / _EMU_PER_MM for axis in ("cx", "cy"))
        return (width, height), _value(blip, "embed") or ""
    shape, image = (next(drawing.iter(f"{_VML}{name}"), None) for name in ("shape", "imagedata"))
    stated = _VML_SIZE.fullmatch("" if shape is None else shape.get("style", ""))
    if stated is None or image is None:
        return (0.0, 0.0), ""
    return (float(stated[1]) * _MM_PER_POINT, float(stated[2]) * _MM_PER_POINT), _value(image, "id") or ""


def codes_in(data: bytes) -> list[str]:
    """What the Data Matrix codes in a picture say; empty for what is none."""
    import zxingcpp
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as picture:
            grey = picture.convert("L")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return []
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.DataMatrix)
    return [result.text for result in zxingcpp.read_barcodes(grey, formats=formats)]


def _is_number(text: str, copy_number: str) -> bool:
    try:
        return str(parse_page_code(text).copy_number) == copy_number
    except ValueError:
        return False


def _prove_block(body: etree._Element, section: etree._Element, look: Look, expected: Expected) -> None:
    """The body begins with words that say which copy this is, what marking the original bears, and on what basis: in a
    frame, or as small lines where no place was free.
    """
    framed = {f.element: f for f in _framed(body, look)}
    lines = [child for child in list(body)[:_BLOCK_LINES] if local(child) == "p"]
    opening = [framed[line] for line in lines if line in framed]
    size = section.find("{*}pgSz")
    width, height = (_length(size, "w", 612.0), _length(size, "h", 792.0))
    for f in opening:
        x, y = _points(f.frame, "x"), _points(f.frame, "y")
        if x < 0 or y < 0 or x + _points(f.frame, "w") > width + 1 or y > height - 10:
            raise failed("the first page's block stands outside the page")
    text = " ".join(visible_text(line, look) for line in lines)
    for number, line in enumerate(expected.first_page, start=1):
        if line.text not in text:
            raise failed(f"line {number} of the first page's block is not there")


def _prove_seal(parts: Parts, main: str, body: etree._Element, section: etree._Element, seal: str) -> None:
    """The body begins with a picture that reads as the seal, large enough in print, whole on the page."""
    size = section.find("{*}pgSz")
    width, height = (_length(size, "w", 612.0), _length(size, "h", 792.0))
    framed = {f.element: f for f in _framed(body, Look(None))}
    for line in [child for child in list(body)[: _BLOCK_LINES + 1] if local(child) == "p"]:
        for picture in line.iter("{*}drawing", "{*}pict"):
            sides, relationship = _drawn(picture)
            if not _fits(sides, _SEAL) or not any(text == seal for text in _read(parts, main, relationship)):
                continue
            if (f := framed.get(line)) is not None:
                x, y = _points(f.frame, "x"), _points(f.frame, "y")
                wide, high = (side / _MM_PER_POINT for side in sides)
                if x < 0 or y < 0 or x + wide > width + 1 or y + high > height + 1:
                    raise failed("the seal stands outside the page")
            return
    raise failed("the first page has no seal that reads as it was signed")


def _length(element: etree._Element | None, name: str, default: float) -> float:
    """A page size in points; one in other units than twentieths is left to the stamp's word."""
    value = None if element is None else _value(element, name)
    return int(value) / 20 if value is not None and value.isdigit() else default if value is None else float("inf")


@contextmanager
def border() -> Iterator[None]:
    """Whatever a library lets through means that the copy could not be proved."""
    try:
        yield
    except MarkerError:
        raise
    except Exception as error:
        raise failed(f"it could not be read again ({type(error).__name__})") from error

"""Readings from simple descriptions: A4 pages of placed lines, and DOCX paragraphs in order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from marker.agreement.load import load_profile
from marker.detect.judge import examine
from marker.model import Box, PageInfo, PartyId, Place, Reading, Source, Span, Verdict, Visibility

WIDTH, HEIGHT = 595.0, 842.0
KZ, LT = PartyId("KZ"), PartyId("LT")
PROFILE = load_profile()

PROSE_KK = "Осы хатта көрсетілген іс-шаралар жоспары белгіленген мерзімде орындалады және есеп беріледі"
PROSE_RU = "Настоящим направляем план мероприятий и просим представить замечания до установленного срока"
PROSE_LT = "Ministerija siunčia priemonių planą ir prašo pateikti pastabas iki nustatyto termino pabaigos"


@dataclass(frozen=True)
class Placed:
    """A line on a page: ``x`` is its left edge, ``y`` its top, points."""

    text: str
    x: float
    y: float
    size: float = 12.0
    source: Source = Source.TEXT
    visibility: Visibility = Visibility.VISIBLE
    turned: int = 0
    place: Place = Place.BODY

    def seen_as(self, visibility: Visibility) -> Placed:
        return replace(self, visibility=visibility)

    def by_ocr(self) -> Placed:
        return replace(self, source=Source.OCR)


def _width(text: str, size: float) -> float:
    return min(len(text) * size * 0.55, 520.0)


def corner(text: str, y: float = 50, size: float = 12) -> Placed:
    """Upper right, where Kazakh senders mark."""
    return Placed(text, WIDTH - 45 - _width(text, size), y, size)


def top(text: str, y: float = 40, size: float = 12) -> Placed:
    """Top centre, where Lithuanian senders mark."""
    return Placed(text, (WIDTH - _width(text, size)) / 2, y, size)


def bottom(text: str, y: float = 790, size: float = 12) -> Placed:
    return Placed(text, (WIDTH - _width(text, size)) / 2, y, size)


def body(text: str, y: float = 400, size: float = 12) -> Placed:
    return Placed(text, 60, y, size)


def prose(text: str = PROSE_LT, start: float = 180, lines: int = 12) -> tuple[Placed, ...]:
    return tuple(Placed(text, 60, start + 16 * i) for i in range(lines))


def pdf(*pages: list[Placed] | tuple[Placed, ...], unreadable: tuple[int, ...] = (), **facts: object) -> Reading:
    """A PDF reading; each page is a list of placed lines in reading order."""
    spans = []
    for number, lines in enumerate(pages, 1):
        for line in lines:
            box = Box(line.x, line.y, line.x + _width(line.text, line.size), line.y + line.size)
            flow = f"page {number}"
            spans.append(
                Span(line.text, line.source, line.place, flow, number, box, line.size,
                     turned=line.turned, visibility=line.visibility)
            )  # fmt: skip
    infos = tuple(PageInfo(n, WIDTH, HEIGHT, n not in unreadable, True) for n in range(1, len(pages) + 1))
    return Reading("pdf", len(pages), tuple(spans), infos, **facts)  # type: ignore[arg-type]  # facts are fields of Reading


def para(
    text: str, place: Place = Place.BODY, flow: str = "word/document.xml", *, source: Source = Source.TEXT,
    visibility: Visibility = Visibility.VISIBLE, centred: bool = False, cell: bool = False,
) -> Span:  # fmt: skip
    """A paragraph of a DOCX."""
    if place in (Place.HEADER, Place.FOOTER) and flow == "word/document.xml":
        flow = f"word/{place}1.xml"
    return Span(text, source, place, flow, visibility=visibility, centred=centred, cell=cell)


def docx(*paragraphs: Span | str, **facts: object) -> Reading:
    spans = tuple(para(p) if isinstance(p, str) else p for p in paragraphs)
    return Reading("docx", None, spans, **facts)  # type: ignore[arg-type]  # facts are fields of Reading


def judged(reading: Reading, receiving: PartyId) -> Verdict:
    return examine(reading, PROFILE, receiving)


def outcome(reading: Reading, receiving: PartyId) -> str:
    """``lt:secret`` when marked, else the hold code."""
    verdict = judged(reading, receiving)
    return verdict.hold.code.value if verdict.hold else str(verdict.marking)

"""One line of ink read in several languages: a whole marking in one of them is no word beside itself in another."""

from __future__ import annotations

from dataclasses import replace

from detect_readings import KZ, Placed, bottom, outcome, pdf, prose, top

from marker.model import Reading

LIVE = (top("RIBOTO NAUDOJIMO"), bottom("RIBOTO NAUDOJIMO"), *prose())


def with_readings(*texts: str, shift: float = 0.0) -> Reading:
    """A letter with a line of a picture at its head, read in so many ways; ``shift`` sets them apart, points."""
    lines = [Placed(text, 92 + shift * number, 21, size=13).by_ocr() for number, text in enumerate(texts)]
    reading = pdf([*LIVE, *lines])
    count = len(LIVE)
    spans = [
        replace(
            span,
            flow="page 1 picture 0" if shift else f"page 1 picture 0#{number}",
            box=replace(span.box, x1=span.box.x0 + 60),
        )
        for number, span in enumerate(reading.spans[count:])
        if span.box is not None
    ]
    return replace(reading, spans=(*reading.spans[:count], *spans))


def test_the_reading_that_is_a_marking_stands_for_the_line() -> None:
    assert outcome(with_readings("СІ АРТАІ", "SLAPTAI"), KZ) == "lt:secret"


def test_a_word_that_was_read_beside_a_marking_may_still_raise_it() -> None:
    assert outcome(with_readings("VISISKA1", "SLAPTAI", shift=70), KZ) in {"lt:top-secret", "uncertain"}
    assert outcome(with_readings("СІ АРТАІ", "SLAPTAI", shift=70), KZ) == "uncertain"

"""PDF by many programs: what the page shows is one thing, what its text says another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from tests.world import paint, pdf_ways
from tests.world.registry import Piece, pieces, truth
from tests.world.sheet import Sheet, annex, letter

Way = Callable[[Sheet], bytes]

_MARKS: Final = (
    ("LT", letter("kk", ("Өте құпия", "Дана № 1")), "kz:top-secret"),
    ("LT", letter("ru", ("Секретно", "Экз. № 1")), "kz:secret"),
    ("KZ", letter("lt", ("VISIŠKAI SLAPTAI",), ("VISIŠKAI SLAPTAI",)), "lt:top-secret"),
    ("KZ", letter("lt", ("Slaptai", "Egz. Nr. 2")), "lt:secret"),
)
_HIGHER: Final = (
    ("LT", letter("ru", ("ДСП", "Экз. № 1"), annex=annex("ru", ("Совершенно секретно",))), "kz:top-secret"),
    ("KZ", letter("lt", ("RIBOTO NAUDOJIMO",), annex=annex("lt", ("Slaptai",), ("Slaptai",))), "lt:secret"),
)


def _red_stamp(sheet: Sheet) -> bytes:
    return pdf_ways.as_annotation(_bare(sheet), sheet.mark, "Stamp", pdf_ways.label_of(sheet.mark, red=True))


def _bare(sheet: Sheet) -> bytes:
    return paint.draw(sheet, marks=lambda *_: None)


WAYS: Final[dict[str, Way]] = {
    "letter-by-letter": partial(paint.draw, marks=paint.letter_by_letter, rest=paint.letter_by_letter),
    "mark-outlined": partial(paint.draw, marks=paint.as_outlines),
    "all-outlined": partial(paint.draw, marks=paint.as_outlines, rest=paint.as_outlines),
    "small-mark": partial(paint.draw, mark_size=7.0),
    "large-red-mark": partial(paint.draw, mark_size=30.0, colour=(0.8, 0, 0)),
    "pale-mark": partial(paint.draw, mark_size=16.0, colour=(0.75, 0.75, 0.75)),
    "outlined-pale-mark": partial(paint.draw, marks=paint.as_outlines, mark_size=16.0, colour=(0.7, 0.7, 0.7)),
    "type3-mark": pdf_ways.type3_marks,
    "no-unicode": lambda sheet: pdf_ways.without_unicode(paint.draw(sheet)),
    "wrong-unicode": lambda sheet: pdf_ways.wrong_unicode(paint.draw(sheet)),
    "turned-90": lambda sheet: pdf_ways.turned(paint.draw(sheet), 90),
    "turned-180": lambda sheet: pdf_ways.turned(paint.draw(sheet), 180),
    "content-turned-90": lambda sheet: pdf_ways.content_turned(paint.draw(sheet), 90),
    "content-turned-180": lambda sheet: pdf_ways.content_turned(paint.draw(sheet), 180),
    "content-turned-270": lambda sheet: pdf_ways.content_turned(paint.draw(sheet), 270),
    "outlined-turned-180": lambda sheet: pdf_ways.content_turned(
        paint.draw(sheet, marks=paint.as_outlines, rest=paint.as_outlines), 180
    ),
    "cropped": lambda sheet: pdf_ways.cropped(paint.draw(sheet)),
    "user-unit": lambda sheet: pdf_ways.scaled(paint.draw(sheet)),
    "two-up": lambda sheet: pdf_ways.two_up(paint.draw(sheet)),
    "stamp-note": _red_stamp,
    "typewriter-note": lambda sheet: pdf_ways.as_annotation(
        _bare(sheet), sheet.mark, "FreeText", pdf_ways.label_of(sheet.mark)
    ),
    "form-field": lambda sheet: pdf_ways.as_form(_bare(sheet), sheet.mark[0], "Tx"),
}


@pieces
def pdf_files() -> Iterator[Piece]:
    for name, way in WAYS.items():
        for number, (receiving, sheet, said) in enumerate((*_MARKS, *_HIGHER)):
            only_first = name in {"stamp-note", "typewriter-note", "form-field"}
            if only_first and sheet.annex is not None:
                continue
            codes = ("unreadable-page", "uncertain") if "unicode" in name or "outlined" in name else ()
            label = truth("pdf", receiving, said, *codes)
            yield Piece("pdf", f"{name}-{number}", label, partial(way, sheet))
    yield Piece(
        "pdf",
        "choice-field",
        truth("pdf", "KZ", "lt:confidential"),
        lambda: pdf_ways.as_form(_bare(_MARKS[3][1]), "KONFIDENCIALIAI", "Ch"),
    )

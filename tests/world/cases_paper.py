"""Scans: printed marks, rubber stamps, mixed files, with the higher mark where nobody looks first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tests.world import paint, pdf_ways
from tests.world.paper import SCANNERS, Picture, Scanner, Stamp, code, over_paper, seal, sign
from tests.world.registry import Piece, pieces, truth
from tests.world.sheet import Sheet, annex, letter

_CAREFUL = ("uncertain", "unreadable-page")


def _scan(
    sheet: Sheet,
    scanner: Scanner,
    stamps: dict[int, Stamp] | None = None,
    more: Callable[[Picture, int], Picture] | None = None,
) -> bytes:
    return over_paper(paint.draw(sheet, mark_size=13), scanner, stamps, more=more)


@pieces
def printed_marks() -> Iterator[Piece]:
    marks = (
        ("LT", letter("kk", ("Өте құпия", "Дана № 1")), "kz:top-secret"),
        ("LT", letter("ru", ("Совершенно", "секретно", "Экз. № 1")), "kz:top-secret"),
        ("KZ", letter("lt", ("VISIŠKAI SLAPTAI",), ("VISIŠKAI SLAPTAI", "Egz. Nr. 2")), "lt:top-secret"),
        ("KZ", letter("lt", ("Konfidencialiai", "Egz. Nr. 2"), ("Konfidencialiai",)), "lt:confidential"),
    )
    for name, scanner in SCANNERS.items():
        for number, (receiving, sheet, said) in enumerate(marks):
            label = truth("pdf", receiving, said, *_CAREFUL)
            yield Piece("scan", f"{name}-{number}", label, partial(_scan, sheet, scanner))


@pieces
def rubber_stamps() -> Iterator[Piece]:
    inks = {
        "blue": (40, 50, 150),
        "red": (190, 30, 40),
        "violet": (110, 50, 140),
        "pale": (150, 160, 215),
        "black": (30, 30, 30),
    }
    for number, (ink, colour) in enumerate(inks.items()):
        for name in ("good", "office", "grey", "fax"):
            if ink == "pale" and name == "fax":
                continue  # nothing of it is left on the page
            angle = (-8.0, 4.0, 11.0, -3.0, 7.0)[number]
            for receiving, lower, lines, said in (
                (
                    "KZ",
                    letter("lt", ("RIBOTO NAUDOJIMO",), ("RIBOTO NAUDOJIMO",)),
                    ("VISIŠKAI SLAPTAI",),
                    "lt:top-secret",
                ),
                ("LT", letter("ru", ("ДСП", "Экз. № 1")), ("СЕКРЕТНО", "Экз. № 1"), "kz:secret"),
            ):
                place = Stamp(
                    lines,
                    0.3 if receiving == "KZ" else 0.25,
                    0.12 if number % 2 else 0.5,
                    angle,
                    colour,
                    20,
                    number != 2,
                )
                label = truth("pdf", receiving, said, *_CAREFUL)
                make = partial(_scan, lower, SCANNERS[name], {0: place})
                yield Piece("stamp", f"{ink}-{name}-{receiving.lower()}", label, make)


@pieces
def mixed_files() -> Iterator[Piece]:
    """A letter as text, its annex as a scan with a higher mark: printed or stamped."""
    for name in ("good", "office", "fax", "sideways", "upside-down"):
        for receiving, low, high, stamp, said in (
            (
                "KZ",
                letter("lt", ("RIBOTO NAUDOJIMO",)),
                annex("lt", ("SLAPTAI",), ("SLAPTAI",)),
                ("SLAPTAI",),
                "lt:secret",
            ),
            ("LT", letter("ru", ("ДСП",)), annex("ru", ("Секретно", "Экз. № 1")), ("СЕКРЕТНО",), "kz:secret"),
        ):
            label = truth("pdf", receiving, said, *_CAREFUL)
            bare = annex("lt" if receiving == "KZ" else "ru")

            def printed(low: Sheet = low, high: Sheet = high, name: str = name) -> bytes:
                return pdf_ways.joined(paint.draw(low), _scan(high, SCANNERS[name]))

            def stamped(
                low: Sheet = low, bare: Sheet = bare, name: str = name, lines: tuple[str, ...] = stamp
            ) -> bytes:
                return pdf_ways.joined(paint.draw(low), _scan(bare, SCANNERS[name], {0: Stamp(lines, 0.6, 0.3)}))

            yield Piece("mixed", f"printed-{name}-{receiving.lower()}", label, printed)
            yield Piece("mixed", f"stamped-{name}-{receiving.lower()}", label, stamped)


@pieces
def unmarked_scans() -> Iterator[Piece]:
    for name, scanner in SCANNERS.items():
        for language, receiving in (("lt", "KZ"), ("ru", "LT")):
            sheet = letter(language)
            label = truth("pdf", receiving, "unmarked")
            yield Piece("bare", f"{name}-{language}", label, partial(_scan, sheet, scanner))
            registry = Stamp(
                ("GAUTA 2026-10-14", "Nr. 4512") if language == "lt" else ("ВХОДЯЩИЙ № 4512", "14.10.2026"), 0.7, 0.9, 3
            )
            low = letter(language, ("RIBOTO NAUDOJIMO",) if language == "lt" else ("Для служебного пользования",))
            said = "lt:restricted" if language == "lt" else "kz:restricted"
            marked = truth("pdf", receiving, said)
            yield Piece("incoming", f"{name}-{language}", marked, partial(_scan, low, scanner, {0: registry}))


@pieces
def what_letters_bear() -> Iterator[Piece]:
    """Signatures, seals, codes and logos: on every letter, and no marking."""
    marks = (
        ("KZ", letter("lt", ("SLAPTAI",), ("SLAPTAI", "Egz. Nr. 1")), "lt:secret"),
        ("LT", letter("ru", ("Секретно", "Экз. № 1")), "kz:secret"),
    )
    for more in (sign, seal, code):
        for name in ("good", "office", "fax", "grey"):
            for receiving, sheet, said in marks:
                make = partial(_scan, sheet, SCANNERS[name], more=more)
                yield Piece(
                    "signed", f"{more.__name__}-{name}-{receiving.lower()}", truth("pdf", receiving, said), make
                )

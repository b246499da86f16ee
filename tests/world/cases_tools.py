"""Letters made by an office suite and a browser, both ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tests.world import office, web, word
from tests.world.registry import Piece, pieces, truth
from tests.world.sheet import Sheet, annex, letter
from tests.world.word_ways import WAYS

_MARKS: Final = (
    ("LT", letter("kk", ("Өте құпия", "Дана № 1")), "kz:top-secret"),
    ("LT", letter("ru", ("Секретно (п. 12 Перечня)", "Экз. № 1")), "kz:secret"),
    ("KZ", letter("lt", ("VISIŠKAI SLAPTAI",), ("VISIŠKAI SLAPTAI",)), "lt:top-secret"),
    ("KZ", letter("lt", ("Slaptai iki 2036-10-14", "Egz. Nr. 2")), "lt:secret"),
    ("LT", letter("ru", ("ДСП", "Экз. № 1"), annex=annex("ru", ("Совершенно", "секретно"))), "kz:top-secret"),
    ("KZ", letter("lt", ("RIBOTO NAUDOJIMO",), annex=annex("lt", ("„Slaptai“",))), "lt:secret"),
)
_RESAVED: Final = (
    "text-box",
    "header-table",
    "gallery-watermark",
    "frame",
    "floating-table",
    "all-caps",
    "style",
    "letterhead-table",
    "content-control",
    "tracked-insertion",
    "property-field",
)

Make = Callable[[Sheet], bytes]

_WAYS: Final[dict[str, tuple[str, str, Make]]] = {
    "odt-pdf": ("soffice", "pdf", lambda s: office.converted(office.flat(s), "fodt", "pdf")),
    "odt-docx": ("soffice", "docx", lambda s: office.converted(office.flat(s), "fodt", "docx")),
    "odt-header-pdf": ("soffice", "pdf", lambda s: office.converted(office.flat(s, "header"), "fodt", "pdf")),
    "odt-header-docx": ("soffice", "docx", lambda s: office.converted(office.flat(s, "header"), "fodt", "docx")),
    "odt-spread-pdf": ("soffice", "pdf", lambda s: office.converted(office.flat(s, "spread"), "fodt", "pdf")),
    "rtf-docx": ("soffice", "docx", lambda s: office.converted(office.rtf(s), "rtf", "docx")),
    "rtf-header-docx": ("soffice", "docx", lambda s: office.converted(office.rtf(s, "header"), "rtf", "docx")),
    "rtf-pdf": ("soffice", "pdf", lambda s: office.converted(office.rtf(s), "rtf", "pdf")),
    "word-pdf": ("soffice", "pdf", lambda s: office.converted(word.letter(s), "docx", "pdf")),
    "browser": ("chromium", "pdf", lambda s: web.printed(web.page(s))),
    "browser-spaced": ("chromium", "pdf", lambda s: web.printed(web.page(s, ".mark { letter-spacing: 6pt }"))),
    "browser-caps": ("chromium", "pdf", lambda s: web.printed(web.page(s, ".mark { text-transform: uppercase }"))),
    "browser-shadow": (
        "chromium",
        "pdf",
        lambda s: web.printed(web.page(s, ".mark { text-shadow: 2px 2px 3px #aaa }")),
    ),
    "browser-turned": (
        "chromium",
        "pdf",
        lambda s: web.printed(web.page(s, ".mark { transform: rotate(3deg); transform-origin: right }")),
    ),
    "browser-svg": (
        "chromium",
        "pdf",
        lambda s: web.printed(
            web.page(s, mark="<svg width='600' height='40'><text x='220' y='25' font-weight='bold'>{text}</text></svg>")
        ),
    ),
    "browser-flex": (
        "chromium",
        "pdf",
        lambda s: web.printed(
            web.page(
                s,
                mark="<div style='display:flex;gap:60%'><i>Gauta</i><b class='mark'>{text}</b></div>",
            )
        ),
    ),
}


@pieces
def tools() -> Iterator[Piece]:
    for name, (tool, format_, make) in _WAYS.items():
        for number, (receiving, sheet, said) in enumerate(_MARKS):
            label = truth(format_, receiving, said)
            yield Piece(tool, f"{name}-{number}", label, lambda make=make, sheet=sheet: make(sheet), tool)


@pieces
def saved_again() -> Iterator[Piece]:
    for name in _RESAVED:
        for number, (receiving, sheet, said) in enumerate(_MARKS[:3]):
            label = truth("docx", receiving, said)

            def make(sheet: Sheet = sheet, name: str = name) -> bytes:
                return office.converted(word.letter(sheet, WAYS[name]), "docx", "docx:Office Open XML Text")

            yield Piece("resaved", f"{name}-{number}", label, make, "soffice")

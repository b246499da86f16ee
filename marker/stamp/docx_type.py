"""How wide the lines of a sender's header or footer run: sizes and weights through styles and defaults.

Measured with the shipped face, which runs wider than nearly every font that letters are written in; a letter it does
not have counts as wide.  Lengths are points.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from marker.stamp.docx_xml import Dialect, is_on
from marker.stamp.fonts import face

_SIZE: Final = 10.0  # what an application takes where nothing is said (17.3.2.38)
_WIDE: Final = 1.1  # of a letter without glyph, in sizes


class Type:
    """The typography of one package.  ``styles`` is the root of its styles part, None where there is none."""

    def __init__(self, styles: etree._Element | None, dialect: Dialect) -> None:
        self._dialect = dialect
        self._styles: dict[str, etree._Element] = {}
        self._default_style: str | None = None
        self._defaults: etree._Element | None = None
        for style in () if styles is None else styles.iter("{*}style"):
            identity = _value(style, "styleId") or ""
            self._styles.setdefault(identity, style)
            if _value(style, "type") == "paragraph" and _value(style, "default") in {"1", "true", "on"}:
                self._default_style = identity
        if styles is not None:
            self._defaults = styles.find("{*}docDefaults/{*}rPrDefault/{*}rPr")

    def width(self, paragraph: etree._Element) -> float:
        """How far the text of ``paragraph`` runs if it is set on one line."""
        named = self._named(paragraph, "pPr", "pStyle") or self._default_style
        return sum(self._run_width(run, named) for run in paragraph.iter(self._dialect.tag("r")))

    def alignment(self, paragraph: etree._Element) -> str | None:
        """``left``, ``center`` or ``right``, through the paragraph's styles; None where its line may begin elsewhere:
        indented, numbered, justified or read from the right.
        """
        layers = [paragraph.find("{*}pPr")]
        layers += self._layers(self._named(paragraph, "pPr", "pStyle") or self._default_style, "pPr")
        present = [layer for layer in layers if layer is not None]
        indent = _first(present, "ind")
        moved = indent is not None and any(str(value).strip() not in {"0", "0pt"} for value in indent.attrib.values())
        if moved or _first(present, "numPr") is not None or is_on(_first(present, "bidi"), self._dialect):
            return None
        found = _first(present, "jc")
        stated = "left" if found is None else _value(found, "val") or "left"
        return {"start": "left", "end": "right"}.get(stated, stated if stated in {"left", "center", "right"} else None)

    def _run_width(self, run: etree._Element, paragraph_style: str | None) -> float:
        text = "".join(t.text or "" for t in run.iterchildren(self._dialect.tag("t")))
        layers = [run.find("{*}rPr")]
        layers += self._layers(self._named(run, "rPr", "rStyle"), "rPr")
        layers += [*self._layers(paragraph_style, "rPr"), self._defaults]
        present = [layer for layer in layers if layer is not None]
        size = _number(_first(present, "sz"), 2 * _SIZE) / 2
        if any(is_on(_first(present, name), self._dialect) for name in ("caps", "smallCaps")):
            text = text.upper()
        measured = face(is_on(_first(present, "b"), self._dialect))
        known = "".join(letter for letter in text if ord(letter) in measured.advances)
        spacing = _number(_first(present, "spacing"), 0.0) / 20
        scale = max(1.0, _number(_first(present, "w"), 100.0) / 100)
        width = measured.width(known, size) + (len(text) - len(known)) * _WIDE * size
        return width * scale + max(0.0, spacing) * len(text)

    def _layers(self, style: str | None, properties: str) -> list[etree._Element | None]:
        return [found.find(f"{{*}}{properties}") for found in self._chain(style)]

    def _chain(self, style: str | None) -> Iterator[etree._Element]:
        """A style and what it is based on; a circle ends where it began."""
        seen: set[str] = set()
        while style is not None and style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            parent = self._styles[style].find("{*}basedOn")
            style = None if parent is None else _value(parent, "val")

    @staticmethod
    def _named(element: etree._Element, properties: str, name: str) -> str | None:
        found = element.find(f"{{*}}{properties}/{{*}}{name}")
        return None if found is None else _value(found, "val")


def _value(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name: the styles part may speak another dialect than the main part."""
    return next((str(v) for k, v in element.attrib.items() if etree.QName(str(k)).localname == name), None)


def _first(layers: list[etree._Element], name: str) -> etree._Element | None:
    return next((found for layer in layers if (found := layer.find(f"{{*}}{name}")) is not None), None)


def _number(element: etree._Element | None, default: float) -> float:
    try:
        return float((_value(element, "val") or "") if element is not None else default)
    except ValueError:
        return default

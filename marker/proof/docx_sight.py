"""What one sees of a DOCX paragraph: text that is neither hidden, white, deleted nor too small to read."""

from __future__ import annotations

from typing import Final

from lxml import etree

from marker.proof.docx_package import local

_GONE: Final = {"del", "moveFrom", "Fallback", "txbxContent"}
_SMALLEST: Final = 12  # half-points: nothing below 6 points counts as legible
_PALEST: Final = 0x60  # of each colour channel: the stamp is black, not grey
_OFF: Final = {"0", "false", "off"}


class Look:
    """Formatting by style, as far as it bears on legibility.  ``styles`` is the root of the styles part, or None."""

    def __init__(self, styles: etree._Element | None) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._defaults: etree._Element | None = None
        if styles is not None:
            for style in styles.iter("{*}style"):
                self._styles.setdefault(_val(style, "styleId") or "", style)
            self._defaults = styles.find("{*}docDefaults/{*}rPrDefault/{*}rPr")

    def legible(self, paragraph: etree._Element, run: etree._Element) -> bool:
        """Whether that run shows: direct formatting over character style over paragraph style over defaults."""
        layers = [run.find("{*}rPr")]
        layers += self._chain(_named(layers[0], "rStyle"))
        layers += self._chain(_named(paragraph.find("{*}pPr"), "pStyle"))
        layers.append(self._defaults)
        present = [layer for layer in layers if layer is not None]
        if _on(_first(present, "vanish")) or _on(_first(present, "webHidden")):
            return False
        if any(_on(_first(present, name)) for name in ("strike", "dstrike")):
            return False
        colour = _first(present, "color")
        if colour is not None and not _dark(_val(colour, "val") or "auto"):
            return False
        size = _first(present, "sz")
        half_points = (_val(size, "val") or "") if size is not None else "20"
        return half_points.isdigit() and int(half_points) >= _SMALLEST

    def _chain(self, style_id: str | None) -> list[etree._Element | None]:
        """The run properties of a style and of what it is based on; a circle ends where it began."""
        layers: list[etree._Element | None] = []
        seen: set[str] = set()
        while style_id is not None and style_id not in seen and style_id in self._styles:
            seen.add(style_id)
            style = self._styles[style_id]
            layers.append(style.find("{*}rPr"))
            style_id = _named(style, "basedOn")
        return layers


def visible_text(paragraph: etree._Element, look: Look) -> str:
    """The paragraph's legible text, blanks run together."""
    words: list[str] = []
    for run in paragraph.iter("{*}r"):
        if not _inside(run, paragraph, _GONE) and look.legible(paragraph, run):
            words.extend(_pieces(run))
    return " ".join("".join(words).split())


def _inside(run: etree._Element, paragraph: etree._Element, names: set[str]) -> bool:
    for ancestor in run.iterancestors():
        if ancestor is paragraph:
            return False
        if local(ancestor) in names:
            return True
    return False


def _pieces(run: etree._Element) -> list[str]:
    return [
        (child.text or "") if local(child) == "t" else " "
        for child in run
        if local(child) in {"t", "tab", "br", "cr", "noBreakHyphen"}
    ]


def _val(element: etree._Element, name: str) -> str | None:
    return next((str(v) for k, v in element.attrib.items() if etree.QName(k).localname == name), None)


def _named(element: etree._Element | None, child: str) -> str | None:
    found = None if element is None else element.find(f"{{*}}{child}")
    return None if found is None else _val(found, "val")


def _first(layers: list[etree._Element], name: str) -> etree._Element | None:
    return next((found for layer in layers if (found := layer.find(f"{{*}}{name}")) is not None), None)


def _on(element: etree._Element | None) -> bool:
    return element is not None and _val(element, "val") not in _OFF


def _dark(colour: str) -> bool:
    if colour == "auto":
        return True
    try:
        channels = bytes.fromhex(colour)
    except ValueError:
        return False
    return len(channels) == 3 and max(channels) <= _PALEST

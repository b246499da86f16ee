"""Pictures inside a Word document: where they stand, once each, within bounds.

Nothing is laid out, so a picture's size on paper is guessed from its pixels: no wider than the text of a page.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from lxml import etree
from PIL import Image, ImageOps, UnidentifiedImageError

from marker.model import Place
from marker.ocr.raster import MAX_PIXELS, Picture, TooCoarseError, of_image

_MOST_BYTES: Final = 60_000_000
_MOST_PICTURES: Final = 300
_TEXT_WIDTH: Final = 480.0
_TEXT_HEIGHT: Final = 720.0
_SMALL: Final = 150
"""Pixels: lower pictures are cut close to what they show."""
"""Points between the margins of a page."""
_LEAST: Final = (24, 8)
"""Pixels; the longer and the shorter side of the smallest picture that can hold a marking."""
_PLACES: Final = {"header": Place.HEADER, "footer": Place.FOOTER}


@dataclass(frozen=True, slots=True)
class Found:
    """A picture and where it stands; ``picture`` is None where its format or size cannot be looked into."""

    place: Place
    picture: Picture | None


def pictures_of(path: Path) -> Iterator[Found]:
    """The pictures of headers, footers and text, one at a time, the same bytes in the same place once.

    The package was read before, so that its directory is sound; raises what a broken one raises all the same.
    """
    seen: set[tuple[Place, str]] = set()
    with zipfile.ZipFile(path) as package:
        names = {name.lstrip("/").lower(): name for name in package.namelist()}
        for part, place in _stories(names):
            for target in _images(package, names, part):
                if target not in names:
                    continue
                info = package.getinfo(names[target])
                if info.file_size > _MOST_BYTES or len(seen) >= _MOST_PICTURES:
                    yield Found(place, None)
                    continue
                data = package.read(info)
                key = (place, hashlib.sha256(data).hexdigest())
                if key not in seen:
                    seen.add(key)
                    yield from _open(data, place)


def _stories(names: dict[str, str]) -> Iterator[tuple[str, Place]]:
    for name in names:
        folder, _, base = name.rpartition("/")
        if base.endswith(".xml") and folder.rpartition("/")[2] != "_rels" and "docprops" not in folder:
            kind = next((kind for kind in _PLACES if base.startswith(kind)), "")
            yield name, _PLACES.get(kind, Place.TEXTBOX)


def _images(package: zipfile.ZipFile, names: dict[str, str], part: str) -> Iterator[str]:
    """The internal pictures a part refers to."""
    folder, _, base = part.rpartition("/")
    holder = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    if holder not in names:
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    for element in etree.fromstring(package.read(names[holder]), parser):
        kind = (element.get("Type") or "").rpartition("/")[2]
        if kind in ("image", "hdphoto") and element.get("TargetMode") != "External":
            target = unquote((element.get("Target") or "").partition("#")[0])
            yield posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/").lower()


def _with_margin(image: Image.Image) -> Image.Image:
    """A small picture with paper around it: letters that touch the edge of a page are none of its lines."""
    if image.height > _SMALL:
        return image
    return ImageOps.expand(image.convert("RGB"), border=image.height // 2, fill="white")


def _open(data: bytes, place: Place) -> Iterator[Found]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            wide, high = image.size
            if max(wide, high) < _LEAST[0] or min(wide, high) < _LEAST[1]:
                return
            if wide * high > 8 * MAX_PIXELS or image.format in ("WMF", "EMF"):
                yield Found(place, None)
                return
            own = max(72.0, 72 * wide / _TEXT_WIDTH, 72 * high / _TEXT_HEIGHT)
            yield Found(place, of_image(_with_margin(image), own))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TooCoarseError, Image.DecompressionBombError):
        yield Found(place, None)

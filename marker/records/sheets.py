"""Which copy a file, a scan or a photograph of one page is: our codes and numbers in it.  Runs in a worker process."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from marker.errors import HoldError
from marker.model import HoldCode
from marker.numbering import parse_copy_number, parse_page_code
from marker.ocr import tesseract
from marker.ocr.raster import TooCoarseError, image_pictures
from marker.readers.base import ReaderLimits
from marker.readers.read import read
from marker.seal import read_seal
from marker.settings import Settings

Grey = NDArray[np.uint8]

_DPI: Final = 300
_PACKAGE: Final = b"PK\x03\x04"
_CODE_DPI: Final = 200
"""Enough for the code of 9 mm that stands on every page."""
_PAGES: Final = 3
"""Pages of a scanned PDF that are looked at: every page bears the code."""
_TILTS: Final = (0.0, -4.0, 4.0, -9.0, 9.0)
"""Degrees a page is turned by before the number is read; the code is read in any turn."""
_NEARLY: Final = re.compile(
    r"([A-Z]{2})[-–—_. ]([\dOQILSBZ]{4})[-–—_. ]([\dOQILSBZ]{6,})[-–—_. ]([\dOQILSBZ]{2,})[-–—_. ]([\dA-Z])"
)
_DIGITS: Final = str.maketrans("OQILSBZ", "0011582")
"""Letters that stand for digits in a misread number; the check character decides."""


class Way(StrEnum):
    """How a copy number was found."""

    TEXT = "text"
    CODE = "code"
    PRINTED = "printed number"


@dataclass(frozen=True, slots=True)
class SealSeen:
    """A seal on a page; whether it holds is for a key to say."""

    text: str
    """What :func:`marker.seal.read_seal` takes."""
    codes: tuple[str, ...]
    """Copy numbers of the codes on the same page: another than the seal's means that it came from elsewhere."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A copy number with valid check characters, and the page its code names."""

    copy_number: str
    way: Way
    page: int | None = None
    pages: int | None = None


def sightings(path: Path, name: str, settings: Settings) -> list[Sighting]:
    """The copy numbers in a file, each once: of its text, else of the codes, else of the numbers its pages show.

    Raises HoldError(malformed) when it is neither a document nor a picture.
    """
    hold: HoldError | None = None
    try:
        reading = read(path, ReaderLimits.from_settings(settings), name)
        if reading.traces:
            return [Sighting(trace.copy_number, Way.TEXT, trace.page) for trace in reading.traces]
        pictures = _pdf_pictures(path) if reading.format == "pdf" else iter(())
    except HoldError as error:
        hold, pictures = error, _pictures(path)
    found: dict[str, Sighting] = {}
    try:
        for picture in pictures:
            for sighting in _codes(picture) or _printed(picture, settings.timeout / 4):
                found.setdefault(sighting.copy_number, sighting)
    except TooCoarseError as error:
        raise HoldError(HoldCode.TOO_LARGE, "The picture is too large; scan the page at 300 dpi.") from error
    except MemoryError as error:
        raise HoldError(HoldCode.TOO_LARGE, "The picture needs too much memory; scan the page at 300 dpi.") from error
    except (OSError, ValueError, RuntimeError, SyntaxError, Warning) as error:
        # Pillow's and pdfium's ways of saying that a file is none of theirs.
        raise hold or HoldError(
            HoldCode.MALFORMED, "This is neither a document nor a picture that can be read; scan the page anew."
        ) from error
    return list(found.values())


def seals(path: Path) -> list[SealSeen]:
    """The seals on the first pages of a PDF file, in the pictures of a Word file, or on a scan or photograph of a page,
    in any turn.

    Raises HoldError(malformed) when it is none of these.
    """
    with path.open("rb") as file:
        if file.read(len(_PACKAGE)) == _PACKAGE:
            return _word_seals(path)
    return [seen for picture in _looks_at(path) for seen in _seals(picture)]


def _word_seals(path: Path) -> list[SealSeen]:
    """The seals among a Word file's pictures, each with every code of ours that the file shows."""
    from marker.ocr.docx_pictures import pictures_of

    texts: dict[str, None] = {}
    try:
        for found in pictures_of(path):
            if found.picture is not None:
                texts |= dict.fromkeys(_matrices(_grey(found.picture.pixels)))
    except (zipfile.BadZipFile, zlib.error, etree.LxmlError, OSError, ValueError, RuntimeError, KeyError) as error:
        raise HoldError(
            HoldCode.MALFORMED, "This is no Word file that can be read; print its first page and scan that."
        ) from error
    numbers: dict[str, None] = {}
    signed: list[str] = []
    for text in texts:
        with suppress(ValueError):
            numbers[str(parse_page_code(text).copy_number)] = None
        with suppress(ValueError):
            read_seal(text)
            signed.append(text)
    return [SealSeen(text, tuple(numbers)) for text in signed]


def _looks_at(path: Path) -> Iterator[Grey]:
    """Pictures of a PDF file's first pages, or of a picture.  Raises HoldError."""
    try:
        with path.open("rb") as file:
            is_pdf = b"%PDF-" in file.read(1024)
        yield from _pdf_pictures(path) if is_pdf else _pictures(path)
    except TooCoarseError as error:
        raise HoldError(HoldCode.TOO_LARGE, "The picture is too large; scan the page at 300 dpi.") from error
    except MemoryError as error:
        raise HoldError(HoldCode.TOO_LARGE, "The picture needs too much memory; scan the page at 300 dpi.") from error
    except (OSError, ValueError, RuntimeError, SyntaxError, Warning) as error:
        raise HoldError(
            HoldCode.MALFORMED, "This is neither a PDF file nor a picture that can be read; scan the first page anew."
        ) from error


def page_codes(path: Path, numbers: Sequence[int]) -> tuple[str, ...]:
    """Copy numbers in our codes on those pages of a PDF file, each once: how a scan of one of our copies is known.

    A page that cannot be drawn has none here; whoever reads it says what is wrong with it.
    """
    from marker.readers.pdfium import helpers

    found: dict[str, None] = {}
    with suppress(OSError, ValueError, RuntimeError):
        document = helpers.PdfDocument(path)
        try:
            for number in numbers:
                page = document[number - 1]
                scale = min(_CODE_DPI / 72, 5000 / max(page.get_size()))
                picture = np.asarray(page.render(scale=scale).to_pil().convert("L"), dtype=np.uint8)
                page.close()
                found |= {sighting.copy_number: None for sighting in _codes_in(picture)}
        finally:
            document.close()
    return tuple(found)


def codes_on_page(pixels: Any) -> tuple[str, ...]:
    """The same of one page drawn at 150 dpi or more, rows and columns of grey levels or of red, green and blue."""
    from marker.ocr.codes import parts_with_codes

    found = [sighting for _, _, part in parts_with_codes(_grey(pixels)) for sighting in _codes_in(part)]
    return tuple(dict.fromkeys(sighting.copy_number for sighting in found))


def _pictures(path: Path) -> Iterator[Grey]:
    for picture in image_pictures(path, _DPI):
        yield _grey(picture.pixels)


def _pdf_pictures(path: Path) -> Iterator[Grey]:
    from marker.readers.pdfium import helpers

    document = helpers.PdfDocument(path)
    try:
        for number in range(min(_PAGES, len(document))):
            page = document[number]
            scale = min(_DPI / 72, 5000 / max(page.get_size()))
            yield np.asarray(page.render(scale=scale).to_pil().convert("L"), dtype=np.uint8)
            page.close()
    finally:
        document.close()


def _grey(pixels: Any) -> Grey:
    import cv2

    return np.ascontiguousarray(pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def _codes(picture: Grey) -> list[Sighting]:
    """Our Data Matrix codes, in any turn; at other sizes and evened out where the picture as it is yields none."""
    return next((found for look in _looks(picture) if (found := _codes_in(look))), [])


def _looks(picture: Grey) -> Iterator[Grey]:
    """The picture as it is, at other sizes, and evened out."""
    import cv2

    yield picture
    for share in (2.0, 1.5, 0.6):
        if picture.size * share * share <= 60_000_000:
            method = cv2.INTER_CUBIC if share > 1 else cv2.INTER_AREA
            yield np.asarray(cv2.resize(picture, None, fx=share, fy=share, interpolation=method), dtype=np.uint8)
    blurred = cv2.GaussianBlur(picture, (0, 0), 1.0)
    yield np.asarray(
        cv2.adaptiveThreshold(blurred, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 51, 12), dtype=np.uint8
    )


def _seals(picture: Grey) -> list[SealSeen]:
    """Our seals on one page, each once, from the first look that shows any."""
    numbers = tuple(dict.fromkeys(sighting.copy_number for sighting in _codes(picture)))
    for look in _looks(picture):
        found: dict[str, SealSeen] = {}
        for text in _matrices(look):
            with suppress(ValueError):  # a page's code, or another sender's
                read_seal(text)
                found[text] = SealSeen(text, numbers)
        if found:
            return list(found.values())
    return []


def _matrices(picture: Grey) -> list[str]:
    """What the Data Matrix codes in a picture as it is say."""
    import zxingcpp

    kinds = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.DataMatrix])
    return [code.text for code in zxingcpp.read_barcodes(np.ascontiguousarray(picture), formats=kinds)]


def _codes_in(picture: Grey) -> list[Sighting]:
    """Our Data Matrix codes in a picture as it is."""
    found: list[Sighting] = []
    for text in _matrices(picture):
        try:
            page = parse_page_code(text)
        except ValueError:
            continue  # another sender's code
        found.append(Sighting(str(page.copy_number), Way.CODE, page.page, page.pages))
    return found


def _printed(picture: Grey, seconds: float) -> list[Sighting]:
    """Numbers whose check character holds, read by OCR in four turns and small tilts; the first turn with one wins."""
    for turn in range(4):
        turned = np.ascontiguousarray(np.rot90(picture, turn))
        for tilt in _TILTS if turn == 0 else (0.0,):
            try:
                words = tesseract.read_words(_tilted(turned, tilt), seconds, languages=("eng",), segmentation=11)
            except (tesseract.EngineFaultError, tesseract.EngineTimeoutError):
                continue
            numbers = numbers_in(" ".join(word.text for word in words))
            if numbers:
                return [Sighting(number, Way.PRINTED) for number in numbers]
    return []


def numbers_in(text: str) -> list[str]:
    """Copy numbers in text as OCR gives it; a letter read for a digit is put right where the check character agrees."""
    found: dict[str, None] = {}
    for match in _NEARLY.finditer(text.upper()):
        party, *digits, check = match.groups()
        stem = "-".join([party, *(group.translate(_DIGITS) for group in digits)])
        for last in dict.fromkeys((check, check.translate(_DIGITS))):
            try:
                found[str(parse_copy_number(f"{stem}-{last}"))] = None
            except ValueError:
                continue
    return list(found)


def _tilted(picture: Grey, degrees: float) -> Grey:
    if not degrees:
        return picture
    import cv2

    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderValue=(255,)), dtype=np.uint8)

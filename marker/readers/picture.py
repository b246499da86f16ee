"""A scan that came as a picture (TIFF, JPEG or PNG) to a PDF of the same pictures, one page a frame.

Everything after works on the PDF as if the scan had come as one.  The pictures go in as they are: a JPEG's own bytes,
everything else without loss.  What PDF pages or paper do not have (transparency, sixteen bits a colour, four inks) is
drawn as it would be printed, and noted.
"""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import ExifTags, Image, ImageOps, ImageSequence, UnidentifiedImageError

from marker.errors import HoldError
from marker.model import HoldCode
from marker.readers.base import ReaderLimits

MAX_PIXELS: Final = 120_000_000
"""Of one picture: A3 at 600 dpi in full, A0 at 300."""
_DPI: Final = (60.0, 2_400.0)
"""Resolutions that scanners have; a screen's 72 on a sheet larger than paper is none."""
_SIDES: Final = (60.0, 3_400.0)
"""Points: the longer side of the smallest and the largest sheet, A0, that is scanned."""
_USUAL_SIDE: Final = 841.89
_TURNS: Final = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""EXIF orientation to the matrix that sets the unit square of the picture right (a b c d e f, page of unit size)."""


@dataclass(frozen=True, slots=True)
class _Page:
    """One picture ready for PDF: its stream and how it stands on its page."""

    data: bytes
    filter: str
    space: str
    bits: int
    pixels: tuple[int, int]
    size: tuple[float, float]
    """Points, as displayed."""
    orientation: int = 1


def to_pdf(source: Path, target: Path, limits: ReaderLimits) -> tuple[str, ...]:
    """Write the frames of the picture ``source`` as pages of the PDF ``target``; notes on what was changed.

    Raises HoldError: malformed, too-large, unsupported.
    """
    notes: dict[str, None] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # bounded below
            with Image.open(source, formats=("TIFF", "JPEG", "PNG", "MPO")) as opened:
                _check(opened, limits)
                _write(_pages(opened, source, notes), target)
    except HoldError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except MemoryError:
        raise _too_large() from None
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        TypeError,
        KeyError,
        IndexError,
        EOFError,
        AttributeError,
        ArithmeticError,
        zlib.error,
    ) as error:  # what Pillow is known to raise on broken files
        raise HoldError(
            HoldCode.MALFORMED, "The picture is damaged or cut off; ask the sender to send it again."
        ) from error
    return tuple(notes)


def _too_large() -> HoldError:
    return HoldError(
        HoldCode.TOO_LARGE,
        f"It holds a picture of more than {MAX_PIXELS // 1_000_000} million pixels; scan it at 300 dpi.",
    )


def _check(opened: Image.Image, limits: ReaderLimits) -> None:
    frames = int(getattr(opened, "n_frames", 1))
    if frames > 1 and opened.format != "TIFF":
        raise HoldError(
            HoldCode.UNSUPPORTED,
            f"The file holds {frames} pictures in one {'PNG' if opened.format == 'PNG' else 'JPEG'}, of which programs "
            "show one; have the page sent as a PDF.",
        )
    if frames > limits.max_pages:
        raise HoldError(
            HoldCode.TOO_LARGE,
            f"It has {frames:,} pages, more than {limits.max_pages:,}; split it, or raise max_pages.",
        )


def _pages(opened: Image.Image, source: Path, notes: dict[str, None]) -> Iterator[_Page]:
    for number, frame in enumerate(ImageSequence.Iterator(opened), start=1):
        if frame.width * frame.height > MAX_PIXELS:
            raise _too_large()
        stated = frame.info.get("dpi")
        orientation = int(frame.getexif().get(ExifTags.Base.Orientation, 1) or 1)
        if frame.format == "JPEG" and frame.mode in ("L", "RGB"):
            frame.load()  # a cut off one is found here, not by who prints the copy
            turned = orientation if orientation in _TURNS else 1
            shown = frame.size[::-1] if turned > 4 else frame.size
            size = _size(shown, stated, turned > 4, number, notes)
            space = "/DeviceGray" if frame.mode == "L" else "/DeviceRGB"
            yield _Page(source.read_bytes(), "/DCTDecode", space, 8, frame.size, size, turned)
            continue
        frame.load()
        upright = ImageOps.exif_transpose(frame) or frame
        size = _size(upright.size, stated, orientation in (5, 6, 7, 8), number, notes)
        yield _packed(_plain(upright, number, notes), size)


def _size(
    pixels: tuple[int, int], stated: Any, turned: bool, number: int, notes: dict[str, None]
) -> tuple[float, float]:
    """The sheet in points: by the resolution the file states where a scanner may have, else of the usual size."""
    try:
        across, down = (float(value) for value in stated)
        if turned:
            across, down = down, across
        size = (72 * pixels[0] / across, 72 * pixels[1] / down)
        if min(across, down) >= _DPI[0] and max(across, down) <= _DPI[1] and _SIDES[0] <= max(size) <= _SIDES[1]:
            return size
    except (TypeError, ValueError, ZeroDivisionError):
        pass
    notes[f"page {number} states no resolution a scanner has; it is taken for a sheet as high as A4"] = None
    points = _USUAL_SIDE / max(pixels)
    return pixels[0] * points, pixels[1] * points


def _plain(frame: Image.Image, number: int, notes: dict[str, None]) -> Image.Image:
    """The frame in a mode that PDF has, as it would be printed."""
    mode = frame.mode
    if mode in ("1", "L", "RGB") and "transparency" not in frame.info:
        return frame
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in frame.info:
        notes[f"page {number} is partly transparent; it is shown on white"] = None
        picture = frame.convert("RGBA")
        paper = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        return Image.alpha_composite(paper, picture).convert("RGB")
    if mode.startswith("I"):
        levels = np.asarray(frame).astype(np.int64)
        if levels.min() < 0 or levels.max() > 0xFFFF:
            raise _unsupported(number, "more than sixteen bits a pixel")
        notes[f"page {number} has sixteen bits a pixel, of which the upper eight are kept"] = None
        return Image.fromarray((levels >> 8).astype(np.uint8))
    if mode in ("P", "CMYK", "YCbCr"):
        if mode == "CMYK":
            notes[f"page {number} is in four printing inks; its colours are shown in red, green and blue"] = None
        return frame.convert("RGB")
    raise _unsupported(number, f"a kind of colours ({mode}) that no printer shows alike")


def _unsupported(number: int, what: str) -> HoldError:
    return HoldError(HoldCode.UNSUPPORTED, f"Its page {number} has {what}; have the page sent as a PDF.")


def _packed(frame: Image.Image, size: tuple[float, float]) -> _Page:
    if frame.mode == "1":
        return _Page(zlib.compress(frame.tobytes(), 6), "/FlateDecode", "/DeviceGray", 1, frame.size, size)
    rows = np.asarray(frame).reshape(frame.height, -1)
    # Each row as its difference from the one above (PNG's filter 2), which packs scans a third smaller.
    lines = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    lines[:, 0] = 2
    lines[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=lines[1:, 1:])
    space = "/DeviceGray" if frame.mode == "L" else "/DeviceRGB"
    return _Page(zlib.compress(lines.tobytes(), 6), "/FlateDecode", space, 8, frame.size, size)


def _write(pages: Iterator[_Page], target: Path) -> None:
    from pypdf import PdfWriter
    from pypdf.generic import (
        ArrayObject,
        DictionaryObject,
        FloatObject,
        NameObject,
        NumberObject,
        StreamObject,
    )

    writer = PdfWriter()
    for made in pages:
        wide, high = made.pixels
        picture = StreamObject()
        picture.set_data(made.data)
        picture.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Image"),
                NameObject("/Width"): NumberObject(wide),
                NameObject("/Height"): NumberObject(high),
                NameObject("/ColorSpace"): NameObject(made.space),
                NameObject("/BitsPerComponent"): NumberObject(made.bits),
                NameObject("/Filter"): NameObject(made.filter),
            }
        )
        if made.filter == "/FlateDecode" and made.bits == 8:
            picture[NameObject("/DecodeParms")] = DictionaryObject(
                {
                    NameObject("/Predictor"): NumberObject(15),
                    NameObject("/Columns"): NumberObject(wide),
                    NameObject("/Colors"): NumberObject(1 if made.space == "/DeviceGray" else 3),
                }
            )
        width, height = made.size
        a, b, c, d, e, f = _TURNS[made.orientation]
        matrix = (a * width, b * height, c * width, d * height, e * width, f * height)
        content = StreamObject()
        content.set_data(f"q {' '.join(f'{value:.4f}' for value in matrix)} cm /Scan Do Q\n".encode("ascii"))
        page = writer.add_blank_page(FloatObject(round(width, 4)), FloatObject(round(height, 4)))
        page[NameObject("/Contents")] = writer._add_object(content)
        page[NameObject("/Resources")] = DictionaryObject(
            {
                NameObject("/XObject"): DictionaryObject({NameObject("/Scan"): writer._add_object(picture)}),
                NameObject("/ProcSet"): ArrayObject([NameObject("/PDF"), NameObject("/ImageC")]),
            }
        )
    buffer = io.BytesIO()
    writer.write(buffer)
    target.write_bytes(buffer.getvalue())

"""The PDF that a scan's pictures were put into shows those pictures, whole and upright, and nothing else."""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from marker.errors import HoldError, MarkerError
from marker.model import HoldCode

_SIDE: Final = 1400
"""Pixels of the longer side at which both are compared: letters of 6 points are 10 pixels high on A4."""
_BLOCK: Final = 8
"""Pixels: a square of 5 points on A4."""
_DIFFERENT: Final = 26.0
"""Grey levels by which the means of a square differ; an edge that lies half a pixel off makes 16."""


def prove_picture(source: Path, made: Path) -> None:
    """Returns when every frame of ``source`` is a page of the PDF ``made``.  Raises HoldError(stamp-failed)."""
    library: Any = import_module("pypdfium2")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the reader has bounded it
            document = library.PdfDocument(made)
            try:
                _compare(source, document)
            finally:
                document.close()
    except MarkerError:
        raise
    except Exception as error:  # whatever goes wrong while proving is no proof
        raise _failed(f"it cannot be read again ({type(error).__name__})") from error


def _compare(source: Path, document: Any) -> None:
    frames = 0
    with Image.open(source) as opened:
        for number, frame in enumerate(ImageSequence.Iterator(opened), start=1):
            frames = number
            if number > len(document):
                break
            page = document[number - 1]
            try:
                _compare_page(frame, page, number)
            finally:
                page.close()
    if frames != len(document):
        raise _failed(f"it has {len(document)} pages for {frames} pictures")


def _compare_page(frame: Image.Image, page: Any, number: int) -> None:
    frame.load()
    upright = ImageOps.exif_transpose(frame) or frame
    wide, high = upright.size
    share = min(1.0, _SIDE / max(wide, high))
    size = (max(1, round(wide * share)), max(1, round(high * share)))
    expected = np.asarray(_grey(upright).resize(size, Image.Resampling.BOX)).astype(np.float32)
    width, height = page.get_size()
    finer = _SIDE / max(width, height)
    bitmap = page.render(scale=max(finer, 0.01), grayscale=True)
    try:
        shown = Image.fromarray(np.array(bitmap.to_numpy()).squeeze()).convert("L").resize(size, Image.Resampling.BOX)
    finally:
        bitmap.close()
    worst = float(np.abs(_blocks(np.asarray(shown).astype(np.float32)) - _blocks(expected)).max())
    if worst > _DIFFERENT:
        raise _failed(f"page {number} does not show its picture as it is")


def _blocks(picture: Any) -> Any:
    """Means of small squares: two ways to shrink dots and edges differ in pixels, not in these."""
    rows, columns = (max(1, side // _BLOCK) * _BLOCK for side in picture.shape)
    whole = np.pad(picture, ((0, max(0, rows - picture.shape[0])), (0, max(0, columns - picture.shape[1]))), "edge")
    return whole[:rows, :columns].reshape(rows // _BLOCK, _BLOCK, columns // _BLOCK, _BLOCK).mean(axis=(1, 3))


def _grey(frame: Image.Image) -> Image.Image:
    if frame.mode.startswith("I"):
        return Image.fromarray((np.asarray(frame).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    if frame.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in frame.info:
        picture = frame.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", picture.size, (255, 255, 255, 255)), picture).convert("L")
    return frame.convert("RGB").convert("L")


def _failed(what: str) -> HoldError:
    return HoldError(
        HoldCode.STAMP_FAILED,
        f"The PDF made from the picture did not stand its proof: {what}; have the page sent as a PDF.",
    )

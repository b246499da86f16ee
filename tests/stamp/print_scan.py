"""Do stamped pages still say whose they are after printing and scanning?

    python -m tests.stamp.print_scan [FOLDER…] [--pages N] [--json FILE]

Stamps PDF files of all kinds, draws their pages at 150 dpi, turns each by 2 degrees one way or the other, blurs and
sprinkles it with noise, packs it as JPEG of quality 40, and reads the copy number from the picture alone: by the Data
Matrix, else by the printed number with its check character.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.proof.pdf import prove_pdf
from marker.readers.pdfium import helpers
from marker.records.sheets import _codes, _printed
from marker.stamp.pdf import stamp_pdf
from tests.stamp.corpus import CORPUS
from tests.stamp.pdf_samples import TO_KZ, TO_LT

DPI, SKEW, QUALITY, NOISE, BLUR = 150, 2.0, 40, 8.0, 0.6
FIXTURES = Path(__file__).parents[2] / "fixtures"
_LARGEST = 1700
"""Points; larger sheets are not put on a scanner whole."""
_A_FILE = 2
"""Pages taken of one file, so that the pages are of many kinds."""


def scanned(page: Any, chance: np.random.Generator) -> np.ndarray:
    """A page as printed and scanned; grey."""
    picture = np.asarray(page.render(scale=DPI / 72).to_pil().convert("L"))
    high, wide = picture.shape
    turn = SKEW if chance.random() < 0.5 else -SKEW
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), turn, 1.0)
    # The glass is a little larger than the sheet: a skewed sheet loses no corner.
    room = int(0.04 * max(wide, high))
    matrix[:, 2] += room
    turned = cv2.warpAffine(
        picture, matrix, (wide + 2 * room, high + 2 * room), flags=cv2.INTER_LINEAR, borderValue=(235,)
    )
    noisy = cv2.GaussianBlur(turned, (0, 0), BLUR) + chance.normal(0, NOISE, turned.shape)
    packed = cv2.imencode(".jpg", np.clip(noisy, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE))


def pages(folders: list[Path], most: int) -> Iterator[tuple[str, str, Any]]:
    """File, copy number and open page of stamped files, spread over all that can be stamped."""
    profile = load_profile()
    files = sorted(file for folder in folders for file in folder.rglob("*.pdf"))
    np.random.default_rng(7).shuffle(files)  # type: ignore[arg-type]  # a list is shuffled in place
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            order, copy = (TO_KZ, TO_LT)[count % 2], Path(folder) / "copy.pdf"
            try:
                if file.stat().st_size > 5_000_000:
                    continue
                stamp_pdf(file, [(order, copy)], profile)
                prove_pdf(file, copy, order, profile)  # a copy that does not stand its proof is never printed
            except HoldError:
                continue
            document = helpers.PdfDocument(copy)
            for index in range(min(_A_FILE, len(document))):
                page = document[index]
                if max(page.get_size()) <= _LARGEST:
                    yield file.name, order.copy_number, page
                    count += 1
                page.close()
                if count >= most:
                    break
            document.close()
            if count >= most:
                return


def main() -> int:
    """Prints the figures; exit status 1 below 99 %."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--pages", type=int, default=320)
    parser.add_argument("--json", type=Path, metavar="FILE", help="the pages that were not read by their code")
    asked = parser.parse_args()
    folders = asked.folders or [folder for folder in (FIXTURES, CORPUS) if folder.is_dir()]
    chance, ways, failed = np.random.default_rng(40), Counter[str](), []
    for name, number, page in pages(folders, asked.pages):
        picture = scanned(page, chance)
        way = "code"
        found = {sighting.copy_number for sighting in _codes(picture)}
        if number not in found:
            way, found = "printed number", {sighting.copy_number for sighting in _printed(picture, 60)}
        if number not in found:
            way = "not at all"
        ways[way] += 1
        if way != "code":
            failed.append({"file": name, "size": [round(side) for side in page.get_size()], "read": way})
    total = sum(ways.values())
    print(f"{total} stamped pages, {DPI} dpi, {SKEW} degrees, JPEG {QUALITY}, noise {NOISE}, blur {BLUR} pixels")
    for way in ("code", "printed number", "not at all"):
        print(f"  read by {way:15} {ways[way]:5}  {ways[way] / max(total, 1):.1%}")
    for entry in failed:
        print(f"  {entry}")
    if asked.json:
        asked.json.write_text(json.dumps(failed), encoding="utf-8")
    return int(ways["not at all"] > 0.01 * total)


if __name__ == "__main__":
    sys.exit(main())

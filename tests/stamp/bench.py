"""How fast PDF files are stamped and proved, and how large and hungry that is: ``python -m tests.stamp.bench``.

Processor seconds of this process, so that other work on the machine counts little; pikepdf's overlay of the same stamp
runs in the same minute and is what the writing is compared with, once with the codes' making and once without.
"""

from __future__ import annotations

import argparse
import io
import itertools
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

import marker
from marker.agreement.load import load_profile
from marker.model import CopyOrder
from marker.numbering import CopyNumber
from marker.proof.pdf import prove_pdf
from marker.proof.prove import prove_copies
from marker.readers.pdfium import helpers
from marker.settings import Settings
from marker.stamp import pdf as stamper
from marker.stamp.code import SIDE, modules
from marker.stamp.pdf import stamp_pdf
from marker.stamp.pdf_draw import _symbol
from marker.stamp.pdf_source import open_source
from tests.stamp.pdf_samples import TO_KZ

_WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "a", "treaty", "of", "mutual", "protection", "quietly")
_A4 = (595, 842)
_FONT_BYTES = 20_000
"""What the two embedded subsets and the label take, whatever the number of pages."""
_SET = 50
"""Copies of a large set."""
_MARKING = "RIBOTO NAUDOJIMO"
_FONT = Path(marker.__file__).parent / "resources" / "fonts" / "DejaVuSans.ttf"
_PEAK = """
import re, sys
from pathlib import Path
from tests.stamp.bench import order, stamp_and_prove
stamp_and_prove(Path(sys.argv[1]), Path(sys.argv[2]), [order(1)])
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) * 1024)
"""


def order(index: int) -> CopyOrder:
    """The order of the copy with that index."""
    number = CopyNumber(TO_KZ.receiving, 2026, 123, index)
    return replace(TO_KZ, copy_number=str(number), copy_index=index, set_size=50)


def text_pages(path: Path, pages: int, *, marked: bool = False) -> Path:
    """Full pages of running text, marked at the top and bottom where that is asked for."""
    rl_config.useA85 = 0
    pdfmetrics.registerFont(TTFont("Marking", _FONT))
    canvas = Canvas(str(path), pagesize=_A4, pageCompression=1)
    top, lines = (750, 40) if marked else (770, 42)
    for page in range(pages):
        if marked:
            canvas.setFont("Marking", 12)
            for height in (815, 20):
                canvas.drawCentredString(297, height, _MARKING)
        canvas.setFont("Times-Roman", 11)
        for line in range(lines):
            canvas.drawString(72, top - 16 * line, _words(page, line))
        canvas.showPage()
    canvas.save()
    return path


def scanned_pages(path: Path, pages: int) -> Path:
    """Pages of noise as photographs, about a megabyte each."""
    rl_config.useA85 = 0
    noise = random.Random(1)
    canvas = Canvas(str(path), pagesize=_A4)
    for _ in range(pages):
        picture = Image.frombytes("L", (1100, 1500), noise.randbytes(1100 * 1500))
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=75)
        canvas.drawImage(ImageReader(packed), 60, 60, 475, 720)
        canvas.showPage()
    canvas.save()
    return path


def marked_scan(path: Path, pages: int) -> Path:
    """The same as pictures of 200 dpi, grey and noisy."""
    canvas = Canvas(str(path), pagesize=_A4)
    large, small = (ImageFont.truetype(str(_FONT), size) for size in (34, 30))
    for page in range(pages):
        picture = Image.new("L", (1654, 2339), 245)
        pen = ImageDraw.Draw(picture)
        for height in (60, 2250):
            pen.text((827, height), _MARKING, font=large, fill=20, anchor="mm")
        for line in range(40):
            pen.text((200, 250 + 44 * line), _words(page, line), font=small, fill=30)
        packed = io.BytesIO()
        Image.blend(picture, Image.effect_noise(picture.size, 20), 0.1).save(packed, "JPEG", quality=60)
        canvas.drawImage(ImageReader(packed), 0, 0, *_A4)
        canvas.showPage()
    canvas.save()
    return path


def _words(page: int, line: int) -> str:
    return " ".join(_WORDS[(page * 7 + line * 3 + at) % len(_WORDS)] for at in range(12))


def commanded(source: Path, folder: Path, copies: int) -> float:
    """Seconds of the whole command that registers ``source`` and makes so many copies of it."""
    settings, out = folder / "marker.toml", folder / "out"
    settings.write_text('unknown_recipients = "note"\n')
    command = [
        sys.executable, "-m", "marker", "convert", "--to", "KZ", "--config", settings,
        "--register", folder / "register.sqlite", "-o", out,
        *(f"--recipient=Unit {number}" for number in range(1, copies + 1)), source,
    ]  # fmt: skip
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    taken = time.perf_counter() - started
    if len(list(out.iterdir())) != copies:
        raise RuntimeError(f"not {copies} copies of {source.name}")
    return taken


def stamp_and_prove(source: Path, folder: Path, orders: list[CopyOrder]) -> None:
    """All copies of one file, as a worker makes them."""
    profile = load_profile()
    pairs = [(order, folder / f"{order.copy_number}.pdf") for order in orders]
    stamp_pdf(source, pairs, profile)
    prove_copies("pdf", source, pairs, profile)


def timed(work: Callable[[], object]) -> float:
    """Processor seconds."""
    started = time.process_time()
    work()
    return time.process_time() - started


def phases(source: Path, target: Path) -> dict[str, float]:
    """Processor seconds of each step of stamping and proving one copy."""
    profile, settings, now = load_profile(), Settings(), [time.process_time()]
    tick = lambda: now.append(time.process_time())  # noqa: E731  # shorter than a function for five calls
    with open_source(source) as opened:
        writer, _ = stamper._prepared(opened, settings)
        tick()
        plan = stamper._plan(opened, stamper.distinct_pages(writer), [stamper.word(TO_KZ, profile)])[0]
        tick()
        stamper.Drawing(writer, plan, stamper.letters_of([plan])).draw(plan)
        stamper.label_pdf(writer, TO_KZ, profile, settings)
        stamper.write(writer, target, opened.packed)
        tick()
    prove_pdf(source, target, TO_KZ, profile)
    tick()
    read, space, write, proof = (after - before for before, after in itertools.pairwise(now))
    return {"writing": read + write, "space": space, "proof": proof}


def overlaid(source: Path, stamp: Path, target: Path) -> None:
    """What pikepdf does of it: the stamp's pages laid over the others, and the file saved."""
    import pikepdf

    with pikepdf.open(source) as pdf, pikepdf.open(stamp) as over:
        for page, above in zip(pdf.pages, over.pages, strict=True):
            page.add_overlay(above)
        pdf.save(target)


def codes(pages: int) -> None:
    """The Data Matrix of each page and the operators that draw it: part of the writing, and not of the overlay, whose
    stamp has them already."""
    for page in range(1, pages + 1):
        _symbol(modules(TO_KZ.copy_number, page, pages), SIDE, 0, 0)


def drawn(source: Path) -> None:
    """Each page once, at 72 dpi: what the machine gives at the moment."""
    document = helpers.PdfDocument(source)
    for page in document:
        page.render(scale=1)
        page.close()
    document.close()


def main() -> int:
    """Prints each figure beside its limit; exit status 0, for machines differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--copies-only", action="store_true", help="only what a set of copies costs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Fonts and libraries are loaded once in a worker's life: not here.
        stamp_and_prove(text_pages(folder / "warm.pdf", 1), folder, [order(1)])
        if not asked.copies_only:
            _print_pages(folder, asked.pages)
        print(f"{_SET} copies of 20 pages; asked: little more than one")
        for made in (text_pages(folder / "marked.pdf", 20, marked=True), marked_scan(folder / "scan.pdf", 20)):
            _print_copies(made, folder)
    return 0


def _print_pages(folder: Path, pages: int) -> None:
    text, copy = text_pages(folder / "text.pdf", pages), folder / "copy.pdf"
    steps = phases(text, copy)
    blank = folder / "blank.pdf"
    _blank(blank, pages)
    stamp_pdf(blank, [(TO_KZ, folder / "stamp.pdf")], load_profile())
    rival = timed(lambda: overlaid(text, folder / "stamp.pdf", folder / "overlaid.pdf"))
    making = timed(lambda: codes(pages))
    each = {step: seconds / pages * 1000 for step, seconds in steps.items()}
    print(f"{pages} pages of text, processor time")
    both, neither = steps["writing"] / (rival + making), (steps["writing"] - making) / rival
    print(f"  writing                {steps['writing']:7.2f} s, pikepdf's overlay of the same stamp {rival:.2f} s, "
          f"the making of the codes {making:.2f} s: {both:.2f} times with the codes made on both sides, "
          f"{neither:.2f} times on neither; limit 1.5 "
          f"({steps['writing'] / rival:.2f} times with them on our side alone)")  # fmt: skip
    print(f"  free-space search      {each['space']:7.2f} ms a page")
    print(f"  proof                  {each['proof']:7.2f} ms a page")
    print(f"  both                   {each['space'] + each['proof']:7.2f} ms a page; limit 8")
    print(f"  (PDFium alone          {timed(lambda: drawn(text)) / pages * 1000:7.2f} ms to draw a page at 72 dpi)")
    grown = copy.stat().st_size - text.stat().st_size
    print(f"  size                   {(grown - _FONT_BYTES) / pages:7.0f} bytes a page besides fonts; limit 700")
    for made in (text, scanned_pages(folder / "scans.pdf", 100)):
        _print_peak(made, folder)


def _print_copies(source: Path, folder: Path) -> None:
    one = min(timed(lambda: stamp_and_prove(source, folder, [order(1)])) for _ in range(3))
    orders = [order(index) for index in range(1, _SET + 1)]
    many = timed(lambda: stamp_and_prove(source, folder, orders))
    print(f"  {source.name:12} stamping and proof {one:6.2f} s for one, {many:.2f} s for all: {many / one:.1f} times, "
          f"{(many - one) / (_SET - 1) / one:.3f} of the first for each more (processor time)")  # fmt: skip
    walls: dict[int, float] = {}
    for copies in (1, _SET) * 3:  # in turn, and the quickest of each: other work on the machine passes
        with tempfile.TemporaryDirectory(dir=folder) as name:
            walls[copies] = min(commanded(source, Path(name), copies), walls.get(copies, float("inf")))
    print(f"  {source.name:12} whole command      {walls[1]:6.2f} s for one, {walls[_SET]:.2f} s for all: "
          f"{walls[_SET] / walls[1]:.2f} times")  # fmt: skip


def _blank(path: Path, pages: int) -> None:
    canvas = Canvas(str(path), pagesize=_A4)
    for _ in range(pages):
        canvas.showPage()
    canvas.save()


def _print_peak(source: Path, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, str(source), str(folder)], capture_output=True, text=True, check=True
    )
    peak, size = int(done.stdout) / 1e6, source.stat().st_size / 1e6
    print(f"  memory, {source.name:14} {peak:7.0f} MB for {size:.1f} MB; limit {3 * size + 300:.0f}")


if __name__ == "__main__":
    sys.exit(main())

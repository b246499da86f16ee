"""The DOCX stamp on real files that no one here wrote: ``python -m tests.stamp.corpus_docx``.

Every file is stamped and proved, or held with its reason; each copy is opened again with python-docx, judged by
:mod:`docx_schema` and compared part by part with its source; with LibreOffice, source and copy are set as pages, and
every page of the copy has to show the marking, the copy number and a Data Matrix that reads.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # the tests' helpers are modules of this folder

import pypdfium2
import zxingcpp
from docx import Document
from docx_samples import order, parts
from docx_schema import new_faults
from PIL import ImageChops, ImageFilter

from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.model import HoldCode
from marker.numbering import parse_page_code
from marker.proof.docx import prove_docx
from marker.settings import Settings
from marker.stamp.docx import stamp_docx

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
ENDINGS = {".docx", ".docm", ".dotx", ".dotm"}
NOT_SOUND = {HoldCode.MALFORMED, HoldCode.ENCRYPTED}
CHANGED = ("[content_types].xml", "/document", "/header", "/footer", "/styles", "_rels/")
SETTINGS = Settings(accept_broken_signature=True)
"""Signed files are stamped too: that they are held without this is tested elsewhere."""
_BATCH = 20
_COMPARED = 10
"""Pages of each file whose ink is compared."""
_DARK = [255 if value < 128 else 0 for value in range(256)]
_LIGHT = [255 if value > 200 else 0 for value in range(256)]
_SPECKS = 12
"""Pixels at 72 dpi."""
_BATCH_SECONDS = 300


@dataclass(eq=False)
class Result:
    """What became of one file.  ``held`` is the reason; else the copy lies at ``copy``."""

    source: Path
    copy: Path
    held: HoldError | None = None
    notes: tuple[str, ...] = ()
    opens: bool | None = None
    """With python-docx; None where that cannot open the source either."""
    faults: list[str] = field(default_factory=list)
    kept: int = 0
    touched: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.source.parent.name}/{self.source.name}"


def stamp_all(sources: Iterable[Path], folder: Path) -> list[Result]:
    """Stamp and judge each file; the copies come to lie in ``folder`` under short names."""
    results = []
    for number, source in enumerate(sources):
        result = Result(source, folder / f"{number:04d}{source.suffix.lower()}")
        wanted = order("KZ" if number % 2 else "LT", recipient=None if number % 3 else "Ә. Құрманғазиева")
        try:
            (stamped,) = stamp_docx(source, [(wanted, result.copy)], load_profile(), settings=SETTINGS)
            prove_docx(source, result.copy, wanted, load_profile())
            result.notes = stamped.notes
            _judge(result)
        except HoldError as error:
            result.held = error
            result.copy.unlink(missing_ok=True)
        results.append(result)
    return results


def _judge(result: Result) -> None:
    result.faults = new_faults(result.source, result.copy)
    before, after = parts(result.source), parts(result.copy)
    same = [name for name, data in before.items() if after.get(name) == data]
    result.kept = len(same)
    result.touched = [name for name in before if name not in same]
    if _opens(result.source):
        result.opens = _opens(result.copy)


def _opens(path: Path) -> bool:
    try:
        Document(str(path))
    except Exception:  # noqa: BLE001  # python-docx lets anything through, and all of it means that it cannot
        return False
    return True


# ── As pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Pages:
    """A copy and its source as LibreOffice sets them."""

    before: int
    after: int
    unmarked: tuple[int, ...]
    """Pages of the copy without marking above or below, or without the copy number."""
    unread: tuple[int, ...]
    """Pages whose Data Matrix does not read as the copy number."""
    gone: tuple[int, ...] = ()
    """Pages of the source whose ink is not all seen, a millimetre about, on the same page of the copy."""
    lost: int = 0
    """Letters and digits of the source's pages that no page of the copy shows."""


def render_all(results: Sequence[Result], folder: Path) -> dict[str, Pages | None]:
    """Both sides of every copy as pages, by name; None where LibreOffice makes no pages of the source either.

    What lies in ``folder`` from a run before is used again: pages go by the hash of the file they were made of.
    """
    found: dict[str, Pages | None] = {}
    work = folder / "pages"
    work.mkdir(exist_ok=True)
    for start in range(0, len(results), _BATCH):
        batch = {result: (_key(result.source), _key(result.copy)) for result in results[start : start + _BATCH]}
        waiting = []
        for result, keys in batch.items():
            for path, key in zip((result.source, result.copy), keys, strict=True):
                if not any((work / f"{key}.{ending}").exists() for ending in ("pdf", "none")):
                    # LibreOffice asks nothing when a file's ending is .docx, whatever the package says it is.
                    shutil.copyfile(path, work / f"{key}.docx")
                    waiting.append(work / f"{key}.docx")
        if waiting:
            set_pages(waiting, work, folder / "office")
        for path in waiting:
            path.unlink()
            if not path.with_suffix(".pdf").exists():
                path.with_suffix(".none").touch()
        for result, keys in batch.items():
            pdfs = [work / f"{key}.pdf" for key in keys]
            found[result.name] = _compare_once(pdfs[0], pdfs[1]) if pdfs[0].exists() else None
    return found


def _key(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def _compare_once(source: Path, copy: Path) -> Pages:
    known = copy.with_name(f"{source.stem}-{copy.stem}.json")
    if known.exists() and (stored := json.loads(known.read_text())).keys() == {f.name for f in fields(Pages)}:
        return Pages(**{name: _as_read(value) for name, value in stored.items()})
    pages = _compare(source, copy)
    known.write_text(json.dumps(asdict(pages)))
    return pages


def _as_read(value: int | list[int]) -> int | tuple[int, ...]:
    return tuple(value) if isinstance(value, list) else value


def set_pages(files: Sequence[Path], out: Path, profile: Path) -> None:
    """Let LibreOffice, under its own profile, set ``files`` as PDF into ``out``."""
    command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "pdf", "--outdir"]
    with subprocess.Popen(
        [*command, out, *files], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as running:
        try:
            running.wait(_BATCH_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
    missing = [file for file in files if not (out / f"{file.stem}.pdf").exists()]
    if len(files) > 1:
        # One file that LibreOffice dies of takes those behind it along.
        for file in missing:
            set_pages([file], out, profile)


def _compare(source: Path, copy: Path) -> Pages:
    with pypdfium2.PdfDocument(source) as opened:
        before = len(opened)
    if not copy.exists():
        return Pages(before, 0, (), (), lost=_letters(source).total())
    unmarked, unread = [], []
    with pypdfium2.PdfDocument(copy) as opened:
        for number, page in enumerate(opened, start=1):
            width, height = page.get_size()
            text = page.get_textpage()
            top = _squeezed(text.get_text_bounded(0, height - 144, width, height))
            bottom = _squeezed(text.get_text_bounded(0, 0, width, 144))
            markings = [_squeezed(order(to).marking_text) for to in ("KZ", "LT")]
            numbers = [order(to).copy_number for to in ("KZ", "LT")]
            marked = any(marking in top and marking in bottom for marking in markings)
            if not marked or not any(copy_number in bottom for copy_number in numbers):
                unmarked.append(number)
            if not _reads(page, numbers):
                unread.append(number)
        gone = tuple(_gone(source, opened, before))
        lost = (_letters(source) - _letters(copy)).total()
        return Pages(before, len(opened), tuple(unmarked), tuple(unread), gone, lost)


def _letters(pdf: Path) -> Counter[str]:
    with pypdfium2.PdfDocument(pdf) as opened:
        texts = (page.get_textpage().get_text_bounded() for page in opened)
        return Counter(letter for text in texts for letter in text if letter.isalnum())


def _gone(source: Path, copy: pypdfium2.PdfDocument, pages: int) -> Iterator[int]:
    if len(copy) != pages:
        return
    with pypdfium2.PdfDocument(source) as opened:
        for number in range(min(pages, _COMPARED)):
            before, after = (document[number].render(scale=1).to_pil().convert("L") for document in (opened, copy))
            if before.size != after.size:
                yield number + 1
                continue
            spread = after.filter(ImageFilter.MinFilter(7))
            lost = ImageChops.multiply(before.point(_DARK), spread.point(_LIGHT))
            if sum(lost.histogram()[128:]) > _SPECKS:
                yield number + 1


def _reads(page: pypdfium2.PdfPage, numbers: Sequence[str]) -> bool:
    picture = page.render(scale=150 / 72).to_pil().convert("L")
    corner = picture.crop((0, picture.height - 300, min(700, picture.width), picture.height))
    return any(code.text and _number(code.text) in numbers for code in zxingcpp.read_barcodes(corner))


def _number(text: str) -> str:
    try:
        return str(parse_page_code(text).copy_number)
    except ValueError:
        return ""


def _squeezed(text: str) -> str:
    return "".join(text.split())


def say(line: str) -> None:
    """One line to standard output, at once: the measurement takes a while."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# ── The command ─────────────────────────────────────────────────────────────────────────────────────────────────────


def report_stamps(results: Sequence[Result]) -> None:
    held = [result for result in results if result.held is not None]
    done = [result for result in results if result.held is None]
    sound = [result for result in results if result.held is None or result.held.hold.code not in NOT_SOUND]
    for result in held:
        assert result.held is not None
        say(f"  held {result.held.hold.code:<13} {result.name}: {result.held}")
    say(f"files                          {len(results)}")
    for code, count in Counter(r.held.hold.code for r in held if r.held).most_common():
        say(f"  held as {code:<22} {count}")
    say(f"stamped and proved             {len(done)} of {len(sound)} sound, unencrypted: {_share(done, sound)}")
    openable = [result for result in done if result.opens is not None]
    opened = [result for result in openable if result.opens]
    say(f"opened again by python-docx    {len(opened)} of {len(openable)} whose source it opens")
    orderly = [result for result in done if not result.faults]
    say(f"nothing new out of order       {len(orderly)} of {len(done)}")
    for result in done:
        for fault in result.faults:
            say(f"  {result.name}: {fault}")
    kept, touched = sum(r.kept for r in done), [name for r in done for name in r.touched]
    strange = [name for name in touched if not any(word in f"/{name.lower()}" for word in CHANGED)]
    say(f"parts byte for byte as before  {kept} of {kept + len(touched)}; of the others {len(strange)} without need")
    for note, count in Counter(note for result in done for note in result.notes).most_common():
        say(f"  {count:4} {note}")


def report_pages(pages: dict[str, Pages | None]) -> None:
    known = {name: found for name, found in pages.items() if found is not None}
    same = [name for name, found in known.items() if found.before == found.after]
    marked = [name for name, found in known.items() if found.after and not found.unmarked and not found.unread]
    count = sum(found.after for found in known.values())
    bad = sum(len(found.unmarked) for found in known.values())
    unread = sum(len(found.unread) for found in known.values())
    say(f"set as pages by LibreOffice    {len(known)} of {len(pages)}, {count} pages")
    say(f"every page shows all           {len(marked)} of {len(known)} files: {_share(marked, known)}")
    say(f"pages with marking and number  {count - bad} of {count}; with a code that reads {count - unread}")
    whole = [name for name, found in known.items() if not found.gone]
    say(f"all ink where it was           {len(whole)} of {len(known)}, the first {_COMPARED} pages of each compared")
    say(f"every letter still there       {sum(not found.lost for found in known.values())} of {len(known)}")
    say(f"page count as before           {len(same)} of {len(known)}: {_share(same, known)}")
    say(f"most pages added               {max((f.after - f.before for f in known.values()), default=0)}")
    for name, found in known.items():
        if found.before != found.after or found.unmarked or found.unread or found.gone or found.lost:
            say(f"  {name}: {found}")
    for name in pages.keys() - known.keys():
        say(f"  {name}: LibreOffice makes no pages of the source")


def _share(part: Sequence[object], whole: Sequence[object] | dict[str, Pages]) -> str:
    return f"{100 * len(part) / max(1, len(whole)):.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--no-pages", action="store_true", help="leave LibreOffice out")
    parser.add_argument("--every", type=int, default=1, help="take every n-th file only")
    parser.add_argument("--keep", type=Path, help="keep copies and pages in this folder; a later run resumes with them")
    options = parser.parse_args()
    sources = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in ENDINGS)[:: options.every]
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        (folder / "stamped").mkdir(parents=True, exist_ok=True)
        results = stamp_all(sources, folder / "stamped")
        report_stamps(results)
        if not options.no_pages and shutil.which("soffice"):
            report_pages(render_all([result for result in results if result.held is None], folder))


if __name__ == "__main__":
    main()

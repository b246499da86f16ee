"""Tesseract on a leash.

One thread (a second one makes the machine slower), a process group of its own, a time-out after which the whole group
is killed and reaped, a bound on memory, and no trust in what comes back.

A reader that keeps the models loaded reads (:mod:`marker.ocr.resident`); what it could not read the program does,
through pytesseract.  Both read alike.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Final

from PIL import Image

from marker.errors import HoldError, MissingError
from marker.model import HoldCode
from marker.ocr.colour import Grey
from marker.ocr.leash import MAX_OUTPUT, Leashed
from marker.ocr.montage import Word
from marker.ocr.resident import RESIDENT, ReaderFaultError

_NOT_LOADED: Final = re.compile(r"Failed loading language '([^']{1,40})'")
_HEAD: Final = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
_COLUMNS: Final = 12
BLOCK: Final = 6
"""Page segmentation: one block of lines."""
PAGE: Final = 3
LINE: Final = 7
SPARSE: Final = 11


class EngineFaultError(Exception):
    """Tesseract ran and failed: it ended with an error or wrote what is no result."""


class EngineTimeoutError(Exception):
    """Tesseract did not end in time; it and its children were killed."""


def _library() -> Any:
    """pytesseract's module, untyped: it says nothing of its types and hides what is used of it."""
    from pytesseract import pytesseract

    return pytesseract


@contextmanager
def _leash() -> Iterator[list[Leashed]]:
    """Let pytesseract start its child through :class:`Leashed`: it has no option for any of this."""
    library = _library()
    started: list[Leashed] = []

    def popen(*arguments: Any, **options: Any) -> Leashed:
        child = Leashed(*arguments, **options)
        started.append(child)
        return child

    real = library.subprocess
    library.subprocess = SimpleNamespace(
        Popen=popen,
        PIPE=subprocess.PIPE,
        DEVNULL=subprocess.DEVNULL,
        TimeoutExpired=subprocess.TimeoutExpired,
    )
    try:
        yield started
    finally:
        library.subprocess = real
        for child in started:
            child.reap()


def prepare(languages: tuple[str, ...]) -> None:
    """Begin to load the models of languages while the first page is still looked at.  Raises nothing."""
    RESIDENT.prepare(languages)


def read_words(
    picture: Grey, seconds: float, *, languages: tuple[str, ...], segmentation: int = BLOCK, dpi: int = 300
) -> list[Word]:
    """The words on a picture.

    Raises EngineTimeoutError, EngineFaultError, MissingError (it or one of ``languages`` is not installed, or there is
    none), HoldError(too-large).
    """
    if not languages:
        raise MissingError(
            "The agreement profile names no language that scans are read in.",
            remedy='Put the models of Tesseract into its [scans], such as languages = ["pol", "est"].',
        )
    until = time.monotonic() + seconds
    try:
        return _words(f"{_HEAD}\n{RESIDENT.read(picture, languages, segmentation, dpi, seconds)}")
    except TimeoutError as error:
        raise EngineTimeoutError from error
    except EngineFaultError:  # what it wrote is no table
        RESIDENT.close()
    except ReaderFaultError:
        pass
    # What it did not read the program may, or say why not.
    return _by_program(picture, until - time.monotonic(), languages, segmentation, dpi)


def _by_program(picture: Grey, seconds: float, languages: tuple[str, ...], segmentation: int, dpi: int) -> list[Word]:
    """What the program reads.  Raises as :func:`read_words` does."""
    library = _library()
    config = f"--psm {segmentation} --dpi {dpi} -c tessedit_do_invert=0 -c tessedit_create_tsv=1"
    try:
        with _leash() as started:
            # Not image_to_data: it first asks for the version, in a second process and without a time-out.
            table = library.run_and_get_output(
                _plain(picture), "tsv", "+".join(languages), config, 0, max(1, round(seconds))
            )
    except library.TesseractNotFoundError as error:
        raise MissingError(
            "Tesseract, which reads scans, is not installed.", remedy="Run 'marker doctor': it says what to install."
        ) from error
    except library.TesseractError as error:
        _all_loaded(started)
        raise EngineFaultError from error
    except RuntimeError as error:  # pytesseract's word for a time-out
        raise EngineTimeoutError from error
    except MemoryError as error:
        raise HoldError(
            HoldCode.TOO_LARGE, "Reading its pages needs more memory than a document may have; scan it anew."
        ) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EngineFaultError from error
    # Where one of several languages is missing, it reads with the others and calls that a success.
    _all_loaded(started)
    return _words(table)


def _plain(picture: Grey) -> Image.Image:
    """The picture as pytesseract hands it over: in a format that takes no time to pack."""
    image = Image.fromarray(picture)
    image.format = "PPM"
    return image


def package_of(language: str) -> str:
    """The Debian package of a language (``tesseract-ocr-kaz``)."""
    return f"tesseract-ocr-{language.lower().replace('_', '-')}"


def _all_loaded(started: Iterable[Leashed]) -> None:
    """Raises MissingError, naming the packages, when Tesseract said that a language could not be loaded."""
    absent = list(dict.fromkeys(name for child in started for name in _NOT_LOADED.findall(child.complaints)))
    if absent:
        raise MissingError(
            f"A language of Tesseract, which reads scans, is not installed: {', '.join(absent)}.",
            remedy=f"sudo apt-get install {' '.join(map(package_of, absent))}",
        )


def _words(table: object) -> list[Word]:
    """The words of Tesseract's table.  Raises EngineFaultError when it is none."""
    if not isinstance(table, str) or len(table) > MAX_OUTPUT:
        raise EngineFaultError
    lines = table.splitlines()
    if not lines or not lines[0].startswith("level\t"):
        raise EngineFaultError
    words: list[Word] = []
    for row in lines[1:]:
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) != _COLUMNS:
            raise EngineFaultError
        try:
            line = tuple(map(int, cells[1:5]))
            left, top, width, height = map(int, cells[6:10])
            confidence = float(cells[10])
        except ValueError as error:
            raise EngineFaultError from error
        if confidence >= 0 and cells[11].strip():
            words.append(Word(cells[11].strip(), left, top, width, height, confidence, line))
    return words

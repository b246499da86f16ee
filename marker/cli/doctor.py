"""``marker doctor``: what is installed, what is missing, and the command that mends it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from marker.cli.options import common, registers, shared
from marker.cli.words import _
from marker.errors import ExitStatus, MarkerError

STAMPS = "eng"
"""Tesseract's language for the numbers of stamps; the agreement profile names those of the Parties' papers."""


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was looked for.  ``remedy`` is empty where all is well; ``needed`` False marks what only helps."""

    name: str
    found: str
    remedy: str = ""
    needed: bool = True


@click.command(short_help="What is installed, what is missing, and the command that mends it.")
@registers
@shared
def doctor(**options: Any) -> int:
    """Look at the machine and say what is missing. Exit status 5 when something needed is.

    \b
    Example:
      marker doctor
    """
    start = common(options)
    results = [_python(), *_tesseract((*start.profile.scans.every, STAMPS)), _fonts(), _office(), _isolation()]
    try:
        with start.look_up():
            results.append(Result("register", start.settings.register or _("your data folder")))
    except MarkerError as error:
        results.append(Result("register", str(error), error.remedy))
    for result in results:
        sign = "ok " if not result.remedy else ("-- " if not result.needed else "!! ")
        click.echo(f"{sign} {result.name:<22}{result.found}")
        if result.remedy:
            click.echo(f"    {'':<22}{result.remedy}")
    missing = [result for result in results if result.remedy and result.needed]
    if missing:
        return ExitStatus.MISSING
    click.echo(_("All that is needed is there."))
    return ExitStatus.DONE


def _python() -> Result:
    return Result("Python", sys.version.split()[0])


def _tesseract(languages: Sequence[str]) -> list[Result]:
    from pytesseract import pytesseract

    from marker.ocr.tesseract import package_of

    try:
        version = str(pytesseract.get_tesseract_version())
        installed = set(pytesseract.get_languages())
    except (pytesseract.TesseractNotFoundError, OSError, SystemExit):
        # pytesseract ends the process when it cannot make sense of the version.
        names = " ".join(map(package_of, languages))
        return [Result("Tesseract", _("not found"), f"sudo apt-get install tesseract-ocr {names}")]
    absent = [language for language in languages if language not in installed]
    remedy = "sudo apt-get install " + " ".join(map(package_of, absent)) if absent else ""
    there = " ".join(language for language in languages if language in installed)
    return [Result("Tesseract", version), Result("Tesseract languages", there or _("none"), remedy)]


def _fonts() -> Result:
    from marker.resources import missing_fonts

    missing = missing_fonts()
    if missing:
        return Result("stamp fonts", ", ".join(missing), _("Install the package anew: its font files are missing."))
    return Result("stamp fonts", _("shipped with the package"))


def _office() -> Result:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found:
        return Result("LibreOffice", _("found (for --as pdf)"), needed=False)
    remedy = _("Needed for --as pdf alone; sudo apt-get install libreoffice-writer")
    return Result("LibreOffice", _("not found"), remedy, needed=False)


def _isolation() -> Result:
    """Asked in a process that is thrown away: what is given up cannot be had back."""
    asked = "import sys; from marker.kernel import take_network_away; sys.exit(0 if take_network_away() else 1)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=False)
    if done.returncode == 0:
        return Result("isolation", _("workers have no network"), needed=False)
    remedy = _("Allow user namespaces (kernel.unprivileged_userns_clone=1), or run it with PrivateNetwork=yes")
    return Result("isolation", _("workers keep the network"), remedy, needed=False)

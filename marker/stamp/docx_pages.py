"""A Word file set as pages by LibreOffice, for copies that are to be PDF (``--as pdf``).

LibreOffice opens what a stranger wrote, so it runs in a process of its own that may be killed (see ``marker.intake``),
under a profile made for this one document: no macro runs, no link is followed, nothing is kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from marker.errors import HoldError, MissingError
from marker.kernel import die_with_parent
from marker.model import HoldCode

NOTE: Final = (
    "The copy is a PDF that LibreOffice made of the received Word file; its lines and pages may break elsewhere than "
    "in Word."
)
_NAMES: Final = ("soffice", "libreoffice")
_PROFILE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">\
<value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" \
oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" \
oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value>\
</prop></item>
</oor:items>
"""
"""Macros are off, whoever signed them; links are never brought up to date."""


def find_office() -> str:
    """Where LibreOffice is.  Raises MissingError."""
    found = next((path for name in _NAMES if (path := shutil.which(name)) is not None), None)
    if found is None:
        raise MissingError(
            "LibreOffice is not installed; without it no PDF can be made of a Word file (--as pdf).",
            remedy="sudo apt-get install libreoffice-writer, or stamp the Word file itself.",
        )
    return found


def set_pages(office: str, source: Path, file_format: str, target: Path, folder: Path) -> None:
    """Write the Word file ``source`` as a PDF to ``target``; what LibreOffice needs meanwhile lies in ``folder``.

    The caller bounds time and memory.  Raises HoldError(stamp-failed) when LibreOffice makes no PDF of it.
    """
    profile = folder / "office"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    document = folder / f"document.{file_format}"
    shutil.copyfile(source, document)
    command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck"]
    ended = subprocess.run(
        [*command, "--convert-to", "pdf:writer_pdf_Export", "--outdir", folder, document],
        cwd=folder,
        env={
            "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
            "HOME": str(folder), "TMPDIR": str(folder), "SAL_USE_VCLPLUGIN": "svp",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        preexec_fn=die_with_parent,  # the process has one thread; see marker.ocr.tesseract
    )  # fmt: skip
    made = document.with_suffix(".pdf")
    if ended.returncode != 0 or not made.is_file() or made.stat().st_size == 0:
        raise HoldError(
            HoldCode.STAMP_FAILED,
            "LibreOffice could not set the Word file as pages; stamp it without --as pdf, or save it as PDF in Word "
            "and hand that in.",
        )
    made.replace(target)

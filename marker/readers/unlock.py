"""An encrypted file to a readable one: written decrypted beside its snapshot, in the run's private folder.

Everything after works on the decrypted file as if it had come that way; the register keeps the hash of what was
received.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

from marker.errors import HoldError
from marker.model import HoldCode
from marker.passwords import Passwords
from marker.readers import ole
from marker.readers.base import border
from marker.readers.pdfium import helpers, pdfium

Opener = Callable[[Path, str, Path], bool]
"""``(source, password, target)``: write ``source`` decrypted to ``target``; False when the password does not fit."""


def unlock(source: Path, passwords: Passwords, target: Path) -> str:
    """Write the encrypted file ``source`` decrypted to ``target``; a note that says which password opened it.

    Raises HoldError: encrypted when none does or the kind of file is unknown, malformed.
    """
    with border("The encrypted file"):
        with source.open("rb") as stream:
            head = stream.read(1024)
        opener = next((opener for magic, opener in _OPENERS if magic in head), None)
        for number, password in passwords.lines if opener is not None else ():
            if opener is not None and opener(source, password, target):
                return (
                    f"The received file is encrypted; the password in line {number} of the password file opened it, "
                    "and the copy is not encrypted."
                )
    raise HoldError(
        HoldCode.ENCRYPTED,
        f"None of the {len(passwords.lines)} passwords in the password file opens the file; ask the sender for its "
        "password or for a copy without one.",
    )


def _open_pdf(source: Path, password: str, target: Path) -> bool:
    try:
        document = helpers.PdfDocument(source, password=password)
    except helpers.PdfiumError:
        return False  # the wrong password, or a kind of encryption that no password opens
    try:
        document.save(target, flags=pdfium.FPDF_REMOVE_SECURITY)
    finally:
        document.close()
    return True


def _open_office(source: Path, password: str, target: Path) -> bool:
    """An OOXML package encrypted with a password, agile or standard (MS-OFFCRYPTO 2.3.4)."""
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
    from msoffcrypto.format.ooxml import OOXMLFile

    opened = io.BytesIO()
    with source.open("rb") as stream:
        try:
            encrypted = OOXMLFile(stream)
            encrypted.load_key(password=password, verify_password=True)
            encrypted.decrypt(opened)
        except InvalidKeyError:
            return False
        except (DecryptionError, FileFormatError, ValueError) as error:
            raise HoldError(
                HoldCode.ENCRYPTED,
                "The file is encrypted in a way that is not supported (rights management, an unusual cipher); ask the "
                "sender for it without.",
            ) from error
    target.write_bytes(opened.getvalue())
    return True


_OPENERS: Final[tuple[tuple[bytes, Opener], ...]] = ((b"%PDF-", _open_pdf), (ole.MAGIC, _open_office))
"""By bytes that stand within the first 1024."""

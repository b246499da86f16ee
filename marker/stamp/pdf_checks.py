"""What in a PDF forbids stamping it, and what in it the register should know of.

Scripts and actions stay as they were received, or are taken out; either way they are noted.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NumberObject

from marker.errors import HoldError
from marker.model import HoldCode
from marker.settings import Settings
from marker.stamp.pdf_active import active_content, strip
from marker.stamp.pdf_values import dictionaries, value

_USAGE_RIGHTS: Final = ("/UR3", "/UR")


class Signed(Enum):
    """What electronic signatures ask of a change."""

    NO = "no"
    SIGNED = "signed"
    """The signed bytes must stay; what is added after them counts as modified after signing (ISO 32000-1, 12.8.1)."""
    CERTIFIED = "certified"
    """The author forbids changes (DocMDP, 12.8.2.2); a stamp is none that can be allowed."""


def signed_bytes_are_there(writer: PdfWriter, data: bytes) -> bool:
    """Whether every signature's byte range fits the file ``data`` around its value, so that it can still be verified.

    It does not in a file that was decrypted, or written anew by a program that cares for no signatures.
    """
    for entry in dictionaries(writer):
        if "/ByteRange" not in entry:
            continue
        found = value(entry, "/ByteRange")
        numbers = [part.get_object() for part in found] if isinstance(found, ArrayObject) else []
        if len(numbers) != 4 or not all(isinstance(number, NumberObject) for number in numbers):
            return False
        start, first, second, length = map(int, numbers)
        gap = data[first:second] if 0 < first < second else b""
        if start != 0 or second + length > len(data) or gap[:1] + gap[-1:] != b"<>":
            return False
    return True


def signed(writer: PdfWriter) -> Signed:
    """Which signatures the file bears; usage rights for one vendor's viewer are none."""
    rights = value(writer.root_object, "/Perms")
    usage = [id(value(rights, key)) for key in _USAGE_RIGHTS]
    found = Signed.NO
    for entry in dictionaries(writer):
        if value(entry, "/TransformMethod") == "/DocMDP":
            return Signed.CERTIFIED
        if id(entry) not in usage and (
            "/ByteRange" in entry or (value(entry, "/FT") == "/Sig" and value(entry, "/V") is not None)
        ):
            found = Signed.SIGNED
    return Signed.CERTIFIED if value(rights, "/DocMDP") is not None else found


def note_and_tidy(writer: PdfWriter, settings: Settings) -> tuple[str, ...]:
    """Notes on what the file holds besides pages; what is active in it is taken out where the settings say so."""
    root = writer.root_object
    found = _drop_usage_rights(writer, root)
    active = active_content(root, dictionaries(writer))
    if settings.strip_active and active:
        strip(root, dictionaries(writer))
    fate = "it was left out of the copy" if settings.strip_active else "the copy holds it too"
    found.update(f"The file holds {what}; {fate}." for what in active)
    form = value(root, "/AcroForm")
    if isinstance(form, DictionaryObject) and "/XFA" in form:
        found.add("The file holds an XFA form beside its pages; the stamp is on the pages.")
    return tuple(sorted(found))


def _drop_usage_rights(writer: PdfWriter, root: DictionaryObject) -> set[str]:
    """Takes out /Perms /UR3, by which a vendor's viewer unlocks forms.

    It signs the file too, but vouches for nobody, and that viewer refuses to open a changed file which still has it
    (ISO 32000-1, 12.8.2.3).
    """
    rights = value(root, "/Perms")
    dropped = [key for key in _USAGE_RIGHTS if isinstance(rights, DictionaryObject) and key in rights]
    for key in dropped:
        reference = rights.raw_get(key)
        del rights[key]
        if isinstance(reference, IndirectObject):
            writer._objects[reference.idnum - 1] = None
    return {"Usage rights for one vendor's viewer do not hold in the copy and were left out."} if dropped else set()


def refuse_other_documents(writer: PdfWriter) -> None:
    """Raises HoldError (unsupported) for a dynamic form or a portfolio, whose pages are not the document."""
    root = writer.root_object
    form = value(root, "/AcroForm")
    if "/Collection" in root:
        raise HoldError(
            HoldCode.UNSUPPORTED,
            "The file is a PDF portfolio: its documents are attachments, not pages; hand them in one by one.",
        )
    fields = value(form, "/Fields")
    dynamic = bool(value(root, "/NeedsRendering")) or not (isinstance(fields, ArrayObject) and len(fields))
    if isinstance(form, DictionaryObject) and "/XFA" in form and dynamic:
        raise HoldError(
            HoldCode.UNSUPPORTED,
            "The file is a dynamic XFA form: its pages are made by the viewer; print it to a PDF and hand that in.",
        )

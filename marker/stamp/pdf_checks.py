"""What in a PDF forbids stamping it, and what in it the register should know of.

Scripts and actions stay as they were received, and are noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from marker.errors import HoldError
from marker.model import HoldCode

_ACTIONS: Final = {"/JavaScript": "JavaScript", "/Launch": "an action that starts a program"}


def refuse_or_note(writer: PdfWriter) -> tuple[str, ...]:
    """Notes on what the file holds besides pages.

    Raises HoldError: signed (a signature would be broken), unsupported (a dynamic form or a portfolio, whose pages are
    not the document).
    """
    root = writer.root_object
    form = value(root, "/AcroForm")
    _refuse_other_documents(root, form)
    found = _drop_usage_rights(writer, root)
    for entry in _dictionaries(writer):
        if "/ByteRange" in entry or (value(entry, "/FT") == "/Sig" and value(entry, "/V") is not None):
            raise HoldError(
                HoldCode.SIGNED,
                "The file bears an electronic signature, which a stamp would break; verify and record the signature, "
                "then hand in a copy printed to a new PDF.",
            )
        kind = value(entry, "/S")
        if isinstance(kind, str) and kind in _ACTIONS:
            found.add(f"The file holds {_ACTIONS[kind]}; the copy holds it too.")
    if "/OpenAction" in root or "/AA" in root:
        found.add("The file holds an action that runs when it is opened; the copy holds it too.")
    if isinstance(form, DictionaryObject) and "/XFA" in form:
        found.add("The file holds an XFA form beside its pages; the stamp is on the pages.")
    return tuple(sorted(found))


def value(entry: object, key: str) -> Any:
    """The resolved value of ``key``; None where ``entry`` is no dictionary, has no such key or the reference leads
    nowhere."""
    if not isinstance(entry, DictionaryObject):
        return None
    try:
        found = entry.get(key)
        return found.get_object() if found is not None else None
    except Exception:  # noqa: BLE001  # a reference to nothing, or to itself: as good as absent
        return None


def _drop_usage_rights(writer: PdfWriter, root: DictionaryObject) -> set[str]:
    """Takes out /Perms /UR3, by which a vendor's viewer unlocks forms.

    It signs the file too, but vouches for nobody, and that viewer refuses to open a changed file which still has it
    (ISO 32000-1, 12.8.2.3).
    """
    rights = value(root, "/Perms")
    dropped = [key for key in ("/UR3", "/UR") if isinstance(rights, DictionaryObject) and key in rights]
    for key in dropped:
        reference = rights.raw_get(key)
        del rights[key]
        if isinstance(reference, IndirectObject):
            writer._objects[reference.idnum - 1] = None
    return {"Usage rights for one vendor's viewer do not hold in the copy and were left out."} if dropped else set()


def _refuse_other_documents(root: DictionaryObject, form: object) -> None:
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


def _dictionaries(writer: PdfWriter) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, direct ones inside others included."""
    waiting: list[object] = list(writer._objects)
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, DictionaryObject):
            yield entry
            waiting.extend(entry.values())
        elif isinstance(entry, ArrayObject):
            waiting.extend(entry)

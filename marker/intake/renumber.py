"""A further copy made from a copy: where the received file is not at hand, and the copy's bytes are those issued."""

from __future__ import annotations

from pathlib import Path

from marker.errors import UsageError
from marker.intake.desk import Desk
from marker.model import WORD_FORMATS, CopyOrder, MarkingId
from marker.names import shown
from marker.register import grounds, query
from marker.register.records import CopyRecord, DocumentRecord
from marker.register.register import Register


def renumbering(desk: Desk, book: Register, document: DocumentRecord, path: Path, sha256: str) -> CopyOrder:
    """The order by which the copy at ``path``, a file of that hash, was stamped.

    Raises UsageError when it is neither the received file nor a copy that one can be made from.
    """
    copy = book.copy_by_sha256(sha256)
    if copy is None or copy.register_number != document.register_number:
        raise UsageError(
            f"{shown(path)} is not the file that was registered as {document.register_number}.",
            remedy="Name the received file itself with --from, or one of its Word copies as it was issued.",
        )
    why = _unfit(book, desk, document, copy)
    if why:
        raise UsageError(
            f"{shown(path)} is copy {copy.copy_number}, from which no further copy can be made: {why}.",
            remedy="Name the received file itself with --from.",
        )
    profile = desk.profile
    original = profile.marking(MarkingId(document.marking))
    return CopyOrder(
        receiving=document.party,
        sending=original.party,
        marking_text=profile.marking(MarkingId(document.equivalent)).stamp,
        originator_text=original.own_text,
        register_number=document.register_number,
        copy_number=copy.copy_number,
        copy_index=copy.index,
        set_size=copy.set_size,
        date=document.registered_on,
        recipient=copy.recipient,
    )


def _unfit(book: Register, desk: Desk, document: DocumentRecord, copy: CopyRecord) -> str:
    with book.reading() as connection:
        ground = grounds.of_document(connection, document.register_number).get(copy.copy_number)
        annexes = query.parts_of(connection, document.register_number)
    if document.format not in WORD_FORMATS or Path(copy.path or "").suffix.lower().lstrip(".") not in WORD_FORMATS:
        return "it is no Word file"
    if desk.settings.copies_as == "pdf":
        return "--as pdf asks for copies of another kind"
    if annexes:
        return "the document has annexes, which are copied with it"
    if ground is not None and ground["translation"]:
        return "it is a translation, which is handed in itself, with --translation"
    return ""

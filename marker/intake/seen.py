"""What the register has seen already: of a number that another run settled, and of a path that arrived before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from marker.errors import RegisterError
from marker.names import shown
from marker.register.records import CopyStatus, DocumentRecord, EventKind

if TYPE_CHECKING:
    from marker.register.register import Register


def is_void(book: Register, copy_number: str) -> bool:
    """Whether a number was settled as void by a run that took this one for dead (its connection was cut)."""
    try:
        copy = book.copy(copy_number)
    except RegisterError:
        return False
    return copy is not None and copy.status is CopyStatus.VOID


def seen_here(book: Register, record: DocumentRecord, path: Path) -> bool:
    """Whether this very path is known: a second look into a folder is no second arrival (rule 9)."""
    here = shown(path)
    return here == record.source_name or any(
        json.loads(event.detail).get("path") == here
        for event in book.history(record.register_number)
        if event.kind == EventKind.ARRIVED_AGAIN
    )

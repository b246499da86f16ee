"""What in a PDF runs by itself or starts something: noted, and taken out where that is asked for.

Nothing of it runs while marker reads, stamps or proves: neither pypdf nor PDFium as it is used here executes actions.
ISO 32000-1: actions 12.6, trigger events 12.6.3, the document's scripts 12.6.4.16.  Links, and jumps to a place in the
document itself, are no active content.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pypdf.generic import ArrayObject, DictionaryObject, NameObject, PdfObject

from marker.stamp.pdf_values import value

_ACTIVE: Final = {
    "/JavaScript": "JavaScript",
    "/Launch": "an action that starts a program",
    "/SubmitForm": "an action that sends its form away",
    "/ImportData": "an action that fetches data into its form",
    "/Rendition": "an action that plays a recording or runs a script",
}
_OPENING: Final = "an action that runs when it is opened"
_EVENTS: Final = "actions that run by themselves on its pages or fields"
_ACTION_KEYS: Final = ("/A", "/PA", "/Next", "/OpenAction")
_LONGEST_CHAIN: Final = 1_000


def active_content(root: DictionaryObject, dictionaries: Iterable[DictionaryObject]) -> set[str]:
    """What there is of it, in words that follow "The file holds"."""
    found: set[str] = set()
    if not _only_shows(value(root, "/OpenAction")) or "/AA" in root:
        found.add(_OPENING)
    if value(value(root, "/Names"), "/JavaScript") is not None:
        found.add(_ACTIVE["/JavaScript"])
    for entry in dictionaries:
        kind = value(entry, "/S")
        if isinstance(kind, NameObject) and kind in _ACTIVE:
            found.add(_ACTIVE[kind])
        if entry is not root and isinstance(value(entry, "/AA"), DictionaryObject):
            found.add(_EVENTS)
    return found


def strip(root: DictionaryObject, dictionaries: Iterable[DictionaryObject]) -> None:
    """Takes all of it out.  What follows an action that goes (/Next) stays, if it is not active itself."""
    if not _only_shows(value(root, "/OpenAction")):
        del root["/OpenAction"]
    names = value(root, "/Names")
    if isinstance(names, DictionaryObject):
        names.pop(NameObject("/JavaScript"), None)
    for entry in dictionaries:
        entry.pop(NameObject("/AA"), None)
        for key in _ACTION_KEYS:
            if key in entry:
                _strip_key(entry, key)


def _strip_key(entry: DictionaryObject, key: str) -> None:
    held = entry.raw_get(key)
    several = value(entry, key) if key == "/Next" else None
    left = [kept for item in (several if isinstance(several, ArrayObject) else [held]) for kept in _inactive(item)]
    if not left:
        del entry[key]
    elif key == "/Next" and len(left) > 1:
        entry[NameObject(key)] = ArrayObject(left)
    elif left[0] is not held:
        entry[NameObject(key)] = left[0]


def _inactive(action: PdfObject) -> list[PdfObject]:
    """The action itself, or the first after it in its chains that are not active."""
    left: list[PdfObject] = []
    waiting, seen = [action], 0
    while waiting and seen < _LONGEST_CHAIN:
        seen += 1
        item = waiting.pop(0)
        resolved = value(DictionaryObject({NameObject("/A"): item}), "/A")
        kind = value(resolved, "/S")
        if not isinstance(resolved, DictionaryObject) or not isinstance(kind, NameObject) or kind not in _ACTIVE:
            left.append(item)
        elif "/Next" in resolved:
            following = value(resolved, "/Next")
            waiting.extend(following if isinstance(following, ArrayObject) else [resolved.raw_get("/Next")])
    return left


def _only_shows(action: object) -> bool:
    """Whether an opening action is none, or a place in the document that is shown first."""
    if action is None or isinstance(action, ArrayObject):
        return True
    return value(action, "/S") == "/GoTo" and value(action, "/Next") is None

"""What a PDF is made of, as far as it bears on markings: properties, labels, bookmarks, form values, attached files.

Everything is walked with a memory of what was seen and a limit: trees may be cyclic, and may be endless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pypdf import PdfReader
from pypdf.generic import ByteStringObject, DictionaryObject, IndirectObject, StreamObject, TextStringObject

from marker.errors import HoldError
from marker.model import HoldCode, Place, Source, Span, Visibility
from marker.readers.base import BARE_WORDS, Gathering
from marker.readers.labels import read_properties
from marker.readers.pdf_content import ContentCheck
from marker.readers.pdf_parse import unpacked
from marker.readers.xmp import read_xmp

_DATES: Final = frozenset({"/CreationDate", "/ModDate", "/Producer", "/Creator", "/Trapped"})
_FIELD_HIDDEN: Final = 0b10
_COMBO_BOX: Final = 1 << 17
"""Field flag: only the chosen option is shown, the others when the box is opened."""
_MAX_NODES: Final = 100_000


def refuse_what_cannot_be_read(reader: PdfReader) -> None:
    """Raises HoldError(unsupported) for portfolios and XFA forms, whose pages are not what a viewer shows."""
    root = _dictionary(reader.trailer.get("/Root"))
    if _dictionary(root.get("/Collection")):
        raise HoldError(
            HoldCode.UNSUPPORTED,
            "The PDF is a portfolio, a folder of files in one; take the files out and submit them one by one.",
        )
    if _resolved(_dictionary(root.get("/AcroForm")).get("/XFA")):
        raise HoldError(
            HoldCode.UNSUPPORTED,
            "The PDF is an XFA form, which programs show differently; print it to PDF and submit that.",
        )


def read_structure(reader: PdfReader, gathering: Gathering) -> None:
    """Read all that is not on the pages into ``gathering``.

    Raises HoldError: too-large, malformed.
    """
    root = _dictionary(reader.trailer.get("/Root"))
    info = _dictionary(reader.trailer.get("/Info"))
    read_properties(
        [(key.lstrip("/"), text) for key, value in info.items() if key not in _DATES and (text := _text(value))],
        "info",
        gathering,
    )
    metadata = _resolved(root.get("/Metadata"))
    if isinstance(metadata, StreamObject):
        read_xmp(unpacked(metadata, gathering.purse), gathering)
    for title in _outline_titles(_dictionary(root.get("/Outlines"))):
        gathering.add(Span(title, Source.PROPERTY, Place.BOOKMARK, "bookmarks"))
    _read_attachments(root, gathering)
    if _dictionary(root.get("/OCProperties")):
        gathering.note("has layers that can be switched on and off; what is off was read as hidden")


def read_page_entries(reader: PdfReader, gathering: Gathering) -> list[float]:
    """Read the files that pages embed; the UserUnit of each page, in points.

    Raises HoldError: too-large, malformed.
    """
    check = ContentCheck(gathering.purse)
    return [_page(page, check, gathering) for page in reader.pages]


def read_fields(reader: PdfReader, gathering: Gathering, said: str) -> list[DictionaryObject]:
    """Add the values of form fields that no page showed; the values of the signature fields that are signed.

    ``said`` is all that annotations and fields showed on the pages, without blanks.
    """
    form = _dictionary(_dictionary(reader.trailer.get("/Root")).get("/AcroForm"))
    signed: list[DictionaryObject] = []
    for field, inherited in _nodes(form.get("/Fields"), "/Kids"):
        kind = str(inherited.get("/FT", ""))
        if kind == "/Ch" and "/Kids" not in field and not field.get("/AP"):
            for text in _options(inherited):
                if "".join(text.split()) not in said:
                    gathering.add(Span(text, Source.ANNOTATION, Place.FORM_FIELD, "form"))
        value = inherited.get("/V")
        if value is None or any("/T" in _dictionary(kid) for kid in _list(field.get("/Kids"))):
            continue
        if kind == "/Sig":
            signed += [found] if (found := _dictionary(value)) else []
        elif kind in ("/Tx", "/Ch"):
            texts = [_text(item) for item in (_list(value) or [value])]
            flags = _number(inherited.get("/F"))
            for text in texts:
                if "".join(text.split()) not in said:
                    visibility = Visibility.HIDDEN if int(flags) & _FIELD_HIDDEN else Visibility.VISIBLE
                    if text.strip() and visibility is Visibility.VISIBLE:
                        gathering.note(BARE_WORDS)
                    gathering.add(Span(text, Source.ANNOTATION, Place.FORM_FIELD, "form", visibility=visibility))
    return signed


def _options(inherited: Mapping[str, Any]) -> Iterator[str]:
    """The lines a viewer draws into a list box that has no appearance of its own (ISO 32000-1, 12.7.4.4)."""
    if int(_number(inherited.get("/Ff"))) & _COMBO_BOX or int(_number(inherited.get("/F"))) & _FIELD_HIDDEN:
        return
    for option in _list(inherited.get("/Opt")):
        shown = _list(option)
        yield _text(shown[-1] if shown else option)


def _page(page: DictionaryObject, check: ContentCheck, gathering: Gathering) -> float:
    check.page(page)
    for specification in _list(page.get("/AF")):
        _read_file(specification, gathering)
    unit = _number(page.get("/UserUnit"))
    return unit if unit > 0 else 1.0


def _outline_titles(outlines: DictionaryObject) -> Iterator[str]:
    seen: set[int] = set()
    waiting: list[Any] = [outlines.get("/First")]
    while waiting:
        item = waiting.pop()
        if not _is_new(item, seen):
            continue
        node = _dictionary(item)
        title = _text(node.get("/Title"))
        if title:
            yield title
        waiting += [node.get("/Next"), node.get("/First")]


def _read_attachments(root: DictionaryObject, gathering: Gathering) -> None:
    names = _dictionary(root.get("/Names"))
    for node, _ in _nodes([names.get("/EmbeddedFiles")], "/Kids"):
        pairs = _list(node.get("/Names"))
        for specification in pairs[1::2]:
            _read_file(specification, gathering)
    for specification in _list(root.get("/AF")):
        _read_file(specification, gathering)


def _read_file(reference: Any, gathering: Gathering) -> None:
    """Read the file a file specification embeds, once however often it is referred to."""
    files = _dictionary(_dictionary(reference).get("/EF"))
    seen: set[int] = set()
    for key in ("/UF", "/F", "/Unix", "/DOS", "/Mac"):
        stream = _resolved(files.get(key))
        if not isinstance(stream, StreamObject) or id(stream) in seen or id(stream) in gathering.files_read:
            continue
        seen.add(id(stream))
        gathering.files_read[id(stream)] = stream
        try:
            data = unpacked(stream, gathering.purse)
        except HoldError as error:
            if error.hold.code is HoldCode.TOO_LARGE:
                raise
            gathering.leave_unread("a file that is malformed")
            continue
        gathering.read_attachment(data, gathering)


def _nodes(roots: Any, kids: str) -> Iterator[tuple[DictionaryObject, dict[str, Any]]]:
    """All nodes of a tree, each with the entries it inherits; cycles are cut, endless trees refused."""
    seen: set[int] = set()
    waiting: list[tuple[Any, dict[str, Any]]] = [(root, {}) for root in reversed(_list(roots))]
    count = 0
    while waiting:
        item, inherited = waiting.pop()
        if not _is_new(item, seen):
            continue
        count += 1
        if count > _MAX_NODES:
            raise HoldError(HoldCode.TOO_LARGE, "A tree of the PDF has too many nodes; ask for a simpler file.")
        node = _dictionary(item)
        entries = {**inherited, **{key: node[key] for key in ("/FT", "/V", "/F", "/Ff", "/Opt") if key in node}}
        yield node, entries
        waiting += [(kid, entries) for kid in reversed(_list(node.get(kids)))]


def _is_new(item: Any, seen: set[int]) -> bool:
    """Whether a node is met for the first time; its identity is its object number, or the object itself."""
    if item is None:
        return False
    key = item.idnum if isinstance(item, IndirectObject) else -id(item)
    if key in seen:
        return False
    seen.add(key)
    return True


def _resolved(item: Any) -> Any:
    return item.get_object() if item is not None and hasattr(item, "get_object") else item


def _dictionary(item: Any) -> DictionaryObject:
    found = _resolved(item)
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _list(item: Any) -> list[Any]:
    found = _resolved(item)
    return list(found) if isinstance(found, list) else []


def _number(item: Any) -> float:
    found = _resolved(item)
    return float(found) if isinstance(found, (int, float)) else 0.0


def _text(item: Any) -> str:
    found = _resolved(item)
    if isinstance(found, TextStringObject):
        return str(found)
    if isinstance(found, ByteStringObject):
        return found.decode("latin-1")
    if isinstance(found, StreamObject):
        data = found.get_data()
        wide = data.startswith((b"\xfe\xff", b"\xff\xfe"))
        return data.decode("utf-16" if wide else "utf-8", "replace")
    return ""

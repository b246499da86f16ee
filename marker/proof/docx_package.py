"""What became of the package: nothing of the original may be gone from a stamped DOCX.

Two packages are opened afresh and compared from the outside.  A part is either byte for byte as it was, or it is one of
the few a stamp has to change; then the original's XML must still be there whole, element for element in its order, with
nothing but stamps, styles, references and declarations added between.
"""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path
from typing import Final, Self
from urllib.parse import unquote

from lxml import etree

from marker.errors import HoldError
from marker.model import HoldCode

CONTENT_TYPES: Final = "[Content_Types].xml"
WORD: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/"

# What may be added, by the local name of the element it is added to.
_ADDITIONS: Final[dict[str, frozenset[str]]] = {
    "Types": frozenset({"Default", "Override"}),
    "Relationships": frozenset({"Relationship"}),
    "styles": frozenset({"style"}),
    "sectPr": frozenset({"headerReference", "footerReference"}),
    "hdr": frozenset({"p"}),
    "ftr": frozenset({"p"}),
    "body": frozenset({"p", "sectPr"}),
    "BindingInformation": frozenset({"MetadataBindingContainer"}),
}
_SHOWN: Final = frozenset({"t", "drawing", "br", "tab", "pict", "object"})
_MOVABLE: Final = {"header", "footer"}
"""Attributes of ``w:pgMar`` that may differ: the place of a header that was blank before."""


def failed(why: str) -> HoldError:
    """The error of every check; ``why`` goes on after "The stamped copy did not pass its proof"."""
    return HoldError(
        HoldCode.STAMP_FAILED,
        f"The stamped copy did not pass its proof: {why}; it was not issued. Print the document and stamp the paper.",
    )


def parse(data: bytes, part: str) -> etree._Element:
    """Parse without entities, network or document type.  Raises HoldError(stamp-failed)."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise failed(f"its part {part} is no XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise failed(f"its part {part} declares a document type")
    return root


def local(element: etree._Element) -> str:
    """The name without namespace; empty for comments and processing instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


class Parts:
    """A package's parts.  Raises HoldError(stamp-failed) for a damaged ZIP file or two entries of one name."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            if self._zip.testzip() is not None:
                raise failed("a part does not match its check sum")
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
            raise failed("it is no sound ZIP file") from error
        self.names = [info.filename for info in self._zip.infolist() if not info.is_dir()]
        self._by_lower = {name.lower(): name for name in self.names}
        if len(self._by_lower) != len(self.names):
            raise failed("two of its parts have the same name")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def find(self, part: str) -> str | None:
        """The part's own spelling of its name, or None."""
        return self._by_lower.get(part.lower()) or self._by_lower.get(unquote(part).lower())

    def data(self, part: str) -> bytes:
        return self._zip.read(part)

    def root(self, part: str) -> etree._Element:
        return parse(self.data(part), part)

    def relationships(self, source: str) -> dict[str, tuple[str, str | None]]:
        """Of one part (``""``: the package) by id: the kind (last word of the type) and the target part, None where it
        is external or not there.
        """
        folder, name = posixpath.split(source)
        part = self.find(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, tuple[str, str | None]] = {}
        for relationship in () if part is None else self.root(part).iter(f"{{{_PACKAGE}relationships}}Relationship"):
            kind = relationship.get("Type", "").rsplit("/", 1)[-1]
            target = None
            if relationship.get("TargetMode") != "External":
                path = posixpath.normpath(posixpath.join("/", folder, relationship.get("Target", "")))
                target = self.find(path.lstrip("/"))
            found[relationship.get("Id", "")] = (kind, target)
        return found

    def main(self) -> str:
        """The main document part.  Raises HoldError(stamp-failed) when it is not one."""
        targets = [target for kind, target in self.relationships("").values() if kind == "officeDocument"]
        if len(targets) != 1 or targets[0] is None:
            raise failed("its main part is not there")
        return targets[0]

    def related(self, source: str, kind: str) -> str | None:
        """The first part of that kind that ``source`` is related to."""
        return next((t for k, t in self.relationships(source).values() if k == kind and t is not None), None)

    def content_type(self, part: str) -> str | None:
        """What the package says the part is."""
        types = self.root(CONTENT_TYPES)
        for entry in types.iter(f"{{{_PACKAGE}content-types}}Override"):
            if entry.get("PartName", "").lower() == f"/{part}".lower():
                return entry.get("ContentType")
        extension = posixpath.splitext(part)[1][1:].lower()
        for entry in types.iter(f"{{{_PACKAGE}content-types}}Default"):
            if entry.get("Extension", "").lower() == extension:
                return entry.get("ContentType")
        return None


def prove_package(before: Parts, after: Parts) -> None:
    """Compare the sender's package with the stamped one.  Raises HoldError(stamp-failed)."""
    gone = set(before.names) - set(after.names)
    if gone:
        raise failed("a part of the original is gone")
    may_change = _changeable(before)
    for name in before.names:
        if (old := before.data(name)) == (new := after.data(name)):
            continue
        if name.lower() not in may_change:
            raise failed(f"the part {name}, which a stamp has no business in, was changed")
        old_root, new_root = parse(old, name), parse(new, name)
        if not old_root.nsmap.items() <= new_root.nsmap.items() or not _kept(old_root, new_root):
            raise failed(f"something of the original is gone from {name}")
    added = [name for name in after.names if name not in set(before.names)]
    for name in added:
        if after.content_type(name) is None:
            raise failed(f"the part {name} is of no known type")
        if name.lower().endswith((".xml", ".rels")):
            after.root(name)
    _prove_relationships(before, after)


def _changeable(before: Parts) -> set[str]:
    """The parts a stamp has to touch, lower case: main part, styles, headers, footers, and their relationships."""
    main = before.main()
    related = before.relationships(main).values()
    touched = {main, *(t for kind, t in related if t is not None and kind in {"header", "footer", "styles"})}
    relations = {posixpath.join(posixpath.dirname(t), "_rels", f"{posixpath.basename(t)}.rels") for t in touched}
    labels = {t for kind, t in related if t is not None and kind == "customXml" and is_label(before, t)}
    return {name.lower() for name in {CONTENT_TYPES, *touched, *relations, *labels}}


def is_label(parts: Parts, part: str) -> bool:
    """Whether a custom XML part is the sender's own label (STANAG 4778), beside which ours may stand."""
    try:
        return local(parts.root(part)) == "BindingInformation"
    except HoldError:
        return False


def _prove_relationships(before: Parts, after: Parts) -> None:
    """Every relationship that was added leads somewhere, and every old one where it led."""
    for name in after.names:
        if not name.lower().endswith(".rels"):
            continue
        folder, file = posixpath.split(name)
        source = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        old, new = before.relationships(source), after.relationships(source)
        if any(new.get(identity) != relation for identity, relation in old.items()):
            raise failed(f"a relationship in {name} leads elsewhere")
        if any(new[identity][1] is None for identity in new.keys() - old.keys()):
            raise failed(f"a relationship in {name} leads nowhere")


def _kept(old: etree._Element, new: etree._Element) -> bool:
    """Whether ``new`` is ``old`` with nothing but additions that a stamp may make."""
    if old.tag != new.tag or (old.text or "") != (new.text or "") or not _same_attributes(old, new):
        return False
    waiting: list[etree._Element] = list(old)
    at = 0
    for child in new:
        if at < len(waiting) and (waiting[at].tail or "") == (child.tail or "") and _kept(waiting[at], child):
            at += 1
        elif not _may_be_added(child, local(old)) or (at and local(child) == "p" and local(old) == "body"):
            # The body gets nothing but the block that it begins with.
            return False
    return at == len(waiting)


def _same_attributes(old: etree._Element, new: etree._Element) -> bool:
    before: dict[object, object] = dict(old.attrib.items())
    after: dict[object, object] = dict(new.attrib.items())
    if before == after or local(old) != "pgMar":
        return before == after
    differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return {etree.QName(str(name)).localname for name in differing} <= _MOVABLE


def _may_be_added(added: etree._Element, parent: str) -> bool:
    """An added paragraph is a frame on the page or plain lines: nothing that breaks the page or lies over it."""
    if local(added) not in _ADDITIONS.get(parent, frozenset()) or (added.tail or "").strip():
        return False
    if local(added) != "p":
        return True
    if added.find("{*}pPr/{*}framePr") is not None:
        return True
    # The body may begin with lines of text and with the seal, in line: nothing that lies over the sender's words.
    words = {"t", "drawing", "pict"} if parent == "body" else set[str]()
    floats = any(local(element) == "anchor" or "position" in element.get("style", "") for element in added.iter("{*}*"))
    return not floats and not any(local(element) in _SHOWN - words for element in added.iter())

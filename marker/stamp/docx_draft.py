"""One copy in the making: the sender's package, and the parts that are changed or added on the way.

Names, relationship ids and content types are handed out here so that none collides with the sender's.
"""

from __future__ import annotations

import codecs
import posixpath
import re
from typing import Final

from lxml import etree

from marker.errors import HoldError
from marker.model import HoldCode
from marker.settings import Settings
from marker.stamp.docx_package import (
    CONTENT_TYPES,
    ROOT_RELATIONSHIPS,
    Package,
    damaged,
    relationships_part,
    resolve_target,
)
from marker.stamp.docx_xml import STRICT, TRANSITIONAL, Dialect, dialect_of, parse_part, serialise

_CT: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_REL: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELS_TYPE: Final = "application/vnd.openxmlformats-package.relationships+xml"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
PART_TYPES: Final = {kind: f"{_WORD}{kind}+xml" for kind in ("header", "footer", "styles")}
PNG_TYPE: Final = "image/png"

_MACROS: Final = (
    "The file holds macros, which may alter what it shows; the copy holds them too: open it with macros switched off."
)
_TEMPLATE: Final = (
    "The file is a template: a document made from the copy bears the copy's number; have none made from it."
)
MAIN_TYPES: Final[dict[str, tuple[str, ...]]] = {
    _WORD + "document.main+xml": (),
    _WORD + "template.main+xml": (_TEMPLATE,),
    "application/vnd.ms-word.document.macroenabled.main+xml": (_MACROS,),
    "application/vnd.ms-word.template.macroenabledtemplate.main+xml": (_TEMPLATE, _MACROS),
}
"""What a main part may be, and what the clerk has to know of it.  A copy stays what its source was."""
_SIGNATURE: Final = (
    "The file bears an electronic signature, which stays in the copy as it came and does not hold there; it holds in "
    "the received file."
)


SIGNED: Final = "The received file bears an electronic signature, which a copy in another format does not have."


class Draft:
    """A copy in the making.  ``main`` is the name of the main document part, ``dialect`` the one it is written in,
    ``notes`` what report and register have to say of the file, ``signed`` whether it bears an electronic signature.

    Raises HoldError: malformed, unsupported (macros that are to be left out), signed (unless that is accepted).
    """

    def __init__(self, package: Package, settings: Settings) -> None:
        self._package = package
        self.notes: tuple[str, ...] = ()
        self.signed = False
        self._trees: dict[str, etree._ElementTree] = {}
        self._changed: dict[str, etree._ElementTree] = {}
        self._added: dict[str, bytes] = {}
        self._made: dict[tuple[str, str], str] = {}
        self._types = self._parse(CONTENT_TYPES)
        self.main = self._find_main(settings)
        found = dialect_of(self.root(self.main))
        if found is None or self.root(self.main).tag != found.tag("document"):
            raise damaged("its main part is no Word document")
        self.dialect: Dialect = found

    # ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def root(self, part: str) -> etree._Element:
        """The root element of a part, parsed once.  Raises HoldError(malformed)."""
        return self._parse(part).getroot()

    def _parse(self, part: str) -> etree._ElementTree:
        if part not in self._trees:
            self._trees[part] = parse_part(self._package.read(part), part)
        return self._trees[part]

    def _find_main(self, settings: Settings) -> str:
        relationships = self._relationships(ROOT_RELATIONSHIPS, create=False)
        if relationships is None:
            raise damaged("it has no relationships")
        self._judge_signatures(relationships, settings)
        kinds = {dialect.relationship("officeDocument") for dialect in (TRANSITIONAL, STRICT)}
        targets = [r.get("Target", "") for r in relationships if r.get("Type") in kinds]
        if len(targets) != 1:
            raise damaged("it does not name one main part")
        main = self._package.find(resolve_target("", targets[0]))
        if main is None:
            raise damaged("its main part is missing")
        kind = MAIN_TYPES.get(self.content_type(main) or "")
        if kind is None:
            raise damaged("its main part is no Word document")
        if _MACROS in kind and settings.strip_active:
            raise HoldError(
                HoldCode.UNSUPPORTED,
                "The macros of a Word file cannot be left out of its copy; save it without macros (.docx), or stamp it "
                "without --strip-active.",
            )
        self.notes += kind
        return main

    def _judge_signatures(self, relationships: etree._Element, settings: Settings) -> None:
        signed = any(r.get("Type", "").endswith("/digital-signature/origin") for r in relationships)
        if not signed and not any(name.lower().startswith("_xmlsignatures/") for name in self._package.names()):
            return
        if not settings.accept_broken_signature:
            raise HoldError(
                HoldCode.SIGNED,
                "The file bears an electronic signature, which a stamp would break; verify and record the signature, "
                "then stamp it with --accept-broken-signature.",
            )
        self.signed = True
        self.notes += (_SIGNATURE,)

    def content_type(self, part: str) -> str | None:
        """The content type of a part, lower case; None when the package does not state one."""
        default = None
        extension = posixpath.splitext(part)[1].lstrip(".").lower()
        for entry in self._types.getroot().iterchildren(f"{{{_CT}}}Override", f"{{{_CT}}}Default"):
            stated = entry.get("ContentType", "").lower()
            if entry.get("PartName", "").lower() == f"/{part}".lower():
                return stated
            if extension and entry.get("Extension", "").lower() == extension:
                default = stated
        return default

    def target(self, source: str, relationship_id: str) -> str | None:
        """The part a relationship of ``source`` leads to; None when there is none such."""
        relationships = self._relationships(relationships_part(source), create=False)
        for relationship in () if relationships is None else relationships:
            if relationship.get("Id") == relationship_id and relationship.get("TargetMode") != "External":
                return self._package.find(resolve_target(source, relationship.get("Target", "")))
        return None

    def related(self, kind: str) -> str | None:
        """The main part's one related part of that kind (``styles``, ``settings``); None when there is none."""
        relationships = self._relationships(relationships_part(self.main), create=False)
        for relationship in () if relationships is None else relationships:
            if relationship.get("Type") in {TRANSITIONAL.relationship(kind), STRICT.relationship(kind)}:
                return self._package.find(resolve_target(self.main, relationship.get("Target", "")))
        return None

    def all_related(self, kind: str) -> list[str]:
        """The main part's related parts of that kind, in the order of its relationships."""
        return self.related_to(self.main, kind)

    def related_to(self, source: str, kind: str) -> list[str]:
        """The same of any part."""
        relationships = self._relationships(relationships_part(source), create=False)
        found = [
            self._package.find(resolve_target(source, relationship.get("Target", "")))
            for relationship in (() if relationships is None else relationships)
            if relationship.get("Type") in {TRANSITIONAL.relationship(kind), STRICT.relationship(kind)}
            and relationship.get("TargetMode") != "External"
        ]
        return list(dict.fromkeys(part for part in found if part is not None))

    def names(self) -> list[str]:
        """All parts of the copy, the sender's and those added."""
        return list(dict.fromkeys((*self._package.names(), *self._added)))

    def attribute_values(self, pattern: re.Pattern[bytes]) -> set[int]:
        """Every number the pattern's first group finds in any XML part: a cheap way to know which ids are taken."""
        taken: set[int] = set()
        for name in self._package.names():
            if name.lower().endswith(".xml"):
                data = self._package.read(name)
                if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    data = data.decode("utf-16", errors="replace").encode()
                taken.update(int(number) for number in pattern.findall(data))
        return taken

    # ── Changing ────────────────────────────────────────────────────────────────────────────────────────────────────

    def touch(self, part: str) -> None:
        """Say that the tree of ``part`` was changed and has to be written."""
        self._changed[part] = self._parse(part)

    def add(self, stem: str, extension: str, data: bytes, content_type: str, folder: str | None = None) -> str:
        """Add a part next to the main one, or in ``folder``, under the first free name: ``header7.xml``.

        Returns its name.
        """
        folder = posixpath.dirname(self.main) if folder is None else folder
        number = 1
        while self._taken(name := posixpath.join(folder, f"{stem}{number}.{extension}")):
            number += 1
        self._added[name] = data
        if self.content_type(name) != content_type.lower():
            if extension == "png" and self.content_type("x.png") is None:
                self._declare("Default", Extension="png", ContentType=content_type)
            else:
                self._declare("Override", PartName=f"/{name}", ContentType=content_type)
        return name

    def is_sent(self, part: str) -> bool:
        """Whether the part is the sender's, and not one that was added."""
        return part not in self._added

    def data(self, part: str) -> bytes:
        """A part's content as it came."""
        return self._package.read(part)

    def replace(self, part: str, data: bytes) -> None:
        """Give a part, added or not, its final content."""
        self._added[part] = data

    def _taken(self, name: str) -> bool:
        lower = name.lower()
        return self._package.find(name) is not None or any(added.lower() == lower for added in self._added)

    def _declare(self, tag: str, **attributes: str) -> None:
        etree.SubElement(self._types.getroot(), f"{{{_CT}}}{tag}", attributes)
        self._changed[CONTENT_TYPES] = self._types

    def relate(self, source: str, kind: str, target: str) -> str:
        """Add a relationship from ``source`` to ``target``; returns its id, new in that part."""
        part = relationships_part(source)
        part = self._package.find(part) or part
        relationships = self._relationships(part, create=True)
        assert relationships is not None  # noqa: S101  # created when missing; narrows the type
        taken = {relationship.get("Id", "").lower() for relationship in relationships}
        number = len(taken) + 1
        while f"rid{number}" in taken:
            number += 1
        etree.SubElement(
            relationships,
            f"{{{_REL}}}Relationship",
            {
                "Id": f"rId{number}",
                "Type": self.dialect.relationship(kind),
                "Target": posixpath.relpath(target, posixpath.dirname(source) or "."),
            },
        )
        self._changed[part] = self._trees[part]
        return f"rId{number}"

    def relation(self, source: str, kind: str, target: str) -> str:
        """The id of the relationship from ``source`` to the added part ``target``; made where there is none yet."""
        made = self._made.get((source, target))
        if made is None:
            made = self._made[source, target] = self.relate(source, kind, target)
        return made

    def _relationships(self, part: str, *, create: bool) -> etree._Element | None:
        name = self._package.find(part) or part
        if name in self._trees or self._package.find(name) is not None:
            return self.root(name)
        if not create:
            return None
        self._trees[part] = parse_part(b'<Relationships xmlns="%s"/>' % _REL.encode(), part)
        if self.content_type(part) != _RELS_TYPE:
            self._declare("Default", Extension="rels", ContentType=_RELS_TYPE)
        return self.root(part)

    def parts(self) -> dict[str, bytes]:
        """Everything that differs from the sender's package, by part name."""
        return self._added | {name: serialise(tree) for name, tree in self._changed.items()}

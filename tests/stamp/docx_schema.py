"""A small judge of the XML that a stamp writes: the order, the attributes and the values ECMA-376 part 1 asks for.

Only the elements a stamp is made of, and those it adds something to, are known here.  What the sender wrote may break
the rules; so a stamped file is judged by what it has more than its source.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Final

from lxml import etree

_RUN: Final = (
    "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish "
    "webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang "
    "eastAsianLayout specVanish oMath rPrChange"
)
ORDER: Final = {
    name: tuple(children.split())
    for name, children in {
        "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
        "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
        "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
        "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
        "rPr": _RUN,
        "sectPr": "headerReference|footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
        "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings "
        "sectPrChange",
        "sdt": "sdtPr sdtEndPr sdtContent",
        "sdtPr": "rPr alias tag id lock placeholder temporary showingPlcHdr dataBinding label tabIndex equation|"
        "comboBox|date|docPartObj|docPartList|dropDownList|picture|richText|text|citation|group|bibliography",
        "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat "
        "locked personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
        "styles": "docDefaults latentStyles style",
        "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
        "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange",
        "inline": "extent effectExtent docPr cNvGraphicFramePr graphic",
        "anchor": "simplePos positionH positionV extent effectExtent wrapNone|wrapSquare|wrapTight|wrapThrough|"
        "wrapTopAndBottom docPr cNvGraphicFramePr graphic",
        "pic": "nvPicPr blipFill spPr",
        "nvPicPr": "cNvPr cNvPicPr",
        "blipFill": "blip srcRect stretch|tile",
        "body": "* sectPr",
        "Relationships": "Relationship",
        "Types": "Default|Override",
    }.items()
}
"""The children of an element in their order; ``a|b`` may be mixed, ``*`` is anything else."""

_REPEATED: Final = {
    "headerReference|footerReference", "style", "Relationship", "Default|Override", "tblStylePr", "*",
}  # fmt: skip

_WHOLE: Final = r"-?\d+"
_MEASURE: Final = r"\d+"
ATTRIBUTES: Final = {
    "framePr": {
        "dropCap": r"none|drop|margin", "lines": _WHOLE, "w": _MEASURE, "h": _MEASURE, "vSpace": _MEASURE,
        "hSpace": _MEASURE, "wrap": r"auto|notBeside|around|tight|through|none", "hAnchor": r"text|margin|page",
        "vAnchor": r"text|margin|page", "x": _WHOLE, "xAlign": r"left|center|right|inside|outside", "y": _WHOLE,
        "yAlign": r"inline|top|center|bottom|inside|outside", "hRule": r"auto|exact|atLeast", "anchorLock": r"[01]",
    },
    "lock": {"val": r"sdtLocked|contentLocked|unlocked|sdtContentLocked"},
    "headerReference": {"type": r"even|default|first", "id": r".+"},
    "footerReference": {"type": r"even|default|first", "id": r".+"},
    "inline": dict.fromkeys(("distT", "distB", "distL", "distR"), _MEASURE),
    "extent": {"cx": _MEASURE, "cy": _MEASURE},
    "docPr": {"id": _MEASURE, "name": r".*", "descr": r".*", "title": r".*", "hidden": r".*"},
    "Relationship": {"Id": r"[^\s:]+", "Type": r"\S+", "Target": r".*", "TargetMode": r"External|Internal"},
    "Default": {"Extension": r"[^./]+", "ContentType": r"\S+/\S+.*"},
    "Override": {"PartName": r"/.+", "ContentType": r"\S+/\S+.*"},
}  # fmt: skip
_REQUIRED: Final = {
    "headerReference": {"type", "id"}, "footerReference": {"type", "id"}, "fldSimple": {"instr"},
    "extent": {"cx", "cy"}, "docPr": {"id", "name"}, "Relationship": {"Id", "Type", "Target"},
    "Default": {"Extension", "ContentType"}, "Override": {"PartName", "ContentType"},
}  # fmt: skip
_STRICT: Final = "http://purl.oclc.org/ooxml/"
_JUSTIFIED: Final = {
    False: {"left", "center", "right", "both", "start", "end", "distribute", "numTab", "thaiDistribute",
            "lowKashida", "mediumKashida", "highKashida"},
    True: {"start", "center", "end", "both", "distribute", "numTab", "thaiDistribute",
           "lowKashida", "mediumKashida", "highKashida"},
}  # fmt: skip
_OURS: Final = ("wordprocessingml", "wordprocessingDrawing", "picture", "package/2006")


def new_faults(source: Path, stamped: Path) -> list[str]:
    """What is wrong with the stamped package and was not with its source."""
    return sorted((faults(stamped) - faults(source)).elements())


def faults(path: Path) -> Counter[str]:
    """Everything that is wrong in the parts a stamp may write."""
    found: Counter[str] = Counter()
    with zipfile.ZipFile(path) as package:
        names = {name.lower(): name for name in package.namelist() if not name.endswith("/")}
        for name in names.values():
            if not name.endswith((".xml", ".rels")) or "/theme/" in name or "/customXml/" in name:
                continue
            try:
                root = etree.fromstring(package.read(name), etree.XMLParser(resolve_entities=False))
            except etree.XMLSyntaxError:
                found[f"{name}: no XML"] += 1
                continue
            kind = _local(root)
            if kind in {"document", "hdr", "ftr", "styles", "Types", "Relationships"}:
                found.update(f"{kind}: {fault}" for fault in _judge(root))
            if kind == "Relationships":
                found.update(_lost(root, name, names))
            if kind == "Types":
                found.update(_types(root, names))
    return found


def _judge(root: etree._Element) -> list[str]:
    found: list[str] = []
    ids: Counter[tuple[str, str]] = Counter()
    for element in root.iter():
        if not isinstance(element.tag, str) or not any(word in etree.QName(element).namespace or "" for word in _OURS):
            continue
        name, attributes = _local(element), {etree.QName(k).localname: v for k, v in element.attrib.items()}
        found += _misplaced(element, name)
        for attribute, value in attributes.items():
            known = ATTRIBUTES.get(name)
            if known is not None and attribute not in known:
                found.append(f"{name} has an attribute {attribute}")
            elif known is not None and not re.fullmatch(known[attribute], value):
                found.append(f"{name} has {attribute}={value}")
        found += [f"{name} lacks {missing}" for missing in _REQUIRED.get(name, set()) - attributes.keys()]
        if name == "jc" and _local(element.getparent()) == "pPr":
            strict = element.tag.startswith(f"{{{_STRICT}")
            if attributes.get("val") not in _JUSTIFIED[strict]:
                found.append(f"jc is {attributes.get('val')}")
        if name in {"pPr", "rPr", "tblPr"} and _local(element.getparent()) in {"p", "r", "tbl"} and _before(element):
            found.append(f"{name} is not first")
        if name == "Relationship":
            ids["relationship", attributes.get("Id", "").lower()] += 1
        if name == "id" and _local(element.getparent()) == "sdtPr":
            ids["control", attributes.get("val", "")] += 1
            if not -(2**31) <= int(attributes.get("val", "0")) < 2**31:
                found.append("a control's id is out of range")
        if name == "docPr":
            ids["drawing", attributes.get("id", "")] += 1
        if name == "style":
            ids["style", attributes.get("styleId", "")] += 1
        if name in {"hdr", "ftr", "tc"} and (len(element) == 0 or _local(element[-1]) not in {"p", "sdt"}):
            found.append(f"{name} does not end with a paragraph")
    return found + [f"two {kind} ids are the same" for (kind, _), count in ids.items() if count > 1]


def _misplaced(element: etree._Element, name: str) -> list[str]:
    order = ORDER.get(name)
    if order is None:
        return []
    place = {child: index for index, group in enumerate(order) for child in group.split("|")}
    found, last = [], 0
    namespace = etree.QName(element).namespace
    for child in element:
        foreign = not isinstance(child.tag, str) or (
            name not in {"inline", "anchor", "pic"} and etree.QName(child).namespace != namespace
        )
        if foreign and "*" not in place:
            continue
        at = place.get(_local(child), place.get("*"))
        if at is None:
            found.append(f"{name} holds {_local(child)}")
            continue
        if at < last or (at == last and order[at] not in _REPEATED and child is not element[0] and _seen(child)):
            found.append(f"{name} has {_local(child)} out of order")
        last = max(last, at)
    return found


def _seen(child: etree._Element) -> bool:
    return any(sibling.tag == child.tag for sibling in child.itersiblings(preceding=True))


def _before(element: etree._Element) -> bool:
    return any(isinstance(sibling.tag, str) for sibling in element.itersiblings(preceding=True))


def _lost(root: etree._Element, name: str, names: dict[str, str]) -> list[str]:
    folder = posixpath.dirname(posixpath.dirname(name))
    return [
        f"{name}: a relationship leads nowhere"
        for relationship in root
        if isinstance(relationship.tag, str)
        and relationship.get("TargetMode") != "External"
        and posixpath.normpath(posixpath.join("/", folder, relationship.get("Target", ""))).lstrip("/").lower()
        not in names
    ]


def _types(root: etree._Element, names: dict[str, str]) -> list[str]:
    entries = [entry for entry in root if isinstance(entry.tag, str)]
    keys = Counter((entry.get("Extension") or entry.get("PartName") or "").lower() for entry in entries)
    found = [f"two declarations of {key}" for key, count in keys.items() if count > 1]
    for entry in entries:
        part = entry.get("PartName")
        if part is not None and part.lstrip("/").lower() not in names:
            found.append("a part is declared that is not there")
    for name in names:
        known = keys.keys() & {f"/{name}", posixpath.splitext(name)[1][1:]}
        if not known and name != "[content_types].xml":
            found.append("a part is of no declared type")
    return found


def _local(element: etree._Element | None) -> str:
    return etree.QName(element).localname if element is not None and isinstance(element.tag, str) else ""

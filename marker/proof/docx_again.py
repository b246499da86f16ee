"""Proves a copy that was made from another copy: nothing but what numbers it has changed (Article 7(3)).

The other copy was proved against the received file when it was issued, and its bytes are those of that day.  So it is
enough that the new one shows all that its order says, and is the other one everywhere else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lxml import etree

from marker.agreement.profile import Profile
from marker.model import CopyOrder
from marker.numbering import parse_page_code
from marker.proof.docx import border, codes_in, prove_pages
from marker.proof.docx_package import Parts, failed, is_label, local
from marker.proof.docx_sight import Look, visible_text
from marker.proof.expected import Expected, expect
from marker.seal import read_seal

_PICTURES: Final = (".png",)


def prove_docx_again(copy: Path, stamped: Path, was: CopyOrder, order: CopyOrder, profile: Profile) -> None:
    """Prove that ``stamped`` is ``copy``, made for ``was``, with the number, code, block, seal and label of ``order``.

    Raises HoldError(stamp-failed) at the first check that does not hold.
    """
    with border(), Parts(copy) as before, Parts(stamped) as after:
        old, new = expect(was, profile), expect(order, profile)
        prove_pages(after, new)
        if before.names != after.names:
            raise failed("a part of the copy it was made from is gone, or one was added")
        main = before.main()
        related = before.relationships(main).values()
        footers = {part for kind, part in related if kind == "footer" and part is not None}
        labels = {part for kind, part in related if kind == "customXml" and part is not None and is_label(before, part)}
        properties = {part for label in labels for _, part in before.relationships(label).values()}
        for name in before.names:
            one, other = before.data(name), after.data(name)
            if one == other or name in labels or name in properties:
                continue
            if name == main:
                _prove_main(before, after, main, old, new)
            elif name in footers:
                if one.replace(was.copy_number.encode(), order.copy_number.encode()) != other:
                    raise failed(f"more than the number was changed in {name}")
            elif not name.lower().endswith(_PICTURES) or not _renumbered(one, other, was.copy_number, new):
                raise failed(f"the part {name}, which says nothing of the number, was changed")
            if was.copy_number.encode() in other:
                raise failed(f"the number of the copy it was made from stays in {name}")


def _prove_main(before: Parts, after: Parts, main: str, old: Expected, new: Expected) -> None:
    """The body is the same but for the paragraphs that it begins with, which say the block and show the seal."""
    roots = before.root(main), after.root(main)
    bodies = [next(child for child in root if local(child) == "body") for root in roots]
    heads = _heads(*(list(body) for body in bodies))
    for head, said, parts in zip(heads, (old, new), (before, after), strict=True):
        styles = parts.related(main, "styles")
        look = Look(None if styles is None else parts.root(styles))
        whole = _squeezed(" ".join(line.text for line in said.first_page))
        for paragraph in head:
            if local(paragraph) != "p" or _squeezed(visible_text(paragraph, look)) not in whole:
                raise failed("more than the block was changed in the text")
    one, other = heads
    # Lines without words: the seal, which shows the same part, and the empty one that frames need.
    if [_shown(p) for p in one if not _words(p)] != [_shown(p) for p in other if not _words(p)]:
        raise failed("more than the block was changed in the text")
    for body, head in zip(bodies, heads, strict=True):
        for paragraph in head:
            body.remove(paragraph)
    if etree.tostring(roots[0], method="c14n") != etree.tostring(roots[1], method="c14n"):
        raise failed("more than the block was changed in the text")


def _heads(one: list[etree._Element], other: list[etree._Element]) -> tuple[list[etree._Element], list[etree._Element]]:
    """What two bodies begin with before they are the same to the end."""
    same = 0
    while same < min(len(one), len(other)) and _same(one[-1 - same], other[-1 - same]):
        same += 1
    return one[: len(one) - same], other[: len(other) - same]


def _same(one: etree._Element, other: etree._Element) -> bool:
    return etree.tostring(one, method="c14n") == etree.tostring(other, method="c14n")


def _words(paragraph: etree._Element) -> str:
    return "".join(text.text or "" for text in paragraph.iter("{*}t"))


def _shown(paragraph: etree._Element) -> list[tuple[str, str]]:
    """Every element of the paragraph, and what pictures it shows by which part."""
    pictures = {"blip", "imagedata"}
    return [(str(e.tag), str(sorted(e.attrib.items())) if local(e) in pictures else "") for e in paragraph.iter("{*}*")]


def _renumbered(one: bytes, other: bytes, was: str, new: Expected) -> bool:
    """Whether a picture was the old copy's code or seal and is the new one's."""
    old_codes, new_codes = codes_in(one), codes_in(other)
    if not old_codes or len(old_codes) != len(new_codes):
        return False
    if all(_number(text) == was for text in old_codes):
        return all(_number(text) == new.copy_number.text for text in new_codes)
    return all(_sealed(text) == was for text in old_codes) and all(text == new.seal for text in new_codes)


def _number(text: str) -> str:
    try:
        return str(parse_page_code(text).copy_number)
    except ValueError:
        return ""


def _sealed(text: str) -> str:
    try:
        return str(read_seal(text).says.copy_number)
    except ValueError:
        return ""


def _squeezed(text: str) -> str:
    """Without blanks, and without what stands between lines that share one."""
    return "".join(text.replace("·", "").split())

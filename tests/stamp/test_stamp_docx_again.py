"""Our own stamps are known again, and the copies of one document differ in nothing but what numbers them."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx_samples import MAIN, document, order, parts, stamped, stories, xml
from lxml import etree

from marker.agreement.load import load_profile
from marker.model import CopyOrder
from marker.readers.base import ReaderLimits
from marker.readers.read import read
from marker.stamp.docx import stamp_docx

STYLES = {
    "MarkerStampMarking": "Marker Stamp Marking",
    "MarkerStampNumber": "Marker Stamp Number",
    "MarkerStampBlock": "Marker Stamp Block",
    "MarkerStampCode": "Marker Stamp Code",
    "MarkerStampAnchor": "Marker Stamp Anchor",
}
"""Part of the interface: whoever looks for stamps in a document finds them by these and by the controls' tags."""


def test_the_stamp_has_styles_of_its_own_and_uses_no_other(tmp_path: Path) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx"))
    named = {
        style.get(f"{{{style.nsmap['w']}}}styleId"): name.get(f"{{{style.nsmap['w']}}}val")
        for style in xml(copy, "word/styles.xml").iter("{*}style")
        if (name := style.find("{*}name")) is not None
    }
    assert STYLES.items() <= named.items()
    for part in set(stories(copy).values()):
        used = {style.get(f"{{{style.nsmap['w']}}}val") for style in xml(copy, part).iter("{*}pStyle")}
        assert used <= STYLES.keys()


def test_a_stamped_copy_is_known_again_by_its_number(tmp_path: Path) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx"))
    traces = {trace.copy_number for trace in read(copy, ReaderLimits()).traces}
    assert traces == {order().copy_number}


def without_numbers(data: bytes) -> bytes:
    """A part without what tells one copy of a document from the other."""
    root = etree.fromstring(data)
    for tag in root.iter("{*}tag"):
        value = next(iter(tag.attrib.values()))
        control = tag.getparent().getparent()  # type: ignore[union-attr]  # a tag stands in the control's properties
        if control is not None and value in {"marker:number", "marker:block"}:
            for text in control.iter("{*}t"):
                text.text = ""
    for drawing in root.iter("{*}docPr"):
        drawing.set("descr", "")
    return etree.tostring(root)


@pytest.mark.parametrize(
    "later",
    [order(index=2), order(index=2, recipient="Vilnius"), order(index=7, size=None)],
    ids=["of the set", "for a recipient", "a further one"],
)
def test_copies_of_one_document_differ_in_their_number_alone(tmp_path: Path, later: CopyOrder) -> None:
    source = document(tmp_path / "a.docx")
    first = tmp_path / "1.docx"
    second = tmp_path / "2.docx"
    stamp_docx(source, [(order(recipient=later.recipient), first), (later, second)], load_profile())
    one, other = parts(first), parts(second)
    assert list(one) == list(other)
    differing = {name for name in one if one[name] != other[name]}
    footers = {part for (_, story, _), part in stories(first).items() if story == "footer"}
    label = {name for name in one if b"stanag:4778" in one[name]}
    assert differing == {MAIN, "word/media/stampcode1.png"} | footers | label
    for name in {MAIN} | footers:
        assert without_numbers(one[name]) == without_numbers(other[name])

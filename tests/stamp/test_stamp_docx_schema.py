"""The XML a stamp writes is in the order that ECMA-376 lays down, and the judge of it is awake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docx.document import Document as DocxDocument
from docx.enum.section import WD_SECTION
from docx_samples import document, edited, minimal, order, stamped, strict
from docx_schema import faults, new_faults


def many(made: DocxDocument) -> None:
    made.settings.odd_and_even_pages_header_footer = True
    made.sections[0].different_first_page_header_footer = True
    made.sections[0].header.paragraphs[0].text = "Ministerija"
    made.add_section(WD_SECTION.NEW_PAGE).footer.is_linked_to_previous = False


SOURCES: dict[str, Callable[[Path], Path]] = {
    "plain": document,
    "many sections": lambda path: document(path, many),
    "strict": lambda path: strict(document(path, many)),
    "minimal, without styles": minimal,
    "narrow": lambda path: edited(document(path), document=lambda text: text.replace('w:top="1440"', 'w:top="200"')),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_stamp_writes_nothing_out_of_order(tmp_path: Path, name: str) -> None:
    source = SOURCES[name](tmp_path / "a.docx")
    assert new_faults(source, stamped(source, order(recipient="Vilnius"))[0]) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('<w:pStyle w:val="MarkerStampMarking"/>', "", None),
        ('w:hAnchor="page"', 'w:hAnchor="paper"', "hdr: framePr has hAnchor=paper"),
        ("<w:lock ", '<w:temporary/><w:tag w:val="x"/><w:lock ', "hdr: sdtPr has tag out of order"),
        ("<w:pPr>", "<w:pPr><w:jc w:val='left'/>", "hdr: pPr has pStyle out of order"),
        ("<w:sdtContent>", "<w:sdtContent/><w:sdtPr/><w:sdtContent>", "hdr: sdt has sdtPr out of order"),
    ],
)
def test_the_judge_sees_what_is_out_of_order(tmp_path: Path, old: str, new: str, fault: str | None) -> None:
    copy, _ = stamped(document(tmp_path / "a.docx"))
    before = faults(copy)
    after = faults(edited(copy, header1=lambda text: text.replace(old, new, 1))) - before
    assert (fault in after) if fault else not after

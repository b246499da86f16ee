"""The evidence page shows pages with what was seen on them, runs nothing and fetches nothing."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import html

from marker.agreement.load import load_profile
from marker.model import Box, FileReport, Finding, FindingKind, Hold, HoldCode, MarkingId, Outcome, Place, Source
from marker.records.evidence import evidence_page
from marker.records.pages import PagePicture, draw_pages
from tests.cli.conftest import write_letter


def finding(text: str, kind: FindingKind = FindingKind.MARK) -> Finding:
    return Finding(MarkingId("lt:secret"), kind, text, Source.TEXT, Place.TOP, page=1, box=Box(250, 30, 340, 45))


PROFILE = load_profile()


def held() -> FileReport:
    return FileReport(
        path="in/raštas.pdf", sha256="a" * 64, format="pdf", pages=3, outcome=Outcome.HELD,
        hold=Hold(HoldCode.CONFLICT, "Two markings contradict each other; ask the sender."),
        evidence=(finding("SLAPTAI"), finding("slaptai", FindingKind.MENTION)),
    )  # fmt: skip


def test_each_piece_of_evidence_is_boxed_where_it_stands() -> None:
    picture = PagePicture(1, 595.0, 842.0, b"\x89PNG made up")
    root = html.fromstring(evidence_page([(held(), [picture])], PROFILE))
    boxes = root.xpath("//div[contains(@class, 'box ')]")
    assert [box.xpath("string(b)") for box in boxes] == ["1", "2"]
    left, top = (float(number) for number in re.findall(r"(?:left|top):([\d.]+)%", boxes[0].get("style")))
    assert abs(left - 100 * 248 / 595) < 0.01
    assert abs(top - 100 * 28 / 842) < 0.01
    assert [row.xpath("string(td[2])") for row in root.xpath("//tbody/tr")] == ["SLAPTAI", "slaptai"]


def test_the_reason_of_a_hold_stands_beside_the_pictures() -> None:
    root = html.fromstring(evidence_page([(held(), [])], PROFILE))
    assert "Two markings contradict each other" in root.xpath("string(//div[contains(@class,'verdict')])")


def test_a_hostile_name_or_marking_stays_text() -> None:
    report = held()
    evil = FileReport(
        path="in/<script>alert(1)</script>.pdf", sha256=None, format=None, pages=None, outcome=Outcome.HELD,
        hold=report.hold, evidence=(finding('"><img src=x onerror=alert(1)>'),),
    )  # fmt: skip
    page = evidence_page([(evil, [])], PROFILE)
    root = html.fromstring(page)
    assert root.xpath("//script") == []
    assert root.xpath("//img") == []
    assert "default-src 'none'" in page


def test_pages_are_drawn_as_displayed(tmp_path: Path) -> None:
    path = write_letter(tmp_path / "a.pdf", "SLAPTAI", pages=2)
    first, second = draw_pages(path, [1, 2])
    assert (first.number, second.number) == (1, 2)
    assert (round(first.width), round(first.height)) == (595, 842)
    assert first.png.startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 rubbish")
    assert draw_pages(tmp_path / "a.pdf", [1]) == []
    path = write_letter(tmp_path / "b.pdf", None)
    assert [picture.number for picture in draw_pages(path, [1, 9])] == [1]

"""Rule of judgement 2: every page gets its look; a page is read whole only in a document that bears no marking."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from marker.intake.work import Task, examine_file
from marker.model import PartyId
from marker.ocr import page, plan
from marker.settings import Settings
from tests.ocr import pages

MARKED = pages.write(pages.body(pages.blank()), "SLAPTAI", 827, 100)
BARE = pages.body(pages.blank())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sheets", "whole"), [((MARKED, BARE, MARKED), set()), ((BARE, BARE), {1, 2})], ids=["marked", "unmarked"]
)
def test_all_pages_are_looked_at_and_read_whole_only_without_a_marking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheets: tuple[Image.Image, ...], whole: set[int]
) -> None:
    looked: set[int] = set()
    read: set[int] = set()
    look_on, result = plan.look_on, plan._Document._result

    def looks(sheet: page.Sheet, **more: object) -> object:
        looked.add(sheet.number)
        return look_on(sheet, **more)  # type: ignore[arg-type]  # handed on as they came

    def results(document: plan._Document) -> object:
        read.update(look.number for look in document._looks if look.whole or look.whole_letters)
        return result(document)

    monkeypatch.setattr(plan, "look_on", looks)
    monkeypatch.setattr(plan._Document, "_result", results)
    path = pages.save(tmp_path / "a.pdf", *(sheet.copy() for sheet in sheets))
    verdict = examine_file(path, path.name, Task(PartyId("KZ"), "", Settings())).verdict
    assert looked == set(range(1, len(sheets) + 1))
    assert read == whole
    assert (verdict.marking is None) == bool(whole)

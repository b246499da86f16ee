"""A scan that another OCR has read: its words are known, and its page is drawn once, where it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from marker.model import Visibility
from marker.readers import pdf_drawn
from marker.readers.base import ReaderLimits
from marker.readers.read import read
from marker.settings import Settings
from tests.ocr.generate import make


def test_it_is_not_drawn_to_learn_that_it_has_to_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(*_: object) -> None:
        pytest.fail("the page was drawn")

    monkeypatch.setattr(pdf_drawn, "draw", draw)
    path = tmp_path / "scan.pdf"
    path.write_bytes(make("layer-without-mark", 40001).data)
    reading = read(path, ReaderLimits.from_settings(Settings()))
    assert [info.readable for info in reading.page_infos] == [False]
    assert reading.spans
    assert {span.visibility for span in reading.spans} == {Visibility.OCR_LAYER}

"""The Agreement can be read by a person and by a program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from marker.agreement.load import load_profile

from .conftest import Said

Marker = Callable[..., Said]


def test_the_table_of_article_3_is_printed_whole(marker: Marker) -> None:
    said = marker("agreement", "show")
    assert said.status == 0
    for marking in load_profile().markings:
        assert marking.stamp in said.out
    assert "7(5)" in said.out


def test_as_json_it_is_one_object(marker: Marker) -> None:
    (facts,) = marker("agreement", "show", "--json").objects
    rows = {row["level"]: {p: m["id"] for p, m in row["markings"].items()} for row in facts["table"]}
    assert rows["confidential"] == {"KZ": "kz:secret", "LT": "lt:confidential"}
    assert {"from": "kz:secret", "to": "lt:secret", "article": "3(1)", "stamped": "SLAPTAI/SECRET"} in facts[
        "equivalences"
    ]


def test_check_names_file_and_key_of_a_fault(marker: Marker, tmp_path: Path) -> None:
    assert marker("agreement", "check").status == 0
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("schema = 1\n[agreement]\nid = 'x'\n", encoding="utf-8")
    said = marker("agreement", "check", wrong)
    assert said.status == 2
    assert f"{wrong}: agreement.title is missing" in said.err


def test_doctor_says_that_all_is_there(marker: Marker) -> None:
    said = marker("doctor")
    assert said.status == 0
    assert "kaz lit rus eng" in said.out


def test_doctor_names_the_command_that_mends(marker: Marker, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    said = marker("doctor")
    assert said.status == 5
    assert "sudo apt-get install tesseract-ocr" in said.out


def test_json_stays_plain(marker: Marker) -> None:
    text = marker("agreement", "show", "--json").out
    assert json.loads(text)["schema"] == 1

"""The life of copies from the command line: consents, further copies, returns, destructions, breaches, receipts."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest

from .conftest import OURS, Said, write_letter

Marker = Callable[..., Said]


@pytest.fixture
def received(marker: Marker, tmp_path: Path) -> Callable[..., tuple[str, str]]:
    """Registers a letter; gives its register number and its first copy number."""

    def register(marking: str = "SLAPTAI", name: str = "a.pdf") -> tuple[str, str]:
        letter = write_letter(tmp_path / "in" / name, marking, body=f"Gerbiami kolegos, siunčiame {name}.")
        said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", "--sender-ref", "12-345", letter, "--json")
        assert said.status == 0, said.err
        return said.objects[0]["register"], said.objects[0]["copies"][0]["copy_number"]

    return register


def consent(marker: Marker, ref: str = "5-17/88", *more: object, level: str = "secret", copies: int = 1) -> None:
    said = marker(
        "consent", "add", "--ref", ref, "--date", "2020-01-15", "--issuer", "sending-body", "--level", level,
        "--copies", copies, *more,
    )  # fmt: skip
    assert said.status == 0, said.err


def shown(marker: Marker, number: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(marker("register", "show", number, "--json").out)
    return value


def test_a_further_copy_needs_a_consent_and_uses_it_up(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, _ = received()
    order = ("copy", number, *OURS, "--recipient", "Second Department", "-o", tmp_path / "out")
    refused = marker(*order)
    assert refused.status == 4
    assert "7(1)" in refused.err
    assert "Traceback" not in refused.err
    (scan := tmp_path / "consent.pdf").write_bytes(b"a scan")
    consent(marker, "5-17/88", "--scan", scan)
    said = marker(*order, "--consent", "5-17/88", "--json")
    assert said.status == 0, said.err
    (copy,) = said.objects[0]["copies"]
    assert copy["copy_number"].split("-")[3] == "02"
    assert Path(copy["path"]).is_file()
    again = marker(*order, "--consent", "5-17/88")
    assert again.status == 4
    assert "used up" in again.err
    (kept,) = marker("consent", "list", "--json").objects
    assert (kept["used"], kept["left"], len(kept["scan_sha256"])) == (1, 0, 64)
    assert shown(marker, number)["copies"][1]["consent"] == "5-17/88"
    told = marker("register", "show", number).out
    assert "5-17/88" in told
    assert "for Second Department" in told
    assert re.search(r"copy 3 .*a person cleared for secret", told)
    assert re.search(r"consent .*needed \(Article 7\(1\)\); none is on file", told)
    assert re.search(r"without consent .*kk, lt", told)
    assert shown(marker, number)["next_copy"]["consents"] == []
    assert "Second Department" in marker("consent", "list").out + marker("register", "show", number).out
    assert marker("register", "verify", "--files").status == 0


def test_several_recipients_of_a_new_document_count_against_the_consent(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "a.pdf", "SLAPTAI")
    out = ("-o", tmp_path / "out", "--json")
    order = ("convert", "--to", "KZ", *OURS, *out, "--recipient", "A", "--recipient", "B", letter)
    said = marker(*order, "--consent", "hearsay")
    assert (said.status, said.objects[0]["hold_reason"]) == (3, "consent-required")
    consent(marker)
    said = marker(*order, "--consent", "5-17/88")
    assert said.status == 0, said.objects
    assert [copy["recipient"] for copy in said.objects[0]["copies"]] == ["A", "B"]
    assert marker("consent", "list", "--json").objects[0]["left"] == 0


def test_a_copy_is_made_from_the_registered_file_and_no_other(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, _ = received("RIBOTO NAUDOJIMO")
    source = tmp_path / "in" / "a.pdf"
    moved = source.rename(tmp_path / "moved.pdf")
    order = ("copy", number, *OURS, "--recipient", "A", "-o", tmp_path / "out")
    assert marker(*order).status == 2
    other = write_letter(tmp_path / "b.pdf", "RIBOTO NAUDOJIMO", pages=2)
    said = marker(*order, "--from", other)
    assert said.status == 2
    assert "not the file that was registered" in said.err
    assert marker(*order, "--from", moved).status == 0
    assert len(shown(marker, number)["copies"]) == 2


def test_the_first_translation_is_stamped_without_a_consent(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, _ = received()
    translation = write_letter(tmp_path / "kk.pdf", None, body="Құрметті әріптестер, жоспарды жібереміз.")
    out = ("-o", tmp_path / "out")
    order = ("copy", number, *OURS, "--recipient", "Translator", *out, "--translation", "kk", translation)
    said = marker(*order, "--json")
    assert said.status == 0, said.err
    copy = shown(marker, number)["copies"][1]
    assert (copy["translation"], copy["consent"]) == ("kk", None)
    with pypdfium2.PdfDocument(said.objects[0]["copies"][0]["path"]) as stamped:
        text = stamped[0].get_textpage().get_text_range()
    assert "ҚҰПИЯ" in text
    assert "SLAPTAI" in text
    assert marker(*order).status == 4


def test_a_spoiled_copy_is_replaced_once_without_a_consent(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, first = received()
    order = ("copy", number, *OURS, "--recipient", "Registry", "-o", tmp_path / "out", "--replaces", first)
    assert marker(*order).status == 2, "a reason is needed"
    said = marker(*order, "--reason", "toner smeared", "--json")
    assert said.status == 0, said.err
    states = [(copy["state"], copy["replaces"]) for copy in shown(marker, number)["copies"]]
    assert states == [("spoiled", None), ("issued", first)]
    assert marker(*order).status == 4


def test_secret_is_destroyed_with_a_consent_and_two_witnesses_and_the_sender_is_told(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, copy = received()
    one = ("--witness", "A. Clerk")
    order = ("destroy", copy, "--method", "shredded", "-o", tmp_path / "letters")
    assert marker(*order, *one, "--witness", "a. clerk").status == 2
    two = (*one, "--witness", "B. Officer")
    refused = marker(*order, *two)
    assert refused.status == 4
    assert "7(6)" in refused.err
    consent(marker)
    assert "does not cover destruction" in marker(*order, *two, "--consent", "5-17/88").err
    consent(marker, "9-1", "--for", "destruction")
    said = marker(*order, *two, "--consent", "9-1")
    assert said.status == 0, said.err
    assert shown(marker, number)["copies"][0]["state"] == "destroyed"
    (letter,) = (tmp_path / "letters").glob("*.docx")
    text = _words(letter)
    for words in (copy, "A. Clerk, B. Officer", "Pranešimas apie sunaikinimą", "Жою туралы хабарлама", "7(4)"):
        assert words in text
    assert len(list((tmp_path / "letters").glob("*.pdf"))) == 1
    assert marker(*order, *two, "--consent", "9-1").status == 4, "it is gone"


def test_top_secret_goes_back_to_the_sender_and_is_destroyed_in_a_crisis_only(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, copy = received("VISIŠKAI SLAPTAI")
    order = ("destroy", copy, "--method", "burnt", "--witness", "A", "--witness", "B", "-o", tmp_path / "letters")
    refused = marker(*order)
    assert refused.status == 4
    assert "7(5)" in refused.err
    assert marker(*order, "--crisis").status == 2, "what made it necessary is stated"
    assert marker("return", copy, "--reference", "77/2026").status == 0
    assert shown(marker, number)["copies"][0]["state"] == "returned"
    _, other = received("VISIŠKAI SLAPTAI", "b.pdf")
    said = marker("destroy", other, *order[2:], "--crisis", "--reason", "evacuation")
    assert said.status == 0, said.err
    (letter,) = (tmp_path / "letters").glob("*crisis*.docx")
    assert "SKUBU" in _words(letter)


def test_restricted_is_destroyed_freely_and_still_notified(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    _, copy = received("RIBOTO NAUDOJIMO")
    said = marker(
        "destroy", copy, "--method", "shredded", "--witness", "A", "--witness", "B", "-o", tmp_path, "--language", "ru"
    )
    assert said.status == 0, said.err
    (letter,) = tmp_path.glob("notice-*.docx")
    assert "Уведомление об уничтожении" in _words(letter)


def test_a_copy_changes_hands_but_not_to_a_third_party(
    marker: Marker, received: Callable[..., tuple[str, str]]
) -> None:
    number, copy = received("RIBOTO NAUDOJIMO")
    assert marker("transfer", copy, "--to", "Second Department", *OURS).status == 0
    assert shown(marker, number)["copies"][0]["holder"] == "Second Department"
    assert marker("recipient", "add", "Contractor Ltd", "--party", "other").status == 0
    refused = marker("transfer", copy, "--to", "Contractor Ltd")
    assert refused.status == 4
    assert "4(3)" in refused.err
    assert "Contractor Ltd" in marker("recipient", "list").out


def test_a_breach_is_told_investigated_and_closed(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, copy = received()
    said = marker("incident", "add", "--copy", copy, "--what", "envelope found open", "-o", tmp_path / "letters")
    assert said.status == 0, said.err
    (opened,) = marker("incident", "list", "--json").objects
    assert shown(marker, number)["copies"][0]["incidents"] == [opened["number"]]
    (letter,) = (tmp_path / "letters").glob("*.docx")
    assert "envelope found open" in _words(letter)
    out = ("-o", tmp_path)
    assert marker("incident", "report", opened["number"], "--text", "seal broken in transit", *out).status == 0
    assert shown(marker, number)["copies"][0]["incidents"] == []
    assert marker("incident", "report", opened["number"], "--text", "again").status == 4
    assert "seal broken" in marker("incident", "list").out


@pytest.mark.parametrize(
    ("marking", "endings"),
    [("SLAPTAI", {".docx", ".pdf"}), ("KONFIDENCIALIAI", {".json", ".eml"}), ("RIBOTO NAUDOJIMO", set())],
)
def test_a_receipt_is_of_the_kind_its_level_calls_for(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]], marking: str, endings: set[str]
) -> None:
    number, copy = received(marking)
    said = marker("receipt", number, "-o", tmp_path / "letters")
    assert said.status == 0, said.err
    files = {path.suffix: path for path in (tmp_path / "letters").glob("*")}
    assert set(files) == endings
    if ".docx" in files:
        text = _words(files[".docx"])
        for words in (number, copy, "12-345", "Қолхат", "Pakvitavimas", "SLAPTAI", "ҚҰПИЯ/СЕКРЕТНО", "6(3)"):
            assert words in text
        with pypdfium2.PdfDocument(files[".pdf"]) as letter:
            assert len(letter) == 2
            assert "Қолхат" in letter[1].get_textpage().get_text_range()
    elif ".eml" in files:
        mail = message_from_bytes(files[".eml"].read_bytes(), policy=default)
        (attached,) = mail.iter_attachments()
        assert json.loads(attached.get_content())["facts"]["register"] == number
        assert json.loads(files[".json"].read_bytes())["article"] == "6(5)"
    else:
        assert "No receipt is owed" in said.out


def _words(path: Path) -> str:
    document = docx.Document(io.BytesIO(path.read_bytes()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_what_is_owed_is_listed_until_it_is_done(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, _ = received()
    received("RIBOTO NAUDOJIMO", "b.pdf")
    (duty,) = marker("register", "duties", "--json").objects
    assert (duty["subject"], duty["article"], duty["overdue"]) == (number, "6(3)", False)
    assert duty["command"] in marker("register", "duties").out
    assert marker("receipt", number, "-o", tmp_path / "letters").status == 0
    assert marker("register", "duties", "--json").objects == []
    twin = (tmp_path / "in" / "a.pdf").rename(tmp_path / "in" / "twin.pdf")
    assert marker("convert", "--to", "KZ", "-o", tmp_path / "out", twin).status == 0
    assert len(marker("register", "duties", "--json").objects) == 1, "the same document came again"


def test_the_journal_is_written_and_its_head_verifies(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, copy = received()
    paths = {kind: tmp_path / f"journal.{kind}" for kind in ("xlsx", "csv", "pdf")}
    said = marker("register", "journal", *(word for kind, path in paths.items() for word in (f"--{kind}", path)))
    assert said.status == 0, said.err
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in paths.values())
    head = paths["csv"].read_text(encoding="utf-8-sig").splitlines()[-1].strip('"').split()[-1]
    received("RIBOTO NAUDOJIMO", "b.pdf")
    assert marker("register", "verify", "--head", head).status == 0
    wrong = marker("register", "verify", "--head", "0" * 63 + "1")
    assert wrong.status == 4
    assert "cut off" in wrong.out
    assert copy in marker("register", "journal", "--number", number).out
    assert marker("register", "list", "--level", "secret", "--json").objects[0]["copies"][0]["state"] == "issued"
    assert marker("register", "list", "--level", "secrett").status == 2
    assert marker("register", "list", "--from", "yesterday").status == 2


def test_who_is_not_in_the_list_is_a_third_party_until_the_operator_says_whose_they_are(
    marker: Marker, tmp_path: Path
) -> None:
    letter = write_letter(tmp_path / "in" / "a.pdf", "RIBOTO NAUDOJIMO")
    order = ("convert", "--to", "KZ", "-o", tmp_path / "out", "--recipient", "Second Department", letter, "--json")
    said = marker(*order)
    assert (said.status, said.objects[0]["hold_reason"]) == (3, "consent-required")
    assert "4(3)" in said.objects[0]["hold_detail"], "restricted too (Article 4(4))"
    assert "--recipient-party" in said.objects[0]["hold_detail"]
    said = marker(*order, *OURS)
    assert said.status == 0, said.err
    assert [(r["name"], r["party"]) for r in marker("recipient", "list", "--json").objects] == [
        ("Second Department", "KZ")
    ]
    other = marker(*order, "--recipient-party", "LT", "--again")
    assert other.status == 2
    assert "in the list of recipients as KZ" in other.err
    number = said.objects[0]["copies"][0]["copy_number"]
    refused = marker("transfer", number, "--to", "Embassy of somewhere")
    assert refused.status == 4
    assert "4(3)" in refused.err
    assert marker("transfer", number, "--to", "Embassy of somewhere", "--recipient-party", "other").status == 4
    assert marker("transfer", number, "--to", "Archive", *OURS).status == 0


def test_a_wish_to_be_told_only_is_granted(marker: Marker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKER_UNKNOWN_RECIPIENTS", "note")
    letter = write_letter(tmp_path / "in" / "a.pdf", "RIBOTO NAUDOJIMO")
    said = marker("convert", "--to", "KZ", "-o", tmp_path / "out", "--recipient", "X", letter, "--json")
    assert said.status == 0
    assert any("X is not in the list" in note for note in said.objects[0]["notes"])


def test_a_breach_ends_with_a_final_report_to_the_other_side(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, copy = received()
    out = ("-o", tmp_path / "letters")
    assert marker("incident", "add", "--copy", copy, "--what", "envelope found open", *out).status == 0
    incident = marker("incident", "list", "--json").objects[0]["number"]
    assert marker("incident", "report", incident, "--text", "seal broken in transit", *out).status == 0
    text = _words(tmp_path / "letters" / f"report-incident-{incident}-{number}.docx")
    for words in (copy, "envelope found open", "seal broken in transit", "Galutinė", "Бұзушылық туралы қорытынды"):
        assert words in text
    assert [duty["what"] for duty in marker("register", "duties", "--json").objects] == ["written receipt"]


def test_a_notice_that_could_not_be_written_is_owed_until_it_is(
    marker: Marker, tmp_path: Path, received: Callable[..., tuple[str, str]]
) -> None:
    number, copy = received("RIBOTO NAUDOJIMO")
    assert marker("copy", number, *OURS, "--recipient", "A", "-o", tmp_path / "out").status == 0
    second = shown(marker, number)["copies"][1]["copy_number"]
    (tmp_path / "file").write_text("no folder")
    badly = ("-o", tmp_path / "file")
    order = ("destroy", copy, second, "--method", "shredded", "--witness", "A. Clerk", "--witness", "B. Officer")
    assert marker(*order, *badly).status != 0
    assert marker("incident", "add", "--copy", copy, "--what", "seen by others", *badly).status != 0
    assert [one["state"] for one in shown(marker, number)["copies"]] == ["destroyed"] * 2, (
        "it happened, and is recorded"
    )
    owed = [duty for duty in marker("register", "duties", "--json").objects if duty["what"].startswith("notice")]
    assert [(duty["article"], duty["command"]) for duty in owed] == [("7(4)", "marker notice")] * 2 + [
        ("10", "marker notice")
    ]
    assert marker("notice", "-o", tmp_path / "letters").status == 0
    destruction, breach = sorted((tmp_path / "letters").glob("*.docx"))
    assert f"{copy}, {second}" in _words(destruction)
    assert "A. Clerk, B. Officer" in _words(destruction)
    assert "seen by others" in _words(breach)
    assert not [duty for duty in marker("register", "duties", "--json").objects if "notice" in duty["what"]]
    assert "No notice is owed" in marker("notice").out
    assert marker("register", "verify").status == 0

"""Another bilateral agreement is another file: the worked example of the documentation, from letter to stamped copy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pypdfium2
import pytest

from marker.agreement.load import load_profile
from marker.cli.main import cli
from marker.detect.judge import examine
from marker.model import PartyId, Place, Reading, Source, Span
from marker.records.letters import languages_for
from tests.cli.conftest import Said, marker, write_letter
from tests.ocr import pages

__all__ = ["marker"]  # the fixture
Marker = Callable[..., Said]
EXAMPLE = Path(__file__).parents[2] / "docs" / "agreements" / "pl-ee.toml"
TABLE = [
    ("ŚCIŚLE TAJNE", "TÄIESTI SALAJANE", "top-secret"),
    ("TAJNE", "SALAJANE", "secret"),
    ("POUFNE", "KONFIDENTSIAALNE", "confidential"),
    ("ZASTRZEŻONE", "PIIRATUD", "restricted"),
]


def test_the_example_is_sound(marker: Marker) -> None:
    said = marker("agreement", "check", EXAMPLE)
    assert said.status == 0
    assert "PL–EE Agreement: sound" in said.out
    assert marker("agreement", "check", "--agreement", EXAMPLE).status == 0


def test_its_table_is_the_published_one() -> None:
    profile = load_profile(EXAMPLE)
    for polish, estonian, level in TABLE:
        assert profile.marking(f"pl:{level}").own_text == polish
        assert profile.equivalent(profile.marking(f"pl:{level}").id).own_text == estonian
        assert profile.equivalent(profile.marking(f"ee:{level}").id).own_text == polish


@pytest.mark.parametrize(("polish", "estonian", "level"), TABLE)
def test_a_letter_of_either_party_becomes_a_copy_marked_by_the_other(
    polish: str, estonian: str, level: str, marker: Marker, tmp_path: Path
) -> None:
    # Its pages are read again, from their pictures too; which models are installed is the machine's affair.
    agreement = with_models(tmp_path, '"eng"')
    for sender, receiver, received, stamped in (("pl", "EE", polish, estonian), ("ee", "PL", estonian, polish)):
        letter = write_letter(tmp_path / f"{sender}.pdf", received)
        base = ("--agreement", agreement, "--to", receiver)
        said = marker("convert", *base, "-o", tmp_path / "out", letter, "--json")
        assert said.status == 0
        (value,) = said.objects
        assert (value["marking"], value["level"]) == (f"{sender}:{level}", level)
        assert value["equivalent_text"].startswith(f"{stamped}/")
        number = value["copies"][0]["copy_number"]
        assert number.startswith(f"{receiver}-")
        copy = value["copies"][0]["path"]
        assert marker("label", "check", "--agreement", agreement, copy).status == 0
        labels = marker("label", "show", "--agreement", agreement, "--json", copy).objects
        assert [one["classification"] for one in labels[:2]] == [[received], [stamped]]
        letters = marker("receipt", "--agreement", agreement, value["register"], "-o", tmp_path / "letters")
        assert letters.status == 0
        assert marker("trace", "--agreement", agreement, number).status == 0
    assert marker("register", "list", "--agreement", agreement).status == 0
    assert marker("register", "verify", "--agreement", agreement).status == 0


def test_it_goes_out_and_comes_back_as_spif(marker: Marker, tmp_path: Path) -> None:
    assert marker("agreement", "export", "--agreement", EXAMPLE, "--spif", tmp_path / "a").status == 0
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["EST.spif.xml", "POL.spif.xml"]
    assert marker("agreement", "import", "--spif", tmp_path / "a", "-o", tmp_path / "b.toml").status == 0
    assert marker("agreement", "export", "--agreement", tmp_path / "b.toml", "--spif", tmp_path / "c").status == 0
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "c" / path.name).read_bytes()
    letter = write_letter(tmp_path / "pl.pdf", "TAJNE")
    said = marker("detect", "--agreement", tmp_path / "b.toml", "--to", "EE", "--json", letter)
    assert said.objects[0]["equivalent"] == "ee:secret"


def test_others_markings_and_the_first_agreements_are_held(marker: Marker, tmp_path: Path) -> None:
    for text in ("SLAPTAI", "NATO SECRET"):
        letter = write_letter(tmp_path / "a.pdf", text)
        said = marker("detect", "--agreement", EXAMPLE, "--to", "EE", "--json", letter)
        assert said.objects[0]["hold_reason"] == "third-party"
    assert marker("detect", "--agreement", EXAMPLE, "--to", "KZ", tmp_path / "a.pdf").status == 2


@pytest.mark.parametrize(("receiving", "floor"), [("EE", "pl:top-secret"), ("PL", "ee:top-secret")])
def test_english_that_both_write_is_the_senders(receiving: str, floor: str) -> None:
    spans = [Span("TOP SECRET", Source.TEXT, Place.HEADER, "h", size=12, centred=True)]
    verdict = examine(Reading("docx", None, tuple(spans)), load_profile(EXAMPLE), PartyId(receiving))
    assert verdict.hold is not None
    assert verdict.hold.code == "uncertain"
    assert verdict.floor == floor


def test_every_command_takes_another_agreement() -> None:
    def walk(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
        if not isinstance(command, click.Group):
            return [(path, command)]
        context = click.Context(command)
        below = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
        return [found for name, one in below if one is not None for found in walk(one, (*path, name))]

    without = [
        " ".join(path) for path, command in walk(cli, ()) if not any("--agreement" in p.opts for p in command.params)
    ]
    assert without == []


def wrong(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_faults_are_told_in_words(marker: Marker, tmp_path: Path) -> None:
    said = marker(
        "agreement", "check",
        wrong(
            tmp_path,
            ('from = "pl:secret"\nto = "ee:secret"', 'from = "pl:secret"\nto = "ee:restricted"'),
            ('[[equivalence]]\nfrom = "ee:confidential"\nto = "pl:confidential"\narticle = "3(3)"\n', ""),
            ('basis = "art. 3 Umowy / Article 3"', 'basis = "art. {n}"'),
        ),
    )  # fmt: skip
    assert said.status == 2
    assert "equivalence[pl:secret → ee:restricted] joins markings that share no row" in said.err
    assert "TAJNE is in the row Secret, and PIIRATUD is in the row Restricted" in said.err
    assert "(KONFIDENTSIAALNE) corresponds to no marking of Republic of Poland" in said.err
    assert "stamp.PL.basis must use no {field}" in said.err
    assert "Traceback" not in said.err


def test_a_stamp_with_letters_the_font_lacks_is_told(marker: Marker, tmp_path: Path) -> None:
    said = marker("agreement", "check", wrong(tmp_path, ('stamp = "TAJNE/SECRET"', 'stamp = "TAJNE/機密"')))
    assert said.status == 2
    assert "marking[pl:secret] cannot be printed" in said.err
    assert "U+6A5F" in said.err


def test_its_letters_are_in_the_languages_of_its_parties(marker: Marker, tmp_path: Path) -> None:
    letter = write_letter(tmp_path / "pismo.pdf", "TAJNE")
    base = ("--agreement", with_models(tmp_path, '"eng"'))
    (report,) = marker("convert", *base, "--to", "EE", "-o", tmp_path / "out", letter, "--json").objects
    said = marker("receipt", *base, report["register"], "-o", tmp_path / "letters")
    assert said.status == 0, said.err
    with pypdfium2.PdfDocument(next((tmp_path / "letters").glob("*.pdf"))) as made:
        polish, estonian = (page.get_textpage().get_text_range() for page in made)
    assert "Republika Estońska → Rzeczpospolita Polska" in polish
    assert "Potwierdzamy" in polish
    assert "Klauzula naniesiona tutaj (art. 3(3))" in polish.replace("\r\n", " ")
    assert "Eesti Vabariik → Poola Vabariik" in estonian
    assert "Vastuvõtukinnitus" in estonian
    assert "to be stated" not in polish + estonian, "an article that nobody has put in is not cited"
    assert marker("receipt", *base, report["register"], "-o", tmp_path / "letters", "--language", "en").status == 0
    assert "Choose from" in marker("receipt", *base, report["register"], "--language", "lv").err


def test_where_it_brings_no_letters_they_are_in_english_and_check_says_so(marker: Marker, tmp_path: Path) -> None:
    whole = EXAMPLE.read_text(encoding="utf-8")
    short = tmp_path / "short.toml"
    short.write_text(whole[: whole.index("[letters.et.labels]")], encoding="utf-8")
    said = marker("agreement", "check", short)
    assert said.status == 0
    assert "Letters to and from EE are in English: there is no [letters.XX] for et." in said.out
    assert languages_for(load_profile(short), PartyId("EE")) == ("pl", "en")
    assert "in English" not in marker("agreement", "check", EXAMPLE).out


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ('witnesses = "Świadkowie"\n', "", "letters.pl.labels.witnesses is missing"),
        ('method = "Sposób"', 'method = "Sposób"\nsposob = "x"', "letters.pl.labels.sposob is not a key"),
        ('title = "Pokwitowanie odbioru"', 'title = ""', "letters.pl.receipt.title must be a text"),
        ("zgodnie z Umową (art. {article})", "zgodnie z {umowa}", "has {umowa}, but only {article} is filled in"),
        ("zgodnie z Umową (art. {article})", "zgodnie z {", "cannot be filled in"),
        ('method = "Sposób"', 'method = "方式"', "letters.pl (labels) cannot be printed"),
    ],
)
def test_letters_that_are_not_whole_are_told(
    was: str, becomes: str, fault: str, marker: Marker, tmp_path: Path
) -> None:
    said = marker("agreement", "check", wrong(tmp_path, (was, becomes)))
    assert said.status == 2
    assert fault in said.err
    assert "Traceback" not in said.err


def with_models(tmp_path: Path, names: str) -> Path:
    first = next(line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line.startswith("first = "))
    return wrong(tmp_path, ('languages = ["pol", "est"]', f"languages = [{names}]"), (first, ""))


def test_its_scans_are_read_in_the_languages_it_names(marker: Marker, tmp_path: Path) -> None:
    scan = pages.save(tmp_path / "scan.pdf", pages.write(pages.body(pages.blank()), "TAJNE", 827, 90))
    said = marker("detect", "--agreement", with_models(tmp_path, '"eng"'), "--to", "EE", "--json", scan)
    assert (said.status, said.objects[0]["marking"]) == (0, "pl:secret")
    said = marker("detect", "--agreement", with_models(tmp_path, '"eng", "qaa"'), "--to", "EE", "--json", scan)
    assert said.status == 5
    assert "sudo apt-get install tesseract-ocr-qaa" in said.err


def test_doctor_looks_for_the_languages_of_the_agreement(marker: Marker, tmp_path: Path) -> None:
    said = marker("doctor", "--agreement", with_models(tmp_path, '"eng", "qaa"'))
    assert said.status == 5
    assert "sudo apt-get install tesseract-ocr-qaa\n" in said.out
    assert "kaz" not in said.out


def test_its_holds_and_refusals_cite_its_own_articles(marker: Marker, tmp_path: Path) -> None:
    base = ("--agreement", EXAMPLE)
    letter = write_letter(tmp_path / "nato.pdf", "NATO SECRET")
    (held,) = marker("detect", *base, "--to", "EE", "--json", letter).objects
    assert "; Article 3(3) does not map it" in held["hold_detail"]
    letter = write_letter(tmp_path / "lifted.pdf", "KLAUZULA ZNIESIONA")
    (held,) = marker("detect", *base, "--to", "EE", "--json", letter).objects
    assert "without written consent (Article 3(2))" in held["hold_detail"]
    # What the example leaves to a lawyer is cited as the Agreement, never by the articles of another one.
    letter = write_letter(tmp_path / "secret.pdf", "TAJNE")
    arguments = ("--to", "EE", "--json", "--recipient", "A", "--recipient", "B", "-o", tmp_path / "out")
    (held,) = marker("convert", *base, *arguments, letter).objects
    assert held["hold_reason"] == "consent-required"
    assert "needs a written consent (the Agreement)" in held["hold_detail"]
    assert "Markings that correspond (Article 3(3))" in marker("agreement", "show", *base).out

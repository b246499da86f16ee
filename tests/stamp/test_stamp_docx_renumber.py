"""Further copies made from a copy: what numbers it is replaced, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from docx.document import Document as DocxDocument
from docx_samples import MAIN, document, edited, minimal, order, package, parts, strict
from docx_schema import new_faults
from test_stamp_docx_seal import margins

from marker.agreement.load import load_profile
from marker.errors import HoldError
from marker.model import CopyOrder
from marker.proof.docx import prove_docx
from marker.proof.docx_again import prove_docx_again
from marker.proof.label import prove_label
from marker.records.sheets import seals
from marker.stamp.docx import stamp_docx
from marker.stamp.docx_again import restamp_docx
from tests.labels.label_files import binding, docx_letter, label
from tests.stamp.test_stamp_seal import sealed

PROFILE = load_profile()
FIRST = order(recipient="Ә. Құрманғазиева")
NEXT = replace(order(index=3, size=None), recipient="Екінші басқарма, Б. Бекова")


def with_letterhead(made: DocxDocument) -> None:
    section = made.sections[0]
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = "Pavyzdinė ministerija"
    section.first_page_header.paragraphs[0].text = "Pavyzdinė ministerija, pavyzdinis departamentas, Vilnius"
    section.footer.paragraphs[0].text = "1 iš 2"


SOURCES: dict[str, Callable[[Path], Path]] = {
    "plain": lambda folder: document(folder / "a.docx"),
    "with a letterhead": lambda folder: document(folder / "a.docx", with_letterhead),
    "strict": lambda folder: strict(document(folder / "a.docx", with_letterhead)),
    "with narrow margins": lambda folder: document(folder / "a.docx", margins(10, 10)),
    "without styles": lambda folder: minimal(folder / "a.docx"),
    "labelled by its sender": lambda folder: docx_letter(folder / "a.docx", part=binding(label("KONFIDENCIALIAI"))),
}


def first_copy(source: Path, wanted: CopyOrder = FIRST) -> Path:
    target = source.with_name("1.docx")
    stamp_docx(source, [(wanted, target)], PROFILE)
    return target


def from_copy(copy: Path, was: CopyOrder, wanted: CopyOrder) -> Path:
    target = copy.with_name(f"{wanted.copy_index} from {copy.stem}.docx")
    restamp_docx(copy, was, [(wanted, target)], PROFILE)
    return target


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("seal", [False, True], ids=["plain", "sealed"])
def test_it_is_the_copy_that_the_received_file_would_have_given(kind: str, seal: bool, tmp_path: Path) -> None:
    source = SOURCES[kind](tmp_path)
    was, wanted = (sealed(one) if seal else one for one in (FIRST, NEXT))
    copy = first_copy(source, was)
    further = from_copy(copy, was, wanted)
    prove_docx_again(copy, further, was, wanted, PROFILE)
    prove_docx(source, further, wanted, PROFILE)
    prove_label("docx", further, wanted, PROFILE)
    assert new_faults(source, further) == []
    direct = source.with_name("direct.docx")
    stamp_docx(source, [(wanted, direct)], PROFILE)
    assert parts(further) == parts(direct)
    if seal:
        assert [(one.text, one.codes) for one in seals(further)] == [(wanted.seal, (wanted.copy_number,))]


def test_nothing_changes_but_what_numbers_it(tmp_path: Path) -> None:
    copy = first_copy(document(tmp_path / "a.docx", with_letterhead))
    one, other = parts(copy), parts(from_copy(copy, FIRST, NEXT))
    differing = {name for name in one if one[name] != other[name]}
    assert all(
        name == MAIN or name.startswith(("word/footer", "word/media/stampcode", "customXml/item")) for name in differing
    )
    for name in differing:
        assert FIRST.copy_number.encode() not in other[name]
    for name in (name for name in differing if "footer" in name):
        assert other[name] == one[name].replace(FIRST.copy_number.encode(), NEXT.copy_number.encode())


def test_a_copy_of_a_copy_can_be_made_from_again(tmp_path: Path) -> None:
    copy = first_copy(document(tmp_path / "a.docx"))
    second = from_copy(copy, FIRST, NEXT)
    third = from_copy(second, NEXT, FIRST)
    assert parts(third) == parts(copy)


def test_a_stamp_of_the_other_party_that_lies_under_ours_stays(tmp_path: Path) -> None:
    theirs = first_copy(document(tmp_path / "a.docx"), order("LT"))
    ours = theirs.with_name("ours.docx")
    stamp_docx(theirs, [(FIRST, ours)], PROFILE)
    further = from_copy(ours, FIRST, NEXT)
    prove_docx_again(ours, further, FIRST, NEXT, PROFILE)
    prove_docx(theirs, further, NEXT, PROFILE)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("Ә. Құрманғазиева", "Ә. Омарова"), id="another recipient in the block"),
        pytest.param(lambda text: text.replace("marker:block", "other:block"), id="no block that can be known"),
    ],
)
def test_a_copy_that_is_not_as_it_was_stamped_is_refused(change: Callable[[str], str], tmp_path: Path) -> None:
    copy = edited(first_copy(document(tmp_path / "a.docx")), document=change)
    with pytest.raises(HoldError, match="name the received file"):
        from_copy(copy, FIRST, NEXT)


@pytest.mark.parametrize(
    ("was", "wanted"),
    [
        pytest.param(FIRST, sealed(NEXT), id="a seal where there was none"),
        pytest.param(sealed(FIRST), NEXT, id="no seal where there was one"),
        pytest.param(FIRST, order(index=100, size=None), id="a longer number"),
        pytest.param(order(index=2), NEXT, id="stamped by another order"),
    ],
)
def test_what_would_not_fit_in_its_place_is_refused(was: CopyOrder, wanted: CopyOrder, tmp_path: Path) -> None:
    copy = first_copy(document(tmp_path / "a.docx"), was if was.seal else FIRST)
    with pytest.raises(HoldError, match="received file"):
        from_copy(copy, was, wanted)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (MAIN, "Ministerija", "Ministerijos"),
        (MAIN, 'w:top="', 'w:top="1'),
        ("word/styles.xml", "Normal", "Normel"),
        ("word/footer1.xml", "marker:number", "marker:numbers"),
        ("word/header1.xml", "marker:marking", "marker:markings"),
    ],
)
def test_a_change_of_anything_else_does_not_stand_the_proof(part: str, old: str, new: str, tmp_path: Path) -> None:
    copy = first_copy(document(tmp_path / "a.docx"))
    further = from_copy(copy, FIRST, NEXT)
    key = {MAIN: "document"}.get(part, part.removeprefix("word/").removesuffix(".xml"))
    edited(further, **{key: lambda text: text[::-1].replace(old[::-1], new[::-1], 1)[::-1]})
    with pytest.raises(HoldError, match="proof"):
        prove_docx_again(copy, further, FIRST, NEXT, PROFILE)


def test_a_copy_that_keeps_the_old_code_does_not_stand_the_proof(tmp_path: Path) -> None:
    copy = first_copy(document(tmp_path / "a.docx"))
    further = from_copy(copy, FIRST, NEXT)
    content = parts(further) | {"word/media/stampcode1.png": parts(copy)["word/media/stampcode1.png"]}
    package(further, content)
    with pytest.raises(HoldError, match="Data Matrix"):
        prove_docx_again(copy, further, FIRST, NEXT, PROFILE)

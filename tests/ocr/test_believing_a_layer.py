"""An OCR layer is believed for running text, and for nothing else, once it is shown to read the very same page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.agreement.load import load_profile
from marker.intake.work import Task, examine_file
from marker.model import Box, HoldCode, PartyId, Place, Source, Span, Verdict, Visibility
from marker.ocr import layer as layers_module
from marker.ocr import look, montage, page, plan, raster, upright
from marker.ocr.candidate import Candidate
from marker.ocr.colour import Grey
from marker.ocr.crop import Strip
from marker.ocr.layer import Layer
from marker.ocr.look import Clock, Line, Look
from marker.ocr.montage import LineRead, Montage
from marker.ocr.residue import known_of
from marker.settings import Settings
from tests.ocr import layers, pages

PROFILE = load_profile()
KNOWN = known_of(PROFILE)
LETTER, SAID = layers.letter()
OTHER = "ežero vanduo buvo šiltas ir žuvys plaukė gilyn"
Said = Sequence[tuple[str, Box]]


def layer_of(said: Said) -> Layer:
    return Layer(
        [
            Span(text, Source.OCR, Place.BODY, "page 1", page=1, box=box, visibility=Visibility.OCR_LAYER)
            for text, box in said
        ],
        KNOWN,
    )


def line(text: str, box: Box, confidence: float = 90.0) -> Line:
    strip = Strip(0.0, 0.0, box.width, box.height, 0.0)
    return Line(Candidate(strip, "print", False, 5.0, 0, len(text), 1.0), None, box, read=LineRead(text, confidence))


def sheet(*, quarters: int = 0, skew: float = 0.0) -> page.Sheet:
    picture = raster.Picture(np.full((842, 595), 255, np.uint8), 72.0, 1.0)
    made = page.lay_out(picture, 1, 1.0, quarters)
    made.skew = skew
    return made


def looked(*lines: Line) -> Look:
    return Look(1, sheet(), list(lines), [])


def moved(said: Said, across: float, down: float) -> Said:
    return [(text, Box(b.x0 + across, b.y0 + down, b.x1 + across, b.y1 + down)) for text, b in said]


def turned(said: Said) -> Said:
    return [(text, Box(595.4 - b.x1, 842 - b.y1, 595.4 - b.x0, 842 - b.y0)) for text, b in said]


READ = [line(text, box) for text, box in SAID]
STEP = SAID[1][1].y0 - SAID[0][1].y0


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        (SAID, True),
        ([(text.replace("ai", "oi"), box) for text, box in SAID[:8]], True),
        ([(OTHER if at % 2 else text, box) for at, (text, box) in enumerate(SAID)], False),
        (SAID[::2], False),
        (moved(SAID, 0, STEP), False),
        (moved(SAID, 250, 0), False),
        (turned(SAID), False),
        ([(text, Box(50, 200, 550, 700)) for text, _ in SAID], False),
        ([], False),
        ([*SAID, *(("ir", Box(10, at, 15, at + 1)) for at in range(600))], False),
    ],
    ids=[
        "honest",
        "misread",
        "lies-in-half",
        "lacks-half",
        "shifted",
        "beside",
        "upside-down",
        "everywhere",
        "none",
        "many",
    ],
)
def test_a_layer_is_believed_where_sure_lines_are_read_alike_at_the_same_place(said: Said, believed: bool) -> None:
    assert layer_of(said).is_believed(looked(*READ)) == believed


@pytest.mark.parametrize(
    ("lines", "believed"),
    [
        (READ[:2], False),
        ([line(text[:12], Box(b.x0, b.y0, b.x0 + b.width / 4, b.y1)) for text, b in SAID[:3]], False),
        ([line(text, box, 45.0) for text, box in SAID[:3]], True),
        ([*READ[:4], line("SEKRETAS", Box(50, 50, 150, 60)), line("PAMINKLAS", Box(50, 90, 150, 100))], False),
    ],
    ids=["two-lines", "few-letters", "badly-read-but-alike", "surely-read-and-not-in-it"],
)
def test_it_takes_several_lines_of_many_letters_and_hardly_one_against(lines: Sequence[Line], believed: bool) -> None:
    assert layer_of(SAID).is_believed(looked(*lines)) == believed


@pytest.mark.parametrize(
    ("read", "layer", "confirmed"),
    [
        ("Susltikime aptortas grafikas", "Susitikime aptartas grafikas", True),
        ("Susltikime aptortas grafikas", OTHER[:28], False),
        ("Susltikime aptortas SLAPTAT", "Susitikime aptartas grafikas", False),
        ("Susltikime aptortas grafikas", "Susitikime aptartas SLAPTAl", False),
        ("Susitikime", "Susitikime aptartas grafikas kartu su kitais dalykais", False),
        ("%s..", "Susitikime aptartas grafikas", False),
    ],
    ids=["misread", "other-words", "like-a-marking-here", "like-one-there", "says-much-more", "nothing-read"],
)
def test_a_badly_read_line_is_left_at_that_only_where_both_read_plain_words_alike(
    read: str, layer: str, confirmed: bool
) -> None:
    box = Box(100, 100, 300, 110)
    assert layer_of([(layer, box)]).confirms(1, line(read, box, 40.0)) == confirmed


@pytest.mark.parametrize(
    ("text", "width", "running"),
    [
        (SAID[0][0], 400, True),
        (SAID[0][0], 200, False),
        ("Slaptai, kaip susitikime aptartas mainų grafikas", 400, False),
        ("a1 , .. -- e o4 ~ ii xx , ] = ze w q ,, rt , o e w i p l z x", 400, False),
        ("trumpa eilutė", 400, False),
    ],
    ids=["words", "short", "like-a-marking", "rubbish", "few-letters"],
)
def test_only_long_lines_of_plain_words_are_taken_from_a_layer(text: str, width: float, running: bool) -> None:
    found = layer_of([(text, Box(50, 100, 50 + width, 112))]).running(sheet())
    assert bool(found) == running


@given(
    quarters=st.integers(0, 3),
    skew=st.floats(-6, 6),
    x=st.floats(0, 500),
    y=st.floats(0, 800),
    width=st.floats(1, 90),
    height=st.floats(1, 40),
)
def test_boxes_are_found_again_on_a_page_that_was_turned_and_levelled(
    quarters: int, skew: float, x: float, y: float, width: float, height: float
) -> None:
    laid = replace(BLANK, quarters=quarters, skew=skew)
    box = Box(x, y, x + width, y + height)
    back = laid.shown_points([(float(a), float(b)) for a, b in laid.corners_of(box)])
    assert np.allclose(back, [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)], atol=1e-6)


BLANK = sheet()


def test_a_long_line_of_the_layer_over_a_short_one_of_ink_accounts_for_nothing() -> None:
    drawn = pages.blank((595, 842), "L")
    pages.write(drawn, "Slaptai", 297, 300, size=14)
    pages.write(drawn, SAID[0][0], 297, 500, size=14)
    laid = page.lay_out(raster.Picture(np.asarray(drawn, np.uint8), 72.0, 1.0), 1, 1.0, 0)
    assert not laid.has_ink_along(Box(90, 290, 505, 310))
    assert laid.has_ink_along(Box(90, 490, 505, 510))
    assert not laid.has_ink_along(Box(600, 490, 700, 510))


def test_ink_that_the_layer_accounts_for_is_not_loose() -> None:
    drawn = pages.blank((595, 842), "L")
    pages.write(drawn, SAID[0][0], 297, 500, size=14)
    laid = page.lay_out(raster.Picture(np.asarray(drawn, np.uint8), 72.0, 1.0), 1, 1.0, 0)
    assert laid.letters is not None
    laid.letters = replace(laid.letters, loose=np.full_like(laid.letters.loose, 255), ink=laid.letters.loose.size)
    assert laid.loose_beside([]) == 1
    assert laid.loose_beside([Box(0, 0, 595, 421)]) == pytest.approx(0.5, abs=0.01)


# ── documents ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def crops(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The widths, in pixels, of all lines that were given to Tesseract."""
    found: list[int] = []
    build = montage.build

    def spy(lines: Sequence[Grey]) -> Montage:
        found.extend(crop.shape[1] for crop in lines)
        return build(lines)

    monkeypatch.setattr(montage, "build", spy)
    return found


def examine(path: Path) -> Verdict:
    return examine_file(path, path.name, Task(PartyId("KZ"), "", Settings())).verdict


def holds_unmarked(verdict: Verdict) -> bool:
    return verdict.hold is not None and verdict.hold.code is HoldCode.UNMARKED


def test_of_an_unmarked_page_whose_layer_agrees_few_lines_are_read(tmp_path: Path, crops: list[int]) -> None:
    assert holds_unmarked(examine(layers.scan(tmp_path / "bare.pdf", LETTER, [])))
    bare = sum(crops)
    crops.clear()
    assert holds_unmarked(examine(layers.scan(tmp_path / "honest.pdf", LETTER, SAID)))
    assert sum(crops) < bare / 2


@pytest.mark.parametrize(
    "said",
    [[(OTHER if at % 2 else text, box) for at, (text, box) in enumerate(SAID)], moved(SAID, 0, STEP), turned(SAID)],
    ids=["lies-in-half", "shifted", "upside-down"],
)
def test_of_a_page_whose_layer_does_not_agree_all_lines_are_read(
    tmp_path: Path, crops: list[int], said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[Line] = []
    read_lines = look.read_lines

    def spy(lines: Sequence[Line], clock: Clock) -> list[LineRead]:
        reads = read_lines(lines, clock)
        whole.extend(lines)
        return reads

    monkeypatch.setattr("marker.ocr.whole.read_lines", spy)
    assert holds_unmarked(examine(layers.scan(tmp_path / "a.pdf", LETTER, said)))
    assert len(whole) >= len(SAID)


@pytest.mark.parametrize(
    ("text", "at", "size"), [("SLAPTAI", (827, 110), 36), ("SLAPTAI", (827, 1400), 52)], ids=["at-the-top", "amid"]
)
def test_a_printed_mark_is_found_whatever_an_agreeing_layer_says_over_it(
    tmp_path: Path, text: str, at: tuple[int, int], size: int
) -> None:
    marked = pages.write(LETTER.copy(), text, *at, size=size)
    middle = (at[0] * 0.36, at[1] * 0.36)
    over = Box(60, middle[1] - 10, 540, middle[1] + 10)
    bare = examine(layers.scan(tmp_path / "bare.pdf", marked, SAID))
    assert bare.marking == "lt:secret"
    lied = examine(layers.scan(tmp_path / "lie.pdf", marked, [*SAID, (OTHER, over)]))
    assert any(found.marking == "lt:secret" for found in lied.evidence)


def test_a_stamp_is_found_whatever_an_agreeing_layer_says_over_it(tmp_path: Path) -> None:
    marked = pages.stamp(LETTER.copy(), "SLAPTAI", 1100, 1500, angle=8)
    lie = (OTHER, Box(90, 520, 540, 560))
    assert examine(layers.scan(tmp_path / "a.pdf", marked, [*SAID, lie])).marking == "lt:secret"


def test_lines_that_an_agreeing_layer_lacks_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    result = plan._Document._result

    def spy(document: plan._Document) -> object:
        reads.extend(span.text for seen in document._looks for span in seen.whole)
        return result(document)

    monkeypatch.setattr(plan._Document, "_result", spy)
    lacking = [said for at, said in enumerate(SAID) if at != 6]
    assert holds_unmarked(examine(layers.scan(tmp_path / "a.pdf", LETTER, lacking)))
    assert any("numatytas" in text for text in reads)
    assert not any("lentelę" in text for text in reads)


# ── which way up ────────────────────────────────────────────────────────────────────────────────────────────────────


def badly_read(said: Said, share: float = 1.0) -> list[Line]:
    return [line(text, box, 40.0) for text, box in said[: round(share * len(said))]]


@pytest.mark.parametrize(
    ("said", "turns"), [(SAID, []), (turned(SAID), [2]), ([], [2])], ids=["agrees", "upside-down", "none"]
)
def test_a_page_whose_layer_agrees_is_tried_in_no_other_turn(
    monkeypatch: pytest.MonkeyPatch, said: Said, turns: list[int]
) -> None:
    monkeypatch.setattr(upright, "read_beginnings", lambda *_, **__: list(READ))
    monkeypatch.setattr(upright, "read_looks", lambda *_: None)
    monkeypatch.setattr(layers_module, "read_beginnings", lambda *_: [])
    first = looked(*badly_read(SAID))
    first.sheet.text = [READ[0].candidate] * 4
    tried: list[int] = []

    def view(quarters: int) -> Look:
        tried.append(quarters)
        return looked()

    assert not first.reads_well()
    best = upright.right_way_up(first, view, Pages(), layer_of(said), Clock(60.0, PROFILE.scans))  # type: ignore[arg-type]  # only its sheets are asked for
    assert best is first
    assert tried == turns


class Pages:
    def sheet(self, *_: object) -> page.Sheet:
        return sheet()


def test_a_page_laid_on_its_side_is_set_upright_where_the_layer_is_right_about_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(layers_module, "read_beginnings", lambda *_: READ[:4])
    read: list[Look] = []
    monkeypatch.setattr(upright, "read_looks", lambda looks, _clock: read.extend(looks))
    sideways, straight = looked(), looked()
    sideways.sheet.quarters = 1
    view: Callable[[int], Look] = {0: straight}.__getitem__
    best = upright.right_way_up(sideways, view, Pages(), layer_of(SAID), Clock(60.0, PROFILE.scans))  # type: ignore[arg-type]  # only its sheets are asked for
    assert best is straight
    assert read == [straight]

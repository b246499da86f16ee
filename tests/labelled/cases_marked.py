"""Documents that are marked: in words, on their pages."""

from __future__ import annotations

from dataclasses import replace

from fixtures import pdf_pieces
from fixtures.files import user_unit_pdf
from fixtures.letter import Para, Run, Table, para
from tests.labelled import spelling, talk
from tests.labelled.draft import Dice, Draft, Label
from tests.labelled.registry import case

Result = tuple[bytes, Label]


def lower_level(dice: Dice) -> str:
    """A level that has one above it."""
    return dice.level(spelling.LEVELS[dice.sending][0])


@case("national practice")
def practice(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.any_form(marking, dice))
    return draft.marked(marking)


@case("dual forms")
def dual_form(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.dual(marking, dice))
    return draft.marked(marking)


@case("one half alone")
def single_form(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.one_form(marking, dice))
    return draft.marked(marking)


@case("mixed case")
def mixed_case(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.cased(spelling.one_form(marking, dice), dice))
    return draft.marked(marking)


@case("copy number on the marking's own line")
def copy_beside(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    gap = dice.choice((" ", "   ", ", ", " · "))
    draft.mark(spelling.one_form(marking, dice) + gap + spelling.copy_line(dice.sending, dice), copy=False)
    return draft.marked(marking)


@case("words that introduce a marking")
def companions(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    before = {
        "LT": ("Slaptumo žyma: ", "SLAPTUMO ŽYMA ", "Slaptumo žyma – "),
        "KZ": ("Гриф секретности: ", "ГРИФ: ", "Құпиялылық белгісі: "),
    }[dice.sending]
    draft.mark(dice.choice(before) + spelling.one_form(marking, dice))
    return draft.marked(marking)


@case("row 1: letterspaced by blanks")
def letterspaced(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    text = spelling.one_form(marking, dice)
    draft.mark(spelling.spaced(text) if dice.likely(0.6) else spelling.partly_spaced(text, dice), size=12)
    return draft.marked(marking)


@case("row 1: letterspaced by character spacing")
def tracked(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.one_form(marking, dice), tracking=dice.choice((1.0, 3.0, 6.0)), size=12)
    return draft.marked(marking)


@case("row 2: look-alike letters")
def look_alike(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.look_alike(spelling.one_form(marking, dice), dice))
    return draft.marked(marking)


@case("row 3: misprints of the published table")
def misprint(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level("kz:restricted", "lt:secret")
    draft.mark(dice.choice(spelling.misprints(marking)))
    return draft.marked(marking)


@case("row 6: broken over lines")
def broken_lines(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level("kz:secret", "lt:secret", "lt:confidential")
    words = spelling.HALVES[marking][dice.randrange(2)] if dice.sending == "KZ" else spelling.HALVES[marking][0]
    draft.mark(spelling.broken(words, dice))
    return draft.marked(marking)


@case("row 6: broken over paragraphs")
def broken_paragraphs(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level("kz:secret", "lt:secret", "lt:confidential")
    lines = spelling.broken(spelling.one_form(marking, dice), dice).split("\n")
    look = {"bold": True, "size": 12, "align": "right" if dice.sending == "KZ" else "center", "after": 0}
    draft.before[:0] = [para(line, **look) for line in lines]
    return draft.marked(marking)


@case("row 6: split over table cells")
def split_cells(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level("kz:secret", "lt:secret", "lt:confidential")
    first, _, rest = spelling.one_form(marking, dice).partition(" ")
    cells = [(para(word, bold=True, align="center", after=0),) for word in (first, rest)]
    rows = (tuple(cells),) if dice.likely(0.5) else ((cells[0],), (cells[1],))
    draft.before.insert(0, Table(rows, (1,) * len(rows[0]), border=dice.likely(0.5)))
    return draft.marked(marking, "uncertain", "conflict")


@case("row 6: split over runs")
def split_runs(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    text = spelling.any_form(marking, dice)
    cuts = sorted(dice.sample(range(1, len(text)), 3))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)]
    looks = [Run("", bold=bool(n % 2), italic=n == 2, size=12.0 if n != 1 else 12.5) for n in range(4)]
    draft.mark("", runs=tuple(replace(look, text=piece) for look, piece in zip(looks, pieces, strict=True)))
    return draft.marked(marking)


@case("row 7: a higher marking is mentioned in the text")
def above_mentions(dice: Dice) -> Result:
    draft, marking = Draft(dice), lower_level(dice)
    draft.mark(spelling.any_form(marking, dice))
    mentions = talk.MENTIONS[draft.sole_language]
    draft.extra += [para(text, align="both", first=28) for text in dice.sample(mentions, dice.randint(1, 2))]
    return draft.marked(marking)


@case("row 7: the Agreement's own table under a live marking")
def treaty_under_mark(dice: Dice) -> Result:
    draft, marking = Draft(dice), lower_level(dice)
    draft.mark(spelling.any_form(marking, dice))
    draft.after += treaty_table(draft)
    return draft.marked(marking, "conflict", "uncertain", higher=True)


def treaty_table(draft: Draft) -> list[Para | Table]:
    rows = tuple(tuple((para(text, size=9, after=0),) for text in row) for row in talk.TREATY_TABLE)
    return [para(talk.TREATY_LEAD[draft.sole_language]), Table(rows, (1, 1))]


@case("lessons: a body line of the bare word under a live marking")
def lone_words(dice: Dice) -> Result:
    draft, marking = Draft(dice), lower_level(dice)
    draft.mark(spelling.any_form(marking, dice))
    word = spelling.one_form(dice.other_level(marking), dice).lower()
    draft.extra.append(para(word + dice.choice((";", ",", "")), indent=36))
    return draft.marked(marking, "conflict", "uncertain", higher=True)


@case("row 8: inflected words in headings under a live marking")
def inflected_headings(dice: Dice) -> Result:
    draft, marking = Draft(dice), lower_level(dice)
    draft.mark(spelling.any_form(marking, dice))
    heading = dice.choice(talk.INFLECTED[draft.sole_language])
    draft.extra.append(para(heading, bold=True, align="center"))
    return draft.marked(marking)


@case("row 15: annex higher than the letter")
def annex_higher(dice: Dice) -> Result:
    marking = lower_level(dice)
    draft, higher = Draft(dice), dice.other_level(marking)
    draft.mark(spelling.any_form(marking, dice))
    mark = para(
        spelling.any_form(higher, dice),
        bold=True,
        size=12,
        after=0,
        align="right" if dice.sending == "KZ" else "center",
    )
    if dice.sending == "KZ":
        draft.annex(mark)
    else:
        draft.annex(top=(mark,), bottom=(mark,))
    return draft.marked(higher)


@case("rule 2: pages after the first bear no mark", receiving=("LT",))
def first_page_alone(dice: Dice) -> Result:
    draft, marking = Draft(dice, paragraphs=24), dice.level()
    draft.mark(spelling.any_form(marking, dice))
    draft.annex()
    return draft.marked(marking)


@case("page shapes: landscape, /Rotate, CropBox, UserUnit", formats=("pdf",))
def page_shapes(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.any_form(marking, dice))
    draft.section_look = {"landscape": dice.likely(0.5), "rotate": dice.choice((0, 90, 180, 270))}
    draft.look["crop"] = dice.choice((0.0, 30.0))
    data, label = draft.marked(marking)
    return (user_unit_pdf(data, 2.0) if dice.likely(0.3) else data), label


@case("places beside national practice")
def unusual_place(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    places = {"LT": ("top", "bottom", "top-left", "top-right"), "KZ": ("centre", "top-bottom", "top-right")}
    draft.mark(spelling.any_form(marking, dice), place=dice.choice(places[dice.sending]))
    return draft.marked(marking)


@case("other code points for the same words")
def odd_unicode(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    text = spelling.odd_unicode(spelling.any_form(marking, dice), dice)
    if dice.format == "pdf":  # where a soft hyphen is drawn, and nothing of no width is kept
        text = text.replace("\N{SOFT HYPHEN}", "").replace("\N{ZERO WIDTH SPACE}", "")
    draft.mark(text)
    return draft.marked(marking)


@case("short forms in the zone or beside a copy number", receiving=("LT",))
def short_form(dice: Dice) -> Result:
    draft = Draft(dice)
    short = dice.choice(("ДСП", "ҚБП", "ҚБП/ДСП", "ДСП"))
    draft.mark(dice.choice((short, f"{short} {spelling.copy_line('KZ', dice)}")), copy=True)
    return draft.marked("kz:restricted")


@case("a company's own footer beside a live marking")
def company_footer(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.any_form(marking, dice))
    draft.bottom.insert(0, para(dice.choice(talk.COMPANY), size=7, align="center", after=0))
    return draft.marked(marking)


@case("marking, date and number on one line")
def with_number(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    text = spelling.one_form(marking, dice)
    date, number = ("2026-03-04", "Nr. 12-7") if dice.sending == "LT" else ("04.03.2026", "№ 12-7")
    draft.mark(dice.choice((f"{text} {date} {number}", f"{text} · {date}", f"{text} | 1 / 4")), copy=False)
    return draft.marked(marking)


@case("another country named in passing", receiving=("LT",))
def country_in_passing(dice: Dice) -> Result:
    draft, marking = Draft(dice, language="ru", paragraphs=9), dice.level()
    draft.mark("/".join(spelling.HALVES[marking]))
    draft.after.append(para(dice.choice(talk.RUSSIA_IN_PASSING), align="both", first=28))
    return draft.marked(marking, "third-party")


@case("lines, emblems and small pictures that say nothing")
def emblem(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.any_form(marking, dice))
    draft.before.append(para("_" * 40, align="center"))
    if dice.format == "pdf":
        draft.overlays.append((1, pdf_pieces.emblem(60, -90)))
    return draft.marked(marking, "unreadable-page")


@case("the marking on every page and in even and first headers", formats=("docx",))
def header_kinds(dice: Dice) -> Result:
    draft, marking = Draft(dice, paragraphs=24), dice.level()
    line = (para(spelling.any_form(marking, dice), bold=True, align="center", after=0),)
    where = dice.randrange(3)
    draft.first_header = line if where != 1 else ()
    draft.even_header = line if where != 0 else ()
    draft.top = [*line] if where == 2 else []
    return draft.marked(marking)

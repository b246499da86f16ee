"""Documents that are to be held for what they say, and a few for what they are."""

from __future__ import annotations

from fixtures import docx_pieces, files, pdf_pieces
from fixtures.letter import Para, Run, para
from tests.labelled import spelling, talk
from tests.labelled.cases_marked import Result, lower_level, treaty_table
from tests.labelled.draft import Dice, Draft, Label
from tests.labelled.registry import case


@case("no marking")
def unmarked(dice: Dice) -> Result:
    draft = Draft(dice)
    if dice.likely(0.4):
        draft.bottom.append(para("© UAB „Pavyzdys“ · www.example.invalid", size=7, align="center"))
    return draft.held("unmarked")


@case("row 4: negatives")
def negative(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.mark(dice.choice(talk.NEGATIVES[dice.sending]), copy=False)
    return draft.held("unmarked")


@case("rule 5: qualified negatives")
def qualified_negative(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.mark(dice.choice(talk.QUALIFIED[dice.sending]), copy=False)
    return draft.held("uncertain")


@case("rule 5: a live marking governs a qualified negative")
def qualified_with_live(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(dice.choice(talk.QUALIFIED[dice.sending]), copy=False)
    mark = para(
        spelling.any_form(marking, dice),
        bold=True,
        size=12,
        after=0,
        align="right" if dice.sending == "KZ" else "center",
    )
    draft.annex(*((mark,) if dice.sending == "KZ" else ()), top=(mark,) if dice.sending == "LT" else ())
    return draft.marked(marking, "uncertain")


@case("row 7: mentions alone")
def mention_only(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.extra += [para(text, align="both", first=28) for text in talk.MENTIONS[draft.sole_language][:2]]
    return draft.held("unmarked")


@case("row 7: the Agreement's own table alone")
def treaty_alone(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.after += treaty_table(draft)
    return draft.held("unmarked", "uncertain", "conflict")


@case("row 8: inflected words and other words alone")
def inflected_only(dice: Dice) -> Result:
    draft = Draft(dice)
    words = talk.INFLECTED[draft.sole_language]
    if dice.likely(0.5):
        draft.mark(dice.choice(words), copy=False)
    else:
        draft.extra += [para(text, bold=True, align="center") for text in dice.sample(words, 2)]
    return draft.held("unmarked")


@case("row 9: ДСП that is chipboard", receiving=("LT",))
def chipboard(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.extra += [para(text, align="both", first=28) for text in dice.sample(talk.CHIPBOARD, 2)]
    return draft.held("unmarked")


@case("row 1: letterspaced prose")
def spaced_prose(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.extra.append(para(talk.PROSE_SPACED[draft.sole_language], align="both", first=28))
    return draft.held("unmarked")


def _foreign(dice: Dice, family: str) -> Result:
    draft = Draft(dice, language="en" if dice.likely(0.5) else "")
    words = spelling.THIRD_PARTIES[family]
    draft.mark(words[dice.turn % len(words)], copy=dice.likely(0.3), place=dice.choice(("top-bottom", "")))
    return draft.held("third-party")


@case("row 5: NATO")
def nato(dice: Dice) -> Result:
    return _foreign(dice, "nato")


@case("row 5: European Union")
def european_union(dice: Dice) -> Result:
    return _foreign(dice, "eu")


@case("row 5: United States")
def united_states(dice: Dice) -> Result:
    return _foreign(dice, "us")


@case("third parties: United Kingdom")
def united_kingdom(dice: Dice) -> Result:
    return _foreign(dice, "uk")


@case("third parties: France, Germany")
def france_germany(dice: Dice) -> Result:
    return _foreign(dice, "fr and de")


@case("third parties: Poland, Ukraine")
def poland_ukraine(dice: Dice) -> Result:
    return _foreign(dice, "pl and ua")


@case("third parties: Latvia, Estonia")
def latvia_estonia(dice: Dice) -> Result:
    return _foreign(dice, "lv and ee")


@case("US portion marks beside a marking of the sender")
def portion_marks(dice: Dice) -> Result:
    draft = Draft(dice, language="en")
    draft.mark(spelling.any_form(dice.level(), dice))
    portion = dice.choice(("(S//NF) ", "(TS//SI) ", "(C//REL) "))
    draft.extra.append(para(portion + "The rain gauges of this paragraph are invented.", first=28))
    return draft.held("third-party")


@case("a third party's marking beside one of the sender")
def third_beside_own(dice: Dice) -> Result:
    draft = Draft(dice)
    family = dice.choice(tuple(spelling.THIRD_PARTIES))
    draft.mark(spelling.any_form(dice.level(), dice))
    foreign = para(dice.choice(spelling.THIRD_PARTIES[family]), bold=True, size=12, align="center", after=0)
    if dice.likely(0.5):
        draft.head(foreign)
    else:
        draft.annex(top=(foreign,))
    return draft.held("third-party")


@case("row 6 for third parties: broken over lines, spaced, look-alikes")
def third_disguised(dice: Dice) -> Result:
    draft = Draft(dice, language="en")
    text = dice.choice(("NATO SECRET", "COSMIC TOP SECRET", "NATO RESTRICTED", "EU SECRET", "UK SECRET"))
    way = dice.randrange(4)
    if way == 0:
        text = spelling.broken(text, dice)
    elif way == 1:
        text = spelling.spaced(text)
    elif way == 2:
        text = spelling.look_alike(text, dice)
    draft.mark(text, copy=False, place="top-bottom", tracking=3.0 if way == 3 else 0.0)
    return draft.held("third-party")


@case("Russian forms of another owner", receiving=("LT",))
def other_owner(dice: Dice) -> Result:
    draft, marking = Draft(dice, language="ru"), dice.level()
    draft.mark(spelling.HALVES[marking][1])
    owner = para(dice.choice(talk.OTHER_OWNERS), bold=True, align=dice.choice(("center", "right")), after=2)
    draft.before.insert(0 if dice.likely(0.5) else len(draft.before), owner)
    return draft.held("third-party")


@case("highest national level", receiving=("LT",))
def no_equivalent(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.mark(
        dice.choice(
            ("АСА МАҢЫЗДЫ/ОСОБОЙ ВАЖНОСТИ", "ОСОБОЙ ВАЖНОСТИ", "АСА МАҢЫЗДЫ", "Особой важности", "ОСОБОЙ\nВАЖНОСТИ")
        )
    )
    return draft.held("no-equivalent")


@case("row 11: declassified beside a live marking")
def declassified_live(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.mark(spelling.any_form(dice.level(), dice))
    notice = para(dice.choice(talk.LIFTED[dice.sending]), bold=True, size=12, align=dice.choice(("center", "right")))
    (draft.before if dice.likely(0.6) else draft.after).append(notice)
    return draft.held("declassified")


@case("row 11: declassified, no live marking")
def declassified_alone(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.mark(dice.choice(talk.LIFTED[dice.sending]), copy=False)
    return draft.held("declassified", "unmarked", "uncertain")


@case("rule 8: markings of both Parties")
def both_parties(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.mark(spelling.any_form(dice.level(), dice))
    theirs = dice.choice(spelling.LEVELS[dice.receiving])
    mark = para(
        spelling.any_form(theirs, dice),
        bold=True,
        size=12,
        after=0,
        align="center" if dice.receiving == "LT" else "right",
    )
    if dice.receiving == "LT":
        draft.head(mark)
    else:
        draft.before.insert(0, mark)
    return draft.held("conflict")


@case("row 12: looks like one of our stamped copies")
def like_our_copy(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.mark(spelling.any_form(dice.level(), dice))
    ours = spelling.HALVES[dice.choice(spelling.LEVELS[dice.receiving])]
    number = {"KZ": "KZ-2026-000123-01-F", "LT": "LT-2026-000123-01-A"}[dice.receiving]
    stamp = (para("/".join(ours), bold=True, align="center", after=0), para(number, size=8, align="center", after=0))
    draft.head(*stamp)
    draft.bottom += stamp
    return draft.held("already-stamped", "conflict")


@case("rule 8: only the receiving Party's marking")
def wrong_party(dice: Dice) -> Result:
    draft = Draft(dice)
    theirs = dice.choice(spelling.LEVELS[dice.receiving])
    draft.mark(spelling.any_form(theirs, dice), place=dice.choice(("top-bottom", "corner")))
    return draft.held("wrong-party")


@case("rule 3: the halves of a dual mark disagree")
def halves_disagree(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    other = dice.choice([level for level in spelling.LEVELS[dice.sending] if level != marking])
    first, second = spelling.HALVES[marking][0], spelling.HALVES[other][1]
    draft.mark(first + dice.choice(("/", " / ", "/\n")) + second)
    return draft.held("conflict")


@case("rule 3: English alone")
def english_alone(dice: Dice) -> Result:
    draft = Draft(dice, language="en")
    draft.mark(dice.choice(("SECRET", "TOP SECRET", "CONFIDENTIAL", "RESTRICTED", "KONFIDENTIAL")))
    return draft.held("uncertain")


@case("row 15: conditional")
def conditional(dice: Dice) -> Result:
    draft = Draft(dice, language=dice.choice(("kk", "ru")) if dice.sending == "KZ" else "lt")
    level = spelling.HALVES[dice.level()][1 if draft.language == "ru" else 0]
    condition = dice.choice(talk.CONDITIONS[draft.language])
    draft.mark(dice.choice((level, level.capitalize())) + dice.choice((" ", "\n")) + condition, copy=dice.likely(0.3))
    return draft.held("uncertain")


@case("row 10: struck through")
def struck(dice: Dice) -> Result:
    draft = Draft(dice)
    draft.mark(spelling.any_form(dice.level(), dice), struck=True)
    return draft.held("uncertain")


@case("rule 5: struck through, a lower one written beside it")
def struck_above_live(dice: Dice) -> Result:
    marking = lower_level(dice)
    draft, higher = Draft(dice), dice.other_level(marking)
    draft.mark(spelling.any_form(marking, dice))
    look = Run("/".join(spelling.HALVES[higher]), bold=True, size=12, struck=True)
    if dice.sending == "LT":
        draft.head(Para((look,), "center", after=0))
    else:
        draft.before.insert(0, Para((look,), "right", after=0))
    return draft.held("uncertain", "conflict")


def _hidden(draft: Draft, text: str) -> None:
    """Words no reader of the printed page sees."""
    dice = draft.dice
    if dice.format == "docx":
        run = dice.choice((Run(text, bold=True, hidden=True), Run(text, bold=True, colour="FFFFFF")))
        draft.before.insert(0, Para((run,), dice.choice(("center", "right")), after=0))
        return
    y = -20.0  # above the header: over other words see hidden_under_words
    ways = (
        pdf_pieces.words_at(text, 300, y, 12, run=Run(text, bold=True, hidden=True)),
        pdf_pieces.words_at(text, 300, y, 12, run=Run(text, bold=True, colour="FFFFFF")),
        pdf_pieces.words_at(text, 300, 1400, 12),
        pdf_pieces.clipped(text, 300, y),
        pdf_pieces.covered(text, 300, y),
    )
    draft.overlays.append((1, dice.choice(ways)))


@case("rule 4: hidden text alone")
def hidden_alone(dice: Dice) -> Result:
    draft = Draft(dice)
    _hidden(draft, "/".join(spelling.HALVES[dice.level()]))
    return draft.held("uncertain")


@case("rule 4: hidden text outranks the visible mark")
def hidden_higher(dice: Dice) -> Result:
    marking = lower_level(dice)
    draft = Draft(dice)
    draft.mark(spelling.any_form(marking, dice))
    _hidden(draft, "/".join(spelling.HALVES[dice.other_level(marking)]))
    return draft.held("conflict")


@case("rule 4: hidden text outranks the visible mark and lies under other words", formats=("pdf",), receiving=("KZ",))
def hidden_under_words(dice: Dice) -> Result:
    marking = lower_level(dice)
    draft = Draft(dice)
    draft.mark(spelling.any_form(marking, dice), size=12)
    words = "/".join(spelling.HALVES[dice.other_level(marking)])
    ways = (
        pdf_pieces.words_at(words, 300, -40, 12, run=Run(words, bold=True, hidden=True)),
        pdf_pieces.words_at(words, 300, -40, 12, run=Run(words, bold=True, colour="FFFFFF")),
        pdf_pieces.clipped(words, 300, -40),
    )
    draft.overlays.append((1, dice.choice(ways)))
    return draft.held("conflict")


@case("rule 4: hidden text below the visible mark is noted")
def hidden_lower(dice: Dice) -> Result:
    levels = spelling.LEVELS[dice.sending]
    marking = dice.level(levels[-1])
    draft = Draft(dice)
    draft.mark(spelling.any_form(marking, dice))
    _hidden(draft, "/".join(spelling.HALVES[levels[-1]]))
    return draft.marked(marking, "unreadable-page")


@case("rule 6: properties alone")
def property_only(dice: Dice) -> Result:
    draft, words = Draft(dice), "/".join(spelling.HALVES[dice.level()])
    if dice.format == "docx" and dice.likely(0.5):
        draft.properties.append(("Classification", words))
    draft.look["title"] = words
    return draft.held("uncertain")


@case("rule 6: a company's own label beside a live marking", formats=("docx",))
def company_label(dice: Dice) -> Result:
    draft, marking = Draft(dice), dice.level()
    draft.mark(spelling.any_form(marking, dice))
    label = "MSIP_Label_1b2f3c4d-0000-4000-8000-00000000c0de"
    draft.properties += [(f"{label}_Enabled", "true"), (f"{label}_Name", "Confidential")]
    draft.properties.append(("Sensitivity", "Confidential"))
    return draft.marked(marking)


@case("rule 6: comments and bookmarks alone")
def comment_only(dice: Dice) -> Result:
    draft, words = Draft(dice), spelling.one_form(dice.level(), dice)
    if dice.format == "pdf":
        place = pdf_pieces.note(words, 560, -60) if dice.likely(0.5) else pdf_pieces.outline_entry(words)
        draft.overlays.append((1, place))
    elif dice.likely(0.5):
        reference, part = docx_pieces.comment(words)
        draft.before.append(Para(raw=reference))
        draft.parts.append(part)
    else:
        draft.before.append(Para(raw=docx_pieces.bookmark(words.replace(" ", "_"))))
    return draft.held("uncertain")


@case("files: a password, or damage on the way")
def damaged(dice: Dice) -> Result:
    draft = Draft(dice, paragraphs=4)
    draft.mark(spelling.any_form(dice.level(), dice))
    data, label = draft.held("malformed")
    cut = len(data) * dice.randint(20, 85) // 100
    if dice.likely(0.5):
        return data[:cut], label
    encrypted = (
        files.encrypted_pdf(data, "pavyzdys")
        if dice.format == "pdf"
        else files.ole_file(("EncryptionInfo", b"\4\0\4\0"), ("EncryptedPackage", data[:4096]))
    )
    return encrypted, Label(label.format, label.receiving, "held", None, frozenset({"encrypted"}))

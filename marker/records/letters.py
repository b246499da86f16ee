"""Letters to the sender: what they say, in the sender's language and in our own, as DOCX, PDF or electronic receipt.

A letter names numbers, dates, markings and hashes, never anything that a document says.
"""

from __future__ import annotations

import io
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from email.message import EmailMessage
from functools import cache
from importlib import resources

from marker import resources as ours
from marker.agreement.letters import LetterKind, LetterTexts, read_letters
from marker.agreement.profile import Profile
from marker.agreement.tables import Table
from marker.errors import UsageError
from marker.model import PartyId


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter before it is worded: its kind, the article it rests on, from whom to whom, and its facts in order."""

    kind: LetterKind
    article: str
    sender: Mapping[str, str]
    """The name, by language, of the Party whose body writes."""
    addressee: Mapping[str, str]
    date: str
    facts: Sequence[tuple[str, str]]
    """Key of a label and its value."""
    languages: tuple[str, ...]
    table: str
    """The article of the table by which the document was marked."""
    texts: Mapping[str, LetterTexts]
    """How letters are worded, by language."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter in one language."""

    language: str
    heading: str
    title: str
    body: str
    rows: tuple[tuple[str, str], ...]
    signature: tuple[str, ...]


@cache
def _shipped() -> Mapping[str, LetterTexts]:
    text = resources.files("marker.records").joinpath("wording.toml").read_text(encoding="utf-8")
    return read_letters(Table(tomllib.loads(text), "", "wording.toml"))


def texts_of(profile: Profile) -> Mapping[str, LetterTexts]:
    """Every language that letters are worded in: what the profile says goes before what marker brings."""
    return {**_shipped(), **profile.letters}


def languages_for(profile: Profile, receiving: PartyId, asked: Sequence[str] = ()) -> tuple[str, ...]:
    """The languages of a letter: those asked for, or the sender's and our own.  Raises UsageError for one unknown."""
    known = texts_of(profile)
    for language in asked:
        if language not in known:
            raise UsageError(f"There are no letters in {language}.", remedy=f"Choose from {', '.join(known)}.")
    if asked:
        return tuple(dict.fromkeys(asked))
    parties = (profile.other(receiving), profile.party(receiving))
    # English where letters are worded in no state language of a Party.
    own = (next((one for one in party.state_languages if one in known), "en") for party in parties)
    return tuple(dict.fromkeys(own))


def worded(letter: Letter) -> list[Wording]:
    """The letter in each of its languages."""
    found: list[Wording] = []
    for language in letter.languages:
        text = letter.texts[language]
        labels = text.labels
        found.append(
            Wording(
                language,
                f"{letter.sender.get(language, letter.sender['en'])} → "
                f"{letter.addressee.get(language, letter.addressee['en'])}",
                text.titles[letter.kind],
                _filled(text.bodies[letter.kind], article=letter.article),
                tuple(
                    (_filled(labels[key], table=letter.table), value)
                    for key, value in (*letter.facts, ("date", letter.date))
                    if value
                ),
                (labels["name"], labels["signature"]),
            )
        )
    return found


def _filled(text: str, **articles: str) -> str:
    """With its article; where the profile states none, without the words in brackets that would cite it."""
    for name, article in articles.items():
        if not article[:1].isdigit():
            text = re.sub(rf"\s*\([^()]*\{{{name}\}}[^()]*\)", "", text)
    return text.format(**articles)


def as_docx(letter: Letter) -> bytes:
    """The letter as a Word document, a page a language."""
    import docx
    from docx.enum.text import WD_BREAK
    from docx.shared import Cm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    document.styles["Normal"].font.name = "DejaVu Sans"
    document.styles["Normal"].font.size = Pt(10.5)
    for index, wording in enumerate(worded(letter)):
        if index:
            document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
        document.add_paragraph(wording.heading)
        title = document.add_paragraph()
        run = title.add_run(wording.title)
        run.bold, run.font.size = True, Pt(14)
        document.add_paragraph(wording.body)
        table = document.add_table(rows=0, cols=2)
        table.style = "Table Grid"
        for label, value in wording.rows:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = label, value
        document.add_paragraph()
        for line in wording.signature:
            document.add_paragraph(f"{line}: ______________________________")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def fonts() -> tuple[str, str]:
    """Names of the regular and the bold letter for reportlab, registered once."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    names = ("MarkerSans", "MarkerSans-Bold")
    for name, path in zip(names, (ours.REGULAR, ours.BOLD), strict=True):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(path)))
    return names


def as_pdf(letter: Letter) -> bytes:
    """The letter as PDF, a page a language."""
    from xml.sax.saxutils import escape

    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus.doctemplate import SimpleDocTemplate
    from reportlab.platypus.flowables import Flowable, PageBreak, Spacer
    from reportlab.platypus.paragraph import Paragraph
    from reportlab.platypus.tables import Table, TableStyle

    regular, bold = fonts()
    plain = ParagraphStyle("plain", fontName=regular, fontSize=10.5, leading=15)
    strong = ParagraphStyle(
        "strong", parent=plain, fontName=bold, fontSize=14, leading=20, spaceBefore=12, spaceAfter=8
    )
    story: list[Flowable] = []
    for index, wording in enumerate(worded(letter)):
        if index:
            story.append(PageBreak())
        story += [Paragraph(escape(wording.heading), plain), Paragraph(escape(wording.title), strong)]
        story += [Paragraph(escape(wording.body), plain), Spacer(1, 10)]
        rows = [[Paragraph(escape(cell), plain) for cell in row] for row in wording.rows]
        grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")])
        story += [Table(rows, colWidths=[160, 290], style=grid), Spacer(1, 30)]
        story += [Paragraph(f"{escape(line)}: ______________________________", plain) for line in wording.signature]
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, title=worded(letter)[0].title, author="").build(story)
    return out.getvalue()


def as_json(letter: Letter) -> bytes:
    """The electronic receipt: the letter's facts under their English keys (Article 6(5))."""
    value = {**asdict(replace(letter, texts={})), "facts": dict(letter.facts), "version": 1}
    del value["texts"]
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def as_mail(letter: Letter, name: str) -> bytes:
    """The electronic receipt as a message without addresses, which the registry's own mail program sends."""
    wordings = worded(letter)
    message = EmailMessage()
    message["Subject"] = " / ".join(f"{wording.title}" for wording in wordings) + f": {name}"
    message["X-Unsent"] = "1"
    parts = ["\n".join([w.title, "", w.body, "", *(f"{label}: {value}" for label, value in w.rows)]) for w in wordings]
    message.set_content("\n\n---\n\n".join(parts) + "\n")
    message.add_attachment(as_json(letter), maintype="application", subtype="json", filename=f"{name}.json")
    return message.as_bytes()

"""Sentences of the judgement for clerks: what was seen, where, and what to do next.

They quote the marking and nothing else of the document: reports are read by people who may not read the document.
"""

from __future__ import annotations

from collections.abc import Sequence

from marker.agreement.profile import Profile
from marker.model import Finding, MarkingId, PageInfo, PartyId, Place, Residue, Visibility
from marker.names import runs_of

_PLACES = {
    Place.HEADER: "in the header",
    Place.FOOTER: "in the footer",
    Place.TOP: "at the top",
    Place.BOTTOM: "at the bottom",
    Place.CORNER: "in the upper right corner",
    Place.MARGIN: "in the margin",
    Place.BODY: "in the text",
    Place.WATERMARK: "as a watermark",
    Place.TEXTBOX: "in a text box",
    Place.FOOTNOTE: "in a footnote",
    Place.COMMENT: "in a comment",
    Place.ATTACHMENT: "in an attachment",
    Place.PROPERTY: "in the document properties",
    Place.LABEL: "in a label inside the file",
    Place.BOOKMARK: "in a bookmark",
    Place.FORM_FIELD: "in a form field",
}
_VISIBILITY = {
    Visibility.STRUCK: "struck through",
    Visibility.HIDDEN: "hidden from the reader",
    Visibility.DELETED: "deleted with changes tracked",
    Visibility.EARLIER_REVISION: "in an earlier revision of the file",
}
_INK = {
    "coloured": "Coloured ink",
    "tilted": "Tilted writing",
    "framed": "Framed writing",
    "sideways": "Sideways writing",
    "large": "Large writing",
}
_LONGEST = 100
_MM = 25.4 / 72
"""Millimetres in a point."""
RELEASE = "release it with 'marker held release' and its marking and reason, or reject it"
STATE = "read the document and state its marking with --marking and --reason"


def where(finding: Finding) -> str:
    """``at the top of page 1``, ``in the text, table 3``; with what keeps it from the reader, if anything does."""
    if finding.page is None:
        place = f"{_PLACES[finding.place]}, {finding.spot}" if finding.spot else _PLACES[finding.place]
    elif finding.place is Place.BODY:
        place = f"in the text of page {finding.page}"
    elif finding.place in (Place.TOP, Place.BOTTOM, Place.CORNER, Place.MARGIN):
        place = f"{_PLACES[finding.place]} of page {finding.page}"
    else:
        place = f"{_PLACES[finding.place]} on page {finding.page}"
    hidden = _VISIBILITY.get(finding.visibility)
    return f"{place}, {hidden}" if hidden else place


def seen(finding: Finding) -> str:
    """The marking as it stands, on one line, and where."""
    text = " ".join(finding.text.split())
    return f"{text[:_LONGEST]} {where(finding)}"


def residue(item: Residue, pages: Sequence[PageInfo]) -> str:
    """``Coloured ink at the top right of page 2 (150 mm from the left edge, 24 mm from the top)``: its middle."""
    ink = _INK.get(item.kind, "Ink")
    if item.page is None:
        return ink
    info = next((page for page in pages if page.number == item.page), None)
    if info is None or item.box is None or not info.width or not info.height:
        return f"{ink} on page {item.page}"
    x, y = item.box.centre
    height = "top" if y < info.height / 3 else "bottom" if y > info.height * 2 / 3 else "middle"
    side = " left" if x < info.width / 3 else " right" if x > info.width * 2 / 3 else ""
    place = f"{round(x * _MM)} mm from the left edge, {round(y * _MM)} mm from the top"
    return f"{ink} at the {height}{side} of page {item.page} ({place})"


def party_name(profile: Profile, party: PartyId) -> str:
    names = profile.party(party).name
    return names.get("en", party)


def owner_name(profile: Profile, target: MarkingId) -> str:
    """Whose marking it is, for people."""
    for outside in profile.outside:
        if outside.id == target:
            return outside.owner
    for qualifier in profile.qualifiers:
        if qualifier.owner == target:
            return qualifier.name
    return next((party_name(profile, m.party) for m in profile.markings if m.id == target), target)


def listed(items: Sequence[object]) -> str:
    """``1, 2 and 4``; ranges of pages are left as they are."""
    texts = [str(item) for item in items]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def page_list(pages: Sequence[int]) -> str:
    """``page 3``, ``pages 1 to 4 and 7``."""
    parts = runs_of(pages, " to ")
    return f"page{'s' if len(set(pages)) > 1 else ''} {listed(parts)}"

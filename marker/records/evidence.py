"""``marker detect --html``: one self-contained file that shows each document's pages with what was seen on them.

For the officer who decides on a held file, and for the file's paper trail: it prints well, needs no network and holds
no script.  It shows pages of classified documents, so it is written for the owner alone, and only when asked for.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from marker.agreement.profile import Profile, cited
from marker.model import FileReport, Finding, FindingKind
from marker.names import shown
from marker.records.pages import PagePicture

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Nothing is fetched and nothing runs, whatever a file name or a marking may hold."""

_STYLE = """
:root { font: 15px/1.45 "DejaVu Sans", "Noto Sans", system-ui, sans-serif; color: #1a1a1a; }
body { margin: 2rem auto; max-width: 66rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
article { border-top: 2px solid #1a1a1a; padding: 1rem 0 2rem; break-inside: auto; }
.verdict { padding: .5rem .8rem; border-left: .4rem solid; margin: .4rem 0 1rem; }
.marked { border-color: #1b7f3b; background: #eef8f0; } .held { border-color: #b45309; background: #fdf5e8; }
.code { font-weight: 700; } .map { font-size: 1.1rem; font-weight: 700; }
.pages { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0; }
figure { margin: 0; width: 24rem; break-inside: avoid; } figcaption { font-size: .8rem; color: #555; }
.page { position: relative; border: 1px solid #999; line-height: 0; } .page img { width: 100%; }
.box { position: absolute; outline: 2px solid; outline-offset: 1px; }
.box b { position: absolute; right: calc(100% + 3px); top: -3px; padding: 0 3px; }
.box b { font: 700 11px/1.3 sans-serif; color: #fff; }
.mark { outline-color: #1b7f3b; } .mark b { background: #1b7f3b; }
.other { outline-color: #b45309; } .other b { background: #b45309; }
.mention { outline-color: #777; outline-style: dashed; } .mention b { background: #777; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #ddd; }
ul { margin: .4rem 0; padding-left: 1.2rem; font-size: .85rem; color: #444; }
@media print { body { margin: 0; max-width: none; } figure { width: 31%; } }
"""


def evidence_page(documents: Iterable[tuple[FileReport, Sequence[PagePicture]]], profile: Profile) -> str:
    """The whole page, which cites the profile's articles.

    Evidence is numbered per document; a box on a picture bears its number in the table.
    """
    articles = [_document(report, pictures, profile) for report, pictures in documents]
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8"><title>What was seen</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<style>{_STYLE}</style></head><body><h1>What was seen in {len(articles)} files</h1>"
        f"{''.join(articles)}</body></html>\n"
    )


def _document(report: FileReport, pictures: Sequence[PagePicture], profile: Profile) -> str:
    return (
        f"<article><h2>{escape(shown(Path(report.path).name))}</h2>{_verdict(report, profile)}"
        f"{_pages(report, pictures)}{_table(report)}{_notes(report)}</article>"
    )


def _verdict(report: FileReport, profile: Profile) -> str:
    if report.hold is not None:
        return (
            f'<div class="verdict held"><span class="code">held: {escape(report.hold.code.value)}</span><br>'
            f"{escape(report.hold.detail)}</div>"
        )
    return (
        f'<div class="verdict marked"><span class="map">{escape(report.marking or "")} → '
        f"{escape(report.equivalent_text or '')}</span> ({escape(report.equivalent or '')}, "
        f"{escape(cited(profile.articles.table))})</div>"
    )


def _pages(report: FileReport, pictures: Sequence[PagePicture]) -> str:
    figures = []
    for picture in pictures:
        boxes = "".join(
            _box(index, finding, picture)
            for index, finding in enumerate(report.evidence, start=1)
            if finding.page == picture.number and finding.box is not None
        )
        data = base64.b64encode(picture.png).decode("ascii")
        image = f'<img alt="page {picture.number}" src="data:image/png;base64,{data}">'
        total = f" of {report.pages}" if report.pages else ""
        figures.append(
            f'<figure><div class="page">{image}{boxes}</div>'
            f"<figcaption>page {picture.number}{total}</figcaption></figure>"
        )
    return f'<div class="pages">{"".join(figures)}</div>' if figures else ""


def _box(index: int, finding: Finding, picture: PagePicture) -> str:
    assert finding.box is not None  # noqa: S101  # the caller filters
    box = finding.box.grown(2)
    style = (
        f"left:{100 * box.x0 / picture.width:.2f}%;top:{100 * box.y0 / picture.height:.2f}%;"
        f"width:{100 * box.width / picture.width:.2f}%;height:{100 * box.height / picture.height:.2f}%"
    )
    return f'<div class="box {_class(finding)}" style="{style}"><b>{index}</b></div>'


def _class(finding: Finding) -> str:
    if finding.kind is FindingKind.MARK:
        return "mark"
    return "mention" if finding.kind is FindingKind.MENTION else "other"


def _table(report: FileReport) -> str:
    if not report.evidence:
        return "<p>Nothing like a marking was seen.</p>"
    rows = "".join(
        f"<tr><td>{index}</td><td>{escape(f.text)}</td><td>{escape(f.marking)} · {escape(f.kind.value)}</td>"
        f"<td>{escape(f.place.value)}{'' if f.page is None else f', page {f.page}'} ({escape(f.source.value)})</td>"
        f"<td>{f.score:.2f}</td><td>{escape(', '.join(f.reasons))}</td></tr>"
        for index, f in enumerate(report.evidence, start=1)
    )
    return (
        "<table><thead><tr><th>#</th><th>As it stands</th><th>Taken as</th><th>Where</th><th>Score</th><th>Why</th>"
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )


def _notes(report: FileReport) -> str:
    if not report.notes:
        return ""
    return f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in report.notes)}</ul>"

"""``marker label``: the confidentiality labels inside a file, and whether label, ink and register agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marker.cli.options import Common, common, opens, registers, shared
from marker.cli.words import _
from marker.errors import ExitStatus

if TYPE_CHECKING:
    from marker.intake.desk import Desk, Lookup
    from marker.intake.labels import FoundBinding, LabelsInFile
    from marker.intake.source import Snapshot
    from marker.model import PartyId

_PATH = click.Path(path_type=Path)


@click.group(short_help="The labels inside a file (STANAG 4774), and whether they are true.")
def label() -> None:
    """Confidentiality labels inside files: what guards, gateways and document systems decide by.

    \b
    Examples:
      marker label show letter.pdf
      marker label check letter.KZ-2026-000001-01-5.pdf
    """


@label.command()
@click.argument("file", type=_PATH)
@opens
@shared
@click.option("--xml", "as_xml", is_flag=True, help="The bindings as XML, canonical, one a line.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one label a line.")
def show(file: Path, as_xml: bool, as_json: bool, **options: Any) -> None:
    """Print the labels of a PDF, a DOCX or a label file (.bdo): ours, other systems', readable or as XML.

    \b
    Examples:
      marker label show letter.pdf
      marker label show --xml letter.docx | xmllint --format -
    """
    start = common(options)
    with start.look_up() as lookup, _opened(start, file, lookup, start.profile.parties[0].id) as (desk, snapshot):
        labels = desk.workers.labels(snapshot.path, file.name)
    if as_xml:
        for found in labels.bindings:
            click.echo(found.xml.decode("utf-8"))
    elif as_json:
        for value in _values(labels):
            click.echo(json.dumps(value, ensure_ascii=False))
    else:
        _print(labels)


@label.command()
@click.argument("file", type=_PATH)
@opens
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(file: Path, as_json: bool, **options: Any) -> ExitStatus:
    """Say whether the label, the marking on the pages and the register agree.

    Exit status 0: they agree; 3: they do not, or there is no label; 4: the register does not know the copy.

    \b
    Example:
      marker label check letter.KZ-2026-000001-01-5.pdf
    """
    from marker.intake.labels import compare

    start = common(options)
    with start.look_up() as lookup:
        with _opened(start, file, lookup, start.profile.parties[0].id) as (desk, snapshot):
            labels = desk.workers.labels(snapshot.path, file.name)
            examination = desk.workers.examine(snapshot.path, file.name)
        numbers = dict.fromkeys(copy for found in labels.bindings for copy in found.binding.copies)
        copies = []
        for number in numbers:
            record = lookup.copy(number.copy_number)
            copies.append((number, record, lookup.document(record.register_number) if record else None))
    result = compare(labels, examination.verdict, start.profile, copies, snapshot.sha256)
    agree = not (result.disagreements or result.unknown)
    if as_json:
        facts = {
            "schema": 1,
            "path": str(file),
            "agree": agree,
            "says": [{"source": line.source, "subject": line.subject, "says": line.says} for line in result.lines],
            "disagreements": list(result.disagreements),
            "unknown": list(result.unknown),
        }
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        from marker.cli.papers import print_table

        columns = (_("Who"), _("Of what"), _("Says"))
        print_table(columns, [(line.source, line.subject, line.says) for line in result.lines])
        for sentence in (*result.disagreements, *(f"{unknown}." for unknown in result.unknown)):
            click.echo(sentence)
        click.echo(_("Label, ink and register agree.") if agree else _("They do not agree."))
    if result.unknown:
        return ExitStatus.REGISTER
    return ExitStatus.DONE if agree else ExitStatus.HELD


@contextmanager
def _opened(start: Common, file: Path, lookup: Lookup, receiving: PartyId) -> Iterator[tuple[Desk, Snapshot]]:
    """A private snapshot of the file, decrypted where a password opens it, and the workers to read it with."""
    from marker.intake.desk import Wish
    from marker.intake.run import open_desk
    from marker.intake.source import Candidate, take

    wish = Wish(receiving=receiving, passwords=start.passwords)
    with open_desk(wish, start.profile, replace(start.settings, jobs=1), lookup, None) as desk:
        target = desk.workspace.fresh()
        try:
            yield desk, take(Candidate(file, Path(file.name)), target, start.settings.max_file_bytes)
        finally:
            target.unlink(missing_ok=True)


def _values(labels: LabelsInFile) -> Iterator[dict[str, Any]]:
    for found in labels.bindings:
        for one in found.binding.labels:
            yield {
                "kind": one.kind,
                "where": found.flow,
                "policy": one.policy,
                "policy_uri": one.policy_uri,
                "classification": list(one.classifications),
                "privacy_mark": list(one.privacy_marks),
                "categories": list(one.categories),
                "originator": one.originator,
                "created": one.created,
                "review": one.review,
                "faults": [*one.faults, *found.binding.faults],
            }
        for copy in found.binding.copies:
            yield {"kind": "copy", "where": found.flow, "copy_number": copy.copy_number,
                   "register_number": copy.register_number}  # fmt: skip
    for other in labels.others:
        yield {"kind": "property", "where": other.flow, "classification": [other.classification]}


def _print(labels: LabelsInFile) -> None:
    from marker.cli.papers import print_table

    if not labels.bindings and not labels.others:
        click.echo(_("The file carries no label."))
    for found in labels.bindings:
        _print_binding(found)
    if labels.others:
        rows = [(other.flow, other.classification) for other in labels.others]
        print_table((_("Where"), _("Says")), rows, title=_("Labels of other systems"))
    for what in labels.unread:
        click.echo(_("Not read: {what}").format(what=what))
    for note in labels.notes:
        click.echo(note)


def _print_binding(found: FoundBinding) -> None:
    from marker.cli.papers import print_table

    rows: list[tuple[str, str]] = []
    names = {"originator": _("originator's label"), "alternative": _("equivalent"), "metadata": _("of the metadata")}
    for one in found.binding.labels:
        facts = (
            (names[one.kind], f"{one.policy} {' / '.join(one.classifications)}"),
            (_("  policy"), one.policy_uri),
            (_("  privacy mark"), ", ".join(one.privacy_marks)),
            (_("  categories"), "; ".join(one.categories)),
            (_("  labelled by"), one.originator),
            (_("  created"), one.created),
            (_("  to be reviewed"), one.review),
            (_("  not as the standard says"), "; ".join(one.faults)),
        )
        rows += [(name, text) for name, text in facts if text]
    for copy in found.binding.copies:
        rows.append((_("copy of ours"), f"{copy.copy_number}, {copy.register_number}"))
    if found.binding.signed:
        rows.append((_("signature"), _("there is one; it was not verified")))
    rows += [(_("not as the standard says"), fault) for fault in found.binding.faults]
    print_table((_("What"), _("Says")), rows, title=_("Label (STANAG 4774/4778) in {where}").format(where=found.flow))

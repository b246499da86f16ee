"""``marker notice``, and the notices that ``destroy`` and ``incident`` write at once (Articles 7(4), 7(8), 10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marker.cli.letters import keep, language_option, on_paper, output_option
from marker.cli.options import common, registers, shared
from marker.cli.words import _

if TYPE_CHECKING:
    from marker.agreement.profile import Profile
    from marker.register.custody import Incident
    from marker.register.register import Register


@click.command(short_help="Write the notices to the sender that are still owed.")
@output_option
@language_option
@registers
@shared
def notice(output: Path, languages: tuple[str, ...], **options: Any) -> None:
    """Write every notice of a destruction or a breach that is still owed, because it could not be written at once.

    'marker register duties' lists them.

    \b
    Example:
      marker notice -o letters/
    """
    from marker.register import duties

    start = common(options)
    with start.open_register(create=False) as register:
        written = of_destructions(register, start.profile, output, languages)
        with register.reading() as connection:
            _events, incidents = duties.without_notice(connection)
        for incident in incidents:
            of_breach(register, replace(incident, report=None), start.profile, output, languages)
    if not written and not incidents:
        click.echo(_("No notice is owed."))


def of_destructions(
    register: Register,
    profile: Profile,
    output: Path,
    languages: tuple[str, ...],
    events: Collection[int] | None = None,
) -> bool:
    """Write the notices of these destructions, by the numbers of their events, or of all that lack one."""
    from marker.records import facts
    from marker.register import custody, duties
    from marker.register.records import EventKind

    today = register.now().date().isoformat()
    with register.reading() as connection:
        destroyed, _incidents = duties.without_notice(connection)
    wanted = [event for event in destroyed if events is None or event.seq in events]
    # One letter for the copies of a document that were destroyed together.
    together = sorted(wanted, key=lambda event: (event.document or "", event.detail, event.seq))
    for (number, detail), of_it in groupby(together, key=lambda event: (event.document or "", event.detail)):
        document = register.document(number)
        if document is None:
            continue
        found = list(of_it)
        how = custody.destroying(detail)
        copies = [event.copy or "" for event in found]
        letter = facts.destruction(document, copies, how, profile, today=today, languages=languages)
        name = f"notice-{letter.kind.value}-{number}-{found[0].seq}"
        of = {"of": [event.seq for event in found]}
        keep(register, EventKind.NOTICE, number, on_paper(letter, name), output, of)
    return bool(wanted)


def of_breach(register: Register, opened: Incident, profile: Profile, output: Path, languages: tuple[str, ...]) -> None:
    """Write the notice of a breach, or the final report where it is closed, one letter a document."""
    from marker.records import facts
    from marker.register.records import EventKind

    today = register.now().date().isoformat()
    documents = dict.fromkeys(copy.register_number for n in opened.copies if (copy := register.copy(n)) is not None)
    for number in documents:
        document = register.document(number)
        if document is not None:
            letter = facts.breach(opened, document, profile, today=today, languages=languages)
            # The final report does not stand for the first notice, should that never have been written.
            step, of = ("report", []) if opened.report is not None else ("notice", [opened.number])
            detail = {"of": of, "incident": opened.number}
            name = f"{step}-incident-{opened.number}-{number}"
            keep(register, EventKind.NOTICE, number, on_paper(letter, name), output, detail)

"""``marker transfer``, ``return``, ``destroy`` and ``incident``: what becomes of copies after they were issued."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from marker.cli.letters import language_option, output_option, print_json
from marker.cli.notices import of_breach, of_destructions
from marker.cli.options import common, party_of_recipients, registers, shared, state_recipients
from marker.cli.words import _
from marker.errors import HoldError, RegisterError, UsageError

_on = click.option("--date", "on", metavar="YYYY-MM-DD", help="When it happened. Default: today.")


@contextmanager
def _article() -> Iterator[None]:
    """What the Agreement forbids ends a register command with status 4; the sentence names the article."""
    try:
        yield
    except HoldError as error:
        raise RegisterError(str(error)) from error


def _day(on: str | None, today: date) -> str:
    if on is None:
        return today.isoformat()
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise UsageError(f"--date {on} is no date.", remedy="Write it as 2026-11-22.") from None
    if day > today:
        raise UsageError(f"--date {on} is yet to come.", remedy="Record what has happened.")
    return day.isoformat()


@click.command(short_help="Hand a copy over to another holder.")
@click.argument("number", metavar="COPY")
@click.option("--to", "holder", required=True, metavar="NAME", help="The new holder.")
@party_of_recipients
@click.option("--consent", metavar="REF", help="The competent authority's consent, for a third party (Article 4(3)).")
@registers
@shared
def transfer(number: str, holder: str, recipient_party: str | None, consent: str | None, **options: Any) -> None:
    """Record that a copy went to another holder.

    \b
    Example:
      marker transfer KZ-2026-000123-02-G --to "Second Department"
    """
    from marker.intake.terms import unknown_is_third
    from marker.register import custody

    start = common(options)
    strict = unknown_is_third(start.settings)
    with start.open_register(create=False) as register:
        state_recipients(start, register, [holder], recipient_party)
        with _article(), register.writing() as pen:
            custody.transfer(pen, number, holder, consent=consent, unknown_is_third=strict)
    click.echo(f"{number}: {holder}")


@click.command("return", short_help="Record copies that went back to the sender.")
@click.argument("numbers", nargs=-1, required=True, metavar="COPY…")
@click.option("--reference", required=True, metavar="TEXT", help="The covering letter they went back with.")
@_on
@registers
@shared
def return_(numbers: tuple[str, ...], reference: str, on: str | None, **options: Any) -> None:
    """Record that copies were returned to the sender (Article 7(5) for top secret).

    \b
    Example:
      marker return KZ-2026-000123-01-0 --reference 77/2026
    """
    from marker.register import custody

    start = common(options)
    with start.open_register(create=False) as register, register.writing() as pen:
        done = custody.hand_back(pen, numbers, on=_day(on, pen.now.date()), reference=reference)
    for copy in done:
        click.echo(_("{number}: returned").format(number=copy.copy_number))


@click.command(short_help="Record the destruction of copies, and write the notice to the sender.")
@click.argument("numbers", nargs=-1, required=True, metavar="COPY…")
@click.option("--witness", "witnesses", multiple=True, metavar="NAME", help="Two different persons; repeat the option.")
@click.option("--method", required=True, metavar="TEXT", help="How they were destroyed beyond reconstruction.")
@click.option("--consent", metavar="REF", help="The sender's written consent to destruction (Article 7(6)).")
@click.option("--crisis", is_flag=True, help="Destroyed in a crisis (Article 7(8)): no consent, an urgent notice.")
@click.option("--reason", metavar="TEXT", help="What made it necessary; needed with --crisis.")
@_on
@output_option
@language_option
@registers
@shared
def destroy(
    numbers: tuple[str, ...],
    witnesses: tuple[str, ...],
    method: str,
    consent: str | None,
    crisis: bool,
    reason: str | None,
    on: str | None,
    output: Path,
    languages: tuple[str, ...],
    **options: Any,
) -> None:
    """Record a destruction before two witnesses and write the notice to the sender (Article 7(4)).

    Top secret is never destroyed but in a crisis (7(5)); secret and confidential need a consent (7(6)); restricted
    needs none (7(7)). What is forbidden ends with exit status 4, and nothing is recorded.

    \b
    Example:
      marker destroy KZ-2026-000123-02-G --witness "A. Clerk" --witness "B. Officer" --method shredded --consent 5-17/90
    """
    from marker.records.letters import languages_for
    from marker.register import custody

    start = common(options)
    handling = {level.id: start.profile.handling_of(level.id) for level in start.profile.levels}
    languages_for(
        start.profile, start.profile.parties[0].id, languages
    )  # a wrong language stops before anything is kept
    with start.open_register(create=False) as register:
        with _article(), register.writing() as pen:
            how = custody.Destroying(_day(on, pen.now.date()), method, witnesses, consent, crisis, reason)
            done = custody.destroy(pen, numbers, how, handling)
        for copy, _document, _event in done:
            click.echo(_("{number}: destroyed").format(number=copy.copy_number))
        events = [event for *_rest, event in done]
        of_destructions(register, start.profile, output, languages, events)


@click.group(short_help="Breaches (Article 10): record, report, list.")
def incident() -> None:
    """Breaches of the Agreement, tied to copies by their numbers (Article 10).

    \b
    Example:
      marker incident list
    """


@incident.command()
@click.option("--copy", "numbers", multiple=True, required=True, metavar="COPY", help="A copy concerned; repeat it.")
@click.option("--what", required=True, metavar="TEXT", help="What happened. Name nothing that the document says.")
@_on
@output_option
@language_option
@registers
@shared
def add(
    numbers: tuple[str, ...], what: str, on: str | None, output: Path, languages: tuple[str, ...], **options: Any
) -> None:
    """Record a breach and write the notice to the other side's competent authority.

    \b
    Example:
      marker incident add --copy KZ-2026-000123-02-G --what "envelope found open"
    """
    from marker.records.letters import languages_for
    from marker.register import custody

    start = common(options)
    languages_for(start.profile, start.profile.parties[0].id, languages)
    with start.open_register(create=False) as register:
        with register.writing() as pen:
            number = custody.open_incident(pen, numbers, on=_day(on, pen.now.date()), what=what)
            opened = next(known for known in custody.incidents(pen.connection) if known.number == number)
        click.echo(_("incident {n}: open").format(n=number))
        of_breach(register, opened, start.profile, output, languages)


@incident.command()
@click.argument("number", type=int)
@click.option("--text", required=True, help="What the investigation found, and what was done.")
@output_option
@language_option
@registers
@shared
def report(number: int, text: str, output: Path, languages: tuple[str, ...], **options: Any) -> None:
    """Record the outcome of the investigation, which closes the incident, and write the final report to the other side.

    \b
    Example:
      marker incident report 57 --text "seal broken in transit; nothing was missing"
    """
    from marker.records.letters import languages_for
    from marker.register import custody

    start = common(options)
    languages_for(start.profile, start.profile.parties[0].id, languages)
    with start.open_register(create=False) as register:
        with register.writing() as pen:
            closed = custody.report_incident(pen, number, text)
        click.echo(_("incident {n}: closed").format(n=number))
        of_breach(register, closed, start.profile, output, languages)


@incident.command("list")
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, one incident a line.")
def list_(as_json: bool, **options: Any) -> None:
    """List the incidents with their copies and outcomes.

    \b
    Example:
      marker incident list
    """
    from marker.register import custody

    start = common(options)
    with start.open_register(create=False) as register, register.reading() as connection:
        found = custody.incidents(connection)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    from marker.cli.papers import print_table

    print_table(
        (_("Incident"), _("Date"), _("What"), _("Copies"), _("Outcome")),
        [(str(one.number), one.on, one.what, "\n".join(one.copies), one.report or _("open")) for one in found],
    )

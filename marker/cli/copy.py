"""``marker copy``: further numbered copies of a registered document, and its translations."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marker.cli.options import common, party_of_recipients, registers, shared, stamps, state_recipients
from marker.cli.words import _
from marker.errors import HoldError, RegisterError, UsageError
from marker.model import HoldCode
from marker.names import shown

if TYPE_CHECKING:
    from marker.errors import ExitStatus
    from marker.register.records import DocumentRecord
    from marker.register.register import Register

_PATH = click.Path(path_type=Path)


@click.command(short_help="A further numbered copy of a registered document.")
@click.argument("number", metavar="REG")
@click.option("--recipient", "recipients", multiple=True, required=True, metavar="NAME", help="One numbered copy each.")
@party_of_recipients
@click.option("--consent", metavar="REF", help="The written consent, as 'marker consent add' put it on file.")
@click.option("--purpose", metavar="TEXT", help="Why the copies are made (Article 7(3)).")
@click.option(
    "--from",
    "source",
    type=_PATH,
    metavar="FILE",
    help="The received file, or one of its Word copies as it was issued. Default: where it lay.",
)
@click.option(
    "--translation",
    nargs=2,
    metavar="LANG FILE",
    help="Stamp a translation; the first into kk and the first into lt need no consent.",
)
@click.option("--replaces", metavar="COPY", help="A spoiled copy that the new one stands for; needs no consent.")
@click.option("--reason", metavar="TEXT", help="Why that copy is spoiled.")
@click.option("-o", "--output", type=_PATH, default=Path(), help="Folder for the stamped copies. Default: this folder.")
@stamps
@registers
@shared
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def copy(
    number: str,
    recipients: tuple[str, ...],
    recipient_party: str | None,
    consent: str | None,
    purpose: str | None,
    source: Path | None,
    translation: tuple[str, str] | None,
    replaces: str | None,
    reason: str | None,
    output: Path,
    as_json: bool,
    **options: Any,
) -> ExitStatus:
    """Make further copies under the document's register number, each with its own copy number.

    Top secret, secret and confidential need a written consent (Article 7(1)); without one: exit status 4.

    \b
    Examples:
      marker copy KZ-2026-000123 --recipient "Second Department" --consent 5-17/88
      marker copy KZ-2026-000123 --recipient "Translator" --translation kk letter-kk.docx
    """
    from marker.intake.batch import exit_status
    from marker.intake.desk import Wish
    from marker.intake.further import further
    from marker.intake.publish import make_folder
    from marker.intake.report import to_json
    from marker.intake.run import open_desk, settle
    from marker.intake.source import Candidate

    start = common(options)
    if translation and source:
        raise UsageError("--from names the received file, --translation another.", remedy="Leave out one of them.")
    if replaces and (len(recipients) > 1 or translation):
        raise UsageError("One copy stands for a spoiled one.", remedy="Name one recipient, without --translation.")
    with start.open_register(create=False) as register:
        document = _document(register, number)
        path = Path(translation[1]) if translation else (source or Path(document.source_name))
        state_recipients(start, register, recipients, recipient_party)
        settle(register, output)
        wish = Wish(
            receiving=document.party,
            recipients=recipients,
            purpose=purpose,
            consent=consent,
            passwords=start.passwords,
        )
        with open_desk(wish, start.profile, replace(start.settings, jobs=1), register, register) as desk:
            try:
                report = further(
                    Candidate(path, Path(path.name)),
                    lambda: make_folder(output, Path()),
                    desk,
                    document,
                    language=translation[0].lower() if translation else None,
                    replaces=replaces.strip().upper() if replaces else None,
                    reason=reason or "",
                )
            except HoldError as error:
                if error.hold.code is HoldCode.CONSENT_REQUIRED:
                    raise RegisterError(str(error)) from error
                if path == Path(document.source_name) and not path.exists():
                    raise UsageError(
                        f"The received file is no longer at {document.source_name}.", remedy="Name it with --from."
                    ) from error
                raise
        register_path = shown(register.name)
    if as_json:
        click.echo(json.dumps(to_json(report, with_copies=True), ensure_ascii=False))
        return exit_status([report.outcome])
    from marker.cli.show import print_reports, print_summary

    print_reports([report])
    for note in report.notes:
        click.echo(note)
    print_summary([report], [(_("copies"), shown(output)), (_("register"), register_path)])
    return exit_status([report.outcome])


def _document(register: Register, number: str) -> DocumentRecord:
    from marker.register.records import DocumentStatus

    document = register.document(number)
    if document is None or document.status is not DocumentStatus.REGISTERED:
        raise RegisterError(f"{number} is not a registered document.", remedy="'marker register list' shows what is.")
    return document

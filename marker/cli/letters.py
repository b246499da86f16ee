"""``marker receipt``, and how letters of all kinds are written to disk and into the register."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marker.agreement.profile import Receipt
from marker.cli.options import common, registers, shared
from marker.cli.words import _
from marker.errors import RegisterError
from marker.names import shown

if TYPE_CHECKING:
    from marker.records.letters import Letter
    from marker.register.records import EventKind
    from marker.register.register import Register

_PATH = click.Path(path_type=Path)

language_option = click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="LANG",
    help="kk, ru, lt, en, or one the agreement brings. Default: the sender's and ours.",
)
output_option = click.option("-o", "--output", type=_PATH, default=Path(), help="Folder for the letter.")


@click.command(short_help="The receipt that is owed for a document.")
@click.argument("number", metavar="REG")
@output_option
@language_option
@registers
@shared
def receipt(number: str, output: Path, languages: tuple[str, ...], **options: Any) -> None:
    """Write the receipt: a letter (DOCX and PDF) for top secret and secret, JSON and .eml for confidential.

    For restricted none is owed (Articles 6(3), 6(5)), and none is written.

    \b
    Example:
      marker receipt KZ-2026-000123 -o letters/
    """
    from marker.records import facts, letters
    from marker.register.records import CopyStatus, EventKind

    start = common(options)
    with start.open_register(create=False) as register:
        document = register.document(number)
        if document is None:
            raise RegisterError(f"{number} is not in the register.", remedy="'marker register list' shows what is.")
        handling = start.profile.handling_of(document.level)
        if handling.receipt is Receipt.NONE:
            level = document.level
            click.echo(
                _("No receipt is owed for {level} (Articles {a}).").format(level=level, a=handling.receipt_article)
            )
            return
        copies = [c for c in register.copies_of(document.register_number) if c.status is CopyStatus.ISSUED]
        history = register.history(document.register_number)
        again = [event.at[:10] for event in history if event.kind == EventKind.ARRIVED_AGAIN]
        today = register.now().date().isoformat()
        letter = facts.receipt(
            document, copies, start.profile, handling, today=today, arrivals=again, languages=languages
        )
        name = f"receipt-{document.register_number}-{today}"
        if handling.receipt is Receipt.ELECTRONIC:
            files = {f"{name}.json": letters.as_json(letter), f"{name}.eml": letters.as_mail(letter, name)}
        else:
            files = on_paper(letter, name)
        keep(register, EventKind.RECEIPT, document.register_number, files, output, {"kind": handling.receipt.value})


def on_paper(letter: Letter, name: str) -> dict[str, bytes]:
    """A letter as Word document and as PDF."""
    from marker.records import letters

    return {f"{name}.docx": letters.as_docx(letter), f"{name}.pdf": letters.as_pdf(letter)}


def keep(
    register: Register,
    kind: EventKind,
    document: str,
    files: Mapping[str, bytes],
    output: Path,
    detail: Mapping[str, Any],
) -> None:
    """Write a letter's files, then enter their hashes in the register, and say where they are."""
    from marker.intake.publish import make_folder, write_whole
    from marker.register.ledger import append

    make_folder(output, Path())
    for name, data in files.items():
        write_whole(output / name, data)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    with register.writing() as pen:
        append(pen, kind, document=document, detail={**detail, "files": hashes})
    for name in files:
        click.echo(shown(output / name))


def print_json(values: Sequence[Mapping[str, Any]]) -> None:
    """JSON Lines."""
    for value in values:
        click.echo(json.dumps(value, ensure_ascii=False))

"""``marker trace --offline``: does the seal on a copy's first page hold?  No register is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marker.cli.options import Common, common
from marker.cli.words import _
from marker.errors import RegisterError, UsageError
from marker.names import shown
from marker.seal import read_seal

if TYPE_CHECKING:
    from marker.records.sheets import SealSeen


def verify_seals(path: Path, offline: bool, key: Path | None, as_json: bool, options: dict[str, Any]) -> None:
    """Print what the seals of ``path`` say once all of them hold.

    Raises RegisterError (status 4) when there is none, when one does not hold, or when it was put on another copy's
    page; UsageError when the options do not belong together.
    """
    if not offline or key is None:
        raise UsageError("--offline and --key belong together.", remedy="Name the public key: --offline --key PUB.pem.")
    from marker.register.signing import verifier

    public = verifier(key)
    if not public.public:
        raise UsageError(f"{shown(key)} is no Ed25519 key, which seals are signed with.", remedy="Name the seal's key.")
    if not path.exists():
        raise UsageError(f"{shown(path)} is no file.", remedy="Name a copy, or a scan of its first page.")
    seen = _seals_of(common(options), path)
    if not seen:
        raise RegisterError(
            f"No seal was found in {shown(path)}.",
            remedy="Seals stand on first pages of copies alone; scan that page flat and whole, at 300 dpi.",
        )
    for one in seen:
        seal = read_seal(one.text)
        number = seal.says.copy_number
        if not seal.holds(public.public):
            raise RegisterError(
                f"The seal that names copy {number} does not hold with the key {public.key_id}.",
                remedy="Check that this is the key of the registry that made the copy; if it is, the seal is forged.",
            )
        if others := [code for code in one.codes if code != str(number)]:
            raise RegisterError(
                f"The seal of copy {number} stands on a page of copy {', '.join(others)}.",
                remedy="It was put there from another copy; ask the registry.",
            )
    for one in seen:
        _print(one, public.key_id, as_json)


def _seals_of(start: Common, path: Path) -> list[SealSeen]:
    from marker.intake.desk import EmptyLookup, Wish
    from marker.intake.run import open_desk
    from marker.intake.source import Candidate, take

    wish = Wish(receiving=start.profile.parties[0].id)
    settings = replace(start.settings, jobs=1)
    with open_desk(wish, start.profile, settings, EmptyLookup(), None) as desk:
        target = desk.workspace.fresh()
        try:
            snapshot = take(Candidate(path, Path(path.name)), target, start.settings.max_file_bytes)
            return desk.workers.seals(snapshot.path)
        finally:
            target.unlink(missing_ok=True)


def _print(one: SealSeen, key_id: str, as_json: bool) -> None:
    says = read_seal(one.text).says
    facts = {
        "copy_number": str(says.copy_number),
        "register_number": says.copy_number.register_number,
        "date": says.date,
        "marking": says.marking,
        "equivalent": says.equivalent,
        "source_sha256": says.source_sha256,
        "key_id": key_id,
    }
    if as_json:
        click.echo(json.dumps({**facts, "found_by": "seal", "holds": True, "page_code_agrees": bool(one.codes)}))
        return
    click.echo(_("{number}: the seal holds").format(number=facts["copy_number"]))
    lines = {
        _("register"): facts["register_number"],
        _("date"): says.date,
        _("marking"): f"{says.marking} → {says.equivalent}",
        _("source"): says.source_sha256,
        _("key"): key_id,
    }
    for name, fact in lines.items():
        click.echo(f"  {name:<12}{fact}")
    if not one.codes:
        click.echo(_("The page's own code was not read: compare the copy number with the one printed on the page."))
    click.echo(_("No register was asked: who holds the copy, and whether it is still valid, only the register says."))

"""Options several commands share, and how they become settings, a profile and an open register."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.errors import RegisterError, UsageError
from marker.passwords import Passwords, read_passwords
from marker.settings import Settings

if TYPE_CHECKING:
    from marker.intake.desk import Lookup
    from marker.register.heads import Keeper
    from marker.register.records import Head
    from marker.register.register import Register

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Common:
    """What every command starts from."""

    settings: Settings
    profile: Profile
    passwords: Passwords

    @contextmanager
    def look_up(self) -> Iterator[Lookup]:
        """The register for reading, or an empty one where none has been made yet.  Raises RegisterError."""
        from marker.intake.desk import EmptyLookup
        from marker.register.place import default_path

        if not self.settings.register and not default_path().exists():
            yield EmptyLookup()  # before anything that opens registers is loaded
            return
        from marker.register.opening import exists

        if not exists(self.settings.register):
            yield EmptyLookup()
            return
        with self.open_register(create=False) as register:
            yield register

    def open_register(self, *, create: bool = True) -> Register:
        """The register the settings name.  Raises RegisterError."""
        from marker.register.opening import open_register

        return open_register(
            self.settings.register,
            operator=self.settings.operator,
            clearance=self.settings.clearance,
            profile_sha256=self.profile.sha256,
            first_number=self.settings.first_number,
            first_number_year=self.settings.first_number_year,
            clock=self._clock(),
            create=create,
            keep_head=self._keep_head if self.keeps_heads else None,
            articles=self.profile.articles,
        )

    @property
    def keeps_heads(self) -> bool:
        """Whether the ledger's head goes anywhere at the end of a run."""
        return bool(self.settings.head_file or self.settings.head_command)

    def head_keeper(self) -> Keeper:
        """Where the settings want the ledger's head.  Raises UsageError for a key that is none."""
        from marker.register.heads import Keeper

        signer = None
        if self.settings.head_key:
            from marker.register.signing import signer as signing

            signer = signing(Path(self.settings.head_key).expanduser())
        file = self.settings.head_file
        return Keeper(signer, Path(file).expanduser() if file else None, self.settings.head_command)

    def _keep_head(self, head: Head) -> None:
        # The work is done and stands; what failed is said, and the next run or 'marker register head' makes up for it.
        try:
            self.head_keeper().keep(head)
        except (RegisterError, UsageError) as error:
            click.echo(f"marker: {error} {error.remedy}".rstrip(), err=True)

    def _clock(self) -> Callable[[], datetime]:
        zone = self.settings.timezone
        if not zone:
            return lambda: datetime.now().astimezone()
        try:
            place = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise UsageError(
                f"{zone} is not a time zone.", remedy="Name one like Asia/Almaty or Europe/Vilnius."
            ) from error
        return lambda: datetime.now(place)


def common(options: dict[str, Any]) -> Common:
    """Take the shared options out of a command's and load what they name.  Raises UsageError."""
    config = options.pop("config", None)
    named = {name: options.pop(name) for name in _SETTINGS if name in options}
    settings = Settings.load(config, os.environ, named)
    if settings.cache:
        from marker.ocr.cache import PictureCache

        PictureCache(Path(settings.cache))  # one that is open to others is refused before anything is read
    profile = load_profile(Path(settings.agreement) if settings.agreement else None)
    if settings.seal_key and "seal_key" in named:
        from marker.intake.sealing import open_sealer

        open_sealer(settings.seal_key, profile)  # a key that is none is refused before anything is touched
    return Common(settings, profile, read_passwords(settings.password_file))


_SETTINGS = (
    "register", "agreement", "operator", "clearance", "jobs", "timeout", "password_file", "accept_broken_signature",
    "strip_active", "seal_key", "copies_as", "sidecar", "interval", "settle", "cache",
)  # fmt: skip


cache_option = click.option(
    "--cache",
    metavar="DIR",
    help="Keep what is read of scans in DIR for the next run. It holds text of classified documents; 'marker cache "
    "purge' removes it.",
)


def shared(command: F) -> F:
    """Add the options every command has."""
    for option in reversed(
        (
            click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="TOML file of settings."),
            click.option("--agreement", metavar="FILE", help="Another agreement profile than the embedded one."),
        )
    ):
        command = option(command)
    return command


def registers(command: F) -> F:
    """Add the options of commands that use the register."""
    for option in reversed(
        (
            click.option(
                "--register", metavar="URL", help="SQLite file or URL; also MARKER_REGISTER. Default: your data folder."
            ),
            click.option("--operator", metavar="NAME", help="Who works (Article 7(2)). Default: the system user."),
            click.option("--clearance", metavar="TEXT", help="The operator's clearance, as stated."),
        )
    ):
        command = option(command)
    return command


def opens(command: F) -> F:
    """Add the options of commands that open received files."""
    return click.option(
        "--password-file", metavar="FILE", help="Passwords, one a line, tried on encrypted files. Mode 600."
    )(command)


def stamps(command: F) -> F:
    """Add the options of commands that stamp received files."""
    for option in reversed(
        (
            click.option(
                "--accept-broken-signature",
                is_flag=True,
                default=None,
                help="Stamp also where that breaks an electronic signature.",
            ),
            click.option(
                "--as",
                "copies_as",
                type=click.Choice(["pdf"]),
                help="Make the copies of a Word file PDF files (needs LibreOffice).",
            ),
            click.option(
                "--strip-active", is_flag=True, default=None, help="Leave scripts and automatic actions out of copies."
            ),
            click.option(
                "--sidecar", is_flag=True, default=None, help="Write each copy's label beside it too, as COPY.bdo."
            ),
            click.option(
                "--seal-key", metavar="FILE", help="Private key (PEM, Ed25519): seal each copy on its first page."
            ),
        )
    ):
        command = option(command)
    return opens(command)


def party_of_recipients(command: F) -> F:
    """Add the option that enters new recipients in the list."""
    return click.option(
        "--recipient-party",
        metavar="KZ|LT|other",
        help="Whose the recipients are; enters those who are not in the list yet (Article 4(3)).",
    )(command)


def state_recipients(start: Common, register: Register, names: Iterable[str], party: str | None) -> None:
    """Enter recipients in the list as the operator states.  Raises UsageError, RegisterError."""
    from marker.register import recipients

    if party is None:
        return
    party = party.lower() if party.lower() == recipients.THIRD else party.upper()
    with register.writing() as pen:
        recipients.state(pen, names, party, [known.id for known in start.profile.parties])


def works(command: F) -> F:
    """Add the options of commands that read documents."""
    for option in reversed(
        (
            click.option(
                "--to",
                "receiving",
                metavar="KZ|LT",
                required=True,
                help="The receiving Party; the other one is the sender.",
            ),
            click.option(
                "--jobs", type=click.IntRange(1, 256), help="Documents worked on at once. Default: one a core."
            ),
            click.option(
                "--timeout",
                type=click.FloatRange(1),
                metavar="SECONDS",
                help="Limit for reading, and for stamping, one file.",
            ),
            cache_option,
        )
    ):
        command = option(command)
    return command

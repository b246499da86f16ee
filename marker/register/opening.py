"""Opening the register: where it stands, whether it can be used, and its schema."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import platformdirs

from marker.errors import RegisterError
from marker.names import shown
from marker.register import migrate, sqlite
from marker.register.register import Register


def default_path() -> Path:
    """``register.sqlite`` in the user's data directory."""
    return Path(platformdirs.user_data_dir("marker")) / "register.sqlite"


def local_now() -> datetime:
    """The time in the machine's time zone."""
    return datetime.now().astimezone()


def open_register(
    url_or_path: str,
    *,
    operator: str,
    clearance: str,
    profile_sha256: str,
    first_number: int = 1,
    clock: Callable[[], datetime] = local_now,
    create: bool = True,
    busy_timeout: float = sqlite.BUSY_TIMEOUT,
) -> Register:
    """Open the register, make it or bring it to the present schema.  Use it as a context manager.

    ``url_or_path`` is a path, ``sqlite:///path``, or empty for :func:`default_path`; only there is the folder made,
    because a folder that is missing elsewhere is mostly a disk that is not mounted.  ``operator`` and ``clearance``
    go with every copy (Article 7(2)).  ``first_number`` is the serial that a Party's year begins with; once a number
    of that year is drawn it has no effect.  ``clock`` gives aware times in the registry's time zone: the local date
    decides the year of a number.  ``busy_timeout``, seconds, is how long a writer waits for its turn.

    Raises RegisterError when the register cannot be reached, read or written.
    """
    path = located(url_or_path)
    try:
        if not url_or_path:
            _make_private(path.parent)
        sqlite.prepare(path, create=create)
    except OSError as error:
        raise _unreachable(path, error) from error
    reader, writer = sqlite.engines(path, busy_timeout)
    try:
        with sqlite.translated(path):
            sqlite.use_wal(reader, path, busy_timeout)
            migrate.bring_up_to_date(reader, writer, str(path), create=create)
        return Register(
            path, reader, writer, operator=shown(operator), clearance=shown(clearance),
            profile_sha256=profile_sha256, first_number=first_number, clock=clock,
        )  # fmt: skip
    except OSError as error:
        reader.dispose()
        raise _unreachable(path, error) from error
    except BaseException:
        reader.dispose()
        raise


def exists(url_or_path: str) -> bool:
    """Whether a register was ever made there; for commands that only ask, and must not make one.

    Raises RegisterError when the address is none of a register, or the place cannot be looked at.
    """
    path = located(url_or_path)
    try:
        # An empty file is one that a run meant to make into a register and did not get to.
        return path.exists() and not (path.is_file() and path.stat().st_size == 0)
    except OSError as error:
        raise _unreachable(path, error) from error


def _unreachable(path: Path, error: OSError) -> RegisterError:
    return RegisterError(
        f"The register {path} cannot be reached: {error.strerror}.", remedy="Check the path and its permissions."
    )


def located(url_or_path: str) -> Path:
    """Where the register stands or would stand.  Raises RegisterError for a wrong address."""
    scheme, separator, rest = url_or_path.partition("://")
    if not separator:
        place = url_or_path
    elif scheme in {"sqlite", "sqlite+pysqlite"} and len(rest) > 1 and rest.startswith("/"):
        place = rest[1:]  # sqlite:///relative, sqlite:////absolute
    elif scheme.partition("+")[0] in {"postgresql", "postgres"}:
        raise RegisterError(
            "A PostgreSQL register is not yet supported.", remedy="Name a SQLite file on a local disk with --register."
        )
    else:
        # The rest of an address may hold a password.
        raise RegisterError(
            f"{shown(scheme)}:// is not the address of a register.",
            remedy="Give the path of a SQLite file, or sqlite:///path.",
        )
    if place == ":memory:" or "\0" in place:
        raise RegisterError("That is not a place for a register.", remedy="Give the path of a SQLite file.")
    return Path(place).expanduser().absolute() if place else default_path()


def _make_private(folder: Path) -> None:
    if not folder.exists():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)

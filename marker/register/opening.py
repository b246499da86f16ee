"""Opening the register: where it stands, whether it can be used, and its schema."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from marker.agreement.profile import Articles
from marker.errors import RegisterError
from marker.names import shown
from marker.register import migrate, sqlite
from marker.register.place import default_path
from marker.register.records import FirstNumber, Head
from marker.register.register import Register
from marker.register.schema import VERSION_TABLE
from marker.register.store import Store


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
    first_number_year: int = 0,
    clock: Callable[[], datetime] = local_now,
    create: bool = True,
    busy_timeout: float = sqlite.BUSY_TIMEOUT,
    keep_head: Callable[[Head], None] | None = None,
    articles: Articles = Articles(),  # noqa: B008  # it is frozen
) -> Register:
    """Open the register, make it or bring it to the present schema.  Use it as a context manager.

    ``url_or_path`` is a path, ``sqlite:///path``, ``postgresql://user@server/database``, or empty for
    :func:`default_path`; only there is the folder made, because a folder that is missing elsewhere is mostly a disk
    that is not mounted.  A PostgreSQL database must be there; what is made in it are the tables.

    ``operator`` and ``clearance`` go with every copy (Article 7(2)).  ``first_number`` is the serial that a Party's
    year begins with, of ``first_number_year`` alone where that is not 0; once a number of that year is drawn it has no
    effect.  ``clock`` gives aware times in the
    registry's time zone: the local date decides the year of a number.  ``busy_timeout``, seconds, is how long a writer
    waits for its turn.  ``keep_head`` is called with the end of the ledger when a run that wrote is closed.
    ``articles`` are what refusals cite.

    Raises RegisterError when the register cannot be reached, read or written, MissingError when what speaks to a
    PostgreSQL server is not installed.
    """
    address = located(url_or_path)
    if isinstance(address, URL):
        from marker.register.postgres import PostgresStore

        store: Store = PostgresStore(address, busy_timeout)
    else:
        store = _file(address, busy_timeout, make_folder=not url_or_path, create=create)
    try:
        with store.translated():
            migrate.bring_up_to_date(store.reader, store.writer, store.name, create=create)
        return Register(
            store,
            operator=shown(operator),
            clearance=shown(clearance),
            profile_sha256=profile_sha256,
            first_number=FirstNumber(first_number, first_number_year),
            clock=clock,
            keep_head=keep_head,
            articles=articles,
        )
    except BaseException:
        store.close()
        raise


def _file(path: Path, busy_timeout: float, *, make_folder: bool, create: bool) -> Store:
    try:
        if make_folder:
            _make_private(path.parent)
        sqlite.prepare(path, create=create)
        store = sqlite.SqliteStore(path, busy_timeout)
        try:
            with store.translated():
                sqlite.use_wal(store.reader, path, busy_timeout)
        except BaseException:
            store.close()
            raise
        return store
    except OSError as error:
        raise _unreachable(path, error) from error


def exists(url_or_path: str) -> bool:
    """Whether a register was ever made there; for commands that only ask, and must not make one.

    Raises RegisterError when the address is none of a register, or the place cannot be looked at.
    """
    address = located(url_or_path)
    if isinstance(address, URL):
        return _exists_on_server(address)
    try:
        # An empty file is one that a run meant to make into a register and did not get to.
        return address.exists() and not (address.is_file() and address.stat().st_size == 0)
    except OSError as error:
        raise _unreachable(address, error) from error


def _exists_on_server(url: URL) -> bool:
    from marker.register.postgres import PostgresStore

    store = PostgresStore(url, sqlite.BUSY_TIMEOUT)
    try:
        with store.translated(), store.reader.connect() as connection:
            return inspect(connection).has_table(VERSION_TABLE)
    finally:
        store.close()


def _unreachable(path: Path, error: OSError) -> RegisterError:
    return RegisterError(
        f"The register {path} cannot be reached: {error.strerror}.", remedy="Check the path and its permissions."
    )


def located(url_or_path: str) -> Path | URL:
    """Where the register stands or would stand: a file, or a PostgreSQL database.

    Raises RegisterError for a wrong address, without quoting it: it may hold a password.
    """
    scheme, separator, rest = url_or_path.partition("://")
    if not separator:
        place = url_or_path
    elif scheme in {"sqlite", "sqlite+pysqlite"} and len(rest) > 1 and rest.startswith("/"):
        place = rest[1:]  # sqlite:///relative, sqlite:////absolute
    elif scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        return _server(f"postgresql://{rest}")
    else:
        raise RegisterError(
            f"{shown(scheme)}:// is not the address of a register.",
            remedy="Give the path of a SQLite file, or postgresql://server/database.",
        )
    if place == ":memory:" or "\0" in place:
        raise RegisterError("That is not a place for a register.", remedy="Give the path of a SQLite file.")
    return Path(place).expanduser().absolute() if place else default_path()


def _server(text: str) -> URL:
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        # The error quotes the address, and the address may hold a password.
        raise RegisterError(
            "The address of the PostgreSQL register is malformed.",
            remedy="Write it as postgresql://user@server:5432/database, the password in ~/.pgpass.",
        ) from None


def name_of(url_or_path: str) -> str:
    """Where the register stands or would stand, for people: never with a password.  Raises RegisterError."""
    address = located(url_or_path)
    if isinstance(address, URL):
        from marker.register.postgres import masked

        return masked(address)
    return str(address)


def _make_private(folder: Path) -> None:
    if not folder.exists():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)

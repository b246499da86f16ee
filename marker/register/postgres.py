"""All that is PostgreSQL's own: the connection, its safety settings, its errors, its health.

Settings, and why: a writer's transaction begins with one advisory lock, so that writers queue instead of failing half
way, as with ``BEGIN IMMEDIATE``; readers see one moment (REPEATABLE READ) and never wait; ``synchronous_commit`` is
on, so that an issued number survives a power cut.  The lock is a promise among runs of this software; whoever does not
keep it is stopped by the keys and the guards of the schema.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from marker.errors import MissingError, RegisterError
from marker.register.postgres_triggers import POSTGRES

if TYPE_CHECKING:
    import psycopg

DRIVER: Final = "postgresql+psycopg"
CONNECT_TIMEOUT: Final = 10
"""How long the server may take to answer, seconds."""
OLDEST_SERVER: Final = 13

_WRITERS: Final = 0x4D41_524B_4552_0001  # "MARKER", 1
"""The advisory lock that writers queue for."""
_TURN: Final = "marker_turn"

_connections: weakref.WeakSet[psycopg.Connection[Any]] = weakref.WeakSet()


class PostgresStore:
    """A register in a PostgreSQL database.  What shows that a run lives is an advisory lock of a session of its own."""

    def __init__(self, url: URL, busy_timeout: float) -> None:
        """Raises MissingError without psycopg, RegisterError when the server refuses or is not fit for a register."""
        try:
            import psycopg  # noqa: F401  # only whether it is there
        except ImportError as error:
            raise MissingError(
                "A PostgreSQL register needs psycopg, which is not installed.",
                remedy="Install it: python -m pip install 'marker[postgres]'.",
            ) from error
        self.name = masked(url)
        self.path: Path | None = None
        self._password = url.password
        engine = _engine(url, busy_timeout)
        self.reader: Engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self.writer: Engine = engine.execution_options(isolation_level="READ COMMITTED", **{_TURN: True})
        self._session = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._lock: SessionLock | None = None
        try:
            self._fit()
        except BaseException:
            engine.dispose()
            raise

    def _fit(self) -> None:
        with self.translated(), self.reader.begin() as connection:
            version, encoding, schema = connection.execute(
                text("SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),"
                     " current_schema()")
            ).one()  # fmt: skip
        if version < OLDEST_SERVER * 10_000:
            raise RegisterError(
                f"The server of {self.name} is older than PostgreSQL {OLDEST_SERVER}.", remedy="Update the server."
            )
        if encoding != "UTF8":
            raise RegisterError(
                f"The database {self.name} is encoded in {encoding}, which lacks Kazakh or Lithuanian letters.",
                remedy="Make it with: createdb -E UTF8 -T template0 …",
            )
        if schema is None:
            raise RegisterError(
                f"The role has no schema to work in at {self.name}.",
                remedy="Let its administrator grant USAGE on the register's schema.",
            )

    def check(self) -> None:
        """Nothing to see from here: the server answers for its own files."""

    @contextmanager
    def translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise explained(error, self.name, self._password) from error
        except (OverflowError, UnicodeEncodeError) as error:
            raise _cannot_keep(self.name) from error

    def health(self, connection: Connection) -> list[str]:
        return health(connection)

    def lock(self, run: str) -> SessionLock:
        with self.translated():
            session = self._own_session()
            with _closed_on_error(session):
                session.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _key(run)})
        self._lock = lock = SessionLock(session)
        return lock

    def holds(self, connection: Connection, run: str) -> bool:
        # A session that was cut off has lost its lock, whatever this process believes.
        return self._lock is not None and self._lock.alive()

    @contextmanager
    def ended(self, run: str) -> Iterator[bool]:
        with self.translated():
            session = self._own_session()
        try:
            with self.translated():
                free = bool(session.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _key(run)}))
            yield free
        finally:
            session.close()  # and the lock is let go

    def sweep(self) -> None:
        """The server removes the locks of ended sessions itself."""

    def close(self) -> None:
        self.reader.dispose()

    def _own_session(self) -> Connection:
        """A connection that is nobody else's; closing it ends its session and all that it holds."""
        session = self._session.connect()
        with _closed_on_error(session):
            session.detach()
            session.execute(text("SET lock_timeout = 0"))
            session.execute(text("SELECT set_config(name, '0', false) FROM pg_settings WHERE name = :name"),
                            {"name": "idle_session_timeout"})  # fmt: skip  # since PostgreSQL 14
        return session


class SessionLock:
    """The lock of one run: it lasts as long as the session."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def alive(self) -> bool:
        try:
            self._session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        with suppress(SQLAlchemyError):
            self._session.close()

    abandon = release  # to the server a closed session and a broken one are the same


@contextmanager
def _closed_on_error(session: Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        session.close()
        raise


def _key(run: str) -> int:
    """A run's id as the number that names its lock."""
    return int.from_bytes(bytes.fromhex(run)[:8], signed=True)


def _engine(url: URL, busy_timeout: float) -> Engine:
    engine = create_engine(
        url.set(drivername=DRIVER),
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "client_encoding": "utf8",
            "application_name": "marker",
            # A machine that is cut off must not hold its locks for hours.
            "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
        },
        pool_size=2,
        max_overflow=8,
        pool_timeout=busy_timeout + 5,
        pool_pre_ping=True,
    )  # fmt: skip

    def settings(connection: psycopg.Connection[Any], _record: object) -> None:
        _connections.add(connection)
        connection.autocommit = True
        for setting, value in (
            ("lock_timeout", f"{max(1, round(busy_timeout * 1000))}ms"),
            ("tcp_keepalives_idle", "30"),
            ("tcp_keepalives_interval", "10"),
            ("tcp_keepalives_count", "3"),
        ):
            connection.execute("SELECT set_config(%s, %s, false)", (setting, value))
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
        connection.autocommit = False

    event.listen(engine, "connect", settings)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(_TURN, False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")


def _cut_off_in_child() -> None:
    """A forked child must not keep its parent's sessions open: the server would take the parent for alive."""
    nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for connection in list(_connections):
        with suppress(Exception):
            # The number stays taken, so that closing the connection here closes nothing else.
            os.dup2(nothing, connection.fileno(), inheritable=False)
    os.close(nothing)


os.register_at_fork(after_in_child=_cut_off_in_child)


def masked(url: URL) -> str:
    """The address for people: no password, no options but the folder of a socket."""
    host = url.query.get("host")
    shown = URL.create("postgresql", username=url.username, host=url.host, port=url.port, database=url.database)
    return (shown.update_query_dict({"host": host}) if host else shown).render_as_string(hide_password=True)


def health(connection: Connection) -> list[str]:
    """Which guards are missing or altered, and what stands in the way of the others; empty when all is well."""
    rows = connection.execute(
        text(
            "SELECT t.tgname, c.relname, t.tgtype, t.tgenabled,"
            " t.tgqual IS NULL AND t.tgattr = ''::int2vector AS plain, p.prosrc, p.proconfig,"
            " quote_ident(n.nspname) AS home"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND n.nspname = current_schema() AND c.relname = ANY(:tables)"
        ),
        {"tables": _TABLES},
    )
    present = {
        (row.tgname, row.relname, row.tgtype, row.prosrc)
        for row in rows
        if row.tgenabled == "A" and row.plain and row.proconfig == [f"search_path={row.home}, pg_temp"]
    }
    known = {(guard.name, guard.table, guard.kind, guard.source) for guard in POSTGRES}
    found = [
        f"The guard {name} is missing or was altered: someone worked on the database itself."
        for name, *_rest in sorted(known - present)
    ]
    count = connection.scalar(
        text("SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
             " JOIN pg_namespace n ON n.oid = c.relnamespace"
             " WHERE NOT t.tgisinternal AND n.nspname = current_schema() AND c.relname = ANY(:tables)"
             " AND t.tgname <> ALL(:names)"),
        {"tables": _TABLES, "names": [guard.name for guard in POSTGRES]},
    )  # fmt: skip
    found += ["There is a trigger that is not of this software."] * int(count or 0)
    rules = connection.scalars(
        text("SELECT tablename FROM pg_rules WHERE schemaname = current_schema() AND tablename = ANY(:tables)"),
        {"tables": _TABLES},
    )
    found += [f"There is a rule on {table} that is not of this software." for table in rules]
    return found


_TABLES: Final = sorted({guard.table for guard in POSTGRES})


def explained(error: Exception, name: str, password: str | None) -> RegisterError:
    """The RegisterError for a database error: what happened at ``name``, and what to do."""
    if isinstance(error, PoolTimeout):
        return _busy(name)
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None) or ""
    if isinstance(cause, UnicodeEncodeError):
        return _cannot_keep(name)
    said = " ".join((str(cause).splitlines() or ["no detail"])[0].split())
    if password:
        said = said.replace(password, "***")
    for beginning, (message, remedy) in _EXPLAINED.items():
        if state.startswith(beginning):
            return RegisterError(message.format(name=name, said=said), remedy=remedy)
    if not state and _is_connection_trouble(error):
        return RegisterError(
            f"The register {name} cannot be reached: {said}.",
            remedy="Check that the server runs, the address, and the password in ~/.pgpass.",
        )
    return RegisterError(
        f"The register {name} failed: {type(cause).__name__}, {said}.",
        remedy="See the server's log and run marker register verify.",
    )


def _is_connection_trouble(error: Exception) -> bool:
    return isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _busy(name: str) -> RegisterError:
    return RegisterError(
        f"The register {name} is kept busy by another run.",
        remedy="Wait until it has ended, then try again; pg_stat_activity on the server names it.",
    )


def _cannot_keep(name: str) -> RegisterError:
    return RegisterError(f"The register {name} cannot keep a value.", remedy="Correct the number or the text.")


_GONE = ("The connection to the register {name} was lost: {said}.", "Check the server, then run again.")
_EXPLAINED: Final[dict[str, tuple[str, str]]] = {
    "08": _GONE,
    "57P": _GONE,
    "55P03": (
        "The register {name} is kept busy by another run.",
        "Wait until it has ended, then try again; pg_stat_activity on the server names it.",
    ),
    "57014": ("The register {name} took too long: {said}.", "Raise statement_timeout for this role, then run again."),
    "40": ("The register {name} was being changed by another run.", "Nothing was written; run again."),
    "42501": (
        "The role may not do this in the register {name}: {said}.",
        "Its administrator grants roles as docs/register.md says.",
    ),
    "25006": (
        "The register {name} cannot be written: {said}.",
        "Name the primary server, not a standby, and a role that may write.",
    ),
    "53100": ("The disk of the register {name} is full.", "Make room on the server, then try again."),
    "53300": ("The server of the register {name} has no connection left.", "Raise max_connections, or run fewer jobs."),
    "22": ("The register {name} cannot keep a value: {said}.", "Correct the number or the text."),
    "23": (
        "The register {name} refused: {said}.",
        "Nothing was changed. Run marker register verify, and report this as a fault of the program.",
    ),
    "42": (
        "The register {name} is not what this software made: {said}.",
        "Run marker register verify, or restore the last backup.",
    ),
}
"""By the beginning of the SQLSTATE, the most telling first."""

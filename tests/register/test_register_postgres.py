"""A register on a PostgreSQL server: what the server itself refuses, and every obstacle in one sentence."""

from __future__ import annotations

import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from marker.errors import ExitStatus, MissingError, RegisterError
from marker.register import CopyStatus, DocumentEntry, Register, open_register, schema
from marker.register.opening import exists, name_of
from marker.register.verify import FileCheck
from tests.postgres_server import WITH_PASSWORD, Server, database_of
from tests.register.behind import shell

Entry = Callable[..., DocumentEntry]
Open = Callable[..., Register]
Publish = Callable[..., list[Path]]
on_server = pytest.mark.parametrize("address", ["postgresql"], indirect=True)


def opening(url: str, **changes: object) -> Register:
    options: dict[str, object] = {"operator": "A", "clearance": "", "profile_sha256": "c" * 64, "busy_timeout": 0.3}
    return open_register(url, **{**options, **changes})  # type: ignore[arg-type]  # options by name


def refused(url: str, **changes: object) -> RegisterError:
    with pytest.raises(RegisterError) as caught:
        opening(url, **changes).close()
    assert caught.value.exit_status is ExitStatus.REGISTER
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    return caught.value


# ── what the server refuses ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def database(register: Register, entry: Entry, publish: Publish) -> Iterator[Connection]:
    """A register with one issued, one reserved and one void document, seen by another program."""
    publish(register, register.reserve(entry("issued"), ["A"]))
    register.reserve(entry("reserved"), [None])
    register.void([register.reserve(entry("void"), [None]).copies[0].copy_number], "stamp-failed")
    with shell(register) as connection:
        yield connection


def contents(database: Connection) -> list[object]:
    return [
        database.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1").all()  # noqa: S608  # names of ours
        for table in ("runs", "documents", "copies", "events", "grounds")
    ]


@on_server
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET operator = 'nobody' WHERE seq = 2",
        "UPDATE events SET seq = seq + 100",
        "DELETE FROM events WHERE seq = 2",
        "TRUNCATE events",
        "TRUNCATE events, copies, documents, runs, grounds CASCADE",
        "INSERT INTO events SELECT * FROM events WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET operator = 'nobody'",
        "INSERT INTO events SELECT seq + 1000, at, run, operator, kind, document, copy, detail, profile_sha256,"
        " previous_hash, hash FROM events WHERE seq = 2",
        "INSERT INTO events SELECT (SELECT max(seq) + 1 FROM events), at, run, operator, kind, document, copy, detail,"
        " profile_sha256, previous_hash, hash FROM events WHERE seq = 2",
        "CREATE TEMP TABLE events (seq int, hash text); INSERT INTO public.events SELECT 1, at, run, operator, kind,"
        " document, copy, detail, profile_sha256, repeat('0', 64), hash FROM public.events WHERE seq = 2",
        "SET session_replication_role = replica; DELETE FROM events",
        "UPDATE documents SET level = 'restricted'",
        "UPDATE documents SET register_number = 'KZ-2026-000009' WHERE serial = 1",
        "UPDATE documents SET status = 'reserved' WHERE serial = 1",
        "UPDATE documents SET status = 'void' WHERE serial = 1",
        "UPDATE documents SET status = 'registered' WHERE serial = 3",
        "UPDATE documents SET status = 'lost' WHERE serial = 2",
        "DELETE FROM documents WHERE serial = 3",
        "TRUNCATE documents CASCADE",
        "UPDATE copies SET copy_number = 'KZ-2026-000009-01-X'",
        "UPDATE copies SET recipient = 'Somebody else' WHERE status = 'reserved'",
        "UPDATE copies SET status = 'reserved', settled_at = NULL WHERE status = 'issued'",
        "UPDATE copies SET status = 'reserved', settled_at = NULL, void_reason = NULL WHERE status = 'void'",
        "UPDATE copies SET path = '/elsewhere' WHERE status = 'issued'",
        "UPDATE copies SET status = 'issued', settled_at = 'now' WHERE status = 'reserved'",
        "UPDATE copies SET status = 'issued', settled_at = 'now', path = '/x', sha256 = repeat('0', 64)"
        " WHERE status = 'reserved'",
        "UPDATE copies SET path = '/x' WHERE status = 'reserved'",
        "DELETE FROM copies WHERE status = 'void'",
        "INSERT INTO copies SELECT * FROM copies WHERE status = 'reserved'",
        "UPDATE runs SET host = 'elsewhere'",
        "DELETE FROM runs",
        "INSERT INTO documents SELECT 'KZ-2026-000009', party, year, 9, repeat('1', 64), source_name, format, pages,"
        " marking, level, equivalent, stated_by, stated_reason, sender_ref, sender_date, purpose, evidence,"
        " registered_on, registered_at, profile_sha256, 'reserved' FROM documents WHERE serial = 1",
    ],
)
def test_the_server_refuses(database: Connection, statement: str) -> None:
    before = contents(database)
    with pytest.raises(IntegrityError):
        for part in statement.split("; "):
            database.exec_driver_sql(part)
    database.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.events")
    assert contents(database) == before


@on_server
def test_a_fresh_migration_makes_what_the_code_declares(register: Register) -> None:
    with register._reader.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": schema.VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, schema.METADATA) == []
        unlike_c = connection.exec_driver_sql(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type = 'character varying' AND collation_name IS DISTINCT FROM 'C'"
            " AND table_name <> 'register_version'"
        ).all()
    assert unlike_c == [], "numbers, dates and hashes are compared byte by byte, whatever the database's language"


@on_server
def test_an_issued_number_survives_a_power_cut_whatever_the_database_is_set_to(
    address: str, register: Register, entry: Entry
) -> None:
    with shell(register) as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    with opening(address) as again, again._writer.begin() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"


# ── obstacles ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    for url in (
        f"postgresql://clerk:s3cret@/registry?host={tmp_path}",
        "postgresql://clerk:s3cret@127.0.0.1:1/registry",
        "postgres://clerk:s3cret@no-such-host.invalid/registry?password=s3cret",
    ):
        error = refused(url)
        assert "cannot be reached" in str(error)
        assert "clerk@" in str(error)
        assert "s3cret" not in str(error) + error.remedy + name_of(url)


def test_without_psycopg_the_remedy_is_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingError) as caught:
        opening("postgresql://db/registry")
    assert caught.value.exit_status is ExitStatus.MISSING
    assert "marker[postgres]" in caught.value.remedy


def test_a_database_that_is_not_there_is_named(postgres: Server) -> None:
    assert "no_such_database" in str(refused(postgres.url("no_such_database")))


def test_the_password_may_stand_in_a_private_file(
    postgres: Server, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: Entry
) -> None:
    database = database_of(postgres_url)
    postgres.run(f"DROP ROLE IF EXISTS {WITH_PASSWORD}")
    postgres.run(f"CREATE ROLE {WITH_PASSWORD} LOGIN SUPERUSER PASSWORD 's3cret'")
    url = postgres.url(database, WITH_PASSWORD)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    assert "cannot be reached" in str(refused(url))
    (tmp_path / "pgpass").write_text(f"*:*:{database}:{WITH_PASSWORD}:s3cret\n")
    (tmp_path / "pgpass").chmod(stat.S_IRUSR | stat.S_IWUSR)
    with opening(url) as register:
        assert register.reserve(entry(), [None]).document.serial == 1
    wrong = refused(url.replace(f"{WITH_PASSWORD}@", f"{WITH_PASSWORD}:wr0ng@"))
    assert "wr0ng" not in str(wrong)


def test_the_command_that_is_kept_with_a_run_holds_no_password(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, entry: Entry
) -> None:
    url = postgres_url.replace("marker@", "marker:s3cret@") + "&password=s3cret"
    monkeypatch.setattr(sys, "argv", ["marker", "batch", "--register", url, "in", "out"])
    with opening(url) as register:
        register.reserve(entry(), [None])
        told = "".join(event.detail for event in register.last_events())
    assert "marker:***@" in told
    assert "s3cret" not in told


def test_a_register_is_made_only_when_asked_and_only_in_an_empty_database(
    postgres: Server, empty_postgres_url: str
) -> None:
    assert not exists(empty_postgres_url)
    assert "is empty" in str(refused(empty_postgres_url, create=False))
    database = database_of(empty_postgres_url)
    postgres.run("CREATE TABLE bookmarks (url text)", database)
    assert "not a register" in str(refused(empty_postgres_url))
    postgres.run("DROP TABLE bookmarks", database)
    postgres.run("CREATE TABLE procrastinate_jobs (id int)", database)
    with opening(empty_postgres_url) as register:
        assert register.verify() == [], "the queue's tables may be there first"
    assert exists(empty_postgres_url)


def test_processes_that_open_an_empty_database_at_once_make_one_register(empty_postgres_url: str) -> None:
    opened: list[int] = []

    def work() -> None:
        with opening(empty_postgres_url, busy_timeout=30.0) as register:
            opened.append(len(register.verify()))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [0] * 6


def test_a_database_that_lacks_letters_is_refused(postgres: Server) -> None:
    postgres.run("CREATE DATABASE narrow TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    try:
        error = refused(postgres.url("narrow"))
    finally:
        postgres.run("DROP DATABASE narrow WITH (FORCE)")
    assert "LATIN1" in str(error)
    assert "UTF8" in error.remedy


def test_a_newer_schema_is_left_alone(postgres: Server, postgres_url: str) -> None:
    postgres.run("UPDATE register_version SET version_num = '0999'", database_of(postgres_url))
    assert "newer version" in str(refused(postgres_url))


@contextmanager
def writing(register: Register) -> Iterator[None]:
    """Somebody is in the middle of a write."""
    with register.writing():
        yield


def test_a_register_in_use_is_waited_for_and_then_named_as_busy(postgres_url: str, entry: Entry) -> None:
    with opening(postgres_url) as one, opening(postgres_url) as other:
        one.reserve(entry("a"), [None])
        with writing(one):
            with pytest.raises(RegisterError, match="kept busy") as caught:
                other.reserve(entry("b"), [None])
            assert "Wait" in caught.value.remedy
            assert len(other.documents()) == 1, "readers never wait"
        assert other.reserve(entry("b"), [None]).document.serial == 2, "no number was used"


def test_a_standby_or_a_role_that_may_only_read_is_told_so(postgres: Server, postgres_url: str, entry: Entry) -> None:
    database = database_of(postgres_url)
    postgres.run("DROP ROLE IF EXISTS reader")
    postgres.run("CREATE ROLE reader LOGIN")
    postgres.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", database)
    try:
        with opening(postgres.url(database, "reader")) as register:
            assert register.documents() == []
            with pytest.raises(RegisterError, match="may not do this") as caught:
                register.reserve(entry(), [None])
        assert "docs/register.md" in caught.value.remedy
        postgres.run(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
        with opening(postgres_url) as register, pytest.raises(RegisterError, match="cannot be written"):
            register.reserve(entry(), [None])
    finally:
        postgres.run(f"ALTER DATABASE {database} RESET ALL")
        postgres.run("DROP OWNED BY reader", database)
        postgres.run("DROP ROLE reader")


def test_a_value_that_the_server_cannot_keep_is_refused(postgres_url: str, entry: Entry) -> None:
    with opening(postgres_url, first_number=2**40) as register, pytest.raises(RegisterError, match="cannot keep"):
        register.reserve(entry(), [None])
    with opening(postgres_url) as register:
        assert register.documents() == []


@on_server
def test_a_run_that_lost_its_session_draws_no_more_numbers_and_is_settled(
    opened: Open, entry: Entry, publish: Publish
) -> None:
    """A network that was cut for a while: the server let the run's lock go, so others take it for dead."""
    cut, other = opened(), opened()
    reservation = cut.reserve(entry("a"), [None])
    publish(cut, reservation, issue=False)
    with shell(other) as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
    with pytest.raises(RegisterError, match="counts as ended"):
        cut.issue([reservation.copies[0].copy_number])
    (settled,) = other.recover()
    assert settled.status is CopyStatus.ISSUED
    assert other.verify(files=FileCheck.ALL) == []


@on_server
def test_a_server_that_was_restarted_is_found_again(register: Register, entry: Entry) -> None:
    register.documents()
    with shell(register) as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
    assert register.documents() == []


@on_server
def test_the_search_does_not_rest_on_the_databases_language(register: Register, entry: Entry) -> None:
    for letter in "abc":
        register.reserve(entry(letter), [None])
    with shell(register) as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        plan = connection.execute(text("EXPLAIN SELECT * FROM copies WHERE copy_number LIKE 'KZ-2026-000002%'"))
        assert any("Index Cond" in line for line in plan.scalars())

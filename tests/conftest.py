"""What tests of several rooms share: a throw-away PostgreSQL server, and patience on a busy machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import postgres_server
from tests.postgres_server import Server

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

_WITHOUT = "no PostgreSQL server is installed; apt-get install postgresql"
_TEMPLATE = "marker_register"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for this process, started when a test first asks for it."""
    programs = postgres_server.programs()
    if programs is None:
        pytest.skip(_WITHOUT)
    with postgres_server.server(programs) as started:
        yield started


@pytest.fixture(scope="session")
def register_template(postgres: Server) -> str:
    """A database with an empty register, to be copied: quicker than to make each anew."""
    from marker.register import open_register

    postgres.run(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0")
    open_register(postgres.url(_TEMPLATE), operator="", clearance="", profile_sha256="c" * 64).close()
    return _TEMPLATE


@pytest.fixture
def postgres_url(postgres: Server, register_template: str) -> Iterator[str]:
    """The address of an empty register on the server."""
    with postgres.database(register_template) as name:
        yield postgres.url(name)


@pytest.fixture
def empty_postgres_url(postgres: Server) -> Iterator[str]:
    """The address of a database in which no register was made yet."""
    with postgres.database() as name:
        yield postgres.url(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it where tests were left out because no server is installed; a row of dots would hide it."""
    if postgres_server.programs() is None:
        terminalreporter.write_line(f"Tests on PostgreSQL were skipped: {_WITHOUT}")

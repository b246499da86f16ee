"""A throw-away PostgreSQL server for the tests, where one is installed: private, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_TIMEOUT = 60.0
WITH_PASSWORD = "careful"  # noqa: S105  # a role, not its password
"""The one role that the server asks for a password."""


def programs() -> Path | None:
    """The folder of the newest server's programs; None where no server is installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found and shutil.which("initdb") else None


class Server:
    """A running server: a socket in a folder of its own and no network."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.process = process

    def url(self, database: str, user: str = "marker") -> str:
        """The address of a database, as ``--register`` takes it."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def run(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run statements as the superuser, each by itself; the rows of the last."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The name of a database of one's own."""
        name = f"t{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


def database_of(url: str) -> str:
    """The name of the database in an address that :meth:`Server.url` made."""
    return url.split("?", maxsplit=1)[0].rsplit("/", maxsplit=1)[1]


@contextmanager
def server(bin_dir: Path) -> Iterator[Server]:
    """Start a server; it stops with the block, and also when this process is killed."""
    # The system's own folder for temporary files: a socket's path may have 107 bytes, and the server, which refuses to
    # run as root, must be able to get there.
    folder = Path(tempfile.mkdtemp(prefix="marker-pg-"))
    user = _unprivileged()
    identity: dict[str, object] = {}
    if user is not None:
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    try:
        subprocess.run(
            [bin_dir / "initdb", "-D", data, "-U", "marker", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-N"],
            check=True, capture_output=True, cwd=folder, **identity,  # type: ignore[call-overload]  # by name
        )  # fmt: skip
        rules = data / "pg_hba.conf"
        rules.write_text(f"local all {WITH_PASSWORD} scram-sha-256\n{rules.read_text()}")
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off", "full_page_writes": "off",
            "max_connections": "200", "shared_buffers": "64MB", "autovacuum": "off", "max_wal_size": "256MB",
        }  # fmt: skip
        options = [f"-c{name}={value}" for name, value in settings.items()]
        # The shell ends the server when the pipe to it is closed, which no death of ours can prevent.
        watch = '"$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server'
        with (folder / "log").open("wb") as log, subprocess.Popen(
            ["sh", "-c", watch, "sh", bin_dir / "postgres", "-D", data, *options],
            stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder, start_new_session=True, **identity,  # type: ignore[call-overload]  # by name
        ) as process:  # fmt: skip
            _wait(bin_dir, folder)
            yield Server(folder, process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to run the server as; None where we are no root ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _wait(bin_dir: Path, folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while subprocess.run([bin_dir / "pg_isready", "-q", "-h", folder], check=False).returncode != 0:
        if time.monotonic() > deadline:
            raise RuntimeError((folder / "log").read_text(errors="replace"))
        time.sleep(0.05)

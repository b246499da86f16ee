"""The tables, in portable SQL.  What a database does in its own way stands in :mod:`marker.register.sqlite`,
:mod:`marker.register.postgres` and their triggers.

Constraints do the guarding: a wrong number cannot be stored, whatever the code above gets wrong.  The tables are
made by the migrations, never from here; a test holds both together.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

VERSION_TABLE: Final = "register_version"
"""Where the schema version stands; its name tells a register from any other database."""

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005")
"""Every schema version there was, oldest first; the last is the one this code speaks."""

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def code(length: int) -> TypeEngine[str]:
    """A number, a date, a hash or an id: ASCII, compared byte by byte on every database."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class holder(FunctionElement[str]):  # noqa: N801  # a function of SQL, named as such
    """To whom a copy was handed over: the end of the event's detail from its key ``to``, the last one, on.

    Indexes and questions say it with these same words, without which an index would not serve.  It cuts text, which
    any SQLite lets an index do; JSON it lets take apart there only for whoever trusts the file.
    """

    inherit_cache = True
    type = Text()


@compiles(holder, "sqlite")
def _holder_in_sqlite(element: holder, compiler: SQLCompiler, **options: Any) -> str:
    detail = compiler.process(element.clauses, **options)
    return f"substr({detail}, instr({detail}, '\"to\":'))"


@compiles(holder, "postgresql")
def _holder_in_postgres(element: holder, compiler: SQLCompiler, **options: Any) -> str:
    detail = compiler.process(element.clauses, **options)
    return f"substr({detail}, strpos({detail}, '\"to\":'))"


SHA256 = code(64)
STATUS = code(10)
NOT_VOID = text("status <> 'void'")
RESERVED = text("status = 'reserved'")
# Said in this way so that no index by kind alone is taken for it: SQLite would rather go through all transfers.
TRANSFERRED = text("kind || '' = 'transferred'")

runs = Table(
    "runs",
    METADATA,
    Column("id", code(32), primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", code(27), nullable=False),
    Column("command", Text, nullable=False),
)

documents = Table(
    "documents",
    METADATA,
    Column("register_number", code(40), primary_key=True),
    Column("party", code(8), nullable=False),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("source_sha256", SHA256, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("format", code(16), nullable=False),
    Column("pages", Integer),
    Column("marking", code(64), nullable=False),
    Column("level", code(64), nullable=False),
    Column("equivalent", code(64), nullable=False),
    Column("stated_by", Text),
    Column("stated_reason", Text),
    Column("sender_ref", Text),
    Column("sender_date", code(10)),
    Column("purpose", Text),
    Column("evidence", Text, nullable=False),
    Column("registered_on", code(10), nullable=False),
    Column("registered_at", code(27), nullable=False),
    Column("profile_sha256", SHA256, nullable=False),
    Column("status", STATUS, nullable=False),
    UniqueConstraint("party", "year", "serial"),
    CheckConstraint("serial >= 1", name="serial"),
    CheckConstraint("year BETWEEN 1000 AND 9999", name="year"),
    CheckConstraint("length(source_sha256) = 64", name="source_sha256"),
    CheckConstraint("(stated_by IS NULL) = (stated_reason IS NULL)", name="stated"),
    CheckConstraint("status IN ('reserved', 'registered', 'void')", name="status"),
    Index("ix_documents_source_sha256", "source_sha256"),
    Index("ix_documents_sender_ref", "sender_ref"),
    Index("ix_documents_registered_on", "registered_on", "party", "serial"),
    Index("ix_documents_level", "level", "registered_on", "party", "serial"),
)
# On PostgreSQL these two indexes are partial as well: the migrations make them so.  To say it here would load that
# dialect into every process that opens a file.
# Rule of judgement 9: the same bytes for the same Party are one document.
Index(
    "uq_documents_live",
    documents.c.party,
    documents.c.source_sha256,
    unique=True,
    sqlite_where=NOT_VOID,
)

copies = Table(
    "copies",
    METADATA,
    Column("copy_number", code(48), primary_key=True),
    Column("document", code(40), ForeignKey("documents.register_number"), nullable=False),
    Column("copy_index", Integer, nullable=False),
    Column("set_no", Integer, nullable=False),
    Column("set_size", Integer),
    Column("recipient", Text),
    Column("purpose", Text),
    Column("status", STATUS, nullable=False),
    Column("path", Text),
    Column("sha256", SHA256),
    Column("operator", Text, nullable=False),
    Column("clearance", Text, nullable=False),
    Column("reserved_at", code(27), nullable=False),
    Column("settled_at", code(27)),
    Column("void_reason", Text),
    Column("run", code(32), ForeignKey("runs.id"), nullable=False),
    UniqueConstraint("document", "copy_index"),
    CheckConstraint("copy_index >= 1", name="copy_index"),
    CheckConstraint("set_no >= 1", name="set_no"),
    CheckConstraint("(path IS NULL) = (sha256 IS NULL)", name="announced"),
    CheckConstraint("sha256 IS NULL OR length(sha256) = 64", name="sha256"),
    CheckConstraint(
        "(status = 'reserved' AND settled_at IS NULL AND void_reason IS NULL)"
        " OR (status = 'issued' AND settled_at IS NOT NULL AND void_reason IS NULL AND path IS NOT NULL)"
        " OR (status = 'void' AND settled_at IS NOT NULL AND void_reason IS NOT NULL)",
        name="status",
    ),
    Index("ix_copies_sha256", "sha256"),
    Index("ix_copies_recipient_document", "recipient", "document"),
)
Index("ix_copies_reserved", copies.c.run, sqlite_where=RESERVED)

# Beside the copies, not in them: what was registered before there were consents stays as it was sealed.
grounds = Table(
    "grounds",
    METADATA,
    Column("copy_number", code(48), ForeignKey("copies.copy_number"), primary_key=True),
    Column("consent", Text),
    Column("recipient_party", code(8)),
    Column("translation", code(8)),
    Column("translation_sha256", SHA256),
    Column("replaces", code(48), ForeignKey("copies.copy_number")),
    CheckConstraint("(translation IS NULL) = (translation_sha256 IS NULL)", name="translation"),
    Index("ix_grounds_consent", "consent"),
    Index("ix_grounds_replaces", "replaces"),
)

# A letter with its annexes is one document: the letter stands in documents, its annexes here, numbered from 2.
parts = Table(
    "parts",
    METADATA,
    Column("document", code(40), ForeignKey("documents.register_number"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("source_sha256", SHA256, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("format", code(16), nullable=False),
    Column("pages", Integer),
    Column("marking", code(64)),
    CheckConstraint("part >= 2", name="part"),
    Index("ix_parts_source_sha256", "source_sha256"),
)

# The files of a copy's annexes; that of the letter stands in copies.
files = Table(
    "files",
    METADATA,
    Column("copy_number", code(48), ForeignKey("copies.copy_number"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("path", Text, nullable=False),
    Column("sha256", SHA256, nullable=False),
    CheckConstraint("part >= 2", name="part"),
    Index("ix_files_sha256", "sha256"),
)

# No unique constraint but the key: each one would be a way in for INSERT OR REPLACE.
events = Table(
    "events",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", code(27), nullable=False),
    Column("run", code(32), ForeignKey("runs.id"), nullable=False),
    Column("operator", Text, nullable=False),
    Column("kind", code(32), nullable=False),
    Column("document", code(40), ForeignKey("documents.register_number")),
    Column("copy", code(48), ForeignKey("copies.copy_number")),
    Column("detail", Text, nullable=False),
    Column("profile_sha256", SHA256, nullable=False),
    Column("previous_hash", SHA256, nullable=False),
    Column("hash", SHA256, nullable=False),
    CheckConstraint("seq >= 1", name="seq"),
    CheckConstraint("length(previous_hash) = 64 AND length(hash) = 64", name="hash"),
    Index("ix_events_document", "document"),
    Index("ix_events_kind_document", "kind", "document"),
)
Index("ix_events_holder", holder(events.c.detail), events.c.document, sqlite_where=TRANSFERRED)

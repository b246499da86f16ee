"""The first register: runs, documents, copies, events.

A register is never downgraded: an older program must not write in a newer register.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marker.register.migrations.guards import install
from marker.register.postgres_triggers import POSTGRES_0001
from marker.register.schema import code
from marker.register.triggers import SQLITE_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables and their guards."""
    op.create_table(
        "runs",
        sa.Column("id", code(32), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", code(27), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    _documents()
    _copies()
    _events()
    install(SQLITE_0001, POSTGRES_0001)


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("register_number", code(40), nullable=False),
        sa.Column("party", code(8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("source_sha256", code(64), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("format", code(16), nullable=False),
        sa.Column("pages", sa.Integer()),
        sa.Column("marking", code(64), nullable=False),
        sa.Column("level", code(64), nullable=False),
        sa.Column("equivalent", code(64), nullable=False),
        sa.Column("stated_by", sa.Text()),
        sa.Column("stated_reason", sa.Text()),
        sa.Column("sender_ref", sa.Text()),
        sa.Column("sender_date", code(10)),
        sa.Column("purpose", sa.Text()),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("registered_on", code(10), nullable=False),
        sa.Column("registered_at", code(27), nullable=False),
        sa.Column("profile_sha256", code(64), nullable=False),
        sa.Column("status", code(10), nullable=False),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_documents_serial")),
        sa.CheckConstraint("year BETWEEN 1000 AND 9999", name=op.f("ck_documents_year")),
        sa.CheckConstraint("length(source_sha256) = 64", name=op.f("ck_documents_source_sha256")),
        sa.CheckConstraint("(stated_by IS NULL) = (stated_reason IS NULL)", name=op.f("ck_documents_stated")),
        sa.CheckConstraint("status IN ('reserved', 'registered', 'void')", name=op.f("ck_documents_status")),
        sa.PrimaryKeyConstraint("register_number", name=op.f("pk_documents")),
        sa.UniqueConstraint("party", "year", "serial", name=op.f("uq_documents_party_year_serial")),
    )
    not_void = sa.text("status <> 'void'")
    op.create_index(
        "uq_documents_live",
        "documents",
        ["party", "source_sha256"],
        unique=True,
        sqlite_where=not_void,
        postgresql_where=not_void,
    )


def _copies() -> None:
    op.create_table(
        "copies",
        sa.Column("copy_number", code(48), nullable=False),
        sa.Column("document", code(40), nullable=False),
        sa.Column("copy_index", sa.Integer(), nullable=False),
        sa.Column("set_no", sa.Integer(), nullable=False),
        sa.Column("set_size", sa.Integer()),
        sa.Column("recipient", sa.Text()),
        sa.Column("purpose", sa.Text()),
        sa.Column("status", code(10), nullable=False),
        sa.Column("path", sa.Text()),
        sa.Column("sha256", code(64)),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("clearance", sa.Text(), nullable=False),
        sa.Column("reserved_at", code(27), nullable=False),
        sa.Column("settled_at", code(27)),
        sa.Column("void_reason", sa.Text()),
        sa.Column("run", code(32), nullable=False),
        sa.CheckConstraint("copy_index >= 1", name=op.f("ck_copies_copy_index")),
        sa.CheckConstraint("set_no >= 1", name=op.f("ck_copies_set_no")),
        sa.CheckConstraint("(path IS NULL) = (sha256 IS NULL)", name=op.f("ck_copies_announced")),
        sa.CheckConstraint("sha256 IS NULL OR length(sha256) = 64", name=op.f("ck_copies_sha256")),
        sa.CheckConstraint(
            "(status = 'reserved' AND settled_at IS NULL AND void_reason IS NULL)"
            " OR (status = 'issued' AND settled_at IS NOT NULL AND void_reason IS NULL AND path IS NOT NULL)"
            " OR (status = 'void' AND settled_at IS NOT NULL AND void_reason IS NOT NULL)",
            name=op.f("ck_copies_status"),
        ),
        sa.ForeignKeyConstraint(["document"], ["documents.register_number"], name=op.f("fk_copies_document")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_copies_run")),
        sa.PrimaryKeyConstraint("copy_number", name=op.f("pk_copies")),
        sa.UniqueConstraint("document", "copy_index", name=op.f("uq_copies_document_copy_index")),
    )
    op.create_index("ix_copies_sha256", "copies", ["sha256"])
    reserved = sa.text("status = 'reserved'")
    op.create_index("ix_copies_reserved", "copies", ["run"], sqlite_where=reserved, postgresql_where=reserved)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", code(27), nullable=False),
        sa.Column("run", code(32), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("kind", code(32), nullable=False),
        sa.Column("document", code(40)),
        sa.Column("copy", code(48)),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("profile_sha256", code(64), nullable=False),
        sa.Column("previous_hash", code(64), nullable=False),
        sa.Column("hash", code(64), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_events_seq")),
        sa.CheckConstraint("length(previous_hash) = 64 AND length(hash) = 64", name=op.f("ck_events_hash")),
        sa.ForeignKeyConstraint(["copy"], ["copies.copy_number"], name=op.f("fk_events_copy")),
        sa.ForeignKeyConstraint(["document"], ["documents.register_number"], name=op.f("fk_events_document")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_events_run")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
    )
    op.create_index("ix_events_document", "events", ["document"])

"""A letter with its annexes as one document: its parts, and the files of each copy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marker.register.migrations.guards import install
from marker.register.postgres_triggers import POSTGRES_0004
from marker.register.schema import code
from marker.register.triggers import SQLITE_0004

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and their guards."""
    op.create_table(
        "parts",
        sa.Column("document", code(40), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_sha256", code(64), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("format", code(16), nullable=False),
        sa.Column("pages", sa.Integer()),
        sa.Column("marking", code(64)),
        sa.CheckConstraint("part >= 2", name=op.f("ck_parts_part")),
        sa.ForeignKeyConstraint(["document"], ["documents.register_number"], name=op.f("fk_parts_document")),
        sa.PrimaryKeyConstraint("document", "part", name=op.f("pk_parts")),
    )
    op.create_index("ix_parts_source_sha256", "parts", ["source_sha256"])
    op.create_table(
        "files",
        sa.Column("copy_number", code(48), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", code(64), nullable=False),
        sa.CheckConstraint("part >= 2", name=op.f("ck_files_part")),
        sa.ForeignKeyConstraint(["copy_number"], ["copies.copy_number"], name=op.f("fk_files_copy_number")),
        sa.PrimaryKeyConstraint("copy_number", "part", name=op.f("pk_files")),
    )
    op.create_index("ix_files_sha256", "files", ["sha256"])
    install(SQLITE_0004, POSTGRES_0004)

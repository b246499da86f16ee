"""On what grounds a copy was made: consent, recipient's Party, translation, the copy it replaces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marker.register.migrations.guards import install
from marker.register.postgres_triggers import POSTGRES_0002
from marker.register.schema import code
from marker.register.triggers import SQLITE_0002

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, its guards, and an index by kind of event for what is told by the ledger alone."""
    op.create_table(
        "grounds",
        sa.Column("copy_number", code(48), nullable=False),
        sa.Column("consent", sa.Text()),
        sa.Column("recipient_party", code(8)),
        sa.Column("translation", code(8)),
        sa.Column("translation_sha256", code(64)),
        sa.Column("replaces", code(48)),
        sa.CheckConstraint("(translation IS NULL) = (translation_sha256 IS NULL)", name=op.f("ck_grounds_translation")),
        sa.ForeignKeyConstraint(["copy_number"], ["copies.copy_number"], name=op.f("fk_grounds_copy_number")),
        sa.ForeignKeyConstraint(["replaces"], ["copies.copy_number"], name=op.f("fk_grounds_replaces")),
        sa.PrimaryKeyConstraint("copy_number", name=op.f("pk_grounds")),
    )
    op.create_index("ix_grounds_consent", "grounds", ["consent"])
    op.create_index("ix_grounds_replaces", "grounds", ["replaces"])
    op.create_index("ix_events_kind", "events", ["kind"])
    install(SQLITE_0002, POSTGRES_0002)

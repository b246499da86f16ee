"""On what grounds a copy was made: consent, recipient's Party, translation, the copy it replaces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from marker.register.triggers import SQLITE_0002

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, its guards, and an index by kind of event for what is told by the ledger alone."""
    op.create_table(
        "grounds",
        sa.Column("copy_number", sa.String(48), nullable=False),
        sa.Column("consent", sa.Text()),
        sa.Column("recipient_party", sa.String(8)),
        sa.Column("translation", sa.String(8)),
        sa.Column("translation_sha256", sa.String(64)),
        sa.Column("replaces", sa.String(48)),
        sa.CheckConstraint(
            "(translation IS NULL) = (translation_sha256 IS NULL)", name=op.f("ck_grounds_translation")
        ),
        sa.ForeignKeyConstraint(["copy_number"], ["copies.copy_number"], name=op.f("fk_grounds_copy_number")),
        sa.ForeignKeyConstraint(["replaces"], ["copies.copy_number"], name=op.f("fk_grounds_replaces")),
        sa.PrimaryKeyConstraint("copy_number", name=op.f("pk_grounds")),
    )
    op.create_index("ix_grounds_consent", "grounds", ["consent"])
    op.create_index("ix_grounds_replaces", "grounds", ["replaces"])
    op.create_index("ix_events_kind", "events", ["kind"])
    if op.get_bind().dialect.name == "sqlite":
        for trigger in SQLITE_0002:
            op.execute(sa.text(trigger))

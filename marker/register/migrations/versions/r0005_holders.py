"""Indexes by which who received or holds a copy is found quickly among a million."""

from __future__ import annotations

from alembic import op
from sqlalchemy import column

from marker.register.schema import TRANSFERRED, holder

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes; that of recipients tells the document too."""
    op.create_index("ix_copies_recipient_document", "copies", ["recipient", "document"])
    op.drop_index("ix_copies_recipient", "copies")
    op.create_index(
        "ix_events_holder",
        "events",
        [holder(column("detail")), "document"],
        sqlite_where=TRANSFERRED,
        postgresql_where=TRANSFERRED,
    )

"""Indexes that keep list, show and trace quick in a register of a million copies."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes; the one by kind of event serves the document too."""
    op.create_index("ix_documents_source_sha256", "documents", ["source_sha256"])
    op.create_index("ix_documents_sender_ref", "documents", ["sender_ref"])
    op.create_index("ix_documents_registered_on", "documents", ["registered_on", "party", "serial"])
    op.create_index("ix_documents_level", "documents", ["level", "registered_on", "party", "serial"])
    op.create_index("ix_copies_recipient", "copies", ["recipient"])
    op.create_index("ix_events_kind_document", "events", ["kind", "document"])
    op.drop_index("ix_events_kind", "events")

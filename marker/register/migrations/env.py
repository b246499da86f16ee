"""Alembic runs this to apply migrations on the connection that :mod:`marker.register.migrate` hands over.

There is no offline mode: a register is migrated inside one transaction of the process that opens it.
"""

from __future__ import annotations

from alembic import context

from marker.register.schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite alters a table by making a new one
)
context.run_migrations()

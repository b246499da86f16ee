"""Alembic's folder: how each schema version came from the one before."""

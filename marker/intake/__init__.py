"""Ties the rooms together: one document, worker processes, publishing, batch."""

"""A file to spans and facts, read-only."""

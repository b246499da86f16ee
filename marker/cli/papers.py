"""Plain tables of the register's commands."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from marker.cli.show import plain_table, terminal


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> None:
    """Rows of text under their columns; what people typed is shown as it is, never read as markup."""
    table = plain_table(*columns, title=title)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    terminal().print(table)

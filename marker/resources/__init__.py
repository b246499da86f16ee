"""Data files several rooms share: the stamp fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

REGULAR: Final = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
BOLD: Final = Path(__file__).parent / "fonts" / "DejaVuSans-Bold.ttf"
"""DejaVu Sans has every Kazakh, Russian, Lithuanian and English letter; its licence lies beside the files."""


def missing_fonts() -> list[str]:
    """Names of font files that are not there."""
    return [path.name for path in (REGULAR, BOLD) if not path.is_file()]

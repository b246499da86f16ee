"""Where a register stands by default; apart from all that opens one, for commands that find none."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def default_path() -> Path:
    """``register.sqlite`` in the user's data directory."""
    return Path(platformdirs.user_data_dir("marker")) / "register.sqlite"

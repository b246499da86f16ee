"""Words for people go through gettext, English as the source; JSON, logs and ids stay English."""

from __future__ import annotations

import gettext
from pathlib import Path

_CATALOGUE = gettext.translation("marker", Path(__file__).parent.parent / "resources" / "locale", fallback=True)
_ = _CATALOGUE.gettext
ngettext = _CATALOGUE.ngettext

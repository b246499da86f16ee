"""File names and what people typed as text that every encoding and every database can take."""

from __future__ import annotations

import re
import shlex
import sys
from typing import Final

_COMMAND_LENGTH: Final = 1_000
_PASSWORD: Final = re.compile(r"(?<=://)([^\s:/@]*):[^\s/]*@|(?<=password=)[^\s&]*")


def shown(name: object) -> str:
    """As text; bytes that are no UTF-8, which Python keeps as surrogates, become ``\\xNN``, as does the zero byte."""
    text = str(name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text.replace("\0", "\\x00")


def without_passwords(text: str) -> str:
    """``text`` with the passwords of addresses in it masked: ``postgresql://clerk:***@server/registry``."""
    return _PASSWORD.sub(lambda found: f"{found[1]}:***@" if found[1] is not None else "***", text)


def command_line() -> str:
    """The command this process was started with, without passwords, cut to what a register keeps with a run."""
    return without_passwords(shown(shlex.join(sys.argv)))[:_COMMAND_LENGTH]

"""What came from outside as text that every terminal, encoding and database can take; pages as people list them."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable
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


def runs_of(pages: Iterable[int], between: str) -> list[str]:
    """The pages in order, neighbours drawn together: ``runs_of([3, 1, 2, 7], "–")`` is ``["1–3", "7"]``."""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}{between}{run[-1]}" for run in runs]

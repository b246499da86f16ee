"""File names and what people typed as text that every encoding and every database can take."""

from __future__ import annotations


def shown(name: object) -> str:
    """As text; bytes that are no UTF-8, which Python keeps as surrogates, become ``\\xNN``, as does the zero byte."""
    text = str(name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text.replace("\0", "\\x00")

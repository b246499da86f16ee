"""Strict reading of TOML tables: every fault names the file and the key, and no unknown key passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marker.errors import ProfileError


class Table:
    """One TOML table whose keys must all be taken by the time it is :meth:`closed <close>`.

    Raises ProfileError on a missing key, a value of another type, an empty text, or a key nobody asked for.
    """

    def __init__(self, data: Any, where: str, file: str) -> None:
        if not isinstance(data, Mapping):
            raise ProfileError(f"{file}: {where} must be a table.", remedy=f"Write it as [{where}].")
        self._left = dict(data)
        self._where = where
        self.file = file

    def __len__(self) -> int:
        return len(self._left)

    def fault(self, key: str, problem: str, remedy: str = "") -> ProfileError:
        where = f"{self._where}.{key}" if self._where else key
        return ProfileError(f"{self.file}: {where} {problem}.", remedy=remedy)

    def _take(self, key: str, default: Any = None) -> Any:
        if key in self._left:
            return self._left.pop(key)
        if default is None:
            raise self.fault(key, "is missing", f"Add {key} to {self._where or 'the profile'}.")
        return default

    def text(self, key: str, default: str | None = None) -> str:
        value = self._take(key, default)
        if not isinstance(value, str) or not (value.strip() or default == ""):
            raise self.fault(key, "must be a text that is not empty")
        return value

    def whole(self, key: str) -> int:
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault(key, "must be a whole number")
        return value

    def flag(self, key: str) -> bool:
        value = self._take(key)
        if not isinstance(value, bool):
            raise self.fault(key, "must be true or false")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        value = self._take(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.fault(key, "must be a list of texts, none of them empty")
        return tuple(value)

    def names(self, key: str) -> Mapping[str, str]:
        """A table of language → text."""
        table = self.table(key)
        return {language: table.text(language) for language in list(table._left)}

    def forms(self, key: str, *, optional: bool = False) -> Mapping[str, tuple[str, ...]]:
        """A table of language → list of texts."""
        if optional and key not in self._left:
            return {}
        table = self.table(key)
        return {language: table.texts(language) for language in list(table._left)}

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in allowed:
            raise self.fault(key, f"is {value!r}, which is none of {', '.join(allowed)}")
        return value

    def table(self, key: str, *, optional: bool = False) -> Table:
        where = f"{self._where}.{key}" if self._where else key
        return Table(self._take(key, {} if optional else None), where, self.file)

    def tables(self, key: str, *, optional: bool = False) -> Iterator[Table]:
        """The tables of an array ``[[key]]``, each closed once its reader comes back for the next."""
        value = self._take(key, [] if optional else None)
        if not isinstance(value, list):
            raise self.fault(key, "must be written as [[…]] tables")
        for number, data in enumerate(value, start=1):
            name = data.get("id", number) if isinstance(data, Mapping) else number
            table = Table(data, f"{key}[{name}]", self.file)
            yield table
            table.close()

    def keys(self) -> list[str]:
        return list(self._left)

    def close(self) -> None:
        """Raise ProfileError when keys are left that nobody asked for."""
        for key in self._left:
            raise self.fault(key, "is not a key of a profile", "Check its spelling; nothing is ignored silently.")

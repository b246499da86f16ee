"""Who holds which copy: schema, migrations, copies, ledger.

:func:`open_register` opens the register; everything else hangs on the :class:`Register` it returns.  Names are
looked up when they are asked for: who only needs a record's type does not load the database library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marker.register.opening import open_register
    from marker.register.place import default_path
    from marker.register.records import (
        AlreadyRegistered,
        BeingWorkedOn,
        CopyRecord,
        CopyStatus,
        DocumentEntry,
        DocumentRecord,
        DocumentStatus,
        EventKind,
        EventRecord,
        Head,
        Problem,
        Recovered,
        Reservation,
        RunRecord,
    )
    from marker.register.register import Register

__all__ = [
    "AlreadyRegistered",
    "BeingWorkedOn",
    "CopyRecord",
    "CopyStatus",
    "DocumentEntry",
    "DocumentRecord",
    "DocumentStatus",
    "EventKind",
    "EventRecord",
    "Head",
    "Problem",
    "Recovered",
    "Register",
    "Reservation",
    "RunRecord",
    "default_path",
    "open_register",
]

_ELSEWHERE = {"Register": "register", "default_path": "place", "open_register": "opening"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'records')}"), name)

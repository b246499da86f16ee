"""Who holds which copy: schema, migrations, copies, ledger.

:func:`open_register` opens the register; everything else hangs on the :class:`Register` it returns.
"""

from marker.register.opening import default_path, open_register
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

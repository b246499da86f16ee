"""Written consents: put on file once, counted down by the copies made, destroyed and handed over under them.

They are told by the ledger, as held files are, so that no second list can disagree with it.  A number that became void
gives its consent back: no copy came of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, func, select

from marker.agreement.profile import cited
from marker.errors import HoldError, RegisterError, UsageError
from marker.model import HoldCode, LevelId
from marker.names import shown
from marker.register import query, schema
from marker.register.ledger import Pen, append
from marker.register.records import CopyStatus, EventKind, Problem


class Issuer(StrEnum):
    """Who gave a consent; only the competent authority can free a document for a third party (Article 4(3))."""

    SENDING_BODY = "sending-body"
    COMPETENT_AUTHORITY = "competent-authority"


class Covers(StrEnum):
    """What a consent allows."""

    COPIES = "copies"
    """Further copies (Article 7(1))."""
    RELEASE = "release"
    """A copy for a third party (Articles 4(3), 4(4))."""
    DESTRUCTION = "destruction"
    """Destruction (Article 7(6))."""


_COPIES: Final = frozenset({Covers.COPIES})
_USED_BY: Final = {Covers.DESTRUCTION: EventKind.DESTROYED, Covers.RELEASE: EventKind.TRANSFERRED}
"""Events that use a consent up beside the copies made under it."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A written consent as it was put on file; dates are ISO 8601."""

    ref: str
    date: str
    issuer: Issuer
    level: LevelId
    copies: int
    """How many copies may be made, destroyed or handed to a third party under it."""
    expires: str | None = None
    """The last day on which it may be used."""
    covers: tuple[Covers, ...] = (Covers.COPIES,)
    register_number: str | None = None
    """The one document it speaks of; None when it speaks of a level."""
    scan_name: str | None = None
    scan_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class OnFile:
    """A consent with what is left of it."""

    consent: Consent
    at: str
    operator: str
    used: int = 0
    event: int = field(default=0)
    """The number of the ledger's event."""

    @property
    def left(self) -> int:
        return max(0, self.consent.copies - self.used)


def add(pen: Pen, consent: Consent) -> None:
    """Put a consent on file.  Raises UsageError when it contradicts itself, RegisterError when it is there already."""
    _check(consent, pen)
    if any(known.consent.ref == shown(consent.ref) for known in on_file(pen.connection)):
        raise RegisterError(
            f"A consent {shown(consent.ref)} is on file already, and what is on file never changes.",
            remedy="Give the new letter a reference of its own, such as its number with its date.",
        )
    if consent.register_number is not None and not _is_registered(pen.connection, consent.register_number):
        raise RegisterError(
            f"{shown(consent.register_number)} is not in the register.", remedy="'marker register list' shows what is."
        )
    kept = {key: shown(value) if isinstance(value, str) else value for key, value in asdict(consent).items()}
    append(pen, EventKind.CONSENT, document=consent.register_number, detail=kept)


def _is_registered(connection: Connection, register_number: str) -> bool:
    table = schema.documents.c
    return connection.scalar(select(table.serial).where(table.register_number == register_number)) is not None


def _check(consent: Consent, pen: Pen) -> None:
    today = pen.now.date()
    given = _day(consent.date, "date")
    if not consent.ref.strip():
        raise UsageError("A consent needs its reference.", remedy="Give the number of the letter with --ref.")
    if consent.copies < 1:
        raise UsageError("A consent is for one copy at least.", remedy="Give their number with --copies.")
    if given > today:
        raise UsageError(f"The consent's date {consent.date} is yet to come.", remedy="Correct --date.")
    if consent.expires is not None and _day(consent.expires, "expiry") < given:
        raise UsageError("The consent expires before its own date.", remedy="Correct --expires.")
    if not consent.covers:
        raise UsageError("The consent covers nothing.", remedy="Say with --for what it allows.")
    if Covers.RELEASE in consent.covers and consent.issuer is not Issuer.COMPETENT_AUTHORITY:
        raise UsageError(
            f"Only the competent authority can consent to a release to a third party ({cited(pen.articles.release)}).",
            remedy="Ask it for the consent, or correct --issuer.",
        )


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"The {name} {shown(text)} is not a date.", remedy="Write it as 2026-11-22.") from error


def on_file(connection: Connection) -> list[OnFile]:
    """All consents in the order they were put on file, each with what was used of it."""
    return _counted(connection, _all(connection))


def usable(connection: Connection, level: LevelId, register_number: str, today: str) -> list[OnFile]:
    """The consents under which a further copy of that document may be made ``today`` (ISO 8601)."""
    fitting = [held for held in _all(connection) if _why_not(held, _COPIES, level, register_number, today) is None]
    return [held for held in _counted(connection, fitting) if held.left]


def _all(connection: Connection) -> list[OnFile]:
    """Without what was used of them."""
    found: list[OnFile] = []
    for row in query.of_kinds(connection, EventKind.CONSENT):
        told = json.loads(row.detail)
        consent = Consent(
            **{
                **told,
                "issuer": Issuer(told["issuer"]),
                "covers": tuple(Covers(what) for what in told["covers"]),
                "level": LevelId(told["level"]),
            }
        )
        found.append(OnFile(consent, row.at, row.operator, event=row.seq))
    return found


def _counted(connection: Connection, held: Sequence[OnFile]) -> list[OnFile]:
    uses: Counter[str] = Counter()
    for some in query.batched([one.consent.ref for one in held]):
        made = (
            select(schema.grounds.c.consent, func.count())
            .join(schema.copies, schema.copies.c.copy_number == schema.grounds.c.copy_number)
            .where(schema.grounds.c.consent.in_(some), schema.copies.c.status != CopyStatus.VOID.value)
            .group_by(schema.grounds.c.consent)
        )
        for ref, count in connection.execute(made):
            uses[ref] += count
    events = schema.events.c
    for what, kind in _USED_BY.items():
        if any(what in one.consent.covers for one in held):
            for detail in connection.scalars(select(events.detail).where(events.kind == kind.value)):
                uses[json.loads(detail).get("consent") or ""] += 1
    return [replace(one, used=uses[one.consent.ref]) for one in held]


def use(
    pen: Pen,
    ref: str | None,
    *,
    needs: frozenset[Covers],
    level: LevelId,
    register_number: str,
    articles: Sequence[str],
    doing: str,
) -> str:
    """The reference of the consent that allows ``doing`` now; whoever calls keeps it with what it allowed.

    ``doing`` begins the sentence of a refusal: "Each further copy", "To destroy it".

    Raises HoldError(consent-required), naming the article and what is wrong with the consent.
    """

    def refused(why: str) -> HoldError:
        return HoldError(
            HoldCode.CONSENT_REQUIRED,
            f"{doing} needs a written consent ({cited(*articles)}): {why}; "
            "put one on file with 'marker consent add' and name it with --consent.",
        )

    if ref is None:
        raise refused("none was named")
    known = next((held for held in _all(pen.connection) if held.consent.ref == shown(ref)), None)
    if known is None:
        raise refused(f"{shown(ref)} is not on file")
    why = _why_not(known, needs, level, register_number, pen.now.date().isoformat())
    if why is None and _counted(pen.connection, [known])[0].left < 1:
        why = f"{known.consent.ref} is used up: it was for {known.consent.copies}"
    if why is not None:
        raise refused(why)
    return known.consent.ref


def _why_not(held: OnFile, needs: frozenset[Covers], level: LevelId, register_number: str, today: str) -> str | None:
    """Why a consent does not serve, however much is left of it; None when it does."""
    consent = held.consent
    lacking = needs.difference(consent.covers)
    if lacking:
        return f"{consent.ref} does not cover {', '.join(sorted(lacking))}"
    if Covers.RELEASE in needs and consent.issuer is not Issuer.COMPETENT_AUTHORITY:
        return f"{consent.ref} is not the competent authority's"
    if consent.level != level:
        return f"{consent.ref} is for {consent.level}, the document is {level}"
    if consent.register_number not in (None, register_number):
        return f"{consent.ref} is for {consent.register_number} alone"
    if consent.expires is not None and consent.expires < today:
        return f"{consent.ref} expired on {consent.expires}"
    return None


def problems(connection: Connection) -> list[Problem]:
    """Copies made under consents that are not on file, and consents used more often than they allow."""
    known = {held.consent.ref: held for held in on_file(connection)}
    found = [
        Problem(f"consent {ref}", f"It was used {held.used} times and allows {held.consent.copies}.")
        for ref, held in known.items()
        if held.used > held.consent.copies
    ]
    table = schema.grounds.c
    used = select(table.copy_number, table.consent).where(table.consent.is_not(None)).order_by(table.copy_number)
    for number, ref in connection.execute(used.execution_options(yield_per=5_000)):
        if ref not in known:
            found.append(Problem(number, "It was made under a consent that is not on file."))
    return found

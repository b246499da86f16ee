"""What happened to a document and its copies, and who may make the next copy, in words for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from marker.agreement.profile import cited
from marker.cli.words import _
from marker.register.records import EventKind

if TYPE_CHECKING:
    from marker.register.grounds import NextCopy

_Detail = Mapping[str, Any]


def what_happened(kind: str, detail: str | _Detail) -> str:
    """The particulars of an event in a few words; empty where its kind says all."""
    told: _Detail = json.loads(detail) if isinstance(detail, str) else detail
    wording = _PARTICULARS.get(kind)
    return "; ".join(filter(None, wording(told))) if wording is not None else ""


def _labelled(name: str, value: object) -> str:
    return f"{name} {value}" if value else ""


def _files(told: _Detail) -> list[str]:
    return list(told.get("files", ()))


def _destroyed(told: _Detail) -> list[str]:
    return [
        _("in a crisis: {reason}").format(reason=told["reason"]) if told["crisis"] else "",
        told["method"],
        _("witnesses: {names}").format(names=", ".join(told["witnesses"])),
        _labelled(_("consent"), told["consent"]),
        told["on"],
    ]


def _incident(told: _Detail) -> list[str]:
    return [told["what"], *told["copies"], told["on"]] if told["step"] == "opened" else [told["report"]]


_PARTICULARS: Final[Mapping[str, Callable[[_Detail], list[str]]]] = {
    EventKind.RESERVED: lambda told: [_labelled(_("for"), told["row"]["recipient"])],
    EventKind.ANNOUNCED: lambda told: [Path(told["path"]).name],
    EventKind.ISSUED: lambda told: [told.get("recovered", ""), *told.get("notes", ())],
    EventKind.VOID: lambda told: [told["reason"]],
    EventKind.ARRIVED_AGAIN: lambda told: [told["path"]],
    EventKind.CONSENT: lambda told: [told["ref"], ", ".join(told["covers"]), told["date"]],
    EventKind.TRANSFERRED: lambda told: [
        f"{told['from'] or '…'} → {told['to']}",
        _labelled(_("consent"), told["consent"]),
    ],
    EventKind.SPOILED: lambda told: [told["reason"]],
    EventKind.RETURNED: lambda told: [told["reference"], told["on"]],
    EventKind.DESTROYED: _destroyed,
    EventKind.INCIDENT: _incident,
    EventKind.RECEIPT: lambda told: [_("{kind} receipt").format(kind=told["kind"]), *_files(told)],
    EventKind.NOTICE: _files,
}


def next_copy_in_words(then: NextCopy) -> list[tuple[str, str]]:
    """Who may make the next copy, and on what grounds: names and sentences."""
    who = _("by need, made by a person cleared for {level}").format(level=then.level)
    lines = [(_("copy {n}").format(n=then.index), who)]
    if not then.needs_consent:
        return [*lines, (_("consent"), _("none is needed ({article})").format(article=cited(then.article)))]
    held = ", ".join(
        _("{ref} of {date}, {n} left").format(ref=one.consent.ref, date=one.consent.date, n=one.left)
        + (_(", until {day}").format(day=one.consent.expires) if one.consent.expires else "")
        for one in then.consents
    )
    needed = _("needed ({article}); {what}").format(
        article=cited(then.article), what=held or _("none is on file: marker consent add")
    )
    lines.append((_("consent"), needed))
    if then.free_translations:
        free = _("the first translation into {languages}").format(languages=", ".join(then.free_translations))
        lines.append((_("without consent"), free))
    return lines

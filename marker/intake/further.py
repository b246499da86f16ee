"""Further copies of a document that is registered already: numbered, stamped, proved and published as the first was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from marker.errors import HoldError, UsageError
from marker.intake.desk import Desk
from marker.intake.pages import ToStamp, to_stamp
from marker.intake.process import Case, Marked, discard
from marker.intake.renumber import renumbering
from marker.intake.source import Candidate, Snapshot, take
from marker.intake.terms import entry_again, terms_of
from marker.intake.together import make_all
from marker.model import FileReport, HoldCode, MarkingId, Outcome
from marker.names import shown
from marker.register import custody, query
from marker.register.grounds import Translation
from marker.register.records import DocumentRecord
from marker.register.register import Register


def further(
    candidate: Candidate,
    folder: Callable[[], Path],
    desk: Desk,
    document: DocumentRecord,
    *,
    language: str | None = None,
    replaces: str | None = None,
    reason: str = "",
) -> FileReport:
    """Further copies of a registered document, from its source or one of its Word copies or, with ``language``, from a
    translation (7(1)).

    ``replaces`` is the number of a copy that is spoiled for ``reason`` and that the new one stands for.

    Raises HoldError when they may not or cannot be made, RegisterError, UsageError for a file that is neither.
    """
    case = _Further(candidate, desk, lambda: None, lambda: None)
    target = desk.workspace.fresh()
    try:
        return case.further(target, folder, document, language, replaces, reason)
    finally:
        for taken in (target, *case.annex_targets):
            discard(taken)


class _Further(Case):
    """A registered document on its way to further copies."""

    annex_targets: tuple[Path, ...] = ()

    def further(
        self,
        target: Path,
        folder: Callable[[], Path],
        document: DocumentRecord,
        language: str | None,
        replaces: str | None,
        reason: str,
    ) -> FileReport:
        desk = self.desk
        book = desk.book
        assert book is not None  # noqa: S101  # copies are never drawn without the register
        snapshot = take(self.candidate, target, desk.settings.max_file_bytes)
        file_format, was = document.format, None
        if language is not None:
            snapshot, file_format = self._open(snapshot, partial(self._translation_format, snapshot, document))
        elif snapshot.sha256 != document.source_sha256:
            was = renumbering(desk, book, document, self.candidate.path, snapshot.sha256)
        marking = MarkingId(document.marking)
        _, form = self._open(snapshot, partial(to_stamp, desk, file_format=file_format, marking=marking, stated=True))
        form = replace(form, was=was)
        self.report = replace(self.report, notes=(*self.report.notes, *form.notes))
        annexes = self._annexes(book, document) if language is None else []
        place = folder()
        if replaces is not None:
            with book.writing() as pen:
                custody.spoil_once(pen, document.register_number, replaces, reason)
        terms = terms_of(
            desk.profile, desk.settings, document.level, desk.wish.consent,
            translation=Translation(language, snapshot.sha256) if language is not None else None, replaces=replaces,
        )  # fmt: skip
        reservation = self._draw(book, entry_again(document, desk.wish.purpose), again=True, terms=terms)
        marked = Marked(desk.profile.marking(document.marking), desk.profile.marking(document.equivalent))
        # A seal names the received file, whatever the copy is made from.
        orders = self._orders(marked, reservation, document.source_sha256 if was is not None else snapshot.sha256)
        if annexes:
            names = [self.candidate.path.name, *(name for name, _form in annexes)]
            copies = make_all(self, book, names, [form, *(one for _name, one in annexes)], orders, place)
        else:
            name = Path(document.source_name).name if was is not None else None
            copies = self._make(book, form, orders, self._slots(place, reservation, form.format, name))
        return replace(
            self.report, outcome=Outcome.STAMPED, sha256=snapshot.sha256, format=file_format, pages=document.pages,
            marking=document.marking, level=document.level, equivalent=document.equivalent,
            equivalent_text=marked.equivalent.stamp, register=document.register_number, copies=tuple(copies),
        )  # fmt: skip

    def _annexes(self, book: Register, document: DocumentRecord) -> list[tuple[str, ToStamp]]:
        """The annexes that were registered with a letter, by name, from where they lay.  Raises UsageError."""
        with book.reading() as connection:
            parts = query.parts_of(connection, document.register_number)
        marking = MarkingId(document.marking)
        found: list[tuple[str, ToStamp]] = []
        for part in parts:
            path, target = Path(part.source_name), self.desk.workspace.fresh()
            self.annex_targets += (target,)
            snapshot = take(Candidate(path, Path(path.name)), target, self.desk.settings.max_file_bytes)
            if snapshot.sha256 != part.source_sha256:
                raise UsageError(
                    f"{shown(path)} is not the annex that was registered with {document.register_number}.",
                    remedy="Put the received file back there.",
                )
            stamp = partial(to_stamp, self.desk, file_format=part.format, marking=marking, stated=True)
            found.append((path.name, self._open(snapshot, stamp)[1]))
        return found

    def _translation_format(self, snapshot: Snapshot, document: DocumentRecord, path: Path) -> str:
        """The format of a translation that may be stamped as one; read at ``path``.  Raises HoldError."""
        examination = self._examine(path)
        if (own := self._own_copy(snapshot, examination)) is not None and own.hold is not None:
            raise HoldError(own.hold.code, own.hold.detail)
        floor, profile = examination.verdict.floor, self.desk.profile
        if floor is not None and profile.rank(floor) > profile.rank(document.marking):
            raise HoldError(
                HoldCode.CONFLICT,
                f"The translation is marked {floor}, higher than {document.register_number} ({document.marking}); have "
                "a person compare them.",
            )
        return examination.format

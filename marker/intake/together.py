"""A letter with its annexes, registered as one document with parts (``--together``).

Every part is read and judged.  What holds one of them holds all; a part without a marking of its own is covered by the
others'; the highest marking of all parts governs, and every part of every copy is stamped with it and with the copy's
number.  Annexes are published before the letter: a copy is issued when its letter stands under its name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from marker.agreement.profile import Profile
from marker.errors import DiskError, HoldError, UsageError
from marker.intake import publish
from marker.intake.beside import label_beside
from marker.intake.desk import Desk
from marker.intake.isolate import Stopped
from marker.intake.pages import ToStamp
from marker.intake.process import ENDINGS, Case, Marked, discard
from marker.intake.roundtrip import recognised
from marker.intake.source import Candidate, Snapshot, list_folder, take
from marker.intake.verdicts import withheld
from marker.intake.work import Examination
from marker.model import CopyOrder, FileReport, HoldCode, IssuedCopy, Outcome, Verdict
from marker.names import shown
from marker.register import query
from marker.register.records import AlreadyRegistered, PartEntry
from marker.register.register import Register


def named(paths: Sequence[Path]) -> list[Candidate]:
    """The documents that paths name: each folder is one, its files in the order of their names, and the files are one.

    The first file of each is the letter.  Raises UsageError for a folder without files, or two files of one name.
    """
    loose = [Candidate(path, Path(path.name)) for path in paths if not path.is_dir()]
    found = [_one(loose)] if loose else []
    for folder in paths:
        if folder.is_dir():
            files = list_folder(folder).candidates
            if not files:
                raise UsageError(f"{shown(folder)} holds no file.", remedy="Name the folder of one document.")
            found.append(_one(files))
    return found


def by_folder(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates of a folder with each of its sub-folders as one document; files beside them stand alone.

    Raises UsageError for two files of one name below a sub-folder.
    """
    sets: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        alone = len(candidate.relative.parts) == 1
        sets.setdefault(str(candidate.relative) if alone else f"{candidate.relative.parts[0]}/", []).append(candidate)
    return [_one(files) for files in sets.values()]


def _one(files: Sequence[Candidate]) -> Candidate:
    names = [file.path.name for file in files]
    if len(set(names)) < len(names):
        raise UsageError("Two files of one document have the same name.", remedy="Rename one of them.")
    return replace(files[0], annexes=tuple(files[1:]))


def together(
    letter: Candidate,
    folder: Callable[[], Path],
    desk: Desk,
    wait_turn: Callable[[], None],
    end_turn: Callable[[], None],
) -> FileReport:
    """Take a letter and its annexes all the way, as :func:`marker.intake.process.process` does a file."""
    case = _Set(letter, desk, wait_turn, end_turn)
    candidates = (letter, *letter.annexes)
    targets = [desk.workspace.fresh() for _ in candidates]
    try:
        return case.take_all(candidates, targets, folder)
    except HoldError as error:
        if desk.patient and isinstance(error, DiskError):
            raise
        return case.held(error.hold)
    finally:
        end_turn()
        for target in targets:
            discard(target)


@dataclass(frozen=True, slots=True)
class _Part:
    candidate: Candidate
    snapshot: Snapshot
    examination: Examination
    verdict: Verdict


class _Set(Case):
    """A letter and its annexes on their way."""

    def take_all(
        self, candidates: Sequence[Candidate], targets: Sequence[Path], folder: Callable[[], Path]
    ) -> FileReport:
        desk = self.desk
        if desk.stopped.is_set():
            raise Stopped
        limit = desk.settings.max_file_bytes
        taken = [take(one, target, limit) for one, target in zip(candidates, targets, strict=True)]
        self.report = replace(self.report, sha256=taken[0].sha256)
        if (record := desk.lookup.find(taken[0].sha256, desk.wish.receiving)) is not None:
            self._same_annexes(record.register_number, [snapshot.sha256 for snapshot in taken[1:]])
            if not desk.wish.again:
                self._enter()
                return self._again(record)
        parts = [self._part(one, snapshot) for one, snapshot in zip(candidates, taken, strict=True)]
        verdict = self._stated(combined([(part.candidate.path.name, part.verdict) for part in parts], desk.profile))
        self._tell(parts, verdict)
        self._enter()
        if verdict.hold is not None:
            return self.held(verdict.hold)
        if desk.book is None:
            return replace(self.report, outcome=Outcome.MARKED)
        return self._number_all(desk.book, parts, verdict, folder)

    def _same_annexes(self, register_number: str, hashes: list[str]) -> None:
        book = self.desk.book
        if book is None:
            return
        with book.reading() as connection:
            known = [part.source_sha256 for part in query.parts_of(connection, register_number)]
        if known != hashes:
            raise HoldError(
                HoldCode.CONFLICT,
                f"The letter is registered as {register_number} with other annexes; compare them, and register new "
                "ones by themselves.",
            )

    def _part(self, candidate: Candidate, snapshot: Snapshot) -> _Part:
        desk = self.desk

        def read(path: Path) -> Examination:
            with label_beside(candidate, desk.workspace) as label:
                return desk.workers.examine(path, candidate.path.name, label)

        try:
            opened, examination = self._open(snapshot, read)
        except HoldError as error:
            raise HoldError(error.hold.code, f"{shown(candidate.path.name)}: {error.hold.detail}") from error
        verdict = recognised(desk.lookup, desk.wish, desk.profile, snapshot.sha256, examination) or examination.verdict
        return _Part(candidate, opened, examination, verdict)

    def _tell(self, parts: Sequence[_Part], verdict: Verdict) -> None:
        pages = [part.examination.pages for part in parts]
        notes = [note for part in parts for note in (*part.examination.notes, *part.verdict.notes)]
        notes += [f"registered together with {shown(part.candidate.path.name)}" for part in parts[1:]]
        self.report = replace(
            self.report,
            format=parts[0].examination.format,
            pages=None if None in pages else sum(count or 0 for count in pages),
            marking=verdict.marking,
            level=verdict.level,
            equivalent=verdict.equivalent,
            equivalent_text=verdict.equivalent_text,
            evidence=verdict.evidence,
            notes=tuple(dict.fromkeys((*self.report.notes, *notes, *verdict.notes))),
            signatures=tuple(signature for part in parts for signature in part.examination.signatures),
        )

    def _number_all(
        self, book: Register, parts: Sequence[_Part], verdict: Verdict, folder: Callable[[], Path]
    ) -> FileReport:
        letter, *annexes = parts
        marked = Marked.of(verdict, self.desk.profile)
        pages = self.report.pages
        forms = [self._form(part.snapshot, part.examination.format, marked.original.id) for part in parts]
        self.report = replace(self.report, pages=pages)
        self.annexes = tuple(
            PartEntry(
                part.snapshot.sha256,
                str(self.desk.rest(part.candidate, Outcome.STAMPED)),
                part.examination.format,
                part.examination.pages,
                part.verdict.marking,
            )
            for part in annexes
        )
        place = folder()
        try:
            reservation = self._reserve(book, letter.snapshot, letter.examination, marked)
        except AlreadyRegistered as error:
            return self._again(error.record)
        self.end_turn()
        orders = self._orders(marked, reservation, letter.snapshot.sha256)
        copies = make_all(self, book, [part.candidate.path.name for part in parts], forms, orders, place)
        return replace(self.report, outcome=Outcome.STAMPED, register=reservation.register_number, copies=tuple(copies))


def make_all(
    case: Case, book: Register, names: Sequence[str], forms: Sequence[ToStamp], orders: list[CopyOrder], place: Path
) -> list[IssuedCopy]:
    """Every part of every copy, made and proved in private; then put under their names, the letters last.

    Raises HoldError when one of them cannot be: then none is left, and the numbers are void.
    """
    workspace = case.desk.workspace
    numbers = [order.copy_number for order in orders]
    made = [[workspace.fresh() for _ in orders] for _ in forms]
    brought: list[publish.Brought] = []
    copies: dict[tuple[int, int], IssuedCopy] = {}
    try:
        for part, (form, paths) in enumerate(zip(forms, made, strict=True)):
            # The seal is the document's and names the letter's hash: it stands on the letter's first page alone.
            given = [replace(order, seal="") for order in orders] if part else orders
            case.desk.workers.make(form.path, form.format, list(zip(given, paths, strict=True)))
        for part in (*range(1, len(forms)), 0):
            files = []
            for order, path in zip(orders, made[part], strict=True):
                slot = publish.slot_for(place, names[part], order.copy_number, ENDINGS[forms[part].format])
                files.append(publish.bring(path, slot))
                brought.append(files[-1])
            book.announce_all(publish.announcements(numbers, files), part + 1)
            publish.publish_all(files)
            for index, (order, one) in enumerate(zip(orders, files, strict=True)):
                copies[index, part] = IssuedCopy(order.copy_number, order.recipient, str(one.slot.final), one.sha256)
        book.issue(numbers, case.report.notes)
    except (HoldError, Stopped) as error:
        if publish.withdraw_all(brought):
            book.void(numbers, error.hold.detail if isinstance(error, HoldError) else "the run was interrupted")
        raise
    except BaseException:
        for one in brought:
            publish.forget(one)
        raise
    finally:
        for paths in made:
            for path in paths:
                publish.remove(path)
    return [copies[key] for key in sorted(copies)]


def combined(parts: Sequence[tuple[str, Verdict]], profile: Profile) -> Verdict:
    """One verdict for all parts: held when anything but a missing marking holds one of them, else the highest's."""
    evidence = tuple(finding for _name, verdict in parts for finding in verdict.evidence)
    floors = [verdict.floor for _name, verdict in parts if verdict.floor is not None]
    floor = max(floors, key=profile.rank, default=None)
    for name, verdict in parts:
        if verdict.hold is not None and verdict.hold.code is not HoldCode.UNMARKED:
            held = withheld(verdict, verdict.hold.code, f"{shown(name)}: {verdict.hold.detail}")
            return replace(held, evidence=evidence, floor=floor)
    marked = [(name, verdict) for name, verdict in parts if verdict.hold is None and verdict.marking is not None]
    if not marked:
        return replace(parts[0][1], evidence=evidence, floor=floor)
    name, highest = max(marked, key=lambda one: profile.rank(one[1].marking or floors[0]))
    bare = [f"{shown(other)} bears no marking of its own" for other, verdict in parts if verdict.hold is not None]
    notes = (f"the marking that governs is that of {shown(name)}", *bare) if len(parts) > 1 else ()
    return replace(highest, evidence=evidence, floor=floor, notes=notes)

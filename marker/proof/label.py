"""The label of a stamped copy read again: it names this copy, the originator's marking and the equivalent, or none.

A guard that decides by labels would let a copy pass whose label is lower than its ink; such a copy is not issued.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from marker.agreement.profile import Profile
from marker.detect.labels import map_label
from marker.errors import HoldError, MarkerError
from marker.labels.read import is_binding, own_binding, parse_binding, seen
from marker.labels.xmp import bindings_in
from marker.model import CopyOrder, HoldCode
from marker.proof.docx_package import Parts, is_label


def prove_label(
    file_format: str, stamped: Path, order: CopyOrder, profile: Profile, packet: bytes | None = None
) -> None:
    """Returns when the copy carries one binding that says what ``order`` says.  Raises HoldError(stamp-failed).

    ``packet`` is the XMP metadata of a PDF where they were read from the file already.
    """
    try:
        if packet is not None:
            roots = list(_bindings(packet))
        else:
            roots = list(_pdf(stamped) if file_format == "pdf" else _docx(stamped))
        if len(roots) != 1:
            raise _failed("it does not carry exactly one label")
        _prove(roots[0], order, profile)
    except HoldError as error:
        if error.hold.code is HoldCode.STAMP_FAILED:
            raise
        raise _failed("its label cannot be read again") from error
    except MarkerError:
        raise
    except Exception as error:
        raise _failed(f"its label cannot be read again ({type(error).__name__})") from error


def _prove(root: etree._Element, order: CopyOrder, profile: Profile) -> None:
    ours = own_binding(root, order.copy_number)
    if ours is None:
        raise _failed("its label does not name the copy")
    if ours.copies[0].register_number != order.register_number:
        raise _failed("its label names another register number")
    if ours.faults or any(label.faults for label in ours.labels):
        raise _failed("its label is not as the standard says")
    wanted = {
        "originator": (order.sending, order.originator_text),
        "alternative": (order.receiving, order.marking_text),
    }
    if [label.kind for label in ours.labels] != list(wanted):
        raise _failed("its label does not state the originator's marking and the equivalent")
    for label in ours.labels:
        party, text = wanted[label.kind]
        marks = [map_label(one, profile).marking for one in seen(label, "")]
        stated = [profile.marking(mark) for mark in marks if mark is not None]
        if len(marks) != 1 or [mark.party for mark in stated] != [party] or text not in (
            stated[0].stamp, stated[0].own_text,
        ):  # fmt: skip
            raise _failed(f"its {label.kind} label states another marking than the register")


def _pdf(path: Path) -> Iterator[etree._Element]:
    from pypdf import PdfReader
    from pypdf.generic import StreamObject

    metadata = PdfReader(path).root_object.get("/Metadata")
    metadata = None if metadata is None else metadata.get_object()
    if isinstance(metadata, StreamObject):
        yield from _bindings(metadata.get_data())


def _bindings(packet: bytes) -> Iterator[etree._Element]:
    for text in bindings_in(packet):
        yield parse_binding(text.encode(), "The label")


def _docx(path: Path) -> Iterator[etree._Element]:
    with Parts(path) as parts:
        related = [t for kind, t in parts.relationships(parts.main()).values() if kind == "customXml" and t is not None]
        for part in dict.fromkeys(related):
            if is_label(parts, part) and is_binding(root := parse_binding(parts.data(part), "The label")):
                yield root


def _failed(why: str) -> HoldError:
    return HoldError(
        HoldCode.STAMP_FAILED,
        f"The stamped copy did not pass its proof: {why}; it was not issued. Keep the file for the maintainers.",
    )

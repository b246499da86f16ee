"""The label of a copy whose received file may carry labels already: theirs stay, ours stands beside them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lxml import etree

from marker.agreement.profile import Profile
from marker.canonical import canonical
from marker.detect.labels import map_label
from marker.errors import HoldError
from marker.labels.read import is_binding, originators, parse_binding, read_binding, seen
from marker.labels.terms import MB, LabelTerms
from marker.labels.write import Reference, binding_of, container_of
from marker.model import CopyOrder

CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
    ".docm": "application/vnd.ms-word.document.macroEnabled.12",
    ".dotm": "application/vnd.ms-word.template.macroEnabled.12",
}
"""By the ending of a copy's name."""


def joined(received: Sequence[etree._Element]) -> etree._Element:
    """One binding with the containers of several, in their order; a copy of them."""
    root = copy.deepcopy(received[0])
    for other in received[1:]:
        root.extend(copy.deepcopy(child) for child in other if child.tag == f"{{{MB}}}MetadataBindingContainer")
    return root


def rebound(received: Sequence[etree._Element]) -> etree._Element:
    """The bindings of a file as one of the whole of another file that was made of it, whose parts have other names.

    Labels stay as they are; what each is bound to becomes the file it stands in (``DataReference URI=""``).  A signed
    binding keeps its references: changing them would break what the sender signed.
    """
    root = joined(received)
    if read_binding(root).signed:
        return root
    for binding in root.iter(f"{{{MB}}}MetadataBinding"):
        references = list(binding.iterchildren(f"{{{MB}}}DataReference"))
        for reference in references[1:]:
            binding.remove(reference)
        for reference in references[:1]:
            reference.attrib.clear()
            reference.set("URI", "")
            del reference[:]
    return root


@dataclass(frozen=True, slots=True)
class Labeller:
    """Makes the labels of one copy."""

    order: CopyOrder
    profile: Profile
    terms: LabelTerms

    def container(self, references: Iterable[Reference], received: Sequence[etree._Element]) -> etree._Element:
        """Our container; the originator's label of a received binding is kept verbatim where it says the same."""
        kept = self.originator(received)
        return container_of(self.order, self.profile, self.terms, references, originator=kept)

    def binding(self, references: Iterable[Reference], received: Sequence[etree._Element]) -> etree._Element:
        """One binding: the containers of those received, as they were, then ours.  A received signature stays first."""
        if not received:
            return binding_of(self.order, self.profile, self.terms, references)
        root = joined(received)
        after = [child for child in root if child.tag == f"{{{MB}}}MetadataBindingContainer"]
        ours = self.container(references, received)
        if after:
            after[-1].addnext(ours)
        else:
            root.append(ours)
        return root

    def binding_of_texts(self, references: Iterable[Reference], texts: Sequence[str]) -> tuple[bytes, bool]:
        """The same from the texts of received bindings, canonical; and whether each of them could be taken over."""
        received: list[etree._Element] = []
        whole = True
        for text in texts:
            try:
                root = parse_binding(text.strip().encode("utf-8", "replace"), "The received label")
            except HoldError:
                whole = False
                continue
            whole = whole and is_binding(root)
            received += [root] if is_binding(root) else []
        return canonical(self.binding(references, received)), whole

    def sidecar(self, received: Sequence[etree._Element]) -> bytes:
        """The binding as a file of its own (STANAG 4778, sidecar profile); empty unless the order asks for one."""
        if not self.order.sidecar_for:
            return b""
        ending = Path(self.order.sidecar_for).suffix.lower()
        kind = CONTENT_TYPES.get(ending, "application/octet-stream")
        reference = Reference(f"./{quote(self.order.sidecar_for)}", kind)
        kept = self.originator(received)
        return canonical(binding_of(self.order, self.profile, self.terms, [reference], originator=kept))

    def originator(self, received: Sequence[etree._Element]) -> bytes:
        """The first originator's label that the profile maps to the originator's marking of the order; else empty."""
        for root in received:
            for label, xml in originators(root):
                marks = [map_label(one, self.profile).marking for one in seen(label, "")]
                stated = [self.profile.marking(mark) for mark in marks if mark is not None]
                if len(stated) == 1 and (stated[0].party, stated[0].own_text) == (
                    self.order.sending, self.order.originator_text,
                ):  # fmt: skip
                    return xml
        return b""

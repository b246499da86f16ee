"""New headers and footers: one of each kind for a document that lacks it, more where its sections differ in shape."""

from __future__ import annotations

from collections.abc import Sequence

from marker.stamp.docx_draft import PART_TYPES, Draft
from marker.stamp.docx_sections import KINDS, STORIES, Section, margin_and_distance, name_part


def complete(draft: Draft, sections: Sequence[Section]) -> set[str]:
    """Name a new part for every kind the first section does not name; later sections inherit them."""
    new: set[str] = set()
    for story in STORIES:
        for kind in KINDS:
            if (story, kind) in sections[0].own:
                continue
            part = _add(draft, sections[0], story, kind)
            new.add(part)
            for section in sections:
                section.shown.setdefault((story, kind), part)
    return new


def divide(draft: Draft, sections: Sequence[Section], story: str, name: str) -> list[str]:
    """Give every shape of page that shows the new part ``name`` a part of its own; all of them, ``name`` first.

    So the text of a section with wide margins need not make room because that of another has to.
    """
    of_shape: dict[tuple[object, ...], str] = {}
    for kind in KINDS:
        for section in sections:
            if section.shown[story, kind] != name:
                continue
            shape = _shape(section, story)
            if shape not in of_shape:
                of_shape[shape] = _add(draft, section, story, kind) if of_shape else name
            elif section is not sections[0]:
                # Named outright, lest it inherit that of the section before it.
                _name(draft, section, story, kind, of_shape[shape])
            section.shown[story, kind] = of_shape[shape]
    return list(of_shape.values())


def _shape(section: Section, story: str) -> tuple[object, ...]:
    margins = (*margin_and_distance(section, story), section.left, section.right)
    return (section.width, section.height, *margins, tuple(sorted(section.borders.items())))


def _add(draft: Draft, section: Section, story: str, kind: str) -> str:
    part = draft.add(story, "xml", b"", PART_TYPES[story])
    _name(draft, section, story, kind, part)
    return part


def _name(draft: Draft, section: Section, story: str, kind: str, part: str) -> None:
    name_part(section, draft.dialect, story, kind, draft.relation(draft.main, story, part))
    draft.touch(draft.main)

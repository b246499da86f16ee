"""The properties in which other systems keep their labels in a Word document, as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from marker.readers.base import Purse, ReaderLimits, border
from marker.readers.labels import is_label
from marker.readers.package import Package
from marker.readers.xml import local_name

_SYSTEMS: Final = ("msip_label_", "bj", "titus", "classificationcontentmarking")
"""Beginnings of names: Microsoft, Boldon James, Titus, Microsoft again."""


def custom_properties(package: Package) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The parts with custom properties (ECMA-376 part 1, 15.2.12.2) and names and texts of what each holds.

    Raises HoldError: malformed, too-large.
    """
    for part in package.related("", "custom-properties") + package.related("", "customProperties"):
        yield (
            part,
            [
                (prop.get("name") or "", "".join(str(text) for text in prop.itertext()).strip())
                for prop in package.xml(part)
            ],
        )


def label_properties(path: Path, limits: ReaderLimits) -> tuple[tuple[str, str], ...]:
    """Names and texts of all properties that belong to a label of another system; a Microsoft label that stands in
    ``docMetadata/LabelInfo.xml`` alone under the names that it has in properties.

    Raises HoldError: malformed, too-large, encrypted.
    """
    found: dict[str, str] = {}
    with border("The Word document"), path.open("rb") as stream:
        package = Package(stream, Purse(limits))
        for part in package.related("", "classificationlabels"):
            for label in package.xml(part):
                if local_name(label) == "label" and label.get("removed") != "1":
                    stem = f"MSIP_Label_{label.get('id', '').strip('{}')}_"
                    enabled = "false" if label.get("enabled", "1") == "0" else "true"
                    found |= {stem + "Enabled": enabled, stem + "SiteId": label.get("siteId", "").strip("{}")}
                    found |= {stem + "Method": label.get("method", "")}
        for _part, properties in custom_properties(package):
            found |= {key: text for key, text in properties if is_label(key) or key.lower().startswith(_SYSTEMS)}
    return tuple((key, text) for key, text in found.items() if text)

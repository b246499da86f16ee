"""Mutants of real PDF and DOCX files: damaged where a parser looks, not only somewhere in a compressed stream."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
_LARGEST_SEED = 150_000
_NUMBERS = (b"0", b"-1", b"1", b"255", b"65536", b"2147483648", b"-2147483649", b"9" * 20, b"1e999", b"0.0001")

Mutation = Callable[[bytes, random.Random], bytes]


def seeds(limit: int = 400) -> list[Path]:
    """Fixtures of ours, and of the corpus, where it is there, small files spread over its folders."""
    own = [*sorted(ROOT.glob("fixtures/inbox-*/**/*.pdf")), *sorted(ROOT.glob("fixtures/inbox-*/**/*.docx"))]
    others = [path for ending in ("pdf", "docx") for path in sorted(CORPUS.rglob(f"*.{ending}"))]
    others = [path for path in others if path.is_file() and path.stat().st_size <= _LARGEST_SEED]
    return own + random.Random(0).sample(others, min(limit, len(others)))


def name_of(path: Path) -> str:
    """A seed's name, the same wherever this folder lies."""
    return path.relative_to(ROOT if path.is_relative_to(ROOT) else CORPUS.parent).as_posix()


@dataclass(frozen=True, slots=True)
class Drawing:
    """From what mutants are drawn, and where they are put."""

    seed: int
    files: Sequence[Path]
    weights: Sequence[float]
    folder: Path


def write(drawing: Drawing, numbers: Iterable[int]) -> list[Path]:
    """Write the mutants that have these numbers."""
    made = []
    for number in numbers:
        chance = random.Random(f"{drawing.seed} {number}")
        source = chance.choices(drawing.files, drawing.weights)[0]
        made.append(drawing.folder / f"{number:06d}{source.suffix}")
        made[-1].write_bytes(mutant(source, chance))
    return made


def mutant(path: Path, chance: random.Random) -> bytes:
    """One mutant of a file, after one to four mutations."""
    data = path.read_bytes()
    if path.suffix == ".docx":
        return _docx(data, chance)
    return _times(_plain_pdf(data), chance, _PDF)


def _times(data: bytes, chance: random.Random, mutations: tuple[Mutation, ...]) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = chance.choice(mutations)(data, chance) or data
    return data


def _plain_pdf(data: bytes) -> bytes:
    """The same file with its objects and streams laid open, so that mutations hit structure and content."""
    import pikepdf  # here, so that who only asks for mutants does not bear it

    try:
        with warnings.catch_warnings(), pikepdf.open(io.BytesIO(data)) as pdf:
            warnings.simplefilter("ignore")  # a seed may be odd as it is
            out = io.BytesIO()
            pdf.save(
                out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            )  # fmt: skip
            return out.getvalue()
    except (pikepdf.PdfError, pikepdf.PasswordError, RuntimeError, ValueError):
        return data


def _docx(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.1:
        return _times(data, chance, (_flip, _cut, _repeat))
    try:
        source = zipfile.ZipFile(io.BytesIO(data))
        parts = {info.filename: source.read(info) for info in source.infolist()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError):
        return _times(data, chance, (_flip, _cut))
    xml = [name for name in parts if name.endswith((".xml", ".rels"))]
    for name in chance.sample(xml, min(len(xml), chance.choice((1, 1, 2, 3)))):
        parts[name] = _times(parts[name], chance, _XML)
    roll = chance.random()
    if roll < 0.05:
        parts.pop(chance.choice(list(parts)))
    elif roll < 0.1:
        parts[chance.choice(("../../escaped.xml", "/escaped.xml", "word/../../escaped", "\\escaped"))] = b"<x/>"
    elif roll < 0.12:
        parts["word/bomb.xml"] = b" " * 30_000_000
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
        if roll > 0.98:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                target.writestr(chance.choice(list(parts)), b"<x/>")  # the same name twice
    return out.getvalue()


def _place(data: bytes, chance: random.Random) -> int:
    return chance.randrange(max(1, len(data)))


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        if changed:
            changed[_place(data, chance)] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> bytes:
    start = _place(data, chance)
    return data[:start] + data[start + chance.choice((1, 10, 100, 1000)) :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start = _place(data, chance)
    piece = data[start : start + chance.choice((5, 50, 500))]
    return data[:start] + piece * chance.choice((2, 20)) + data[start:]


def _move(data: bytes, chance: random.Random) -> bytes:
    start, target = _place(data, chance), _place(data, chance)
    piece = data[start : start + chance.choice((10, 100, 1000))]
    return data[:target] + piece + data[target:]


def _token(pattern: bytes, new: Callable[[bytes, random.Random], bytes]) -> Mutation:
    expression = re.compile(pattern)

    def mutation(data: bytes, chance: random.Random) -> bytes:
        # Only so many are looked for as one is wanted: a file has a hundred thousand numbers.
        start = _place(data, chance)
        found = expression.search(data, start) or expression.search(data)
        if found is None:
            return data
        return data[: found.start()] + new(found.group(), chance) + data[found.end() :]

    return mutation


def _swap(pattern: bytes) -> Mutation:
    """One token takes the place of another one of the file."""
    expression = re.compile(pattern)

    def mutation(data: bytes, chance: random.Random) -> bytes:
        one = expression.search(data, _place(data, chance))
        other = expression.search(data, _place(data, chance))
        if one is None or other is None:
            return data
        return data[: one.start()] + other.group() + data[one.end() :]

    return mutation


_number = _token(rb"-?\d+(\.\d+)?", lambda _old, chance: chance.choice(_NUMBERS))
_PDF: tuple[Mutation, ...] = (
    _flip, _cut, _repeat, _move, _number, _number,
    _token(rb"\d+ 0 R", lambda _old, chance: b"%d 0 R" % chance.randrange(60)),
    _token(rb"\d+ 0 R", lambda _old, _chance: b"null"),
    _token(rb"/[A-Za-z]+", lambda _old, chance: chance.choice((b"/X", b"/Parent", b"/Kids", b"/Length", b"/Contents"))),
    _token(rb"\[[^\[\]]{0,80}\]", lambda _old, chance: chance.choice((b"[]", b"[" * 200 + b"]" * 200, b"<<>>"))),
    _token(rb"<<", lambda _old, chance: chance.choice((b"[", b"<<" * 100, b"<</A "))),
    _token(rb"\([^()]{0,80}\)", lambda _old, chance: chance.choice((b"()", b"(" * 50, b"<FEFF", b"(\\777)"))),
    _token(rb"(?:endobj|endstream|stream|xref|trailer|startxref)", lambda _old, _chance: b""),
    _token(rb"\b(?:q|Q|BT|ET|cm|Do|Tj|TJ|re|W|n)\b", lambda _old, chance: chance.choice((b"Q", b"q", b"ET", b"Do"))),
    _swap(rb"/[A-Za-z]+"), _swap(rb"\d+ 0 obj.{0,400}?endobj"), _swap(rb"<<[^<>]{0,200}>>"),
)  # fmt: skip
_XML: tuple[Mutation, ...] = (
    _flip, _cut, _repeat, _number, _number, _number,
    _token(rb'="[^"]*"', lambda _old, chance: chance.choice((b'=""', b'="-1"', b'="x"', b'="' + b"9" * 40 + b'"'))),
    _token(rb"<w:[a-zA-Z]+", lambda _old, chance: chance.choice((b"<w:p", b"<w:tbl", b"<w:sectPr", b"<w:x"))),
    _token(rb"<w:(\w+)[^<>]*/>", lambda old, chance: chance.choice((b"", old * 50))),
    _token(rb"<w:(\w+)[ >].{0,500}?</w:\1>", lambda old, chance: chance.choice((b"", old * 3))),
    _token(rb"<\?xml[^>]*>", lambda old, _chance: old + b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'),
    _swap(rb"<w:\w+[^<>]*>"), _swap(rb'(?:Id|Target|Type|PartName)="[^"]*"'), _swap(rb'r:id="[^"]*"'),
)  # fmt: skip

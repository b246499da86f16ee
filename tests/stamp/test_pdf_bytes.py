"""pypdf's objects as bytes."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    EncodedStreamObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)
from pypdf.generic._data_structures import read_object

from marker.stamp.pdf_bytes import object_bytes

WRITER = PdfWriter()
names = st.text(min_size=1, max_size=8).map(lambda text: NameObject("/" + text.replace("%", "p")))
plain = st.one_of(
    names,
    st.integers(-(10**9), 10**9).map(NumberObject),
    st.floats(-1e6, 1e6).map(lambda number: FloatObject(round(number, 3))),
    st.booleans().map(BooleanObject),
    st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs",)), max_size=8).map(TextStringObject),
    st.binary(max_size=8).map(ByteStringObject),
    st.just(NullObject()),
    st.integers(1, 10**6).map(lambda number: IndirectObject(number, 0, WRITER)),
)
objects = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5).map(ArrayObject), st.dictionaries(names, inner, max_size=5).map(DictionaryObject)
    ),
    max_leaves=12,
)


def _as_pypdf_writes(held: PdfObject) -> bytes:
    buffer = io.BytesIO()
    held.write_to_stream(buffer)
    return buffer.getvalue()


@given(objects)
def test_they_say_what_pypdf_would_write(held: PdfObject) -> None:
    ours, theirs = (
        read_object(io.BytesIO(data + b" "), WRITER) for data in (object_bytes(held), _as_pypdf_writes(held))
    )
    assert ours == theirs


@given(st.binary(max_size=60), st.dictionaries(names, plain, max_size=4))
def test_a_stream_has_its_length_once_and_its_data_as_they_are(
    data: bytes, entries: dict[NameObject, PdfObject]
) -> None:
    stream = EncodedStreamObject()
    stream.update(entries)
    stream[NameObject("/Length")] = NumberObject(999_999)
    stream._data = data
    written = object_bytes(stream)
    tail = b">>\nstream\n" + data + b"\nendstream"
    assert written.endswith(tail)
    head = written.removesuffix(tail)
    assert head.startswith(b"<</Length %d\n" % len(data))
    assert head.count(b"/Length ") == 1


def test_pypdf_s_notes_to_itself_are_not_written() -> None:
    held = DictionaryObject({NameObject("/%is_open%"): BooleanObject(True), NameObject("/Title"): NumberObject(1)})
    assert object_bytes(held) == b"<</Title 1\n>>"

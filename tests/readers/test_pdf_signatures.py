"""What a signature dictionary says of itself is told; one that says nothing sensible is no reason to fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from marker.readers.pdf_signatures import describe
from marker.signatures import Covers, Signature, SignatureKind

FILE = b"%PDF-1.7\n" + b"x" * 91 + b"<" + b"0" * 98 + b">" + b"y" * 94 + b"%%EOF\n"
"""A hundred bytes, a hundred of signature, a hundred more."""


def signature(**entries: PdfObject) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): entry for key, entry in entries.items()})


def covering(*numbers: int) -> DictionaryObject:
    return signature(ByteRange=ArrayObject(map(NumberObject, numbers)))


@pytest.mark.parametrize(
    ("numbers", "after", "covers"),
    [
        ((0, 100, 200, 100), b"", Covers.WHOLE),
        ((0, 100, 200, 100), b"\r\n", Covers.WHOLE),
        ((0, 100, 200, 100), b"1 0 obj null endobj", Covers.REVISION),
        ((0, 90, 200, 100), b"", Covers.UNCLEAR),
        ((0, 100, 200, 90), b"", Covers.UNCLEAR),
        ((1, 99, 200, 100), b"", Covers.UNCLEAR),
        ((0, 100, 200, 10_000), b"", Covers.UNCLEAR),
        ((0, 0, 0, 0), b"", Covers.UNCLEAR),
        ((0, 100), b"", Covers.UNCLEAR),
    ],
)
def test_the_byte_range_tells_what_is_covered(numbers: tuple[int, ...], after: bytes, covers: Covers) -> None:
    assert describe(covering(*numbers), FILE + after).covers is covers


def test_a_name_without_a_certificate_is_taken_as_stated_and_put_on_one_line() -> None:
    told = describe(signature(Name=TextStringObject("Jonas\nJonaitis"), Contents=ByteStringObject(b"\0" * 8)), FILE)
    assert told == Signature("Jonas Jonaitis", SignatureKind.APPROVAL, Covers.UNCLEAR)


def test_certifications_and_timestamps_are_told_apart() -> None:
    reference = signature(TransformMethod=NameObject("/DocMDP"))
    assert describe(signature(Reference=ArrayObject([reference])), FILE).kind is SignatureKind.CERTIFICATION
    assert describe(signature(SubFilter=NameObject("/ETSI.RFC3161")), FILE).kind is SignatureKind.TIMESTAMP


ODD = st.one_of(
    st.just(NullObject()), st.integers().map(NumberObject), st.binary(max_size=40).map(ByteStringObject),
    st.text(max_size=10).map(TextStringObject),
    st.lists(st.integers(-5, 400).map(NumberObject), max_size=5).map(ArrayObject),
)  # fmt: skip


@given(ODD, ODD, ODD, ODD)
def test_no_dictionary_makes_it_fail(first: PdfObject, second: PdfObject, third: PdfObject, fourth: PdfObject) -> None:
    describe(signature(ByteRange=first, Contents=second, Name=third, Reference=fourth), FILE)

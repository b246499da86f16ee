"""What page content leaves open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marker.stamp.pdf_content import ends, without


@pytest.mark.parametrize(
    ("content", "closing"),
    [
        (b"", b""),
        (b"q 1 0 0 1 5 5 cm Q", b""),
        (b"q q 1 0 0 1 5 5 cm", b"Q Q"),
        (b"q\nBT /F1 12 Tf (a) Tj", b"ET Q"),
        (b"/OC /MC0 BDC q 0 0 10 10 re f Q", b"EMC"),
        (b"/P <</MCID 0>>BDC q(x)Tj", b"EMC Q"),
        (b"BT (a (nested (q) Q) \\) q) Tj ET", b""),
        (b"% q q q in a comment\nq", b"Q"),
        (b"/q /Q gs [q] 0 d", b""),
        (b"BI /W 2 /H 1 /BPC 8 /CS /G ID q Q EI Q", b""),
        (b"q BI /W 2 /H 1 ID \x00EI \x80\xff q q EI Q", b""),
        (b"q BT (never ends", b") ET Q"),
        (b"(one (two", b"))"),
        (b"q [(a) -20 (b)", b"] Q"),
        (b"BT <0041", b"> ET"),
        (b"/P <</MCID 0", b">>"),
        (b"0 0 m 10 10 l", b"n"),
        (b"0 0 10 10 re W", b"n"),
        (b"0 0 10 10 re W* n", b""),
        (b"q BI /W 2 /H 1 ID \x00\x00", b"\nEI Q"),
    ],
)
def test_what_content_leaves_open_is_closed(content: bytes, closing: bytes) -> None:
    assert ends(content).closing == closing


def test_pops_of_an_empty_stack_are_named_and_can_be_taken_out() -> None:
    content = b"0.5 0 0 0.5 0 0 cm Q q 1 g Q\nQ"
    found = ends(content)
    assert [content[at : at + 1] for at in found.surplus] == [b"Q", b"Q"]
    assert without(content, found.surplus) == b"0.5 0 0 0.5 0 0 cm   q 1 g Q\n "
    assert ends(without(content, found.surplus)).surplus == ()


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(content: bytes) -> None:
    found = ends(content)
    assert ends(without(content, found.surplus)).surplus == ()


@given(st.lists(st.sampled_from([b"q", b"Q", b"BT", b"ET", b"/A BMC", b"EMC", b"(q)", b"1 0 0 rg"]), max_size=40))
def test_what_closes_the_content_leaves_nothing_open(operators: list[bytes]) -> None:
    content = b" ".join(operators)
    closed = without(content, ends(content).surplus)
    closed += b" " + ends(closed).closing
    assert ends(closed).closing == b""
    assert ends(closed).surplus == ()

"""A verdict turned into a hold."""

from __future__ import annotations

from dataclasses import replace

from marker.model import Hold, HoldCode, Verdict


def withheld(verdict: Verdict, code: HoldCode, detail: str) -> Verdict:
    """``verdict`` as a hold: what was seen stays, what would be stamped goes (rule 1)."""
    return replace(verdict, hold=Hold(code, detail), marking=None, level=None, equivalent=None, equivalent_text=None)

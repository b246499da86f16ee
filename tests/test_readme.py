"""The README and the software say the same: commands, hold codes, exit statuses, files it points at."""

from __future__ import annotations

import re
from pathlib import Path

import click

from marker.cli.main import cli
from marker.errors import ExitStatus
from marker.model import HoldCode

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_hold_code_has_a_row_and_no_row_is_of_an_unknown_code() -> None:
    table = README.split("## When a file is held")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == [code.value for code in HoldCode]


def test_every_exit_status_is_explained() -> None:
    table = README.split("## Exit status")[1].split("\n## ")[0]
    assert {int(n) for n in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == {int(status) for status in ExitStatus}


def test_every_command_that_is_named_exists() -> None:
    context = click.Context(cli)
    for text in (README, (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")):
        for words in re.findall(r"(?:^\$ |`|\()marker ([a-z]+(?: [a-z]+)?)", text, re.MULTILINE):
            name, _, sub = words.partition(" ")
            command = cli.get_command(context, name)
            assert command is not None, words
            if sub and isinstance(command, click.Group):
                assert command.get_command(context, sub) is not None, words


def test_every_option_that_is_named_exists() -> None:
    context = click.Context(cli)
    for line in re.findall(r"^\$ marker (.+)$", README, re.MULTILINE):
        words = line.split()
        command = cli.get_command(context, words.pop(0))
        if isinstance(command, click.Group):
            command = command.get_command(context, words.pop(0))
        assert command is not None, line
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if re.match(r"--?[a-z]", word)} <= known, line


def test_every_file_it_points_at_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target

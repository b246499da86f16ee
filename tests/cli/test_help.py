"""Every command says what it is for, with an example; starting is quick because nothing heavy is loaded."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from marker.cli.main import cli, run
from marker.errors import ExitStatus


def commands() -> list[tuple[str, ...]]:
    context = click.Context(cli)
    found: list[tuple[str, ...]] = []
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, sub) for sub in command.list_commands(context)]
    return found


@pytest.mark.parametrize("names", commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(names: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*names, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Example" in text
    assert f"marker {' '.join(names)}" in text


def test_help_loads_no_heavy_library() -> None:
    heavy = {
        "rich",
        "sqlalchemy",
        "alembic",
        "pypdf",
        "pypdfium2",
        "docx",
        "lxml",
        "PIL",
        "numpy",
        "pytesseract",
        "pebble",
    }
    script = "import sys\nfrom marker.cli.main import run\nrun(['--help'])\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert heavy & set(done.stderr.split()) == set()


def test_a_wrong_option_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["batch", "--to"]) == ExitStatus.USAGE
    assert run(["nonsense"]) == ExitStatus.USAGE
    assert "Traceback" not in capsys.readouterr().err


def test_a_fault_of_ours_is_one_sentence_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise RuntimeError("text of a classified document")

    monkeypatch.setattr(cli, "main", failing)
    assert run(["detect"]) == ExitStatus.FAULT
    said = capsys.readouterr().err
    assert "RuntimeError" in said
    assert "classified" not in said


def test_an_interruption_is_status_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    assert run(["detect"]) == ExitStatus.INTERRUPTED
    assert "Interrupted" in capsys.readouterr().err

"""The README's commands and code run, and its picture is what the command prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from corridor.cli import main

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """Fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


COMMANDS = [
    line.split("corridor ", 1)[1]
    for block in blocks("sh")
    for line in block.splitlines()
    if ".venv/bin/corridor" in line
]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command, comments=True)) == 0


def test_the_two_commands_are_targets() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {name for block in blocks("sh") for name in re.findall(r"^make ([a-z]+)", block, re.MULTILINE)} <= {*targets}


def test_the_code_runs(capsys: pytest.CaptureFixture[str]) -> None:
    [code] = blocks("python")
    assert len([line for line in code.splitlines() if line and not line.startswith("import")]) <= 6
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102  # our own six lines
    assert "generalised_usd_per_t" in capsys.readouterr().out


def test_the_picture_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    pictures = blocks("text")
    assert pictures
    for picture in pictures:
        command, *lines = picture.splitlines()
        assert main(shlex.split(command.removeprefix("$ corridor "))) == 0
        printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
        assert all(line.rstrip() in printed for line in lines if line != "[...]")

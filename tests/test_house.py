"""What the house promises: its public names, light start, commands that explain themselves."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import corridor
import corridor.cli

ROOT = Path(__file__).parents[1]
HEAVY = ("pandas", "scipy", "pyomo", "highspy", "osmnx", "geopandas", "matplotlib")


def test_the_public_names_are_those_listed() -> None:
    listed = set(corridor.__all__)
    tree = ast.parse((ROOT / "src/corridor/__init__.py").read_text("utf-8"))
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
    }
    assert listed == imported
    assert all(getattr(corridor, name).__doc__ for name in listed)


@pytest.mark.parametrize(
    "code",
    [
        "import corridor",
        "from corridor.cli import main; main(['--help'])",
        "from corridor.cli import main; main(['compare', '--market', 'pohang', '--commodity', 'iron_ore'])",
        "from corridor.cli import main; main(['netback', '--commodity', 'iron_ore'])",
    ],
)
def test_heavy_packages_wait_until_they_are_used(code: str) -> None:
    check = f"{code}\nimport sys\nloaded = [m for m in {HEAVY!r} if m in sys.modules]\nassert not loaded, loaded"
    subprocess.run([sys.executable, "-c", check], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


COMMANDS = [
    *("compare", "netback", "figure", "solve", "breakeven", "regime", "gains", "sensitivity", "explain"),
    *("check", "sources", "new", "export", "import", "cpmm"),
]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert corridor.cli.main([command, "--help"]) == 0
    assert f"Example: corridor {command}" in capsys.readouterr().out

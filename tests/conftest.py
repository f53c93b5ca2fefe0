"""Shared fixtures: the starter project, its study, and a way to break its tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import corridor
from corridor.starter import new_project
from corridor.study import Study


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the starter project."""
    new_project(tmp_path / "toy")
    return tmp_path / "toy"


@pytest.fixture
def toy(project: Path) -> Study:
    """The toy corridor of tests/toy/README.md."""
    return corridor.read_study(project / "models" / "study.toml")


@pytest.fixture(scope="session")
def rason() -> Study:
    """The committed study."""
    return corridor.read_study(Path(__file__).parents[1] / "models" / "rason.toml")


@pytest.fixture
def edit(project: Path) -> Callable[..., None]:
    """Replace text in a file of the project; the text must be there."""

    def replace(file: str, old: str, new: str, count: int = 1) -> None:
        path = project / file
        text = path.read_text("utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, count), "utf-8")

    return replace

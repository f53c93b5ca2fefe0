"""A small project that runs, to be filled with another corridor: two mines, two ways to the sea, an inland buyer."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from corridor.errors import UsageError
from corridor.output import write_files


def new_project(folder: Path) -> Path:
    """Write the starter project.

    Parameters
    ----------
    folder
        Must not exist, or be empty.

    Returns
    -------
    Path
        The study file.

    Raises
    ------
    UsageError
        If the folder holds anything, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is not empty. Name a new folder.")
    with as_file(files(__package__)) as here:
        texts = {
            path.relative_to(here): path.read_text("utf-8")
            for path in sorted(here.rglob("*"))
            if path.suffix in (".csv", ".toml", ".md")
        }
    write_files({folder / place: text for place, text in texts.items()})
    return folder / "models" / "study.toml"

"""Tables and their sources on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType

from corridor.screen.parts import table


def source_list(rows: Sequence[dict[str, Any]]) -> RenderableType:
    """Sources with how many numbers rest on each."""
    listed = table("numbers", "source", "bases", right=("numbers",))
    for row in rows:
        listed.add_row(str(row["numbers"]), row["citation"], " ".join(row["bases"]))
    return listed

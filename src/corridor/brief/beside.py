"""Tables that stand beside a brief, for spreadsheets: what each way costs, and how it compares by CPMM's indicators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridor import report
from corridor.brief.view import View
from corridor.report.costs import costs
from corridor.report.cpmm import cpmm

Rows = list[dict[str, Any]]


def tables(view: View) -> Mapping[str, Rows]:
    """Name of a table to its rows, each with scenario, day and what is assumed against the law."""
    outcome = view.main.outcome
    found = cpmm(outcome)
    indicators = {f"cpmm_{name}": found[name] for name in ("corridors", "crossings")}  # sections are of every route
    return report.tables_of({**costs(outcome), **indicators})

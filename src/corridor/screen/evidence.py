"""What speaks for the numbers, on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import NOT_ADVICE, number, significant, table, title
from corridor.study import Outcome


def validation(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """Published cases beside the model, misses first."""
    parts: list[RenderableType] = [title(outcome, "Published cases beside the model, each on its own day")]
    listed = table("", "case", "published", "model", "unit", right=("published", "model"))
    for row in document["rows"]:
        listed.add_row(_mark(row), _case(row), _span(row, "published"), _span(row, "model"), row["unit"])
    parts += [listed, Text("")]
    groups = table(
        "quantity", "cases", "meet", "median error", "largest", right=("cases", "meet", "median error", "largest")
    )
    for group in document["summary"]:
        name = f"{group['quantity']}{' (fitted)' if group['fitted'] else ''}"
        errors = (f"{group[key]:.0%}" for key in ("median_relative_error", "largest_relative_error"))
        groups.add_row(name, str(group["cases"]), str(group["overlaps"]), *errors)
    parts += [groups, Text("")]
    parts.append(Text(_how(document), style="dim"))
    return Group(*parts)


def _mark(row: dict[str, Any]) -> str:
    if row["fault"]:
        return "?"
    mark = "" if row["overlap"] else "✗"
    return f"{mark}f" if row["fitted"] else mark if row["counted"] else f"{mark}–"


def _case(row: dict[str, Any]) -> str:
    lifted = " AS IF LIFTED, NOT THE LAW" if row["as_if_lifted"] else ""
    law = f" [{row['law_status']}]" if row["law_status"] in ("barred", "unclear") else ""
    if row["fault"]:
        return f"{row['name']}: {row['fault']}"
    why = f" — {row['why']}" if row["why"] and not row["overlap"] else ""
    return f"{row['name']} ({row['year']}){law}{lifted}{why}"


def _span(row: dict[str, Any], of: str) -> str:
    if row[of] is None:
        return "–"
    low, central, high = (significant(row[key]) for key in (f"{of}_low", of, f"{of}_high"))
    return f"{central} {low}–{high}"


def _how(document: dict[str, Any]) -> str:
    share = document["unfitted_overlap_share"]
    meet = "none" if share is None else f"{document['unfitted_overlaps']} of {document['unfitted']} ({share:.0%})"
    error = document["median_error_of_unfitted_costs"]
    return (
        f"Ranges meet in {meet} cases on which no number rests; median error of their costs "
        f"{'–' if error is None else f'{error:.0%}'}. ✗ ranges do not meet; f a number rests on the case, which proves "
        "nothing; ? it could not be asked; – the published figure is an assumption, and is not counted. Model: central "
        f"value, and percentiles 5 and 95 of {number(document['draws'], 0)} draws of all numbers within their ranges. "
        f"{NOT_ADVICE}"
    )

"""Matrices and measured lengths on a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import number, table, title
from corridor.study import Outcome
from corridor.units import HOURS_PER_DAY

if TYPE_CHECKING:
    from corridor.matrix import CostMatrix


def matrix(outcome: Outcome, found: CostMatrix, *, wide: bool) -> RenderableType:
    """Best paths between points."""
    parts: list[RenderableType] = [title(outcome, "Cost matrix")]
    if wide:
        rows = table("USD/t", *found.destinations.name, right=found.destinations.name)
        for record in found.wide():
            origin, *costs = record.values()
            rows.add_row(origin, *(number(cost) for cost in costs))
    else:
        rows = table(
            "origin", "destination", "USD/t", "cash", "km", "days", "countries", right=("USD/t", "cash", "km", "days")
        )
        passed: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for part in found.parts():
            passed[part["origin"], part["destination"]] |= dict.fromkeys(part["country"].split("-"))
        for pair in found.pairs():
            days = None if pair["time_h"] is None else pair["time_h"] / HOURS_PER_DAY
            countries = " ".join(sorted(passed[pair["origin"], pair["destination"]])) or pair["status"]
            costs = [number(pair[name]) for name in ("generalised_usd_per_t", "cash_usd_per_t")]
            rows.add_row(
                pair["origin"], pair["destination"], *costs, number(pair["distance_km"], 0), number(days), countries
            )
    parts.append(rows)
    parts.append(
        Text(
            "USD/t: generalised cost. Points are taken to the nearest node of the graph; the way there is not costed."
            " The law is not applied here: compare and solve do."
            " Railways and roads: © OpenStreetMap contributors (ODbL).",
            style="dim",
        )
    )
    return Group(*parts)


def audit(outcome: Outcome, rows: Sequence[dict[str, Any]]) -> RenderableType:
    """Typed against measured lengths: all railways and roads, and what differs at sea."""
    listed = table("link", "typed km", "measured", "differs", "verdict", right=("typed km", "measured", "differs"))
    at_sea = [row for row in rows if row["kind"] == "sea"]
    for row in rows:
        if row["kind"] != "sea" or row["verdict"] != "agrees":
            share = "–" if row["difference"] is None else f"{row['difference']:+.1%}"
            told = f"{row['verdict']}: {row['reason']}" if row["reason"] else row["verdict"]
            measured = number(row["measured_km"])
            listed.add_row(row["link"], number(row["typed_km"]), measured, share, told)
    most = max((abs(row["difference"]) for row in at_sea if row["difference"] is not None), default=0.0)
    parts: list[RenderableType] = [title(outcome, "Audit of lengths"), listed]
    note = (
        f"{len(at_sea)} sea routes: the largest difference is {most:.1%}. Where a line was mended with its typed "
        "length the two agree by construction. Roads and planned lines are told, not judged."
    )
    parts.append(Text(note, style="dim"))
    if at_sea and "searoute_km" in at_sea[0]:
        parts.append(_beside_searoute(at_sea))
    return Group(*parts)


def _beside_searoute(at_sea: Sequence[dict[str, Any]]) -> RenderableType:
    """Measured sea routes beside those of searoute."""
    listed = table(
        "link", "measured", "searoute", "ratio", "what is wrong with it", right=("measured", "searoute", "ratio")
    )
    for row in at_sea:
        told = (number(row["measured_km"]), number(row["searoute_km"]), number(row["searoute_ratio"], 3))
        listed.add_row(row["link"], *told, row["searoute_note"])
    return listed

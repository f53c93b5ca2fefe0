"""The price of emitting less, on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import NOT_ADVICE, number, table, title
from corridor.screen.strategy import changes, percent
from corridor.study import Outcome


def abatement(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """Net value against emissions: points, prices, what changes."""
    heads = ("cap %", "kt CO2e", "cut", "net value", "cost", "USD/t CO2e")
    rows = table(*heads, right=heads)
    for point in document["points"]:
        rows.add_row(
            percent(point["cap"]),
            number(point["co2e_kt_per_yr"], 1),
            number(point["cut_kt_per_yr"], 1),
            number(point["net_value_musd_per_yr"], 1),
            number(point["cost_musd_per_yr"], 1),
            number(point["price_to_next_usd_per_t_co2e"], 1),
        )
    said = (
        "kt CO2e and million USD a year; USD/t CO2e: on the way to the next row, a straight line. What is shipped of "
        "each commodity is held; who ships it, by which way and to whom is free. What is emitted behind the place of "
        "sale is not counted: a sale nearer by leaves it to the buyer."
    )
    without = []
    if document["without"]:
        least = document["least_without_kt_per_yr"]
        told = "as much cannot be shipped" if least is None else f"the least is {number(least)} kt CO2e a year"
        without = [Text(f"Without {document['without']} {told}.")]
    return Group(
        title(outcome, "Price of emitting less"),
        Text(document["finding"], style="bold"),
        Text(""),
        rows,
        Text(""),
        Text(said, style="dim"),
        *changes(document),
        *without,
        Text(""),
        Text(f"Exact. Central factors. Only what is lawful is used. {NOT_ADVICE}", style="dim"),
    )

"""The best plan on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import NOT_ADVICE, listed, number, table, title, way
from corridor.study import Outcome


def solve_summary(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """The plan: corridors, sales, mines, busy facilities, rents, next best."""
    value = number(document["net_value_musd_per_yr"], 0)
    headline = f"Net value {value} million USD/yr at generalised cost · {document['status']}"
    parts: list[RenderableType] = [title(outcome, "Best plan"), Text(headline, style="bold")]
    carried = listed(
        document["corridors"],
        {
            "corridor": "corridor",
            "commodity": "commodity",
            "Mt/yr": ("mtpa", 3),
            "kg CO2e/t": ("co2e_kg_per_t", 1),
            "kt CO2e/yr": ("co2e_kt_per_yr", 1),
        },
    )
    sales = listed(
        document["sales"],
        {
            "market": "market",
            "commodity": "commodity",
            "Mt/yr": ("mtpa", 3),
            "of": ("intake_mtpa", 3),
            "bid": ("bid_usd_per_t", 1),
            "behind": ("behind_usd_per_t", 1),
        },
    )
    mines = listed(
        document["offers"],
        {
            "mine": "origin",
            "commodity": "commodity",
            "Mt/yr": ("mtpa", 3),
            "of": ("output_mtpa", 3),
            "cost": ("cost_usd_per_t", 1),
            "netback": ("netback_usd_per_t", 1),
        },
    )
    busy = listed(
        sorted(
            (row for row in document["facilities"] if row["used_mtpa"] > 0),
            key=lambda row: -row["less_usd_per_t"],
        ),
        {
            "facility": "facility",
            "used": ("used_mtpa", 2),
            "spare": ("spare_mtpa", 2),
            "one more": ("more_usd_per_t", 1),
            "one less": ("less_usd_per_t", 1),
        },
    )
    rents = listed(
        sorted(document["rents"], key=lambda row: -row["musd_per_yr"])[:12],
        {"who receives it": "kind", "name": "name", "million USD/yr": ("musd_per_yr", 1)},
    )
    nearest = table("commodity", "corridor", "gateway < entry", "to", "behind", right=("behind",))
    for row in document["next_best"]:
        gap = "used" if row["used"] else number(row["behind_usd_per_t"], 2)
        nearest.add_row(row["commodity"], row["corridor"], way(row["gateway"], row["entry"]), row["market"], gap)
    for heading, rows in (
        ("Tonnes by corridor", carried),
        ("Sales, Mt/yr and USD/t", sales),
        ("Mines (netback: what one more tonne would fetch at the gate)", mines),
        ("Facilities in use, Mt/yr and USD/t", busy),
        ("Largest rents", rents),
        ("Routes: used, or how far behind what the plan does, USD/t", nearest),
    ):
        parts += [Text(""), Text(heading, style="bold"), rows]
    note = (
        "One more, one less: what a little more capacity gains, and a little less loses. Behind, of a sale: what each "
        "tonne of it loses if the buyer takes none; of a route: what each tonne costs the plan if 1,000 t/yr are "
        "forced over it. 0.0: another plan is as good. "
    )
    parts += [Text(""), Text(note + NOT_ADVICE, style="dim")]
    return Group(*parts)

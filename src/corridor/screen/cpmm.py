"""CPMM indicators on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import NOT_ADVICE, listed, number, table, title
from corridor.study import Outcome


def cpmm(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """Medians by corridor and mode, and the crossings."""
    corridors = listed(
        document["corridors"],
        {
            "corridor": "corridor",
            "mode": "mode",
            "routes": ("routes", 0),
            "TFI1 h": ("tfi1_h", 1),
            "TFI2 USD": ("tfi2_usd", 0),
            "TFI3 USD": ("tfi3_usd_per_500_km_20_t", 0),
            "SWD": ("tfi4_swd_km_per_h", 1),
            "SWOD": ("tfi4_swod_km_per_h", 1),
        },
    )
    right = ("TFI1 h", "low–high", "TFI2 USD", "range", "gauge h", "USD")
    crossings = table("crossing", "mode", *right, "basis", right=right)
    for row in document["crossings"]:
        crossings.add_row(
            row["crossing"] if row["usable"] else f"{row['crossing']} ✗",
            row["mode"],
            number(row["tfi1_h"]),
            f"{number(row['tfi1_h_low'], 0)}–{number(row['tfi1_h_high'], 0)}",
            number(row["tfi2_usd_per_20_t"], 0),
            f"{number(row['tfi2_usd_per_20_t_low'], 0)}–{number(row['tfi2_usd_per_20_t_high'], 0)}",
            number(row["gauge_break_h"] or None),
            number(row["gauge_break_usd_per_20_t"] or None, 0),
            row["basis"],
            style="" if row["usable"] else "dim",
        )
    legend = (
        "CAREC CPMM: TFI1 hours to clear a border crossing, TFI2 official fees there for 20 t, TFI3 USD per 500 km and "
        "20 t with border and handling, TFI4 km/h with (SWD) and without delay (SWOD). Outbound over land; ports and "
        f"the sea are not in it. Medians over lawful routes; ✗ no lawful route passes. All routes: "
        f"--format csv -o FOLDER. {NOT_ADVICE}"
    )
    return Group(
        title(outcome, "CPMM indicators"),
        Text("Corridors, by mode", style="bold"),
        corridors if document["corridors"] else Text("  no lawful route", style="dim"),
        Text(""),
        Text("Crossings", style="bold"),
        crossings,
        Text(""),
        Text(legend, style="dim"),
    )

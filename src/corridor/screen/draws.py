"""What many draws say, on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import NOT_ADVICE, number, table, title
from corridor.study import Outcome

MOST_BARS = 25
"""So many inputs of a tornado fit on a screen: the widest."""


def draws(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """What many draws say."""
    made = {"montecarlo": _shares_of_draws, "sobol": _indices, "tornado": _tornado}[document["method"]]
    proof = document["certificate"][0]
    told = (
        f"{proof['solved']:,} problems solved, {proof['certified']:,} certified optimal; largest gap "
        f"{proof['largest_gap_musd_per_yr']:.1e} million USD/yr. Seed {document['seed']}. {len(document['inputs']):,} "
        "inputs: prices log-normal and correlated, with the study's price as median; all else PERT within low, central "
        "and high. Correlations and every input: --format json."
    )
    parts = [title(outcome, f"Sensitivity: {document['method']}"), *made(document), _dispersions(document)]
    notes = [Text(note, style="dim") for note in filter(None, [told, document["notes"], NOT_ADVICE])]
    return Group(*parts, *notes)


def _shares_of_draws(document: dict[str, Any]) -> list[RenderableType]:
    value = document["net_value"][0]
    at = "; ".join(f"{share} % {number(value[f'p{share}'], 0)}" for share in (5, 25, 50, 75, 95))
    half = f"median of the first half of the draws: {number(value['p50_half'], 0)}"
    blocks: list[RenderableType] = []
    for commodity in dict.fromkeys(row["commodity"] for row in document["corridors"]):
        rows = table("", "best", "(half)", "carries", "(half)", "Mt/yr", "netback", "5 %–95 %", "cost", right=_DRAWN)
        for row in document["corridors"]:
            if row["commodity"] == commodity:
                rows.add_row(*_drawn_cells(row))
        blocks += [Text(commodity, style="bold"), rows]
    legend = (
        "best: share of the draws in which the first tonne goes by the corridor and earns something; carries: in which "
        "the best plan ships anything by it; (half): the same in the first half of the draws; Mt/yr: mean shipped. "
        "netback (to all markets; median, and between which 9 of 10 draws lie) and cost (to the main market, median): "
        "generalised, USD/t, by lawful ways from the largest mine."
    )
    return [Text(f"Net value, million USD/yr: {at} ({half})"), Text(""), *blocks, Text(legend, style="dim"), Text("")]


_DRAWN = ("best", "(half)", "carries", "Mt/yr", "netback", "5 %–95 %", "cost")


def _drawn_cells(row: dict[str, Any]) -> list[str]:
    if row["netback_usd_per_t_p50"] is None and not row["carries_share"]:
        return [f"  {row['corridor']}", "no lawful way"]
    shares = [row[key] for key in ("best_share", "best_share_half", "carries_share", "carries_share_half")]
    low, median, high = (number(row[f"netback_usd_per_t_p{share}"], 0) for share in (5, 50, 95))
    cost = number(row["cost_usd_per_t_p50"], 0)
    percent = ["–" if share is None else f"{share:.1%}" for share in shares]
    tie = " (ties)" if row["tie_share"] else ""
    return [f"  {row['corridor']}{tie}", *percent, number(row["mean_mtpa"], 2), median, f"{low}–{high}", cost]


def _indices(document: dict[str, Any]) -> list[RenderableType]:
    rows = table("group", "inputs", "first", "(half)", "total", "(half)", right=("inputs", "first", "(half)", "total"))
    for row in document["indices"]:
        if row["quantity"] == "net value":
            told = [number(row[key], 3) for key in ("first_order", "first_order_half", "total", "total_half")]
            rows.add_row(row["group"], str(row["inputs"]), *told)
    legend = (
        "Shares of the variance of net value: first, by the group alone; total, with all that it does together with "
        "others; (half): from the first half of the points. Prices are one group. Margins of corridors: --format json."
    )
    return [rows, Text(legend, style="dim"), Text("")]


def _tornado(document: dict[str, Any]) -> list[RenderableType]:
    rows = table("input", "low", "high", "swing", "another corridor wins", right=("low", "high", "swing"))
    shown = document["tornado"][:MOST_BARS]
    shown += [row for row in document["tornado"][MOST_BARS:] if row["winner_changes"]]
    for row in shown:
        cells = [number(row[f"{end}_musd_per_yr"], 1) for end in ("low", "high", "swing")]
        rows.add_row(row["input"], *cells, ", ".join(row["winner_changes"]))
    centre = number(document["tornado"][0]["central_musd_per_yr"], 1)
    legend = (
        f"Net value, million USD/yr, with one input at its low or high end and all else at the centre ({centre}); "
        f"prices at their 10th and 90th percentile. The {MOST_BARS} widest, and all that change which corridor the "
        "first tonne takes. Gaps between corridors: --format json."
    )
    return [rows, Text(legend, style="dim"), Text("")]


def _dispersions(document: dict[str, Any]) -> RenderableType:
    rows = table("price", "dispersion", "follows", "basis", "source", right=("dispersion",))
    for row in document["dispersions"]:
        basis = f"{row['basis']} {row['grade']}"
        rows.add_row(row["reference"], number(row["value"], 3), row["proxy"], basis, row["source"])
    return rows

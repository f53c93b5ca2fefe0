"""Who gains, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import NOT_ADVICE, number, table, title
from corridor.study import Outcome

WITHOUT_TENTHS_MUSD = 1000
SHOWN_MUSD = 0.05
"""What would be shown as 0.0 is left out."""


def gains(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """Shapley values, core, coalitions, and who gets what at the tariffs charged."""
    blocks: list[tuple[str, Sequence[RenderableType]]] = [
        ("Players, million USD/yr at resource cost", [_players(document), *_core(document)]),
        ("What coalitions make (with cost shares at their high and low)", [_coalitions(document)]),
        ("Who gets what at the tariffs charged, million USD/yr", [_incomes(document["incomes"]), *_remarks(document)]),
        (
            "Paid to carriers, ports and states, and what of it is kept over resource cost",
            [_revenues(document["revenues"])],
        ),
    ]
    parts: list[RenderableType] = [title(outcome, "Who gains"), Text(document["claim"]), Text("")]
    for heading, shown in blocks:
        parts += [Text(heading, style="bold"), *shown, Text("")]
    return Group(*parts, Text(_how(document), style="dim"))


def _players(document: dict[str, Any]) -> RenderableType:
    digits = 0 if document["grand_coalition_musd_per_yr"] >= WITHOUT_TENTHS_MUSD else 1
    figures = ("Shapley", "share", "core from", "core to", "adds last", "at tariffs")
    made = table("country", *figures[:2], "low–high", *figures[2:], right=(*figures, "low–high"))
    for row in document["players"]:
        ends = sorted((row["shapley_at_low_cost_shares_musd_per_yr"], row["shapley_at_high_cost_shares_musd_per_yr"]))
        made.add_row(
            row["country"],
            number(row["shapley_musd_per_yr"], digits),
            "–" if row["shapley_share"] is None else f"{row['shapley_share']:.1%}",
            "–".join(number(end, digits) for end in ends),
            *(number(row[f"{key}_musd_per_yr"], digits) for key in ("core_low", "core_high", "added_to_all_others")),
            number(row["income_at_tariffs_musd_per_yr"], digits),
        )
    return made


def _core(document: dict[str, Any]) -> list[RenderableType]:
    lines = []
    if document["core_is_empty"]:
        epsilon = number(document["least_core_epsilon_musd_per_yr"])
        lines.append(
            f"The core is empty: every coalition must forgo {epsilon} to agree; its columns show the least core."
        )
    if document["objections"]:
        worst = document["objections"][0]
        short = number(worst["short_musd_per_yr"])
        who = _called(document, worst["members"])
        lines.append(f"Shapley values lie outside the core: {who} would get {short} less than without the others.")
    return [Text(line) for line in lines]


def _called(document: dict[str, Any], members: Sequence[str]) -> str:
    names = {row["code"]: row["country"] for row in document["players"]}
    return " + ".join(names[member] for member in members)


def _coalitions(document: dict[str, Any]) -> RenderableType:
    made = table("members", "worth", "low–high", right=("worth", "low–high"))
    rows = document["coalitions"]
    for row in rows:
        if row["worth_musd_per_yr"] > SHOWN_MUSD:
            ends = (row[f"at_{end}_cost_shares_musd_per_yr"] for end in ("high", "low"))
            span = "–".join(number(end, 0) for end in ends)
            made.add_row(_called(document, row["members"]), number(row["worth_musd_per_yr"], 1), span)
    if made.row_count < len(rows):
        made.add_row("all others", number(0.0), "")
    return made


def _incomes(rows: Sequence[dict[str, Any]]) -> RenderableType:
    keys = ("seller", "buyer", "facility", "royalty", "fees", "margin", "total")
    headings = ("mines", "buyers", "facilities", "royalty", "fees", "carriers", "total")
    made = table("country", *headings, right=headings)
    for row in rows:
        made.add_row(row["country"], *(number(row[f"{key}_musd_per_yr"]) for key in keys))
    return made


def _remarks(document: dict[str, Any]) -> list[RenderableType]:
    surplus, lost = (document[f"{key}_musd_per_yr"] for key in ("surplus_at_tariffs", "lost_to_tariffs"))
    lines = [f"Together {number(surplus)}; charges and royalties lose {_signed(lost)} of what could be made."]
    for row in document["incomes"]:
        if row["scarcity_high_musd_per_yr"] - row["scarcity_low_musd_per_yr"] > SHOWN_MUSD:
            span = f"{number(row['scarcity_low_musd_per_yr'])} to {number(row['scarcity_high_musd_per_yr'])}"
            lines.append(f"Prices tie: mines, buyers and facilities of {row['country']} get {span}.")
    return [Text(line) for line in lines]


def _revenues(rows: Sequence[dict[str, Any]]) -> RenderableType:
    made = table("country", "commodity", "paid", "kept", "low–high", right=("paid", "kept", "low–high"))
    for row in rows:
        figures = [row[f"{key}_musd_per_yr"] for key in ("paid", "margin", "margin_low", "margin_high")]
        if max(map(abs, figures)) > SHOWN_MUSD:
            paid, kept, low, high = map(_signed, figures)
            made.add_row(row["country"], row["commodity"], paid, kept, f"{low} to {high}")
    return made


def _signed(value: float) -> str:
    """A number for reading, without a minus before nothing."""
    return number(round(value, 1) + 0.0)


def _how(document: dict[str, Any]) -> str:
    paid = sum(row["paid_musd_per_yr"] for row in document["payees"])
    assumed = sum(row["paid_musd_per_yr"] for row in document["payees"] if row["basis"] == "assumed")
    rests = f"{assumed / paid:.0%} of what is paid rests on assumed cost shares. " if paid else ""
    used = "would be lawful as if measures were lifted" if document["as_if_lifted"] else "is lawful"
    return (
        f"An index of who is needed for what, no forecast of tariffs. Only what {used} is used. Buyers of countries "
        f"that do not play are open to all, and what these would pay above their price counts with the whole. {rests}"
        f"Where ways tie, flows and rents are one set of several. {NOT_ADVICE}"
    )

"""What dependence costs and what closures would cost, on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from corridor.screen.parts import NOT_ADVICE, number, table, title
from corridor.study import Outcome

MOST_SHARES = 3
"""So many countries fit beside the numbers of a point on 80 columns; the documents have all."""

MOST_LETTERS = 30
"""Of the names of these, all together."""

MOST_CHANGES = 4

MOST_POINTS = 12
"""Of a long frontier so many points tell what changes; the documents tell all."""

LARGE = 100
"""Million USD/yr from which on a net value and what is lost of it are told without decimals."""


def frontier(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """Net value against the largest share: points, what changes, with and without a corridor."""
    counted = "left again (transit)" if document["count"] == "transit" else "entered"
    by = f"{document['by']} {counted}" if document["by"] == "country" else document["by"]
    whole = f"{number(document['total'], 1)} {document['total_unit']}"
    parts: list[RenderableType] = [
        title(outcome, "Price of dependence"),
        Text(document["finding"], style="bold"),
        Text(f"Shares by {by}, of {whole} in all, which is held."),
        Text(""),
    ]
    points = document["points"]
    names = _most(points)
    numbers = ("cap %", "net value", "cost", "per point", "HHI", *names)
    rows = table(*numbers, *([] if names else ["at the cap"]), right=numbers)
    for point in points:
        rows.add_row(
            percent(point["cap"]),
            number(point["net_value_musd_per_yr"], 1),
            number(point["cost_musd_per_yr"], 1),
            number(point["price_to_next_musd_per_point"], 2),
            number(point["hhi"], 0),
            *([percent(point["shares"].get(name, 0.0)) for name in names] or [_first(point["at_cap"])]),
        )
    parts += [rows, Text("")]
    parts.append(
        Text("Million USD/yr; per point: on the way to the next row, a straight line. Shares in %.", style="dim")
    )
    if document["asked"]:
        parts.append(Text(_asked(document["asked"])))
    parts += changes(document)
    if document["without"]:
        parts += _without(document)
    note = "Exact. The first row is the scenario's own plan, the last the smallest feasible share. "
    if document["by"] == "country":
        note += "A tonne counts at each border by which it enters a country: shares may exceed 100 % together. "
    note += "Of several best plans one is shown. "
    parts += [Text(""), Text(note + "Only what is lawful is used. " + NOT_ADVICE, style="dim")]
    return Group(*parts)


def _asked(asked: dict[str, Any]) -> str:
    value, cost = (number(asked[key], 1) for key in ("net_value_musd_per_yr", "cost_musd_per_yr"))
    price = asked["price_musd_per_point"]
    less = "no less is feasible" if price is None else f"a point less costs {number(price, 2)}"
    return f"At {percent(asked['cap'])} %: net value {value}, which costs {cost}; {less}."


def changes(document: dict[str, Any]) -> list[RenderableType]:
    """What each point's plan does otherwise than the one before."""
    rows = table("at cap %", "what changes", "", "Mt/yr", right=("at cap %", "Mt/yr"))
    for point in document["points"][1 : MOST_POINTS + 1]:
        here = [c for c in document["changes"] if c["cap"] == point["cap"] and c["kind"] != "passes"]
        for i, change in enumerate(here[:MOST_CHANGES]):
            tonnes = f"{number(change['before'], 3)} → {number(change['after'], 3)}"
            name = f"{change['kind']} {change['name']}"
            if change["kind"] == "mine":
                name += f" {change['commodity']}"
            others = f"and {len(here) - MOST_CHANGES} more" if i == MOST_CHANGES - 1 < len(here) - 1 else ""
            rows.add_row(percent(point["cap"]) if i == 0 else "", name, others, tonnes)
    if not rows.row_count:
        return []
    hidden = len(document["points"]) - 1 - MOST_POINTS
    more = [Text(f"and at {hidden} more points: --format json", style="dim")] if hidden > 0 else []
    return [Text(""), Text("What changes on the way there", style="bold"), rows, *more]


def _without(document: dict[str, Any]) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(""), Text(f"With and without {document['without']}", style="bold")]
    parts.append(Text(document["without_finding"]))
    if any(row["contribution_musd_per_yr"] for row in document["with_and_without"]):
        heads = ("cap %", "with", "without", "it adds")
        rows = table(*heads, right=heads)
        for row in document["with_and_without"]:
            if row["contribution_musd_per_yr"] == 0:
                continue
            rows.add_row(
                percent(row["cap"]),
                number(row["net_value_musd_per_yr"], 1),
                number(row["net_value_without_musd_per_yr"], 1),
                number(row["contribution_musd_per_yr"], 2),
            )
        parts.append(rows)
    return parts


def _most(points: list[dict[str, Any]]) -> list[str]:
    """Names with the largest shares anywhere, as many as fit; none where they are too long."""
    most: dict[str, float] = {}
    for point in points:
        for name, share in point["shares"].items():
            most[name] = max(most.get(name, 0.0), share)
    names = sorted(most, key=lambda name: (-most[name], name))[:MOST_SHARES]
    return names if sum(map(len, names)) <= MOST_LETTERS else []


def _first(names: list[str]) -> str:
    """A name, and how many more there are."""
    return f"{names[0]} +{len(names) - 1}" if len(names) > 1 else "".join(names)


def percent(share: float) -> str:
    """A share in per cent, without the sign."""
    return f"{100 * share:.2f}"


def disrupt(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """What closures cost, plan by plan, and the plans side by side."""
    plans = {row["plan"]: row for row in document["plans"]}
    digits = 0 if document["net_value_musd_per_yr"] >= LARGE else 2
    share = f"cap {100 * document['cap']:.1f}%"
    heads = {"today": "today", "diversified": share, "cvar": "tail", "regret": "regret"}
    rows = table(
        "closed for a year", "Mt/yr", "re-routed", *heads.values(), right=("Mt/yr", "re-routed", *heads.values())
    )
    quiet = 0
    for row in sorted(document["closures"], key=lambda row: -row["loss_today_musd_per_yr"]):
        losses = [row[f"loss_{name}_musd_per_yr"] for name in heads]
        premiums = [plans[name]["premium_musd_per_yr"] for name in heads]
        if all(loss <= premium + 0.5 / 10**digits for loss, premium in zip(losses, premiums, strict=True)):
            quiet += 1
            continue
        again = number(row["loss_rerouted_musd_per_yr"], digits)
        stopped = number(row["stopped_today_mtpa"], 1)
        rows.add_row(row["closed"], stopped, again, *(number(loss, digits) for loss in losses))
    shown = rows.row_count
    for said, key in (
        ("nothing", "premium_musd_per_yr"),
        (f"worst {1 - document['alpha']:.0%}, mean", "cvar_musd_per_yr"),
        ("greatest regret", "greatest_regret_musd_per_yr"),
    ):
        rows.add_row(said, "", "", *(number(plans[name][key], digits) for name in heads), style="bold")
    parts: list[RenderableType] = [
        title(outcome, "Closures"),
        Text(document["finding"], style="bold"),
        Text(""),
        Text("Lost, million USD/yr, against the net value of today's plan undisturbed", style="bold"),
        rows if shown else Text("  nothing that closes would stop anything"),
    ]
    if quiet:
        parts.append(Text(f"{quiet} further closures stop nothing in any of these plans.", style="dim"))
    note = (
        "Mt/yr: what today's plan sends there. Re-routed: the best plan made for the closure, at once, whatever the "
        "plan before. The other columns: nothing is re-routed, what passes the closed place is lost, all else goes as "
        f"planned. {share}: the best plan under that largest share. Tail: the plan whose mean loss over the worst "
        f"{1 - document['alpha']:.0%} of the closures is least, each as likely as any other, which is an assumption. "
        "Regret: the plan whose greatest shortfall against the best one for what happens is least. "
    )
    unproved = [heads[name] for name in heads if not plans[name]["proved"]]
    if unproved:
        note += f"Not proved the least: {', '.join(unproved)}. "
    parts += [Text(""), Text(note + "Only what is lawful is used. " + NOT_ADVICE, style="dim")]
    return Group(*parts)

"""Routes on a terminal: the best of each corridor, all of them, and the ledger of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from corridor.routes import Route, Unreachable
from corridor.rules import said_by
from corridor.screen.parts import LEAST_SHOWN_USD_PER_T, NOT_ADVICE, number, table, title, way
from corridor.study import Outcome
from corridor.units import HOURS_PER_DAY


def compare_summary(outcome: Outcome, blocks: Sequence[dict[str, Any]]) -> RenderableType:
    """For each commodity: lawful routes, barred routes apart, best netback anywhere."""
    parts: list[RenderableType] = [title(outcome, "Compare routes")]
    right = ("USD/t", "low–high", "cash", "days", "netback")
    for block in blocks:
        parts.append(Text(f"{block['commodity']}: {block['origin']} → {block['market']}", style="bold"))
        rows = table("", "gateway < entry", "USD/t", "low–high", "cash", "days", "netback", "law", right=right)
        for route in block["lawful"]:
            rows.add_row(route.corridor, *_summary_cells(route))
        for route in block["not_lawful"]:
            rows.add_row(f"{route.corridor} ✗", *_summary_cells(route), style="dim")
        parts.append(rows if rows.row_count else Text("  no route to this market", style="dim"))
        if emitted := _emitted(outcome, [*block["lawful"], *block["not_lawful"]]):
            parts.append(Text(f"  kg CO2e/t: {emitted}"))
        named = [(route.corridor, route) for route in block["lawful"]]
        named += [(f"{route.corridor} ✗", route) for route in block["not_lawful"]]
        parts += _because(outcome, named)
        if block["best_netback"]:
            parts.append(Text(f"  best sale: {'; '.join(map(_sale, block['best_netback']))}"))
        parts.append(Text(""))
    parts.append(Text(_legend(outcome), style="dim"))
    return Group(*parts)


def _emitted(outcome: Outcome, routes: Sequence[Route]) -> str:
    """What a tonne emits on the routes of a summary, in their order; empty if it is not known."""
    said = []
    for route in routes:
        if span := outcome.emitted(route):
            low, central, high = (number(kg, 0) for kg in span)
            said.append(f"{route.corridor}{'' if route.usable else ' ✗'} {central} ({low}–{high})")
    return ", ".join(said)


def _because(outcome: Outcome, routes: Sequence[tuple[str, Route]]) -> list[RenderableType]:
    """The rules that make named routes no milder than they are: a line for all on which they are the same."""
    rules = {rule.id: rule for rule in outcome.tables["rules"]}
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, route in routes:
        behind = [said_by(rules[rule]) for rule in route.law_rules if rules[rule].effect == route.law_status]
        if behind and route.law_status != "open":
            alike[route.law_status, "; ".join(behind)].append(name)
    return [
        Text(f"  {status} by {because}: {', '.join(dict.fromkeys(names))}", style="dim")
        for (status, because), names in alike.items()
    ]


def _sale(route: Route) -> str:
    return f"{route.corridor} {number(route.decision_netback)} at {route.market} ({route.delivery_term})"


def _summary_cells(route: Route) -> list[str]:
    return [
        way(route.gateway, route.entry),
        number(route.generalised),
        f"{number(route.low, 0)}–{number(route.high, 0)}",
        number(route.cash),
        number(route.time_h / HOURS_PER_DAY, 0),
        number(route.netback),
        route.law_status,
    ]


def _legend(outcome: Outcome) -> str:
    use = " and ".join(outcome.study.file.assumptions.use)
    return (
        "From the largest mine of each commodity to its main market: the cheapest route of each corridor. USD/t: "
        "generalised cost, and with every part at its low and high bound; cash: what is invoiced; netback: bid less "
        f"cash. Lawful here means {use}; ✗ marks the cheapest route that is not, where there is no other or it would "
        "be cheaper. kg CO2e/t: what these routes emit, well to wheel or wake, with low and high factors. Best sale: "
        "what is left at the mine after generalised cost, by corridor, over all markets. "
        f"{NOT_ADVICE} All routes: --format csv -o FILE, or name --origin, --commodity, --market."
    )


def compare_routes(outcome: Outcome, routes: Sequence[Route], unreachable: Sequence[Unreachable]) -> RenderableType:
    """All routes, grouped by mine, commodity and market."""
    parts: list[RenderableType] = [title(outcome, "Compare routes")]
    groups: dict[tuple[str, str, str, str], list[Route]] = defaultdict(list)
    for route in routes:
        groups[route.commodity, route.origin, route.market, route.delivery_term].append(route)
    right = ("#", "USD/t", "low–high", "cash", "days", "km", "netback", "Mt/yr")
    for (commodity, origin, market, term), group in groups.items():
        bid = number(group[0].bid_price)
        parts.append(Text(f"{commodity}: {origin} → {market} ({term} {bid} USD/t)", style="bold"))
        for usable in (True, False):
            chosen = [route for route in group if route.usable == usable]
            if not chosen:
                continue
            if not usable:
                parts.append(Text("  not used, as the law stands:", style="bold"))
            rows = table(
                "#",
                "gateway < entry",
                "USD/t",
                "low–high",
                "cash",
                "days",
                "km",
                "netback",
                "Mt/yr",
                "law",
                right=right,
            )
            for corridor in dict.fromkeys(route.corridor for route in chosen):
                rows.add_row("", corridor, style="bold")
                for route in chosen:
                    if route.corridor == corridor:
                        rows.add_row(*_cells(route), style="" if usable else "dim")
            parts += [rows, *_because(outcome, [(way(route.gateway, route.entry), route) for route in chosen])]
        parts.append(Text(""))
    if unreachable:
        markets = len({pair.market for pair in unreachable})
        parts.append(
            Text(
                f"Not reached: {len(unreachable)} pairs of gateway and market ({markets} markets); "
                "--format json tells where each way ends.",
                style="dim",
            )
        )
    parts.append(
        Text(
            f"#: rank by generalised cost over all routes. Mt/yr: least capacity on the way. {NOT_ADVICE}", style="dim"
        )
    )
    return Group(*parts)


def _cells(route: Route) -> list[str]:
    *costs, netback, law = _summary_cells(route)
    return [str(route.rank), *costs, number(route.distance_km, 0), netback, number(route.capacity_mtpa), law]


def ledger(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """One route, a line an entry, with its rows and basis."""
    route = document["route"]
    ends = f"{route['origin']} → {route['market']}"
    head = f"{route['commodity']}: {ends} by {way(route['gateway'], route['entry'])}"
    parts: list[RenderableType] = [title(outcome, "Explain"), Text(head, style="bold")]
    rows = table("link", "entry", "USD/t or h", "low–high", "basis", "source", right=("USD/t or h", "low–high"))
    last, hidden, in_hidden = "", 0, 0.0
    for row in document["ledger"]:
        if row["unit"] != "hours" and abs(row["central"]) < LEAST_SHOWN_USD_PER_T:
            hidden, in_hidden = hidden + 1, in_hidden + row["central"]
            continue
        unit = " h" if row["unit"] == "hours" else ""
        link = row["link"] if row["link"] != last else ""
        last = row["link"]
        label = row["label"] if row["part"] in ("hours", *row["label"].split()) else f"{row['part']}: {row['label']}"
        cells = [number(row["central"], 2) + unit, f"{number(row['low'], 1)}–{number(row['high'], 1)}"]
        rows.add_row(link, label, *cells, row["basis"], row["sources"][0] if row["sources"] else "")
    parts.append(rows)
    if hidden:
        parts.append(Text(f"and {hidden} entries below {LEAST_SHOWN_USD_PER_T} USD/t: {in_hidden:.3f}", style="dim"))
    parts.append(Text(""))
    total = table("part", "USD/t", right=("USD/t",))
    for part, cost in route["parts_usd_per_t"].items():
        if cost:
            total.add_row(part, number(cost, 2))
    total.add_row("generalised", number(route["generalised_usd_per_t"], 2), style="bold")
    total.add_row("cash", number(route["cash_usd_per_t"], 2), style="bold")
    parts += [total, Text(""), *_emissions(document), Text("")]
    shares = ", ".join(f"{share:.0%} {basis}" for basis, share in document["basis_shares"].items() if share)
    days = number(route["time_h"] / HOURS_PER_DAY)
    parts += [
        Text(f"{number(route['distance_km'], 0)} km, {days} days, {' '.join(route['countries'])}"),
        Text(f"bid {number(route['bid_usd_per_t'])} USD/t, netback {number(route['netback_usd_per_t'])} USD/t"),
        Text(f"law: {route['law_status']}{', by these rules' if document['rules'] else ''}"),
        *(Padding(Text(_rule(rule)), (0, 0, 0, 2)) for rule in document["rules"]),
        Text(f"basis of the cost (a dollar counts as its worst input): {shares}"),
        Text(f"The first source of each entry; all its rows and sources: --format json. {NOT_ADVICE}", style="dim"),
    ]
    return Group(*parts)


def _emissions(document: dict[str, Any]) -> list[RenderableType]:
    """What a tonne emits, link by link, and in all."""
    route = document["route"]
    if route["co2e_kg_per_t"] is None:
        return [Text("emissions: not known; the study has no emissions.csv", style="dim")]
    rows = table("link", "emits", "kg CO2e/t", "low–high", "basis", "source", right=("kg CO2e/t", "low–high"))
    for row in document["emissions"]:
        span = f"{number(row['low'])}–{number(row['high'])}"
        rows.add_row(row["link"], row["label"], number(row["central"], 2), span, row["basis"], row["sources"][0])
    span = f"{number(route['low_co2e_kg_per_t'])}–{number(route['high_co2e_kg_per_t'])}"
    rows.add_row("in all", "", number(route["co2e_kg_per_t"], 2), span, "", "", style="bold")
    return [rows]


def _rule(rule: dict[str, Any]) -> str:
    paragraph = f", {rule['paragraph']}" if rule["paragraph"] else ""
    condition = f" Condition: {rule['condition']}." if rule["condition"] else ""
    return f"{rule['measure']}{paragraph} ({rule['effect']}): {rule['wording']}{condition}"

"""Documents -> what a terminal of 80 columns shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from corridor.routes import Route, Unreachable
from corridor.study import Outcome
from corridor.units import HOURS_PER_DAY

NARROWEST = 80
LEAST_SHOWN_USD_PER_T = 0.01
NOT_ADVICE = "Law: informs, is no legal advice."


def show(console: Console, *parts: RenderableType) -> None:
    """Print parts one below the other."""
    console.print(Group(*parts))


def title(outcome: Outcome, what: str) -> RenderableType:
    """Headline of every table, which says so where the law is assumed away."""
    line = f"{what} · {outcome.scenario} · as of {outcome.as_of} · USD of {outcome.price_year}"
    parts: list[RenderableType] = [Text(line, style="bold"), Text(outcome.study.file.title)]
    if outcome.lifted_measures:
        parts.append(
            Text(f"COUNTERFACTUAL, NOT THE LAW: as if lifted: {', '.join(outcome.lifted_measures)}", style="bold red")
        )
    return Group(*parts, Text(""))


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    """A plain table; columns named in ``right`` hold numbers."""
    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for column in columns:
        made.add_column(
            column, justify="right" if column in right else "left", no_wrap=column in right, overflow="fold"
        )
    return made


def number(value: float | None, digits: int = 1) -> str:
    """A number for reading; a dash where there is none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def compare_summary(outcome: Outcome, blocks: Sequence[dict[str, Any]]) -> RenderableType:
    """For each commodity: lawful routes, barred routes apart, best netback anywhere."""
    parts: list[RenderableType] = [title(outcome, "Compare routes")]
    right = ("USD/t", "low–high", "cash", "days", "netback")
    for block in blocks:
        parts.append(
            Text(f"{words(block['commodity'])}: {words(block['origin'])} → {words(block['market'])}", style="bold")
        )
        rows = table("", "gateway < entry", "USD/t", "low–high", "cash", "days", "netback", "law", right=right)
        for route in block["lawful"]:
            rows.add_row(route.corridor, *_summary_cells(route))
        for route in block["not_lawful"]:
            rows.add_row(f"{route.corridor} ✗", *_summary_cells(route), style="dim")
        parts.append(rows if rows.row_count else Text("  no route to this market", style="dim"))
        if block["best_netback"]:
            parts.append(Text(f"  best sale: {'; '.join(map(_sale, block['best_netback']))}"))
        parts.append(Text(""))
    parts.append(Text(_legend(outcome), style="dim"))
    return Group(*parts)


def _sale(route: Route) -> str:
    return f"{route.corridor} {number(route.decision_netback)} at {words(route.market)} ({route.delivery_term})"


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
        "be cheaper. Best sale: what is left at the mine after generalised cost, by corridor, over all markets. "
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
        parts.append(Text(f"{words(commodity)}: {words(origin)} → {words(market)} ({term} {bid} USD/t)", style="bold"))
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
            parts.append(rows)
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


def solve_summary(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """The plan: corridors, sales, busy facilities, rents, next best."""
    parts: list[RenderableType] = [title(outcome, "Best plan")]
    parts.append(
        Text(
            f"Net value {number(document['net_value_musd_per_yr'], 0)} million USD/yr at generalised cost · "
            f"{document['status']}",
            style="bold",
        )
    )
    carried = table("corridor", "commodity", "Mt/yr", right=("Mt/yr",))
    for row in document["corridors"]:
        carried.add_row(row["corridor"], words(row["commodity"]), number(row["mtpa"], 3))
    sales = table("market", "commodity", "Mt/yr", "of", "bid", "node price", right=("Mt/yr", "of", "bid", "node price"))
    for row in document["sales"]:
        cells = [
            number(row["mtpa"], 3),
            number(row["intake_mtpa"], 3),
            number(row["bid_usd_per_t"]),
            number(row["node_price_usd_per_t"]),
        ]
        sales.add_row(words(row["market"]), words(row["commodity"]), *cells)
    mines = table("mine", "commodity", "Mt/yr", "of", "cost", "netback", right=("Mt/yr", "of", "cost", "netback"))
    for row in document["offers"]:
        cells = [
            number(row["mtpa"], 3),
            number(row["output_mtpa"], 3),
            number(row["cost_usd_per_t"]),
            number(row["netback_usd_per_t"]),
        ]
        mines.add_row(words(row["origin"]), words(row["commodity"]), *cells)
    busy = table("facility", "used", "spare", "shadow price", right=("used", "spare", "shadow price"))
    for row in sorted(document["facilities"], key=lambda row: -row["shadow_price_usd_per_t"]):
        if row["used_mtpa"] > 0:
            busy.add_row(
                words(row["facility"]),
                number(row["used_mtpa"], 2),
                number(row["spare_mtpa"], 2),
                number(row["shadow_price_usd_per_t"]),
            )
    rents = table("who receives it", "name", "million USD/yr", right=("million USD/yr",))
    for row in sorted(document["rents"], key=lambda row: -row["musd_per_yr"])[:12]:
        rents.add_row(row["kind"], words(row["name"]), number(row["musd_per_yr"], 1))
    nearest = table("commodity", "corridor", "gateway < entry", "to", "behind", right=("behind",))
    for row in document["next_best"]:
        gap = (
            "used" if row["behind_usd_per_t"] == 0 and row["corridor_mtpa"] > 0 else number(row["behind_usd_per_t"], 2)
        )
        nearest.add_row(
            words(row["commodity"]), row["corridor"], way(row["gateway"], row["entry"]), words(row["market"]), gap
        )
    for heading, rows in (
        ("Tonnes by corridor", carried),
        ("Sales", sales),
        ("Mines (netback: node price at the mine gate)", mines),
        ("Facilities in use, Mt/yr and USD/t", busy),
        ("Largest rents", rents),
        ("Routes: used, and how far behind the others are, USD/t", nearest),
    ):
        parts += [Text(""), Text(heading, style="bold"), rows]
    note = "A shadow price is what one more Mt/yr of capacity is worth; where routes tie it is one of several. "
    parts += [Text(""), Text(note + NOT_ADVICE, style="dim")]
    return Group(*parts)


def ledger(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """One route, a line an entry, with its rows and basis."""
    route = document["route"]
    ends = f"{words(route['origin'])} → {words(route['market'])}"
    head = f"{words(route['commodity'])}: {ends} by {way(route['gateway'], route['entry'])}"
    parts: list[RenderableType] = [title(outcome, "Explain"), Text(head, style="bold")]
    rows = table("link", "entry", "USD/t or h", "low–high", "basis", "source", right=("USD/t or h", "low–high"))
    last, hidden, in_hidden = "", 0, 0.0
    for row in document["ledger"]:
        if row["unit"] != "hours" and abs(row["central"]) < LEAST_SHOWN_USD_PER_T:
            hidden, in_hidden = hidden + 1, in_hidden + row["central"]
            continue
        unit = " h" if row["unit"] == "hours" else ""
        link = words(row["link"]) if row["link"] != last else ""
        last = row["link"]
        label = row["label"] if row["part"] in ("hours", *row["label"].split()) else f"{row['part']}: {row['label']}"
        cells = [number(row["central"], 2) + unit, f"{number(row['low'], 1)}–{number(row['high'], 1)}"]
        rows.add_row(link, words(label), *cells, row["basis"], words(row["sources"][0]) if row["sources"] else "")
    parts.append(rows)
    if hidden:
        parts.append(Text(f"and {hidden} entries below {LEAST_SHOWN_USD_PER_T} USD/t: {in_hidden:.3f}", style="dim"))
    parts.append(Text(""))
    total = table("part", "USD/t", right=("USD/t",))
    for part, cost in route["parts_usd_per_t"].items():
        if cost:
            total.add_row(words(part), number(cost, 2))
    total.add_row("generalised", number(route["generalised_usd_per_t"], 2), style="bold")
    total.add_row("cash", number(route["cash_usd_per_t"], 2), style="bold")
    parts += [total, Text("")]
    shares = ", ".join(f"{share:.0%} {basis}" for basis, share in document["basis_shares"].items() if share)
    behind = f" ({', '.join(route['law_rules'])})" if route["law_rules"] else ""
    days = number(route["time_h"] / HOURS_PER_DAY)
    parts += [
        Text(f"{number(route['distance_km'], 0)} km, {days} days, {' '.join(route['countries'])}"),
        Text(f"bid {number(route['bid_usd_per_t'])} USD/t, netback {number(route['netback_usd_per_t'])} USD/t"),
        Text(f"law: {route['law_status']}{behind}"),
        Text(f"basis of the cost (a dollar counts as its worst input): {shares}"),
        Text(f"The first source of each entry; all its rows and sources: --format json. {NOT_ADVICE}", style="dim"),
    ]
    return Group(*parts)


def source_list(rows: Sequence[dict[str, Any]]) -> RenderableType:
    """Sources with how many numbers rest on each."""
    listed = table("numbers", "source", "bases", right=("numbers",))
    for row in rows:
        listed.add_row(str(row["numbers"]), row["citation"], " ".join(row["bases"]))
    return listed


def way(gateway: str, entry: str) -> str:
    """Gateway and the border crossing before it; one name where they are the same."""
    return words(gateway) if gateway == entry else f"{words(gateway)} < {words(entry)}"


def words(identifier: str) -> str:
    """An id as it is read."""
    return identifier.replace("_", " ")

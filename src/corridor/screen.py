"""Documents -> what a terminal of 80 columns shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from corridor.routes import Route, Unreachable
from corridor.study import Outcome
from corridor.units import HOURS_PER_DAY

if TYPE_CHECKING:
    from corridor.matrix import CostMatrix

NARROWEST = 80
LEAST_SHOWN_USD_PER_T = 0.01
SIGNIFICANT = 4
SHOWN_CHANGE = 0.1
"""Share by which a price is moved to show how little a choice moves with it."""
NOT_ADVICE = "Law: informs, is no legal advice."


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
        parts.append(Text(f"{block['commodity']}: {block['origin']} → {block['market']}", style="bold"))
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
    """The plan: corridors, sales, mines, busy facilities, rents, next best."""
    value = number(document["net_value_musd_per_yr"], 0)
    headline = f"Net value {value} million USD/yr at generalised cost · {document['status']}"
    parts: list[RenderableType] = [title(outcome, "Best plan"), Text(headline, style="bold")]
    carried = _listed(document["corridors"], {"corridor": "corridor", "commodity": "commodity", "Mt/yr": ("mtpa", 3)})
    sales = _listed(
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
    mines = _listed(
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
    busy = _listed(
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
    rents = _listed(
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


def _listed(rows: Iterable[dict[str, Any]], columns: Mapping[str, str | tuple[str, int]]) -> Table:
    """A table of records: below each heading the text under a key, or the number under a key to so many digits."""
    numbers = [heading for heading, shown in columns.items() if not isinstance(shown, str)]
    made = table(*columns, right=numbers)
    for row in rows:
        cells = (
            row[shown] if isinstance(shown, str) else number(row[shown[0]], shown[1]) for shown in columns.values()
        )
        made.add_row(*cells)
    return made


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


def netback(outcome: Outcome, document: dict[str, Any], *, full: bool) -> RenderableType:
    """Netback against price: shut-in prices, the best sale by price, and where corridors change places.

    Without ``full`` the best sale of each corridor from each mine; else every route.
    """
    parts: list[RenderableType] = [title(outcome, "Netback against price")]
    prices = {row["price_reference"]: row for row in document["prices"]}
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in document["routes"]:
        groups[row["commodity"], row["origin"], row["price_reference"]].append(row)
    for (commodity, origin, reference), rows in groups.items():
        parts.append(Text(f"{commodity}: {origin}, along {_price_words(prices[reference])}", style="bold"))
        mine = (origin, commodity, reference)
        own = {
            name: [row for row in document[name] if (row["origin"], row["commodity"], row["price_reference"]) == mine]
            for name in ("switches", "best_by_price")
        }
        parts += _every_route(rows) if full else [_shut_ins(_leading(rows))]
        parts.append(Text(f"  Best sale: {_by_price(own['best_by_price'])}."))
        main = {row["bid"] for row in rows if row["main_market"] or full}
        told = (row for row in own["switches"] if not row["fixed_sale"] or row["bid"] in main)
        parts += [Text(f"  {_switch_words(row)}.") for row in _worth_telling(told)]
        parts.append(Text(""))
    parts.append(Text(NETBACK_LEGEND + NOT_ADVICE, style="dim"))
    return Group(*parts)


NETBACK_LEGEND = (
    "Netback: bid less generalised cost, by which routes are chosen. Mine: cash cost and royalty there. Shut-in: the "
    "price at which the netback covers the mine, as the plan decides; cash: at which bid less what is invoiced does. > "
    "pays above that price, < below; always, never: at every price above 0, at none. To one buyer price moves the "
    "choice only by insurance, loss and the value of time. ✗ marks what may not be used as the law stands, or finds no "
    "room: what is said of it holds only if it could be. Shared capacities are not looked at here: solve does. "
)


def _price_words(price: Mapping[str, Any]) -> str:
    low, high = (number(price[f"history_{end}_usd_per_t"], 0) for end in ("low", "high"))
    years = f"{price['history_from']}–{price['history_until']}"
    return f"{price['price_reference']} {number(price['price_usd_per_t'])} ({years}: {low}–{high})"


def _leading(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The best available sale of each corridor, and the best of those corridors that have none."""
    best: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (not row["available"], -row["decision_netback_usd_per_t"])):
        best.setdefault(row["corridor"], row)
    return [*best.values()]


def _shut_ins(rows: Sequence[dict[str, Any]]) -> RenderableType:
    right = ("netback", "mine", "shut-in", "cash")
    made = table("", "sale: gateway < entry", *right, "law", right=right)
    for row in rows:
        mark = row["corridor"] if row["available"] else f"{row['corridor']} ✗"
        sale = f"{row['market']}: {way(row['gateway'], row['entry'])}"
        made.add_row(mark, sale, *_netback_cells(row), style="" if row["available"] else "dim")
    return made


def _every_route(rows: Sequence[dict[str, Any]]) -> list[RenderableType]:
    """All routes by place of sale, those that may not be used apart."""
    parts: list[RenderableType] = []
    by_bid: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_bid[row["bid"]].append(row)
    right = ("netback", "mine", "shut-in", "cash")
    for sales in by_bid.values():
        first = sales[0]
        bid = f"{first['market']} ({first['delivery_term']} {number(first['bid_usd_per_t'])} USD/t)"
        parts.append(Text(f"  {bid}", style="bold"))
        for available in (True, False):
            chosen = [row for row in sales if row["available"] == available]
            if chosen:
                made = table("", "gateway < entry", *right, "law", right=right)
                for row in chosen:
                    mark = row["corridor"] if available else f"{row['corridor']} ✗"
                    ends = way(row["gateway"], row["entry"])
                    made.add_row(mark, ends, *_netback_cells(row), style="" if available else "dim")
                parts += [made] if available else [Text("  not available:", style="bold"), made]
    return parts


def _netback_cells(row: Mapping[str, Any]) -> list[str]:
    return [
        number(row["decision_netback_usd_per_t"]),
        number(row["mine_cost_usd_per_t"]),
        _at(row["shut_in_case"], row["shut_in_usd_per_t"]),
        _at(row["cash_shut_in_case"], row["cash_shut_in_usd_per_t"]),
        row["law_status"],
    ]


def _at(case: str, price: float | None) -> str:
    """A break-even price, with the side on which it pays."""
    return case if price is None else f"{'<' if case == 'below' else '>'} {number(price)}"


def _by_price(pieces: Sequence[Mapping[str, Any]]) -> str:
    """Best sale from the lowest price to the highest."""
    told = []
    for piece in pieces:
        sale = f"{piece['corridor']} at {piece['market']}" if piece["sells"] else "nothing pays"
        tied = f" (and {len(piece['ties'])} as good)" if piece["ties"] else ""
        start = f"from {number(piece['from_usd_per_t'])} " if piece["from_usd_per_t"] else ""
        told.append(f"{start}{sale}{tied}")
    return f"{'; '.join(told)}; searched up to {number(pieces[-1]['to_usd_per_t'], 0)}" if told else "none"


def _worth_telling(switches: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pairs of available routes, and beside them corridors that have no available one."""
    rows = [*switches]
    may = {(row["fixed_sale"] and row["bid"], row["corridor"]) for row in rows}
    may |= {(row["fixed_sale"] and row["bid"], row["other_corridor"]) for row in rows if row["available"]}
    return [r for r in rows if r["available"] or (r["fixed_sale"] and r["bid"], r["other_corridor"]) not in may]


def _switch_words(row: Mapping[str, Any]) -> str:
    """One pair in a sentence: who is ahead, by how much, and where that changes."""
    one, other = row["corridor"], row["other_corridor"]
    if not row["available"]:
        other = f"{other} ({'no room' if row['other_usable'] else row['other_law_status']})"
    if row["fixed_sale"]:
        where = f"To {row['market']}"
    else:
        where = f"Anywhere ({one} at {row['market']}, {other} at {row['other_market']})"
    case, price, ahead = row["switch_case"], row["switch_usd_per_t"], row["ahead_usd_per_t"]
    lead, behind = (one, other) if ahead >= 0 else (other, one)
    said = f"{where}: {lead} is {number(abs(ahead))} ahead of {behind}"
    if case == "tie":
        return f"{where}: {one} and {other} are as good as each other; price cannot matter"
    if not row["price_matters"]:
        return f"{said}; price cannot matter"
    moves = row["ahead_per_usd"] * row["price_usd_per_t"] * SHOWN_CHANGE
    by = f"{moves:+.2f}" if abs(moves) >= LEAST_SHOWN_USD_PER_T else f"less than {LEAST_SHOWN_USD_PER_T}"
    moved = f" ({SHOWN_CHANGE:.0%} on the price moves that by {by})" if row["fixed_sale"] else ""
    if price is None:
        return f"{said}, as at every price{moved}"
    below, above = (one, other) if case == "below" else (other, one)
    years = f"above it in {row['switch_years_above']} of {row['switch_years']} years"
    times = "" if row["switch_over_price"] is None else f"{number(row['switch_over_price'], 2)} x today's, "
    return f"{said}{moved}; {below} leads below {number(price)}, {above} above ({times}{years})"


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


MOST_BARS = 25
"""So many inputs of a tornado fit on a screen: the widest."""


def sensitivity(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
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
    rows = table("", "best", "(half)", "carries", "(half)", "Mt/yr", "netback", "5 %–95 %", "cost", right=_DRAWN)
    for commodity in dict.fromkeys(row["commodity"] for row in document["corridors"]):
        rows.add_row(commodity, style="bold")
        for row in document["corridors"]:
            if row["commodity"] == commodity:
                rows.add_row(*_drawn_cells(row))
    legend = (
        "best: share of the draws in which the first tonne goes by the corridor and earns something; carries: in which "
        "the best plan ships anything by it; (half): the same in the first half of the draws; Mt/yr: mean shipped. "
        "netback (to all markets; median, and between which 9 of 10 draws lie) and cost (to the main market, median): "
        "generalised, USD/t, by lawful ways from the largest mine."
    )
    return [Text(f"Net value, million USD/yr: {at} ({half})"), Text(""), rows, Text(legend, style="dim"), Text("")]


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


def source_list(rows: Sequence[dict[str, Any]]) -> RenderableType:
    """Sources with how many numbers rest on each."""
    listed = table("numbers", "source", "bases", right=("numbers",))
    for row in rows:
        listed.add_row(str(row["numbers"]), row["citation"], " ".join(row["bases"]))
    return listed


def way(gateway: str, entry: str) -> str:
    """Gateway and the border crossing before it; one name where they are the same."""
    return gateway if gateway == entry else f"{gateway} < {entry}"


def along_parameter(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """A scenario along one parameter: where corridors carry, what changes where."""
    parameter = document["parameter"]
    unit = parameter["unit"]
    parts: list[RenderableType] = [title(outcome, f"Break-even: {parameter['name']}")]
    past = parameter["history"]
    today = f"Today {significant(parameter['today'])} {unit} ({parameter['basis']}, {parameter['year']})"
    if past:
        today += f"; months of {past['first']}–{past['last']}: {significant(past['low'])}–{significant(past['high'])}"
    else:
        today += f"; range {significant(parameter['low'])}–{significant(parameter['high'])}"
    parts += [Text(f"{today}."), Text("")]
    ranges = table("corridor", "carries from", "to", unit, right=("carries from", "to"))
    for row in document["ranges"]:
        ranges.add_row(row["corridor"], significant(row["from"]), significant(row["to"]), "")
    parts += [Text("Where a corridor carries anything", style="bold"), ranges, Text("")]
    worth = {stop["at"]: stop["net_value_musd_per_yr"] for stop in document["stops"]}
    turns = table("at", "net value", "what", "", "Mt/yr", right=("at", "net value", "Mt/yr"))
    shown: float | None = None
    for turn in document["turns"]:
        new = turn["at"] != shown
        shown = turn["at"]
        tonnes = f"{number(turn['before'], 2)} → {number(turn['after'], 2)}"
        place = (significant(shown), number(worth.get(shown), 1)) if new else ("", "")
        turns.add_row(*place, f"{turn['kind']} {turn['name']}", turn["what"], tonnes)
    parts.append(Text(f"What changes as it rises ({unit}; net value million USD/yr)", style="bold"))
    parts.append(turns if turns.row_count else Text("  nothing in this range"))
    how = (
        "Exact: net value is a straight line between these points. "
        if document["exact"]
        else f"Not linear: bracketed, each to within {significant(document['known_to_within'])} {unit}. "
    )
    parts += [Text(""), Text(how + "Only what is lawful is used. " + NOT_ADVICE, style="dim")]
    return Group(*parts)


def needed(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """What would have to change for a target to carry anything."""
    near = document["nearest"]
    cargo = f" {document['commodity']}" if document["commodity"] else " anything"
    parts: list[RenderableType] = [
        title(outcome, f"What would have to change for {document['target']} to carry{cargo}")
    ]
    route = f"{near['commodity']} from {near['origin']} to {near['market']} by {way(near['gateway'], near['entry'])}"
    gap = number(near["behind_usd_per_t"])
    behind = (
        f"Nearest: {route} ({near['law_status']}), {gap} USD/t behind the best plan: so much it would have to be paid."
    )
    parts += [Text(behind), Text("")]
    rows = table("parameter", "today", "needed", "change", "its range", right=("today", "needed", "change"))
    for row in document["needed"]:
        within = "within" if row["within_its_range"] else "beyond"
        change = "–" if row["change_share"] is None else f"{row['change_share']:+.0%}"
        rows.add_row(
            f"{row['parameter']} ({row['unit']})", significant(row["today"]), significant(row["needed"]), change, within
        )
    parts.append(Text("One parameter at a time, all else as it is", style="bold"))
    far = document["looked_as_far_as_times_the_range"]
    nothing = f"  None would be enough, from the least it may be to {far:g} times its range."
    parts.append(rows if rows.row_count else Text(nothing))
    parts += [Text(""), Text(f"Only what is lawful is used. {NOT_ADVICE}", style="dim")]
    return Group(*parts)


def regime(outcome: Outcome, document: dict[str, Any]) -> RenderableType:
    """The plane of two parameters: how much of it goes to whom, and where today is."""
    parts: list[RenderableType] = [title(outcome, "Regime: who carries what in a plane of two parameters")]
    for axis in ("x", "y"):
        of = document[axis]
        ends = f"{significant(of['from'])} to {significant(of['to'])} {of['unit']}; today {significant(of['today'])}"
        parts.append(Text(f"{axis}: {of['name']}, {ends}"))
    shares: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0, float("inf"), 0.0])
    for row in document["areas"]:
        held = shares[tuple(row["carries"])]
        held[0], held[1] = held[0] + row["share"], held[1] + 1
        held[2], held[3] = min(held[2], row["mtpa"]), max(held[3], row["mtpa"])
    rows = table("who carries", "share of the plane", "plans", "Mt/yr", right=("share of the plane", "plans", "Mt/yr"))
    for carriers, (share, plans, low, high) in sorted(shares.items(), key=lambda item: -item[1][0]):
        span = f"{number(low, 2)}–{number(high, 2)}"
        rows.add_row(" + ".join(carriers) or "nobody", f"{share:.1%}", f"{plans:.0f}", span)
    what = document["commodity"] or "everything"
    how = (
        f"Exact: {len(document['areas'])} polygons, one best plan in each. --format json writes them. "
        if document["exact"]
        else f"Not linear in both, or in their product: {len(document['areas'])} samples, no exact borders. "
    )
    parts += [Text(""), Text(f"Of {what}", style="bold"), rows, Text("")]
    parts.append(Text(how + "Only what is lawful is used. " + NOT_ADVICE, style="dim"))
    return Group(*parts)


def significant(value: float) -> str:
    """A number to four digits, and all of those before the point: parameters are of any size."""
    whole = f"{value:,.0f}"
    return whole if len(whole.lstrip("-")) > SIGNIFICANT else f"{value:.{SIGNIFICANT}g}"

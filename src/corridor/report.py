"""An outcome -> documents: what commands print and write, as plain records."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from corridor import flow
from corridor.cost import Item
from corridor.errors import NoAnswerError, UsageError, did_you_mean
from corridor.market import Seller
from corridor.plan import NEGLIGIBLE_MTPA, Plan
from corridor.routes import Route, Unreachable
from corridor.schema import BASES, PARTS, STRUCTURE_TABLES, VALUE_TABLES
from corridor.sensitivity.lines import Crossing
from corridor.sensitivity.netback import Along, History, Piece, PricedRoute, Switch, references, switches
from corridor.study import Outcome
from corridor.tables import Tables

if TYPE_CHECKING:
    from corridor.audit import Finding
    from corridor.geodata.crosscheck import CrossCheck

SCHEMA_VERSION = 1
MOST_NAMES_LISTED = 30
Document = dict[str, Any]


def tables_of(document: Document) -> dict[str, list[Document]]:
    """Tables of a document for files of rows; each row says its scenario, date and what is assumed against the law."""
    said = {name: document[name] for name in ("scenario", "as_of", "price_year")}
    lifted = "; ".join(document["as_if_lifted"])
    return {
        name: [{**said, **row, "as_if_lifted": lifted} for row in rows]
        for name, rows in document.items()
        if isinstance(rows, list) and name != "as_if_lifted"
    }


def heading(outcome: Outcome) -> Document:
    """Say what a document speaks of: study, scenario, date, prices, input and what is assumed against the law."""
    return {
        "schema_version": SCHEMA_VERSION,
        "study": outcome.study.file.title,
        "scenario": outcome.scenario,
        "as_of": outcome.as_of.isoformat(),
        "price_year": outcome.price_year,
        "input_hash": outcome.study.input_hash,
        "as_if_lifted": list(outcome.lifted_measures),
    }


def compare(
    outcome: Outcome, origin: str | None = None, commodity: str | None = None, market: str | None = None
) -> Document:
    """Document of the routes, filtered where names are given.

    Raises
    ------
    UsageError
        If a name is none of the study's.
    """
    routes, missing = asked(outcome, origin, commodity, market)
    rows = [route_record(outcome, route) for route in routes]
    unreachable = [row._asdict() for row in missing]
    return {**heading(outcome), "rows": rows, "unreachable": unreachable}


def asked(
    outcome: Outcome, origin: str | None, commodity: str | None, market: str | None
) -> tuple[list[Route], list[Unreachable]]:
    """Routes and unreachable pairs between the named ends; None: all.

    Raises
    ------
    UsageError
        If a name is none of the study's, or no mine and buyer of that name deal in it.
    """
    mines = {node.id for node in outcome.tables["nodes"] if node.kind == "mine"}
    _known(origin, mines, "origin")
    if origin is not None and all(seller.node != origin for seller in outcome.sellers):
        raise UsageError(f"{origin} ships nothing on {outcome.as_of}: its output in mines.csv is 0.")
    _known(commodity, {seller.commodity for seller in outcome.sellers}, "commodity")
    _known(market, {buyer.node for buyer in outcome.buyers}, "market")
    sellers = [s for s in outcome.sellers if origin in (None, s.node) and commodity in (None, s.commodity)]
    if not sellers:
        offered = ", ".join(seller.commodity for seller in outcome.sellers if seller.node == origin)
        raise UsageError(f"{origin} does not offer {commodity}. It offers {offered}.")
    goods = {seller.commodity for seller in sellers}
    if not any(buyer.commodity in goods and market in (None, buyer.node) for buyer in outcome.buyers):
        places = ", ".join(buyer.node for buyer in outcome.buyers if buyer.commodity in goods) or "no market"
        where = f" at {market}" if market else ""
        raise UsageError(f"nobody{where} bids for {' or '.join(sorted(goods))}. There are bids at {places}.")
    found = [outcome.find_routes(seller) for seller in sellers]
    return (
        [route for routes, _ in found for route in routes if market in (None, route.market)],
        [pair for _, missing in found for pair in missing if market in (None, pair.market)],
    )


def known(outcome: Outcome, commodity: str | None) -> str | None:
    """Hand a commodity on if the study has it.

    Raises
    ------
    UsageError
        If it has not.
    """
    _known(commodity, outcome.network.commodities, "commodity")
    return commodity


def _known(word: str | None, known: Iterable[str], kind: str) -> None:
    names = sorted(known)
    if word is not None and word not in names:
        listed = f" There are: {', '.join(names)}." if len(names) <= MOST_NAMES_LISTED else f" There are {len(names)}."
        raise UsageError(f'"{word}" is no {kind} of this study.{did_you_mean(word, names)}{listed}')


def route_record(outcome: Outcome, route: Route) -> Document:
    """One row of ``compare``."""
    return {
        "origin": route.origin,
        "commodity": route.commodity,
        "market": route.market,
        "gateway": route.gateway,
        "entry": route.entry,
        "corridor": route.corridor,
        "countries": list(route.countries),
        "bid": route.bid,
        "delivery_term": route.delivery_term,
        "main_market": route.main_market,
        "distance_km": route.distance_km,
        "time_h": route.time_h,
        "cash_usd_per_t": route.cash,
        "generalised_usd_per_t": route.generalised,
        "low_usd_per_t": route.low,
        "high_usd_per_t": route.high,
        "parts_usd_per_t": dict(zip(PARTS, route.parts, strict=True)),
        "bid_usd_per_t": route.bid_price,
        "netback_usd_per_t": route.netback,
        "decision_netback_usd_per_t": route.decision_netback,
        "capacity_mtpa": route.capacity_mtpa,
        "bottleneck": route.bottleneck,
        "law_status": route.law_status,
        "law_rules": list(route.law_rules),
        "usable": route.usable,
        "rank": route.rank,
        "gap_usd_per_t": route.gap,
        "lawful_rank": route.lawful_rank,
        "lawful_gap_usd_per_t": route.lawful_gap,
        "as_if_lifted": list(outcome.lifted_measures),
        "links": [outcome.network.edges[e].id for e in route.edges],
    }


def summary(outcome: Outcome) -> list[Document]:
    """For each commodity, the best routes of each corridor from its largest mine.

    To the main market the cheapest usable route of each corridor (``lawful``), and apart from them the cheapest that
    may not be used where that would be cheaper (``not_lawful``); over all markets the best usable netback.
    """
    largest: dict[str, Seller] = {}
    for seller in outcome.sellers:
        if seller.commodity not in largest or seller.output_mtpa > largest[seller.commodity].output_mtpa:
            largest[seller.commodity] = seller
    corridors = [*outcome.study.file.corridors]
    blocks = []
    for commodity, seller in sorted(largest.items()):
        own, _ = outcome.find_routes(seller)
        main = [route for route in own if route.main_market]
        market = next(
            (buyer.node for buyer in outcome.buyers if buyer.commodity == commodity and buyer.main_market), ""
        )
        lawful = _best_of_each(corridors, (route for route in main if route.usable), lambda route: route.generalised)
        barred = _best_of_each(corridors, (route for route in main if not route.usable), lambda r: r.generalised)
        netback = _best_of_each(corridors, (route for route in own if route.usable), lambda r: -r.decision_netback)
        tempting = [r for c, r in barred.items() if c not in lawful or r.generalised < lawful[c].generalised]
        best_sales: list[Route] = sorted(netback.values(), key=lambda route: -route.decision_netback)
        blocks.append(
            {
                "commodity": commodity,
                "origin": seller.node,
                "market": market,
                "lawful": [*lawful.values()],
                "not_lawful": tempting,
                "best_netback": best_sales,
            }
        )
    return blocks


def _best_of_each(
    corridors: Sequence[str], routes: Iterable[Route], least: Callable[[Route], float]
) -> dict[str, Route]:
    """Corridor to its route with the least of something, in the order of ``corridors``."""
    best: dict[str, Route] = {}
    for route in routes:
        if route.corridor not in best or least(route) < least(best[route.corridor]):
            best[route.corridor] = route
    order = [*corridors, *sorted({*best} - {*corridors})]
    return {corridor: best[corridor] for corridor in order if corridor in best}


def solve(outcome: Outcome) -> Document:
    """Document of the best lawful plan.

    An offer's ``netback_usd_per_t`` is what one more tonne would fetch at the mine by the best lawful way, net of what
    is scarce on it: where the mine ships its node price, where it is idle less than its cost. None: no lawful way.

    Raises
    ------
    NoAnswerError
        If no lawful way leads from any mine to any buyer.
    """
    plan = outcome.plan
    offers = _offers(plan)
    if all(offer["netback_usd_per_t"] is None for offer in offers):
        raise NoAnswerError(f"no lawful way leads from any mine to any buyer on {outcome.as_of}.")
    return {
        **heading(outcome),
        "status": plan.solution.status,
        "net_value_musd_per_yr": plan.solution.net_value,
        "flows": _flows(outcome),
        "sales": _sales(plan),
        "offers": offers,
        "facilities": _facilities(outcome),
        "rents": _rents(outcome),
        "corridors": [
            {"corridor": corridor, "commodity": commodity, "mtpa": mtpa}
            for (corridor, commodity), mtpa in sorted(plan.corridors().items())
        ],
        "next_best": next_best(outcome),
    }


def _flows(outcome: Outcome) -> list[Document]:
    return [
        {
            "commodity": commodity,
            "link": edge.id,
            "from": edge.tail,
            "to": edge.head,
            "mtpa": mtpa,
            "generalised_usd_per_t": float(outcome.costs[commodity].generalised[e]),
        }
        for (commodity, e), mtpa in outcome.plan.carried().items()
        for edge in (outcome.network.edges[e],)
    ]


def _sales(plan: Plan) -> list[Document]:
    prices = plan.solution.node_price[plan.problem.bid_state].tolist()
    return [
        {
            "bid": buyer.bid,
            "market": buyer.node,
            "commodity": buyer.commodity,
            "mtpa": sale,
            "bid_usd_per_t": buyer.price,
            "intake_mtpa": buyer.intake_mtpa,
            "node_price_usd_per_t": price,
            **_margins(plan, "bid", buyer.bid, full=sale >= buyer.intake_mtpa - NEGLIGIBLE_MTPA),
            **_without(plan, buyer.bid),
        }
        for buyer, sale, price in zip(plan.buyers, plan.solution.sales.tolist(), prices, strict=True)
        if sale > NEGLIGIBLE_MTPA
    ]


def _without(plan: Plan, bid: str) -> Document:
    """How far behind the best plan without a sale is; at 0 and ``tie`` another plan is as good."""
    found = flow.next_best(plan.prepared, "bid", bid)
    return {"behind_usd_per_t": found.behind_usd_per_t, "tie": found.tie}


def _margins(plan: Plan, kind: Literal["facility", "bid"], name: str, *, full: bool) -> Document:
    """What a little more and a little less of a bound is worth, USD/t: solved again, since duals are not unique.

    What is not full is worth nothing either way. None: there is nothing to take away.
    """
    if not full:
        return {"more_usd_per_t": 0.0, "less_usd_per_t": 0.0}
    found = flow.marginal(plan.prepared, kind, name)
    return {"more_usd_per_t": found.more, "less_usd_per_t": None if math.isnan(found.less) else found.less}


def _offers(plan: Plan) -> list[Document]:
    return [
        {
            "origin": seller.node,
            "commodity": seller.commodity,
            "mtpa": sold,
            "output_mtpa": seller.output_mtpa,
            "cost_usd_per_t": seller.cost,
            "netback_usd_per_t": netback if math.isfinite(netback) else None,
        }
        for seller, sold, netback in zip(plan.sellers, plan.solution.purchases.tolist(), plan.netbacks(), strict=True)
    ]


def _facilities(outcome: Outcome) -> list[Document]:
    plan, solution = outcome.plan, outcome.plan.solution
    used, prices = solution.facility_use.tolist(), solution.shadow_price.tolist()
    return [
        {
            "facility": name,
            "used_mtpa": taken,
            "spare_mtpa": outcome.spare[name],
            "shadow_price_usd_per_t": price,
            **_margins(plan, "facility", name, full=taken >= outcome.spare[name] - NEGLIGIBLE_MTPA),
        }
        for name, taken, price in zip(plan.facilities, used, prices, strict=True)
    ]


def _rents(outcome: Outcome) -> list[Document]:
    """Who receives the net value: million USD/yr by facility, seller and buyer; they add up to it."""
    plan, rents = outcome.plan, outcome.plan.solution.rents
    named = [
        *(("facility", name, rent) for name, rent in zip(plan.facilities, rents.facility, strict=True)),
        *(("seller", seller.id, rent) for seller, rent in zip(plan.sellers, rents.seller, strict=True)),
        *(("buyer", buyer.bid, rent) for buyer, rent in zip(plan.buyers, rents.buyer, strict=True)),
    ]
    return [{"kind": kind, "name": name, "musd_per_yr": float(rent)} for kind, name, rent in named if rent != 0]


TIE_USD_PER_T = 1e-4
"""Routes closer than this are as good as each other: what is forced by the tonne is no more exact."""


def next_best(outcome: Outcome) -> list[Document]:
    """For each commodity the best lawful route of each corridor, and the nearest that the plan does not use.

    ``used`` says whether the plan ships by a route, ``behind_usd_per_t`` what each tonne costs the plan if 1,000 t/yr
    are forced over it: 0 where it is used, or as good as what is. Routes that cannot take so much are left out.
    """
    plan, carried = outcome.plan, outcome.plan.corridors()
    groups: dict[tuple[str, ...], list[tuple[float, bool, Route]]] = defaultdict(list)
    for route in outcome.routes:
        if route.usable and route.capacity_mtpa != 0:  # none: forcing would fail, slowly
            used = plan.uses(route)
            ranked = (0.0 if used else max(plan.behind(route), 0.0), not used, route)
            groups[route.commodity, route.corridor].append(ranked)
            if not used:
                groups[route.commodity,].append(ranked)
    best = {_nearest(plan, ranked) for ranked in groups.values()}
    return [
        {
            "commodity": route.commodity,
            "corridor": route.corridor,
            "origin": route.origin,
            "market": route.market,
            "gateway": route.gateway,
            "entry": route.entry,
            "used": not idle,
            "behind_usd_per_t": loss,
            "corridor_mtpa": carried.get((route.corridor, route.commodity), 0.0),
        }
        for _, loss, idle, route in sorted(found for found in best if found)
    ]


def _nearest(plan: Plan, ranked: list[tuple[float, bool, Route]]) -> tuple[str, float, bool, Route] | None:
    """Find the route that costs the plan least, with its commodity, loss, and whether it is idle.

    Its distance at the plan's prices is the least that a route can cost: once that is more than the best so far costs,
    no other route needs to be forced.
    """
    best = None
    for least, idle, route in sorted(ranked):
        if best and least >= best[1] - TIE_USD_PER_T:
            break
        loss = plan.forced(route) if idle else 0.0
        if math.isfinite(loss) and (best is None or loss < best[1] - TIE_USD_PER_T):
            best = route.commodity, loss if loss > TIE_USD_PER_T else 0.0, idle, route
    return best


def netback(
    outcome: Outcome, origin: str | None = None, commodity: str | None = None, market: str | None = None
) -> Document:
    """Document of netbacks against price: shut-in prices of routes, switch prices of pairs, the best sale by price.

    Each row says along which reference price. ``shut_in`` is where the decision netback (bid less generalised cost)
    covers cash cost and royalty of the mine, which is what the plan goes by; ``cash_shut_in`` where bid less cash does.

    Raises
    ------
    UsageError
        If a name is none of the study's.
    """
    routes, _ = asked(outcome, origin, commodity, market)
    corridors = [*outcome.study.file.corridors]
    by_mine: dict[tuple[str, str], list[Route]] = defaultdict(list)
    for route in routes:
        by_mine[route.origin, route.commodity].append(route)
    found: Document = {"prices": {}, "routes": [], "switches": [], "best_by_price": []}
    along: dict[tuple[str, str], Along] = {}
    for (mine, cargo), own in by_mine.items():
        for reference in references(outcome, cargo, (route.bid for route in own)):
            if (cargo, reference) not in along:
                along[cargo, reference] = Along(outcome, cargo, reference)
            prices = along[cargo, reference]
            past = found["prices"][reference] = price_record(prices.price, prices.history)
            priced = [prices.priced(route) for route in own]
            found["routes"] += [netback_record(outcome, one, prices.history) for one in priced]
            found["switches"] += [_switch_record(switch, prices.history) for switch in switches(priced, corridors)]
            pieces = prices.best_sales(mine, {market} if market else None)
            found["best_by_price"] += [_piece_record(mine, cargo, past, piece) for piece in pieces]
    found["prices"] = [*found["prices"].values()]
    return {**heading(outcome), **found}


def price_record(price: float, past: History) -> Document:
    """A reference price beside its history, all in dollars of the scenario's price year."""
    years = [*past.by_year]
    return {
        "price_reference": past.reference,
        "price_usd_per_t": price,
        "history_from": min(years),
        "history_until": max(years),
        "history_years": len(years),
        "history_low_usd_per_t": past.low[1],
        "history_low_year": past.low[0],
        "history_high_usd_per_t": past.high[1],
        "history_high_year": past.high[0],
    }


def netback_record(outcome: Outcome, priced: PricedRoute, past: History) -> Document:
    """One route against price."""
    route, price = priced.route, priced.price
    return {
        "origin": route.origin,
        "commodity": route.commodity,
        "market": route.market,
        "bid": route.bid,
        "delivery_term": route.delivery_term,
        "main_market": route.main_market,
        "gateway": route.gateway,
        "entry": route.entry,
        "corridor": route.corridor,
        "law_status": route.law_status,
        "usable": route.usable,
        "available": priced.available,
        "as_if_lifted": list(outcome.lifted_measures),
        "bid_usd_per_t": route.bid_price,
        "cash_usd_per_t": route.cash,
        "generalised_usd_per_t": route.generalised,
        "netback_usd_per_t": route.netback,
        "decision_netback_usd_per_t": route.decision_netback,
        "mine_cost_usd_per_t": priced.mine.at(price),
        "margin_usd_per_t": priced.margin.at(price),
        "price_reference": priced.reference,
        "price_usd_per_t": price,
        "decision_netback_fixed_usd_per_t": priced.decision.fixed,
        "decision_netback_per_usd": priced.decision.slope,
        "netback_fixed_usd_per_t": priced.cash.fixed,
        "netback_per_usd": priced.cash.slope,
        "mine_cost_fixed_usd_per_t": priced.mine.fixed,
        "mine_cost_per_usd": priced.mine.slope,
        **_crossing("shut_in", priced.shut_in, price, past),
        "cash_shut_in_case": priced.cash_shut_in.case,
        "cash_shut_in_usd_per_t": priced.cash_shut_in.price,
    }


def _crossing(name: str, found: Crossing, price: float, past: History) -> Document:
    """A break-even price beside today's and those of history."""
    at = found.price
    return {
        f"{name}_case": found.case,
        f"{name}_usd_per_t": at,
        f"{name}_over_price": at / price if at is not None and price else None,
        f"{name}_years_above": None if at is None else past.years_above(at),
        f"{name}_years": len(past.by_year),
    }


def _switch_record(switch: Switch, past: History) -> Document:
    one, other = switch.one.route, switch.other.route
    return {
        "origin": one.origin,
        "commodity": one.commodity,
        "fixed_sale": switch.fixed_sale,
        "available": switch.available,
        **{name: getattr(one, name) for name in ("corridor", "market", "bid", "gateway", "entry", "law_status")},
        **{
            f"other_{name}": getattr(other, name)
            for name in ("corridor", "market", "bid", "gateway", "entry", "law_status")
        },
        "other_usable": other.usable,
        "price_reference": switch.one.reference,
        "price_usd_per_t": switch.one.price,
        "ahead_usd_per_t": switch.lead,
        "ahead_per_usd": switch.one.decision.slope - switch.other.decision.slope,
        "price_matters": switch.crossing.price_matters,
        **_crossing("switch", switch.crossing, switch.one.price, past),
    }


def _piece_record(origin: str, commodity: str, price: Document, piece: Piece) -> Document:
    best = piece.best.route if piece.best else None
    return {
        "origin": origin,
        "commodity": commodity,
        "price_reference": price["price_reference"],
        "from_usd_per_t": piece.low,
        "to_usd_per_t": piece.high,
        "sells": best is not None,
        **{
            name: getattr(best, name) if best else ""
            for name in ("corridor", "market", "bid", "gateway", "entry", "law_status")
        },
        "ties": [f"{tie.route.bid} by {tie.route.gateway} < {tie.route.entry}" for tie in piece.ties],
        "holds_today": piece.low <= price["price_usd_per_t"] < piece.high,
    }


def explain(outcome: Outcome, origin: str, market: str, commodity: str, via: tuple[str, ...]) -> Document:
    """Ledger of one route: every dollar and hour of every link with the row, source and basis behind it.

    Raises
    ------
    UsageError
        If a name is none of the study's.
    NoAnswerError
        If no way leads there.
    """
    _known(origin, {seller.node for seller in outcome.sellers}, "origin")
    _known(commodity, {seller.commodity for seller in outcome.sellers if seller.node == origin}, f"product of {origin}")
    _known(market, {buyer.node for buyer in outcome.buyers if buyer.commodity == commodity}, f"market for {commodity}")
    crossings = {edge.link.crossing for edge in outcome.network.edges if edge.link.crossing}
    for place in via:
        _known(place, {*outcome.network.nodes, *crossings}, "node or crossing")
    route = outcome.route_via(origin, market, commodity, via)
    ledger = []
    dollars: dict[str, float] = defaultdict(float)
    for e in route.edges:
        edge = outcome.network.edges[e]
        for item in outcome.cost_model.ledger(e, outcome.network.commodities[commodity]):
            ledger.append({"link": edge.id, "from": edge.tail, "to": edge.head, **_entry(item)})
            if item.part:
                # rates of the study are assumptions, and these parts rest on them
                basis = "assumed" if item.part in ("time", "reliability", "capital") else item.basis
                dollars[basis] += abs(item.span[1])
    total = sum(dollars.values())
    shares = {basis: dollars[basis] / total if total else 0.0 for basis in BASES}
    return {**heading(outcome), "route": route_record(outcome, route), "ledger": ledger, "basis_shares": shares}


def _entry(item: Item) -> Document:
    unit = "usd_per_t" if item.part else "hours"
    low, central, high = item.span
    worst_first = sorted(item.figures, key=lambda figure: -BASES.index(figure.row.basis))
    return {
        "part": item.part or "hours",
        "label": item.label,
        "low": low,
        "central": central,
        "high": high,
        "unit": unit,
        "basis": item.basis,
        "rows": [figure.place for figure in worst_first],
        "sources": list(dict.fromkeys(figure.row.source for figure in worst_first)),
    }


def finding_record(finding: Finding, beside: Mapping[str, CrossCheck] | None = None) -> Document:
    """One row of ``audit``; with searoute's length where one was asked for."""
    record = finding._asdict()
    del record["line"]
    if beside is not None:
        other = beside.get(finding.link)
        record["searoute_km"] = other and other.searoute_km
        record["searoute_ratio"] = other and other.ratio
        record["searoute_note"] = other.note if other else ""
    return record


def sources(tables: Tables) -> list[Document]:
    """Every source with the numbers that rest on it, most first."""
    numbers = Counter(row.source for table in VALUE_TABLES for row in tables[table])
    others = Counter(row.source for table in STRUCTURE_TABLES if table != "sources" for row in tables[table])
    worst: dict[str, set[str]] = defaultdict(set)
    for table in VALUE_TABLES:
        for row in tables[table]:
            worst[row.source].add(row.basis)
    rows = [
        {
            "source": source.id,
            "numbers": numbers[source.id],
            "other_rows": others[source.id],
            "bases": [basis for basis in BASES if basis in worst[source.id]],
            "citation": source.citation,
            "address": source.address,
        }
        for source in tables["sources"]
    ]
    return sorted(rows, key=lambda row: (-row["numbers"], row["source"]))

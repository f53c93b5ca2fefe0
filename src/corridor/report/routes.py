"""Routes -> documents: all of them, the best of each corridor, and the ledger of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from corridor.errors import UsageError
from corridor.evidence.basis import basis_shares
from corridor.ledger import Item
from corridor.market import Seller
from corridor.report.document import Document, heading, known_word
from corridor.routes import Route, Unreachable
from corridor.schema import BASES, PARTS
from corridor.study import Outcome


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
    known_word(origin, mines, "origin")
    if origin is not None and all(seller.node != origin for seller in outcome.sellers):
        raise UsageError(f"{origin} ships nothing on {outcome.as_of}: its output in mines.csv is 0.")
    known_word(commodity, {seller.commodity for seller in outcome.sellers}, "commodity")
    known_word(market, {buyer.node for buyer in outcome.buyers}, "market")
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


def route_record(outcome: Outcome, route: Route) -> Document:
    """One row of ``compare``."""
    low_co2e, co2e, high_co2e = outcome.emitted(route) or (None, None, None)
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
        "co2e_kg_per_t": co2e,
        "low_co2e_kg_per_t": low_co2e,
        "high_co2e_kg_per_t": high_co2e,
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


def explain(outcome: Outcome, origin: str, market: str, commodity: str, via: tuple[str, ...]) -> Document:
    """Ledger of one route: every dollar and hour of every link with the row, source and basis behind it.

    What it emits stands in ``emissions``, kg CO2e a tonne, link by link; empty if the study has no numbers on it.

    Raises
    ------
    UsageError
        If a name is none of the study's.
    NoAnswerError
        If no way leads there.
    """
    known_word(origin, {seller.node for seller in outcome.sellers}, "origin")
    known_word(
        commodity, {seller.commodity for seller in outcome.sellers if seller.node == origin}, f"product of {origin}"
    )
    known_word(
        market, {buyer.node for buyer in outcome.buyers if buyer.commodity == commodity}, f"market for {commodity}"
    )
    crossings = {edge.link.crossing for edge in outcome.network.edges if edge.link.crossing}
    for place in via:
        known_word(place, {*outcome.network.nodes, *crossings}, "node or crossing")
    route = outcome.route_via(origin, market, commodity, via)
    ledger, emissions = [], []
    kind = outcome.network.commodities[commodity]
    for e in route.edges:
        edge = outcome.network.edges[e]
        ends = {"link": edge.id, "from": edge.tail, "to": edge.head}
        emitted = outcome.cost_model.emissions.ledger(e, kind)
        emissions += [{**ends, **_entry(item, "kg_per_t")} for item in emitted]
        spent = outcome.cost_model.ledger(e, kind)
        ledger += [{**ends, **_entry(item, "usd_per_t" if item.part else "hours")} for item in spent]
    shares = basis_shares(outcome, route)
    by_id = {rule.id: rule for rule in outcome.tables["rules"]}
    columns = {"id", "measure", "paragraph", "effect", "condition", "wording"}
    return {
        **heading(outcome),
        "route": route_record(outcome, route),
        "rules": [by_id[name].model_dump(include=columns) for name in route.law_rules],
        "ledger": ledger,
        "emissions": emissions,
        "basis_shares": shares,
    }


def _entry(item: Item, unit: str) -> Document:
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

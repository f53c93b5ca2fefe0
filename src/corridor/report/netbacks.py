"""Netbacks against price -> a document."""

from __future__ import annotations

from collections import defaultdict

from corridor.report.document import Document, heading
from corridor.report.routes import asked
from corridor.routes import Route
from corridor.sensitivity.lines import Crossing
from corridor.sensitivity.netback import Along, History, Piece, PricedRoute, Switch, references, switches
from corridor.study import Outcome


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

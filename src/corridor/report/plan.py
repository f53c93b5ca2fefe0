"""The best plan -> a document."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Literal

from corridor import flow
from corridor.errors import NoAnswerError
from corridor.footprint import footprint
from corridor.plan import NEGLIGIBLE_MTPA, Plan
from corridor.report.document import Document, finite, heading
from corridor.routes import Route
from corridor.study import Outcome


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
        "corridors": _corridors(outcome),
        "next_best": next_best(outcome),
    }


def _corridors(outcome: Outcome) -> list[Document]:
    """What each corridor carries of each commodity, and what that emits; None: not known."""
    known = outcome.cost_model.emissions.known
    emitted = footprint(outcome.plan, outcome.emissions) if known else {}
    return [
        {
            "corridor": corridor,
            "commodity": commodity,
            "mtpa": mtpa,
            "co2e_kt_per_yr": emitted.get((corridor, commodity), 0.0) if known else None,
            "co2e_kg_per_t": emitted.get((corridor, commodity), 0.0) / mtpa if known else None,
        }
        for (corridor, commodity), mtpa in sorted(outcome.plan.corridors().items())
    ]


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
            "netback_usd_per_t": finite(netback),
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

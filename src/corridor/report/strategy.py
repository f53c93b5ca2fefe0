"""Strategy -> documents: what dependence costs, and what closures would."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corridor.report.document import Document, heading
from corridor.strategy.disrupt import Disruptions
from corridor.strategy.frontier import PERCENT, Frontier, Point
from corridor.study import Outcome

CLEAR_MUSD_PER_YR = 1e-3
"""A thousand dollars a year: net values that differ by less are told as the same."""

LARGE = 100
"""Million USD/yr from which on a net value and what is lost of it are told without decimals."""

CLEAR_POINTS = 1e-4
"""Percentage points by which shares may differ and are told as the same."""


def frontier(outcome: Outcome, found: Frontier, asked: float | None = None) -> Document:
    """Document of the frontier of net value against the largest share.

    ``points`` are where the price of dependence changes, from the scenario's own plan on; ``price_to_next`` is what a
    percentage point (or a unit of the total) costs on the way to the next. ``passes`` has tonnes by crossing and berth
    at each point, ``changes`` what differs from the point before, ``with_and_without`` both frontiers wherever either
    bends, ``asked`` a point at a cap of one's own.
    """
    prices = [*found.prices.tolist(), None]
    unit_prices = [*found.unit_prices.tolist(), None]
    first = found.points[0]
    without = found.without
    return {
        **heading(outcome),
        "by": found.by,
        "count": found.count,
        "measure": found.measure,
        "total": found.cap.whole,
        "total_unit": f"million {found.cap.unit}/yr",
        "finding": _finding(found),
        "smallest_feasible_share": found.traced.least,
        "problems_solved": found.traced.solves,
        "points": [
            {
                "cap": point.cap,
                "net_value_musd_per_yr": point.net_value,
                "cost_musd_per_yr": first.net_value - point.net_value,
                "price_to_next_musd_per_point": price,
                "price_to_next_usd_per_unit": unit_price,
                "hhi": point.hhi,
                "at_cap": list(point.at_cap),
                "shares": point.shares,
            }
            for point, price, unit_price in zip(found.points, prices, unit_prices, strict=True)
        ],
        "passes": [
            {"cap": point.cap, "place": place, "commodity": commodity, "mtpa": mtpa}
            for point in found.points
            for (place, commodity), mtpa in point.passes.items()
        ],
        "changes": [{"cap": point.cap, **change._asdict()} for point in found.points for change in point.changes],
        "asked": None if asked is None else _asked(found, asked),
        "without": without and without.name,
        "without_finding": without and _contribution(found),
        "with_and_without": [
            {
                "cap": cap,
                "net_value_musd_per_yr": value,
                "net_value_without_musd_per_yr": other,
                "contribution_musd_per_yr": None if other is None else _clear(value - other),
            }
            for cap, value, other in found.contribution()
        ],
    }


def _finding(found: Frontier) -> str:
    """What the frontier says, in a sentence."""
    first, last = found.points[0], found.points[-1]
    whose = _largest(first)
    if len(found.points) == 1:
        return f"The largest share is {first.cap:.1%} ({whose}) and cannot be less while as much is shipped."
    prices = found.prices
    digits = 1 if first.net_value >= LARGE else 3
    steps = f"{prices[0]:,.{digits}f} a percentage point"
    if len(prices) > 1:
        steps += f" at first, {prices[-1]:,.{digits}f} at last"
    return (
        f"The largest share can fall from {first.cap:.1%} ({whose}) to {last.cap:.1%}, no further; "
        f"that costs {first.net_value - last.net_value:,.{digits - 1}f} million USD/yr: {steps}."
    )


def _asked(found: Frontier, cap: float) -> Document:
    value, price, shares = found.at(cap)
    return {
        "cap": cap,
        "net_value_musd_per_yr": value,
        "cost_musd_per_yr": _clear(found.points[0].net_value - value),
        "price_musd_per_point": price,
        "shares": shares,
    }


def _clear(value: float) -> float:
    """A difference of net values, 0 where it is the rounding of a solve."""
    return value if abs(value) > CLEAR_MUSD_PER_YR else 0.0


def _largest(point: Point) -> str:
    return " and ".join(point.at_cap) or "nobody"


def _contribution(found: Frontier) -> str:
    """What a corridor adds to the frontier, in a sentence."""
    without, name = found.without, found.without.name if found.without else ""
    if without is None:
        return ""
    if not without.lawful:
        return f"No lawful cargo passes {name} in this scenario: the frontier without it is the same."
    if without.traced is None:
        return f"Without {name} as much cannot be shipped under the largest share of today's plan."
    gains = [(value - other, cap) for cap, value, other in found.contribution() if other is not None]
    most, where = max(gains)
    lower = (without.traced.least - found.traced.least) * PERCENT
    reach = f"{name} lowers the smallest feasible share by {lower:.1f} percentage points, to {found.traced.least:.1%}"
    if lower <= CLEAR_POINTS:
        reach = f"{name} does not lower the smallest feasible share"
    if most <= CLEAR_MUSD_PER_YR:
        return f"{reach}, and adds no net value where the share is feasible without it."
    return f"{reach}, and adds up to {most:,.1f} million USD/yr where it is feasible without it (at {where:.1%})."


def disrupt(outcome: Outcome, found: Disruptions) -> Document:
    """Document of closures: what each costs, plan by plan, million USD/yr against the plan of today undisturbed.

    ``loss_..`` of a plan is without re-routing; ``loss_rerouted`` is of any plan, re-routed freely. ``plans`` has what
    each costs while nothing closes, its tail and its greatest regret.
    """
    return {
        **heading(outcome),
        "by": found.by,
        "net_value_musd_per_yr": found.best,
        "cap": found.cap,
        "smallest_feasible_share": found.traced.least,
        "alpha": found.alpha,
        "finding": _disrupted(found),
        "plans": [
            {
                "plan": name,
                "premium_musd_per_yr": _clear(found.premium(name)),
                "cvar_musd_per_yr": found.cvar(name),
                "greatest_regret_musd_per_yr": _clear(found.regret(name)),
                "largest_share": found.largest_share(name),
                "mtpa": float(np.sum(shipped.mtpa)),
                "proved": found.sturdiest[name].proved if name in found.sturdiest else True,
            }
            for name, shipped in found.plans.items()
        ],
        "closures": [
            {
                "kind": closure.kind,
                "closed": closure.name,
                "stopped_today_mtpa": stopped,
                "loss_rerouted_musd_per_yr": _clear(again),
                **{f"loss_{name}_musd_per_yr": _clear(loss) for name, loss in losses.items()},
            }
            for closure, stopped, again, losses in zip(
                found.closed,
                found.plans["today"].stopped(found.closed).tolist(),
                found.rerouted_losses().tolist(),
                _by_closure(found),
                strict=True,
            )
        ],
        "shipments": [
            {"plan": name, **_shipment(outcome, found, columns), "mtpa": mtpa, "margin_usd_per_t": margin}
            for name, shipped in found.plans.items()
            for columns, mtpa, margin in shipped.each()
        ],
    }


def _by_closure(found: Disruptions) -> list[dict[str, float]]:
    losses = {name: found.losses(name).tolist() for name in found.plans}
    return [{name: losses[name][i] for name in losses} for i in range(len(found.closed))]


def _shipment(outcome: Outcome, found: Disruptions, columns: Sequence[int]) -> Document:
    """Names of what a shipment goes by."""
    plan = outcome.plan
    n_edges, n_bids = plan.problem.count("edge"), plan.problem.count("bid")
    edges = [c for c in columns if c < len(plan.edge_of)]
    [bid] = [c - n_edges for c in columns if n_edges <= c < n_edges + n_bids]
    [offer] = [c - n_edges - n_bids for c in columns if c >= n_edges + n_bids]
    column_set = set(columns)
    return {
        "origin": plan.sellers[offer].node,
        "commodity": plan.sellers[offer].commodity,
        "bid": plan.buyers[bid].bid,
        "market": plan.buyers[bid].node,
        "links": len(edges),
        "passes": [one.name for one in found.closed if column_set & set(one.edges.tolist())],
    }


def _disrupted(found: Disruptions) -> str:
    """What closures say, in a sentence or two."""
    losses = found.losses("today")
    worst = int(np.argmax(losses))
    closure = found.closed[worst]
    if losses[worst] <= CLEAR_MUSD_PER_YR:
        return "None of these closures would cost today's plan anything."
    digits = 0 if found.best >= LARGE else 2

    def told(value: float) -> str:
        return f"{value:,.{digits}f}"

    first = (
        f"Closing {closure.name} for a year would cost {told(losses[worst])} million USD with nothing re-routed, "
        f"{told(found.rerouted_losses()[worst])} with all of it"
    )
    diversified = found.losses("diversified")[worst] - losses[worst]
    other = f"{told(abs(diversified))} {'more' if diversified > 0 else 'less'}"
    if told(abs(diversified)) == told(0):
        other = "as much"
    premium = told(found.premium("diversified"))
    second = f"under a cap of {found.cap:.1%} {other}, at {premium} a year"
    third = (
        f"The plan of least regret falls short by {told(found.regret('regret'))} at most, today's by "
        f"{told(found.regret('today'))}; it costs {told(found.premium('regret'))} a year while nothing closes"
    )
    return f"{first}; {second}. {third}."

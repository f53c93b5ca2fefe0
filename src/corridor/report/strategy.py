"""Strategy -> documents: what dependence costs, and what closures would."""

from __future__ import annotations

from corridor.report.document import Document, heading
from corridor.strategy.frontier import PERCENT, Frontier, Point
from corridor.study import Outcome

CLEAR_MUSD_PER_YR = 1e-3
"""A thousand dollars a year: net values that differ by less are told as the same."""

CLEAR_POINTS = 1e-4
"""Percentage points by which shares may differ and are told as the same."""


def frontier(outcome: Outcome, found: Frontier) -> Document:
    """Document of the frontier of net value against the largest share.

    ``points`` are where the price of dependence changes, from the scenario's own plan on; ``price_to_next`` is what each
    percentage point costs on the way to the next. ``passes`` has tonnes by crossing and berth at each point,
    ``changes`` what differs from the point before, ``with_and_without`` both frontiers wherever either bends.
    """
    unit = "usd_per_t" if found.measure == "tonnes" else "usd_per_usd_of_value"
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
        "total_unit": "Mt/yr" if found.measure == "tonnes" else "million USD/yr",
        "finding": _finding(found),
        "smallest_feasible_share": found.traced.least,
        "problems_solved": found.traced.solves,
        "points": [
            {
                "cap": point.cap,
                "net_value_musd_per_yr": point.net_value,
                "cost_musd_per_yr": first.net_value - point.net_value,
                "price_to_next_musd_per_point": price,
                f"price_to_next_{unit}": unit_price,
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
    steps = f"{prices[0]:,.1f} a percentage point"
    if len(prices) > 1:
        steps += f" at first, {prices[-1]:,.1f} at last"
    return (
        f"The largest share can fall from {first.cap:.1%} ({whose}) to {last.cap:.1%}, no further; "
        f"that costs {first.net_value - last.net_value:,.0f} million USD/yr: {steps}."
    )


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

"""The frontier of net value against the largest share: what a percentage point of dependence costs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from corridor.errors import InfeasibleError, UsageError, did_you_mean
from corridor.flow import FlowProblem, FlowSolution, solve
from corridor.paths import Floats, Ints
from corridor.plan import Plan
from corridor.strategy.cap import ROUNDING, Cap, Traced, hhi, trace
from corridor.strategy.changes import Change, changes, deals, passes
from corridor.strategy.gateways import Layered
from corridor.strategy.shares import Count, Place, Unit, by_gateway, dependence
from corridor.study import Outcome

PERCENT = 100

SAME_CAP = 1e-7
"""Caps that differ by less are one: a hundred-thousandth of a percentage point."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the frontier where the price of dependence changes, or an end of it.

    Attributes
    ----------
    cap
        The largest share that is allowed.
    net_value
        Best net value under it, million USD/yr.
    shares
        By name, in a best plan; other best plans may have other shares below the cap.
    hhi
        Herfindahl-Hirschman index of these shares, of 10,000, made to add up to 1. It is told, not minimised.
    at_cap
        Names whose share is the cap.
    passes
        Mt/yr by crossing or berth, and commodity.
    changes
        Against the point before (with a higher cap).
    plan
        The plan.
    """

    cap: float
    net_value: float
    shares: dict[str, float]
    hhi: float
    at_cap: tuple[str, ...]
    passes: dict[tuple[str, str], float]
    changes: tuple[Change, ...]
    plan: FlowSolution


@dataclass(frozen=True, slots=True)
class Without:
    """The same frontier with a corridor closed.

    Attributes
    ----------
    name, countries
        The corridor, or a country.
    lawful
        Whether any cargo may pass there at all in the scenario; if not, nothing differs.
    traced
        The frontier without it; nothing where the total then cannot be shipped under today's largest share.
    """

    name: str
    countries: tuple[str, ...]
    lawful: bool
    traced: Traced | None


@dataclass(frozen=True, slots=True)
class Frontier:
    """Best net value against the largest share, from the scenario's plan down to the smallest feasible share.

    Attributes
    ----------
    by, count, measure
        What was counted, as for :func:`frontier`.
    cap
        What was capped, and what was held.
    points
        From the scenario's own plan on, with falling caps; net value is a straight line in between.
    traced
        The same as arrays.
    without
        The frontier without a corridor, if one was named.
    """

    by: str
    count: str
    measure: str
    cap: Cap
    points: tuple[Point, ...]
    traced: Traced
    without: Without | None

    @property
    def prices(self) -> Floats:
        """Price of one percentage point less between a point and the next, million USD/yr."""
        return self.traced.slopes() / PERCENT

    @property
    def unit_prices(self) -> Floats:
        """Price of one unit of the measure less: USD/t where tonnes are counted."""
        return self.traced.slopes() / self.cap.whole

    def at(self, cap: float) -> tuple[float, float | None, dict[str, float]]:
        """Net value under a cap, price of a percentage point less there, and shares in a best plan.

        Above the first point nothing is capped: the price is 0. At a bend the price is that of going further down; at
        the smallest cap there is none.

        Raises
        ------
        NoAnswerError
            If the cap is below the smallest that is feasible.
        """
        plan = self.traced.plan(cap)
        return self.traced.value(cap), self._price(cap), self.cap.shares(plan)

    def _price(self, cap: float) -> float | None:
        if cap > self.traced.caps[0] + SAME_CAP:
            return 0.0
        lower = np.flatnonzero(self.traced.caps[1:] < cap - SAME_CAP)
        return float(self.prices[lower[0]]) if len(lower) else None

    def contribution(self) -> list[tuple[float, float, float | None]]:
        """Cap, net value, and net value without the corridor, wherever either frontier bends.

        None: such a cap cannot be kept without it.
        """
        if self.without is None or self.without.traced is None:
            return [(point.cap, point.net_value, None) for point in self.points] if self.without else []
        other = self.without.traced
        caps = self.traced.caps.tolist()
        caps += [cap for cap in other.caps.tolist() if np.min(np.abs(self.traced.caps - cap)) > SAME_CAP]
        values = [(cap, self.traced.value(cap), other.value(cap)) for cap in sorted(caps, reverse=True)]
        return [(cap, value, None if np.isnan(without) else without) for cap, value, without in values]


def frontier(
    outcome: Outcome,
    by: Place = "country",
    count: Count = "all",
    measure: Unit = "tonnes",
    only: Collection[str] = (),
    without: str | None = None,
) -> Frontier:
    """Find the best net value under every cap on the largest share, while the total stays what the plan ships.

    Parameters
    ----------
    outcome
        The scenario: only what is lawful in it is used.
    by, count, measure, only
        As for :func:`corridor.strategy.shares.dependence`; or by ``gateway``, where each tonne counts once: for its
        berth of loading, or if sold over land for its crossing out of the country.
    without
        A corridor or country; the frontier without it is found too.

    Returns
    -------
    Frontier

    Raises
    ------
    UsageError
        If a name is unknown.
    NoAnswerError
        If the plan ships nothing, or what is capped cannot be entered.
    """
    if by != "gateway":
        return under(outcome, dependence(outcome, by, count, measure, only), (by, count, measure), without)
    if count != "all":
        raise UsageError("transit is counted by country: a gateway is where cargo leaves.")
    cap, layers = by_gateway(outcome, measure, only)
    return under(outcome, cap, (by, count, measure), without, layers)


def under(
    outcome: Outcome,
    cap: Cap,
    said: tuple[str, str, str],
    without: str | None = None,
    layers: Layered | None = None,
) -> Frontier:
    """Find the frontier of any cap, beginning with the scenario's own plan.

    Parameters
    ----------
    outcome
        The scenario.
    cap
        What is capped and held.
    said
        What was counted, in three words.
    without
        A corridor or country.
    layers
        The problem that the cap is one of, if it is not the plan's own.
    """
    plan = outcome.plan
    problem, today = (layers.problem, solve(layers.problem)) if layers else (plan.problem, plan.solution)
    first = cap.largest(today)
    closed = _closed(outcome, without) if without is not None else None
    traced = trace(problem, cap, first)
    other = None
    if closed is not None:
        countries, columns = closed
        edges = layers.edges(columns) if layers else columns
        lawful = len(edges) > 0
        other = Without(without or "", countries, lawful, _without(problem, cap, first, edges) if lawful else traced)
    return Frontier(*said, cap, tuple(_points(plan, cap, traced, layers)), traced, other)


def _closed(outcome: Outcome, name: str) -> tuple[tuple[str, ...], Ints]:
    """Countries of a corridor, and the columns of the plan's problem that touch them."""
    corridors = outcome.study.file.corridors
    nodes = outcome.network.nodes
    known = {**{node.country: (node.country,) for node in nodes.values()}, **corridors}
    if name not in known:
        raise UsageError(
            f'"{name}" is no corridor and no country of this study.{did_you_mean(name, sorted(known))} '
            f"There are: {', '.join(sorted(known))}."
        )
    plan, countries = outcome.plan, tuple(known[name])
    edges = [
        column
        for column, e in enumerate(plan.edge_of)
        for edge in (plan.network.edges[e],)
        if nodes[edge.tail].country in countries or nodes[edge.head].country in countries
    ]
    return countries, np.array(edges, dtype=np.int64)


def _without(problem: FlowProblem, cap: Cap, first: float, edges: Ints) -> Traced | None:
    capacity = problem.edge_capacity.copy()
    capacity[edges] = 0.0
    try:
        return trace(problem.replace(edge_capacity=capacity), cap, first)
    except InfeasibleError:
        return None


def _points(plan: Plan, cap: Cap, traced: Traced, layers: Layered | None) -> Iterator[Point]:
    n_edges = plan.problem.count("edge")
    plans = [layers.folded(solution, n_edges) for solution in traced.plans] if layers else traced.plans
    dealt = [deals(plan, solution) for solution in plans]
    changed_by = [(), *(changes(one, other) for one, other in pairwise(dealt))]
    shares_of = [cap.shares(solution) for solution in traced.plans]
    for at, value, solution, shares, changed in zip(
        traced.caps.tolist(), traced.values.tolist(), plans, shares_of, changed_by, strict=True
    ):
        yield Point(
            cap=at,
            net_value=value,
            shares=shares,
            hhi=hhi(shares.values()),
            at_cap=tuple(name for name, share in shares.items() if share > at - 10 * ROUNDING),
            passes=passes(plan, solution),
            changes=tuple(changed),
            plan=solution,
        )

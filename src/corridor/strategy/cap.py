"""Best net value under a cap on the largest of several linear measures, exactly, for every cap at once.

What is capped and what is held is the caller's: tonnes by country entered, tonnes by corridor, or carbon dioxide alone.
The cap is a column of its own, so that one laid-out problem finds the smallest feasible cap, the curve and any point.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from corridor.errors import NoAnswerError
from corridor.flow import FlowProblem, FlowSolution, LimitRow, Prepared
from corridor.flow.curve import curve
from corridor.paths import Floats

ROUNDING = 1e-9
"""Share of the first cap by which the smallest one is raised: what the solver's tolerance needs to meet it again."""

COLUMN = "largest share"


class Measure(NamedTuple):
    """Something that adds up over a plan.

    Attributes
    ----------
    name
        What is measured: a country, say.
    per_column
        Amount per Mt/yr of each column of the problem: edges, then bids, then offers.
    """

    name: str
    per_column: Floats

    def of(self, plan: FlowSolution) -> float:
        """Amount in a plan."""
        return float(self.per_column @ np.concatenate([plan.flows, plan.sales, plan.purchases]))


class Cap(NamedTuple):
    """What is capped, and what is held.

    Attributes
    ----------
    family
        None of these measures may be more than the cap x ``whole``. They are at least 0 in every plan.
    whole
        What a cap of 1 stands for, in the unit of the measures; above 0.
    held
        Measures with the amount that every plan must have of each.
    """

    family: tuple[Measure, ...]
    whole: float
    held: tuple[tuple[Measure, float], ...] = ()

    def shares(self, plan: FlowSolution) -> dict[str, float]:
        """Measures of a plan as shares of the whole, without those that are nothing."""
        shares = {measure.name: measure.of(plan) / self.whole for measure in self.family}
        return {name: share for name, share in shares.items() if share > ROUNDING}

    def largest(self, plan: FlowSolution) -> float:
        """The largest share in a plan; 0 where nothing is measured."""
        return max(self.shares(plan).values(), default=0.0)


@dataclass(frozen=True, slots=True)
class Traced:
    """Best net value under every cap from a first one down to the smallest that is feasible.

    Attributes
    ----------
    caps
        Where the slope changes, both ends included, falling.
    values
        Net value there, million USD/yr; a straight line in between.
    plans
        For each cap a plan; in between their mean, weighted by nearness, is as good as any.
    solves
        How many problems were solved, the first one included.
    """

    caps: Floats
    values: Floats
    plans: tuple[FlowSolution, ...]
    solves: int

    @property
    def least(self) -> float:
        """The smallest feasible cap."""
        return float(self.caps[-1])

    def slopes(self) -> Floats:
        """What a cap higher by 1 would be worth on each piece, million USD/yr; rising as the cap falls."""
        return np.diff(self.values) / np.diff(self.caps)

    def value(self, cap: float) -> float:
        """Net value under a cap, million USD/yr; not a number below the smallest."""
        return float(np.interp(cap, self.caps[::-1], self.values[::-1], left=np.nan))

    def plan(self, cap: float) -> FlowSolution:
        """A best plan under a cap: its tonnes and net value, the prices of a neighbour.

        Raises
        ------
        NoAnswerError
            If the cap is below the smallest that is feasible.
        """
        if cap < self.least - ROUNDING:
            raise NoAnswerError(
                f"no lawful plan keeps the largest share to {cap:.4%}: the smallest feasible one is {self.least:.4%}."
            )
        for (high, low), (one, other) in zip(pairwise(self.caps), pairwise(self.plans), strict=True):
            if low <= cap <= high:
                return _mean(one, other, float((high - cap) / (high - low)))
        return self.plans[-1] if cap < self.least else self.plans[0]


def trace(problem: FlowProblem, cap: Cap, first: float) -> Traced:
    """Find net value under every cap from a first one down to the smallest feasible one.

    Parameters
    ----------
    problem
        What may flow at all.
    cap
        What is capped and held.
    first
        The cap to begin with.

    Returns
    -------
    Traced

    Raises
    ------
    InfeasibleError
        If not even the first cap can be kept.

    Notes
    -----
    The cap is a bound, so net value is concave and piecewise linear in it: :func:`corridor.flow.curve.curve`.
    """
    prepared = Prepared(_capped(problem, cap, first))
    idle = {"edge_cost": 0.0, "bid_price": 0.0, "offer_cost": np.append(np.zeros(problem.count("offer")), 1.0)}
    least = float(prepared.resolve(**idle).purchases[-1])
    least = min(first, least + ROUNDING * max(first, 1.0))
    if first - least <= ROUNDING * max(first, 1.0):
        only = _without_column(prepared.solution)
        return Traced(np.array([first]), np.array([only.net_value]), (only,), 2)
    lowest = np.append(problem.offer_most, least)
    found = curve(prepared, prepared.problem.replace(offer_most=lowest))
    caps = first + found.breaks * (least - first)
    return Traced(caps, found.values, tuple(_without_column(plan) for plan in found.plans), found.solves + 2)


def _capped(problem: FlowProblem, cap: Cap, most: float) -> FlowProblem:
    """The problem with one more offer and bid, in a state of their own: what is bought there is the cap."""
    state, bids = problem.n_states, problem.count("bid")
    limits = [_limit(problem, measure, cap.whole, 0.0, less=bids) for measure in cap.family]
    for measure, amount in cap.held:
        limits.append(_limit(problem, measure, amount, 1.0, "at most "))
        limits.append(_limit(problem, measure, -amount, -1.0, "at least "))
    names = {
        f"{kind}_names": (*problem.names(kind), COLUMN) for kind in ("state", "bid", "offer") if _named(problem, kind)
    }
    return problem.replace(
        n_states=state + 1,
        bid_state=np.append(problem.bid_state, state),
        bid_most=np.append(problem.bid_most, most),
        bid_price=np.append(problem.bid_price, 0.0),
        offer_state=np.append(problem.offer_state, state),
        offer_most=np.append(problem.offer_most, most),
        offer_cost=np.append(problem.offer_cost, 0.0),
        limits=(*problem.limits, *limits),
        **names,
    )


def _named(problem: FlowProblem, kind: str) -> bool:
    return getattr(problem, f"{kind}_names") is not None


def _limit(
    problem: FlowProblem, measure: Measure, scale: float, bound: float, said: str = "", less: int | None = None
) -> LimitRow:
    """A measure by a scale at most a bound; less one for each unit of a further bid, if there is one."""
    parts = np.split(measure.per_column / scale, np.cumsum([problem.count("edge"), problem.count("bid")]))
    (edges, of_edges), (bids, of_bids), (offers, of_offers) = ((np.flatnonzero(p), p[p != 0]) for p in parts)
    if less is not None:
        bids, of_bids = np.append(bids, less), np.append(of_bids, -1.0)
    return LimitRow(f"{said}{measure.name}", bound, edges, of_edges, bids, of_bids, offers, of_offers)


def _without_column(plan: FlowSolution) -> FlowSolution:
    """The plan in the columns of the problem that has no cap."""
    columns = ("sales", "purchases", "node_price", "bid_reduced_cost", "offer_reduced_cost")
    return replace(plan, **{name: getattr(plan, name)[:-1] for name in columns})


def _mean(one: FlowSolution, other: FlowSolution, share: float) -> FlowSolution:
    """Two plans mixed, so much of the other."""
    mixed = ("net_value", "flows", "sales", "purchases", "facility_use")
    nearer = one if share < 1 / 2 else other
    return replace(
        nearer, **{name: (1 - share) * getattr(one, name) + share * getattr(other, name) for name in mixed}
    )


def hhi(shares: Iterable[float]) -> float:
    """Herfindahl-Hirschman index of shares, of 10,000: they are first made to add up to 1; 0 where there are none."""
    parts = np.array(list(shares))
    total = float(parts.sum())
    return float(10_000 * np.sum((parts / total) ** 2)) if total > 0 else 0.0

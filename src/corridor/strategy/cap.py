"""Best net value under a cap on the largest of several linear measures, exactly, for every cap at once.

What is capped and what is held is the caller's: tonnes by country entered, tonnes by corridor, or carbon dioxide alone.
The cap is a column of its own, so that one laid-out problem finds the smallest feasible cap, the curve and any point.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from corridor.errors import NoAnswerError, UsageError
from corridor.flow import FlowProblem, FlowSolution, Prepared
from corridor.flow.curve import curve
from corridor.paths import Floats
from corridor.strategy.columns import Column, cargo, row, tonnes, with_columns

ROUNDING = 1e-9
"""Share of the first cap by which the smallest one is raised: what the solver's tolerance needs to meet it again."""

SLACK = 1e-7
"""A cap may lie so far below the smallest one and still be that: a hundred-thousandth of a percentage point."""


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
        return float(self.per_column @ tonnes(plan))


class Cap(NamedTuple):
    """What is capped, and what is held.

    Attributes
    ----------
    family
        None of these measures may be more than the cap x ``whole``. They are at least 0 in every plan.
    whole
        What a cap of 1 stands for, as the measures count; above 0.
    unit
        What the measures count, in millions a year: t, say.
    held
        Measures with the amount that every plan must have of each.
    """

    family: tuple[Measure, ...]
    whole: float
    unit: str
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
        return float(np.interp(cap, self.caps[::-1], self.values[::-1])) if cap >= self.least - SLACK else np.nan

    def plan(self, cap: float) -> FlowSolution:
        """A best plan under a cap: its tonnes and net value, the prices of a neighbour.

        Raises
        ------
        NoAnswerError
            If the cap is below the smallest that is feasible.
        """
        if cap < self.least - SLACK:
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
    idle: dict[str, Any] = {
        "edge_cost": 0.0,
        "bid_price": 0.0,
        "offer_cost": np.append(np.zeros(problem.count("offer")), 1.0),
    }
    least = float(prepared.resolve(**idle).purchases[-1])
    least = min(first, least + ROUNDING * max(first, 1.0))
    if first - least <= ROUNDING * max(first, 1.0):
        only = cargo(prepared.solution, 1)
        return Traced(np.array([first]), np.array([only.net_value]), (only,), 2)
    lowest = np.append(problem.offer_most, least)
    found = curve(prepared, prepared.problem.replace(offer_most=lowest))
    caps = first + found.breaks * (least - first)
    return Traced(caps, found.values, tuple(cargo(plan, 1) for plan in found.plans), found.solves + 2)


def _capped(problem: FlowProblem, cap: Cap, most: float) -> FlowProblem:
    """The problem with the cap as its last column."""
    nothing, less = np.zeros(1), np.full(1, -1.0)
    limits = [row(problem, one.name, 0.0, one.per_column / cap.whole, less) for one in cap.family]
    for measure, amount in cap.held:
        share = measure.per_column / amount
        limits.append(row(problem, f"at most {measure.name}", 1.0, share, nothing))
        limits.append(row(problem, f"at least {measure.name}", -1.0, -share, nothing))
    return with_columns(problem, [Column("cap", most)]).replace(limits=(*problem.limits, *limits))


def _mean(one: FlowSolution, other: FlowSolution, share: float) -> FlowSolution:
    """Two plans mixed, so much of the other."""
    mixed = ("net_value", "flows", "sales", "purchases", "facility_use")
    nearer = one if share < 1 / 2 else other
    return replace(nearer, **{name: (1 - share) * getattr(one, name) + share * getattr(other, name) for name in mixed})


def share(cap: float | None) -> None:
    """Check that a cap, where one is said, is a share.

    Raises
    ------
    UsageError
        If it is not.
    """
    if cap is not None and not 0 < cap <= 1:
        raise UsageError(f"the cap is {cap:g}: write a share above 0 and up to 1, as 0.96 for 96 %.")


def hhi(shares: Iterable[float]) -> float:
    """Herfindahl-Hirschman index of shares, of 10,000: they are first made to add up to 1; 0 where there are none."""
    parts = np.array(list(shares))
    total = float(parts.sum())
    return float(10_000 * np.sum((parts / total) ** 2)) if total > 0 else 0.0

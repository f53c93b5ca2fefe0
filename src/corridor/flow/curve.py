"""The exact curve of net value along a line of problems, and the exact regions of a plane of them.

With prices and costs net value is the highest of the lines (or planes) of all plans, each with its own slope: convex.
With capacities and bounds it is the lowest of the lines of all prices: concave. Both are found whole from few solves,
by solving where two known lines cross until none lies beyond (Eisner and Severance 1976), however many plans tie.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from corridor.errors import UsageError
from corridor.flow.door import NUMBERS
from corridor.flow.problem import FlowProblem
from corridor.flow.rows import Numbers
from corridor.flow.solution import FlowSolution
from corridor.flow.solver import Prepared
from corridor.paths import Floats

SAME = 1e-9
"""Share of the largest net value by which a line may miss the value and still be said to meet it."""

NARROW = 1e-9
"""Pieces that are narrower than this share of the whole line are the rounding of a breakpoint."""


class Point(NamedTuple):
    """A solved point of a line.

    Attributes
    ----------
    at
        Where: 0 at the first problem, 1 at the second.
    solution
        A plan that is the best there; for a piece of a curve in values, on the whole piece.
    """

    at: float
    solution: FlowSolution


@dataclass(frozen=True, slots=True)
class Curve:
    """Net value along a line of problems.

    Attributes
    ----------
    breaks
        Where the slope changes, both ends included: 0, ..., 1.
    values
        Net value at the breaks, million USD/yr; a straight line in between.
    convex
        Whether values change along the line (convex) or bounds (concave).
    plans
        Where values change: for each piece between two breaks a plan that is the best all along it. Where bounds
        change: for each break a plan; in between their mean, weighted by nearness, is as good as any.
    solves
        How many problems were solved.
    """

    breaks: Floats
    values: Floats
    convex: bool
    plans: tuple[FlowSolution, ...]
    solves: int

    def value(self, at: float) -> float:
        """Net value anywhere on the line."""
        return float(np.interp(at, self.breaks, self.values))

    def slopes(self) -> Floats:
        """Slope of each piece."""
        return np.diff(self.values) / np.diff(self.breaks)


def curve(prepared: Prepared, toward: FlowProblem) -> Curve:
    """Find net value, exactly, along the line from a problem to another with the same network.

    Parameters
    ----------
    prepared
        The problem at 0.
    toward
        The problem at 1: other costs and prices, or other capacities and bounds.

    Returns
    -------
    Curve

    Raises
    ------
    UsageError
        If the networks differ, or values and bounds differ both: then the curve is neither convex nor concave.
    InfeasibleError
        If a limit demands at some point what cannot be had.

    Notes
    -----
    Each breakpoint takes about two solves.
    """
    line = _Line.of(prepared, toward)
    start, end = line.solve(0.0), line.solve(1.0)
    tolerance = SAME * max(1.0, abs(start.solution.net_value), abs(end.solution.net_value))
    knots = [start, *line.between(start, end, tolerance), end]
    return line.curve(knots, tolerance)


class _Tangent(NamedTuple):
    """A line that net value touches at a point and never crosses."""

    at: float
    value: float
    slope: float

    def __call__(self, at: float) -> float:
        return self.value + self.slope * (at - self.at)


class _Line:
    """Problems between two, and what solving them tells."""

    def __init__(self, prepared: Prepared, start: Numbers, end: Numbers, changes: Callable[[float], dict[str, Any]]):
        self._prepared, self._changes = prepared, changes
        self.convex = not start.same_values(end) or start.same_bounds(end)
        self._step = Numbers(*(_difference(one, two) for one, two in zip(start, end, strict=True)))
        self.solves = 0

    @classmethod
    def of(cls, prepared: Prepared, toward: FlowProblem) -> _Line:
        problem = prepared.problem
        start, end = Numbers.of(problem), Numbers.of(toward)
        if not problem.same_network(toward):
            raise UsageError("the two problems have different networks: no line leads from one to the other.")
        if not start.same_values(end) and not start.same_bounds(end):
            raise UsageError("values and bounds both differ: net value is neither convex nor concave on this line.")
        return cls(prepared, start, end, between(problem, toward))

    def solve(self, at: float) -> Point:
        """Solve the problem at a point."""
        self.solves += 1
        return Point(at, self._prepared.resolve(**self._changes(at)))

    def tangent(self, point: Point) -> _Tangent:
        """The line of the point's plan, or of its prices."""
        solution, step = point.solution, self._step
        if self.convex:
            tonnes = np.concatenate([solution.flows, solution.sales, solution.purchases])
            return _Tangent(point.at, solution.net_value, float(step.value @ tonnes))
        bids, offers = (np.maximum(-r, 0.0) for r in (solution.bid_reduced_cost, solution.offer_reduced_cost))
        most = np.concatenate([solution.edge_price, bids, offers])
        slope = most @ step.most + solution.shadow_price @ step.capacity + solution.limit_price @ step.bound
        return _Tangent(point.at, solution.net_value, float(slope))

    def meets(self, tangent: _Tangent, point: Point, tolerance: float) -> bool:
        """Tell whether net value at a point lies on a tangent."""
        return abs(tangent(point.at) - point.solution.net_value) <= tolerance

    def between(self, left: Point, right: Point, tolerance: float) -> list[Point]:
        """Solved points between two, in order, such that every breakpoint is one of them."""
        one, other = self.tangent(left), self.tangent(right)
        if self.meets(one, right, tolerance) or self.meets(other, left, tolerance):
            return []  # one straight line from end to end
        if one.slope == other.slope:
            return []  # two tangents of one slope are one line: what they miss each other by is rounding
        # the two tangents cross in between, beyond the curve or on it
        at = left.at + (other(left.at) - one(left.at)) / (one.slope - other.slope)
        if not left.at + NARROW < at < right.at - NARROW:
            return []
        middle = self.solve(at)
        if self.meets(one, middle, tolerance):
            return [middle]
        return [*self.between(left, middle, tolerance), middle, *self.between(middle, right, tolerance)]

    def curve(self, knots: Sequence[Point], tolerance: float) -> Curve:
        """Leave out knots where the slope does not change, and find the plan of each piece."""
        breaks = [knots[0]]
        for knot, following in zip(knots[1:], [*knots[2:], None], strict=True):
            if following is None or not _straight(breaks[-1], knot, following, tolerance):
                breaks.append(knot)
        at = np.array([point.at for point in breaks])
        values = np.array([point.solution.net_value for point in breaks])
        if not self.convex:
            return Curve(at, values, False, tuple(point.solution for point in breaks), self.solves)
        plans = []
        for left, right in pairwise(breaks):
            # at an end of a piece the plan may be another's that ties there: only one whose line meets both serves
            inside = [left, right, *(knot for knot in knots if left.at < knot.at < right.at)]
            serves = [p for p in inside if all(self.meets(self.tangent(p), end, tolerance) for end in (left, right))]
            plans.append((serves[0] if serves else self.solve((left.at + right.at) / 2)).solution)
        return Curve(at, values, True, tuple(plans), self.solves)


def _straight(left: Point, middle: Point, right: Point, tolerance: float) -> bool:
    share = (middle.at - left.at) / (right.at - left.at)
    straight = left.solution.net_value + share * (right.solution.net_value - left.solution.net_value)
    return abs(straight - middle.solution.net_value) <= tolerance


def _difference(one: Floats, two: Floats) -> Floats:
    """What a step of 1 adds; nothing where both are infinite."""
    changed = one != two
    return np.where(changed, np.where(changed, two, 0.0) - np.where(changed, one, 0.0), 0.0)


def between(problem: FlowProblem, toward: FlowProblem) -> Callable[[float], dict[str, Any]]:
    """Make what leads from a problem towards another with the same network.

    Returns
    -------
    callable
        Takes a share of the way (0: the problem, 1: the other; beyond both the line goes on) and gives the columns that
        differ, for ``Prepared.resolve``.
    """
    columns = [name for name in NUMBERS if not np.array_equal(getattr(problem, name), getattr(toward, name))]
    bounds = [(one.bound, two.bound) for one, two in zip(problem.limits, toward.limits, strict=True)]
    limits_differ = any(one != two for one, two in bounds)

    def at(where: float) -> dict[str, Any]:
        made: dict[str, Any] = {
            name: getattr(problem, name) + where * _difference(getattr(problem, name), getattr(toward, name))
            for name in columns
        }
        if limits_differ:
            made["limits"] = [
                replace(limit, bound=one + where * (two - one))
                for limit, (one, two) in zip(problem.limits, bounds, strict=True)
            ]
        return made

    return at

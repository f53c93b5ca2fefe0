"""The exact regions of a plane of problems in which one plan is the best.

Along two directions of prices and costs net value is the highest of the planes of all plans. The planes known so far
divide the square into convex polygons; a plan that beats them somewhere beats them at a corner of one. So every corner
is solved, and what beats the known planes there joins them, until no corner is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from corridor.errors import UsageError
from corridor.flow.curve import SAME
from corridor.flow.door import NUMBERS
from corridor.flow.problem import FlowProblem
from corridor.flow.rows import Numbers
from corridor.flow.solution import FlowSolution
from corridor.flow.solver import Prepared
from corridor.paths import Floats

LEAST_AREA = 1e-9
"""Regions that are smaller than this share of the square are the rounding of a corner."""

_SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
_CORNER_DIGITS = 9


class Region(NamedTuple):
    """A part of the square in which one plan is the best.

    Attributes
    ----------
    corners
        Points x 2, counterclockwise: shares of the way along both directions, from 0 to 1.
    plan
        The plan.
    """

    corners: Floats
    plan: FlowSolution

    @property
    def area(self) -> float:
        """Share of the square."""
        x, y = self.corners.T
        return float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) / 2)


class _Plane(NamedTuple):
    """Net value of one plan all over the square: constant + slope along both directions."""

    constant: float
    slope: Floats
    plan: FlowSolution

    def at(self, points: Floats) -> Floats:
        return self.constant + points @ self.slope


@dataclass(frozen=True, slots=True)
class Regions:
    """All regions of a square.

    Attributes
    ----------
    regions
        Together they cover the square; they meet at their edges alone.
    solves
        Problems that were solved.
    """

    regions: tuple[Region, ...]
    solves: int


def regions(prepared: Prepared, toward_x: FlowProblem, toward_y: FlowProblem) -> Regions:
    """Divide the square between a problem and two others into regions of one best plan each.

    Parameters
    ----------
    prepared
        The problem at (0, 0).
    toward_x, toward_y
        The problems at (1, 0) and (0, 1): other costs and prices. At (1, 1) both changes are added.

    Returns
    -------
    Regions

    Raises
    ------
    UsageError
        If the networks differ, or more than values does.
    """
    problem = prepared.problem
    here = Numbers.of(problem)
    for toward in (toward_x, toward_y):
        if not problem.same_network(toward) or not here.same_bounds(Numbers.of(toward)):
            raise UsageError("a plane takes problems with one network whose costs and prices differ, and nothing else.")
    steps = np.stack([Numbers.of(toward).value - here.value for toward in (toward_x, toward_y)])
    columns = [
        n for n in NUMBERS if any(not np.array_equal(getattr(problem, n), getattr(t, n)) for t in (toward_x, toward_y))
    ]
    found = _Square(prepared, toward_x, toward_y, columns, steps)
    return found.divided()


class _Square:
    """Planes known so far, and the polygon on which each is the highest."""

    def __init__(
        self, prepared: Prepared, toward_x: FlowProblem, toward_y: FlowProblem, columns: list[str], steps: Floats
    ) -> None:
        self._prepared, self._steps = prepared, steps
        self._base = {name: getattr(prepared.problem, name) for name in columns}
        self._ways = {
            name: (getattr(toward_x, name) - self._base[name], getattr(toward_y, name) - self._base[name])
            for name in columns
        }
        self._planes: list[_Plane] = []
        self._corners: list[Floats] = []
        self.solves = 0

    def divided(self) -> Regions:
        """Solve corners until every one is known."""
        known: set[tuple[float, float]] = set()
        waiting = [tuple(corner) for corner in _SQUARE.tolist()]
        while waiting:
            for corner in waiting:
                known.add(corner)
                self._look(np.array(corner))
            corners = {tuple(np.round(c, _CORNER_DIGITS).tolist()) for cell in self._corners for c in cell}
            waiting = sorted(corners - known)
        cells = [Region(c, p.plan) for c, p in zip(self._corners, self._planes, strict=True) if len(c)]
        return Regions(tuple(cell for cell in cells if cell.area > LEAST_AREA), self.solves)

    def _look(self, point: Floats) -> None:
        """Solve at a point; a plan that beats all known ones there gets its polygon."""
        changes: dict[str, Any] = {
            name: self._base[name] + point[0] * along_x + point[1] * along_y
            for name, (along_x, along_y) in self._ways.items()
        }
        plan = self._prepared.resolve(**changes)
        self.solves += 1
        tonnes = np.concatenate([plan.flows, plan.sales, plan.purchases])
        slope = self._steps @ tonnes
        new = _Plane(plan.net_value - float(point @ slope), slope, plan)
        tolerance = SAME * max(1.0, abs(plan.net_value))
        if any(plane.at(point) >= plan.net_value - tolerance for plane in self._planes):
            return
        cell = _SQUARE
        for i, plane in enumerate(self._planes):
            cell = _clipped(cell, new.at(cell) - plane.at(cell))
            self._corners[i] = _clipped(self._corners[i], plane.at(self._corners[i]) - new.at(self._corners[i]))
        self._planes.append(new)
        self._corners.append(cell)


def _clipped(polygon: Floats, excess: Floats) -> Floats:
    """The part of a convex polygon where a linear function, given at its corners, is not below 0."""
    if not len(polygon) or np.all(excess >= 0):
        return polygon
    following, after = np.roll(polygon, -1, axis=0), np.roll(excess, -1)
    kept: list[Floats] = []
    for corner, other, here, there in zip(polygon, following, excess, after, strict=True):
        if here >= 0:
            kept.append(corner)
        if (here < 0) != (there < 0):
            kept.append(corner + here / (here - there) * (other - corner))
    return np.array(kept).reshape(-1, 2)

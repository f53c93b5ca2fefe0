"""Which corridors carry where in the plane of two parameters: exact polygons where all is linear, samples elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from corridor.errors import UsageError
from corridor.flow import FlowProblem, FlowSolution, Prepared
from corridor.flow.door import NUMBERS
from corridor.flow.regions import regions
from corridor.paths import Floats
from corridor.plan import NEGLIGIBLE_MTPA, Plan
from corridor.sensitivity.along import LINEAR, is_mean, moves_bounds
from corridor.sensitivity.breakeven import ends_of
from corridor.sensitivity.parameters import Parameter, find_parameter, moved
from corridor.study import Outcome

SAMPLES = 15
"""Points along each side where the plane is sampled."""

Ends = tuple[float, float]
_At = Callable[[float, float], Plan]


class Area(NamedTuple):
    """A polygon of the plane, and who carries in it.

    Attributes
    ----------
    corners
        Points x 2, counterclockwise, in the units of both parameters' rows.
    tonnes
        Corridor to Mt/yr, of the commodity that was asked for.
    share
        Of the whole plane.
    """

    corners: Floats
    tonnes: dict[str, float]
    share: float

    @property
    def winner(self) -> str:
        """The corridor that carries most; empty where none carries anything."""
        return max(self.tonnes, key=lambda corridor: self.tonnes[corridor], default="")

    @property
    def carriers(self) -> tuple[str, ...]:
        """All corridors that carry something."""
        return tuple(self.tonnes)


@dataclass(frozen=True, slots=True)
class Regime:
    """The plane of two parameters.

    Attributes
    ----------
    x, y
        The parameters.
    x_ends, y_ends
        From where to where, in the units of their rows.
    commodity
        What is counted; everything if None.
    exact
        Whether each area is the exact polygon of one best plan. If not, the plane was sampled and an area is the square
        around a sample.
    areas
        Together they cover the plane.
    solves
        Problems that were solved.
    """

    x: Parameter
    y: Parameter
    x_ends: Ends
    y_ends: Ends
    commodity: str | None
    exact: bool
    areas: tuple[Area, ...]
    solves: int

    @property
    def today(self) -> tuple[float, float]:
        """Where the tables stand."""
        return self.x.row.central, self.y.row.central


def plane_of(
    outcome: Outcome,
    commodity: str | None,
    x: tuple[str, float | None, float | None],
    y: tuple[str, float | None, float | None],
) -> Regime:
    """As :func:`regime`, of parameters by name, each with its ends; None: those of :func:`ends_of`."""
    (across, *x_ends), (up, *y_ends) = ((find_parameter(outcome, axis[0]), *axis[1:]) for axis in (x, y))
    return regime(outcome, across, ends_of(outcome, across, *x_ends), up, ends_of(outcome, up, *y_ends), commodity)


def regime(
    outcome: Outcome, x: Parameter, x_ends: Ends, y: Parameter, y_ends: Ends, commodity: str | None = None
) -> Regime:
    """Divide the plane of two parameters by who carries.

    Parameters
    ----------
    outcome
        The scenario: only what is lawful in it is used.
    x, y
        Two different parameters.
    x_ends, y_ends
        From where to where, in the units of their rows.
    commodity
        What to count; everything if None.

    Raises
    ------
    UsageError
        If a range is empty or both parameters are one.
    InputError
        If a parameter may not be so low or so high.

    Notes
    -----
    Exact if both parameters enter costs and prices linearly and without a product of the two: seen, not taken from the
    schema, by building the flow problem at the corners of the plane and half-way along two sides.
    """
    if x.name == y.name:
        raise UsageError(f"{x.name} is on both axes: name two parameters.")
    for parameter, ends in ((x, x_ends), (y, y_ends)):
        if not ends[0] < ends[1]:
            raise UsageError(f"{parameter.name}: from {ends[0]:g} to {ends[1]:g} is no range.")

    def at(a: float, b: float) -> Plan:
        return moved(outcome, {x: a, y: b}).plan

    base, right, up = at(x_ends[0], y_ends[0]), at(x_ends[1], y_ends[0]), at(x_ends[0], y_ends[1])
    across, along = at(sum(x_ends) / 2, y_ends[0]), at(x_ends[0], sum(y_ends) / 2)
    linear = x.linear and y.linear and is_mean(across.problem, base.problem, right.problem)
    linear = linear and is_mean(along.problem, base.problem, up.problem)
    corner = at(x_ends[1], y_ends[1])
    if not (linear and _adds_up(base.problem, right.problem, up.problem, corner.problem)):
        return _sampled(at, x, x_ends, y, y_ends, commodity)
    found = regions(Prepared(base.problem), right.problem, up.problem)
    low, size = np.array([x_ends[0], y_ends[0]]), np.array([x_ends[1] - x_ends[0], y_ends[1] - y_ends[0]])
    areas = tuple(
        Area(low + region.corners * size, _tonnes(base, region.plan, commodity), region.area)
        for region in found.regions
    )
    return Regime(x, y, x_ends, y_ends, commodity, True, areas, found.solves)


def _adds_up(base: FlowProblem, right: FlowProblem, up: FlowProblem, corner: FlowProblem) -> bool:
    """Tell whether values alone move, and both moves together are the sum of each."""
    if not base.same_network(corner) or moves_bounds(base, right) or moves_bounds(base, up):
        return False
    for name in NUMBERS:
        here = getattr(base, name)
        both = getattr(right, name) + getattr(up, name) - here if np.all(np.isfinite(here)) else here
        if not np.allclose(getattr(corner, name), both, rtol=LINEAR, atol=LINEAR):
            return False
    return True


def _sampled(at: _At, x: Parameter, x_ends: Ends, y: Parameter, y_ends: Ends, commodity: str | None) -> Regime:
    """Solve at the middles of a grid of squares."""
    sides = [np.linspace(*ends, SAMPLES + 1) for ends in (x_ends, y_ends)]
    areas = []
    for i, j in product(range(SAMPLES), repeat=2):
        (left, right), (low, high) = sides[0][i : i + 2], sides[1][j : j + 2]
        plan = at((left + right) / 2, (low + high) / 2)
        corners = np.array([[left, low], [right, low], [right, high], [left, high]])
        areas.append(Area(corners, _tonnes(plan, plan.solution, commodity), 1 / SAMPLES**2))
    return Regime(x, y, x_ends, y_ends, commodity, False, tuple(areas), len(areas))


def _tonnes(plan: Plan, solution: FlowSolution, commodity: str | None) -> dict[str, float]:
    tonnes: dict[str, float] = {}
    for (corridor, what), mtpa in sorted(plan.corridors(solution).items()):
        if commodity in (None, what) and mtpa > NEGLIGIBLE_MTPA:
            tonnes[corridor] = tonnes.get(corridor, 0.0) + mtpa
    return tonnes

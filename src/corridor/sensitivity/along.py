"""A scenario along one of its parameters: the exact curve where all is linear in it, brackets where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from corridor.errors import UsageError
from corridor.flow import FlowProblem, FlowSolution, Prepared, Shipment
from corridor.flow.curve import Curve, curve
from corridor.flow.door import NUMBERS
from corridor.plan import NEGLIGIBLE_MTPA, Plan
from corridor.sensitivity.parameters import Parameter, moved
from corridor.study import Outcome

LINEAR = 1e-9
"""Share by which a number half-way may miss the mean of both ends and still count as linear."""

SAMPLES = 33
"""Points at which a scenario is solved where its numbers are not linear in the parameter, ends included."""

BRACKET = 1e-3
"""Share of the range to which a change between two of them is then narrowed down."""

BOUNDS = ("edge_capacity", "facility_capacity", "bid_most", "offer_most")
VALUES = tuple(name for name in NUMBERS if name not in BOUNDS)

Tonnes = dict[tuple[str, str], float]
"""Two names (corridor and commodity, say) to Mt/yr."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A value of the parameter at which the plan is known.

    Attributes
    ----------
    at
        Value, in the unit of the parameter's row.
    net_value
        Million USD/yr.
    """

    at: float
    net_value: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A range of the parameter without a change of plan.

    Attributes
    ----------
    low, high
        Ends, in the unit of the parameter's row.
    plan
        Names behind the arrays of the solutions.
    first, last
        The best plan at both ends: one and the same where prices or costs move; where capacities do, what lies between
        is their mean, weighted by nearness.
    """

    low: float
    high: float
    plan: Plan
    first: FlowSolution
    last: FlowSolution

    def corridors(self) -> Tonnes:
        """The most that each corridor carries of each commodity at an end, Mt/yr."""
        ends = (self.plan.corridors(self.first), self.plan.corridors(self.last))
        return {key: max(end.get(key, 0.0) for end in ends) for key in dict.fromkeys([*ends[0], *ends[1]])}

    def deals(self) -> Tonnes:
        """Mt/yr by ``sale`` and bid, and by ``mine`` and offer, at the middle."""
        sales, purchases = (self.first.sales + self.last.sales) / 2, (self.first.purchases + self.last.purchases) / 2
        deals = [(("sale", buyer.bid), mtpa) for buyer, mtpa in zip(self.plan.buyers, sales.tolist(), strict=True)]
        deals += [
            (("mine", seller.id), mtpa) for seller, mtpa in zip(self.plan.sellers, purchases.tolist(), strict=True)
        ]
        return {key: mtpa for key, mtpa in deals if mtpa > NEGLIGIBLE_MTPA}

    def through(self, target: str, commodity: str | None = None) -> float:
        """The most that a corridor, node or crossing carries at an end, Mt/yr."""
        return max(through(self.plan, solution, target, commodity) for solution in (self.first, self.last))


def through(plan: Plan, solution: FlowSolution | Shipment, target: str, commodity: str | None = None) -> float:
    """What a corridor, node or crossing carries in a plan, Mt/yr; of one commodity if named."""
    by_corridor = [
        mtpa for (name, what), mtpa in plan.corridors(solution).items() if name == target and commodity in (None, what)
    ]
    if by_corridor:
        return sum(by_corridor)
    entering: dict[str, float] = {}
    for (what, e), mtpa in plan.carried(solution).items():
        edge = plan.network.edges[e]
        if target in (edge.tail, edge.head, edge.link.crossing) and commodity in (None, what):
            way = "in" if target == edge.head else "out" if target == edge.tail else edge.id
            entering[way] = entering.get(way, 0.0) + mtpa
    return max(entering.values(), default=0.0)


@dataclass(frozen=True, slots=True)
class Along:
    """A scenario along one parameter.

    Attributes
    ----------
    parameter
        What moves.
    exact
        Whether net value and breakpoints are exact. If not, the parameter does not enter linearly: stretches are
        between sampled points, and each break lies within ``bracket`` of where it is said to be.
    bracket
        Width to which breaks are known, in the unit of the parameter; 0 if exact.
    stops
        Where the plan or the slope of net value changes, both ends included, in order.
    stretches
        Between the stops.
    solves
        Problems that were solved.
    """

    parameter: Parameter
    exact: bool
    bracket: float
    stops: tuple[Stop, ...]
    stretches: tuple[Stretch, ...]
    solves: int


def along(outcome: Outcome, parameter: Parameter, low: float, high: float) -> Along:
    """Solve a scenario all along a parameter.

    Parameters
    ----------
    outcome
        The scenario: only what is lawful in it is used.
    parameter
        What moves.
    low, high
        From where to where, in the unit of its row.

    Returns
    -------
    Along

    Raises
    ------
    UsageError
        If the range is empty.
    InputError
        If the parameter may not be so low or so high.

    Notes
    -----
    That all is linear is not taken from the schema but seen: the flow problem half-way must be the mean of those at
    both ends, number by number.
    """
    if not low < high:
        raise UsageError(f"from {low:g} to {high:g} is no range: from must be below to.")
    plan, end = moved(outcome, {parameter: low}).plan, moved(outcome, {parameter: high}).plan
    middle = moved(outcome, {parameter: (low + high) / 2}).plan
    if parameter.linear and is_mean(middle.problem, plan.problem, end.problem):
        return _exact(parameter, plan, curve(Prepared(plan.problem), end.problem), low, high)
    return _bracketed(outcome, parameter, low, high)


def is_mean(middle: FlowProblem, one: FlowProblem, other: FlowProblem) -> bool:
    """Tell whether a problem lies half-way between two, with the same network, and values move or bounds, not both."""
    if not (one.same_network(middle) and one.same_network(other)):
        return False
    if moves_bounds(one, other) and _moves(one, other, VALUES):
        return False  # then net value is neither convex nor concave
    for name in NUMBERS:
        first, last = getattr(one, name), getattr(other, name)
        mean = np.where(first == last, first, (first + last) / 2)  # infinite capacities stay so
        if not np.allclose(getattr(middle, name), mean, rtol=LINEAR, atol=LINEAR):
            return False
    return True


def moves_bounds(one: FlowProblem, other: FlowProblem) -> bool:
    """Tell whether capacities or the most of bids or offers differ."""
    return _moves(one, other, BOUNDS)


def _moves(one: FlowProblem, other: FlowProblem, columns: Sequence[str]) -> bool:
    return any(not np.array_equal(getattr(one, name), getattr(other, name)) for name in columns)


def _exact(parameter: Parameter, plan: Plan, found: Curve, low: float, high: float) -> Along:
    at = low + found.breaks * (high - low)
    stops = tuple(Stop(float(a), float(v)) for a, v in zip(at, found.values, strict=True))
    ends = [(solution, solution) for solution in found.plans] if found.convex else list(pairwise(found.plans))
    stretches = tuple(
        Stretch(one.at, other.at, plan, *plans) for (one, other), plans in zip(pairwise(stops), ends, strict=True)
    )
    return Along(parameter, True, 0.0, stops, stretches, found.solves)


def _bracketed(outcome: Outcome, parameter: Parameter, low: float, high: float) -> Along:
    """Solve at points of a grid, and between two with different plans until they are close."""
    plans: dict[float, Plan] = {}

    def at(value: float) -> Plan:
        if value not in plans:
            plans[value] = moved(outcome, {parameter: value}).plan
        return plans[value]

    width = BRACKET * (high - low)
    intervals = list(pairwise(np.linspace(low, high, SAMPLES).tolist()))
    while intervals:
        one, other = intervals.pop()
        if other - one > width and _carries(at(one)) != _carries(at(other)):
            intervals += [(one, (one + other) / 2), ((one + other) / 2, other)]
    values = sorted(plans)
    kept = [values[0]]
    for before, value in pairwise(values):
        if _carries(at(before)) != _carries(at(value)):
            kept.append((before + value) / 2)
    kept.append(values[-1])
    stretches = []
    for one, other in pairwise(kept):
        inside = [value for value in values if one <= value <= other]
        here = at(inside[len(inside) // 2])
        stretches.append(Stretch(one, other, here, here.solution, here.solution))
    stops = tuple(Stop(value, _nearest_value(plans, value)) for value in kept)
    return Along(parameter, False, width, stops, tuple(stretches), len(plans))


def _carries(plan: Plan) -> frozenset[tuple[str, str]]:
    """What says whether two plans are the same but for tonnes: who carries, buys and sells."""
    here = Stretch(0.0, 0.0, plan, plan.solution, plan.solution)
    return frozenset([*here.corridors(), *here.deals()])


def _nearest_value(plans: dict[float, Plan], value: float) -> float:
    nearest = min(plans, key=lambda known: abs(known - value))
    return plans[nearest].solution.net_value


def ranges_of(found: Along, target: str, commodity: str | None = None) -> list[tuple[float, float]]:
    """Ranges of the parameter in which a corridor, node or crossing carries anything, neighbours joined."""
    ranges: list[tuple[float, float]] = []
    for stretch in found.stretches:
        if stretch.through(target, commodity) > NEGLIGIBLE_MTPA:
            if ranges and ranges[-1][1] == stretch.low:
                ranges[-1] = ranges[-1][0], stretch.high
            else:
                ranges.append((stretch.low, stretch.high))
    return ranges

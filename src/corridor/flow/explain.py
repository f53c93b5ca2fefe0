"""What a plan hangs on: what a little more or less of something is worth, and the next-best plan without it.

Duals do not answer this: where ways tie they are not unique, and one of them may be the value of more, of less, or of
neither. So the problem is solved again, from where its solution stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from corridor.errors import InfeasibleError, UsageError, did_you_mean
from corridor.flow.problem import FlowProblem, Kind
from corridor.flow.solution import FlowSolution
from corridor.flow.solver import Prepared

Scarce = Literal["facility", "bid", "offer", "edge", "limit"]
"""What has a bound: capacity of a facility or an edge, most of a bid or an offer, bound of a limit."""

FIRST_STEP, STEPS = 1e-2, 6
"""Share of a bound by which it is moved first, and how often that is divided by ten until the value is exact."""

SAME = 1e-9
"""Net values that differ by a smaller share (of 1 million USD/yr, where they are below that) are the same."""

_BOUNDS = {"facility": "facility_capacity", "edge": "edge_capacity", "bid": "bid_most", "offer": "offer_most"}


@dataclass(frozen=True, slots=True)
class Marginal:
    """What a little more and a little less of something is worth, USD per tonne (or unit of the bound).

    Attributes
    ----------
    more
        Gain in net value for each unit added.
    less
        Loss for each unit taken away; never below ``more``. Infinite where a demand could then not be met; NaN where
        there is nothing to take away.
    more_step, less_step
        How far the bound was moved, in its own unit; 0 where no step was needed.
    exact
        Whether net value is a straight line as far as the steps go, so that both are one-sided derivatives.
    """

    more: float
    less: float
    more_step: float
    less_step: float
    exact: bool

    @property
    def tie(self) -> bool:
        """Whether the two differ: the plan is at a kink, and one dual cannot tell both."""
        return bool(np.isfinite(self.less)) and self.less - self.more > SAME * max(1.0, abs(self.less))


@dataclass(frozen=True, slots=True)
class NextBest:
    """The best plan without something.

    Attributes
    ----------
    solution
        The plan; nothing where a demand cannot be met without.
    behind_musd_per_year
        How much less it is worth, million USD/yr; infinite where there is none.
    behind_usd_per_t
        The same for each tonne that must go elsewhere; 0 where none has to.
    tie
        Whether it is as good: then the plan is one of several.
    """

    solution: FlowSolution | None
    behind_musd_per_year: float
    behind_usd_per_t: float
    tie: bool


def marginal(prepared: Prepared, kind: Scarce, which: int | str) -> Marginal:
    """Find what a little more and a little less of something is worth, by solving again on both sides.

    Parameters
    ----------
    prepared
        The problem and its solution.
    kind, which
        What is scarce: its kind, and its index or name.

    Returns
    -------
    Marginal

    Raises
    ------
    UsageError
        If there is no such thing.

    Notes
    -----
    Net value is concave in a bound. So where the line through the moved plan with its own dual as slope passes through
    the plan itself, net value is that line in between and its slope the derivative; if not, a smaller step is tried.
    """
    index = _index(prepared.problem, kind, which)
    bound = _bound(prepared.problem, kind, index)
    if np.isinf(bound):
        return Marginal(0.0, 0.0, 0.0, 0.0, exact=True)
    more, more_step, more_exact = _slope(prepared, kind, index, bound, 1)
    if bound <= 0 and kind != "limit":
        return Marginal(more, np.nan, more_step, 0.0, more_exact)
    less, less_step, less_exact = _slope(prepared, kind, index, bound, -1)
    return Marginal(more, less, more_step, less_step, more_exact and less_exact)


def next_best(prepared: Prepared, kind: Literal["bid", "offer", "edge", "facility"], which: int | str) -> NextBest:
    """Find the best plan in which a bid buys nothing, an offer sells nothing, or nothing takes an edge or a facility.

    Parameters
    ----------
    prepared
        The problem and its solution.
    kind, which
        What to do without: its kind, and its index or name.

    Returns
    -------
    NextBest

    Raises
    ------
    UsageError
        If there is no such thing.
    """
    problem, here = prepared.problem, prepared.solution
    index = _index(problem, kind, which)
    tonnes = {"bid": here.sales, "offer": here.purchases, "edge": here.flows, "facility": here.facility_use}[kind]
    try:
        solution = prepared.resolve(**_moved(problem, kind, index, 0.0))
    except InfeasibleError:
        return NextBest(None, np.inf, np.inf, tie=False)
    behind = max(0.0, here.net_value - solution.net_value)
    moved = float(tonnes[index])
    tie = behind <= SAME * max(1.0, abs(here.net_value))
    return NextBest(solution, behind, behind / moved if moved > 0 else 0.0, tie=tie)


def _slope(prepared: Prepared, kind: str, index: int, bound: float, side: int) -> tuple[float, float, bool]:
    """Slope of net value to one side of a bound, the step that was taken, and whether it is exact."""
    here = prepared.solution.net_value
    step, slope = FIRST_STEP * (abs(bound) or 1.0), np.nan
    for _ in range(STEPS):
        try:
            there = prepared.resolve(**_moved(prepared.problem, kind, index, bound + side * step))
        except InfeasibleError:
            slope = np.inf
        else:
            slope = (there.net_value - here) / (side * step)
            tangent = there.net_value - side * step * _price(there, kind, index)
            if abs(tangent - here) <= SAME * max(1.0, abs(here)) * min(1.0, step):
                return _price(there, kind, index), step, True
        step /= 10
    return slope, 10 * step, bool(np.isinf(slope))


def _bound(problem: FlowProblem, kind: str, index: int) -> float:
    if kind == "limit":
        return problem.limits[index].bound
    return float(getattr(problem, _BOUNDS[kind])[index])


def _moved(problem: FlowProblem, kind: str, index: int, bound: float) -> dict[str, Any]:
    """The change that moves one bound."""
    if kind == "limit":
        return {"limits": [replace(row, bound=bound) if i == index else row for i, row in enumerate(problem.limits)]}
    column = getattr(problem, _BOUNDS[kind]).copy()
    column[index] = bound
    return {_BOUNDS[kind]: column}


def _price(solution: FlowSolution, kind: str, index: int) -> float:
    """A dual value of the bound."""
    columns = {
        "facility": solution.shadow_price,
        "limit": solution.limit_price,
        "edge": solution.edge_price,
        "bid": -solution.bid_reduced_cost,
        "offer": -solution.offer_reduced_cost,
    }
    return max(0.0, float(columns[kind][index]))


def _index(problem: FlowProblem, kind: Kind, which: int | str) -> int:
    if kind not in (*_BOUNDS, "limit"):
        raise UsageError(f'"{kind}" is none of {", ".join((*_BOUNDS, "limit"))}.')
    names = problem.names(kind)
    if isinstance(which, str):
        if which not in names:
            raise UsageError(f'there is no {kind} "{which}".{did_you_mean(which, names)}')
        return names.index(which)
    if not 0 <= which < len(names):
        raise UsageError(f"there is no {kind} {which}: there are {len(names)}, counted from 0.")
    return which

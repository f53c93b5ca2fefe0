"""Why no plan meets all limits: the rows that cannot hold together, none of which can be left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from corridor.errors import InfeasibleError
from corridor.flow.highs import TOLERANCE
from corridor.flow.problem import FlowProblem, Kind
from corridor.flow.rows import Numbers
from corridor.flow.solution import Unmet, reduced_cost
from corridor.paths import Floats, Ints

INVOLVED = 100 * TOLERANCE
"""Shortfalls and prices below it count as zero: sums of HiGHS's tolerance."""

PLENTY = 1e3
"""A bid or an offer without its bound may take so many times all that is offered, bid for and demanded together."""

KINDS: tuple[Kind, ...] = ("limit", "facility", "edge", "bid", "offer")


class _Row(NamedTuple):
    """Something that may stand in the way."""

    kind: Kind
    at: int


def infeasible(problem: FlowProblem, unmet: Unmet, can_be_met: Callable[[FlowProblem], bool]) -> InfeasibleError:
    """Make the error that says what is missing, and which rows are in conflict.

    Parameters
    ----------
    problem
        What cannot be solved.
    unmet
        What an engine found.
    can_be_met
        Tells whether some plan meets all limits of a problem.

    Notes
    -----
    Rows with a price in the plan that misses the least are together in conflict (Farkas). Each is left out in turn, and
    for good where the rest still is in conflict: what remains is irreducible. Another irreducible set may be smaller.
    """
    rows = _priced(problem, unmet)
    free = problem.replace(edge_cost=0.0, bid_price=0.0, offer_cost=0.0)
    if not can_be_met(_only(free, rows)):
        for row in tuple(rows):
            rest = [other for other in rows if other != row]
            if not can_be_met(_only(free, rest)):
                rows = rest
    missing = np.flatnonzero(unmet.shortfall > INVOLVED).tolist()
    told = [
        f'limit "{problem.limits[index].name}" demands {-problem.limits[index].bound:g} and can have at most '
        f"{-problem.limits[index].bound - unmet.shortfall[index]:g}"
        for index in missing
    ]
    names = [(row.kind, problem.label(row.kind, row.at)) for row in rows]
    others = [f'{kind} "{name}"' for (kind, name), row in zip(names, rows, strict=True) if not _is_told(row, missing)]
    way = f" In its way: {', '.join(others)}." if others else " Nothing that it counts leads from an offer to a bid."
    return InfeasibleError(f"No plan meets all limits: {'; '.join(told)}.{way}", names)


def _is_told(row: _Row, missing: Sequence[int]) -> bool:
    return row.kind == "limit" and row.at in missing


def _priced(problem: FlowProblem, unmet: Unmet) -> list[_Row]:
    """Rows and bounds that have a price."""
    value = Numbers.of(problem).value
    reduced = reduced_cost(problem, unmet.node_price, unmet.shadow_price, unmet.limit_price) + value
    edge, bid, offer = np.split(-reduced, np.cumsum([problem.count("edge"), problem.count("bid")]))
    edge = np.where(np.isfinite(problem.edge_capacity), edge, 0.0)
    prices: Sequence[Floats] = (unmet.limit_price, unmet.shadow_price, edge, bid, offer)
    return [
        _Row(kind, index)
        for kind, price in zip(KINDS, prices, strict=True)
        for index in np.flatnonzero(price > INVOLVED).tolist()
    ]


def _only(problem: FlowProblem, rows: Sequence[_Row]) -> FlowProblem:
    """The problem without any limit, capacity or bound but those named."""
    kept = {kind: np.array([row.at for row in rows if row.kind == kind], dtype=np.int64) for kind in KINDS}
    plenty = PLENTY * (
        1.0
        + float(np.sum(problem.bid_most) + np.sum(problem.offer_most))
        + sum(abs(limit.bound) for limit in problem.limits)
    )

    def bounds(column: Floats, indices: Ints, otherwise: float) -> Floats:
        free = np.full(len(column), otherwise)
        free[indices] = column[indices]
        return free

    return problem.replace(
        limits=[problem.limits[index] for index in kept["limit"]],
        facility_capacity=bounds(problem.facility_capacity, kept["facility"], np.inf),
        edge_capacity=bounds(problem.edge_capacity, kept["edge"], np.inf),
        bid_most=bounds(problem.bid_most, kept["bid"], plenty),
        offer_most=bounds(problem.offer_most, kept["offer"], plenty),
    )

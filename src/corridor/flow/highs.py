"""FlowProblem -> FlowSolution by HiGHS: numpy arrays straight into its matrix, every status checked."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridor.errors import InfeasibleError, UsageError
from corridor.flow.problem import FlowProblem
from corridor.flow.solution import Answer, FlowSolution, conclude
from corridor.paths import Floats, Ints

if TYPE_CHECKING:
    from highspy import HighsLp
    from highspy._core import _Highs

PRIMAL_SIMPLEX = 4
"""HiGHS's number for its primal simplex: from a cold start it beats the dual on these problems several times."""

OPTIONS: Mapping[str, bool | int | str] = {
    "output_flag": False,  # first, so that the options after it are silent too
    "solver": "simplex",  # a vertex: unique optima come out sharp and flows are sparse
    "simplex_strategy": PRIMAL_SIMPLEX,
    "threads": 1,
    "parallel": "off",
}

INVOLVED = 1e-7
"""HiGHS's feasibility tolerance: shortfalls and prices below it count as zero when we say why no plan is feasible."""


def solve(problem: FlowProblem, *, time_limit_s: float | None = None) -> FlowSolution:
    """Find the flows of greatest net value.

    A pure function: nothing is kept between calls, and threads may call it at the same time.

    Parameters
    ----------
    problem
        What to solve.
    time_limit_s
        Give up after so many seconds; no limit where not given.

    Returns
    -------
    FlowSolution
        Always optimal.

    Raises
    ------
    InfeasibleError
        If a limit demands what cannot be had; the message names the limits and facilities involved.
    UsageError
        If the time limit is not above 0.
    RuntimeError
        If HiGHS stops for any other reason; the message has its status.
    """
    if time_limit_s is not None and not 0 < time_limit_s < math.inf:
        raise UsageError(f"time_limit_s is {time_limit_s}: write a number of seconds above 0, or leave it out")
    started = time.perf_counter()
    lp = _Rows.of(problem)
    highs = _engine({} if time_limit_s is None else {"time_limit": float(time_limit_s)})
    _load(highs, lp.highs_lp())
    loaded = time.perf_counter()
    status = _run(highs)
    seconds = {"load": loaded - started, "solve": time.perf_counter() - loaded}
    if status == "kTimeLimit":
        raise RuntimeError(
            f"HiGHS stopped at time_limit_s = {time_limit_s:g} before the optimum was found (kTimeLimit)"
        )
    if status in ("kInfeasible", "kUnboundedOrInfeasible"):
        _explain(problem, status)
    if status not in ("kOptimal", "kModelEmpty"):
        raise RuntimeError(f"HiGHS found no optimum: its status is {status}")
    flow, dual = _values(highs)
    node_price, shadow_price, limit_price = lp.split(dual)
    return conclude(problem, Answer(flow, node_price, shadow_price, limit_price, f"HiGHS {highs.version()}", seconds))


@dataclass(frozen=True, slots=True)
class _Rows:
    """A linear programme, to be maximised: sparse triples, and bounds of columns and rows.

    Columns are edges, bids, offers (and shortfalls); rows are states, facilities, limits. A state's row reads
    outflow + sales - purchases - gain x inflow = 0, so that its dual is the value of one more tonne there.
    """

    value: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    row: Ints
    column: Ints
    coefficient: Floats
    parts: tuple[int, int]  # where facilities and limits begin among the rows

    @classmethod
    def of(cls, problem: FlowProblem) -> _Rows:
        edges, bids, offers = len(problem.edge_from), len(problem.bid_state), len(problem.offer_state)
        first_limit = problem.n_states + len(problem.facility_capacity)
        edge, bid, offer = np.split(np.arange(edges + bids + offers), [edges, edges + bids])
        limit, limit_column, limit_coefficient = problem.limit_entries()
        blocks = (
            (problem.edge_from, edge, np.ones(edges)),
            (problem.edge_to, edge, -problem.edge_gain),
            (problem.use_facility + problem.n_states, problem.use_edge, problem.use_amount),
            (problem.bid_state, bid, np.ones(bids)),
            (problem.offer_state, offer, -np.ones(offers)),
            (limit + first_limit, limit_column, limit_coefficient),
        )
        row, column, coefficient = (np.concatenate(part) for part in zip(*blocks, strict=True))
        bounds = [limit.bound for limit in problem.limits]
        return cls(
            value=np.concatenate([-problem.edge_cost, problem.bid_price, -problem.offer_cost]),
            upper=np.concatenate([problem.edge_capacity, problem.bid_most, problem.offer_most]),
            row_lower=np.concatenate(
                [np.zeros(problem.n_states), np.full(first_limit + len(bounds) - problem.n_states, -np.inf)]
            ),
            row_upper=np.concatenate([np.zeros(problem.n_states), problem.facility_capacity, bounds]),
            row=row,
            column=column,
            coefficient=coefficient,
            parts=(problem.n_states, first_limit),
        )

    def with_shortfalls(self, limits: Ints) -> _Rows:
        """Let some limits be missed, and look only for the plan that misses them by the least."""
        n_columns = len(self.value)
        return _Rows(
            value=np.concatenate([np.zeros(n_columns), np.full(len(limits), -1.0)]),
            upper=np.concatenate([self.upper, np.full(len(limits), np.inf)]),
            row_lower=self.row_lower,
            row_upper=self.row_upper,
            row=np.concatenate([self.row, limits + self.parts[1]]),
            column=np.concatenate([self.column, n_columns + np.arange(len(limits))]),
            coefficient=np.concatenate([self.coefficient, np.full(len(limits), -1.0)]),
            parts=self.parts,
        )

    def split(self, rows: Floats) -> tuple[Floats, Floats, Floats]:
        """Split values by row into states, facilities and limits."""
        states, facilities, limits = np.split(rows, self.parts)
        return states, facilities, limits

    def highs_lp(self) -> HighsLp:
        """Lay the triples out column by column, as HiGHS holds them."""
        import highspy

        order = np.argsort(self.column, kind="stable")
        order = order[self.coefficient[order] != 0]
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.value), len(self.row_upper)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.value, np.zeros(len(self.value)), self.upper
        lp.row_lower_, lp.row_upper_ = self.row_lower, self.row_upper
        matrix = lp.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.num_col_, matrix.num_row_ = lp.num_col_, lp.num_row_
        starts = np.searchsorted(self.column[order], np.arange(len(self.value) + 1))
        matrix.start_, matrix.index_ = starts.astype(np.int32), self.row[order].astype(np.int32)
        matrix.value_ = self.coefficient[order]
        return lp


def _engine(options: Mapping[str, bool | int | float | str]) -> _Highs:
    """Start HiGHS with our options and some more. An option that it ignores is an error."""
    # The class below highspy.Highs: that one prints a banner to stdout and keeps itself alive in a circle of callbacks.
    from highspy._core import HighsStatus, _Highs

    highs = _Highs()
    for name, value in {**OPTIONS, **options}.items():
        if highs.setOptionValue(name, value) != HighsStatus.kOk:
            raise RuntimeError(f"HiGHS {highs.version()} refuses the option {name} = {value!r}")
    return highs


def _load(highs: _Highs, lp: HighsLp) -> None:
    """Hand the whole model over in one call."""
    status = highs.passModel(lp).name
    if status != "kOk":
        raise RuntimeError(f"HiGHS did not take the model as it is: its status is {status}")


def _run(highs: _Highs) -> str:
    """Run HiGHS and return the name of its model status."""
    # HiGHS keeps one pool of workers per thread of ours and refuses to run with another number of threads than the pool
    # was made for, by whomever (Pyomo, say). Clearing it before and after leaves neither side in the way of the other.
    highs.resetThreadScheduler(True)
    try:
        status = highs.run().name
    finally:
        highs.resetThreadScheduler(True)
    if status == "kError":
        raise RuntimeError(f"HiGHS could not run: its status is {status}, {highs.getModelStatus().name}")
    return highs.getModelStatus().name


def _values(highs: _Highs) -> tuple[Floats, Floats]:
    """Values of the columns and duals of the rows."""
    solution = highs.getSolution()
    return np.array(solution.col_value, dtype=np.float64), np.array(solution.row_dual, dtype=np.float64)


def _explain(problem: FlowProblem, status: str) -> None:
    """Raise an InfeasibleError that names what stands in the way.

    Doing nothing meets every row but a limit with a negative bound. So those limits get a priced shortfall: what is
    still missing in the best plan is what cannot be had, and rows with a price are in its way.
    """
    rows = _Rows.of(problem)
    demands = np.array([index for index, limit in enumerate(problem.limits) if limit.bound < 0], dtype=np.int64)
    rows = rows.with_shortfalls(demands)
    highs = _engine({})
    _load(highs, rows.highs_lp())
    if _run(highs) not in ("kOptimal", "kModelEmpty"):
        raise RuntimeError(f"HiGHS found no optimum: its status is {status}")
    flow, dual = _values(highs)
    _, shadow_price, limit_price = rows.split(dual)
    missing = dict(zip(demands.tolist(), flow[len(flow) - len(demands) :].tolist(), strict=True))
    missing = {index: shortfall for index, shortfall in missing.items() if shortfall > INVOLVED}
    if not missing:
        return
    told = [
        f'limit "{problem.limits[index].name}" demands {-problem.limits[index].bound:g} and can have at most '
        f"{-problem.limits[index].bound - shortfall:g}"
        for index, shortfall in missing.items()
    ]
    ways = [
        f'limit "{problem.limits[index].name}"'
        for index in np.flatnonzero(limit_price > INVOLVED)
        if index not in missing
    ]
    ways += [f'facility "{problem.label("facility", int(index))}"' for index in np.flatnonzero(shadow_price > INVOLVED)]
    way = f" In its way: {', '.join(ways)}." if ways else " Its edges, bids and offers allow no more."
    raise InfeasibleError(f"No plan meets all limits: {'; '.join(told)}.{way}")

"""The engine that knows ways instead of edges: column generation, exact, and much quicker on large networks.

A column of the master programme is a whole way from an offer to a bid; its rows are what ways share: facilities,
limits, and the most of offers, bids and bounded edges. HiGHS solves the master over the ways known so far; at its
prices the cheapest supply of every state is found (:mod:`corridor.flow.pricing`), and every bid that is worth more gets
its cheapest way as a new column. Where no bid is, the prices prove that no way whatever would improve the plan.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from corridor.flow import highs
from corridor.flow.pricing import Pricing, Supply, Ways
from corridor.flow.problem import FlowProblem
from corridor.flow.rows import Numbers, shared_rows
from corridor.flow.solution import Answer, Unmet
from corridor.paths import Floats, Ints

if TYPE_CHECKING:
    from highspy._core import HighsBasis
    from scipy.sparse import csr_array

T = TypeVar("T")

TOLERANCE = 1e-10
"""Share of the largest price by which a way must beat the plan to become a column."""


class _Dual(NamedTuple):
    """Prices of the shared rows, and what follows from them."""

    row: Floats
    reduced: Floats  # per column (edges, bids, offers): value lost, before node prices
    supply: Supply


class Kept(NamedTuple):
    """A master programme as it is kept for later answers.

    Attributes
    ----------
    rows
        Shared rows (facilities, limits, then bounds of columns) x columns of the problem.
    bounded
        Columns of the problem that have a bound.
    price
        Of the rows.
    ways, slacks
        The basis: ways, and the rows whose slack is in it.
    """

    rows: csr_array[np.float64, tuple[int, int]]
    bounded: Ints
    price: Floats
    ways: Ways
    slacks: Ints


class PathColumns:
    """A master programme over ways, and the network that new ways are found in.

    Parameters
    ----------
    problem
        Whose network stays, and whose edges that have no capacity have none ever.
    """

    name = "path columns"

    def __init__(self, problem: FlowProblem) -> None:
        from scipy.sparse import csr_array, vstack

        self._pricing = Pricing(problem)
        numbers = Numbers.of(problem)
        self._n_edges, self._n_bids = problem.count("edge"), problem.count("bid")
        self._n_facilities, self._n_limits = problem.count("facility"), len(problem.limits)
        self._bounded = np.flatnonzero(np.isfinite(numbers.most))
        shape = len(self._bounded), len(numbers.most)
        bounds = csr_array((np.ones(shape[0]), (np.arange(shape[0]), self._bounded)), shape=shape)
        self._rows = csr_array(vstack([shared_rows(problem), bounds]))
        self._columns = self._rows.T.tocsr()
        self._ways = Ways.none()
        self._mark = np.random.default_rng(0).random(len(numbers.most))  # ways are told apart by a sum of these
        self._known: set[float] = set()
        self._highs = highs.engine()
        self._numbers = numbers
        # the first columns of the master are the shortfalls of the limits, held at 0 but while a first plan is sought
        short = self._n_facilities + np.arange(self._n_limits)
        matrix = np.arange(self._n_limits + 1), short, np.full(self._n_limits, -1.0)
        upper = self._row_upper(numbers)
        none = np.zeros(self._n_limits)
        highs.load(self._highs, highs.Lp(none, none, np.full(len(upper), -np.inf), upper, matrix))
        self._kept: tuple[int, HighsBasis | None, Numbers] = 0, None, numbers
        self._price = np.zeros(len(upper))
        self._spent: defaultdict[str, float] = defaultdict(float)

    def fits(self, problem: FlowProblem) -> bool:
        """Tell whether every bound of a problem with the same network has a row here."""
        unbounded = np.ones(self._n_edges, dtype=np.bool_)
        unbounded[self._bounded[self._bounded < self._n_edges]] = False
        return not np.any(np.isfinite(problem.edge_capacity[unbounded]))

    def keep(self) -> None:
        """Let all later answers start from where the last one ended.

        More ways are added ahead of need, the cheapest from every offer to every bid at the prices of the last answer:
        with other prices the plan mostly changes from one of these to another, without a search.
        """
        value = self._numbers.value
        _, row = highs.values(self._highs)
        edges, _, _ = self._split(self._columns @ np.maximum(row, 0.0) - value)
        ways = self._pricing.ways_of_all_offers(edges)
        if ways is not None:
            self._add(self._new(ways), value)
            highs.run(self._highs)
            _, row = highs.values(self._highs)
        self._price = np.maximum(row, 0.0)
        self._kept = self._ways.n_ways, self._highs.getBasis(), self._numbers

    def kept(self) -> Kept | None:
        """What later answers start from; nothing where :meth:`keep` was never called."""
        n_ways, basis, _ = self._kept
        if basis is None:
            return None
        ways, rows = (np.array([s.name == "kBasic" for s in part]) for part in (basis.col_status, basis.row_status))
        known = self._ways.only(np.arange(self._ways.n_ways) < n_ways)
        is_basic = ways[self._n_limits :]
        return Kept(self._rows, self._bounded, self._price, known.only(is_basic), np.flatnonzero(rows))

    def answer(self, problem: FlowProblem, deadline: float | None = None) -> Answer:
        """Solve a problem with the same network, from what is kept: answers in between leave no trace.

        Raises
        ------
        Unmet
            If a limit demands what cannot be had.
        CircleError
            If at some prices going round in circles pays: another engine has to solve it.
        """
        self._spent.clear()
        numbers = Numbers.of(problem)
        strategy = self._timed("load", self._load, numbers)
        if np.any(numbers.bound < 0):
            self._meet_demands(problem, numbers, deadline)
            strategy = highs.PRIMAL_SIMPLEX
        self._set_values(numbers.value)
        flow, dual, status = self._improve(numbers.value, deadline, strategy)
        prices = self._timed("price", self._prices, dual)
        return Answer(flow, *prices, seconds=dict(self._spent), status=status)

    def _load(self, numbers: Numbers) -> int:
        """Go back to what is kept, put in all bounds, and tell which simplex method to use."""
        highs.change_upper(self._highs, 0, self._row_upper(numbers))
        self._shortfalls(np.zeros(self._n_limits), 0.0)
        kept, basis, base = self._kept
        later = np.arange(self._n_limits + kept, self._highs.getNumCol(), dtype=np.int32)
        if len(later):
            self._highs.deleteCols(len(later), later)
            self._ways = self._ways.only(np.arange(self._ways.n_ways) < kept)
            self._known = set(self._ways.total(self._mark).tolist())
        self._numbers = numbers
        return highs.start_from(self._highs, basis, base, numbers)

    def _row_upper(self, numbers: Numbers) -> Floats:
        return np.concatenate([numbers.capacity, numbers.bound, numbers.most[self._bounded]])

    def _meet_demands(self, problem: FlowProblem, numbers: Numbers, deadline: float | None) -> None:
        """Find ways that meet every limit: nothing costs but what is missing, until nothing is."""
        self._shortfalls(np.where(numbers.bound < 0, np.inf, 0.0), -1.0)
        nothing = np.zeros(len(numbers.value))
        self._set_values(nothing)
        _, dual, status = self._improve(nothing, deadline, highs.PRIMAL_SIMPLEX)
        missing = np.array(self._highs.getSolution().col_value[: self._n_limits])
        self._shortfalls(np.zeros(self._n_limits), 0.0)
        if np.sum(missing) > highs.TOLERANCE * max(1.0, float(np.sum(np.abs(numbers.bound)))):
            if status != "optimal":
                Answer.nothing(problem, status, {})
            raise Unmet(missing, *self._prices(dual))

    def _shortfalls(self, most: Floats, value: float) -> None:
        columns = np.arange(self._n_limits, dtype=np.int32)
        self._highs.changeColsBounds(self._n_limits, columns, np.zeros(self._n_limits), most)
        self._highs.changeColsCost(self._n_limits, columns, np.full(self._n_limits, value))

    def _set_values(self, value: Floats) -> None:
        columns = np.arange(self._n_limits, self._n_limits + self._ways.n_ways, dtype=np.int32)
        self._highs.changeColsCost(len(columns), columns, self._ways.total(value))

    def _improve(self, value: Floats, deadline: float | None, strategy: int) -> tuple[Floats, _Dual, str]:
        """Add ways until none improves the plan, or time or memory runs out: flows, prices, status."""
        tolerance = TOLERANCE * max(1.0, float(np.max(np.abs(value), initial=0.0)))
        amount, dual, ended = np.zeros(0), None, ""
        while not ended:
            try:
                status = self._timed("solve", highs.run, self._highs, deadline, strategy)
                strategy = highs.PRIMAL_SIMPLEX
                if status in highs.SOLVED:
                    columns, rows = highs.values(self._highs)
                    amount = columns[self._n_limits :]
                    dual = self._timed("price", self._dual, np.maximum(rows, 0.0), value)
                    ways = self._timed("price", self._better_ways, dual, tolerance)
                    if ways is None:
                        ended = "optimal"
                    else:
                        self._timed("load", self._add, ways, value)
                elif status not in highs.RAN_OUT:
                    raise RuntimeError(f"HiGHS found no optimum: its status is {status}")
            except MemoryError:
                status = "kMemoryLimit"
            if not ended and deadline is not None and time.perf_counter() > deadline:
                status = "kTimeLimit"
            ended = ended or highs.RAN_OUT.get(status, "")
        if dual is None:
            dual = self._dual(np.zeros(self._rows.shape[0]), value)
        used = self._ways.only(np.arange(self._ways.n_ways) < len(amount))  # those that the master has been solved with
        flow = np.bincount(used.column, used.spread(amount), len(self._mark))
        return flow.astype(np.float64), dual, ended

    def _timed(self, phase: str, function: Callable[..., T], *arguments: Any) -> T:
        started = time.perf_counter()
        try:
            return function(*arguments)
        finally:
            self._spent[phase] += time.perf_counter() - started

    def _dual(self, row: Floats, value: Floats) -> _Dual:
        reduced = self._columns @ row - value
        edges, _, offers = self._split(reduced)
        return _Dual(row, reduced, self._pricing.supply(edges, offers))

    def _split(self, by_column: Floats) -> tuple[Floats, Floats, Floats]:
        edges, bids, offers = np.split(by_column, [self._n_edges, self._n_edges + self._n_bids])
        return edges, bids, offers

    def _better_ways(self, dual: _Dual, tolerance: float) -> Ways | None:
        """A way for each bid that is worth more than its supply costs; none if none is, or all are known."""
        _, bids, _ = self._split(dual.reduced)
        beaten = np.flatnonzero(-bids - dual.supply.cost[self._pricing.problem.bid_state] > tolerance)
        if not len(beaten):
            return None
        ways = self._new(self._pricing.ways(dual.supply, beaten))
        return ways if ways.n_ways else None

    def _new(self, ways: Ways) -> Ways:
        """Those ways that are no columns yet."""
        marks = ways.total(self._mark).tolist()
        new = np.array([mark not in self._known for mark in marks], dtype=np.bool_)
        self._known.update(marks)
        return ways.only(new)

    def _add(self, ways: Ways, value: Floats) -> None:
        """Make ways columns of the master."""
        # a column of the problem touches some shared rows, so a way touches those of all its columns
        first = self._columns.indptr[ways.column]
        touched = self._columns.indptr[ways.column + 1] - first
        at = np.arange(touched.sum()) + np.repeat(first - np.cumsum(touched) + touched, touched)
        key = np.repeat(ways.way, touched) * np.int64(self._rows.shape[0]) + self._columns.indices[at]
        pairs, place = np.unique(key, return_inverse=True)
        coefficients = np.bincount(place, np.repeat(ways.tonnes, touched) * self._columns.data[at], len(pairs))
        way, rows = np.divmod(pairs, self._rows.shape[0])
        starts = np.searchsorted(way, np.arange(ways.n_ways))
        lower, upper = np.zeros(ways.n_ways), np.full(ways.n_ways, np.inf)
        matrix = len(pairs), starts.astype(np.int32), rows.astype(np.int32), coefficients.astype(np.float64)
        highs.checked(self._highs.addCols(ways.n_ways, ways.total(value), lower, upper, *matrix), "the new ways")
        self._ways = Ways.joined([self._ways, ways])

    def _prices(self, dual: _Dual) -> tuple[Floats, Floats, Floats]:
        """Prices of states, facilities and limits."""
        edges, bids, _ = self._split(dual.reduced)
        # bounded edges are charged what their bounds are worth here; in a solution that is the price of the edge
        node_price = self._pricing.node_prices(dual.supply, edges, -bids)
        facility, limit, _ = np.split(dual.row, [self._n_facilities, self._n_facilities + self._n_limits])
        return node_price, facility, limit

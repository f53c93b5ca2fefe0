"""One network in many draws of its numbers, all answered together, and each answer certified.

A plan is made of ways. Those that the plans of all draws are made of are few, so the draws share one small programme
over ways, which :mod:`corridor.flow.lockstep` solves for hundreds of them at once, from the basis of the problem as it
is. Then the cheapest supply of every state at each draw's prices is found (:mod:`corridor.flow.supplies`): a draw in
which no bid pays more is proven to be the best; the others name ways that are missing. What does not come to an end is
solved alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.flow.lockstep import Basis, Lockstep, NoBasisError, Scratch, Starts
from corridor.flow.path_columns import TOLERANCE, Kept
from corridor.flow.pricing import CircleError, Pricing, Supply, Ways
from corridor.flow.problem import FlowProblem
from corridor.flow.solution import FlowSolution
from corridor.flow.supplies import Supplies
from corridor.paths import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array

AT_ONCE = 256
"""So many draws take their steps together, fewer where the programme is large."""

FIRST, FIRST_SHARE = (16, 64), 200
"""So many come first, one in so many of all: they find most of the ways that the others need, which start from them."""

NUMBERS_AT_ONCE = 100_000
"""Draws that take their steps together have about so many numbers a step: they should fit into the cache."""

STARTS_NUMBERS = 20_000_000
"""The inverses of the bases that draws start from have no more numbers together: a large programme has few starts."""

MOST_ROWS = 1000
"""Tables of larger programmes are too much for memory and cache: their draws are solved alone."""

MOST_ROUNDS = 8
"""A draw that names missing ways more often than this is solved alone."""

CERTIFIED = 1e-9
"""An answer whose bound lies no further above its net value, as a share of it, is certified optimal."""

FEASIBLE = 1e-9
"""By so much of it (of 1 Mt/yr, where it is less) a plan may exceed a bound, as HiGHS's may."""

Alone = Callable[[dict[str, Any]], FlowSolution]
"""Solves one draw, given what it changes."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Plans:
    """The plans of greatest net value in many draws.

    Attributes
    ----------
    net_value, bound
        Per draw, million USD/yr; no plan has a greater net value than the bound.
    shadow_price
        Draws x facilities: value of one more unit of capacity.
    alone
        How many draws were solved one by one.
    """

    net_value: Floats
    bound: Floats
    shadow_price: Floats
    alone: int
    _counts: tuple[int, int, int]
    _amount: csr_array
    _ways: csr_array

    def __len__(self) -> int:
        return len(self.net_value)

    def __repr__(self) -> str:
        return f"<Plans: {len(self)} draws, {int(self.certified.sum())} certified, {self.alone} solved alone>"

    @property
    def gap(self) -> Floats:
        """Bound less net value: 0 but for rounding."""
        return self.bound - self.net_value

    @property
    def certified(self) -> npt.NDArray[np.bool_]:
        """Which answers are proven to be the best but for rounding."""
        return certified(self.net_value, self.gap)

    def shipments(self) -> list[Shipment]:
        """What the plan of each draw ships."""
        return [Shipment(*each) for each in zip(self.tonnes("edge"), self.tonnes("bid"), strict=True)]

    def tonnes(self, kind: Literal["edge", "bid", "offer"], which: Ints | None = None) -> Floats:
        """Mt/yr entering edges, sold to bids or bought from offers: draws x those asked for (all if None)."""
        place = ("edge", "bid", "offer").index(kind)
        first, count = sum(self._counts[:place]), self._counts[place]
        columns = first + (np.arange(count) if which is None else np.asarray(which))
        return np.asarray((self._amount @ self._ways[:, columns]).toarray())


class Shipment(NamedTuple):
    """What one draw's plan ships, Mt/yr by edge and by bid, as a :class:`FlowSolution` has it."""

    flows: Floats
    sales: Floats


def certified(net_value: Floats, gap: Floats) -> npt.NDArray[np.bool_]:
    """Tell which answers are proven to be the best but for rounding."""
    return np.asarray(np.abs(gap) <= CERTIFIED * np.maximum(1.0, np.abs(net_value)))


class Draws:
    """A problem's numbers in many draws.

    Parameters
    ----------
    problem
        The problem.
    changes
        Columns that differ, sound: draws x rows, or one row for all.
    """

    def __init__(self, problem: FlowProblem, changes: Mapping[str, Floats]) -> None:
        self.problem, self.changes = problem, changes
        self._count = next((len(column) for column in changes.values() if column.ndim > 1), 1)

    def __len__(self) -> int:
        return self._count

    def some(self, which: Ints) -> Draws:
        """Some of the draws."""
        some = Draws(self.problem, {n: c[which] if c.ndim > 1 else c for n, c in self.changes.items()})
        some._count = len(which)
        return some

    def after_problem(self) -> Draws:
        """The problem as it is, then these draws."""
        changes = {}
        for name, column in self.changes.items():
            base = getattr(self.problem, name)
            changes[name] = np.concatenate([base[None], np.broadcast_to(column, (len(self), len(base)))])
        both = Draws(self.problem, changes)
        both._count = 1 + len(self)
        return both

    def column(self, name: str) -> Floats:
        """A column of the problem: draws x rows, or one row for all."""
        found: Floats = self.changes[name] if name in self.changes else getattr(self.problem, name)
        return found

    def one(self, draw: int) -> dict[str, Any]:
        """What a draw changes."""
        return {name: column[draw] if column.ndim > 1 else column for name, column in self.changes.items()}

    def values(self, ways: csr_array) -> Floats:
        """What a tonne by each way (ways x edges, bids, offers) earns: draws x ways."""
        first, total = 0, np.zeros((len(self), ways.shape[0]))
        for name, sign in (("edge_cost", -1.0), ("bid_price", 1.0), ("offer_cost", -1.0)):
            column = self.column(name)
            part = ways[:, first : first + column.shape[-1]]
            total += sign * (part @ column.T).T
            first += column.shape[-1]
        return total


class _Pool:
    """Ways that are known so far, and the programme over them, with the bases that draws start from."""

    def __init__(self, ways: Ways, slacks: Ints, charges: csr_array, mark: Floats, base: Draws) -> None:
        self._charges, self._mark = charges, mark
        self.ways, self.scratch = ways, Scratch()
        self.matrix = _as_matrix(ways, charges.shape[0])
        self.taken = np.asarray((self.matrix @ charges).toarray())
        self._known = set(ways.total(mark).tolist())
        basis = Basis.of(np.concatenate([slacks, self.taken.shape[1] + np.arange(ways.n_ways)]), self.taken.T)
        self._at = base  # draws for which the bases are the best
        self.starts = Starts([basis], self.taken.T, base.values(self.matrix))

    def add(self, ways: Ways) -> bool:
        """Add those ways that are not known yet, and tell whether there were any."""
        new = []
        for mark in ways.total(self._mark).tolist():  # several draws may have found the same
            new.append(mark not in self._known)
            self._known.add(mark)
        ways = ways.only(np.array(new, dtype=np.bool_))
        if not ways.n_ways:
            return False
        matrix = _as_matrix(ways, self._charges.shape[0])
        taken = np.asarray((matrix @ self._charges).toarray())
        self.starts.widen(taken.T, self._at.values(matrix))
        self.ways = Ways.joined([self.ways, ways])
        self.matrix = _as_matrix(self.ways, self._charges.shape[0])
        self.taken = np.concatenate([self.taken, taken])
        return True

    def start_from(self, draws: Draws, basic: Sequence[Ints]) -> None:
        """Let draws start from the bases that are the best in some others too (draws x rows)."""
        bases, kept = [], []
        for draw, numbers in enumerate(basic):
            with suppress(NoBasisError):
                bases.append(Basis.of(numbers, self.taken.T))
                kept.append(draw)
        first = Basis.of(self.starts.basic[0], self.taken.T)
        self._at = draws.some(np.array(kept, dtype=np.int64)).after_problem()
        self.starts = Starts([first, *bases], self.taken.T, self._at.values(self.matrix))

    def nearest(self, draws: Draws) -> tuple[Ints, Floats]:
        """For each draw the start whose numbers are the nearest, and how far these are."""
        total = np.zeros((len(draws), len(self._at)))
        for name, column in draws.changes.items():
            if column.ndim > 1 and column.size:
                base = self._at.column(name).reshape(-1, column.shape[1])
                finite = np.isfinite(base[0])
                scale = np.maximum(1.0, np.abs(base[0, finite]))
                here, there = column[:, finite] / scale, base[:, finite] / scale
                difference = np.square(here).sum(axis=1)[:, None] + np.square(there).sum(axis=1) - 2 * here @ there.T
                total += difference / column.shape[1]
        which = total.argmin(axis=1)
        return which, total[np.arange(len(draws)), which]


class _Found(NamedTuple):
    """What came of some draws. Draws x ways, draws x rows, draws x bids where it is more than one number a draw."""

    net_value: Floats
    bound: Floats
    amount: Floats
    price: Floats
    beaten: npt.NDArray[np.bool_]
    proven: npt.NDArray[np.bool_]
    basic: Ints


class Many:
    """A problem, laid out for many draws of its numbers.

    Parameters
    ----------
    problem
        The problem.
    kept
        Its master programme over ways, solved.
    alone
        Solves one draw.

    Raises
    ------
    NoBasisError
        If the programme's basis is not one of ways and slacks alone.
    CircleError
        If going round in circles pays.
    """

    def __init__(self, problem: FlowProblem, kept: Kept, alone: Alone) -> None:
        self._problem, self._alone = problem, alone
        self._base = Draws(problem, {})
        self._bounded = kept.bounded
        upper = self._upper(self._base)[0]
        self._held = np.flatnonzero(np.isfinite(upper))  # a row without a bound holds nothing back
        self._charges = kept.rows[self._held].T.tocsr()
        self._mark = np.random.default_rng(0).random(kept.rows.shape[1])
        self._ways = kept.ways
        self._slacks = np.flatnonzero(np.isin(self._held, kept.slacks))
        self._pool()  # is there a basis
        self._parts = problem.count("edge"), problem.count("edge") + problem.count("bid")
        self._pricing = Pricing(problem)
        self._supplies = Supplies(problem, self._supply(self._base, 0, kept.price[self._held]), self._charges)

    def answer(self, draws: Draws) -> Plans:
        """Answer draws, each for itself but for the ways that others have found."""
        pool = self._pool()
        answers = _Answers(len(draws), self._problem)
        fits = np.flatnonzero(self._fits(draws))
        left = fits[np.argsort(pool.nearest(draws.some(fits))[1], kind="stable")]
        n_first = int(np.clip(len(left) // FIRST_SHARE, *FIRST))
        is_first = np.arange(len(left)) % (len(left) // n_first + 1) == 0
        first, rest = left[is_first], left[~is_first]
        self._rounds(draws, first, pool, answers)
        most = STARTS_NUMBERS // max(1, len(self._held)) ** 2
        pool.start_from(*answers.bases(draws, first[:: len(first) // max(1, most) + 1]))
        self._rounds(draws, rest, pool, answers)
        return answers.completed(draws, self._alone, pool.matrix)

    def _pool(self) -> _Pool:
        return _Pool(self._ways, self._slacks, self._charges, self._mark, self._base)

    def _rounds(self, draws: Draws, left: Ints, pool: _Pool, answers: _Answers) -> None:
        """Answer draws, again and again where ways were missing; those that need about as many steps together."""
        for _ in range(MOST_ROUNDS):
            if len(left):
                which, distance = pool.nearest(draws.some(left))
                order = np.lexsort([distance, which])
                left = self._round(draws, left[order], which[order], pool, answers)

    def _round(self, draws: Draws, left: Ints, starts: Ints, pool: _Pool, answers: _Answers) -> Ints:
        """Answer those draws for which all ways are known; learn ways from the others, and return these."""
        size = int(np.clip(NUMBERS_AT_ONCE // len(self._held), min(FIRST), AT_ONCE)) if len(self._held) else AT_ONCE
        lacking = []
        for start in range(0, len(left), size):
            part = left[start : start + size]
            some = draws.some(part)
            found = self._solved(some, starts[start : start + size], pool)
            answers.note(part, found, self._held)
            again = ~found.proven & found.beaten.any(axis=1)
            if self._learn(some.some(np.flatnonzero(again)), found, again, pool):
                lacking.append(part[again])
        return np.concatenate([left[:0], *lacking])

    def _upper(self, draws: Draws) -> Floats:
        """Bounds of all shared rows, draws x rows; one row where they are the same in all."""
        limits = np.array([limit.bound for limit in self._problem.limits])
        columns = [draws.column("facility_capacity"), limits]
        first = 0
        for name in ("edge_capacity", "bid_most", "offer_most"):
            column = draws.column(name)
            last = first + column.shape[-1]
            columns.append(column[..., self._bounded[(self._bounded >= first) & (self._bounded < last)] - first])
            first = last
        rows = max((len(column) for column in columns if column.ndim > 1), default=1)
        return np.concatenate([np.broadcast_to(column, (rows, column.shape[-1])) for column in columns], axis=1)

    def _fits(self, draws: Draws) -> npt.NDArray[np.bool_]:
        """Tell which draws are bounded where the problem is, and nowhere else, and cost nothing below 0."""
        upper = self._upper(draws)
        held = np.zeros(upper.shape[1], dtype=np.bool_)
        held[self._held] = True
        fits = np.all(np.isfinite(upper) == held, axis=1) & np.ones(len(draws), dtype=np.bool_)
        free = np.setdiff1d(np.arange(self._parts[0]), self._bounded)
        capacity, cost = draws.column("edge_capacity"), draws.changes.get("edge_cost", np.zeros(0))
        return np.asarray(fits & np.all(np.isinf(capacity[..., free]), axis=-1) & np.all(cost >= 0, axis=-1))

    def _solved(self, draws: Draws, starts: Ints, pool: _Pool) -> _Found:
        """Solve the programme over known ways, and look whether a way that is not known would be better."""
        value, upper = draws.values(pool.matrix), self._upper(draws)[:, self._held]
        bids = draws.column("bid_price")
        tolerance = TOLERANCE * max(1.0, float(np.max(np.abs(bids), initial=0.0)))
        ends = Lockstep(pool.starts, starts, value, upper, tolerance, pool.scratch).run()
        amount, price = np.maximum(ends.amount, 0.0), np.maximum(ends.price, 0.0)
        excess = self._supplies.excess(draws.column("edge_cost"), bids, draws.column("offer_cost"), price)
        net_value = np.sum(value * amount, axis=1)
        most = draws.column("bid_most")
        with np.errstate(invalid="ignore"):
            bound = np.sum(price * upper, axis=1) + np.nansum(np.maximum(excess, 0.0) * most, axis=1)
        keeps = np.all(amount @ pool.taken <= upper + FEASIBLE * np.maximum(1.0, upper), axis=1)
        beaten = (excess > tolerance) & np.isfinite(excess) & ends.ended[:, None]
        proven = ends.ended & keeps & ~np.any(excess > tolerance, axis=1) & certified(net_value, bound - net_value)
        return _Found(net_value, bound, amount, price, beaten, proven, ends.basic)

    def _learn(self, draws: Draws, found: _Found, which: npt.NDArray[np.bool_], pool: _Pool) -> bool:
        """Find the ways that some draws lack, and tell whether there were any."""
        ways = []
        for draw, (price, beaten) in enumerate(zip(found.price[which], found.beaten[which], strict=True)):
            try:
                supply = self._supply(draws, draw, price)
            except CircleError:
                continue
            ways.append(self._pricing.ways(supply, np.flatnonzero(beaten)))
        return bool(ways) and pool.add(Ways.joined(ways))

    def _supply(self, draws: Draws, draw: int, price: Floats) -> Supply:
        edges, offers = self._parts
        charged = np.asarray(self._charges @ price)
        one = draws.one(draw)
        edge_cost = one.get("edge_cost", self._problem.edge_cost)
        offer_cost = one.get("offer_cost", self._problem.offer_cost)
        return self._pricing.supply(edge_cost + charged[:edges], offer_cost + charged[offers:])


class _Answers:
    """Answers that are there so far."""

    def __init__(self, draws: int, problem: FlowProblem) -> None:
        self._edges, self._bids, self._offers = (problem.count(kind) for kind in ("edge", "bid", "offer"))
        self._net_value, self._bound = np.zeros(draws), np.zeros(draws)
        self._shadow_price = np.zeros((draws, problem.count("facility")))
        self._known = np.zeros(draws, dtype=np.bool_)
        self._amounts: list[tuple[Ints, Ints, Floats]] = []
        self._bases: dict[int, Ints] = {}

    def note(self, draws: Ints, found: _Found, held: Ints) -> None:
        """Keep those answers that are proven."""
        at = draws[found.proven]
        self._known[at] = True
        self._net_value[at], self._bound[at] = found.net_value[found.proven], found.bound[found.proven]
        own = np.flatnonzero(held < self._shadow_price.shape[1])
        self._shadow_price[np.ix_(at, held[own])] = found.price[np.ix_(found.proven, own)]
        if len(self._bases) < max(FIRST):
            self._bases |= dict(zip(at.tolist(), found.basic[found.proven], strict=True))
        row, way = np.nonzero(found.amount * found.proven[:, None])
        self._amounts.append((draws[row], way, found.amount[row, way]))

    def bases(self, draws: Draws, which: Ints) -> tuple[Draws, list[Ints]]:
        """Those of some draws that are answered, and their bases."""
        known = [draw for draw in which.tolist() if draw in self._bases]
        return draws.some(np.array(known, dtype=np.int64)), [self._bases[draw] for draw in known]

    def completed(self, draws: Draws, alone: Alone, ways: csr_array) -> Plans:
        """All answers: the draws that are left are solved alone, and the plan of each counts as a way of its own."""
        from scipy.sparse import csr_array, vstack

        left = np.flatnonzero(~self._known)
        flows = np.zeros((len(left), ways.shape[1]))
        for flow, one in zip(flows, left.tolist(), strict=True):
            solution = alone(draws.one(one))
            self._net_value[one] = solution.net_value
            self._bound[one] = solution.bound if solution.status == "optimal" else np.inf
            self._shadow_price[one] = solution.shadow_price
            flow[:] = np.concatenate([solution.flows, solution.sales, solution.purchases])
        self._amounts.append((left, ways.shape[0] + np.arange(len(left)), np.ones(len(left))))
        ways = csr_array(vstack([ways, csr_array(flows)]))
        draw, way, amount = (np.concatenate(column) for column in zip(*self._amounts, strict=True))
        amounts = csr_array((amount, (draw, way)), shape=(len(draws), ways.shape[0]))
        counts = self._edges, self._bids, self._offers
        return Plans(self._net_value, self._bound, self._shadow_price, len(left), counts, amounts, ways)


def answer_alone(draws: Draws, alone: Alone) -> Plans:
    """Answer draws one by one."""
    from scipy.sparse import csr_array

    problem = draws.problem
    n_columns = sum(problem.count(kind) for kind in ("edge", "bid", "offer"))
    return _Answers(len(draws), problem).completed(draws, alone, csr_array((0, n_columns)))


def _as_matrix(ways: Ways, n_columns: int) -> csr_array:
    """Ways x edges, bids, offers: tonnes for a tonne sold."""
    from scipy.sparse import csr_array

    return csr_array((ways.tonnes, (ways.way, ways.column)), shape=(ways.n_ways, n_columns))

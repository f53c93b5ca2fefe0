"""One network in many draws of its numbers, all answered together, and each answer certified.

A plan is made of ways. Those that the plans of all draws are made of are few, so the draws share one small programme
over ways, which :mod:`corridor.flow.lockstep` solves for hundreds of them at once, each from the basis of the nearest
draw that is solved already. Then the cheapest supply of every state at each draw's prices is found
(:mod:`corridor.flow.supplies`): a draw in which no bid pays more is proven to be the best; the others name ways that
are missing. What does not come to an end is solved alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corridor.flow.draws import Draws
from corridor.flow.lockstep import Lockstep
from corridor.flow.path_columns import TOLERANCE, Kept
from corridor.flow.plans import Alone, Answers, Found, Plans, certified
from corridor.flow.pool import Pool
from corridor.flow.pricing import CircleError, Pricing, Supply, Ways
from corridor.flow.problem import FlowProblem
from corridor.flow.supplies import Supplies
from corridor.paths import Floats, Ints

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

FEASIBLE = 1e-9
"""By so much of it (of 1 Mt/yr, where it is less) a plan may exceed a bound, as HiGHS's may."""


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
        answers = Answers(len(draws), self._problem, max(FIRST))
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

    def _pool(self) -> Pool:
        return Pool(self._ways, self._slacks, self._charges, self._mark, self._base)

    def _rounds(self, draws: Draws, left: Ints, pool: Pool, answers: Answers) -> None:
        """Answer draws, again and again where ways were missing; those that need about as many steps together."""
        for _ in range(MOST_ROUNDS):
            if len(left):
                which, distance = pool.nearest(draws.some(left))
                order = np.lexsort([distance, which])
                left = self._round(draws, left[order], which[order], pool, answers)

    def _round(self, draws: Draws, left: Ints, starts: Ints, pool: Pool, answers: Answers) -> Ints:
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

    def _solved(self, draws: Draws, starts: Ints, pool: Pool) -> Found:
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
        return Found(net_value, bound, amount, price, beaten, proven, ends.basic)

    def _learn(self, draws: Draws, found: Found, which: npt.NDArray[np.bool_], pool: Pool) -> bool:
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

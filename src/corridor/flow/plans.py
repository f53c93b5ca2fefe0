"""The plans of many draws, as they are collected and as they are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.flow.draws import Draws
from corridor.flow.problem import FlowProblem
from corridor.flow.solution import FlowSolution
from corridor.paths import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array

CERTIFIED = 1e-9
"""An answer whose bound lies no further from its net value, as a share of it (of 1 million USD/yr, where it is less),
is certified optimal."""

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


class Found(NamedTuple):
    """What came of some draws. Draws x ways, draws x rows, draws x bids where it is more than one number a draw."""

    net_value: Floats
    bound: Floats
    amount: Floats
    price: Floats
    beaten: npt.NDArray[np.bool_]
    proven: npt.NDArray[np.bool_]
    basic: Ints


class Answers:
    """Answers that are there so far."""

    def __init__(self, draws: int, problem: FlowProblem, bases: int = 0) -> None:
        self._edges, self._bids, self._offers = (problem.count(kind) for kind in ("edge", "bid", "offer"))
        self._net_value, self._bound = np.zeros(draws), np.zeros(draws)
        self._shadow_price = np.zeros((draws, problem.count("facility")))
        self._known = np.zeros(draws, dtype=np.bool_)
        self._amounts: list[tuple[Ints, Ints, Floats]] = []
        self._bases: dict[int, Ints] = {}  # of the first answers, so many
        self._most_bases = bases

    def note(self, draws: Ints, found: Found, held: Ints) -> None:
        """Keep those answers that are proven."""
        at = draws[found.proven]
        self._known[at] = True
        self._net_value[at], self._bound[at] = found.net_value[found.proven], found.bound[found.proven]
        own = np.flatnonzero(held < self._shadow_price.shape[1])
        self._shadow_price[np.ix_(at, held[own])] = found.price[np.ix_(found.proven, own)]
        if len(self._bases) < self._most_bases:
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
    return Answers(len(draws), problem).completed(draws, alone, csr_array((0, n_columns)))

"""The cheapest supply of every state in many draws at once: what proves that no way whatever would improve a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridor.flow.pricing import Supply
from corridor.flow.problem import FlowProblem
from corridor.paths import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST_SWEEPS = 60
"""Costs that have not settled after so many sweeps may have no end."""

LEAST_SWEEPS = 3
"""Before that none is expected to change nothing."""

CROWDED = 0.5
"""When costs fall in no more than this share of the draws, the others are moved out of the way."""


class _Level(NamedTuple):
    """Edges into some states: first one into each, then the second into each that has one, and so on.

    Attributes
    ----------
    edges, tails
        The edges, and where they begin.
    heads
        The states, those with most edges first.
    ranks
        Places of the first edges, of the second, and so on.
    charged, charge
        Places of the edges that shared rows charge, and their places among all such edges.
    """

    edges: Ints
    tails: Ints
    heads: Ints
    ranks: tuple[slice, ...]
    charged: Ints
    charge: Ints


class Supplies:
    """The network of a problem, made ready to be searched in many draws at once.

    Costs are carried along the edges in sweeps: those that lead to dearer states (in the problem as it is) from the
    cheapest states on, then the others from the dearest states back, and so on (Yen 1970). In a draw that is not far
    from the problem the first sweep finds nearly all. A sweep that changes nothing proves that all is found.

    Parameters
    ----------
    problem
        Whose network it is.
    nearby
        Its cheapest supply.
    charges
        What shared rows charge: edges, bids and offers x rows.
    """

    def __init__(self, problem: FlowProblem, nearby: Supply, charges: csr_array) -> None:
        self._problem = problem
        n_edges, n_bids = problem.count("edge"), problem.count("bid")
        edges, others = charges[:n_edges], charges[n_edges:]
        self._bids, self._offers = others[:n_bids], others[n_bids:]
        charged = np.flatnonzero(np.diff(edges.indptr))
        self._charged = edges[charged]
        place = np.full(n_edges, -1)
        place[charged] = np.arange(len(charged))
        self._sweeps = [[_level(problem, edges, place) for edges in sweep] for sweep in _both_ways(problem, nearby)]
        self._gain = None if np.all(problem.edge_gain == 1) else problem.edge_gain

    def excess(self, edge_cost: Floats, bid_price: Floats, offer_cost: Floats, row_price: Floats) -> Floats:
        """What each bid pays above the cheapest supply of its state (draws x bids); infinite where costs do not settle.

        Parameters
        ----------
        edge_cost, bid_price, offer_cost
            One an edge, bid or offer, or draws x that.
        row_price
            Of the shared rows, draws x rows.
        """
        row_price = np.ascontiguousarray(row_price.T)
        cost = np.full((self._problem.n_states, row_price.shape[1]), np.inf)
        np.minimum.at(cost, self._problem.offer_state, _across(offer_cost) + self._offers @ row_price)
        pays = _across(bid_price) - self._bids @ row_price
        return np.asarray((pays - self._settled(cost, _across(edge_cost), self._charged @ row_price)).T)

    def _settled(self, cost: Floats, along: Floats, charge: Floats) -> Floats:
        """Sweep until no cost falls any more: costs at the states of bids; endlessly low where they go on falling."""
        at_bids = np.full((self._problem.count("bid"), cost.shape[1]), -np.inf)
        left = np.arange(cost.shape[1])
        for sweep in range(MOST_SWEEPS):
            before = cost.copy() if sweep >= LEAST_SWEEPS else None
            self._sweep(self._sweeps[sweep % 2], cost, along, charge)
            if before is None:
                continue
            falls = np.any(cost != before, axis=0)
            if falls.mean() > CROWDED:
                continue
            at_bids[:, left[~falls]] = cost[self._problem.bid_state][:, ~falls]
            if not falls.any():
                break
            left, cost, charge = left[falls], cost[:, falls], charge[:, falls]
            along = along if along.shape[1] == 1 else along[:, falls]
        return at_bids

    def _sweep(self, levels: list[_Level], cost: Floats, along: Floats, charge: Floats) -> None:
        for level in levels:
            reach = cost[level.tails]
            reach += along[level.edges]
            if len(level.charged):
                reach[level.charged] += charge[level.charge]
            if self._gain is not None:
                reach /= self._gain[level.edges, None]
            least = cost[level.heads]
            for rank in level.ranks:
                part = least[: rank.stop - rank.start]
                np.minimum(part, reach[rank], out=part)
            cost[level.heads] = least


def _both_ways(problem: FlowProblem, supply: Supply) -> tuple[list[Ints], list[Ints]]:
    """Edges to dearer states in the order of these, then the others in the order of theirs, by level.

    No edge joins two states of a level: a state lies one level beyond the highest of those that are cheaper and from
    which an edge leads to it.
    """
    level = np.zeros(problem.n_states, dtype=np.int64)
    place = np.argsort(np.argsort(supply.cost, kind="stable"))  # of states of one cost the first counts as cheaper
    is_onward = place[problem.edge_from] < place[problem.edge_to]
    onward, back = np.flatnonzero(is_onward), np.flatnonzero(~is_onward)
    for _ in range(problem.n_states):
        before = level.copy()
        np.maximum.at(level, problem.edge_to[onward], level[problem.edge_from[onward]] + 1)
        np.maximum.at(level, problem.edge_from[back], level[problem.edge_to[back]] + 1)
        if np.array_equal(level, before):
            break
    found = level[problem.edge_to]
    return _grouped(onward, found[onward]), _grouped(back, -found[back])


def _grouped(edges: Ints, key: Ints) -> list[Ints]:
    """Edges by a key, in its order."""
    order = np.argsort(key, kind="stable")
    return np.split(edges[order], np.flatnonzero(np.diff(key[order])) + 1) if len(edges) else []


def _level(problem: FlowProblem, edges: Ints, charge: Ints) -> _Level:
    heads, number, count = np.unique(problem.edge_to[edges], return_inverse=True, return_counts=True)
    most_first = np.argsort(-count, kind="stable")
    place = np.argsort(most_first)[number]
    order = np.argsort(place, kind="stable")
    rank = np.arange(len(edges)) - np.searchsorted(place[order], place[order])
    edges = edges[order[np.argsort(rank, kind="stable")]]
    ends = np.cumsum(np.bincount(rank)).tolist()
    ranks = tuple(slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True))
    own = np.flatnonzero(charge[edges] >= 0)
    return _Level(edges, problem.edge_from[edges], heads[most_first], ranks, own, charge[edges[own]])


def _across(column: Floats) -> Floats:
    """A column as rows x draws, or x 1 where it is the same in all draws."""
    return column[:, None] if column.ndim == 1 else column.T

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

SETTLED = 1e-13
"""Share of a cost (of 1 USD/t, where it is less) by which a sweep may still lower it: rounding."""


class _Level(NamedTuple):
    """Edges into the states that lie equally many steps from the mines at the start, by the state where they end."""

    edges: Ints
    tails: Ints
    heads: Ints  # the states, each once
    first: Ints  # where the edges of each state begin
    charged: Ints  # places of the edges that shared rows charge
    charge: Ints  # and their places among all such edges


class Supplies:
    """The network of a problem, made ready to be searched in many draws at once.

    Costs are carried along the edges in sweeps, level by level in the order in which cargo reached the states in the
    problem as it is: in a draw that is not far from it the first sweep finds nearly all, and another proves it.

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
        edges, self._bids, self._offers = charges[:n_edges], charges[n_edges : n_edges + n_bids], charges[n_edges + n_bids :]
        charged = np.flatnonzero(np.diff(edges.indptr))
        self._charged = edges[charged]
        place = np.full(n_edges, -1)
        place[charged] = np.arange(len(charged))
        depth = _depth(problem, nearby)[problem.edge_to]
        order = np.lexsort([problem.edge_to, depth])
        self._levels = []
        for level in np.split(order, np.flatnonzero(np.diff(depth[order])) + 1):
            heads, first = np.unique(problem.edge_to[level], return_index=True)
            own = np.flatnonzero(place[level] >= 0)
            self._levels.append(_Level(level, problem.edge_from[level], heads, first, own, place[level[own]]))
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
        along, charge = _across(edge_cost), self._charged @ row_price
        for _ in range(MOST_SWEEPS):
            before = cost.copy()
            self._sweep(cost, along, charge)
            with np.errstate(invalid="ignore"):  # an infinite cost less itself
                unsettled = np.any(before - cost > SETTLED * np.maximum(1.0, np.abs(cost)), axis=0)
            if not unsettled.any():
                break
        pays = _across(bid_price) - self._bids @ row_price
        excess = pays - cost[self._problem.bid_state]
        excess[:, unsettled] = np.inf
        return excess.T

    def _sweep(self, cost: Floats, along: Floats, charge: Floats) -> None:
        for level in self._levels:
            reach = cost[level.tails]
            reach += along[level.edges]
            reach[level.charged] += charge[level.charge]
            if self._gain is not None:
                reach /= self._gain[level.edges, None]
            least = np.minimum.reduceat(reach, level.first, axis=0)
            cost[level.heads] = np.minimum(cost[level.heads], least)


def _depth(problem: FlowProblem, supply: Supply) -> Ints:
    """How many steps lead to each state; one more than all others where nothing comes."""
    depth = np.zeros(problem.n_states, dtype=np.int64)
    arrived = np.flatnonzero((supply.last_step >= 0) & (supply.last_step < problem.count("edge")))
    before = problem.edge_from[supply.last_step[arrived]]
    for _ in range(problem.n_states):
        deeper = depth[before] + 1
        if np.array_equal(depth[arrived], deeper):
            break
        depth[arrived] = deeper
    depth[supply.last_step < 0] = depth.max(initial=0) + 1
    return depth


def _across(column: Floats) -> Floats:
    """A column as rows x draws, or x 1 where it is the same in all draws."""
    return column[:, None] if column.ndim == 1 else column.T

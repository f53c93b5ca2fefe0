"""Sequential allocation, for comparison: cheapest ways first, scaled back at capacity, the rest routed anew.

Our own statement of the rule that freight models of the open literature use where they have no optimiser. Those take
tonnes per pair of origin and destination as given; here offers and bids have to find each other first, so:

1. On the network without what is full, find the cheapest way from every offer to every bid, at posted costs. A pair
   pays if the bid's price is above the offer's cost plus the way's.
2. Take the pairs that pay in order, cheapest way first (or, kinder than the rule, greatest margin first). Each gets
   what is left of its offer or of its bid, whichever is less; capacities are not looked at.
3. Put all that on the network at once. Where a facility would have to take more than it has left, every pair through it
   is scaled back by the same share; a pair through several by the smallest of their shares.
4. What was scaled back is left of its offer and its bid. Go on at 1, until no pair pays or nothing moves.

What was shipped in one round is never moved again: that is what an optimiser does better. The rest may find another
partner, and rounds go on to the last tonne, both of which is kinder than rules that keep the pair and stop at a
threshold.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from corridor import FlowProblem
from corridor.paths import WeightedGraph

LEAST_MT = 1e-9
"""Less than this counts as nothing."""


class Allocation(NamedTuple):
    """What the rule ends with: million USD/yr, Mt/yr, and in how many rounds."""

    net_value: float
    tonnes: float
    rounds: int


class _Pairs(NamedTuple):
    """Offers and bids that pay, their margin and way's cost (USD/t), and edges of their ways as pairs of indices."""

    offer: np.ndarray
    bid: np.ndarray
    margin: np.ndarray
    cost: np.ndarray
    pair: np.ndarray
    edge: np.ndarray


def allocate(problem: FlowProblem, order: Literal["cost", "margin"] = "cost") -> Allocation:
    """Allocate by the rule.

    Parameters
    ----------
    problem
        Without losses, limits and bounded edges: the rule knows no such thing.
    order
        Pairs with the cheapest way first, or those with the greatest margin.
    """
    if np.any(problem.edge_gain != 1) or problem.limits or np.any(np.isfinite(problem.edge_capacity)):
        raise ValueError("the rule knows no losses, limits or bounded edges")
    graph = WeightedGraph(problem.n_states, np.column_stack([problem.edge_from, problem.edge_to]), one_way=True)
    offer_left, bid_left = problem.offer_most.copy(), problem.bid_most.copy()
    room = problem.facility_capacity.copy()
    net_value = tonnes = 0.0
    rounds = 0
    while True:
        is_full = (room[problem.use_facility] <= LEAST_MT) & (problem.use_amount > 0)
        weight = problem.edge_cost.copy()
        weight[problem.use_edge[is_full]] = np.inf
        pairs = _paying(problem, graph, weight, offer_left, bid_left)
        wanted = _wanted(pairs, np.argsort(pairs.cost if order == "cost" else -pairs.margin), offer_left, bid_left)
        taken, shipped = _scaled_back(problem, pairs, wanted, room)
        if shipped.sum() <= LEAST_MT:
            return Allocation(net_value, tonnes, rounds)
        rounds += 1
        net_value += float(shipped @ pairs.margin)
        tonnes += float(shipped.sum())
        room -= taken
        offer_left -= np.bincount(pairs.offer, shipped, len(offer_left))
        bid_left -= np.bincount(pairs.bid, shipped, len(bid_left))


def _paying(
    problem: FlowProblem, graph: WeightedGraph, weight: np.ndarray, offer_left: np.ndarray, bid_left: np.ndarray
) -> _Pairs:
    """Step 1: cheapest ways of all pairs that pay and have something left."""
    offers, bids = np.flatnonzero(offer_left > LEAST_MT), np.flatnonzero(bid_left > LEAST_MT)
    found: list[list[np.ndarray]] = [[np.zeros(0, dtype=np.int64)] * 2 + [np.zeros(0)] * 2]
    steps: list[tuple[np.ndarray, np.ndarray]] = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    count = 0
    for part, trees in graph.trees(weight, problem.offer_state[offers]):
        some = offers[part]
        cost = trees.distance[:, problem.bid_state[bids]]
        margin = problem.bid_price[bids] - problem.offer_cost[some][:, None] - cost
        row, column = np.nonzero(margin > 0)
        found.append([some[row], bids[column], margin[row, column], cost[row, column]])
        pair, at = count + np.arange(len(row)), problem.bid_state[bids[column]]
        count += len(row)
        while len(pair):
            onward = at != problem.offer_state[some[row]]
            pair, row, at = pair[onward], row[onward], at[onward]
            before = trees.parent[row, at].astype(np.int64)
            steps.append((pair, graph.edges_between(weight, before, at)))
            at = before
    pair, edge = (np.concatenate(part) for part in zip(*steps, strict=True))
    return _Pairs(*(np.concatenate(part) for part in zip(*found, strict=True)), pair, edge)


def _wanted(pairs: _Pairs, order: np.ndarray, offer_left: np.ndarray, bid_left: np.ndarray) -> np.ndarray:
    """Step 2: tonnes per pair, as if there were room for everything."""
    offers, bids = offer_left.tolist(), bid_left.tolist()
    wanted = np.zeros(len(order))
    for pair, offer, bid in zip(order.tolist(), pairs.offer[order].tolist(), pairs.bid[order].tolist(), strict=True):
        wanted[pair] = amount = min(offers[offer], bids[bid])
        offers[offer] -= amount
        bids[bid] -= amount
    return wanted


def _scaled_back(
    problem: FlowProblem, pairs: _Pairs, wanted: np.ndarray, room: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Step 3: what each facility takes, and tonnes per pair."""
    # edge of a pair's way -> uses of that edge; uses are looked up in order of their edges
    order = np.argsort(problem.use_edge, kind="stable")
    sorted_edge = problem.use_edge[order]
    first, last = (np.searchsorted(sorted_edge, pairs.edge, side) for side in ("left", "right"))
    each = last - first
    offset = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    use = order[np.repeat(first, each) + offset]
    pair, facility, amount = np.repeat(pairs.pair, each), problem.use_facility[use], problem.use_amount[use]
    asked = np.bincount(facility, amount * wanted[pair], len(room))
    share_of_facility = np.minimum(1.0, np.divide(room, asked, out=np.ones(len(room)), where=asked > 0))
    share = np.ones(len(wanted))
    np.minimum.at(share, pair, np.where(amount > 0, share_of_facility[facility], 1.0))
    shipped = wanted * np.maximum(share, 0.0)
    return np.bincount(facility, amount * shipped[pair], len(room)), shipped

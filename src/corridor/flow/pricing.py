"""The cheapest way from any offer to every state, at given prices of what is shared: the search in path columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from corridor.flow.problem import FlowProblem
from corridor.paths import Floats, Ints, LabelGraph, WeightedGraph

LABEL_TOLERANCE = 1e-13
"""Share of a label by which another must be smaller to replace it: rounding errors must not go round in circles."""

MOST_PAIRS = 2_000
"""So many ways from offers to bids are worth finding ahead of the questions to come; more make the master slow."""


class CircleError(Exception):
    """At these prices going round in circles pays, so that no way is the cheapest."""


class Supply(NamedTuple):
    """What a tonne costs at each state.

    Attributes
    ----------
    cost
        Per state, USD/t: the least over all offers and ways, losses on the way included; infinite where nothing comes.
    step_into
        The last step of the way to each of some states: edge, or number of edges + offer where it begins.
    """

    cost: Floats
    step_into: Callable[[Ints], Ints]


class Ways(NamedTuple):
    """Ways, as sparse triples: tonnes of each column (edges, bids, offers) for a tonne sold."""

    way: Ints
    column: Ints
    tonnes: Floats


@dataclass(frozen=True)
class Pricing:
    """The network of a problem, made ready to be searched again and again at other prices.

    One search finds the cheapest supply of all states at once: all offers start together, from one more vertex that an
    edge joins to each. Dijkstra's method where no tonne is lost and nothing costs less than nothing, else label
    correcting.

    Attributes
    ----------
    problem
        Whose network it is; its numbers are not looked at, but for gains.
    """

    problem: FlowProblem

    def supply(self, edge_cost: Floats, offer_cost: Floats) -> Supply:
        """Find the cheapest supply of every state.

        Raises
        ------
        CircleError
            If going round somewhere makes it cheaper each time.
        """
        if self._keeps_all and np.all(edge_cost >= 0):
            return self._by_dijkstra(edge_cost, offer_cost)
        return self._by_labels(edge_cost, offer_cost)

    def ways(self, supply: Supply, bids: Ints) -> Ways:
        """Follow the cheapest ways back from some bids, all in step."""
        return self._followed(bids, lambda _, at: supply.step_into(at))

    def ways_of_all_offers(self, edge_cost: Floats) -> Ways | None:
        """The cheapest way from every offer to every bid that it reaches; none where that is much to ask.

        Much: more than :data:`MOST_PAIRS` ways, or where Dijkstra's method does not serve.
        """
        problem = self.problem
        if not (self._keeps_all and np.all(edge_cost >= 0)):
            return None
        found, n_ways = [], 0
        weight = np.concatenate([edge_cost, np.full(problem.count("offer"), np.inf)])  # one by one
        for part, trees in self._graph.trees(weight, problem.offer_state):
            tree, bids = np.nonzero(np.isfinite(trees.distance[:, problem.bid_state]))
            begin = problem.offer_state[part][tree]
            first = problem.count("edge") + np.arange(part.start, part.stop)[tree]
            parent = trees.parent.astype(np.int64)

            def step_into(way: Ints, at: Ints) -> Ints:
                step = first[way].copy()  # noqa: B023 - followed at once, below
                onward = at != begin[way]  # noqa: B023
                before = parent[tree[way[onward]], at[onward]]  # noqa: B023
                step[onward] = self._graph.edges_between(weight, before, at[onward])
                return step

            ways = self._followed(bids, step_into)
            found.append(ways._replace(way=ways.way + n_ways))
            n_ways += len(bids)
            if n_ways > MOST_PAIRS:
                return None
        return Ways(*(np.concatenate(part) for part in zip(*found, strict=True))) if n_ways else None

    def _followed(self, bids: Ints, step_into: Callable[[Ints, Ints], Ints]) -> Ways:
        """Follow ways back from some bids, all in step; ``step_into`` takes ways and the states where they are."""
        n_edges, n_bids = self.problem.count("edge"), self.problem.count("bid")
        way = np.arange(len(bids))
        at, tonnes = self.problem.bid_state[bids], np.ones(len(bids))
        found = [(way, n_edges + bids, tonnes)]
        while len(way):
            step = step_into(way, at)
            begins = step >= n_edges
            found.append((way[begins], step[begins] + n_bids, tonnes[begins]))
            way, edge = way[~begins], step[~begins]
            tonnes = tonnes[~begins] / self.problem.edge_gain[edge]
            found.append((way, edge, tonnes))
            at = self.problem.edge_from[edge]
        return Ways(*(np.concatenate(part) for part in zip(*found, strict=True)))

    def node_prices(self, supply: Supply, edge_cost: Floats, bid_price: Floats) -> Floats:
        """Prices at which no edge pays, everywhere: the cost of supply, or where nothing comes what it would fetch.

        Raises
        ------
        CircleError
            As for :meth:`supply`.
        """
        reached = np.isfinite(supply.cost)
        if reached.all():
            return supply.cost
        # Nothing comes here, so no offer bounds the price from above: what bids and the edges onward would give, or 0.
        problem = self.problem
        fetched = np.zeros(problem.n_states)
        np.maximum.at(fetched, problem.bid_state, bid_price)
        edges = np.flatnonzero(~reached[problem.edge_from])
        onward = LabelGraph(problem.n_states, problem.edge_to[edges], problem.edge_from[edges])
        start = -np.where(reached, supply.cost, fetched)
        found = onward.labels(start, edge_cost[edges], problem.edge_gain[edges], LABEL_TOLERANCE)
        if found.cycle:
            raise CircleError
        return -found.label

    @cached_property
    def _keeps_all(self) -> bool:
        return bool(np.all(self.problem.edge_gain == 1))

    @cached_property
    def _ends(self) -> Ints:
        """Ends of all edges, then of one from the vertex where all begins to each offer."""
        problem = self.problem
        begin = np.full(problem.count("offer"), problem.n_states)
        return np.column_stack(
            [np.concatenate([problem.edge_from, begin]), np.concatenate([problem.edge_to, problem.offer_state])]
        )

    @cached_property
    def _graph(self) -> WeightedGraph:
        return WeightedGraph(self.problem.n_states + 1, self._ends, one_way=True)

    @cached_property
    def _labels(self) -> LabelGraph:
        return LabelGraph(self.problem.n_states + 1, *self._ends.T)

    def _by_dijkstra(self, edge_cost: Floats, offer_cost: Floats) -> Supply:
        begin = self.problem.n_states
        least = np.min(offer_cost, initial=np.inf)  # offers may cost less than nothing: count from the cheapest
        weight = np.concatenate([edge_cost, offer_cost - least])
        [(_, tree)] = self._graph.trees(weight, [begin])
        parent = tree.parent[0].astype(np.int64)

        def step_into(states: Ints) -> Ints:
            return self._graph.edges_between(weight, parent[states], states)

        return Supply(tree.distance[0, :begin] + least, step_into)

    def _by_labels(self, edge_cost: Floats, offer_cost: Floats) -> Supply:
        begin = self.problem.n_states
        start = np.full(begin + 1, np.inf)
        start[begin] = 0.0
        gain = self.problem.edge_gain
        add = np.concatenate([edge_cost / gain, offer_cost])
        factor = None if self._keeps_all else np.concatenate([1 / gain, np.ones(len(offer_cost))])
        found = self._labels.labels(start, add, factor, LABEL_TOLERANCE)
        if found.cycle:
            raise CircleError
        return Supply(found.label[:begin], found.parent_edge.__getitem__)

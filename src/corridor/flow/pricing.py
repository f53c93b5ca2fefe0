"""The cheapest way from any offer to every state, at given prices of what is shared: the search in path columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.flow.problem import FlowProblem
from corridor.paths import LEAST_WEIGHT, Floats, Ints, LabelGraph, WeightedGraph, pieces

LABEL_TOLERANCE = 1e-13
"""Share of a label by which another must be smaller to replace it: rounding errors must not go round in circles."""

BATCH_STATES = 8_000
"""Networks of more states are searched in batches of about so many: their distances and queue fit into the cache."""

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
    last_step
        Per state, the last step of the way there: edge, or number of edges + offer where it begins; -1 where nothing
        comes.
    """

    cost: Floats
    last_step: Ints


class Ways(NamedTuple):
    """Ways, as sparse triples: tonnes of each column (edges, bids, offers) for a tonne sold.

    Attributes
    ----------
    n_ways
        Number of ways.
    way, column, tonnes
        Triples, in no order; no pair of way and column stands twice.
    """

    n_ways: int
    way: Ints
    column: Ints
    tonnes: Floats

    @classmethod
    def none(cls) -> Ways:
        """No ways."""
        return cls(0, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))

    @classmethod
    def joined(cls, parts: Sequence[Ways]) -> Ways:
        """Ways of one after those of another."""
        before = np.cumsum([0, *(part.n_ways for part in parts)])
        way = [part.way + first for part, first in zip(parts, before[:-1], strict=True)]
        column, tonnes = ([part[field] for part in parts] for field in (2, 3))
        return cls(int(before[-1]), *(np.concatenate(each) for each in (way, column, tonnes)))

    def total(self, by_column: Floats) -> Floats:
        """Sum of tonnes x a number of each column, by way."""
        return np.bincount(self.way, self.tonnes * by_column[self.column], self.n_ways).astype(np.float64)

    def spread(self, amount: Floats) -> Floats:
        """Values of the triples where each way is used so much."""
        return self.tonnes * amount[self.way]

    def only(self, chosen: npt.NDArray[np.bool_]) -> Ways:
        """Some of the ways, numbered anew."""
        if chosen.all():
            return self
        held = chosen[self.way]
        number = np.cumsum(chosen) - 1
        return Ways(int(chosen.sum()), number[self.way[held]], self.column[held], self.tonnes[held])


class _Batch(NamedTuple):
    """Some pieces of the network that nothing joins to the rest, with a vertex more where all their offers begin.

    Attributes
    ----------
    states
        States in it; their places here are its vertices, and one past them where all begins.
    edges
        Its edges, then number of edges + offer for its offers; their places here are its graph's edges.
    ends
        Vertices that each edge joins, edges x 2.
    graph
        The same with numbers of its own.
    """

    states: Ints
    edges: Ints
    ends: Ints
    graph: WeightedGraph

    @classmethod
    def of(cls, states: Ints, edges: Ints, ends: Ints) -> _Batch:
        """Lay out the graph."""
        return cls(states, edges, ends, WeightedGraph(len(states) + 1, ends, one_way=True))


class Pricing:
    """The network of a problem, made ready to be searched again and again at other prices.

    One search finds the cheapest supply of all states at once: all offers start together, from one more vertex that an
    edge joins to each. Dijkstra's method where no tonne is lost and nothing costs less than nothing, else label
    correcting. Large networks are searched in batches of pieces (each commodity is one), which the processor's cache
    holds.

    Parameters
    ----------
    problem
        Whose network it is; its numbers are not looked at, but for gains.
    """

    def __init__(self, problem: FlowProblem) -> None:
        self.problem = problem

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
        return self._followed(bids, lambda _, at: supply.last_step[at])

    def ways_of_all_offers(self, edge_cost: Floats) -> Ways | None:
        """The cheapest way from every offer to every bid that it reaches; none where that is much to ask.

        Much: more than :data:`MOST_PAIRS` ways, or where Dijkstra's method does not serve.
        """
        problem = self.problem
        if len(self._batches) > 1 or not (self._keeps_all and np.all(edge_cost >= 0)):
            return None
        graph = self._batches[0].graph
        found: list[Ways] = []
        weight = np.concatenate([edge_cost, np.full(problem.count("offer"), np.inf)])  # one by one
        for part, trees in graph.trees(weight, problem.offer_state):
            tree, bids = np.nonzero(np.isfinite(trees.distance[:, problem.bid_state]))
            begin = problem.offer_state[part][tree]
            first = problem.count("edge") + np.arange(part.start, part.stop)[tree]
            parent = trees.parent.astype(np.int64)

            def step_into(way: Ints, at: Ints) -> Ints:
                step = first[way].copy()  # noqa: B023 - followed at once, below
                onward = at != begin[way]  # noqa: B023
                before = parent[tree[way[onward]], at[onward]]  # noqa: B023
                step[onward] = graph.edges_between(weight, before, at[onward])
                return step

            found.append(self._followed(bids, step_into))
            if sum(ways.n_ways for ways in found) > MOST_PAIRS:
                return None
        return Ways.joined(found) if found else None

    def _followed(self, bids: Ints, step_into: Callable[[Ints, Ints], Ints]) -> Ways:
        """Follow ways back from some bids, all in step; ``step_into`` takes ways and the states where they are."""
        n_edges, n_bids = self.problem.count("edge"), self.problem.count("bid")
        way, at = np.arange(len(bids)), self.problem.bid_state[bids]
        tonnes = np.ones(len(bids))
        found = [(way, n_edges + bids, tonnes)]
        while len(way):
            step = step_into(way, at)
            begins = step >= n_edges
            if begins.any():
                found.append((way[begins], step[begins] + n_bids, tonnes[begins]))
                way, step, tonnes = way[~begins], step[~begins], tonnes[~begins]
            if not self._keeps_all:
                tonnes = tonnes / self.problem.edge_gain[step]
            found.append((way, step, tonnes))
            at = self.problem.edge_from[step]
        return Ways(len(bids), *(np.concatenate(part) for part in zip(*found, strict=True)))

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
    def _labels(self) -> LabelGraph:
        return LabelGraph(self.problem.n_states + 1, *self._ends.T)

    def _by_dijkstra(self, edge_cost: Floats, offer_cost: Floats) -> Supply:
        n_states = self.problem.n_states
        least = float(np.min(offer_cost, initial=np.inf))  # offers may cost less than nothing: count from the cheapest
        weight = np.concatenate([edge_cost, offer_cost - least])
        cost, last_step = np.full(n_states, np.inf), np.full(n_states, -1)
        for states, edges, ends, graph in self._batches:
            begin, own = len(states), weight[edges]
            [(_, tree)] = graph.trees(own, [begin])
            distance, parent = tree.distance[0], tree.parent[0]
            tail, head = ends.T
            taken = parent[head] == tail
            if graph.parallel:  # of several from the parent the one by which the distance came
                taken &= distance[tail] + np.maximum(own, LEAST_WEIGHT) == distance[head]
            cost[states] = distance[:begin] + least
            last_step[states[head[taken]]] = edges[taken]
        return Supply(cost, last_step)

    @cached_property
    def _batches(self) -> list[_Batch]:
        n_states, ends = self.problem.n_states, self._ends
        if n_states <= BATCH_STATES:
            return [_Batch.of(np.arange(n_states), np.arange(len(ends)), ends)]
        piece = pieces(n_states, self.problem.edge_from, self.problem.edge_to)
        through = np.cumsum(np.bincount(piece))  # states of this piece and all before it
        batch_of_state = ((through - 1) // BATCH_STATES)[piece]
        states_of, edges_of = _grouped(batch_of_state), _grouped(batch_of_state[ends[:, 1]])
        place, batches = np.zeros(n_states + 1, dtype=np.int64), []
        for batch, states in states_of.items():
            edges = edges_of.get(batch, np.zeros(0, dtype=np.int64))
            place[states], place[-1] = np.arange(len(states)), len(states)
            batches.append(_Batch.of(states, edges, place[ends[edges]]))
        return batches

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
        return Supply(found.label[:begin], found.parent_edge)


def _grouped(group: Ints) -> dict[int, Ints]:
    """Positions by their group, in order."""
    order = np.argsort(group, kind="stable")
    names, starts = np.unique(group[order], return_index=True)
    return dict(zip(names.tolist(), np.split(order, starts[1:]), strict=True)) if len(group) else {}

"""The network unfolded by the border crossings used on the way, and the cheapest ways through it."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from corridor.law import Law, Passed
from corridor.network import Network
from corridor.paths import Floats, Ints, shortest_paths


class State(NamedTuple):
    """A place, with the first and the last border crossing on the way to it, and what the law asks of that way."""

    node: str
    first: str | None = None
    last: str | None = None
    passed: Passed = ()


class Way(NamedTuple):
    """A way to a market by one gateway and entry (blank: no border); ``edges`` are positions in the network's edges."""

    market: str
    gateway: str
    entry: str
    edges: tuple[int, ...]


class Ways:
    """A network over land, unfolded by the first and the last crossing, with the sea links that leave from its berths.

    Parameters
    ----------
    network
        Nodes and open edges.
    origins
        Mines where ways begin.
    law
        Asks which countries cargo has passed: the network is unfolded by that too.
    """

    def __init__(self, network: Network, origins: Collection[str], law: Law) -> None:
        self._network = network
        self.sea_from: dict[str, list[int]] = defaultdict(list)
        land_from: dict[str, list[int]] = defaultdict(list)
        for index, edge in enumerate(network.edges):
            (self.sea_from if edge.link.kind == "sea" else land_from)[edge.tail].append(index)
        self._start = {origin: State(origin, passed=law.after((), origin)) for origin in sorted(origins)}
        self._position = {state: i for i, state in enumerate(self._start.values())}
        tail, head, used = [], [], []
        queue = list(self._position)
        for state in queue:  # grows while it is walked
            for index in land_from[state.node]:
                edge = network.edges[index]
                crossing = edge.link.crossing if edge.link.kind == "border" else None
                passed = law.after(state.passed, edge.head)
                after = State(edge.head, state.first or crossing, crossing or state.last, passed)
                if after not in self._position:
                    self._position[after] = len(self._position)
                    queue.append(after)
                tail.append(self._position[state])
                head.append(self._position[after])
                used.append(index)
        self._tail: Ints = np.array(tail, dtype=np.int64)
        self._head: Ints = np.array(head, dtype=np.int64)
        self._edge: Ints = np.array(used, dtype=np.int64)
        self.histories = tuple(dict.fromkeys(state.passed for state in self._position))
        history = {passed: i for i, passed in enumerate(self.histories)}
        history_at = np.array([history[state.passed] for state in self._position], dtype=np.int64)
        self._history: Ints = history_at[self._tail]

    def cheapest(self, origin: str, weights: Sequence[Floats], markets: Collection[str]) -> tuple[list[Way], set[str]]:
        """Find the cheapest way to each market by every gateway and entry.

        Parameters
        ----------
        origin
            Mine.
        weights
            For each of :attr:`histories`, one a network edge; NaN: not to be used.
        markets
            Nodes of sale.

        Returns
        -------
        ways, reached
            The ways, and all nodes that can be reached over land.
        """
        by_history = np.stack(weights)
        start = self._position[self._start[origin]]
        weight = by_history[self._history, self._edge]
        trees = shortest_paths(len(self._position), self._tail, self._head, weight, [start])
        of_network = self._edge.tolist()
        finite = dict(zip(self.histories, np.isfinite(by_history).tolist(), strict=True))

        def over_land(position: int) -> tuple[int, ...]:
            return tuple(of_network[e] for e in trees.path(0, position))

        ways: list[Way] = []
        reached: set[str] = set()
        to_berth: dict[tuple[str, str, Passed], tuple[float, int]] = {}
        sales: dict[tuple[str, str, str], list[tuple[float, int]]] = defaultdict(list)
        distances = trees.distance[0].tolist()
        for state, position in self._position.items():
            distance = distances[position]
            if not math.isfinite(distance):
                continue
            reached.add(state.node)
            if state.node in self.sea_from:
                key = state.node, state.last or "", state.passed
                to_berth[key] = min(to_berth.get(key, (math.inf, -1)), (distance, position))
            if state.node in markets:
                sales[state.node, self._gateway(state), state.last or ""].append((distance, position))
        for (market, gateway, entry), reachings in sales.items():
            ways.append(Way(market, gateway, entry, over_land(min(reachings)[1])))
        sailing = {
            berth: [(sea, head) for sea in seas if (head := self._network.edges[sea].head) in markets]
            for berth, seas in self.sea_from.items()
        }
        shipped: dict[tuple[str, str, int], tuple[float, int]] = {}
        for (berth, entry, passed), reaching in to_berth.items():
            for sea, _ in sailing[berth]:
                if finite[passed][sea]:  # of several histories the cheapest that may sail
                    shipped[berth, entry, sea] = min(shipped.get((berth, entry, sea), (math.inf, -1)), reaching)
        land = {position: over_land(position) for _, position in to_berth.values()}
        edges = self._network.edges
        for (berth, entry, sea), (_, position) in shipped.items():
            ways.append(Way(edges[sea].head, berth, entry, (*land[position], sea)))
        return ways, reached

    def _gateway(self, state: State) -> str:
        """Where cargo that is sold without going to sea leaves: a berth, the first crossing, or the place of sale."""
        return state.node if state.node in self.sea_from else state.first or state.node


def way_over(network: Network, start: str, end: str, places: Sequence[str], weight: Floats) -> tuple[int, ...]:
    """Find the cheapest way over given places in their order.

    Parameters
    ----------
    network
        Nodes and open edges.
    start, end
        Nodes.
    places
        Nodes or crossings.
    weight
        One a network edge; NaN: not to be used.

    Returns
    -------
    tuple of int
        Positions of edges; empty if there is no way.
    """
    position = {node: i for i, node in enumerate(network.nodes)}
    tail = np.array([position[edge.tail] for edge in network.edges])
    head = np.array([position[edge.head] for edge in network.edges])
    options = [_stops(network, place) for place in places]
    best: tuple[float, tuple[int, ...]] = (math.inf, ())
    for choice in itertools.product(*options):
        stops = [start, *itertools.chain.from_iterable(choice), end]
        trees = shortest_paths(len(position), tail, head, weight, [position[stop] for stop in stops[:-1]])
        legs = list(enumerate(stops[1:]))
        length = sum(float(trees.distance[leg, position[stop]]) for leg, stop in legs)
        if length < best[0]:
            best = length, tuple(e for leg, stop in legs for e in trees.path(leg, position[stop]))
    return best[1]


def _stops(network: Network, place: str) -> list[tuple[str, ...]]:
    """A node as it is; a crossing as the two ends of each of its border links."""
    if place in network.nodes:
        return [(place,)]
    return [
        (edge.tail, edge.head) for edge in network.edges if edge.link.kind == "border" and edge.link.crossing == place
    ]

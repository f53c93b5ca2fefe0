"""The mildest way of a cargo to a place and on from it, under the law of a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from corridor.law import Law, Verdict
from corridor.network import Network
from corridor.paths import Floats, Ints, shortest_paths
from corridor.schema import EFFECTS, Commodity, Effect, Rule

MORE_THAN_ALL_LINKS = 1e6
"""What a rule in the way weighs against a link of it: first few links with such rules, then few links."""


class Status(NamedTuple):
    """What the law says of a cargo that passes a place.

    Attributes
    ----------
    commodity, origin
        What is shipped, and the country where it was mined.
    node
        The place: a berth, or any other node.
    importer
        Country that a ship from the berth delivers to; blank: the mildest of all but the berth's own, or a place that
        is no berth.
    effect
        The mildest status with which the cargo can come there (and be shipped on): its ways are as good as their
        strictest link, and the best of them counts.
    rules
        The rules that make it no milder, on a way where they stand on the fewest links.
    """

    commodity: str
    origin: str
    node: str
    importer: str
    effect: Effect
    rules: tuple[Rule, ...]


def statuses(network: Network, law: Law, commodity: Commodity, origin: str, nodes: Sequence[str]) -> list[Status]:
    """Say what the law says of a cargo that passes each of some nodes.

    Parameters
    ----------
    network
        Links that count.
    law
        Rules of a day, held against that network.
    commodity, origin
        What is shipped, and the country where it was mined.
    nodes
        Berths are come to by land and shipped from, other nodes come to by any way.

    Returns
    -------
    list of Status
        By node, the mildest first; at a berth one more for each country that ships deliver to. Nodes to which no way
        leads have none.
    """
    return _Judge(network, law, commodity, origin).at(nodes)


class _Judge:
    """Mildest ways of one cargo on one day."""

    def __init__(self, network: Network, law: Law, commodity: Commodity, origin: str) -> None:
        self._network = network
        self._commodity, self._origin = commodity, origin
        self._verdict: Verdict = law.verdict(commodity, origin)
        self._takes = np.array([network.takes(edge.link, commodity) for edge in network.edges])

    def at(self, nodes: Sequence[str]) -> list[Status]:
        """As ``statuses`` returns them."""
        berths = {edge.tail for edge in self._network.edges if edge.link.kind == "sea"}
        arrivals = self._arrivals()
        found: list[Status] = []
        for node in nodes:
            here = arrivals.get(node)
            if here is None:
                continue
            own = self._shipped(node, *here) if node in berths else []
            country = self._network.nodes[node].country
            abroad = [status for status in own if status.importer != country]
            mildest = min(abroad, key=_strictness, default=self._status(node, "", *here))
            found += [mildest._replace(importer=""), *own]
        return found

    def _arrivals(self) -> dict[str, tuple[int, tuple[Rule, ...]]]:
        """Node to the mildest effect with which the cargo comes there, and the rules that make it no milder."""
        names = list(self._network.nodes)
        position = {name: i for i, name in enumerate(names)}
        start = len(names)
        edges = self._network.edges
        reached = {end for e, edge in enumerate(edges) if self._takes[e] for end in (edge.tail, edge.head)}
        nodes = self._network.nodes
        home = [position[name] for name in names if name in reached and nodes[name].country == self._origin]
        tail: Ints = np.array([*(position[edge.tail] for edge in edges), *(start for _ in home)])
        head: Ints = np.array([*(position[edge.head] for edge in edges), *home])
        found: dict[str, tuple[int, tuple[Rule, ...]]] = {}
        for level in range(len(EFFECTS)):
            if not np.any(self._verdict.effect == level):
                continue
            weight = np.append(self._weight(level), np.zeros(len(home)))
            trees = shortest_paths(start + 1, tail, head, weight, [start])
            for name in names:
                if name not in found and np.isfinite(trees.distance[0, position[name]]):
                    way = [e for e in trees.path(0, position[name]) if e < len(edges)]
                    found[name] = level, _merged(self._binding(e, level) for e in way)
        return found

    def _weight(self, level: int) -> Floats:
        """One a link, much more for each rule that makes it of this level; what is stricter may not be used."""
        weight = np.where(self._takes & (self._verdict.effect <= level), 1.0, np.nan)
        for e in self._verdict.rules:
            weight[e] += MORE_THAN_ALL_LINKS * len(self._binding(e, level))
        return weight

    def _binding(self, edge: int, level: int) -> tuple[Rule, ...]:
        """The rules that put an edge on a level, where it is on that."""
        if self._verdict.effect[edge] != level or level == 0:
            return ()
        return tuple(rule for rule in self._verdict.rules.get(edge, ()) if rule.effect == EFFECTS[level])

    def _shipped(self, berth: str, level: int, rules: tuple[Rule, ...]) -> list[Status]:
        """Status by country that ships from a berth deliver to."""
        best: dict[str, Status] = {}
        for e, edge in enumerate(self._network.edges):
            if edge.link.kind == "sea" and edge.tail == berth and self._takes[e]:
                at_sea = int(self._verdict.effect[e])
                whole = max(level, at_sea)
                by_land = rules if level == whole else ()
                importer = self._network.nodes[edge.head].country
                status = self._status(berth, importer, whole, _merged([by_land, self._binding(e, whole)]))
                best[importer] = min(best.get(importer, status), status, key=_strictness)
        return [best[importer] for importer in sorted(best)]

    def _status(self, node: str, importer: str, level: int, rules: tuple[Rule, ...]) -> Status:
        return Status(self._commodity.id, self._origin, node, importer, EFFECTS[level], rules)


def _strictness(status: Status) -> tuple[int, int]:
    return EFFECTS.index(status.effect), len(status.rules)


def _merged(several: Iterator[tuple[Rule, ...]] | Sequence[tuple[Rule, ...]]) -> tuple[Rule, ...]:
    """Each rule once."""
    return tuple({rule.id: rule for rules in several for rule in rules}.values())

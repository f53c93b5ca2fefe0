"""The mildest way of a cargo to a place and on from it, under the law of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from corridor.law import Law, Standing, Verdict
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


class _Step(NamedTuple):
    """An edge of the network, from state to state."""

    edge: int
    tail: Standing
    head: Standing


class _Judge:
    """Mildest ways of one cargo on one day."""

    def __init__(self, network: Network, law: Law, commodity: Commodity, origin: str) -> None:
        self._network = network
        self._law = law
        self._commodity, self._origin = commodity, origin
        self._takes = np.array([network.takes(edge.link, commodity) for edge in network.edges])

    def at(self, nodes: Sequence[str]) -> list[Status]:
        """As ``statuses`` returns them."""
        berths = {edge.tail for edge in self._network.edges if edge.link.kind == "sea"}
        arrivals = self._arrivals()
        here: dict[str, list[Standing]] = defaultdict(list)
        for state in arrivals:
            here[state.node].append(state)
        found: list[Status] = []
        for node in nodes:
            if node not in here:
                continue
            own: dict[str, Status] = {}
            for state in here[node] if node in berths else ():
                for status in self._shipped(state, *arrivals[state]):
                    own[status.importer] = min(own.get(status.importer, status), status, key=_strictness)
            country = self._network.nodes[node].country
            abroad = [status for status in own.values() if status.importer != country]
            ashore = [self._status(node, "", *arrivals[state]) for state in here[node]]
            mildest = min(abroad or ashore, key=_strictness)
            found += [mildest._replace(importer=""), *(own[importer] for importer in sorted(own))]
        return found

    def _arrivals(self) -> dict[Standing, tuple[int, tuple[Rule, ...]]]:
        """State to the mildest effect with which the cargo comes there, and the rules that make it no milder."""
        homes, steps = self._unfolded()
        order = {name: i for i, name in enumerate(self._network.nodes)}
        states = sorted({*homes, *(step.head for step in steps)}, key=lambda state: (order[state.node], state.passed))
        position = {state: i for i, state in enumerate(states)}
        start = len(position)
        tail: Ints = np.array([*(position[step.tail] for step in steps), *(start for _ in homes)], dtype=np.int64)
        head: Ints = np.array([*(position[step.head] for step in steps), *(position[home] for home in homes)])
        effects = np.array([self._verdict(step.tail).effect[step.edge] for step in steps], dtype=np.int64)
        found: dict[Standing, tuple[int, tuple[Rule, ...]]] = {}
        for level in sorted({0, *effects.tolist()}):
            weight = np.append(self._weight(steps, effects, level), np.zeros(len(homes)))
            trees = shortest_paths(start + 1, tail, head, weight, [start])
            for state in states:
                if state not in found and np.isfinite(trees.distance[0, position[state]]):
                    way = [steps[e] for e in trees.path(0, position[state]) if e < len(steps)]
                    found[state] = level, _merged(self._binding(step.edge, step.tail, level) for step in way)
        return found

    def _unfolded(self) -> tuple[list[Standing], list[_Step]]:
        """The network unfolded by what the cargo has passed: where it begins, and its steps in the network's order."""
        edges, nodes = self._network.edges, self._network.nodes
        touched = {end for e in np.flatnonzero(self._takes).tolist() for end in (edges[e].tail, edges[e].head)}
        starts = [name for name in nodes if name in touched and nodes[name].country == self._origin]
        unfolded = self._law.unfolded(starts, lambda _: self._takes)
        steps = [_Step(e, here, there) for here, onward in unfolded.items() for e, there in onward]
        return [Standing(name, self._law.after((), name)) for name in starts], sorted(steps)

    def _verdict(self, state: Standing) -> Verdict:
        return self._law.verdict(self._commodity, self._origin, state.passed)

    def _weight(self, steps: Sequence[_Step], effects: Ints, level: int) -> Floats:
        """One a link, two a border, much more for each rule that makes it of this level; none where it is stricter."""
        borders = [self._network.edges[step.edge].link.kind == "border" for step in steps]
        weight = np.where(effects <= level, np.where(borders, 2.0, 1.0), np.nan)
        for i in np.flatnonzero(effects == level).tolist() if level else ():
            weight[i] += MORE_THAN_ALL_LINKS * len(self._binding(steps[i].edge, steps[i].tail, level))
        return weight

    def _binding(self, edge: int, state: Standing, level: int) -> tuple[Rule, ...]:
        """The rules that put an edge on a level for what comes from a state, where it is on that."""
        verdict = self._verdict(state)
        if verdict.effect[edge] != level or level == 0:
            return ()
        return tuple(rule for rule in verdict.rules.get(edge, ()) if rule.effect == EFFECTS[level])

    def _shipped(self, state: Standing, level: int, rules: tuple[Rule, ...]) -> list[Status]:
        """Status by country that ships from a berth deliver to."""
        berth, effect = state.node, self._verdict(state).effect
        best: dict[str, Status] = {}
        for e, edge in enumerate(self._network.edges):
            if edge.link.kind == "sea" and edge.tail == berth and self._takes[e]:
                at_sea = int(effect[e])
                whole = max(level, at_sea)
                by_land = rules if level == whole else ()
                importer = self._network.nodes[edge.head].country
                status = self._status(berth, importer, whole, _merged([by_land, self._binding(e, state, whole)]))
                best[importer] = min(best.get(importer, status), status, key=_strictness)
        return list(best.values())

    def _status(self, node: str, importer: str, level: int, rules: tuple[Rule, ...]) -> Status:
        return Status(self._commodity.id, self._origin, node, importer, EFFECTS[level], rules)


def _strictness(status: Status) -> tuple[int, int]:
    return EFFECTS.index(status.effect), len(status.rules)


def _merged(several: Iterator[tuple[Rule, ...]] | Sequence[tuple[Rule, ...]]) -> tuple[Rule, ...]:
    """Each rule once."""
    return tuple({rule.id: rule for rules in several for rule in rules}.values())

"""Dated legal rules -> status of each edge for a commodity and its origin.

The model informs; it gives no legal advice.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.network import Network
from corridor.rules import (
    Passage,
    asked_of_history,
    speaks_of_commodity,
    speaks_of_history,
    speaks_of_origin,
    speaks_of_passage,
)
from corridor.schema import EFFECTS, Commodity, Effect, Rule
from corridor.values import holds

Passed = tuple[str, ...]
"""Countries where cargo has been, by code; only those of which a rule asks it are told."""


class Standing(NamedTuple):
    """Where cargo is, and what it has passed by then."""

    node: str
    passed: Passed


class Verdict(NamedTuple):
    """Status of every edge for one commodity of one origin, after one history.

    Attributes
    ----------
    effect
        Index into :data:`corridor.schema.EFFECTS`, one an edge.
    rules
        Edge to the rules behind its status: those that match and that no matching rule lifts, without those that say
        open and lift nothing there. Edges without are open.
    """

    effect: npt.NDArray[np.int8]
    rules: dict[int, tuple[Rule, ...]]

    def allows(self, use: Collection[str]) -> npt.NDArray[np.bool_]:
        """Tell which edges have one of the effects that a study uses."""
        return np.isin(self.effect, [EFFECTS.index(effect) for effect in EFFECTS if effect in use])


class Law:
    """The rules in force on a day.

    Parameters
    ----------
    rules
        All rules of the tables.
    network
        The edges that they are held against.
    as_of
        The day.
    lifted_measures
        Measures that a scenario sets aside by name: they bar nothing, but what they exempt stays exempt.

    Attributes
    ----------
    asked
        Countries of which a rule in force asks whether cargo was there before; mostly few or none.
    """

    def __init__(
        self, rules: Iterable[Rule], network: Network, as_of: dt.date, lifted_measures: Collection[str] = ()
    ) -> None:
        self._n_edges = len(network.edges)
        ways = [Passage(edge.link, network.nodes[edge.tail], network.nodes[edge.head]) for edge in network.edges]
        self._matches = [
            (rule, edges)
            for rule in rules
            if holds(rule.valid_from, rule.valid_until, as_of)
            if (edges := _matching_edges(rule, ways))
        ]
        self._lifted = frozenset(lifted_measures)
        self.asked: frozenset[str] = frozenset[str]().union(*(asked_of_history(rule) for rule, _ in self._matches))
        self._countries = {node.id: node.country for node in network.nodes.values()}
        self._tails = [edge.tail for edge in network.edges]
        self._heads = [edge.head for edge in network.edges]
        self._verdicts: dict[tuple[str, str, Passed], Verdict] = {}

    def after(self, passed: Passed, node: str) -> Passed:
        """Return what a cargo has passed once it is at a node too."""
        country = self._countries[node]
        return passed if country in passed or country not in self.asked else tuple(sorted((*passed, country)))

    def unfolded(
        self, starts: Iterable[str], allowed: Callable[[Passed], npt.NDArray[np.bool_]]
    ) -> dict[Standing, list[tuple[int, Standing]]]:
        """Unfold the network by what cargo has passed.

        Parameters
        ----------
        starts
            Nodes where it begins.
        allowed
            What it has passed to which edges it may then use.

        Returns
        -------
        dict
            Wherever it can come to, to the edges that lead on and where each leads.
        """
        onward: dict[Passed, dict[str, list[int]]] = {}
        found: dict[Standing, list[tuple[int, Standing]]] = {}
        queue = [Standing(start, self.after((), start)) for start in starts]
        while queue:
            here = queue.pop()
            if here in found:
                continue
            if here.passed not in onward:
                leaving: dict[str, list[int]] = defaultdict(list)
                for e in np.flatnonzero(allowed(here.passed)).tolist():
                    leaving[self._tails[e]].append(e)
                onward[here.passed] = leaving
            steps = onward[here.passed].get(here.node, ())
            found[here] = [(e, Standing(self._heads[e], self.after(here.passed, self._heads[e]))) for e in steps]
            queue += [there for _, there in found[here]]
        return found

    def along(self, commodity: Commodity, origin: str, way: Sequence[int]) -> tuple[Effect, tuple[Rule, ...]]:
        """Return the strictest status on a way, and the rules that stand on it, each once."""
        passed: Passed = ()
        verdict = self.verdict(commodity, origin, passed)
        worst = 0
        rules: dict[str, Rule] = {}
        for edge in way:
            if self._countries[self._tails[edge]] in self.asked:
                passed = self.after(passed, self._tails[edge])
                verdict = self.verdict(commodity, origin, passed)
            worst = max(worst, verdict.effect[edge])
            if edge in verdict.rules:
                rules.update((rule.id, rule) for rule in verdict.rules[edge])
        return EFFECTS[worst], tuple(rules.values())

    def verdict(self, commodity: Commodity, origin: str, passed: Passed = ()) -> Verdict:
        """Return the status of every edge.

        Parameters
        ----------
        commodity
            What is shipped.
        origin
            Country where it was mined, ISO 3166 two letters.
        passed
            Where it was before, of the countries in ``asked``.

        Returns
        -------
        Verdict
        """
        key = commodity.id, origin, passed
        if key not in self._verdicts:
            self._verdicts[key] = self._judge(commodity, origin, passed)
        return self._verdicts[key]

    def _speaking(self, commodity: Commodity, origin: str) -> Iterator[tuple[Rule, tuple[int, ...]]]:
        """Rules that speak of a cargo, and the edges that they match."""
        return (
            (rule, edges)
            for rule, edges in self._matches
            if speaks_of_commodity(rule, commodity) and speaks_of_origin(rule, origin)
        )

    def _judge(self, commodity: Commodity, origin: str, passed: Passed) -> Verdict:
        at_edge: dict[int, list[Rule]] = defaultdict(list)
        for rule, edges in self._speaking(commodity, origin):
            if speaks_of_history(rule, passed):
                for edge in edges:
                    at_edge[edge].append(rule)
        effect = np.zeros(self._n_edges, dtype=np.int8)
        standing: dict[int, tuple[Rule, ...]] = {}
        for edge, matching in at_edge.items():
            there = {rule.id for rule in matching}
            lifted = {rule_id for rule in matching for rule_id in rule.lifts}
            standing[edge] = tuple(
                rule
                for rule in matching
                if rule.id not in lifted
                and rule.measure not in self._lifted
                and (rule.effect != "open" or there & {*rule.lifts})
            )
            effect[edge] = max((EFFECTS.index(rule.effect) for rule in standing[edge]), default=0)
        return Verdict(effect, standing)


def _matching_edges(rule: Rule, edges: Sequence[Passage]) -> tuple[int, ...]:
    """Positions of the edges that a rule speaks of."""
    return tuple(index for index, edge in enumerate(edges) if speaks_of_passage(rule, edge))

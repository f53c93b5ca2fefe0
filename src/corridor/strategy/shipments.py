"""A plan as shipments: so many tonnes from one mine by one way to one buyer. A closure stops whole shipments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from corridor.flow import FlowProblem, FlowSolution
from corridor.flow.pricing import Ways
from corridor.paths import Floats
from corridor.strategy.closures import Closure

LEAST_MTPA = 1e-9
"""What is left of a flow when all its shipments are taken out."""


@dataclass(frozen=True, slots=True)
class Shipments:
    """Ways through a problem and how much goes by each.

    Attributes
    ----------
    ways
        In the columns of the problem.
    mtpa
        Mt/yr by way.
    margin_usd_per_t
        What a tonne earns by each way: price less the mine's cost and generalised cost; below 0 where a cap makes a
        plan ship at a loss.
    """

    ways: Ways
    mtpa: Floats
    margin_usd_per_t: Floats

    @property
    def net_value(self) -> float:
        """Million USD/yr if nothing closes."""
        return float(self.margin_usd_per_t @ self.mtpa)

    def each(self) -> Iterator[tuple[list[int], float, float]]:
        """Columns, Mt/yr and margin of each shipment."""
        order = np.argsort(self.ways.way, kind="stable")
        starts = np.searchsorted(self.ways.way[order], np.arange(1, self.ways.n_ways))
        columns = np.split(self.ways.column[order], starts)
        yield from zip((c.tolist() for c in columns), self.mtpa.tolist(), self.margin_usd_per_t.tolist(), strict=True)

    def stopped(self, closed: Sequence[Closure]) -> Floats:
        """Mt/yr that each closure stops."""
        return meet(self.ways, closed) @ self.mtpa

    def kept(self, closed: Sequence[Closure]) -> Floats:
        """Net value that each closure leaves if nothing is re-routed, million USD/yr."""
        return (1.0 - meet(self.ways, closed)) @ (self.margin_usd_per_t * self.mtpa)


def meet(ways: Ways, closed: Sequence[Closure]) -> Floats:
    """1 where a way passes what is closed, else 0: closures x ways."""
    found = np.zeros((len(closed), ways.n_ways))
    for i, closure in enumerate(closed):
        found[i, ways.way[np.isin(ways.column, closure.edges)]] = 1.0
    return found


def values(problem: FlowProblem) -> Floats:
    """What a tonne in each column earns, USD/t."""
    return np.concatenate([-problem.edge_cost, problem.bid_price, -problem.offer_cost])


def shipments(problem: FlowProblem, plan: FlowSolution) -> Shipments:
    """Divide a plan into shipments, the largest first.

    Where mines share a way the plan does not say which of them sells to whom: this is one division of several. No tonne
    may be lost or made on an edge of the problem, as none is in a scenario's.
    """
    peel = _Peel(problem, plan)
    found = list(peel.all())
    ways = as_ways([columns for columns, _ in found])
    return Shipments(ways, np.array([mtpa for _, mtpa in found]), ways.total(values(problem)))


def as_ways(columns: Sequence[Sequence[int]]) -> Ways:
    """Ways from the columns that each takes."""
    way = np.repeat(np.arange(len(columns)), [len(each) for each in columns])
    column = np.array([c for each in columns for c in each], dtype=np.int64)
    return Ways(len(columns), way, column, np.ones(len(column)))


class _Peel:
    """Takes shipments out of flows until nothing is left."""

    def __init__(self, problem: FlowProblem, plan: FlowSolution) -> None:
        n_edges, n_bids = problem.count("edge"), problem.count("bid")
        self._left = np.concatenate([plan.flows, plan.sales, plan.purchases])
        self._offers = n_edges + n_bids
        self._begin = np.concatenate([problem.edge_from, problem.bid_state]).tolist()
        self._end = problem.edge_to.tolist()
        self._states = problem.offer_state.tolist()
        self._onward: dict[int, list[int]] = defaultdict(list)
        for column in np.flatnonzero(self._left[: self._offers] > LEAST_MTPA).tolist():
            self._onward[self._begin[column]].append(column)

    def all(self) -> Iterable[tuple[list[int], float]]:
        """Columns and Mt/yr of each shipment."""
        for offer, state in enumerate(self._states, start=self._offers):
            while self._left[offer] > LEAST_MTPA:
                way = self._follow(state)
                if not way:
                    break
                columns = [*way, offer]
                mtpa = float(np.min(self._left[columns]))
                self._left[columns] -= mtpa
                yield columns, mtpa

    def _follow(self, state: int) -> list[int]:
        """Columns from a state to a bid, always by the largest flow that is left; closed ways are taken out."""
        way: list[int] = []
        seen = {state: 0}
        while True:
            onward = [column for column in self._onward[state] if self._left[column] > LEAST_MTPA]
            if not onward:
                return []
            column = max(onward, key=lambda c: self._left[c])
            way.append(column)
            if column >= len(self._end):
                return way
            state = self._end[column]
            if state in seen:  # a closed way carries nothing to anybody
                round_trip = way[seen[state] :]
                self._left[round_trip] -= np.min(self._left[round_trip])
                way = way[: seen[state]]
                seen = {s: place for s, place in seen.items() if place <= len(way)}
            else:
                seen[state] = len(way)

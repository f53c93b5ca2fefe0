"""What the plans of a year carry: over crossings, from berths, by corridor, to countries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np

from corridor.evidence.days import Days
from corridor.flow import Prepared
from corridor.network import Edge
from corridor.paths import Floats
from corridor.plan import Plan
from corridor.sensitivity.numbers import base_plan, joined, numbers
from corridor.study import Outcome


class Carried:
    """What the plans of a year carry: the central one, and one for each draw.

    Parameters
    ----------
    outcome, plan
        The year, and its plan.
    flows, sales
        Plans x edges and plans x bids of the problem, Mt/yr; the central plan first.
    """

    def __init__(self, outcome: Outcome, plan: Plan, flows: Floats, sales: Floats) -> None:
        self.outcome, self._plan, self._flows, self._sales = outcome, plan, flows, sales

    @classmethod
    def of(cls, days: Days, year: int) -> Carried:
        """Solve a year with every number at its centre, and in every draw."""
        key = days.scenario, dt.date(year, 6, 30), year
        outcome = days.outcome(*key)
        plan = base_plan(outcome)
        prepared = Prepared(plan.problem, engine="paths")
        centre = prepared.solution
        drawn = prepared.resolve_many(**joined([numbers(outcome, plan, days.draws, days.draw_of(*key))]))
        flows = np.vstack([centre.flows, drawn.tonnes("edge")])
        return cls(outcome, plan, flows, np.vstack([centre.sales, drawn.tonnes("bid")]))

    def mtpa(self, commodities: set[str], measure: str, places: Sequence[str]) -> Floats:
        """Mt/yr of some commodities by what is measured; one value a plan."""
        if measure == "total":
            return self._sold(commodities, None)
        if measure == "sold_in":
            return self._sold(commodities, {*places})
        if measure == "corridor":
            corridors = {*places}
            at_sea = self._edges(commodities, lambda edge: self._corridor(edge.tail) in corridors, "sea")
            landed = self._edges(commodities, lambda edge: self._corridor(edge.head) in corridors, "sea")
            sold = self._bids(commodities, lambda node: self._corridor(node) in corridors)
            return np.asarray(at_sea - landed + sold)
        if measure == "gateway":
            return self._edges(commodities, lambda edge: edge.tail in places, "sea")
        return self._edges(commodities, lambda edge: edge.link.crossing in places, "border", at_origin=True)

    def _corridor(self, node: str) -> str:
        return self._plan.corridor_at(node)

    def _sold(self, commodities: set[str], countries: set[str] | None) -> Floats:
        nodes = self.outcome.network.nodes
        return self._bids(commodities, lambda node: countries is None or nodes[node].country in countries)

    def _bids(self, commodities: set[str], wanted: Callable[[str], bool]) -> Floats:
        own = [i for i, buyer in enumerate(self._plan.buyers) if buyer.commodity in commodities and wanted(buyer.node)]
        return np.asarray(self._sales[:, own].sum(axis=1))

    def _edges(
        self, commodities: set[str], wanted: Callable[[Edge], bool], kind: str, *, at_origin: bool = False
    ) -> Floats:
        """Flows over edges of a kind; at the origin: out of the country where the cargo was mined alone."""
        network, plan = self.outcome.network, self._plan
        own = [
            i
            for i, (e, commodity, origin) in enumerate(
                zip(plan.edge_of, plan.commodity_of, plan.origin_of, strict=True)
            )
            if commodity in commodities
            and network.edges[e].link.kind == kind
            and wanted(network.edges[e])
            and (not at_origin or network.nodes[network.edges[e].tail].country == origin)
        ]
        return np.asarray(self._flows[:, own].sum(axis=1))

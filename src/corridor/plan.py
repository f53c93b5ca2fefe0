"""The linear programme over everything at once: what flows where when capacities are shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corridor.cost import EdgeCosts
from corridor.flow import FlowProblem, FlowSolution, solve
from corridor.law import Law
from corridor.market import Buyer, Seller
from corridor.network import Network
from corridor.routes import Route

NEGLIGIBLE_MTPA = 1e-7
"""Flows below a tenth of a tonne a year are the solver's tolerance, not cargo."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The best lawful plan and the names behind its arrays.

    Attributes
    ----------
    problem, solution
        As solved; net value in million USD/yr at generalised cost.
    network
        What the edges refer to.
    edge_of, commodity_of
        For each edge of the problem: position in the network's edges, and commodity.
    state_of
        (commodity, node) to the state of the problem.
    sellers, buyers
        In the order of the problem's offers and bids.
    facilities
        In the order of the problem's facilities.
    corridor_of
        Country to the name of its corridor.
    """

    problem: FlowProblem
    solution: FlowSolution
    network: Network
    edge_of: tuple[int, ...]
    commodity_of: tuple[str, ...]
    state_of: Mapping[tuple[str, str], int]
    sellers: tuple[Seller, ...]
    buyers: tuple[Buyer, ...]
    facilities: tuple[str, ...]
    corridor_of: Mapping[str, str]

    def corridors(self) -> dict[tuple[str, str], float]:
        """Tonnes by (corridor, commodity), Mt/yr: by sea at the berth of loading, over land at the sale."""
        tonnes: dict[tuple[str, str], float] = defaultdict(float)
        landed: dict[tuple[str, str], float] = defaultdict(float)
        for e, flow in enumerate(self.solution.flows):
            edge = self.network.edges[self.edge_of[e]]
            if edge.link.kind == "sea" and flow > NEGLIGIBLE_MTPA:
                tonnes[self._corridor(edge.tail), self.commodity_of[e]] += float(flow)
                landed[edge.head, self.commodity_of[e]] += float(flow)
        sold: dict[tuple[str, str], float] = defaultdict(float)
        for buyer, sale in zip(self.buyers, self.solution.sales, strict=True):
            sold[buyer.node, buyer.commodity] += float(sale)
        for (node, commodity), sale in sold.items():
            over_land = sale - landed[node, commodity]
            if over_land > NEGLIGIBLE_MTPA:
                tonnes[self._corridor(node), commodity] += over_land
        return dict(tonnes)

    def _corridor(self, node: str) -> str:
        country = self.network.nodes[node].country
        return self.corridor_of.get(country, country.lower())

    def behind(self, route: Route) -> float:
        """How far a route is from being used, USD/t: 0 where it is as good as what the plan does.

        The netback that it would earn, less the shadow prices of the facilities on its way and what its buyer's limit
        is worth, against the node price at its mine.
        """
        at_mine = self.state_of.get((route.commodity, route.origin))
        if at_mine is None:
            return float("inf")
        at_market = self.state_of.get((route.commodity, route.market))
        price = (
            route.bid_price if at_market is None else min(route.bid_price, float(self.solution.node_price[at_market]))
        )
        shadow = dict(zip(self.facilities, self.solution.shadow_price, strict=True))
        congestion = sum(float(shadow.get(self.network.edges[e].link.facility or "", 0.0)) for e in route.edges)
        return max(0.0, float(self.solution.node_price[at_mine]) - (price - route.generalised - congestion))


def make_plan(
    network: Network,
    costs: Mapping[str, EdgeCosts],
    law: Law,
    use: Collection[str],
    corridor_of: Mapping[str, str],
    spare: Mapping[str, float],
    sellers: Sequence[Seller],
    buyers: Sequence[Buyer],
) -> Plan:
    """State the flow problem of a scenario and solve it.

    Parameters
    ----------
    network, costs, law, use, corridor_of, spare
        As for :class:`corridor.routes.RouteFinder`. Only edges whose legal status is in ``use`` exist
        for the optimiser.
    sellers, buyers
        Offers and bids.

    Returns
    -------
    Plan
    """
    sellers = [seller for seller in sellers if seller.commodity in costs]
    buyers = [buyer for buyer in buyers if buyer.commodity in costs]
    edge_of: list[int] = []
    commodity_of: list[str] = []
    for commodity, of_edge in costs.items():
        origins = {network.nodes[seller.node].country for seller in sellers if seller.commodity == commodity}
        allowed = np.isfinite(of_edge.generalised)
        for origin in origins:  # one country mines in a study; with several the strictest law would hold for all
            allowed &= law.verdict(network.commodities[commodity], origin).allows(use)
        starts = {seller.node for seller in sellers if seller.commodity == commodity}
        ends = {buyer.node for buyer in buyers if buyer.commodity == commodity}
        kept = _between(network, np.flatnonzero(allowed).tolist(), starts, ends)
        edge_of += kept
        commodity_of += [commodity] * len(kept)

    state_of: dict[tuple[str, str], int] = {}

    def state(commodity: str, node: str) -> int:
        return state_of.setdefault((commodity, node), len(state_of))

    tail = [state(c, network.edges[e].tail) for e, c in zip(edge_of, commodity_of, strict=True)]
    head = [state(c, network.edges[e].head) for e, c in zip(edge_of, commodity_of, strict=True)]
    offer_state = [state(seller.commodity, seller.node) for seller in sellers]
    bid_state = [state(buyer.commodity, buyer.node) for buyer in buyers]
    facilities = tuple(sorted({f for e in edge_of if (f := network.edges[e].link.facility)}))
    place = {facility: position for position, facility in enumerate(facilities)}
    uses = [(e, place[f]) for e, of in enumerate(edge_of) if (f := network.edges[of].link.facility)]
    problem = FlowProblem(
        n_states=len(state_of),
        edge_from=np.array(tail, dtype=np.int64),
        edge_to=np.array(head, dtype=np.int64),
        edge_cost=np.array([costs[c].generalised[e] for e, c in zip(edge_of, commodity_of, strict=True)]),
        facility_capacity=np.array([spare[facility] for facility in facilities]),
        use_edge=np.array([e for e, _ in uses], dtype=np.int64),
        use_facility=np.array([f for _, f in uses], dtype=np.int64),
        bid_state=np.array(bid_state, dtype=np.int64),
        bid_most=np.array([buyer.intake_mtpa for buyer in buyers]),
        bid_price=np.array([buyer.price for buyer in buyers]),
        offer_state=np.array(offer_state, dtype=np.int64),
        offer_most=np.array([seller.output_mtpa for seller in sellers]),
        offer_cost=np.array([seller.cost for seller in sellers]),
        state_names=tuple(f"{commodity} at {node}" for commodity, node in state_of),
        edge_names=tuple(
            f"{commodity} on {network.edges[e].id}" for e, commodity in zip(edge_of, commodity_of, strict=True)
        ),
        facility_names=facilities,
        bid_names=tuple(buyer.bid for buyer in buyers),
        offer_names=tuple(seller.id for seller in sellers),
    )
    return Plan(
        problem=problem,
        solution=solve(problem),
        network=network,
        edge_of=tuple(edge_of),
        commodity_of=tuple(commodity_of),
        state_of=state_of,
        sellers=tuple(sellers),
        buyers=tuple(buyers),
        facilities=facilities,
        corridor_of=corridor_of,
    )


def _between(network: Network, edges: list[int], starts: set[str], ends: set[str]) -> list[int]:
    """Keep the edges that lie on some way from a start to an end."""
    onward: dict[str, list[str]] = defaultdict(list)
    backward: dict[str, list[str]] = defaultdict(list)
    for e in edges:
        onward[network.edges[e].tail].append(network.edges[e].head)
        backward[network.edges[e].head].append(network.edges[e].tail)
    ahead, behind = _reached(onward, starts), _reached(backward, ends)
    return [e for e in edges if network.edges[e].tail in ahead and network.edges[e].head in behind]


def _reached(neighbours: Mapping[str, list[str]], starts: set[str]) -> set[str]:
    reached, queue = set(starts), list(starts)
    while queue:
        for node in neighbours.get(queue.pop(), ()):
            if node not in reached:
                reached.add(node)
                queue.append(node)
    return reached

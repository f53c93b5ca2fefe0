"""The cheapest route from each mine to each market by every gateway and entry."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from corridor.cost import EdgeCosts
from corridor.law import Law, Verdict
from corridor.market import Buyer, Seller
from corridor.network import Network
from corridor.schema import EFFECTS, NOT_CASH, PARTS
from corridor.ways import Way, Ways, way_over


@dataclass(frozen=True, slots=True)
class Route:
    """The cheapest way from a mine to a market by one gateway and one entry.

    Attributes
    ----------
    origin, commodity, market, bid
        Mine, what is shipped, node of sale, and the bid there.
    gateway
        Berth of loading; for a sale over land, the crossing out of the country of origin.
    entry
        Last border crossing before the gateway; for a sale over land, the last one of all.
    corridor
        Name of the gateway's country; for a sale over land, of the buyer's.
    edges
        Positions in the network's edges, in order.
    parts
        USD/t by the names of :data:`corridor.schema.PARTS`.
    low, high
        Generalised cost with every component at its bound: a bracket of this route, no probability.
    bid_price
        What the buyer pays, USD/t.
    capacity_mtpa, bottleneck
        Least capacity on the way net of other traffic, and its facility; None where no limit is modelled.
    law_status, law_rules
        Strictest status on the way, and the ids of the rules behind it.
    usable
        Whether the study uses routes of that status.
    rank, gap
        Place by generalised cost among all routes from this mine to this market, and USD/t behind the first.
    lawful_rank, lawful_gap
        The same among usable routes; None for the others.
    """

    origin: str
    commodity: str
    market: str
    bid: str
    gateway: str
    entry: str
    corridor: str
    edges: tuple[int, ...]
    countries: tuple[str, ...]
    delivery_term: str
    main_market: bool
    distance_km: float
    time_h: float
    parts: tuple[float, ...]
    low: float
    high: float
    bid_price: float
    capacity_mtpa: float | None
    bottleneck: str | None
    law_status: str
    law_rules: tuple[str, ...]
    usable: bool
    rank: int = 0
    gap: float = 0.0
    lawful_rank: int | None = None
    lawful_gap: float | None = None

    @property
    def generalised(self) -> float:
        """Generalised cost, USD/t."""
        return math.fsum(self.parts)

    @property
    def cash(self) -> float:
        """Cash cost, USD/t."""
        return math.fsum(cost for part, cost in zip(PARTS, self.parts, strict=True) if part not in NOT_CASH)

    @property
    def netback(self) -> float:
        """Bid less cash on the way, USD/t."""
        return self.bid_price - self.cash

    @property
    def decision_netback(self) -> float:
        """Bid less generalised cost, USD/t: the node price at the mine where the route is used."""
        return self.bid_price - self.generalised


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A market that cannot be reached by a gateway: where the way ends, and why."""

    origin: str
    commodity: str
    market: str
    gateway: str
    node: str
    reason: str


class RouteFinder:
    """Cheapest routes through a network.

    Parameters
    ----------
    network
        Nodes and open edges.
    costs
        Commodity id to the costs of all edges.
    law
        Rules in force.
    use
        Legal statuses that the study uses.
    corridors
        Country to the name of its corridor.
    spare
        Facility to capacity net of other traffic, Mt/yr.
    """

    def __init__(
        self,
        network: Network,
        costs: Mapping[str, EdgeCosts],
        law: Law,
        use: Collection[str],
        corridors: Mapping[str, str],
        spare: Mapping[str, float],
    ) -> None:
        self._network = network
        self._costs = costs
        self._law = law
        self._use = use
        self._corridors = corridors
        self._spare = spare

    def find(self, sellers: Sequence[Seller], buyers: Sequence[Buyer]) -> tuple[list[Route], list[Unreachable]]:
        """Find all routes from sellers to the buyers of their commodity.

        Where a lawful way by the same gateway and entry exists it is taken, else the cheapest of all with its status.

        Returns
        -------
        routes, unreachable
        """
        ways = Ways(self._network, {seller.node for seller in sellers})
        routes: list[Route] = []
        unreachable: list[Unreachable] = []
        for seller in sellers:
            wanted = [buyer for buyer in buyers if buyer.commodity == seller.commodity]
            found, missing = self._from_seller(ways, seller, wanted)
            routes += found
            unreachable += missing
        return _ranked(routes), unreachable

    def via(self, seller: Seller, buyer: Buyer, places: Sequence[str]) -> Route | None:
        """Find the cheapest way over given places in their order; lawful where that is possible.

        Parameters
        ----------
        seller, buyer
            Ends of the way.
        places
            Nodes or crossings.

        Returns
        -------
        Route or None
            None if there is no way. Its rank is 0: it stands outside the comparison.
        """
        costs = self._costs[seller.commodity]
        verdict = self._verdict(seller)
        for usable in (verdict.allows(self._use), np.ones(len(self._network.edges), dtype=bool)):
            weight = np.where(usable, costs.generalised, np.nan)
            chain = way_over(self._network, seller.node, buyer.node, places, weight)
            if chain:
                edges = [self._network.edges[e] for e in chain]
                crossed = [edge.link.crossing for edge in edges if edge.link.kind == "border" and edge.link.crossing]
                berth = next((edge.tail for edge in edges if edge.link.kind == "sea"), None)
                first, last = (crossed[0], crossed[-1]) if crossed else ("", "")
                return self._route(seller, buyer, Way(buyer.node, berth or first, last, chain), costs, verdict)
        return None

    def _from_seller(
        self, ways: Ways, seller: Seller, buyers: Sequence[Buyer]
    ) -> tuple[list[Route], list[Unreachable]]:
        costs = self._costs[seller.commodity]
        verdict = self._verdict(seller)
        markets = {buyer.node for buyer in buyers}
        anyhow, reached = ways.cheapest(seller.node, costs.generalised, markets)
        usable = np.where(verdict.allows(self._use), costs.generalised, np.nan)
        lawful, _ = ways.cheapest(seller.node, usable, markets)
        chosen = {(way.market, way.gateway, way.entry): way for way in (*anyhow, *lawful)}  # lawful ones overwrite
        routes = [
            self._route(seller, buyer, way, costs, verdict)
            for way in chosen.values()
            for buyer in buyers
            if buyer.node == way.market
        ]
        found = {(way.market, way.gateway) for way in chosen.values()}
        return routes, list(self._missing(ways, seller, buyers, found, reached))

    def _verdict(self, seller: Seller) -> Verdict:
        return self._law.verdict(self._network.commodities[seller.commodity], self._network.nodes[seller.node].country)

    def _route(self, seller: Seller, buyer: Buyer, way: Way, costs: EdgeCosts, verdict: Verdict) -> Route:
        at = np.array(way.edges)
        links = [self._network.edges[e].link for e in way.edges]
        nodes = self._network.nodes
        country = nodes[way.gateway].country if way.gateway in nodes else nodes[buyer.node].country
        worst = int(verdict.effect[at].max())
        rules = dict.fromkeys(rule.id for e in way.edges for rule in verdict.rules.get(e, ()) if rule.effect != "open")
        limits = [(self._spare[link.facility], link.facility) for link in links if link.facility]
        tightest, bottleneck = min(limits, default=(None, None))
        return Route(
            origin=seller.node,
            commodity=seller.commodity,
            market=buyer.node,
            bid=buyer.bid,
            gateway=way.gateway,
            entry=way.entry,
            corridor=self._corridors.get(country, country.lower()),
            edges=way.edges,
            countries=tuple(dict.fromkeys(link.country for link in links)),
            delivery_term=buyer.delivery_term,
            main_market=buyer.main_market,
            distance_km=float(costs.km[at].sum()),
            time_h=float(costs.hours[at].sum()),
            parts=tuple(costs.parts[at].sum(axis=0).tolist()),
            low=float(costs.low[at].sum()),
            high=float(costs.high[at].sum()),
            bid_price=buyer.price,
            capacity_mtpa=tightest,
            bottleneck=bottleneck,
            law_status=EFFECTS[worst],
            law_rules=tuple(rules),
            usable=EFFECTS[worst] in self._use,
        )

    def _missing(
        self, ways: Ways, seller: Seller, buyers: Sequence[Buyer], found: set[tuple[str, str]], reached: set[str]
    ) -> Iterator[Unreachable]:
        """By sea a row for each berth that is not used; over land one row if there is no way at all."""
        by_sea = {edge.head for edge in self._network.edges if edge.link.kind == "sea"}
        for buyer in buyers:
            ends = seller.node, seller.commodity, buyer.node
            if buyer.node in by_sea:
                for berth in sorted(ways.sea_from):
                    if (buyer.node, berth) not in found:
                        yield Unreachable(*ends, berth, *self._why(ways, seller, buyer, berth, reached))
            elif not any(market == buyer.node for market, _ in found):
                yield Unreachable(*ends, "", *self._dead_end(seller, buyer.node, reached))

    def _why(self, ways: Ways, seller: Seller, buyer: Buyer, berth: str, reached: set[str]) -> tuple[str, str]:
        if berth not in reached:
            return self._dead_end(seller, berth, reached)
        if all(self._network.edges[sea].head != buyer.node for sea in ways.sea_from[berth]):
            return berth, f"no sea link leads from {berth} to {buyer.node}"
        return berth, f"no ship can lie at both berths, or the link does not take {seller.commodity}"

    def _dead_end(self, seller: Seller, goal: str, reached: set[str]) -> tuple[str, str]:
        """The reached node nearest to the goal, and what is missing there."""
        end = self._nearest(reached, goal)
        return end, f"no open link leads on from {end} to {goal} for {seller.commodity}"

    def _nearest(self, reached: set[str], goal: str) -> str:
        return min(sorted(reached), key=lambda node: self._network.great_circle_km(node, goal))


def _ranked(routes: list[Route]) -> list[Route]:
    groups: dict[tuple[str, str, str], list[Route]] = defaultdict(list)
    for route in routes:
        groups[route.origin, route.commodity, route.bid].append(route)
    ranked: list[Route] = []
    for group in groups.values():
        group.sort(key=lambda route: (route.generalised, route.gateway, route.entry))
        cheapest = group[0].generalised
        cheapest_lawful = next((route.generalised for route in group if route.usable), math.nan)
        lawful = 0
        for rank, route in enumerate(group, start=1):
            lawful += route.usable
            ranked.append(
                replace(
                    route,
                    rank=rank,
                    gap=route.generalised - cheapest,
                    lawful_rank=lawful if route.usable else None,
                    lawful_gap=route.generalised - cheapest_lawful if route.usable else None,
                )
            )
    return ranked

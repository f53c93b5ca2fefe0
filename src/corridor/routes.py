"""The cheapest route from each mine to each market by every gateway and entry."""

from __future__ import annotations

import bisect
import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from corridor.cost import EdgeCosts
from corridor.law import Law, Passed, Verdict
from corridor.market import Buyer, Seller
from corridor.network import Network
from corridor.paths import Floats
from corridor.schema import NOT_CASH, PARTS, Commodity
from corridor.ways import Way, Ways, way_over

TIE_USD_PER_T = 1e-9
"""Routes that cost the same to within this share a rank."""


class Route(NamedTuple):
    """The cheapest way from a mine to a market by one gateway and one entry.

    Attributes
    ----------
    origin, commodity, market, bid
        Mine, what is shipped, node of sale, and the bid there.
    gateway
        Berth of loading; for a sale over land, the crossing out of the country of origin; for one at home, its place.
    entry
        Last border crossing before the gateway; for a sale over land, the last one of all; blank if there is none.
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
        Strictest status on the way, and the ids of the rules behind it; those that open a way by lifting another too.
    usable
        Whether the study uses routes of that status.
    rank, gap
        Place by generalised cost among all routes from this mine to this bid (ties share it), and USD/t behind the
        first.
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


class _Walked(NamedTuple):
    """A way with what adds up along it: parts, low, high, hours, km; its strictest status, the rules behind it."""

    way: Way
    generalised: float
    sums: list[float]
    status: str
    rules: tuple[str, ...]


class Unreachable(NamedTuple):
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
    origins
        Mines where routes begin.
    """

    def __init__(
        self,
        network: Network,
        costs: Mapping[str, EdgeCosts],
        law: Law,
        use: Collection[str],
        corridors: Mapping[str, str],
        spare: Mapping[str, float],
        origins: Collection[str],
    ) -> None:
        self._network = network
        self._costs = costs
        self._law = law
        self._use = use
        self._corridors = corridors
        self._ways = Ways(network, origins, law)
        self._per_edge: dict[str, Floats] = {}
        links = [edge.link for edge in network.edges]
        self._country = [link.country for link in links]
        self._limit = [(spare[link.facility], link.facility) if link.facility else None for link in links]

    def find(self, seller: Seller, buyers: Sequence[Buyer]) -> tuple[list[Route], list[Unreachable]]:
        """Find all routes from a seller to the buyers of its commodity, ranked.

        Where a lawful way by the same gateway and entry exists it is taken, else the cheapest of all with its status.

        Returns
        -------
        routes, unreachable
        """
        costs, histories = self._costs[seller.commodity].generalised, self._ways.histories
        buyers = [buyer for buyer in buyers if buyer.commodity == seller.commodity]
        markets = {buyer.node for buyer in buyers}
        anyhow, reached = self._ways.cheapest(seller.node, [costs for _ in histories], markets)
        usable = [np.where(self._verdict(seller, passed).allows(self._use), costs, np.nan) for passed in histories]
        lawful, _ = self._ways.cheapest(seller.node, usable, markets)
        chosen = {(way.market, way.gateway, way.entry): way for way in (*anyhow, *lawful)}  # lawful ones overwrite
        by_market: dict[str, list[_Walked]] = defaultdict(list)
        for walked in self._walk(list(chosen.values()), seller):
            by_market[walked.way.market].append(walked)
        routes = [route for buyer in buyers for route in self._ranked(seller, buyer, by_market.get(buyer.node, []))]
        found = {(way.market, way.gateway) for way in chosen.values()}
        return routes, list(self._missing(seller, buyers, found, reached))

    def via(self, seller: Seller, buyer: Buyer, places: Sequence[str]) -> Route | None:
        """Find the cheapest way over given places in their order; lawful where that is possible.

        The way is sought as if the cargo had been everywhere that the law asks of, then as if nowhere, then anyhow;
        its status is that of the way as it is.

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
        everywhere = tuple(sorted(self._law.asked))
        lawful = [self._verdict(seller, passed).allows(self._use) for passed in dict.fromkeys([everywhere, ()])]
        for usable in (*lawful, np.ones(len(self._network.edges), dtype=bool)):
            weight = np.where(usable, costs.generalised, np.nan)
            chain = way_over(self._network, seller.node, buyer.node, places, weight)
            if chain:
                edges = [self._network.edges[e] for e in chain]
                crossed = [edge.link.crossing for edge in edges if edge.link.kind == "border" and edge.link.crossing]
                at_berth = buyer.node if buyer.node in self._ways.sea_from else None
                berth = next((edge.tail for edge in edges if edge.link.kind == "sea"), at_berth)
                first, last = (crossed[0], crossed[-1]) if crossed else (buyer.node, "")
                way = Way(buyer.node, berth or first, last, chain)
                [walked] = self._walk([way], seller)
                return self._route(seller, buyer, walked)
        return None

    def _verdict(self, seller: Seller, passed: Passed) -> Verdict:
        return self._law.verdict(*self._cargo(seller), passed)

    def _cargo(self, seller: Seller) -> tuple[Commodity, str]:
        return self._network.commodities[seller.commodity], self._network.nodes[seller.node].country

    def _walk(self, ways: Sequence[Way], seller: Seller) -> list[_Walked]:
        """Add up along each way, all ways at once."""
        if not ways:
            return []
        commodity = seller.commodity
        if commodity not in self._per_edge:
            costs = self._costs[commodity]
            self._per_edge[commodity] = np.column_stack([costs.parts, costs.low, costs.high, costs.hours, costs.km])
        # A sale at the mine itself takes no edge: an edge that costs nothing ends every way.
        nothing = len(self._network.edges)
        per_edge = np.vstack([self._per_edge[commodity], np.zeros(len(PARTS) + 4)])
        flat = np.fromiter(itertools.chain.from_iterable((*way.edges, nothing) for way in ways), dtype=np.int64)
        starts = np.cumsum([0, *(len(way.edges) + 1 for way in ways[:-1])])
        sums = np.add.reduceat(per_edge[flat], starts, axis=0).tolist()
        told = [self._law.along(*self._cargo(seller), way.edges) for way in ways]
        return [
            _Walked(
                way,
                generalised=math.fsum(row[: len(PARTS)]),
                sums=row,
                status=status,
                rules=tuple(rule.id for rule in rules),
            )
            for way, row, (status, rules) in zip(ways, sums, told, strict=True)
        ]

    def _ranked(self, seller: Seller, buyer: Buyer, walked: Sequence[_Walked]) -> list[Route]:
        """Routes to one buyer, cheapest first."""
        ordered = sorted(walked, key=lambda one: (one.generalised, one.way.gateway, one.way.entry))
        costs = [one.generalised for one in ordered]
        lawful = [one.generalised for one in ordered if one.status in self._use]

        def place(cost: float, among: Sequence[float]) -> tuple[int, float]:
            return bisect.bisect_left(among, cost - TIE_USD_PER_T) + 1, cost - among[0]

        return [
            self._route(
                seller,
                buyer,
                one,
                *place(one.generalised, costs),
                *(place(one.generalised, lawful) if one.status in self._use else (None, None)),
            )
            for one in ordered
        ]

    def _route(
        self,
        seller: Seller,
        buyer: Buyer,
        walked: _Walked,
        rank: int = 0,
        gap: float = 0.0,
        lawful_rank: int | None = None,
        lawful_gap: float | None = None,
    ) -> Route:
        way, nodes = walked.way, self._network.nodes
        country = nodes[way.gateway].country if way.gateway in nodes else nodes[buyer.node].country
        limits = [limit for e in way.edges if (limit := self._limit[e])]
        tightest, bottleneck = min(limits, default=(None, None))
        *parts, low, high, hours, km = walked.sums
        return Route(
            origin=seller.node,
            commodity=seller.commodity,
            market=buyer.node,
            bid=buyer.bid,
            gateway=way.gateway,
            entry=way.entry,
            corridor=self._corridors.get(country, country.lower()),
            edges=way.edges,
            countries=tuple(dict.fromkeys([self._country[e] for e in way.edges])),
            delivery_term=buyer.delivery_term,
            main_market=buyer.main_market,
            distance_km=km,
            time_h=hours,
            parts=tuple(parts),
            low=low,
            high=high,
            bid_price=buyer.price,
            capacity_mtpa=tightest,
            bottleneck=bottleneck,
            law_status=walked.status,
            law_rules=walked.rules,
            usable=walked.status in self._use,
            rank=rank,
            gap=gap,
            lawful_rank=lawful_rank,
            lawful_gap=lawful_gap,
        )

    def _missing(
        self, seller: Seller, buyers: Sequence[Buyer], found: set[tuple[str, str]], reached: set[str]
    ) -> Iterator[Unreachable]:
        """By sea a row for each berth that is not used; over land one row if there is no way at all."""
        by_sea = {edge.head for edge in self._network.edges if edge.link.kind == "sea"}
        for buyer in buyers:
            ends = seller.node, seller.commodity, buyer.node
            if buyer.node in by_sea:
                for berth in sorted(self._ways.sea_from):
                    if (buyer.node, berth) not in found:
                        yield Unreachable(*ends, berth, *self._why(seller, buyer, berth, reached))
            elif not any(market == buyer.node for market, _ in found):
                yield Unreachable(*ends, "", *self._dead_end(seller, buyer.node, reached))

    def _why(self, seller: Seller, buyer: Buyer, berth: str, reached: set[str]) -> tuple[str, str]:
        if berth not in reached:
            return self._dead_end(seller, berth, reached)
        if all(self._network.edges[sea].head != buyer.node for sea in self._ways.sea_from[berth]):
            return berth, f"no sea link leads from {berth} to {buyer.node}"
        sea = [
            self._network.edges[e].link for e in self._ways.sea_from[berth] if self._network.edges[e].head == buyer.node
        ]
        cargo = self._network.commodities[seller.commodity]
        if not any(self._network.takes(link, cargo) for link in sea):
            return berth, f"the sea link to {buyer.node} does not take {seller.commodity}"
        return berth, f"no ship of the tables can lie both at {berth} and at {buyer.node}"

    def _dead_end(self, seller: Seller, goal: str, reached: set[str]) -> tuple[str, str]:
        """The reached node that lies nearest to the goal, and what is missing there."""
        end = self._nearest(reached, goal)
        return end, f"nothing open leads on to {goal} for {seller.commodity}; {end} is the nearest place reached"

    def _nearest(self, reached: set[str], goal: str) -> str:
        return min(sorted(reached), key=lambda node: self._network.great_circle_km(node, goal))

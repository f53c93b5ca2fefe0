"""By which corridor the first tonne of each commodity goes, in all draws at once: the best lawful ways, uncrowded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np

from corridor.network import Edge
from corridor.paths import Floats, Ints
from corridor.plan import Plan
from corridor.sensitivity.numbers import Numbers


class Ways(NamedTuple):
    """The best ways of each pair of commodity and corridor; pairs x draws, NaN where there is none.

    Attributes
    ----------
    margin
        Bid less generalised cost less the mine's cost, over all mines and markets, USD/t: what the first tonne earns.
    netback
        Bid less generalised cost, from the largest mine to any market, USD/t.
    cost
        Generalised cost from the largest mine to the main market, USD/t.
    """

    margin: Floats
    netback: Floats
    cost: Floats


class _Sale(NamedTuple):
    """A last step: cargo at a state is sold to a bid there, or goes to it by a sea link."""

    pair: int
    bid: int
    state: int
    edge: int | None


class FirstTonne:
    """The ways of a plan's network, and by which corridor each ends.

    A way goes over land to a place of sale or to a berth, and from there over one sea link: sea links end at places of
    sale. Its corridor is that of the berth, or of the place of sale.

    Parameters
    ----------
    plan
        Its network has what is lawful.
    corridors
        Names of corridors that are told of every commodity, also where no lawful way leads by them.

    Attributes
    ----------
    pairs
        Commodity and corridor, in their order: those by which a way leads, and those asked for.
    """

    def __init__(self, plan: Plan, corridors: Collection[str] = ()) -> None:
        problem = plan.problem
        self._plan = plan
        at_sea = np.array([edge.link.kind == "sea" for edge in map(self._edge, range(len(plan.edge_of)))], dtype=bool)
        self._sea, land = np.flatnonzero(at_sea), np.flatnonzero(~at_sea)
        pairs = {(buyer.commodity, plan.corridor_at(buyer.node)) for buyer in plan.buyers}
        pairs |= {self._pair_of(i) for i in self._sea.tolist()}
        pairs |= {(buyer.commodity, corridor) for buyer in plan.buyers for corridor in corridors}
        every = sorted(pairs)
        self._place = {pair: i for i, pair in enumerate(every)}
        sales = list(self._all_sales())
        self._largest = self._largest_offers()
        # in the order in which cargo reaches them at the centre: there one sweep finds the best ways
        start = np.full((problem.n_states, 1), np.inf)
        start[problem.offer_state] = 0.0
        near = self._cheapest(start, land, problem.edge_cost[:, None])[:, 0]
        self._land = land[np.argsort(near[problem.edge_from[land]], kind="stable")]
        self._sales = [sale for sale in sales if np.isfinite(near[sale.state])]
        led = {every[sale.pair] for sale in self._sales} | {pair for pair in every if pair[1] in corridors}
        self.pairs = tuple(sorted(led))
        self._told = np.array([self._place[pair] for pair in self.pairs], dtype=np.int64)

    def _edge(self, i: int) -> Edge:
        return self._plan.network.edges[self._plan.edge_of[i]]

    def _pair_of(self, sea_edge: int) -> tuple[str, str]:
        return self._plan.commodity_of[sea_edge], self._plan.corridor_at(self._edge(sea_edge).tail)

    def _all_sales(self) -> Iterator[_Sale]:
        plan, problem = self._plan, self._plan.problem
        handovers = range(len(plan.edge_of), len(problem.edge_from))
        for b, buyer in enumerate(plan.buyers):
            bid_state = int(problem.bid_state[b])
            places = [int(problem.edge_from[h]) for h in handovers if problem.edge_to[h] == bid_state]
            for state in places or [bid_state]:
                yield _Sale(self._place[buyer.commodity, plan.corridor_at(buyer.node)], b, state, None)
                for i in self._sea[problem.edge_to[self._sea] == state].tolist():
                    yield _Sale(self._place[self._pair_of(i)], b, int(problem.edge_from[i]), i)

    def _largest_offers(self) -> list[int]:
        """The offer of the largest mine of each commodity, as ``corridor compare`` has it."""
        largest: dict[str, int] = {}
        for i, seller in enumerate(self._plan.sellers):
            before = largest.get(seller.commodity)
            if before is None or seller.output_mtpa > self._plan.sellers[before].output_mtpa:
                largest[seller.commodity] = i
        return list(largest.values())

    def carried(self, flows: Floats, sales: Floats) -> Floats:
        """Mt/yr by pair and draw, of flows and sales (draws x edges, bids): as :meth:`corridor.plan.Plan.corridors`."""
        plan = self._plan
        tonnes = np.zeros((len(self._place), len(flows)))
        sold = [self._place[buyer.commodity, plan.corridor_at(buyer.node)] for buyer in plan.buyers]
        np.add.at(tonnes, sold, sales.T)
        for i in self._sea.tolist():
            tonnes[self._place[self._pair_of(i)]] += flows[:, i]
            tonnes[self._place[plan.commodity_of[i], plan.corridor_at(self._edge(i).head)]] -= flows[:, i]
        return tonnes[self._told]

    def ways(self, numbers: Numbers) -> Ways:
        """Find the best ways in every draw; what has no capacity in a draw is no way there."""
        problem = self._plan.problem
        closed = ~numbers.edge_open.T
        shut = (numbers.facility_capacity <= 0).T
        np.logical_or.at(closed, problem.use_edge, shut[problem.use_facility])
        cost = np.where(closed, np.inf, numbers.edge_cost.T)
        bought, gate = (np.full((problem.n_states, len(numbers)), np.inf) for _ in range(2))
        offered = np.where(numbers.offer_most > 0, numbers.offer_cost, np.inf).T
        np.minimum.at(bought, problem.offer_state, offered)
        gate[problem.offer_state[self._largest]] = 0.0
        bought, gate = (self._cheapest(start, self._land, cost) for start in (bought, gate))
        margin, netback, least = (np.full((len(self._place), len(numbers)), -np.inf) for _ in range(3))
        for sale in self._sales:
            price = np.where(numbers.bid_most[:, sale.bid] > 0, numbers.bid_price[:, sale.bid], -np.inf)
            last = 0.0 if sale.edge is None else cost[sale.edge]
            np.maximum(margin[sale.pair], price - (bought[sale.state] + last), out=margin[sale.pair])
            np.maximum(netback[sale.pair], price - (gate[sale.state] + last), out=netback[sale.pair])
            if self._plan.buyers[sale.bid].main_market:
                np.maximum(least[sale.pair], -(gate[sale.state] + last), out=least[sale.pair])
        margin, netback, least = (
            np.where(np.isfinite(found), found, np.nan)[self._told] for found in (margin, netback, least)
        )
        return Ways(margin, netback, -least)

    def _cheapest(self, start: Floats, edges: Ints, cost: Floats) -> Floats:
        """Least cost at all states in all draws (states x draws), over some edges, from what it is at the start.

        Sweeps over the edges until nothing becomes cheaper; the network has no way round that earns.
        """
        problem = self._plan.problem
        best = start.copy()
        steps = [(int(e), int(problem.edge_from[e]), int(problem.edge_to[e])) for e in edges]
        for _ in range(problem.n_states):
            before = best.copy()
            for e, tail, head in steps:
                np.minimum(best[head], best[tail] + cost[e], out=best[head])
            if np.array_equal(best, before):
                break
        return best

"""The linear programme over everything at once: what flows where when capacities are shared."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from corridor.cost import EdgeCosts
from corridor.errors import InfeasibleError, UsageError, did_you_mean
from corridor.flow import FlowProblem, FlowSolution, LimitRow, Prepared, Shipment, solve
from corridor.law import Law
from corridor.market import Buyer, Seller
from corridor.moves import Cargo, Move, Place, moves_of
from corridor.network import Network
from corridor.paths import Ints, shortest_paths
from corridor.routes import Route

NEGLIGIBLE_MTPA = 1e-7
"""Flows below a tenth of a tonne a year are the solver's tolerance, not cargo."""

CONTRADICTION_USD_PER_T = 1e-5
"""More than the solver's tolerances add up to along a route: what beats the best plan by so much proves a bug."""


FORCED_MTPA = 1e-3
"""So much is forced over a route to learn what it costs: little beside any flow, much beside the solver's tolerance."""


@dataclass(frozen=True)
class Plan:
    """The best lawful plan and the names behind its arrays.

    Attributes
    ----------
    problem
        As stated; net value in million USD/yr at generalised cost.
    network
        What the edges refer to.
    edge_of, commodity_of, origin_of
        For each edge of the problem that is one of the network: its position there, commodity, and country of origin.
    handovers
        Origin and bid of each edge of the problem after those: where a commodity comes from several countries, or has
        passed others, such edges bring each one's from the market to the bid, at no cost.
    sellers, buyers
        In the order of the problem's offers and bids.
    facilities
        In the order of the problem's facilities.
    corridor_of
        Country to the name of its corridor.
    """

    problem: FlowProblem
    network: Network
    edge_of: tuple[int, ...]
    commodity_of: tuple[str, ...]
    origin_of: tuple[str, ...]
    handovers: tuple[tuple[str, str], ...]
    sellers: tuple[Seller, ...]
    buyers: tuple[Buyer, ...]
    facilities: tuple[str, ...]
    corridor_of: Mapping[str, str]

    @cached_property
    def prepared(self) -> Prepared:
        """The problem solved, and ready to be solved again with other numbers."""
        return Prepared(self.problem)

    @property
    def solution(self) -> FlowSolution:
        """The best plan."""
        return self.prepared.solution

    def carried(self, solution: FlowSolution | Shipment | None = None) -> dict[tuple[str, int], float]:
        """Mt/yr by commodity and position in the network's edges, all origins together; of another plan if given."""
        tonnes: dict[tuple[str, int], float] = defaultdict(float)
        flows = (solution or self.solution).flows.tolist()
        for commodity, e, flow in zip(self.commodity_of, self.edge_of, flows, strict=False):
            tonnes[commodity, e] += flow
        return {key: mtpa for key, mtpa in tonnes.items() if mtpa > NEGLIGIBLE_MTPA}

    def edges_on(self, link: str) -> Ints:
        """Return the edges of the problem that go over a link: every cargo, either direction; none where no cargo can.

        Raises
        ------
        UsageError
            If no such link is open.
        """
        positions = [e for e, edge in enumerate(self.network.edges) if edge.link.id == link]
        if not positions:
            known = {edge.link.id for edge in self.network.edges}
            raise UsageError(f'"{link}" is no link that is open.{did_you_mean(link, sorted(known))}')
        return np.flatnonzero(np.isin(self.edge_of, positions))

    def corridors(self, solution: FlowSolution | Shipment | None = None) -> dict[tuple[str, str], float]:
        """Mt/yr by corridor and commodity: what goes by sea at the berth of loading, all else at the place of sale.

        Of another plan for the same network if one is given.
        """
        sales = (solution or self.solution).sales.tolist()
        tonnes: dict[tuple[str, str], float] = defaultdict(float)
        for (commodity, e), mtpa in self.carried(solution).items():
            edge = self.network.edges[e]
            if edge.link.kind == "sea":  # it ends at a place of sale, where the same tonnes must not count again
                tonnes[self.corridor_at(edge.tail), commodity] += mtpa
                tonnes[self.corridor_at(edge.head), commodity] -= mtpa
        for buyer, sale in zip(self.buyers, sales, strict=True):
            tonnes[self.corridor_at(buyer.node), buyer.commodity] += sale
        return {key: mtpa for key, mtpa in tonnes.items() if mtpa > NEGLIGIBLE_MTPA}

    def corridor_at(self, node: str) -> str:
        """Name of the corridor of what is loaded for the sea, or sold, at a node."""
        country = self.network.nodes[node].country
        return self.corridor_of.get(country, country.lower())

    def netbacks(self) -> list[float]:
        """What one more tonne would fetch at the gate of each seller's mine, USD/t; -inf where it reaches no buyer.

        The most, over all lawful ways, that is left of a bid after what its limit is worth, shadow prices and
        generalised cost. Where a mine ships, this is its node price. Where it is idle, every node price from this to
        the mine's cost solves the problem's dual, so that the solver's own says nothing. Shadow prices are the plan's.
        """
        problem, solution = self.problem, self.solution
        # A reduced cost is what a step loses against the node prices: the way that loses least brings most.
        lost = np.concatenate([solution.edge_reduced_cost, solution.bid_reduced_cost])
        sold = problem.n_states  # one more state, behind all bids
        backward_from = np.append(problem.edge_to, np.full(len(problem.bid_state), sold))
        backward_to = np.append(problem.edge_from, problem.bid_state)
        trees = shortest_paths(sold + 1, backward_from, backward_to, np.maximum(lost, 0), [sold])
        netbacks: list[float] = (solution.node_price - trees.distance[0, :sold])[problem.offer_state].tolist()
        return netbacks

    def uses(self, route: Route) -> bool:
        """Tell whether the plan ships by a route: its mine sells, its buyer buys, every edge carries what it ships.

        Flows can be split into routes in more than one way; one of them then has this route.
        """
        columns = self._columns(route)
        if columns is None:
            return False
        edges, bid, offer = columns
        solution = self.solution
        return float(min(solution.purchases[offer], solution.sales[bid], *solution.flows[edges])) > NEGLIGIBLE_MTPA

    def behind(self, route: Route) -> float:
        """How far a route is from being used at the plan's prices, USD/t; 0: as good as what the plan does.

        The node price at its mine or the mine's cost, whichever is more, less the netback that the route would earn
        after shadow prices and what its buyer's limit is worth. Forcing cargo over the route costs at least that, and
        just that where prices are unique: see :meth:`forced`. Below 0 only where the law bars the route from the plan:
        what a tonne would gain if it did not. Infinite where nobody at its ends deals in the plan.

        Raises
        ------
        RuntimeError
            If a usable route beats the plan, which then is not the best.
        """
        if (route.origin, route.commodity) not in self._offer_at or route.bid not in self._bid_at:
            return math.inf
        offer, bid = self._offer_at[route.origin, route.commodity], self._bid_at[route.bid]
        node_price, problem = self.solution.node_price, self.problem
        at_mine = max(float(node_price[problem.offer_state[offer]]), self.sellers[offer].cost)
        at_market = min(float(node_price[problem.bid_state[bid]]), route.bid_price)
        congestion = math.fsum(self._shadow.get(self.network.edges[e].link.facility, 0.0) for e in route.edges)
        gap = at_mine - (at_market - route.generalised - congestion)
        if route.usable and gap < -CONTRADICTION_USD_PER_T:
            raise RuntimeError(f"the plan is not the best: {route} beats it by {-gap} USD/t")
        return gap

    def forced(self, route: Route) -> float:
        """What each tonne costs the plan if 1,000 t/yr must go by a route, USD/t: the problem is solved anew.

        Infinite where they cannot.
        """
        columns = self._columns(route)
        if columns is None:
            return math.inf
        edges, bid, offer = columns
        limits = [LimitRow("bought", -FORCED_MTPA, offers=_one(offer), offer_coefficients=-np.ones(1))]
        limits += [LimitRow("sold", -FORCED_MTPA, bids=_one(bid), bid_coefficients=-np.ones(1))]
        limits += [LimitRow(f"edge {e}", -FORCED_MTPA, edges=_one(e), edge_coefficients=-np.ones(1)) for e in edges]
        try:
            forced = solve(self.problem.replace(limits=(*self.problem.limits, *limits)))
        except InfeasibleError:
            return math.inf
        return (self.solution.net_value - forced.net_value) / FORCED_MTPA

    def _columns(self, route: Route) -> tuple[list[int], int, int] | None:
        """Edges, bid and offer of the problem that a route takes; None where it lacks one of them."""
        bid, offer = self._bid_at.get(route.bid), self._offer_at.get((route.origin, route.commodity))
        if bid is None or offer is None:
            return None
        state, columns = int(self.problem.offer_state[offer]), []
        for e in route.edges:
            if (state, e) not in self._edge_at:
                return None
            columns.append(self._edge_at[state, e])
            state = int(self.problem.edge_to[columns[-1]])
        sold = int(self.problem.bid_state[bid])
        if state != sold:
            columns.append(self._handover_at[state, sold])
        return columns, bid, offer

    @cached_property
    def _offer_at(self) -> dict[tuple[str, str], int]:
        return {(seller.node, seller.commodity): i for i, seller in enumerate(self.sellers)}

    @cached_property
    def _bid_at(self) -> dict[str, int]:
        return {buyer.bid: i for i, buyer in enumerate(self.buyers)}

    @cached_property
    def _edge_at(self) -> dict[tuple[int, int], int]:
        """State and position in the network's edges to the edge of the problem that goes over it from there."""
        begin = self.problem.edge_from[: len(self.edge_of)].tolist()
        return {key: i for i, key in enumerate(zip(begin, self.edge_of, strict=True))}

    @cached_property
    def _handover_at(self) -> dict[tuple[int, int], int]:
        first, problem = len(self.edge_of), self.problem
        ends = zip(problem.edge_from[first:].tolist(), problem.edge_to[first:].tolist(), strict=True)
        return {key: i for i, key in enumerate(ends, start=first)}

    @cached_property
    def _shadow(self) -> dict[str | None, float]:
        return dict(zip(self.facilities, self.solution.shadow_price.tolist(), strict=True))


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
    """State the flow problem of a scenario; it is solved when its plan is first asked for.

    Parameters
    ----------
    network, costs, law, use, corridor_of, spare
        As for :class:`corridor.routes.RouteFinder`. Only edges whose legal status for a cargo is in ``use`` exist
        for it.
    sellers, buyers
        Offers and bids.

    Returns
    -------
    Plan
    """
    sellers = [seller for seller in sellers if seller.commodity in costs]
    buyers = [buyer for buyer in buyers if buyer.commodity in costs]
    mines, markets = defaultdict[Cargo, set[str]](set), defaultdict[str, set[str]](set)
    for seller in sellers:
        mines[Cargo(seller.commodity, network.nodes[seller.node].country)].add(seller.node)
    for buyer in buyers:
        markets[buyer.commodity].add(buyer.node)
    moves: list[Move] = []
    for cargo in sorted(mines):
        finite = np.isfinite(costs[cargo.commodity].generalised)
        moves += moves_of(network, law, use, cargo, finite, mines[cargo], markets[cargo.commodity])
    facilities = tuple(sorted({f for move in moves if (f := network.edges[move.edge].link.facility)}))
    problem, handovers = _problem(network, costs, spare, moves, facilities, sellers, buyers)
    return Plan(
        problem=problem,
        network=network,
        edge_of=tuple(move.edge for move in moves),
        commodity_of=tuple(move.tail.commodity for move in moves),
        origin_of=tuple(move.tail.origin or "" for move in moves),
        handovers=handovers,
        sellers=tuple(sellers),
        buyers=tuple(buyers),
        facilities=facilities,
        corridor_of=corridor_of,
    )


def _problem(
    network: Network,
    costs: Mapping[str, EdgeCosts],
    spare: Mapping[str, float],
    moves: Sequence[Move],
    facilities: Sequence[str],
    sellers: Sequence[Seller],
    buyers: Sequence[Buyer],
) -> tuple[FlowProblem, tuple[tuple[str, str], ...]]:
    """Number the states and fill the arrays; the handovers are those of the plan."""
    edges = [network.edges[move.edge] for move in moves]
    tails, heads = [move.tail for move in moves], [move.head for move in moves]
    mines = [Place(seller.commodity, network.nodes[seller.node].country, seller.node) for seller in sellers]
    bids, handed = _bids({*heads, *mines}, mines, buyers)
    state_of = {place: i for i, place in enumerate(dict.fromkeys([*tails, *heads, *mines, *bids]))}
    place_of = {facility: i for i, facility in enumerate(facilities)}
    uses = [(i, place_of[edge.link.facility]) for i, edge in enumerate(edges) if edge.link.facility]
    move_costs = [costs[move.tail.commodity].generalised[move.edge] for move in moves]
    home = {(place.commodity, place.origin) for place in mines}
    several = {c for c, count in Counter(commodity for commodity, _ in home).items() if count > 1}

    def what(place: Place) -> str:
        """Origins and countries passed are named where that tells cargoes apart."""
        origin = f" of {place.origin}" if place.origin and place.commodity in several else ""
        return place.commodity + origin + (f" by {' '.join(place.passed)}" if place.passed else "")

    problem = FlowProblem(
        n_states=len(state_of),
        edge_from=_positions(state_of, [*tails, *(market for market, _ in handed)]),
        edge_to=_positions(state_of, [*heads, *(bid for _, bid in handed)]),
        edge_cost=np.array([*move_costs, *(0.0 for _ in handed)]),
        facility_capacity=np.array([spare[facility] for facility in facilities]),
        use_edge=np.array([edge for edge, _ in uses], dtype=np.int64),
        use_facility=np.array([facility for _, facility in uses], dtype=np.int64),
        bid_state=_positions(state_of, bids),
        bid_most=np.array([buyer.intake_mtpa for buyer in buyers]),
        bid_price=np.array([buyer.price for buyer in buyers]),
        offer_state=_positions(state_of, mines),
        offer_most=np.array([seller.output_mtpa for seller in sellers]),
        offer_cost=np.array([seller.cost for seller in sellers]),
        state_names=tuple(f"{what(place)} {'at' if place.origin else 'for'} {place.at}" for place in state_of),
        edge_names=(
            *(f"{what(move.tail)} on {edge.id}" for edge, move in zip(edges, moves, strict=True)),
            *(f"{what(market)} for {bid.at}" for market, bid in handed),
        ),
        facility_names=tuple(facilities),
        bid_names=tuple(buyer.bid for buyer in buyers),
        offer_names=tuple(seller.id for seller in sellers),
    )
    return problem, tuple((market.origin or "", bid.at) for market, bid in handed)


def _bids(
    reached: Collection[Place], mines: Sequence[Place], buyers: Sequence[Buyer]
) -> tuple[list[Place], list[tuple[Place, Place]]]:
    """State of each bid, and the handovers: pairs of a market's state and a bid's.

    What comes from one country is sold where it lies. Cargoes of several countries, or that have passed others, lie in
    states of their own, since other edges are lawful for them; they meet at the bid, which takes no more of all
    together than it would of one.
    """
    origins: dict[str, set[str | None]] = defaultdict(set)
    for mine in mines:
        origins[mine.commodity].add(mine.origin)
    lying: dict[tuple[str, str | None, str], list[Place]] = defaultdict(list)
    for place in sorted(reached, key=lambda place: place.passed):
        lying[place.commodity, place.origin, place.at].append(place)
    bids, handed = [], []
    for buyer in buyers:
        markets = [
            place
            for origin in sorted(origins[buyer.commodity], key=str)
            for place in lying.get((buyer.commodity, origin, buyer.node), [Place(buyer.commodity, origin, buyer.node)])
        ]
        alone = len(markets) == 1
        bids.append(markets[0] if alone else Place(buyer.commodity, None, buyer.bid))
        handed += [] if alone else [(market, bids[-1]) for market in markets if market in reached]
    return bids, handed


def _one(index: int) -> Ints:
    return np.array([index])


def _positions(state_of: Mapping[Place, int], places: Sequence[Place]) -> Ints:
    return np.array([state_of[place] for place in places], dtype=np.int64)

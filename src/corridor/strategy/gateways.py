"""The plan's problem with cargo told apart by where it leaves: only so can what a gateway carries be summed over edges.

The gateway of what goes to sea, or is sold at a berth, is the berth; of what is sold over land, the crossing out of its
country; of what is sold at home, the place of sale. At a crossing both sorts pass side by side, so they get states of
their own: cargo bound for a berth, cargo that has been loaded, and cargo that never goes to sea.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from corridor.flow import FlowProblem, FlowSolution
from corridor.paths import Floats, Ints, reached
from corridor.plan import Plan
from corridor.strategy.cap import Measure

LAND, TO_BERTH, LOADED = range(3)
"""Sorts of cargo."""

NONE = -1


class _Edge(NamedTuple):
    """An edge of the layered problem.

    Attributes
    ----------
    begin, end
        States.
    column
        Edge of the plan's problem that it stands for; none where cargo is taken over from a mine or by a bid.
    gateway
        What it counts for; blank if for nothing.
    commodity
        What it carries.
    """

    begin: int
    end: int
    column: int
    gateway: str
    commodity: str


@dataclass(frozen=True, slots=True)
class Layered:
    """The layered problem and the way back.

    Attributes
    ----------
    problem
        As the plan's: bids, offers and facilities are the same, edges and states are not.
    column
        By edge, the edge of the plan's problem; -1 where there is none.
    family
        A measure for each gateway.
    """

    problem: FlowProblem
    column: Ints
    family: tuple[Measure, ...]

    def folded(self, solution: FlowSolution, n_edges: int) -> FlowSolution:
        """A solution with flows by edge of the plan's problem; prices by state and edge are still the layered one's."""
        carried = self.column >= 0
        flows = np.bincount(self.column[carried], solution.flows[carried], n_edges)
        return replace(solution, flows=flows.astype(np.float64))

    def edges(self, columns: Ints) -> Ints:
        """Edges that stand for some edges of the plan's problem."""
        return np.flatnonzero(np.isin(self.column, columns))


def layered(plan: Plan, worth: Mapping[str, float]) -> Layered:
    """Tell cargo apart by where it leaves.

    Parameters
    ----------
    plan
        Whose problem it is.
    worth
        What a tonne of each commodity counts.
    """
    problem = plan.problem
    edges = _useful(list(_edges(plan)), _offer_state(plan, 0), _bid_state(plan, 0))
    column = np.array([edge.column for edge in edges], dtype=np.int64)
    states = {state: i for i, state in enumerate(sorted({e.begin for e in edges} | {e.end for e in edges}))}
    n_offers, n_bids = problem.count("offer"), problem.count("bid")
    offers = np.array([_offer_state(plan, i) for i in range(n_offers)], dtype=np.int64)
    bids = np.array([_bid_state(plan, i) for i in range(n_bids)], dtype=np.int64)
    own = [*offers.tolist(), *bids.tolist()]
    for state in own:
        states.setdefault(state, len(states))
    place = np.vectorize(states.__getitem__, otypes=[np.int64])
    used_by, use = np.array([*_places(column, problem.use_edge)], dtype=np.int64).reshape(-1, 2).T
    made = FlowProblem(
        n_states=len(states),
        edge_from=place([edge.begin for edge in edges]),
        edge_to=place([edge.end for edge in edges]),
        edge_cost=np.where(column >= 0, problem.edge_cost[column], 0.0),
        edge_capacity=np.where(column >= 0, problem.edge_capacity[column], np.inf),
        facility_capacity=problem.facility_capacity,
        use_edge=used_by,
        use_facility=problem.use_facility[use],
        use_amount=problem.use_amount[use],
        bid_state=place(bids),
        bid_most=problem.bid_most,
        bid_price=problem.bid_price,
        offer_state=place(offers),
        offer_most=problem.offer_most,
        offer_cost=problem.offer_cost,
        facility_names=problem.facility_names,
    )
    rest = np.zeros(n_bids + n_offers)
    family: dict[str, Floats] = {}
    for i, edge in enumerate(edges):
        if edge.gateway:
            family.setdefault(edge.gateway, np.zeros(len(edges)))[i] = worth[edge.commodity]
    return Layered(made, column, tuple(Measure(name, np.append(of, rest)) for name, of in sorted(family.items())))


def _offer_state(plan: Plan, offer: int) -> int:
    return 3 * plan.problem.n_states + offer


def _bid_state(plan: Plan, bid: int) -> int:
    return 3 * plan.problem.n_states + plan.problem.count("offer") + bid


def _edges(plan: Plan) -> Iterator[_Edge]:
    problem, nodes, n = plan.problem, plan.network.nodes, plan.problem.n_states
    begin, end = problem.edge_from.tolist(), problem.edge_to.tolist()
    berths = {edge.tail for edge in plan.network.edges if edge.link.kind == "sea"}
    # the country that cargo in a state comes from; behind a handover to a bid of several origins nobody asks for it
    origin: dict[int, str] = {}
    for offer, seller in enumerate(plan.sellers):
        state = int(problem.offer_state[offer])
        origin[state] = nodes[seller.node].country
        for sort in (LAND, TO_BERTH):
            yield _Edge(_offer_state(plan, offer), sort * n + state, NONE, "", seller.commodity)
    for column, (e, commodity, home) in enumerate(zip(plan.edge_of, plan.commodity_of, plan.origin_of, strict=True)):
        edge = plan.network.edges[e]
        origin[begin[column]] = origin[end[column]] = home
        if edge.link.kind == "sea":
            yield _Edge(TO_BERTH * n + begin[column], LOADED * n + end[column], column, edge.tail, commodity)
            continue
        leaves = nodes[edge.tail].country == home != nodes[edge.head].country
        for sort in (LAND, TO_BERTH, LOADED):
            gateway = (edge.link.crossing or edge.link.id) if leaves and sort == LAND else ""
            yield _Edge(sort * n + begin[column], sort * n + end[column], column, gateway, commodity)
    handed = {end[column]: column for column in range(len(plan.edge_of), len(begin))}
    for bid, buyer in enumerate(plan.buyers):
        state = int(problem.bid_state[bid])
        into = [c for c in range(len(plan.edge_of), len(begin)) if end[c] == state] if state in handed else [NONE]
        for column in into:
            market = state if column == NONE else begin[column]
            at_home = origin.get(market) == nodes[buyer.node].country
            for sort in (LOADED, TO_BERTH if buyer.node in berths else LAND):
                gateway = "" if sort == LOADED else buyer.node if sort == TO_BERTH or at_home else ""
                yield _Edge(sort * n + market, _bid_state(plan, bid), column, gateway, buyer.commodity)


def _useful(edges: list[_Edge], first_offer: int, first_bid: int) -> list[_Edge]:
    """Those that lie on some way from an offer to a bid."""
    offers = {edge.begin for edge in edges if first_offer <= edge.begin < first_bid}
    ahead = reached(((edge.begin, edge.end) for edge in edges), offers)
    behind = reached(((edge.end, edge.begin) for edge in edges), {edge.end for edge in edges if edge.end >= first_bid})
    return [edge for edge in edges if edge.begin in ahead and edge.end in behind]


def _places(column: Ints, use_edge: Ints) -> Iterator[tuple[int, int]]:
    """For each edge, every use of the plan's edge that it stands for."""
    by_edge: dict[int, list[int]] = {}
    for at, edge in enumerate(use_edge.tolist()):
        by_edge.setdefault(edge, []).append(at)
    for i, c in enumerate(column.tolist()):
        for at in by_edge.get(c, ()):
            yield i, at

"""The solution: flows, prices, and who gains what; derived from an engine's answer in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from corridor.errors import NoAnswerError
from corridor.flow.problem import FlowProblem
from corridor.paths import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Rents:
    """Who gains: net value split by what is scarce, million USD/yr. All parts together are the net value.

    Attributes
    ----------
    facility
        Per facility: shadow price x capacity.
    seller
        Per offer: what a tonne fetches at its state above its cost (and above what limits charge it) x most.
    buyer
        Per bid: its price above what a tonne costs at its state (and above what limits charge it) x most.
    limit
        Per limit: limit price x bound. Negative where a limit demands something: what the demand costs.
    edge
        Per edge: edge price x capacity.
    """

    facility: Floats
    seller: Floats
    buyer: Floats
    limit: Floats
    edge: Floats

    @property
    def total(self) -> float:
        """Sum of all parts. It equals the net value (strong duality), which proves that the plan is the best."""
        return float(sum(np.sum(part) for part in (self.facility, self.seller, self.buyer, self.limit, self.edge)))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FlowSolution:
    """The plan of greatest net value. All arrays are read-only.

    A price says what one more t/yr would be worth (USD/t), at the margin. Where routes tie, prices are not unique:
    these are one set that fits; re-solve with a small change to learn a one-sided value.

    Attributes
    ----------
    status
        "optimal"; or "time limit" or "memory limit", where the plan keeps every limit but a better one may exist.
    net_value
        Million USD/yr: sum(price x sold) - sum(cost x bought) - sum(edge cost x flow).
    bound
        No plan has a greater net value: what the prices give to all that is scarce (the sum of the rents). Infinite
        where nothing is known.
    gap
        Bound less net value: 0 but for rounding where the status is "optimal".
    flows, sales, purchases
        Mt/yr entering each edge, sold to each bid, bought from each offer.
    facility_use
        Per facility: sum of amount x flow, in the unit of its capacity.
    node_price
        Per state: value of one more t there. At a mine gate it is the netback. 0 at a state that touches nothing.
    shadow_price, limit_price, edge_price
        Per facility, limit and edge: value of one more unit of capacity or bound, at least 0.
    edge_reduced_cost, bid_reduced_cost, offer_reduced_cost
        Value lost by forcing one more t/yr: above 0 only where nothing flows, 0 in between, below 0 only at the upper
        bound (forcing one more past it would gain). Of an edge: its cost + node price where it begins + shadow prices x
        amounts + limit prices x coefficients - gain x node price where it ends. Of a bid: node price + limits - price.
        Of an offer: cost + limits - node price.
    rents
        Net value split into who gains.
    engine
        What solved it, and why it was not what one would expect, where it was not.
    seconds
        Wall time by phase: "load" (laying the problem out), "solve" (HiGHS), and for path columns "price" (looking for
        better ways).
    """

    status: str
    net_value: float
    bound: float
    gap: float
    flows: Floats
    sales: Floats
    purchases: Floats
    facility_use: Floats
    node_price: Floats
    shadow_price: Floats
    limit_price: Floats
    edge_price: Floats
    edge_reduced_cost: Floats
    bid_reduced_cost: Floats
    offer_reduced_cost: Floats
    rents: Rents
    engine: str
    seconds: Mapping[str, float]

    def __repr__(self) -> str:
        return f"<FlowSolution: {self.status}, net value {self.net_value:.6g} million USD/yr, {self.engine}>"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine must deliver; the rest of a solution follows from it.

    Attributes
    ----------
    flow
        Mt/yr per edge, then per bid, then per offer.
    node_price, shadow_price, limit_price
        Dual values with the signs of :class:`FlowSolution`: they must make every edge without a capacity dear enough,
        so that the rents that follow from them bound the net value.
    seconds, status
        As in :class:`FlowSolution`.
    bounded
        Whether the prices are such that they bound the net value.
    """

    flow: Floats
    node_price: Floats
    shadow_price: Floats
    limit_price: Floats
    seconds: dict[str, float]
    status: str = "optimal"
    bounded: bool = True

    @classmethod
    def nothing(cls, problem: FlowProblem, status: str, seconds: dict[str, float]) -> Answer:
        """The plan to do nothing, where an engine ran out of time or memory and kept no better one.

        Raises
        ------
        NoAnswerError
            If a limit demands something, so that doing nothing is no plan.
        """
        if any(limit.bound < 0 for limit in problem.limits):
            raise NoAnswerError(f"No plan that meets all limits was found before the {status}.")
        columns = sum(problem.count(kind) for kind in ("edge", "bid", "offer"))
        state, facility, limit = (
            np.zeros(n) for n in (problem.n_states, problem.count("facility"), len(problem.limits))
        )
        return cls(np.zeros(columns), state, facility, limit, seconds, status, bounded=False)


class Unmet(Exception):  # noqa: N818 - a message between rooms: what the caller gets is an InfeasibleError
    """No plan meets all limits: what is missing, and the prices in the plan that misses the least.

    Attributes
    ----------
    shortfall
        Per limit: what is missing.
    node_price, shadow_price, limit_price
        Dual values, where nothing costs or earns but what is missing: a row with a price stands in the way.
    """

    def __init__(self, shortfall: Floats, node_price: Floats, shadow_price: Floats, limit_price: Floats) -> None:
        super().__init__("a limit demands what cannot be had")
        self.shortfall, self.node_price = shortfall, node_price
        self.shadow_price, self.limit_price = shadow_price, limit_price


def conclude(problem: FlowProblem, answer: Answer, engine: str) -> FlowSolution:
    """Derive a whole solution from an engine's answer.

    Parameters
    ----------
    problem
        What was solved.
    answer
        A plan and dual values. What exceeds a bound by the engine's tolerance is cut off.
    engine
        What solved it.

    Returns
    -------
    FlowSolution
    """
    parts = np.cumsum([len(problem.edge_from), len(problem.bid_state)])
    most = np.concatenate([problem.edge_capacity, problem.bid_most, problem.offer_most])
    flow = np.clip(answer.flow, 0, most) + 0.0  # + 0.0 turns -0.0 into 0.0
    flows, sales, purchases = np.split(flow, parts)
    shadow_price, limit_price = np.maximum(answer.shadow_price, 0) + 0.0, np.maximum(answer.limit_price, 0) + 0.0
    reduced = np.split(reduced_cost(problem, answer.node_price, shadow_price, limit_price), parts)
    bound_price = [np.maximum(-part, 0) + 0.0 for part in reduced]
    edge_price = np.where(np.isfinite(problem.edge_capacity), bound_price[0], 0.0)
    rents = Rents(
        facility=_closed(_times(shadow_price, problem.facility_capacity)),
        seller=_closed(bound_price[2] * problem.offer_most),
        buyer=_closed(bound_price[1] * problem.bid_most),
        limit=_closed(limit_price * np.array([limit.bound for limit in problem.limits])),
        edge=_closed(_times(edge_price, problem.edge_capacity)),
    )
    taken = problem.use_amount * flows[problem.use_edge]
    net_value = float(problem.bid_price @ sales - problem.offer_cost @ purchases - problem.edge_cost @ flows)
    bound = rents.total if answer.bounded else np.inf
    return FlowSolution(
        status=answer.status,
        net_value=net_value,
        bound=bound,
        gap=bound - net_value,
        flows=_closed(flows),
        sales=_closed(sales),
        purchases=_closed(purchases),
        facility_use=_closed(np.bincount(problem.use_facility, taken, len(problem.facility_capacity))),
        node_price=_closed(answer.node_price + 0.0),
        shadow_price=_closed(shadow_price),
        limit_price=_closed(limit_price),
        edge_price=_closed(edge_price),
        edge_reduced_cost=_closed(reduced[0]),
        bid_reduced_cost=_closed(reduced[1]),
        offer_reduced_cost=_closed(reduced[2]),
        rents=rents,
        engine=engine,
        seconds=MappingProxyType(dict(answer.seconds)),
    )


def reduced_cost(problem: FlowProblem, node_price: Floats, shadow_price: Floats, limit_price: Floats) -> Floats:
    """Reduced cost per edge, then per bid, then per offer, from their definition."""
    begin, end = node_price[problem.edge_from], node_price[problem.edge_to]
    charged = problem.use_amount * shadow_price[problem.use_facility]
    edge = problem.edge_cost + begin - problem.edge_gain * end + np.bincount(problem.use_edge, charged, len(begin))
    bid = node_price[problem.bid_state] - problem.bid_price
    offer = problem.offer_cost - node_price[problem.offer_state]
    limit, column, coefficient = problem.limit_entries()
    reduced = np.concatenate([edge, bid, offer])
    reduced += np.bincount(column, coefficient * limit_price[limit], len(reduced))
    return reduced


def _times(price: Floats, capacity: Floats) -> Floats:
    """Price x capacity, where an unlimited capacity has no price and earns nothing."""
    return price * np.where(price > 0, capacity, 0.0)


def _closed(values: npt.ArrayLike) -> Floats:
    """Copy to an array that cannot be written to."""
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array

"""The numbers of many draws at once: the columns of a scenario's flow problem, one row a draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corridor import market
from corridor.cost import CostModel
from corridor.paths import Floats
from corridor.plan import Plan, make_plan
from corridor.sensitivity.parameters import Parameter
from corridor.study import Outcome
from corridor.values import Drawn, Values

AT_ONCE = 128
"""So many draws should have their numbers computed at once: more take more memory and are no quicker."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Columns of a flow problem in every draw: draws x edges, bids, offers or facilities.

    Attributes
    ----------
    edge_cost
        USD/t; 0 where ``edge_open`` is false.
    edge_open
        False where in this draw no ship can lie at both berths.
    bid_price, bid_most, offer_cost, offer_most, facility_capacity
        As in :class:`corridor.flow.FlowProblem`.
    """

    edge_cost: Floats
    edge_open: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
    bid_price: Floats
    bid_most: Floats
    offer_cost: Floats
    offer_most: Floats
    facility_capacity: Floats

    def __len__(self) -> int:
        return len(self.edge_cost)


def joined(parts: Sequence[Numbers]) -> dict[str, Floats]:
    """What :meth:`corridor.flow.Prepared.resolve_many` takes for the draws of some parts together."""
    names = ("edge_cost", "bid_price", "bid_most", "offer_cost", "offer_most", "facility_capacity")
    found = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    edge_open = np.concatenate([part.edge_open for part in parts])
    if not edge_open.all():
        found["edge_capacity"] = np.where(edge_open, np.inf, 0.0)
    return found


def base_plan(outcome: Outcome) -> Plan:
    """The scenario's plan with the mines whose central output is 0: they ship nothing in it, but may in a draw."""
    sellers = market.sellers(outcome.tables, outcome.values, idle=True)
    use = outcome.study.file.assumptions.use
    return make_plan(
        outcome.network, outcome.costs, outcome.law, use, outcome.corridor_of, outcome.spare, sellers, outcome.buyers
    )


def by_row(values: Mapping[Parameter, Floats]) -> Drawn:
    """Draws of some parameters, for :class:`corridor.values.Values`; the others stay at their centre."""
    of_row = {id(parameter.row): drawn for parameter, drawn in values.items()}
    return lambda row: of_row.get(id(row))


def numbers(outcome: Outcome, plan: Plan, draws: int, drawn: Drawn) -> Numbers:
    """Compute the numbers of a plan's problem for many draws of the tables' values.

    Parameters
    ----------
    outcome
        The scenario.
    plan
        Its plan, see :func:`base_plan`.
    draws
        How many.
    drawn
        Draws of a row of the scenario's tables, in its own unit; None: it stays at its centre.

    Returns
    -------
    Numbers
        What the scenario would have with these central values. Each draw has its own cheapest ships. What is no way
        at the centre (no ship fits) is none in any draw.
    """
    values = Values(outcome.tables, outcome.as_of, outcome.price_year, draws, drawn)
    model = CostModel(values, outcome.network)
    commodities = outcome.network.commodities
    edge_cost = np.zeros((len(plan.problem.edge_from), draws))
    of_commodity, of_edge = np.array(plan.commodity_of), np.array(plan.edge_of, dtype=np.int64)
    for name in dict.fromkeys(plan.commodity_of):
        own = np.flatnonzero(of_commodity == name)
        edge_cost[own] = model.drawn(commodities[name])[of_edge[own]]
    edge_open = np.isfinite(edge_cost)
    sold = {s.id: s.draws for s in market.sellers(outcome.tables, values, idle=True) if s.draws}
    bought = {b.bid: b.draws for b in market.buyers(outcome.tables, values) if b.draws}
    offers, bids = [sold[s.id] for s in plan.sellers], [bought[b.bid] for b in plan.buyers]

    def stacked(columns: list[Floats]) -> Floats:
        return np.array(columns).reshape(len(columns), draws).T

    return Numbers(
        edge_cost=np.where(edge_open, edge_cost, 0.0).T.copy(),  # a draw's row lies in one piece
        edge_open=edge_open.T,
        bid_price=stacked([bid.price for bid in bids]),
        bid_most=stacked([bid.most for bid in bids]),
        offer_cost=stacked([offer.price for offer in offers]),
        offer_most=stacked([offer.most for offer in offers]),
        facility_capacity=stacked([_spare(values, facility) for facility in plan.facilities]),
    )


def _spare(values: Values, facility: str) -> Floats:
    """Capacity net of other traffic in every draw; never below 0."""
    capacity, background = values.need("capacity", facility), values.need("background", facility)
    if capacity is None or background is None or capacity.drawn is None or background.drawn is None:
        raise RuntimeError(f"{facility} has no capacity: read_study lets no such study through")
    return np.maximum(0.0, capacity.drawn - background.drawn)

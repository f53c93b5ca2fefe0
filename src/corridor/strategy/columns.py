"""Further columns for a flow problem that are no cargo: a cap, the greatest regret, a tail's threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from corridor.flow import FlowProblem, FlowSolution, LimitRow
from corridor.paths import Floats


class Column(NamedTuple):
    """A number that a plan may choose.

    Attributes
    ----------
    name
        What messages call it.
    most
        It lies between 0 and this.
    cost
        What each unit costs, million USD/yr.
    """

    name: str
    most: float
    cost: float = 0.0


def with_columns(problem: FlowProblem, columns: Sequence[Column]) -> FlowProblem:
    """Add columns after all others: each a state of its own where an offer meets a bid that pays nothing."""
    states = problem.n_states + np.arange(len(columns))
    most, cost = (np.array([column[i] for column in columns], dtype=np.float64) for i in (1, 2))
    said = tuple(column.name for column in columns)
    names = {
        f"{kind}_names": (*problem.names(kind), *said)
        for kind in ("state", "bid", "offer")
        if getattr(problem, f"{kind}_names") is not None
    }
    return problem.replace(
        n_states=problem.n_states + len(columns),
        bid_state=np.append(problem.bid_state, states),
        bid_most=np.append(problem.bid_most, most),
        bid_price=np.append(problem.bid_price, np.zeros(len(columns))),
        offer_state=np.append(problem.offer_state, states),
        offer_most=np.append(problem.offer_most, most),
        offer_cost=np.append(problem.offer_cost, cost),
        **names,
    )


def row(problem: FlowProblem, name: str, bound: float, per_column: Floats, further: Floats) -> LimitRow:
    """Say that a sum over all columns of a problem, and so much of each further one, is at most a bound."""
    parts = np.split(per_column, np.cumsum([problem.count("edge"), problem.count("bid")]))
    (edges, of_edges), (bids, of_bids), (offers, of_offers) = ((np.flatnonzero(p), p[p != 0]) for p in parts)
    more = np.flatnonzero(further)
    return LimitRow(
        name,
        bound,
        edges,
        of_edges,
        np.append(bids, problem.count("bid") + more),
        np.append(of_bids, further[more]),
        offers,
        of_offers,
    )


def cargo(plan: FlowSolution, further: int) -> FlowSolution:
    """The plan in the columns of the problem that has no further ones."""
    columns = ("sales", "purchases", "node_price", "bid_reduced_cost", "offer_reduced_cost")
    return replace(plan, **{name: getattr(plan, name)[:-further] for name in columns})


def tonnes(plan: FlowSolution) -> Floats:
    """Mt/yr of all columns: edges, bids, offers."""
    return np.concatenate([plan.flows, plan.sales, plan.purchases])

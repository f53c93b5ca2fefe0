"""The linear programme as a Pyomo model: the readable statement, and the door for constraints of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from corridor.flow.problem import FlowProblem
from corridor.paths import Floats, Ints

T = TypeVar("T")


def pyomo_model(problem: FlowProblem) -> Any:
    """State the problem in Pyomo.

    Parameters
    ----------
    problem
        What to state.

    Returns
    -------
    pyomo.environ.ConcreteModel
        Sets ``STATES``, ``EDGES``, ``FACILITIES``, ``BIDS``, ``OFFERS`` and ``LIMITS`` hold the names of the problem.
        Variables ``flow``, ``sale`` and ``purchase`` are in Mt/yr. Constraints are ``balance`` (per state),
        ``facility`` and ``limit``; the objective is ``net_value``, million USD/yr. ``dual`` collects the duals with
        the signs of a ``FlowSolution``: node, shadow and limit prices. A state or facility that nothing touches has
        no constraint.

    Examples
    --------
    A constraint of one's own, then HiGHS::

        import pyomo.environ as pyo

        model = pyomo_model(problem)
        model.own = pyo.Constraint(expr=model.flow["rail"] + model.flow["road"] <= 5)
        pyo.SolverFactory("appsi_highs").solve(model)
        pyo.value(model.net_value)
    """
    import pyomo.environ as pyo

    states, edges, facilities = problem.names("state"), problem.names("edge"), problem.names("facility")
    bids, offers, limits = problem.names("bid"), problem.names("offer"), problem.names("limit")
    edge_cost, edge_gain = _of(edges, problem.edge_cost), _of(edges, problem.edge_gain)
    bid_price, offer_cost = _of(bids, problem.bid_price), _of(offers, problem.offer_cost)
    edge_most, bid_most, offer_most = (
        _of(edges, problem.edge_capacity),
        _of(bids, problem.bid_most),
        _of(offers, problem.offer_most),
    )
    capacity, bound = _of(facilities, problem.facility_capacity), {limit.name: limit.bound for limit in problem.limits}
    leaving, entering = _at(states, problem.edge_from, edges), _at(states, problem.edge_to, edges)
    bids_at, offers_at = _at(states, problem.bid_state, bids), _at(states, problem.offer_state, offers)
    users = [(edges[edge], amount) for edge, amount in zip(problem.use_edge, problem.use_amount.tolist(), strict=True)]
    users_of = _at(facilities, problem.use_facility, users)

    model = pyo.ConcreteModel("corridor")
    model.STATES, model.EDGES, model.FACILITIES = (pyo.Set(initialize=names) for names in (states, edges, facilities))
    model.BIDS, model.OFFERS, model.LIMITS = (pyo.Set(initialize=names) for names in (bids, offers, limits))

    # tonnes: from 0 to the most allowed
    model.flow = pyo.Var(model.EDGES, bounds=lambda _, e: (0, edge_most[e]))
    model.sale = pyo.Var(model.BIDS, bounds=lambda _, b: (0, bid_most[b]))
    model.purchase = pyo.Var(model.OFFERS, bounds=lambda _, o: (0, offer_most[o]))

    # what is earned - what is paid for cargo - what is paid for moving it
    model.net_value = pyo.Objective(
        expr=pyo.quicksum(bid_price[b] * model.sale[b] for b in model.BIDS)
        - pyo.quicksum(offer_cost[o] * model.purchase[o] for o in model.OFFERS)
        - pyo.quicksum(edge_cost[e] * model.flow[e] for e in model.EDGES),
        sense=pyo.maximize,
    )

    def row(relation: Any) -> Any:
        """Leave out a relation without variables: 0 = 0, or 0 <= capacity."""
        return pyo.Constraint.Feasible if relation is True else relation

    # what leaves + what is sold = what arrives + what is bought
    model.balance = pyo.Constraint(
        model.STATES,
        rule=lambda model, s: row(
            pyo.quicksum(model.flow[e] for e in leaving[s]) + pyo.quicksum(model.sale[b] for b in bids_at[s])
            == pyo.quicksum(edge_gain[e] * model.flow[e] for e in entering[s])
            + pyo.quicksum(model.purchase[o] for o in offers_at[s])
        ),
    )

    # what its edges take <= capacity
    model.facility = pyo.Constraint(
        model.FACILITIES,
        rule=lambda model, f: row(pyo.quicksum(amount * model.flow[e] for e, amount in users_of[f]) <= capacity[f]),
    )

    # coefficients x tonnes <= bound
    limit, column, coefficient = problem.limit_entries()
    tonnes = [*model.flow.values(), *model.sale.values(), *model.purchase.values()]
    terms = _at(limits, limit, zip(coefficient.tolist(), (tonnes[c] for c in column), strict=True))
    model.limit = pyo.Constraint(
        model.LIMITS,
        rule=lambda _, name: pyo.quicksum(factor * variable for factor, variable in terms[name]) <= bound[name],
    )

    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    return model


def _of(names: list[str], column: Floats) -> dict[str, float]:
    """Name to number."""
    return dict(zip(names, column.tolist(), strict=True))


def _at(places: list[str], place_of: Ints, things: Iterable[T]) -> dict[str, list[T]]:
    """Place to all that is there."""
    found: dict[str, list[T]] = {place: [] for place in places}
    for place, thing in zip(place_of, things, strict=True):
        found[places[place]].append(thing)
    return found

"""The linear programme as a Pyomo model: the readable statement, and the door for constraints of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from corridor.flow.problem import FlowProblem, Kind

Terms = list[tuple[float, Any]]


def pyomo_model(problem: FlowProblem) -> Any:
    """State the problem in Pyomo.

    Parameters
    ----------
    problem
        What to state.

    Returns
    -------
    pyomo.environ.ConcreteModel
        Sets ``EDGES``, ``BIDS``, ``OFFERS``, ``STATES``, ``FACILITIES`` and ``LIMITS`` hold the names of the problem; variables
        ``flow``, ``sale`` and ``purchase`` are in Mt/yr; constraints are ``balance``, ``facility`` and ``limit``; the objective
        is ``net_value``, million USD/yr. ``dual`` collects the duals, with the signs of a ``FlowSolution``.

    Examples
    --------
    A constraint of one's own, then HiGHS::

        import pyomo.environ as pyo

        model = pyomo_model(problem)
        model.own = pyo.Constraint(expr=model.flow["rail"] + model.flow["road"] <= 5)
        pyo.SolverFactory("appsi_highs").solve(model)
        pyo.value(model.net_value)
    """
    import pyomo.environ as pyo  # type: ignore[import-untyped]  # Pyomo has no type hints

    model = pyo.ConcreteModel("corridor")
    for kind, plural in PLURALS.items():
        model.add_component(plural, pyo.Set(initialize=_labels(problem, kind)))
    model.LIMITS = pyo.Set(initialize=[limit.name for limit in problem.limits])
    model.flow = pyo.Var(model.EDGES, bounds=_bounds(problem, "edge", problem.edge_capacity))
    model.sale = pyo.Var(model.BIDS, bounds=_bounds(problem, "bid", problem.bid_most))
    model.purchase = pyo.Var(model.OFFERS, bounds=_bounds(problem, "offer", problem.offer_most))

    flow, sale, purchase = (list(variable.values()) for variable in (model.flow, model.sale, model.purchase))
    sold = pyo.quicksum(price * tonnes for price, tonnes in zip(problem.bid_price.tolist(), sale, strict=True))
    bought = pyo.quicksum(cost * tonnes for cost, tonnes in zip(problem.offer_cost.tolist(), purchase, strict=True))
    moved = pyo.quicksum(cost * tonnes for cost, tonnes in zip(problem.edge_cost.tolist(), flow, strict=True))
    model.net_value = pyo.Objective(expr=sold - bought - moved, sense=pyo.maximize)

    balance, use, limits = _balances(problem, flow, sale, purchase), _uses(problem, flow), _limits(problem, flow + sale + purchase)
    model.balance = pyo.Constraint(model.STATES, rule=lambda _, state: _row(pyo, 0.0, balance[state], 0.0))
    model.facility = pyo.Constraint(model.FACILITIES, rule=lambda _, facility: _row(pyo, None, *use[facility]))
    model.limit = pyo.Constraint(model.LIMITS, rule=lambda _, limit: _row(pyo, None, *limits[limit]))
    model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    return model


def _labels(problem: FlowProblem, kind: Kind) -> list[str]:
    return [problem.label(kind, index) for index in range(problem.count(kind))]


def _bounds(problem: FlowProblem, kind: Kind, most: Floats) -> dict[str, tuple[float, float | None]]:
    upper = [value if math.isfinite(value) else None for value in most.tolist()]
    return {label: (0.0, value) for label, value in zip(_labels(problem, kind), upper, strict=True)}


def _row(pyo: Any, least: float | None, terms: Terms, most: float) -> Any:
    """least <= sum(coefficient x variable) <= most; a row that says nothing is left out."""
    terms = [(coefficient, variable) for coefficient, variable in terms if coefficient]
    if terms and most < math.inf:
        return least, pyo.quicksum(coefficient * variable for coefficient, variable in terms), most
    return pyo.Constraint.Skip if most >= 0 else pyo.Constraint.Infeasible


def _balances(problem: FlowProblem, flow: list[Any], sale: list[Any], purchase: list[Any]) -> dict[str, Terms]:
    """What leaves a state less what comes in, per state."""
    terms: dict[str, Terms] = {label: [] for label in _labels(problem, "state")}
    rows = list(terms.values())
    for variable, begin, end, gain in zip(flow, problem.edge_from, problem.edge_to, problem.edge_gain.tolist(), strict=True):
        rows[begin].append((1.0, variable))
        rows[end].append((-gain, variable))
    for variable, state in zip(sale, problem.bid_state, strict=True):
        rows[state].append((1.0, variable))
    for variable, state in zip(purchase, problem.offer_state, strict=True):
        rows[state].append((-1.0, variable))
    return terms


def _uses(problem: FlowProblem, flow: list[Any]) -> dict[str, tuple[Terms, float]]:
    """What edges take of a facility, and its capacity, per facility."""
    terms: list[Terms] = [[] for _ in problem.facility_capacity]
    for edge, facility, amount in zip(problem.use_edge, problem.use_facility, problem.use_amount.tolist(), strict=True):
        terms[facility].append((amount, flow[edge]))
    capacities = zip(terms, problem.facility_capacity.tolist(), strict=True)
    return dict(zip(_labels(problem, "facility"), capacities, strict=True))


def _limits(problem: FlowProblem, columns: list[Any]) -> dict[str, tuple[Terms, float]]:
    """Terms and bound, per limit."""
    terms: list[Terms] = [[] for _ in problem.limits]
    limit, column, coefficient = problem.limit_entries()
    for row, at, value in zip(limit, column, coefficient.tolist(), strict=True):
        terms[row].append((value, columns[at]))
    return {limit.name: (row, limit.bound) for limit, row in zip(problem.limits, terms, strict=True)}

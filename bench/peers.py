"""The flow problem in other libraries' hands, each in the quickest way that we know of, on one core.

Every peer gets the arrays of the edge LP ready made; what is timed is only what a user of that library cannot avoid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from corridor import FlowProblem, pyomo_model, solve
from corridor.flow.edge_lp import EdgeLp, edge_model
from corridor.flow.highs import load
from corridor.flow.path_columns import PathColumns
from corridor.flow.rows import Numbers, Rows

NO_CAP = 1e7
"""Seconds, where there is no cap."""

PRIMAL_SIMPLEX = {"solver": "simplex", "simplex_strategy": 4}
INTERIOR_POINT = {"solver": "ipm"}
"""HiGHS's options for them; the interior point method ends with a crossover to a vertex, as it does by default."""


class Arrays(NamedTuple):
    """The edge LP, to be maximised: columns from 0 to ``most``, rows between two bounds, coefficients as triples."""

    value: np.ndarray
    most: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    row: np.ndarray
    column: np.ndarray
    coefficient: np.ndarray

    @classmethod
    def of(cls, problem: FlowProblem) -> Arrays:
        """Lay out a problem."""
        numbers, rows = Numbers.of(problem), Rows.of(problem)
        upper = np.concatenate([np.zeros(problem.n_states), numbers.capacity, numbers.bound])
        lower = np.where(np.arange(len(upper)) < problem.n_states, 0.0, -np.inf)
        return cls(numbers.value, numbers.most, lower, upper, rows.row, rows.column, rows.coefficient)


class Outcome(NamedTuple):
    """Objective, and whether the optimum was found before the cap."""

    objective: float
    finished: bool


# HiGHS alone


def highs_model(problem: FlowProblem) -> Any:
    """The edge LP in HiGHS's own form."""
    return edge_model(Rows.of(problem), Numbers.of(problem))


def highs_loaded(model: Any, options: dict[str, Any] | None = None, cap_s: float = NO_CAP) -> Any:
    """HiGHS with a model, its options as they come but for silence, one thread and the cap."""
    import highspy

    highs = highspy.Highs()
    for name, value in {"output_flag": False, "threads": 1, "time_limit": cap_s, **(options or {})}.items():
        highs.setOptionValue(name, value)
    load(highs, model)
    return highs


def highs_run(highs: Any) -> Outcome:
    """Run it."""
    highs.run()
    return Outcome(highs.getObjectiveValue(), highs.getModelStatus().name == "kOptimal")


# Pyomo


def pyomo_lean(problem: FlowProblem) -> Any:
    """The edge LP as Pyomo builds it soonest: numbered variables and ready-made linear expressions."""
    import pyomo.environ as pyo
    from pyomo.core.expr import LinearExpression

    arrays = Arrays.of(problem)
    model = pyo.ConcreteModel()
    most: list[float | None] = np.where(np.isfinite(arrays.most), arrays.most, None).tolist()
    model.x = pyo.Var(range(len(most)), bounds=lambda _, column: (0, most[column]))
    variables = list(model.x.values())
    order = np.argsort(arrays.row, kind="stable")
    starts = np.searchsorted(arrays.row[order], np.arange(len(arrays.upper) + 1)).tolist()
    columns, coefficients = arrays.column[order].tolist(), arrays.coefficient[order].tolist()
    upper = arrays.upper.tolist()

    def row(_: Any, index: int) -> Any:
        part = slice(starts[index], starts[index + 1])
        if part.start == part.stop:
            return pyo.Constraint.Feasible
        terms = LinearExpression(
            constant=0, linear_coefs=coefficients[part], linear_vars=[variables[column] for column in columns[part]]
        )
        return terms == 0 if index < problem.n_states else terms <= upper[index]

    model.rows = pyo.Constraint(range(len(upper)), rule=row)
    # prices of bids may change from solve to solve
    first, last = problem.count("edge"), problem.count("edge") + problem.count("bid")
    fixed, value = [*range(first), *range(last, len(most))], arrays.value.tolist()
    model.price = pyo.Param(range(first, last), initialize=lambda _, column: value[column], mutable=True)
    paid = LinearExpression(
        constant=0,
        linear_coefs=[value[column] for column in fixed],
        linear_vars=[variables[column] for column in fixed],
    )
    earned = pyo.quicksum(model.price[column] * variables[column] for column in range(first, last))
    model.net_value = pyo.Objective(expr=earned + paid, sense=pyo.maximize)
    return model


def appsi_loaded(model: Any, cap_s: float | None = None) -> Any:
    """Pyomo's persistent interface to HiGHS (appsi), with a model."""
    from pyomo.contrib.appsi.solvers import Highs

    solver = Highs()
    solver.config.load_solution = False
    solver.config.time_limit = cap_s
    solver.highs_options = {"threads": 1}
    solver.set_instance(model)
    return solver


def appsi_run(solver: Any, model: Any) -> Outcome:
    """Solve; values of the variables are not even read."""
    result = solver.solve(model)
    return Outcome(result.best_feasible_objective, result.termination_condition.name == "optimal")


def appsi_for_prices(solver: Any) -> None:
    """Tell appsi that nothing but parameters will change, so that it looks at nothing else."""
    for name in solver.update_config:
        if name not in ("update_params", "treat_fixed_vars_as_params"):
            setattr(solver.update_config, name, False)


def contrib_loaded(model: Any) -> Any:
    """Pyomo's newer interface to HiGHS, with a model."""
    from pyomo.contrib.solver.solvers.highs import Highs

    solver = Highs()
    solver.set_instance(model)
    return solver


# linopy


def linopy_model(problem: FlowProblem) -> Any:
    """The edge LP in linopy's sparse form."""
    import linopy
    import pandas as pd
    import xarray as xr

    linopy.options["semantics"] = "v1"
    arrays = Arrays.of(problem)
    columns = pd.RangeIndex(len(arrays.value), name="column")
    model = linopy.Model(sparse=True)
    tonnes = model.add_variables(lower=0, upper=pd.Series(arrays.most, columns), coords=[columns], name="tonnes")
    is_balance = arrays.row < problem.n_states
    for name, keep, sign in (("balance", is_balance, "="), ("shared", ~is_balance, "<=")):
        terms = {"term": np.arange(int(keep.sum()))}
        picked = (1 * tonnes).isel(column=xr.DataArray(arrays.column[keep], dims=["term"], coords=terms))
        weighted = picked.drop_vars("column") * xr.DataArray(arrays.coefficient[keep], dims=["term"], coords=terms)
        group = pd.Series(arrays.row[keep], index=pd.RangeIndex(int(keep.sum()), name="term"), name=name)
        rows = np.unique(arrays.row[keep])
        bound = 0 if name == "balance" else pd.Series(arrays.upper[rows], pd.Index(rows, name=name))
        model.add_constraints(weighted.groupby(group).sum(), sign, bound, name=name)
    model.add_objective((tonnes * pd.Series(arrays.value, columns)).sum(), sense="max")
    return model


def linopy_loaded(model: Any, cap_s: float = NO_CAP, track: bool = False) -> Any:
    """HiGHS as linopy keeps it, with a model."""
    from linopy.solvers import Highs

    options = {"output_flag": False, "threads": 1, "time_limit": cap_s}
    return Highs.from_model(model, io_api="direct", options=options, track_updates=track, set_names=False)


def linopy_run(solver: Any, model: Any = None) -> Outcome:
    """Solve, a changed model if given."""
    result = solver.solve(model)
    return Outcome(float(result.solution.objective), result.status.termination_condition.name == "optimal")


# OR-Tools


def ortools_model(problem: FlowProblem) -> Any:
    """The edge LP in OR-Tools' model builder, filled from a sparse matrix in one call. It minimises."""
    from ortools.linear_solver.python import model_builder
    from scipy.sparse import csr_matrix

    arrays = Arrays.of(problem)
    shape = len(arrays.upper), len(arrays.value)
    matrix = csr_matrix((arrays.coefficient, (arrays.row, arrays.column)), shape=shape)
    model = model_builder.Model()
    model.helper.fill_model_from_sparse_data(
        np.zeros(shape[1]), arrays.most, -arrays.value, arrays.lower, arrays.upper, matrix
    )
    return model


def ortools_run(model: Any, cap_s: float = NO_CAP) -> Outcome:
    """Solve by GLOP."""
    from ortools.linear_solver.python import model_builder

    solver = model_builder.Solver("GLOP")
    solver.set_time_limit_in_seconds(cap_s)
    finished = solver.solve(model) == model_builder.SolveStatus.OPTIMAL
    return Outcome(-solver.objective_value if finished else np.nan, finished)


# Side by side


def _appsi(problem: FlowProblem, cap_s: float) -> Outcome:
    model = pyomo_lean(problem)
    return appsi_run(appsi_loaded(model, cap_s), model)


OURS = "corridor, path columns"
OURS_EDGES = "corridor, edge LP"

BUILDERS: dict[str, Callable[[FlowProblem], Any]] = {
    "Pyomo appsi": lambda problem: appsi_loaded(pyomo_lean(problem)),
    "Pyomo appsi, readable model": lambda problem: appsi_loaded(pyomo_model(problem)),
    "Pyomo contrib": lambda problem: contrib_loaded(pyomo_lean(problem)),
    "linopy": lambda problem: linopy_loaded(linopy_model(problem)),
    "OR-Tools": ortools_model,
}
"""From a problem to a model that is built and loaded."""

OWN_BUILDERS: dict[str, Callable[[FlowProblem], Any]] = {OURS_EDGES: EdgeLp, OURS: PathColumns}


class Method(NamedTuple):
    """A way from a problem to its optimum: what is made ready beforehand, and what is timed, stopped at a cap."""

    ready: Callable[[FlowProblem], Any]
    run: Callable[[Any, float], Outcome]


def _as_it_is(problem: FlowProblem) -> FlowProblem:
    return problem


METHODS = {
    OURS: Method(_as_it_is, lambda problem, _: Outcome(solve(problem, engine="paths").net_value, True)),
    OURS_EDGES: Method(_as_it_is, lambda problem, _: Outcome(solve(problem, engine="edges").net_value, True)),
    "HiGHS, default options": Method(highs_model, lambda model, cap_s: highs_run(highs_loaded(model, None, cap_s))),
    "HiGHS, primal simplex": Method(
        highs_model, lambda model, cap_s: highs_run(highs_loaded(model, PRIMAL_SIMPLEX, cap_s))
    ),
    "HiGHS, interior point": Method(
        highs_model, lambda model, cap_s: highs_run(highs_loaded(model, INTERIOR_POINT, cap_s))
    ),
    "OR-Tools GLOP": Method(_as_it_is, lambda problem, cap_s: ortools_run(ortools_model(problem), cap_s)),
    "Pyomo appsi": Method(_as_it_is, _appsi),
    "linopy": Method(_as_it_is, lambda problem, cap_s: linopy_run(linopy_loaded(linopy_model(problem), cap_s))),
}
"""HiGHS alone gets the finished model of the edge LP for nothing; all others start from the problem."""

OURS_COLD, OURS_EDGES_COLD = f"{OURS}, cold", f"{OURS_EDGES}, cold"

WARM_PEERS = (
    OURS_COLD,
    OURS_EDGES_COLD,
    OURS_EDGES,
    "HiGHS, default options, cold",
    "HiGHS, primal simplex, cold",
    "HiGHS, default options, warm",
    "HiGHS, primal simplex, warm",
    "Pyomo appsi",
    "linopy",
)
"""What solves a problem again with other prices: warm, where it does not say cold."""

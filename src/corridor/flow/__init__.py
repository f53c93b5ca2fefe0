"""FlowProblem -> FlowSolution: the flows of greatest net value, by linear programming.

The only room that knows HiGHS and Pyomo; both are loaded when they are used.
"""

from corridor.flow.explain import Marginal, NextBest, marginal, next_best
from corridor.flow.export import write_lp
from corridor.flow.limits import LimitRow
from corridor.flow.plans import Plans, Shipment, certified
from corridor.flow.problem import FlowProblem
from corridor.flow.pyomo import pyomo_model
from corridor.flow.solution import FlowSolution, Rents
from corridor.flow.solver import Prepared, solve

__all__ = [
    "FlowProblem",
    "FlowSolution",
    "LimitRow",
    "Marginal",
    "NextBest",
    "Plans",
    "Prepared",
    "Rents",
    "Shipment",
    "certified",
    "marginal",
    "next_best",
    "pyomo_model",
    "solve",
    "write_lp",
]

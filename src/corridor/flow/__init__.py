"""FlowProblem -> FlowSolution: the flows of greatest net value, by linear programming.

The only room that knows HiGHS and Pyomo; both are loaded when they are used.
"""

from corridor.flow.highs import solve
from corridor.flow.limits import LimitRow
from corridor.flow.problem import FlowProblem
from corridor.flow.pyomo import pyomo_model
from corridor.flow.solution import FlowSolution, Rents

__all__ = ["FlowProblem", "FlowSolution", "LimitRow", "Rents", "pyomo_model", "solve"]

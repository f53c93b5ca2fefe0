"""corridor: what it costs to bring minerals to market by one trade corridor or another.

>>> import corridor
>>> outcome = corridor.read_study().run("today")
>>> routes = corridor.compare(outcome, commodity="washed_coking_coal", market="pohang")
>>> plan = corridor.best_plan(outcome)
"""

from __future__ import annotations

from corridor.errors import (
    CorridorError,
    Fault,
    InfeasibleError,
    InputError,
    MissingExtraError,
    NoAnswerError,
    UsageError,
)
from corridor.flow import (
    FlowProblem,
    FlowSolution,
    LimitRow,
    Marginal,
    NextBest,
    Prepared,
    marginal,
    next_best,
    pyomo_model,
    solve,
    write_lp,
)
from corridor.frames import best_plan, compare, ledger
from corridor.study import Outcome, Study, read_study

__version__ = "0.1.0"

__all__ = [
    "CorridorError",
    "Fault",
    "FlowProblem",
    "FlowSolution",
    "InfeasibleError",
    "InputError",
    "LimitRow",
    "Marginal",
    "MissingExtraError",
    "NextBest",
    "NoAnswerError",
    "Outcome",
    "Prepared",
    "Study",
    "UsageError",
    "best_plan",
    "compare",
    "ledger",
    "marginal",
    "next_best",
    "pyomo_model",
    "read_study",
    "solve",
    "write_lp",
]

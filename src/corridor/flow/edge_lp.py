"""The engine that hands the whole problem to HiGHS, a column for each edge: exact for every problem."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from corridor.flow import highs
from corridor.flow.problem import FlowProblem
from corridor.flow.rows import Numbers, Rows
from corridor.flow.solution import Answer, Unmet

if TYPE_CHECKING:
    from highspy._core import HighsBasis


class EdgeLp:
    """A linear programme over edges, loaded once.

    Parameters
    ----------
    problem
        Whose network stays.
    name
        What solutions call it.
    """

    def __init__(self, problem: FlowProblem, name: str = "edge LP") -> None:
        self.name = name
        self._rows = Rows.of(problem)
        self._numbers = Numbers.of(problem)
        self._highs = highs.engine()
        highs.load(self._highs, edge_model(self._rows, self._numbers))
        self._kept: tuple[HighsBasis | None, Numbers] = None, self._numbers

    def keep(self) -> None:
        """Let all later answers start from where the last one ended."""
        self._kept = self._highs.getBasis(), self._numbers

    def answer(self, problem: FlowProblem, deadline: float | None = None) -> Answer:
        """Solve a problem with the same network, from what is kept: answers in between leave no trace.

        Raises
        ------
        Unmet
            If a limit demands what cannot be had.
        """
        started = time.perf_counter()
        strategy = self._load(Numbers.of(problem))
        loaded = time.perf_counter()
        status = highs.run(self._highs, deadline, strategy)
        seconds = {"load": loaded - started, "solve": time.perf_counter() - loaded}
        if status in highs.INFEASIBLE:
            raise self._unmet(problem, status)
        if status in highs.RAN_OUT:
            return Answer.nothing(problem, highs.RAN_OUT[status], seconds)
        if status not in highs.SOLVED:
            raise RuntimeError(f"HiGHS found no optimum: its status is {status}")
        flow, dual = highs.values(self._highs)
        return Answer(flow, *self._rows.split(dual), seconds=seconds)

    def _load(self, numbers: Numbers) -> int:
        """Put in all numbers, whatever the last question has left, and tell which simplex method to use."""
        n_columns = len(numbers.value)
        columns = np.arange(n_columns, dtype=np.int32)
        self._highs.changeColsCost(n_columns, columns, numbers.value)
        self._highs.changeColsBounds(n_columns, columns, np.zeros(n_columns), numbers.most)
        highs.change_upper(self._highs, self._rows.parts[0], np.concatenate([numbers.capacity, numbers.bound]))
        self._numbers = numbers
        return highs.start_from(self._highs, *self._kept, numbers)

    def _unmet(self, problem: FlowProblem, status: str) -> Unmet:
        """What is missing in the plan that misses the demands by the least, and the prices there.

        Doing nothing meets every row but a limit with a negative bound. So those limits get a shortfall, and nothing
        but shortfalls costs anything.
        """
        numbers, rows = Numbers.of(problem), self._rows
        demands = np.flatnonzero(numbers.bound < 0)
        n_columns = len(numbers.value)
        with_shortfalls = Rows(
            row=np.concatenate([rows.row, demands + rows.parts[1]]),
            column=np.concatenate([rows.column, n_columns + np.arange(len(demands))]),
            coefficient=np.concatenate([rows.coefficient, np.full(len(demands), -1.0)]),
            parts=rows.parts,
        )
        missed = numbers._replace(
            value=np.concatenate([np.zeros(n_columns), np.full(len(demands), -1.0)]),
            most=np.concatenate([numbers.most, np.full(len(demands), np.inf)]),
        )
        engine = highs.engine()
        highs.load(engine, edge_model(with_shortfalls, missed))
        ended = highs.run(engine)
        if ended not in highs.SOLVED:
            raise RuntimeError(f"HiGHS found no optimum: its status is {status}, then {ended}")
        flow, dual = highs.values(engine)
        shortfall = np.zeros(len(numbers.bound))
        shortfall[demands] = flow[n_columns:]
        if np.sum(shortfall) <= highs.TOLERANCE:
            raise RuntimeError(f"HiGHS found no optimum: its status is {status}, though every limit can be met")
        return Unmet(shortfall, *rows.split(dual))


def edge_model(rows: Rows, numbers: Numbers) -> highs.Lp:
    """The problem with a column for each edge."""
    n_states = rows.parts[0]
    upper = np.concatenate([np.zeros(n_states), numbers.capacity, numbers.bound])
    lower = np.where(np.arange(len(upper)) < n_states, 0.0, -np.inf)  # what comes is what leaves; the rest is at most
    return highs.Lp(numbers.value, numbers.most, lower, upper, rows.by_column(len(numbers.value)))

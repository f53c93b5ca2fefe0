"""FlowProblem -> FlowSolution: which engine solves it, and how it is solved again with other numbers."""

from __future__ import annotations

import dataclasses
import math
import time
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from typing import Any, Literal, get_args

import numpy as np

from corridor.errors import InputError, UsageError
from corridor.flow import highs
from corridor.flow.conflict import infeasible
from corridor.flow.door import NUMBERS, checked_draws
from corridor.flow.draws import Draws
from corridor.flow.edge_lp import EdgeLp
from corridor.flow.many import MOST_ROWS, Many
from corridor.flow.path_columns import PathColumns
from corridor.flow.plans import Plans, answer_alone
from corridor.flow.pricing import CircleError, Pricing
from corridor.flow.problem import FlowProblem
from corridor.flow.solution import Answer, FlowSolution, Unmet, conclude
from corridor.flow.starts import NoBasisError

Engine = Literal["auto", "edges", "paths"]

PATHS_FROM_COLUMNS = 4000
"""From so many edges, bids and offers on, path columns are quicker even when SciPy's graphs must first be imported."""


def solve(problem: FlowProblem, *, engine: Engine = "auto", time_limit_s: float | None = None) -> FlowSolution:
    """Find the flows of greatest net value.

    A pure function: nothing is kept between calls, and threads may call it at the same time.

    Parameters
    ----------
    problem
        What to solve.
    engine
        ``edges`` hands the whole problem to HiGHS, ``paths`` generates ways as columns; both are exact. ``auto`` takes
        paths for large problems and wherever there is a time limit (they know a bound all the time). Where going round
        in circles would pay at some prices, as may be with negative limit terms on edges or with losses on cargo of
        negative worth, paths give up and edges take over: ``FlowSolution.engine`` says so.
    time_limit_s
        Stop after so many seconds with the best plan so far and a bound on all plans; no limit where not given.

    Returns
    -------
    FlowSolution
        Optimal, unless its status names a limit.

    Raises
    ------
    InfeasibleError
        If a limit demands what cannot be had; the message names what is in conflict.
    NoAnswerError
        If time ran out before any plan met all limits.
    UsageError
        If the engine is unknown or the time limit is not above 0.
    RuntimeError
        If HiGHS stops for any other reason; the message has its status.
    KeyboardInterrupt
        At once when Ctrl-C is pressed.
    """
    return Prepared(problem, engine=engine, time_limit_s=time_limit_s).solution


class Prepared:
    """A problem that is laid out and solved once, to be solved again with other numbers.

    Parameters
    ----------
    problem, engine, time_limit_s
        As for :func:`solve`, whose errors it raises.

    Attributes
    ----------
    problem
        As given.
    solution
        Its solution.

    Notes
    -----
    It behaves like a value: every answer starts from this solution and none leaves a trace, so that the same question
    always gets the same answer, to the last digit, whatever was asked before. Threads may ask at the same time; they
    are answered one after the other.
    """

    def __init__(self, problem: FlowProblem, *, engine: Engine = "auto", time_limit_s: float | None = None) -> None:
        if engine not in get_args(Engine):
            raise UsageError(f'there is no engine "{engine}": write {", ".join(get_args(Engine))}.')
        deadline = _deadline(time_limit_s)
        started = time.perf_counter()
        suits = _is_large(problem) or time_limit_s is not None
        laid_out = PathColumns(problem) if engine == "paths" or (engine == "auto" and suits) else EdgeLp(problem)
        self.problem = problem
        self.solution, self._engine = _solved(laid_out, problem, deadline, started)
        self._lock = Lock()
        self._many: Many | None = None
        self._to_keep = self.solution.status == "optimal"  # else there is nothing to start from

    def resolve(self, *, time_limit_s: float | None = None, **changes: Any) -> FlowSolution:
        """Solve the problem with other numbers, from the solution of the problem as it is.

        Parameters
        ----------
        time_limit_s
            As for :func:`solve`.
        **changes
            Columns of the problem to their new content: costs, prices, capacities, the most of bids and offers, and
            ``limits`` with other bounds.

        Returns
        -------
        FlowSolution
            That of ``problem.replace(**changes)``.

        Raises
        ------
        UsageError
            If a change would need another network: make a problem of its own then.
        InputError
            If a number is not right.
        InfeasibleError, NoAnswerError, RuntimeError
            As :func:`solve`.
        """
        deadline = _deadline(time_limit_s)
        started = time.perf_counter()
        problem = self.problem.replace(**changes)
        if not self.problem.same_network(problem):
            raise UsageError(f"{', '.join(sorted(changes))}: resolve takes other numbers, not another network.")
        with self._lock:
            self._keep()
            engine = self._engine
            if isinstance(engine, PathColumns) and not engine.fits(problem):
                engine = PathColumns(problem)
            return _solved(engine, problem, deadline, started)[0]

    def resolve_many(self, **changes: Any) -> Plans:
        """Solve the problem in many draws of its numbers at once, each answer certified.

        Where ways are the engine this takes about a tenth of the time of :meth:`resolve` draw by draw. Draws that do
        not come to an end together are solved that way, and so are all where edges are the engine or where offers,
        bids, facilities, limits and bounded edges are more than a thousand.

        Parameters
        ----------
        **changes
            Columns of the problem: draws x rows, or one row where it is the same in all draws. At least one of them has
            draws. Costs, prices, capacities, the most of bids and offers.

        Returns
        -------
        Plans
            A draw's answer is that of :meth:`resolve`; where plans tie, it may be another of them. The same draws
            together get the same answers, to the last digit.

        Raises
        ------
        UsageError
            If a change would need another network, is one of limits, or none has draws.
        InputError
            If a number is not right; the message names the draw.
        InfeasibleError, NoAnswerError, RuntimeError
            As :func:`solve`.
        """
        wrong = sorted(set(changes) - set(NUMBERS))
        if wrong:
            raise UsageError(f"{', '.join(wrong)}: resolve_many takes {', '.join(NUMBERS)}.")
        if not any(np.ndim(column) == 2 for column in changes.values()):  # noqa: PLR2004 - draws x rows
            raise UsageError("resolve_many takes at least one column with draws: draws x rows.")
        fields = {field.name: getattr(self.problem, field.name) for field in dataclasses.fields(self.problem)}
        columns, faults = checked_draws(fields, changes)
        if faults:
            raise InputError(faults)
        draws = Draws(self.problem, columns)
        many = self._laid_out()
        return answer_alone(draws, self._alone) if many is None else many.answer(draws)

    def _alone(self, changes: dict[str, Any]) -> FlowSolution:
        return self.resolve(**changes)

    def _keep(self) -> None:
        if self._to_keep:
            self._to_keep = False
            self._engine.keep()

    def _laid_out(self) -> Many | None:
        """The problem made ready for many draws, once; nothing where draws have to be solved one by one."""
        with self._lock:
            self._keep()
            kept = self._engine.kept() if isinstance(self._engine, PathColumns) and self._many is None else None
            if kept is not None and kept.rows.shape[0] <= MOST_ROWS:
                with suppress(CircleError, NoBasisError):
                    self._many = Many(self.problem, kept, self._alone)
            return self._many


def _solved(
    engine: EdgeLp | PathColumns, problem: FlowProblem, deadline: float | None, started: float
) -> tuple[FlowSolution, EdgeLp | PathColumns]:
    """Solve by an engine, or by the edge LP where paths give up: solution, and the engine that found it."""
    load_s = time.perf_counter() - started
    try:
        try:
            answer = engine.answer(problem, deadline)
        except CircleError:
            engine = EdgeLp(problem, "edge LP, as going round in circles pays at some prices,")
            answer = engine.answer(problem, deadline)
    except Unmet as unmet:
        raise infeasible(problem, unmet, _can_be_met) from None
    if not answer.bounded:
        answer = _with_bound(problem, answer)
    answer.seconds["load"] += load_s
    return conclude(problem, answer, f"{engine.name} by HiGHS {highs.version()}"), engine


def _deadline(time_limit_s: float | None) -> float | None:
    if time_limit_s is None:
        return None
    if not 0 < time_limit_s < math.inf:
        raise UsageError(f"time_limit_s is {time_limit_s}: write a number of seconds above 0, or leave it out")
    return time.perf_counter() + time_limit_s


def _can_be_met(problem: FlowProblem) -> bool:
    """Tell whether some plan meets all limits; the problem's costs must be 0, so that going round never pays."""
    try:
        (PathColumns if _is_large(problem) else EdgeLp)(problem).answer(problem)
    except Unmet:
        return False
    return True


def _is_large(problem: FlowProblem) -> bool:
    return sum(problem.count(kind) for kind in ("edge", "bid", "offer")) >= PATHS_FROM_COLUMNS


def _with_bound(problem: FlowProblem, answer: Answer) -> Answer:
    """Give an answer node prices at which what is shared costs nothing: a bound, if a poor one."""
    pricing = Pricing(problem)
    try:
        supply = pricing.supply(problem.edge_cost, problem.offer_cost)
        node_price = pricing.node_prices(supply, problem.edge_cost, problem.bid_price)
    except CircleError:
        return answer
    return replace(answer, node_price=node_price, bounded=True)

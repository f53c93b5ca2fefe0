"""HiGHS, started and run with care: every option and status is checked, Ctrl-C stops it at once."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridor.flow.rows import Numbers
from corridor.paths import Floats, Ints

if TYPE_CHECKING:
    from highspy._core import HighsBasis, _Highs

DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4
"""HiGHS's numbers for them. From a cold start, and after values have changed, the primal is several times quicker on
these problems; after bounds have changed the dual is."""

TOLERANCE = 1e-9
"""How far HiGHS may leave a bound or a reduced cost (Mt/yr, USD/t): plans agree to nine digits."""

OPTIONS: Mapping[str, bool | float | str] = {
    "output_flag": False,  # first, so that the options after it are silent too
    "solver": "simplex",  # a vertex: unique optima come out sharp and flows are sparse
    "simplex_strategy": PRIMAL_SIMPLEX,
    "threads": 1,
    "parallel": "off",
    "primal_feasibility_tolerance": TOLERANCE,
    "dual_feasibility_tolerance": TOLERANCE,
}

SOLVED = ("kOptimal", "kModelEmpty")
INFEASIBLE = ("kInfeasible", "kUnboundedOrInfeasible")
RAN_OUT = {"kTimeLimit": "time limit", "kMemoryLimit": "memory limit"}


@cache
def version() -> str:
    """The version of HiGHS."""
    from highspy._core import _Highs

    return _Highs().version()


def engine(options: Mapping[str, bool | float | str] | None = None) -> _Highs:
    """Start HiGHS with our options and some more. An option that it ignores is an error."""
    # The class below highspy.Highs: that one prints a banner to stdout and keeps itself alive in a circle of callbacks.
    from highspy._core import _Highs

    highs = _Highs()
    for name, value in {**OPTIONS, **(options or {})}.items():
        set_option(highs, name, value)
    return highs


def set_option(highs: _Highs, name: str, value: bool | float | str) -> None:
    """Set an option; that HiGHS ignores it is an error."""
    from highspy._core import HighsStatus

    if highs.setOptionValue(name, value) != HighsStatus.kOk:
        raise RuntimeError(f"HiGHS {highs.version()} refuses the option {name} = {value!r}")


class Lp(NamedTuple):
    """A linear programme to be maximised, columns from 0 up.

    Attributes
    ----------
    value, upper
        By column.
    row_lower, row_upper
        By row.
    matrix
        Starts (one more than the columns), rows and coefficients, column by column.
    """

    value: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    matrix: tuple[Ints, Ints, Floats]


def load(highs: _Highs, lp: Lp) -> None:
    """Hand a whole model over in one call, as arrays: HiGHS's own object copies number by number and takes longer."""
    from highspy._core import MatrixFormat, ObjSense

    starts, rows, coefficients = lp.matrix
    n_columns, n_rows = len(lp.value), len(lp.row_upper)
    column_wise, maximise = int(MatrixFormat.kColwise), int(ObjSense.kMaximize)
    bounds = lp.value, np.zeros(n_columns), lp.upper, lp.row_lower, lp.row_upper
    matrix = starts[:-1].astype(np.int32), rows.astype(np.int32), coefficients
    continuous = np.zeros(n_columns, dtype=np.int32)  # an empty array would be read beyond its end
    sizes = n_columns, n_rows, len(coefficients)
    status = highs.passModel(*sizes, column_wise, maximise, 0.0, *bounds, *matrix, continuous)
    checked(status, "the model")


def checked(status: Any, what: str) -> None:
    """Raise what HiGHS did not take as it was."""
    if status.name != "kOk":
        raise RuntimeError(f"HiGHS did not take {what} as it is: its status is {status.name}")


def change_upper(highs: _Highs, first_row: int, upper: Floats) -> None:
    """Change the upper bounds of rows that have no lower one, from some row on."""
    rows = np.arange(first_row, first_row + len(upper), dtype=np.int32)
    status = highs.changeRowsBounds(len(upper), rows, np.full(len(upper), -np.inf), upper)  # type: ignore[attr-defined]
    checked(status, "the bounds")


def start_from(highs: _Highs, basis: HighsBasis | None, base: Numbers, now: Numbers) -> int:
    """Forget all runs, whose random numbers and factors would leave traces, and start from a basis or from none.

    Returns
    -------
    int
        The simplex method to use, by what differs from the numbers for which the basis is optimal.
    """
    checked(highs.clearSolver(), "the order to forget")
    if basis is None:
        return PRIMAL_SIMPLEX
    checked(highs.setBasis(basis), "the basis")
    return DUAL_SIMPLEX if base.same_values(now) and not base.same_bounds(now) else PRIMAL_SIMPLEX


def run(highs: _Highs, deadline: float | None = None, strategy: int = PRIMAL_SIMPLEX) -> str:
    """Run HiGHS and return the name of its model status.

    Parameters
    ----------
    highs
        With a model.
    deadline
        Reading of ``time.perf_counter`` at which it stops; none where not given.
    strategy
        :data:`PRIMAL_SIMPLEX` or :data:`DUAL_SIMPLEX`.

    Raises
    ------
    RuntimeError
        If it could not run.
    KeyboardInterrupt
        As soon as Ctrl-C is pressed.
    """
    status = _run(highs, deadline, strategy)
    if status == "kUnbounded" and strategy == PRIMAL_SIMPLEX:
        # Bids and offers bound all our programmes, but the primal takes bounds of some 1e7 for none; the dual does not.
        status = _run(highs, deadline, DUAL_SIMPLEX)
    return status


def _run(highs: _Highs, deadline: float | None, strategy: int) -> str:
    set_option(highs, "simplex_strategy", strategy)
    if deadline is not None:  # HiGHS's clock counts all runs of one engine together
        set_option(highs, "time_limit", highs.getRunTime() + max(0.0, deadline - time.perf_counter()))
    # HiGHS keeps one pool of workers per thread of ours and refuses to run with another number of threads than the pool
    # was made for, by whomever (Pyomo, say). Clearing it before and after leaves neither side in the way of the other.
    highs.resetThreadScheduler(True)
    try:
        with _interruptible(highs):
            status = highs.run().name
    finally:
        highs.resetThreadScheduler(True)
    if status == "kError":
        raise RuntimeError(f"HiGHS could not run: its status is {status}, {highs.getModelStatus().name}")
    return highs.getModelStatus().name


def values(highs: _Highs) -> tuple[Floats, Floats]:
    """Values of the columns and duals of the rows."""
    if highs.getModelStatus().name == "kModelEmpty":  # nothing was solved: HiGHS would tell the duals of a run before
        return np.zeros(highs.getNumCol()), np.zeros(highs.getNumRow())
    solution = highs.getSolution()
    return np.array(solution.col_value, dtype=np.float64), np.array(solution.row_dual, dtype=np.float64)


@contextmanager
def _interruptible(highs: _Highs) -> Iterator[None]:
    """Let Ctrl-C end a run: without this Python would hear of it only when HiGHS has finished."""
    if threading.current_thread() is not threading.main_thread() or not callable(signal.getsignal(signal.SIGINT)):
        yield  # signals reach the main thread alone; ignored or handled outside Python they are not ours
        return
    from highspy._core import cb

    pressed = False

    def note(*_: object) -> None:
        nonlocal pressed
        pressed = True

    def stop(_kind: object, _message: str, _told: object, answer: Any, _context: object) -> None:
        if pressed:
            answer.user_interrupt = True

    before = signal.signal(signal.SIGINT, note)
    checked(highs.setCallback(stop, None), "a callback")
    checked(highs.startCallback(cb.HighsCallbackType.kCallbackSimplexInterrupt), "a callback")
    try:
        yield
    finally:
        highs.setCallback(None, None)
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt

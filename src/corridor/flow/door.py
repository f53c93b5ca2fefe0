"""The door of a flow problem: every column converted, copied and checked, every fault named."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.errors import Fault
from corridor.flow.cycles import earning_cycle, gaining_cycle
from corridor.flow.limits import LimitRow
from corridor.paths import Floats, Ints

FILE = "FlowProblem"

LEAST_COEFFICIENT = 1e-9
"""HiGHS takes smaller coefficients for zero."""

MOST = 1e15
"""HiGHS takes larger coefficients for a mistake, and so do we for any number."""

KINDS = ("state", "edge", "facility", "bid", "offer")


@dataclass(frozen=True, slots=True)
class _Rule:
    """What the numbers of a column may be, and how to say it."""

    right: str
    least: float = 0.0
    negative: bool = False
    zero: bool = True
    infinite: bool = False

    def breaks(self, column: Floats) -> npt.NDArray[np.bool_]:
        """Mark the numbers that break the rule; NaN always does."""
        size = np.abs(column) if self.negative else column
        fine: npt.NDArray[np.bool_] = (size > self.least) & (size < MOST)
        if self.infinite:
            fine |= column == np.inf
        fine[column == 0] = self.zero
        return ~fine


_MONEY = _Rule(f"a finite number of USD/t, between -{MOST:g} and {MOST:g}", negative=True)
_TONNES = _Rule(f"a finite number of Mt/yr, at least 0 and below {MOST:g}")
_CAPACITY = _Rule("a number from 0 up, or infinite where there is no bound", infinite=True)
_AMOUNT = _Rule(f"0, or a number above {LEAST_COEFFICIENT:g} and below {MOST:g}", least=LEAST_COEFFICIENT)
_GAIN = _Rule(
    f"tonnes out per tonne in, above {LEAST_COEFFICIENT:g} and below {MOST:g}", least=LEAST_COEFFICIENT, zero=False
)
_BOUND = _Rule(f"a finite number between -{MOST:g} and {MOST:g}", negative=True)
_COEFFICIENT = _Rule(
    f"0, or a number whose size is above {LEAST_COEFFICIENT:g} and below {MOST:g}",
    least=LEAST_COEFFICIENT,
    negative=True,
)

# column: (which column counts the rows, the kind that it points to | the rule of its numbers)
_COLUMNS: Mapping[str, tuple[str, str | _Rule]] = {
    "edge_from": ("edge_from", "state"),
    "edge_to": ("edge_from", "state"),
    "edge_cost": ("edge_from", _MONEY),
    "edge_gain": ("edge_from", _GAIN),
    "edge_capacity": ("edge_from", _CAPACITY),
    "facility_capacity": ("facility_capacity", _CAPACITY),
    "use_edge": ("use_edge", "edge"),
    "use_facility": ("use_edge", "facility"),
    "use_amount": ("use_edge", _AMOUNT),
    "bid_state": ("bid_state", "state"),
    "bid_most": ("bid_state", _TONNES),
    "bid_price": ("bid_state", _MONEY),
    "offer_state": ("offer_state", "state"),
    "offer_most": ("offer_state", _TONNES),
    "offer_cost": ("offer_state", _MONEY),
}
_COUNTED_BY = {"edge": "edge_from", "facility": "facility_capacity", "bid": "bid_state", "offer": "offer_state"}


def checked(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Convert, copy and check the columns of a flow problem.

    Parameters
    ----------
    raw
        Name of each field of a ``FlowProblem`` to what the caller gave.

    Returns
    -------
    columns, faults
        The same fields with read-only arrays and tuples, and everything that is wrong with them (empty if all is well).
    """
    door = _Door(dict(raw))
    door.check()
    return door.columns, door.faults


NUMBERS = tuple(
    name for name, (_, rule) in _COLUMNS.items() if isinstance(rule, _Rule) and name not in ("edge_gain", "use_amount")
)
"""Columns that may change while the network stays."""


def checked_numbers(problem: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Convert, copy and check new numbers of a sound problem, as :func:`checked` would.

    Parameters
    ----------
    problem
        Its fields.
    changes
        Some of :data:`NUMBERS`.

    Returns
    -------
    columns, faults
        The changes as read-only arrays, and everything that is wrong with them.
    """
    door = _Door({**problem, **changes})
    door.check_numbers({kind: len(problem[name]) for kind, name in _COUNTED_BY.items()}, changes)
    return {name: door.columns[name] for name in changes}, door.faults


def checked_draws(problem: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Convert, copy and check new numbers of a sound problem in many draws.

    Parameters
    ----------
    problem
        Its fields.
    changes
        Some of :data:`NUMBERS`: draws x rows, or one row (or number) for all draws.

    Returns
    -------
    columns, faults
        The changes as read-only arrays, and everything that is wrong with them, but for closed ways that would create
        money.
    """
    door = _Door({**problem, **changes})
    counts = {kind: len(problem[name]) for kind, name in _COUNTED_BY.items()}
    door.check_draws(counts, changes)
    return {name: door.columns[name] for name in changes}, door.faults


class _Door:
    """Collects columns and faults while it goes through them."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.columns = raw
        self.faults: list[Fault] = []
        self.counts: dict[str, int] = {}  # rows by counting column and by kind; what cannot be read has no count

    def check(self) -> None:
        """Go through all columns, simple checks first: those of several columns need sound ones."""
        self._states()
        # columns that count rows come first, since all others are measured by them
        for name in sorted(_COLUMNS, key=lambda name: _COLUMNS[name][0] != name):
            counter, rule = _COLUMNS[name]
            spread = isinstance(rule, _Rule) and name != counter
            self.columns[name] = self._array(name, self.columns[name], self.counts.get(counter), spread)
            if name == counter and self._sound(name):
                self.counts[name] = len(self.columns[name])
        self.counts |= {kind: self.counts[name] for kind, name in _COUNTED_BY.items() if name in self.counts}
        for name, (_, rule) in _COLUMNS.items():
            self.columns[name] = self._entries(name, self.columns[name], rule)
        for kind in KINDS:
            self._names(kind)
        self._limits()
        self._uses()
        self._edges()

    def check_numbers(self, counts: Mapping[str, int], names: Iterable[str]) -> None:
        """Go through some columns of numbers, where all else is sound."""
        self.counts = {"state": self.columns["n_states"], **counts}
        for name in names:
            counter, rule = _COLUMNS[name]
            kind = next(kind for kind, column in _COUNTED_BY.items() if column == counter)
            column = self._array(name, self.columns[name], counts[kind], spread=name != counter)
            self.columns[name] = self._entries(name, column, rule)
        if "edge_cost" in names and not self.faults:
            self._edges()

    def check_draws(self, counts: Mapping[str, int], names: Iterable[str]) -> None:
        """Go through some columns of numbers in many draws, where all else is sound."""
        draws: int | None = None
        for name in names:
            given = self.columns[name]
            if np.ndim(given) != 2:  # noqa: PLR2004 - draws x rows
                self.check_numbers(counts, [name])
                continue
            counter, rule = _COLUMNS[name]
            kind = next(kind for kind, column in _COUNTED_BY.items() if column == counter)
            if draws is not None and len(given) != draws:
                self.fault(None, name, f"has {len(given)} draws: {draws} would be right, as in the others")
                continue
            draws = len(given)
            table = np.array(given, dtype=np.float64)
            if table.shape[1] != counts[kind]:
                self.fault(None, name, f"has {table.shape[1]} rows a draw: {counts[kind]} would be right")
                continue
            for draw in np.flatnonzero(rule.breaks(table).any(axis=1)) if isinstance(rule, _Rule) else ():
                self._entries(name, table[draw], rule, of=f"in draw {draw}: ")
            table.setflags(write=False)
            self.columns[name] = table

    def fault(self, row: int | None, column: str, message: str) -> None:
        """Note one fault."""
        self.faults.append(Fault(FILE, row, column, message))

    def _sound(self, *columns: str) -> bool:
        """Tell whether none of the columns has a fault so far."""
        return not {fault.column for fault in self.faults} & set(columns)

    def _states(self) -> None:
        n_states = self.columns["n_states"]
        if isinstance(n_states, (int, np.integer)) and n_states >= 0:
            self.columns["n_states"] = self.counts["state"] = int(n_states)
        else:
            self.fault(None, "n_states", f"{n_states!r} is no number of states: write a whole number from 0 up")

    def _array(
        self, name: str, values: Any, length: int | None, spread: bool, row: int | None = None, of: str = ""
    ) -> Floats:
        """Copy to an array of numbers; one number may be spread over the rows. What cannot be read has no rows."""
        try:
            array = np.array(values, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            self.fault(row, name, f"{of}holds something that is no number: write numbers only")
            return np.zeros(0)
        if array.ndim == 0 and spread:
            return np.full(1 if length is None else length, array)
        if array.ndim != 1:
            self.fault(row, name, f"{of}has {array.ndim} dimensions: write a list of numbers")
            return np.zeros(0)
        if length is not None and len(array) != length:
            self.fault(row, name, f"{of}has {len(array)} rows: {length} would be right")
        return array

    def _entries(
        self, name: str, column: Floats, rule: str | _Rule, row: int | None = None, of: str = ""
    ) -> npt.NDArray[Any]:
        """Check the numbers one by one and close the column for writing."""
        index = isinstance(rule, str)
        broken = self._no_index(column, rule) if isinstance(rule, str) else rule.breaks(column)
        what = self._which(rule) if isinstance(rule, str) else f"is not right: write {rule.right}"
        for at in np.flatnonzero(broken):
            self.fault(int(at) if row is None else row, name, f"{of}{column[at]:g} {what}")
        entries = np.where(broken, 0, column).astype(np.int64 if index else np.float64)
        entries.setflags(write=False)
        return entries

    def _no_index(self, column: Floats, kind: str) -> npt.NDArray[np.bool_]:
        broken: npt.NDArray[np.bool_] = ~((column >= 0) & (column < self._count(kind)) & (column == np.floor(column)))
        return broken

    def _which(self, kind: str) -> str:
        count = self._count(kind)
        return f"is no {kind}: " + (f"write 0 to {count - 1:g}" if count else f"there is no {kind} at all")

    def _count(self, kind: str) -> float:
        return self.counts.get(kind, MOST)

    def _names(self, kind: str) -> None:
        column = f"{kind}_names"
        if self.columns[column] is None:
            return
        self.columns[column] = names = self._tuple(column, "text")
        if self._sound(column) and len(names) != self.counts.get(kind, len(names)):
            self.fault(None, column, f"has {len(names)} names: {self.counts[kind]} would be right")
        self._distinct(column, names)

    def _tuple(self, column: str, of: str) -> tuple[Any, ...]:
        """Copy to a tuple. What is no list has no entries."""
        given = self.columns[column]
        if isinstance(given, Iterable) and not isinstance(given, str):
            return tuple(given)
        self.fault(None, column, f"{given!r} is no list: write a list of {of}")
        return ()

    def _distinct(self, column: str, names: tuple[Any, ...]) -> None:
        first: dict[str, int] = {}
        for row, name in enumerate(names):
            if not isinstance(name, str) or not name.strip():
                self.fault(row, column, f"{name!r} is no name: write some text")
            elif first.setdefault(name, row) != row:
                self.fault(row, column, f'"{name}" is the name of row {first[name]} already: names must differ')

    def _limits(self) -> None:
        limits = []
        for row, limit in enumerate(self._tuple("limits", "LimitRow")):
            if isinstance(limit, LimitRow):
                limits.append(self._limit(row, limit))
            else:
                self.fault(row, "limits", f"{limit!r} is no limit: write a LimitRow")
        self._distinct("limits", tuple(limit.name for limit in limits))
        self.columns["limits"] = tuple(limits)

    def _limit(self, row: int, limit: LimitRow) -> LimitRow:
        of = f'"{limit.name}": '
        bound = self._array("limits", [limit.bound], 1, False, row, f"{of}bound ")
        bound = self._entries("limits", bound, _BOUND, row, f"{of}bound ")
        columns: dict[str, Any] = {"bound": float(np.sum(bound))}
        for kind in ("edge", "bid", "offer"):
            columns |= self._limit_columns(row, limit, kind, of)
        if not any(len(columns[name]) for name in ("edges", "bids", "offers")):
            self.fault(row, "limits", f"{of}holds no edge, bid or offer: write at least one")
        return dataclasses.replace(limit, **columns)

    def _limit_columns(self, row: int, limit: LimitRow, kind: str, of: str) -> dict[str, Any]:
        names = f"{kind}s", f"{kind}_coefficients"
        given = self._array("limits", getattr(limit, names[0]), None, False, row, f"{of}{names[0]} ")
        amount = self._array("limits", getattr(limit, names[1]), len(given), True, row, f"{of}{names[1]} ")
        indices = self._entries("limits", given, kind, row, f"{of}{names[0]} ")
        for index, times in Counter(indices[~self._no_index(given, kind)].tolist()).items():
            if times > 1:
                self.fault(row, "limits", f"{of}{kind} {index} stands {times} times: write it once, with the sum")
        coefficients = self._entries("limits", amount, _COEFFICIENT, row, f"{of}{names[1]} ")
        return {names[0]: indices, names[1]: coefficients}

    def _uses(self) -> None:
        if not self._sound("use_edge", "use_facility"):
            return
        edge, facility = self.columns["use_edge"], self.columns["use_facility"]
        pair = edge * (np.max(facility, initial=0) + 1) + facility
        _, first, inverse = np.unique(pair, return_index=True, return_inverse=True)
        for row in np.flatnonzero(first[inverse] != np.arange(len(pair))):
            what = f"edge {edge[row]} uses facility {facility[row]} in row {first[inverse][row]} already"
            self.fault(int(row), "use_edge", f"{what}: write one row with the sum of the amounts")

    def _edges(self) -> None:
        ends = self.columns["edge_from"], self.columns["edge_to"]
        if len(ends[0]) != len(ends[1]):
            return
        known = {fault.row for fault in self.faults if fault.column in {"edge_from", "edge_to"}}
        for row in np.flatnonzero(ends[0] == ends[1]):
            if row not in known:
                self.fault(int(row), "edge_to", f"{ends[1][row]} is where the edge begins: an edge joins two states")
        if self._sound("n_states", "edge_from", "edge_to", "edge_gain", "edge_cost"):
            for column, message, cycle in self._cycles(ends):
                self.fault(min(cycle), column, f"{message}: {self._way(cycle)}")

    def _cycles(self, ends: tuple[Ints, Ints]) -> Iterator[tuple[str, str, list[int]]]:
        gain, cost, n_states = self.columns["edge_gain"], self.columns["edge_cost"], self.columns["n_states"]
        gaining = gaining_cycle(n_states, *ends, gain)
        if gaining:
            product = float(np.prod(gain[gaining]))
            yield (
                "edge_gain",
                f"one tonne that goes round comes back as {product:.6g} t, where at most 1 is right",
                gaining,
            )
            return  # without an end to the tonnes there is no telling what going round would cost
        earning = earning_cycle(n_states, *ends, gain, cost)
        if earning:
            onward = np.cumprod(np.append(1.0, gain[earning][:-1]))  # t that reach each edge, of one that set out
            total = float(np.sum(cost[earning] * onward))
            yield "edge_cost", f"going round costs {total:.6g} USD/t, where at least 0 is right", earning

    def _way(self, cycle: list[int]) -> str:
        names = self.columns["edge_names"] if self._sound("edge_names") else None
        return ", then ".join(f"edge {edge}" if names is None else f'"{names[edge]}"' for edge in cycle)

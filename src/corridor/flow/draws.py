"""A problem's numbers in many draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.flow.problem import FlowProblem
from corridor.paths import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array


class Draws:
    """A problem's numbers in many draws.

    Parameters
    ----------
    problem
        The problem.
    changes
        Columns that differ, sound: draws x rows, or one row for all.
    """

    def __init__(self, problem: FlowProblem, changes: Mapping[str, Floats]) -> None:
        self.problem, self.changes = problem, changes
        self._count = next((len(column) for column in changes.values() if column.ndim > 1), 1)

    def __len__(self) -> int:
        return self._count

    def some(self, which: Ints) -> Draws:
        """Some of the draws."""
        some = Draws(self.problem, {n: c[which] if c.ndim > 1 else c for n, c in self.changes.items()})
        some._count = len(which)
        return some

    def after_problem(self) -> Draws:
        """The problem as it is, then these draws."""
        changes = {}
        for name, column in self.changes.items():
            base = getattr(self.problem, name)
            changes[name] = np.concatenate([base[None], np.broadcast_to(column, (len(self), len(base)))])
        both = Draws(self.problem, changes)
        both._count = 1 + len(self)
        return both

    def column(self, name: str) -> Floats:
        """A column of the problem: draws x rows, or one row for all."""
        found: Floats = self.changes[name] if name in self.changes else getattr(self.problem, name)
        return found

    def one(self, draw: int) -> dict[str, Any]:
        """What a draw changes."""
        return {name: column[draw] if column.ndim > 1 else column for name, column in self.changes.items()}

    def values(self, ways: csr_array) -> Floats:
        """What a tonne by each way (ways x edges, bids, offers) earns: draws x ways."""
        first, total = 0, np.zeros((len(self), ways.shape[0]))
        for name, sign in (("edge_cost", -1.0), ("bid_price", 1.0), ("offer_cost", -1.0)):
            column = self.column(name)
            part = ways[:, first : first + column.shape[-1]]
            total += sign * (part @ column.T).T
            first += column.shape[-1]
        return total

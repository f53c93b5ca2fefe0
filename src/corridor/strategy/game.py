"""Worth of coalitions -> how the whole can be divided: Shapley values and the core.

A game is an array of 2^n worths: that of the coalition whose members are the set bits of its index. The empty one is 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from corridor.paths import Floats

ROUNDING = 1e-7
"""Share of the greatest worth below which a claim is rounding: that of a linear programme."""


class Objection(NamedTuple):
    """A coalition that gets less by a division than it can make alone, and by how much."""

    coalition: int
    short: float


class Core(NamedTuple):
    """The divisions to which no coalition objects.

    Attributes
    ----------
    epsilon
        What every coalition must be ready to forgo so that some division suits all: 0 where the core has any.
    low, high
        Least and most of each player in the core; where it is empty, in the least core, which grants ``epsilon``.
    """

    epsilon: float
    low: Floats
    high: Floats

    @property
    def is_empty(self) -> bool:
        """Whether some coalition objects to every division."""
        return self.epsilon > 0


def players_of(worth: Floats) -> int:
    """Return the number of players."""
    return len(worth).bit_length() - 1


def shapley(worth: Floats) -> Floats:
    """Shapley value of each player: what it adds to a coalition, in the mean over all orders of joining.

    ``phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! * (v(S + i) - v(S))`` (Shapley 1953).
    """
    n = players_of(worth)
    coalitions = np.arange(len(worth))
    size = np.array([int(coalition).bit_count() for coalition in coalitions])
    weight = np.array([math.factorial(s) * math.factorial(n - s - 1) / math.factorial(n) for s in range(n)])
    values = []
    for i in range(n):
        without = coalitions[coalitions & (1 << i) == 0]
        values.append(math.fsum(weight[size[without]] * (worth[without | (1 << i)] - worth[without])))
    return np.array(values)


def objections(worth: Floats, division: Floats) -> tuple[Objection, ...]:
    """Coalitions that could make more alone than a division gives them, the one that lacks most first."""
    short = worth - _members(players_of(worth)) @ division
    tolerance = ROUNDING * max(1.0, float(np.abs(worth).max()))
    found = [Objection(int(i), float(short[i])) for i in np.flatnonzero(short > tolerance)]
    return tuple(sorted(found, key=lambda objection: -objection.short))


def core(worth: Floats) -> Core:
    """Find the core, or the least core where it is empty, by linear programmes over divisions.

    Parameters
    ----------
    worth
        Of all coalitions.
    """
    n, scale = players_of(worth), max(1.0, float(np.abs(worth).max()))
    members, claims = _members(n)[1:-1], worth[1:-1] / scale
    whole, total = np.ones((1, n)), worth[-1:] / scale
    # the last column is what each coalition but the empty and the grand one may be short by
    slack, everything = np.column_stack([-members, -np.ones(len(members))]), np.column_stack([whole, [[0.0]]])
    bounds: list[Bounds] = [*[(None, None)] * n, (0, None)]
    least = _least(np.append(np.zeros(n), 1.0), slack, -claims, everything, total, bounds)
    epsilon = float(least[-1]) if least[-1] > ROUNDING else 0.0
    granted = epsilon + (ROUNDING if epsilon else 0.0)  # a hair, so that the least core is not lost to rounding
    ends = [
        [float(_least(sign * aim, -members, granted - claims, whole, total, bounds[:n])[i]) for sign in (1.0, -1.0)]
        for i, aim in enumerate(np.eye(n))
    ]
    low, high = scale * np.array(ends).T + 0.0
    return Core(epsilon * scale, low, high)


Bounds = tuple[float | None, float | None]


def _least(cost: Floats, rows: Floats, most: Floats, equal: Floats, total: Floats, bounds: Sequence[Bounds]) -> Floats:
    """Where a linear programme is least; all of those here have an answer."""
    from scipy.optimize import linprog

    found = linprog(cost, rows if len(rows) else None, most if len(rows) else None, equal, total, bounds)
    if found.x is None:
        raise RuntimeError(f"no division was found: {found.message}")
    return np.asarray(found.x)


def _members(n: int) -> Floats:
    """Coalitions x players: 1 where the player belongs to the coalition."""
    return ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1).astype(np.float64)

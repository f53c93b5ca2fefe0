"""Worth of coalitions -> how the whole can be divided: Shapley values and the core.

A game is an array of 2^n worths: that of the coalition whose members are the set bits of its index. The empty one is 0.
"""

from __future__ import annotations

import math
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
    from scipy.optimize import linprog

    n, scale = players_of(worth), max(1.0, float(np.abs(worth).max()))
    members = _members(n)[1:-1]
    claims = worth[1:-1] / scale
    whole = np.ones((1, n))
    # the last column is epsilon: each coalition but the empty and the grand one may be short by so much
    slack = np.column_stack([-members, -np.ones(len(members))])
    everything = np.column_stack([whole, [[0.0]]])
    bounds = [(None, None)] * n + [(0, None)]
    total = [worth[-1] / scale]
    least = linprog(np.append(np.zeros(n), 1.0), slack, -claims, everything, total, bounds)
    epsilon = short if (short := float(least.x[-1])) > ROUNDING else 0.0
    low, high = np.empty(n), np.empty(n)
    granted = epsilon + (ROUNDING if epsilon else 0.0)  # a hair, so that the least core is not lost to rounding
    for i, aim in enumerate(np.eye(n)):
        for sign, ends in ((1.0, low), (-1.0, high)):
            found = linprog(sign * aim, -members, granted - claims, whole, total, (None, None))
            ends[i] = found.x[i] * scale
    return Core(epsilon * scale, low, high)


def _members(n: int) -> Floats:
    """Coalitions x players: 1 where the player belongs to the coalition."""
    return ((np.arange(1 << n)[:, None] >> np.arange(n)) & 1).astype(np.float64)

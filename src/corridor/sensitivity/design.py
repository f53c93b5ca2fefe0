"""Which draws a run is made of, in blocks: points for Monte Carlo, pairs of points for indices, ends for a tornado."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from corridor.errors import UsageError
from corridor.paths import Floats
from corridor.sensitivity.draws import Space, shares

Method = Literal["montecarlo", "sobol", "tornado"]

BLOCK = 512
"""Draws in a block: a power of two, some seconds of work. What is lost where a run breaks off."""

TAIL_SCORE = 1.2815515655446004
"""Normal score that a tenth of all draws exceeds: where a tornado puts prices that have no ends."""


@dataclass(frozen=True, slots=True)
class Design:
    """The draws of a run.

    Attributes
    ----------
    method, seed
        As asked.
    draws
        Monte Carlo: how many. Indices: base points, each of which is answered once for each group, and twice. A tornado
        has as many as inputs ask for, whatever stands here.
    most
        Draws in a block, at most; a power of two.
    """

    method: Method
    seed: int
    draws: int
    most: int = BLOCK

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise UsageError(f"--draws {self.draws}: write a whole number above 0.")
        if self.seed < 0:
            raise UsageError(f"--seed {self.seed}: write a whole number from 0 up.")

    @property
    def block(self) -> int:
        """Draws in a block."""
        return self.most if self.method == "tornado" else min(self.most, 1 << (self.draws - 1).bit_length())

    def groups(self, space: Space) -> dict[str, tuple[int, ...]]:
        """Group to the places of its inputs, for indices."""
        found: dict[str, list[int]] = {}
        for i, each in enumerate(space.inputs):
            found.setdefault(each.group, []).append(i)
        return {name: tuple(places) for name, places in found.items()}

    def variants(self, space: Space) -> int:
        """How often each base point is answered: for indices A, B, and A with each group of B."""
        return len(self.groups(space)) + 2 if self.method == "sobol" else 1

    def evaluations(self, space: Space) -> int:
        """How many draws are answered."""
        return 1 + 2 * len(space.inputs) if self.method == "tornado" else self.draws

    def blocks(self, space: Space) -> int:
        """How many blocks there are."""
        return -(-self.evaluations(space) // self.block) * self.variants(space)

    def scores(self, space: Space, block: int) -> Floats:
        """Scores of a block: draws x inputs."""
        if self.method == "tornado":
            return _one_at_a_time(space)[block * self.block : (block + 1) * self.block]
        base, variant = divmod(block, self.variants(space))
        places = np.array(space.places)
        if self.method == "montecarlo":
            return space.scores(shares(self.seed, space.dimensions, base * self.block, self.block)[:, places])
        points = shares(self.seed, 2 * space.dimensions, base * self.block, self.block)
        one, other = (space.scores(points[:, start + places]) for start in (0, space.dimensions))
        if variant < 2:  # noqa: PLR2004 - the first two variants are A and B
            return (one, other)[variant]
        moved = list(list(self.groups(space).values())[variant - 2])
        one[:, moved] = other[:, moved]  # prices are one group, so that their correlation stays whole
        return one


def _one_at_a_time(space: Space) -> Floats:
    """The centre, then each input at its low and its high end."""
    scores = space.centre(1 + 2 * len(space.inputs))
    for i, each in enumerate(space.inputs):
        ends = (0.0, 1.0) if each.dispersion is None else (-TAIL_SCORE, TAIL_SCORE)
        scores[1 + 2 * i : 3 + 2 * i, i] = ends
    return scores

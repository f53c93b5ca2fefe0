"""The programme over ways that draws share: it grows by the ways that they find, and by bases to start from."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from corridor.flow.draws import Draws
from corridor.flow.lockstep import Scratch
from corridor.flow.pricing import Ways
from corridor.flow.starts import Basis, NoBasisError, Starts
from corridor.paths import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array


class Pool:
    """Ways that are known so far, and the programme over them, with the bases that draws start from."""

    def __init__(self, ways: Ways, slacks: Ints, charges: csr_array, mark: Floats, base: Draws) -> None:
        self._charges, self._mark = charges, mark
        self.ways, self.scratch = ways, Scratch()
        self.matrix = _as_matrix(ways, charges.shape[0])
        self.taken = np.asarray((self.matrix @ charges).toarray())
        self._known = set(ways.total(mark).tolist())
        basis = Basis.of(np.concatenate([slacks, self.taken.shape[1] + np.arange(ways.n_ways)]), self.taken.T)
        self._at = base  # draws for which the bases are the best
        self.starts = Starts([basis], self.taken.T, base.values(self.matrix))

    def add(self, ways: Ways) -> bool:
        """Add those ways that are not known yet, and tell whether there were any."""
        new = []
        for mark in ways.total(self._mark).tolist():  # several draws may have found the same
            new.append(mark not in self._known)
            self._known.add(mark)
        ways = ways.only(np.array(new, dtype=np.bool_))
        if not ways.n_ways:
            return False
        matrix = _as_matrix(ways, self._charges.shape[0])
        taken = np.asarray((matrix @ self._charges).toarray())
        self.starts.widen(taken.T, self._at.values(matrix))
        self.ways = Ways.joined([self.ways, ways])
        self.matrix = _as_matrix(self.ways, self._charges.shape[0])
        self.taken = np.concatenate([self.taken, taken])
        return True

    def start_from(self, draws: Draws, basic: Sequence[Ints]) -> None:
        """Let draws start from the bases that are the best in some others too (draws x rows)."""
        bases, kept = [], []
        for draw, numbers in enumerate(basic):
            with suppress(NoBasisError):
                bases.append(Basis.of(numbers, self.taken.T))
                kept.append(draw)
        first = Basis.of(self.starts.basic[0], self.taken.T)
        self._at = draws.some(np.array(kept, dtype=np.int64)).after_problem()
        self.starts = Starts([first, *bases], self.taken.T, self._at.values(self.matrix))

    def nearest(self, draws: Draws) -> tuple[Ints, Floats]:
        """For each draw the start whose numbers are the nearest, and how far these are."""
        total = np.zeros((len(draws), len(self._at)))
        for name, column in draws.changes.items():
            if column.ndim > 1 and column.size:
                base = self._at.column(name).reshape(-1, column.shape[1])
                finite = np.isfinite(base[0])
                scale = np.maximum(1.0, np.abs(base[0, finite]))
                here, there = column[:, finite] / scale, base[:, finite] / scale
                difference = np.square(here).sum(axis=1)[:, None] + np.square(there).sum(axis=1) - 2 * here @ there.T
                total += difference / column.shape[1]
        which = total.argmin(axis=1)
        return which, total[np.arange(len(draws)), which]


def _as_matrix(ways: Ways, n_columns: int) -> csr_array:
    """Ways x edges, bids, offers: tonnes for a tonne sold."""
    from scipy.sparse import csr_array

    return csr_array((ways.tonnes, (ways.way, ways.column)), shape=(ways.n_ways, n_columns))

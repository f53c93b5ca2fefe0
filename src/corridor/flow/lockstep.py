"""The simplex method for many linear programmes at once, which share their matrix and the basis that they start from.

All programmes take their steps together, so that Python's share of a step is paid once for hundreds of them. Each keeps
its own steps as pairs of a column and a row, whose products are what its table differs by from the one they share.
Amounts below 0 are mended first, by the dual method at the values of the start; then the primal method takes over.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.flow.starts import Starts
from corridor.paths import Floats, Ints

FEASIBLE = 1e-10
"""An amount below 0 by no more than this counts as 0."""

LEAST_PIVOT = 1e-9
"""Smaller numbers of a column or row are taken for the rounding of 0."""

TIE = 1e-11
"""Rows that block a step within this of each other tie: the largest pivot among them is the safest."""

MOST_STEPS = 200
"""Who needs more steps goes round in circles, or is so far from the start that another way is better."""

CROWDED = 0.75
"""When fewer than this share of the programmes are still under way, the others are moved out of the way."""

_Marks = npt.NDArray[np.bool_]


class Ends(NamedTuple):
    """Where the programmes came to an end.

    Attributes
    ----------
    ended
        By programme: whether it found its optimum.
    amount
        Programmes x columns of the matrix.
    price
        Programmes x rows: what one more of a bound is worth.
    basic
        Programmes x rows: the columns in the basis.
    """

    ended: _Marks
    amount: Floats
    price: Floats
    basic: Ints


class Scratch:
    """Room for passing numbers, used again and again: asking the system for it each time would take a fifth longer."""

    def __init__(self) -> None:
        self._held: dict[str, Floats] = {}

    def room(self, name: str, *shape: int) -> Floats:
        """An array of a shape, with whatever was in it; what had this name before is lost."""
        size = int(np.prod(shape))
        if name not in self._held or len(self._held[name]) < size:
            self._held[name] = np.empty(size)
        return self._held[name][:size].reshape(shape)


class Lockstep:
    """Programmes under way.

    Parameters
    ----------
    starts, which
        Bases, and the one that each programme starts from.
    value
        Of the matrix's columns, programmes x columns.
    bound
        Of the rows: programmes x rows, or 1 x rows where it is the same in all.
    optimal
        A column that would gain no more than this stays outside.
    scratch
        Room for the steps.
    """

    def __init__(
        self, starts: Starts, which: Ints, value: Floats, bound: Floats, optimal: float, scratch: Scratch
    ) -> None:
        count, n_rows = len(value), starts.basic.shape[1]
        self._starts, self._start = starts, which
        self._gain = starts.gains(which, np.concatenate([np.zeros((count, n_rows)), value], axis=1))
        self._amount = starts.amounts(which, bound)
        self._mends = bool(np.any(self._amount < -FEASIBLE))
        self._to_mend = np.full(count, self._mends)
        self._first_gain = starts.gain[which] if self._mends else np.zeros((0, starts.gain.shape[1]))
        self._basic, self._other = starts.basic[which], starts.other[which]
        self._scratch, self._steps, self._optimal = scratch, 0, optimal
        # steps x programmes x (other columns, rows); only what is written to takes memory
        self._rows = scratch.room("rows", MOST_STEPS, count, self._other.shape[1])
        self._columns = scratch.room("columns", MOST_STEPS, count, n_rows)
        self._which, self._under_way = np.arange(count), np.ones(count, dtype=np.bool_)
        self._width = n_rows + value.shape[1]
        ended, amount, price = np.zeros(count, dtype=np.bool_), np.zeros(value.shape), np.zeros((count, n_rows))
        self._ends = Ends(ended, amount, price, self._basic.copy())

    def run(self) -> Ends:
        """Take steps until all have ended, or have taken too many."""
        if not self._gain.shape[1]:  # there is nothing but slacks
            self._ends.ended[:] = self._amount.min(axis=1, initial=0.0) >= -FEASIBLE
            return self._ends
        while self._steps < MOST_STEPS:
            if self._mends:
                self._to_mend &= self._amount.min(axis=1) < -FEASIBLE
            at = np.arange(len(self._which))
            entering = self._gain.argmax(axis=1)
            self._note(self._under_way & ~self._to_mend & (self._gain[at, entering] <= self._optimal))
            if not self._under_way.any():
                break
            if self._under_way.mean() < CROWDED:
                entering = entering[self._under_way]
                self._close_up()
            self._step(entering)
        return self._ends

    def _note(self, finished: _Marks) -> None:
        """Keep where some programmes ended."""
        which = self._which[finished]
        if not len(which):
            return
        ended, amount, price, basic = self._ends
        n_rows = price.shape[1]
        held, lost = np.zeros((len(which), self._width)), np.zeros((len(which), self._width))
        np.put_along_axis(held, self._basic[finished], self._amount[finished], axis=1)
        np.put_along_axis(lost, self._other[finished], -self._gain[finished], axis=1)
        ended[which], amount[which], price[which] = True, held[:, n_rows:], lost[:, :n_rows]
        basic[which] = self._basic[finished]
        self._under_way &= ~finished

    def _close_up(self) -> None:
        """Leave out programmes that have ended."""
        kept = self._under_way
        names = ("_amount", "_gain", "_basic", "_other", "_which", "_start", "_to_mend")
        for name in (*names, "_first_gain")[: len(names) + self._mends]:
            setattr(self, name, getattr(self, name)[kept])
        for name in ("_rows", "_columns"):
            steps = getattr(self, name)[:, : len(self._which)]
            places = np.flatnonzero(kept)
            for step in getattr(self, name)[: self._steps]:
                step[: len(places)] = step[places]
            setattr(self, name, steps)
        self._under_way = np.ones(len(self._which), dtype=np.bool_)

    def _step(self, entering: Ints) -> None:
        """One column enters and one leaves, in every programme."""
        at = np.arange(len(entering))
        if not self._to_mend.any():
            column = self._column(at, entering)
            leaving, found = self._blocking(self._amount, column)
            row = self._row(at, leaving)
        else:
            leaving, found = np.zeros_like(entering), np.zeros(len(at), dtype=np.bool_)
            column, row = np.empty_like(self._amount), np.empty_like(self._gain)
            primal, dual = np.flatnonzero(~self._to_mend), np.flatnonzero(self._to_mend)
            column[primal] = self._column(primal, entering[primal])
            leaving[primal], found[primal] = self._blocking(self._amount[primal], column[primal])
            row[primal] = self._row(primal, leaving[primal])
            leaving[dual] = self._amount[dual].argmin(axis=1)
            row[dual] = self._row(dual, leaving[dual])
            entering[dual], found[dual] = self._blocking(-self._first_gain[dual], -row[dual])
            column[dual] = self._column(dual, entering[dual])
        self._under_way &= found  # without bound, or without a plan: not for us to say
        self._exchange(at, entering, leaving, column, row)

    def _blocking(self, left: Floats, taken: Floats) -> tuple[Ints, _Marks]:
        """What runs out first, and whether anything does; of several the one that is taken most."""
        ratio = self._scratch.room("ratio", *taken.shape)
        ratio.fill(np.inf)
        np.divide(left, taken, out=ratio, where=taken > LEAST_PIVOT)
        least = np.maximum(ratio.min(axis=1), 0.0)
        ties = np.where(ratio <= least[:, None] + TIE, taken, 0.0)
        return ties.argmax(axis=1), np.isfinite(least)

    def _column(self, at: Ints, entering: Ints) -> Floats:
        """Columns of the tables as they are now."""
        column = self._starts.across[self._start[at], entering]
        if self._steps:
            column -= self._products(self._rows, at, entering, self._columns)
        return column

    def _row(self, at: Ints, leaving: Ints) -> Floats:
        """Rows of the tables as they are now."""
        row = self._starts.table[self._start[at], leaving]
        if self._steps:
            row -= self._products(self._columns, at, leaving, self._rows)
        return row

    def _products(self, one: Floats, at: Ints, place: Ints, other: Floats) -> Floats:
        """Sum over the steps so far of a number of each programme's one vector x its other vector."""
        weight = one[: self._steps, at, place].T
        vectors = other[: self._steps] if len(at) == other.shape[1] else other[: self._steps, at]
        return (weight[:, None, :] @ vectors.transpose(1, 0, 2))[:, 0]

    def _exchange(self, at: Ints, entering: Ints, leaving: Ints, column: Floats, row: Floats) -> None:
        """Carry out a step; those that have ended take an empty one."""
        moves = self._under_way
        pivot = column[at, leaving]
        if not moves.all():
            pivot[~moves] = 1.0
            column[~moves] = 0.0
            row[~moves] = 0.0
        row /= pivot[:, None]
        size = np.where(moves, self._amount[at, leaving] / pivot, 0.0)
        self._subtract(self._amount, size, column)
        self._amount[at[moves], leaving[moves]] = size[moves]
        for gain in (self._gain, self._first_gain)[: 1 + self._mends]:
            gained = gain[at, entering]
            self._subtract(gain, gained, row)
            gain[at, entering] = np.where(moves, -gained / pivot, gained)
        # the table less column x row is the table after the exchange, the pivot's own row and column included
        row[at, entering] = np.where(moves, 1.0 + 1.0 / pivot, 0.0)
        column[at, leaving] = np.where(moves, pivot - 1.0, 0.0)
        self._rows[self._steps], self._columns[self._steps] = row, column
        self._steps += 1
        at, entering, leaving = at[moves], entering[moves], leaving[moves]
        before = self._basic[at, leaving]
        self._basic[at, leaving] = self._other[at, entering]
        self._other[at, entering] = before

    def _subtract(self, numbers: Floats, factor: Floats, vectors: Floats) -> None:
        product = np.multiply(factor[:, None], vectors, out=self._scratch.room("product", *vectors.shape))
        np.subtract(numbers, product, out=numbers)

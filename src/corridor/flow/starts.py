"""Bases that programmes which share their matrix start from, each with the table of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from corridor.paths import Floats, Ints

SPARE = 64
"""Room for so many more columns, before all have to be moved."""


class NoBasisError(Exception):
    """These columns are no basis."""


class Basis(NamedTuple):
    """Columns that span the rows: slacks (numbered first, one for each row), then columns of the matrix.

    Attributes
    ----------
    inverse
        Of the matrix of the basic columns.
    basic, other
        Numbers of the columns in the basis and outside.
    """

    inverse: Floats
    basic: Ints
    other: Ints

    @classmethod
    def of(cls, numbers: Ints, matrix: Floats) -> Basis:
        """Lay out a basis of some columns.

        Raises
        ------
        NoBasisError
            If they are no basis.
        """
        n_rows, n_columns = matrix.shape
        slacks, columns = np.sort(numbers[numbers < n_rows]), np.sort(numbers[numbers >= n_rows])
        tight = np.setdiff1d(np.arange(n_rows), slacks)
        if len(tight) != len(columns):
            raise NoBasisError
        held = matrix[:, columns - n_rows]
        try:
            inner = np.linalg.inv(held[tight])
        except np.linalg.LinAlgError:
            raise NoBasisError from None
        inverse = np.zeros((n_rows, n_rows))
        inverse[np.arange(len(slacks)), slacks] = 1.0
        inverse[: len(slacks), tight] = -held[slacks] @ inner
        inverse[len(slacks) :, tight] = inner
        basic = np.concatenate([slacks, columns])
        return cls(inverse, basic, np.setdiff1d(np.arange(n_rows + n_columns), basic))


class Starts:
    """Bases of programmes that differ in their values and bounds.

    Each maximises value x amount where slack + matrix x amount = bound, all from 0 up.

    Parameters
    ----------
    bases
        The bases.
    matrix
        Rows x columns.
    value
        Of the columns, bases x columns: for which each basis is the best.

    Attributes
    ----------
    inverse, basic
        Of the bases.
    """

    def __init__(self, bases: Sequence[Basis], matrix: Floats, value: Floats) -> None:
        self.inverse, self.basic = np.stack([each.inverse for each in bases]), np.stack([each.basic for each in bases])
        (count, n_rows), n_columns = self.basic.shape, matrix.shape[1]
        room = n_columns + SPARE
        self._n = n_columns
        self._other, self._gain = np.zeros((count, room), dtype=np.int64), np.zeros((count, room))
        self._table, self._across = np.zeros((count, n_rows, room)), np.zeros((count, room, n_rows))
        self._other[:, :n_columns] = [each.other for each in bases]
        whole = np.concatenate([np.eye(n_rows), matrix], axis=1)
        value = np.concatenate([np.zeros((count, n_rows)), value], axis=1)
        self._basic_value = np.take_along_axis(value, self.basic, axis=1)
        for number, (inverse, _, other) in enumerate(bases):
            table = inverse @ whole[:, other]
            self._table[number, :, :n_columns], self._across[number, :n_columns] = table, table.T
            self._gain[number, :n_columns] = value[number, other] - self._basic_value[number] @ table

    @property
    def other(self) -> Ints:
        """Columns outside the bases, bases x columns."""
        return self._other[:, : self._n]

    @property
    def gain(self) -> Floats:
        """What one more of each column outside would gain at the values of the start: none above 0."""
        return self._gain[:, : self._n]

    @property
    def table(self) -> Floats:
        """Bases x rows x columns outside: how much of the basic column one more of the other one takes away."""
        return self._table[:, :, : self._n]

    @property
    def across(self) -> Floats:
        """The same, bases x columns outside x rows."""
        return self._across[:, : self._n]

    def widen(self, matrix: Floats, value: Floats) -> None:
        """Add columns to the matrix, all outside the bases."""
        old, new = self._n, self._n + len(matrix.T)
        if new > self._other.shape[1]:
            more = max(new, 2 * old) - self._other.shape[1]
            self._other, self._gain = (np.pad(each, ((0, 0), (0, more))) for each in (self._other, self._gain))
            self._table = np.pad(self._table, ((0, 0), (0, 0), (0, more)))
            self._across = np.pad(self._across, ((0, 0), (0, more), (0, 0)))
        table = self.inverse @ matrix
        self._other[:, old:new] = self.basic.shape[1] + np.arange(old, new)
        self._table[:, :, old:new], self._across[:, old:new] = table, table.transpose(0, 2, 1)
        self._gain[:, old:new] = value - (self._basic_value[:, None, :] @ table)[:, 0]
        self._n = new

    def gains(self, which: Ints, value: Floats) -> Floats:
        """What one more of each column outside gains, each programme at its own values and start."""
        gain = np.empty((len(which), self._n))
        for number in np.unique(which).tolist():
            own = np.flatnonzero(which == number)
            worth = value[own]
            gain[own] = worth[:, self.other[number]] - worth[:, self.basic[number]] @ self.table[number]
        return gain

    def amounts(self, which: Ints, bound: Floats) -> Floats:
        """Amounts of the basic columns, each programme at its own bounds and start."""
        amount = np.empty((len(which), self.basic.shape[1]))
        for number in np.unique(which).tolist():
            own = np.flatnonzero(which == number)
            amount[own] = (bound[own] if len(bound) > 1 else bound) @ self.inverse[number].T
        return amount

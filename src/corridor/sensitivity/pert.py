"""Quantiles of PERT distributions: beta distributions within low and high whose mode is central."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev

from corridor.paths import Floats
from corridor.schema import Value

PERT_WEIGHT = 4.0
"""Of the central value in the mean of a PERT distribution, against 1 for each end: what the name stands for."""
DEGREE = 32
"""Of the polynomials of :class:`Quantiles`: from 30 on they agree with the beta function's inverse to some 1e-14."""
MEDIAN = 0.5
"""Where the polynomials of either end meet."""


def pert(row: Value, share: Floats) -> Floats:
    """Quantiles of a row's distribution.

    Parameters
    ----------
    row
        Its low, central and high; where the range has no width, all quantiles are that value.
    share
        Within 0 and 1; NaN gives the central value.
    """
    return _within(row, share, _beta)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """:func:`pert` for many draws, in a tenth of the time once the ranges are known.

    Near its low end a quantile grows like the share to the power of one over the beta's first shape. Over that power it
    is smooth up to the median, so that a polynomial holds it to the last digits; above, it is the same from the high
    end.

    Attributes
    ----------
    halves
        Mode, as a share of the range, to the coefficients (Chebyshev's) of quantile over power, from either end:
        degree + 1 x 2.
    """

    halves: dict[float, Floats]

    @classmethod
    def of(cls, rows: Iterable[Value]) -> Quantiles:
        """Set them up for the ranges of some rows."""
        modes = sorted({_mode(row) for row in rows if row.low < row.high})
        if not modes:
            return cls({})
        from_either_end = np.array([modes, [1 - mode for mode in modes]]).T
        nodes = chebyshev.chebpts1(DEGREE + 1)[:, None, None]
        power = (nodes + 1) / 2
        over_power = _beta(from_either_end, MEDIAN * power ** _shape(from_either_end)) / power
        fitted = chebyshev.chebfit(nodes.ravel(), over_power.reshape(DEGREE + 1, -1), DEGREE)
        return cls(dict(zip(modes, fitted.reshape(DEGREE + 1, -1, 2).transpose(1, 0, 2), strict=True)))

    def __call__(self, row: Value, share: Floats) -> Floats:
        """See :func:`pert`."""
        return _within(row, share, self._beta)

    def _beta(self, mode: float, share: Floats) -> Floats:
        above = share > MEDIAN
        near = np.where(above, 1 - share, share) / MEDIAN
        power = near ** np.where(above, 1 / _shape(1 - mode), 1 / _shape(mode))
        quantile = power * chebyshev.chebval(2 * power - 1, self.halves[mode][:, above.astype(int)], tensor=False)
        return np.where(above, 1 - quantile, quantile)


def _within(row: Value, share: Floats, beta: Callable[[float, Floats], Floats]) -> Floats:
    if row.low == row.high:
        return np.full(len(share), row.central)
    quantile = beta(_mode(row), share)
    return np.asarray(np.where(np.isnan(share), row.central, row.low + (row.high - row.low) * quantile))


def _mode(row: Value) -> float:
    return (row.central - row.low) / (row.high - row.low)


def _shape(mode: float | Floats) -> Floats:
    """First shape of the beta distribution of a mode; the second is that of the mode seen from the other end."""
    return np.asarray(1 + PERT_WEIGHT * mode)


def _beta(mode: float | Floats, share: Floats) -> Floats:
    from scipy.special import betaincinv

    return np.asarray(betaincinv(_shape(mode), _shape(1 - mode), share), dtype=np.float64)

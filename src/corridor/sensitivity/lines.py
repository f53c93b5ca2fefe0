"""Straight lines in one price: where two of them cross, and which is the highest where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from corridor.routes import TIE_USD_PER_T

NO_SLOPE = 1e-12
"""Slopes (USD for a USD of price) that differ by less are the same: what is left is rounding."""

Case = Literal["above", "below", "always", "never", "tie"]
"""Where one line lies above another: above or below a price, at every price, at none, or nowhere apart from it."""


class Line(NamedTuple):
    """A straight line in a reference price: ``fixed + slope * price``, USD/t."""

    fixed: float
    slope: float

    def at(self, price: float) -> float:
        """Height at a price."""
        return self.fixed + self.slope * price

    def less(self, other: Line) -> Line:
        """What is left after another line is taken away."""
        return Line(self.fixed - other.fixed, self.slope - other.slope)


class Crossing(NamedTuple):
    """Where one line lies above another, among prices above 0.

    Attributes
    ----------
    case
        Above or below the price, always, never, or a tie at every price.
    price
        Where they cross; None where they do not at a price above 0.
    price_matters
        Whether the gap between them moves with the price at all.
    """

    case: Case
    price: float | None
    price_matters: bool


def crossing(one: Line, other: Line) -> Crossing:
    """Find the price at which two lines cross: ``(F_one - F_other)/(a_other - a_one)`` of lines ``F + a*price``."""
    gap = one.less(other)
    if abs(gap.slope) <= NO_SLOPE:
        tie = abs(gap.fixed) <= TIE_USD_PER_T
        return Crossing("tie" if tie else "always" if gap.fixed > 0 else "never", None, price_matters=False)
    price = -gap.fixed / gap.slope
    if price <= 0:
        return Crossing("always" if gap.slope > 0 else "never", None, price_matters=True)
    return Crossing("above" if gap.slope > 0 else "below", price, price_matters=True)


class Stretch(NamedTuple):
    """Prices over which some lines are the highest: positions of the first of them and of those that tie with it."""

    low: float
    high: float
    best: int
    ties: tuple[int, ...]


def highest(lines: Sequence[Line], low: float, high: float) -> list[Stretch]:
    """Find which of several lines is the highest, from one price to another.

    Parameters
    ----------
    lines
        At least one; where several are the same the first is named as the best.
    low, high
        Ends.

    Returns
    -------
    list of Stretch
        In order, without gaps; their highest lines rise ever more steeply.
    """
    found = []
    at, best = low, max(range(len(lines)), key=lambda i: (lines[i].at(low), lines[i].slope, -i))
    while at < high:
        here = lines[best]
        steeper = [(_meet(here, line), -line.slope, i) for i, line in enumerate(lines) if line.slope > here.slope]
        until, _, following = min((max(at, price), slope, i) for price, slope, i in [*steeper, (high, 0.0, best)])
        if until > at:
            ties = tuple(i for i, line in enumerate(lines) if i != best and _same(here, line, at))
            found.append(Stretch(at, min(until, high), best, ties))
        at, best = until, following
    return found


def _meet(here: Line, steeper: Line) -> float:
    return (here.fixed - steeper.fixed) / (steeper.slope - here.slope)


def _same(one: Line, other: Line, price: float) -> bool:
    return abs(one.slope - other.slope) <= NO_SLOPE and abs(one.at(price) - other.at(price)) <= TIE_USD_PER_T

"""A limit row: what policy, contracts and fleets add to the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from corridor.paths import Floats, Ints


def every(value: float) -> Any:
    """Make the default of a column: the same value in every row."""
    return field(default_factory=partial(np.array, value))


def no_rows() -> Any:
    """Make the default of a column: no rows."""
    return field(default_factory=partial(np.zeros, 0))


@dataclass(frozen=True, slots=True, eq=False)
class LimitRow:
    """One limit: sum of coefficient x Mt/yr over any edges, bids and offers, at most a bound.

    A minimum contract is a limit with negative coefficients and a negative bound. A coefficient that is one number
    holds for every row beside it. Checked by the ``FlowProblem`` that holds it, which keeps a copy of its own.

    Attributes
    ----------
    name
        What messages call it.
    bound
        The most that the sum may be.
    edges, bids, offers
        Indices, each at most once.
    edge_coefficients, bid_coefficients, offer_coefficients
        As many as the indices, or one number; 1 where not given.
    """

    name: str
    bound: float
    edges: Ints = no_rows()
    edge_coefficients: Floats = every(1.0)
    bids: Ints = no_rows()
    bid_coefficients: Floats = every(1.0)
    offers: Ints = no_rows()
    offer_coefficients: Floats = every(1.0)

    def same_terms(self, other: LimitRow) -> bool:
        """Tell whether another limit differs in nothing but its bound and name."""
        return self is other or all(
            np.array_equal(getattr(self, column), getattr(other, column))
            for kind in ("edge", "bid", "offer")
            for column in (f"{kind}s", f"{kind}_coefficients")
        )

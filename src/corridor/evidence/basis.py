"""What a route's cost rests on: observed, published, estimated or assumed numbers."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from corridor.ledger import Item
from corridor.routes import Route
from corridor.schema import BASES, Basis
from corridor.study import Outcome


class Dollars(NamedTuple):
    """Dollars a tonne of a route that rest on one row of the tables.

    Attributes
    ----------
    basis
        The worst of what is behind them: a dollar counts as its worst input.
    place, subject, parameter
        The row that makes it so; of several equally bad ones the first.
    usd_per_t
        How many.
    """

    basis: Basis
    place: str
    subject: str
    parameter: str
    usd_per_t: float


def dollars(outcome: Outcome, route: Route) -> list[Dollars]:
    """Every dollar of a route's generalised cost by the worst number behind it, most first."""
    found: dict[tuple[Basis, str, str, str], float] = defaultdict(float)
    commodity = outcome.network.commodities[route.commodity]
    for e in route.edges:
        for item in outcome.cost_model.ledger(e, commodity):
            if item.part:
                found[_behind(item)] += abs(item.span[1])
    rows = [Dollars(*behind, usd_per_t) for behind, usd_per_t in found.items()]
    return sorted(rows, key=lambda row: (-row.usd_per_t, row.place))


def _behind(item: Item) -> tuple[Basis, str, str, str]:
    worst = max(item.figures, key=lambda figure: BASES.index(figure.row.basis), default=None)
    if worst is None:
        return "assumed", "", "", ""
    return worst.row.basis, worst.place, worst.row.subject, worst.row.parameter


def basis_shares(outcome: Outcome, route: Route) -> dict[Basis, float]:
    """Share of a route's generalised cost that rests on each basis; all 0 where it costs nothing."""
    by_basis: dict[Basis, float] = dict.fromkeys(BASES, 0.0)
    for row in dollars(outcome, route):
        by_basis[row.basis] += row.usd_per_t
    total = sum(by_basis.values())
    return {basis: usd_per_t / total if total else 0.0 for basis, usd_per_t in by_basis.items()}

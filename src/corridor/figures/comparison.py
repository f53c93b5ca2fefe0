"""Which routes a figure sets side by side: from one mine to one market, the best of each corridor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from corridor import report
from corridor.errors import NoAnswerError, UsageError
from corridor.routes import Route
from corridor.study import Outcome


class Compared(NamedTuple):
    """Routes of one mine and commodity to one market.

    Attributes
    ----------
    subject
        Commodity, mine and market in words.
    routes
        The cheapest usable route of each corridor; and the cheapest that may not be used where that is cheaper, or is
        all there is. The cheapest first.
    """

    subject: str
    routes: tuple[Route, ...]


def compared(outcome: Outcome, origin: str | None, commodity: str | None, market: str | None) -> Compared:
    """Choose the routes of a figure.

    Parameters
    ----------
    outcome
        A study under a scenario.
    origin, commodity
        Mine and cargo; may be left out where the study has one alone.
    market
        Node of sale; the commodity's main market if None.

    Raises
    ------
    UsageError
        If a name is none of the study's, or several mines or commodities are left.
    NoAnswerError
        If no way leads there.
    """
    routes, missing = report.asked(outcome, origin, commodity, market)
    mine, cargo = one_mine(routes, "a comparison of routes")
    where = market or next((route.market for route in routes if route.main_market), None)
    if where is None and len({route.market for route in routes}) > 1:
        places = ", ".join(sorted({route.market for route in routes}))
        raise UsageError(f"no way leads to the main market of {cargo}. Name one with --market: {places}.")
    chosen = [route for route in routes if where in (None, route.market)]
    if not chosen:
        ends = "; ".join(sorted({f"the way ends at {pair.node}: {pair.reason}" for pair in missing})[:5])
        raise NoAnswerError(f"no way leads to market on {outcome.as_of}; nothing was drawn. {ends}")
    names = outcome.network.nodes
    subject = f"{outcome.network.commodities[cargo].name} from {names[mine].name} to {names[chosen[0].market].name}"
    return Compared(subject, tuple(best_of_each(chosen)))


def one_mine(routes: Sequence[Route], what: str) -> tuple[str, str]:
    """Mine and commodity of some routes.

    Raises
    ------
    UsageError
        If there are several.
    NoAnswerError
        If there is no route.
    """
    sellers = sorted({(route.origin, route.commodity) for route in routes})
    if len(sellers) > 1:
        known = "; ".join(f"--origin {origin} --commodity {commodity}" for origin, commodity in sellers)
        raise UsageError(f"{what} shows one mine and commodity. Name one: {known}.")
    if not sellers:
        raise NoAnswerError("no way leads from there to any market; nothing was drawn.")
    return sellers[0]


def best_of_each(routes: Sequence[Route]) -> list[Route]:
    """Routes that stand for their corridors, as :attr:`Compared.routes` says."""
    ordered = sorted(routes, key=lambda route: (route.generalised, route.gateway, route.entry, route.bid))
    usable: dict[str, Route] = {}
    other: dict[str, Route] = {}
    for route in ordered:
        (usable if route.usable else other).setdefault(route.corridor, route)
    tempting = [r for c, r in other.items() if c not in usable or r.generalised < usable[c].generalised]
    return sorted([*usable.values(), *tempting], key=ordered.index)


def by_way_of(outcome: Outcome, route: Route) -> str:
    """Where a route leaves the continent or the country, in words: name of its berth, or its crossing."""
    nodes = outcome.network.nodes
    return nodes[route.gateway].name if route.gateway in nodes else route.gateway

"""Routes in the indicators of CAREC's Corridor Performance Measurement and Monitoring (CPMM)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from corridor.ledger import Item
from corridor.routes import Route
from corridor.schema import BASES, NOT_CASH
from corridor.study import Outcome
from corridor.values import Span

LOAD_T = 20.0
"""Cargo to which CPMM restates costs, t."""
SECTION_KM = 500.0
"""Distance to which CPMM restates them, km."""
COUNTED = (None, "border", "gauge_break")
"""Parts of the ledger at a crossing that the indicators count: hours, fees, change of gauge."""
NO_COST: Span = (0.0, 0.0, 0.0)


_Numbers = tuple[Span, Span, Span, Span, str]
"""Hours and fees at a crossing, hours and cost of its gauge break, and their worst basis."""


class Crossing(NamedTuple):
    """A border crossing as it is passed by one mode, outbound.

    Attributes
    ----------
    crossing, mode
        Name; ``rail`` or ``road``.
    tfi1_h, tfi2_usd
        Hours and official fees (USD for 20 t) at the crossing itself: low, central, high.
    gauge_break_h, gauge_break_usd
        The same for the change of gauge behind it (or before the first one), for cargo that goes on over it; zero where
        there is none. CPMM counts it at the crossing.
    commodities
        What passes at these hours and fees.
    basis
        The worst of the figures behind them.
    usable
        Whether any route that the study uses passes there by this mode.
    """

    crossing: str
    mode: str
    tfi1_h: Span
    tfi2_usd: Span
    gauge_break_h: Span
    gauge_break_usd: Span
    commodities: tuple[str, ...]
    basis: str
    usable: bool


class Section(NamedTuple):
    """What of a route goes by one mode over land, outbound.

    Attributes
    ----------
    route
        The whole route.
    mode
        ``rail`` or ``road``.
    distance_km, moving_h, standing_h
        Of that part: standing at terminals, gauge breaks and borders counts to the mode that brings the cargo there.
        Loading at the mine is not in it.
    cash_usd_per_t
        What is invoiced on that part, border fees and handling included; ports and the sea are not in it.
    """

    route: Route
    mode: str
    distance_km: float
    moving_h: float
    standing_h: float
    cash_usd_per_t: float

    @property
    def tfi3_usd(self) -> float:
        """USD per 500 km per 20 t."""
        return self.cash_usd_per_t * LOAD_T * SECTION_KM / self.distance_km

    @property
    def swd_km_per_h(self) -> float:
        """Speed with delay: km over all hours."""
        return self.distance_km / (self.moving_h + self.standing_h)

    @property
    def swod_km_per_h(self) -> float:
        """Speed without delay: km over the hours that it moves."""
        return self.distance_km / self.moving_h


class Indicators(NamedTuple):
    """Crossings, and the sections of all routes."""

    crossings: tuple[Crossing, ...]
    sections: tuple[Section, ...]


class _Link(NamedTuple):
    """A link of a route with its ledger."""

    edge: int
    kind: str
    crossing: str | None
    mode: str
    items: Sequence[Item]

    def hours(self, label: str | None = None) -> Span:
        """Hours, of one label or of all."""
        return _sum(item.span for item in self.items if item.part is None and label in (None, item.label))

    def cost(self, part: str) -> Span:
        """USD/t of a part."""
        return _sum(item.span for item in self.items if item.part == part)


def cpmm(outcome: Outcome, routes: Iterable[Route]) -> Indicators:
    """Compute the indicators of routes.

    Parameters
    ----------
    outcome
        A study under a scenario.
    routes
        Of that outcome.

    Returns
    -------
    Indicators

    Notes
    -----
    TFI1 is the time to clear a border crossing, TFI2 what is paid there, TFI3 the cost of a section per 500 km and
    20 t, TFI4 its speed with and without delay (Asian Development Bank, CAREC CPMM annual reports). All is outbound:
    the study ships out of its mines, and a way begins when the cargo is loaded. CPMM samples single trips; here every
    number follows from the tables.
    """
    ledgers: dict[tuple[int, str], list[Item]] = {}
    found: dict[tuple[str, str], dict[_Numbers, list[str]]] = defaultdict(lambda: defaultdict(list))
    usable: set[tuple[str, str]] = set()
    sections: list[Section] = []
    for route in routes:
        kind = outcome.network.commodities[route.commodity]
        for e in route.edges:
            if (e, route.commodity) not in ledgers:
                ledgers[e, route.commodity] = outcome.cost_model.ledger(e, kind)
        links = list(_links(outcome, route, ledgers))
        sections += _sections(outcome, route, links)
        for (name, mode), numbers in _crossings(links):
            cargoes = found[name, mode][numbers]
            usable |= {(name, mode)} if route.usable else set()
            if route.commodity not in cargoes:
                cargoes.append(route.commodity)
    crossings = [
        Crossing(name, mode, *numbers[:4], tuple(sorted(cargoes)), numbers[4], (name, mode) in usable)
        for (name, mode), by_numbers in sorted(found.items())
        for numbers, cargoes in _joined(by_numbers).items()
    ]
    return Indicators(tuple(crossings), tuple(sections))


def _joined(by_numbers: dict[_Numbers, list[str]]) -> dict[_Numbers, list[str]]:
    """What is sold before the gauge break passes at the same crossing as what goes on over it."""
    joined = {numbers: [*cargoes] for numbers, cargoes in by_numbers.items() if numbers[2] != NO_COST}
    for numbers, cargoes in by_numbers.items():
        if numbers[2] == NO_COST:
            onward = [other for other in joined if other[:2] == numbers[:2]]
            for other in onward or [numbers]:
                joined[other] = [*dict.fromkeys([*joined.get(other, []), *cargoes])]
    return joined


def _links(outcome: Outcome, route: Route, ledgers: dict[tuple[int, str], list[Item]]) -> Iterator[_Link]:
    """The links of a route over land from the first haul on, each with the mode that brings the cargo to it."""
    mode = ""
    for e in route.edges:
        link = outcome.network.edges[e].link
        mode = link.kind if link.kind in ("rail", "road") else mode
        if mode and link.kind not in ("sea", "port"):
            yield _Link(e, link.kind, link.crossing, mode, ledgers[e, route.commodity])


def _sections(outcome: Outcome, route: Route, links: Sequence[_Link]) -> Iterator[Section]:
    km = outcome.costs[route.commodity].km
    for mode in ("rail", "road"):
        own = [link for link in links if link.mode == mode]
        distance = float(np.nansum([km[link.edge] for link in own if link.kind == mode]))
        moving = sum(link.hours("moving")[1] for link in own)
        standing = sum(link.hours()[1] for link in own) - moving
        cash = sum(i.span[1] for link in own for i in link.items if i.part and i.part not in NOT_CASH)
        if distance > 0:
            yield Section(route, mode, distance, moving, standing, cash)


def _crossings(links: Sequence[_Link]) -> Iterator[tuple[tuple[str, str], _Numbers]]:
    """Each crossing of a route, with the gauge breaks behind it (and those before the first)."""
    borders = [i for i, link in enumerate(links) if link.kind == "border" and link.crossing]
    for n, i in enumerate(borders):
        first = i if n else 0
        last = borders[n + 1] if n + 1 < len(borders) else len(links)
        gauges = [link for link in links[first:last] if link.kind == "gauge_break"]
        border = links[i]
        behind = [item for link in (border, *gauges) for item in link.items if item.part in COUNTED]
        numbers = (
            border.hours(),
            _load(border.cost("border")),
            _sum(link.hours() for link in gauges),
            _load(_sum(link.cost("gauge_break") for link in gauges)),
            max((item.basis for item in behind), key=BASES.index, default="assumed"),
        )
        yield (border.crossing or "", border.mode), numbers


def _load(usd_per_t: Span) -> Span:
    low, central, high = usd_per_t
    return low * LOAD_T, central * LOAD_T, high * LOAD_T


def _sum(spans: Iterable[Span]) -> Span:
    low, central, high = NO_COST
    for one in spans:
        low, central, high = low + one[0], central + one[1], high + one[2]
    return low, central, high

"""Generalised cost of each edge by part, with time and the rows behind every dollar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corridor.network import Edge, Network
from corridor.ocean import Fleet
from corridor.schema import LOSSY, NEEDED_BY_COMMODITY, NEEDED_BY_LINK, PARTS, Commodity
from corridor.units import DAYS_PER_YEAR, HOURS_PER_DAY, HOURS_PER_YEAR
from corridor.values import Bound, Figure, Values

BOUNDS: tuple[Bound, ...] = ("low", "central", "high")
CHARGES = {
    "haul_charge": "haul",
    "handling_charge": "handling",
    "gauge_break_charge": "gauge_break",
    "border_charge": "border",
    "port_charge": "port",
    "other_charge": "other",
}
"""Fixed charges, and the part of cost that each belongs to."""

Floats = npt.NDArray[np.float64]
Span = tuple[float, float, float]
"""Low, central and high."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a study assumes of money and time, beside its tables.

    Attributes
    ----------
    capital_rate, holding_rate
        Per year, share of the value: return forgone on cargo under way; insurance, storage and decay of it.
    service_factor
        Standard deviations of late arrival that stock is held against.
    """

    capital_rate: float
    holding_rate: float
    service_factor: float


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a link's ledger: dollars a tonne, or hours (``part`` is then None)."""

    part: str | None
    label: str
    span: Span
    figures: tuple[Figure, ...]

    @property
    def basis(self) -> str:
        """The worst basis of the figures behind it."""
        from corridor.schema import BASES

        return max((figure.row.basis for figure in self.figures), key=BASES.index, default="assumed")


@dataclass(frozen=True, slots=True)
class EdgeCosts:
    """Costs of all edges for one commodity; rows of edges that do not take it are NaN.

    Attributes
    ----------
    parts
        USD/t, edges x parts in the order of :data:`corridor.schema.PARTS`.
    low, high
        Generalised cost, USD/t, with every component at its bound.
    hours, km
        Time and distance.
    """

    parts: Floats
    low: Floats
    high: Floats
    hours: Floats
    km: Floats

    @property
    def generalised(self) -> Floats:
        """Generalised cost, USD/t."""
        return np.asarray(self.parts.sum(axis=1))


class CostModel:
    """Generalised cost of edges: ``g = rate*km + charges + m*P + v*h + P*loss + reliability + capital``.

    Parameters
    ----------
    values
        Numbers of a date. What is missing is noted in ``values.faults``.
    network
        Edges of that date.
    assumptions
        Rates for the value of time.

    Notes
    -----
    ``P`` is the value of a tonne at loading, the same for every route. Value of time ``v = P*(capital_rate +
    holding_rate)/8760``. Physical loss is charged at ``P``; tonnes are those loaded at the mine all the way.
    """

    def __init__(self, values: Values, network: Network, assumptions: Assumptions) -> None:
        self._values = values
        self._network = network
        self._assumptions = assumptions
        self._fleet = Fleet(values)

    def edge_costs(self, commodity: Commodity, wanted: npt.NDArray[np.bool_]) -> EdgeCosts:
        """Cost all wanted edges for a commodity.

        Parameters
        ----------
        commodity
            What is shipped.
        wanted
            Boolean, one an edge: the others are left NaN.

        Returns
        -------
        EdgeCosts
        """
        n = len(self._network.edges)
        parts, low, high = np.full((n, len(PARTS)), np.nan), np.full(n, np.nan), np.full(n, np.nan)
        hours, km = np.full(n, np.nan), np.full(n, np.nan)
        column = {part: place for place, part in enumerate(PARTS)}
        for e in np.flatnonzero(wanted):
            ledger = self.ledger(self._network.edges[e], commodity)
            if ledger is None:
                continue
            parts[e], low[e], high[e], hours[e] = 0.0, 0.0, 0.0, 0.0
            km[e] = self.length(self._network.edges[e])
            for item in ledger:
                if item.part is None:
                    hours[e] += item.span[1]
                else:
                    parts[e, column[item.part]] += item.span[1]
                    low[e] += item.span[0]
                    high[e] += item.span[2]
        return EdgeCosts(parts, low, high, hours, km)

    def length(self, edge: Edge) -> float:
        """Length of an edge, km; 0 for places."""
        figure = self._find("length", edge)
        return figure.central if figure else 0.0

    def ledger(self, edge: Edge, commodity: Commodity) -> list[Item] | None:
        """Return every dollar and hour of an edge with the rows behind it; None if no ship can do it."""
        value, value_figures = self._values.value_at_loading(commodity)
        items = list(self._charges(edge, commodity)) + list(self._ad_valorem(edge, commodity, value, value_figures))
        if edge.link.kind == "sea":
            passage = self._ocean(edge, commodity)
            if passage is None:
                return None
            items += passage
        else:
            items += self._haul(edge, commodity)
        items += self._standing(edge, commodity, value, value_figures)
        items += list(self._capital(edge))
        items += [self._time(item, value, value_figures) for item in items if item.part is None]
        return items

    def _find(self, parameter: str, edge: Edge, commodity: Commodity | None = None) -> Figure | None:
        look_up = self._values.need if parameter in NEEDED_BY_LINK[edge.link.kind] else self._values.find
        return look_up(parameter, edge.link.id, edge.link.tariff, commodity=commodity.id if commodity else None)

    def _charges(self, edge: Edge, commodity: Commodity) -> Iterator[Item]:
        for parameter, part in CHARGES.items():
            figure = self._find(parameter, edge, commodity)
            if figure:
                yield Item(part, parameter.replace("_", " "), _span(figure), (figure,))

    def _ad_valorem(
        self, edge: Edge, commodity: Commodity, value: float, value_figures: tuple[Figure, ...]
    ) -> Iterator[Item]:
        share = self._find("ad_valorem_share", edge, commodity)
        if share:
            yield Item("ad_valorem", "insurance and risk", _scaled(_span(share), value), (share, *value_figures))
        loss = self._values.need("handling_loss", commodity.id) if edge.link.kind in LOSSY else None
        if loss:
            yield Item("loss", "physical loss", _scaled(_span(loss), value), (loss, *value_figures))

    def _haul(self, edge: Edge, commodity: Commodity) -> list[Item]:
        length, rate, speed = (self._find(name, edge, commodity) for name in ("length", "rate", "speed"))
        items = []
        if length and rate:
            items.append(Item("haul", "rate x km", _combined(lambda b: rate.at(b) * length.at(b)), (rate, length)))
        if length and speed:
            items.append(Item(None, "moving", _combined(lambda b: length.at(b) / speed.at(b)), (length, speed)))
        return items

    def _ocean(self, edge: Edge, commodity: Commodity) -> list[Item] | None:
        length, lot = self._find("length", edge), self._values.need("usual_lot", commodity.id)
        if length is None or lot is None:
            return None
        voyages = [self._fleet.cheapest(edge.tail, edge.head, length, lot, bound) for bound in BOUNDS]
        low, central, high = voyages
        if low is None or central is None or high is None:
            return None
        label = f"{central.ship} with {central.parcel_t:,.0f} t"
        return [
            Item("ocean", label, (low.usd_per_t, central.usd_per_t, high.usd_per_t), central.figures),
            Item(None, "at sea", (low.hours, central.hours, high.hours), central.figures),
        ]

    def _standing(
        self, edge: Edge, commodity: Commodity, value: float, value_figures: tuple[Figure, ...]
    ) -> Iterator[Item]:
        dwell = self._find("dwell", edge, commodity)
        if dwell:
            yield Item(None, "standing", _span(dwell), (dwell,))
        spread = self._find("dwell_spread", edge, commodity)
        if spread:
            a = self._assumptions
            per_hour = value * (a.capital_rate + a.holding_rate) / DAYS_PER_YEAR * a.service_factor / HOURS_PER_DAY
            yield Item(
                "reliability", "stock against late arrival", _scaled(_span(spread), per_hour), (spread, *value_figures)
            )

    def _time(self, hours: Item, value: float, value_figures: tuple[Figure, ...]) -> Item:
        per_hour = value * (self._assumptions.capital_rate + self._assumptions.holding_rate) / HOURS_PER_YEAR
        return Item(
            "time", f"value of time {hours.label}", _scaled(hours.span, per_hour), (*hours.figures, *value_figures)
        )

    def _capital(self, edge: Edge) -> Iterator[Item]:
        cost = self._find("capital_cost", edge)
        per_km = None if cost else self._find("capital_cost_per_km", edge)
        if cost is None and per_km is None:
            return
        life = self._values.need("capital_life", edge.link.id, edge.link.tariff)
        volume = self._values.need("capital_volume", edge.link.id, edge.link.tariff)
        length = self._values.need("length", edge.link.id, edge.link.tariff) if per_km else None
        if life is None or volume is None or (per_km and length is None):
            return

        def recovery(bound: Bound) -> float:
            total = cost.at(bound) if cost else per_km.at(bound) * length.at(bound)  # type: ignore[union-attr]  # one of them is there
            return total * _annuity(self._assumptions.capital_rate, life.at(bound)) / volume.at(bound)

        figures = tuple(figure for figure in (cost, per_km, length, life, volume) if figure)
        yield Item("capital", "capital recovery", _combined(recovery), figures)


def note_missing(values: Values, network: Network) -> None:
    """Note a fault in ``values`` for every number that some edge needs for some commodity and that does not hold."""
    asked = {
        (parameter, edge.link.id, edge.link.tariff, commodity.id)
        for edge in network.edges
        for commodity in network.commodities.values()
        if network.takes(edge, commodity)
        for parameter in NEEDED_BY_LINK[edge.link.kind]
    }
    for parameter, link, tariff, commodity_id in sorted(asked, key=str):
        values.need(parameter, link, tariff, commodity=commodity_id)
    for commodity in network.commodities.values():
        for parameter in NEEDED_BY_COMMODITY:
            values.need(parameter, commodity.id)


def _annuity(rate: float, years: float) -> float:
    """Yearly payment that repays one dollar over the years."""
    return 1 / years if rate == 0 else rate / (1 - (1 + rate) ** -years)


def _combined(formula: Any) -> Span:
    return formula("low"), formula("central"), formula("high")


def _span(figure: Figure) -> Span:
    return figure.at("low"), figure.at("central"), figure.at("high")


def _scaled(span: Span, factor: float) -> Span:
    return span[0] * factor, span[1] * factor, span[2] * factor

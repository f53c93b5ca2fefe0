"""Generalised cost of each edge by part, with time and the rows behind every dollar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.emissions import Emissions
from corridor.ledger import Entry, Item, Quantities, Quantity, SeaEdges, items
from corridor.network import Network
from corridor.ocean import Voyages
from corridor.schema import CARBON, CARGO, LOSSY, PARTS, WORKS, Commodity
from corridor.units import DAYS_PER_YEAR, HOURS_PER_DAY, HOURS_PER_YEAR, KG_PER_T
from corridor.values import BOUNDS, Floats, Span, Values

CHARGES = {
    "haul_charge": "haul",
    "handling_charge": "handling",
    "gauge_break_charge": "gauge_break",
    "border_charge": "border",
    "port_charge": "port",
    "other_charge": "other",
}
"""Fixed charges, and the part of cost that each belongs to."""


class CapitalRecovery(NamedTuple):
    """What the capital of a link asks for, and what each tonne is charged for it; cheap, central and dear.

    Attributes
    ----------
    musd_per_yr
        Annuity at the discount rate of works over the link's life, million USD/yr, whatever the traffic.
    usd_per_t
        The same over the traffic that is to pay for it: the part ``capital`` of cost. It recovers the annuity only if
        so much comes.
    """

    musd_per_yr: Span
    usd_per_t: Span


class EdgeCosts(NamedTuple):
    """Costs of all edges for one commodity; rows of edges that do not take it are NaN.

    Attributes
    ----------
    parts
        USD/t, edges x parts in the order of :data:`corridor.schema.PARTS`.
    low, high
        Generalised cost, USD/t, with every component at its bound.
    hours, km
        Time and distance.
    generalised
        Generalised cost, USD/t: the sum of the parts.
    """

    parts: Floats
    low: Floats
    high: Floats
    hours: Floats
    km: Floats
    generalised: Floats


class Spread(NamedTuple):
    """Costs and times of all edges for one commodity: the span and the draws of the values behind it.

    Attributes
    ----------
    parts
        USD/t, edges x parts x columns (cheap, central, dear, then the draws).
    hours
        ``moving``, ``at sea`` and ``standing`` to hours, edges x columns.
    km
        Edges x columns.
    """

    parts: Floats
    hours: dict[str, Floats]
    km: Floats


class CostModel:
    """Generalised cost of edges: ``g = rate*km + charges + m*P + v*h + P*loss + reliability + e*p + capital``.

    Parameters
    ----------
    values
        Numbers of a date. All that :mod:`corridor.needs` asks for must be there.
    network
        Edges of that date.

    Attributes
    ----------
    emissions
        What the same edges emit: ``e`` kg CO2e a tonne, which cost only where there is a carbon price ``p``.

    Notes
    -----
    ``P`` is the value of a tonne at loading, the same for every route. Value of time ``v = P*(capital_rate +
    holding_rate)/8760``: ``P`` stays central at the bounds, the rates do not. Physical loss is charged at ``P``; tonnes
    are those loaded at the mine all the way.
    """

    def __init__(self, values: Values, network: Network) -> None:
        self._values = values
        self._network = network
        self._lossy = np.array([edge.link.kind in LOSSY for edge in network.edges], dtype=bool)
        self._quantities = Quantities(values, network)
        self._sea = SeaEdges(values, network, self._quantities)
        self.emissions = Emissions(values, network, self._quantities, self._sea)
        self._ledgers: dict[str, list[Entry]] = {}

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
        parts, bounds, hours = np.zeros((n, len(PARTS))), np.zeros((n, BOUNDS)), np.zeros(n)
        sails, sea = np.ones(n, dtype=bool), self._sea.positions
        for entry in self._entries(commodity):
            span = np.nan_to_num(entry.span[:, :BOUNDS])
            if entry.part is None:
                hours += span[:, 1]
                continue
            parts[:, PARTS.index(entry.part)] += span[:, 1]
            bounds += span
            if entry.part == "ocean":
                sails[sea] = ~np.isnan(entry.span[sea, 1])
        km = np.nan_to_num(self._quantities.of("length").span[:, 1])
        for array in (parts, bounds, hours, km):
            array[~(wanted & sails)] = np.nan
        return EdgeCosts(parts, bounds[:, 0], bounds[:, 2], hours, km, np.asarray(parts.sum(axis=1)))

    def drawn(self, commodity: Commodity) -> Floats:
        """Generalised cost of all edges in every draw of the values.

        Parameters
        ----------
        commodity
            What is shipped.

        Returns
        -------
        Floats
            USD/t, edges x draws; infinite where no ship can lie at both berths. Edges that the commodity does not use
            are not told apart: see :meth:`edge_costs`.
        """
        total, sea = np.zeros((len(self._network.edges), self._values.width - BOUNDS)), self._sea.positions
        for entry in self._computed(commodity):
            if entry.part is None:
                continue
            span = entry.span[:, BOUNDS:]
            total += np.nan_to_num(span)
            if entry.part == "ocean":
                total[sea] = np.where(np.isnan(span[sea]), np.inf, total[sea])
        return total

    def spread(self, commodity: Commodity) -> Spread:
        """Parts of cost, hours and km of all edges at the bounds and in every draw of the values."""
        parts = np.zeros((len(self._network.edges), len(PARTS), self._values.width))
        hours: dict[str, Floats] = {}
        for entry in self._computed(commodity):
            span = np.nan_to_num(entry.span)
            if entry.part is None:
                hours[entry.label] = span
            else:
                parts[:, PARTS.index(entry.part)] += span
        return Spread(parts, hours, np.nan_to_num(self._quantities.of("length").span))

    def km(self) -> Floats:
        """Length of each edge; 0 where it has none."""
        return np.asarray(np.nan_to_num(self._quantities.of("length").span[:, 1]))

    def parcel(self, e: int, commodity: Commodity) -> Floats:
        """Cargo of the ship on a sea edge (its position), t: cheap, central, dear, then the draws; NaN: no ship."""
        voyages = self._sea.voyages(commodity)
        if voyages is None:
            return np.full(self._values.width, np.nan)
        return np.asarray(voyages.parcel_t[self._sea.positions.tolist().index(e)])

    def ledger(self, e: int, commodity: Commodity) -> list[Item]:
        """Return every dollar and hour of an edge (its position) with the rows behind it."""
        return items(self._entries(commodity), e, commodity, self._sea)

    def capital_recovery(self) -> dict[str, CapitalRecovery]:
        """Return the capital recovery of each link that has a cost of building.

        Returns
        -------
        dict
            Link to what it asks for a year and what a tonne is charged.
        """
        annual, volume, _ = self._annuity()
        charge = annual / volume.span
        return {
            edge.link.id: CapitalRecovery(_span(annual[e]), _span(charge[e]))
            for e, edge in enumerate(self._network.edges)
            if not np.isnan(charge[e]).any()
        }

    def _entries(self, commodity: Commodity) -> list[Entry]:
        """Every line of the ledgers of all edges: the one place where cost is computed."""
        if commodity.id not in self._ledgers:
            self._ledgers[commodity.id] = list(self._computed(commodity))
        return self._ledgers[commodity.id]

    def _computed(self, commodity: Commodity) -> Iterator[Entry]:
        value, behind_value = self._values.value_at_loading(commodity)
        for parameter, part in CHARGES.items():
            charge = self._quantities.of(parameter, commodity)
            yield Entry(part, parameter.replace("_", " "), charge.span, (charge,))
        share = self._quantities.of("ad_valorem_share", commodity)
        yield Entry("ad_valorem", "insurance and risk", share.span * value, (share,), behind_value)
        loss = self._values.need("handling_loss", commodity.id)
        if loss:
            lost = np.where(self._lossy[:, None], np.asarray(loss.columns) * value, np.nan)
            yield Entry("loss", "physical loss", lost, (), (loss, *behind_value))
        length, rate, speed = (self._quantities.of(name, commodity) for name in ("length", "rate", "speed"))
        yield Entry("haul", "rate x km", rate.span * length.span, (rate, length))
        dwell, voyages = self._quantities.of("dwell", commodity), self._sea.voyages(commodity)
        timed = [
            Entry(None, "moving", length.span / speed.span, (length, speed)),
            *self._ocean(voyages, commodity, length),
            Entry(None, "standing", dwell.span, (dwell,)),
        ]
        yield from timed
        yield from self._waiting(commodity, timed)
        yield from self._carbon(commodity, voyages)
        yield self._capital()

    def _ocean(self, voyages: Voyages | None, commodity: Commodity, length: Quantity) -> list[Entry]:
        lot = self._values.need("usual_lot", commodity.id)
        if voyages is None or lot is None:
            return []
        freight, hours = self._sea.over_edges(voyages.usd_per_t), self._sea.over_edges(voyages.hours)
        return [
            Entry("ocean", "{ship}", freight, (length,), (lot,), by_ship=True),
            Entry(None, "at sea", hours, (length,), (lot,), by_ship=True),
        ]

    def _waiting(self, commodity: Commodity, timed: Iterable[Entry]) -> Iterator[Entry]:
        """What cargo costs while it moves and stands, and the stock held because it comes late."""
        per_year, behind = self._values.waiting(commodity)
        for entry in timed:
            if entry.part is None:
                label, figures = f"value of time {entry.label}", (*entry.figures, *behind)
                span = entry.span * (per_year / HOURS_PER_YEAR)
                yield Entry("time", label, span, entry.quantities, figures, entry.by_ship)
        factor = self._values.need("service_factor", CARGO, commodity=commodity.id)
        if factor:
            per_hour = per_year / DAYS_PER_YEAR * np.asarray(factor.columns) / HOURS_PER_DAY
            spread = self._quantities.of("dwell_spread", commodity)
            label = "stock against late arrival"
            yield Entry("reliability", label, spread.span * per_hour, (spread,), (*behind, factor))

    def _carbon(self, commodity: Commodity, voyages: Voyages | None) -> Iterator[Entry]:
        """What is emitted at the price of carbon; nothing where there is none."""
        price = self._values.find("carbon_price", CARBON)
        if price is None or not np.any(price.columns):
            return
        usd_per_kg = np.asarray(price.columns) / KG_PER_T
        for entry in self.emissions.entries(commodity, voyages):
            figures = (*entry.figures, price)
            yield Entry("carbon", entry.label, entry.span * usd_per_kg, entry.quantities, figures, entry.by_ship)

    def _capital(self) -> Entry:
        """Capital recovery: the annuity of what was built, over the traffic that pays for it."""
        annual, volume, behind = self._annuity()
        rate = self._values.find("discount_rate", WORKS)
        return Entry("capital", "capital recovery", annual / volume.span, behind, (rate,) if rate else ())

    def _annuity(self) -> tuple[Floats, Quantity, tuple[Quantity, ...]]:
        """Annuity of each edge in million USD/yr, the traffic that is to pay for it, and what both rest on."""
        names = ("capital_cost", "capital_cost_per_km", "length", "capital_life", "capital_volume")
        cost, per_km, length, life, volume = (self._quantities.of(name) for name in names)
        total = np.where(np.isnan(cost.span), per_km.span * length.span, cost.span)
        discount = self._values.find("discount_rate", WORKS)
        rate = np.asarray(discount.columns if discount else np.nan)
        with np.errstate(invalid="ignore"):  # 0/0, of which the other branch is taken
            annuity = np.where(rate == 0, 1 / life.span, rate / (1 - (1 + rate) ** -life.span))
        behind = (cost, per_km, length, life, volume) if np.isfinite(per_km.span).any() else (cost, life, volume)
        return total * annuity, volume, behind


def _span(row: Floats) -> Span:
    cheap, central, dear = row.tolist()
    return cheap, central, dear

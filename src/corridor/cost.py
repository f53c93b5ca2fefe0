"""Generalised cost of each edge by part, with time and the rows behind every dollar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.network import Network
from corridor.ocean import Fleet
from corridor.schema import BASES, LOSSY, PARTS, Commodity
from corridor.units import DAYS_PER_YEAR, HOURS_PER_DAY, HOURS_PER_YEAR
from corridor.values import BOUNDS, Figure, Floats, Span, Values

CHARGES = {
    "haul_charge": "haul",
    "handling_charge": "handling",
    "gauge_break_charge": "gauge_break",
    "border_charge": "border",
    "port_charge": "port",
    "other_charge": "other",
}
"""Fixed charges, and the part of cost that each belongs to."""


class Assumptions(NamedTuple):
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


class Item(NamedTuple):
    """One entry of a link's ledger: dollars a tonne, or hours (``part`` is then None)."""

    part: str | None
    label: str
    span: Span
    figures: tuple[Figure, ...]

    @property
    def basis(self) -> str:
        """The worst basis of the figures behind it."""
        return max((figure.row.basis for figure in self.figures), key=BASES.index, default="assumed")


class CapitalRecovery(NamedTuple):
    """What the capital of a link asks for, and what each tonne is charged for it; cheap, central and dear.

    Attributes
    ----------
    musd_per_yr
        Annuity at the study's capital rate over the link's life, million USD/yr, whatever the traffic.
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


class _Quantity(NamedTuple):
    """A parameter over all edges.

    Attributes
    ----------
    figures
        One an edge; None where the tables have none.
    span
        Edges x columns (cheap, central, dear, then the draws); NaN where there is none.
    """

    figures: Sequence[Figure | None]
    span: Floats


class _Entry(NamedTuple):
    """One line of the ledgers of all edges.

    Attributes
    ----------
    part, label
        As for :class:`Item`.
    span
        Edges x columns (cheap, central, dear, then the draws); NaN where an edge has no such line.
    quantities
        What it is computed from, edge by edge.
    figures
        What it is computed from on every edge.
    by_ship
        Whether it rests on a voyage too.
    """

    part: str | None
    label: str
    span: Floats
    quantities: tuple[_Quantity, ...]
    figures: tuple[Figure, ...] = ()
    by_ship: bool = False


class CostModel:
    """Generalised cost of edges: ``g = rate*km + charges + m*P + v*h + P*loss + reliability + capital``.

    Parameters
    ----------
    values
        Numbers of a date. All that :mod:`corridor.needs` asks for must be there.
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
        kinds = [edge.link.kind for edge in network.edges]
        self._lossy = np.array([kind in LOSSY for kind in kinds], dtype=bool)
        self._sea = np.flatnonzero([kind == "sea" for kind in kinds])
        self._quantities: dict[tuple[str, str | None], _Quantity] = {}
        self._ledgers: dict[str, list[_Entry]] = {}

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
        sails = np.ones(n, dtype=bool)
        for entry in self._entries(commodity):
            span = np.nan_to_num(entry.span[:, :BOUNDS])
            if entry.part is None:
                hours += span[:, 1]
                continue
            parts[:, PARTS.index(entry.part)] += span[:, 1]
            bounds += span
            if entry.part == "ocean":
                sails[self._sea] = ~np.isnan(entry.span[self._sea, 1])
        km = np.nan_to_num(self._quantity("length").span[:, 1])
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
        total = np.zeros((len(self._network.edges), self._values.width - BOUNDS))
        for entry in self._computed(commodity):
            if entry.part is None:
                continue
            span = entry.span[:, BOUNDS:]
            total += np.nan_to_num(span)
            if entry.part == "ocean":
                no_ship = np.isnan(span[self._sea])
                total[self._sea] = np.where(no_ship, np.inf, total[self._sea])
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
        return Spread(parts, hours, np.nan_to_num(self._quantity("length").span))

    def km(self) -> Floats:
        """Length of each edge; 0 where it has none."""
        return np.asarray(np.nan_to_num(self._quantity("length").span[:, 1]))

    def parcel(self, e: int, commodity: Commodity) -> Floats:
        """Cargo of the ship on a sea edge (its position), t: cheap, central, dear, then the draws."""
        lot = self._values.need("usual_lot", commodity.id)
        if lot is None:
            return np.full(self._values.width, np.nan)
        ends = self._network.edges[e].tail, self._network.edges[e].head
        return np.asarray(self._fleet.voyages([ends], self._quantity("length").span[[e]], lot.columns).parcel_t[0])

    def ledger(self, e: int, commodity: Commodity) -> list[Item]:
        """Return every dollar and hour of an edge (its position) with the rows behind it."""
        items = []
        for entry in self._entries(commodity):
            low, central, high = entry.span[e].tolist()
            if not np.isnan(central):
                figures = tuple(figure for quantity in entry.quantities if (figure := quantity.figures[e]))
                label = entry.label
                if entry.by_ship:
                    ship, of_ship = self._ship(e, commodity)
                    label, figures = label.format(ship=ship), (*figures, *of_ship)
                items.append(Item(entry.part, label, (low, central, high), (*figures, *entry.figures)))
        return items

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

    def _entries(self, commodity: Commodity) -> list[_Entry]:
        """Every line of the ledgers of all edges: the one place where cost is computed."""
        if commodity.id not in self._ledgers:
            self._ledgers[commodity.id] = list(self._computed(commodity))
        return self._ledgers[commodity.id]

    def _computed(self, commodity: Commodity) -> Iterator[_Entry]:
        a = self._assumptions
        value, behind_value = self._values.value_at_loading(commodity)
        for parameter, part in CHARGES.items():
            charge = self._quantity(parameter, commodity)
            yield _Entry(part, parameter.replace("_", " "), charge.span, (charge,))
        share = self._quantity("ad_valorem_share", commodity)
        yield _Entry("ad_valorem", "insurance and risk", share.span * value, (share,), behind_value)
        loss = self._values.need("handling_loss", commodity.id)
        if loss:
            lost = np.where(self._lossy[:, None], np.asarray(loss.columns) * value, np.nan)
            yield _Entry("loss", "physical loss", lost, (), (loss, *behind_value))
        length, rate, speed = (self._quantity(name, commodity) for name in ("length", "rate", "speed"))
        yield _Entry("haul", "rate x km", rate.span * length.span, (rate, length))
        dwell = self._quantity("dwell", commodity)
        timed = [
            _Entry(None, "moving", length.span / speed.span, (length, speed)),
            *self._ocean(commodity, length),
            _Entry(None, "standing", dwell.span, (dwell,)),
        ]
        yield from timed
        per_hour = value * (a.capital_rate + a.holding_rate) / HOURS_PER_YEAR
        for entry in timed:
            if entry.part is None:
                label, figures = f"value of time {entry.label}", (*entry.figures, *behind_value)
                yield _Entry("time", label, entry.span * per_hour, entry.quantities, figures, entry.by_ship)
        late = value * (a.capital_rate + a.holding_rate) / DAYS_PER_YEAR * a.service_factor / HOURS_PER_DAY
        spread = self._quantity("dwell_spread", commodity)
        yield _Entry("reliability", "stock against late arrival", spread.span * late, (spread,), behind_value)
        yield self._capital()

    def _ocean(self, commodity: Commodity, length: _Quantity) -> list[_Entry]:
        lot = self._values.need("usual_lot", commodity.id)
        if lot is None or not len(self._sea):
            return []
        ends = [(self._network.edges[e].tail, self._network.edges[e].head) for e in self._sea]
        voyages = self._fleet.voyages(ends, length.span[self._sea], lot.columns)
        freight, hours = np.full(length.span.shape, np.nan), np.full(length.span.shape, np.nan)
        freight[self._sea], hours[self._sea] = voyages.usd_per_t, voyages.hours
        return [
            _Entry("ocean", "{ship}", freight, (length,), (lot,), by_ship=True),
            _Entry(None, "at sea", hours, (length,), (lot,), by_ship=True),
        ]

    def _ship(self, e: int, commodity: Commodity) -> tuple[str, tuple[Figure, ...]]:
        """Ship and parcel of a sea link in words, and the rows behind them."""
        lot = self._values.need("usual_lot", commodity.id)
        if lot is None:
            return "", ()
        ends = self._network.edges[e].tail, self._network.edges[e].head
        voyage = self._fleet.voyages([ends], self._quantity("length").span[[e]], lot.span)
        ship = int(voyage.ship[0])
        words = f"{self._fleet.ships[ship]} with {voyage.parcel_t[0, 1]:,.0f} t"
        return words, self._fleet.figures(ends, ship)

    def _capital(self) -> _Entry:
        """Capital recovery: the annuity of what was built, over the traffic that pays for it."""
        annual, volume, behind = self._annuity()
        return _Entry("capital", "capital recovery", annual / volume.span, behind)

    def _annuity(self) -> tuple[Floats, _Quantity, tuple[_Quantity, ...]]:
        """Annuity of each edge in million USD/yr, the traffic that is to pay for it, and what both rest on."""
        names = ("capital_cost", "capital_cost_per_km", "length", "capital_life", "capital_volume")
        cost, per_km, length, life, volume = (self._quantity(name) for name in names)
        total = np.where(np.isnan(cost.span), per_km.span * length.span, cost.span)
        rate = self._assumptions.capital_rate
        annuity = 1 / life.span if rate == 0 else rate / (1 - (1 + rate) ** -life.span)
        behind = (cost, per_km, length, life, volume) if np.isfinite(per_km.span).any() else (cost, life, volume)
        return total * annuity, volume, behind

    def _quantity(self, parameter: str, commodity: Commodity | None = None) -> _Quantity:
        """A parameter over all edges; one for all commodities that have no rows of their own."""
        cargo = commodity.id if commodity and self._values.differs(parameter, commodity.id) else None
        if (parameter, cargo) not in self._quantities:
            figures = [
                self._values.find(parameter, edge.link.id, edge.link.tariff, commodity=cargo)
                for edge in self._network.edges
            ]
            width = self._values.width
            none = (np.nan,) * width
            spans = np.array([figure.columns if figure else none for figure in figures], dtype=float)
            self._quantities[parameter, cargo] = _Quantity(figures, spans.reshape(len(figures), width))
        return self._quantities[parameter, cargo]


def _span(row: Floats) -> Span:
    cheap, central, dear = row.tolist()
    return cheap, central, dear

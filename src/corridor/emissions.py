"""Greenhouse gases of each edge, kg CO2e for a tonne on it, from the well to the wheel or the wake."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from corridor.ledger import Entry, Item, Quantities, SeaEdges, items
from corridor.network import Network
from corridor.ocean import Voyages
from corridor.schema import Commodity
from corridor.values import Floats, Values


class Emissions:
    """What each edge emits: factor x km by rail and road, fuel burnt x its factor by sea, and handling where tabled.

    Parameters
    ----------
    values
        Numbers of a date. All that :mod:`corridor.needs` asks for must be there.
    network
        Edges of that date.
    quantities, sea
        Parameters and voyages of those edges.

    Attributes
    ----------
    known
        Whether the study has numbers on emissions; without them what is emitted is unknown, not nothing.

    Notes
    -----
    Tonnes are those loaded at the mine all the way, as in cost. By sea sails the ship of the voyage model: out laden,
    back in ballast, with its days in both ports.
    """

    def __init__(self, values: Values, network: Network, quantities: Quantities, sea: SeaEdges) -> None:
        self._values = values
        self._edges = len(network.edges)
        self._quantities = quantities
        self._sea = sea
        self.known = any(True for name in ("emission_factor", "fuel_emission") for _ in values.of(name))

    def kg_per_t(self, commodity: Commodity) -> Floats:
        """Return what all edges emit for a tonne of a commodity.

        Returns
        -------
        Floats
            kg CO2e/t, edges x columns (cheap, central and dear end, then the draws). 0 where nothing is counted, as at
            borders; NaN everywhere if nothing is known.
        """
        shape = (self._edges, self._values.width)
        if not self.known:
            return np.full(shape, np.nan)
        total = np.zeros(shape)
        for entry in self.entries(commodity, self._sea.voyages(commodity)):
            total += np.nan_to_num(entry.span)
        return total

    def ledger(self, e: int, commodity: Commodity) -> list[Item]:
        """Return what an edge (its position) emits, kg CO2e/t, with the rows behind it; empty if nothing is known."""
        return items(self.entries(commodity, self._sea.voyages(commodity)), e, commodity, self._sea)

    def entries(self, commodity: Commodity, voyages: Voyages | None) -> Iterator[Entry]:
        """Every line of what all edges emit for a tonne, kg CO2e.

        Parameters
        ----------
        commodity
            What is shipped.
        voyages
            Of its sea links.
        """
        length, factor, handling = (
            self._quantities.of(name, commodity) for name in ("length", "emission_factor", "handling_emission")
        )
        yield Entry("haulage", "factor x km", factor.span * length.span, (factor, length))
        yield Entry("handling", "handling", handling.span, (handling,))
        lot, fuel = self._values.find("usual_lot", commodity.id), self._values.find("fuel_emission", self._sea.fuel)
        if voyages and lot and fuel:
            burnt = self._sea.over_edges(voyages.fuel_t_per_t)
            yield Entry("voyage", "fuel of {ship}", burnt * fuel.columns, (length,), (lot, fuel), by_ship=True)

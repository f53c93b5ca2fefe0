"""What ledgers are made of: parameters over all edges, voyages of the sea links, and the lines computed from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from corridor.network import Network
from corridor.ocean import Fleet, Voyages
from corridor.schema import BASES, Commodity
from corridor.values import BOUNDS, Figure, Floats, Span, Values


class Item(NamedTuple):
    """One entry of a link's ledger: dollars a tonne of a part of cost, hours (``part`` is None), or kg CO2e a tonne."""

    part: str | None
    label: str
    span: Span
    figures: tuple[Figure, ...]

    @property
    def basis(self) -> str:
        """The worst basis of the figures behind it."""
        return max((figure.row.basis for figure in self.figures), key=BASES.index, default="assumed")


class Quantity(NamedTuple):
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


class Entry(NamedTuple):
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
    quantities: tuple[Quantity, ...]
    figures: tuple[Figure, ...] = ()
    by_ship: bool = False


class Quantities:
    """The parameters of all edges of a network, each looked up once.

    Parameters
    ----------
    values
        Numbers of a date.
    network
        Edges of that date.
    """

    def __init__(self, values: Values, network: Network) -> None:
        self._values = values
        self._network = network
        self._found: dict[tuple[str, str | None], Quantity] = {}

    def of(self, parameter: str, commodity: Commodity | None = None) -> Quantity:
        """Return a parameter over all edges; one for all commodities that have no rows of their own."""
        cargo = commodity.id if commodity and self._values.differs(parameter, commodity.id) else None
        if (parameter, cargo) not in self._found:
            figures = [
                self._values.find(parameter, edge.link.id, edge.link.tariff, commodity=cargo)
                for edge in self._network.edges
            ]
            width = self._values.width
            none = (np.nan,) * width
            spans = np.array([figure.columns if figure else none for figure in figures], dtype=float)
            self._found[parameter, cargo] = Quantity(figures, spans.reshape(len(figures), width))
        return self._found[parameter, cargo]


class SeaEdges:
    """The sea links of a network and the ships that sail them.

    Parameters
    ----------
    values, network, quantities
        Numbers of a date, its edges, and their parameters.

    Attributes
    ----------
    positions
        Of the sea links among the edges.
    fuel
        What ships burn; None if no price of any holds.
    """

    def __init__(self, values: Values, network: Network, quantities: Quantities) -> None:
        self._values = values
        self._quantities = quantities
        self._fleet = Fleet(values)
        self.fuel = self._fleet.fuel
        self._ends = [(edge.tail, edge.head) for edge in network.edges]
        self.positions = np.flatnonzero([edge.link.kind == "sea" for edge in network.edges])

    def voyages(self, commodity: Commodity) -> Voyages | None:
        """Choose the ship of each sea link, in the order of ``positions``; None where there is no sea or no lot."""
        lot = self._values.need("usual_lot", commodity.id)
        if lot is None or not len(self.positions):
            return None
        ends = [self._ends[e] for e in self.positions]
        return self._fleet.voyages(ends, self._quantities.of("length").span[self.positions], lot.columns)

    def over_edges(self, of_voyages: Floats) -> Floats:
        """Spread what is known of voyages (voyages x columns) over all edges; NaN on land."""
        spread = np.full((len(self._ends), of_voyages.shape[1]), np.nan)
        spread[self.positions] = of_voyages
        return spread

    def ship(self, e: int, commodity: Commodity) -> tuple[str, tuple[Figure, ...]]:
        """Ship and parcel of a sea link in words, and the rows behind them."""
        lot = self._values.need("usual_lot", commodity.id)
        if lot is None:
            return "", ()
        voyage = self._fleet.voyages([self._ends[e]], self._quantities.of("length").span[[e]], lot.span)
        ship = int(voyage.ship[0])
        words = f"{self._fleet.ships[ship]} with {voyage.parcel_t[0, 1]:,.0f} t"
        return words, self._fleet.figures(self._ends[e], ship)


def items(entries: Iterable[Entry], e: int, commodity: Commodity, sea: SeaEdges) -> list[Item]:
    """Return the entries of one edge (its position) with the rows behind them."""
    found = []
    for entry in entries:
        low, central, high = entry.span[e, :BOUNDS].tolist()
        if not np.isnan(central):
            figures = tuple(figure for quantity in entry.quantities if (figure := quantity.figures[e]))
            label = entry.label
            if entry.by_ship:
                ship, of_ship = sea.ship(e, commodity)
                label, figures = label.format(ship=ship), (*figures, *of_ship)
            found.append(Item(entry.part, label, (low, central, high), (*figures, *entry.figures)))
    return found

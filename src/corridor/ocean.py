"""Ocean freight from a round voyage: charter, fuel and dues over the parcel that both ports permit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from corridor.schema import KNOWN_OF_PORT, NEEDED_BY_PORT, NEEDED_BY_SHIP
from corridor.units import HOURS_PER_DAY, HOURS_PER_YEAR
from corridor.values import BOUNDS, Figure, Floats, Span, Values

CM_PER_M = 100.0
_FAR_KM = 10_000.0
_UNLIMITED = {"ship_length": np.inf, "ice_season": 0.0, "ice_delay": 0.0}
"""What a port has where its tables are silent on :data:`corridor.schema.KNOWN_OF_PORT`."""


class Voyages(NamedTuple):
    """Round voyages with one parcel out and ballast back, each by the ship that is cheapest a tonne.

    The ship is chosen at the centre of all ranges and kept at their ends; each draw has the ship that is cheapest
    there. Arrays but ``ship`` are voyages x columns: cheap, central and dear end, then the draws. NaN where no ship can
    lie at both berths.

    Attributes
    ----------
    ship
        Position in :attr:`Fleet.ships` of the class that sails at the centre; one a voyage.
    parcel_t
        Cargo, t: the least of what the ship carries at the shallower berth's draft, and the usual lot.
    usd_per_t
        Freight.
    hours
        Hours of the cargo on its way: loading, the laden passage, discharge, and waiting for ice.
    fuel_t_per_t
        Fuel burnt on the whole round voyage and in port for a tonne of cargo, t.
    """

    ship: np.ndarray[tuple[int], np.dtype[np.int64]]
    parcel_t: Floats
    usd_per_t: Floats
    hours: Floats
    fuel_t_per_t: Floats


class Line(NamedTuple):
    """Freight and time of one ship between two berths as straight lines over the distance, which they are.

    Attributes
    ----------
    usd_per_t_km, usd_per_t
        Freight for each km of the way, and what it costs before the first.
    hours_per_km, hours
        Hours of the cargo, likewise.
    parcel_t
        Cargo, t.
    """

    usd_per_t_km: float
    usd_per_t: float
    hours_per_km: float
    hours: float
    parcel_t: float


class Fleet:
    """The ships and berths that there are, on the values of a date.

    Parameters
    ----------
    values
        Numbers of the date.
    only
        Name of the one class that may sail; None: all.

    Attributes
    ----------
    ships
        Names of the classes.
    fuel
        What they burn; None if no price of any holds.
    """

    def __init__(self, values: Values, only: str | None = None) -> None:
        self._values = values
        there = {figure.row.subject for figure in values.of("deadweight")}
        self.ships = tuple(sorted(name for name in there if only in (None, name)))
        self._of_ship = {name: self._needed(NEEDED_BY_SHIP, name) for name in self.ships}
        self._of_port: dict[str, dict[str, Figure]] = {}
        self._berths: dict[tuple[str, ...], dict[str, Floats]] = {}
        self._fuel = next(iter(values.of("fuel_price")), None)
        self.fuel = self._fuel.row.subject if self._fuel else None

    def voyages(self, ends: Sequence[tuple[str, str]], length: Floats, lot: Floats | Span) -> Voyages:
        """Choose the cheapest ship for each voyage, from the smallest to the largest class.

        Parameters
        ----------
        ends
            Berths of loading and discharge.
        length
            Distance one way, km; voyages x columns.
        lot
            Usual lot of the commodity, t: cheap, central and dear end, then the draws. Infinite: as much as the ship
            carries.

        Returns
        -------
        Voyages
        """
        nowhere = np.full(length.shape, np.nan)
        if not ends or not self.ships or self._fuel is None:
            return Voyages(np.zeros(len(ends), dtype=np.int64), nowhere, nowhere, nowhere, nowhere)
        # voyages x ships x columns
        ship = {
            name: np.array([self._columns(self._of_ship[s], name) for s in self.ships])[None] for name in NEEDED_BY_SHIP
        }
        ports = [self._at(tuple(end[side] for end in ends)) for side in (0, 1)]
        fuel = np.asarray(self._fuel.columns)
        draft = np.minimum(ports[0]["draft"], ports[1]["draft"])
        longest = np.minimum(ports[0]["ship_length"], ports[1]["ship_length"])
        short_of_draft = np.maximum(0.0, ship["laden_draft"] - draft) * CM_PER_M
        carried = ship["deadweight"] - ship["stores"] - ship["immersion"] * short_of_draft
        parcel = np.minimum(np.asarray(lot), carried)
        fits = (parcel > 0) & (ship["overall_length"] <= longest)
        parcel = np.where(parcel > 0, parcel, parcel[..., 1:2])  # where the dear draft would carry nothing
        passage = length[:, None] / ship["ship_speed"] / HOURS_PER_DAY
        sea_days = 2 * passage
        port_days = sum(parcel / port["cargo_rate"] + _ice_days(port) for port in ports)
        charter = (sea_days + port_days) * ship["charter"]
        burnt = sea_days * ship["sea_fuel"] + port_days * ship["port_fuel"]
        dues = sum(port["call_charge"] + port["port_dues"] * ship["deadweight"] for port in ports)
        with np.errstate(divide="ignore", invalid="ignore"):
            usd_per_t = (charter + burnt * fuel + dues) / parcel
        offered = np.where(fits, usd_per_t, np.inf)
        offered[..., :BOUNDS] = offered[..., 1:2]  # the ship of the centre sails at the bounds too
        best = offered.argmin(axis=1)
        possible = np.isfinite(offered.min(axis=1))

        def of_best(array: Floats) -> Floats:
            return np.where(possible, np.take_along_axis(array, best[:, None], axis=1)[:, 0], np.nan)

        return Voyages(
            best[:, 1],
            of_best(parcel),
            of_best(usd_per_t),
            of_best((passage + port_days) * HOURS_PER_DAY),
            of_best(burnt / parcel),
        )

    def line(self, ends: tuple[str, str], lot: float) -> Line | None:
        """Freight and time between two berths over the distance, at the centre of all ranges; None: no ship fits.

        Parameters
        ----------
        ends
            Berths of loading and discharge.
        lot
            Usual lot, t; infinite: as much as the ship carries.

        Notes
        -----
        For one ship and parcel both are affine in the distance, so that two voyages give the line exactly. Where
        several ships may sail the cheaper could change on the way: the fleet must be of one.
        """
        apart = np.array([[0.0], [1.0]]) * _FAR_KM
        voyages = self.voyages([ends] * 2, np.repeat(apart, 3, axis=1), (lot,) * 3)
        freight, hours = voyages.usd_per_t[:, 1], voyages.hours[:, 1]
        if not np.isfinite(freight).all():
            return None
        per_km = float(np.diff(freight)[0]) / _FAR_KM, float(np.diff(hours)[0]) / _FAR_KM
        return Line(per_km[0], float(freight[0]), per_km[1], float(hours[0]), float(voyages.parcel_t[0, 1]))

    def figures(self, ends: tuple[str, str], ship: int) -> tuple[Figure, ...]:
        """Return the rows behind a voyage of a ship between two berths."""
        fuel = (self._fuel,) if self._fuel else ()
        ports = [figure for end in ends for figure in self.port(end).values()]
        return (*fuel, *self._of_ship[self.ships[ship]].values(), *ports)

    def _at(self, nodes: tuple[str, ...]) -> dict[str, Floats]:
        """What is known of berths, as arrays of berths x 1 x columns; every commodity asks for the same berths."""
        if nodes not in self._berths:
            ports = [self.port(node) for node in nodes]
            self._berths[nodes] = {
                name: np.array([self._columns(port, name) for port in ports])[:, None] for name in _AT_PORT
            }
        return self._berths[nodes]

    def port(self, node: str) -> dict[str, Figure]:
        """Return what is known of a berth; a fault is noted for what is needed and missing."""
        if node not in self._of_port:
            known = {name: figure for name in KNOWN_OF_PORT if (figure := self._values.find(name, node))}
            self._of_port[node] = {**self._needed(NEEDED_BY_PORT, node), **known}
        return self._of_port[node]

    def _columns(self, figures: dict[str, Figure], name: str) -> Floats | Span:
        """The columns of a figure, or of what holds where the tables are silent."""
        if name in figures:
            return figures[name].columns
        return np.full(self._values.width, _UNLIMITED.get(name, np.nan))

    def _needed(self, parameters: tuple[str, ...], subject: str) -> dict[str, Figure]:
        found = {name: self._values.need(name, subject) for name in parameters}
        return {name: figure for name, figure in found.items() if figure}


_AT_PORT = (*NEEDED_BY_PORT, *KNOWN_OF_PORT)


def _ice_days(port: dict[str, Floats]) -> Floats:
    """Days that a ship waits for ice at a port, averaged over the year."""
    return port["ice_season"] / HOURS_PER_YEAR * port["ice_delay"] / HOURS_PER_DAY

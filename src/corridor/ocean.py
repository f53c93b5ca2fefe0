"""Ocean freight from a round voyage: charter, fuel and dues over the parcel that both ports permit."""

from __future__ import annotations

from dataclasses import dataclass

from corridor.schema import KNOWN_OF_PORT, NEEDED_BY_PORT, NEEDED_BY_SHIP
from corridor.units import HOURS_PER_DAY, HOURS_PER_YEAR
from corridor.values import Bound, Figure, Values

CM_PER_M = 100.0


@dataclass(frozen=True, slots=True)
class Voyage:
    """A round voyage with one parcel out and ballast back.

    Attributes
    ----------
    ship
        Class of ship: the cheapest a tonne of those that both berths can take.
    parcel_t
        Cargo, t: the least of what the ship carries at the shallower berth's draft, and the usual lot.
    sea_days, port_days
        Days at sea out and back, and at both ports: alongside, and waiting for an icebreaker (mean of the year).
    usd_per_t
        Freight.
    hours
        Hours of the cargo on its way: loading, the laden passage, discharge.
    figures
        The rows behind it.
    """

    ship: str
    parcel_t: float
    sea_days: float
    port_days: float
    usd_per_t: float
    hours: float
    figures: tuple[Figure, ...]


class Fleet:
    """The ships that there are, on the values of a date."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._ports: dict[str, dict[str, Figure]] = {}
        names = sorted({figure.row.subject for figure in values.of("deadweight")})
        self._ships = {name: self._needed(NEEDED_BY_SHIP, name) for name in names}
        fuels = list(values.of("fuel_price"))
        self._fuel = fuels[0] if fuels else None

    def _needed(self, parameters: tuple[str, ...], subject: str) -> dict[str, Figure]:
        found = {name: self._values.need(name, subject) for name in parameters}
        return {name: figure for name, figure in found.items() if figure}

    def _port(self, node: str) -> dict[str, Figure]:
        if node not in self._ports:
            known = {name: figure for name in KNOWN_OF_PORT if (figure := self._values.find(name, node))}
            self._ports[node] = {**self._needed(NEEDED_BY_PORT, node), **known}
        return self._ports[node]

    def cheapest(self, tail: str, head: str, length: Figure, lot: Figure, bound: Bound) -> Voyage | None:
        """Return the cheapest voyage between two berths.

        Parameters
        ----------
        tail, head
            Nodes of loading and discharge.
        length
            Distance one way, km.
        lot
            Usual lot of the commodity, t.
        bound
            Which end of the ranges.

        Returns
        -------
        Voyage or None
            None if no ship can lie at both berths, or a figure is missing (its fault is noted in ``values``).
        """
        ports = self._port(tail), self._port(head)
        if self._fuel is None or any(name not in port for port in ports for name in NEEDED_BY_PORT):
            return None
        voyages = [
            voyage
            for name, ship in self._ships.items()
            if len(ship) == len(NEEDED_BY_SHIP)
            and (voyage := _voyage(name, ship, ports, self._fuel, length, lot, bound))
        ]
        return min(voyages, key=lambda voyage: voyage.usd_per_t, default=None)


def _voyage(
    name: str,
    ship: dict[str, Figure],
    ports: tuple[dict[str, Figure], dict[str, Figure]],
    fuel: Figure,
    length: Figure,
    lot: Figure,
    bound: Bound,
) -> Voyage | None:
    at = {parameter: figure.at(bound) for parameter, figure in ship.items()}
    if any("ship_length" in port and at["overall_length"] > port["ship_length"].at(bound) for port in ports):
        return None
    draft = min(port["draft"].at(bound) for port in ports)
    short_of_draft = max(0.0, at["laden_draft"] - draft) * CM_PER_M
    parcel = min(lot.at(bound), at["deadweight"] - at["stores"] - at["immersion"] * short_of_draft)
    if parcel <= 0:
        return None
    passage = length.at(bound) / at["ship_speed"] / HOURS_PER_DAY
    sea_days = 2 * passage
    port_days = sum(parcel / port["cargo_rate"].at(bound) + _ice_days(port, bound) for port in ports)
    charter = (sea_days + port_days) * at["charter"]
    burnt = sea_days * at["sea_fuel"] + port_days * at["port_fuel"]
    dues = sum(port["port_dues"].at(bound) for port in ports)
    return Voyage(
        ship=name,
        parcel_t=parcel,
        sea_days=sea_days,
        port_days=port_days,
        usd_per_t=(charter + burnt * fuel.at(bound) + dues) / parcel,
        hours=(passage + port_days) * HOURS_PER_DAY,
        figures=(length, lot, fuel, *ship.values(), *ports[0].values(), *ports[1].values()),
    )


def _ice_days(port: dict[str, Figure], bound: Bound) -> float:
    """Days that a ship waits for ice at a port, averaged over the year."""
    if "ice_season" not in port or "ice_delay" not in port:
        return 0.0
    return port["ice_season"].at(bound) / HOURS_PER_YEAR * port["ice_delay"].at(bound) / HOURS_PER_DAY

"""What is asked of a cost matrix, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from corridor.paths import Floats, Ints

ELEMENTS = ("rail", "road", "sea", "transfer", "gauge_break", "port", "border_rail", "border_road", "border_sea")
"""What an edge pays for: haulage by mode, transfer, change of gauge, port, and crossing a border by mode."""
BY_STRETCH = ("rail", "road")
"""Elements whose charge is paid once for each stretch, however many edges it has: half where cargo goes on, half where
it leaves."""


class Weight(NamedTuple):
    """What an element costs in a country.

    Attributes
    ----------
    element
        One of :data:`ELEMENTS`.
    country
        ISO 3166 two letters, or ``*`` for all that have no row of their own; of a border the country that cargo leaves
        or enters: the dearer of the two counts.
    usd_per_t_km, usd_per_t
        Rate and charge. By rail and road the charge is paid once for each stretch on the railways or roads of the
        country, on other elements on each edge.
    km_per_h, hours
        Speed (infinite: no time on the way) and standing time.
    usable
        Whether cargo may use it at all.
    """

    element: str
    country: str
    usd_per_t_km: float
    usd_per_t: float
    km_per_h: float
    hours: float
    usable: bool = True


class Points(NamedTuple):
    """Origins or destinations.

    Attributes
    ----------
    name
        One a point, all different.
    longitude_deg, latitude_deg
        WGS 84.
    file, row
        Where they stand, for messages: the row of each as a spreadsheet shows it. Empty: one after another below a
        header.
    """

    name: tuple[str, ...]
    longitude_deg: Floats
    latitude_deg: Floats
    file: str = "points"
    row: tuple[int, ...] = ()


class Split(NamedTuple):
    """What of a best path falls on one element and country; one array entry each.

    Attributes
    ----------
    origin, destination
        Positions of the ends.
    element, country
        Of a border both countries, joined by a hyphen.
    usd_per_t, km, hours
        Generalised cost less the value of time; distance; time.
    """

    origin: Ints
    destination: Ints
    element: tuple[str, ...]
    country: tuple[str, ...]
    usd_per_t: Floats
    km: Floats
    hours: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CostMatrix:
    """Best paths between all origins and destinations.

    Attributes
    ----------
    origins, destinations
        As given.
    generalised_usd_per_t, cash_usd_per_t, km, hours
        Origins x destinations; NaN where there is no way.
    origin_snap_km, destination_snap_km
        From each point to the node where its paths begin or end; not part of cost or distance.
    split
        The same by element and country.
    """

    origins: Points
    destinations: Points
    generalised_usd_per_t: Floats
    cash_usd_per_t: Floats
    km: Floats
    hours: Floats
    origin_snap_km: Floats
    destination_snap_km: Floats
    split: Split

    def pairs(self) -> list[dict[str, Any]]:
        """One record for each origin and destination; without figures where there is no way."""
        return [
            {
                "origin": origin,
                "destination": destination,
                "status": "reached" if np.isfinite(self.km[i, j]) else "no way",
                "generalised_usd_per_t": _number(self.generalised_usd_per_t[i, j]),
                "cash_usd_per_t": _number(self.cash_usd_per_t[i, j]),
                "distance_km": _number(self.km[i, j]),
                "time_h": _number(self.hours[i, j]),
                "origin_snap_km": float(self.origin_snap_km[i]),
                "destination_snap_km": float(self.destination_snap_km[j]),
            }
            for i, origin in enumerate(self.origins.name)
            for j, destination in enumerate(self.destinations.name)
        ]

    def parts(self) -> list[dict[str, Any]]:
        """One record for each origin, destination, element and country on the best path."""
        return [
            {
                "origin": self.origins.name[i],
                "destination": self.destinations.name[j],
                "element": element,
                "country": country,
                "cash_usd_per_t": float(cash),
                "distance_km": float(km),
                "time_h": float(hours),
            }
            for i, j, element, country, cash, km, hours in zip(*self.split, strict=True)
        ]

    def wide(self) -> list[dict[str, Any]]:
        """One record an origin: generalised cost to every destination, USD/t."""
        return [
            {
                "origin": origin,
                **{d: _number(v) for d, v in zip(self.destinations.name, self.generalised_usd_per_t[i], strict=True)},
            }
            for i, origin in enumerate(self.origins.name)
        ]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

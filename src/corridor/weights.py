"""What the elements of a transport graph cost: from a file, and the tariffs and ships of a study that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from corridor.errors import Fault, InputError, did_you_mean
from corridor.matrix import BY_STRETCH, Points, Weight
from corridor.ocean import Fleet
from corridor.schema import ElementCost, Place
from corridor.tables import read_rows
from corridor.values import Values

CHARGES = {
    "rail": (),
    "road": (),
    "sea": ("other_charge",),
    "transfer": ("handling_charge",),
    "gauge_break": ("gauge_break_charge", "handling_charge"),
    "port": ("port_charge", "other_charge"),
    "border": ("border_charge", "handling_charge"),
}
"""Charges an element pays where its tariff has them. The fixed part of a freight tariff is paid by the stretch."""

NEEDED = {
    "rail": ("rate", "speed"),
    "road": ("rate", "speed"),
    "sea": ("rate", "speed"),
    "transfer": ("handling_charge", "dwell"),
    "gauge_break": ("gauge_break_charge", "dwell"),
    "port": ("port_charge", "dwell"),
    "border": ("border_charge", "dwell"),
}
HAULS = ("rail", "road", "sea")
TYPED = ("usd_per_t_km", "usd_per_t", "price_year", "km_per_h", "hours")
"""Columns of a row that is costed in numbers."""


class _Wrong(Exception):  # noqa: N818 -- no error of its own: it becomes a Fault with the row's place
    """Column and message of what is wrong with a row."""


def read_weights(path: str | Path, values: Values, commodity: str | None = None) -> tuple[list[Weight], list[str]]:
    """Read what elements cost.

    Parameters
    ----------
    path
        CSV with the columns of :class:`corridor.schema.ElementCost`.
    values
        Numbers of the study that the file's tariffs and ships refer to; numbers in the file are restated to its price
        year.
    commodity
        What is shipped; None: numbers that hold for all, and ships with as much as they carry.

    Returns
    -------
    weights, notes

    Raises
    ------
    InputError
        Lists every fault: rows without tariff, ship and number, tariffs that lack a number, money without its year.
    """
    rows: list[ElementCost]
    rows, notes = read_rows(path, ElementCost)
    file = Path(path).name
    faults: list[Fault] = []
    weights = []
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        if first.setdefault((row.element, row.country), row.number) != row.number:
            message = f"stands in row {first[row.element, row.country]} already, for this country."
            faults.append(Fault(file, row.number, "element", message))
        try:
            weights.append(_weight(row, rows, values, commodity))
        except _Wrong as wrong:
            column, message = wrong.args
            faults.append(Fault(file, row.number, column, message))
    if faults:
        raise InputError(faults)
    return weights, notes


def _weight(row: ElementCost, rows: Sequence[ElementCost], values: Values, commodity: str | None) -> Weight:
    if row.usable == "no":
        return Weight(row.element, row.country, 0.0, 0.0, np.inf, 0.0, usable=False)
    _refuse_what_does_not_count(row)
    if row.ship is not None:
        return _by_ship(row, values, commodity)
    of_tariff = row.tariff is not None
    weight = _by_tariff(row, rows, values, commodity) if of_tariff else _by_numbers(row, values)
    if row.stretch_tariff is None:
        return weight
    fixed = values.find("haul_charge", row.stretch_tariff, commodity=commodity)
    if fixed is None:
        message = f'"{row.stretch_tariff}" has no haul_charge on {values.as_of} in this study.'
        raise _Wrong("stretch_tariff", message)
    return weight._replace(usd_per_t=fixed.central)


def _refuse_what_does_not_count(row: ElementCost) -> None:
    """Cells that no weight would be made of: who typed them meant something else."""
    if row.tariff and row.ship:
        raise _Wrong("ship", "stands beside a tariff. Keep one.")
    named = "tariff" if row.tariff else "ship" if row.ship else ""
    typed = [name for name in TYPED if getattr(row, name) is not None]
    if named and typed:
        raise _Wrong(typed[0], f"stands beside a {named}, which decides. Keep one.")
    if row.element not in BY_STRETCH and row.stretch_tariff:
        raise _Wrong("stretch_tariff", f"is for {' and '.join(BY_STRETCH)} only. Leave it blank.")
    if row.stretch_tariff and row.usd_per_t is not None:
        raise _Wrong("usd_per_t", "stands beside a stretch_tariff, which decides. Keep one.")
    if row.element in BY_STRETCH and row.hours:
        raise _Wrong("hours", "would be waited on every edge. Put it on transfer, port or border.")
    if row.element != "sea" and row.ship:
        raise _Wrong("ship", "is for the sea only. Leave it blank.")
    if row.berths and not row.ship:
        raise _Wrong("berths", "names berths, but no ship. Name its class, or leave both blank.")


def _by_numbers(row: ElementCost, values: Values) -> Weight:
    hauls = row.element in HAULS
    numbers = (row.usd_per_t_km, row.km_per_h) if hauls else (row.usd_per_t, row.hours)
    if None in numbers:
        wanted = "usd_per_t_km and km_per_h" if hauls else "usd_per_t and hours"
        ship = ", nor a ship" if row.element == "sea" else ""
        raise _Wrong("tariff", f"has neither a tariff nor {wanted}{ship}. A missing cost is not a free one.")
    if row.price_year is None:
        raise _Wrong("price_year", "is empty beside numbers in dollars. Say of which year they are.")
    try:
        dollars = values.restated(row.price_year)
    except KeyError:
        message = (
            f"price_index.csv has no row for {row.price_year}, nor can its dollars be restated. Add a sourced one."
        )
        raise _Wrong("price_year", message) from None
    return Weight(
        row.element,
        row.country,
        (row.usd_per_t_km or 0.0) * dollars,
        (row.usd_per_t or 0.0) * dollars,
        row.km_per_h or np.inf,
        row.hours or 0.0,
    )


def _by_tariff(row: ElementCost, rows: Sequence[ElementCost], values: Values, commodity: str | None) -> Weight:
    tariff = row.tariff
    element = "border" if row.element.startswith("border") else row.element
    found = {
        name: figure.central
        for name in (*CHARGES[element], "rate", "speed", "dwell")
        if (figure := values.find(name, tariff, commodity=commodity))
    }
    missing = [name for name in NEEDED[element] if name not in found]
    if missing:
        message = f'"{tariff}" has no {" and no ".join(missing)} on {values.as_of} in this study.'
        raise _Wrong("tariff", message)
    if element in BY_STRETCH and values.find("other_charge", tariff, commodity=commodity):
        message = f'"{tariff}" has an other_charge, which every edge would pay. Put it on transfer, port or border.'
        raise _Wrong("tariff", message)
    if values.find("haul_charge", tariff, commodity=commodity) and not _paid_by_stretch(row, rows):
        mend = "Name it as stretch_tariff of the railway or road."
        message = f'"{tariff}" has a haul_charge, which is paid by the stretch. {mend}'
        raise _Wrong("tariff", message)
    return Weight(
        row.element,
        row.country,
        found.get("rate", 0.0),
        sum(found.get(name, 0.0) for name in CHARGES[element]),
        found.get("speed", np.inf),
        found.get("dwell", 0.0),
    )


def _paid_by_stretch(row: ElementCost, rows: Sequence[ElementCost]) -> bool:
    """Whether the file says where the fixed part of freight is paid in the country of a row, or for all anywhere."""
    if row.element in BY_STRETCH:
        return row.stretch_tariff is not None
    own = row.country if any(other.country == row.country for other in rows if other.element in BY_STRETCH) else "*"
    return any(other.stretch_tariff for other in rows if row.country == "*" or other.country == own)


def _by_ship(row: ElementCost, values: Values, commodity: str | None) -> Weight:
    """The straight line through the voyages of one ship between two berths, with the commodity's usual lot."""
    ships = sorted({figure.row.subject for figure in values.of("deadweight")})
    if row.ship not in ships:
        raise _Wrong("ship", f'"{row.ship}" is no ship of this study.{did_you_mean(str(row.ship), ships)}')
    if len(row.berths) != 2:  # noqa: PLR2004 -- one to load at and one to discharge at
        raise _Wrong("berths", "must name two berths, of loading and of discharge, with a space between them.")
    known = {figure.row.subject for figure in values.of("draft")}
    for berth in row.berths:
        if berth not in known:
            raise _Wrong("berths", f'"{berth}" is no berth of this study.{did_you_mean(berth, sorted(known))}')
    lot = values.find("usual_lot", commodity) if commodity else None
    if commodity and lot is None:
        raise _Wrong("ship", f"{commodity} has no usual_lot on {values.as_of} in this study.")
    noted = len(values.faults)
    fleet = Fleet(values, only=row.ship)
    line = fleet.line((row.berths[0], row.berths[1]), lot.central if lot else np.inf)
    lacking = [fault.message for fault in values.faults[noted:]]  # of ship, berths or fuel
    del values.faults[noted:]
    if lacking:
        raise _Wrong("ship", " ".join(lacking))
    if line is None:
        raise _Wrong("ship", f'"{row.ship}" cannot lie at {" and ".join(row.berths)} by draft or length.')
    return Weight(row.element, row.country, line.usd_per_t_km, line.usd_per_t, 1 / line.hours_per_km, line.hours)


def read_points(path: str | Path) -> tuple[Points, list[str]]:
    """Read origins or destinations.

    Parameters
    ----------
    path
        CSV with the columns ``id``, ``longitude_deg``, ``latitude_deg``.

    Returns
    -------
    points, notes

    Raises
    ------
    InputError
        Lists every fault: cells that are no number, names that stand twice.
    """
    rows: list[Place]
    rows, notes = read_rows(path, Place)
    first: dict[str, int] = {}
    faults = [
        Fault(Path(path).name, row.number, "id", f'"{row.id}" stands in row {first[row.id]} already. Ids must differ.')
        for row in rows
        if first.setdefault(row.id, row.number) != row.number
    ]
    if faults:
        raise InputError(faults)
    names = tuple(row.id for row in rows)
    longitude, latitude = (np.array([getattr(row, name) for row in rows]) for name in ("longitude_deg", "latitude_deg"))
    return Points(names, longitude, latitude, str(path), tuple(row.number for row in rows)), notes


def read_ends(origins: str | Path, destinations: str | Path) -> tuple[Points, Points, list[str]]:
    """Read origins and destinations; the faults of both files are told at once, each by the path that was given.

    Returns
    -------
    origins, destinations, notes

    Raises
    ------
    InputError
        As :func:`read_points`.
    """
    read, notes = [], []
    faults: list[Fault] = []
    for path in (origins, destinations):
        try:
            points, more = read_points(path)
        except InputError as error:
            faults += [replace(fault, file=str(path)) for fault in error.faults]
        else:
            read.append(points)
            notes += more
    if faults:
        raise InputError(faults)
    return read[0], read[1], list(dict.fromkeys(notes))

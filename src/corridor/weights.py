"""What the elements of a transport graph cost: from a file, and the tariffs of a study that it names."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from corridor.errors import Fault, InputError
from corridor.matrix import Points, Weight
from corridor.schema import ElementCost, Place
from corridor.tables import read_rows
from corridor.values import Values

CHARGES = {
    "rail": (),
    "road": (),
    "sea": ("other_charge",),
    "transfer": ("haul_charge", "handling_charge"),
    "gauge_break": ("haul_charge", "gauge_break_charge", "handling_charge"),
    "port": ("port_charge", "other_charge"),
    "border": ("border_charge", "handling_charge"),
}
"""Charges an element pays where its tariff has them; by rail and road they would recur on every edge."""

NEEDED = {
    "rail": ("rate", "speed"),
    "road": ("rate", "speed"),
    "sea": ("rate", "speed"),
    "transfer": ("handling_charge", "dwell"),
    "gauge_break": ("gauge_break_charge", "dwell"),
    "port": ("port_charge", "dwell"),
    "border": ("border_charge", "dwell"),
}


def read_weights(path: str | Path, values: Values, commodity: str | None = None) -> tuple[list[Weight], list[str]]:
    """Read what elements cost.

    Parameters
    ----------
    path
        CSV with the columns of :class:`corridor.schema.ElementCost`.
    values
        Numbers of the study that the file's tariffs refer to.
    commodity
        What is shipped; None: numbers that hold for all.

    Returns
    -------
    weights, notes

    Raises
    ------
    InputError
        Lists every fault: rows without tariff and number, tariffs that lack a number.
    """
    rows, notes = read_rows(path, ElementCost)
    faults: list[Fault] = []
    weights = []
    seen: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows, start=2):
        first = seen.setdefault((row.element, row.country), number)
        if first != number:
            faults.append(
                Fault(Path(path).name, number, "element", f"stands in row {first} already, for this country.")
            )
        weight = _weight(row, values, commodity)
        if isinstance(weight, str):
            faults.append(Fault(Path(path).name, number, "tariff", weight))
        else:
            weights.append(weight)
    if faults:
        raise InputError(faults)
    return weights, notes


def _weight(row: ElementCost, values: Values, commodity: str | None) -> Weight | str:
    """A weight, or what is wrong with the row."""
    usable = row.usable == "yes"
    element = "border" if row.element.startswith("border") else row.element
    if not usable:
        return Weight(row.element, row.country, 0.0, 0.0, np.inf, 0.0, usable=False)
    if row.tariff is None:
        hauls = element in ("rail", "road", "sea")
        numbers = (row.usd_per_t_km, row.km_per_h) if hauls else (row.usd_per_t, row.hours)
        if None in numbers:
            wanted = "usd_per_t_km and km_per_h" if hauls else "usd_per_t and hours"
            return f"has neither a tariff nor {wanted}. A missing cost is not a free one."
        return Weight(
            row.element,
            row.country,
            row.usd_per_t_km or 0.0,
            row.usd_per_t or 0.0,
            row.km_per_h or np.inf,
            row.hours or 0.0,
        )
    found = {
        name: figure.central
        for name in (*CHARGES[element], "rate", "speed", "dwell")
        if (figure := values.find(name, row.tariff, commodity=commodity))
    }
    recurring = [name for name in ("haul_charge", "other_charge") if values.find(name, row.tariff, commodity=commodity)]
    if element in ("rail", "road") and recurring:
        return f'"{row.tariff}" has a {recurring[0]}, which every edge would pay. Put it on transfer, port or border.'
    missing = [name for name in NEEDED[element] if name not in found]
    if missing:
        return f'"{row.tariff}" has no {" and no ".join(missing)} on {values.as_of} in this study.'
    return Weight(
        row.element,
        row.country,
        found.get("rate", 0.0),
        sum(found.get(name, 0.0) for name in CHARGES[element]),
        found.get("speed", np.inf),
        found.get("dwell", 0.0),
    )


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
    rows, notes = read_rows(path, Place)
    seen: dict[str, int] = {}
    faults = [
        Fault(Path(path).name, number, "id", f'"{row.id}" stands in row {seen[row.id]} already. Ids must differ.')
        for number, row in enumerate(rows, start=2)
        if seen.setdefault(row.id, number) != number
    ]
    if faults:
        raise InputError(faults)
    names = tuple(row.id for row in rows)
    return Points(names, np.array([r.longitude_deg for r in rows]), np.array([r.latitude_deg for r in rows])), notes

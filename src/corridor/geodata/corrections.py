"""What outlines of land do not say about the sea: boxes, straits and berths typed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corridor.earth import great_circle_km
from corridor.errors import Fault, InputError
from corridor.geodata.graph import Bounds, is_box
from corridor.geodata.typed import read_csv

KINDS = ("bounds", "closed", "open", "approach")


@dataclass(frozen=True, slots=True)
class Correction:
    """Something that the outlines of land do not say about the sea.

    Attributes
    ----------
    kind
        ``bounds``: the box that ways stay in. ``closed``: a box without water for ships. ``open``: a way between two
        points, such as a canal. ``approach``: where the way from a place reaches the sea.
    name
        What the row is about; of an approach the place's id.
    box
        West, south, east, north (degrees) of ``bounds`` and ``closed``. East may lie beyond 180.
    start, end
        Longitude and latitude of ``open``; ``approach`` has an end only.
    length_km
        Of ``open`` and ``approach``; None: the great circle.
    exempt
        Ids of places for whose ways the row does not hold.
    reason
        Why, for readers.
    """

    kind: str
    name: str
    box: Bounds | None = None
    start: tuple[float, float] | None = None
    end: tuple[float, float] | None = None
    length_km: float | None = None
    exempt: frozenset[str] = frozenset()
    reason: str = ""


def read_corrections(path: str | Path) -> tuple[Correction, ...]:
    """Read straits that are opened and closed by hand.

    Parameters
    ----------
    path
        CSV file with the columns ``kind`` (of :data:`KINDS`), ``name``, ``lon_min``, ``lat_min``, ``lon_max``,
        ``lat_max``, ``from_lon``, ``from_lat``, ``to_lon``, ``to_lat`` (degrees), ``length_km``, ``exempt`` (ids with
        blanks between them) and ``reason``. See :class:`Correction`.

    Raises
    ------
    InputError
        Lists every fault: no such file, columns or kind, a number that is missing, an empty box, a length below the
        great circle, no reason.
    """
    path = Path(path)
    rows = list(read_csv(path))
    missing = [column for column in _COLUMNS if not rows or column not in rows[0][1]]
    if missing:
        raise InputError([Fault(str(path), None, None, f"has no rows with column {', '.join(missing)}.")])
    faults: list[Fault] = []
    corrections = []
    for line, row in rows:
        try:
            corrections.append(_correction(row))
        except ValueError as error:
            faults.append(Fault(str(path), line, None, str(error)))
    if faults:
        raise InputError(faults)
    return tuple(corrections)


_BOX = ("lon_min", "lat_min", "lon_max", "lat_max")
_START = ("from_lon", "from_lat")
_END = ("to_lon", "to_lat")
_COLUMNS = ("kind", "name", *_BOX, *_START, *_END, "length_km", "exempt", "reason")
_NEEDED = {"bounds": _BOX, "closed": _BOX, "open": _START + _END, "approach": _END}


def _correction(row: dict[str, str]) -> Correction:
    kind = row["kind"]
    if kind not in KINDS:
        raise ValueError(f'kind "{kind}" is none of {", ".join(KINDS)}.')
    value = {column: float(row[column]) for column in (*_BOX, *_START, *_END, "length_km") if row[column]}
    missing = [column for column in _NEEDED[kind] if column not in value]
    if missing or not (row["name"] and row["reason"]):
        raise ValueError(f"{kind} needs {', '.join(missing or ['a name and a reason'])}.")
    length = value.get("length_km")
    correction = Correction(
        kind=kind,
        name=row["name"],
        box=(value["lon_min"], value["lat_min"], value["lon_max"], value["lat_max"]) if "lon_min" in value else None,
        start=(value["from_lon"], value["from_lat"]) if "from_lon" in value else None,
        end=(value["to_lon"], value["to_lat"]) if "to_lon" in value else None,
        length_km=length,
        exempt=frozenset(row["exempt"].split()),
        reason=row["reason"],
    )
    if correction.box and not is_box(correction.box):
        raise ValueError(f"{correction.box} is no box of west, south, east, north.")
    if correction.start and correction.end and length is not None:
        straight = float(great_circle_km(*correction.start, *correction.end))
        if not length >= straight:
            raise ValueError(f"length_km {length:g} is below the great circle, {straight:.1f} km.")
    return correction

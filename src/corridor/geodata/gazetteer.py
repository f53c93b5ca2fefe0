"""Places and ports from files of the user, as tables of points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridor.errors import Fault, InputError, UsageError, did_you_mean
from corridor.geodata.geoparquet import CRS84
from corridor.geodata.graph import Bounds, inside, is_box, position_faults
from corridor.geodata.places import Places
from corridor.geodata.typed import read_csv

if TYPE_CHECKING:
    import geopandas as gpd

POSITION_COLUMNS = (("longitude_deg", "latitude_deg"), ("longitude", "latitude"), ("lon", "lat"))
"""Names of the columns of longitude and latitude that a table without geometry may have; the first pair that it has
counts."""

_NUMBER, _NAME, _COUNTRY = "World Port Index Number", "Main Port Name", "Country Code"
_LATITUDE, _LONGITUDE, _PIER_DEPTH = "Latitude", "Longitude", "Cargo Pier Depth (m)"
_TURN_DEG = 360.0


class _Place(NamedTuple):
    """A row of a source: its number in the file, texts (blank where it has none) and position (nan where none)."""

    row: int
    id: str
    name: str
    country: str
    longitude_deg: float
    latitude_deg: float
    extra: str = ""


def read_places(
    path: str | Path,
    *,
    id_column: str = "id",
    name_column: str = "name",
    country_column: str = "country",
) -> gpd.GeoDataFrame:
    """Read places from a table or a map.

    Parameters
    ----------
    path
        CSV file (UTF-8) with longitude and latitude on WGS 84 (degrees) in :data:`POSITION_COLUMNS`; or GeoParquet, or
        any file of points that geopandas reads (GeoJSON, GeoPackage, shapefile ...), on a coordinate system that it
        names. An export of OpenStreetMap is such a file; its id is called ``osm_id`` or ``@id``.
    id_column, name_column, country_column
        What the columns are called there; only the first must be there.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a place, in the order of the file: ``id`` (text, each once), ``name`` (the id where the file has none),
        ``country`` (text as the file has it; blank where it has none), ``geometry`` (points on OGC:CRS84, so longitude
        and latitude on WGS 84).

    Raises
    ------
    InputError
        Lists every fault: no such file, no rows or columns, coordinates on a system that is not known, an id that is
        missing or stands twice, a geometry that is missing or no point, a position outside the earth or with longitude
        and latitude swapped. Rows of a CSV file are counted from its header, 1; those of other files from their first
        place, 1.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError([Fault(str(path), None, None, "is missing.")])
    names = (id_column, name_column, country_column)
    rows, faults = _of_csv(path, names) if path.suffix.lower() == ".csv" else _of_map(path, names)
    return _checked(path, rows, faults)


def read_world_port_index(path: str | Path, bounds: Bounds | None = None) -> gpd.GeoDataFrame:
    """Read ports from the World Port Index, a file of the user.

    Parameters
    ----------
    path
        CSV file of the World Port Index (Pub. 150) as the National Geospatial-Intelligence Agency of the United States
        publishes it, with the columns ``World Port Index Number``, ``Main Port Name``, ``Country Code``, ``Latitude``,
        ``Longitude`` (degrees) and ``Cargo Pier Depth (m)``; others are not looked at.
    bounds
        West, south, east, north (degrees): ports outside are left out, and their faults with them. None: the world.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a port, in the order of the file: ``id`` (number in the index, text), ``name``, ``country`` (code or
        name, as the edition has it), ``cargo_pier_depth`` (text as the file has it, blank where it has 0 or none),
        ``geometry`` (points on OGC:CRS84).

    Raises
    ------
    InputError
        Lists every fault, as :func:`read_places`.
    UsageError
        If the bounds are no box.

    Notes
    -----
    The depth is the figure of a band, some metres wide and often years old: for orientation only, never the binding
    draft. The draft that binds is typed in ``ports.csv`` with its source. Positions are of the port as a whole, good to
    a kilometre or so.

    Some editions give one number to two ports, which is a fault: mend the row, or leave it out by ``bounds``.
    """
    if bounds and not is_box(bounds):
        raise UsageError(f"bounds {bounds} are no box of west, south, east, north in degrees.")
    path = Path(path)
    table = list(read_csv(path))
    needed = (_NUMBER, _NAME, _COUNTRY, _LATITUDE, _LONGITUDE, _PIER_DEPTH)
    if faults := [fault for _, cells in table[:1] for fault in _column_faults(path, cells, needed)]:
        raise InputError(faults)
    rows = []
    for number, cells in table:
        at, wrong = _position(path, number, cells, (_LONGITUDE, _LATITUDE))
        if bounds and not wrong and not _holds(bounds, *at):
            continue
        faults += wrong
        depth = "" if _is_zero(cells[_PIER_DEPTH]) else cells[_PIER_DEPTH]
        rows.append(_Place(number, _whole(cells[_NUMBER]), cells[_NAME], cells[_COUNTRY], *at, depth))
    return _checked(path, rows, faults, "cargo_pier_depth")


def places_of(table: gpd.GeoDataFrame) -> Places:
    """The points of a table with an ``id``, as :class:`corridor.geodata.places.Places` for sea routes.

    Raises
    ------
    InputError
        If the table has another coordinate system than longitude and latitude on WGS 84, or an id stands twice.
    """
    if table.crs is None:
        raise InputError([Fault("places", None, "geometry", "is on a coordinate system that is not known.")])
    points = table.geometry.to_crs(CRS84)
    return Places(table["id"].to_numpy(dtype=np.str_), points.x.to_numpy(), points.y.to_numpy())


def _of_csv(path: Path, names: tuple[str, str, str]) -> tuple[list[_Place], list[Fault]]:
    table = list(read_csv(path))
    if not table:
        return [], []
    held = table[0][1]
    columns = next((pair for pair in POSITION_COLUMNS if {*pair} <= {*held}), POSITION_COLUMNS[0])
    if faults := _column_faults(path, held, (names[0], *columns)):
        raise InputError(faults)
    rows = []
    for number, cells in table:
        at, wrong = _position(path, number, cells, columns)
        faults += wrong
        key, name, country = (cells.get(column, "") for column in names)
        rows.append(_Place(number, key, name, country, *at))
    return rows, faults


def _of_map(path: Path, names: tuple[str, str, str]) -> tuple[list[_Place], list[Fault]]:
    import geopandas as gpd
    import shapely

    try:
        table = gpd.read_parquet(path) if path.suffix.lower() in (".parquet", ".geoparquet") else gpd.read_file(path)
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError([Fault(str(path), None, None, f"cannot be read as a map: {error}.")]) from None
    if not isinstance(table, gpd.GeoDataFrame):
        raise InputError([Fault(str(path), None, None, "holds no geometry. Give the table as CSV.")])
    if not len(table):
        return [], []
    faults = _column_faults(path, table.columns, names[:1])
    if table.crs is None:
        message = "does not say on which coordinate system it is. Name it in the file: it is not guessed."
        faults.append(Fault(str(path), None, "geometry", message))
    if faults:
        raise InputError(faults)
    shapes = table.geometry.to_crs(CRS84).to_numpy()
    point = (shapely.get_type_id(shapes) == shapely.GeometryType.POINT) & ~shapely.is_empty(shapes)
    for row in (np.flatnonzero(~point) + 1).tolist():
        shape = shapes[row - 1]
        what = "is missing" if shape is None or shape.is_empty else f"is a {shape.geom_type}, not a point"
        faults.append(Fault(str(path), row, "geometry", f"{what}."))
    texts = [[_text(value) for value in table[name]] if name in table else [""] * len(table) for name in names]
    longitude, latitude = shapely.get_x(shapes).tolist(), shapely.get_y(shapes).tolist()
    rows = zip(range(1, len(table) + 1), *texts, longitude, latitude, strict=True)
    return [_Place(*row) for row in rows], faults


def _checked(path: Path, rows: Sequence[_Place], faults: list[Fault], extra: str = "") -> gpd.GeoDataFrame:
    """The table, if nothing is wrong with it."""
    import geopandas as gpd

    if not rows and not faults:
        faults = [Fault(str(path), None, None, "has no places.")]
    faults = [*faults, *_row_faults(path, rows)]
    if faults:
        raise InputError(faults)
    columns = {
        "id": [row.id for row in rows],
        "name": [row.name or row.id for row in rows],
        "country": [row.country for row in rows],
        **({extra: [row.extra for row in rows]} if extra else {}),
    }
    points = gpd.points_from_xy([row.longitude_deg for row in rows], [row.latitude_deg for row in rows])
    return gpd.GeoDataFrame(columns, geometry=points, crs=CRS84)


def _row_faults(path: Path, rows: Sequence[_Place]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for row in rows:
        if not row.id:
            yield Fault(str(path), row.row, "id", "is missing.")
        elif row.id in first:
            yield Fault(str(path), row.row, "id", f'"{row.id}" stands in row {first[row.id]} already.')
        first.setdefault(row.id, row.row)
        if not (math.isnan(row.longitude_deg) or math.isnan(row.latitude_deg)):  # those are told already
            at = np.array([row.longitude_deg]), np.array([row.latitude_deg])
            yield from (replace(fault, row=row.row) for fault in position_faults(str(path), *at))


def _column_faults(path: Path, columns: Any, needed: Sequence[str]) -> list[Fault]:
    known = [str(column) for column in columns]
    return [
        Fault(str(path), None, column, f"is missing.{did_you_mean(column, known)}")
        for column in needed
        if column not in known
    ]


def _position(
    path: Path, row: int, cells: dict[str, str], columns: tuple[str, str]
) -> tuple[tuple[float, float], list[Fault]]:
    """Longitude and latitude of a row; nan with a fault where a cell holds no number."""
    at: list[float] = []
    faults = []
    for column in columns:
        try:
            at.append(float(cells[column]))
        except ValueError:
            at.append(math.nan)
        if math.isnan(at[-1]):
            what = f'"{cells[column]}" is no number' if cells[column] else "is missing"
            faults.append(Fault(str(path), row, column, f"{what}."))
    return (at[0], at[1]), faults


def _holds(bounds: Bounds, longitude_deg: float, latitude_deg: float) -> bool:
    """Whether a point lies in a box, whose east may lie beyond 180."""
    at = np.array([longitude_deg + turn for turn in (-_TURN_DEG, 0.0, _TURN_DEG)])
    return bool(inside(bounds, at, np.full(3, latitude_deg)).any())


def _text(value: Any) -> str:
    """A value as text; blank for none, and without the decimals that a column with a gap gives to whole numbers."""
    if value is None or value != value:  # noqa: PLR0124 -- nan
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _whole(text: str) -> str:
    """A whole number as text: some editions write 7950.0."""
    return text.removesuffix(".0")


def _is_zero(text: str) -> bool:
    try:
        return float(text or 0) == 0
    except ValueError:
        return False

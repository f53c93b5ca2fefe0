"""GeoParquet files: written whole, and read with every fault told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.errors import Fault, InputError

if TYPE_CHECKING:
    import pyarrow as pa

CRS84 = "OGC:CRS84"
"""Longitude and latitude on WGS 84, in this order."""

TEXT, WHOLE, NUMBER, FLAG, SHAPE, POINT, LINE = (
    "text",
    "whole numbers",
    "finite numbers",
    "true or false",
    "shapes as WKB",
    "points as WKB",
    "lines as WKB",
)
"""What a column of a parquet file may hold; nothing may be null."""

_KIND_OF = {
    "country": TEXT,
    "gauge_mm": WHOLE,
    "length_km": NUMBER,
    "mode": WHOLE,
    "schematic": FLAG,
    "geometry": SHAPE,
}
"""Of columns that are asked for by their names alone."""

_MOST_ROWS_NAMED = 20


def write_geoparquet(path: Path, columns: dict[str, Any], geometry: Any, kind: str) -> None:
    """Write columns and a geometry column on CRS84 as GeoParquet 1.1, whole or not at all.

    Parameters
    ----------
    path
        File.
    columns
        Name to array.
    geometry
        Array of shapely geometries.
    kind
        Point, LineString or MultiPolygon.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    table = pa.table({**columns, "geometry": shapely.to_wkb(geometry, byte_order=1)})
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": [kind]}},
    }  # no crs: OGC:CRS84 is what the format then means
    table = table.replace_schema_metadata({"geo": json.dumps(geo, sort_keys=True)})
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        pq.write_table(table, temporary, compression="zstd", compression_level=19)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_lines(geometry: npt.NDArray[np.object_], file: str = "lines") -> list[npt.NDArray[np.float64]]:
    """Points x (longitude, latitude) of each line in a geometry column; those of a line in pieces one after another.

    Parameters
    ----------
    geometry
        WKB, one a row.
    file
        Named in messages.

    Raises
    ------
    InputError
        Lists every row that is no line.
    """
    import shapely

    _raise(_shape_faults(file, "geometry", geometry, LINE))
    return [shapely.get_coordinates(line) for line in shapely.from_wkb(geometry)]


def read_columns(path: Path, columns: Sequence[str] | Mapping[str, str]) -> dict[str, npt.NDArray[Any]]:
    """Read columns of a parquet file as arrays.

    Parameters
    ----------
    path
        File.
    columns
        Names; or names with what they hold, such as :data:`WHOLE`.

    Raises
    ------
    InputError
        If the file is missing or damaged, a column is not in it, or holds nulls or something else.
    """
    from pyarrow import ArrowException

    file = str(path)
    try:
        table = _read_table(path, list(columns))
    except FileNotFoundError:
        raise InputError([Fault(file, None, None, "is missing. make geodata writes it.")]) from None
    except IsADirectoryError:
        raise InputError([Fault(file, None, None, "is a folder or a device. Name a parquet file.")]) from None
    except (ArrowException, OSError, MemoryError, ValueError) as error:  # names that are no UTF-8 are a ValueError
        reason = getattr(error, "strerror", None) or str(error).split("\n", 1)[0].rstrip(".")
        raise InputError([Fault(file, None, None, f"cannot be read as parquet: {reason}.")]) from None
    names = table.column_names
    missing = [column for column in columns if column not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    _raise([Fault(file, None, None, f"has no column {', '.join(missing)}.")] if missing else [])
    _raise([Fault(file, None, name, "stands twice. Keep one.") for name in twice])
    if "geometry" in columns:
        _raise(_crs_faults(file, table.schema.metadata or {}))
    found, faults = {}, []
    for name in columns:
        kind = columns[name] if isinstance(columns, Mapping) else _KIND_OF.get(name, "")
        column, wrong = _column(file, name, table.column(name), kind)
        found[name] = column
        faults += wrong
    _raise(faults)
    return found


def _read_table(path: Path, columns: list[str]) -> pa.Table:
    """The columns that are there, whole: what is damaged is found here and not where it is used."""
    import pyarrow.parquet as pq

    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise IsADirectoryError
    with path.open("rb") as opened, pq.ParquetFile(opened) as parquet:
        there = parquet.schema_arrow.names
        if not {*columns} <= {*there}:
            return parquet.schema_arrow.empty_table()
        table = parquet.read(columns=columns)
    table.validate(full=True)
    return table


def _column(file: str, name: str, column: pa.ChunkedArray, kind: str) -> tuple[npt.NDArray[Any], list[Fault]]:
    """An array of a column, and what is wrong with it."""
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    fits: dict[str, Callable[[pa.DataType], bool]] = {
        TEXT: lambda t: types.is_string(t) or types.is_large_string(t),
        WHOLE: types.is_integer,
        NUMBER: lambda t: types.is_integer(t) or types.is_floating(t),
        FLAG: types.is_boolean,
        **dict.fromkeys((SHAPE, POINT, LINE), lambda t: types.is_binary(t) or types.is_large_binary(t)),
        "": lambda t: not types.is_nested(t),
    }
    nothing = np.empty(0)
    if not fits[kind](column.type):
        holds = f"must hold {kind}" if kind else "must hold single values"
        return nothing, [Fault(file, None, name, f"holds {column.type}; it {holds}.")]
    if column.null_count:
        rows = np.flatnonzero(column.is_null().to_numpy()).tolist()
        return nothing, _by_row(file, name, rows, "is null. Nothing is taken for it.")
    found = column.to_numpy()
    if kind == NUMBER:
        rows = np.flatnonzero(~np.isfinite(found.astype(np.float64))).tolist()
        return found, _by_row(file, name, rows, "is no finite number.")
    if kind in (SHAPE, POINT, LINE):
        return found, _shape_faults(file, name, found, kind)
    return found, []


def _shape_faults(file: str, name: str, geometry: npt.NDArray[np.object_], kind: str) -> list[Fault]:
    import shapely
    from shapely import GeometryType

    shapes = shapely.from_wkb(geometry, on_invalid="ignore")
    types = shapely.get_type_id(shapes)  # -1: none
    wanted = {
        POINT: (GeometryType.POINT,),
        LINE: (GeometryType.LINESTRING, GeometryType.MULTILINESTRING),
    }.get(kind, tuple(GeometryType))
    wrong = ~np.isin(types, [int(one) for one in wanted if one >= 0])
    empty = ~wrong & shapely.is_empty(shapes) & (kind != SHAPE)
    nowhere = np.zeros(len(shapes), dtype=np.bool_)
    coordinates, of = shapely.get_coordinates(shapes, return_index=True)
    nowhere[of[~np.isfinite(coordinates).all(axis=1)]] = True
    return [
        *_by_row(file, name, np.flatnonzero(wrong).tolist(), f"holds no {kind or SHAPE}, or a damaged one."),
        *_by_row(file, name, np.flatnonzero(empty).tolist(), "is an empty shape."),
        *_by_row(file, name, np.flatnonzero(nowhere & ~wrong & ~empty).tolist(), "has a position that is no number."),
    ]


def _by_row(file: str, column: str, rows: list[int], message: str) -> list[Fault]:
    """One fault a row, counted from 1 as the file holds them; the rest in one where there are many."""
    faults = [Fault(file, row + 1, column, message) for row in rows[:_MOST_ROWS_NAMED]]
    more = len(rows) - len(faults)
    return (
        [*faults, Fault(file, rows[_MOST_ROWS_NAMED] + 1, column, f"and {more} rows more: {message}")]
        if more
        else faults
    )


def _raise(faults: Iterable[Fault]) -> None:
    if faults := list(faults):
        raise InputError(faults)


def _crs_faults(file: str, metadata: Mapping[bytes, bytes]) -> list[Fault]:
    """What the metadata of GeoParquet says of the geometry and may not."""

    def wrong(message: str) -> list[Fault]:
        return [Fault(file, None, "geometry", message)]

    try:
        geo = json.loads(metadata.get(b"geo", b"{}"))
    except ValueError:
        return wrong("has metadata (geo) that is no JSON.")
    columns = geo.get("columns", {}) if isinstance(geo, dict) else None
    column = columns.get("geometry", {}) if isinstance(columns, dict) else None
    if not isinstance(column, dict):
        return wrong("has metadata (geo) that is not that of GeoParquet.")
    if column.get("encoding", "WKB") != "WKB":
        return wrong(f"is encoded as {column['encoding']}. Write it as WKB.")
    crs = column.get("crs", {"id": {"authority": "OGC", "code": "CRS84"}})
    if crs is None:
        return wrong("says that its coordinate system is not known.")
    code = crs.get("id") if isinstance(crs, dict) else None
    if code not in ({"authority": "OGC", "code": "CRS84"}, {"authority": "EPSG", "code": 4326}):
        named = crs.get("name", "another") if isinstance(crs, dict) else crs
        return wrong(f"has coordinates on {named}. Bring it to longitude and latitude on WGS 84 (OGC:CRS84) first.")
    return []

"""A transport graph over the earth, as arrays, and the GeoParquet files that hold it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.errors import Fault, InputError

if TYPE_CHECKING:
    import pyarrow as pa

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]
Bounds = tuple[float, float, float, float]
"""West, south, east, north (degrees). East may lie beyond 180 where the box crosses the antimeridian."""

MODES = ("rail", "road", "sea", "transfer")
"""What moves on an edge; ``transfer`` joins graphs where cargo changes from one to the other."""

CRS84 = "OGC:CRS84"
"""Longitude and latitude on WGS 84, in this order."""


@dataclass(frozen=True, slots=True, eq=False)
class GeoGraph:
    """Nodes and undirected edges over the earth.

    Attributes
    ----------
    longitude_deg, latitude_deg
        Positions of nodes, WGS 84.
    country
        ISO 3166 two letters a node; blank at sea.
    gauge_mm
        Track gauge a node; 0 where there is no track.
    edge_from, edge_to
        Positions of an edge's nodes. An edge may be used both ways.
    length_km
        Above 0.
    mode
        Index into :data:`MODES`, one an edge.
    shape
        One an edge: its line as points x (longitude, latitude), ends included; or an empty tuple where no shapes are
        held.
    schematic
        One an edge: whether only a straight line is known.

    Raises
    ------
    InputError
        Lists every fault: positions outside the earth, edges without length or between nodes that are not there.
    """

    longitude_deg: Floats
    latitude_deg: Floats
    country: Words
    gauge_mm: Ints
    edge_from: Ints
    edge_to: Ints
    length_km: Floats
    mode: Ints
    schematic: Flags
    shape: Sequence[Floats] = ()

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise InputError(faults)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.longitude_deg)

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.length_km)

    def component(self) -> Ints:
        """Number of the connected piece that each node lies in; 0 is the largest."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        ones = np.ones(self.n_edges, dtype=np.int8)
        graph = coo_array((ones, (self.edge_from, self.edge_to)), shape=(self.n_nodes, self.n_nodes))
        _, piece = connected_components(graph, directed=False)
        by_size = np.argsort(-np.bincount(piece, minlength=1), kind="stable")
        place = np.empty_like(by_size)
        place[by_size] = np.arange(len(by_size))
        return np.asarray(place[piece], dtype=np.int64)

    def write(self, folder: str | Path, name: str) -> tuple[Path, Path]:
        """Write ``<name>_nodes.parquet`` and ``<name>_edges.parquet`` (GeoParquet), whole or not at all.

        The same graph gives the same bytes.

        Returns
        -------
        nodes, edges
            Paths of the files.
        """
        import shapely

        points = shapely.points(self.longitude_deg, self.latitude_deg)
        nodes = {"country": self.country, "gauge_mm": self.gauge_mm.astype(np.int16)}
        ends = np.column_stack([self.edge_from, self.edge_to])
        positions = np.column_stack([self.longitude_deg, self.latitude_deg])
        lines = self.shape or list(positions[ends])
        edges = {
            "from": self.edge_from.astype(np.int32),
            "to": self.edge_to.astype(np.int32),
            "length_km": self.length_km,
            "mode": self.mode.astype(np.int8),
            "schematic": self.schematic,
        }
        targets = self.files(folder, name)
        write_geoparquet(targets[0], nodes, points, "Point")
        write_geoparquet(targets[1], edges, np.array([shapely.LineString(line) for line in lines]), "LineString")
        return targets

    @staticmethod
    def files(folder: str | Path, name: str) -> tuple[Path, Path]:
        """Paths of the nodes and edges that :meth:`write` writes and :meth:`read` reads."""
        return Path(folder) / f"{name}_nodes.parquet", Path(folder) / f"{name}_edges.parquet"

    @classmethod
    def read(cls, folder: str | Path, name: str, *, shapes: bool = False) -> GeoGraph:
        """Read what :meth:`write` wrote.

        Parameters
        ----------
        folder, name
            As written.
        shapes
            Whether to read the lines of edges too; cost matrices do not need them.

        Raises
        ------
        InputError
            If a file is missing, damaged or has other columns; rows are counted from 1, as the file holds them.
        """
        import shapely

        of_nodes, of_edges = cls.files(folder, name)
        nodes = read_columns(of_nodes, {"country": TEXT, "gauge_mm": WHOLE, "geometry": POINT})
        kinds = {"from": WHOLE, "to": WHOLE, "length_km": NUMBER, "mode": WHOLE, "schematic": FLAG}
        edges = read_columns(of_edges, {**kinds, **({"geometry": LINE} if shapes else {})})
        positions = shapely.get_coordinates(shapely.from_wkb(nodes["geometry"]))
        try:
            return cls(
                longitude_deg=positions[:, 0],
                latitude_deg=positions[:, 1],
                country=nodes["country"].astype(np.str_),
                gauge_mm=nodes["gauge_mm"].astype(np.int64),
                edge_from=edges["from"].astype(np.int64),
                edge_to=edges["to"].astype(np.int64),
                length_km=edges["length_km"].astype(np.float64),
                mode=edges["mode"].astype(np.int64),
                schematic=edges["schematic"].astype(np.bool_),
                shape=read_lines(edges["geometry"]) if shapes else (),
            )
        except InputError as error:
            files = {"node": str(of_nodes), "edge": str(of_edges)}
            raise InputError(
                replace(fault, file=files[part], column=column)
                for fault in error.faults
                for part, column in [_IN_FILES.get(fault.column or "", ("edge", fault.column))]
            ) from None


_IN_FILES = {
    **dict.fromkeys(("longitude_deg", "latitude_deg"), ("node", "geometry")),
    "country": ("node", "country"),
    "edge_from": ("edge", "from"),
    "edge_to": ("edge", "to"),
}
"""Where a column of a graph stands in its files, if not under its own name among the edges."""


def _faults(graph: GeoGraph) -> list[Fault]:
    per_node = {name: len(getattr(graph, name)) for name in ("longitude_deg", "latitude_deg", "country", "gauge_mm")}
    per_edge = {name: len(getattr(graph, name)) for name in ("edge_from", "edge_to", "length_km", "mode", "schematic")}
    if graph.shape:
        per_edge["shape"] = len(graph.shape)
    faults = [
        Fault("graph", None, None, f"columns of different length: {lengths}.")
        for lengths in (per_node, per_edge)
        if len({*lengths.values()}) > 1
    ]
    if faults:
        return faults
    faults += position_faults("graph", graph.longitude_deg, graph.latitude_deg, first_row=1)
    two_letters = np.char.isalpha(graph.country) & (np.char.str_len(graph.country) == 2)  # noqa: PLR2004 -- ISO 3166
    for place in np.flatnonzero(~two_letters & (graph.country != "")).tolist():
        found = f'"{graph.country[place]}" is no country: write two letters, or nothing at sea.'
        faults.append(Fault("graph", place + 1, "country", found))
    for column, ends in (("edge_from", graph.edge_from), ("edge_to", graph.edge_to)):
        for place in np.flatnonzero((ends < 0) | (ends >= graph.n_nodes)).tolist():
            message = f"an edge ends at node {ends[place]}, which is not there: they are 0 to {graph.n_nodes - 1}."
            faults.append(Fault("graph", place + 1, column, message))
    for place in np.flatnonzero(~(graph.length_km > 0) | ~np.isfinite(graph.length_km)).tolist():
        message = f"an edge has no length ({graph.length_km[place]:g} km): it would be a free link."
        faults.append(Fault("graph", place + 1, "length_km", message))
    for place in np.flatnonzero((graph.mode < 0) | (graph.mode >= len(MODES))).tolist():
        message = f"{graph.mode[place]} must be 0 to {len(MODES) - 1}, for {', '.join(MODES)}."
        faults.append(Fault("graph", place + 1, "mode", message))
    return faults


def position_faults(file: str, longitude_deg: Floats, latitude_deg: Floats, *, first_row: int = 2) -> list[Fault]:
    """Every fault of positions: outside the earth, or with longitude and latitude swapped.

    Parameters
    ----------
    file
        Named in the faults.
    longitude_deg, latitude_deg
        Of all positions.
    first_row
        Row of the first position in the file.
    """
    faults = []
    of_latitude, of_longitude = 90.0, 180.0
    columns = (("latitude_deg", latitude_deg, of_latitude), ("longitude_deg", longitude_deg, of_longitude))
    for column, values, most in columns:
        for place in np.flatnonzero(~(np.abs(values) <= most)).tolist():
            found = values[place]
            swapped = " Are the columns swapped?" if column == "latitude_deg" and abs(found) <= of_longitude else ""
            message = f"{found:g} is outside -{most:g}..{most:g}.{swapped}"
            faults.append(Fault(file, place + first_row, column, message))
    return faults


def is_box(bounds: Bounds) -> bool:
    """Whether bounds are a box on the earth: not empty, at most once around, between the poles."""
    west, south, east, north = bounds
    return west < east <= west + 360 and -90 <= south < north <= 90  # noqa: PLR2004 -- degrees


def inside(bounds: Bounds, longitude_deg: Floats, latitude_deg: Floats) -> Flags:
    """Whether points lie in a box, or on its edge."""
    west, south, east, north = bounds
    across = (longitude_deg >= west) & (longitude_deg <= east)
    return np.asarray(across & (latitude_deg >= south) & (latitude_deg <= north), dtype=np.bool_)


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


def read_lines(geometry: npt.NDArray[np.object_], file: str = "lines") -> list[Floats]:
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

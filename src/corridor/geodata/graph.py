"""A transport graph over the earth, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corridor.errors import Fault, InputError
from corridor.geodata.geoparquet import (
    FLAG,
    LINE,
    NUMBER,
    POINT,
    TEXT,
    WHOLE,
    read_columns,
    read_lines,
    write_geoparquet,
)

if TYPE_CHECKING:
    pass

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]
Bounds = tuple[float, float, float, float]
"""West, south, east, north (degrees). East may lie beyond 180 where the box crosses the antimeridian."""

MODES = ("rail", "road", "sea", "transfer")
"""What moves on an edge; ``transfer`` joins graphs where cargo changes from one to the other."""


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

"""Rebuild the committed geography of a study: ``python -m corridor.geography data/geo``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from corridor.audit import Finding, audit
from corridor.geodata import chains, natural_earth, sea, snapshot
from corridor.geodata.graph import MODES, GeoGraph, read_columns, write_geoparquet
from corridor.study import read_study
from corridor.tables import Tables

QUAY_KM, LEAST_QUAY_KM = 25.0, 0.5
"""How far track may lie from a berth that it serves, and how long the way between them is at least."""
SHAPE_TOLERANCE_DEG = 0.01
"""Lines of links are for maps of the whole region."""


def build(folder: str | Path) -> list[Path]:
    """Write outlines, sea routes, graphs of rail and road, and a line for every link.

    Parameters
    ----------
    folder
        Holds the typed tables of the geography and gets the files; the study's tables lie beside it.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    MissingExtraError
        If a source is not installed: ``pip install corridor[geodata]``.

    Notes
    -----
    The same inputs give the same bytes.
    """
    folder = Path(folder)
    tables = read_study().tables
    berths = sorted({link.from_node for link in tables["links"] if link.kind == "sea"})
    markets = sorted({link.to_node for link in tables["links"] if link.kind == "sea"})
    files = [natural_earth.write_outlines(folder)]
    files.append(sea.build(_places(tables, berths), _places(tables, markets), folder))
    files += snapshot.build(folder).files
    files += with_sea(GeoGraph.read(folder, "joined", shapes=True), folder).write(folder, "joined")
    files.append(write_shapes(folder, audit(tables, folder)))
    return files


def with_sea(land: GeoGraph, folder: Path) -> GeoGraph:
    """Join the sea routes to a graph: every port is a node at sea, and a berth near track has a transfer to it."""
    import shapely

    columns = read_columns(folder / "sea_routes.parquet", ["from", "to", "length_km", "geometry"])
    lines = [shapely.get_coordinates(shape) for shape in shapely.from_wkb(columns["geometry"])]
    ports = sorted({*columns["from"].tolist(), *columns["to"].tolist()})
    place = {port: number for number, port in enumerate(ports)}
    at = {start: line[0] for start, line in zip(columns["from"].tolist(), lines, strict=True)}
    at |= {end: line[-1] for end, line in zip(columns["to"].tolist(), lines, strict=True) if end not in at}
    longitude, latitude = np.array([at[port] for port in ports]).T
    n, m = len(ports), len(lines)
    sea_graph = GeoGraph(
        longitude_deg=longitude,
        latitude_deg=latitude,
        country=np.full(n, "", dtype=land.country.dtype),
        gauge_mm=np.zeros(n, dtype=np.int64),
        edge_from=np.array([place[port] for port in columns["from"].tolist()]),
        edge_to=np.array([place[port] for port in columns["to"].tolist()]),
        length_km=columns["length_km"].astype(np.float64),
        mode=np.full(m, MODES.index("sea")),
        schematic=np.zeros(m, dtype=np.bool_),
        shape=lines,
    )
    berths = np.array(sorted({place[port] for port in columns["from"].tolist()}))
    track, km = chains.nearest(land, longitude[berths], latitude[berths], among=land.gauge_mm > 0)
    near = km <= QUAY_KM
    return chains.with_edges(
        chains.joined(land, sea_graph),
        track[near],
        land.n_nodes + berths[near],
        np.maximum(km[near], LEAST_QUAY_KM),
        "transfer",
    )


def write_shapes(folder: Path, findings: list[Finding]) -> Path:
    """Write ``link_shapes.parquet``: the line of every link for maps, marked where it is schematic."""
    import shapely

    path = folder / "link_shapes.parquet"
    lines = shapely.simplify(np.array([shapely.LineString(f.line) for f in findings]), SHAPE_TOLERANCE_DEG)
    columns = {"link": [f.link for f in findings], "schematic": [f.schematic for f in findings]}
    write_geoparquet(path, columns, shapely.set_precision(lines, 0.001), "LineString")
    return path


def _places(tables: Tables, ids: list[str]) -> sea.Places:
    at = {node.id: node for node in tables["nodes"]}
    longitude, latitude = ([getattr(at[i], name) for i in ids] for name in ("longitude_deg", "latitude_deg"))
    return sea.Places(np.array(ids), np.array(longitude), np.array(latitude))


if __name__ == "__main__":
    for made in build(sys.argv[1]):
        sys.stderr.write(f"{made} {made.stat().st_size / 1000:.0f} kB\n")
